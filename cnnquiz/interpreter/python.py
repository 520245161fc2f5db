"""Python's own functions, and the methods of its lists, dicts and texts, within bounds."""

from __future__ import annotations

import ast
from typing import Any

from cnnquiz.interpreter import functions, operations
from cnnquiz.interpreter.frameworks import Frameworks, Partial, is_callable
from cnnquiz.interpreter.operations import SCALARS, truth
from cnnquiz.interpreter.values import (
    LONGEST,
    Builtin,
    Class,
    Container,
    Dotted,
    Function,
    Instance,
    Leaf,
    Module,
    Opaque,
    Tensor,
    Unreadable,
    whole,
)

_NAMES_WORDS = """
range len list tuple dict set zip enumerate reversed sorted sum min max abs int float str bool round isinstance
hasattr getattr setattr super print map filter any all type callable iter next divmod pow id repr format slice
issubclass frozenset chr ord object property staticmethod classmethod vars open input delattr
"""
NAMES = frozenset(_NAMES_WORDS.split())
_ERRORS_WORDS = """
Exception ValueError TypeError RuntimeError KeyError NotImplementedError AssertionError ImportError
ModuleNotFoundError IndexError AttributeError StopIteration Warning UserWarning DeprecationWarning OSError
FileNotFoundError
"""
ERRORS = frozenset(_ERRORS_WORDS.split())


class Python(Frameworks):
    """The part of a followed program that is Python's."""

    def weigh(self, *values: Any) -> None:
        """Count the work that long values are, which is done at one step."""
        for value in values:
            if isinstance(value, list | tuple | dict | set | str):
                self.step(len(value) // 20)

    def operation(self, sign: ast.operator, left: Any, right: Any) -> Any:
        """An operator between two values."""
        made = operations.binary(sign, left, right)
        self.weigh(made)
        return self.traced("", made, [left, right]) if isinstance(made, Tensor) else made

    def attribute(self, owner: Any, name: str) -> Any:
        """An attribute of any value."""
        raise NotImplementedError

    def set_attribute(self, owner: Any, name: str, value: Any) -> None:
        """owner.name = value."""
        raise NotImplementedError

    def plain_method(self, owner: Any, name: str, args: list[Any], named: dict[str, Any]) -> Any:
        """A method of a list, dict, text or number."""
        self.weigh(owner if name not in ("append", "get") else (), *args)
        if isinstance(owner, list):
            return self.list_method(owner, name, args, named)
        if isinstance(owner, dict):
            return self.dict_method(owner, name, args, named)
        if isinstance(owner, str):
            return self.text_method(owner, name, args, named)
        if isinstance(owner, tuple):
            if name == "numel":
                return functions.numbers_in(Tensor(owner))
            if name in ("index", "count") and args:
                return [operations.equal(args[0], one) for one in owner].index(True) if name == "index" else sum(
                    operations.equal(args[0], one) for one in owner)  # fmt: skip
            if name == "as_list":
                return list(owner)
        if isinstance(owner, set) and name == "add":
            return owner.add(operations.key(args[0]))
        if isinstance(owner, int | float) and name in ("is_integer", "item"):
            return float(owner).is_integer() if name == "is_integer" else owner
        if isinstance(owner, Function | Partial | Class):
            return Opaque(name)
        raise Unreadable(f".{name}() cannot be followed"[:100])

    def text_method(self, owner: str, name: str, args: list[Any], named: dict[str, Any]) -> Any:
        """A method of a text, an Opaque where that is long or formats more than plain values."""
        short = len(owner) < 10_000 and all(isinstance(one, int) or (isinstance(one, str) and len(one) < 1_000)
                                            for one in (*args, *named.values()))  # fmt: skip
        if name == "format" and owner.count("{") == owner.count("{}") == owner.count("}"):
            return owner.format(*args) if short and len(args) >= owner.count("{}") else Opaque("a text")
        simple = "lower upper strip split startswith endswith replace isdigit rstrip lstrip"
        if name in simple.split() and short and not named:
            try:
                return getattr(owner, name)(*args)
            except (TypeError, ValueError):
                raise Unreadable(f".{name}() of a text cannot be followed") from None
        return Opaque("a text")

    def list_method(self, owner: list[Any], name: str, args: list[Any], named: dict[str, Any]) -> Any:
        """A method of a list."""
        if len(owner) > LONGEST:
            raise Unreadable(f"a list of more than {LONGEST:,} elements")
        if name == "append":
            return owner.append(args[0])
        if name == "extend":
            return owner.extend(self.elements(args[0]))
        if name == "insert":
            return owner.insert(whole(args[0], "an index"), args[1])
        if name == "pop":
            at = whole(args[0], "an index") if args else -1
            if not -len(owner) <= at < len(owner):
                raise Unreadable("there is nothing to pop")
            return owner.pop(at)
        if name == "reverse":
            return owner.reverse()
        if name == "copy":
            return list(owner)
        if name == "clear":
            return owner.clear()
        if name in ("index", "count"):
            places = [at for at, one in enumerate(owner) if operations.equal(args[0], one)]
            if name == "count":
                return len(places)
            if places:
                return places[0]
        raise Unreadable(f"a list's {name} cannot be followed"[:100])

    def dict_method(self, owner: dict[Any, Any], name: str, args: list[Any], named: dict[str, Any]) -> Any:
        """A method of a dict."""
        if name in ("keys", "values"):
            return list(getattr(owner, name)())
        if name == "items":
            return list(owner.items())
        if name == "get":
            return owner.get(operations.key(args[0]), args[1] if len(args) > 1 else None)
        if name == "pop":
            key = operations.key(args[0])
            if key not in owner and len(args) < 2:
                raise Unreadable("there is no such key")
            return owner.pop(key, *args[1:])
        if name == "update":
            return owner.update({**(self.pairs(args[0]) if args else {}), **named})
        if name == "copy":
            return dict(owner)
        if name == "setdefault":
            return owner.setdefault(operations.key(args[0]), args[1] if len(args) > 1 else None)
        raise Unreadable(f"a dict's {name} cannot be followed"[:100])

    def python(self, name: str, args: list[Any], named: dict[str, Any]) -> Any:
        """A function of Python."""
        self.weigh(*(one for one in args if name not in ("len", "isinstance", "range", "type")))
        work = getattr(self, f"py_{name}", None)
        if work is not None:
            return work(args, named)
        if name in ("print", "input", "open", "id", "repr", "format", "vars"):
            return None if name == "print" else Opaque(name)
        raise Unreadable(f"{name} cannot be followed here")

    def py_range(self, args: list[Any], named: dict[str, Any]) -> Any:
        """range."""
        numbers = [whole(one, "a number") for one in args]
        if not 1 <= len(numbers) <= 3 or (len(numbers) == 3 and numbers[2] == 0):
            raise Unreadable("range takes one to three numbers")
        return range(*numbers)

    def py_len(self, args: list[Any], named: dict[str, Any]) -> Any:
        """len."""
        one = args[0]
        if isinstance(one, Tensor):
            return one.shape[0] if one.shape else 0
        if isinstance(one, Container):
            return len(one.modules)
        if isinstance(one, Instance) and isinstance(one.base, Container):
            return len(one.base.modules)
        if isinstance(one, list | tuple | dict | set | str | range):
            return len(one)
        raise Unreadable("the length of this cannot be followed")

    def py_list(self, args: list[Any], named: dict[str, Any]) -> Any:
        """list, also of dicts and containers."""
        return self.elements(args[0]) if args else []

    def py_tuple(self, args: list[Any], named: dict[str, Any]) -> Any:
        """tuple."""
        return tuple(self.elements(args[0])) if args else ()

    def py_set(self, args: list[Any], named: dict[str, Any]) -> Any:
        """set."""
        return {operations.key(one) for one in self.elements(args[0])} if args else set()

    py_frozenset = py_set

    def py_dict(self, args: list[Any], named: dict[str, Any]) -> Any:
        """dict."""
        return {**(self.pairs(args[0]) if args else {}), **named}

    def py_zip(self, args: list[Any], named: dict[str, Any]) -> Any:
        """zip, as a list."""
        return list(zip(*(self.elements(one) for one in args), strict=False))

    def py_enumerate(self, args: list[Any], named: dict[str, Any]) -> Any:
        """enumerate, as a list."""
        start = args[1] if len(args) > 1 else named.get("start", 0)
        return list(enumerate(self.elements(args[0]), whole(start, "a number")))

    def py_reversed(self, args: list[Any], named: dict[str, Any]) -> Any:
        """reversed, as a list."""
        return self.elements(args[0])[::-1]

    def py_iter(self, args: list[Any], named: dict[str, Any]) -> Any:
        """iter, as a list."""
        return self.elements(args[0])

    def py_next(self, args: list[Any], named: dict[str, Any]) -> Any:
        """next of a list: its first element."""
        found = self.elements(args[0])
        if not found:
            raise Unreadable("there is no next element")
        return found[0]

    def py_sorted(self, args: list[Any], named: dict[str, Any]) -> Any:
        """sorted, of numbers or of texts."""
        found = self.elements(args[0])
        if (
            named.keys() - {"reverse"}
            or len({type(one) for one in found}) > 1
            or not all(isinstance(one, int | float | str) for one in found)
        ):
            raise Unreadable("this order cannot be followed")
        return sorted(found, reverse=truth(named.get("reverse", False)))

    def py_sum(self, args: list[Any], named: dict[str, Any]) -> Any:
        """sum, of numbers, tensors or lists."""
        found = self.elements(args[0])
        if any(isinstance(one, Opaque) for one in found):
            return Opaque("a sum")
        total = args[1] if len(args) > 1 else 0
        for one in found:
            total = self.operation(ast.Add(), total, one)
        return total

    def py_max(self, args: list[Any], named: dict[str, Any], least: bool = False) -> Any:
        """max and min of numbers."""
        found = self.elements(args[0]) if len(args) == 1 else args
        if named or not found or not all(isinstance(one, int | float) for one in found):
            raise Unreadable("this choice cannot be followed")
        return min(found) if least else max(found)

    def py_min(self, args: list[Any], named: dict[str, Any]) -> Any:
        """min."""
        return self.py_max(args, named, least=True)

    def py_abs(self, args: list[Any], named: dict[str, Any]) -> Any:
        """abs."""
        return abs(args[0]) if isinstance(args[0], int | float) else Opaque("abs")

    def py_int(self, args: list[Any], named: dict[str, Any]) -> Any:
        """int, of a number or of digits."""
        one = args[0] if args else 0
        if isinstance(one, float) and abs(one) < 10**15:
            return int(one)
        if isinstance(one, int):
            return int(one)
        if isinstance(one, str) and len(one) < 18 and one.strip().lstrip("-").isdigit():
            return int(one)
        return Opaque("a number")

    def py_float(self, args: list[Any], named: dict[str, Any]) -> Any:
        """float."""
        return float(args[0]) if isinstance(args[0], int | float) else Opaque("a number")

    def py_bool(self, args: list[Any], named: dict[str, Any]) -> Any:
        """bool."""
        return truth(args[0])

    def py_str(self, args: list[Any], named: dict[str, Any]) -> Any:
        """str of a plain value."""
        return operations.plain_text(args[0]) if args else ""

    def py_round(self, args: list[Any], named: dict[str, Any]) -> Any:
        """round."""
        if not all(isinstance(one, int | float) and abs(one) < 10**15 for one in args):
            return Opaque("a number")
        return round(args[0], *map(int, args[1:]))

    def py_chr(self, args: list[Any], named: dict[str, Any]) -> Any:
        """chr."""
        return chr(args[0]) if isinstance(args[0], int) and 0 <= args[0] < 0x110000 else Opaque("a text")

    def py_ord(self, args: list[Any], named: dict[str, Any]) -> Any:
        """ord."""
        return ord(args[0]) if isinstance(args[0], str) and len(args[0]) == 1 else Opaque("a number")

    def py_divmod(self, args: list[Any], named: dict[str, Any]) -> Any:
        """divmod."""
        left, right = (whole(one, "a number") for one in args)
        if right == 0:
            raise Unreadable("a division by 0")
        return divmod(left, right)

    def py_pow(self, args: list[Any], named: dict[str, Any]) -> Any:
        """pow."""
        return operations.binary(ast.Pow(), args[0], args[1])

    def py_any(self, args: list[Any], named: dict[str, Any]) -> Any:
        """any."""
        return any(truth(one) for one in self.elements(args[0]))

    def py_all(self, args: list[Any], named: dict[str, Any]) -> Any:
        """all."""
        return all(truth(one) for one in self.elements(args[0]))

    def py_map(self, args: list[Any], named: dict[str, Any]) -> Any:
        """map, as a list."""
        return [self.call(args[0], list(each), {}) for each in zip(*map(self.elements, args[1:]), strict=False)]

    def py_filter(self, args: list[Any], named: dict[str, Any]) -> Any:
        """filter, as a list."""
        found = self.elements(args[1])
        return [one for one in found if truth(one if args[0] is None else self.call(args[0], [one], {}))]

    def py_slice(self, args: list[Any], named: dict[str, Any]) -> Any:
        """slice."""
        return slice(*args)

    def py_callable(self, args: list[Any], named: dict[str, Any]) -> Any:
        """callable."""
        return is_callable(args[0])

    def py_object(self, args: list[Any], named: dict[str, Any]) -> Any:
        """object()."""
        return Opaque("an object")

    def py_hasattr(self, args: list[Any], named: dict[str, Any]) -> Any:
        """hasattr, of an object of the file."""
        owner, name = args
        if isinstance(owner, Instance) and isinstance(name, str):
            known = name in owner.attributes or any(name in cls.members for cls in owner.cls.order())
            return known or (isinstance(owner.base, Container) and name in owner.base.modules)
        if isinstance(owner, Leaf):
            return not isinstance(self.leaf_attribute(owner, str(name)), Builtin)
        raise Unreadable("hasattr of this cannot be followed")

    def py_getattr(self, args: list[Any], named: dict[str, Any]) -> Any:
        """getattr."""
        owner, name, *default = args
        if not isinstance(name, str):
            raise Unreadable("the name of this attribute cannot be followed")
        if default and isinstance(owner, Instance) and not self.py_hasattr([owner, name], {}):
            return default[0]
        return self.attribute(owner, name)

    def py_setattr(self, args: list[Any], named: dict[str, Any]) -> Any:
        """setattr."""
        owner, name, value = args
        if not isinstance(name, str):
            raise Unreadable("the name of this attribute cannot be followed")
        self.set_attribute(owner, name, value)

    def py_delattr(self, args: list[Any], named: dict[str, Any]) -> Any:
        """delattr."""
        owner, name = args
        if not isinstance(owner, Instance):
            raise Unreadable("this deletion cannot be followed")
        owner.attributes.pop(name, None)

    def py_type(self, args: list[Any], named: dict[str, Any]) -> Any:
        """type of a value."""
        one = args[0]
        if isinstance(one, Instance):
            return one.cls
        for word in (bool, int, float, str, list, tuple, dict):
            if type(one) is word:
                return Builtin(None, word.__name__)
        return Opaque("a type")

    def py_issubclass(self, args: list[Any], named: dict[str, Any]) -> Any:
        """issubclass of classes of the file."""
        if isinstance(args[0], Class) and isinstance(args[1], Class):
            return args[1] in args[0].order()
        raise Unreadable("this comparison of classes cannot be followed")

    def py_isinstance(self, args: list[Any], named: dict[str, Any]) -> Any:
        """isinstance."""
        one, kinds = args
        kinds = kinds if isinstance(kinds, tuple) else (kinds,)
        return any(_is_a(one, kind) for kind in kinds)


_TYPES: dict[str, Any] = {"int": int, "float": float, "str": str, "list": list, "tuple": tuple, "dict": dict,
                          "bool": bool, "set": set, "range": range}  # fmt: skip


def _is_a(one: Any, kind: Any) -> bool:
    """Whether a value is of a type, a class of the file, or one from outside."""
    if isinstance(kind, Builtin) and kind.owner is None and kind.name in _TYPES:
        return isinstance(one, _TYPES[kind.name])
    if isinstance(kind, Class):
        return isinstance(one, Instance) and kind in one.cls.order()
    if isinstance(kind, Dotted):
        return _is_of_outside(one, kind)
    raise Unreadable("this type cannot be followed")


_ABSTRACT: dict[str, tuple[type, ...]] = {
    "List": (list,), "Tuple": (tuple,), "Dict": (dict,), "OrderedDict": (dict,), "Sequence": (list, tuple, str),
    "Iterable": (list, tuple, str, dict, range), "Collection": (list, tuple, str, dict), "Mapping": (dict,),
    "Number": (int, float), "Integral": (int,), "Real": (int, float),
}  # fmt: skip


def _is_of_outside(one: Any, kind: Dotted) -> bool:
    """Whether a value is of a type from outside of the file."""
    name = kind.last
    if isinstance(one, Opaque):
        raise Unreadable(f"this depends on {one.words}")
    if name in _ABSTRACT:
        return isinstance(one, _ABSTRACT[name])
    if name in ("Tensor", "KerasTensor", "Variable"):
        return isinstance(one, Tensor)
    if name in ("Callable", "FunctionType"):
        return is_callable(one)
    if name == "Module":
        return isinstance(one, Module)
    if not kind.name.startswith(("torch.nn", "torch.Size", "keras", "tensorflow")) and isinstance(one, Module | Tensor):
        raise Unreadable(f"whether this is a {name} cannot be followed")
    if isinstance(one, Leaf):
        general = {"_BatchNorm": "bn", "_ConvNd": "conv", "_InstanceNorm": "instancenorm"}
        return one.constructor == name or general.get(name) == one.word
    if isinstance(one, Container):
        return one.kind == name
    if isinstance(one, Instance):
        return any(base.last == name for base in one.cls.outside())
    if isinstance(one, SCALARS):
        return False
    raise Unreadable(f"whether this is a {name} cannot be followed")
