"""A large bank's text in parts: each with the bank's own fields and some of its items, every line where it was.

A part is a bank, so that it can be loaded and worked by itself. A text of which that is not certain stays whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from cnnquiz import yaml_text
from cnnquiz.bank.loader import convert
from cnnquiz.model import Bank

_ITEMS = re.compile(r"^items[ \t]*:[ \t]*(?:#.*)?\r?\n(?=(?:[ \t]*(?:#.*)?\r?\n)*( *)-[ \r\n])", re.MULTILINE)
_OTHER = re.compile(r"^(?:[^\s#-]|-\S)", re.MULTILINE)  # a field after the items, or a second document
_LINE_END = re.compile("\r(?!\n)|[\x85\u2028\u2029]")  # ends a line in YAML, though it is no "\n"


def parts(text: str, size: int) -> list[str]:
    """The text in parts of about so many characters of items each; the whole where it cannot be parted."""
    items = _ITEMS.search(text)
    if items is None or not _is_sound(head := text[: items.end()]) or _OTHER.search(text, items.end()):
        return [text]
    if ("\r" in text or not text.isascii()) and _LINE_END.search(text):
        return [text]
    lines, out = 0, []
    for start, end in pairwise(_bounds(text, items.end(), items[1], size)):
        out.append(head + "\n" * lines + text[start:end])
        lines += text.count("\n", start, end)
    return out


def _bounds(text: str, start: int, indent: str, size: int) -> Iterator[int]:
    """Where the parts begin, and where the last one ends."""
    dash = re.compile(rf"^{indent}-(?=[ \r\n])", re.MULTILINE)
    yield start
    while found := dash.search(text, start + size):
        yield (start := found.start())
    yield len(text)


def _is_sound(head: str) -> bool:
    """Whether a bank's own fields, which end in `items:`, are without fault."""
    try:
        document = yaml_text.read(head)
    except yaml_text.Stop:
        return False
    tree = document.tree
    if document.faults or not isinstance(tree, dict):
        return False
    return tree.get("items") == "" and convert(tree | {"items": []}, Bank) is not None
