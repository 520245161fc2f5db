"""The house rules: who may import whom, how long things may grow, and that nothing stays untested."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "cnnquiz"
SOURCES = sorted(PACKAGE.rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
LONGEST_FUNCTION = 40

# What a room must never reach, by whatever way its imports lead.
NEVER = """
model, errors: bank, solver, render
solution: solver, mathematics, render
mathematics: solver, layers, calculators
language: solver, layers, calculators, bank, items
solver: layers, calculators
layers: calculators
calculators: bank, items, answers, render
bank: items, quiz, checks, history, render
importers: bank, items, calculators, solver, mathematics, render
answers: quiz, checks, history, render
items: answers, quiz, checks, history, render
quiz: checks, history, render
history: bank, items, quiz, render
checks: quiz, history, render
interpreter: solver, calculators, bank, items, answers, quiz, checks, history, render
parsers: bank, items, answers, quiz, checks, history, render
lab: bank, items, answers, checks, quiz, history, render
reports: quiz, history, render
exporters: answers, checks, quiz, history, render.console
render: sessions, commands, history.store, lab.training
sessions: commands, checks
"""
HOMES = {
    "rich": ("render/",),
    "markdown_it": ("markdown.py",),
    "sqlite3": ("history/",),
    "defusedxml": ("importers/",),
    "yaml": ("yaml_text.py",),
    "fsrs": ("history/scheduling.py",),
    "sympy": ("mathematics/", "calculators/"),
    "mpmath": ("mathematics/precise.py",),
    "torch": ("lab/",),
    "numpy": ("lab/",),
    "PIL": ("lab/",),
    "click": ("cli.py", "commands/", "__main__.py"),
}
PURE = (
    "model", "solution", "solver", "mathematics", "language", "calculators", "layers", "interpreter", "parsers",
    "importers", "answers", "items", "quiz",
)  # fmt: skip
PRINTING = ("render", "__main__", "cli")
RUNS_TEXT = {"eval", "exec", "sympify", "parse_expr", "lambdify", "__import__"}
READS_THE_CLOCK = {"now", "utcnow", "today", "time", "monotonic", "perf_counter", "getrandbits", "urandom"}
GIVES_UP = {"skip", "skipif", "xfail", "importorskip"}


def part_of(path: Path) -> str:
    """The module or folder directly under the package that a file belongs to."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


PARTS = {part_of(path) for path in SOURCES}


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imports(path: Path, lazy: bool = True) -> Iterator[str]:
    """The dotted names that a file imports, relative ones made absolute; without `lazy`, at its top only."""
    nodes = ast.walk(tree(path)) if lazy else ast.iter_child_nodes(tree(path))
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            yield from (f"{absolute(node, path)}.{alias.name}" for alias in node.names)


def absolute(node: ast.ImportFrom, path: Path) -> str:
    if not node.level:
        return node.module or ""
    folder = ("cnnquiz", *path.relative_to(PACKAGE).parts[:-1])
    return ".".join([*folder[: len(folder) - node.level + 1], *filter(None, [node.module])])


def inner(names: Iterator[str]) -> set[str]:
    """The parts of the package among dotted names."""
    dotted = (name.split(".") for name in names)
    return {words[1] for words in dotted if words[0] == "cnnquiz" and len(words) > 1} & PARTS


def module_of(path: Path) -> str:
    """The dotted name of a file, without the package: calculators.conv."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_of(path): path for path in SOURCES}


def imported(path: Path) -> set[str]:
    """The files of the package that a file imports, wherever in it: for types alone and late ones too."""
    names = {name.removeprefix("cnnquiz.") for name in imports(path) if name.startswith("cnnquiz.")}
    files = {name if name in MODULES else name.rpartition(".")[0] for name in names}
    return {name for name in files if name in MODULES} - {module_of(path)}


GRAPH = {module: imported(path) for module, path in MODULES.items()}


@cache
def reached(module: str) -> frozenset[str]:
    """All files that a file's imports lead to."""
    found, left = set[str](), [module]
    while left:
        new = GRAPH[left.pop()] - found
        found |= new
        left += new
    return frozenset(found)


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


every_source = pytest.mark.parametrize("path", SOURCES, ids=name_of)
every_test = pytest.mark.parametrize("path", TESTS, ids=name_of)
every_file = pytest.mark.parametrize("path", SOURCES + TESTS, ids=name_of)


def within(module: str, place: str) -> bool:
    return module == place or module.startswith(f"{place}.")


@pytest.mark.parametrize("line", NEVER.strip().splitlines())
def test_what_a_room_never_reaches(line: str) -> None:
    rooms, others = (part.strip().split(", ") for part in line.split(":"))
    wrong = [
        (module, other)
        for module in MODULES
        for other in reached(module)
        if any(within(module, room) for room in rooms) and any(within(other, place) for place in others)
    ]
    assert not wrong
    assert all(any(within(module, place) for module in MODULES) for place in rooms + others)


def test_no_files_import_each_other_in_a_circle() -> None:
    assert not [module for module in MODULES if module in reached(module)]


def test_only_the_command_line_imports_commands() -> None:
    outside = {module for module in MODULES if not within(module, "commands")}
    assert {module for module in outside for other in GRAPH[module] if within(other, "commands")} <= {"cli", "__main__"}


@every_source
def test_each_library_stays_in_its_home(path: Path) -> None:
    used = {name.split(".")[0] for name in imports(path)} & HOMES.keys()
    place = path.relative_to(PACKAGE).as_posix()
    assert not [library for library in used if not place.startswith(HOMES[library])]


@every_source
def test_sympy_waits_until_it_is_needed(path: Path) -> None:
    assert not {"sympy", "mpmath"} & {name.split(".")[0] for name in imports(path, lazy=False)}


def called(path: Path) -> set[str]:
    """The names of all functions that a file calls or mentions: `f` of f(), `g` of a.g()."""
    names = {node.id for node in ast.walk(tree(path)) if isinstance(node, ast.Name)}
    return names | {node.attr for node in ast.walk(tree(path)) if isinstance(node, ast.Attribute)}


@every_source
def test_no_text_is_ever_run(path: Path) -> None:
    assert not called(path) & RUNS_TEXT


@pytest.mark.parametrize("path", [path for path in SOURCES if part_of(path) in PURE], ids=name_of)
def test_the_clock_is_an_argument(path: Path) -> None:
    calls = (node.func for node in ast.walk(tree(path)) if isinstance(node, ast.Call))
    assert not {func.attr for func in calls if isinstance(func, ast.Attribute)} & READS_THE_CLOCK


@pytest.mark.parametrize("path", [path for path in SOURCES if part_of(path) not in PRINTING], ids=name_of)
def test_only_render_prints(path: Path) -> None:
    assert not called(path) & {"print", "secho"}


@every_file
def test_functions_are_short(path: Path) -> None:
    functions = (n for n in ast.walk(tree(path)) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef))
    long = [f.name for f in functions if (f.end_lineno or 0) - f.lineno + 1 > LONGEST_FUNCTION]
    assert not long


@every_file
def test_each_file_says_what_it_is_for(path: Path) -> None:
    lines = (ast.get_docstring(tree(path)) or "").splitlines()
    assert lines and lines[0][-1:] in (".", ":", "]")


@every_test
def test_no_test_gives_up(path: Path) -> None:
    if path != Path(__file__):
        assert not called(path) & GIVES_UP


# Registries: the folder is the list, and each thing in it has its case file.


def things(folder: str, suffix: str) -> list[str]:
    found = (path.stem for path in (PACKAGE / folder).glob(f"*{suffix}"))
    return sorted(stem for stem in found if not stem.startswith("_"))


REGISTERED = [
    (folder, name)
    for folder, suffix in (
        ("calculators", ".py"), ("checks/rules", ".py"), ("importers", ".py"), ("networks", ".yaml"),
        ("reports", ".py"),
    )
    for name in things(folder, suffix)
]


@pytest.mark.parametrize(("folder", "name"), REGISTERED)
def test_each_thing_has_its_case_file(folder: str, name: str) -> None:
    cases = {path.stem.replace("-", "_") for path in (ROOT / "tests" / folder).rglob("*")}
    assert name.replace("-", "_") in cases


@pytest.mark.parametrize("name", things("commands", ".py"))
def test_each_command_stands_in_the_readme(name: str) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"cnnquiz {name}" in readme


@pytest.mark.parametrize("name", things("commands", ".py"))
def test_each_command_begins_with_its_line_of_help(name: str) -> None:
    first = (PACKAGE / "commands" / f"{name}.py").read_text(encoding="utf-8").splitlines()[0]
    assert first.startswith('"""') and first.rstrip('"').endswith(".") and len(first) <= 80
