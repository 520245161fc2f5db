"""The bank to start from: two commented items that pass `cnnquiz check`, under a new id and title."""

from __future__ import annotations

import json
import re
import unicodedata
from pathlib import Path

from cnnquiz import calculators
from cnnquiz.errors import CnnquizError
from cnnquiz.files import write_new
from cnnquiz.shown import display_text

TEMPLATE = Path(__file__).with_name("starting_bank.yaml")
SUFFIXES = (".yaml", ".yml")


def write(wanted: str, title: str | None = None) -> Path:
    """Write a starting bank to a path that is still free, with `.yaml` added to a bare name."""
    path = Path(wanted if wanted.endswith(SUFFIXES) else f"{wanted}.yaml")
    write_new(path, bank_text(bank_id(path), title, path.name), "the bank cannot be written")
    return path


def bank_id(path: Path) -> str:
    """The id that follows from a file's name: `My Bank.yaml` -> my-bank."""
    stem = path.name.removesuffix(".yaml").removesuffix(".yml")
    plain = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode()
    found = "-".join(re.findall(r"[a-z0-9]+", plain.lower()))
    name = display_text(path)
    if stem.startswith("-"):
        raise CnnquizError(f"{name}: a name that begins with - is taken for an option: choose another name")
    if not found:
        raise CnnquizError(f"{name}: a bank's file needs a letter or a digit in its name, for the bank's id")
    return found


def bank_text(bank: str, title: str | None, file_name: str) -> str:
    """The text of a starting bank."""
    words = display_text(" ".join((title or "").split())) or bank.replace("-", " ").capitalize()
    quoted = json.dumps(words, ensure_ascii=False)  # a JSON text is a YAML text
    text = TEMPLATE.read_text(encoding="utf-8").replace("FILE_NAME", display_text(file_name))
    results = [name for name in calculators.load("conv").result_names if name != "output_shape"]
    text = text.replace("OTHER_RESULTS", ", ".join(results))
    return text.replace("BANK_ID", f'"{bank}"' if bank.isdigit() else bank).replace("BANK_TITLE", quoted)
