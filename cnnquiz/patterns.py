"""Regular expressions that are compiled when they are first used: a start, which needs few, does not wait for all."""

from __future__ import annotations

import re
from typing import Any, cast

_METHODS = ("search", "match", "fullmatch", "sub", "subn", "split", "findall", "finditer")


class _Uncompiled:
    """Stands for a pattern until one of its methods is asked for, and has them as its own from then on."""

    def __init__(self, text: str, flags: int) -> None:
        self._text, self._flags = text, flags

    def __getattr__(self, name: str) -> Any:
        compiled = re.compile(self._text, self._flags)
        self.__dict__.update((each, getattr(compiled, each)) for each in _METHODS)
        return getattr(compiled, name)


def pattern(text: str, flags: int = 0) -> re.Pattern[str]:
    """The pattern of this text, compiled when it is first used."""
    return cast("re.Pattern[str]", _Uncompiled(text, flags))
