"""Attention: scaled dot-product attention of small matrices by hand, with or without a causal mask.

    A = softmax(Q K'/sqrt(d)) V

Source: Vaswani and others, Attention is all you need, 2017, section 3.2.1.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from cnnquiz.errors import GivenError
from cnnquiz.mathematics.notation import chain, series, step, sum_of_products
from cnnquiz.mathematics.precise import exp, rounded, sqrt
from cnnquiz.mathematics.sympy_forms import from_sympy, sympy_value
from cnnquiz.solution import Drawing, Vector
from cnnquiz.solver.calculator import Drawings, Env, Quantity, Result, Results, Steps, Values, misconception
from cnnquiz.solver.givens import FLAG, matrix

_MOST = 12  # queries, and keys
_SHOWN = 16  # entries of a matrix that are worked out in steps
_FARTHEST = 1_000
QUANTITIES = (
    Quantity("Q", "query", matrix(64), "the queries, one a row: 1 0; 0 1", positional=True),
    Quantity("K", "key", matrix(64), "the keys, one a row; without them, the queries", None),
    Quantity("V", "value", matrix(64), "the values, one a row; without them, the keys", None),
    Quantity("causal", "is_causal", FLAG, "whether a query sees no key behind its own place", False),
    Quantity("scaled", "scaled", FLAG, "whether the scores are divided by sqrt(d)", True),
)
RESULTS = (
    Result("output", "for each query, the mean of the values by its weights", answer=True),
    Result("weights", "for each query, the weight of each key", answer=True, label="attention weights"),
    Result("scores", "the products of queries and keys, before scaling"),
)
TOPIC = "sequences, attention"
SYNONYMS = ("self-attention", "scaled dot product attention")
SHORTHAND = ("Q K V",)
EXAMPLES = ("'1 0; 0 1' --V '1 2; 3 4'", "'1 0; 0 1' --K '1 1; 0 1' --V '1 2; 3 4' --causal yes")
CONVENTIONS = {
    "scale": lambda env: f"1/sqrt({env['d']}), of the width of a key" if env["scaled"] else "none",
    "mask": lambda env: "a score behind the query's own place is -infinity" if env["causal"] else "",
}


def prepare(values: Values) -> Values:
    """All three matrices, and the scale; refuses sizes that do not fit."""
    Q = values["Q"]
    K = values["K"] or Q
    V = values["V"] or K
    if len(Q) > _MOST or len(K) > _MOST:
        raise GivenError(f"Q and K: at most {_MOST} rows are worked", "Q")
    if len(Q[0]) != len(K[0]):
        raise GivenError(f"K: its rows have {len(K[0])} numbers, but those of Q {len(Q[0])}: give as many", "K")
    if len(V) != len(K):
        raise GivenError(f"V: it has {len(V)} rows for {len(K)} keys: give one for each key", "V")
    scores = [[sum(a * b for a, b in zip(q, k, strict=True)) for k in K] for q in Q]
    if any(abs(one) > _FARTHEST for line in scores for one in line):
        raise GivenError(f"Q: a score is beyond {_FARTHEST:,}, where nothing is left to share", "Q")
    seen = [[not values["causal"] or at <= row for at in range(len(K))] for row in range(len(Q))]
    return {**values, "keys": K, "values": V, "raw": scores, "seen": seen, "d": len(K[0]),
            "root": sqrt(len(K[0])) if values["scaled"] else 1}  # fmt: skip


def _powers(env: Env, root: Any = None, seen: Any = None) -> list[list[Any]]:
    """For every query e to the power of each scaled score; 0 where the key is not seen."""
    return [
        [exp(Fraction(one) / (root or env["root"])) if visible else 0 for one, visible in zip(*pair, strict=True)]
        for pair in zip(env["raw"], seen or env["seen"], strict=True)
    ]


def _shares(rows: list[list[Any]]) -> list[list[Any]]:
    """Each number's share of its row."""
    return [[Fraction(one) / sum(row) for one in row] for row in rows]


def _found(env: Env, weights: list[list[Any]]) -> Values:
    """The weights, and the values that they mix."""
    columns = list(zip(*env["values"], strict=True))
    output = [[sum(w * v for w, v in zip(row, column, strict=True)) for column in columns] for row in weights]
    return {"weights": _matrix(weights), "output": _matrix(output)}


def _matrix(rows: list[list[Any]]) -> Vector:
    return Vector(Vector(map(rounded, row)) for row in rows)


def work(env: Env) -> Values:
    """Scores, their softmax, and what it makes of the values."""
    return {"scores": _matrix(env["raw"]), **_found(env, _shares(_powers(env)))}


def explain(env: Env, results: Results, want: str | None) -> Steps:
    """Each score as a sum of products; the scaled scores; the softmax of each row; each output."""
    places = [(i, j) for i in range(len(env["raw"])) for j in range(len(env["raw"][0]))][:_SHOWN]
    why = "A query and a key that point the same way give a large score."
    for i, j in places:
        filled = sum_of_products(env["Q"][i], env["keys"][j])
        yield step(f"Score [{i + 1},{j + 1}]", "sum_a Q_ia*K_ja", filled, env["raw"][i][j], why, "scores")
        why = ""
    yield step("Q K'", value=results["scores"], of="scores")
    if want == "scores":
        return
    scaled = [[rounded(Fraction(one) / env["root"]) for one in row] for row in env["raw"]]
    if env["scaled"] and env["d"] > 1:
        filled = chain("QK'/sqrt(", env["d"], ")")
        why = "The longer the vectors, the larger their products; the root keeps softmax from saturating."
        yield step("Scale", "QK'/sqrt(d)", filled, _matrix(scaled), why, "weights")
    for i, (row, powers) in enumerate(zip(results["weights"], _powers(env), strict=True)):
        if i * len(row) >= _SHOWN:
            break
        seen = [one for one, visible in zip(scaled[i], env["seen"][i], strict=True) if visible]
        total = rounded(sum(powers))
        terms = series([chain("exp(", one, ")") for one in seen], " + ")
        why = "Keys behind the query are masked: they get the weight 0." if len(seen) < len(row) else ""
        yield step(f"Sum of row {i + 1}", "sum_j exp(s_ij)", terms, total, why, "weights")
        shares = series([chain(rounded(one), "/", total) if one else 0 for one in powers], ", ")
        yield step(f"Weights of row {i + 1}", "exp(s_ij)/total", chain("[", shares, "]"), row, of="weights")
    yield step("Weights", value=results["weights"], of="weights")
    if want == "weights":
        return
    columns = list(zip(*env["values"], strict=True))
    for i, j in [(i, j) for i in range(len(env["raw"])) for j in range(len(columns))][:_SHOWN]:
        terms = sum_of_products(results["weights"][i], columns[j])
        yield step(f"Output [{i + 1},{j + 1}]", "sum_j A_ij*V_j", terms, results["output"][i][j], of="output")
    yield step("Output", value=results["output"], of="output")


def count(env: Env) -> Values:
    """By sympy, without any softmax: each weight is 1 over a sum of differences' exponentials, 1/sum exp(s_k - s_j)."""
    import sympy

    root = sympy.sqrt(env["d"]) if env["scaled"] else 1
    scores = [[sympy.Add(*(sympy_value(a) * sympy_value(b) for a, b in zip(q, k, strict=True))) for k in env["keys"]]
              for q in env["Q"]]  # fmt: skip
    weights = []
    for i, row in enumerate(scores):
        reach = len(row) if not env["causal"] else min(len(row), i + 1)
        sums = [sympy.Add(*(sympy.exp((other - one) / root) for other in row[:reach])) for one in row[:reach]]
        weights.append([1 / one for one in sums] + [sympy.Integer(0)] * (len(row) - reach))
    output = [[sympy.Add(*(w * sympy_value(line[at]) for w, line in zip(row, env["values"], strict=True)))
               for at in range(len(env["values"][0]))] for row in weights]  # fmt: skip
    found = {"scores": scores, "weights": weights, "output": output}
    return {name: Vector(Vector(map(from_sympy, row)) for row in rows) for name, rows in found.items()}


def _over_keys(env: Env) -> list[list[Any]]:
    """The softmax over the queries of each key, in place of the keys of each query."""
    columns = [list(one) for one in zip(*_powers(env), strict=True)]
    if any(not sum(one) for one in columns):
        return []
    return [list(row) for row in zip(*_shares(columns), strict=True)]


def _masked_by_zero(env: Env) -> list[list[Any]]:
    """With a score of 0 where a key is not seen."""
    return _shares([[one or 1 for one in row] for row in _powers(env)])


def _masked_behind(env: Env) -> list[list[Any]]:
    """With the weights of all keys, of which those that are not seen are left out."""
    every = _shares(_powers(env, seen=[[True] * len(row) for row in env["raw"]]))
    return [[one * shown for one, shown in zip(*pair, strict=True)] for pair in zip(every, env["seen"], strict=True)]


def _not_transposed(env: Env) -> Any:
    """The product Q K, where the sizes allow it."""
    if len(env["keys"]) != env["d"]:
        return None
    columns = list(zip(*env["keys"], strict=True))
    return _matrix([[sum(a * b for a, b in zip(q, column, strict=True)) for column in columns] for q in env["Q"]])


MISCONCEPTIONS = (
    misconception("not-transposed", "Each query meets each key, which is a row of K: Q K', not Q K.",
                  scores=_not_transposed),
    misconception("forgot-scale", "The scores are divided by the root of the keys' width.",
                  where={"scaled": (True,)}, wrong=lambda env: _found(env, _shares(_powers(env, root=1)))),
    misconception("scaled-by-width", "Divide by the root of the width, not by the width.",
                  where={"scaled": (True,)}, wrong=lambda env: _found(env, _shares(_powers(env, root=env["d"])))),
    misconception("softmax-over-queries", "Softmax goes along each row: the weights of one query add up to 1.",
                  wrong=lambda env: _found(env, weights) if (weights := _over_keys(env)) else {}),
    misconception("forgot-softmax", "Softmax makes weights of the scores, which add up to 1.",
                  wrong=lambda env: _found(env, [[Fraction(s) / env["root"] for s in row] for row in env["raw"]])),
    misconception("forgot-mask", "A query sees no key behind its own place.", where={"causal": (True,)},
                  wrong=lambda env: _found(env, _shares(_powers(env, seen=[[True] * len(r) for r in env["raw"]])))),
    misconception("masked-by-zero", "A masked score is -infinity: exp(0) would still be 1.",
                  where={"causal": (True,)}, wrong=lambda env: _found(env, _masked_by_zero(env))),
    misconception("masked-behind-softmax", "Mask before softmax, so that the weights that stay add up to 1.",
                  where={"causal": (True,)}, wrong=lambda env: _found(env, _masked_behind(env))),
)  # fmt: skip


def drawings(env: Env, results: Results) -> Drawings:
    """The weights as shades."""
    yield Drawing("shades", {"rows": [list(map(float, row)) for row in results["weights"]]})
