"""The bar of a long check: on a terminal alone, after a while alone, and gone in the end."""

from __future__ import annotations

import io
import time

import pytest
from conftest import wait_until
from screens import a_screen

from cnnquiz.render.findings import progress


def shown(terminal: bool, total: int, after: float, lasting: float, words: str = "") -> str:
    """What a check shows that lasts at least so long, and until these words are there."""
    screen = a_screen(terminal=terminal)
    file = screen.stream
    assert isinstance(file, io.StringIO)
    with progress(screen, total, after) as done:
        time.sleep(lasting)
        wait_until(lambda: words in file.getvalue())
        done("bank.yaml")
    return file.getvalue()


@pytest.mark.parametrize("total", [1, 3])
def test_a_long_check_shows_a_bar_and_takes_it_away(total: int) -> None:
    seen = shown(True, total, 0.0, 0.0, "checking")
    assert "checking" in seen and ("/3" in seen) == (total == 3)
    assert seen.endswith("\x1b[2K") and seen.rindex("\x1b[?25h") > seen.rindex("\x1b[?25l")


def test_a_quick_check_shows_none() -> None:
    assert shown(True, 3, 5.0, 0.0) == ""


def test_a_pipe_shows_none() -> None:
    assert shown(False, 3, 0.0, 0.2) == ""
