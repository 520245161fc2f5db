"""Recurrent cell: one step of an RNN, LSTM or GRU by hand, from weights or from the values of its gates.

    LSTM: c' = f c + i g, h' = o tanh(c');  GRU: h' = (1 - z) n + z h;  RNN: h' = tanh(W x + U h + b)

Source: Goodfellow, Bengio and Courville, Deep Learning, 2016, section 10.10; PyTorch, torch.nn.LSTM and GRU.
"""

from __future__ import annotations

from typing import Any

from cnnquiz.errors import GivenError
from cnnquiz.mathematics.notation import chain, factor, step, sum_of_products
from cnnquiz.mathematics.precise import rounded, sigmoid, tanh
from cnnquiz.mathematics.sympy_forms import from_sympy, sympy_value
from cnnquiz.solution import Vector
from cnnquiz.solver.calculator import Case, Env, Quantity, Result, Results, Steps, Values, misconception, where
from cnnquiz.solver.givens import choice, matrix, numbers

_MOST = 16  # hidden numbers, and inputs
_SETS = {"rnn": "h", "lstm": "ifgo", "gru": "rzn"}
_NAMES = {"i": "input_gate", "f": "forget_gate", "o": "output_gate", "g": "candidate", "r": "reset_gate",
          "z": "update_gate", "n": "candidate"}  # fmt: skip
_WEIGHTS = Case("with weights W and U", lambda env: env["W"] is not None)
_LSTM, _GRU = where("cell", "lstm"), where("cell", "gru")


def _gate(short: str, name: str, cell: str, meaning: str) -> Quantity:
    """A gate's value, given in place of weights."""
    case = Case(f"with cell {cell} and without weights", lambda env: env["cell"] == cell and env["W"] is None)
    return Quantity(short, name, numbers(_MOST), f"{meaning}, in place of weights", None, only=case)


QUANTITIES = (
    Quantity("cell", "cell", choice(*_SETS), "rnn, lstm or gru", positional=True),
    Quantity("h", "hidden", numbers(_MOST), "the hidden state before; without one, zeros", None),
    Quantity("c", "cell_state", numbers(_MOST), "lstm: the cell state before; without one, zeros", None, only=_LSTM),
    Quantity("x", "input", numbers(_MOST), "the input", None, only=_WEIGHTS),
    Quantity("W", "weight_ih", matrix(), "the weights of the input, a row for each hidden number, set after set: "
             "i, f, g, o (lstm), r, z, n (gru)", None),
    Quantity("U", "weight_hh", matrix(), "the weights of the hidden state, in the same order", None, only=_WEIGHTS),
    Quantity("b", "bias_ih", numbers(4 * _MOST), "the biases, in the same order", None, only=_WEIGHTS),
    Quantity("bh", "bias_hh", numbers(4 * _MOST), "a second vector of biases, added to U h", None, only=_WEIGHTS),
    Quantity("nonlinearity", "nonlinearity", choice("tanh", "relu"), "rnn: the activation", "tanh",
             only=where("cell", "rnn")),
    _gate("i", "input_gate", "lstm", "the input gate"),
    _gate("f", "forget_gate", "lstm", "the forget gate"),
    _gate("g", "candidate", "lstm", "the candidate of the cell state"),
    _gate("o", "output_gate", "lstm", "the output gate (without it, the cell state alone)"),
    _gate("z", "update_gate", "gru", "the update gate, the share of the old state that stays"),
    _gate("n", "new_state", "gru", "the candidate of the hidden state"),
)  # fmt: skip
RESULTS = (
    Result("new_h", "the hidden state after this step", answer=True, label="hidden state"),
    Result("new_c", "the cell state after this step", answer=True, label="cell state"),
    *(Result(name, f"the value of the {name.replace('_', ' ')}") for name in dict.fromkeys(_NAMES.values())),
)
TOPIC = "sequences, attention"
SYNONYMS = ("lstm cell: cell lstm", "gru cell: cell gru", "rnn cell: cell rnn", "lstm: cell lstm", "gru: cell gru")
SHORTHAND = ("cell",)
EXAMPLES = (
    "lstm --i 0.8 --f 0.5 --g 0.5 --c 2 --o 1",
    "rnn --x 1,2 --h 0.5 --W '0.1 0.2' --U 0.4 --b 0.1",
    "gru --z 0.25 --n 0.8 --h 0.4",
)
CONVENTIONS = {
    "order": lambda env: {"lstm": "i, f, g, o (PyTorch)", "gru": "r, z, n (PyTorch)"}.get(env["cell"], "")
    if env["W"] else "",
    "update gate": lambda env: "z keeps the old state (PyTorch), which some texts turn round" if env["cell"] == "gru"
    else "",
    "reset gate": lambda env: "multiplies U h with its bias (PyTorch, Keras)" if env["cell"] == "gru" and env["W"]
    else "",
}


def prepare(values: Values) -> Values:
    """The sizes that go together, or the gates that are needed."""
    env, cell = dict(values), values["cell"]
    if env["W"] is None:
        needed = {"rnn": ("W",), "lstm": ("i", "f", "g"), "gru": ("z", "n")}[cell]
        for name in needed:
            if env[name] is None:
                weights = "the weights W and U" + ("" if cell == "rnn" else ", or the gates " + ", ".join(needed))
                raise GivenError(f"{name} is missing: a step takes {weights}", name)
        size = len(env[needed[0]])
        given = [*needed, *(["o"] if cell == "lstm" and env["o"] is not None else [])]
        return env | {"size": size} | _states(env, size, given)
    size, odd = divmod(len(env["W"]), len(_SETS[cell]))
    if odd or not 1 <= size <= _MOST:
        raise GivenError(f"W: {cell} takes {len(_SETS[cell])} rows for each hidden number, up to {_MOST} of these", "W")
    if env["x"] is None or len(env["x"]) != len(env["W"][0]):
        raise GivenError(f"x: the rows of W take {len(env['W'][0])} inputs", "x")
    if env["U"] is None or (len(env["U"]), len(env["U"][0])) != (len(env["W"]), size):
        raise GivenError(f"U: it has {len(env['W'])} rows of {size}, one number for each of the hidden state", "U")
    for name in ("b", "bh"):
        if env[name] is not None and len(env[name]) != len(env["W"]):
            raise GivenError(f"{name}: it has one number for each row of W, which are {len(env['W'])}", name)
    return env | {"size": size} | _states(env, size, [])


def _states(env: Env, size: int, given: list[str]) -> Values:
    """The states before, zeros where none is given."""
    for name in [*given, *(one for one in ("h", "c") if env[one] is not None)]:
        if len(env[name]) != size:
            raise GivenError(f"{name}: it has {len(env[name])} numbers, but there are {size} hidden ones", name)
    zeros = Vector([0] * size)
    return {"before": env["h"] or zeros, "memory": env["c"] or zeros}


def _sums(env: Env) -> dict[str, list[tuple[Any, Any]]]:
    """For every set of weights and each hidden number: what comes from the input, and from the hidden state."""
    found: dict[str, list[tuple[Any, Any]]] = {}
    for at, name in enumerate(_SETS[env["cell"]]):
        found[name] = []
        for row in range(at * env["size"], (at + 1) * env["size"]):
            sides = []
            for weights, values, bias in ((env["W"], env["x"], env["b"]), (env["U"], env["before"], env["bh"])):
                products = sum(w * v for w, v in zip(weights[row], values, strict=True))
                sides.append(products + (bias[row] if bias else 0))
            found[name].append((sides[0], sides[1]))
    return found


def _gates(env: Env, sums: Any = None) -> dict[str, list[Any]]:
    """The value of each gate and candidate, with 100 digits."""
    if env["W"] is None:
        return {name: list(env[name]) for name in "ifgozn" if env[name] is not None}
    sums = sums or _sums(env)
    gates: dict[str, list[Any]] = {}
    for name, pairs in sums.items():
        if name == "n":
            gates[name] = [tanh(a + r * b) for (a, b), r in zip(pairs, gates["r"], strict=True)]
        elif name in "gh":
            relu = name == "h" and env["nonlinearity"] == "relu"
            gates[name] = [max(0, a + b) if relu else tanh(a + b) for a, b in pairs]
        else:
            gates[name] = [sigmoid(a + b) for a, b in pairs]
    return gates


def _bare(values: Any) -> Any:
    """The only number of one, several as a list; rounded as results are."""
    found = Vector(map(rounded, values))
    return found[0] if len(found) == 1 else found


def _state(env: Env, gates: dict[str, list[Any]], squash: bool = True) -> Values:
    """The states that follow from the gates."""
    found: Values = {_NAMES[name]: _bare(values) for name, values in gates.items() if name in _NAMES}
    if env["cell"] == "rnn":
        return {"new_h": _bare(gates["h"])}
    if env["cell"] == "gru":
        kept = zip(gates["z"], gates["n"], env["before"], strict=True)
        return found | {"new_h": _bare([(1 - z) * n + z * h for z, n, h in kept])}
    parts = zip(gates["f"], env["memory"], gates["i"], gates["g"], strict=True)
    memory = [f * c + i * g for f, c, i, g in parts]
    found["new_c"] = _bare(memory)
    if "o" in gates:
        found["new_h"] = _bare([o * (tanh(c) if squash else c) for o, c in zip(gates["o"], memory, strict=True)])
    return found


def work(env: Env) -> Values:
    """The gates, and the states after them."""
    return _state(env, _gates(env))


_TITLES = {"i": "Input gate", "f": "Forget gate", "g": "Candidate", "o": "Output gate", "r": "Reset gate",
           "z": "Update gate", "n": "Candidate", "h": "Hidden state"}  # fmt: skip


def explain(env: Env, results: Results, want: str | None) -> Steps:
    """Each pre-activation as a sum of products, each gate, and the states."""
    gates = _gates(env)
    final = "new_h" if "new_h" in results else "new_c"
    if env["W"] is not None:
        yield from _gate_steps(env, gates, final)
    if env["cell"] == "gru":
        for at, (z, n, h) in enumerate(zip(gates["z"], gates["n"], env["before"], strict=True)):
            filled = chain("(1 - ", rounded(z), ")*", factor(rounded(n)), " + ", rounded(z), "*", factor(h))
            why = "The update gate mixes the old state with the candidate."
            value = rounded((1 - z) * n + z * h)
            yield step(_title(env, "Hidden state", at), "h' = (1 - z)*n + z*h", filled, value, why, "new_h")
    if env["cell"] == "lstm":
        for at, (f, c, i, g) in enumerate(zip(gates["f"], env["memory"], gates["i"], gates["g"], strict=True)):
            filled = sum_of_products([rounded(f), rounded(i)], [c, rounded(g)])
            memory = f * c + i * g
            why = "The forget gate keeps a share of the old, the input gate lets in a share of the new."
            yield step(_title(env, "Cell state", at), "c' = f*c + i*g", filled, rounded(memory), why, "new_c")
            if "o" in gates and want != "new_c":
                o, value = rounded(gates["o"][at]), rounded(gates["o"][at] * tanh(memory))
                filled = chain(factor(o), "*tanh(", rounded(memory), ")")
                yield step(_title(env, "Hidden state", at), "h' = o*tanh(c')", filled, value, of="new_h")


def _title(env: Env, title: str, at: int) -> str:
    return title + (f" {at + 1}" if env["size"] > 1 else "")


def _gate_steps(env: Env, gates: dict[str, list[Any]], final: str) -> Steps:
    """Of each set of weights: the sum, and what the activation makes of it."""
    for place, (name, pairs) in enumerate(_sums(env).items()):
        squash = {"g": "tanh", "n": "tanh", "h": env["nonlinearity"]}.get(name, "sigma")
        for at, (a, b) in enumerate(pairs):
            row = place * env["size"] + at
            sides = [
                sum_of_products(weights[row], values, bias[row] if bias else None)
                for weights, values, bias in ((env["W"], env["x"], env["b"]), (env["U"], env["before"], env["bh"]))
            ]
            title = _title(env, _TITLES[name], at)
            rule = "W*x + U*h" + (" + b" if env["b"] else "") + (" + b_h" if env["bh"] else "")
            if name == "n":
                r = gates["r"][at]
                yield step(f"{title}: from the input", "W*x + b", sides[0], a, of=final)
                yield step(f"{title}: from the state", "U*h + b_h", sides[1], b, of=final)
                filled, z = chain(a, " + ", factor(rounded(r)), "*", factor(b)), a + r * b
                why = "The reset gate decides how much of the old state the candidate sees."
                yield step(f"{title}: together", "W*x + b + r*(U*h + b_h)", filled, rounded(z), why, final)
            else:
                z = a + b
                yield step(f"{title}: the sum", rule, chain(*sides, joint=" + "), z, of=final)
            applied = chain(f"{squash}(", rounded(z), ")")
            yield step(title, "", applied, rounded(gates[name][at]), of=final)


def count(env: Env) -> Values:
    """By sympy's exponentials, one long expression for each state: sigma(x) = e^x/(1 + e^x), tanh from e^(2x)."""
    gates = _counted_gates(env)
    old, memory = list(map(sympy_value, env["before"])), list(map(sympy_value, env["memory"]))
    found = {_NAMES[name]: values for name, values in gates.items() if name in _NAMES}
    if env["cell"] == "rnn":
        found["new_h"] = gates["h"]
    elif env["cell"] == "gru":
        found["new_h"] = [n + z * (h - n) for z, n, h in zip(gates["z"], gates["n"], old, strict=True)]
    else:
        parts = zip(gates["f"], memory, gates["i"], gates["g"], strict=True)
        found["new_c"] = [i * g + c * f for f, c, i, g in parts]
        if "o" in gates:
            found["new_h"] = [o * _squash(c) for o, c in zip(gates["o"], found["new_c"], strict=True)]
    numbers_of = {name: Vector(from_sympy(one + sympy_value(0)) for one in values) for name, values in found.items()}
    return {name: values[0] if len(values) == 1 else values for name, values in numbers_of.items()}


def _squash(x: Any) -> Any:
    import sympy

    return x if x == 0 else 1 - 2 / (sympy.exp(2 * x) + 1)


def _logistic(x: Any) -> Any:
    import sympy

    return sympy.exp(x) / (1 + sympy.exp(x))


def _counted_gates(env: Env) -> dict[str, list[Any]]:
    """The gates as sympy's numbers: given, or from the sums of their rows."""
    if env["W"] is None:
        return {name: list(map(sympy_value, env[name])) for name in "ifgozn" if env[name] is not None}
    gates: dict[str, list[Any]] = {}
    for at, name in enumerate(_SETS[env["cell"]]):
        rows = range(at * env["size"], (at + 1) * env["size"])
        sides = [(_counted_sum(env, row, "in"), _counted_sum(env, row, "state")) for row in rows]
        if name == "n":
            gates[name] = [_squash(a + r * b) for (a, b), r in zip(sides, gates["r"], strict=True)]
        elif env["nonlinearity"] == "relu" and name == "h":
            gates[name] = [(a + b + abs(a + b)) / 2 for a, b in sides]
        else:
            gates[name] = [(_squash if name in "gh" else _logistic)(a + b) for a, b in sides]
    return gates


def _counted_sum(env: Env, row: int, side: str) -> Any:
    """One row's sum over the input, or over the state before."""
    ways = {"in": (env["W"], env["x"], env["b"]), "state": (env["U"], env["before"], env["bh"])}
    weights, values, bias = ways[side]
    products = [sympy_value(w) * sympy_value(v) for w, v in zip(weights[row], values, strict=True)]
    return sum(products, sympy_value(bias[row]) if bias else sympy_value(0))


def _with(env: Env, **swapped: str) -> Values:
    """With gates in each other's place."""
    gates = _gates(env)
    return _state(env, {name: gates[swapped.get(name, name)] for name in gates})


def _states_only(found: Values) -> Values:
    return {name: value for name, value in found.items() if name.startswith("new")}


def _turned(env: Env) -> Values:
    gates = _gates(env)
    return _state(env, gates | {"z": [1 - z for z in gates["z"]]})


def _without(env: Env, side: int) -> Values:
    """Without what comes from the input, or from the hidden state."""
    if env["W"] is None:
        return {}
    sums = {name: [(a, 0) if side else (0, b) for a, b in pairs] for name, pairs in _sums(env).items()}
    return _state(env, _gates(env, sums))


def _forget_all(env: Env, by: int) -> Values:
    gates = _gates(env)
    return _state(env, gates | {"f": [by] * env["size"]})


MISCONCEPTIONS = (
    misconception("gates-swapped", "The forget gate belongs to the old cell state, the input gate to the candidate.",
                  where={"cell": ("lstm",)}, wrong=lambda env: _states_only(_with(env, i="f", f="i"))),
    misconception("forgot-forget-gate", "The forget gate keeps only a share of the old cell state.",
                  where={"cell": ("lstm",)}, wrong=lambda env: _states_only(_forget_all(env, 1))),
    misconception("forgot-memory", "The old cell state counts too.",
                  where={"cell": ("lstm",)}, wrong=lambda env: _states_only(_forget_all(env, 0))),
    misconception("forgot-tanh-of-cell", "The cell state passes through tanh before the output gate.",
                  where={"cell": ("lstm",)}, wrong=lambda env: _states_only(_state(env, _gates(env), squash=False))),
    misconception("update-turned-round", "The update gate is the share of the old state here (PyTorch).",
                  where={"cell": ("gru",)}, wrong=lambda env: _states_only(_turned(env))),
    misconception("forgot-recurrent", "The hidden state before comes in too.",
                  wrong=lambda env: _states_only(_without(env, 1))),
    misconception("forgot-activation", "The sum still passes through the activation.", where={"cell": ("rnn",)},
                  new_h=lambda env: _bare([a + b for a, b in _sums(env)["h"]])),
    misconception("sigmoid-for-tanh", "The hidden state of an RNN passes through tanh, not a sigmoid.",
                  where={"cell": ("rnn",)}, new_h=lambda env: _bare([sigmoid(a + b) for a, b in _sums(env)["h"]])),
)  # fmt: skip
