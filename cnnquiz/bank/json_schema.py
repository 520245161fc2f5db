"""The JSON Schema of the bank format, from the types that load it, for editors and other tools.

A bank's loader reads every scalar as text; an editor types `k: 7` as a number before it looks at the schema.
So wherever the loader takes a text, the schema also takes a number, true, false and nothing.
"""

from __future__ import annotations

from typing import Any

import msgspec

from cnnquiz import calculators
from cnnquiz.model import Bank

DIALECT = "https://json-schema.org/draft/2020-12/schema"
WHOLE = "^-?(0|[1-9][0-9]*)$"
SCALAR = ["string", "number", "boolean", "null"]

MEANINGS = {
    "Bank.format": "The version of this format: 1.",
    "Bank.id": "The bank's name, by which it is asked for: letters, digits, hyphens, _ and .",
    "Bank.title": "What a reader sees above the questions.",
    "Bank.items": "The questions, in their order.",
    "Bank.source": "Where the questions come from.",
    "Bank.limit": "How many questions `take` asks where --limit says nothing.",
    "Bank.layout": "How shapes are written: hwc (height, width, channels) or chw.",
    "Item.id": "The item's name. A learner's history hangs on it, so it stays when the words change.",
    "Item.stem": "The question, in Markdown; {k} puts a given or a result of the derivation in.",
    "Item.topic": "What the item is about; scores are summed up by topic.",
    "Item.type": "How it is answered. Without options, by typing.",
    "Item.options": "The options by letter: a text, or a text with its `why`.",
    "Item.key": "The letter of the right option, several of them, or the right value.",
    "Item.derivation": "What the key follows from: a calculator, its givens and a result, or part of one: theta_2.",
    "Item.evidence": "The experiment that shows the key, and what its figures have to fulfil for each seed.",
    "Item.vary": "The givens that may take other values, and which ones: makes the item a family.",
    "Item.where": "Conditions that the varied givens must meet, such as `k < s * 4`.",
    "Item.hints": "Hints, given one at a time.",
    "Item.rationale": "Why the key is right.",
    "Item.source": "Where the item comes from.",
    "Item.note": "A remark for whoever reads the file.",
    "Item.figure": "A picture drawn in characters.",
    "Item.tolerance": "How far a number may be off, such as 0.01.",
    "Item.asks": "false for a question such as `Which is false?`.",
    "Item.allow": "Rules of `cnnquiz check` that this item may break; say why in a comment.",
    "Item.level": "How hard it is, from 1; drills climb from level to level.",
    "Item.parts": "Of type `parts`: what it asks for, one thing after another, each with a key of its own.",
    "Item.pool": "Further options with claims: a variant draws one right option and its wrong ones from all of them.",
    "Part.ask": "The question, or the name of what is asked for: number of parameters.",
    "Part.type": "How it is answered.",
    "Part.want": "The result of the derivation that is asked for.",
    "Part.key": "The right value; it follows from the derivation where there is one.",
    "Part.tolerance": "How far a number may be off, such as 0.01.",
    "Option.text": "What the option says.",
    "Option.why": "Why it is right or wrong.",
    "Option.claim": "What a calculator can decide about it, such as {linear: relu(x)}; or the word none.",
    "Option.slip": "The misconception that leads to it, or several.",
    "Evidence.experiment": "Its name: `cnnquiz lab run` lists them.",
    "Evidence.holds": "A condition over its figures, such as sigmoid_10 < sigmoid_2/100.",
    "Figure.file": "The file of the picture, in the bank's folder.",
    "Figure.alt": "The picture in words, for those who cannot see it.",
    "Figure.caption": "What stands below it.",
    "Draw.choice": "The values to choose from.",
    "Draw.range": "The first and the last value, and the step if it is not 1.",
}


def schema() -> dict[str, Any]:
    """The JSON Schema of a bank, draft 2020-12."""
    (bank,), parts = msgspec.json.schema_components(
        [Bank], ref_template="#/$defs/{name}", schema_hook=lambda kind: {"type": "object"}
    )
    for name, part in parts.items():
        for field, inner in part["properties"].items():
            inner["description"] = MEANINGS[f"{name}.{field}"]
    item, option, draw = parts["Item"]["properties"], parts["Option"], parts["Draw"]
    parts["Bank"]["properties"]["items"]["minItems"] = 1
    item["stem"] |= {"type": SCALAR[:3], "minLength": 1}
    item["derivation"]["anyOf"] = [calculator_schema("want"), {"type": "null"}]
    claim = option["properties"]["claim"]
    claim["anyOf"] = [calculator_schema("holds"), {"type": "string"}, {"type": "null"}]
    option["anyOf"] = [{"required": ["text"]}, {"required": ["slip"]}]
    draw["properties"]["choice"]["anyOf"][0]["minItems"] = 1
    draw["oneOf"] = [{"required": ["choice"]}, {"required": ["range"]}]
    parts["Item"]["allOf"] = [*rules_of_parts(), *(names_of(name) for name in calculators.names())]
    parts["Part"]["properties"]["ask"]["minLength"] = 1
    parts["Part"]["anyOf"] = [{"required": ["want"]}, {"required": ["key"]}]
    return {"$schema": DIALECT, "title": "cnnquiz bank", **bank, "$defs": loosen(parts)}


def rules_of_parts() -> list[dict[str, Any]]:
    """What an item of several parts leaves to them, and what another one has itself."""
    in_each = dict.fromkeys(("options", "key", "tolerance"), False)
    several = {"type": {"const": "parts"}, "derivation": {"not": {"required": ["want"]}}, **in_each}
    wants = {"if": {"type": "object"}, "then": {"required": ["want"], "minProperties": 2}}
    alone = {"type": {"not": {"const": "parts"}}, "derivation": wants}
    wanting = {"required": ["parts"], "properties": {"parts": {"contains": {"required": ["want"]}}}}
    return [
        {
            "if": {"required": ["parts"], "properties": {"parts": {"minItems": 1}}},
            "then": {"required": ["type"], "properties": several},
            "else": {"properties": alone},
        },
        {"if": wanting, "then": {"required": ["derivation"]}},
    ]


def calculator_schema(aside: str) -> dict[str, Any]:
    """A mapping of one calculator's name to its givens, with one word beside it."""
    names: dict[str, Any] = {name: {} for name in calculators.names()}
    return {
        "type": "object",
        "properties": names | {aside: {"type": "string"}},
        "minProperties": 1,
        "maxProperties": 2,
        "additionalProperties": False,
    }


def names_of(name: str) -> dict[str, Any]:
    """What an item of a calculator may name: a result that it wants, or a given that it finds, and misconceptions."""
    calculator = calculators.load(name)
    wanted = {"properties": {"want": {"enum": list(calculator.result_names)}}}
    searched = {"properties": {name: {"type": "object", "required": ["find"]}}}
    slips = {"enum": [one.name for one in calculator.misconceptions]}
    slip = {"anyOf": [slips, {"type": "array", "items": slips}, {"type": "null"}]}
    return {
        "if": {"required": ["derivation"], "properties": {"derivation": {"type": "object", "required": [name]}}},
        "then": {
            "properties": {
                "derivation": {"anyOf": [wanted, searched]},
                "parts": {"items": wanted},
                "options": {"additionalProperties": {"properties": {"slip": slip}}},
            }
        },
    }


def loosen(part: Any) -> Any:
    """The schema with each text also as the number, boolean or nothing that an editor may take it for."""
    if isinstance(part, list):
        return [loosen(inner) for inner in part]
    if not isinstance(part, dict):
        return part
    out = {name: part[name] if name in ("default", "required") else loosen(part[name]) for name in part}
    match part:
        case {"type": "string", "pattern": _}:
            out["type"] = ["string", "integer"]
        case {"type": "string"}:
            out["type"] = SCALAR
        case {"type": "integer"}:
            out |= {"type": ["string", "integer"], "pattern": WHOLE}
        case {"type": "boolean"}:
            out = {name: out[name] for name in out if name != "type"} | {"enum": [True, False, "true", "false"]}
        case {"enum": [*values]}:
            out["enum"] = [*values, *(str(value) for value in values if not isinstance(value, str))]
    return out
