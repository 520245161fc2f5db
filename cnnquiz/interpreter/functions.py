"""Functions and methods on tensors by the shapes that they make: torch.cat, F.max_pool2d, x.view, x.mean([2, 3])."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from cnnquiz.interpreter import layers
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
from cnnquiz.layers.constructors import TORCH

Args = Sequence[Any]
Named = dict[str, Any]
# What works on each number by itself
_SAME_WORDS = """
relu relu_ relu6 leaky_relu leaky_relu_ elu elu_ celu selu gelu silu mish sigmoid sigmoid_ tanh tanh_ softmax
log_softmax softmin softplus softsign logsigmoid hardtanh hardswish hardsigmoid prelu rrelu threshold dropout
dropout1d dropout2d dropout3d alpha_dropout feature_dropout normalize l2_normalize instance_norm local_response_norm
exp log log2 log10 log1p expm1 sqrt rsqrt square abs neg reciprocal sign sin cos tan erf floor ceil round clamp clamp_
clamp_min clamp_max clip clone detach contiguous to cuda cpu float half double bfloat16 int long bool type type_as
requires_grad_ fill_ zero_ normal_ uniform_ zeros_like ones_like rand_like randn_like empty_like full_like identity
flip roll cumsum nan_to_num tril triu bernoulli logical_not stop_gradient cast channel_shuffle data logit contiguous_
masked_fill masked_fill_ trunc_normal_
"""
SAME = frozenset(_SAME_WORDS.split())
_PAIRS_WORDS = """
add add_ sub sub_ mul mul_ multiply div div_ divide true_divide pow maximum minimum eq ne lt le gt ge where atan2 fmod
remainder subtract logical_and logical_or lerp
"""
PAIRS = frozenset(_PAIRS_WORDS.split())
_REDUCED_WORDS = """
mean sum amax amin prod std var logsumexp norm any all median argmax argmin
"""
REDUCED = frozenset(_REDUCED_WORDS.split())
_MADE_WORDS = """
zeros ones rand randn empty full normal randint
"""
MADE = frozenset(_MADE_WORDS.split())
_REDUCERS = {"reduce_mean": "mean", "reduce_sum": "sum", "reduce_max": "amax"}


def known(name: str) -> bool:
    """Whether a function of this name is followed."""
    return name in SAME or name in PAIRS or name in REDUCED or name in _REDUCERS or name in _TABLE or name in MADE


def result(name: str, args: Args, named: Named) -> Any:
    """What a function makes of tensors and numbers."""
    if name in MADE:
        return _created(name, args, named)
    if name in _REDUCERS:
        named = {{"axis": "dim", "keepdims": "keepdim"}.get(key, key): value for key, value in named.items()}
        return _reduced(_REDUCERS[name], args, named)
    if name in REDUCED:
        return _reduced(name, args, named)
    if name in SAME:
        return Tensor(_tensor(args, named).shape)
    if name in PAIRS:
        shapes = [one.shape if isinstance(one, Tensor) else () for one in (*args, *named.values())]
        return Tensor(broadcast(*shapes))
    return _TABLE[name](args, named)


def _tensor(args: Args, named: Named = {}) -> Tensor:  # noqa: B006 (never changed)
    first = args[0] if args else named.get("input", named.get("x", named.get("inputs")))
    if not isinstance(first, Tensor):
        raise Unreadable("this is no tensor that can be followed")
    return first


def _given(args: Args, named: Named, at: int, name: str, default: Any = None) -> Any:
    return args[at] if len(args) > at else named.get(name, default)


def broadcast(*shapes: Shape) -> Shape:
    """The shape of an operation number by number on tensors of these shapes."""
    rank = max(map(len, shapes), default=0)
    padded = [(1,) * (rank - len(shape)) + shape for shape in shapes]
    made = []
    for sizes in zip(*padded, strict=True):
        wide = {n for n in sizes if n != 1}
        if len(wide) > 1:
            raise ModelFault(f"{' and '.join(map(shape_text, shapes))} do not go together")
        made.append(wide.pop() if wide else 1)
    return tuple(made)


def axis_of(shape: Shape, at: Any, room: int = 0) -> int:
    """An axis counted from 0; negative ones count from the end."""
    rank, number = len(shape) + room, whole(at, "an axis")
    if not -rank <= number < rank:
        raise ModelFault(f"there is no axis {number} of {shape_text(shape)}")
    return number % rank


def _created(name: str, args: Args, named: Named) -> Tensor:
    if name in ("normal", "randint") and "size" not in named and "shape" not in named:
        args = args[-1:] if name == "normal" else args[2:3]
    size = named.get("size", named.get("shape", args[0] if args and isinstance(args[0], tuple | list) else None))
    if size is None:
        size = [one for one in args if isinstance(one, int)]
    return Tensor(tuple(whole(one, "a size") for one in (size if isinstance(size, tuple | list) else (size,))))


def _reduced(name: str, args: Args, named: Named) -> Tensor:
    x = _tensor(args, named)
    at = 2 if name == "norm" else 1
    dims = _given(args, named, at, "dim", named.get("axis"))
    keep = _given(args, named, at + 1, "keepdim", named.get("keepdims", False))
    if isinstance(keep, Opaque) or isinstance(dims, Opaque):
        raise Unreadable(f"{name}: its axes cannot be followed")
    if dims is None:
        return Tensor((1,) * len(x.shape) if keep else ())
    chosen = {axis_of(x.shape, one) for one in (dims if isinstance(dims, tuple | list) else (dims,))}
    kept = ((1 if n in chosen else size) for n, size in enumerate(x.shape) if keep or n not in chosen)
    return Tensor(tuple(kept))


def _extreme(args: Args, named: Named) -> Any:
    x = _tensor(args, named)
    other = _given(args, named, 1, "dim", named.get("other"))
    if other is None:
        return Tensor(())
    if isinstance(other, Tensor):
        return Tensor(broadcast(x.shape, other.shape))
    made = _reduced("max", [x], {"dim": other, "keepdim": _given(args, named, 2, "keepdim", False)})
    return made, Tensor(made.shape)


def _topk(args: Args, named: Named) -> Any:
    x, many = _tensor(args, named), whole(_given(args, named, 1, "k"), "k")
    at = axis_of(x.shape, _given(args, named, 2, "dim", -1))
    made = (*x.shape[:at], many, *x.shape[at + 1 :])
    return Tensor(made), Tensor(made)


def concatenated(tensors: Any, at: Any) -> Tensor:
    """Tensors one after another along an axis."""
    if not isinstance(tensors, tuple | list) or not tensors or not all(isinstance(one, Tensor) for one in tensors):
        raise Unreadable("what is concatenated cannot be followed")
    first = tensors[0].shape
    axis = axis_of(first, at)
    for one in tensors:
        rest = one.shape[:axis] + one.shape[axis + 1 :]
        if len(one.shape) != len(first) or rest != first[:axis] + first[axis + 1 :]:
            shapes = ", ".join(shape_text(each.shape) for each in tensors[:6])
            raise ModelFault(f"these do not go together along axis {axis}: {shapes}")
    return Tensor((*first[:axis], sum(one.shape[axis] for one in tensors), *first[axis + 1 :]))


def _cat(args: Args, named: Named) -> Tensor:
    tensors = _given(args, named, 0, "tensors", named.get("values"))
    return concatenated(tensors, _given(args, named, 1, "dim", named.get("axis", 0)))


def _stack(args: Args, named: Named) -> Tensor:
    tensors = _given(args, named, 0, "tensors")
    axis = _given(args, named, 1, "dim", named.get("axis", 0))
    if not isinstance(tensors, tuple | list) or not tensors:
        raise Unreadable("what is stacked cannot be followed")
    return concatenated([_unsqueezed(one, axis) for one in tensors], axis)


def _unsqueezed(x: Any, at: Any) -> Tensor:
    shape = _tensor([x]).shape
    axis = axis_of(shape, at, 1)
    return Tensor((*shape[:axis], 1, *shape[axis:]))


def _unsqueeze(args: Args, named: Named) -> Tensor:
    return _unsqueezed(_tensor(args, named), _given(args, named, 1, "dim", named.get("axis")))


def _squeeze(args: Args, named: Named) -> Tensor:
    shape = _tensor(args, named).shape
    at = _given(args, named, 1, "dim", named.get("axis"))
    if at is None:
        return Tensor(tuple(n for n in shape if n != 1))
    chosen = {axis_of(shape, one) for one in (at if isinstance(at, tuple | list) else (at,))}
    return Tensor(tuple(n for axis, n in enumerate(shape) if axis not in chosen or n != 1))


def _sizes(args: Args, named: Named, name: str) -> Any:
    rest = args[1:]
    if not rest:
        return named.get(name, named.get("size", named.get("shape")))
    return rest[0] if len(rest) == 1 and isinstance(rest[0], tuple | list) else rest


def _view(args: Args, named: Named) -> Tensor:
    x, sizes = _tensor(args, named), _sizes(args, named, "shape")
    if isinstance(sizes, Opaque) or sizes is None:
        raise Unreadable("the shape of a view cannot be followed")
    if len(sizes) == 1 and isinstance(sizes[0], Opaque):  # a dtype
        return Tensor(x.shape)
    return Tensor(layers.viewed(x.shape, sizes))


def _flatten(args: Args, named: Named) -> Tensor:
    start, end = _given(args, named, 1, "start_dim", 0), _given(args, named, 2, "end_dim", -1)
    return Tensor(layers.flattened(_tensor(args, named).shape, whole(start, "start_dim"), whole(end, "end_dim")))


def _unflatten(args: Args, named: Named) -> Tensor:
    shape = _tensor(args, named).shape
    at = axis_of(shape, _given(args, named, 1, "dim"))
    return Tensor((*shape[:at], *layers.viewed((shape[at],), _given(args, named, 2, "sizes")), *shape[at + 1 :]))


def _permute(args: Args, named: Named) -> Tensor:
    shape, dims = _tensor(args, named).shape, _sizes(args, named, "dims")
    if dims is None:
        dims = named.get("perm", tuple(reversed(range(len(shape)))))
    order = [axis_of(shape, one) for one in dims]
    if sorted(order) != list(range(len(shape))):
        raise ModelFault(f"{tuple(order)} is no order of the axes of {shape_text(shape)}")
    return Tensor(tuple(shape[at] for at in order))


def _transpose(args: Args, named: Named) -> Tensor:
    shape = _tensor(args, named).shape
    if len(args) == 2 or "perm" in named:  # TensorFlow's
        return _permute(args, named)
    first, second = (axis_of(shape, _given(args, named, n, f"dim{n - 1}")) for n in (1, 2))
    order = list(range(len(shape)))
    order[first], order[second] = second, first
    return Tensor(tuple(shape[at] for at in order))


def _turned(args: Args, named: Named) -> Tensor:
    shape = _tensor(args, named).shape
    return Tensor((*shape[:-2], *shape[:-3:-1]))


def _expand(args: Args, named: Named) -> Tensor:
    shape, sizes = _tensor(args, named).shape, tuple(_sizes(args, named, "size"))
    padded = (1,) * (len(sizes) - len(shape)) + shape
    if len(padded) != len(sizes):
        raise ModelFault(f"{shape_text(shape)} cannot be expanded to {len(sizes)} axes")
    wanted = tuple(n if whole(one, "a size") == -1 else one for n, one in zip(padded, sizes, strict=True))
    return Tensor(broadcast(padded, wanted))


def _expand_as(args: Args, named: Named) -> Tensor:
    return Tensor(broadcast(_tensor(args).shape, _tensor(args[1:]).shape))


def _repeat(args: Args, named: Named) -> Tensor:
    shape, times = _tensor(args, named).shape, tuple(whole(one, "a count") for one in _sizes(args, named, "repeats"))
    padded = (1,) * (len(times) - len(shape)) + shape
    if len(padded) != len(times):
        raise ModelFault(f"{shape_text(shape)} is repeated along {len(times)} axes")
    return Tensor(tuple(n * many for n, many in zip(padded, times, strict=True)))


def _chunk(args: Args, named: Named) -> tuple[Tensor, ...]:
    shape, many = _tensor(args, named).shape, whole(_given(args, named, 1, "chunks"), "chunks")
    at = axis_of(shape, _given(args, named, 2, "dim", 0))
    if many < 1:
        raise ModelFault("there is no chunk")
    return _pieces(shape, at, -(-shape[at] // many))


def _split(args: Args, named: Named) -> tuple[Tensor, ...]:
    shape = _tensor(args, named).shape
    size = _given(args, named, 1, "split_size", named.get("split_size_or_sections", named.get("num_or_size_splits")))
    at = axis_of(shape, _given(args, named, 2, "dim", named.get("axis", 0)))
    if isinstance(size, tuple | list):
        sizes = [whole(one, "a size") for one in size]
        if sum(sizes) != shape[at]:
            raise ModelFault(f"{sizes} do not add up to the {shape[at]} of axis {at}")
        return tuple(Tensor((*shape[:at], one, *shape[at + 1 :])) for one in sizes)
    return _pieces(shape, at, whole(size, "a size"))


def _pieces(shape: Shape, at: int, size: int) -> tuple[Tensor, ...]:
    if size < 1 or shape[at] // size > 10_000:
        raise Unreadable("the pieces of a split are too many")
    starts = range(0, shape[at], size)
    return tuple(Tensor((*shape[:at], min(size, shape[at] - start), *shape[at + 1 :])) for start in starts)


def _unbind(args: Args, named: Named) -> tuple[Tensor, ...]:
    shape = _tensor(args, named).shape
    at = axis_of(shape, _given(args, named, 1, "dim", 0))
    if shape[at] > 10_000:
        raise Unreadable("the pieces are too many")
    return tuple(Tensor(shape[:at] + shape[at + 1 :]) for _ in range(shape[at]))


def matmul(left: Shape, right: Shape) -> Tensor:
    """A product of matrices, batch by batch."""
    if not left or not right:
        raise ModelFault(f"{shape_text(left)} and {shape_text(right)} are no matrices")
    rows, inner = left[-2:] if len(left) > 1 else (None, left[0])
    below, columns = right[-2:] if len(right) > 1 else (right[0], None)
    if inner != below:
        raise ModelFault(f"{shape_text(left)} and {shape_text(right)} cannot be multiplied: {inner} against {below}")
    batch = broadcast(left[:-2], right[:-2])
    return Tensor((*batch, *(n for n in (rows, columns) if n is not None)))


def _matmul(args: Args, named: Named) -> Tensor:
    return matmul(_tensor(args, named).shape, _tensor(args[1:], {"input": named.get("mat2", named.get("other"))}).shape)


def _einsum(args: Args, named: Named) -> Tensor:
    words = args[0].replace(" ", "") if args and isinstance(args[0], str) else ""
    tensors = args[1] if len(args) == 2 and isinstance(args[1], tuple | list) else args[1:]
    inputs, arrow, out = words.partition("->")
    terms = inputs.split(",")
    if not arrow or not words.replace("->", "").replace(",", "").isalpha() or len(terms) != len(tensors):
        raise Unreadable("this einsum cannot be followed")
    sizes: dict[str, int] = {}
    for term, x in zip(terms, tensors, strict=True):
        shape = _tensor([x]).shape
        if len(shape) != len(term):
            raise ModelFault(f"einsum {term} has {len(term)} axes, {shape_text(shape)} has {len(shape)}")
        for letter, n in zip(term, shape, strict=True):
            if sizes.setdefault(letter, n) != n:
                raise ModelFault(f"einsum: {letter} is {sizes[letter]} and {n}")
    return Tensor(tuple(sizes[letter] for letter in out))


def _pool(kind: str, axes: int) -> Callable[[Args, Named], Any]:
    def made(args: Args, named: Named) -> Any:
        x = _tensor(args, named)
        names = ("k", "s", "p", "d", "ceil", "indices") if kind == "maxpool" else ("k", "s", "p", "ceil")
        theirs = {"k": "kernel_size", "s": "stride", "p": "padding", "d": "dilation", "ceil": "ceil_mode",
                  "indices": "return_indices"}  # fmt: skip
        usual = {"s": None, "p": 0, "d": 1, "ceil": False, "indices": False}
        values = {one: _given(args, named, at + 1, theirs[one], usual.get(one)) for at, one in enumerate(names)}
        if isinstance(values["s"], tuple | list) and not values["s"]:
            values["s"] = None
        return layers.output(Leaf(f"F.{kind}", kind, TORCH, axes, {"d": 1} | values, 0), x)

    return made


def _adaptive(axes: int) -> Callable[[Args, Named], Any]:
    def made(args: Args, named: Named) -> Any:
        values = {"size": _given(args, named, 1, "output_size")}
        return layers.output(Leaf("adaptive pooling", "adaptive", TORCH, axes, values, 0), _tensor(args, named))

    return made


def _interpolate(args: Args, named: Named) -> Tensor:
    shape = _tensor(args, named).shape
    size, factor = _given(args, named, 1, "size"), _given(args, named, 2, "scale_factor")
    if len(shape) < 3:
        raise ModelFault(f"an interpolation takes batch, channels and axes, gets {shape_text(shape)}")
    return Tensor((*shape[:2], *layers.scaled(shape[2:], size, factor)))


def _pad(args: Args, named: Named) -> Tensor:
    shape, given = _tensor(args, named).shape, _given(args, named, 1, "pad")
    if not isinstance(given, tuple | list) or len(given) % 2 or len(given) > 2 * len(shape):
        raise Unreadable("this padding cannot be followed")
    numbers = [whole(one, "padding") for one in given]
    sizes = list(shape)
    for at in range(len(numbers) // 2):
        sizes[-1 - at] += numbers[2 * at] + numbers[2 * at + 1]
    return Tensor(tuple(sizes))


def _linear(args: Args, named: Named) -> Tensor:
    x, weight = _tensor(args, named), _tensor(args[1:], {"input": named.get("weight")})
    return matmul(x.shape, weight.shape[::-1])


def _convolution(axes: int) -> Callable[[Args, Named], Any]:
    def made(args: Args, named: Named) -> Any:
        x, weight = _tensor(args, named), _tensor(args[1:], {"input": named.get("weight")})
        names = ("s", "p", "d", "groups")
        theirs = {"s": "stride", "p": "padding", "d": "dilation", "groups": "groups"}
        values = {one: _given(args, named, at + 3, theirs[one], 0 if one == "p" else 1) for at, one in enumerate(names)}
        if len(weight.shape) != axes + 2:
            raise ModelFault(f"the weights of a convolution have {axes + 2} axes, not {shape_text(weight.shape)}")
        values |= {"k": weight.shape[2:], "out": weight.shape[0], "bias": False}
        values["channels"] = weight.shape[1] * whole(values["groups"], "groups")
        return layers.output(Leaf(f"F.conv{axes}d", "conv", TORCH, axes, values, 0), x)

    return made


def _pixel_shuffle(args: Args, named: Named) -> Tensor:
    factor = whole(_given(args, named, 1, "upscale_factor"), "factor")
    return Tensor(layers.pixel_shuffle(_tensor(args, named).shape, factor, True))


def _arange(args: Args, named: Named) -> Tensor:
    numbers = [whole(one, "a number") for one in args]
    return Tensor((max(len(range(*numbers)), 0),))


def _meshgrid(args: Args, named: Named) -> tuple[Tensor, ...]:
    each = args[0] if len(args) == 1 and isinstance(args[0], tuple | list) else args
    shape = tuple(numel(_tensor([one]).shape) for one in each)
    if named.get("indexing", "ij") != "ij" and len(shape) > 1:
        shape = (shape[1], shape[0], *shape[2:])
    return tuple(Tensor(shape) for _ in each)


def _normed(args: Args, named: Named) -> Tensor:
    shape, inner = _tensor(args, named).shape, _given(args, named, 1, "normalized_shape")
    wanted = wholes(inner, len(inner) if isinstance(inner, tuple | list) else 1, "normalized_shape")
    if shape[-len(wanted) :] != wanted:
        raise ModelFault(f"layer_norm expects {shape_text(wanted)} at the end, gets {shape_text(shape)}")
    return Tensor(shape)


def _select(args: Args, named: Named) -> Tensor:
    shape = _tensor(args, named).shape
    at = axis_of(shape, _given(args, named, 1, "dim"))
    return Tensor(shape[:at] + shape[at + 1 :])


def _narrow(args: Args, named: Named) -> Tensor:
    shape = _tensor(args, named).shape
    at, length = axis_of(shape, _given(args, named, 1, "dim")), whole(_given(args, named, 3, "length"), "a length")
    return Tensor((*shape[:at], length, *shape[at + 1 :]))


def _attention(args: Args, named: Named) -> Tensor:
    query, value = _tensor(args, named), _tensor(args[2:], {"input": named.get("value")})
    return Tensor((*query.shape[:-1], value.shape[-1]))


_TABLE: dict[str, Callable[[Args, Named], Any]] = {
    "cat": _cat, "concat": _cat, "concatenate": _cat, "stack": _stack, "unsqueeze": _unsqueeze,
    "expand_dims": _unsqueeze, "squeeze": _squeeze, "view": _view, "reshape": _view, "flatten": _flatten,
    "unflatten": _unflatten, "ravel": _flatten,
    "permute": _permute, "transpose": _transpose, "swapaxes": _transpose, "t": _turned, "expand": _expand,
    "expand_as": _expand_as, "view_as": lambda args, named: Tensor(layers.viewed(args[0].shape, args[1].shape)),
    "reshape_as": lambda args, named: Tensor(layers.viewed(args[0].shape, args[1].shape)), "repeat": _repeat,
    "tile": _repeat, "chunk": _chunk, "split": _split, "unbind": _unbind, "matmul": _matmul, "mm": _matmul,
    "bmm": _matmul,
    "einsum": _einsum, "max": _extreme, "min": _extreme, "topk": _topk, "sort": lambda args, named: (args[0], args[0]),
    "interpolate": _interpolate, "upsample": _interpolate, "pad": _pad, "linear": _linear,
    "pixel_shuffle": _pixel_shuffle,
    "arange": _arange, "meshgrid": _meshgrid, "layer_norm": _normed, "select": _select, "narrow": _narrow,
    "scaled_dot_product_attention": _attention,
    **{f"{name}_pool{axes}d": _pool(kind, axes) for axes in (1, 2, 3)
       for name, kind in (("max", "maxpool"), ("avg", "avgpool"))},
    **{f"adaptive_{kind}_pool{axes}d": _adaptive(axes) for axes in (1, 2, 3) for kind in ("avg", "max")},
    **{f"conv{axes}d": _convolution(axes) for axes in (1, 2, 3)},
}  # fmt: skip


def indexed(x: Tensor, index: Any) -> Tensor:
    """A part of a tensor: x[:, 0], x[..., None], x[:, :64]."""
    parts = list(index) if isinstance(index, tuple) else [index]
    if any(isinstance(one, Tensor | Opaque | list) for one in parts):
        raise Unreadable("this index cannot be followed")
    taken = sum(one is not None and one is not Ellipsis for one in parts)
    if Ellipsis in parts:
        at = parts.index(Ellipsis)
        parts[at : at + 1] = [slice(None)] * (len(x.shape) - taken)
    made: list[int] = []
    left = list(x.shape)
    for one in parts:
        if one is None:
            made.append(1)
        elif not left:
            raise ModelFault(f"{shape_text(x.shape)} has no {len(parts)} axes")
        elif isinstance(one, slice):
            made.append(len(range(*_slice(one).indices(left.pop(0)))))
        else:
            n, number = left.pop(0), whole(one, "an index")
            if not -n <= number < n:
                raise ModelFault(f"there is no place {number} along an axis of {n}")
    return Tensor((*made, *left))


def _slice(one: slice) -> slice:
    if any(isinstance(each, Opaque) for each in (one.start, one.stop, one.step)):
        raise Unreadable("this slice cannot be followed")
    return one


def size_of(x: Tensor, args: Args, named: Named) -> Any:
    """x.size() or x.size(1)."""
    at = _given(args, named, 0, "dim")
    return tuple(x.shape) if at is None else x.shape[axis_of(x.shape, at)]


def numbers_in(x: Tensor) -> int:
    """How many numbers a tensor holds."""
    return numel(x.shape)
