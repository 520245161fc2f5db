"""Everything in a tree of texts that does not fit the types of `model`, each fault in plain words."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from msgspec import Struct, inspect

from cnnquiz.naming import nearest_names
from cnnquiz.yaml_text import NEW_BANK, Unreadable, short

Path = tuple[str | int, ...]


class TreeFault(Struct, frozen=True):
    """One fault of a tree: the path to it, what it is, what to do, and whether the name is meant, not the value."""

    path: Path
    message: str
    remedy: str = ""
    at_name: bool = False


def faults(tree: Any, kind: Any, path: Path = ()) -> Iterator[TreeFault]:
    """Everything in a tree of texts, lists and dicts that does not fit a type of `model`."""
    yield from misfits(tree, type_info(kind), path)


@cache
def type_info(kind: Any) -> inspect.Type:
    """A type, taken apart."""
    return inspect.type_info(kind)


def misfits(value: Any, kind: inspect.Type, path: Path) -> Iterator[TreeFault]:
    """The faults of one value, and of everything inside it."""
    form = bare(kind)
    if isinstance(value, Unreadable) or isinstance(form, inspect.AnyType):
        return
    if isinstance(form, inspect.UnionType):
        yield from misfits_of_union(value, form, path)
    elif isinstance(form, inspect.StructType) and isinstance(value, dict):
        yield from misfits_of_struct(value, form, path)
    elif isinstance(form, inspect.DictType) and isinstance(value, dict):
        yield from misfits_of_dict(value, form, path)
    elif isinstance(form, inspect.ListType) and isinstance(value, list):
        yield from misfits_of_list(value, form, path)
    elif not fits(value, kind) and not (isinstance(form, inspect.CustomType) and isinstance(value, dict)):
        yield TreeFault(path, unfit(value, kind, path), short_form(value, form) or remedy(value, kind, path))


def short_form(value: Any, form: inspect.Type) -> str:
    """What to write where a record's first field stands alone: [3, 5] for {choice: [3, 5]}; empty for other values."""
    if not isinstance(form, inspect.StructType) or value == "" or sum(field.required for field in form.fields) > 1:
        return ""
    first, written = form.fields[0], yaml_flow(value)
    own = isinstance(bare(first.type), inspect.ListType | inspect.UnionType) is isinstance(value, list)
    others = "".join(f", {field.encode_name}: ..." for field in form.fields[1:2]) if isinstance(value, str) else ""
    return f"Write `{{{first.encode_name}: {written}{others}}}`." if own and len(written) < 60 else ""


def yaml_flow(value: Any) -> str:
    """A list or a text as YAML writes it on one line."""
    return f"[{', '.join(map(str, value))}]" if isinstance(value, list) else str(value)


def misfits_of_union(value: Any, kind: inspect.UnionType, path: Path) -> Iterator[TreeFault]:
    """A value of several possible types: read as the one of its own form."""
    forms = [bare(one) for one in kind.types]
    if isinstance(value, str) and any(fits(value, form) for form in forms):
        return
    mine = next((form for form in forms if isinstance(form, form_of(value))), None)
    if mine is not None:
        yield from misfits(value, mine, path)
    else:
        forms = [form for form in forms if not isinstance(form, inspect.NoneType)]
        wanted = " or ".join(dict.fromkeys(noun(form) for form in forms))
        advice = short_form(value, forms[0]) if len(forms) == 1 else ""
        advice = advice or delete_or_write(path, wanted)
        yield TreeFault(path, f"{place_name(path)} must be {wanted}, not {what(value)}", advice)


def misfits_of_struct(value: dict[str, Any], kind: inspect.StructType, path: Path) -> Iterator[TreeFault]:
    """A record: no unknown field, no required field missing, each value of its type."""
    fields = {field.encode_name: field for field in kind.fields}
    for name, inner in value.items():
        if name in fields:
            yield from misfits(inner, fields[name].type, (*path, name))
        else:
            near = nearest_names(name.lower(), fields, most=1)
            advice = f"Write `{near[0]}` for `{name}`." if near and near[0] not in value else "Delete it."
            yield TreeFault((*path, name), f"unknown field `{short(name)}`", advice, at_name=True)
    for name, field in fields.items():
        if field.required and name not in value:
            yield TreeFault(path, f"{place_name(path)} has no `{name}`", f"Add `{name}:`.", at_name=True)


def misfits_of_dict(value: dict[str, Any], kind: inspect.DictType, path: Path) -> Iterator[TreeFault]:
    """A mapping of names that the author chooses: each name and each value of its type."""
    for name, inner in value.items():
        if not fits(name, kind.key_type):
            said = f"`{short(name)}` cannot be a name in {place_name(path)}"
            free = fitting_name(name, kind.key_type, value)
            advice = f"Write `{free}` for `{name}`, or another name: {description(kind.key_type)}."
            yield TreeFault((*path, name), said, advice, at_name=True)
        yield from misfits(inner, kind.value_type, (*path, name))


def misfits_of_list(value: list[Any], kind: inspect.ListType, path: Path) -> Iterator[TreeFault]:
    """A list: not too short, not too long, each element of its type."""
    least, most = kind.min_length or 0, kind.max_length
    if len(value) < least or (most is not None and len(value) > most):
        wanted = f"{least} to {most}" if most is not None else f"at least {least}"
        fitting = [*value, *map(str, range(2, 2 + least))][: most if len(value) > least else least]
        advice = f"Write `{yaml_flow(fitting)}`, say."
        yield TreeFault(path, f"{place_name(path)} must hold {wanted} values, not {len(value)}", advice)
    for index, inner in enumerate(value):
        yield from misfits(inner, kind.item_type, (*path, index))


def fits(value: Any, kind: inspect.Type) -> bool:
    """Whether a text can be read as this type."""
    kind = bare(kind)
    if not isinstance(value, str):
        return False
    if isinstance(kind, inspect.CustomType):
        return str in forms_of(kind)
    if isinstance(kind, inspect.StrType):
        return kind.pattern is None or re.search(kind.pattern, value) is not None
    if isinstance(kind, inspect.LiteralType):
        return value in map(str, kind.values)
    if isinstance(kind, inspect.IntType):
        return is_number(value) and (kind.ge or -math.inf) <= int(value) <= (kind.le or math.inf)
    if isinstance(kind, inspect.BoolType):
        return value.lower() in ("true", "false")
    return isinstance(kind, inspect.NoneType) and value.lower() == "null"


def forms_of(kind: inspect.CustomType) -> tuple[type, ...]:
    """How a derivation or a claim may be written: as a mapping, a claim also as a word."""
    forms: tuple[type, ...] = kind.cls.forms  # type: ignore[attr-defined]
    return forms


def is_number(value: Any) -> bool:
    """Whether this is a whole number as the types read it: 7, -7, not 07 nor 7.0."""
    return isinstance(value, str) and len(value) < 19 and bool(re.fullmatch(r"-?(0|[1-9][0-9]*)", value))


def bare(kind: inspect.Type) -> inspect.Type:
    """The type without its description."""
    return kind.type if isinstance(kind, inspect.Metadata) else kind


def form_of(value: Any) -> tuple[type[inspect.Type], ...]:
    """The types that are written in the form of this value."""
    if isinstance(value, dict):
        return (inspect.StructType, inspect.DictType, inspect.CustomType)
    if isinstance(value, list):
        return (inspect.ListType,)
    return (inspect.StrType, inspect.LiteralType, inspect.IntType, inspect.BoolType)


def unfit(value: Any, kind: inspect.Type, path: Path) -> str:
    """What is wrong with a value that does not fit."""
    if value == "":
        return f"{place_name(path)} has no value"
    if isinstance(value, str) and isinstance(bare(kind), inspect.StrType | inspect.LiteralType):
        return f"{place_name(path)} cannot be {quote(value)}"
    return f"{place_name(path)} must be {noun(kind)}, not {what(value)}"


def remedy(value: Any, kind: inspect.Type, path: Path) -> str:
    """What to write for a value that does not fit."""
    form = bare(kind)
    if allowed := choices(kind):
        near = nearest_names(str(value).lower(), allowed, most=1) or allowed
        others = f", or another of {', '.join(allowed)}" if len(allowed) > 1 else ""
        return f"Write `{near[0]}`{others}."
    if isinstance(form, inspect.BoolType):
        return "Write `true` or `false`."
    if isinstance(form, inspect.IntType):
        return f"Write `{form.ge or 1}`, say: {noun(form)}."
    if isinstance(form, inspect.StrType) and form.pattern and isinstance(value, str) and value:
        return f"Write `{fitting_name(value, kind, ())}`, or another name: {description(kind)}."
    if isinstance(form, inspect.ListType) and isinstance(value, str) and value and path[-1:] != ("items",):
        return f"Write `[{short(value)}]`."
    if not path or path == ("items",):
        return NEW_BANK
    return delete_or_write(path, noun(kind))


def delete_or_write(path: Path, wanted: str) -> str:
    """The remedy for what stands in the place of something else."""
    return f"Delete {'this element' if isinstance(path[-1], int) else 'it'}, or write {wanted}."


def fitting_name(value: str, kind: inspect.Type, taken: Iterable[str]) -> str:
    """A name that is allowed and free: the same in small letters with hyphens, else the first letter that is."""
    slug = re.sub(r"[^a-z0-9_.-]+", "-", value.lower()).strip("-._")
    free = (name for name in (slug, *"abcdefghijklmnopqrstuvwxyz") if fits(name, kind) and name not in taken)
    return next(free, slug)


def description(kind: inspect.Type) -> str:
    """What a text of this type is made of, in words."""
    written = kind.extra_json_schema if isinstance(kind, inspect.Metadata) else None
    words: str = (written or {}).get("description", "text")
    return words.removesuffix("...").rstrip(", ")


def choices(kind: inspect.Type) -> list[str]:
    """The values that may be chosen from, as they are written."""
    kind = bare(kind)
    return [str(value) for value in kind.values] if isinstance(kind, inspect.LiteralType) else []


def place_name(path: Path) -> str:
    """How the place at the end of a path is called in a sentence."""
    if not path:
        return "the bank"
    if path[-1] == "items" or not isinstance(path[-1], int):
        return f"`{short(str(path[-1]))}`"
    return "this item" if path[0] == "items" and len(path) == 2 else f"value {path[-1] + 1} of {place_name(path[:-1])}"


def noun(kind: inspect.Type) -> str:
    """What a value of the type is called."""
    kind = bare(kind)
    if isinstance(kind, inspect.CustomType):
        return "a mapping or text" if str in forms_of(kind) else "a mapping"
    names: dict[type[inspect.Type], str] = {
        inspect.StructType: "a mapping of fields",
        inspect.DictType: "a mapping",
        inspect.ListType: "a list",
        inspect.BoolType: "true or false",
    }
    if isinstance(kind, inspect.IntType):
        return "a whole number" if kind.ge is None else f"a whole number from {kind.ge} to {kind.le}"
    return names.get(type(kind), "text")


def what(value: Any) -> str:
    """What stands there instead."""
    if isinstance(value, dict):
        return "a mapping"
    return "a list" if isinstance(value, list) else quote(value)


def quote(value: str) -> str:
    """A value as a message shows it."""
    return f"`{short(value)}`" if value else "nothing"
