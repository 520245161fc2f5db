"""The attempts on disk: one SQLite file in the user's data folder. The only home of sqlite3."""

from __future__ import annotations

from cnnquiz.history.database import default_path
from cnnquiz.history.rows import SavedSession
from cnnquiz.history.store import History, Overtaken

__all__ = ["History", "Overtaken", "SavedSession", "default_path"]
