"""The README is true: each example is run, and prints what stands there."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT, Program

README = (ROOT / "README.md").read_text(encoding="utf-8")
[BANK] = re.findall(r"```yaml\n(format: 1.*?)```", README, re.DOTALL)


def examples() -> Iterator[tuple[str, str]]:
    """Each `$ command` of the console blocks with the output below it."""
    for block in re.findall(r"```console\n(.*?)```", README, re.DOTALL):
        yield from re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE)


def pieces(output: str) -> list[str]:
    """The parts of an output between three dots at the end of a line, which stand for anything."""
    return [part.strip("\n") for part in re.split(r" ?\.\.\.$", output, flags=re.MULTILINE) if part.strip()]


@pytest.mark.parametrize(("command", "output"), list(examples()), ids=lambda text: text.split("\n")[0][:60])
def test_an_example_prints_what_the_readme_says(
    program: Program, tmp_path: Path, command: str, output: str
) -> None:
    (tmp_path / "my-bank.yaml").write_text(BANK, encoding="utf-8")
    name, *arguments = shlex.split(command)
    ended = program(*arguments)
    wrong = "error: " in output or "✗ Wrong: 126" in output
    assert (name, ended.returncode, ended.stderr) == ("cnnquiz", int(wrong), "")
    rest = ended.stdout
    for piece in pieces(output):
        assert piece in rest
        rest = rest[rest.index(piece) + len(piece) :]


@pytest.mark.parametrize("document", ["README.md", ".github/CONTRIBUTING.md"])
def test_what_a_document_names_is_there(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:tests|cnnquiz|questions)/[a-z_./]+?)(?:`|NAME)", text))
    assert len(named) > 5 and not [path for path in named if not (ROOT / path).exists()]
