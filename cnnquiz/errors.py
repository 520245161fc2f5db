"""The errors that the program raises on purpose: each is one clear line about the user's input."""

from __future__ import annotations


class CnnquizError(Exception):
    """A fault of the user's input: one clear line that says what, where, and what to do. Exit code 2."""


class ItemFault(CnnquizError):
    """An item whose numbers cannot be worked; `item` is its id, `why` the words about them."""

    def __init__(self, item: str, why: str) -> None:
        super().__init__(f"{item}: {why}")
        self.item, self.why = item, why


class GivenError(CnnquizError):
    """A given that cannot be used; `quantity` is its short name, for the JSON contract."""

    def __init__(self, message: str, quantity: str | None = None) -> None:
        super().__init__(message)
        self.quantity = quantity


class NoLayerError(GivenError):
    """Givens that can each be read, but make no layer together: the kernel does not fit, the groups do not divide."""


def program_fault(problem: BaseException) -> str:
    """The message for an exception that nobody foresaw."""
    what = f"{type(problem).__name__}: {problem}"
    return f"a fault of cnnquiz, not yours ({what}); please report it with what CNNQUIZ_DEBUG=1 shows"
