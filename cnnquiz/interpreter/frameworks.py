"""PyTorch and Keras as a program calls them: layers, containers, functional models, and the methods of modules."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

from msgspec import Struct

from cnnquiz.errors import GivenError
from cnnquiz.interpreter import functions, layers
from cnnquiz.interpreter.values import (
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
    Shape,
    Tensor,
    Unreadable,
    numel,
    shape_text,
    whole,
    wholes,
)
from cnnquiz.layers.constructors import KERAS, TORCH, Constructor, constructors

MOST_ROWS = 5_000
CONTAINERS = ("Sequential", "ModuleList", "ModuleDict")
PLAIN_BASES = ("Module", "Model", "Layer", "object", "ABC", "LightningModule", "ScriptModule", "Generic")
HARMLESS = ("logging", "warnings", "os", "sys", "time", "random", "typing", "typing_extensions", "re", "json",
            "argparse", "datetime", "pathlib", "abc", "enum", "__future__", "matplotlib", "PIL")  # fmt: skip
MERGING = {"Add": "add", "Subtract": "sub", "Multiply": "mul", "Average": "add", "Maximum": "maximum",
           "Minimum": "minimum", "Concatenate": "cat"}  # fmt: skip
_MERGING_CALLS = {name.lower(): name for name in MERGING}
_MATH = {name: getattr(math, name) for name in (
    "sqrt", "ceil", "floor", "log", "log2", "log10", "exp", "gcd", "pow", "fabs", "prod", "cos", "sin", "isclose",
)}  # fmt: skip
_KEPT_METHODS_WORDS = """
train eval to cuda cpu half float double apply requires_grad_ compile fit summary build evaluate predict load_weights
save load_state_dict state_dict zero_grad share_memory save_hyperparameters
"""
_KEPT_METHODS = frozenset(_KEPT_METHODS_WORDS.split())
_ATTRIBUTES = {"in_channels": "channels", "out_channels": "out", "kernel_size": "k", "stride": "s", "padding": "p",
               "dilation": "d", "groups": "groups", "in_features": "inputs", "out_features": "out", "filters": "out",
               "num_features": "channels", "embedding_dim": "width", "hidden_size": "hidden", "units": "out",
               "num_embeddings": "vocabulary", "input_size": "input", "normalized_shape": "shape", "p": "rate",
               "output_size": "size", "scale_factor": "k", "num_channels": "channels",
               "num_layers": "layers"}  # fmt: skip


class Row(Struct):
    """A layer that was worked: its input's and its output's shape as the framework writes them, with the batch."""

    module: Module | None
    kind: str
    before: Shape
    after: Any
    line: int


class Partial(Struct, eq=False):
    """functools.partial."""

    function: Any
    args: tuple[Any, ...]
    named: dict[str, Any]


class Super(Struct, eq=False):
    """super() of an object, behind a class."""

    owner: Any
    cls: Class


class Frameworks:
    """The part of a followed program that knows the frameworks."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.line = 0

    def call(self, function: Any, args: list[Any], named: dict[str, Any]) -> Any:
        """What a call gives."""
        raise NotImplementedError

    def step(self, many: int = 1) -> None:
        """Count work; Unreadable where it is too much."""
        raise NotImplementedError

    # Names from outside.

    def call_outside(self, name: str, args: list[Any], named: dict[str, Any]) -> Any:
        """A call of what is imported."""
        root, _, last = name.partition(".")[0], "", name.rpartition(".")[2]
        if root in HARMLESS:
            return Opaque(name)
        if root in ("torch", "tensorflow", "keras", "tf_keras"):
            return self.call_framework(name, last, args, named)
        if root == "math" and last in _MATH:
            return self.mathematics(last, args)
        if root == "functools" and last == "partial":
            return Partial(args[0], tuple(args[1:]), named)
        if root == "functools" and last == "reduce" and len(args) > 1:
            total, *rest = [*args[2:], *self.elements(args[1])]
            for one in rest:
                total = self.call(args[0], [total, one], {})
            return total
        if root == "operator" and last in ("mul", "add") and len(args) == 2:
            return args[0] * args[1] if last == "mul" else args[0] + args[1]
        if name in ("collections.OrderedDict", "collections.defaultdict"):
            return dict(self.pairs(args[0]) if args and last == "OrderedDict" else {}, **named)
        if name == "collections.namedtuple":
            raise Unreadable("a namedtuple cannot be followed")
        if name in ("copy.deepcopy", "copy.copy"):
            return self.copied(args[0])
        if name == "itertools.chain":
            return [one for each in args for one in self.elements(each)]
        if root == "numpy":
            return self.numpy(last, args)
        return Opaque(f"{name}, which is not in this file")

    def numpy(self, last: str, args: list[Any]) -> Any:
        """The few functions of NumPy that models count with."""
        if last == "prod" and args and isinstance(args[0], tuple | list) and all(isinstance(n, int) for n in args[0]):
            return whole(numel(tuple(args[0])), "a product")
        if last in ("int32", "int64", "int") and args:
            return int(args[0])
        if last in _MATH:
            return self.mathematics(last, args)
        return Opaque(f"numpy.{last}")

    def mathematics(self, name: str, args: list[Any]) -> Any:
        """A function of numbers."""
        flat = args[0] if name == "prod" and isinstance(args[0], list | tuple) else args
        if not all(isinstance(one, int | float) and abs(one) < 10**15 for one in flat):
            return Opaque(f"math.{name}")
        try:
            return _MATH[name](*args)
        except (ArithmeticError, ValueError, TypeError):
            raise Unreadable(f"math.{name} has no result here") from None

    def call_framework(self, name: str, last: str, args: list[Any], named: dict[str, Any]) -> Any:
        """A call of PyTorch or Keras."""
        side = TORCH if name.startswith("torch") else KERAS
        if ".init." in name or last.startswith(("manual_seed", "set_seed", "set_random_seed")):
            return None
        if last in ("is_scripting", "is_tracing", "is_available", "is_grad_enabled"):
            return False
        if last in CONTAINERS:
            return self.container(last, side, args, named)
        if side == KERAS and last in (*MERGING, "Lambda", "Bidirectional", "TimeDistributed"):
            return self.special(last, args, named)
        if side == KERAS and last in _MERGING_CALLS and args and isinstance(args[0], list | tuple):
            return self.call_leaf(self.special(_MERGING_CALLS[last], args[1:], named), [args[0]], {})
        if side == KERAS and last in ("Input", "InputLayer"):
            return self.keras_input(args, named)
        if side == KERAS and last == "Model" and (args or "inputs" in named or "input" in named):
            return self.graph(args, named)
        if made := self.layer(name, args, named):
            return made
        if last == "linspace" and len(args) == 3:
            return self.spaced(*args)
        if last == "Parameter":
            return self.parameter(args[0] if args else named.get("data"))
        if last == "Size" or last == "TensorShape":
            return tuple(self.elements(args[0]))
        if last == "int_shape" or (last == "shape" and side == KERAS):
            return args[0].shape
        if last == "Tensor" and args and all(isinstance(one, int) for one in args):
            return Tensor(tuple(args))
        if functions.known(last) and not name.startswith(("torch.nn.utils", "torch.jit")):
            return self.traced(last, functions.result(last, args, named), args)
        if name.startswith(("torch.nn.utils", "torch.jit", "torch.utils.checkpoint")) and args:
            return self.wrapped(last, args, named)
        return Opaque(name)

    def spaced(self, first: Any, last: Any, many: Any) -> list[float]:
        """torch.linspace, as a list of numbers."""
        steps = whole(many, "a count")
        if not all(isinstance(one, int | float) for one in (first, last)) or not 0 <= steps <= 1_000:
            raise Unreadable("this linspace cannot be followed")
        return [first + (last - first) * at / max(steps - 1, 1) for at in range(steps)]

    def wrapped(self, last: str, args: list[Any], named: dict[str, Any]) -> Any:
        """What only wraps a layer or a call: spectral_norm(layer), checkpoint(function, x)."""
        if last == "checkpoint":
            return self.call(args[0], args[1:], {})
        if last in ("spectral_norm", "script", "annotate"):
            return args[-1 if last == "annotate" else 0]
        return Opaque(f"torch.{last}")

    def layer(self, name: str, args: list[Any], named: dict[str, Any]) -> Leaf | None:
        """A layer of a framework by its constructor."""
        if not (".nn." in name or ".layers." in name or ".keras." in name or name.startswith("keras.")):
            return None
        if name.endswith(".MultiheadAttention"):
            return self.attention(args, named)
        made = constructors(name, TORCH if name.startswith("torch") else KERAS)
        return self.leaf(made[0], args, named) if made else None

    def leaf(self, made: Constructor, args: list[Any], named: dict[str, Any]) -> Leaf:
        """A layer with its arguments, and its parameters where it says them all."""
        try:
            values = made.values(args, {key: value for key, value in named.items() if key != "trainable"})
        except GivenError as fault:
            raise Unreadable(str(fault)) from None
        leaf = Leaf(made.name, made.word, made.framework, made.axes, values, self.line)
        leaf.parameters = layers.declared_parameters(leaf)
        if (shape := named.get("input_shape")) is not None and isinstance(shape, tuple | list):
            leaf.values["input"] = tuple(shape)
        elif isinstance(size := named.get("input_dim"), int) and leaf.word == "dense":
            leaf.values["input"] = (size,)
        return leaf

    def attention(self, args: list[Any], named: dict[str, Any]) -> Leaf:
        """nn.MultiheadAttention."""
        names = ("embed_dim", "num_heads", "dropout", "bias", "add_bias_kv", "add_zero_attn", "kdim", "vdim",
                 "batch_first")  # fmt: skip
        given = dict(zip(names, args, strict=False)) | named
        if given.get("add_bias_kv"):
            raise Unreadable("MultiheadAttention with add_bias_kv cannot be followed")
        values = {"width": given["embed_dim"], "bias": given.get("bias", True), "kdim": given.get("kdim"),
                  "vdim": given.get("vdim"), "batch_first": given.get("batch_first", False)}  # fmt: skip
        leaf = Leaf("MultiheadAttention", "attention", TORCH, 0, values, self.line)
        leaf.parameters = layers.declared_parameters(leaf)
        return leaf

    def parameter(self, value: Any) -> Any:
        """nn.Parameter of a tensor."""
        if not isinstance(value, Tensor):
            raise Unreadable("the shape of this parameter cannot be followed")
        return Tensor(value.shape, learned=True)

    def special(self, name: str, args: list[Any], named: dict[str, Any]) -> Leaf:
        """Keras' layers of several inputs, and those that hold a function or a layer."""
        values: dict[str, Any] = {"axis": args[0] if args and name == "Concatenate" else named.get("axis", -1)}
        leaf = Leaf(name, "merge" if name in MERGING else name.lower(), KERAS, 0, values, self.line)
        held = args[0] if args else named.get("function", named.get("layer"))
        if name == "Lambda":
            leaf.values["function"] = held
        elif name not in MERGING:
            if not isinstance(held, Leaf):
                raise Unreadable(f"{name} of this cannot be followed")
            leaf.inner = held
            leaf.values["merge_mode"] = named.get("merge_mode", "concat")
        return leaf

    def keras_input(self, args: list[Any], named: dict[str, Any]) -> Tensor:
        """keras.Input: a tensor of one sample."""
        shape = named.get("shape", named.get("input_shape", args[0] if args else None))
        if shape is None and isinstance(full := named.get("batch_shape"), tuple | list):
            shape = full[1:]
        if not isinstance(shape, tuple | list):
            raise Unreadable("the shape of this input cannot be followed")
        sizes = [
            self.open_size(len(shape), at) if one is None else whole(one, "a size") for at, one in enumerate(shape)
        ]
        return Tensor((1, *sizes))

    def open_size(self, axes: int, at: int) -> int:
        """A size that an input leaves open."""
        raise Unreadable("the input leaves a size open")

    def graph(self, args: list[Any], named: dict[str, Any]) -> Graph:
        """Keras' Model(inputs, outputs), with the layers between the two."""
        given = dict(zip(("inputs", "outputs"), args, strict=False)) | named
        inputs = given.get("inputs", given.get("input"))
        outputs = given.get("outputs", given.get("output"))
        inputs = list(inputs) if isinstance(inputs, tuple | list) else [inputs]
        left: list[Any] = list(outputs) if isinstance(outputs, tuple | list) else [outputs]
        if not all(isinstance(one, Tensor) for one in (*inputs, *left)):
            raise Unreadable("the inputs or outputs of this model cannot be followed")
        found: dict[int, Module] = {}
        seen: set[int] = set()
        while left:
            one = left.pop()
            if id(one) in seen or any(one is start for start in inputs):
                continue
            seen.add(id(one))
            if isinstance(one.maker, Module):
                found[id(one.maker)] = one.maker
            left += one.parents
        return Graph(inputs, outputs, [*reversed(found.values())], self.line)

    def container(self, kind: str, side: str, args: list[Any], named: dict[str, Any]) -> Container:
        """nn.Sequential(a, b), nn.Sequential(OrderedDict(...)), nn.ModuleList([...]), keras.Sequential([...])."""
        made = Container(kind, side, self.line)
        given = args or [named[name] for name in ("modules", "layers") if name in named]
        if len(given) == 1 and isinstance(given[0], dict):
            for name, one in given[0].items():
                self.put(made, one, str(name))
            return made
        if len(given) == 1 and (kind == "ModuleList" or side == KERAS) and given[0] is not None:
            given = self.elements(given[0])
        for one in given if given != [None] else []:
            self.put(made, one)
        return made

    def put(self, container: Container, one: Any, name: str = "") -> None:
        """Add a module to a container; Unreadable for what is none that is known."""
        if container.framework == KERAS and isinstance(one, Tensor):
            container.input = one.shape
            return
        if not isinstance(one, Module) and not (container.kind == "ModuleList" and one is None):
            what = one.words if isinstance(one, Opaque) else "this"
            raise Unreadable(f"{what} is no layer that can be followed")
        if container.framework == KERAS and isinstance(one, Leaf) and "input" in one.values and not container.modules:
            container.input = (1, *(whole(n, "input_shape") for n in one.values["input"]))
        container.add(one, name)

    def copied(self, value: Any) -> Any:
        """copy.deepcopy: modules are copied with all inside."""
        self.step()
        if isinstance(value, Leaf):
            twin = Leaf(value.constructor, value.word, value.framework, value.axes, value.values, value.line)
            twin.parameters, twin.inner = value.parameters, self.copied(value.inner)
            return twin
        if isinstance(value, Container):
            made = Container(value.kind, value.framework, value.line)
            made.modules = {name: self.copied(one) for name, one in value.modules.items()}
            made.added = value.added
            return made
        if isinstance(value, Instance):
            copy = Instance(value.cls, value.line)
            copy.attributes = {name: self.copied(one) for name, one in value.attributes.items()}
            copy.base = self.copied(value.base)
            return copy
        if isinstance(value, list | tuple):
            return type(value)(self.copied(one) for one in value)
        return {name: self.copied(one) for name, one in value.items()} if isinstance(value, dict) else value

    # Layers and containers at work.

    def traced(self, name: str, made: Any, args: list[Any], module: Module | None = None) -> Any:
        """The result with what it was made of, and a row for what changes a map without a layer."""
        inputs = [one for each in args for one in (each if isinstance(each, list | tuple) else [each])
                  if isinstance(one, Tensor)]  # fmt: skip
        for one in made if isinstance(made, tuple) else [made]:
            if isinstance(one, Tensor) and not any(one is each for each in inputs):
                one.parents, one.maker = tuple(inputs), module
        if inputs and isinstance(made, Tensor) and ("pool" in name or name in ("cat", "concat", "interpolate")):
            self.record(None, name, inputs[0].shape, made.shape, self.line)
        return made

    def record(self, module: Module | None, kind: str, before: Shape, after: Any, line: int) -> None:
        """Note a layer that was worked."""
        if len(self.rows) >= MOST_ROWS:
            raise Unreadable(f"these are more than {MOST_ROWS:,} layers")
        self.rows.append(Row(module, kind, before, after, line))

    def call_leaf(self, leaf: Leaf, args: list[Any], named: dict[str, Any]) -> Any:
        """A layer on its input."""
        self.step(5)
        x = args[0] if args else next(iter(named.values()), None)
        if isinstance(x, list | tuple) and len(x) == 1 and leaf.word != "merge":
            x = x[0]
        if leaf.word == "merge" and isinstance(x, list | tuple):
            name, axis = MERGING[leaf.constructor], leaf.values["axis"]
            made = functions.result(name, [x, axis], {}) if name == "cat" else functions.result(name, list(x), {})
            leaf.parameters = 0
        elif leaf.word == "lambda":
            made, leaf.parameters = self.call(leaf.values["function"], [x], {}), 0
        elif not isinstance(x, Tensor):
            raise Unreadable(f"{leaf.constructor} gets {x.words if isinstance(x, Opaque) else 'what is no tensor'}")
        else:
            made = self.leaf_output(leaf, x, args)
        before = x.shape if isinstance(x, Tensor) else self.elements(x)[0].shape
        shape = made.shape if isinstance(made, Tensor) else made[0].shape
        self.record(leaf, leaf.constructor, before, shape, leaf.line)
        return self.traced("", made, args, leaf)

    def leaf_output(self, leaf: Leaf, x: Tensor, args: list[Any]) -> Any:
        """What the layer makes; a fault names the line where the layer is made."""
        try:
            if leaf.word == "attention":
                if x.shape[-1] != leaf.values["width"]:
                    raise ModelFault(f"MultiheadAttention expects {leaf.values['width']} features, gets {x.shape[-1]}")
                return Tensor(x.shape), Opaque("attention weights")
            if leaf.word == "bidirectional" and isinstance(leaf.inner, Leaf):
                made = layers.output(leaf.inner, x)
                leaf.parameters = 2 * leaf.inner.own_parameters()
                if not isinstance(made, Tensor) or leaf.values["merge_mode"] != "concat":
                    raise Unreadable("this Bidirectional cannot be followed")
                return Tensor((*made.shape[:-1], 2 * made.shape[-1]))
            if leaf.word == "timedistributed" and isinstance(leaf.inner, Leaf):
                made = layers.output(leaf.inner, Tensor((x.shape[0], *x.shape[2:])))
                leaf.parameters = leaf.inner.own_parameters()
                return Tensor((x.shape[0], x.shape[1], *made.shape[1:]))
            return layers.output(leaf, x)
        except (ModelFault, Unreadable) as fault:
            fault.line = fault.line or leaf.line
            raise

    def call_container(self, container: Container, args: list[Any], named: dict[str, Any]) -> Any:
        """A Sequential on its input."""
        if container.kind != "Sequential":
            raise ModelFault(f"a {container.kind} cannot be called: call its layers")
        values = args
        for one in container.modules.values():
            values = [self.call(one, values, {})]
        if not values:
            raise Unreadable("a Sequential without an input")
        return values[0]

    def call_graph(self, graph: Graph, args: list[Any]) -> Any:
        """A functional model on an input like its own."""
        given = list(args[0]) if args and isinstance(args[0], list | tuple) else args
        shapes = [one.shape if isinstance(one, Tensor) else None for one in given]
        if shapes != [one.shape for one in graph.inputs]:
            raise Unreadable("a model on another input than its own cannot be followed")
        one = graph.outputs
        made = [Tensor(each.shape) for each in one] if isinstance(one, list | tuple) else Tensor(one.shape)
        return self.traced("", tuple(made) if isinstance(made, list) else made, given, graph)

    # Attributes.

    def leaf_attribute(self, leaf: Leaf, name: str) -> Any:
        """An attribute of a layer, as its framework shows it."""
        if name in ("weight", "bias"):
            return (
                self.weight(leaf) if name == "weight" else Opaque("a bias") if leaf.values.get("bias", True) else None
            )
        if name in _ATTRIBUTES and _ATTRIBUTES[name] in leaf.values:
            value = leaf.values[_ATTRIBUTES[name]]
            windowed = name in ("kernel_size", "stride", "padding", "dilation") and leaf.word in ("conv", "tconv")
            return (value,) * leaf.axes if windowed and isinstance(value, int) else value
        if name in (
            "data",
            "training",
            "inplace",
            "eps",
            "momentum",
            "running_mean",
            "running_var",
            "output_shape",
            "name",
        ):
            return Opaque(f"{leaf.constructor}.{name}")
        if name == "output":
            raise Unreadable("the output of a layer by its name cannot be followed")
        return Builtin(leaf, name)

    def weight(self, leaf: Leaf) -> Any:
        """The weights of a layer by their shape."""
        values = leaf.values
        if leaf.framework == TORCH and leaf.word == "conv":
            kernel = wholes(values["k"], leaf.axes, "kernel_size")
            return Tensor((values["out"], values["channels"] // values["groups"], *kernel))
        if leaf.framework == TORCH and leaf.word == "dense" and isinstance(values.get("inputs"), int):
            return Tensor((values["out"], values["inputs"]))
        return Opaque("weights")

    def module_method(self, owner: Module, name: str, args: list[Any], named: dict[str, Any]) -> Any:
        """A method of nn.Module or of Keras' Model."""
        if name in _KEPT_METHODS:
            return owner
        lists: dict[str, Callable[[], Any]] = {
            "modules": lambda: [one for _, one in self.walk(owner)],
            "named_modules": lambda: list(self.walk(owner)),
            "children": lambda: [one for _, one in owner.children()],
            "named_children": lambda: list(owner.children()),
            "parameters": lambda: [Opaque("a parameter") for _, one in self.walk(owner) if one.own_parameters()],
            "named_parameters": list, "buffers": list,
        }  # fmt: skip
        if name in lists:
            return lists[name]()
        if name in ("add_module", "register_module"):
            given = dict(zip(("name", "module"), args, strict=False)) | named
            return self.add_module(owner, str(given.get("name")), given.get("module"))
        if name in ("__getattr__", "get_submodule") and args and isinstance(args[0], str):
            return self.submodule(owner, args[0])
        if isinstance(owner, Instance) and name in ("register_buffer", "register_parameter", "add_weight"):
            return self.register(owner, name, args, named)
        if isinstance(owner, Container):
            return self.container_method(owner, name, args)
        if name in ("forward", "call", "__call__"):
            return self.call(owner, args, named)
        if name == "__setattr__" and isinstance(owner, Instance) and len(args) == 2:
            owner.attributes[str(args[0])] = args[1]
            return None
        if "hook" in name or name in ("extra_repr", "get_config", "double", "type", "set_weights", "reset_parameters"):
            return Opaque(name)
        raise Unreadable(f".{name}() is not in this file"[:100])

    def submodule(self, owner: Module, name: str) -> Module:
        """A module inside by its name, with dots for those further inside."""
        for part in name.split("."):
            found = dict(owner.children()).get(part)
            if found is None:
                raise Unreadable(f"there is no {name[:60]} in it")
            owner = found
        return owner

    def add_module(self, owner: Module, name: str, one: Any) -> None:
        """Register a module under a name."""
        if isinstance(owner, Instance) and isinstance(owner.base, Container):
            owner = owner.base
        if isinstance(owner, Container):
            self.put(owner, one, name)
        elif isinstance(owner, Instance):
            owner.attributes[name] = one

    def register(self, owner: Instance, name: str, args: list[Any], named: dict[str, Any]) -> Any:
        """register_buffer, register_parameter, or Keras' add_weight."""
        if name == "add_weight":
            shape = named.get("shape", next((one for one in args if isinstance(one, tuple | list)), None))
            if not isinstance(shape, tuple | list) or named.get("trainable", True) is not True:
                raise Unreadable("this weight cannot be followed")
            made = Tensor(tuple(whole(one, "a size") for one in shape), learned=True)
            owner.attributes[f"weight {len(owner.attributes)}"] = made
            return Tensor(made.shape)
        given = {"name": "", "tensor": None, "param": None} | named
        given |= dict(zip(("name", "param" if name == "register_parameter" else "tensor"), args, strict=False))
        value = given["param"] if name == "register_parameter" else given["tensor"]
        owner.attributes[str(given["name"])] = value
        return None

    def container_method(self, owner: Container, name: str, args: list[Any]) -> Any:
        """A method of a container."""
        if name in ("append", "add") and len(args) == 1:
            return self.put(owner, args[0])
        if name == "extend":
            for one in self.elements(args[0]):
                self.put(owner, one)
            return owner
        if name in ("keys", "values", "items"):
            return list(getattr(owner.modules, name)())
        if name == "forward" or name == "__call__":
            return self.call_container(owner, args, {})
        raise Unreadable(f"{owner.kind}.{name} cannot be followed")

    def walk(self, root: Module, prefix: str = "") -> Iterator[tuple[str, Module]]:
        """A module and all inside it, each once, by their names."""
        seen: set[int] = set()
        left: list[tuple[str, Module]] = [(prefix, root)]
        while left:
            self.step()
            name, one = left.pop()
            if id(one) in seen:
                continue
            seen.add(id(one))
            yield name, one
            inner = [(f"{name}.{child}" if name else child, module) for child, module in self.registered(one)]
            left += reversed(inner)

    def registered(self, one: Module) -> Iterator[tuple[str, Module]]:
        """The modules that a framework finds inside one: of Keras also those in lists."""
        if isinstance(one, Instance) and not is_module(one.cls):
            return
        for name, child in one.children():
            if not isinstance(child, Instance) or is_module(child.cls):
                yield name, child
        if isinstance(one, Leaf) and one.inner is not None and one.parameters is None:
            yield "layer", one.inner
        if isinstance(one, Instance) and framework_of(one.cls) == KERAS:
            for name, value in one.attributes.items():
                if isinstance(value, list | tuple):
                    yield from ((f"{name}.{at}", each) for at, each in enumerate(value) if isinstance(each, Module))

    def elements(self, value: Any) -> list[Any]:
        """What a loop over a value goes through."""
        if isinstance(value, list | tuple):
            found = list(value)
        elif isinstance(value, range):
            if len(value) > 100_000:
                raise Unreadable("a loop of more than 100,000 rounds")
            found = list(value)
        elif isinstance(value, dict | set | str):
            found = list(value)
        elif isinstance(value, Container):
            found = list(value.modules) if value.kind == "ModuleDict" else list(value.modules.values())
        elif isinstance(value, Instance) and isinstance(value.base, Container):
            found = list(value.base.modules.values())
        elif isinstance(value, Tensor) and value.shape and value.shape[0] <= 1_000:
            found = [Tensor(value.shape[1:]) for _ in range(value.shape[0])]
        else:
            what = value.words if isinstance(value, Opaque) else "this"
            raise Unreadable(f"{what} cannot be gone through")
        self.step(len(found))
        return found

    def pairs(self, value: Any) -> dict[Any, Any]:
        """A dict from a dict or from pairs."""
        if isinstance(value, dict):
            self.step(len(value) // 20)
            return dict(value)
        found = {}
        for one in self.elements(value):
            if not isinstance(one, tuple | list) or len(one) != 2 or not isinstance(one[0], str | int):
                raise Unreadable("these pairs cannot be followed")
            found[one[0]] = one[1]
        return found


def is_module(cls: Class) -> bool:
    """Whether a class derives from a module of a framework."""
    return any(base.last not in ("object", "ABC", "Generic") for base in cls.outside())


def framework_of(cls: Class) -> str:
    """The framework whose module a class derives from."""
    return KERAS if any(base.name.startswith(("keras", "tensorflow", "tf_keras")) for base in cls.outside()) else TORCH


def shape_of(value: Any) -> str:
    """The shape of a tensor in words, for messages."""
    return shape_text(value.shape) if isinstance(value, Tensor) else "no tensor"


def is_callable(value: Any) -> bool:
    """Whether a value may be called."""
    return isinstance(value, Function | Class | Module | Builtin | Dotted | Partial)
