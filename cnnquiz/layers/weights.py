"""The weights of a convolution: the lines that `conv` and `params` share, and their misconceptions."""

from __future__ import annotations

from typing import Any

from cnnquiz.errors import NoLayerError
from cnnquiz.layers.window_givens import numbers, tally
from cnnquiz.solver.calculator import Misconception, misconception
from cnnquiz.solver.lines import Env, line

DEPTH = "A filter reaches through all the input channels, so it has a weight for every place and channel."
LINES = (
    line("w", "prod(k)*C", "Weights of one filter", DEPTH, name="filter_weights", when="g == 1"),
    line(
        "w", "prod(k)*C/g", "Weights of one filter",
        "In groups, each filter sees only its own share of the input channels.",
        name="filter_weights", when="g != 1",
    ),
    line("f", "w + 1", "Add its bias", "Each filter has one bias.", name="filter_parameters", when="bias"),
    line("f", "w", name="filter_parameters", when="not bias"),
    line("parameters", "f*F", "All filters",
         "The same filters serve at every position: the image size does not matter."),
)  # fmt: skip

SLIPS: tuple[Misconception, ...] = (
    misconception("forgot-bias", "One bias for each filter is missing.", f="w"),
    misconception("forgot-depth", "Each filter also reaches through all input channels.", w="prod(k)"),
    misconception("forgot-depth-and-bias", "Both the depth and the biases are missing.", w="prod(k)", f="w"),
    misconception(
        "one-bias-per-layer", "There is one bias for each filter, not one for the layer.", parameters="w*F + 1",
    ),
    misconception(
        "bias-per-channel", "One bias for each filter, not for each filter and channel.",
        parameters="(prod(k) + 1)*C*F",
    ),
    misconception(
        "no-weight-sharing",
        "The same weights serve at every position: parameters do not depend on the image size.",
        parameters="f*F*prod(o)",
    ),
    misconception("one-filter-only", "That is one filter; there are F of them.", parameters="f"),
    misconception("forgot-groups", "Each filter sees only C/groups channels.", w="prod(k)*C"),
)  # fmt: skip


def must_divide(env: dict[str, Any]) -> None:
    """Refuses groups that do not divide the channels or the filters."""
    g = env["g"]
    for name, what in (("C", "input channels"), ("F", "filters")):
        if numbers(g, env[name]) and env[name] % g:
            remedy = f"take a divisor of {env[name]}"
            raise NoLayerError(f"groups {g} do not divide the {env[name]} {what}: {remedy}", "groups")


def counted(env: Env) -> dict[str, Any]:
    """The parameters, by walking through the filters and adding up the numbers that each holds."""
    k, C, F, g = env["k"], env["C"], env["F"], env["g"]
    if not numbers(C, F, g, *(k or (None,))):
        return {}
    weights = tally(*k, sum(1 for channel in range(C) if channel * g // C == 0) if C <= 100_000 else C // g)
    return {"parameters": tally(weights + (1 if env["bias"] else 0), F)}
