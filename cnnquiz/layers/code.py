"""Layers as code writes them, found in any text and never run: nn.Conv2d(3, 64, 7, stride=2), Conv2D(32, (3, 3))."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from cnnquiz.errors import GivenError
from cnnquiz.layers.constructors import KERAS, TORCH, Constructor, constructors
from cnnquiz.patterns import pattern

LONGEST_TEXT = 100_000
LARGEST = 10**15
DEEPEST = 40
MOST = 5_000  # layers of one text
_CALL = pattern(r"(?<![\w.])(?:[A-Za-z_]\w*\.)*[A-Za-z_]\w*\(")
_NAMED = pattern(r"(?:self\.)?([A-Za-z_][\w.]*)\s*=\s*$|[(]([\w.]+)[)]:\s*$|[\"'](\w+)[\"']\s*[:,]\s*$")
_CONSTANT = pattern(r"(?m)^[ \t]*([A-Za-z_]\w*)\s*=\s*(-?\d{1,15})[ \t]*(?:#.*)?$")
_WINDOW = ("k", "s", "p", "d", "op")
# What holds layers together: labels, keys, names that are given, model.add(, Sequential(, imports, prompts
_FRAME = pattern(
    r"(?m)^[ \t]*(?:import|from)\b.*$|^[ \t]*(?:>>>|\.\.\.)|\([\w.]+\):(?=\s)|(?:self\.)?[\w.]+\s*=(?!=)"
    r"|[\"']\w+[\"']\s*[,:]"
    r"|(?<![\w.])\w+\.(?:add|append)\(|(?:\w+\.)*(?:Sequential|OrderedDict|ModuleList)\("
    r"|\btorch\.(?:randn|rand|zeros|ones|empty)\([\d, ]*\)|\bprint\(.*\)"
    r"|\b(?:\w+\.)?summary\([^()]*(?:\([\d, ]*\))?[^()]*\)"
)
_WORD = pattern(r"[A-Za-z_][\w.]*|\d+")
_PLAIN = {  # kinds that a chain writes as they are, with what it takes of their values
    "conv": ("out", "k", "s", "p", "d", "groups", "bias", "channels"), "tconv": ("out", "k", "s", "p", "d", "op",
    "groups", "bias", "channels"), "maxpool": ("k", "s", "p", "d", "ceil"), "avgpool": ("k", "s", "p", "ceil"),
    "gap": (), "gmp": (), "adaptive": ("size",), "adaptivemaxpool": ("size",), "upsample": ("k",), "pad": ("p",),
    "flatten": (), "dense": ("out", "inputs", "bias"), "bn": ("channels",), "lrn": (), "dropout": (),
}  # fmt: skip
_USUAL = {"start": 1, "end": -1, "affine": True, "running": True, "center": True, "scale": True, "multiplier": 1,
          "indices": False, "axis": (-1, 3), "size": None}  # fmt: skip


CONTAINERS = ("Sequential", "OrderedDict", "ModuleList")


class Unknown(Struct, frozen=True):
    """A value that the text leaves open: a name that nothing says, or words that are no number."""

    words: str


class CodeLayer(Struct, frozen=True):
    """One layer of a text.

    kind         conv, tconv, depthwise, separable, maxpool, dense, bn, recurrent, ...; other: no layer that is known
    values       its arguments by our short names, defaults put in: {"k": 3, "s": 1, "p": "same"}
    written      the words that gave those that the text gives
    name         the attribute, key or label that it stands under, if any
    line         from 1
    start, end   its place in the text
    """

    constructor: str
    kind: str
    framework: str
    axes: int
    values: Mapping[str, Any]
    written: Mapping[str, str]
    name: str
    line: int
    start: int
    end: int

    @property
    def inputs(self) -> int | None:
        """The channels or features that it declares to take."""
        names = ("channels", "inputs", "input")
        return next((self.values[n] for n in names if isinstance(self.values.get(n), int)), None)

    def chain(self) -> list[dict[str, Any]]:
        """It as mappings of the chain language; GivenError for what that cannot express."""
        for value in self.values.values():
            for one in _each(value):
                if isinstance(one, Unknown):
                    raise GivenError(f"{self.constructor}: {one.words} has no value here: write a number", "layers")
        return _chain(self)


class CodeInput(Struct, frozen=True):
    """The size of an input that a text states: torch.randn(1, 3, 224, 224), input_shape=(28, 28, 1).

    batched  whether the first number counts samples
    """

    numbers: tuple[int, ...]
    framework: str
    batched: bool
    words: str


def layers_of(text: str) -> tuple[CodeLayer, ...]:
    """The layers of a text in its order, prose and all other code passed over; GivenError for one that is misread."""
    return tuple(_layers(text))


def strangers(text: str, layers: Sequence[CodeLayer]) -> list[str]:
    """The words of a text that are neither its layers nor what holds layers together: Sequential, model.add."""
    calls = [one.constructor for one in layers if one.kind == "other" and one.constructor not in CONTAINERS]
    left = list(without_comments(text))
    for one in layers:
        if one.kind != "other":
            left[one.start : one.end] = " " * (one.end - one.start)
    return calls + _WORD.findall(_FRAME.sub(" ", "".join(left)))


def chain_of(text: str) -> list[dict[str, Any]]:
    """The layers of a text of nothing else, as mappings of the chain language."""
    layers = layers_of(text)
    if stranger := strangers(text, layers):
        raise GivenError(f"{stranger[0]} is no layer that is known here", "layers")
    found: list[dict[str, Any]] = []
    row = False  # whether the values stand in one row, not in a map
    for layer in layers:
        if layer.kind == "dense" and layer.framework == KERAS and found and not row:
            raise GivenError("Dense works along the last axis of a map: write Flatten() before it", "layers")
        if layer.kind != "other":
            one = layer.chain()
            row = layer.kind in ("flatten", "dense", "gap", "gmp") or (row and bool(one))
            found += one
    if not found:
        raise GivenError("there are no layers in it: write for example Conv2d(3, 64, 3)", "layers")
    return found


def input_of(text: str) -> CodeInput | None:
    """The size of the input that a text states in code; None where it states none, or two that differ."""
    found = {(one.numbers[one.batched :]): one for one in _inputs(text)}
    return next(iter(found.values())) if len(found) == 1 else None


def is_code(text: str) -> bool:
    """Whether a text writes a layer as code does."""
    return any(constructors(match[0][:-1]) for match in _CALL.finditer(text[:LONGEST_TEXT]))


def _layers(text: str) -> Iterator[CodeLayer]:
    if len(text) > LONGEST_TEXT:
        raise GivenError(f"the code is longer than {LONGEST_TEXT:,} characters", "layers")
    code, names = without_comments(text), dict(_constants(text))
    framework, at, found = _framework(code), 0, 0
    while match := _CALL.search(code, at):
        dotted, at = match[0][:-1], match.end()
        before = code[max(0, match.start() - 80) : match.start()]
        if before.rstrip(" \t").endswith(("class", "def")):
            continue
        made, name = constructors(dotted, framework), _name(before)
        line = code.count("\n", 0, match.start()) + 1
        if made:
            end = _end(code, match.end() - 1)
            kind, side, axes, values, written = _layer(made, code[match.start() : end], names)
            place = (name, line, match.start(), end)
            yield CodeLayer(dotted.rpartition(".")[2], kind, side, axes, values, written, *place)
            at = end
        elif dotted.rpartition(".")[2][0].isupper():
            yield CodeLayer(dotted.rpartition(".")[2], "other", "", 0, {}, {}, name, line, match.start(), match.end())
        if (found := found + 1) > MOST:
            raise GivenError(f"the code has more than {MOST:,} calls", "layers")


def _constants(text: str) -> Iterator[tuple[str, int | Unknown]]:
    """The names that a line of their own gives a whole number, Unknown where two lines give others."""
    values: dict[str, set[int]] = {}
    for match in _CONSTANT.finditer(text):
        values.setdefault(match[1], set()).add(int(match[2]))
    for name, found in values.items():
        yield name, found.pop() if len(found) == 1 else Unknown(name)


def _framework(code: str) -> str:
    """The framework of those calls whose names are of one alone; empty where there are none, or both."""
    calls = (constructors(match[0][:-1]) for match in _CALL.finditer(code))
    sides = {made[0].framework for made in calls if len(made) == 1}
    return sides.pop() if len(sides) == 1 else ""


def _name(before: str) -> str:
    match = _NAMED.search(before)
    return next(filter(None, match.groups()), "") if match else ""


def without_comments(text: str) -> str:
    """Python with its comments as spaces, each character in its place."""
    out, quote, at = list(text), "", 0
    while at < len(text):
        character = text[at]
        if quote:
            quote = "" if character in (quote, "\n") else quote
            at += character == "\\"
        elif character in "\"'" and not text[max(0, at - 1) : at].isalpha():
            quote = character
        elif character == "#":
            end = text.find("\n", at)
            end = len(text) if end < 0 else end
            out[at:end] = " " * (end - at)
            at = end
        at += 1
    return "".join(out)


def _end(code: str, opened: int) -> int:
    """The place behind the bracket that closes the one at `opened`."""
    depth, quote = 0, ""
    for at in range(opened, len(code)):
        character = code[at]
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
        else:
            depth += (character in "([{") - (character in ")]}")
            if depth > DEEPEST:
                raise GivenError(f"brackets stand in brackets more than {DEEPEST} deep", "layers")
            if depth == 0:
                return at + 1
    raise GivenError(f"{code[opened - 20 if opened > 20 else 0 : opened + 20].strip()}: a bracket is open", "layers")


def _layer(made: Sequence[Constructor], words: str, names: Mapping[str, Any]) -> tuple[Any, ...]:
    """Kind, framework, axes, values and their words, by the first constructor that takes these arguments."""
    name = made[0].name
    try:
        call = ast.parse(words.lstrip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise GivenError(f"{name}: its arguments cannot be read", "layers") from None
    if not isinstance(call, ast.Call) or any(isinstance(one, ast.Starred) for one in call.args):
        raise GivenError(f"{name}: its arguments cannot be read", "layers")
    args = [constant(one, names) for one in call.args]
    named = {str(one.arg): constant(one.value, names) for one in call.keywords}
    faults = []
    for constructor in made:
        try:
            values = constructor.values(args, named)
        except GivenError as fault:
            faults.append(fault)
            continue
        given = dict(zip((one.name for one in constructor.arguments), call.args, strict=False))
        given |= {str(one.arg): one.value for one in call.keywords}
        shorts = {one.name: one.short for one in constructor.arguments if one.short}
        written = {shorts[one]: _source(words, node) for one, node in given.items() if one in shorts}
        return constructor.word, constructor.framework, constructor.axes, values, written
    raise faults[0]


def _source(words: str, node: ast.expr) -> str:
    return ast.get_source_segment(words, node) or ""


def constant(node: ast.expr, names: Mapping[str, Any]) -> Any:
    """The value of a constant expression, Unknown where it is none; nothing is run."""
    if isinstance(node, ast.Constant):
        value = node.value
        if value is None or isinstance(value, bool | str) or (isinstance(value, int) and abs(value) <= LARGEST):
            return value
        if isinstance(value, float):
            return int(value) if value.is_integer() and abs(value) < LARGEST else value
    elif isinstance(node, ast.Tuple | ast.List):
        return tuple(constant(one, names) for one in node.elts)
    elif isinstance(node, ast.Name):
        return names.get(node.id, Unknown(node.id))
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        value = constant(node.operand, names)
        if isinstance(value, int | float):
            return -value
    elif isinstance(node, ast.BinOp):
        left, right = constant(node.left, names), constant(node.right, names)
        value = arithmetic(node.op, left, right)
        if value is not None:
            return value
    return Unknown(ast.unparse(node)[:60])


def arithmetic(sign: ast.operator, left: Any, right: Any) -> Any:
    """The result of one operation on two numbers, exact where it is whole; None where there is none within bounds."""
    if not all(isinstance(one, int | float) and abs(one) <= LARGEST for one in (left, right)):
        return None
    result: Any = None
    if isinstance(sign, ast.Add):
        result = left + right
    elif isinstance(sign, ast.Sub):
        result = left - right
    elif isinstance(sign, ast.Mult):
        result = left * right
    elif isinstance(sign, ast.Pow) and 0 <= right <= 50 and abs(left) <= 10**6:
        result = left**right
    elif right and isinstance(sign, ast.FloorDiv):
        result = left // right
    elif right and isinstance(sign, ast.Mod):
        result = left % right
    elif right and isinstance(sign, ast.Div):
        result = left / right
    return result if isinstance(result, int | float) and abs(result) <= LARGEST else None


_SIZED = pattern(
    r"(?:torch\.(?:randn|rand|zeros|ones|empty)|(?:tf|np)\.(?:random\.(?:normal|uniform|randn|rand)|zeros|ones))"
    r"\(\s*(?:\(|\[|size=\()?\s*(\d[\d, ]*)|torch\.Size\(\[(\d[\d, ]*)\]\)"
)
_SHAPED = pattern(r"\b(?:input_shape|shape|batch_input_shape)\s*=\s*[(\[]\s*((?:None\s*,\s*)?\d[\d, ]*)[)\]]"
                  r"|\bInput\(\s*\(\s*(\d[\d, ]*)\)|\b(input_dim)\s*=\s*(\d+)")  # fmt: skip
_SUMMARY = pattern(r"\bsummary\([^()]*,\s*(?:input_size\s*=\s*)?[(\[]\s*(\d[\d, ]*)")


def _inputs(text: str) -> Iterator[CodeInput]:
    for match in _SIZED.finditer(text):
        numbers = _numbers(match[1] or match[2])
        yield CodeInput(numbers, TORCH if match[0].startswith("torch") else KERAS, True, match[0])
    for match in _SHAPED.finditer(text):
        words = match[1] or match[2] or match[4]
        batched = match[0].startswith("batch") and "None" not in words
        yield CodeInput(_numbers(words.replace("None,", "")), KERAS, batched, match[0])
    for match in _SUMMARY.finditer(text):
        numbers = _numbers(match[1])
        yield CodeInput(numbers, TORCH, len(numbers) > 3, match[0])


def _numbers(words: str) -> tuple[int, ...]:
    return tuple(int(one) for one in words.replace(",", " ").split() if len(one) < 16)


def _chain(layer: CodeLayer) -> list[dict[str, Any]]:
    values, kind = dict(layer.values), layer.kind
    if kind in ("identity", "noise", "input"):
        return []
    for name, usual in _USUAL.items():
        given = values.get(name, usual)
        fits = given in usual if isinstance(usual, tuple) else given == usual
        if not fits and given != usual and not (name == "size" and kind.startswith("adaptive")):
            raise GivenError(f"{layer.constructor}: {name} {given} cannot be written as a chain of layers", "layers")
    number = f"{layer.axes}d" if layer.axes else ""
    if kind == "activation":
        return [{"type": str(values.get("mode") or layer.constructor).lower().replace("swish", "silu")}]
    if kind in ("depthwise", "separable"):
        slid = {name: values[name] for name in ("k", "s", "p", "d")} | {"type": f"depthwiseconv{number}"}
        if kind == "depthwise":
            return [_windows(layer, slid | {"bias": values["bias"]})]
        pointwise = {"type": f"conv{number}", "out": values["out"], "k": 1, "bias": values["bias"]}
        return [_windows(layer, slid | {"bias": False}), pointwise]
    if kind not in _PLAIN:
        raise GivenError(f"{layer.constructor} cannot be written as a chain of layers", "layers")
    fields = {name: values[name] for name in _PLAIN[kind] if values.get(name) is not None}
    return [_windows(layer, {"type": kind + (number if kind not in ("bn", "dropout") else "")} | fields)]


def _windows(layer: CodeLayer, fields: dict[str, Any]) -> dict[str, Any]:
    """The fields with the padding as the chain language has it."""
    padding, stride = fields.get("p"), fields.get("s")
    if isinstance(padding, str):
        fields["p"] = padding = padding.lower().replace("valid", "0")
        if padding == "0":
            fields["p"] = 0
        elif padding != "same":
            raise GivenError(f"{layer.constructor}: padding {padding} cannot be written as a chain of layers", "layers")
        elif layer.kind != "tconv" and any(one != 1 for one in _each(fields["k"] if stride is None else stride)):
            fault = f"{layer.constructor}: padding same with a stride cannot be written as a chain of layers"
            raise GivenError(fault, "layers")
    if layer.kind == "tconv" and layer.framework == KERAS:
        fields |= keras_tconv(fields)
    if layer.kind == "pad":
        pairs = pad_pairs(layer)
        if any(low != high for low, high in pairs):
            raise GivenError(f"{layer.constructor}: both sides of an axis must be padded alike here", "layers")
        fields["p"] = tuple(low for low, _ in pairs)
    return {name: _short(value, layer.axes) if name in (*_WINDOW, "size") else value for name, value in fields.items()}


def _short(value: Any, axes: int) -> Any:
    """One number for one of each axis that are alike, otherwise a list."""
    if not isinstance(value, tuple | list):
        return value
    return value[0] if len(value) == axes and len(set(value)) == 1 else list(value)


def _each(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)


def keras_tconv(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The padding and the output padding of Keras' transposed convolution in PyTorch's terms."""
    if fields.get("op") is not None:
        raise GivenError("output_padding cannot be written as a chain of layers", "layers")
    k, s, d = (_each(fields[name]) for name in ("k", "s", "d"))
    axes = max(map(len, (k, s, d)))
    extra = [d_ * (k_ - 1) + 1 - s_ for k_, s_, d_ in zip(*(n * axes if len(n) == 1 else n for n in (k, s, d)),
                                                          strict=True)]  # fmt: skip
    if any(one < 0 for one in extra):
        raise GivenError("a stride larger than the kernel cannot be written as a chain of layers", "layers")
    if fields["p"] != "same":
        return {"op": 0}
    return {"p": [(one + 1) // 2 for one in extra], "op": [one % 2 for one in extra]}


def pad_pairs(layer: CodeLayer) -> list[tuple[int, int]]:
    """What a layer that pads adds before and after each axis."""
    given, axes = layer.values["p"], layer.axes
    if isinstance(given, int):
        return [(given, given)] * axes
    if layer.framework == TORCH and isinstance(given, tuple) and len(given) == 2 * axes:
        return [(given[2 * at], given[2 * at + 1]) for at in reversed(range(axes))]
    if layer.framework == KERAS and isinstance(given, tuple):
        if axes == 1 and len(given) == 2:
            return [(given[0], given[1])]
        pairs = [one if isinstance(one, tuple) else (one, one) for one in given]
        if len(pairs) == axes and all(len(one) == 2 for one in pairs):
            return [(low, high) for low, high in pairs]
    raise GivenError(f"{layer.constructor}: padding {given} cannot be read", "layers")
