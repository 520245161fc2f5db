"""A whole repository of banks checked: the files found, several at once, and keys made wrong on purpose."""
