"""Pooling of a matrix: maximum or average by hand, and where the gradient goes.

    y[i,j] = max or mean of x[i s + a - p, j s + b - p] over 0 <= a, b < k

Source: Goodfellow, Bengio and Courville, Deep Learning, 2016, section 9.3.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from cnnquiz.errors import GivenError, NoLayerError
from cnnquiz.layers.counts import slide
from cnnquiz.layers.windows import Window
from cnnquiz.mathematics.notation import chain, factor, series, step
from cnnquiz.mathematics.precise import exact
from cnnquiz.mathematics.sliding import Place, Sliding, grid
from cnnquiz.solution import Vector
from cnnquiz.solver.calculator import Case, Env, Quantity, Result, Results, Steps, Values, misconception, where
from cnnquiz.solver.givens import FLAG, choice, integer, matrix

_MOST_ENTRIES = 40_000
_SHOWN = 16  # windows that are worked out in steps
TOPIC = "by hand"
SHORTHAND = ("kind x",)
EXAMPLES = (
    "max --x '1 3 2 1; 4 2 0 1; 1 0 5 2; 3 1 2 2' --k 2",
    "average --x '1 3 2; 4 2 0; 1 0 5' --k 2 --s 1",
    "max --x '1 3; 4 2' --k 2 --dy 5",
)
QUANTITIES = (
    Quantity("kind", "pooling", choice("max", "average", also={"avg": "average", "mean": "average"}),
             "max or average", positional=True),
    Quantity("x", "input", matrix(), "the matrix; pooling works on each channel by itself"),
    Quantity("k", "kernel_size", integer(1, letters=False), "window size; without one, the whole matrix (global)",
             None),
    Quantity("s", "stride", integer(1, letters=False), "stride; without one, a window steps by its own size", None,
             only=where("k")),
    Quantity("p", "padding", integer(0, letters=False), "padding on each side, at most half the window", 0,
             only=where("k")),
    Quantity("ceil", "ceil_mode", FLAG, "whether an incomplete last window counts", False, only=where("k")),
    Quantity("counted", "count_include_pad", FLAG, "whether an average counts the padding", True,
             only=Case("with kind average and padding", lambda env: env["kind"] == "average" and env["p"])),
    Quantity("dy", "grad_output", matrix(), "the gradient of the loss by the output, to see where it goes", None),
)  # fmt: skip
RESULTS = (
    Result("y", "the output", answer=True, label="output y"),
    Result("value", "the output, where it is a single number"),
    Result("output_size", "rows and columns of the output"),
    Result("dx", "the gradient of the loss by the input", answer=True, label="gradient dL/dX"),
)
CONVENTIONS = {
    "padding": lambda env: "" if not env["p"] else (
        "never the largest (-infinity)" if env["kind"] == "max" else
        "zeros, counted in the average" if env["counted"] else "left out of the average"),
    "rounding": lambda env: "" if not env["leftover"] else
    "up, an incomplete last window counts (ceil mode)" if env["ceil"] else
    "down, an incomplete last window does not count",
    "several largest": lambda env: "" if env["dy"] is None or env["kind"] != "max" else
    "the first of them, row by row, gets the gradient (PyTorch)",
}  # fmt: skip


def prepare(values: Values) -> Values:
    """The windows; refuses a padding of more than half of one, and a gradient of another size than the output."""
    if values["k"] is None:
        values = {**values, "s": 1, "p": 0, "ceil": False}
    x, k, p, dy = values["x"], values["k"], values["p"], values["dy"]
    size = (len(x), len(x[0]))
    window, s = (k, k) if k else size, values["s"] or k
    if 2 * p > min(window):
        raise NoLayerError(f"padding {p} is more than half the window {k}: padding <= {k // 2}", "p")
    axes = list(zip(size, window, strict=True))
    rows, columns = (Window(w, s=s, before=p, after=p).places(n, values["ceil"]) for n, w in axes)
    if dy is not None and (len(dy), len(dy[0])) != (rows, columns):
        raise GivenError(f"dy: it must be as large as the output: {rows} rows of {columns}", "dy")
    leftover = any((n + 2 * p - w) % s for n, w in axes)
    sliding = Sliding(size, window, (rows, columns), s, p)
    if sliding.products > _MOST_ENTRIES:
        said = f"x: its windows may hold {sliding.products:,} entries; at most {_MOST_ENTRIES:,} are worked"
        raise GivenError(said, "x")
    return {**values, "leftover": leftover, "sliding": sliding}


def _entries(env: Env, place: Place, sliding: Sliding | None = None) -> list[tuple[Any, Place]]:
    """What lies under a window, with its place, row by row."""
    return [(env["x"][r][c], (r, c)) for (r, c), _ in (sliding or env["sliding"]).under(place)]


def _divisor(env: Env, place: Place) -> int:
    """How many an average divides by: a window that reaches beyond the padding is cut off there."""
    sliding, p = env["sliding"], env["p"]
    if not env["counted"]:
        return _inside(env, place)
    ends = (min(at * sliding.s + k, n + 2 * p)
            for at, k, n in zip(place, sliding.window, sliding.size, strict=True))  # fmt: skip
    high, wide = (int(end - at * sliding.s) for end, at in zip(ends, place, strict=True))
    return high * wide


def _inside(env: Env, place: Place) -> int:
    """How many entries of the matrix lie under a window."""
    return len(_entries(env, place))


def _outputs(env: Env, kind: str = "", divisor: Any = None, sliding: Sliding | None = None) -> Vector:
    """The output; the other arguments change it, as misconceptions do."""

    def value(row: int, column: int) -> Any:
        numbers = [one for one, _ in _entries(env, (row, column), sliding)]
        if (kind or env["kind"]) == "max":
            return max(numbers)
        return exact(Fraction(sum(numbers)) / (divisor or _divisor)(env, (row, column)))

    return grid((sliding or env["sliding"]).places, value)


def _first_largest(env: Env, place: Place) -> Place:
    """Where the largest entry of a window lies."""
    entries = _entries(env, place)
    return next(at for one, at in entries if one == max(entry for entry, _ in entries))


def _gradient(env: Env, everywhere: bool = False) -> Vector:
    """What each window hands back, added up; `everywhere`: to all of its entries alike, undivided."""
    found: dict[Place, Any] = {}
    for place in env["sliding"].every():
        dy, entries = env["dy"][place[0]][place[1]], [at for _, at in _entries(env, place)]
        if env["kind"] == "max" and not everywhere:
            entries = [_first_largest(env, place)]
        share = dy if env["kind"] == "max" or everywhere else exact(Fraction(dy) / _divisor(env, place))
        for at in entries:
            found[at] = found.get(at, 0) + share
    return grid(env["sliding"].size, lambda r, c: exact(found.get((r, c), 0)))


def _forward(y: Vector) -> Values:
    found: Values = {"y": y, "output_size": (len(y), len(y[0]))}
    return found | ({"value": y[0][0]} if len(y) == len(y[0]) == 1 else {})


def work(env: Env) -> Values:
    """The output, and the gradient of the input."""
    return _forward(_outputs(env)) | ({} if env["dy"] is None else {"dx": _gradient(env)})


def explain(env: Env, results: Results, want: str | None) -> Steps:
    """Each window; then each gradient, and where it goes."""
    windows = list(env["sliding"].every())[:_SHOWN]
    if want != "dx":
        yield from _size_steps(env)
        for i, j in windows:
            numbers = [one for one, _ in _entries(env, (i, j))]
            if env["kind"] == "max":
                filled = chain("max(", series(numbers, ", "), ")")
            else:
                added = series([factor(one) if at else one for at, one in enumerate(numbers)], " + ")
                filled = chain("(", added, f")/{_divisor(env, (i, j))}")
            yield step(f"Window [{i},{j}]", f"y[{i},{j}]", filled, results["y"][i][j], of="y")
        yield step("The output", value=results["y"], of="y")
    if env["dy"] is not None and want in (None, "dx"):
        why = "Only the largest entry decided the output: it gets the whole gradient, the others nothing."
        if env["kind"] != "max":
            why = "Each entry counts in the mean with the same share, and gets that share of the gradient."
        for i, j in windows:
            dy = env["dy"][i][j]
            if env["kind"] == "max":
                r, c = _first_largest(env, (i, j))
                yield step(f"Window [{i},{j}]", f"dy[{i},{j}] -> x[{r},{c}]", value=dy, why=why, of="dx")
            else:
                many = _divisor(env, (i, j))
                share = exact(Fraction(dy) / many)
                yield step(f"Window [{i},{j}]", f"dy[{i},{j}]/n", chain(dy, f"/{many}"), share, why, "dx")
            why = ""
        yield step("Add up what comes to each entry", value=results["dx"], of="dx")


def _size_steps(env: Env) -> Steps:
    sliding, rounding = env["sliding"], "ceil" if env["ceil"] else "floor"
    for word, n, k, o in zip(("Rows", "Columns"), sliding.size, sliding.window, sliding.places, strict=True):
        rule, filled = f"{rounding}((i + 2*p - k)/s) + 1", f"{rounding}(({n} + 2*{env['p']} - {k})/{sliding.s}) + 1"
        late = env["ceil"] and o != -((k - n - 2 * env["p"]) // sliding.s) + 1
        why = "A window that would start in the padding behind is left out." if late else ""
        yield step(word, f"o = {rule}" + (" - 1" if late else ""), filled + (" - 1" if late else ""), o, why, "y")


def count(env: Env) -> Values:
    """Every entry handed to the windows that it lies in; each window sorted, or added up; gradients the same way."""
    x, k, s, p = env["x"], env["sliding"].window, env["sliding"].s, env["p"]
    axes = zip(env["sliding"].size, k, strict=True)
    rows, columns = (slide(n, Window(w, s=s, before=p, after=p), env["ceil"]) for n, w in axes)
    held: dict[Place, list[tuple[Any, int, int]]] = {(i, j): [] for i in range(rows) for j in range(columns)}
    padded: dict[Place, int] = dict.fromkeys(held, 0)
    for r in range(-p, len(x) + p):
        for c in range(-p, len(x[0]) + p):
            over = [(i, j) for i in _over(r + p, k[0], s, rows) for j in _over(c + p, k[1], s, columns)]
            inside = 0 <= r < len(x) and 0 <= c < len(x[0])
            for place in over:
                padded[place] += 1
                if inside:
                    held[place].append((x[r][c], -r, -c))
    if env["kind"] == "max":
        found = _forward(grid((rows, columns), lambda i, j: sorted(held[i, j])[-1][0]))
    else:
        many = {place: padded[place] if env["counted"] else len(held[place]) for place in held}
        found = _forward(grid((rows, columns), lambda i, j: exact(
            sum(Fraction(one) / many[i, j] for one, _, _ in held[i, j]))))  # fmt: skip
    if env["dy"] is not None:
        dx = [[Fraction(0)] * len(x[0]) for _ in x]
        for (i, j), entries in held.items():
            for _, r, c in sorted(entries)[-1:] if env["kind"] == "max" else entries:
                dx[-r][-c] += Fraction(env["dy"][i][j]) / (1 if env["kind"] == "max" else many[i, j])
        found["dx"] = grid((len(x), len(x[0])), lambda r, c: exact(dx[r][c]))
    return found


def _over(at: int, k: int, s: int, places: int) -> list[int]:
    """The windows along one axis that an entry of the padded input lies in."""
    return [one for one in range(min(places, at // s + 1)) if at < one * s + k]


def _slid(env: Env, s: int, p: int, ceil: bool) -> Values:
    """With another stride, padding or rounding, where a window fits then."""
    size, window = env["sliding"].size, env["sliding"].window
    if any(n + 2 * p < k for n, k in zip(size, window, strict=True)):
        return {}
    sizes = zip(size, window, strict=True)
    rows, columns = (Window(k, s=s, before=p, after=p).places(n, ceil) for n, k in sizes)
    other = Sliding(size, window, (rows, columns), s, p)
    return _forward(_outputs({**env, "p": p, "sliding": other}))


_AVERAGE, _MAX = {"kind": ("average",)}, {"kind": ("max",)}
MISCONCEPTIONS = (
    misconception("average-for-max", "The largest entry of each window stays, not the mean.", where=_MAX,
                  wrong=lambda env: _forward(_outputs(env, "average", _inside))),
    misconception("max-for-average", "The mean of each window stays, not the largest entry.", where=_AVERAGE,
                  wrong=lambda env: _forward(_outputs(env, "max"))),
    misconception("summed", "An average divides by the number of entries.", where=_AVERAGE,
                  wrong=lambda env: _forward(_outputs(env, divisor=lambda env, place: 1))),
    misconception("padding-not-counted", "The zeros of the padding are counted in the average.", where=_AVERAGE,
                  wrong=lambda env: _forward(_outputs({**env, "counted": False})) if env["counted"] else {}),
    misconception("padding-counted", "The padding is left out of the average.", where={"counted": (False,)},
                  wrong=lambda env: _forward(_outputs({**env, "counted": True}))),
    misconception("stride-one", "A window moves by the stride; without one, by its own size.",
                  wrong=lambda env: _slid(env, 1, env["p"], env["ceil"])),
    misconception("stride-equals-kernel", "The stride is given: it is not the window's size.",
                  wrong=lambda env: _slid(env, env["k"], env["p"], env["ceil"]) if env["k"] else {}),
    misconception("forgot-padding", "The padding was left out.",
                  wrong=lambda env: _slid(env, env["sliding"].s, 0, env["ceil"])),
    misconception("rounded-up", "An incomplete last window does not count here.", where={"ceil": (False,)},
                  wrong=lambda env: _slid(env, env["sliding"].s, env["p"], True)),
    misconception("rounded-down-in-ceil-mode", "An incomplete last window counts too (ceil mode).",
                  where={"ceil": (True,)}, wrong=lambda env: _slid(env, env["sliding"].s, env["p"], False)),
    misconception("gradient-to-all", "Only the largest entry of a window gets its gradient.", where=_MAX,
                  dx=lambda env: None if env["dy"] is None else _gradient(env, everywhere=True)),
    misconception("gradient-undivided", "Each entry gets only its share of the gradient.", where=_AVERAGE,
                  dx=lambda env: None if env["dy"] is None else _gradient(env, everywhere=True)),
    misconception("gradient-shared", "The largest entry gets all of it; only an average shares it out.", where=_MAX,
                  dx=lambda env: None if env["dy"] is None else
                  _gradient({**env, "kind": "average", "counted": False})),
)  # fmt: skip
