"""Hostile texts in every field that a user, a bank, a file or the environment fills: what comes out is only text.

A scene is a bank, a history, a network and a folder made of such texts, and all commands run on them. The suite plays
a few; `python tests/fuzz/injection.py 300` plays so many, a tenth of the commands as processes of their own too, and
`--seed 4711` begins with another.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import io
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock
from xml.etree import ElementTree

import msgspec
import yaml

sys.path.insert(0, str(Path(__file__).parents[1]))

from fuzz.lines import SOUND
from history.writer import attempt
from screens import Stream

from cnnquiz import __main__ as entry
from cnnquiz import cli

PROBES = {  # markup, by the name under which it is found again in a wrapped line
    "Qz1": "[bold]Qz1", "Qz2": "[link=u:x]Qz2", "Qz3": "[here](u:Qz3", "Qz4": "![i](u:Qz4", "Qz5": "<b>Qz5",
    "Qz6": "&lt;Qz6",
}  # fmt: skip
PIECES = json.loads(Path(__file__).with_name("hostile.json").read_text(encoding="utf-8"))
CODES = {"0", "1", "3", "31", "32", "35", "36", "1;31", "1;32", "3;36", "1;36", "1;35", "3;31", "3;32", "3;35", "1;3"}
COLOUR = re.compile(r"\x1b\[([\d;]*)m")
ANNOTATION = re.compile(r"::(error|warning) file=[^,]*,line=\d+,col=\d+,title=[a-z-]+::.*")
HIDDEN = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0000-\U000e0fff]")
SCRIPTS = re.compile("[\u0600-\u0dff][\u200c\u200d](?=[\u0600-\u0dff])")
MARKS = re.compile("[\u0300-\u036f\u0e47]{31}")
DATA = ("json", "sarif", "lines", "all.jsonl", "all.csv")  # which say it in escapes
FORMULA = re.compile(r"[\s]*[=+@＝＋－＠-]")
ENVIRONMENTS: dict[str, tuple[str | None, ...]] = {
    "NO_COLOR": (None, None, "", "1", "\x1b[31m"),
    "TERM": ("xterm", "xterm", "dumb", "", "\x1b[31m", "no-such-terminal"),
    "COLUMNS": ("80", "80", "40", "0", "-5", "20", "", "abc", "9" * 30, "٣٢", "²", "120"),
    "GITHUB_ACTIONS": (None, None, "true"),
}


class Case(NamedTuple):
    """One command line, what is typed, the file that it writes, and the form of what comes out on stdout."""

    words: tuple[str, ...]
    typed: str = ""
    form: str = "text"
    written: str = ""


class Output(NamedTuple):
    """What one command wrote, and where: stdout, stderr or a file."""

    place: str
    form: str
    text: str


# What goes in


def hostile(rng: random.Random) -> str:
    """A text of one to four pieces, most of them hostile."""
    joint = rng.choice(("", "", " ", "\n", " word "))
    return joint.join(rng.choice(PIECES) for _ in range(rng.choice((1, 1, 2, 3, 4))))


def file_name(rng: random.Random, suffix: str) -> str:
    """A hostile text that a file can be called."""
    return argument(rng).replace("/", "")[:40] + rng.choice(("", "", "", "\udcff")) + suffix


def argument(rng: random.Random) -> str:
    """A hostile text that a process can be given."""
    return hostile(rng).replace("\0", "").encode("utf-8", "ignore").decode()[:2000]


def item(rng: random.Random, number: int, rough: bool) -> dict[str, Any]:
    """A question with hostile prose; a rough one is hostile where a name or a number stands, too."""
    made: dict[str, Any] = {
        "id": f"item-{number}", "topic": hostile(rng), "stem": f"How wide? {hostile(rng)}", "rationale": hostile(rng),
        "source": hostile(rng), "note": hostile(rng), "hints": [hostile(rng), hostile(rng)],
        "options": {
            "a": {"text": f"127 {hostile(rng)}", "why": hostile(rng)},
            "b": {"text": f"x{hostile(rng)}", "why": hostile(rng)},
        },
        "key": "b",
    }  # fmt: skip
    if rng.random() < 0.5:
        made["derivation"] = {"conv": {"in": "256", "k": "7", "s": "2"}, "want": "output_size"}
        made["options"]["b"]["text"], made["vary"] = "125", {"in": {"choice": ["64", "128", "256"]}}
        made["options"]["a"] = {"text": "126", "why": hostile(rng)}
    if rng.random() < 0.3:
        made["figure"] = {"file": "figure.txt", "alt": hostile(rng)}
    for name in rng.sample(list(made), 2) if rough else ():
        made[name] = rng.choice((hostile(rng), {hostile(rng): hostile(rng)}, [hostile(rng)]))
    if rough and rng.random() < 0.5:
        made[hostile(rng)] = hostile(rng)
    return made


def bank(rng: random.Random, rough: bool) -> str:
    """A bank of one to three such questions, as YAML."""
    head = {"format": "1", "id": hostile(rng) if rough and rng.random() < 0.3 else "odd", "title": f"T{hostile(rng)}"}
    body = {**head, "source": hostile(rng), "items": [item(rng, number, rough) for number in range(rng.randint(1, 3))]}
    text = yaml.dump(body, default_style='"', allow_unicode=rng.random() < 0.5, sort_keys=False, width=10**9)
    return str(text)


def quiz(rng: random.Random) -> str:
    """A quiz of two such questions in JSON Lines, one of them asking for what can be worked; and a broken one."""
    stems = hostile(rng), "An input of 9x9x3 meets 6 filters of size 5x5, stride 1, no padding. Which output size?"
    options = [f"7x7x6{hostile(rng)}", "5x5x6", f"x{hostile(rng)}"]
    made = [{"id": hostile(rng), "text": one, "options": options, "key": rng.choice("abz")} for one in stems]
    return "".join(f"{json.dumps(one | {'explanation': hostile(rng)})}\n" for one in [*made, {"text": hostile(rng)}])


def network(rng: random.Random) -> str:
    """A network with hostile names, as YAML."""
    first, second, third, last = (argument(rng) for _ in range(4))
    layers = [{first: "conv 6 k5; tanh"}, f"{second}: pool k2", "flatten", {third: rng.choice(("dense 9", last))}]
    head = {"format": "1", "name": argument(rng), "title": argument(rng), "source": argument(rng), "input": "32x32x1"}
    return str(yaml.dump(head | {"layers": layers}, default_style='"', sort_keys=False, width=10**9))


def attempts(rng: random.Random) -> Iterator[Any]:
    """Attempts of another machine with hostile names, some of them at questions of this bank."""
    for number in range(6):
        one = attempt(argument(rng) or "s", number + 1)
        yield msgspec.structs.replace(
            one, topic=argument(rng), response=argument(rng), key=argument(rng), misconception=argument(rng),
            version=argument(rng), mode=rng.choice(("take", "drill", argument(rng))),
            bank=rng.choice(("odd", argument(rng) or "b")), item=rng.choice(("item-0", argument(rng) or "i")),
            verdict=rng.choice(("wrong", "right")),
        )  # fmt: skip


class Scene:
    """A folder with a bank, a figure, a network, a history and scripts; and the commands to run in it."""

    def __init__(self, seed: int, folder: Path) -> None:
        self.rng = rng = random.Random(seed)
        self.folder = folder
        self.bank, self.rough, self.net = file_name(rng, ".yaml"), file_name(rng, "~.yaml"), file_name(rng, "net.yaml")
        self.write(self.bank, bank(rng, False))
        self.write(self.rough, bank(rng, True))
        self.write(self.net, network(rng))
        self.quiz = file_name(rng, ".jsonl")
        self.write(self.quiz, quiz(rng))
        self.write("figure.txt", hostile(rng))
        self.write("lines", "".join(f"{json.dumps(self.request())}\n" for _ in range(5)) + hostile(rng))
        self.write("script", "\n".join(rng.choice(("", "", "slip: ", "key")) + hostile(rng) for _ in range(4)))
        self.write("in.jsonl", "".join(msgspec.json.encode(one).decode() + "\n" for one in attempts(rng)))
        self.write("bad.csv", hostile(rng))
        home = file_name(rng, "home") if rng.random() < 0.5 else "home"
        chosen = {name: rng.choice(values) for name, values in ENVIRONMENTS.items()}
        self.env = {name: value for name, value in chosen.items() if value is not None}
        self.env |= {"CNNQUIZ_HOME": str(folder / home), "LC_ALL": "C.UTF-8"}

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_bytes(text.encode("utf-8", "surrogatepass" if name.endswith("lines") else "replace"))

    def request(self) -> Any:
        """A line of a batch."""
        rng = self.rng
        given: dict[str, Any] = {"in": 9, "k": rng.choice((3, hostile(rng))), rng.choice(("s", hostile(rng))): 1}
        name, more = rng.choice(("conv", "linear", hostile(rng))), rng.choice(("steps", hostile(rng)))
        return {"calculator": name, "given": given, more: True}

    def typed(self) -> str:
        """What a person types: hints, hostile answers, a few right ones."""
        rng = self.rng
        return "".join(f"{rng.choice(('h', 'a', 'b', '?', hostile(rng), hostile(rng)))}\n" for _ in range(9)) + "q\n"

    def cases(self) -> Iterator[Case]:
        """The commands, in an order in which each has something to show."""
        yield Case(("stats", "--import", "in.jsonl"))
        yield from self.questions()
        yield from self.checks()
        yield from self.numericals()
        yield from self.progress()
        yield from self.strays()

    def questions(self) -> Iterator[Case]:
        rng, name = self.rng, str(Path(self.bank))
        for options in ((), ("--exam",), ("--shuffle", "--seed", "3")):
            yield Case(("take", name, *options), self.typed())
        yield Case(("take", name, "--topic", argument(rng)), self.typed())
        yield Case(("take", name, "--answers", argument(rng)))
        yield Case(("take", name, "--format", "json"), self.typed(), "json")
        yield Case(("take", self.rough), self.typed())
        yield Case(("drill", name), self.typed())
        yield Case(("drill", "conv", "--answers-file", "script", "--seed", "1"))
        yield Case(("drill", name, "--format", "json", "--limit", "1"), self.typed(), "json")
        for options in ((), ("--key",), ("--key", "--seed", "2")):
            yield Case(("show", name, *options))
            yield Case(("show", self.rough, *options))
        yield Case(("show", f"{name}/item-0", "--key"))
        yield Case(("show", f"{name}/{argument(rng)}"))
        yield Case(("show", name, "--format", "json"), "", "json")

    def checks(self) -> Iterator[Case]:
        for name in (self.bank, self.rough):
            for form in ("text", "json", "junit", "sarif", "github"):
                yield Case(("check", "--jobs", "1", "--format", form, "--", name), "", form)
            yield Case(("check", "--jobs", "1", "--verbose", "--", name), "", "any")
        for form in ("text", "json", "junit", "sarif", "github"):
            yield Case(("check", "--from", "jsonl", "--format", form, "--", self.quiz), "", form)
        yield Case(("import", "--output", "made.yaml", "--", self.quiz))
        yield Case(("import", "--output", "again.yaml", "--format", "json", "--", self.quiz), "", "json")
        yield Case(("check", "made.yaml"), "", "any")
        yield Case(("check", "--format", "junit", "--output", "report", "--", self.rough), "", "text", "report")
        yield Case(("check", "--format", "text", "-"), bank(self.rng, True))
        yield Case(("check", "--select", argument(self.rng), "--", self.bank), "", "any")
        yield Case(("check", f"--explain={argument(self.rng)}"))
        yield Case(("check", "--", argument(self.rng)), "", "any")

    def numericals(self) -> Iterator[Case]:
        rng = self.rng
        for form in ("rich", "plain", "json", "latex", "markdown"):
            yield Case(("solve", "net", self.net, "--format", form), "", "json" if form == "json" else "text")
        yield Case(("solve", "conv", f"--in={argument(rng)}", "--k", "3"))
        yield Case(("solve", "conv", "--in", "9", "--k", "3", f"--want={argument(rng)}"))
        yield Case(("solve", "net", "--", f"conv 6 k5 {argument(rng)} | pool"))
        yield Case(("solve", "linear", "--", f"3*x {argument(rng)}"))
        yield Case(("solve", "--", argument(rng)))
        for name, given in rng.sample(SOUND, 4):
            odd = {rng.choice(list(given) or ["x"]): f"x{argument(rng)}"}
            yield Case(("solve", name, *(f"--{short}={value}" for short, value in (given | odd).items())))
        yield Case(("solve", "--batch", "lines"), "", "lines")
        yield Case(("solve", "--batch", argument(rng) or "x"), "", "lines")

    def progress(self) -> Iterator[Case]:
        rng = self.rng
        yield Case(("review",), self.typed())
        yield Case(("review", "--forecast", "--format", "json"), "", "json")
        yield Case(("review", "--until", argument(rng)))
        yield Case(("stats",))
        yield Case(("stats", "--format", "json"), "", "json")
        yield Case(("stats", "--export", "all.csv", "--force"), "", "text", "all.csv")
        yield Case(("stats", "--export", "all.jsonl", "--force"), "", "text", "all.jsonl")
        yield Case(("stats", "--import", "bad.csv"))
        yield Case(("stats", "--export", file_name(rng, ".csv")))
        yield Case(("list",))
        yield Case(("list", "--format", "json"), "", "json")
        for name in ("path", "check", "rebuild"):
            yield Case(("history", name))
        for name in ("backup", "restore"):
            yield Case(("history", name, "--", file_name(rng, "")))

    def strays(self) -> Iterator[Case]:
        rng = self.rng
        name = file_name(rng, "new.yaml")
        yield Case(("new", f"--title={argument(rng)}", "--", name), "", "text", name)
        source = file_name(rng, "new.py")
        yield Case(("lab", "show", "resnet18", "--output", source), "", "text", source)
        for words in ("show", "build", "train resnet18 --data", "train vgg16 --resume --output"):
            yield Case(("lab", *words.split(), argument(rng) or "x"))
        yield Case(("take", argument(rng) or "x"))
        yield Case(("drill", "--", argument(rng)))
        yield Case(("list", argument(rng) or "x"))
        yield Case((argument(rng) or "x",))
        yield Case(("take", "week8", f"--seed={argument(rng)}"))
        yield Case(("take", "week8", f"--{argument(rng)}"))


# What comes out


def here(case: Case, scene: Scene) -> tuple[str, str]:
    """What the command writes to stdout and stderr, run in this process at what looks like a terminal or a pipe."""
    typed = io.TextIOWrapper(io.BytesIO(case.typed.encode("utf-8", "replace")), encoding="utf-8", errors="replace")
    terminal, encoding = scene.rng.random() < 0.4, scene.rng.choice(("utf-8", "utf-8", "ascii"))
    streams = {"stdout": Stream(terminal, encoding), "stderr": Stream(terminal, encoding), "stdin": typed}
    environment = mock.patch.dict(os.environ, surroundings(scene), clear=True)
    with mock.patch.multiple(sys, **streams), environment, contextlib.chdir(scene.folder):
        try:
            code = cli.run(list(case.words)) or 0
        except BaseException as problem:
            assert entry.verdict(problem)[0] == 2 and entry.user_error(problem), repr(problem)
            code = entry.explain(problem)
    assert code in (0, 1, 2, 3), code
    return streams["stdout"].getvalue(), streams["stderr"].getvalue()


def surroundings(scene: Scene) -> dict[str, str]:
    """The scene's environment; the package is the one that is tested here."""
    kept = {name: value for name, value in os.environ.items() if name not in ENVIRONMENTS}
    return kept | scene.env | {"PYTHONPATH": str(Path(cli.__file__).parents[1])}


def process(case: Case, scene: Scene) -> tuple[str, str]:
    """The same of a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "cnnquiz", *case.words], input=case.typed.encode("utf-8", "replace"),
        capture_output=True, cwd=scene.folder, env=surroundings(scene), check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode in (0, 1, 2, 3), done.returncode
    return done.stdout.decode(), done.stderr.decode()


def outputs(case: Case, scene: Scene, out: str, err: str) -> Iterator[Output]:
    """What the command wrote, with its form: what a failed command says on stdout is text."""
    if case.form == "any":
        yield Output("stdout", "github" if scene.env.get("GITHUB_ACTIONS") else "text", out)
    else:
        yield Output("stdout", case.form, out)
    yield Output("stderr", "text", err)
    path = scene.folder / (case.written or "none")
    if case.written and path.exists():
        yield Output("file", case.written, path.read_text(encoding="utf-8"))


def faults(output: Output) -> Iterator[str]:
    """What is wrong with an output, whatever command wrote it."""
    text = COLOUR.sub(lambda code: "" if code[1] in CODES else code[0], output.text)
    yield from sorted({f"U+{ord(c):04X}" for c in SCRIPTS.sub("", text) if is_hidden(c)})
    if output.form not in DATA and MARKS.search(text):
        yield "a long row of marks"
    lines = text.split("\n")
    commands = [line for line in lines if line.strip().startswith("::")]
    if output.form == "github":
        commands = [line for line in commands if not ANNOTATION.fullmatch(line)]
        commands += [line for line in lines[:-2] if not ANNOTATION.fullmatch(line)]
    yield from (f"a command: {line[:60]!r}" for line in commands)
    if output.form not in DATA and output.place != "file" and re.search(r"##(vso)?\[", text):
        yield "a command of the old form"
    flat = re.sub(r"\s+", "", text)
    if output.form == "text":
        yield from (f"{probe} is not literal" for name, probe in PROBES.items() if name in flat and probe not in flat)
    yield from malformed(output)


def is_hidden(character: str) -> bool:
    """Whether nobody can see the character, or it steers something."""
    kind = unicodedata.category(character)
    return character != "\n" and (kind[0] == "C" or kind in ("Zl", "Zp") or HIDDEN.match(character) is not None)


def malformed(output: Output) -> Iterator[str]:
    """What a reader of that form could not read, or would run."""
    text = output.text
    try:
        if output.form in ("json", "sarif") and text.strip():
            json.loads(text)
        if output.form in ("lines", "all.jsonl"):
            list(map(json.loads, text.splitlines()))
        if output.form in ("junit", "report") and text.strip():
            ElementTree.fromstring(text)
        if output.form.endswith("new.yaml"):
            yaml.safe_load(text)
    except (ValueError, ElementTree.ParseError, yaml.YAMLError) as problem:
        yield f"not {output.form}: {problem}"
    if output.form == "all.csv":
        for row in csv.DictReader(io.StringIO(text)):
            yield from (f"a formula: {cell!r}" for name, cell in row.items() if name != "seed" and FORMULA.match(cell))


def play(seed: int, share: float = 0.0) -> Iterator[tuple[Case, Output, list[str]]]:
    """Each output of a scene with its faults; so great a share of the commands runs as a process besides."""
    with tempfile.TemporaryDirectory() as folder:
        scene = Scene(seed, Path(folder))
        for case in scene.cases():
            for run in (here, process) if scene.rng.random() < share else (here,):
                try:
                    found = list(outputs(case, scene, *run(case, scene)))
                except Exception as problem:
                    yield case, Output(run.__name__, "", ""), [f"{type(problem).__name__}: {problem}"]
                    continue
                yield from ((case, output, list(faults(output))) for output in found if output.text)


def tally(seeds: Mapping[int, float]) -> tuple[Counter[str], Counter[str]]:
    """The outputs and the faulty ones by command; each new kind of fault is said with its seed."""
    seen, wrong, said = Counter[str](), Counter[str](), set[tuple[str, str]]()
    for seed, share in seeds.items():
        for case, output, found in play(seed, share):
            command = case.words[0] if case.words[0] in cli.cli.list_commands(None) else "(none)"  # type: ignore[arg-type]
            seen[command] += 1
            wrong[command] += bool(found)
            for fault in found:
                if (command, fault) not in said:
                    said.add((command, fault))
                    sys.stderr.write(f"seed {seed}: {command} {output.place} {output.form}: {fault}: {case.words!a}\n")
    return seen, wrong


def main() -> None:
    """Play as many scenes as asked for, and count the outputs by command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    seen, wrong = tally(dict.fromkeys(range(asked.seed, asked.seed + asked.count), 0.1))
    for command, number in sorted(seen.items()):
        sys.stdout.write(f"{command}: {number} outputs, {wrong[command]} faulty\n")
    sys.stdout.write(f"{seen.total()} outputs, {wrong.total()} faulty\n")
    sys.exit(bool(wrong.total()))


if __name__ == "__main__":
    main()
