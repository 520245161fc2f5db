"""A kernel or a pool that is larger than the map that it slides over."""

from __future__ import annotations

import re

from cnnquiz.parsers.diagnosis import Diagnosis
from cnnquiz.parsers.messages.channels import COLOURS
from cnnquiz.parsers.paste import Dims, Paste, dims, side, size
from cnnquiz.parsers.reading import UnreadError
from cnnquiz.parsers.shape_trace import least_side, trace
from cnnquiz.patterns import pattern

_FIRST = pattern(r"channels_first|dim_ordering\W{1,5}th\b")
_SIGNED = pattern(r"-?\d+")
SMALL = "paste the layers and the input's shape along, and it says which input is large enough"


def _kernel(found: re.Match[str], paste: Paste) -> Diagnosis | None:
    """Calculated padded input size per channel: (1 x 1). Kernel size: (2 x 2)."""
    got, kernel = dims(found[1]), dims(found[2])
    if len(got) != len(kernel) or None in (*got, *kernel):
        return None
    short = [(n, k) for n, k in zip(got, kernel, strict=True) if n is not None and k is not None and n < k]
    if not short:
        return None
    cause = f"the kernel {size(kernel)} does not fit the padded map {size(got)}"
    n, k = short[0]
    told = paste.input[-3:]
    if got[-1] in COLOURS and kernel[0] == kernel[-1] and len(got) == 2 and short == [(got[1], kernel[1])]:
        turned = size((told[2], told[0], told[1])) if told[2:] == got[-1:] else None
        cause = f"{cause}: its {got[-1]} columns are the channels, which come last"
        return Diagnosis("channels first and last mixed", cause, "x = x.permute(2, 0, 1)", turned, paste.line("Conv"))
    line = paste.line(f"kernel_size={k}", f", {k})", f", {k},", f"({k}, ")
    if len(got) > 1 and len(short) == 1:  # a text: the kernel is as wide as a word's vector
        return Diagnosis("kernel larger than the input", f"{cause}: the text is shorter than {k} words",
                         f"x = F.pad(x, (0, 0, 0, {k} - x.size(-2)))", k, line)  # fmt: skip
    if len(got) == 1:
        return Diagnosis("kernel larger than the input", f"{cause}: the sequence is shorter than {k}",
                         f"x = F.pad(x, (0, {k} - x.size(-1)))", k, line)  # fmt: skip
    return small_picture(cause, (k, n), line, paste)


def small_picture(cause: str, window: tuple[int, int], line: int | None, paste: Paste) -> Diagnosis | None:
    """A map that became too small for a window of so many pixels, both as (window, map): the picture that is needed."""
    kernel, n = window
    told, found = side(paste.input), trace(paste)
    least = least_side(found) if found else None
    if least is None and told and n and told > n and told % n == 0:  # the map shrinks with the picture
        least = kernel * (told // n)
    if paste.library:
        least = paste.library_side
        cause = f"{cause}; {paste.library} is made for pictures of {least}x{least}"
    elif least:
        cause = f"{cause}: {least}x{least} is the smallest picture that leaves enough"
    elif told and told == n:
        cause = f"{cause}: {n} is the largest that fits"
        return Diagnosis("kernel larger than the input", cause, f"kernel_size={n}", n, line)
    else:
        raise UnreadError(f"{cause}; {SMALL}")
    return Diagnosis("map used up", cause, f"transforms.Resize(({least}, {least}))", least, line)


def _pool(found: re.Match[str], paste: Paste) -> Diagnosis | None:
    """Given input size: (512x4x4). Calculated output size: (512x-2x-2). Output size is too small."""
    got, made = dims(found[1])[1:], [int(n) for n in _SIGNED.findall(found[2])][1:]
    if not made or len(got) != len(made) or None in got:
        return None
    n, left = next(((n, m) for n, m in zip(got, made, strict=True) if m <= 0 and n), (0, 1))
    own = [call for call in paste.calls if "pool" in call.name.lower() and any(map(paste.number, call.args))]
    line = own[-1].line if own else paste.line("Pool", "pool")
    if left > 0 or (n == 1 and left == 0) or (paste.library and not own):
        return small_picture(f"nothing is left of the map {size(got)}", (2, n), line, paste)
    cause = f"the pool is larger than the map {size(got)}"
    return Diagnosis("pool larger than the map", cause, "nn.AdaptiveAvgPool2d(1)", n, line)


def _negative(found: re.Match[str], paste: Paste) -> Diagnosis | None:
    """Negative dimension size caused by subtracting 3 from 1 for ... with input shapes: [?,1,28,28], [3,3,28,32]."""
    kernel, n, *more = found.groups()
    shape = dims(more[1]) if len(more) > 1 else ()
    return _keras_window(shape, int(kernel), int(n), "pool" in "".join(more[:1]).lower(), paste)


def _computed(found: re.Match[str], paste: Paste) -> Diagnosis | None:
    """Computed output size would be negative. Received inputs shape=(None, 1, 28, 28), kernel shape=(3, 3, 28, 32)."""
    shape, window = dims(found[1]), dims(found[2])
    axes = (shape[1:3], shape[2:4])  # of a map whose channels stand last, or first
    pairs = [(k, n) for each in axes for k, n in zip(window, each, strict=False) if k and n and k > n]
    return _keras_window(shape, *pairs[0], "pool_size" in found[0], paste) if pairs else None


def _keras_window(shape: Dims, kernel: int, n: int, pool: bool, paste: Paste) -> Diagnosis | None:
    mixed = channels_mixed(shape if not pool else (), paste)
    line = paste.line("input_shape", "Input(") if mixed else paste.line("Pool") if pool else paste.line("Conv")
    cause = f"a window of {kernel} does not fit {n}" + (f" of the map {size(shape)}" if shape else "")
    if mixed:
        return Diagnosis("channels first and last mixed", f"{cause}: {mixed[0]}", mixed[1], mixed[2], line)
    longer = [one for one in shape[1:3] if one and one >= kernel]
    if pool and (longer or n > 1):
        cause += f": {n} is the largest that fits there"
        return Diagnosis("pool larger than the map", cause, f"pool_size={n}", n, line)
    if not pool and longer:
        return Diagnosis("kernel larger than the input", f"{cause}: {n} is the largest that fits there",
                         f"kernel_size={n}", n, line)  # fmt: skip
    return small_picture(cause, (kernel, n), line, paste)


def channels_mixed(shape: Dims, paste: Paste) -> tuple[str, str, str | None] | None:
    """Why a map's channels are not where they are looked for, the repair, and the shape that repairs it."""
    told = paste.input[-3:]
    if _FIRST.search(paste.text) and told[2:] and told[2] in (1, 3):
        why = "the setting is channels_first, and the input's channels come last"
        return why, 'keras.backend.set_image_data_format("channels_last")', None
    found = [one for one in (shape[1:] if len(shape) == 4 else told) if one]
    if len(found) == 3 and found[0] in (1, 3) and min(found[1:]) > 4:
        turned = (*found[1:], found[0])
        why = f"{found[0]} is the channels, which come first, and they are looked for last"
        return why, f"input_shape=({', '.join(map(str, turned))})", size(turned)
    return None


def _padding(found: re.Match[str], paste: Paste) -> Diagnosis | None:
    """Padding size should be less than the corresponding input dimension, but got: padding (3, 3) at dimension 3 ..."""
    cause = f"the padding {size(dims(found[1]))} reaches over the map {size(dims(found[3])[-2:])}"
    return small_picture(cause, (0, 0), paste.line("Pad"), paste)


def _least(found: re.Match[str], paste: Paste) -> Diagnosis:
    """Input size must be at least 32x32."""
    side = int(found[1])
    cause = f"the network halves the map until nothing is left of a picture below {side}x{side}"
    return Diagnosis("map used up", cause, f"input_shape=({side}, {side}, 3)", side, paste.line("input_shape"))


MESSAGES = (
    ("Calculated padded input size per channel: {shape}. Kernel size: {shape}", _kernel),
    ("Given input size: {shape}. Calculated output size: {shape}", _pool),
    (
        "Negative dimension size caused by subtracting {n} from {n} for '{any}' {_} with input shapes: {shape}",
        _negative,
    ),
    ("Negative dimension size caused by subtracting {n} from {n} for '{any}'", _negative),
    ("Negative dimension size caused by subtracting {n} from {n}", _negative),
    ("inputs shape={shape}{_}kernel shape={shape}", _computed),
    ("inputs.shape={shape}{_}pool_size={shape}", _computed),
    ("corresponding input dimension, but got: padding {shape} at dimension {n} of input {shape}", _padding),
    ("Input size must be at least {n}x{n}", _least),
)
