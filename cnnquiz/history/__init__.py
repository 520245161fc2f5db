"""The attempts on disk: one SQLite file in the user's data folder. The only home of sqlite3."""

from __future__ import annotations

from .database import default_path
from .rows import SavedSession
from .store import History

__all__ = ["History", "SavedSession", "default_path"]
