"""A Python program followed step by step over its syntax tree, with shapes in place of numbers; nothing is run."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from cnnquiz.interpreter import functions, operations
from cnnquiz.interpreter.frameworks import HARMLESS, PLAIN_BASES, Partial, Super, framework_of, is_module
from cnnquiz.interpreter.operations import SCALARS, truth
from cnnquiz.interpreter.python import ERRORS, NAMES, Python
from cnnquiz.interpreter.values import (
    LONGEST,
    Builtin,
    Class,
    Container,
    Dotted,
    Function,
    Graph,
    Instance,
    Leaf,
    ModelFault,
    Module,
    Opaque,
    Tensor,
    Unreadable,
    shape_text,
    whole,
)
from cnnquiz.layers.constructors import KERAS, constructors

MOST_STEPS = 200_000
DEEPEST = 40  # calls inside calls
LONGEST_SOURCE = 300_000
_INITIAL = re.compile(r"init\w*(weight|param)|(weight|param)\w*init|reset_param|^_?init_?$|xavier|kaiming|load_|_load")


class Broken(Struct):
    """A name of the file whose line could not be followed; the fault comes when the name is used."""

    fault: Unreadable


class Break(Exception):
    """break."""


class Continue(Exception):
    """continue."""


class Return(Exception):
    """return, with its value."""

    def __init__(self, value: Any) -> None:
        self.value = value


class Scope:
    """The names of a block, inside those around it."""

    def __init__(self, around: Scope | None = None) -> None:
        self.names: dict[str, Any] = {}
        self.around = around
        self.outer: set[str] = set()  # names that belong to the block around
        self.method: tuple[Any, Class] | None = None  # self and class, for super()
        self.yields: list[Any] | None = None

    def find(self, name: str) -> Any:
        """The value of a name; KeyError."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.names:
                return scope.names[name]
            scope = scope.around
        raise KeyError(name)

    def put(self, name: str, value: Any) -> None:
        """Give a name a value."""
        scope: Scope = self
        while name in scope.outer and scope.around is not None:
            scope = scope.around
        scope.names[name] = value


class Program(Python):
    """One file, and the work that is done on it."""

    def __init__(self, tree: ast.Module) -> None:
        super().__init__()
        self.steps = self.depth = 0
        self.generators: dict[ast.AST, bool] = {}
        self.workers: dict[type, Any] = {}
        self.globals = Scope()
        self.globals.names["__name__"] = "model"
        for node in tree.body:
            self.top(node)

    def step(self, many: int = 1) -> None:
        """Count work; Unreadable where it is too much."""
        self.steps += many
        if self.steps > MOST_STEPS:
            raise Unreadable(f"it takes more than {MOST_STEPS:,} steps")

    def top(self, node: ast.stmt) -> None:
        """A statement of the file itself: where it cannot be followed, what it touches waits with the fault."""
        try:
            self.statement(node, self.globals)
        except (Unreadable, ModelFault) as fault:
            broken = Broken(Unreadable(str(fault), fault.line or node.lineno))
            defined = isinstance(node, ast.FunctionDef | ast.ClassDef)
            names = {node.name} if defined else {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}  # type: ignore[attr-defined]
            for name in names:
                value = self.globals.names.get(name)
                if value is None or isinstance(value, Module | list | dict | Tensor) or defined:
                    self.globals.names[name] = broken
        except (Return, Break, Continue):
            pass

    # Statements.

    def block(self, body: Sequence[ast.stmt], scope: Scope) -> None:
        """Statements in a row."""
        for node in body:
            self.statement(node, scope)

    def statement(self, node: ast.stmt, scope: Scope) -> None:
        """One statement; what goes wrong gets its line."""
        self.step()
        self.line = node.lineno
        try:
            self.worker("do", node)(node, scope)
        except (Unreadable, ModelFault) as fault:
            fault.line = fault.line or node.lineno
            raise
        except RecursionError:
            raise Unreadable("it is nested too deep", node.lineno) from None

    def do_expr(self, node: ast.Expr, scope: Scope) -> None:
        """A call for its effect: what only sets weights may stay unread."""
        if isinstance(node.value, ast.Constant):
            return
        try:
            self.value(node.value, scope)
        except Unreadable:
            call = node.value.func if isinstance(node.value, ast.Call) else None
            name = call.attr if isinstance(call, ast.Attribute) else call.id if isinstance(call, ast.Name) else ""
            if not _INITIAL.search(name) or self.steps > MOST_STEPS:
                raise

    def do_assign(self, node: ast.Assign, scope: Scope) -> None:
        """a = b = c."""
        value = self.value(node.value, scope)
        for target in node.targets:
            self.assign(target, value, scope)

    def do_annassign(self, node: ast.AnnAssign, scope: Scope) -> None:
        """a: int = 3."""
        if node.value is not None:
            self.assign(node.target, self.value(node.value, scope), scope)

    def do_augassign(self, node: ast.AugAssign, scope: Scope) -> None:
        """a += 3; lists grow in place."""
        load = ast.copy_location(_as_load(node.target), node.target)
        left, right = self.value(load, scope), self.value(node.value, scope)
        if isinstance(left, list) and isinstance(node.op, ast.Add):
            left += self.elements(right)
            return
        if isinstance(left, Container) and isinstance(node.op, ast.Add):
            for one in self.elements(right):
                self.put(left, one)
            return
        made = self.operation(node.op, left, right)
        if isinstance(left, Tensor) and isinstance(made, Tensor) and left.shape != made.shape:
            raise ModelFault(f"{shape_text(right.shape)} cannot be added in place to {shape_text(left.shape)}")
        self.assign(node.target, made, scope)

    def do_if(self, node: ast.If, scope: Scope) -> None:
        """if, elif, else."""
        self.block(node.body if truth(self.value(node.test, scope)) else node.orelse, scope)

    def do_for(self, node: ast.For, scope: Scope) -> None:
        """A loop over values."""
        for value in self.elements(self.value(node.iter, scope)):
            self.assign(node.target, value, scope)
            try:
                self.block(node.body, scope)
            except Break:
                return
            except Continue:
                continue
        self.block(node.orelse, scope)

    def do_while(self, node: ast.While, scope: Scope) -> None:
        """A loop with a condition."""
        while truth(self.value(node.test, scope)):
            try:
                self.block(node.body, scope)
            except Break:
                return
            except Continue:
                continue

    def do_return(self, node: ast.Return, scope: Scope) -> None:
        """return."""
        raise Return(None if node.value is None else self.value(node.value, scope))

    def do_break(self, node: ast.stmt, scope: Scope) -> None:
        """break."""
        raise Break

    def do_continue(self, node: ast.stmt, scope: Scope) -> None:
        """continue."""
        raise Continue

    def do_pass(self, node: ast.stmt, scope: Scope) -> None:
        """pass."""

    def do_assert(self, node: ast.Assert, scope: Scope) -> None:
        """assert: false for what is known is a fault."""
        try:
            holds = truth(self.value(node.test, scope))
        except Unreadable:
            return
        if not holds:
            raise Unreadable("this assertion fails as it is followed")

    def do_raise(self, node: ast.Raise, scope: Scope) -> None:
        """raise."""
        raise Unreadable("an error is raised here, as it is followed")

    def do_with(self, node: ast.With, scope: Scope) -> None:
        """with: only its body counts."""
        for item in node.items:
            if item.optional_vars is not None:
                self.assign(item.optional_vars, Opaque("what `with` opens"), scope)
        self.block(node.body, scope)

    def do_try(self, node: ast.Try, scope: Scope) -> None:
        """try: its body; an error in it is one of the model."""
        self.block(node.body, scope)
        self.block(node.orelse, scope)
        self.block(node.finalbody, scope)

    def do_import(self, node: ast.Import, scope: Scope) -> None:
        """import torch.nn as nn."""
        for alias in node.names:
            top = alias.name.partition(".")[0]
            scope.put(alias.asname or top, Dotted(alias.name if alias.asname else top))

    def do_importfrom(self, node: ast.ImportFrom, scope: Scope) -> None:
        """from torch import nn; what comes from files beside this one has a dot in front."""
        room = "." * node.level + (node.module or "")
        for alias in node.names:
            if alias.name == "*":
                if room in ("torch.nn", "tensorflow.keras.layers", "keras.layers", "torch"):
                    scope.names[f"*{room}"] = Dotted(room)
                continue
            scope.put(alias.asname or alias.name, Dotted(f"{room}.{alias.name}" if room else alias.name))

    def do_global(self, node: ast.Global | ast.Nonlocal, scope: Scope) -> None:
        """global, nonlocal."""
        scope.outer |= {*node.names}

    do_nonlocal = do_global

    def do_delete(self, node: ast.Delete, scope: Scope) -> None:
        """del of a name, an attribute or an element."""
        for target in node.targets:
            if isinstance(target, ast.Name):
                scope.names.pop(target.id, None)
            elif isinstance(target, ast.Attribute):
                owner = self.value(target.value, scope)
                if isinstance(owner, Instance):
                    owner.attributes.pop(target.attr, None)
            elif isinstance(target, ast.Subscript):
                owner, at = self.value(target.value, scope), self.value(target.slice, scope)
                if not isinstance(owner, list | dict) or not isinstance(at, int | str):
                    raise Unreadable("this deletion cannot be followed")
                try:
                    del owner[at]  # type: ignore[arg-type]
                except (KeyError, IndexError, TypeError):
                    raise Unreadable("there is nothing to delete") from None

    def do_functiondef(self, node: ast.FunctionDef, scope: Scope) -> None:
        """A function, with the values of its defaults."""
        scope.put(node.name, self.function(node, scope))

    do_asyncfunctiondef = do_functiondef

    def function(self, node: Any, scope: Scope, cls: Class | None = None) -> Function:
        """A function or lambda as a value."""
        kind = ""
        for one in getattr(node, "decorator_list", ()):
            word = ast.unparse(one)
            if word in ("property", "staticmethod", "classmethod", "cached_property"):
                kind = word.removeprefix("cached_")
            elif not re.search(
                r"torch|no_grad|register|jit|override|wraps|cache|tf\.function|keras|abstract|unused|export|ignore",
                word,
            ):
                kind = f"@{word[:60]}"
        defaults = tuple(self.value(one, scope) for one in node.args.defaults)
        named = tuple(None if one is None else self.value(one, scope) for one in node.args.kw_defaults)
        return Function(node, scope, None, cls, defaults, named, kind)

    def do_classdef(self, node: ast.ClassDef, scope: Scope) -> None:
        """A class: its body is worked in names of its own."""
        bases = tuple(self.value(one, scope) for one in node.bases if not isinstance(one, ast.Subscript))
        if any(not isinstance(base, Class | Dotted | Builtin) for base in bases):
            raise Unreadable(f"the bases of {node.name} cannot be followed")
        bases = tuple(base for base in bases if not isinstance(base, Builtin))
        made = Class(node.name, bases, {}, node.lineno)
        inner = Scope(scope)
        fields: list[tuple[str, ast.expr | None]] = []
        for one in node.body:
            if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef):
                made.members[one.name] = inner.names[one.name] = replace(
                    self.function(one, inner), cls=made, scope=scope
                )
                continue
            if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name):
                fields.append((one.target.id, one.value))
            self.statement(one, inner)
            made.members.update({name: value for name, value in inner.names.items() if name not in made.members})
        if any("dataclass" in ast.unparse(one) for one in node.decorator_list):
            made.members["fields of a dataclass"] = fields
        scope.put(node.name, made)

    def assign(self, target: ast.expr, value: Any, scope: Scope) -> None:
        """Give a target a value."""
        if isinstance(target, ast.Name):
            scope.put(target.id, value)
        elif isinstance(target, ast.Tuple | ast.List):
            self.unpack(target.elts, value, scope)
        elif isinstance(target, ast.Attribute):
            self.set_attribute(self.value(target.value, scope), target.attr, value)
        elif isinstance(target, ast.Subscript):
            self.set_element(self.value(target.value, scope), self.value(target.slice, scope), value)
        elif isinstance(target, ast.Starred):
            self.assign(target.value, value, scope)
        else:
            raise Unreadable("this assignment cannot be followed")

    def unpack(self, targets: Sequence[ast.expr], value: Any, scope: Scope) -> None:
        """a, *b = c."""
        if isinstance(value, Opaque):
            for target in targets:
                self.assign(target, value, scope)
            return
        values = self.elements(value)
        star = next((at for at, one in enumerate(targets) if isinstance(one, ast.Starred)), None)
        if star is not None and len(values) >= len(targets) - 1:
            behind = len(targets) - star - 1
            middle = values[star : len(values) - behind]
            values = [*values[:star], middle, *values[len(values) - behind :]]
        if len(values) != len(targets):
            raise Unreadable(f"{len(values)} values for {len(targets)} names")
        for target, one in zip(targets, values, strict=True):
            self.assign(target, one, scope)

    def set_attribute(self, owner: Any, name: str, value: Any) -> None:
        """owner.name = value."""
        if isinstance(owner, Instance):
            if isinstance(value, Opaque) and value.words.endswith("not in this file"):
                raise Unreadable(value.words)
            owner.attributes[name] = value
        elif isinstance(owner, Container):
            owner.modules[name] = value
        elif isinstance(owner, Leaf):
            self.set_on_leaf(owner, name, value)
        elif isinstance(owner, Class):
            owner.members[name] = value
        elif not isinstance(owner, Opaque | Tensor | Function | Dotted | Graph):
            raise Unreadable("this attribute cannot be set")

    def set_on_leaf(self, leaf: Leaf, name: str, value: Any) -> None:
        """An attribute of a layer that is there already: what changes its window is followed."""
        short = {"stride": "s", "padding": "p", "dilation": "d", "strides": "s"}.get(name)
        if short and short in leaf.values:
            leaf.values[short] = value
        elif name in ("bias", "weight", "kernel_size", "groups", "in_channels", "out_channels") and value is not None:
            if isinstance(value, Opaque) or (isinstance(value, Tensor) and name in ("bias", "weight")):
                return
            raise Unreadable(f"a change of a layer's {name} cannot be followed")
        elif value is None and name in ("bias", "weight"):
            raise Unreadable(f"a change of a layer's {name} cannot be followed")
        elif name == "trainable" or isinstance(value, SCALARS):
            return

    def set_element(self, owner: Any, at: Any, value: Any) -> None:
        """owner[at] = value."""
        if isinstance(owner, dict):
            owner[operations.key(at)] = value
        elif isinstance(owner, list) and isinstance(at, int) and -len(owner) <= at < len(owner):
            owner[at] = value
        elif isinstance(owner, Container):
            names = list(owner.modules)
            owner.modules[at if isinstance(at, str) else names[whole(at, "an index")]] = value
        elif not isinstance(owner, Opaque | Tensor):
            raise Unreadable("this element cannot be set")

    # Expressions.

    def value(self, node: ast.expr, scope: Scope) -> Any:
        """The value of an expression."""
        self.step()
        return self.worker("of", node)(node, scope)

    def worker(self, prefix: str, node: ast.AST) -> Callable[[Any, Scope], Any]:
        """The method that works a kind of statement (do) or expression (of)."""
        kind = type(node)
        if kind not in self.workers:
            self.workers[kind] = getattr(self, f"{prefix}_{kind.__name__.lower()}", None)
        if self.workers[kind] is None:
            raise Unreadable("this kind of statement or expression cannot be followed")
        return self.workers[kind]  # type: ignore[no-any-return]

    def of_constant(self, node: ast.Constant, scope: Scope) -> Any:
        """A number or a text."""
        value = node.value
        if isinstance(value, int) and not isinstance(value, bool):
            return operations.bounded(value)
        return value if isinstance(value, (*SCALARS, type(...))) else Opaque("a constant")

    def of_name(self, node: ast.Name, scope: Scope) -> Any:
        """A name, of the file or of Python."""
        try:
            value = scope.find(node.id)
        except KeyError:
            return self.other_name(node.id)
        if isinstance(value, Broken):
            raise value.fault
        return value

    def other_name(self, name: str) -> Any:
        """A name that the file does not give a value: Python's own, or from a `*` of an import."""
        if name in NAMES:
            return Builtin(None, name)
        if name in ERRORS:
            return Opaque(name)
        for star, room in self.globals.names.items():
            if star.startswith("*"):
                dotted = f"{room.name}.{name}"
                if constructors(dotted) or name in ("Sequential", "ModuleList", "Module", "Input", "Parameter"):
                    return Dotted(dotted)
        raise Unreadable(f"{name} is not defined in this file")

    def of_tuple(self, node: ast.Tuple, scope: Scope) -> Any:
        """(a, *b)."""
        return tuple(self.spread(node.elts, scope))

    def of_list(self, node: ast.List, scope: Scope) -> Any:
        """[a, *b]."""
        return self.spread(node.elts, scope)

    def of_set(self, node: ast.Set, scope: Scope) -> Any:
        """{a, b}."""
        return {operations.key(one) for one in self.spread(node.elts, scope)}

    def spread(self, nodes: Sequence[ast.expr], scope: Scope) -> list[Any]:
        """The values of expressions, those behind a star one by one."""
        found: list[Any] = []
        for node in nodes:
            if isinstance(node, ast.Starred):
                found += self.elements(self.value(node.value, scope))
            else:
                found.append(self.value(node, scope))
        return found

    def of_dict(self, node: ast.Dict, scope: Scope) -> Any:
        """{a: b, **c}."""
        found: dict[Any, Any] = {}
        for key, value in zip(node.keys, node.values, strict=True):
            if key is None:
                found |= self.pairs(self.value(value, scope))
            else:
                found[operations.key(self.value(key, scope))] = self.value(value, scope)
        return found

    def of_binop(self, node: ast.BinOp, scope: Scope) -> Any:
        """a + b."""
        return self.operation(node.op, self.value(node.left, scope), self.value(node.right, scope))

    def of_unaryop(self, node: ast.UnaryOp, scope: Scope) -> Any:
        """-a, not a."""
        return operations.unary(node.op, self.value(node.operand, scope))

    def of_boolop(self, node: ast.BoolOp, scope: Scope) -> Any:
        """a and b, a or b."""
        value: Any = None
        for one in node.values:
            value = self.value(one, scope)
            if one is not node.values[-1] and truth(value) == isinstance(node.op, ast.Or):
                return value
        return value

    def of_compare(self, node: ast.Compare, scope: Scope) -> Any:
        """a < b <= c."""
        left = self.value(node.left, scope)
        found: Any = True
        for sign, other in zip(node.ops, node.comparators, strict=True):
            right = self.value(other, scope)
            self.weigh(left, right)
            found = operations.compared(sign, left, right)
            if not isinstance(found, Opaque) and not found:
                return False
            left = right
        return found

    def of_ifexp(self, node: ast.IfExp, scope: Scope) -> Any:
        """a if b else c."""
        return self.value(node.body if truth(self.value(node.test, scope)) else node.orelse, scope)

    def of_lambda(self, node: ast.Lambda, scope: Scope) -> Any:
        """lambda."""
        return self.function(node, scope)

    def of_namedexpr(self, node: ast.NamedExpr, scope: Scope) -> Any:
        """a := b."""
        value = self.value(node.value, scope)
        self.assign(node.target, value, scope)
        return value

    def of_joinedstr(self, node: ast.JoinedStr, scope: Scope) -> Any:
        """An f-string of plain values."""
        words = ""
        for part in node.values:
            one = part.value if isinstance(part, ast.Constant) else None
            if isinstance(part, ast.FormattedValue):
                if part.format_spec is not None:
                    return Opaque("a formatted text")
                one = operations.plain_text(self.value(part.value, scope))
            if not isinstance(one, str) or len(words) > LONGEST:
                return Opaque("a formatted text")
            words += one
        return words

    def of_starred(self, node: ast.Starred, scope: Scope) -> Any:
        """A star where none is followed."""
        raise Unreadable("this star cannot be followed")

    def of_yield(self, node: ast.Yield, scope: Scope) -> Any:
        """yield: a generator is worked to its end at once."""
        if scope.yields is None:
            raise Unreadable("this yield cannot be followed")
        scope.yields.append(None if node.value is None else self.value(node.value, scope))

    def of_slice(self, node: ast.Slice, scope: Scope) -> Any:
        """a:b:c."""
        return slice(*(None if one is None else self.value(one, scope) for one in (node.lower, node.upper, node.step)))

    def of_subscript(self, node: ast.Subscript, scope: Scope) -> Any:
        """a[b]."""
        return self.element(self.value(node.value, scope), self.value(node.slice, scope))

    def element(self, owner: Any, at: Any) -> Any:
        """An element of a value."""
        if isinstance(owner, Tensor):
            return self.traced("", functions.indexed(owner, at), [owner])
        if isinstance(owner, Opaque):
            return owner
        if isinstance(owner, dict):
            if operations.key(at) not in owner:
                raise Unreadable(f"there is no key {at!r}"[:100] if isinstance(at, SCALARS) else "there is no such key")
            return owner[at]
        if isinstance(owner, Instance):
            if isinstance(owner.base, Container):
                return self.element(owner.base, at)
            method = self.member(owner, "__getitem__")
            return self.call(method, [at], {}) if method else self.no_element()
        if isinstance(owner, Container):
            return self.container_element(owner, at)
        if isinstance(owner, list | tuple | str | range):
            self.weigh(owner if isinstance(at, slice) else ())
            if isinstance(at, slice) and all(
                part is None or isinstance(part, int) for part in (at.start, at.stop, at.step)
            ):
                return owner[at]
            if isinstance(at, int):
                if not -len(owner) <= at < len(owner):
                    raise Unreadable(f"there is no element {at} of {len(owner)}")
                return owner[at]
        return self.no_element()

    def no_element(self) -> Any:
        """Refuse."""
        raise Unreadable("this element cannot be followed")

    def container_element(self, owner: Container, at: Any) -> Any:
        """A layer of a container, or a Sequential of some."""
        if isinstance(at, str) and at in owner.modules:
            return owner.modules[at]
        values = list(owner.modules.values())
        if isinstance(at, slice) and all(
            part is None or isinstance(part, int) for part in (at.start, at.stop, at.step)
        ):
            made = Container(owner.kind, owner.framework, owner.line)
            for name, one in list(owner.modules.items())[at]:
                made.modules[name] = one
            return made
        if isinstance(at, int) and -len(values) <= at < len(values):
            return values[at]
        raise Unreadable(f"there is no layer {at!r} of {len(values)}"[:100])

    def of_listcomp(self, node: ast.ListComp | ast.GeneratorExp, scope: Scope) -> Any:
        """[a for b in c if d]."""
        return [self.value(node.elt, inner) for inner in self.rounds(node.generators, scope)]

    of_generatorexp = of_listcomp

    def of_setcomp(self, node: ast.SetComp, scope: Scope) -> Any:
        """{a for b in c}."""
        return {operations.key(self.value(node.elt, inner)) for inner in self.rounds(node.generators, scope)}

    def of_dictcomp(self, node: ast.DictComp, scope: Scope) -> Any:
        """{a: b for c in d}."""
        return {operations.key(self.value(node.key, inner)): self.value(node.value, inner)
                for inner in self.rounds(node.generators, scope)}  # fmt: skip

    def rounds(self, generators: Sequence[ast.comprehension], scope: Scope) -> Iterator[Scope]:
        """The names in each round of a comprehension."""
        first, *rest = generators
        for value in self.elements(self.value(first.iter, scope)):
            inner = Scope(scope)
            self.assign(first.target, value, inner)
            if all(truth(self.value(test, inner)) for test in first.ifs):
                if rest:
                    yield from self.rounds(rest, inner)
                else:
                    yield inner

    def of_attribute(self, node: ast.Attribute, scope: Scope) -> Any:
        """a.b."""
        return self.attribute(self.value(node.value, scope), node.attr)

    def of_call(self, node: ast.Call, scope: Scope) -> Any:
        """a(b, *c, d=e, **f)."""
        function = self.value(node.func, scope)
        args = self.spread(node.args, scope)
        named: dict[str, Any] = {}
        for word in node.keywords:
            if word.arg is not None:
                named[word.arg] = self.value(word.value, scope)
            else:
                more = self.value(word.value, scope)
                if isinstance(more, Opaque):
                    raise Unreadable(f"{more.words} gives arguments that are not known")
                named |= {str(name): one for name, one in self.pairs(more).items()}
        self.line = node.lineno
        if isinstance(function, Builtin) and function.name == "super" and function.owner is None:
            return self.superior(args, scope)
        return self.call(function, args, named)

    def superior(self, args: list[Any], scope: Scope) -> Super:
        """super(), or super(Net, self)."""
        found: Scope | None = scope
        while found is not None and found.method is None:
            found = found.around
        if found is None or found.method is None:
            raise Unreadable("this super() cannot be followed")
        owner, cls = found.method
        return Super(owner, args[0] if args and isinstance(args[0], Class) else cls)

    # Attributes and calls of the file's own.

    def member(self, owner: Instance, name: str, behind: Class | None = None) -> Any:
        """What the classes of an object have under a name, bound to it; None for nothing."""
        order = owner.cls.order()
        if behind is not None:
            order = order[order.index(behind) + 1 :] if behind in order else []
        for cls in order:
            if name in cls.members:
                found = cls.members[name]
                if isinstance(found, Function) and found.kind != "staticmethod":
                    return replace(found, owner=owner.cls if found.kind == "classmethod" else owner)
                return found
        return None

    def attribute(self, owner: Any, name: str) -> Any:
        """An attribute of any value."""
        if isinstance(owner, Dotted):
            return Dotted(f"{owner.name}.{name}")
        if isinstance(owner, Opaque):
            return owner
        if isinstance(owner, Instance):
            return self.instance_attribute(owner, name)
        if isinstance(owner, Super):
            found = self.member(owner.owner, name, owner.cls) if isinstance(owner.owner, Instance) else None
            return found or Builtin(owner, name)
        if isinstance(owner, Class):
            return self.class_attribute(owner, name)
        if isinstance(owner, Tensor):
            return self.tensor_attribute(owner, name)
        if isinstance(owner, Leaf):
            return self.leaf_attribute(owner, name)
        if isinstance(owner, Container) and name in owner.modules:
            return owner.modules[name]
        if isinstance(owner, Graph) and name in ("output", "outputs", "input", "inputs"):
            one = owner.outputs if name.startswith("output") else owner.inputs
            return one[0] if name == "input" and len(owner.inputs) == 1 else one
        if name == "__name__" and isinstance(owner, Class | Function):
            return owner.name if isinstance(owner, Class) else getattr(owner.node, "name", "function")
        if isinstance(owner, Partial) and name == "func":
            return owner.function
        if name == "__dict__":
            raise Unreadable("__dict__ cannot be followed")
        return Builtin(owner, name)

    def instance_attribute(self, owner: Instance, name: str) -> Any:
        """An attribute of an object of the file."""
        if name in owner.attributes:
            return owner.attributes[name]
        found = self.member(owner, name)
        if isinstance(found, Function) and found.kind == "property":
            return self.call(found, [], {})
        if found is not None:
            return found
        if name == "__class__":
            return owner.cls
        if name == "training":
            return False
        if isinstance(owner.base, Container) and name in owner.base.modules:
            return owner.base.modules[name]
        if isinstance(owner.base, Leaf):
            return self.leaf_attribute(owner.base, name)
        if not is_module(owner.cls):
            if any(name in cls.members for cls in owner.cls.order()):
                return None
            raise Unreadable(f"{owner.cls.name} has no {name}")
        return Builtin(owner, name)

    def class_attribute(self, owner: Class, name: str) -> Any:
        """An attribute of a class."""
        if name == "__name__":
            return owner.name
        for cls in owner.order():
            if name in cls.members:
                found = cls.members[name]
                return (
                    replace(found, owner=owner)
                    if isinstance(found, Function) and found.kind == "classmethod"
                    else found
                )
        if name == "__init__":
            return Builtin(owner, name)
        raise Unreadable(f"{owner.name} has no {name} that can be followed")

    def tensor_attribute(self, owner: Tensor, name: str) -> Any:
        """x.shape, x.T, or a method."""
        if name == "shape":
            return tuple(owner.shape)
        if name == "ndim":
            return len(owner.shape)
        if name in ("T", "mT"):
            return Tensor(owner.shape[::-1] if name == "T" else (*owner.shape[:-2], *owner.shape[:-3:-1]))
        if name in ("device", "dtype", "is_cuda", "requires_grad", "grad", "layout"):
            return Opaque(f"a tensor's {name}")
        if name == "data":
            return owner
        return Builtin(owner, name)

    def call(self, function: Any, args: list[Any], named: dict[str, Any]) -> Any:
        """What a call gives."""
        self.step()
        if isinstance(function, Function):
            return self.call_function(function, args, named)
        if isinstance(function, Dotted):
            return self.call_outside(function.name, args, named)
        if isinstance(function, Leaf):
            return self.call_leaf(function, args, named)
        if isinstance(function, Class):
            return self.made(function, args, named)
        if isinstance(function, Instance):
            return self.call_instance(function, args, named)
        if isinstance(function, Builtin):
            return self.call_method(function.owner, function.name, args, named)
        if isinstance(function, Container):
            return self.call_container(function, args, named)
        if isinstance(function, Partial):
            return self.call(function.function, [*function.args, *args], {**function.named, **named})
        if isinstance(function, Graph):
            return self.call_graph(function, args)
        if isinstance(function, Opaque):
            return function
        raise Unreadable(f"a {type(function).__name__} is called here")

    def call_function(self, function: Function, args: list[Any], named: dict[str, Any]) -> Any:
        """A function of the file on its arguments."""
        if function.kind.startswith("@"):
            raise Unreadable(f"a function under {function.kind} cannot be followed")
        if self.depth >= DEEPEST:
            raise Unreadable(f"calls stand in calls more than {DEEPEST} deep")
        scope = Scope(function.scope)
        given = [function.owner, *args] if function.owner is not None else args
        if function.cls is not None and given:
            scope.method = (given[0], function.cls)
        name = getattr(function.node, "name", "lambda")
        scope.names |= self.bound(name, function, given, named)
        if isinstance(function.node, ast.Lambda):
            return self.deeper(lambda: self.value(function.node.body, scope))
        if self.is_generator(function.node):
            scope.yields = []
        result = self.deeper(lambda: self.returned(function.node.body, scope))
        return scope.yields if scope.yields is not None else result

    def is_generator(self, node: ast.AST) -> bool:
        """Whether a function yields; looked for once."""
        if node not in self.generators:
            self.generators[node] = any(isinstance(one, ast.Yield | ast.YieldFrom) for one in ast.walk(node))
        return self.generators[node]

    def deeper(self, work: Callable[[], Any]) -> Any:
        """Work one call deeper; the line is the caller's again behind it."""
        line = self.line
        self.depth += 1
        try:
            return work()
        finally:
            self.depth -= 1
            self.line = line

    def returned(self, body: Sequence[ast.stmt], scope: Scope) -> Any:
        """What a body returns."""
        try:
            self.block(body, scope)
        except Return as found:
            return found.value
        return None

    def bound(self, name: str, function: Function, args: list[Any], named: dict[str, Any]) -> dict[str, Any]:
        """The arguments under the names of the parameters."""
        spec, found, named = function.node.args, dict[str, Any](), dict(named)
        places = [one.arg for one in (*spec.posonlyargs, *spec.args)]
        if len(args) > len(places) and spec.vararg is None:
            raise Unreadable(f"{name} takes {len(places)} arguments, gets {len(args)}")
        found |= dict(zip(places, args, strict=False))
        if spec.vararg is not None:
            found[spec.vararg.arg] = tuple(args[len(places) :])
        defaults = dict(zip(places[len(places) - len(function.defaults) :], function.defaults, strict=True))
        words = [one.arg for one in spec.kwonlyargs]
        given = zip(words, function.named_defaults, spec.kw_defaults, strict=True)
        defaults |= {word: value for word, value, node in given if node is not None}
        for word in [*named]:
            if word in places or word in words:
                if word in found:
                    raise Unreadable(f"{name} gets {word} twice")
                found[word] = named.pop(word)
        if named and spec.kwarg is None:
            raise Unreadable(f"{name} takes no {next(iter(named))}"[:100])
        if spec.kwarg is not None:
            found[spec.kwarg.arg] = named
        missing = [one for one in (*places, *words) if one not in found and one not in defaults]
        if missing:
            raise Unreadable(f"{name} is called without {' and '.join(missing)}"[:200])
        return defaults | found

    def made(self, cls: Class, args: list[Any], named: dict[str, Any]) -> Instance:
        """An object of a class of the file."""
        made = Instance(cls, self.line)
        if any(base.name.startswith("enum.") for base in cls.outside()):
            raise Unreadable(f"{cls.name} is an enumeration")
        start = self.member(made, "__init__")
        if isinstance(start, Function):
            self.call(start, args, named)
        elif "fields of a dataclass" in cls.members:
            self.fill(made, cls.members["fields of a dataclass"], args, named)
        elif is_module(cls):
            self.begin(made, args, named)
        elif args or named:
            raise Unreadable(f"{cls.name} takes no arguments")
        return made

    def fill(
        self, made: Instance, fields: list[tuple[str, ast.expr | None]], args: list[Any], named: dict[str, Any]
    ) -> None:
        """The fields of an object of a dataclass."""
        given = dict(zip((name for name, _ in fields), args, strict=False)) | named
        for name, default in fields:
            if name not in given and default is None:
                raise Unreadable(f"{made.cls.name} is made without {name}")
            made.attributes[name] = given[name] if name in given else self.value(default, self.globals)  # type: ignore[arg-type]

    def begin(self, made: Instance, args: list[Any], named: dict[str, Any]) -> None:
        """super().__init__(...) where the class derives from a name from outside."""
        for base in made.cls.outside():
            if base.last in ("Sequential", "ModuleList", "ModuleDict"):
                made.base = self.container(base.last, framework_of(made.cls), args, named)
                return
            if base.last == "Model" and (args or "inputs" in named):
                made.base = self.graph(args, named)
                return
            leaf = self.layer(base.name, args, named) if base.last not in PLAIN_BASES else None
            if leaf is not None:
                made.base = leaf
            elif base.last not in PLAIN_BASES and not base.name.startswith(HARMLESS):
                raise Unreadable(f"{base.name}, from which {made.cls.name} derives, is not in this file")

    def call_instance(self, owner: Instance, args: list[Any], named: dict[str, Any]) -> Any:
        """A model or block on its input."""
        keras = framework_of(owner.cls) == KERAS and is_module(owner.cls)
        if keras and "built" not in owner.attributes:
            owner.attributes["built"] = True
            build = self.member(owner, "build")
            if isinstance(build, Function) and args and isinstance(args[0], Tensor):
                self.call(build, [tuple(args[0].shape)], {})
        for name in ("call", "forward") if keras else ("forward", "__call__"):
            if isinstance(found := self.member(owner, name), Function):
                return self.call(found, args, named)
        if owner.base is not None:
            return self.call(owner.base, args, named)
        raise Unreadable(f"{owner.cls.name} has no forward")

    def call_method(self, owner: Any, name: str, args: list[Any], named: dict[str, Any]) -> Any:
        """A function of Python, or a method of a value."""
        if owner is None:
            return self.python(name, args, named)
        if isinstance(owner, Super):
            return self.call_super(owner, name, args, named)
        if isinstance(owner, Tensor):
            return self.tensor_method(owner, name, args, named)
        if isinstance(owner, Class) and name == "__init__":
            return None
        lists = ("append", "add", "extend", "items", "keys", "values")
        if isinstance(owner, Instance) and isinstance(owner.base, Container) and name in lists:
            return self.container_method(owner.base, name, args)
        if isinstance(owner, Module):
            return self.module_method(owner, name, args, named)
        return self.plain_method(owner, name, args, named)

    def call_super(self, owner: Super, name: str, args: list[Any], named: dict[str, Any]) -> Any:
        """A method of the framework's class behind super()."""
        if not isinstance(owner.owner, Instance):
            return None
        if name == "__init__":
            if owner.owner.base is None and is_module(owner.owner.cls):
                self.begin(owner.owner, args, named)
            return None
        if name in ("forward", "__call__", "call") and owner.owner.base is not None:
            return self.call(owner.owner.base, args, named)
        if name in ("build", "train", "__setattr__", "extra_repr", "init_weights", "reset_parameters"):
            return None
        return self.module_method(owner.owner, name, args, named)

    def tensor_method(self, owner: Tensor, name: str, args: list[Any], named: dict[str, Any]) -> Any:
        """x.view(...), x.size(0), x.mean(...)."""
        if name == "size":
            return functions.size_of(owner, args, named)
        if name in ("dim", "ndimension"):
            return len(owner.shape)
        if name in ("numel", "nelement"):
            return functions.numbers_in(owner)
        if name == "get_shape":
            return tuple(owner.shape)
        if name in ("as_list", "tolist", "item", "numpy", "is_contiguous", "get_device", "element_size", "data_ptr"):
            return Opaque(f"a tensor's {name}")
        if name in ("new_zeros", "new_ones", "new_empty", "new_full"):
            return functions.result(name[4:], args, named)
        if not functions.known(name):
            raise Unreadable(f"a tensor's {name} cannot be followed")
        return self.traced(name, functions.result(name, [owner, *args], named), [owner, *args])


def _as_load(target: ast.expr) -> ast.expr:
    """The target of an assignment as a value."""
    if isinstance(target, ast.Name):
        return ast.Name(target.id, ast.Load())
    if isinstance(target, ast.Attribute):
        return ast.Attribute(target.value, target.attr, ast.Load())
    if isinstance(target, ast.Subscript):
        return ast.Subscript(target.value, target.slice, ast.Load())
    raise Unreadable("this assignment cannot be followed")
