"""Names that were probably meant by a misspelled one."""

from __future__ import annotations

from collections.abc import Iterable

LONGEST = 60  # characters of a name that are compared: the work grows with their square


def nearest_names(name: str, known: Iterable[str], most: int = 3, cutoff: float = 0.6) -> list[str]:
    """The known names that look like `name`, the best first; `cutoff` from 0 (anything) to 1 (the same letters)."""
    from difflib import get_close_matches  # only a misspelled name needs it

    return get_close_matches(name[:LONGEST], list(known), most, cutoff)


def did_you_mean(
    name: str, known: Iterable[str], otherwise: str = "", most: int = 3, cutoff: float = 0.6, quote: str = ""
) -> str:
    """The question `did you mean conv or tconv?`, each name between `quote`; `otherwise` where none is near."""
    near = [f"{quote}{each}{quote}" for each in nearest_names(name, known, most, cutoff)]
    near = [f"'{each}'" if " " in each and not quote else each for each in near]
    return f"did you mean {' or '.join(near)}?" if near else otherwise
