"""The records that the whole program shares: typed, frozen, without input or output.

Bank, Item and their parts are the records in memory, the types that load a YAML bank, and the source of its
JSON Schema (`cnnquiz schema`).
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from msgspec import Meta, Struct
from msgspec.structs import replace

Letter = Annotated[str, Meta(pattern="^[a-z]$", description="a letter: a, b, c, ...")]
Slug = Annotated[
    str,
    Meta(
        pattern="^[A-Za-z0-9][A-Za-z0-9_.-]*$",
        description="letters, digits, hyphens, _ and ., a letter or digit first",
    ),
]
ItemType = Literal["single", "multiple", "true-false", "number", "shape", "expression", "parts"]
PartType = Literal["number", "shape", "true-false", "expression"]
Level = Literal["error", "warning"]
Verdict = Literal["right", "wrong", "partly", "skipped"]



class Figure(Struct, frozen=True, forbid_unknown_fields=True):
    """A picture drawn in characters, in a text file beside the bank, and its description in words."""

    file: str
    alt: str = ""
    caption: str = ""


Range = Annotated[list[int], Meta(min_length=2, max_length=3)]


class Draw(Struct, frozen=True, forbid_unknown_fields=True):
    """The values that one given of a family may take: a list, or a range [first, last] or [first, last, step]."""

    choice: list[str] | None = None
    range: Range | None = None


def _givens(written: Any) -> dict[str, Any]:
    """The givens by name; one value alone is the main quantity's, which is named "" here."""
    if isinstance(written, dict):
        return written
    return {"": written} if written != "" else {}


class Written:
    """One calculator's name with its givens, and one word beside it, as a bank writes them.

    `written` is the form in the file; ValueError where it is none of these forms.
    """

    forms: ClassVar[tuple[type, ...]] = (dict,)
    aside: ClassVar[str]
    __slots__ = ("calculator", "given", "written")

    def __init__(self, written: Any) -> None:
        self.written = written
        self.calculator, self.given = "", dict[str, Any]()
        if isinstance(written, dict):
            names = [name for name in written if name != self.aside]
            if len(names) != 1 or not isinstance(written.get(self.aside, ""), str):
                raise ValueError
            self.calculator, self.given = names[0], _givens(written[names[0]])
        elif type(written) not in self.forms:
            raise ValueError

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.written == other.written

    def __hash__(self) -> int:
        return hash(repr(self.written))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.written!r})"


class Claim(Written):
    """A statement that a calculator can decide: work `given` by `calculator`, then ask whether `holds` is true.

        claim: {linear: "relu(x)"}
        claim: {net: {network: vgg16}, holds: "dense_layers <= 1"}
        claim: none

    `word` is a claim about the other options (none, all); it has no calculator.
    """

    forms = (dict, str)
    aside = "holds"
    __slots__ = ()

    @property
    def word(self) -> str:
        return self.written if isinstance(self.written, str) else ""

    @property
    def holds(self) -> str:
        return "" if self.word else str(self.written.get("holds", ""))


class Derivation(Written):
    """What an item's key follows from: the calculator, its givens and the result that is wanted.

    derivation: {conv: {in: 256x256x3, k: 7, s: 2, filters: 4}, want: output_shape}

    A part of a result is wanted as `theta_2`, its second element, as `y[1]`, the same counted from 0, or as `y_sum`;
    memory in a larger unit as `weight_bytes_fp32 in MB`. In an item of type `parts`, each part says what it wants.
    """

    aside = "want"
    __slots__ = ()

    @property
    def want(self) -> str:
        return str(self.written.get("want", ""))

    def wanting(self, want: str) -> Derivation:
        """The same calculator and givens, another result."""
        return Derivation({**self.written, "want": want})

    def command(self, given: Mapping[str, Any] | None = None) -> str | None:
        """The command that works it, perhaps with other givens; None where they do not fit on one line."""
        values = given or self.given
        if not all(isinstance(value, str | int) for value in values.values()):
            return None
        arguments = (word for name, value in values.items() for word in ([f"--{name}"] if name else []) + [str(value)])
        return shlex.join(["cnnquiz", "solve", self.calculator, *arguments])


class Evidence(Struct, frozen=True, forbid_unknown_fields=True):
    """The experiment that shows an item's key, and the condition that its figures fulfil for each seed.

    evidence: {experiment: vanishing, holds: "sigmoid_10 < sigmoid_2/100"}
    """

    experiment: str
    holds: str


class Option(Struct, frozen=True, forbid_unknown_fields=True):
    """One option of an item: its text, why it is right or wrong, and what makes that decidable.

    `slip` names the misconception (or several, applied together) that leads to this option; with a slip
    and no text, the option is worked out from the misconception's formula.
    """

    text: str = ""
    why: str = ""
    claim: Claim | None = None
    slip: str | list[str] | None = None

    @property
    def misconceptions(self) -> tuple[str, ...]:
        """The names of the misconceptions that lead to it."""
        return (self.slip,) if isinstance(self.slip, str) else tuple(self.slip or ())


class Part(Struct, frozen=True, forbid_unknown_fields=True):
    """One of the answers that an item of type `parts` asks for: a question or a name, and its own key."""

    ask: str
    type: PartType = "number"
    want: str = ""
    key: str = ""
    tolerance: str = ""

    @property
    def question(self) -> str:
        """The question; a name is asked for."""
        return self.ask if self.ask.rstrip().endswith((".", "?", "!")) else f"What is the {self.ask}?"


class Item(Struct, frozen=True, forbid_unknown_fields=True):
    """One question of a bank."""

    id: Slug
    stem: str
    topic: str = ""
    type: ItemType = "single"
    options: dict[Letter, str | Option] = {}
    key: str | list[str] = ""
    derivation: Derivation | None = None
    evidence: Evidence | None = None
    vary: dict[str, Draw] = {}
    where: list[str] = []
    hints: list[str] = []
    rationale: str = ""
    source: str = ""
    note: str = ""
    figure: Figure | None = None
    tolerance: str = ""
    asks: bool = True
    level: Annotated[int, Meta(ge=1, le=9, description="how hard it is, from 1; drills climb from level to level")] = 1
    allow: list[str] = []
    parts: list[Part] = []
    pool: list[Option] = []

    @property
    def comes_in_variants(self) -> bool:
        """Whether a seed changes what is asked: the numbers of a family, or the options of an item with a pool."""
        return bool(self.pool or (self.vary and self.derivation))

    @property
    def questions(self) -> tuple[Item, ...]:
        """Its parts, each as an item with one answer; itself where it has none."""
        return tuple(self._question(part) for part in self.parts) or (self,)

    def _question(self, part: Part) -> Item:
        derivation = self.derivation.wanting(part.want) if self.derivation and part.want else None
        return replace(
            self, stem=f"{self.stem.rstrip()} {part.question}", type=part.type, key=part.key,
            tolerance=part.tolerance, derivation=derivation, parts=[],
        )  # fmt: skip

    @property
    def choices(self) -> dict[str, Option]:
        """The options by letter, each as an Option."""
        return {
            letter: Option(text=option) if isinstance(option, str) else option
            for letter, option in self.options.items()
        }

    @property
    def keys(self) -> tuple[str, ...]:
        """The key as a tuple: one letter or value, or several for an item of type `multiple`."""
        if isinstance(self.key, str):
            return tuple(self.key.replace(",", " ").split()) if self.type == "multiple" else (self.key,)
        return tuple(self.key)


class Bank(Struct, frozen=True, forbid_unknown_fields=True):
    """One YAML file of items."""

    format: Literal[1]
    id: Slug
    title: str
    items: list[Item]
    source: str = ""
    layout: Literal["hwc", "chw"] = "hwc"
    limit: Annotated[int, Meta(ge=1)] | None = None

    def item(self, item_id: str) -> Item | None:
        """The item of that id, if there is one."""
        return next((item for item in self.items if item.id == item_id), None)


class Mark(Struct, frozen=True):
    """The verdict on one response, with the misconceptions that explain it."""

    verdict: Verdict
    score: float
    misconceptions: tuple[str, ...] = ()


class Attempt(Struct, frozen=True):
    """One marked response to one variant, as history keeps it. An old verdict is never marked again.

    `time` is UTC in ISO 8601; `response` and `key` are in the bank's own letters, not in the shuffled ones.
    """

    session: str
    bank: str
    item: str
    topic: str
    content_hash: str
    seed: int | None
    response: str
    key: str
    verdict: Verdict
    score: float
    misconception: str | None
    hints: int
    seconds: float | None
    time: str
    version: str
    mode: str = "take"


class Finding(Struct, frozen=True):
    """One fault that `check` reports, where it stands in the file (line and column count from 1)."""

    rule: str
    level: Level
    path: str
    line: int
    column: int
    item: str | None
    message: str
    expected: str | None = None
    remedy: str = ""
