"""The error of data that cannot be used."""


class DataError(Exception):
    """Data that cannot be used; the text says which file and row, and what to do."""
