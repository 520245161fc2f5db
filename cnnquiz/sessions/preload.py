"""Numericals worked while the first question is read, so that what this has to import is there in time."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterable
from functools import cache

from cnnquiz.errors import CnnquizError
from cnnquiz.items.variants import printed
from cnnquiz.items.worked_solution import worked_out
from cnnquiz.model import Bank, Item


def preloader(items: Iterable[tuple[Bank, Item]]) -> Callable[[], None]:
    """A function that works the items in a thread when it is first called; later calls do nothing."""

    def work() -> None:
        for bank, item in items:
            with contextlib.suppress(CnnquizError):
                worked_out(printed(bank, item))

    return cache(threading.Thread(target=work, daemon=True).start)
