"""The wrong rules by which people work receptive fields, for layers one behind another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cnnquiz.layers.layer_givens import WINDOWS
from cnnquiz.solver.calculator import misconception
from cnnquiz.solver.lines import Env

Chain = list[tuple[str, int, int, int]]


def _chain(env: Env) -> Chain:
    """Kind, kernel, stride and dilation of each window along the first axis; nothing where branches part."""
    if any(one.layer.kind in ("add", "concat", "tconv", "gap", "dense") for one in env["seen"]):
        return []
    windows = [one.layer for one in env["seen"] if one.layer.kind in WINDOWS]
    chain: Chain = []
    for layer in windows:
        k, s = layer.k[0], (layer.s or layer.k)[0]
        pool = layer.kind == "pool" or (layer.kind == "window" and k == s > 1)
        chain.append(("pool" if pool else "conv", k, s, layer.d[0]))
    return chain


def _wrong(rule: Callable[[Chain], int]) -> Callable[[Env], dict[str, Any]]:
    def wrong(env: Env) -> dict[str, Any]:
        chain = _chain(env)
        return {"receptive_field": rule(chain)} if chain else {}

    return wrong


def _grown(chain: Chain, own_first: bool = False, pools: bool = True, dilated: bool = True) -> int:
    """The field by the rule, with one thing done wrong."""
    r = j = 1
    for kind, k, s, d in chain:
        step = j * s if own_first else j
        r += (k - 1) * (d if dilated else 1) * step if pools or kind != "pool" else 0
        j *= s
    return r


def _product(chain: Chain) -> int:
    total = 1
    for _, k, _, _ in chain:
        total *= k
    return total


MISCONCEPTIONS = (
    misconception(
        "added-kernels", "Each further layer adds (k-1) times the product of the strides before it.",
        wrong=_wrong(lambda chain: sum(k for _, k, _, _ in chain)),
    ),
    misconception(
        "ignored-strides", "Strides before a layer widen its steps.",
        wrong=_wrong(lambda chain: 1 + sum((k - 1) * d for _, k, _, d in chain)),
    ),
    misconception(
        "own-stride-first", "A layer's own stride widens only the steps of the layers behind it.",
        wrong=_wrong(lambda chain: _grown(chain, own_first=True)),
    ),
    misconception(
        "skipped-pools", "A pool has a kernel too, and sees more than one value.",
        wrong=_wrong(lambda chain: _grown(chain, pools=False)),
    ),
    misconception(
        "forgot-dilation", "A dilated kernel reaches d(k-1)+1 pixels.",
        wrong=_wrong(lambda chain: _grown(chain, dilated=False)),
    ),
    misconception("multiplied-kernels", "Fields grow by addition, kernels are not multiplied.", wrong=_wrong(_product)),
)  # fmt: skip
