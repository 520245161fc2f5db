"""Chains of layers as nn.Sequential, residual blocks and ResNets: net, cost, flatten; and rf by gradients of ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from typing import Any

import torch
import torch.nn.functional as F
from comparison import PYTORCH, Asked, Chance, Comparison, Convention, Given, some
from layers import AVERAGE_POOL, CONV, DTYPES, MAX_POOL, TCONV, macs_of, numbers_in, stored_in
from torch import nn
from training import METHODS, optimiser_of

_LONGEST = {1: 40, 2: 18, 3: 9}
_GLOBAL = {1: nn.AdaptiveAvgPool1d, 2: nn.AdaptiveAvgPool2d, 3: nn.AdaptiveAvgPool3d}
_GLOBAL_MAX = {1: nn.AdaptiveMaxPool1d, 2: nn.AdaptiveMaxPool2d, 3: nn.AdaptiveMaxPool3d}
_ZEROS = {1: nn.ZeroPad1d, 2: nn.ZeroPad2d, 3: nn.ZeroPad3d}
_NORM = {1: nn.BatchNorm1d, 2: nn.BatchNorm2d, 3: nn.BatchNorm3d}
_ACTIVATIONS = {
    "relu": nn.ReLU, "relu6": nn.ReLU6, "leaky_relu": nn.LeakyReLU, "sigmoid": nn.Sigmoid, "tanh": nn.Tanh,
    "gelu": nn.GELU, "elu": nn.ELU, "silu": nn.SiLU, "softmax": lambda: nn.Softmax(1),
}  # fmt: skip
_MAPS = ("conv", "tconv", "pool", "gap", "gmp", "adaptive", "upsample", "pad")
_OWN_MAP = (*_MAPS, "dense", "add")  # layers whose output is kept in memory
_UNITS = {"KB": 1e3, "KiB": 2**10, "MB": 1e6, "MiB": 2**20, "GB": 1e9, "GiB": 2**30}
_BETWEEN = " ; "  # layers; those inside of branches have no blank before
Layer = dict[str, Any]


def draw_layer(chance: Chance, kind: str, axes: int, channels: int) -> Layer:
    """One layer of that kind, behind so many channels."""
    layer: Layer = {"kind": kind, "axes": axes}

    def each(low: int, high: int) -> list[int]:
        return [chance.randint(low, high) for _ in range(axes if chance.random() < 0.4 else 1)]

    if kind in ("conv", "tconv", "pool"):
        layer |= {"k": each(1, 4), **some(chance, s=lambda: each(1, 3), p=lambda: each(0, 2))}
        layer |= {"p": "same"} if kind != "tconv" and chance.random() < 0.1 else {}
    if kind in ("conv", "tconv"):
        layer |= {"out": chance.randint(1, 8), **some(chance, d=lambda: each(1, 2), bias=False)}
        divisors = [g for g in range(1, channels + 1) if channels % g == 0]
        layer |= {"groups": chance.choice([*divisors, 2])} if chance.random() < 0.4 else {}
        layer["out"] *= layer.get("groups", 1) if chance.random() < 0.9 else 1
    if kind == "conv" and chance.random() < 0.2:
        layer |= {"groups": channels, "depthwise": True, "out": channels * chance.randint(1, 2)}
    if kind == "tconv" and chance.random() < 0.3:
        layer["op"] = each(0, 1)
    if kind == "pool":
        layer |= {"average": chance.random() < 0.5, **some(chance, ceil=True)}
        layer |= {} if layer["average"] else some(chance, d=lambda: each(1, 2))
    if kind == "dense":
        layer |= {"out": chance.randint(1, 12), **some(chance, bias=False)}
    layer |= {"adaptive": lambda: {"size": each(1, 6)}, "upsample": lambda: {"k": each(1, 3)},
              "pad": lambda: {"p": each(0, 2)}}.get(kind, dict)()  # fmt: skip
    if kind == "activation":
        layer["mode"] = chance.choice(list(_ACTIVATIONS))
    if kind == "add":
        out = chance.choice([channels, chance.randint(1, 8)])
        same: Layer = {"kind": "conv", "axes": axes, "k": [3], "p": [1], "out": out}
        body = [same, draw_layer(chance, "activation", axes, out), {**same, **some(chance, bias=False)}]
        wide = out != channels or chance.random() < 0.3
        projection: Layer = {"kind": "conv", "axes": axes, "k": [1], "out": out + int(chance.random() < 0.03)}
        layer |= {"out": out, "body": body, "shortcut": [projection] if wide else []}
    return layer


def text(chance: Chance, layer: Layer) -> Any:
    """The layer as our programs take it: a text, or a mapping with PyTorch's names."""
    kind, axes = layer["kind"], layer["axes"]
    if kind == "add":
        ways = ("; ".join(_words(one) for one in layer[name]) for name in ("body", "shortcut"))
        return f"add[{' | '.join(way for way in ways if way)}]"
    if kind == "block":
        return f"{layer['block']} {layer['n']}" + "".join(f" {name}{layer[name]}" for name in "msx" if name in layer)
    word = "dw" if layer.get("depthwise") else "avgpool" if layer.get("average") else layer.get("mode", kind)
    if kind in ("adaptive", "upsample", "pad"):
        numbers = next(layer[name] for name in ("size", "k", "p") if name in layer)
        names = {"adaptive": ("AdaptiveAvgPool2d", "output_size"), "upsample": ("Upsample", "scale_factor"),
                 "pad": ("zero_padding", "padding")}[kind]  # fmt: skip
        if axes == 2 and chance.random() < 0.3:
            return {"type": names[0], names[1]: numbers if len(numbers) > 1 else numbers[0]}
        return f"{kind} {'x'.join(map(str, numbers))}"
    if kind in ("conv", "tconv", "pool") and (axes == 1 or chance.random() < 0.3):
        word = f"{'maxpool' if word == 'pool' else word}{axes}d"
    numbers = {name: layer[name] for name in ("k", "s", "p", "d", "op") if name in layer}
    groups = layer.get("groups", 1) if not layer.get("depthwise") else 1
    if chance.random() < 0.3 and kind in ("conv", "tconv", "pool", "dense"):
        names = {"k": "kernel_size", "s": "stride", "p": "padding", "d": "dilation", "op": "output_padding"}
        found = {"type": word, **{names[name]: one if len(one) > 1 else one[0] for name, one in numbers.items()
                                  if one != "same"}}  # fmt: skip
        found |= {"padding": "same"} if layer.get("p") == "same" else {}
        found |= {"out_features" if kind == "dense" else "out_channels": layer["out"]} if "out" in layer else {}
        found |= {"groups": groups} if groups > 1 else {}
        found |= {"bias": False} if "bias" in layer else {}
        return found | ({"ceil_mode": True} if layer.get("ceil") else {})
    return _words(layer, word)


def _words(layer: Layer, word: str = "") -> str:
    """The layer in words, as conv 8 k3 p1."""
    groups = layer.get("groups", 1) if not layer.get("depthwise") else 1
    numbers = {name: layer[name] for name in ("k", "s", "p", "d", "op") if name in layer}
    words = [word or layer.get("mode", layer["kind"]), *([str(layer["out"])] if "out" in layer else [])]
    words += [name + (" same" if one == "same" else "x".join(map(str, one))) for name, one in numbers.items()]
    words += [f"g{groups}"] if groups > 1 else []
    words += ["nobias"] if "bias" in layer else []
    return " ".join(words + (["ceil"] if layer.get("ceil") else []))


def module(layer: Layer, x: torch.Tensor) -> nn.Module:
    """PyTorch's layer for what arrives."""
    kind, axes, channels = layer["kind"], layer["axes"], x.shape[1]
    if x.dim() == 2 and kind in _MAPS:
        raise ValueError("PyTorch would take the batch for channels, and the values of an image for a length")
    k, s, p, d, op = (_axes(layer.get(name), axes) for name in ("k", "s", "p", "d", "op"))
    groups, bias = layer.get("groups", 1), layer.get("bias", True)
    if kind == "conv":
        return CONV[axes](channels, layer["out"], k, s or 1, p or 0, d or 1, groups, bias)
    if kind == "tconv":
        return TCONV[axes](channels, layer["out"], k, s or 1, p or 0, op or 0, groups, bias, d or 1)
    if kind == "pool" and layer["average"]:
        return AVERAGE_POOL[axes](k, s, p or 0, layer.get("ceil", False))
    if kind == "pool":
        return MAX_POOL[axes](k, s, p or 0, d or 1, ceil_mode=layer.get("ceil", False))
    if kind == "dense":
        return nn.Sequential(nn.Flatten(), nn.Linear(prod(x.shape[1:]), layer["out"], bias))
    if kind == "bn":
        return (_NORM[axes] if x.dim() > 2 else nn.BatchNorm1d)(channels)
    simple: dict[str, Callable[[], nn.Module]] = {
        "gap": lambda: _GLOBAL[axes](1), "gmp": lambda: _GLOBAL_MAX[axes](1),
        "adaptive": lambda: _GLOBAL[axes](_axes(layer["size"], axes)),
        "upsample": lambda: nn.Upsample(scale_factor=_axes(layer["k"], axes)),
        "pad": lambda: _ZEROS[axes]([one for n in _axes(layer["p"], axes)[::-1] for one in (n, n)]),
        "flatten": nn.Flatten, "dropout": nn.Dropout,
        "lrn": lambda: nn.LocalResponseNorm(5), "activation": lambda: _ACTIVATIONS[layer["mode"]](),
    }  # fmt: skip
    return simple[kind]()


def _axes(value: Any, axes: int) -> Any:
    return tuple(value) * (axes if len(value) == 1 else 1) if isinstance(value, list) else value


@dataclass(frozen=True)
class LayerRun:
    """One layer that was run: what went in and came out of one image, and what it costs.

    at     the place in the chain of what it belongs to
    depth  layers with weights on the longest way to its output
    """

    at: int
    depth: int
    layer: Layer
    before: torch.Size
    after: torch.Size
    parameters: int
    stored: int
    macs: int

    def shape(self, layout: str) -> list[int]:
        """The output's shape, channels last or first."""
        channels, *sizes = self.after
        return [channels, *sizes] if layout == "chw" else [*sizes, channels]


def layer_runs(asked: Asked) -> list[LayerRun]:
    """Each layer run behind the one before it, on a batch of two images."""
    x, depth, found = torch.zeros(2, asked["channels"], *asked["sizes"]), 0, list[LayerRun]()
    for at, layer in enumerate(asked["chain"]):
        x, depth = _after([layer], x, depth, at, found)
    return found


def _after(
    chain: list[Layer], x: torch.Tensor, depth: int, at: int, found: list[LayerRun]
) -> tuple[torch.Tensor, int]:
    """What comes out of the layers, and how deep it stands; each of them is added to those found."""
    for layer in chain:
        if layer["kind"] == "block":
            x, depth = _after(_blocks(layer, x.shape[1]), x, depth, at, found)
            continue
        before, numbers = x, (0, 0, 0)
        if layer["kind"] == "add":
            x, deep = _after(layer["body"], before, depth, at, found)
            straight, other = _after(layer["shortcut"], before, depth, at, found)
            if x.shape != straight.shape:
                raise ValueError("PyTorch would repeat the one map to the size of the other, or fail")
            x, depth = x + straight, max(deep, other)
        else:
            one = module(layer, before).eval()
            with torch.no_grad():
                x = one(before)
            numbers = numbers_in(one.parameters()), stored_in(one), macs_of(one, before) // 2
            depth += layer["kind"] in ("conv", "tconv", "dense")
        found.append(LayerRun(at, depth, layer, before.shape[1:], x.shape[1:], *numbers))
    return x, depth


def _conv_bn(out: int, k: int, s: int = 1) -> list[Layer]:
    return [{"kind": "conv", "axes": 2, "out": out, "k": [k], "s": [s], "p": [k // 2], "bias": False},
            {"kind": "bn", "axes": 2}]  # fmt: skip


def _blocks(layer: Layer, channels: int) -> list[Layer]:
    """Residual blocks as torchvision builds them, the first with the stride."""
    relu, n, found = {"kind": "activation", "axes": 2, "mode": "relu"}, layer["n"], []
    out = n if layer["block"] == "basic" else layer.get("m", 4 * n)
    for at in range(layer.get("x", 1)):
        s = layer.get("s", 1) if at == 0 else 1
        body = [*_conv_bn(n, 3, s), relu, *_conv_bn(n, 3)]
        if layer["block"] == "bottleneck":
            body = [*_conv_bn(n, 1), relu, *_conv_bn(n, 3, s), relu, *_conv_bn(out, 1)]
        shortcut = _conv_bn(out, 1, s) if s != 1 or channels != out else []
        found += [{"kind": "add", "axes": 2, "body": body, "shortcut": shortcut}, relu]
        channels = out
    return found


_RESNETS = {"resnet18": "basic", "resnet34": "basic", "resnet50": "bottleneck", "resnet101": "bottleneck"}
_MADE_WITH = {"resnet18": (2, 2, 2, 2), "resnet34": (3, 4, 6, 3), "resnet50": (3, 4, 6, 3), "resnet101": (3, 4, 23, 3)}


def draw_resnet(chance: Chance) -> tuple[Given, Asked]:
    """A bundled ResNet on a small input, with its own blocks or others, and other classes."""
    network, side = chance.choice(list(_RESNETS)), 32 * chance.randint(1, 2)
    given: Given = {"network": network, "in": [side, side, 3]}
    given |= some(chance, blocks=lambda: [chance.randint(1, 3) for _ in range(4 + int(chance.random() < 0.1))])
    blocks = given.get("blocks", _MADE_WITH[network])
    chain: list[Layer] = [*_conv_bn(64, 7, 2), {"kind": "activation", "axes": 2, "mode": "relu"},
                          {"kind": "pool", "axes": 2, "k": [3], "s": [2], "p": [1], "average": False}]  # fmt: skip
    for at, many in enumerate(blocks):
        chain.append({"kind": "block", "block": _RESNETS[network], "n": 64 * 2**at, "s": 1 + (at > 0), "x": many})
    chain += [{"kind": "gap", "axes": 2}, {"kind": "flatten", "axes": 2}, {"kind": "dense", "axes": 2, "out": 1000},
              {"kind": "activation", "axes": 2, "mode": "softmax"}]  # fmt: skip
    return given, {"axes": 2, "sizes": [side, side], "channels": 3, "chain": chain, "layout": "hwc", "blocks": blocks}


def draw_chain(chance: Chance, ending: bool = True, branches: bool = False) -> tuple[Given, Asked]:
    """Layers that slide windows, then perhaps dense ones, with what stands between them; and an input for them."""
    axes = chance.choice([1, 2, 2, 3])
    sizes, channels = [chance.randint(3, _LONGEST[axes]) for _ in range(axes)], chance.randint(1, 6)
    between = ["bn", "activation", "dropout", "lrn"]
    window = ["conv", "conv", "pool", "tconv", "upsample", "pad", *(["add", "block"] if branches else []),
              *(["adaptive"] if ending else [])]  # fmt: skip
    kinds = [chance.choice([*window, *between]) for _ in range(chance.randint(1, 4))]
    kinds[0] = chance.choice(["conv", "pool"])
    if ending:
        kinds += chance.choice([[], ["gap"], ["gmp"], ["flatten"], ["gap", "flatten"]])
        kinds += chance.choice([[], ["dense"], ["dense", "activation", "dropout", "dense"], ["dense", "bn", "dense"]])
        kinds += ["conv"] if chance.random() < 0.05 else []
    chain, now = [], channels
    for kind in kinds:
        if kind == "block" and axes == 2:
            chain.append({"kind": "block", "axes": 2, "block": chance.choice(["basic", "bottleneck"]),
                          "n": chance.randint(1, 4), **some(chance, s=lambda: chance.randint(1, 2),
                          x=lambda: chance.randint(1, 3))})  # fmt: skip
            chain[-1] |= {"m": chance.randint(1, 9)} if chain[-1]["block"] == "bottleneck" else {}
            now = chain[-1].get("m", chain[-1]["n"])
        else:
            chain.append(draw_layer(chance, "conv" if kind == "block" else kind, axes, now))
            now = chain[-1].get("out", now)
    texts = [text(chance, layer) for layer in chain]
    joined = all(isinstance(one, str) for one in texts) and chance.random() < 0.7
    given: Given = {"layers": _BETWEEN.join(texts) if joined else texts}
    layout = chance.choice(["hwc", "chw"])
    if chance.random() < 0.5:
        size = [*sizes, channels] if layout == "hwc" else [channels, *sizes]
        given |= {"in": "x".join(map(str, size)) if chance.random() < 0.5 else size, "layout": layout}
    else:
        given |= {"in": sizes, "channels": channels, **({"layout": layout} if chance.random() < 0.5 else {})}
    if axes == 2 and sizes[0] == sizes[1] and "channels" in given:
        given["in"] = sizes[0]
    return given, {"axes": axes, "sizes": sizes, "channels": channels, "chain": chain,
                   "layout": given.get("layout", "hwc")}  # fmt: skip


def draw_net(chance: Chance) -> tuple[Given, Asked]:
    """A chain, its last dense layer with other units, or one of its layers alone; a ResNet; some layers frozen."""
    if chance.random() < 0.05:
        given, asked = draw_resnet(chance)
        if chance.random() < 0.5:
            given["classes"] = asked["chain"][-2]["out"] = chance.randint(1, 9)
        frozen = some(chance, trained="fc")
        return {**given, **frozen}, asked | ({"trained": [len(asked["chain"]) - 2]} if frozen else {})
    given, asked = draw_chain(chance, branches=True)
    dense = [layer for layer in asked["chain"] if layer["kind"] == "dense"]
    if dense and asked["chain"][-1] is dense[-1] and chance.random() < 0.3:
        given["classes"] = dense[-1]["out"] = 7
    given, asked = _with_names(chance, given, asked)
    if "layer" in given and chance.random() < 0.5:
        trained = chance.sample(range(len(asked["chain"])), chance.randint(1, len(asked["chain"])))
        given = {name: one for name, one in given.items() if name != "layer"}
        given["trained"] = ", ".join(f"l{at}" for at in trained)
        asked = {name: one for name, one in asked.items() if name != "at"} | {"trained": trained}
    units = chance.randint(1, 9)
    if chance.random() < 0.3:
        given, asked = {**given, "against": f"dense {units}"}, {**asked, "against": units}
    return given, asked


def _with_names(chance: Chance, given: Given, asked: Asked) -> tuple[Given, Asked]:
    """Now and then with names, and one of the layers asked for."""
    if not isinstance(given["layers"], str) or chance.random() < 0.6 or "classes" in given:
        return given, asked
    named = {f"l{at}": one for at, one in enumerate(given["layers"].split(_BETWEEN))}
    at = chance.randrange(len(named))
    return {**given, "layers": [{name: one} for name, one in named.items()], "layer": f"l{at}"}, {**asked, "at": at}


def _totals(asked: Asked) -> tuple[list[LayerRun], dict[str, int]]:
    """The layers that are asked for, and what they come to."""
    view = every = layer_runs(asked)
    if "at" in asked:
        view = [one for one in every if one.at == asked["at"]]
    sums = {name: sum(getattr(one, name) for one in view) for name in ("parameters", "stored", "macs")}
    sums["activations"] = sum(prod(one.after) for one in view if one.layer["kind"] in _OWN_MAP)
    return view, sums


def net(asked: Asked) -> dict[str, Any]:
    """Shapes by running it, parameters of its modules, multiply-adds by the counter."""
    if len(asked.get("blocks", _MADE_WITH["resnet18"])) != 4:
        raise ValueError("torchvision's ResNet has four stages")
    view, sums = _totals(asked)
    convolutions = [one for one in view if one.layer["kind"] in ("conv", "tconv")]
    dense = [one for one in view if one.layer["kind"] == "dense"]
    begin = prod(asked["sizes"]) * asked["channels"] if "at" not in asked else 0
    found = {
        "output_shape": view[-1].shape(asked["layout"]), "inputs": prod(view[0].before),
        "parameters": sums["parameters"], "trainable": sums["parameters"], "stored": sums["stored"],
        "macs": sums["macs"], "flops": 2 * sums["macs"], "conv_layers": len(convolutions), "dense_layers": len(dense),
        "filters": sum(one.after[0] for one in convolutions),
        "weight_bytes": 4 * sums["stored"], "activation_bytes": 4 * (sums["activations"] + begin),
        "layers": [_row(one, asked["layout"]) for one in view],
    }  # fmt: skip
    found |= {"flattened": prod(dense[0].before)} if dense else {}
    if "trained" in asked:
        found["trained"] = sum(one.parameters for one in view if one.at in asked["trained"])
    if "against" in asked:
        weights = nn.Linear(prod(view[0].before), asked["against"], device="meta").weight.numel()
        others = {"parameters": weights + asked["against"], "macs": weights}
        found |= {f"{what}_difference": sums[what] - others[what] for what in others}
        found |= {f"{what}_ratio": sums[what] / others[what] for what in others}
    return found | ({} if "at" in asked else {"depth": view[-1].depth})


def _row(one: LayerRun, layout: str) -> dict[str, Any]:
    return {"shape": one.shape(layout), "parameters": one.parameters, "macs": one.macs}


def draw_cost(chance: Chance) -> tuple[Given, Asked]:
    """A chain or one of its layers, for a batch, and an optimiser."""
    given, asked = _with_names(chance, *draw_chain(chance, branches=True))
    more = some(chance, batch=lambda: chance.randint(1, 64), optimizer=lambda: chance.choice(METHODS),
                unit=lambda: chance.choice(list(_UNITS)))  # fmt: skip
    return {**given, **more}, {**asked, "batch": 1, **more}


def cost(asked: Asked) -> dict[str, Any]:
    """As in net, times the batch; bytes by the size of PyTorch's numbers."""
    view, sums = _totals(asked)
    macs, activations = sums["macs"] * asked["batch"], sums["activations"] * asked["batch"]
    output = 4 * asked["batch"] * prod(view[-1].after)
    found = {"macs": macs, "flops": 2 * macs, "parameters": sums["parameters"], "activations": activations}
    found |= {"output_bytes": output, "output_mib": output / 2**20}
    for name in ("fp32", "fp16", "int8"):
        width = torch.empty(0, dtype=DTYPES[name]).element_size()
        found |= {f"weight_bytes_{name}": width * sums["stored"], f"activation_bytes_{name}": width * activations}
    if "optimizer" in asked:
        parameter = nn.Parameter(torch.ones(1, dtype=torch.float32))
        parameter.sum().backward()
        sgd = optimiser_of(asked["optimizer"], parameter)
        sgd.step()
        state = [one for name, one in sgd.state[parameter].items() if name != "step" and one is not None]
        kept = [parameter, parameter.grad, *state]
        found["training_bytes"] = sum(one.nbytes for one in kept) * sums["parameters"]
    if "unit" in asked:
        for name, kind in (("weight", "_fp32"), ("activation", "_fp32"), ("training", "")):
            if (amount := found.get(f"{name}_bytes{kind}")) is not None:
                found[f"{name}_size"] = amount / _UNITS[asked["unit"]]
    return found


def flatten(asked: Asked) -> dict[str, Any]:
    """Each map by running the layers, then nn.Flatten."""
    maps = [one for one in layer_runs(asked) if one.layer["kind"] in _MAPS]
    shapes = [one.shape(asked["layout"]) for one in maps]
    sizes = [[*one.after[1:]] if len(set(one.after[1:])) > 1 else one.after[1] for one in maps]
    flat = nn.Flatten()(torch.empty(1, *maps[-1].after)).shape[1]
    return {"sizes": sizes, "shapes": shapes, "last_shape": shapes[-1], "last_size": sizes[-1],
            "last_channels": maps[-1].after[0], "flattened": flat}  # fmt: skip


def draw_rf(chance: Chance) -> tuple[Given, Asked]:
    """Equal windows, or a chain of them along one or two axes; sometimes with an input that may be too small."""
    if chance.random() < 0.25:
        given: Given = {"k": chance.randint(1, 5), **some(chance, s=lambda: chance.randint(1, 2),
                        d=lambda: chance.randint(1, 3), n=lambda: chance.randint(1, 4))}  # fmt: skip
        window = {name: [given.get(name, 1)] for name in ("k", "s", "d")}
        return given, {"chain": [{"kind": "conv", **window}] * given.get("n", 1)}
    if chance.random() < 0.4:
        given, asked = draw_chain(chance, ending=False)
        slides = [at for at, layer in enumerate(asked["chain"]) if layer["kind"] in _MAPS]
        return given, {**asked, "run": asked["chain"], "chain": asked["chain"][: slides[-1] + 1]}
    axes = chance.randint(1, 2)
    kinds = ["conv", "conv", "pool", "pool", "upsample", "pad", "activation"]
    kinds += ["tconv"] if chance.random() < 0.4 else []
    chain = [draw_layer(chance, chance.choice(kinds), axes, 1) for _ in range(chance.randint(1, 4))]
    given = {"layers": [text(chance, layer) for layer in chain]}
    if all(isinstance(one, str) for one in given["layers"]) and chance.random() < 0.5:
        at = chance.randint(1, len(chain))
        return {"layers": "; ".join(given["layers"]), "layer": str(at)}, {"chain": chain[:at], "of": chain}
    return given, {"chain": chain}


def rf(asked: Asked) -> dict[str, Any]:
    """Along each axis, convolutions of ones on a long input: the gradient of two neighbours in the middle."""
    if "run" in asked:
        layer_runs({**asked, "chain": asked["run"]})
    whole = asked.get("of", asked["chain"])
    written = [layer[name] for layer in whole for name in ("k", "s", "p", "d", "op") if name in layer]
    axes = asked.get("axes") or max((len(one) for one in written if one != "same"), default=1)
    for axis in range(axes):
        _seen(whole, axis)  # what stands behind the layer that is asked for must fit too
    each = [_seen(asked["chain"], axis) for axis in range(axes)]
    return {name: each[0][name] if len({one[name] for one in each}) == 1 else [one[name] for one in each]
            for name in min(each, key=len)}  # fmt: skip


def _seen(chain: list[Layer], axis: int) -> dict[str, Any]:
    windows = [_window(layer, axis) for layer in chain if layer["kind"] in _MAPS]
    x = torch.ones(1, 1, 4_000, requires_grad=True)
    y, period = x, 1
    for kind, k, s, p, d, op in windows:
        if kind == "pool" and p != "same":
            MAX_POOL[1](k, s, p, d)(y)  # raises where the padding is too wide
        if kind == "pad":
            y = F.pad(y, (p, p))
        elif kind == "upsample":
            y, period = nn.Upsample(scale_factor=k)(y), period * k
        elif kind == "tconv":
            y, period = F.conv_transpose1d(y, torch.ones(1, 1, k), None, s, p, op, 1, d), period * s
        else:
            y = F.conv1d(y, torch.ones(1, 1, k), None, s, p, d)
    # Behind transposed convolutions, values see the same only a whole period apart
    middle = y.shape[2] // 2 // period * period
    pixels = [torch.autograd.grad(y[0, 0, middle + at], x, retain_graph=True)[0][0, 0].nonzero()[:, 0].tolist()
              for at in range(2 * period)]  # fmt: skip
    if not any(pixels):
        return {"receptive_field": 0}
    field = max(seen[-1] - seen[0] + 1 for seen in pixels if seen)
    jumps = {(after[0] - before[0]) / period for before, after in zip(pixels, pixels[period:], strict=False) if before}
    (jump,) = jumps
    own = next(filter(None, pixels))  # of the first value, or of the first that sees something
    first = own[0] - middle // period * round(jump * period)
    return {"receptive_field": field, "jump": jump, "first": first, "start": first + (own[-1] - own[0] + 1) / 2,
            "touched": len(own)}  # fmt: skip


def _window(layer: Layer, axis: int) -> tuple[Any, ...]:
    """The kind and the numbers along one axis."""
    usual = {"s": layer["k"] if layer["kind"] == "pool" else [1], "p": [0], "d": [1], "op": [0]}
    numbers = [layer.get(name, usual.get(name, [1])) for name in ("k", "s", "p", "d", "op")]
    return layer["kind"], *(one if one == "same" else one[axis % len(one)] for one in numbers)


def _run(asked: Asked) -> list[Layer]:
    """All the layers that are run, also those behind the one that is asked for."""
    layers: list[Layer] = asked.get("run", asked["chain"])
    return layers


def _pool_same(asked: Asked) -> bool:
    return any(one["kind"] == "pool" and one.get("p") == "same" for one in _run(asked))


_SAME = Convention("same pools", "stride 1 keeps the size, as in conv; PyTorch's pools have no padding same",
                   _pool_same, PYTORCH)  # fmt: skip
_AVERAGE_3D = Convention(
    "AvgPool3d", "it alone of PyTorch's pools refuses a map smaller than the window before it is padded",
    lambda asked: asked.get("axes") == 3 and any(one.get("average") for one in _run(asked)), PYTORCH,
)  # fmt: skip
_BEHIND_DENSE = Convention(
    "behind the dense layer", "flatten looks for the inputs of the first dense layer and reads no further",
    lambda asked: "dense" in [one["kind"] for one in asked["chain"]], PYTORCH,
)  # fmt: skip
_OTHERS = {"network": "the bundled networks are compared with the published numbers in tests/networks"}
COMPARISONS = (
    Comparison("net", draw_net, net, (_SAME, _AVERAGE_3D),
               {"count": "PyTorch's counter counts no additions"},
               {"receptive_field": "compared in rf", "jump": "compared in rf"}),
    Comparison("cost", draw_cost, cost, (_SAME, _AVERAGE_3D), _OTHERS),
    Comparison("flatten", draw_chain, flatten, (_SAME, _AVERAGE_3D, _BEHIND_DENSE)),
    Comparison("rf", draw_rf, rf, (_SAME, _AVERAGE_3D), _OTHERS,
               {"by_layer": "each of its rows is a shorter chain"}),
)  # fmt: skip
