"""Two maps that are added or joined, and do not have the same size."""

from __future__ import annotations

import re

from cnnquiz.parsers.decoder import decoder_size
from cnnquiz.parsers.diagnosis import Diagnosis
from cnnquiz.parsers.messages.product import wrong_features
from cnnquiz.parsers.paste import Dims, Paste, dims, elements, side, size, square_side
from cnnquiz.parsers.reading import UnreadError
from cnnquiz.patterns import pattern

_ADDED = pattern(
    r"\b(\w+)\s*\+=\s*(?:self\.)?(\w+)|(?:=|return|\()\s*(?:self\.)?(\w+)(?:\(\w*\))?\s*\+\s*(?:self\.)?(\w+)"
)
_STRAIGHT = ("identity", "shortcut", "residual", "skip", "downsample", "res", "short", "x", "inputs", "input")
_PATCHES = 16  # the usual side of a patch of a vision transformer
_PATCH = pattern(r"patch_?(?:size)? ?=? ?(\d{1,2})\b")
_HALVINGS = pattern(r"\b(\d) (?:halvings|down-?samplings|poolings|levels|down ?blocks)\b")
_DOWN = pattern(r"(?:max_?)?pool\d*(?:_\d+)?|max_pool2d|down_?\d+")
_LENGTHS = (77, 128, 256, 512, 1024, 2048, 4096)  # the usual limits of texts


def _added(found: re.Match[str], paste: Paste) -> Diagnosis | None:
    a, b, axis = int(found[1]), int(found[2]), int(found[3])
    if axis == 1 and (patches := _tokens(a, b, paste)):
        return patches
    if paste.says("osition", "okeniz", "max_length", "BERT", "Bert") and min(a, b) in _LENGTHS and axis == 1:
        most = min(a, b)
        cause = f"the text has {max(a, b)} tokens, and there are {most} positions"
        return Diagnosis(
            "sequence length", cause, f"truncation=True, max_length={most}", most, paste.line("max_length")
        )
    if axis == 0 and {a, b} == {3, 4}:
        return Diagnosis("channels", "the picture has 4 channels, one of them transparency, and 3 are looked for",
                         'image = image.convert("RGB")', 3, paste.line("Normalize("))  # fmt: skip
    if axis > 1 and abs(a - b) == 1 and paste.library and not paste.line("MaxPool", "AvgPool"):
        made = paste.library_side
        cause = f"the maps of {a} and {b} come from an odd one: {paste.library} is made for pictures of {made}x{made}"
        return Diagnosis("residual shortcut", cause, f"transforms.Resize(({made}, {made}))", made, None)
    mended = decoder_size(a, b, paste) if axis > 1 and paste.line("ConvTranspose", "oss(", "criterion") else None
    return mended or _shortcut(a, b, axis, paste) or _unread(f"the sizes {a} and {b} at axis {axis} do not go together")


def _unread(cause: str) -> Diagnosis:
    raise UnreadError(f"{cause}; paste the code and the input's shape along for the number")


def _tokens(a: int, b: int, paste: Paste) -> Diagnosis | None:
    """Patches of a vision transformer and one token more: the positions are those of another picture."""
    sides = [square_side(n - 1) or 0 for n in (a, b)]
    told = paste.says("osition", "pos_emb", "patch", "ViT", "vit_")
    if min(sides) < (2 if told else 7) or max(sides) < 7 or paste.says("max_length"):
        return None
    written = _PATCH.search(paste.text)
    patch = int(written[1]) if written and int(written[1]) else _PATCHES
    given, made = (one * patch for one in sides)
    cause = f"pictures of {given}x{given} are {sides[0]}x{sides[0]} patches, and the positions are for "
    cause += f"{sides[1]}x{sides[1]}: for pictures of {made}x{made}"
    return Diagnosis("image size changed", cause, f"img_size={given}", given, paste.line("img_size", "image_size"))


def _shortcut(a: int, b: int, axis: int, paste: Paste) -> Diagnosis | None:
    """A residual block whose shortcut has another shape than its body."""
    match = _ADDED.search(paste.code)
    if match is None and paste.line("downsample", "shortcut"):
        return _rounded(a, b, paste) if abs(a - b) == 1 and axis in (2, 3) else None
    names = [name for name in match.groups() if name] if match else []
    straight = [
        name.lower() in _STRAIGHT or name.lower().startswith(("identity", "shortcut", "residual")) for name in names
    ]
    if len(names) != 2 or straight[0] == straight[1] or any("pos" in name.lower() for name in names):
        return None
    body, short = (b, a) if straight[0] else (a, b)
    line = paste.line(match[0].split("\n")[0]) if match else None
    cause = f"at axis {axis} the block's body has {body}, and its shortcut {short}"
    if axis == 1:
        fix = f"self.shortcut = nn.Conv2d({short}, {body}, kernel_size=1)"
        return Diagnosis("residual shortcut", cause, fix, body, line)
    if axis in (2, 3) and abs(short - body) == 1:
        return _rounded(a, b, paste)
    if axis in (2, 3) and short > body and -(-short // 2) == body:
        fix = "self.shortcut = nn.Conv2d(in_channels, out_channels, kernel_size=1, stride=2)"
        return Diagnosis("residual shortcut", f"{cause}: the body strides", fix, 2, line)
    if axis in (2, 3) and 0 < short - body <= 6 and (short - body) % 2 == 0:
        padding = (short - body) // 2
        return Diagnosis(
            "residual shortcut", f"{cause}: its convolutions do not pad enough", f"padding={padding}", padding, line
        )
    return None


def _rounded(a: int, b: int, paste: Paste) -> Diagnosis | None:
    """A pooling in the shortcut rounds a half down, where the body's convolution rounds it up."""
    pools = [call for call in paste.calls if call.name in ("MaxPool2d", "AvgPool2d")]
    if not pools:
        return None
    fix = paste.lines[pools[-1].line - 1].partition("#")[0].strip()
    fix = f"{fix[:-1]}, ceil_mode=True)" if fix.endswith(")") else "ceil_mode=True"
    cause = f"the body makes {max(a, b)} of an odd map, and the pooling of the shortcut {min(a, b)}"
    return Diagnosis("residual shortcut", cause, fix, None, pools[-1].line)


def _joined(found: re.Match[str], paste: Paste) -> Diagnosis | None:
    """Sizes of tensors must match except in dimension 1. Expected size 25 but got size 24."""
    along, a, b = int(found[1]), int(found[2]), int(found[3])
    if along == 0:
        cause = f"the pictures of a batch differ: {a} and {b}"
        if sorted((a, b)) in ([1, 3], [3, 4], [1, 4]):
            return Diagnosis("channels", f"{cause} channels", 'image = image.convert("RGB")', 3, paste.line("open("))
        return _unread(f"{cause}; resize them all to one height and width")
    if abs(a - b) > max(a, b) // 2:
        return _unread(f"the maps are {a} and {b} long")
    return _odd_size(a, b, paste)


def _stacked(found: re.Match[str], paste: Paste) -> Diagnosis | None:
    """stack expects each tensor to be equal size, but got [3, 288, 224] at entry 0 and [3, 320, 256] at entry 1."""
    first, other = dims(found[1]), dims(found[3])
    if len(first) != 3 or len(other) != 3:
        return _unread(f"the tensors of a batch differ: {size(first)} and {size(other)}")
    line = paste.line("transforms", "Resize(", "open(")
    cause = f"the pictures of a batch differ: {size(first)} and {size(other)}"
    if first[0] != other[0] and {first[0], other[0]} <= {1, 3, 4}:
        return Diagnosis("channels", cause, 'image = image.convert("RGB")', 3, line)
    sides = {side(shape[1:]) for shape in (first, other)} - {None}
    square = sides.pop() if len(sides) == 1 else None
    value = str(square) if square else "height"
    fix = f"transforms.Resize(({value}, {square or 'width'}))"
    return Diagnosis("image size changed", cause, fix, square, line)


def _odd_size(a: int, b: int, paste: Paste) -> Diagnosis:
    """A map that was halved from an odd size, and doubled again."""
    large, step = max(a, b), _step(paste)
    cause = f"the encoder's map is {large}, and the decoder's {min(a, b)}: an odd size was halved and doubled again"
    if step == 1:  # the level at which it happened is told by the input's size
        levels = (level for level in range(1, 9) for one in paste.input[-2:] if one and one >> level == large)
        step = 2 ** int(next(levels, -1) + 1)
    if step == 1:
        raise UnreadError(f"{cause}; sides must be multiples of all halvings together, as of 16 for four: paste the "
                          "layers and the input's shape along for the number")  # fmt: skip
    return _multiples(step, cause, paste)


def _multiples(step: int, cause: str, paste: Paste) -> Diagnosis:
    sides = [one for one in dict.fromkeys(paste.input[-2:]) if one and one % step]
    padded = [-(-one // step) * step for one in sides]
    own = f": {' and '.join(map(str, sides))} to {' and '.join(map(str, padded))}" if sides else ""
    fix = f"x = F.pad(x, (0, -x.size(-1) % {step}, 0, -x.size(-2) % {step}))"
    line = paste.line("cat(", "oncatenate(")
    return Diagnosis("skip connection", f"{cause}; sides must be multiples of {step}{own}", fix, step, line)


def odd_input(paste: Paste) -> Diagnosis | None:
    """A U-Net whose input, as told, is no multiple of its halvings: the maps that it joins cannot agree."""
    step = _step(paste)
    if not paste.says("cat(", "oncatenate(") or not any(one % step for one in paste.input[-2:] if one):
        return None
    return _multiples(step, "an odd map is halved and doubled again, and comes back one smaller", paste)


def _step(paste: Paste) -> int:
    """By what the network divides its input: 2 for each halving; 1 where that is not to be seen."""
    if said := _HALVINGS.search(paste.text):
        return int(2 ** int(said[1]))
    made = sum(call.name.startswith("MaxPool") for call in paste.calls)
    used = sum(bool(_DOWN.fullmatch(call.name)) for call in paste.calls)
    depth = max(made, used)
    return int(2 ** (min(depth, 8) if depth > 1 else 5 if paste.library else 0))  # published networks halve five times


def _concatenate(found: re.Match[str], paste: Paste) -> Diagnosis | None:
    shapes = [dims(found[1]), dims(found[2])]
    if len(shapes[0]) != len(shapes[1]):
        return None
    differing = [at for at, (a, b) in enumerate(zip(*shapes, strict=True)) if a != b]
    if differing == [1] and shapes[0][2:] == shapes[1][2:] and len(shapes[0]) == 4:
        cause = "the maps differ in their channels alone, which stand at the second axis"
        line = paste.line("oncatenate(")
        return Diagnosis("channels first and last mixed", cause, "Concatenate(axis=1)", 1, line)
    pairs = [(a, b) for a, b in zip(*(shape[:-1] for shape in shapes), strict=True) if a != b and a and b]
    return _odd_size(*pairs[0], paste) if pairs and abs(pairs[0][0] - pairs[0][1]) < 4 else None


def _shapes(found: re.Match[str], paste: Paste) -> Diagnosis | None:
    """Operands could not be broadcast together with shapes (28, 28, 64) (14, 14, 128), in a Keras Add."""
    first, second = dims(found[1]), dims(found[2])
    if len(first) != len(second) or len(first) < 3:
        return None
    return _keras_shortcut(first, second, paste)


def _positions(found: re.Match[str], paste: Paste) -> Diagnosis:
    """The expanded size of the tensor (600) must match the existing size (512) at non-singleton dimension 1."""
    sizes = int(found[1]), int(found[2])
    if min(sizes) not in _LENGTHS or not paste.says("osition", "okeniz", "max_length", "BERT", "Bert", "input_ids"):
        return _unread(f"{sizes[0]} and {sizes[1]} do not go together at axis {found[3]}")
    cause = f"the text has {max(sizes)} tokens, and there are {min(sizes)} positions"
    fix = f"truncation=True, max_length={min(sizes)}"
    return Diagnosis("sequence length", cause, fix, min(sizes), paste.line("tokenizer(", "max_length"))


def _operation(found: re.Match[str], paste: Paste) -> Diagnosis | None:
    """Dimensions must be equal, but are 28 and 784 for 'MatMul' with input shapes: [?,28], [784,10]."""
    first, second = dims(found[4]), dims(found[5])
    if "MatMul" in found[3] and len(first) == len(second) == 2 and first[1] and second[0] and second[1]:
        return wrong_features(first[1], second[0], second[1], paste)
    if "add" in found[3].lower() and len(first) == len(second) == 4:
        return _keras_shortcut(first[1:], second[1:], paste)
    return None


def _incompatible(found: re.Match[str], paste: Paste) -> Diagnosis | None:
    """Incompatible shapes: [8,28,28,1] vs. [8,32,32,1], of TensorFlow: predictions and labels, or what is added."""
    made, other = dims(found[1]), dims(found[2])
    if not all(made) or not all(other) or made == other:
        return None
    if len(made) == len(other) == 4 and made[1:3] != other[1:3] and made[3] == other[3]:
        value = other[1] if other[1] == other[2] else size(other[1:3])
        cause = f"the output is {size(made[1:])}, and the target {size(other[1:])}"
        return Diagnosis("decoder size", cause, f"layers.Resizing({other[1]}, {other[2]})", value, None)
    if len(made) == len(other) == 4 and made[:3] == other[:3]:
        return _keras_shortcut(made[1:], other[1:], paste)
    if len(made) == len(other) and made[1:] == other[1:] and made[0] != other[0]:
        small = min(one for one in (made[0], other[0]) if one)
        cause = f"{made[0]} and {other[0]} samples meet: the last batch is smaller, or its size is written as a number"
        return Diagnosis("batch given as a size", cause, "batch = tf.shape(x)[0]", small, paste.line("batch"))
    if {elements(made), len(made)} == {elements(other), 1} or {elements(other), len(other)} == {elements(made), 1}:
        cause = f"{size(made)} and {size(other)} are the same numbers, in a row and one-hot"
        return Diagnosis("labels against loss", cause, 'loss="categorical_crossentropy"', None, paste.line("compile("))
    return None


def _merged(found: re.Match[str], paste: Paste) -> Diagnosis | None:
    """Only layers of same output shape can be merged using sum mode, of the first Keras."""
    first, second = dims(found[1])[1:], dims(found[2])[1:]
    if len(first) == len(second) == 3 and first[1:] == second[1:]:  # the channels stand first
        first, second = (*first[1:], first[0]), (*second[1:], second[0])
    return _keras_shortcut(first, second, paste) if len(first) == len(second) == 3 else None


def _keras_shortcut(first: Dims, second: Dims, paste: Paste) -> Diagnosis | None:
    line = paste.line("Add(", "add(")
    large, small = max(first[0] or 0, second[0] or 0), min(first[0] or 0, second[0] or 0)
    if first[-1] == second[-1] and small and large % small == 0 and first[0] == first[1] and second[0] == second[1]:
        step = large // small
        cause = f"one map is {large} wide and the other {small}: only one of them strides"
        return Diagnosis("residual shortcut", cause, f"shortcut = MaxPooling2D({step})(shortcut)", step, line)
    differing = [(a, b) for a, b in zip(first, second, strict=True) if a != b and a and b]
    channels = (first[-1], second[-1])
    if channels[0] == channels[1] or len(differing) > 1 or None in channels:
        return None
    body = max(one for one in channels if one)
    cause = f"the shortcut has {min(one for one in channels if one)} channels, and the body {body}"
    return Diagnosis(
        "residual shortcut", cause, f"shortcut = Conv2D({body}, 1)(shortcut)", body, paste.line("Add(", "add(")
    )


MESSAGES = (
    ("The size of tensor a ({n}) must match the size of tensor b ({n}) at {_}dimension {n}", _added),
    ("must match except in dimension {n}. Expected size {n} but got size {n}", _joined),
    ("must match except in dimension {n}. Got {n} and {n}", _joined),
    ("expanded size of the tensor ({n}) must match the existing size ({n}) at non-singleton dimension {n}", _positions),
    ("Dimensions must be equal, but are {n} and {n} for '{any}' {_}with input shapes: {shape}, {shape}", _operation),
    ("Incompatible shapes: {shape} vs. {shape}", _incompatible),
    ("Only layers of same output shape can be merged using sum mode. Layer shapes: [{shape}, {shape}", _merged),
    ("stack expects each tensor to be equal size, but got {shape} at entry {n} and {shape} at entry", _stacked),
    ("Dimensions of inputs should match: shape[0] = {shape} vs. shape[1] = {shape}", _concatenate),
    ("inputs with matching shapes except for the conc{_}[{shape}, {shape}", _concatenate),
    ("could not be broadcast together with shapes {shape} {shape}", _shapes),
    ("incompatible shapes. Received shapes {shape} and {shape}", _shapes),
)
