"""What frameworks say of shapes that do not fit: one family of messages a file, and what each family comes from.

A family has `MESSAGES`: each message as the framework writes it, with {n} for a number, {shape} for a shape in its
brackets, {name} for a word and {any} for some words, {_} for words that say nothing; and the function that explains it.
"""
