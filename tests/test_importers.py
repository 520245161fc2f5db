"""Foreign quizzes: what is read of each format, what is refused and where, and that no file does harm."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cnnquiz import bank, importers
from cnnquiz.bank.writer import bank_text
from cnnquiz.checks.foreign import Judged, judged
from cnnquiz.errors import CnnquizError
from cnnquiz.importers import ForeignQuestion, Refusal
from cnnquiz.model import Bank

HERE = Path(__file__).parent / "importers"
FILES = sorted(path for path in HERE.glob("*/*") if path.suffix != ".expected")
NAMES = [str(path.relative_to(HERE)) for path in FILES]
WHOLE = [path for path in FILES if path.stem in ("good", "first", "second", "crlf")]
every_file = pytest.mark.parametrize("path", FILES, ids=NAMES)


def outline(one: ForeignQuestion | Refusal) -> str:
    """A question or a refusal on one line, right options behind a star."""
    begin = f"{one.line} [{one.name}] " if one.name else f"{one.line} "
    if isinstance(one, Refusal):
        return f"{begin}refused: {one.why}"
    options = [f"{'*' * each.right}{each.text}{' # ' * bool(each.why)}{each.why}" for each in one.options]
    key = [f"= {' = '.join(one.answers)}{' +- ' * bool(one.tolerance)}{one.tolerance}"] if one.answers else []
    reason = [f"because {one.rationale}"] if one.rationale else []
    parts = [f"{begin}{one.type}@{one.key_line}: {one.stem}", *options, *key, *reason]
    return " | ".join(" / ".join(filter(None, (line.strip() for line in part.split("\n")))) for part in parts)


def outlines(path: Path) -> str:
    """All that a file holds, a line each, or the one line why it is refused."""
    try:
        found = importers.read(path, path.parent.name)
    except CnnquizError as fault:
        return f"error: {str(fault).replace(f'{path}', path.name)}\n"
    return "".join(f"{outline(one)}\n" for one in found)


@every_file
def test_each_file_is_read_as_expected(path: Path) -> None:
    assert outlines(path) == path.with_name(f"{path.stem}.expected").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", WHOLE, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_format_is_known_by_its_file(path: Path) -> None:
    assert importers.format_of(path) == path.parent.name


# Any bytes at all: questions, refusals, or one line.

SAMPLES = [(path.parent.name, path.read_bytes()) for path in FILES]


def fate(form: str, data: bytes, folder: Path) -> str:
    """What comes of some bytes: `read` where a bank is made of them that loads, else the line that refuses them."""
    path = folder / "quiz"
    path.write_bytes(data)
    try:
        found = importers.read(path, form)
    except CnnquizError as fault:
        return str(fault)
    assert all(one.line >= 1 for one in found)
    items = [one.item for one in judged(found) if isinstance(one, Judged)]
    loaded = bank.load("quiz.yaml", bank_text(Bank(1, "quiz", "Quiz", items))) if items else None
    assert loaded is None or (loaded.bank is not None and loaded.bank.items == items), loaded.findings
    return "read"


@st.composite
def mutated(draw: st.DrawFn) -> tuple[str, bytes]:
    """A sample with pieces cut out, doubled or replaced, under its own format or another."""
    form, data = draw(st.sampled_from(SAMPLES))
    for _ in range(draw(st.integers(1, 4))):
        start, end = sorted((draw(st.integers(0, len(data))), draw(st.integers(0, len(data)))))
        pieces = st.sampled_from([b"", data[start:end] * 2, b"{", b"\0", b"$", b"\r"])
        between = draw(st.one_of(st.binary(max_size=6), pieces))
        data = data[:start] + between + data[end:]
    return draw(st.sampled_from([form, form, *importers.names()])), data


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(mutated(), st.tuples(st.sampled_from(importers.names()), st.binary(max_size=300))))
def test_no_bytes_bring_more_than_one_line(tmp_path: Path, case: tuple[str, bytes]) -> None:
    assert "\n" not in fate(*case, tmp_path)


@given(st.lists(st.text(min_size=1, max_size=300), min_size=1, max_size=4))
def test_a_bank_is_read_back_as_it_was_written(texts: list[str]) -> None:
    questions = [ForeignQuestion(1, "Which? " + text, "number", (), ("7",), "", text, text) for text in texts]
    items = [one.item for one in judged([*questions]) if isinstance(one, Judged)]
    loaded = bank.load("quiz.yaml", bank_text(Bank(1, "quiz", "Quiz", items, "1:30")))
    assert loaded.bank is not None and (loaded.bank.items, loaded.bank.source) == (items, "1:30")


def archive(members: dict[str, bytes], **options: int) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED, **options) as written:
        for name, content in members.items():
            written.writestr(name, content)
    return data.getvalue()


ITEMS = {path.name: path.read_bytes() for path in (HERE / "qti").glob("*.xml")}
MANY = b"<questestinterop>" + b"<item/>" * 250_000 + b"</questestinterop>"
DEEP = b"<quiz>" + b"<question>" * 5_000
HOSTILE = {
    "a bomb in an archive": ("qti", archive({"bomb.xml": b" " * 50_000_000}), "unpacks to more than is read"),
    "many files in an archive": ("qti", archive({f"{n}.xml": b"" for n in range(6_000)}), "more than 5,000 files"),
    "an archive cut short": ("qti", archive(ITEMS)[:500], "cannot be unpacked"),
    "an archive of an archive": ("qti", archive({"inner.zip": archive(ITEMS)}), "no question is found"),
    "very many elements": ("qti", MANY, "more than 200,000 elements"),
    "deep elements": ("moodle", DEEP, "nested too deeply"),
    "deep lists": ("jsonl", b"[" * 100_000, "nested too deeply"),
    "a long number": ("jsonl", b'{"question": "?", "answer": ' + b"9" * 5_000 + b"}", "too many digits"),
    "another encoding": ("aiken", "Which?\nA. é\nB. e\nANSWER: A\n".encode("latin-1"), ":2: a byte here is not UTF-8"),
    "an unknown encoding": ("moodle", b'<?xml version="1.0" encoding="utf-1"?><quiz/>', ":1: this is not XML"),
    "no text at all": ("text", b"\0\1\2" * 50, ":1: this is not a text file"),
    "nothing": ("gift", b"", "no question is found"),
    "unclosed tags": ("gift", b"[html]" + b"<a " * 60_000 + b"{T}", "read"),
    "unclosed comments": ("gift", b"[html]" + b"<!--" * 60_000 + b"{T}", "read"),
    "unclosed braces": ("gift", b"{" * 100_000 + b"\n\n" + b"{~" * 50_000, "read"),
    "very many questions": ("gift", b"Right?{T}\n\n" * 10_001, "more than 10,000 questions"),
    "a long line of letters": ("markdown", b"a) " * 100_000 + b"\nAnswer: a", "read"),
    "stars": ("markdown", b"1. Which?\na) x\nb) y\n" + b"*" * 100_000 + b"\nAnswer" + b" " * 100_000 + b": a", "read"),
    "unclosed mathematics": ("markdown", b"1. What?\n" + rb"\(" * 200_000 + b"\nAnswer: 3", "read"),
    "quotes": ("csv", b"question,answer\n" + b'"' * 100_001, "cannot be read"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_file_is_soon_done(tmp_path: Path, kind: str) -> None:
    form, data, expected = HOSTILE[kind]
    assert expected in fate(form, data, tmp_path)


def test_utf_16_with_its_mark_is_read(tmp_path: Path) -> None:
    assert fate("gift", "Größer?{T}".encode("utf-16"), tmp_path) == "read"


def test_a_package_names_the_file_inside_it(tmp_path: Path) -> None:
    path = tmp_path / "package.zip"
    path.write_bytes(archive(ITEMS))
    found = importers.read(path)
    assert {one.member for one in found} == ITEMS.keys()
    (broken,) = (one for one in found if one.member == "broken.xml")
    assert isinstance(broken, Refusal) and (broken.line, "not XML" in broken.why) == (3, True)
