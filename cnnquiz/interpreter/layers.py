"""What a layer of PyTorch or Keras makes of a tensor's shape, and how many numbers it learns."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

from cnnquiz.errors import NoLayerError
from cnnquiz.interpreter.values import (
    Leaf,
    ModelFault,
    Opaque,
    Shape,
    Tensor,
    Unreadable,
    numel,
    shape_text,
    whole,
    wholes,
)
from cnnquiz.layers.constructors import KERAS, TORCH
from cnnquiz.layers.windows import Window

Made = tuple[Any, int]  # the output, a tensor or several, and the learned numbers
GATES = {"LSTM": 4, "GRU": 3, "RNN": 1, "SimpleRNN": 1}


def output(leaf: Leaf, x: Tensor) -> Any:
    """What a layer makes of a tensor; its parameters are settled at the first one."""
    effect = _EFFECTS.get(leaf.word)
    if effect is None:
        raise Unreadable(f"{leaf.constructor} cannot be followed")
    try:
        made, learned = effect(leaf, x.shape)
    except NoLayerError as fault:
        raise ModelFault(f"{leaf.constructor} on {shape_text(x.shape)}: {fault}") from None
    if leaf.parameters is None:
        leaf.parameters = learned
    elif leaf.parameters != learned:
        raise ModelFault(f"{leaf.constructor} was made for another input than {shape_text(x.shape)}")
    return made if isinstance(made, tuple) and any(isinstance(one, Tensor | tuple) for one in made) else Tensor(made)


def declared_parameters(leaf: Leaf) -> int | None:
    """The parameters of a layer that says all numbers when it is made; None for one that waits for its input."""
    if leaf.framework == KERAS or leaf.constructor.startswith("Lazy"):
        return None
    values = leaf.values
    if leaf.word in ("conv", "tconv"):
        return _weights(leaf, whole(values["channels"], "in_channels"))
    if leaf.word == "dense":
        inputs, units = whole(values["inputs"], "in_features"), whole(values["out"], "out_features")
        return inputs * units + (units if values["bias"] else 0)
    if leaf.word == "groupnorm" and whole(values["channels"], "channels") % max(whole(values["groups"], "groups"), 1):
        raise ModelFault(f"GroupNorm: {values['groups']} groups do not divide {values['channels']} channels")
    if leaf.word in ("bn", "instancenorm", "groupnorm"):
        return 2 * whole(values["channels"], "num_features") if values["affine"] else 0
    if leaf.word == "layernorm":
        width = prod(_tuple(values["shape"], "normalized_shape"))
        return width * (1 + bool(values["bias"])) if values["affine"] else 0
    if leaf.word == "embedding":
        return whole(values["vocabulary"], "num_embeddings") * whole(values["width"], "embedding_dim")
    if leaf.word == "recurrent":
        return _torch_cells(leaf)
    if leaf.word == "prelu":
        return whole(values["learned"], "num_parameters")
    if leaf.word == "attention":
        width = whole(values["width"], "embed_dim")
        if any(values.get(name) is not None for name in ("kdim", "vdim")):
            raise Unreadable("MultiheadAttention with kdim or vdim cannot be followed")
        return 4 * width * width + (4 * width if values["bias"] else 0)
    return 0


def _tuple(value: Any, what: str) -> Shape:
    return tuple(whole(one, what) for one in (value if isinstance(value, tuple | list) else (value,)))


def _truth(value: Any, what: str) -> bool:
    if isinstance(value, Opaque):
        raise Unreadable(f"{what} is no value that can be followed")
    return bool(value)


class Map:
    """A shape as batch, channels and axes, in the order of its framework."""

    def __init__(self, leaf: Leaf, shape: Shape, axes: int = 0) -> None:
        self.axes = axes or leaf.axes
        first = leaf.values.get("format")
        self.first = leaf.framework == TORCH or first == "channels_first"
        whole_batch = len(shape) == self.axes + 2
        if not whole_batch and not (len(shape) == self.axes + 1 and leaf.framework == TORCH):
            order = "batch, channels" if self.first else "batch"
            raise ModelFault(f"{leaf.constructor} takes {self.axes + 2} axes ({order}, ...), gets {shape_text(shape)}")
        self.batch, rest = (shape[:1], shape[1:]) if whole_batch else ((), shape)
        self.channels, self.sizes = (rest[0], rest[1:]) if self.first else (rest[-1], rest[:-1])

    def shape(self, channels: int, sizes: Shape) -> Shape:
        """The shape with other channels and sizes."""
        return (*self.batch, channels, *sizes) if self.first else (*self.batch, *sizes, channels)


def _weights(leaf: Leaf, channels: int) -> int:
    """The parameters of a convolution of so many channels, either way round."""
    filters = whole(leaf.values["out"], "the number of filters")
    groups = whole(leaf.values.get("groups", 1), "groups")
    if groups < 1 or channels % groups or filters % groups:
        raise ModelFault(f"{leaf.constructor}: {groups} groups do not divide {channels} channels and {filters} filters")
    kernel = prod(wholes(leaf.values["k"], leaf.axes, "kernel_size"))
    return kernel * (channels // groups) * filters + (filters if _truth(leaf.values["bias"], "bias") else 0)


def _expect(leaf: Leaf, channels: int, name: str = "channels", what: str = "channels") -> None:
    declared = leaf.values.get(name)
    if declared is not None and whole(declared, what) != channels:
        raise ModelFault(f"{leaf.constructor} expects {declared} {what}, gets {channels}")


def _windows(leaf: Leaf, sizes: Shape) -> tuple[Window, ...]:
    values, axes = leaf.values, leaf.axes
    k = wholes(values["k"], axes, "kernel_size")
    s = k if values.get("s") is None else wholes(values["s"], axes, "stride")
    d = wholes(values.get("d", 1), axes, "dilation")
    op = wholes(values.get("op") or 0, axes, "output_padding")
    if min(*k, *s, *d) < 1:
        raise ModelFault(f"{leaf.constructor}: kernel, stride and dilation are 1 or more")
    padding = values.get("p", 0)
    word = padding.lower() if isinstance(padding, str) else ""
    if word == "same":
        if leaf.framework == TORCH and any(one != 1 for one in s):
            raise ModelFault(f"{leaf.constructor}: padding same needs stride 1")
        totals = [
            max((-(-n // s_) - 1) * s_ + d_ * (k_ - 1) + 1 - n, 0) for n, k_, s_, d_ in zip(sizes, k, s, d, strict=True)
        ]
        pairs = [(total // 2, total - total // 2) for total in totals]
    elif word == "causal":
        pairs = [(d_ * (k_ - 1), 0) for k_, d_ in zip(k, d, strict=True)]
    else:
        pairs = [(p, p) for p in wholes(0 if word == "valid" else padding, axes, "padding")]
    return tuple(Window(*n[:3], *n[3], n[4]) for n in zip(k, s, d, pairs, op, strict=True))


def _conv(leaf: Leaf, shape: Shape) -> Made:
    at = Map(leaf, shape)
    _expect(leaf, at.channels)
    learned = _weights(leaf, at.channels)
    sizes = tuple(w.places(n) for w, n in zip(_windows(leaf, at.sizes), at.sizes, strict=True))
    return at.shape(whole(leaf.values["out"], "filters"), sizes), learned


def _depthwise(leaf: Leaf, shape: Shape) -> Made:
    at = Map(leaf, shape)
    many = at.channels * whole(leaf.values["multiplier"], "depth_multiplier")
    kernel = prod(wholes(leaf.values["k"], leaf.axes, "kernel_size"))
    sizes = tuple(w.places(n) for w, n in zip(_windows(leaf, at.sizes), at.sizes, strict=True))
    biased = _truth(leaf.values["bias"], "bias")
    if leaf.word == "depthwise":
        return at.shape(many, sizes), kernel * many + (many if biased else 0)
    filters = whole(leaf.values["out"], "filters")
    return at.shape(filters, sizes), kernel * many + many * filters + (filters if biased else 0)


def _tconv(leaf: Leaf, shape: Shape) -> Made:
    at = Map(leaf, shape)
    _expect(leaf, at.channels)
    learned, filters = _weights(leaf, at.channels), whole(leaf.values["out"], "filters")
    padding = leaf.values["p"]
    if leaf.framework == KERAS:
        if leaf.values["op"] is not None:
            raise Unreadable(f"{leaf.constructor} with output_padding cannot be followed")
        windows = _windows(Leaf("", "", KERAS, leaf.axes, leaf.values | {"p": 0}, 0), at.sizes)
        same = str(padding).lower() == "same"
        sizes = tuple(n * w.s + (0 if same else max(w.reach - w.s, 0)) for w, n in zip(windows, at.sizes, strict=True))
    else:
        sizes = tuple(w.tconv_length(n) for w, n in zip(_windows(leaf, at.sizes), at.sizes, strict=True))
        if any(w.op >= max(w.s, w.d) for w in _windows(leaf, at.sizes)):
            raise ModelFault(f"{leaf.constructor}: the output padding must be smaller than the stride or dilation")
    if min(sizes) < 1:
        raise ModelFault(f"{leaf.constructor}: nothing is left of {shape_text(at.sizes)}")
    return at.shape(filters, sizes), learned


def _pool(leaf: Leaf, shape: Shape) -> Made:
    at = Map(leaf, shape)
    windows, ceil = _windows(leaf, at.sizes), _truth(leaf.values.get("ceil", False), "ceil_mode")
    if leaf.framework == TORCH and any(2 * w.before > w.k for w in windows):
        raise ModelFault(f"{leaf.constructor}: the padding is more than half the kernel")
    made = at.shape(at.channels, tuple(w.places(n, ceil) for w, n in zip(windows, at.sizes, strict=True)))
    if _truth(leaf.values.get("indices", False), "return_indices"):
        return (Tensor(made), Tensor(made)), 0
    return made, 0


def _global(leaf: Leaf, shape: Shape) -> Made:
    at = Map(leaf, shape)
    kept = _truth(leaf.values["keep"], "keepdims")
    return (at.shape(at.channels, (1,) * at.axes) if kept else (*at.batch, at.channels)), 0


def _adaptive(leaf: Leaf, shape: Shape) -> Made:
    at, size = Map(leaf, shape), leaf.values["size"]
    each = tuple(size) if isinstance(size, tuple | list) else (size,) * at.axes
    each = each * at.axes if len(each) == 1 else each
    if len(each) != at.axes:
        raise ModelFault(f"{leaf.constructor}: {len(each)} sizes for {at.axes} axes")
    return at.shape(at.channels, tuple(n if to is None else whole(to, "output_size")
                                       for n, to in zip(at.sizes, each, strict=True))), 0  # fmt: skip


def _upsample(leaf: Leaf, shape: Shape) -> Made:
    at = Map(leaf, shape, leaf.axes or len(shape) - 2)
    return at.shape(at.channels, scaled(at.sizes, leaf.values.get("size"), leaf.values.get("k"))), 0


def scaled(sizes: Shape, size: Any, factor: Any) -> Shape:
    """The sizes behind an interpolation to a size, or by a factor."""
    if size is not None:
        return wholes(size, len(sizes), "size")
    each = tuple(factor) if isinstance(factor, tuple | list) else (factor,) * len(sizes)
    if len(each) != len(sizes) or not all(isinstance(one, int | float) and 0 < one < 10**6 for one in each):
        raise Unreadable("the scale factor is no number that can be followed")
    return tuple(int(n * one) for n, one in zip(sizes, each, strict=True))


def _pad(leaf: Leaf, shape: Shape) -> Made:
    at, given, axes = Map(leaf, shape), leaf.values["p"], leaf.axes
    if not isinstance(given, tuple | list):
        pairs = [(whole(given, "padding"),) * 2] * axes
    elif leaf.framework == TORCH:
        numbers = [whole(one, "padding") for one in given]
        if len(numbers) != 2 * axes:
            raise ModelFault(f"{leaf.constructor} takes {2 * axes} numbers, gets {len(numbers)}")
        pairs = [(numbers[2 * n], numbers[2 * n + 1]) for n in reversed(range(axes))]
    elif axes == 1 and len(given) == 2:
        pairs = [wholes(given, 2, "padding")]  # type: ignore[list-item]
    else:
        pairs = [wholes(one, 2, "padding") for one in given]  # type: ignore[misc]
    sign = -1 if leaf.word == "crop" else 1
    if len(pairs) != axes:
        raise ModelFault(f"{leaf.constructor}: padding for {len(pairs)} axes, but the map has {axes}")
    sizes = tuple(n + sign * (low + high) for n, (low, high) in zip(at.sizes, pairs, strict=True))
    if min(sizes) < 1:
        raise ModelFault(f"{leaf.constructor}: nothing is left of {shape_text(at.sizes)}")
    return at.shape(at.channels, sizes), 0


def _pixels(leaf: Leaf, shape: Shape) -> Made:
    return pixel_shuffle(shape, whole(leaf.values["k"], "factor"), leaf.word == "pixelshuffle"), 0


def pixel_shuffle(shape: Shape, r: int, up: bool) -> Shape:
    """Channels into pixels, or back."""
    if len(shape) < 3 or r < 1:
        raise ModelFault(f"a pixel shuffle takes channels, height and width, gets {shape_text(shape)}")
    *batch, c, h, w = shape
    if (up and c % (r * r)) or (not up and (h % r or w % r)):
        raise ModelFault(f"a pixel shuffle by {r} does not divide {shape_text(shape)}")
    return (*batch, c // (r * r), h * r, w * r) if up else (*batch, c * r * r, h // r, w // r)


def flattened(shape: Shape, start: int, end: int) -> Shape:
    """The shape with the axes from start to end as one."""
    rank = len(shape)
    if not -rank <= start < max(rank, 1) or not -rank <= end < max(rank, 1):
        raise ModelFault(f"there is no axis {start} or {end} of {shape_text(shape)} to flatten")
    start, end = start % max(rank, 1), end % max(rank, 1)
    return (*shape[:start], numel(shape[start : end + 1]), *shape[end + 1 :])


def _flatten(leaf: Leaf, shape: Shape) -> Made:
    values = leaf.values
    return flattened(shape, whole(values.get("start", 1), "start_dim"), whole(values.get("end", -1), "end_dim")), 0


def _dense(leaf: Leaf, shape: Shape) -> Made:
    if not shape:
        raise ModelFault(f"{leaf.constructor} takes features, gets {shape_text(shape)}")
    declared, units = leaf.values.get("inputs"), whole(leaf.values["out"], "units")
    if declared is not None and whole(declared, "in_features") != shape[-1]:
        fault = f"{leaf.constructor} expects {declared} features, gets {shape[-1]}"
        raise ModelFault(fault if len(shape) == 2 else f"{fault} ({shape_text(shape)})")
    return (*shape[:-1], units), shape[-1] * units + (units if _truth(leaf.values["bias"], "bias") else 0)


def _bn(leaf: Leaf, shape: Shape) -> Made:
    values = leaf.values
    if leaf.framework == KERAS:
        axis = values["axis"]
        axis = axis[0] if isinstance(axis, tuple | list) and len(axis) == 1 else axis
        at = whole(axis, "axis")
        if not -len(shape) <= at < len(shape):
            raise ModelFault(f"{leaf.constructor}: there is no axis {at} of {shape_text(shape)}")
        return shape, shape[at] * (_truth(values["center"], "center") + _truth(values["scale"], "scale"))
    allowed = {1: (2, 3), 2: (4,), 3: (5,)}.get(leaf.axes, range(2, 6))
    if len(shape) not in allowed:
        if not (leaf.word == "instancenorm" and len(shape) == leaf.axes + 1):
            raise ModelFault(f"{leaf.constructor} takes {allowed[-1]} axes, gets {shape_text(shape)}")
        return shape, 2 * shape[0] if values["affine"] else 0
    if leaf.word != "instancenorm" or values["affine"]:
        _expect(leaf, shape[1])
    many = whole(values.get("channels", shape[1]), "num_features")
    return shape, 2 * many if _truth(values["affine"], "affine") else 0


def _groupnorm(leaf: Leaf, shape: Shape) -> Made:
    if len(shape) < 2:
        raise ModelFault(f"{leaf.constructor} takes channels, gets {shape_text(shape)}")
    _expect(leaf, shape[1])
    return shape, 2 * shape[1] if _truth(leaf.values["affine"], "affine") else 0


def _layernorm(leaf: Leaf, shape: Shape) -> Made:
    if leaf.framework == KERAS:
        return _bn(leaf, shape)
    inner = _tuple(leaf.values["shape"], "normalized_shape")
    if shape[-len(inner) :] != inner:
        raise ModelFault(f"{leaf.constructor} expects {shape_text(inner)} at the end, gets {shape_text(shape)}")
    return shape, declared_parameters(leaf) or 0


def _same(leaf: Leaf, shape: Shape) -> Made:
    return shape, 0


def _prelu(leaf: Leaf, shape: Shape) -> Made:
    if leaf.framework == TORCH:
        learned = whole(leaf.values["learned"], "num_parameters")
        if learned not in (1, shape[1] if len(shape) > 1 else 1):
            raise ModelFault(f"{leaf.constructor} expects {learned} channels, gets {shape[1]}")
        return shape, learned
    shared = leaf.values["shared"]
    fixed = () if shared is None else _tuple(shared, "shared_axes")
    return shape, prod(n for at, n in enumerate(shape) if at > 0 and at not in fixed)


def _embedding(leaf: Leaf, shape: Shape) -> Made:
    vocabulary, width = (whole(leaf.values[name], name) for name in ("vocabulary", "width"))
    return (*shape, width), vocabulary * width


def _torch_cells(leaf: Leaf) -> int:
    values = leaf.values
    size, hidden, layers = (whole(values[name], name) for name in ("input", "hidden", "layers"))
    both = 1 + _truth(values["bidirectional"], "bidirectional")
    if values.get("projection"):
        raise Unreadable(f"{leaf.constructor} with proj_size cannot be followed")
    biases = 2 if _truth(values["bias"], "bias") else 0
    inputs = size + (layers - 1) * both * hidden
    return both * GATES[leaf.constructor] * hidden * (inputs + layers * (hidden + biases))


def _recurrent(leaf: Leaf, shape: Shape) -> Made:
    values, hidden = leaf.values, whole(leaf.values["hidden"], "hidden size")
    if leaf.framework == KERAS:
        if len(shape) != 3:
            raise ModelFault(f"{leaf.constructor} takes 3 axes (batch, steps, features), gets {shape_text(shape)}")
        vectors = 0 if not values["bias"] else 2 if leaf.constructor == "GRU" and values["reset_after"] else 1
        learned = GATES[leaf.constructor] * hidden * (shape[2] + hidden + vectors)
        made = (shape[0], shape[1], hidden) if _truth(values["sequences"], "return_sequences") else (shape[0], hidden)
        if not _truth(values["state"], "return_state"):
            return made, learned
        many = 2 if leaf.constructor == "LSTM" else 1
        return (Tensor(made), *(Tensor((shape[0], hidden)) for _ in range(many))), learned
    if len(shape) not in (2, 3):
        raise ModelFault(f"{leaf.constructor} takes 3 axes, gets {shape_text(shape)}")
    if shape[-1] != whole(values["input"], "input_size"):
        raise ModelFault(f"{leaf.constructor} expects {values['input']} features, gets {shape[-1]}")
    both = 1 + _truth(values["bidirectional"], "bidirectional")
    batch = shape[:-2] and (shape[0] if _truth(values["batch_first"], "batch_first") else shape[1],)
    state = Tensor((whole(values["layers"], "num_layers") * both, *batch, hidden))
    states: Any = (state, state) if leaf.constructor == "LSTM" else state
    return (Tensor((*shape[:-1], both * hidden)), states), _torch_cells(leaf)


def _reshape(leaf: Leaf, shape: Shape) -> Made:
    target = leaf.values["shape"]
    if not isinstance(target, tuple | list):
        raise Unreadable(f"{leaf.constructor}: its shape cannot be followed")
    if leaf.word == "unflatten":
        at = whole(leaf.values["axis"], "dim") % len(shape)
        return (*shape[:at], *viewed((shape[at],), target), *shape[at + 1 :]), 0
    if leaf.word == "permute":
        order = [whole(one, "dims") for one in target]
        if sorted(order) != list(range(1, len(shape))):
            raise ModelFault(f"{leaf.constructor}: {target} is no order of the axes of {shape_text(shape)}")
        return (shape[0], *(shape[at] for at in order)), 0
    return (shape[0], *viewed(shape[1:], target)), 0


def viewed(shape: Shape, target: Any) -> Shape:
    """The shape as another one of as many numbers, of which one may be -1."""
    sizes = [whole(one, "a size") for one in target]
    if sizes.count(-1) > 1:
        raise ModelFault("only one size may be -1")
    known, total = prod(one for one in sizes if one != -1), numel(shape)
    if -1 in sizes:
        if known < 1 or total % known:
            raise ModelFault(f"{shape_text(shape)} has {total} numbers, which {shape_text(sizes)} does not divide")
        return tuple(total // known if one == -1 else one for one in sizes)
    if known != total or min(sizes, default=1) < 0:
        raise ModelFault(f"{shape_text(shape)} has {total} numbers, {shape_text(sizes)} has {known}")
    return tuple(sizes)


def _repeat(leaf: Leaf, shape: Shape) -> Made:
    return (shape[0], whole(leaf.values["k"], "n"), *shape[1:]), 0


_EFFECTS: dict[str, Callable[[Leaf, Shape], Made]] = {
    "conv": _conv, "depthwise": _depthwise, "separable": _depthwise, "tconv": _tconv, "maxpool": _pool,
    "avgpool": _pool, "gap": _global, "gmp": _global, "adaptive": _adaptive, "adaptivemaxpool": _adaptive,
    "upsample": _upsample, "pad": _pad, "crop": _pad, "pixelshuffle": _pixels, "pixelunshuffle": _pixels,
    "flatten": _flatten, "dense": _dense, "bn": _bn, "instancenorm": _bn, "groupnorm": _groupnorm,
    "layernorm": _layernorm, "prelu": _prelu, "kerasprelu": _prelu, "embedding": _embedding, "recurrent": _recurrent,
    "reshape": _reshape, "permute": _reshape, "unflatten": _reshape, "repeat": _repeat,
    **dict.fromkeys(("lrn", "dropout", "noise", "activation", "identity"), _same),
}  # fmt: skip
