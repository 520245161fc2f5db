"""A Keras layer or model that was built for another input than it gets."""

from __future__ import annotations

import re
from math import gcd

from cnnquiz.parsers.diagnosis import Diagnosis
from cnnquiz.parsers.messages.channels import COLOURS
from cnnquiz.parsers.messages.rank import channels_last
from cnnquiz.parsers.paste import Dims, Paste, dims, elements, side, size, square_side
from cnnquiz.parsers.reading import UnreadError


def _last_axis(found: re.Match[str], paste: Paste) -> Diagnosis | None:
    """expected axis -1 of input shape to have value 784 but received input with shape (None, 28, 28)."""
    wanted, shape = int(found[2]), dims(found[3])
    own = shape[1:]
    if found[1] == "-3" and len(own) == 3 and own[2] == wanted:
        cause = f"{size(own)} has its channels last, and the layer looks for them first"
        turned = size((own[2], *own[:2]))
        return Diagnosis("channels first and last mixed", cause, "x = x.transpose(0, 3, 1, 2)", turned, None)
    if found[1] not in ("-1", "1", "3") or not shape or not shape[-1]:
        return None
    line = paste.line("Dense(") if len(list(paste.layers("Dense"))) == 1 else None
    if len(own) > 1 and None not in own and elements(own) == wanted:
        cause = f"{size(own)} is not flattened: {wanted} numbers"
        return Diagnosis("flatten missing", cause, "model.add(Flatten())", wanted, line)
    if len(own) == 3 and wanted in COLOURS and own[0] == wanted != own[2]:
        turned = size((*own[1:], own[0]))
        return Diagnosis("channels first and last mixed", f"{size(own)} has its channels first",
                         "x = x.transpose(0, 2, 3, 1)", turned, None)  # fmt: skip
    if len(own) == 2 and wanted in own:
        cause = f"the layer takes {wanted} at the last axis and gets {size(own)}"
        turned = size((own[1], own[0]))
        return Diagnosis("axes exchanged", cause, "x = tf.transpose(x, [0, 2, 1])", turned, line)
    if len(own) == 3:
        return _channels(wanted, own[-1] or 0)
    if len(own) > 1:
        raise UnreadError(f"the layer takes {wanted} at the last axis and gets {size(own)}; paste the code along")
    return _features(wanted, own[-1] if own else shape[-1], paste)


_REPAIRS = {
    (3, 1): "x = tf.image.grayscale_to_rgb(x)",
    (1, 3): "x = tf.image.rgb_to_grayscale(x)",
    (3, 4): "x = x[..., :3]",
}


def _channels(wanted: int, got: int) -> Diagnosis:
    cause = f"the layer takes {wanted} channels and gets {got}"
    return Diagnosis("channels", cause, _REPAIRS.get((wanted, got), f"input_shape=(..., {got})"), wanted)


def _features(wanted: int, got: int | None, paste: Paste) -> Diagnosis | None:
    """A dense layer is built for the first input that it sees: the pictures have another size now."""
    if got is None:
        return None
    built = side(paste.built)
    if built:
        cause = f"the layer takes {wanted} values and gets {got}: the network is built for pictures of {built}x{built}"
        line = paste.line("input_shape", "Input(")
        return Diagnosis("image size changed", cause, f"image = image.resize(({built}, {built}))", built, line)
    return _other_pictures(wanted, got, paste)


def _other_pictures(wanted: int, got: int, paste: Paste) -> Diagnosis | None:
    """The map of pictures of another size: its sides are as the roots of the two numbers, whatever its channels."""
    channels = gcd(wanted, got)
    before, now = square_side(wanted // channels), square_side(got // channels)
    if before is None or now is None or 1 in (before, now):
        cause = f"the layer takes {wanted} values and gets {got}"
        if 1 in (before, now):
            raise UnreadError(f"{cause}; paste the layers and the input's shape along for what made them")
        return Diagnosis("in_features", cause, f"the layer takes {wanted} values", wanted)
    cause = f"the map is {now}x{now}x{channels} = {got}, not {before}x{before}x{channels} = {wanted}"
    step, rest = divmod(224, before)  # most published networks are built for 224, and widen as they stride
    if rest or step & (step - 1) or not 8 <= channels // step <= 64:
        raise UnreadError(
            f"{cause}, or as {now} to {before}; resize the pictures to those that the network is built for"
        )
    return Diagnosis("image size changed", f"{cause}: pictures of {step * now}, not 224",
                     "image = image.resize((224, 224))", 224)  # fmt: skip


def _shape(found: re.Match[str], paste: Paste) -> Diagnosis | None:
    """expected shape=(None, 224, 224, 3), found shape=(None, 256, 256, 3)."""
    wanted, got = dims(found[1]), dims(found[2])
    if len(wanted) < 2 or not got:
        return None
    return _other_shape(wanted[1:], got[1:] if len(got) == len(wanted) else got, got, paste)


def _array(found: re.Match[str], paste: Paste) -> Diagnosis | None:
    """expected conv2d_1_input to have shape (28, 28, 1) but got array with shape (1, 28, 28)."""
    wanted, got = dims(found[3]), dims(found[4])
    wanted, whole = (wanted[1:], got) if wanted[:1] == (None,) else (wanted, (None, *got))
    own = whole[1:] if len(whole) == len(wanted) + 1 else whole
    if not wanted or not own:
        return None
    if "target" in found[1]:
        return _labels(wanted, own, paste)
    return _other_shape(wanted, own, whole, paste)


def _labels(wanted: Dims, got: Dims, paste: Paste) -> Diagnosis | None:
    if len(wanted) == len(got) == 3 and wanted[:2] != got[:2] and None not in (*wanted, *got):
        return _target_map(wanted, got, paste)
    made, given = wanted[-1], got[-1]
    line = paste.line("compile(", "fit(")
    cause = f"the last layer makes {made}, and the labels are {given} wide"
    if made == 1 and given and given > 1:
        fix = f'Dense({given}, activation="softmax")'
        return Diagnosis("labels against loss", cause, fix, given, paste.line("Dense(") or line)
    if given == 1 and made and made > 1:
        return Diagnosis("labels against loss", cause, f"y = to_categorical(y, {made})", made, line)
    return Diagnosis("labels against loss", cause, f"Dense({given})", given, line) if given else None


def _target_map(made: Dims, target: Dims, paste: Paste) -> Diagnosis:
    """An output and a target that are maps of other sizes: the decoder is wrong where the target is the input."""
    cause = f"the last layer makes {size(made)}, and the target is {size(target)}"
    if target[0] in COLOURS and target[1] == target[2] and made[2] in COLOURS:
        turned = size((*target[1:], target[0]))
        return Diagnosis("channels first and last mixed", f"{cause}: its channels come first",
                         "y = y.transpose(0, 2, 3, 1)", turned, paste.line("reshape("))  # fmt: skip
    decodes = paste.built[-3:-1] == target[:2]
    kind, goal = ("decoder size", target) if decodes else ("image size changed", made)
    fix = f"layers.Resizing({goal[0]}, {goal[1]})" if decodes else f"y = tf.image.resize(y, ({goal[0]}, {goal[1]}))"
    line = paste.line("UpSampling", "Conv") if decodes else paste.line("fit(")
    return Diagnosis(kind, cause, fix, goal[0] if goal[0] == goal[1] else size(goal[:2]), line)


def _other_shape(wanted: Dims, own: Dims, whole: Dims, paste: Paste) -> Diagnosis | None:
    line = paste.line("fit(", "predict(", "input_shape", "Input(")
    cause = f"the model takes {size(wanted)} and gets {size(own)}"
    if len(own) == len(wanted) == 3 and (own[1], own[2], own[0]) == wanted:
        return Diagnosis("channels first and last mixed", f"{cause}: the channels come first",
                         "x = x.transpose(0, 2, 3, 1)", size(wanted), line)  # fmt: skip
    if len(whole) == len(wanted) and None not in wanted and (own == wanted or own[-1] == wanted[-1] in COLOURS):
        return Diagnosis("missing batch axis", f"{cause} without a batch axis", "x = x[None]", size((1, *wanted)), line)
    if None not in (*own, *wanted) and len(own) != len(wanted) and elements(own) == elements(wanted):
        return _other_rank(wanted, own, cause, line)
    if len(own) == len(wanted) == 3 and wanted[:2] in (own[:2], (None, None)) and wanted[2] and own[2]:
        return _channels(wanted[2], own[2])
    if len(own) == len(wanted) == 3 and own[2] == wanted[2] and wanted[0] and wanted[1]:
        new = wanted[0] if wanted[0] == wanted[1] else size(wanted[:2])
        return Diagnosis("image size changed", cause, f"image = image.resize(({wanted[1]}, {wanted[0]}))", new, line)
    if len(whole) == len(wanted) == 3:
        return channels_last(whole, 4, 3, paste)
    if len(wanted) == len(own) == 1 and wanted[0]:
        return Diagnosis("in_features", cause, f"the layer takes {wanted[0]} values", wanted[0], line)
    return None


def _other_rank(wanted: Dims, own: Dims, cause: str, line: int | None) -> Diagnosis:
    if len(wanted) == 1:
        return Diagnosis(
            "flatten missing", f"{cause}: not flattened", f"x = x.reshape(len(x), {wanted[0]})", wanted[0], line
        )
    fix = f"x = x.reshape(-1, {', '.join(map(str, wanted))})"
    return Diagnosis("missing channel axis", f"{cause}: the same numbers, in another shape", fix, size(wanted), line)


def _three_channels(found: re.Match[str], paste: Paste) -> Diagnosis:
    cause = f"the network takes {found[1]} channels, and {(dims(found[2]) or ('another number',))[-1]} is told"
    return Diagnosis("channels", cause, "x = tf.image.grayscale_to_rgb(x)", int(found[1]), paste.line("input_shape"))


MESSAGES = (
    ("expected axis {axis} of input shape to have value {n}{_} but received input with shape {shape}", _last_axis),
    ("expected shape={shape}, found shape={shape}", _shape),
    ("Expected shape {shape}, but input has incompatible shape {shape}", _shape),
    ("rror when checking {any}: expected {name} to have shape {shape} but got array with shape {shape}", _array),
    ("The input must have {n} channels{_}input_shape={shape}", _three_channels),
)
