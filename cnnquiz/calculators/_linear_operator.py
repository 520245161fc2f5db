"""What the operator of `linear` is: one known by its name, an activation function, or an expression in x."""

from __future__ import annotations

from typing import Any

from cnnquiz.errors import GivenError
from cnnquiz.mathematics.activations import activation
from cnnquiz.mathematics.functions import NUMERIC, parse
from cnnquiz.mathematics.operators import OPERATORS, operator_name


def read(text: Any) -> tuple[str, Any]:
    """What the text means: ("operator", its name) or ("expression", the expression)."""
    word = str(text).strip()
    name = operator_name(word)
    if name is not None:
        return "operator", name
    try:
        f = activation(word)
        return "expression", parse(f.right if f.smooth else _CORNERED[f.name], "x")
    except GivenError:
        pass
    bare = word.removesuffix("(x)")
    if bare in NUMERIC:
        return "expression", parse(f"{bare}(x)", "x")
    if bare.replace("-", "").replace(" ", "").replace("_", "").isalpha() and word != "x":
        near = ", ".join(sorted(OPERATORS))
        raise GivenError(f"`{word[:40]}` names no operator known here: write an expression in x, or {near}", "operator")
    return "expression", parse(word, "x")


_CORNERED = {
    "relu": "max(x, 0)",
    "leaky-relu": "max(x, x/100)",
    "elu": "max(x, 0) + exp(min(x, 0)) - 1",
    "step": "step(x)",
}
