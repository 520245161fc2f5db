"""The mutants of a file, for mutation.py: cosmic-ray's operators, one mutant for each place in the code."""

from __future__ import annotations

import ast
import difflib
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names

SAME_BUT_FOR_INTERNING = re.compile("_(Eq_Is|Is_Eq|NotEq_IsNot|IsNot_NotEq)$")

Lines = range
Place = tuple[int, int]


@dataclass
class Mutant:
    """A fault in a file, and what became of it. Its tests are those of the first of the spans that any test runs."""

    file: str
    line: int
    function: str
    operator: str
    diff: str
    text: str = field(repr=False)
    spans: list[Lines] = field(repr=False)
    status: str = ""
    killer: str = ""
    tests: int = 0
    left_out: int = 0


class Outline:
    """What the syntax tree says about a line: its function, its statement, whether it is for type checkers only."""

    def __init__(self, source: str) -> None:
        self.tree, self.length = ast.parse(source), source.count("\n") + 1
        self.statements = [node for node in ast.walk(self.tree) if isinstance(node, ast.stmt)]
        self.types = [span(node) for each in ast.walk(self.tree) for node in for_type_checkers(each)]

    def is_typing(self, place: Place) -> bool:
        return any(start <= place < end for start, end in self.types)

    def around(self, line: int) -> list[ast.stmt]:
        """The statements that a line is in, outermost first."""
        return sorted((node for node in self.statements if line in reach(node)), key=lambda node: -len(reach(node)))

    def function(self, line: int) -> str:
        scopes = (ast.FunctionDef, ast.ClassDef)
        return ".".join(node.name for node in self.around(line) if isinstance(node, scopes)) or "(module)"

    def spans(self, line: int) -> list[Lines]:
        """The line, else its statement, else its function; what runs on import is the business of the whole file."""
        around, whole = self.around(line), range(1, self.length + 1)
        functions = [node for node in around if isinstance(node, ast.FunctionDef)]
        if not functions:
            return [whole]
        body = range(functions[-1].body[0].lineno, reach(functions[-1]).stop)
        return [range(line, line + 1), head(around[-1]), body] if line in body else [body, whole]


def for_type_checkers(node: ast.AST) -> Iterator[ast.AST]:
    """The annotations of a node, and the node itself if it is `if TYPE_CHECKING`."""
    yield from filter(None, (getattr(node, "annotation", None), getattr(node, "returns", None)))
    if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
        yield node


def span(node: ast.AST) -> tuple[Place, Place]:
    return (node.lineno, node.col_offset), (node.end_lineno, node.end_col_offset)  # type: ignore[attr-defined]


def reach(node: ast.stmt) -> Lines:
    """The lines of a statement, from its first decorator."""
    first = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", []))])
    return range(first, (node.end_lineno or first) + 1)


def head(node: ast.stmt) -> Lines:
    """The lines of a statement without the block under it."""
    body = getattr(node, "body", None)
    return range(node.lineno, max(body[0].lineno, node.lineno + 1)) if body else reach(node)


def places(source: str, outline: Outline) -> list[list[tuple[str, int, int]]]:
    """Where something can be mutated: for each place the operators that can, with occurrence and line."""
    found: dict[tuple[str, Place], list[tuple[str, int, int]]] = {}
    nodes = list(ast_nodes(get_ast(source)))
    for name in sorted(operator_names()):
        if get_operator(name).arguments() or SAME_BUT_FOR_INTERNING.search(name):
            continue
        operator = get_operator(name)()
        starts = (start for node in nodes for start, _ in operator.mutation_positions(node))
        for occurrence, start in enumerate(starts):
            if not outline.is_typing(start):
                found.setdefault((name.split("_")[0], start), []).append((name, occurrence, start[0]))
    return list(found.values())


def mutants(path: Path, root: Path, chance: random.Random) -> Iterator[Mutant]:
    """One mutant for each place in a file, in any order; none that is no Python or reads the same."""
    source = path.read_text(encoding="utf-8")
    outline = Outline(source)
    same, spots = ast.dump(outline.tree), places(source, outline)
    chance.shuffle(spots)
    for operators in spots:
        for name, occurrence, line in chance.sample(operators, len(operators)):
            text = mutate_code(source, get_operator(name)(), occurrence) or source
            if is_other_code(text, same):
                file, where = path.relative_to(root).as_posix(), outline.function(line)
                yield Mutant(file, line, where, name, difference(source, text), text, outline.spans(line))
                break


def is_other_code(text: str, same: str) -> bool:
    try:
        return ast.dump(ast.parse(text)) != same
    except SyntaxError:
        return False


def difference(old: str, new: str) -> str:
    lines = difflib.unified_diff(old.splitlines(), new.splitlines(), n=0, lineterm="")
    return "\n".join(line for line in lines if not line.startswith(("---", "+++", "@@")))


def sampled(files: list[Path], root: Path, sample: int, seed: int) -> list[Mutant]:
    """About so many mutants, from each file in proportion to its lines and at least one; all of them for 0."""
    lines = {path: path.read_text(encoding="utf-8").count("\n") for path in files}
    chosen: list[Mutant] = []
    for path in files:
        share = max(1, round(sample * lines[path] / sum(lines.values()))) if sample else None
        chance = random.Random(f"{seed} {path.relative_to(root).as_posix()}")
        chosen += islice(mutants(path, root, chance), share)
    return chosen
