"""A bank as the text of a YAML file: its fields in the order of the format, what is empty left out."""

from __future__ import annotations

from typing import Any

from msgspec import NODEFAULT, Struct
from msgspec.structs import FieldInfo, fields

from cnnquiz import yaml_text
from cnnquiz.model import Bank, Written


def bank_text(bank: Bank) -> str:
    """The text of a bank, which the loader reads as the same bank."""
    tree = tree_of(bank)
    return yaml_text.written({**tree, "items": tree.pop("items")})


def tree_of(value: Any) -> Any:
    """A record as dicts, lists and texts."""
    if isinstance(value, Written):
        return value.written
    if isinstance(value, dict):
        return {name: tree_of(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [tree_of(one) for one in value]
    if not isinstance(value, Struct):
        return str(value).lower() if isinstance(value, bool) else value
    pairs = ((field, getattr(value, field.name)) for field in fields(value))
    return {field.encode_name: tree_of(one) for field, one in pairs if field.required or one != _default(field)}


def _default(field: FieldInfo) -> Any:
    return field.default if field.default_factory is NODEFAULT else field.default_factory()
