"""The misconceptions that go with a result, whichever calculator gives it: its unit, and the order of its axes.

They are recognised in answers; as a distractor, another order or unit would be a trap.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from cnnquiz.mathematics.expression import Env
from cnnquiz.solver.declaration import Misconception, Result, misconception

_UNITS = "One multiply-add is one MAC and two FLOPs: say which."


def _moved_channels(env: Env) -> Mapping[str, Any]:
    """The output's shape with its channels at the other end."""
    shape = env.get("shape", env.get("output_shape"))
    if not isinstance(shape, tuple) or len(shape) < 3:
        return {}
    return {"output_shape": (*shape[1:], shape[0]) if env.get("layout") == "chw" else (shape[-1], *shape[:-1])}


COMMON = {
    "macs": misconception("flops-as-macs", _UNITS, macs=lambda env: 2 * env["macs"]),
    "flops": misconception("macs-as-flops", _UNITS, flops=lambda env: env["flops"] // 2),
    "output_shape": misconception(
        "moved-channels", "You moved the channels: the numbers are right, and the axes stand in another order.",
        wrong=_moved_channels,
    ),
}  # fmt: skip


def common_misconceptions(results: Iterable[Result]) -> tuple[Misconception, ...]:
    """Those that go with these results."""
    return tuple(COMMON[result.name] for result in results if result.name in COMMON)
