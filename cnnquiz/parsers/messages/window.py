"""A kernel or a pool that is larger than the map that it slides over."""

from __future__ import annotations

import re

from cnnquiz.parsers.diagnosis import Diagnosis
from cnnquiz.parsers.messages.channels import COLOURS
from cnnquiz.parsers.paste import Dims, Paste, dims, size
from cnnquiz.parsers.reading import UnreadError
from cnnquiz.parsers.shape_trace import least_side, trace
from cnnquiz.patterns import pattern

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
    if got[-1] in COLOURS and kernel[0] == kernel[-1] and len(got) == 2:
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
    return small_picture("map used up" if n == 1 else "kernel larger than the input", cause, n, line, paste)


def small_picture(kind: str, cause: str, fits: int | None, line: int | None, paste: Paste) -> Diagnosis | None:
    """A map that became too small: the picture of a published network, or a window that fits."""
    if paste.library:
        side = paste.library_side
        cause = f"{cause}; {paste.library} is made for pictures of {side}x{side}"
        return Diagnosis(kind, cause, f"transforms.Resize(({side}, {side}))", side, line)
    found = trace(paste)
    if found and (least := least_side(found)):
        cause = f"{cause}: {least}x{least} is the smallest picture that leaves enough"
        return Diagnosis(kind, cause, f"transforms.Resize(({least}, {least}))", least, line)
    if fits and fits > 1:
        return Diagnosis(kind, f"{cause}: {fits} is the largest that fits", f"kernel_size={fits}", fits, line)
    raise UnreadError(f"{cause}; {SMALL}")


def _pool(found: re.Match[str], paste: Paste) -> Diagnosis | None:
    """Given input size: (512x4x4). Calculated output size: (512x-2x-2). Output size is too small."""
    got, made = dims(found[1]), [int(n) for n in re.findall(r"-?\d+", found[2])][1:]
    if len(got) < 2 or not made or got[-1] is None:
        return None
    cause = f"pooling makes {found[2].strip()} of the map {size(got)}"
    own = [call for call in paste.calls if "pool" in call.name.lower() and any(map(paste.number, call.args))]
    line = own[-1].line if own else paste.line("Pool", "pool")
    if got[-1] == 1 and min(made) == 0 or (paste.library and not own):
        return small_picture("map used up", cause, None, line, paste)
    cause = f"the pool is larger than the map {size(got)}"
    return Diagnosis("pool larger than the map", cause, "nn.AdaptiveAvgPool2d(1)", got[-1], line)


def _negative(found: re.Match[str], paste: Paste) -> Diagnosis | None:
    """Negative dimension size caused by subtracting 3 from 1 for ... with input shapes: [?,1,28,28], [3,3,28,32]."""
    kernel, n, name = int(found[1]), int(found[2]), found[3] or ""
    shape = dims(found[4]) if found[4] else ()
    return _keras_window(shape, kernel, n, "pool" in name.lower(), paste)


def _computed(found: re.Match[str], paste: Paste) -> Diagnosis | None:
    """Computed output size would be negative. Received inputs shape=(None, 1, 28, 28), kernel shape=(3, 3, 28, 32)."""
    shape, window = dims(found[1]), dims(found[3])
    pairs = [(k, n) for k, n in zip(window, shape[1:], strict=False) if k and n and k > n]
    return _keras_window(shape, *pairs[0], "pool" in found[2], paste) if pairs else None


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
    return small_picture("map used up" if pool or n <= 1 else "kernel larger than the input", cause, n, line, paste)


def channels_mixed(shape: Dims, paste: Paste) -> tuple[str, str, str | None] | None:
    """Why a map's channels are not where they are looked for, the repair, and the shape that repairs it."""
    told = paste.input[-3:]
    if paste.says("channels_first", "th'", 'th"', "image_dim_ordering") and told[2:] and told[2] in (1, 3):
        why = "the setting is channels_first, and the input's channels come last"
        return why, 'keras.backend.set_image_data_format("channels_last")', None
    found = shape[1:] if len(shape) == 4 else told
    if len(found) == 3 and found[0] in (1, 3) and None not in found and min(found[1:], default=0) > 4:  # type: ignore[type-var]
        turned = (*found[1:], found[0])
        why = f"{found[0]} is the channels, which come first, and they are looked for last"
        return why, f"input_shape=({', '.join(map(str, turned))})", size(turned)
    return None


def _least(found: re.Match[str], paste: Paste) -> Diagnosis:
    """Input size must be at least 32x32."""
    side = int(found[1])
    cause = f"the network halves the map until nothing is left of a picture below {side}x{side}"
    return Diagnosis("map used up", cause, f"input_shape=({side}, {side}, 3)", side, paste.line("input_shape"))


_DIMS = r"\[([?\d,\sNone]{1,80})\]"
MESSAGES = (
    ("Kernel size can't be greater", pattern(
        r"padded input size per channel: \(([\d x]{1,60})\)\. Kernel size: \(([\d x]{1,60})\)"), _kernel),
    ("Output size is too small", pattern(
        r"Given input size: \(([\dx ]{1,60})\)\. Calculated output size: \(([-\dx ]{1,60})\)"), _pool),
    ("Negative dimension size caused by", pattern(
        r"subtracting (\d+) from (\d+)(?: for '([^']{1,200})')?(?:[^\n]{0,400}?input shapes: \[([?\d,]{1,80})\])?"), _negative),
    ("Computed output size would be", pattern(
        r"inputs[. ]shape=[(\[]([^)\]]{1,80})[)\]]`?, `?(kernel[. ]shape|pool_size)=[(\[]([^)\]]{1,80})[)\]]"), _computed),
    ("Input size must be at least", pattern(r"Input size must be at least (\d+)x\d+"), _least),
)  # fmt: skip
