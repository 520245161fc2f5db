"""What each layer of a chain or of a network sees: its steps, and the same by walking indices back to the pixels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import count
from math import gcd, prod
from typing import Any, NamedTuple

from msgspec import Struct

from cnnquiz.errors import GivenError
from cnnquiz.layers.givens import network_givens, results_by_name
from cnnquiz.layers.kinds import windows_of
from cnnquiz.layers.layer import Layer, LayerFault, parse_layers, per_axis
from cnnquiz.layers.propagation import Join, LayerResult, Part
from cnnquiz.layers.state import LayerState, View, after_tconv, after_windows, one_number
from cnnquiz.layers.vocabulary import MAPS, SPREADING, WINDOWS
from cnnquiz.layers.windows import Window, adaptive_window
from cnnquiz.mathematics.expression import Env
from cnnquiz.mathematics.notation import chain, formula_step, value_math
from cnnquiz.mathematics.precise import exact
from cnnquiz.solution import NO_MATH, Step, text
from cnnquiz.solver.lines import alike_axes

MOST_EQUAL = 10_000  # equal layers
MOST_TAPS = 100  # of a transposed convolution that is walked back
MOST_FOLLOWED = 1_000_000  # indices that a walk back may follow, over all layers


def field_givens(values: dict[str, Any]) -> dict[str, Any]:
    """The givens of `rf` with what each layer sees.

    Adds the layers' results as `seen`, their `parts`, the number of axes as `axes_seen`, and, of the map before each
    layer, its size as `grids` and after how many values it sees alike as `periods`. Refuses layers that need the size
    of the map where it is not given.
    """
    if values["network"] is None and values["layers"] is None:
        return _equal_layers(values)
    if values["k"] is not None:
        raise GivenError("k belongs to equal layers without `layers` or a network: leave it out", "k")
    if values["network"] is not None or values["in"] is not None:
        return _network(values)
    return _layers_alone(values, parse_layers(values["layers"]))


def _equal_layers(values: dict[str, Any]) -> dict[str, Any]:
    """A stack of equal layers; nothing where one of their numbers is searched for."""
    if values["layer"] is not None or values["in"] is not None:
        raise GivenError("give a network or layers: as in vgg16, or --layers 'conv k3; pool k2'", "layers")
    k, s, d, n = numbers = [values[name] for name in ("k", "s", "d", "n")]
    if any(one is None for one in numbers):
        if k is None and n == 1:
            raise GivenError("give layers, as in --layers 'k3; k2 s2', or a network, or k", "layers")
        return {**values, "seen": []}
    if n > MOST_EQUAL:
        raise GivenError(f"n: {n} layers are too many: at most {MOST_EQUAL}", "n")
    return _layers_alone(values, (Layer("window", k=(k,), s=(s,), d=(d,)),) * n)


def _layers_alone(values: dict[str, Any], layers: Sequence[Layer]) -> dict[str, Any]:
    """Layers without the size of their input: it does not matter to windows."""
    numbers = [one for layer in layers for one in (layer.k, layer.s, layer.p, layer.d, layer.op)]
    axes = max((len(one) for one in numbers if not isinstance(one, str)), default=1)
    state = LayerState((), (), (View(),) * axes)
    seen = []
    for index, layer in enumerate(layers, 1):
        if layer.kind in ("adaptive", "gap", "dense"):
            raise LayerFault(f"layer {index} ({layer.kind}) sees the whole map: give in, or leave it out")
        after = _state_after(layer, state, axes, index)
        seen.append(LayerResult(layer, state, after))
        state = after
    if values["layer"] is not None:
        seen = _up_to(seen, values["layer"])
    return {**values, "seen": seen, "parts": tuple(one.layer for one in seen), "axes_seen": axes,
            "grids": {}, "periods": {}}  # fmt: skip


def _state_after(layer: Layer, state: LayerState, axes: int, index: int) -> LayerState:
    if layer.kind not in WINDOWS:
        return state
    try:
        after = after_tconv if layer.kind in SPREADING else after_windows
        return after(state, (), windows_of(layer, axes))
    except GivenError as fault:
        raise LayerFault(f"layer {index} ({layer.kind}): {fault}") from None


def _up_to(seen: list[LayerResult], name: Any) -> list[LayerResult]:
    """The layers up to the one of that number or name."""
    if str(name).isdigit() and 1 <= int(name) <= len(seen):
        return seen[: int(name)]
    for index, one in enumerate(seen, 1):
        if one.layer.name == name:
            return seen[:index]
    raise GivenError(f"layer: write its number, 1 to {len(seen)}", "layer")


def _network(values: dict[str, Any]) -> dict[str, Any]:
    """A network up to the layer that is asked for, or to its last map."""
    env = network_givens(values)
    results: list[LayerResult] = env["results"]
    maps = [one for one in results if one.layer.kind in (*WINDOWS, "adaptive", "add", "concat")]
    last = (maps or results)[-1] if env["layer"] is None else results_by_name(env["layer"], results)[-1]
    return {**env, **path_before(last, env["parts"], results)}


def path_before(last: LayerResult, parts: Sequence[Part], results: Sequence[LayerResult]) -> dict[str, Any]:
    """The part of a network that leads to one of its layers, as `field_givens` describes it."""
    parts = _path_to(parts, last.name)
    names = set(_names(parts))
    seen = [one for one in results if one.name in names]
    grids = {one.name: one.before.grid for one in results}
    periods = {one.name: [len(view.spans) for view in one.before.views] for one in results}
    return {"seen": seen, "parts": parts, "axes_seen": len(last.after.field), "grids": grids, "periods": periods}


def _path_to(parts: Sequence[Part], name: str) -> tuple[Part, ...]:
    """The parts on the way to the layer of that name; of branches that it stands in, only its own."""
    for index, part in enumerate(parts):
        if part.name == name:
            return tuple(parts[: index + 1])
        if isinstance(part, Join):
            for _, branch in part.branches:
                if inside := _path_to(branch, name):
                    return (*parts[:index], *inside)
    return ()


def _names(parts: Sequence[Part]) -> Iterator[str]:
    for part in parts:
        yield part.name
        if isinstance(part, Join):
            for _, branch in part.branches:
                yield from _names(branch)


def _walks(env: Env) -> list[IndexWalk]:
    """A walk back along each axis; none where the layers are not known, or transposed ones are too long to walk."""
    long = (one for one in _unequal(env) if max((*one.layer.k, *one.layer.s), default=1) > MOST_TAPS)
    if not env["seen"] or any(long):
        return []
    axes, most = env["axes_seen"], max(MOST_FOLLOWED // len(env["seen"]), 2)
    found = []
    for axis in range(axes):
        grids = {name: grid[axis] if axis < len(grid) else 1 for name, grid in env["grids"].items()}
        periods = {name: each[axis] for name, each in env["periods"].items()}
        found.append(IndexWalk(env["parts"], axis, axes, grids, periods, most))
    return found


def _unequal(env: Env) -> list[LayerResult]:
    """The layers behind which values may see unequally."""
    return [one for one in env["seen"] if one.layer.kind in (*SPREADING, "adaptive")]


class IndexWalk(Struct, frozen=True):
    """One walk back along one axis, from a value of the output to the pixels that it depends on.

    parts  the layers that are walked through
    grids  the size of the map before each layer, by its name; a layer that is not in it was not worked: the
           shortcut that is the input itself
    periods  after how many values that map sees alike
    most   so many indices are followed one by one; of more, only the ends of their span
    """

    parts: Sequence[Part]
    axis: int
    axes: int
    grids: Mapping[str, int]
    periods: Mapping[str, int]
    most: int

    def pixels(self, at: int) -> set[int]:
        """The pixels that the value at an index depends on; negative ones lie in the padding."""
        now = {at}
        for part in reversed(self.parts):
            now = self._before(part, now)
        return now

    def touched(self) -> int:
        """How many pixels the first value that sees something depends on."""
        return len(next(filter(None, map(self.pixels, count()))))

    def _before(self, part: Part, now: set[int]) -> set[int]:
        """The indices before one part, for these behind it."""
        if isinstance(part, Layer):
            return self._before_layer(part, now)
        found: set[int] = set()
        for name, branch in part.branches:
            one = now
            for inner in () if _is_direct(name, branch, self.grids) else reversed(branch):
                one = self._before(inner, one)
            found |= one
        return self._limit(found)

    def _before_layer(self, layer: Layer, now: set[int]) -> set[int]:
        if layer.kind in ("gap", "dense"):
            size, period = self.grids.get(layer.name, 1), self.periods.get(layer.name, 1)
            now = {index - index % period for index in now}  # there is one value; behind it the map begins anew
            taps = range(size) if size * len(now) <= self.most else (0, size - 1)
            return self._limit({index + tap for index in now for tap in taps})
        if layer.kind == "adaptive":
            n, size = self.grids[layer.name], per_axis("size", layer.size, self.axes)[self.axis]
            return self._limit({tap for index in now for tap in adaptive_window(n, size, index)})
        if layer.kind not in WINDOWS:
            return now
        window = layer.windows(self.axes)[self.axis]
        k, d = window.k, window.d
        if layer.kind in SPREADING:
            written = (divmod(index + window.before - tap * d, window.s) for index in now for tap in range(k))
            return self._limit({index for index, rest in written if rest == 0})
        taps = range(0, k * d, d) if k * len(now) <= self.most else (0, (k - 1) * d)
        return self._limit({index * window.s - window.before + tap for index in now for tap in taps})

    def period(self, layer: Layer) -> int:
        """After how many values behind it a layer's windows come back."""
        if layer.kind == "adaptive":
            size = per_axis("size", layer.size, self.axes)[self.axis]
            return size // gcd(size, self.grids[layer.name])
        return layer.windows(self.axes)[self.axis].s

    def _limit(self, now: set[int]) -> set[int]:
        """The indices, or the ends alone where there are too many to follow."""
        return now if len(now) <= self.most else {min(now), max(now)}


def _is_direct(name: str, branch: Sequence[Part], grids: Mapping[str, int]) -> bool:
    """Whether a branch is the shortcut that is the input itself."""
    return not branch or (name == "shortcut" and bool(grids) and branch[0].name not in grids)


class Pixels(NamedTuple):
    """Pixels as the bits of a number, bit 0 being the pixel `first`, and how far a step of one index reaches."""

    bits: int
    first: int = 0
    jump: int = 1


def _pixels_read(parts: Sequence[Part], axes: int, axis: int, grids: Mapping[str, int], seen: Pixels) -> Pixels:
    """The pixels that the first value reads, gathered from the first layer on: those seen before, at each tap."""
    for part in parts:
        if not isinstance(part, Layer):
            branches = [() if _is_direct(name, branch, grids) else branch for name, branch in part.branches]
            ways = [_pixels_read(branch, axes, axis, grids, seen) for branch in branches]
            first, bits = min(way.first for way in ways), 0
            for way in ways:
                bits |= way.bits << way.first - first
            seen = Pixels(bits, first, ways[0].jump)
        elif part.kind in WINDOWS or part.kind in ("gap", "dense"):
            window = part.windows(axes)[axis] if part.kind in WINDOWS else Window(grids.get(part.name, 1))
            bits = 0
            for tap in range(0, window.k * window.d, window.d):
                bits |= seen.bits << tap * seen.jump
            seen = Pixels(bits, seen.first - window.before * seen.jump, seen.jump * window.s)
    return seen


def field_results(env: Env) -> dict[str, Any]:
    """Field, jump and start behind the last layer, and behind each."""
    seen: Sequence[LayerResult] = env["seen"]
    if not seen:
        return {}
    last, walks = seen[-1].after, _walks(env)
    rows = [{"layer": one.layer.name or place, **_fields(one.after)} for place, one in enumerate(seen, 1)]
    found = _fields(last) | {"first": one_number(last.edge), "by_layer": rows}
    if walks and 0 not in last.field and _are_followed(seen, walks[0]):
        found["touched"] = one_number([walk.touched() for walk in walks])
    return found


def _are_followed(seen: Sequence[LayerResult], walk: IndexWalk) -> bool:
    """Whether all the pixels that the last value depends on are followed one by one."""
    widest = max((max(one.layer.k, default=1) for one in seen), default=1)
    return max(seen[-1].after.field) * widest <= walk.most


def _fields(state: LayerState) -> dict[str, Any]:
    numbers = {"receptive_field": state.field, "jump": state.jump, "start": state.start}
    return {name: one_number(value) for name, value in numbers.items()}


def field_counts(env: Env) -> dict[str, Any]:
    """From the first values back to the pixels that they touch; what is read, gathered forwards.

    Where values see unequally, as behind a transposed convolution, neither the centre nor what is read is counted.
    """
    walks = _walks(env)
    if not walks:
        return {}
    found: dict[str, list[Any]] = {"receptive_field": [], "jump": [], "first": [], "start": [], "touched": []}
    unequal = _unequal(env)
    for walk in walks:
        # Behind such layers, values see alike only so many apart
        period = prod(walk.period(one.layer) for one in unequal)
        pixels = [walk.pixels(at) for at in range(2 * period)]
        seen = [one for one in pixels[:period] if one]
        if not seen:
            return {}
        again = pixels[pixels.index(seen[0]) + period]
        found["receptive_field"].append(max(max(one) - min(one) + 1 for one in seen))
        found["jump"].append(Fraction(min(again) - min(seen[0]), period))
        found["first"].append(min(seen[0]))
        if not unequal:
            found["start"].append(Fraction(min(seen[0]) + max(seen[0]) + 1, 2))
        if not unequal and _are_followed(env["seen"], walk):
            read = _pixels_read(walk.parts, walk.axes, walk.axis, walk.grids, Pixels(1))
            found["touched"].append(read.bits.bit_count())
    return {name: one_number(values) for name, values in found.items() if values}


def steps(env: Env, results: Mapping[str, Any], want: str | None) -> Iterator[Step]:
    """A step for each layer that widens the field or the jump; then, unless the field alone is wanted, the rest."""
    if want != "jump":
        yield from _field_steps(env["seen"])
    if want in (None, "jump"):
        yield _jump_step(env["seen"], results)
    if want in (None, "start", "first"):
        yield from _start_steps(env["seen"][-1].after, want)


def _field_steps(seen: Sequence[LayerResult]) -> Iterator[Step]:
    """A step for each layer that widens the field or the jump."""
    why = "A pixel sees itself: r = 1, j = 1."
    yield Step("Before the first layer", value=value_math(1), why=why, of="receptive_field")
    for place, one in enumerate(seen, 1):
        before, after = one.before, one.after
        if one.layer.kind in ("add", "concat"):
            title, value = f"{one.layer.name}: the branches meet", value_math(one_number(after.field))
            yield Step(title, value=value, why="The widest branch decides.", of="receptive_field")
        elif one.layer.kind in (*MAPS, "dense") and (after.field, after.jump) != (before.field, before.jump):
            for where, axis in alike_axes(list(zip(before.field, after.field, after.jump, strict=True))):
                yield _field_step(one, f"{one.layer.name or f'Layer {place}'}: {one.layer}{where}", axis)


def _field_step(one: LayerResult, title: str, axis: int) -> Step:
    """How one layer widens the field along one axis."""
    layer, jump = one.layer, exact(one.after.jump[axis])
    why = f"Neighbours then look {text(jump)} pixel{'' if jump == 1 else 's'} apart."
    if layer.kind in (*SPREADING, "adaptive") or len(one.before.views[axis].spans) > 1:
        behind = {"adaptive": "adaptive pooling", "upsample": "upsampling"}.get(layer.kind, "a transposed convolution")
        why = f"Behind {behind} values see unequally far, at most so many pixels. {why}"
        return Step(title, value=value_math(one.after.field[axis]), why=why, of="receptive_field")
    env: dict[str, Any] = {"r": one.before.field[axis], "j": one.before.jump[axis]}
    if layer.kind in ("gap", "dense"):
        env, why = env | {"n": one.before.grid[axis]}, "It takes in the whole map at once."
        return formula_step(title, "r + (n - 1)*j", env, why, "receptive_field", "r")
    window = layer.windows(len(one.after.field))[axis]
    env |= {"k": window.k, "d": window.d}
    return formula_step(title, f"r + {'d*' if window.d > 1 else ''}(k - 1)*j", env, why, "receptive_field", "r")


def _jump_step(seen: Sequence[LayerResult], results: Mapping[str, Any]) -> Step:
    """The strides multiplied, where they are the same along every axis and no branches meet."""
    factors = [Fraction(one.after.jump[0], one.before.jump[0]) for one in seen]
    plain = isinstance(results["jump"], int) and prod(factors) == results["jump"] and len(factors) <= 20
    filled = chain(*map(value_math, factors), joint="*") if plain else NO_MATH
    return Step("Jump", chain("j"), filled, value_math(results["jump"]), "The strides on the way, multiplied.", "jump")


def _start_steps(last: LayerState, want: str | None) -> Iterator[Step]:
    """Where the first value's field begins, and its centre."""
    for edge, end in dict.fromkeys(view.first for view in last.views):
        why = "Counted from 0; each layer's padding moves it p*j to the left, into the padding where it is negative."
        yield Step("First pixel", chain("f"), value=value_math(edge), why=why, of="start")
        if want != "first":
            why = "The centre of the field is half its width behind where it begins."
            yield formula_step("Start", "f + r/2", {"f": edge, "r": end - edge + 1}, why, "start")
