"""The quiz on the screen: banner, question, hints, verdict and its reasons. Everything is appended below."""

from __future__ import annotations

from collections.abc import Iterable

from rich.text import Text

from cnnquiz.model import Choice, Figure, Variant
from cnnquiz.quiz.session import Reply, Session
from cnnquiz.render.console import Screen
from cnnquiz.render.key_status import warning_line
from cnnquiz.render.layout import bar, hang, paragraphs
from cnnquiz.render.prose import inline, prose
from cnnquiz.render.solution import worked
from cnnquiz.render.typed import expected
from cnnquiz.solution import Solution

COMMANDS = (
    ("h", "hint", "the next hint; there may be several"),
    ("s", "skip", "leave it; the answer is explained all the same"),
    ("b", "back", "the question before"),
    ("q", "quit", "save and leave; the same command goes on later"),
    ("?", "keys", "this list"),
)
SAID = {
    "no-hint": "There are no more hints for this question.",
    "first": "This is the first question.",
    "time-up": "The time is up.",
}




def again(screen: Screen, variant: Variant, number: int, of: int, figure: str) -> list[Text]:
    """A question once more, before its verdict."""
    lead = Text.assemble(screen.margin, f"Question {number} of {of}", "  ")
    head = hang(screen, screen.text(variant.item.topic), lead)
    stem = prose(screen, variant.stem, screen.margin, "strong")
    drawn = picture(screen, variant.item.figure, figure) if variant.item.figure else []
    return [Text(), Text(), *paragraphs([head, stem, drawn, options(screen, variant.choices)])]


def key_of(variant: Variant, command: str) -> str:
    """The key of a command: its letter, in upper case where an option has the small one."""
    taken = command in {choice.letter for choice in variant.choices} or variant.item.type == "expression"
    return command.upper() if taken else command  # `?` stays


def banner(screen: Screen, title: str, facts: Iterable[str]) -> list[Text]:
    """The quiz's title, and what is special about this session."""
    lines = hang(screen, screen.text(title, "title"), screen.margin)
    return [Text(), *lines, *hang(screen, screen.text(screen.pick(" · ", ", ").join(facts)), screen.margin)]


def question(screen: Screen, session: Session, left: str, figure: str) -> list[Text]:
    """The question with its number, figure and options; `left` says how much time is left."""
    variant = session.variant
    blocks = [
        _header(screen, session, left),
        prose(screen, variant.stem, screen.margin, "strong"),
        picture(screen, variant.item.figure, figure) if variant.item.figure else [],
        options(screen, variant.choices),
        hang(screen, Text(expected(variant)), screen.margin) if not variant.choices else [],
        _several(screen, variant),
        _standing(screen, session),
    ]
    return [Text(), Text(), *paragraphs(blocks)]


def _header(screen: Screen, session: Session, left: str) -> list[Text]:
    number, of = session.at + 1, len(session.variants)
    line = Text.assemble(f"Question {number} of {of}  ", bar(screen, number, of, 20 if screen.columns >= 60 else 8))
    seed = session.variant.seed
    for words in (session.variant.item.topic, "" if seed is None else f"seed {seed}", left):
        line.append_text(screen.text(f"  {words}" if words else ""))
    return hang(screen, line, screen.margin)


def options(screen: Screen, choices: Iterable[Choice]) -> list[Text]:
    """The options, each behind its letter."""
    blocks = [
        prose(screen, choice.text, Text.assemble(screen.margin, "  ", (screen.plain(choice.letter), "key"), "  "))
        for choice in choices
    ]
    return [line for block in blocks for line in block]


def picture(screen: Screen, figure: Figure, drawn: str) -> list[Text]:
    """The figure as drawn where the screen can show it, and in words elsewhere; its caption below."""
    lines = [line.rstrip() for line in screen.plain(drawn).splitlines()]
    widest = max((Text(line).cell_len for line in lines), default=0)
    caption = hang(screen, inline(screen, figure.caption, "note"), screen.margin) if figure.caption else []
    if not lines or not screen.unicode or widest > screen.columns:
        return [*hang(screen, inline(screen, f"Figure: {figure.alt}"), screen.margin, screen.margin + "  "), *caption]
    margin = screen.margin if widest + len(screen.margin) <= screen.columns else ""
    return [*(Text(margin + line, no_wrap=True, overflow="ignore") for line in lines), *caption]


def _several(screen: Screen, variant: Variant) -> list[Text]:
    words = "Several may be right: type all their letters, such as a c."
    return hang(screen, Text(words), screen.margin) if variant.item.type == "multiple" else []


def _standing(screen: Screen, session: Session) -> list[Text]:
    """In an exam, what was answered before."""
    if not session.exam or session.reply is None:
        return []
    words = f"Your answer so far: {session.reply.response}" if session.reply.response else "Skipped so far."
    return hang(screen, screen.text(f"{words} (Enter keeps it)"), screen.margin)


def key_line(screen: Screen, session: Session) -> list[Text]:
    """The keys for this question, on one line."""
    variant = session.variant
    letters = [choice.letter for choice in variant.choices]
    keys = [(f"{letters[0]}-{letters[-1]}", "answer")] if letters else []
    wide = screen.columns >= 60
    names = ("h", "s", "b", "q", "?") if wide else ("h", "s", "?")
    keys += [
        (key_of(variant, key), word)
        for key, word, _ in COMMANDS
        if key in names and not (key == "h" and (session.exam or not variant.hints)) and (key != "b" or session.at)
    ]
    return hang(screen, joined(screen, keys), screen.margin)


def joined(screen: Screen, keys: Iterable[tuple[str, str]]) -> Text:
    """Keys with what they do, side by side."""
    pieces = [Text.assemble((screen.plain(key), "key"), " ", word) for key, word in keys]
    return Text("   ").join(pieces)


def help_lines(screen: Screen, session: Session) -> list[Text]:
    """All keys that mean something now, and what they do."""
    variant, rows = session.variant, list[Text]()
    hidden = "h" * session.exam + "hs" * session.told + "b" * (session.at == 0)
    for key, word, meaning in COMMANDS:
        if key not in hidden:
            name = key if session.told else key_of(variant, key)
            rows += hang(screen, inline(screen, meaning), Text.assemble(screen.margin, (name, "key"), f"  {word}  "))
    pressed = bool(variant.choices) and variant.item.type != "multiple"
    words = ["Backspace goes back too."] if session.at and (pressed or session.told) else []
    if session.at and not session.told and key_of(variant, "b") == "B" and variant.choices:
        words.insert(0, "B goes back; a small b answers where there is an option b.")
    return [Text(), *rows, *hang(screen, Text(" ".join(words)), screen.margin)] if words else [Text(), *rows]


def going_on(screen: Screen, session: Session) -> Text:
    """What the keys do between a verdict and the next question."""
    last = session.at + 1 >= len(session.variants) and session.complete
    keys = [("Enter", "result" if last else "next question")]
    keys += [("b", "back")] if session.at else []
    return Text.assemble(screen.margin, joined(screen, [*keys, ("q", "quit")]), "  ")


def hint(screen: Screen, text: str, number: int, of: int) -> list[Text]:
    """One hint, and how many there are."""
    label = f"Hint {number} of {of}: " if of > 1 else "Hint: "
    return [Text(), *prose(screen, text, Text.assemble(screen.margin, (label, "em"))), Text()]


def verdict(screen: Screen, variant: Variant, reply: Reply, solution: Solution | None) -> list[Text]:
    """Right or wrong in words, why, and the worked steps."""
    body = screen.margin + "  "
    wrong = reply.mark.verdict in ("wrong", "partly")
    chosen = [choice for choice in variant.choices if choice.letter in reply.response.split()]
    right = [choice for choice in variant.choices if choice.letter in variant.key]
    key = [] if reply.mark.verdict == "right" else _key(screen, variant, right)
    whys = [prose(screen, choice.why, body) for choice in chosen if choice.why and (wrong or not key)]
    steps = worked(screen, solution, body + "  ") if solution else []
    blocks = [
        [*_verdict(screen, variant, reply, chosen), *(line for why in whys for line in why)],
        [*key, *(line for each in right if key for line in prose(screen, each.why, body) if each not in chosen)],
        prose(screen, variant.rationale, body),
        [Text.assemble(body, ("Step by step", "title")), *steps] if steps else [],
        warning_line(screen, variant.worked, body),
    ]
    return [Text(), *paragraphs(blocks)]


def _verdict(screen: Screen, variant: Variant, reply: Reply, chosen: list[Choice]) -> list[Text]:
    sign, style, word = {
        "right": (screen.pick("✓", "+"), "right", "Right"),
        "wrong": (screen.pick("✗", "x"), "wrong", "Wrong"),
        "partly": (screen.pick("~", "~"), "wrong", "Partly right"),
        "skipped": (screen.pick("·", "-"), "", "Skipped"),
    }[reply.mark.verdict]
    lead = Text.assemble(screen.margin, (sign, style), " ", (word, "strong"))
    if not reply.response:
        return [lead]
    lead.append(": ")
    said = _named(screen, chosen) if chosen else screen.text(reply.response)
    return hang(screen, said, lead)


def _key(screen: Screen, variant: Variant, right: list[Choice]) -> list[Text]:
    said = _named(screen, right) if right else screen.text(" or ".join(variant.key), "answer")
    words = "The answers are " if len(right) > 1 else "The answer is "
    return hang(screen, Text.assemble(words, said), screen.margin + "  ")


def _named(screen: Screen, choices: list[Choice]) -> Text:
    """Options by letter and words: d, 125x125x4."""
    pieces = [Text.assemble((screen.plain(c.letter), "strong"), "  ", inline(screen, c.text)) for c in choices]
    return Text("; ").join(pieces)
