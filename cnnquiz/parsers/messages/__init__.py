"""What frameworks say of shapes that do not fit: one family of messages a file, and what each family comes from.

A family has `MESSAGES`: for each message the words that it always has, its pattern, and the function that explains it.
"""
