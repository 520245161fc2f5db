"""How the quizzes went that were taken to their end: for each bank the best and the last score."""

from __future__ import annotations

import sqlite3

from msgspec import Struct

from cnnquiz.history.database import default_path, is_there
from cnnquiz.history.store import History

TAKEN = """
    SELECT s.bank, sum(a.score), count(a.id)
    FROM sessions s JOIN attempts a ON a.session = s.id
    WHERE s.mode = 'take' AND s.finished IS NOT NULL
    GROUP BY s.id ORDER BY s.started, s.id
"""


class Score(Struct, frozen=True):
    """A score, and the most that it could have been."""

    score: float
    of: int


class Scores(Struct, frozen=True):
    """The best score in a bank, and the last."""

    best: Score
    last: Score


def scores() -> dict[str, Scores]:
    """The scores by bank; none where nothing was ever saved. Looking makes no file."""
    if not is_there(default_path()):
        return {}
    with History.open() as history:
        return scores_in(history.db)


def scores_in(db: sqlite3.Connection) -> dict[str, Scores]:
    """The scores by bank in an open file; a short quiz never beats a long one by its share."""
    found: dict[str, Scores] = {}
    try:
        for bank, score, of in db.execute(TAKEN):
            last = Score(score, of)
            best = found[bank].best if bank in found else last
            found[bank] = Scores(max(last, best, key=lambda each: each.score), last)
    except sqlite3.Error:
        return {}  # the list of banks does not depend on it; `history check` says what is wrong
    return found
