"""Odd lines for `solve --batch`: each is answered, soon, by results or by a clear error, whatever it says.

The suite runs some hundreds; `python tests/fuzz/lines.py 100000` runs so many, `--seed 4711` begins with another.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from cnnquiz import calculators
from cnnquiz.commands import _batch

CASES = Path(__file__).parents[1] / "calculators"
LONGEST = 5.0
VALUES: tuple[Any, ...] = (
    None, True, False, 0, 1, 2, 3, 7, -1, -3, 10**6, 10**30, 10**400, 0.1, 2.5, -0.5, 1e300, "", " ", "x", "n", "k",
    "a*b", "3x3", "0x0", "7x7x3", "256x256x3", "1/3", "1/0", "-inf", "nan", "1e9", "10^400", "same", "valid", "yes",
    "no", "tf", "relu", "sigmoid", "gelu", "softmax", "mse", "adam", "vgg16", "conv 64 k3 | pool | dense 10",
    "1, 2, 3", "3;1", [], [0], [1, 2], [[1, 2], [3, 4]], [1e300, -1e300], {}, {"a": 1}, [None], ["a"], "[1, 2",
    "\u202e", "\u03b8^2", "x" * 2000,
)  # fmt: skip
ATOMS = (
    "x", "theta", "x[n]", "x[n-1]", "y[n-1]", "n", "0", "1", "2", "3.5", "10^400", "9^9^9", "pi", "e", "1/3", "a", "",
)  # fmt: skip
FUNCTIONS = (
    "abs", "max", "min", "exp", "ln", "sqrt", "sin", "cos", "relu", "sigmoid", "tanh", "gelu", "floor", "ceil", "phi",
    "step", "sum", "mean", "sort", "prod", "nope",
)  # fmt: skip
FRAMES = ("({})", "|{}|", "-{}", "y[n] = {}", "{}^2", "{}^9999", "[{}, 1]")


def expression(rng: random.Random, depth: int = 0) -> str:
    """A text that is nearly an expression."""
    form = rng.random()
    if depth > 4 or form < 0.3:
        return rng.choice(ATOMS)
    if form < 0.65:
        sign = rng.choice(("+", "-", "*", "/", "^", "**", "%", "//", "<", "==", " "))
        return f"{expression(rng, depth + 1)} {sign} {expression(rng, depth + 1)}"
    if form < 0.9:
        arguments = ", ".join(expression(rng, depth + 1) for _ in range(rng.choice((0, 1, 1, 1, 2))))
        return f"{rng.choice(FUNCTIONS)}({arguments})"
    return rng.choice(FRAMES).format(expression(rng, depth + 1))


def value(rng: random.Random) -> Any:
    """A value for a given: of any kind, an expression, or one that a sound case takes."""
    form = rng.random()
    if form < 0.4:
        return rng.choice(list(rng.choice(SOUND)[1].values()) or [None])
    return expression(rng) if form < 0.7 else rng.choice(VALUES)


def sound_givens() -> list[tuple[str, dict[str, Any]]]:
    """The givens of the calculators' own cases."""
    read = [(path.stem, json.loads(path.read_text(encoding="utf-8"))) for path in sorted(CASES.glob("*.json"))]
    return [(name, one["given"]) for name, cases in read for one in cases if "given" in one]


SOUND = sound_givens()


def line(seed: int) -> str:
    """The line of this seed: a sound one with some givens replaced, or one made up."""
    rng = random.Random(seed)
    if rng.random() < 0.05:
        return json.dumps(value(rng))
    if rng.random() < 0.8:
        name, given = rng.choice(SOUND)
        given = dict(given)
    else:
        name, given = rng.choice(calculators.names()), {}
    quantities = calculators.load(name).quantities
    for quantity in rng.sample(quantities, min(rng.choice((0, 0, 1, 1, 2)), len(quantities))):
        given[rng.choice((quantity.short, quantity.name))] = value(rng)
    request: dict[str, Any] = {"calculator": name, "given": given}
    if rng.random() < 0.6:
        request["steps"] = rng.choice((True, True, value(rng)))
    if rng.random() < 0.1:
        request["want"] = rng.choice((*calculators.load(name).result_names, value(rng)))
    if rng.random() < 0.15:
        unknown = [quantity.short for quantity in quantities if quantity.search]
        request["find"] = rng.choice((rng.sample(unknown, min(rng.randint(1, 2), len(unknown))), value(rng)))
        request[rng.choice(calculators.load(name).result_names)] = value(rng)
    return json.dumps(request)


def survives(seed: int) -> bool:
    """Whether the line of this seed has results; raises where it meets a fault, or takes too long."""
    start = time.process_time()
    [(answer, right)] = _batch.answers([line(seed)])
    taken = time.process_time() - start
    body = json.loads(answer)
    assert right == ("error" not in body)
    assert right or "a fault of cnnquiz" not in body["error"]["message"], body["error"]["message"]
    assert taken < LONGEST, f"{taken:.1f} s"
    return right


def main() -> None:
    """Run as many seeds as asked for; says what each fault is, with its seed, and goes on."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    right, faults = 0, Counter[str]()
    for seed in range(asked.seed, asked.seed + asked.count):
        try:
            right += survives(seed)
        except Exception as problem:
            what = f"{type(problem).__name__}: {problem}"[:160]
            if not faults[what]:
                sys.stderr.write(f"seed {seed}: {what}\n{line(seed)[:400]}\n")
            faults[what] += 1
    sys.stdout.write(f"{asked.count} lines, {right} with results, {sum(faults.values())} faults\n")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
