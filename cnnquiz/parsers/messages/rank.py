"""A tensor with an axis too few or too many."""

from __future__ import annotations

import re

from cnnquiz.parsers.diagnosis import Diagnosis
from cnnquiz.parsers.messages.channels import COLOURS, CONVS
from cnnquiz.parsers.paste import Dims, Paste, dims, elements, picture, size, square_side
from cnnquiz.parsers.reading import UnreadError


def _torch(found: re.Match[str], paste: Paste) -> Diagnosis | None:
    """Expected 4-dimensional input for 4-dimensional weight [32, 3, 3, 3], but got 3-dimensional input of size [..]."""
    weight = dims(found[3])
    channels = weight[1] if len(weight) > 1 else None
    return channels_first(dims(found[4]), int(found[1]), channels, paste)


def _torch_layer(found: re.Match[str], paste: Paste) -> Diagnosis | None:
    """Expected 3D (unbatched) or 4D (batched) input to conv2d, but got input of size: [64, 784]."""
    shape = dims(found[2])
    if found[1] == "3" and len(shape) == 4 and 1 not in shape:
        cause = f"{size(shape)} is a batch of maps, and the layer slides along one axis"
        return Diagnosis("other", cause, "nn.Conv2d(...)", None, paste.line("Conv1d("))
    return channels_first(dims(found[2]), int(found[1]), _first_channels(paste), paste)


def _torch_tensor(found: re.Match[str], paste: Paste) -> Diagnosis | None:
    """expected 4D input (got 2D input), for a normalisation."""
    expected, got = found[1], int(found[2])
    axes = {2: "1d", 3: "1d", 4: "2d", 5: "3d"}.get(got)
    if axes is None:
        return None
    cause = f"the normalisation takes tensors of {expected} axes and gets one of {got}"
    return Diagnosis("other", cause, f"nn.BatchNorm{axes}(...)", None, paste.line("BatchNorm"))


def _first_channels(paste: Paste) -> int | None:
    first = min(paste.layers(*CONVS), key=lambda call: call.line, default=None)
    return paste.number(first.written(0, "in_channels")) if first else None


def channels_first(shape: Dims, expected: int, channels: int | None, paste: Paste) -> Diagnosis | None:
    """PyTorch's order: batch, channels, height, width."""
    line = paste.line("model(", "net(")
    if len(shape) == expected - 1 and shape[0]:
        return _one_axis_less(shape, channels, line)
    if len(shape) == 2 and expected == 4 and None not in shape:
        return _flat(shape, channels, line)
    if len(shape) == expected + 1:
        return _one_axis_more(shape, line)
    return None


def _one_axis_less(shape: Dims, channels: int | None, line: int | None) -> Diagnosis:
    first, last = shape[0], shape[-1]
    known = channels is not None
    if first == channels or (not known and first in COLOURS):
        cause = f"{size(shape)} has no batch axis"
        return Diagnosis("missing batch axis", cause, "x = x.unsqueeze(0)", size((1, *shape)), line)
    if (len(shape) == 3 and last == channels) or (not known and last in COLOURS):
        cause = f"{size(shape)} has no batch axis, and its channels come last"
        turned = (1, last, *shape[:-1])
        return Diagnosis("missing batch axis", cause, "x = x.permute(2, 0, 1).unsqueeze(0)", size(turned), line)
    cause = f"{size(shape)} has no channel axis: {first} is the batch"
    fix = "x = x.unsqueeze(1)" + (f".repeat(1, {channels}, 1, 1)" if channels == 3 and len(shape) == 3 else "")
    made = channels if channels == 3 else 1
    return Diagnosis("missing channel axis", cause, fix, size((first, made, *shape[1:])), line)


def _flat(shape: Dims, channels: int | None, line: int | None) -> Diagnosis | None:
    batch, features = shape[0] or 1, shape[1] or 1
    if batch == features and batch > 3:
        cause = f"{size(shape)} is one picture without its batch and channel axes"
        return Diagnosis("missing batch axis", cause, "x = x[None, None]", size((1, 1, *shape)), line)
    side = square_side(features // channels) if channels and features % channels == 0 else None
    whole = (channels, side, side) if side else picture(features) if channels is None else ()
    if not whole:
        return None
    cause = f"{size(shape)} is flattened, and the layer slides over a map: {features} = {size(whole)}"
    fix = f"x = x.view(-1, {', '.join(map(str, whole))})"
    return Diagnosis("missing channel axis", cause, fix, size((batch, *whole)), line)


def _one_axis_more(shape: Dims, line: int | None) -> Diagnosis | None:
    if 1 in shape[:2]:
        at = shape.index(1)
        left = (*shape[:at], *shape[at + 1 :])
        return Diagnosis("other", f"{size(shape)} has an axis of 1 too many", f"x = x.squeeze({at})", size(left), line)
    joined = ((shape[0] or 1) * (shape[1] or 1), *shape[2:])
    cause = f"{size(shape)} has two axes before the channels: {shape[0]} and {shape[1]}"
    return Diagnosis("other", cause, "x = x.flatten(0, 1)", size(joined), line)


def _keras(found: re.Match[str], paste: Paste) -> Diagnosis | None:
    """expected min_ndim=4, found ndim=3. Full shape received: (None, 28, 28)."""
    expected, got = int(found[1]), int(found[2])
    return channels_last(dims(found[3]) if found.lastindex == 3 else _told(got, paste), expected, got, paste)


def _told(got: int, paste: Paste) -> Dims:
    """The shape in front of a layer as the code's last Reshape or its input has it, the batch put before it."""
    targets = [call.written(0, "target_shape") for call in paste.layers("Reshape")]
    if targets:
        return (None, *dims(targets[-1].strip("()")))
    return paste.input if len(paste.input) == got else (None, *paste.input)


def _keras_array(found: re.Match[str], paste: Paste) -> Diagnosis | None:
    """expected conv2d_1_input to have 4 dimensions, but got array with shape (60000, 28, 28)."""
    shape, expected = dims(found[2]), int(found[1])
    if len(shape) == expected + 1 and 1 in shape[:2]:
        return _one_axis_more(shape, paste.line("expand_dims", "fit(", "predict("))
    if expected == 2 and len(shape) > 2 and shape[1] is not None:
        features = elements(shape[1:])
        cause = f"{size(shape[1:])} is not flattened: {features} numbers"
        return Diagnosis(
            "flatten missing", cause, "x = x.reshape(len(x), -1)", features, paste.line("input_dim", "fit(")
        )
    return channels_last(shape, expected, len(shape), paste)


def channels_last(shape: Dims, expected: int, got: int, paste: Paste) -> Diagnosis | None:
    """Keras' order: batch, height, width, channels."""
    line = paste.line("input_shape", "Input(", "shape=", "fit(", "predict(")
    if expected == 3 and got == 2 and paste.built[-1:] == shape[:1] and len(paste.built) == 2:
        cause = f"the rows of one sample are taken for samples: {size(paste.built)} has no batch axis"
        return Diagnosis("missing batch axis", cause, "x = x[None]", size((1, *paste.built)), line)
    if got == expected + 1:
        return _batch_told(shape, expected, line)
    if len(shape) != got or got >= expected:
        return _recurrent(expected, got, paste)
    if expected - got == 1 and shape[0] is not None and shape[-1] in COLOURS and len(shape) > 1:
        cause = f"{size(shape)} is one picture without a batch axis"
        return Diagnosis("missing batch axis", cause, "x = x[None]", size((1, *shape)), line)
    if expected - got == 1:
        recurrent = _recurrent(expected, got, paste) if expected == 3 else None
        cause = f"{size(shape)} has no channel axis"
        return recurrent or Diagnosis("missing channel axis", cause, "x = x[..., None]", size((*shape, 1)), line)
    if got == 2 and expected == 4 and any(paste.layers("Flatten", "GlobalAveragePooling2D")):
        raise UnreadError("the map is flattened in front of a layer that slides over one; paste the whole code along")
    if got == 2 and expected == 4 and shape[1] and (whole := picture(shape[1])):
        turned = (*whole[1:], whole[0])
        cause = f"the layer slides over a map and gets {shape[1]} numbers in a row: {size(turned)}"
        fix = f"x = x.reshape(-1, {', '.join(map(str, turned))})"
        return Diagnosis("missing channel axis", cause, fix, size((shape[0], *turned)), line)
    return None


def _batch_told(shape: Dims, expected: int, line: int | None) -> Diagnosis | None:
    """An input shape that counts the batch, which Keras adds by itself."""
    own = shape[-(expected - 1) :]
    if len(own) < expected - 1 or None in own:
        return None
    cause = "the input shape counts the batch, which is added to it: an axis too many"
    return Diagnosis("batch given as a size", cause, f"input_shape=({', '.join(map(str, own))})", size(own), line)


def _hidden(found: re.Match[str], paste: Paste) -> Diagnosis | None:
    """Expected hidden[0] size (2, 4, 256), got (2, 64, 256)."""
    wanted, got = dims(found[2]), dims(found[3])
    if len(wanted) != 3:
        return None
    line = paste.line("zeros(", "init_hidden(")
    cause = f"the state is {size(got)}, and the batch takes {size(wanted)}"
    if len(got) == 3 and wanted[1] == got[0] and wanted[0] == got[1]:
        return Diagnosis(
            "axes exchanged", f"{cause}: batch and layers are exchanged", "h = h.transpose(0, 1)", size(wanted), line
        )
    fix = f"h = torch.zeros({wanted[0]}, x.size(0), {wanted[2]})"
    return Diagnosis("batch given as a size", f"{cause}: the batch is written as a number", fix, size(wanted), line)


def _step_size(found: re.Match[str], paste: Paste) -> Diagnosis:
    """input.size(-1) must be equal to input_size. Expected 28, got 1."""
    wanted, got = int(found[1]), int(found[2])
    call = paste.call(("LSTM", "GRU", "RNN"), 0, "input_size", wanted)
    written = call.written(0, "input_size") if call else ""
    fix = paste.with_argument(call, written, got, f"nn.LSTM(input_size={got}, ...)")
    cause = f"each step has {got} numbers, and the layer takes {wanted}"
    return Diagnosis("in_features", cause, fix, got, call.line if call else None)


def _embedding(found: re.Match[str], paste: Paste) -> Diagnosis:
    """was expecting embedding dimension of 512, but got 256."""
    wanted, got = int(found[1]), int(found[2])
    call = paste.call(("MultiheadAttention", "TransformerEncoderLayer"), 0, "embed_dim", wanted)
    written = call.written(0, "embed_dim", "d_model") if call else ""
    fix = paste.with_argument(call, written, got, f"nn.MultiheadAttention({got}, ...)")
    cause = f"each token has {got} numbers, and the layer takes {wanted}"
    return Diagnosis("in_features", cause, fix, got, call.line if call else None)


def _recurrent(expected: int, got: int, paste: Paste) -> Diagnosis | None:
    """A recurrent layer that passes on its last step alone, in front of another one."""
    calls = sorted(paste.layers("LSTM", "GRU", "SimpleRNN"), key=lambda call: call.line)
    if (expected, got) != (3, 2) or len(calls) < 2 or "return_sequences" in calls[0].named:
        return None
    cause = f"{calls[0].name} passes on its last step alone, and the next layer takes all of them"
    return Diagnosis("other", cause, "return_sequences=True", None, calls[0].line)


MESSAGES = (
    (
        "xpected {n}-dimensional input for {n}-dimensional weight {any}but got {_}input of size {shape}",
        _torch,
    ),
    ("or {n}D (batched) input to conv{_}, but got input of size: {shape}", _torch_layer),
    ("expected {any} input (got {n}D input)", _torch_tensor),
    ("ndim={n}, found ndim={n}. Full shape received: {shape}", _keras),
    ("ndim={n}, found ndim={n}", _keras),
    ("Expected hidden[{n}] size {shape}, got {shape}", _hidden),
    ("was expecting embedding dimension of {n}, but got {n}", _embedding),
    ("must be equal to input_size. Expected {n}, got {n}", _step_size),
    ("to have {n} dimensions, but got array with shape {shape}", _keras_array),
)
