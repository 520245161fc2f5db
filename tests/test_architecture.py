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
LONGEST_FILE = 250
LONGEST_FUNCTION = 40

# The rooms of the house, from the ground up. A room imports only what stands on a lower floor.
FLOORS = (
    {"model", "steps"},
    {"reading", "solver", "scheduling"},
    {"network"},
    {"calculators"},
    {"bank", "batch"},
    {"variants", "marking", "history"},
    {"proof", "quiz"},
    {"checks"},
    {"audit", "reports"},
    {"render"},
    {"tutor"},
    {"options", "usage"},
    {"commands"},
    {"cli"},
    {"__main__"},
    {"__init__"},
)
FLOOR = {part: number for number, parts in enumerate(FLOORS) for part in parts}
HOMES = {
    "rich": ("render/",),
    "sqlite3": ("history/",),
    "yaml": ("reading/yamltext.py",),
    "fsrs": ("scheduling.py",),
    "sympy": ("solver/formula.py", "calculators/"),
    "click": ("cli.py", "options.py", "usage.py", "commands/", "__main__.py"),
}
PURE = ("model", "steps", "solver", "calculators", "network", "marking", "variants", "quiz", "scheduling", "proof")
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


GRAPH = {part: set[str]() for part in PARTS}
for source in SOURCES:
    GRAPH[part_of(source)] |= inner(imports(source)) - {part_of(source)}


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


every_source = pytest.mark.parametrize("path", SOURCES, ids=name_of)
every_test = pytest.mark.parametrize("path", TESTS, ids=name_of)
every_file = pytest.mark.parametrize("path", SOURCES + TESTS, ids=name_of)


def test_every_room_has_its_floor() -> None:
    assert sorted(FLOOR) == sorted(PARTS)


@pytest.mark.parametrize("part", sorted(PARTS))
def test_imports_point_one_way(part: str) -> None:
    upwards = {other for other in GRAPH[part] if FLOOR[other] >= FLOOR[part]}
    assert not upwards, f"{part} may not import {upwards}"


def test_only_the_command_line_imports_commands() -> None:
    assert {part for part, others in GRAPH.items() if "commands" in others} <= {"cli"}


@pytest.mark.parametrize("part", ["model", "steps"])
def test_the_records_import_nothing_of_the_package(part: str) -> None:
    assert not GRAPH[part]


@every_source
def test_each_library_stays_in_its_home(path: Path) -> None:
    used = {name.split(".")[0] for name in imports(path)} & HOMES.keys()
    place = path.relative_to(PACKAGE).as_posix()
    assert not [library for library in used if not place.startswith(HOMES[library])]


@every_source
def test_sympy_waits_until_it_is_needed(path: Path) -> None:
    assert "sympy" not in {name.split(".")[0] for name in imports(path, lazy=False)}


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
def test_files_are_short(path: Path) -> None:
    length = len(path.read_text(encoding="utf-8").splitlines())
    assert length <= LONGEST_FILE


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
    for folder, suffix in (("calculators", ".py"), ("checks", ".py"), ("networks", ".yaml"))
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
