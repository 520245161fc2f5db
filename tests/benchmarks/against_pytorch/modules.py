"""Modules beyond the convolutional layer: dropout, init, rnn, cell, attention, transformer."""

from __future__ import annotations

import copy
from collections.abc import Callable
from functools import partial
from typing import Any
from unittest.mock import patch

import torch
import torch.nn.functional as F
from comparison import Asked, Chance, Comparison, Given, decimals, row, rows, some, tensor
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

Init = nn.init


def draw_dropout(chance: Chance) -> tuple[Given, Asked]:
    """In training and at inference; the mask is the one that PyTorch draws from a seed."""
    given: Given = {"p": decimals(chance, 0, 0.9)}
    seed, x = chance.randrange(10**6), row(chance, chance.randint(1, 6))
    if chance.random() < 0.8:
        given |= {"x": x} | some(chance, phase=lambda: chance.choice(["training", "inference"]))
    if "x" in given and given.get("phase") != "inference":
        torch.manual_seed(seed)
        mask = (F.dropout(torch.ones(len(x)), given["p"]) != 0).int().tolist()
        given["mask"] = mask + [1] * int(chance.random() < 0.05)
    return given, given | {"seed": seed}


def dropout(asked: Asked) -> dict[str, Any]:
    """By F.dropout with the seed of the mask; what comes out on average is what comes out at inference."""
    p, found = asked["p"], dict[str, Any]()
    found["scale"] = float(F.dropout(torch.ones(10_000), p).max())
    if "x" in asked:
        x = tensor(asked["x"])
        torch.manual_seed(asked["seed"])
        if len(asked.get("mask", x)) != len(x):
            raise ValueError("a mask of another size")
        found["expected"] = F.dropout(x, p, training=False)
        found["output"] = F.dropout(x, p, training=asked.get("phase") != "inference")
    return found


def filled_with(fill: Callable[[], Any]) -> float:
    """The bound of the uniform numbers, or the deviation of the normal ones, that PyTorch would fill a tensor with."""
    caught: list[float] = []

    def catch(weight: torch.Tensor, least: float, most: float, generator: Any = None) -> torch.Tensor:
        caught.append(most)
        return weight

    with patch.object(torch.Tensor, "uniform_", catch), patch.object(torch.Tensor, "normal_", catch):
        fill()
    return caught[0]


def draw_init(chance: Chance) -> tuple[Given, Asked]:
    """Dense layers and convolutions, every scheme and mode, leaky slopes; now and then without a fan."""
    given: Given = {"scheme": chance.choice(["xavier", "he", "lecun"])}
    sizes = [chance.randint(1, 300), chance.randint(1, 300)]
    names = ["fan_in", "fan_out"] if chance.random() < 0.5 else ["channels", "filters"]
    given |= {name: size for name, size in zip(names, sizes, strict=True) if chance.random() < 0.97}
    given |= {"k": chance.randint(1, 7)} if names[0] == "channels" else {}
    if given["scheme"] == "he":
        given |= some(chance, mode=lambda: chance.choice(["fan-in", "fan-out"]), slope=lambda: decimals(chance, 0, 1))
    return given, given


def init(asked: Asked) -> dict[str, Any]:
    """What nn.init would fill a weight with; LeCun's is Kaiming's without an activation."""
    scheme, mode, k = asked["scheme"], asked.get("mode", "fan-in").replace("-", "_"), asked.get("k")
    fans = [asked.get("channels" if k else "fan_in"), asked.get("filters" if k else "fan_out")]
    needed = {"xavier": [0, 1], "lecun": [0]}.get(scheme, [int(mode == "fan_out")])
    if any(fans[one] is None for one in needed) or fans == [None, None]:
        raise ValueError("a layer without a fan")
    shape = [fans[1] or 1, fans[0] or 1] + [k] * 2 * bool(k)
    weight = torch.empty(shape, device="meta")
    found: dict[str, Any] = {}
    for name, kind in (("bound", "uniform_"), ("std", "normal_")):
        fill = getattr(Init, f"{'xavier' if scheme == 'xavier' else 'kaiming'}_{kind}")
        options = {"xavier": (), "lecun": (0, "fan_in", "linear")}.get(scheme, (asked.get("slope", 0), mode))
        found[name] = filled_with(partial(fill, weight, *options))
    both = Init._calculate_fan_in_and_fan_out(weight)
    found |= {name: fan for name, fan, own in zip(("fan_in", "fan_out"), both, fans, strict=True) if own}
    return found | {"variance": found["std"] ** 2}


def draw_rnn(chance: Chance) -> tuple[Given, Asked]:
    """Every cell, several layers, both directions, with both vectors of biases or none."""
    given: Given = {"cell": chance.choice(["rnn", "lstm", "gru"])}
    given |= {"input": chance.randint(1, 40), "hidden": chance.randint(1, 30)}
    given |= some(chance, layers=lambda: chance.randint(1, 3), bidirectional=lambda: chance.random() < 0.6,
                  biases=lambda: chance.choice([0, 2]), outputs=lambda: chance.randint(1, 9))  # fmt: skip
    return given, given


def rnn(asked: Asked) -> dict[str, Any]:
    """The parameters of nn.RNN, LSTM or GRU, and of a linear layer behind."""
    kind, bias = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}[asked["cell"]], asked.get("biases") != 0
    ways = 2 if asked.get("bidirectional") else 1
    options = {"bias": bias, "bidirectional": ways == 2, "device": "meta"}
    made = kind(asked["input"], asked["hidden"], asked.get("layers", 1), **options)
    sizes = {name: one.numel() for name, one in made.named_parameters()}
    total = sum(sizes.values())
    found = {"input_weights": sizes["weight_ih_l0"], "recurrent_weights": sizes["weight_hh_l0"]}
    found["biases"] = sizes["bias_ih_l0"] + sizes["bias_hh_l0"] if bias else 0
    found["layer_parameters"] = sum(n for name, n in sizes.items() if "_l0" in name)
    if "outputs" in asked:
        dense = nn.Linear(ways * asked["hidden"], asked["outputs"], bias=bias)
        found["output_parameters"] = sum(one.numel() for one in dense.parameters())
        total += found["output_parameters"]
    return found | {"parameters": total}


def draw_cell(chance: Chance) -> tuple[Given, Asked]:
    """Every cell with weights, states and biases; now and then an input of a wrong size."""
    cell, inputs, hidden = chance.choice(["rnn", "lstm", "gru"]), chance.randint(1, 3), chance.randint(1, 3)
    height = {"rnn": 1, "lstm": 4, "gru": 3}[cell] * hidden
    given: Given = {"cell": cell, "x": row(chance, inputs + int(chance.random() < 0.03))}
    given |= {"W": rows(chance, height, inputs), "U": rows(chance, height, hidden)}
    given |= some(chance, h=lambda: row(chance, hidden), b=lambda: row(chance, height), bh=lambda: row(chance, height))
    given |= some(chance, c=lambda: row(chance, hidden)) if cell == "lstm" else {}
    given |= some(chance, nonlinearity=lambda: chance.choice(["tanh", "relu"])) if cell == "rnn" else {}
    return given, given


def cell(asked: Asked) -> dict[str, Any]:
    """By nn.RNNCell, LSTMCell or GRUCell with these weights."""
    W, U = tensor(asked["W"]), tensor(asked["U"])
    hidden, options = U.shape[1], {}
    if asked["cell"] == "rnn":
        options = {"nonlinearity": asked.get("nonlinearity", "tanh")}
    kind = {"rnn": nn.RNNCell, "lstm": nn.LSTMCell, "gru": nn.GRUCell}[asked["cell"]]
    made = kind(W.shape[1], hidden, **options)
    zeros = [0] * len(W)
    weights = {"weight_ih": W, "weight_hh": U, "bias_ih": asked.get("b", zeros), "bias_hh": asked.get("bh", zeros)}
    made.load_state_dict({name: tensor(one) if isinstance(one, list) else one for name, one in weights.items()})
    h, c = (tensor(asked.get(name, [0] * hidden)) for name in "hc")
    with torch.no_grad():
        if asked["cell"] == "lstm":
            new_h, new_c = made(tensor(asked["x"]), (h, c))
            return {"new_h": _bare(new_h), "new_c": _bare(new_c)}
        return {"new_h": _bare(made(tensor(asked["x"]), h))}


def _bare(found: torch.Tensor) -> Any:
    """The only number of one."""
    return found[0] if len(found) == 1 else found


def draw_attention(chance: Chance) -> tuple[Given, Asked]:
    """Queries, keys and values of several sizes, masked or not; now and then of widths that do not fit."""
    queries, keys, width = (chance.randint(1, 4) for _ in range(3))
    given: Given = {"Q": rows(chance, queries, width)}
    given |= some(chance, K=lambda: rows(chance, keys, width + int(chance.random() < 0.05)))
    many = len(given.get("K", given["Q"])) + int(chance.random() < 0.05)
    given |= some(chance, V=lambda: rows(chance, many, chance.randint(1, 3)), causal=lambda: chance.random() < 0.7,
                  scaled=lambda: chance.random() < 0.3)  # fmt: skip
    return given, given


def attention(asked: Asked) -> dict[str, Any]:
    """By F.scaled_dot_product_attention; its weights are what it makes of values that are rows of the identity."""
    Q = tensor(asked["Q"])
    K = tensor(asked["K"]) if "K" in asked else Q
    V = tensor(asked["V"]) if "V" in asked else K
    if len(V) != len(K):
        raise ValueError("a key without a value")
    options = {"is_causal": asked.get("causal", False), "scale": None if asked.get("scaled", True) else 1.0}
    weights = F.scaled_dot_product_attention(Q[None], K[None], torch.eye(len(K))[None], **options)[0]
    return {"scores": Q @ K.T, "weights": weights,
            "output": F.scaled_dot_product_attention(Q[None], K[None], V[None], **options)[0]}  # fmt: skip


def draw_transformer(chance: Chance) -> tuple[Given, Asked]:
    """Encoders and decoders, with and without biases; heads that do not divide the width too."""
    heads = chance.randint(1, 4)
    given: Given = {"D": heads * chance.randint(1, 8) + int(chance.random() < 0.05), "heads": heads}
    given |= some(chance, F=lambda: chance.randint(1, 30), layers=lambda: chance.randint(1, 3),
                  kind=lambda: chance.choice(["encoder", "decoder"]), bias=lambda: chance.random() < 0.4)  # fmt: skip
    if chance.random() < 0.5:
        given |= {"n": chance.randint(1, 6)} | some(chance, batch=lambda: chance.randint(1, 3))
    return given, given


def transformer(asked: Asked) -> dict[str, Any]:
    """By nn.TransformerEncoderLayer or DecoderLayer; multiply-adds by PyTorch's counter."""
    D, heads, bias, layers = asked["D"], asked["heads"], asked.get("bias", True), asked.get("layers", 1)
    if D % heads:
        raise ValueError("heads that do not divide the width")
    decoder = asked.get("kind") == "decoder"
    kind = nn.TransformerDecoderLayer if decoder else nn.TransformerEncoderLayer
    layer = kind(D, heads, asked.get("F", 4 * D), bias=bias, batch_first=True)
    own = layer.self_attn
    whole = nn.ModuleList(copy.deepcopy(layer) for _ in range(layers))
    found: dict[str, Any] = {
        "attention_parameters": _numbers(own), "layer_parameters": _numbers(layer), "parameters": _numbers(whole),
        "projection_parameters": own.in_proj_weight.numel() + (own.in_proj_bias.numel() if bias else 0),
        "feedforward_parameters": _numbers(layer.linear1) + _numbers(layer.linear2), "head_width": own.head_dim,
        "norm_parameters": sum(_numbers(one) for one in layer.children() if isinstance(one, nn.LayerNorm)),
    }  # fmt: skip
    if "n" in asked:
        x = torch.ones(asked.get("batch", 1), asked["n"], D)
        weights = own(x, x, x, average_attn_weights=False)[1]
        found["scores_shape"] = list(weights.shape)[0 if "batch" in asked else 1 :]
        found["attention_macs"] = _macs(lambda: own(x, x, x))
        found["feedforward_macs"] = _macs(lambda: layer.linear2(layer.linear1(x)))
        found["macs"] = _macs(lambda: [one(x, x) if decoder else one(x) for one in whole])
    return found


def _numbers(module: nn.Module) -> int:
    return sum(one.numel() for one in module.parameters())


def _macs(run: Callable[[], Any]) -> int:
    with FlopCounterMode(display=False) as counter:
        run()
    return counter.get_total_flops() // 2


_GATES = "a gate's value; PyTorch's cells take weights alone"
_HIDDEN = "PyTorch's cells give the states alone"
COMPARISONS = (
    Comparison("dropout", draw_dropout, dropout,
               undrawn={"inverted": "PyTorch always scales in training", "units": "PyTorch keeps a random number"},
               uncompared={"expected_kept": "PyTorch keeps a random number"}),
    Comparison("init", draw_init, init),
    Comparison("rnn", draw_rnn, rnn, undrawn={"framework": "PyTorch has both vectors of biases, or none"}),
    Comparison("attention", draw_attention, attention),
    Comparison("transformer", draw_transformer, transformer),
    Comparison("cell", draw_cell, cell, undrawn=dict.fromkeys("ifgozn", _GATES), uncompared=dict.fromkeys(
        ("input_gate", "forget_gate", "output_gate", "candidate", "reset_gate", "update_gate"), _HIDDEN)),
)  # fmt: skip
