"""The attempts on disk: one SQLite file in the user's data folder. The only home of sqlite3."""

from __future__ import annotations

from .database import default_path
from .store import History, SavedSession

__all__ = ["History", "SavedSession", "default_path"]
