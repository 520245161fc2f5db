"""A layer whose channels are not those of the map that arrives."""

from __future__ import annotations

import re

from cnnquiz.parsers.diagnosis import Diagnosis
from cnnquiz.parsers.paste import Dims, Paste, dims, size

CONVS = ("Conv1d", "Conv2d", "Conv3d", "ConvTranspose1d", "ConvTranspose2d", "ConvTranspose3d")
NORMS = (
    "BatchNorm1d", "BatchNorm2d", "BatchNorm3d", "InstanceNorm2d", "SyncBatchNorm", "GroupNorm", "LayerNorm",
)  # fmt: skip
COLOURS = (1, 3, 4)


def _conv(found: re.Match[str], paste: Paste) -> Diagnosis | None:
    *weights, arriving, wanted, channels = found.groups()
    weight, shape, expected, got = dims("".join(weights)), dims(arriving), int(wanted), int(channels)
    if len(shape) not in (3, 4, 5) or shape[1] != got:
        return None
    published = weight[1:] == (3, 7, 7) and got == 1  # the first layer of most published networks
    return _order(shape, expected, got, paste) or (_grey(paste) if published else wrong_channels(expected, got, paste))


def _old(found: re.Match[str], paste: Paste) -> Diagnosis | None:
    shape, expected = dims(found[2]), int(found[1])
    got = shape[1] if len(shape) in (3, 4, 5) else None
    return None if got is None else _order(shape, expected, got, paste) or wrong_channels(expected, got, paste)


def _order(shape: Dims, expected: int, got: int, paste: Paste) -> Diagnosis | None:
    """Axes in another order than the layer takes them."""
    line = paste.line("permute", "model(", "net(")
    arrives = f"{size(shape)} arrives, and {expected} channels are looked for"
    if len(shape) == 4 and shape[3] == expected != got:
        turned = size((shape[0], *shape[3:], *shape[1:3]))
        cause = f"{arrives} at the second axis, where the height stands: the channels come last"
        return Diagnosis("channels first and last mixed", cause, "x = x.permute(0, 3, 1, 2)", turned, line)
    if len(shape) == 3 and shape[2] == expected != got:
        cause = f"{arrives} at the second axis, where the length stands"
        return Diagnosis("axes exchanged", cause, "x = x.transpose(1, 2)", size((shape[0], shape[2], shape[1])), line)
    if shape and shape[0] == 1 == expected and got not in COLOURS and (len(shape) == 3 or shape[2] == shape[3]):
        cause = f"without a channel axis the batch of {got} is taken for {got} channels"
        return Diagnosis("missing channel axis", cause, "x = x.unsqueeze(1)", size((got, 1, *shape[2:])), line)
    if len(shape) > 3 and shape[0] == expected and got not in COLOURS and expected in COLOURS and shape[2] == shape[3]:
        cause = f"{arrives} at the second axis, where the batch of {got} stands"
        return Diagnosis("axes exchanged", cause, "x = x.transpose(0, 1)", size((got, expected, *shape[2:])), line)
    if len(shape) == 5 and shape[2] == expected:
        cause = f"{arrives} at the second axis, where the {got} frames stand"
        turned = size((shape[0], shape[2], shape[1], *shape[3:]))
        return Diagnosis("axes exchanged", cause, "x = x.transpose(1, 2)", turned, line)
    return None


def _grey(paste: Paste) -> Diagnosis:
    cause = "the layer takes 3 channels and gets 1: a grey picture for a network of coloured ones"
    return Diagnosis("channels", cause, 'image = image.convert("RGB")', 3, paste.line("open("))


def wrong_channels(expected: int, got: int, paste: Paste) -> Diagnosis:
    """The right order with another number of channels."""
    call = paste.call(CONVS, 0, "in_channels", expected)
    cause = f"the layer takes {expected} channels and gets {got}"
    line = call.line if call else None
    if (expected, got) == (3, 4):
        return Diagnosis("channels", f"{cause}: a picture with transparency", 'image = image.convert("RGB")', 3, line)
    if expected == 3 and got == 1 and call is None and paste.library:
        return _grey(paste)
    if expected == 1 and got == 3 and call is None and not paste.code:
        return Diagnosis("channels", f"{cause}: coloured pictures for a network of grey ones",
                         "transforms.Grayscale(num_output_channels=1)", 1)  # fmt: skip
    joined = paste.says("torch.cat(", "concat")
    kind = "skip connection" if joined and got > 4 else "channels"
    cause += ": the channels of what is concatenated add up" if kind == "skip connection" else ""
    written = call.written(0, "in_channels") if call else ""
    return Diagnosis(kind, cause, paste.with_argument(call, written, got, f"nn.Conv2d({got}, ...)"), got, line)


def _norm(found: re.Match[str], paste: Paste) -> Diagnosis:
    """running_mean should contain 128 elements not 64."""
    return _normalisation(int(found[1]), int(found[2]), "channels", paste)


def _affine(found: re.Match[str], paste: Paste) -> Diagnosis | None:
    """got weight of shape [64] and input of shape [8, 128, 28, 28]."""
    shape = dims(found[2])
    return _normalisation(shape[1], int(found[1]), "channels", paste) if len(shape) > 1 and shape[1] else None


def _layer_norm(found: re.Match[str], paste: Paste) -> Diagnosis | None:
    """Given normalized_shape=[64], expected input with shape [*, 64], but got input of size[7, 15, 96]."""
    last = dims(found[3])[-1:]
    return _normalisation(last[0], int(found[1]), "in_features", paste) if last and last[0] else None


def _normalisation(got: int, has: int, kind: str, paste: Paste) -> Diagnosis:
    call = paste.call(NORMS, 0, "num_features", has)
    name = call.name if call else "LayerNorm" if kind == "in_features" else "BatchNorm2d"
    written = call.written(0, "num_features", "normalized_shape") if call else ""
    cause = f"the normalisation takes {has} {'values' if kind == 'in_features' else 'channels'} and gets {got}"
    fix = paste.with_argument(call, written, got, f"nn.{name}({got})")
    return Diagnosis(kind, cause, fix, got, call.line if call else None)


def _broadcast(found: re.Match[str], paste: Paste) -> Diagnosis | None:
    """Means and deviations of another number of channels than the picture has."""
    got, given = dims(found[1]), dims(found[2])
    if (len(got), len(given)) != (3, 3) or got[1:] != given[1:] or not got[0] or not given[0]:
        return None
    line = paste.line("Normalize(")
    cause = f"the picture has {got[0]} channels, and the means have {given[0]}"
    if paste.library:
        return Diagnosis("channels", cause, 'image = image.convert("RGB")', given[0], line)
    return Diagnosis("channels", cause, "transforms.Normalize((0.5,), (0.5,))", got[0], line)


def _into(found: re.Match[str], paste: Paste) -> Diagnosis | None:
    """could not broadcast input array from shape (96,96,3) into shape (96,96), of NumPy: pictures that differ."""
    given, room = dims(found[1]), dims(found[2])
    cause = f"a picture of {size(given)} does not fit among those of {size(room)}"
    if given[:2] == room[:2] and abs(len(given) - len(room)) == 1:
        return Diagnosis("channels", f"{cause}: some are grey", 'image = image.convert("RGB")', 3, paste.line("open("))
    if len(given) == len(room) == 3 and given[2] == room[2] and room[0] and room[1]:
        value = room[0] if room[0] == room[1] else size(room[:2])
        fix = f"image = image.resize(({room[1]}, {room[0]}))"
        return Diagnosis("image size changed", cause, fix, value, paste.line("resize", "open("))
    return None


def _depth(found: re.Match[str], paste: Paste) -> Diagnosis | None:
    return wrong_channels(int(found[2]), int(found[1]), paste)


MESSAGES = (
    ("weight of size {shape}, expected input{shape} to have {n} channel{_}, but got {n} channel", _conv),
    ("expected input{shape} to have {n} channel{_}, but got {n} channel", _conv),
    ("and input.size[1] == {n} but got input to be of shape: {shape}", _old),
    ("running_mean should contain {n} elements not {n}", _norm),
    ("number of channels in input, but got weight of shape [{n}] and input of shape {shape}", _affine),
    ("normalized_shape=[{n}], expected input with shape {shape}, but got input of size{shape}", _layer_norm),
    ("output with shape {shape} doesn't match the broadcast shape {shape}", _broadcast),
    ("could not broadcast input array from shape {shape} into shape {shape}", _into),
    ("divisible by filter depth: {n} vs {n}", _depth),
    ("multiple of depth of filter: {n} vs {n}", _depth),
)
