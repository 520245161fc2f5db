"""Two matrices that cannot be multiplied: a layer takes so many values and gets others."""

from __future__ import annotations

import re
from collections import Counter
from math import gcd, prod

from cnnquiz.parsers.diagnosis import Diagnosis
from cnnquiz.parsers.paste import Call, Paste, factors, side, size, square_side
from cnnquiz.parsers.reading import UnreadError
from cnnquiz.parsers.shape_trace import fitting_sides, trace
from cnnquiz.patterns import pattern

_HEADS = ((25088, 4096), (9216, 4096))  # the first dense layers of VGG and AlexNet
LINEAR = ("Linear", "Dense", "LazyLinear")


def _product(found: re.Match[str], paste: Paste) -> Diagnosis | None:
    rows, columns, inputs, outputs = map(int, found.groups())
    if not rows * columns * inputs:
        return None
    for cause in (_unbatched, _unflattened, _exchanged, _second_head):
        if diagnosis := cause(rows, columns, inputs, outputs, paste):
            return diagnosis
    if 8 * columns < inputs and not paste.code and not paste.told:
        raise UnreadError(
            f"the layer takes {inputs} values and gets {columns}; paste the code and the input's shape along"
        )
    return wrong_features(columns, inputs, outputs, paste)


def _unbatched(rows: int, columns: int, inputs: int, outputs: int, paste: Paste) -> Diagnosis | None:
    """One picture whose channels were taken for the batch: flattening made a row of each."""
    if rows * columns != inputs or rows == 1 or not (paste.flattens or len(paste.input) == 3):
        return None
    told = paste.input
    if _lost_result(paste) or _misspelt(paste):
        return None
    made = {paste.number(call.written(1, "out_channels")) for call in paste.layers("Conv2d")}
    if (len(told) == 4 and (told[0] or rows) > 1) or (made and None not in made and rows not in made):
        return None
    shape = size((1, *told[-3:])) if len(told) >= 3 else None
    cause = f"without a batch axis the {rows} channels count as {rows} pictures: {rows}x{columns} not 1x{inputs}"
    return Diagnosis("missing batch axis", cause, "x = x.unsqueeze(0)", shape, paste.line("model(", "net("))


def _unflattened(rows: int, columns: int, inputs: int, outputs: int, paste: Paste) -> Diagnosis | None:
    """Pictures that reach the layer as rows of pixels."""
    whole = columns < inputs and rows * columns % inputs == 0 and inputs % columns == 0
    if not whole or (inputs % columns**2 and (paste.flattens or not paste.code)):
        return None
    if columns == 1 and (rows < 2 * inputs or len(paste.input) == 2):  # a column, not a map of one pixel
        return None
    cause = f"the layer gets {rows} rows of {columns}: {rows * columns // inputs} times {inputs} numbers, not flattened"
    fix = "x = x.view(x.size(0), -1)"
    if line := _lost_result(paste):
        cause = f"the flattened tensor is not what is passed on; {cause}"
        return Diagnosis("result not assigned", cause, fix, inputs, line)
    if lost := _misspelt(paste):
        return Diagnosis("result not assigned", f"`{lost[0]}` is not `{lost[1]}`; {cause}",
                         f"{lost[1]} = {lost[1]}.view({lost[1]}.size(0), -1)", inputs, lost[2])  # fmt: skip
    batch = paste.input[0] if len(paste.input) == 4 else None
    if batch == rows or (batch is None and paste.flattens):
        return None
    call = paste.call(LINEAR, 0, "in_features", inputs)
    return Diagnosis("flatten missing", cause, fix, inputs, call.line if call else None)


_STATEMENT = pattern(r"^[ \t]*[A-Za-z_][\w.]*\.(?:view|reshape|flatten|unsqueeze)\([^=\n]*\)[ \t]*(?:#.*)?$")
_WORD = pattern(r"\w+")
_ASSIGNED = pattern(r"^[ \t]*(\w+)[ \t]*=[ \t]*(\w+)\.(?:view|reshape|flatten)\(")


def _lost_result(paste: Paste) -> int | None:
    """The line that flattens and does not keep the result."""
    return next((at for at, line in enumerate(paste.lines, 1) if _STATEMENT.match(line[:200])), None)


def _misspelt(paste: Paste) -> tuple[str, str, int] | None:
    """A flattened tensor that goes under a name of its own, which is never used."""
    uses = Counter(_WORD.findall(paste.code))
    for at, line in enumerate(paste.lines, 1):
        match = _ASSIGNED.match(line[:200])
        if match and match[1] != match[2] and uses[match[1]] == 1:
            return match[1], match[2], at
    return None


def _exchanged(rows: int, columns: int, inputs: int, outputs: int, paste: Paste) -> Diagnosis | None:
    """Outputs given as inputs, or a matrix given on its side."""
    if columns == outputs > inputs and (call := _linear(inputs, outputs, paste)):
        cause = f"the layer takes {inputs}, makes {outputs} and gets {columns}: its two numbers are exchanged"
        fix = paste.with_argument(call, f"{call.args[0]}, {call.args[1]}", f"{columns}, {inputs}", "")
        return Diagnosis("axes exchanged", cause, fix or f"nn.Linear({columns}, {inputs})", columns, call.line)
    if rows == inputs and columns == 1 and rows > 1:
        cause = f"the layer takes rows of {inputs} and gets {rows} rows of one value: a column in place of a row"
        return Diagnosis("axes exchanged", cause, "x = x.T", f"1x{rows}", paste.line("model(", "forward("))
    products = paste.says("torch.mm(", "matmul(", " @ ", "np.dot(")
    if rows == inputs != columns and products and not any(paste.layers(*LINEAR)):
        cause = f"the first matrix is {rows}x{columns} and lies on its side: {inputs} must be its columns"
        return Diagnosis(
            "axes exchanged", cause, "x = x.T", f"{columns}x{rows}", paste.line("mm(", "matmul(", " @ ", "dot(")
        )
    return None


def _linear(inputs: int, outputs: int, paste: Paste) -> Call | None:
    """The linear layer with these two numbers."""
    for call in paste.layers(*LINEAR):
        if (paste.number(call.written(0, "in_features")), paste.number(call.written(1, "out_features"))) == (
            inputs,
            outputs,
        ):
            return call
    return None


def _second_head(rows: int, columns: int, inputs: int, outputs: int, paste: Paste) -> Diagnosis | None:
    """A head on top of a network that already ends in one: its inputs are the outputs of the same two numbers."""
    if columns != outputs:
        return None
    heads = [
        call
        for call in paste.calls
        if (paste.number(call.written(0, "in_features")), paste.number(call.written(1, "out_features")))
        == (inputs, outputs)
    ]
    if len(heads) < 2:
        return None
    cause = f"the network ends in {inputs} -> {outputs} already: the second head gets {columns} values, not {inputs}"
    name = paste.lines[heads[0].line - 1].partition("=")[0].strip()
    return Diagnosis("in_features", cause, f"{name or 'head'} = nn.Identity()", inputs, heads[-1].line)


def wrong_features(columns: int, inputs: int, outputs: int | None, paste: Paste) -> Diagnosis:
    """A layer that takes another number of values than its picture flattens to."""
    call = paste.call(LINEAR, 0, "in_features", inputs)
    if call is None and _published(columns, inputs, outputs, paste):
        made = paste.library_side
        name = paste.library or "the network"
        cause = f"the layer takes {inputs} values and gets {columns}: {name} is made for pictures of {made}x{made}"
        return Diagnosis("image size changed", cause, f"transforms.Resize(({made}, {made}))", made)
    written = call.written(0, "in_features") if call else ""
    fix = paste.with_argument(call, written, columns, f"nn.Linear({columns}, {outputs or '...'})")
    line = call.line if call else None
    if maps := _maps(columns, inputs, written):
        channels, now, before = maps
        cause = f"the map is {channels}x{now}x{now} = {columns}, not {channels}x{before}x{before} = {inputs}"
        return Diagnosis("image size changed", cause, fix, columns, line)
    shape, sides = _traced(columns, inputs, paste)
    those = f", as pictures of {sides[0]}" + (f" to {sides[-1]}" if len(sides) > 1 else "") if sides else ""
    cause = f"the layer takes {inputs} values{those and f'{those} pixels leave,'} and gets {columns}"
    cause += f" ({shape})" if shape else ""
    return Diagnosis("image size changed" if sides else "in_features", cause, fix, columns, line)


def _published(columns: int, inputs: int, outputs: int | None, paste: Paste) -> bool:
    """Whether the layer is the head of a published network, whose map has the same channels and another side."""
    other = side(paste.input)
    if gcd(columns, inputs) < 64 or other == paste.library_side:
        return False
    if outputs == 1000 or (inputs, outputs) in _HEADS:
        return True
    large, small = max(columns, inputs), min(columns, inputs)
    return bool(paste.library) and bool(other or (large % small == 0 and square_side(large // small)))


def _traced(columns: int, inputs: int, paste: Paste) -> tuple[str, range]:
    """The map in front of the layer, where the code makes it so, and the sides of the pictures that would suit."""
    found = trace(paste)
    if found is None or found.failing is None or prod(found.arriving) != columns:
        return "", range(0)
    shape = next((state.shape for state in reversed(found.states) if len(state.shape) > 1), ())
    return found.written(shape) if shape else "", fitting_sides(found, inputs)


def _maps(columns: int, inputs: int, written: str) -> tuple[int, int, int] | None:
    """Channels and the two sides, where the layer's number is written as channels x side x side."""
    numbers = factors(written)
    if len(numbers) != 3 or numbers[1] != numbers[2] or columns % numbers[0]:
        return None
    now = square_side(columns // numbers[0])
    return (numbers[0], now, numbers[1]) if now else None


MESSAGES = (
    ("mat1 and mat2 shapes cannot be multiplied{_}({n}x{n} and {n}x{n})", _product),
    ("size mismatch, m1: [{n} x {n}], m2: [{n} x {n}]", _product),
    ("Matrix size-incompatible: In[0]: [{n},{n}], In[1]: [{n},{n}]", _product),
    ("shapes ({n},{n}) and ({n},{n}) not aligned", _product),
)
