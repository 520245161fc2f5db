"""A decoder whose output has not the size of its target: the one number in a transposed convolution that mends it."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from cnnquiz.errors import GivenError
from cnnquiz.layers.kinds import windows_of
from cnnquiz.layers.layer import Layer
from cnnquiz.parsers.diagnosis import Diagnosis
from cnnquiz.parsers.paste import Paste
from cnnquiz.parsers.shape_trace import Trace, trace, trace_of

_NAMES = {"op": "output_padding", "p": "padding", "k": "kernel_size"}


def decoder_size(made: int, target: int, paste: Paste) -> Diagnosis | None:
    """The diagnosis of an output `made` pixels wide in place of `target`; None where no decoder is to be seen."""
    cause = f"the decoder makes {made} pixels of {target}"
    found = trace(paste)
    if found and found.failing is None and found.arriving[0] == made:
        for name, value, line in _changes(found, target):
            fix = f"nn.ConvTranspose2d(..., {_NAMES[name]}={value})"
            return Diagnosis("decoder size", cause, fix, value, line, found.rows)
    decoder = paste.line("ConvTranspose", "Upsample", "interpolate")
    if decoder is None and not paste.says("ecoder", "ConvTranspose", "reconstruct"):
        return None
    return Diagnosis("decoder size", cause, f"x = F.interpolate(x, size=({target}, {target}))", target, decoder)


def _changes(found: Trace, target: int) -> Iterator[tuple[str, int, int]]:
    """Each change of one number that makes the target's size, in the last transposed convolutions first."""
    uses = list(found.uses)
    for at in reversed(range(len(uses))):
        layer = uses[at].layer
        if layer is None or layer.kind != "tconv":
            continue
        for name, changed in _other_numbers(layer):
            tried = trace_of((*uses[:at], replace(uses[at], layer=changed), *uses[at + 1 :]), found.states[0].shape)
            if tried.failing is None and tried.arriving[0] == target:
                yield name, getattr(changed, name)[0], uses[at].line


def _other_numbers(layer: Layer) -> Iterator[tuple[str, Layer]]:
    for name, step in (("op", 1), ("p", 1), ("p", -1), ("k", 1), ("k", -1), ("p", 2), ("k", 2)):
        old = getattr(layer, name)
        if isinstance(old, str) or len(set(old)) != 1:
            continue
        changed = replace(layer, **{name: (old[0] + step,)})
        try:
            windows_of(changed, 2)
        except (GivenError, ValueError):
            continue
        if min(*getattr(changed, name), 1) >= (1 if name == "k" else 0):
            yield name, changed
