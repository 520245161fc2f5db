"""QTI 1.2 and 2.x: one XML file of items, or a zip package of them, as Canvas and others export them.

Source: IMS Question & Test Interoperability 1.2 (2002) and 2.1 (2012).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from fractions import Fraction
from pathlib import PurePosixPath

from cnnquiz.errors import CnnquizError
from cnnquiz.importers import ForeignOption, ForeignQuestion, Kind, Refusal
from cnnquiz.importers._archive import documents, is_archive
from cnnquiz.importers._html import text_of
from cnnquiz.importers._text import markdown, truth
from cnnquiz.importers._xml import Node, root

_ROOT = re.compile(r"<(?:[\w-]+:)?(?:questestinterop|assessmentItem)[\s>]")
CARRIED = ("", "multiple choice", "true false", "multiple answers", "short answer", "numerical")


def sniff(name: str, head: str) -> bool:
    """Whether an item of QTI begins here, or a zip archive."""
    return head.startswith("PK\x03\x04") or _ROOT.search(head) is not None


def questions(data: bytes, name: str) -> Iterator[ForeignQuestion | Refusal]:
    """The items of a file or of each file in a package, whose faults are refusals."""
    if not is_archive(data):
        yield from _items(data, name, "")
        return
    members = dict(documents(data, name))
    places = {member: place for place, member in enumerate(_order(members, name))}
    for member, content in sorted(members.items(), key=lambda one: places.get(one[0], len(places))):
        try:
            yield from _items(content, name, member)
        except CnnquizError as fault:
            line, _, why = str(fault).removeprefix(f"{name}:").partition(": ")
            yield Refusal(int(line) if line.isdecimal() else 1, why, "", member)


def _order(members: Mapping[str, bytes], name: str) -> Iterator[str]:
    """The items in the order of the package's test, where it has one that can be read."""
    for member, content in members.items():
        with suppress(CnnquizError):
            node = root(content, name) if b"assessmentTest" in content else None
            for one in node.every("assessmentItemRef") if node and node.tag == "assessmentTest" else ():
                yield str(PurePosixPath(member).parent / one.get("href"))


def _items(data: bytes, name: str, member: str) -> Iterator[ForeignQuestion | Refusal]:
    node = root(data, name)
    if node.tag == "assessmentItem":
        yield _second(node, member)
    for item in node.every("item") if node.tag == "questestinterop" else ():
        yield _first(item, member)


class _Key:
    """What the conditions of an item of QTI 1.2 say: what is right, within which bounds, and the feedback."""

    def __init__(self, item: Node) -> None:
        self.rights, self.bounds, self.line, self.reasons = list[str](), list[str](), item.line, dict[str, str]()
        self.best, self.said = Fraction(0), {
            one.get("ident"): _material(one) for one in item.children("itemfeedback")
        }  # fmt: skip
        self.rationale = next((self.said[one] for one in ("general_fb", "correct_fb") if self.said.get(one)), "")
        for condition in item.every("respcondition"):
            self._add(condition)

    def _add(self, condition: Node) -> None:
        values = [one.text for one in condition.every("varequal", but="not")]
        self.reasons |= {
            value: self.said.get(one.get("linkrefid"), "")
            for one in condition.children("displayfeedback")
            for value in values
            if len(values) == 1
        }
        score = max((_number(one.text) for one in condition.children("setvar")), default=Fraction(0))
        if score <= 0:
            return
        self.line = self.line if self.rights else condition.line
        self.best = max(self.best, score)
        self.rights += [value for value in values if value not in self.rights]
        self.bounds += [one.text for one in condition.every("vargte", "vargt", "varlte", "varlt", but="not")]


def _first(item: Node, member: str) -> ForeignQuestion | Refusal:
    """An item of QTI 1.2."""
    title, body = item.get("title") or item.get("ident"), item.child("presentation") or Node("", item.line, {})
    fields = {one.said("fieldlabel"): one.said("fieldentry") for one in item.every("qtimetadatafield")}
    declared = fields.get("question_type", "").removesuffix("_question").replace("_", " ")
    choices, typed = list(body.every("response_lid")), list(body.every("response_str", "response_num"))
    if len(choices) + len(typed) != 1 or body.child("response_grp") or declared not in CARRIED:
        what = declared or ("matching, or with several blanks" if choices or typed else "without options")
        return Refusal(item.line, f"a question of type {what} cannot be carried", title, member)
    key = _Key(item)
    stem = "\n\n".join(filter(None, (_mattext(one) for one in body.every("mattext", but="render_choice"))))
    if not key.rights and not key.bounds:
        return Refusal(item.line, "no answer is marked as right", title, member)
    if typed:
        kind: Kind = "number" if key.bounds or declared == "numerical" or typed[0].tag == "response_num" else "short"
        answers, tolerance = _within(key.rights, key.bounds)
        return ForeignQuestion(
            item.line, stem, kind, (), answers, tolerance, title, key.rationale, key.line, member,
        )  # fmt: skip
    kind = "multiple" if choices[0].get("rcardinality").lower() == "multiple" else "single"
    options = tuple(
        ForeignOption(_material(one), one.get("ident") in key.rights, key.reasons.get(one.get("ident"), ""))
        for one in choices[0].every("response_label")
    )
    kind = "true-false" if kind == "single" and _says_truth(options) else kind
    return ForeignQuestion(item.line, stem, kind, options, (), "", title, key.rationale, key.line, member)


def _second(item: Node, member: str) -> ForeignQuestion | Refusal:
    """An item of QTI 2.x."""
    title, body = item.get("title") or item.get("identifier"), item.child("itemBody") or Node("", item.line, {})
    asked = [one for one in body.every(*{n.tag for n in _all(body)}) if one.tag.endswith("Interaction")]
    kinds = sorted({one.tag for one in asked})
    if len(asked) != 1 or kinds[0] not in ("choiceInteraction", "textEntryInteraction"):
        what = f"{len(asked)} x {kinds[0]}" if len(kinds) == 1 and len(asked) > 1 else ", ".join(kinds)
        return Refusal(item.line, f"a question with {what or 'no interaction'} cannot be carried", title, member)
    if item.child("templateDeclaration"):
        return Refusal(item.line, "a question whose numbers are drawn cannot be carried", title, member)
    name = asked[0].get("responseIdentifier")
    declared = next((one for one in item.children("responseDeclaration") if one.get("identifier") == name), item)
    correct = declared.child("correctResponse") or Node("", item.line, {})
    rights = [one.text for one in correct.every("value")]
    if not rights:
        return Refusal(item.line, "no answer is marked as right", title, member)
    stem = "\n\n".join(filter(None, (body.markdown("choiceInteraction", "rubricBlock", "feedbackBlock"),
                                     *(one.markdown() for one in asked[0].children("prompt")))))  # fmt: skip
    reasons = {one.get("identifier"): one.markdown() for one in item.every("modalFeedback")}
    rationale = next(iter(reasons.values()), "") if len(reasons) == 1 else ""
    if asked[0].tag == "textEntryInteraction":
        kind: Kind = "number" if declared.get("baseType") in ("integer", "float") else "short"
        return ForeignQuestion(
            item.line, stem, kind, (), tuple(rights), "", title, rationale, correct.line, member,
        )  # fmt: skip
    options = tuple(
        ForeignOption(one.markdown("feedbackInline"), one.get("identifier") in rights, _inline_feedback(one))
        for one in asked[0].every("simpleChoice")
    )
    kind = "multiple" if declared.get("cardinality") == "multiple" and asked[0].get("maxChoices") != "1" else "single"
    kind = "true-false" if kind == "single" and _says_truth(options) else kind
    return ForeignQuestion(item.line, stem, kind, options, (), "", title, rationale, correct.line, member)


def _all(node: Node) -> Iterator[Node]:
    for one in node.inside:
        if isinstance(one, Node):
            yield one
            yield from _all(one)


def _inline_feedback(choice: Node) -> str:
    return " ".join(one.markdown() for one in choice.every("feedbackInline"))


def _says_truth(options: tuple[ForeignOption, ...]) -> bool:
    return {truth(one.text) for one in options} == {True, False} and len(options) == 2


def _material(node: Node) -> str:
    """All texts below an element, as Markdown."""
    return " ".join(filter(None, (_mattext(one) for one in node.every("mattext", "matimage"))))


def _mattext(node: Node) -> str:
    if node.tag == "matimage":
        return f"[image not carried: {node.get('uri').rpartition('/')[2]}]"
    plain = node.get("texttype", "text/plain").lower() == "text/plain"
    return markdown(node.text) if plain else text_of(node.text) if node.text else node.markdown()


def _within(rights: list[str], bounds: list[str]) -> tuple[tuple[str, ...], str]:
    """The right values and a tolerance; the middle of the bounds where no value is named, all where that is unclear."""
    numbers = [_number(one) for one in bounds]
    if len(numbers) != 2 or len(rights) > 1:
        return (*rights, *bounds), ""
    low, high = sorted(numbers)
    middle = _number(rights[0]) if rights else (low + high) / 2
    reach = max(high - middle, middle - low)
    return (rights[0] if rights else _decimal(middle),), _decimal(reach) if reach else ""


def _number(text: str) -> Fraction:
    """A decimal; 0 for a text that is none."""
    try:
        return Fraction(text) if len(text) < 40 and "e" not in text.lower() else Fraction(float(text))
    except (ValueError, OverflowError, ZeroDivisionError):
        return Fraction(0)


def _decimal(value: Fraction) -> str:
    return str(value.numerator) if value.denominator == 1 else repr(round(float(value), 12))
