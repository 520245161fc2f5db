"""Layers as code writes them, or as PyTorch prints a model: one as a request to its calculator, several to `net`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import prod
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from cnnquiz.errors import GivenError
from cnnquiz.layers.code import LONGEST_TEXT, CodeInput, CodeLayer, chain, input_of, is_code, layers_of, strangers
from cnnquiz.layers.constructors import KERAS, TORCH
from cnnquiz.layers.layer import parse_layer
from cnnquiz.layers.propagation import propagate
from cnnquiz.parsers.reading import Phrase, Reading, UnreadError
from cnnquiz.patterns import pattern
from cnnquiz.solver.givens import MAX_AXES

__all__ = ["CodeInput", "CodeLayer", "input_of", "is_code", "layer", "layers_of", "table_of"]
_PROGRAM = pattern(r"(?m)^[ \t]*(?:class|def|for|while|if|return|with|@)\b")
_SIZE = r"\d+(?:\s*[x×*]\s*\d+)*"
_BEHIND = pattern(rf"\)\s*,?\s*(?:on|in|for|@)?\s*(?:an?\s+)?\(?({_SIZE}|\d+(?:\s*,\s*\d+)+)\)?\s*$")
_NUMBER = pattern(r"\d+")


def layer(text: str, given_in: str | None = None) -> Reading | None:
    """The request that a text of layers makes, with the size of the input as typed beside it; None for other texts.

    UnreadError names the words that are no layer, or what a layer has that cannot be worked.
    """
    if not (is_code(text) or table_of(text)) or _PROGRAM.search(text):
        return None
    if table_of(text):
        raise UnreadError("a table says no kernels or strides: paste the layers as code, or give the model's file")
    if given_in is None and (match := _BEHIND.search(text)):
        text, given_in = text[: match.start() + 1], match[1]
    try:
        return _reading(text, given_in)
    except UnreadError:
        raise
    except GivenError as fault:
        raise UnreadError(str(fault)) from None


def _reading(text: str, given_in: str | None) -> Reading | None:
    found = layers_of(text)
    known = [one for one in found if one.kind != "other"]
    if left := strangers(text, found):
        if any(word.islower() for word in left):
            return None  # prose around it
        raise UnreadError(f"{left[0]} is no layer that is known here", tuple(left))
    if not known:
        return None
    size = _input(text, known, given_in)
    if len(known) == 1 and (read := _ONE.get(known[0].kind)):
        return read(known[0], size)
    size = size if size[0] or not known[0].axes else ((), None)
    settled, assumed = _settled(known, size)
    given = {"layers": "; ".join(map(chain_text, chain(settled))), **_size_givens(size)}
    phrase = Phrase(" ".join(text.split())[:200], "layers", given["layers"])
    return Reading("net", given, phrases=(phrase,), assumed=assumed)


def chain_text(mapping: Mapping[str, Any]) -> str:
    """A layer of a chain as a text, with what it declares of its input."""
    one = parse_layer(dict(mapping))
    declared = [f"{name}={value}" for name, value in (("channels", one.channels), ("inputs", one.inputs)) if value]
    word, _, rest = str(one).partition(" ")
    axes = f"{one.axes}d" if one.axes in (1, 3) and word[-1] != "d" else ""
    return " ".join(filter(None, [word + axes, rest, *declared]))


class TableRow(Struct, frozen=True):
    """A layer in a table of torchinfo, torchsummary or Keras: its output's shape as printed, None for the batch."""

    name: str
    constructor: str
    output: tuple[int | None, ...]
    parameters: int
    line: int


_ROW = pattern(
    r"(?m)^[ \t│├└─|]*(?:(?P<key>[\w./]+)[ ]\((?P<keras>[A-Z]\w*)\)"
    r"|(?P<torch>[A-Z]\w*)(?:-\d+|: [\d-]+)(?: \((?P<attribute>[\w.]+)\))?)"
    r"[ \t│|]+[(\[](?P<shape>(?:None|-?\d+)(?:, ?(?:None|-?\d+))*),?[)\]][ \t│|]+(?P<count>\d[\d,]*|--)"
)


def table_of(text: str) -> tuple[TableRow, ...]:
    """The rows of a printed table of layers; empty where there is none."""
    rows = []
    for match in _ROW.finditer(text[:LONGEST_TEXT]):
        shape = [None if one in ("None", "-1") else int(one) for one in match["shape"].replace(" ", "").split(",")]
        count = 0 if match["count"] == "--" else int(match["count"].replace(",", ""))
        name, line = match["key"] or match["attribute"] or "", text.count("\n", 0, match.start()) + 1
        rows.append(TableRow(name, match["keras"] or match["torch"], tuple(shape), count, line))
    return tuple(rows)


Size = tuple[tuple[int, ...], int | None]


def _input(text: str, known: Sequence[CodeLayer], given_in: str | None) -> Size:
    """The axes and the channels that come in; both empty where nothing says them."""
    stated = input_of(text)
    if given_in is not None:
        return _axes_and_channels(tuple(int(one) for one in _NUMBER.findall(given_in)[:8]), known)
    if stated is None:
        return (), known[0].inputs if known[0].kind in ("conv", "tconv", "depthwise") else None
    return _axes_and_channels(stated.numbers[stated.batched :], known)


def _axes_and_channels(numbers: tuple[int, ...], known: Sequence[CodeLayer]) -> Size:
    first = next((one for one in known if one.axes and one.kind != "dropout"), None)
    chw = known[0].framework == TORCH or known[0].values.get("format") == "channels_first"
    if first is None:
        if len(numbers) == MAX_AXES + 1:  # the batch stands before it
            return (numbers[2:], numbers[1]) if chw else (numbers[1:-1], numbers[-1])
        if len(numbers) == MAX_AXES and chw and numbers[0] != numbers[1] == numbers[2]:
            return numbers[1:], numbers[0]
        return ((), prod(numbers)) if len(numbers) == 1 else (numbers[:-1], numbers[-1])
    channels, axes = first.inputs, first.axes
    if len(numbers) == 1:
        return numbers * axes, channels
    if len(numbers) == axes:
        return numbers, channels
    whole = len(numbers) == axes + 2  # with the batch, as the framework writes it
    if not whole and len(numbers) != axes + 1:
        along = f"{axes} {'axis' if axes == 1 else 'axes'}"
        raise UnreadError(f"{_shape_text(numbers)} is no input of {first.constructor}: it slides along {along}")
    numbers = numbers[whole:]
    last_fits = not whole and numbers[0] != numbers[-1] == (channels or numbers[-1])
    if channels is None and chw and not whole and axes == 2:
        if (numbers[0] == numbers[1]) == (numbers[1] == numbers[2]):
            fault = f"do the channels come first in {_shape_text(numbers)}? Write the batch too, as in"
            raise UnreadError(f"{fault} {_shape_text((1, *numbers))}")
        last_fits = numbers[0] == numbers[1]
    elif channels is None:
        last_fits = False
    if channels not in (None, numbers[0] if chw and not last_fits else numbers[-1]):
        raise UnreadError(f"{first.constructor} takes {channels} channels, and {_shape_text(numbers)} has others")
    return (numbers[1:], numbers[0]) if chw and not last_fits else (numbers[:-1], numbers[-1])


def _shape_text(numbers: tuple[int, ...]) -> str:
    return "x".join(map(str, numbers))


def _size_givens(size: Size) -> dict[str, Any]:
    """The input for `net`: the channels apart from the axes, so that their order is no question."""
    if not size[0]:
        return {"in": size[1]} if size[1] else {}
    return {"in": list(size[0])} | ({"channels": size[1]} if size[1] else {})


def _settled(known: Sequence[CodeLayer], size: Size) -> tuple[list[CodeLayer], tuple[str, ...]]:
    """The layers with Keras' padding same at a stride as numbers, which the map that arrives decides."""
    shape, made, assumed = (*size[0], size[1] or 1), list(known), []
    for at, one in enumerate(known):
        if len(shape) > 1 and (padding := _same_in_numbers(one, shape[:-1])):
            made[at] = one = replace(one, values={**one.values, "p": padding})
            arriving, sides = _shape_text(shape[:-1]), _shape_text(padding)
            assumed.append(f"padding same of {one.constructor} on {arriving} as {sides} on each side")
        try:
            results = propagate([parse_layer(mapping) for mapping in one.chain()], shape)
        except GivenError:  # said by the calculator, with the layer's number
            break
        shape = results[-1].shape if results else shape
    return made, tuple(assumed)


def _same_in_numbers(one: CodeLayer, sizes: tuple[int, ...]) -> tuple[int, ...]:
    """What is added on each side for ceil(n/s) windows, the odd pixel on both; empty for other layers."""
    values, axes = one.values, len(sizes)
    if one.framework != KERAS or one.kind == "tconv" or str(values.get("p")).lower() != "same":
        return ()
    given = (values["k"], values["s"] or values["k"], values.get("d", 1))
    k, s, d = (number if isinstance(number, tuple) else (number,) * axes for number in given)
    numbers = (*k, *s, *d)
    if len(numbers) != 3 * axes or not all(isinstance(n, int) and n > 0 for n in numbers) or set(s) == {1}:
        return ()
    ends = zip(sizes, k, s, d, strict=True)
    return tuple((max((n - 1) // s_ * s_ + d_ * (k_ - 1) + 1 - n, 0) + 1) // 2 for n, k_, s_, d_ in ends)


def _windowed(calculator: str, takes: Sequence[str]) -> Callable[[CodeLayer, Size], Reading]:
    def read(one: CodeLayer, size: Size) -> Reading:
        given: dict[str, Any] = {}
        usual = {"p": 0, "d": 1, "op": 0, "groups": 1, "bias": True, "ceil": False}
        usual |= {} if calculator == "pool" else {"s": 1}
        mapping = _mapping(one)
        for name in takes:
            value = mapping.get(name)
            if value is not None and value != usual.get(name):
                given[_OURS.get(name, name)] = _per_axis(value, one.axes, name)
        if one.framework == KERAS and mapping.get("p") == "same" and calculator == "conv":
            given["framework"] = "tf"
        if size[0]:
            given["in"] = list(size[0])
        if size[1]:
            given["channels"] = size[1]
        if not size[0]:  # only the weights can be counted, on which these have no part
            given = {name: value for name, value in given.items() if name not in ("s", "p", "d", "op", "framework")}
        return Reading(calculator, given, phrases=_phrases(one, given))

    return read


def _mapping(one: CodeLayer) -> dict[str, Any]:
    """Its arguments in the chain's form, with Keras' padding same as it is: a calculator works it at any stride."""
    if one.framework == TORCH or str(one.values["p"]).lower() != "same":
        return one.chain()[0]
    return replace(one, values={**one.values, "p": "valid"}).chain()[0] | {"p": "same"}


def _per_axis(value: Any, axes: int, name: str) -> Any:
    """A number for both axes of a map as it is, for one axis or three as a list."""
    return [value] * axes if name in ("k",) and axes in (1, 3) and isinstance(value, int) else value


_OURS = {"out": "filters"}


def _phrases(one: CodeLayer, given: Mapping[str, Any]) -> tuple[Phrase, ...]:
    names = {short: _OURS.get(short, short) for short in one.written}
    return tuple(Phrase(one.written[short], name, given[name]) for short, name in names.items() if name in given)


def _dense(one: CodeLayer, size: Size) -> Reading:
    inputs = one.inputs or (prod(size[0]) * (size[1] or 1) if size[0] or size[1] else None)
    if one.inputs and (size[0] or size[1]) and prod(size[0]) * (size[1] or 1) != one.inputs:
        raise UnreadError(f"{one.constructor} takes {one.inputs} inputs, not {prod(size[0]) * (size[1] or 1)}")
    given = {"inputs": inputs, "units": one.values["out"], "bias": None if one.values["bias"] else False}
    return _request("dense", one, given, {"inputs": "inputs", "out": "units", "bias": "bias"})


def _recurrent(one: CodeLayer, size: Size) -> Reading:
    values, keras = one.values, one.framework == KERAS
    if values.get("projection") or not values.get("reset_after", True):
        raise UnreadError(f"{one.constructor}: only the usual cell is worked here")
    cell = one.constructor.lower().removeprefix("simple")
    given = {"cell": cell, "input": values.get("input") or size[1], "hidden": values["hidden"],
             "layers": values.get("layers", 1), "bidirectional": values.get("bidirectional") or None,
             "framework": "tf" if keras else "torch"}  # fmt: skip
    if not values["bias"]:
        given |= {"biases": 0, "framework": None}
    given["layers"] = None if given["layers"] == 1 else given["layers"]
    return _request("rnn", one, given, {name: name for name in ("input", "hidden", "layers", "bidirectional")})


def _embedding(one: CodeLayer, size: Size) -> Reading:
    given = {"layer": "embedding", "vocabulary": one.values["vocabulary"], "width": one.values["width"]}
    return _request("params", one, given, {"vocabulary": "vocabulary", "width": "width"})


def _batchnorm(one: CodeLayer, size: Size) -> Reading:
    one.chain()
    features = one.inputs or size[1]
    return _request("params", one, {"layer": "batchnorm", "features": features}, {"channels": "features"})


def _separable(one: CodeLayer, size: Size) -> Reading:
    if size[0]:
        layers = "; ".join(map(chain_text, one.chain()))
        return _request("net", one, {"layers": layers, **_size_givens(size)}, {})
    one.chain()
    given: dict[str, Any] = {
        "layer": "separable", "k": one.values["k"], "channels": size[1], "filters": one.values["out"],
        "framework": "tf", "bias": None if one.values["bias"] else False,
    }  # fmt: skip
    return _request("params", one, given, {"k": "k", "out": "filters"})


def _dropout(one: CodeLayer, size: Size) -> Reading:
    return _request("dropout", one, {"p": one.values["rate"], "units": size[1]}, {"rate": "p"})


def _activation(one: CodeLayer, size: Size) -> Reading:
    name = str(one.values.get("mode") or one.constructor).lower()
    return _request("activation", one, {"function": {"leakyrelu": "leaky-relu"}.get(name, name)}, {})


def _request(calculator: str, one: CodeLayer, given: Mapping[str, Any], shorts: Mapping[str, str]) -> Reading:
    kept = {name: value for name, value in given.items() if value is not None}
    phrases = [Phrase(words, shorts[short], kept[shorts[short]]) for short, words in one.written.items()
               if shorts.get(short) in kept]  # fmt: skip
    return Reading(calculator, kept, phrases=tuple(phrases))


_ONE: dict[str, Callable[[CodeLayer, Size], Reading]] = {
    "conv": _windowed("conv", ("k", "s", "p", "d", "groups", "out", "bias")),
    "tconv": _windowed("tconv", ("k", "s", "p", "d", "op", "groups", "out", "bias")),
    "maxpool": _windowed("pool", ("k", "s", "p", "d", "ceil")),
    "avgpool": _windowed("pool", ("k", "s", "p", "ceil")),
    "dense": _dense, "recurrent": _recurrent, "embedding": _embedding, "bn": _batchnorm, "separable": _separable,
    "dropout": _dropout, "activation": _activation,
}  # fmt: skip
