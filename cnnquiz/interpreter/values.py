"""What stands for the values of a program that is followed: tensors by their shapes, modules, names from outside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from cnnquiz.errors import CnnquizError

Shape = tuple[int, ...]
LARGEST = 10**18
MOST_AXES = 20
LONGEST = 100_000  # elements of a list, characters of a string


class Unreadable(CnnquizError):
    """A line that cannot be followed; `line` is 0 until it is known."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.line = line


class ModelFault(CnnquizError):
    """A line that would fail in the framework: shapes that do not go together."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.line = line


class Tensor:
    """A tensor of this shape. In Keras' functional form it also knows what made it: `maker` of `parents`."""

    __slots__ = ("learned", "maker", "parents", "shape")

    def __init__(self, shape: Shape, maker: Any = None, parents: tuple[Tensor, ...] = (), learned: bool = False):
        if len(shape) > MOST_AXES or any(type(n) is not int or not 0 <= n <= LARGEST for n in shape):
            raise Unreadable(f"the shape {shape_text(shape[:MOST_AXES])} is beyond what is worked")
        self.shape, self.maker, self.parents, self.learned = shape, maker, parents, learned


class Opaque(Struct, frozen=True):
    """A value of no consequence for shapes, as long as nothing depends on it."""

    words: str


class Dotted(Struct, frozen=True):
    """A name from outside of the file: torch.nn.Conv2d."""

    name: str

    @property
    def last(self) -> str:
        """Its last part."""
        return self.name.rpartition(".")[2]


class Module:
    """Anything that may be called with tensors and holds parameters; `line` is where it is made."""

    line: int = 0

    def children(self) -> Iterator[tuple[str, Module]]:
        """The modules inside, by their names."""
        return iter(())

    def own_parameters(self) -> int:
        """The learned numbers that it holds itself."""
        return 0


class Leaf(Module):
    """A layer of the framework.

    word        its kind in our words
    parameters  None until the first input says how many, in Keras and in lazy layers
    """

    def __init__(self, constructor: str, word: str, framework: str, axes: int, values: Mapping[str, Any], line: int):
        self.constructor, self.word, self.framework, self.axes = constructor, word, framework, axes
        self.values, self.line = dict(values), line
        self.parameters: int | None = None
        self.inner: Module | None = None  # what Bidirectional and TimeDistributed hold

    def own_parameters(self) -> int:
        """The learned numbers, 0 before the first input of a layer that waits for one."""
        return self.parameters or 0


class Container(Module):
    """nn.Sequential, nn.ModuleList, nn.ModuleDict, or Keras' Sequential, with its modules in order."""

    def __init__(self, kind: str, framework: str, line: int) -> None:
        self.kind, self.framework, self.line = kind, framework, line
        self.modules: dict[str, Any] = {}
        self.added = 0
        self.input: Shape | None = None

    def add(self, module: Any, name: str = "") -> None:
        """Put one more module at the end."""
        self.modules[name or str(self.added)] = module
        self.added += 1

    def children(self) -> Iterator[tuple[str, Module]]:
        """Its modules."""
        return ((name, one) for name, one in self.modules.items() if isinstance(one, Module))


class Instance(Module):
    """An object of a class of the file."""

    def __init__(self, cls: Class, line: int) -> None:
        self.cls, self.line = cls, line
        self.attributes: dict[str, Any] = {}
        self.base: Module | None = None  # the layer of the framework that its class derives from

    def children(self) -> Iterator[tuple[str, Module]]:
        """The modules among its attributes, and those of the layer that it derives from."""
        if self.base is not None:
            yield from self.base.children()
        yield from ((name, one) for name, one in self.attributes.items() if isinstance(one, Module))

    def own_parameters(self) -> int:
        """Its nn.Parameters."""
        own = sum(numel(one.shape) for one in self.attributes.values() if isinstance(one, Tensor) and one.learned)
        return own + (self.base.own_parameters() if isinstance(self.base, Leaf) else 0)


class Graph(Module):
    """A model that Keras' functional form makes, from its inputs to its outputs."""

    def __init__(self, inputs: list[Tensor], outputs: Any, layers: list[Module], line: int) -> None:
        self.inputs, self.outputs, self.layers, self.line = inputs, outputs, layers, line

    def children(self) -> Iterator[tuple[str, Module]]:
        """The layers between inputs and outputs."""
        return ((str(number), one) for number, one in enumerate(self.layers))


class Class(Struct, eq=False):
    """A class of the file: its bases (classes here, or names from outside) and what its body gives names to."""

    name: str
    bases: tuple[Any, ...]
    members: dict[str, Any]
    line: int

    def order(self) -> list[Class]:
        """The class and its bases, in the order in which a name is looked up."""
        found: list[Class] = [self]
        for base in self.bases:
            if isinstance(base, Class):
                found += [one for one in base.order() if one not in found]
        return found[:50]

    def outside(self) -> list[Dotted]:
        """The names from outside that it or its bases derive from."""
        return [base for one in self.order() for base in one.bases if isinstance(base, Dotted)]


class Function(Struct, eq=False):
    """A function or lambda of the file, with the names around it; bound to `owner` where it is a method."""

    node: Any
    scope: Any
    owner: Any = None
    cls: Class | None = None
    defaults: tuple[Any, ...] = ()
    named_defaults: tuple[Any, ...] = ()
    kind: str = ""


class Builtin(Struct, frozen=True, eq=False):
    """A method of a value that is called by its name."""

    owner: Any
    name: str


def numel(shape: Shape) -> int:
    """How many numbers a tensor of this shape holds."""
    product = 1
    for n in shape:
        product *= n
    return product


def shape_text(shape: Any) -> str:
    """A shape as a message writes it: 1x64x7x7."""
    return "x".join(map(str, shape)) if shape else "a single number"


def whole(value: Any, what: str) -> int:
    """A whole number; Unreadable where the program does not say one."""
    if type(value) is int and abs(value) <= LARGEST:
        return value
    if isinstance(value, float) and value.is_integer() and abs(value) <= LARGEST:
        return int(value)
    raise Unreadable(f"{what} is no number that can be followed")


def wholes(value: Any, axes: int, what: str) -> Shape:
    """One whole number for each axis."""
    if isinstance(value, tuple | list):
        if len(value) == 1:
            return (whole(value[0], what),) * axes
        if len(value) != axes:
            raise ModelFault(f"{what} has {len(value)} numbers for {axes} axes")
        return tuple(whole(one, what) for one in value)
    return (whole(value, what),) * axes
