"""Single layers: conv, pool, tconv, params, dense, autoencoder."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from math import prod
from typing import Any

import torch
import torch.nn.functional as F
from comparison import CNNQUIZ, PYTORCH, Asked, Chance, Comparison, Convention, Given, row, rows, some, tensor
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

CONV = {1: nn.Conv1d, 2: nn.Conv2d, 3: nn.Conv3d}
TCONV = {1: nn.ConvTranspose1d, 2: nn.ConvTranspose2d, 3: nn.ConvTranspose3d}
MAX_POOL = {1: nn.MaxPool1d, 2: nn.MaxPool2d, 3: nn.MaxPool3d}
AVERAGE_POOL = {1: nn.AvgPool1d, 2: nn.AvgPool2d, 3: nn.AvgPool3d}
DTYPES = {"fp64": torch.float64, "fp32": torch.float32, "fp16": torch.float16, "int8": torch.int8}
_LONGEST = {1: 30, 2: 14, 3: 8}


def numbers_in(tensors: Any) -> int:
    """How many numbers these tensors hold, each counted once."""
    return sum(one.numel() for one in {id(one): one for one in tensors}.values())


def stored_in(module: nn.Module) -> int:
    """The numbers in its file, without the counter of batches."""
    return numbers_in(value for name, value in module.state_dict().items() if "num_batches" not in name)


def macs_of(module: nn.Module, x: torch.Tensor) -> int:
    """Multiply-adds by PyTorch's counter, which counts two operations for each."""
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        module(x)
    return counter.get_total_flops() // 2


def per_axis(chance: Chance, axes: int, low: int, high: int) -> Any:
    """One number for all axes, or one for each."""
    return chance.randint(low, high) if chance.random() < 0.5 else [chance.randint(low, high) for _ in range(axes)]


def with_input(chance: Chance, given: Given, axes: int, channels: int | None) -> Asked:
    """Adds an input size in one of the ways in which it may be written; the case in PyTorch's terms."""
    sizes = [chance.randint(1, _LONGEST[axes]) for _ in range(axes)]
    layout = chance.choice(["hwc", "chw"])
    asked = {"axes": axes, "sizes": sizes, "channels": channels, "layout": layout}
    given["layout"] = layout
    if channels is None or chance.random() < 0.5:
        given["in"] = sizes
        if channels is not None:
            given["channels"] = channels
    else:
        size = [*sizes, channels] if layout == "hwc" else [channels, *sizes]
        given["in"] = "x".join(map(str, size)) if chance.random() < 0.5 else size
    if not isinstance(given["k"], list):
        given["k"] = [given["k"]] * axes
    known = channels is not None or "filters" in given
    if axes == (2 if known else 1) and chance.random() < 0.3:  # a bare number: a length, or the side of a square
        asked["sizes"] = sizes[:1] * axes
        given |= {"in": sizes[0]} | ({} if channels is None else {"channels": channels})
        given["k"] = given["k"][0] if axes == 1 else given["k"]
    return {**given, **asked}


def shapes(asked: Asked, y: torch.Tensor, made: int | None) -> dict[str, Any]:
    """The output's size, and its shape where the channels are known."""
    size = list(y.shape[2:])
    if made is None:
        return {"output_size": size}
    return {"output_size": size, "output_shape": [made, *size] if asked["layout"] == "chw" else [*size, made]}


def ones(asked: Asked) -> torch.Tensor:
    """An input of ones."""
    return torch.ones(1, asked["channels"] or 1, *asked["sizes"])


def _window(chance: Chance, kernel: int = 4) -> tuple[int, Given]:
    axes = chance.randint(1, 3)
    given = {"k": per_axis(chance, axes, 1, kernel)}
    return axes, given | some(
        chance, s=lambda: per_axis(chance, axes, 1, 3), p=lambda: per_axis(chance, axes, 0, 2),
        d=lambda: per_axis(chance, axes, 1, 3),
    )  # fmt: skip


def _channels(chance: Chance, given: Given, depth: int = 12) -> int | None:
    channels = chance.choice([None, chance.randint(1, depth)])
    given |= some(chance, filters=lambda: chance.randint(1, 12), bias=lambda: chance.random() < 0.5)
    if channels is not None and chance.random() < 0.5:
        given["groups"] = chance.choice([1, 2, 3, 4, channels])
    return channels


def draw_conv(chance: Chance) -> tuple[Given, Asked]:
    """With and without a size, channels, filters; every padding; strict."""
    axes, given = _window(chance)
    if chance.random() < 0.4:
        given["p"] = chance.choice(["same", "valid"])
    given |= some(chance, framework=lambda: chance.choice(["torch", "tf"]))
    given |= {"strict": True} if chance.random() < 0.1 else {}
    channels = _channels(chance, given)
    if chance.random() < 0.1 and channels and "filters" in given:
        given |= {"channels": channels, "k": [given["k"]] * axes if isinstance(given["k"], int) else given["k"]}
        return given, {**given, "axes": axes}
    return given, with_input(chance, given, axes, channels)


def conv(asked: Asked) -> dict[str, Any]:
    """By nn.Conv: shapes by running it, multiply-adds by the counter, reach and border by its gradient."""
    channels, filters, groups = asked.get("channels"), asked.get("filters"), asked.get("groups", 1)
    s, p, d = asked.get("s", 1), asked.get("p", 0), asked.get("d", 1)
    kind, k = CONV[asked["axes"]], tuple(asked["k"]) if isinstance(asked["k"], list) else asked["k"]
    numbers = {name: tuple(one) if isinstance(one, list) else one
               for name, one in (("stride", s), ("padding", p), ("dilation", d))}  # fmt: skip
    module = kind(channels or 1, filters or groups, k, **numbers, groups=groups, bias=asked.get("bias", True))
    found: dict[str, Any] = {}
    if channels and filters:
        found["parameters"] = numbers_in(module.parameters())
    if "sizes" not in asked:
        return found
    x = ones(asked)
    found |= shapes(asked, module(x), filters) | _reach_and_border(module, asked["sizes"])
    return found | ({"macs": macs_of(module, x)} if channels and filters else {})


def _reach_and_border(module: Any, sizes: list[int]) -> dict[str, Any]:
    """From the gradient of the first output and of all, over the padded input: where it is not 0."""
    padding = module._reversed_padding_repeated_twice if module.padding != "valid" else [0] * 2 * len(sizes)
    x = F.pad(torch.ones(1, 1, *sizes), padding).requires_grad_()
    weight = torch.ones(1, 1, *module.kernel_size)
    run = (F.conv1d, F.conv2d, F.conv3d)[len(sizes) - 1]
    y = run(x, weight, stride=module.stride, dilation=module.dilation)
    first, every = (torch.autograd.grad(one, x, retain_graph=True)[0][0, 0] for one in (y.flatten()[0], y.sum()))
    reach, covered = ([int(at.max()) + 1 for at in one.nonzero().T] for one in (first, every))
    return {"effective_kernel": reach, "unused_border": [n - end for n, end in zip(x.shape[2:], covered, strict=True)]}


def draw_pool(chance: Chance) -> tuple[Given, Asked]:
    """Largest or average, with and without ceil mode."""
    axes, given = _window(chance)
    given |= some(chance, ceil=lambda: chance.random() < 0.7)
    if chance.random() < 0.15:
        given["p"] = chance.choice(["same", "valid"])
    channels = chance.choice([None, chance.randint(1, 5)])
    asked = with_input(chance, given, axes, channels)
    dilated = asked.get("d", 1) not in (1, [1] * axes)
    return given, {**asked, "average": not dilated and chance.random() < 0.5, "include": chance.random() < 0.5}


def pool(asked: Asked) -> dict[str, Any]:
    """By nn.MaxPool; by nn.AvgPool where there is no dilation."""
    k, s, d = asked["k"], asked.get("s"), asked.get("d", 1)
    p, ceil = {"valid": 0}.get(str(asked.get("p")), asked.get("p", 0)), asked.get("ceil", False)
    k, s, d, p = (tuple(one) if isinstance(one, list) else one for one in (k, s, d, p))
    if asked["average"]:
        module: Any = AVERAGE_POOL[asked["axes"]](k, s, p, ceil, asked["include"])
    else:
        module = MAX_POOL[asked["axes"]](k, s, p, d, ceil_mode=ceil)
    return shapes(asked, module(ones(asked)), asked["channels"]) | {"parameters": numbers_in(module.parameters())}


def draw_tconv(chance: Chance) -> tuple[Given, Asked]:
    """With output padding, also where it is too large."""
    axes, given = _window(chance)
    given |= some(chance, op=lambda: per_axis(chance, axes, 0, 2))
    if chance.random() < 0.15:
        given["p"] = chance.choice(["same", "valid"])
    channels = _channels(chance, given, 6)
    return given, with_input(chance, given, axes, channels)


def tconv(asked: Asked) -> dict[str, Any]:
    """By nn.ConvTranspose."""
    channels, filters, groups = asked["channels"], asked.get("filters"), asked.get("groups", 1)
    if asked.get("p") == "same":
        raise ValueError("nn.ConvTranspose takes no padding same")
    names = {"s": "stride", "p": "padding", "d": "dilation", "op": "output_padding"}
    numbers = {names[name]: 0 if one == "valid" else tuple(one) if isinstance(one, list) else one
               for name, one in asked.items() if name in names}  # fmt: skip
    k = tuple(asked["k"]) if isinstance(asked["k"], list) else asked["k"]
    bias = asked.get("bias", True)
    module = TCONV[asked["axes"]](channels or 1, filters or groups, k, **numbers, groups=groups, bias=bias)
    found = shapes(asked, module(ones(asked)), filters)
    if channels and filters:
        found |= {"parameters": numbers_in(module.parameters()), "macs": macs_of(module, ones(asked))}
    return found


def draw_params(chance: Chance) -> tuple[Given, Asked]:
    """Each kind of layer, by its name or by its givens alone."""
    kind = chance.choice(["conv", "dense", "depthwise", "separable", "batchnorm", "embedding"])
    number = partial(chance.randint, 1, 12)
    axes = chance.randint(1, 3)
    k = chance.randint(1, 5) if chance.random() < 0.5 else [chance.randint(1, 5) for _ in range(axes)]
    axes = len(k) if isinstance(k, list) else 2
    given: Given = {
        "conv": {"k": k, "channels": number(), "filters": number()},
        "dense": {"inputs": number(), "units": number()},
        "depthwise": {"k": k, "channels": number()},
        "separable": {"k": k, "channels": number(), "filters": number()},
        "batchnorm": {"features": number()},
        "embedding": {"vocabulary": number(), "width": number()},
    }[kind]
    named = kind in ("depthwise", "separable") or chance.random() < 0.5
    given |= {"layer": kind} if named else {}
    given |= some(chance, bias=lambda: chance.random() < 0.5, framework=lambda: chance.choice(["torch", "tf"]),
                  bn=lambda: chance.random() < 0.5, groups=lambda: chance.choice([1, 2, 3, 4]), out="7x7")  # fmt: skip
    return given, {**given, "kind": kind, "axes": axes}


def params(asked: Asked) -> dict[str, Any]:
    """The numbers of PyTorch's own layers; of several, of all of them."""
    kind, k, keras = asked["kind"], asked.get("k"), asked.get("framework") == "tf"
    k = tuple(k) if isinstance(k, list) else k
    channels, filters, bias = asked.get("channels", 1), asked.get("filters", 1), asked.get("bias")
    layer = CONV[asked["axes"]]
    normed = kind == "conv" and asked.get("bn", False)
    if kind == "conv":
        bias = not normed if bias is None else bias
        modules: list[Any] = [layer(channels, filters, k, groups=asked.get("groups", 1), bias=bias)]
        modules += [nn.BatchNorm2d(filters)] if normed else []
    elif kind == "dense":
        modules = [nn.Linear(asked["inputs"], asked["units"], bias=bias is not False)]
    elif kind == "batchnorm":
        modules = [nn.BatchNorm2d(asked["features"])]
    elif kind == "embedding":
        modules = [nn.Embedding(asked["vocabulary"], asked["width"])]
    else:
        bias = keras and kind == "separable" if bias is None else bias
        both = bias and not (keras and kind == "separable")
        modules = [layer(channels, channels, k, groups=channels, bias=both)]
        modules += [layer(channels, filters, 1, bias=bias)] if kind == "separable" else []
    whole = nn.Sequential(*modules)
    learned = numbers_in(whole.parameters())
    found = {"parameters": learned, "trainable": learned, "stored": stored_in(whole)}
    weighted = [one for one in modules if not isinstance(one, nn.BatchNorm2d)]
    if weighted:
        found["weights"] = numbers_in(one.weight for one in weighted)
    if any(getattr(one, "bias", None) is not None for one in weighted):
        found["biases"] = numbers_in(one.bias for one in weighted if one.bias is not None)
    return found


def draw_dense(chance: Chance) -> tuple[Given, Asked]:
    """Sizes alone, or weights with and without an input and biases, of which some do not fit."""
    n, m = chance.randint(1, 5), chance.randint(1, 5)
    if chance.random() < 0.4:
        size: Any = n if chance.random() < 0.5 else [n, chance.randint(1, 4), m]
        given: Given = {"inputs": size, "units": m, **some(chance, bias=lambda: chance.random() < 0.5)}
        return given, given
    more = int(chance.random() < 0.05)
    given = {"W": rows(chance, m, n)}
    given |= some(chance, x=lambda: row(chance, n + more), b=lambda: row(chance, m), inputs=n, units=m + more)
    return given, given


def dense(asked: Asked) -> dict[str, Any]:
    """By nn.Linear, with W and b as its weights."""
    if "W" not in asked:
        size = asked["inputs"]
        module = nn.Linear(prod(size) if isinstance(size, list) else size, asked["units"], asked.get("bias", True))
        return {"parameters": numbers_in(module.parameters()), "weights": module.weight.numel()}
    W, b = tensor(asked["W"]), tensor(asked["b"]) if "b" in asked else None
    module = nn.Linear(asked.get("inputs", W.shape[1]), asked.get("units", W.shape[0]), bias=b is not None)
    module.load_state_dict({"weight": W} | ({} if b is None else {"bias": b}))
    found: dict[str, Any] = {"parameters": numbers_in(module.parameters()), "weights": module.weight.numel()}
    if "x" not in asked:
        return found
    x = tensor(asked["x"])
    found["y"] = module(x)
    if b is not None:
        wide = {"augmented_weights": torch.cat([W, b[:, None]], 1), "augmented_input": torch.cat([x, torch.ones(1)])}
        assert torch.allclose(wide["augmented_weights"] @ wide["augmented_input"], found["y"])
        found |= wide
    return found


def draw_memory(chance: Chance) -> tuple[Given, Asked]:
    """One to four tensors of one to five axes, of every type, in every unit."""
    shapes = [[chance.randint(1, 60) for _ in range(chance.randint(1, 5))] for _ in range(chance.randint(1, 4))]
    given: Given = {"shapes": shapes}
    given |= some(chance, batch=lambda: chance.randint(1, 99), dtype=lambda: chance.choice(list(DTYPES)),
                  unit=lambda: chance.choice(["kb", "kib", "mb", "mib", "gb", "gib"]))  # fmt: skip
    return given, given


def memory(asked: Asked) -> dict[str, Any]:
    """Tensors without storage, a batch in front: their elements and the bytes of them."""
    dtype, batch = DTYPES[asked.get("dtype", "fp32")], asked.get("batch", 1)
    tensors = [torch.empty(batch, *shape, dtype=dtype, device="meta") for shape in asked["shapes"]]
    found = {"each": [one[0].numel() for one in tensors], "numbers": sum(one.numel() for one in tensors)}
    found["bytes"] = sum(one.nbytes for one in tensors)
    if unit := asked.get("unit"):
        found["size"] = found["bytes"] / (1024 if "i" in unit else 1000) ** ("kmg".index(unit[0]) + 1)
    return found


def draw_autoencoder(chance: Chance) -> tuple[Given, Asked]:
    """Mirrored or not, tied or not."""
    half = [chance.randint(1, 30) for _ in range(chance.randint(2, 4))]
    decoder = half[-2::-1]
    if len(decoder) > 1 and chance.random() < 0.3:
        decoder[0] += 1
    given: Given = {"layers": [*half, *decoder]}
    given |= some(chance, tied=lambda: chance.random() < 0.7, bias=lambda: chance.random() < 0.5,
                  dtype=lambda: chance.choice(list(DTYPES)))  # fmt: skip
    return given, given


def autoencoder(asked: Asked) -> dict[str, Any]:
    """Two chains of nn.Linear; tied, the decoder takes the encoder's weights, transposed, and has biases of its own."""
    sizes, bias = asked["layers"], asked.get("bias", True)
    layers = [nn.Linear(a, b, bias) for a, b in pairwise(sizes)]
    middle = len(layers) // 2
    encoder, decoder = layers[:middle], layers[middle:]
    if asked.get("tied"):
        for layer, other in zip(decoder, encoder[::-1], strict=True):
            layer.load_state_dict({"weight": other.weight.T}, strict=False)
    code = nn.Sequential(*encoder)(torch.ones(1, sizes[0]))
    y = nn.Sequential(*decoder)(code)
    learned = {id(one): one for layer in encoder for one in layer.parameters()}
    inside = numbers_in(learned.values())
    for layer in decoder:
        learned |= {id(one): one for name, one in layer.named_parameters() if name == "bias" or not asked.get("tied")}
    total, width = numbers_in(learned.values()), torch.empty(0, dtype=DTYPES[asked.get("dtype", "fp32")])
    assert y.shape[1] == sizes[0]
    return {
        "parameters": total, "encoder": inside, "decoder": total - inside, "bytes": total * width.element_size(),
        "code": code.shape[1], "compression_ratio": sizes[0] / code.shape[1], "stages": len(encoder),
    }  # fmt: skip


_TF_SAME = Convention(
    "TensorFlow's same", "with a stride it keeps ceil(i/s); PyTorch refuses same with a stride",
    lambda asked: asked.get("p") == "same" and asked.get("framework") == "tf", PYTORCH,
)  # fmt: skip
_STRICT = Convention(
    "strict", "some courses refuse a size that does not divide, and so we can; PyTorch always rounds down",
    lambda asked: asked.get("strict"), CNNQUIZ,
)  # fmt: skip
_SAME = Convention(
    "same", "as in TensorFlow and Keras; this layer has no padding same in PyTorch",
    lambda asked: asked.get("p") == "same", PYTORCH,
)  # fmt: skip
_AVERAGE_3D = Convention(
    "AvgPool3d", "it alone of PyTorch's pools refuses a map smaller than the window before it is padded",
    lambda asked: asked["average"] and asked["axes"] == 3, PYTORCH,
)  # fmt: skip
COMPARISONS = (
    Comparison("conv", draw_conv, conv, (_TF_SAME, _STRICT)),
    Comparison("pool", draw_pool, pool, (_SAME, _AVERAGE_3D), uncompared={"unused_border": "compared in conv"}),
    Comparison("tconv", draw_tconv, tconv, (_SAME,)),
    Comparison("params", draw_params, params),
    Comparison("dense", draw_dense, dense),
    Comparison("memory", draw_memory, memory),
    Comparison("autoencoder", draw_autoencoder, autoencoder),
)
