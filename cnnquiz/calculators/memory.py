"""Memory: bytes of feature maps and other tensors, one by one and together.

    bytes = b B sum (H W C), with b bytes a number and B images at once

Source: Chen, Xu, Zhang and Guestrin, Training deep nets with sublinear memory cost, 2016, section 2.
"""

from __future__ import annotations

import re
from fractions import Fraction
from math import prod
from typing import Any

from cnnquiz.errors import GivenError
from cnnquiz.layers.counts import bytes_of, tally
from cnnquiz.layers.givens import MEMORY_UNIT, other_unit, unit_name, unit_words
from cnnquiz.layers.vocabulary import BYTES, UNITS
from cnnquiz.mathematics.notation import formula_step, series, step
from cnnquiz.mathematics.precise import exact
from cnnquiz.solution import Vector
from cnnquiz.solver.calculator import Env, Quantity, Result, Results, Steps, Values, misconception
from cnnquiz.solver.givens import Kind, choice, excerpt, integer, split_axes, whole

_MOST, _MOST_AXES = 100, 6


def _shapes(raw: Any) -> Vector:
    """The sizes of some tensors: `28x28x256; 1000`, or lists."""
    listed = raw if isinstance(raw, list | tuple) else re.split(r"\s*[;|]\s*", str(raw).strip(" ;|"))
    if isinstance(raw, list | tuple) and not any(isinstance(one, list | tuple | str) for one in raw):
        listed = [raw]
    found = [tuple(whole(n, 1, letters=False) for n in split_axes(one) or [one]) for one in listed]
    if not 1 <= len(found) <= _MOST or max(map(len, found)) > _MOST_AXES:
        raise GivenError(f"{excerpt(raw)}: write 1 to {_MOST} sizes of at most {_MOST_AXES} numbers, as in 28x28x64")
    return Vector(map(Vector, found))


QUANTITIES = (
    Quantity("shapes", "sizes", Kind("HxWxC;...", _shapes), "the sizes of what is kept: 224x224x3; 112x112x64",
             positional=True),
    Quantity("batch", "batch_size", integer(1, letters=False), "images at once, each of which has all of these", 1),
    Quantity("dtype", "dtype", choice(*BYTES), "how a number is stored", "fp32"),
    MEMORY_UNIT,
)  # fmt: skip
RESULTS = (
    Result("bytes", "bytes of all of them", answer=True),
    Result("size", "the same in the unit that is asked for", answer=True),
    Result("numbers", "numbers in all of them"),
    Result("each", "numbers in each, for one image"),
)
TOPIC = "networks"
SYNONYMS = ("bytes", "activation memory")
SHORTHAND = ("shapes",)
EXAMPLES = ("28x28x256 --unit kib", "'224x224x3; 112x112x64' --batch 32", "1000x1000 --dtype fp16")
CONVENTIONS = {"unit": lambda env: unit_words(env["unit"]) if env["unit"] else ""}
LETTERS = {"b": "bytes a number", "B": "images at once", "n": "numbers"}


def _amounts(env: Env, each: Any, batch: int, size: Fraction | int) -> Values:
    """The results from the numbers in each tensor, the images, and the bytes of a number."""
    numbers = sum(each) * batch
    found: Values = {"each": Vector(each), "numbers": numbers, "bytes": exact(size * numbers)}
    return found | ({"size": exact(Fraction(found["bytes"]) / UNITS[unit_name(env["unit"])])} if env["unit"] else {})


def work(env: Env) -> Values:
    """Numbers, bytes, and these in a unit."""
    return _amounts(env, [prod(shape) for shape in env["shapes"]], env["batch"], BYTES[env["dtype"]])


def count(env: Env) -> Values:
    """Row by row and image by image; bytes as C packs a number, and units by dividing again and again."""
    each = [tally(*shape) for shape in env["shapes"]]
    numbers = tally(sum(each), env["batch"])
    found: Values = {"each": Vector(each), "numbers": numbers, "bytes": bytes_of(numbers, env["dtype"])}
    if env["unit"]:
        found["size"] = Fraction(found["bytes"])
        for _ in "kmg"[: "kmg".index(env["unit"][0]) + 1]:
            found["size"] /= 1024 if "i" in env["unit"] else 1000
        found["size"] = exact(found["size"])
    return found


def explain(env: Env, results: Results, want: str | None) -> Steps:
    """The numbers of each, all of them, their bytes, and the unit."""
    of = want or "bytes"
    for number, (shape, many) in enumerate(zip(env["shapes"], results["each"], strict=True), 1):
        title = f"Numbers of tensor {number}" if len(env["shapes"]) > 1 else "Numbers"
        yield step(title, substituted=series(shape, "*"), value=many, of=of)
    if len(env["shapes"]) > 1:
        yield step("Together", substituted=series(results["each"], " + "), value=sum(results["each"]), of=of)
    if env["batch"] > 1:
        numbers = {"B": env["batch"], "n": sum(results["each"])}
        yield formula_step("All images", "B*n", numbers, "Every image has its own maps.", of)
    if want in (None, "bytes", "size"):
        size = BYTES[env["dtype"]]
        why = f"A number in {env['dtype']} takes {size} byte{'s' if size > 1 else ''}."
        yield formula_step("Bytes", "b*n", {"b": size, "n": results["numbers"]}, why, of)
    if env["unit"] and want in (None, "size"):
        bytes, unit = results["bytes"], unit_name(env["unit"])
        yield step(f"In {unit}", "bytes/unit", f"{bytes}/{UNITS[unit]}", results["size"], f"{unit_words(env['unit'])}.",
                   "size")  # fmt: skip


def _wrongly(env: Env, **other: Any) -> Values:
    """The results with other numbers, images or bytes a number."""
    usual = {"each": env["each"], "batch": env["batch"], "size": BYTES[env["dtype"]]}
    return _amounts(env, **(usual | other))


def _other_unit(env: Env) -> Values:
    return {"size": exact(Fraction(env["bytes"]) / UNITS[other_unit(unit_name(env["unit"]))])} if env["unit"] else {}


MISCONCEPTIONS = (
    misconception("forgot-batch", "Every image of the batch has its own maps.",
                  wrong=lambda env: _wrongly(env, batch=1)),
    misconception("first-only", "All of them are kept: add them up.",
                  wrong=lambda env: _wrongly(env, each=env["each"][:1])),
    misconception("last-only", "All of them are kept: add them up.",
                  wrong=lambda env: _wrongly(env, each=env["each"][-1:])),
    misconception("forgot-channels", "A map has a number for each channel at each place.",
                  wrong=lambda env: _wrongly(env, each=[prod(shape[:2]) for shape in env["shapes"]])),
    misconception("numbers-as-bytes", "A number takes several bytes.", where={"dtype": ("fp64", "fp32", "fp16")},
                  wrong=lambda env: _wrongly(env, size=1)),
    misconception("bits-for-bytes", "8 bits are one byte.",
                  wrong=lambda env: _wrongly(env, size=8 * BYTES[env["dtype"]])),
    misconception("half-precision", "That is fp16: fp32 takes 4 bytes a number.", where={"dtype": ("fp32",)},
                  wrong=lambda env: _wrongly(env, size=2)),
    misconception("other-unit", "KiB, MiB and GiB count by 1,024; KB, MB and GB by 1,000.", wrong=_other_unit),
)  # fmt: skip
