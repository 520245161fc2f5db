"""Convolution of matrices: the output of a convolutional layer by hand, and its gradients.

    y[i,j] = sum_(a,b) x[i s + a - p, j s + b - p] k[a,b] + b

Source: Goodfellow, Bengio and Courville, Deep Learning, 2016, section 9.5.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from cnnquiz.errors import GivenError
from cnnquiz.layers.counts import slide
from cnnquiz.layers.windows import Window
from cnnquiz.mathematics.convolution import half_turn
from cnnquiz.mathematics.notation import chain, factor, series, step, sum_of_products, value_math
from cnnquiz.mathematics.precise import exact
from cnnquiz.mathematics.sliding import Place, Sliding, grid
from cnnquiz.solution import NO_MATH, Drawing, Vector
from cnnquiz.solver import givens
from cnnquiz.solver.calculator import (
    Case,
    Drawings,
    Env,
    Notes,
    Quantity,
    Result,
    Results,
    Steps,
    Values,
    misconception,
)
from cnnquiz.solver.givens import FLAG, integer, matrices

_MOST_PRODUCTS = 20_000
_SHOWN = 16  # entries of a matrix that are worked out in steps
TOPIC = "by hand"
SYNONYMS = ("convolve2d",)
SHORTHAND = ("x k",)
EXAMPLES = (
    "--x '1 2 3; 4 5 6; 7 8 9' --k '1 0; 0 -1'",
    "--x '1 2; 3 4 | 0 1; 1 0' --k '1 1; 1 1 | 2 0; 0 2' --p 1 --s 2 --b 1",
    "--x '1 -1 2; 0 1 -2; 3 -1 0' --k '2 0; -1 1' --dy '1 -1; 2 0'",
)
_FORWARDS = Case("where x and k are given", lambda env: not env["lacks"])
_ON_EACH_OTHER = Case("where x or k is given", lambda env: len(env["lacks"]) < 2)
QUANTITIES = (
    Quantity("x", "input", matrices(), "the input, channel after channel: 1 2; 3 4 | 5 6; 7 8 (dL/dX needs none)",
             None, positional=True),
    Quantity("k", "weight", matrices(), "the kernel, channel after channel, filter after filter (dL/dK needs none)",
             None),
    Quantity("b", "bias", givens.numbers(64), "the bias of each filter", None, only=_FORWARDS),
    Quantity("s", "stride", integer(1, letters=False), "stride", 1, only=_ON_EACH_OTHER),
    Quantity("p", "padding", integer(0, letters=False), "rows and columns of zeros on each side", 0,
             only=_ON_EACH_OTHER),
    Quantity("flip", "flip", FLAG, "turn the kernel round first (convolution as in signal processing)", False,
             only=_ON_EACH_OTHER),
    Quantity("dy", "grad_output", matrices(), "the gradient of the loss by the output, for the gradients", None),
)  # fmt: skip
RESULTS = (
    Result("y", "the output; of several filters, one matrix for each", answer=True, label="output y"),
    Result("value", "the output, where it is a single number"),
    Result("output_size", "rows and columns of the output"),
    Result("dk", "the gradient of the loss by the kernel", answer=True, label="gradient dL/dK"),
    Result("dx", "the gradient of the loss by the input", answer=True, label="gradient dL/dX"),
    Result("db", "the gradient of the loss by the biases", answer=True, label="gradient dL/db"),
)
CONVENTIONS = {
    "kernel": lambda env: "" if len(env["lacks"]) == 2 else (
        "turned round (convolution as in signal processing)" if env["flip"]
        else "as it is (cross-correlation, which deep learning calls convolution)"
    ),
    "rounding": lambda env: "down, an incomplete last window does not count" if env["leftover"] else "",
}


def prepare(values: Values) -> Values:
    """The kernels by filter and channel, as they lie on the input; refuses sizes that do not fit."""
    if max(values["s"], values["p"]) > 100:
        raise GivenError("s and p: at most 100 are worked", "s" if values["s"] > 100 else "p")
    values = {**values, "lacks": {name for name in ("x", "k") if values[name] is None}} | _filled(values)
    x, k, s, p = values["x"], values["k"], values["s"], values["p"]
    if len(k) % len(x):
        raise GivenError(f"k: {len(k)} matrices for {len(x)} channels: give one for each channel of each filter", "k")
    size, window = (len(x[0]), len(x[0][0])), (len(k[0]), len(k[0][0]))
    places = _places(size, window, s, p)
    laid = [half_turn(one) if values["flip"] else one for one in k]
    filters = [laid[at : at + len(x)] for at in range(0, len(k), len(x))]
    sliding = Sliding(size, window, places, s, p)
    if (products := sliding.products * len(k)) > _MOST_PRODUCTS:
        raise GivenError(f"x and k make up to {products:,} products; at most {_MOST_PRODUCTS:,} are worked", "x")
    bias = (None if values["lacks"] else values["b"]) or Vector([0] * len(filters))
    if len(bias) != len(filters):
        raise GivenError(f"b: {len(bias)} biases for {len(filters)} filters: give one for each filter", "b")
    dy = values["dy"]
    if dy is not None and (len(dy), len(dy[0]), len(dy[0][0])) != (len(filters), *places):
        shape = f"{places[0]} rows of {places[1]}" + (f", for each of {len(filters)} filters" if len(dy) > 1 else "")
        raise GivenError(f"dy: it must be as large as the output: {shape}", "dy")
    leftover = any((n + 2 * p - w) % s for n, w in zip(size, window, strict=True))
    return {**values, "leftover": leftover, "filters": filters, "biases": bias, "sliding": sliding}


def _filled(values: Values) -> Values:
    """Zeros of the size that dy asks for in place of an input or kernels that its gradients do without."""
    x, k, dy, s, p = (values[name] for name in ("x", "k", "dy", "s", "p"))
    if x is not None and k is not None:
        return {}
    name, known = ("x", k) if x is None else ("k", x)
    if dy is None:
        raise GivenError(f"{name} is missing: only the gradients of a dy do without it", name)
    places = len(dy[0]), len(dy[0][0])
    if known is None:  # the biases' gradients alone
        return {"x": _zeros(1, places), "k": _zeros(len(dy), (1, 1)), "s": 1, "p": 0, "flip": False}
    if s > 1:
        raise GivenError(f"{name} is missing: with stride {s}, its size does not follow from dy", name)
    other = len(known[0]), len(known[0][0])
    if name == "k":
        rows, columns = (n + 2 * p - o + 1 for n, o in zip(other, places, strict=True))
        many = len(dy) * len(known)
    else:
        rows, columns = (o - 1 + n - 2 * p for n, o in zip(other, places, strict=True))
        many = max(1, len(known) // len(dy))
    if min(rows, columns) < 1 or many > _MOST_PRODUCTS:
        raise GivenError(f"dy: no {'kernel' if name == 'k' else 'input'} gives an output of that size", "dy")
    return {name: _zeros(many, (rows, columns))}


def _zeros(many: int, size: Place) -> Vector:
    return Vector([grid(size, lambda row, column: 0)] * many)


def _follow(env: Env, found: Values) -> Values:
    """The results that follow where the input or the kernels are not known."""
    gone = {"x": ("y", "value", "output_size", "dk"), "k": ("y", "value", "output_size", "dx")}
    return {name: one for name, one in found.items() if not any(name in gone[lack] for lack in env["lacks"])}


def _places(size: Place, window: Place, s: int, p: int) -> Place:
    rows, columns = (Window(k, s=s, before=p, after=p).places(n) for n, k in zip(size, window, strict=True))
    return rows, columns


def _outputs(env: Env, **other: Any) -> list[Any]:
    """The matrix of each filter; `other` replaces what is prepared, as misconceptions do."""
    x, filters, biases, sliding = ({**env, **other}[name] for name in ("x", "filters", "biases", "sliding"))

    def value(kernels: Any, bias: Any, place: Any) -> Any:
        under = list(sliding.under(place))
        return bias + sum(
            image[r][c] * kernel[a][b]
            for image, kernel in zip(x, kernels, strict=True) for (r, c), (a, b) in under
        )  # fmt: skip

    return [grid(sliding.places, lambda i, j, k=kernels, b=bias: value(k, b, (i, j)))
            for kernels, bias in zip(filters, biases, strict=True)]  # fmt: skip


def _bare(found: list[Any]) -> Any:
    """One matrix as it is, several as a list of them."""
    return found[0] if len(found) == 1 else Vector(found)


def _forward(outputs: list[Any]) -> Values:
    """The output, its size, and its only number where it has one."""
    first = outputs[0]
    found: Values = {"y": _bare(outputs), "output_size": (len(first), len(first[0]))}
    if len(outputs) == len(first) == len(first[0]) == 1:
        found["value"] = first[0][0]
    return found


def _turned(env: Env, found: list[Any]) -> Any:
    """The gradients of the kernels as they are given: turned back where they were turned round."""
    return _bare([Vector(map(Vector, half_turn(one))) if env["flip"] else one for one in found])


def _kernel_gradients(env: Env, sliding: Any = None) -> list[Any]:
    """For every kernel as it lies on the input: each weight gets the sum of dy times what lay under it."""
    sliding = sliding or env["sliding"]
    return [
        grid(sliding.window, lambda a, b, image=image, dy=dy: sum(u * v for u, v in _pairs_of_weight(
            sliding, image, dy, (a, b))))
        for dy in env["dy"] for image in env["x"]
    ]  # fmt: skip


def _pairs_of_weight(sliding: Sliding, image: Any, dy: Any, tap: Place) -> list[tuple[Any, Any]]:
    """What the weight at that tap was multiplied by at each place, behind the gradient that comes in there."""
    found = []
    for i, j in sliding.every():
        r, c = i * sliding.s + tap[0] - sliding.p, j * sliding.s + tap[1] - sliding.p
        if 0 <= r < sliding.size[0] and 0 <= c < sliding.size[1]:
            found.append((dy[i][j], image[r][c]))
    return found


def _pairs_of_pixel(env: Env, channel: int, pixel: Place, filters: Any = None) -> list[tuple[Any, Any]]:
    """Each weight that the pixel was multiplied by, behind the gradient that comes in there."""
    sliding, found = env["sliding"], []
    for dy, kernels in zip(env["dy"], filters or env["filters"], strict=True):
        for i, j in sliding.every():
            a, b = pixel[0] - i * sliding.s + sliding.p, pixel[1] - j * sliding.s + sliding.p
            if 0 <= a < sliding.window[0] and 0 <= b < sliding.window[1]:
                found.append((dy[i][j], kernels[channel][a][b]))
    return found


def _input_gradients(env: Env, filters: Any = None) -> Any:
    sizes = range(len(env["x"]))
    return _bare([grid(env["sliding"].size, lambda r, c, at=at: sum(
        u * v for u, v in _pairs_of_pixel(env, at, (r, c), filters))) for at in sizes])  # fmt: skip


def _bias_gradients(env: Env) -> Any:
    found = Vector(sum(map(sum, dy)) for dy in env["dy"])
    return found if len(found) > 1 else found[0]


def work(env: Env) -> Values:
    """The output; for a gradient that comes in, the three that go on."""
    found = _forward(_outputs(env))
    if env["dy"] is not None:
        found["dk"], found["dx"] = _turned(env, _kernel_gradients(env)), _input_gradients(env)
        found["db"] = _bias_gradients(env)
    return _follow(env, found)


def explain(env: Env, results: Results, want: str | None) -> Steps:
    """The padded input, each output as a sum of products, each gradient as one."""
    if want in (None, "y", "value", "output_size") and not env["lacks"]:
        yield from _size_steps(env)
        yield from _output_steps(env, results)
    if env["dy"] is not None:
        yield from _gradient_steps(env, results, want)


def _size_steps(env: Env) -> Steps:
    sliding = env["sliding"]
    if env["flip"]:
        backwards = _turned(env, [Vector(map(Vector, one)) for one in env["k"]])
        yield step("Turn the kernel round", value=backwards, why="Convolution runs through it backwards.", of="y")
    if env["p"]:
        for number, image in enumerate(env["x"], 1):
            title = "Pad with zeros" if len(env["x"]) == 1 else f"Pad channel {number} with zeros"
            yield step(title, value=_padded(env, image), of="y")
    for word, n, k, o in zip(("Rows", "Columns"), sliding.size, sliding.window, sliding.places, strict=True):
        filled = chain("floor((", n, f" + 2*{env['p']} - ", k, f")/{env['s']}) + 1")
        yield step(word, "o = floor((i + 2*p - k)/s) + 1", filled, o, of="y")


def _padded(env: Env, image: Any) -> Vector:
    p, (rows, columns) = env["p"], env["sliding"].size
    return grid((rows + 2 * p, columns + 2 * p), lambda r, c: (
        image[r - p][c - p] if p <= r < p + rows and p <= c < p + columns else 0))  # fmt: skip


def _output_steps(env: Env, results: Results) -> Steps:
    outputs = [results["y"]] if len(env["filters"]) == 1 else results["y"]
    why = "Padding adds only products with zero, which are left out." if env["p"] else ""
    for number, (kernels, bias, y) in enumerate(zip(env["filters"], env["biases"], outputs, strict=True), 1):
        behind = f" of filter {number}" if len(outputs) > 1 else ""
        for i, j in list(env["sliding"].every())[: max(1, _SHOWN // len(env["k"]))]:
            under, sums = list(env["sliding"].under((i, j))), []
            name = f"y[{i},{j}]"
            for channel, (image, kernel) in enumerate(zip(env["x"], kernels, strict=True), 1):
                pairs = [(image[r][c], kernel[a][b]) for (r, c), (a, b) in under]
                sums.append(sum(u * v for u, v in pairs))
                plus = env["b"] and bias
                if len(kernels) == 1:
                    rule = f"{name} = sum_(a,b) x[i*s+a-p,j*s+b-p]*k[a,b]" + (" + b" if env["b"] else "")
                    yield step(f"Output {name}{behind}", rule, _sum(pairs, plus), y[i][j], why, "y")
                else:
                    yield step(f"{name}{behind}, channel {channel}", NO_MATH, _sum(pairs), sums[-1], why, "y")
                why = ""
            if len(kernels) > 1:
                added = series([factor(one) for one in [*sums, *([bias] if env["b"] else [])]], " + ")
                reason = "A filter adds up what its kernels give on all channels."
                yield step(f"Output {name}{behind}", "", added, y[i][j], reason, "y")
    yield step("The output", value=results["y"], of="y")


def _sum(pairs: list[tuple[Any, Any]], plus: Any = None) -> Any:
    if not pairs:
        return value_math(plus or 0)
    return sum_of_products((a for a, _ in pairs), (b for _, b in pairs), plus)


def _gradient_steps(env: Env, results: Results, want: str | None) -> Steps:
    """Of the first filter and channel, one by one; then the whole."""
    sliding, image, dy = env["sliding"], env["x"][0], env["dy"][0]
    behind = " (filter 1, channel 1)" if len(env["k"]) > 1 else ""
    if want in (None, "dk") and "dk" in results:
        why = "A weight was used once at every place, each time times what lay under it."
        rule = "dL/dk[a,b] = sum_(i,j) dy[i,j]*x[i*s+a-p,j*s+b-p]"
        found = _kernel_gradients(env)[0]
        for a, b in _entries(sliding.window):
            pairs = _pairs_of_weight(sliding, image, dy, (a, b))
            yield step(f"dL/dk[{a},{b}]{behind}", rule, _sum(pairs), found[a][b], why, "dk")
            why = ""
        why = "The kernel lay turned round: so does its gradient, until it is turned back." if env["flip"] else ""
        yield step("dL/dK", value=results["dk"], why=why, of="dk")
    if want in (None, "dx") and "dx" in results:
        why = "A pixel counts in every window that it lies in, each time times another weight."
        rule = "dL/dx[r,c] = sum_(i,j) dy[i,j]*k[r-i*s+p,c-j*s+p]"
        for r, c in _entries(sliding.size):
            pairs = _pairs_of_pixel(env, 0, (r, c))
            title = f"dL/dx[{r},{c}]" + (" (channel 1)" if len(env["x"]) > 1 else "")
            yield step(title, rule, _sum(pairs), sum(u * v for u, v in pairs), why, "dx")
            why = ""
        yield step("dL/dX", value=results["dx"], of="dx")
    if want in (None, "db"):
        why = "The bias is added to every output, so every gradient comes to it whole."
        for number, one in enumerate(env["dy"], 1):
            title = "dL/db" + (f" of filter {number}" if len(env["dy"]) > 1 else "")
            added = series([factor(entry) for row in one for entry in row], " + ")
            yield step(title, "dL/db = sum_(i,j) dy[i,j]", added, sum(map(sum, one)), why, "db")


def _entries(size: Place) -> list[Place]:
    return [(r, c) for r in range(size[0]) for c in range(size[1])][:_SHOWN]


def count(env: Env) -> Values:
    """Every product x k scattered to the place that it belongs to; gradients as what the loss gains by 1 more."""
    x, s, p = env["x"], env["s"], env["p"]
    sizes = zip(env["sliding"].size, env["sliding"].window, strict=True)
    rows, columns = (slide(n, Window(k, s=s, before=p, after=p)) for n, k in sizes)
    places = rows, columns
    filters = [env["k"][at : at + len(x)] for at in range(0, len(env["k"]), len(x))]
    found = _forward([_scatter(env, x, kernels, bias, places)
                      for kernels, bias in zip(filters, env["biases"], strict=True)])  # fmt: skip
    if env["dy"] is not None:
        window, size = env["sliding"].window, env["sliding"].size
        of_weights = [_loss(_scatter(env, x, unit, 0, places), dy)
                      for dy in env["dy"] for unit in _units(len(x), window)]  # fmt: skip
        pairs = list(zip(filters, env["dy"], strict=True))
        of_pixels = [sum(_loss(_scatter(env, unit, kernels, 0, places), dy) for kernels, dy in pairs)
                     for unit in _units(len(x), size)]  # fmt: skip
        found["dk"], found["dx"] = _bare(_cut(of_weights, window)), _bare(_cut(of_pixels, size))
        ones = Vector(_loss(grid(places, lambda i, j: 1), dy) for dy in env["dy"])
        found["db"] = ones if len(ones) > 1 else ones[0]
    return _follow(env, found)


def _scatter(env: Env, x: Any, kernels: Any, bias: Any, places: Place) -> Any:
    """One filter's output, every product added where it belongs."""
    y = [[bias] * places[1] for _ in range(places[0])]
    rows, columns = env["sliding"].window
    weights = [[(a, b, one) for a, row in enumerate(kernel) for b, one in enumerate(row) if one] for kernel in kernels]
    for image, taps in zip(x, weights, strict=True):
        pixels = [(r, c, one) for r, row in enumerate(image) for c, one in enumerate(row) if one]
        for r, c, pixel in pixels:
            for a, b, weight in taps:
                down, across = (rows - 1 - a, columns - 1 - b) if env["flip"] else (a, b)
                (i, over), (j, beside) = divmod(r + env["p"] - down, env["s"]), divmod(c + env["p"] - across, env["s"])
                if not over and not beside and 0 <= i < places[0] and 0 <= j < places[1]:
                    y[i][j] += pixel * weight
    return Vector(map(Vector, y))


def _loss(y: Any, dy: Any) -> Any:
    """The loss whose gradient by y is dy."""
    return sum(a * b for p, q in zip(y, dy, strict=True) for a, b in zip(p, q, strict=True))


def _units(many: int, size: Place) -> list[Any]:
    """For every entry of so many matrices: all of them zero but for a 1 there."""
    every = [(m, r, c) for m in range(many) for r in range(size[0]) for c in range(size[1])]
    return [[grid(size, lambda r, c, m=m, at=at: int(at == (m, r, c))) for m in range(many)] for at in every]


def _cut(entries: list[Any], size: Place) -> list[Any]:
    """So many numbers in a row as matrices."""
    return [grid(size, lambda r, c, at=at: entries[at + r * size[1] + c])
            for at in range(0, len(entries), size[0] * size[1])]  # fmt: skip


def _half_turned(env: Env) -> Any:
    return [[half_turn(kernel) for kernel in kernels] for kernels in env["filters"]]


def _slid(env: Env, s: int, p: int) -> Values:
    """With another stride or padding, where the kernel fits then."""
    size, window = env["sliding"].size, env["sliding"].window
    if any(n + 2 * p < k for n, k in zip(size, window, strict=True)):
        return {}
    return _forward(_outputs(env, sliding=Sliding(size, window, _places(size, window, s, p), s, p)))


def _turn(env: Env) -> Values:
    """Everything with the kernel the other way round."""
    found = _forward(_outputs(env, filters=_half_turned(env)))
    if env["dy"] is None:
        return found
    return found | {"dx": _input_gradients(env, _half_turned(env)),
                    "dk": _turned({"flip": not env["flip"]}, _kernel_gradients(env))}  # fmt: skip


def _of_gradients(env: Env, rule: Any) -> Any:
    return None if env["dy"] is None else rule(env)


def _mean_bias_gradient(env: Env) -> Any:
    many = env["sliding"].places[0] * env["sliding"].places[1]
    found = Vector(exact(Fraction(sum(map(sum, dy))) / many) for dy in env["dy"])
    return found if len(found) > 1 else found[0]


MISCONCEPTIONS = (
    misconception("kernel-turned", "A layer takes the kernel as it is; only signal processing turns it round.",
                  where={"flip": (False,)}, wrong=_turn),
    misconception("kernel-not-turned", "Convolution in the mathematical sense turns the kernel round.",
                  where={"flip": (True,)}, wrong=_turn),
    misconception("forgot-bias", "The bias is added to every output.",
                  wrong=lambda env: _forward(_outputs(env, biases=[0] * len(env["filters"])))),
    misconception("forgot-stride", "The window moves by the stride.", wrong=lambda env: _slid(env, 1, env["p"])),
    misconception("forgot-padding", "The zeros around the input count too.", wrong=lambda env: _slid(env, env["s"], 0)),
    misconception("first-channel-only", "A filter adds up what it gives on all channels.",
                  wrong=lambda env: _forward(_outputs(env, x=env["x"][:1], filters=[f[:1] for f in env["filters"]]))),
    misconception("bias-for-each-channel", "A filter has one bias, added once.",
                  wrong=lambda env: _forward(_outputs(env, biases=[b * len(env["x"]) for b in env["biases"]]))),
    misconception("bias-gradient-averaged", "The gradients are added up, not averaged.",
                  db=lambda env: _of_gradients(env, _mean_bias_gradient)),
    misconception("gradient-stride-forgotten", "The gradient that comes in lies on the input with the layer's stride.",
                  dk=lambda env: _of_gradients(env, lambda env: _turned(env, _kernel_gradients(
                      env, env["sliding"]._replace(s=1))))),
)  # fmt: skip


def notes(env: Env, results: Results) -> Notes:
    """What the other convention for the kernel gives."""
    other = _bare(_outputs(env, filters=_half_turned(env)))
    if not env["lacks"] and other != results["y"]:
        how = "as it is (cross-correlation)" if env["flip"] else "turned round (convolution as in signal processing)"
        yield f"With the kernel {how} it would be {value_math(other).ascii}."


def drawings(env: Env, results: Results) -> Drawings:
    """The kernel where it first lies on the input, of one channel and one filter."""
    if len(env["x"]) == len(env["filters"]) == 1 and not env["lacks"]:
        x, p, kernel = env["x"][0], env["p"], env["filters"][0][0]
        zeros = [[None] * (len(x[0]) + 2 * p)] * p
        padded = [*zeros, *([*[None] * p, *row, *[None] * p] for row in x), *zeros]
        window = [len(kernel), len(kernel[0])]
        yield Drawing("patch", {"x": padded, "window": window, "kernel": kernel, "y": _outputs(env)[0]})
