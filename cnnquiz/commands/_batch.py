"""JSON Lines in, JSON Lines out: one numerical a line, answered in order; a bad line does not stop the rest."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import IO, Any

from cnnquiz import calculators
from cnnquiz.errors import CnnquizError, GivenError, program_fault
from cnnquiz.parsers.reading import UnreadError
from cnnquiz.shown import json_text
from cnnquiz.solver import inverse
from cnnquiz.solver.calculator import Calculator
from cnnquiz.solver.inverse import Found

_ASIDE = {"calculator", "given", "find", "bounds", "steps", "want"}
_LONGEST = 300  # characters of a message
_LONGEST_LINE = 1_000_000  # bytes


def answers(lines: Iterable[str | bytes]) -> Iterator[tuple[str, bool]]:
    """For each line, the line that answers it and whether it could be answered."""
    for line in lines:
        try:
            yield _line(answer(_request(line))), True
        except UnreadError as fault:
            yield _line({"error": {"message": str(fault), "unread": list(fault.words)}}), False
        except GivenError as fault:
            yield _error(str(fault), fault.quantity), False
        except (CnnquizError, ArithmeticError) as fault:
            yield _error(str(fault), None), False
        except RecursionError:
            yield _error("the line is nested too deeply", None), False
        except Exception as problem:  # one line, whatever it does, does not end the rest
            yield _error(program_fault(problem)[:_LONGEST], None), False


def lines_of(file: IO[bytes]) -> Iterator[bytes]:
    """The lines of a file, of a long one no more than its beginning."""
    while line := file.readline(_LONGEST_LINE + 1):
        rest = line
        while len(rest) > _LONGEST_LINE and not rest.endswith(b"\n"):
            rest = file.readline(_LONGEST_LINE + 1)
        yield line


def _request(line: str | bytes) -> dict[str, Any]:
    if len(line) > _LONGEST_LINE:
        raise CnnquizError(f"the line is longer than the {_LONGEST_LINE:,} bytes that are read")
    try:
        request = json.loads(line, object_pairs_hook=_once)
    except UnicodeDecodeError:
        raise CnnquizError("the line is not UTF-8 text") from None
    except ValueError as fault:
        raise CnnquizError(f"the line is not JSON: {str(fault)[:100]}") from None
    if not isinstance(request, dict):
        raise CnnquizError('the line is not an object: write {"calculator": "conv", "given": {...}}')
    return request


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object, none of whose names may come twice."""
    found = dict(pairs)
    if len(found) < len(pairs):
        [(name, _)] = Counter(name for name, _ in pairs).most_common(1)
        raise CnnquizError(f"`{name[:40]}` is written twice")
    return found


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """The JSON contract's object for one request; CnnquizError where it cannot be answered."""
    if "text" in request:
        from cnnquiz.commands._text import text_answer  # lines of givens alone need none of the grammar

        return text_answer(request)
    if not isinstance(request.get("calculator"), str):
        raise GivenError('the line names no calculator: write "calculator": "conv"', "calculator")
    if not isinstance(request.get("given"), dict):
        raise GivenError('the line has no givens: write "given": {...}', "given")
    calculator = calculators.load(request["calculator"])
    steps = request.get("steps") is True
    if "find" in request:
        return _search(calculator, request).as_json(steps)
    stray = sorted(request.keys() - _ASIDE)
    if stray:
        parts = "calculator, given, find, bounds, steps"
        raise GivenError(f"`{stray[0][:40]}` is no part of a line: it has {parts}", stray[0])
    want = request.get("want")
    if want is not None and not isinstance(want, str):
        raise GivenError('want is the name of a result: "want": "output_size"', "want")
    given = calculator.read(request["given"])
    return calculator.solve(given, want, steps).as_json(steps)


def _search(calculator: Calculator, request: dict[str, Any]) -> Found:
    unknown, bounds = request["find"], request.get("bounds", {})
    unknown = [unknown] if isinstance(unknown, str) else unknown
    if not isinstance(unknown, list) or not all(isinstance(name, str) for name in unknown):
        raise GivenError('find is a list of names: "find": ["s"]', "find")
    if not isinstance(bounds, dict):
        raise GivenError('bounds go by name: "bounds": {"p": [0, 5]}', "bounds")
    targets = {name: value for name, value in request.items() if name not in _ASIDE}
    return inverse.find(calculator, request["given"], unknown, targets, bounds)


def _error(message: str, quantity: str | None) -> str:
    return _line({"error": {"message": message, "quantity": quantity}})


def _line(body: dict[str, Any]) -> str:
    return json_text(body)
