"""The bar of a long check: on a terminal alone, after a while alone, and gone in the end."""

from __future__ import annotations

import io
import time

import pytest
from screens import a_screen

from cnnquiz.render.findings import progress


def shown(terminal: bool, total: int, after: float, lasting: float) -> str:
    screen = a_screen(terminal=terminal)
    with progress(screen, total, after) as done:
        time.sleep(lasting)
        done("bank.yaml")
    assert isinstance(screen.console.file, io.StringIO)
    return screen.console.file.getvalue()


@pytest.mark.parametrize("total", [1, 3])
def test_a_long_check_shows_a_bar_and_takes_it_away(total: int) -> None:
    seen = shown(True, total, 0.0, 0.4)
    assert "checking" in seen and ("/3" in seen) == (total == 3)
    assert seen.endswith("\x1b[2K") and seen.rindex("\x1b[?25h") > seen.rindex("\x1b[?25l")


def test_a_quick_check_shows_none() -> None:
    assert shown(True, 3, 5.0, 0.0) == ""


def test_a_pipe_shows_none() -> None:
    assert shown(False, 3, 0.0, 0.2) == ""
