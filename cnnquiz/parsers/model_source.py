"""A model's source file: each layer with its output's shape and its parameters, or the line where it goes wrong."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from cnnquiz.interpreter.frameworks import Row, framework_of, is_module
from cnnquiz.interpreter.program import LONGEST_SOURCE, MOST_STEPS, Broken, Program
from cnnquiz.interpreter.values import (
    Class,
    Container,
    Function,
    Graph,
    Instance,
    Leaf,
    ModelFault,
    Module,
    Opaque,
    Shape,
    Tensor,
    Unreadable,
)
from cnnquiz.layers.constructors import KERAS
from cnnquiz.parsers.reading import UnreadError


class ModelRow(Struct, frozen=True):
    """A layer at work: shapes as its framework writes them, without the batch; parameters, 0 where it works again."""

    name: str
    kind: str
    before: Shape
    after: Shape
    parameters: int
    line: int


class Fault(Struct, frozen=True):
    """Where the model would fail, and why."""

    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.line}: {self.message}"


class ModelReading(Struct, frozen=True):
    """What a model's file says.

    input, output  shapes without the batch, as the framework writes them; the output is empty where a fault stands
    parameters     the trainable numbers of all that is registered, used or not
    unused         registered layers with parameters that no row has, by name
    """

    name: str
    framework: str
    input: Shape
    output: tuple[Shape, ...]
    parameters: int
    rows: tuple[ModelRow, ...]
    unused: tuple[str, ...]
    fault: Fault | None = None


def model(
    source: str, class_name: str | None = None, input: Shape | None = None, call: str | None = None
) -> ModelReading:
    """The model of a file on an input without its batch: C, H, W as PyTorch has it, H, W, C as Keras has it.

    class_name  the class, function or variable, where the file has several
    call        how the model is made, where it takes arguments: ResNet(Block, [2, 2, 2, 2])

    UnreadError: its first words are the line that cannot be read.
    """
    try:
        return _reading(_program(source, input), class_name, input, call)
    except Unreadable as fault:
        raise UnreadError(f"{fault.line or 1}: cannot read this line: {fault}") from None
    except RecursionError:
        raise UnreadError("1: cannot read this file: it is nested too deep") from None


class _Sized(Program):
    """A program whose open inputs have the sizes that are given."""

    def __init__(self, tree: ast.Module, input: Shape | None) -> None:
        self.given = input
        super().__init__(tree)

    def open_size(self, axes: int, at: int) -> int:
        if self.given is not None and len(self.given) == axes:
            return self.given[at]
        return super().open_size(axes, at)


def _program(source: str, input: Shape | None) -> Program:
    if len(source) > LONGEST_SOURCE:
        raise UnreadError(f"1: the file is longer than {LONGEST_SOURCE:,} characters")
    try:
        tree = ast.parse(source)
    except SyntaxError as fault:
        raise UnreadError(f"{fault.lineno or 1}: this is no Python: {fault.msg}") from None
    except (ValueError, MemoryError, RecursionError):
        raise UnreadError("1: this file cannot be read as Python") from None
    return _Sized(tree, input)


def _reading(program: Program, name: str | None, input: Shape | None, call: str | None) -> ModelReading:
    program.steps = min(program.steps, MOST_STEPS // 2)  # what stands beside the model leaves it half of the work
    try:
        made, title = _made(program, name, call)
    except ModelFault as found:
        return ModelReading(name or "model", "", input or (), (), 0, (), (), Fault(found.line, str(found)))
    fault: Fault | None = None
    output: Any = None
    if isinstance(made, Graph):
        start: Shape = made.inputs[0].shape[1:]
        output = made.outputs
    else:
        start = _start(made, input)
        program.rows.clear()
        try:
            output = program.call(made, [Tensor((1, *start))], {})
        except ModelFault as found:
            fault = Fault(found.line or made.line, str(found))
    if isinstance(unknown := _unknown(output), Opaque):
        line = made.cls.line if isinstance(made, Instance) else made.line
        raise UnreadError(f"{line}: what comes out cannot be followed: {unknown.words}")
    inside = list(program.walk(made))
    rows = tuple(_rows(program.rows, {id(one): where for where, one in inside}, made))
    parameters = sum(one.own_parameters() for _, one in inside)
    worked = {id(row.module) for row in program.rows} | {id(one.base) for _, one in inside if isinstance(one, Instance)}
    idle = (where for where, one in inside
            if isinstance(one, Leaf) and one.own_parameters() and id(one) not in worked)  # fmt: skip
    unused = () if fault else tuple(idle)
    framework = _framework(made)
    return ModelReading(title, framework, start, _shapes(output), parameters, rows, unused, fault)


def _framework(made: Module) -> str:
    if isinstance(made, Graph):
        return KERAS
    if isinstance(made, Container | Leaf):
        return made.framework
    return framework_of(made.cls) if isinstance(made, Instance) else ""


def _shapes(output: Any) -> tuple[Shape, ...]:
    """The shapes of all tensors that come out, without the batch."""
    if isinstance(output, Tensor):
        return (output.shape[1:],)
    each = output.values() if isinstance(output, dict) else output if isinstance(output, list | tuple) else ()
    return tuple(shape for one in each for shape in _shapes(one))


def _unknown(output: Any) -> Any:
    """A part of an output whose shape is not known, if any."""
    if isinstance(output, dict | list | tuple):
        return next(filter(None, map(_unknown, output.values() if isinstance(output, dict) else output)), None)
    return output if isinstance(output, Opaque) else None


def _rows(rows: list[Row], names: dict[int, str], made: Module) -> Iterator[ModelRow]:
    counted: set[int] = set()
    for row in rows:
        if isinstance(made, Graph) and row.module is not None and id(row.module) not in names:
            continue
        own = row.module.own_parameters() if row.module is not None and id(row.module) not in counted else 0
        counted.add(id(row.module))
        name = names.get(id(row.module), "") if row.module is not None else ""
        yield ModelRow(name, row.kind, row.before[1:], row.after[1:], own, row.line)


def _start(made: Module, input: Shape | None) -> Shape:
    if isinstance(made, Container) and made.input is not None and input is None:
        return made.input[1:]
    if input is None:
        raise UnreadError("1: the size of the input is missing: give --in, as in 3x224x224")
    return input


def _made(program: Program, name: str | None, call: str | None) -> tuple[Module, str]:
    """The model, and what it is called."""
    if call is not None:
        try:
            node = ast.parse(call.strip()[:2_000], mode="eval").body
        except (SyntaxError, ValueError, MemoryError, RecursionError):
            raise UnreadError(f"1: --call {call[:40]} is no call as in ResNet(Block, [2, 2])") from None
        return _module(program, program.value(node, program.globals), call), call
    found = program.globals.names
    if name is None:
        name = _only(program)
    if name not in found:
        known = ", ".join(_candidates(program)[:8]) or "none"
        raise UnreadError(f"1: there is no {name[:40]} in this file; its models: {known}")
    value = found[name]
    if isinstance(value, Broken):
        raise value.fault
    return _module(program, value, name), name


def _module(program: Program, value: Any, name: str) -> Module:
    """A model from a class or function without arguments, or from a variable."""
    if isinstance(value, Class | Function):
        spec = _parameters(value)
        if spec:
            more = "..." if len(spec) > 4 else ""
            example = f"{name}({', '.join(spec[:4])}{more})"
            raise UnreadError(f'{_line(value)}: {name} takes {", ".join(spec)}: give --call, as in "{example}"')
        value = program.call(value, [], {})
    if not isinstance(value, Module):
        raise UnreadError(f"1: {name[:60]} makes no model that can be read")
    return value


def _line(value: Class | Function) -> int:
    return value.line if isinstance(value, Class) else int(getattr(value.node, "lineno", 1))


def _parameters(value: Class | Function) -> list[str]:
    """The arguments that must be given to make a model."""
    function: Any = value
    if isinstance(value, Class):
        function = next((cls.members["__init__"] for cls in value.order() if "__init__" in cls.members), None)
    if not isinstance(function, Function):
        return []
    spec = function.node.args
    places = [one.arg for one in (*spec.posonlyargs, *spec.args)]
    needed = places[isinstance(value, Class) : len(places) - len(function.defaults)]
    words = zip(spec.kwonlyargs, spec.kw_defaults, strict=True)
    return needed + [one.arg for one, default in words if default is None]


def _candidates(program: Program) -> list[str]:
    """The models of a file: classes that can be called, and variables that hold one."""
    return [name for name, value in program.globals.names.items() if _is_model(value)]


def _is_model(value: Any) -> bool:
    if not isinstance(value, Class):
        return isinstance(value, Graph | Container | Instance)
    called = any(method in cls.members for cls in value.order() for method in ("forward", "call"))
    return (called and is_module(value)) or any(base.last == "Sequential" for base in value.outside())


def _only(program: Program) -> str:
    """The one model of a file: a variable that holds one, or the class that no other class or function uses."""
    names = _candidates(program)
    held = [name for name in names if isinstance(program.globals.names[name], Module)]
    if held:
        return held[-1]
    used = _used(program)
    free = [name for name in names if name not in used]
    if len(free) == 1:
        return free[0]
    known = free or names
    if not known:
        raise UnreadError("1: there is no model in this file: a class that derives from nn.Module or keras.Model")
    raise UnreadError(f"1: say which of {', '.join(known[:12])}, as in model.py:{known[-1]}")


def _used(program: Program) -> set[str]:
    """The names that classes and functions of the file use inside."""
    used: set[str] = set()
    for name, value in program.globals.names.items():
        members = value.members.values() if isinstance(value, Class) else [value]
        if isinstance(value, Class):
            used |= {base.name for base in value.bases if isinstance(base, Class)}
        for one in members:
            if isinstance(one, Function) and isinstance(value, Class):
                own = {node.id for node in ast.walk(one.node) if isinstance(node, ast.Name)}
                used |= own - {name}
    return used
