"""A reshape whose sizes do not multiply to the numbers that there are."""

from __future__ import annotations

import re
from math import prod

from cnnquiz.parsers.diagnosis import Diagnosis
from cnnquiz.parsers.messages.channels import COLOURS
from cnnquiz.parsers.paste import Dims, Paste, picture, size, square_side
from cnnquiz.parsers.reading import UnreadError
from cnnquiz.parsers.shape_trace import trace

VIEWS = ("view(", "reshape(", "Reshape(", "Unflatten(")


def _view(found: re.Match[str], paste: Paste) -> Diagnosis | None:
    """shape '[-1, 400]' is invalid for input of size 36864."""
    target, count = [int(n) for n in re.findall(r"-?\d+", found[1])], int(found[2])
    sizes = [n for n in target if n != -1]
    if not sizes or prod(sizes) <= 0 or count <= 0:
        return None
    if len(sizes) == len(target):
        return _fixed(tuple(target), count, "view size", paste)
    line = paste.line(*VIEWS)
    features = prod(sizes)
    batch = paste.input[0] if len(paste.input) in (2, 4) else None
    cause = f"{count} numbers do not divide into rows of {features} ({count / features:.4g})"
    if target[0] != -1:
        return _last_batch(sizes[0], count, batch, line)
    if diagnosis := _traced(count, features, paste):
        return diagnosis
    if batch and count % batch == 0 and batch != count:
        each = count // batch
        cause = f"{count} numbers are {batch} rows of {each}, not of {features}"
        return Diagnosis("view size", cause, "x = x.view(x.size(0), -1)", each, line)
    raise UnreadError(f"{cause}: the map is not the one that {features} was counted for; write x.view(x.size(0), -1), "
                      "and paste the layers and the input's shape along for the number")  # fmt: skip


def _traced(count: int, features: int, paste: Paste) -> Diagnosis | None:
    """A view of other numbers than the layers leave of each picture, as the code has them."""
    found = trace(paste)
    at = next((at for at, use in enumerate(found.uses) if use.flattens), None) if found else None
    if found is None or at is None or at >= len(found.states):
        return None
    each, shape = prod(found.states[at].shape), found.written(found.states[at].shape)
    if count % each:
        return None
    cause = f"each picture leaves {each} numbers ({shape}), not {features}"
    fix, view = "x = x.view(x.size(0), -1)", found.uses[at]
    return Diagnosis("view size", cause, fix, each, view.line, found.rows_before(view))


def _last_batch(told: int, count: int, batch: int | None, line: int | None) -> Diagnosis:
    cause = f"{count} numbers do not divide into {told} rows: the last batch is smaller"
    return Diagnosis(
        "batch given as a size", cause, "x = x.view(x.size(0), -1)", batch if batch != told else None, line
    )


def _fixed(target: Dims, count: int, kind: str, paste: Paste, batched: bool = True) -> Diagnosis | None:
    """All sizes are given, and one of them is wrong; the first may be the batch where it is `batched`."""
    sizes = [n or 1 for n in target]
    line, whole = paste.line(*VIEWS), prod(sizes)
    cause = f"{size(target)} holds {whole} numbers, and there are {count}"
    own = prod(sizes[1:])
    batch = paste.input[0] if len(paste.input) in (2, 4) else None
    batched &= sizes[0] not in (1, batch) and not (len(sizes) == 3 and sizes[-1] in COLOURS)
    if batched and len(sizes) > 1 and count % own == 0 and not _coloured(sizes, count):
        number = count // own
        fix = f"x = x.reshape(-1, {', '.join(map(str, sizes[1:]))})"
        cause = f"{cause}: {number} times {size(target[1:])}"
        return Diagnosis("batch given as a size", cause, fix, number, line)
    new = _coloured(sizes, count) or _other_channels(sizes, count) or _other_side(sizes, count)
    if not new:
        raise UnreadError(f"{cause}; paste the layers and the input's shape along for the number")
    fix = "x = x.view(x.size(0), -1)" if kind == "view size" else f"x = x.reshape({', '.join(map(str, new))})"
    changed = [one for one, old in zip(new, sizes, strict=False) if one != old]
    value = changed[0] if len(new) == 2 or (kind == "view size" and len(changed) == 1) else size(new)
    return Diagnosis(kind, f"{cause}: they make {size(new)}", fix, value, line)


def _coloured(sizes: list[int], count: int) -> Dims:
    """A picture that is coloured where a grey one is told, or that has a channel for transparency."""
    if len(sizes) > 2 and sizes[-1] in COLOURS and count in (prod(sizes[:-1]) * channels for channels in COLOURS):
        return (*sizes[:-1], count // prod(sizes[:-1]))
    ratio, rest = divmod(count, prod(sizes))
    if rest or ratio not in (3, 4) or len(sizes) < 2:
        return ()
    if sizes[-1] == 1:
        return (*sizes[:-1], ratio)
    if len(sizes) > 2 and 1 in sizes[:2]:
        at = sizes.index(1, 0 if len(sizes) == 3 else 1) if 1 in sizes[(0 if len(sizes) == 3 else 1) :] else 0
        return (*sizes[:at], ratio, *sizes[at + 1 :])
    return (*sizes, ratio) if len(sizes) == 2 and sizes[0] == sizes[1] else ()


def _other_channels(sizes: list[int], count: int) -> Dims:
    """The same height and width with other channels, last or first."""
    if len(sizes) == 3 and sizes[0] == sizes[1] and count % (sizes[0] * sizes[1]) == 0:
        return (*sizes[:2], count // (sizes[0] * sizes[1]))
    if len(sizes) in (2, 3) and count % prod(sizes[:-1]) == 0 and (len(sizes) == 2 or sizes[-1] > sizes[0]):
        return (*sizes[:-1], count // prod(sizes[:-1]))
    return ()


def _other_side(sizes: list[int], count: int) -> Dims:
    """The same batch and channels with another side."""
    batch = sizes[0] if len(sizes) == 4 else 1
    own = sizes[1:] if len(sizes) == 4 else sizes
    if len(sizes) == 4 and own[0] == own[1] and count % (batch * own[2]) == 0:
        near = square_side(count // (batch * own[2]))
        return (batch, near, near, own[2]) if near and abs(near - own[0]) <= own[0] // 4 else ()
    whole = picture(count // batch) if count % batch == 0 else ()
    if not whole or len(own) not in (2, 3):
        return ()
    if len(own) == 3 and own[-1] in COLOURS:
        whole = (*whole[1:], whole[0])
    elif len(own) == 2:
        whole = whole[1:] if whole[0] == 1 else (*whole[1:], whole[0])
    return (batch, *whole) if len(sizes) == 4 else whole


def _array(found: re.Match[str], paste: Paste) -> Diagnosis | None:
    """cannot reshape array of size 2352 into shape (28,28)."""
    target, count = tuple(int(n) for n in re.findall(r"-?\d+", found[2])), int(found[1])
    if not target or prod(target) == 0 or count == 0:
        return None
    return None if -1 in target else _fixed(target, count, "reshape count", paste)


def _keras(found: re.Match[str], paste: Paste) -> Diagnosis | None:
    """total size of new array must be unchanged, input_shape = [3136], output_shape = [7, 7, 128]."""
    given, target = ([int(n) for n in re.findall(r"\d+", found[at])] for at in (1, 2))
    if not given or not target or not prod(target):
        return None
    if paste.code and not any(sign.join(map(str, target)) in paste.code for sign in (", ", ",")):
        raise UnreadError(f"{prod(given)} numbers arrive, and {size(tuple(target))} holds {prod(target)}: "
                          "the code computes that shape from another input")  # fmt: skip
    return _fixed(tuple(target), prod(given), "reshape count", paste, batched=False)


MESSAGES = (
    ("'{shape}' is invalid for input {_} {n}", _view),
    ("cannot reshape array of size {n} into shape {shape}", _array),
    ("total size of new array must be unchanged{_} input_shape = {shape}, output_shape = {shape}", _keras),
    ("total size of the tensor must be unchanged{_} input_shape={shape}, target_shape={shape}", _keras),
    ("Cannot reshape a tensor with {n} elements to shape {shape}", _array),
)
