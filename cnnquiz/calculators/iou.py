"""IoU of boxes: intersection, union and intersection over union of two boxes; non-maximum suppression of a list.

    IoU = area of A and B together / area of A or B,  with width = max(0, min(x2, x2') - max(x1, x1'))

Source: Everingham, Van Gool, Williams, Winn and Zisserman, The PASCAL visual object classes challenge, 2010.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import Any

from cnnquiz.errors import GivenError
from cnnquiz.mathematics.notation import chain, factor, series, step
from cnnquiz.mathematics.precise import exact
from cnnquiz.solution import Drawing, Vector, text
from cnnquiz.solver.calculator import (
    Case,
    Drawings,
    Env,
    Quantity,
    Result,
    Results,
    Steps,
    Values,
    misconception,
    where,
)
from cnnquiz.solver.givens import choice, matrix, number, numbers

_MOST_BOXES = 50
_FORMS = {
    "corners": "x1, y1, x2, y2, two opposite corners",
    "size": "x, y, width, height, the first corner and the size (COCO)",
    "centre": "cx, cy, width, height, the centre and the size (YOLO)",
}
_Box = tuple[Any, Any, Any, Any]
_OF_TWO = Case("where a and b are given", lambda env: env["a"] is not None)
QUANTITIES = (
    Quantity("a", "box1", numbers(4), "one box: 0,0,2,2", None),
    Quantity("b", "box2", numbers(4), "the other box", None, only=_OF_TWO),
    Quantity("form", "box_format", choice(*_FORMS, also={"xyxy": "corners", "xywh": "size", "cxcywh": "centre",
                                                     "center": "centre"}),
             "what the four numbers are", "corners"),
    Quantity("boxes", "boxes", matrix(_MOST_BOXES), "several boxes, a row each, for non-maximum suppression", None),
    Quantity("scores", "scores", numbers(_MOST_BOXES), "their scores", None, only=where("boxes")),
    Quantity("threshold", "iou_threshold", number(0, 1), "above which IoU a box of a lower score is dropped",
             Fraction(1, 2), only=where("boxes")),
)  # fmt: skip
RESULTS = (
    Result("intersection", "the area that both boxes cover", answer=True),
    Result("union", "the area that at least one of them covers", answer=True),
    Result("iou", "intersection over union", answer=True, label="IoU"),
    Result("giou", "IoU less the empty share of the smallest box around both", label="GIoU"),
    Result("kept", "the boxes that are kept, counted from 1, the highest score first", answer=True),
)
TOPIC = "detection, metrics"
SYNONYMS = ("intersection over union", "jaccard", "nms", "non-maximum suppression")
SHORTHAND = ("a b",)
EXAMPLES = (
    "--a 0,0,2,2 --b 1,1,3,3",
    "--a 5,5,4,4 --b 6,6,4,4 --form centre",
    "--boxes '0 0 4 4; 1 0 5 4; 8 8 9 9' --scores 0.9,0.8,0.7",
)
CONVENTIONS = {
    "boxes": lambda env: _FORMS[env["form"]],
    "edges": "continuous, a width is x2 - x1, without + 1",
    "suppression": lambda env: "" if env["boxes"] is None else "an IoU of just the threshold is kept (torchvision)",
    "equal scores": lambda env: "" if len(set(env["scores"] or ())) == len(env["scores"] or ()) else
    "the first in the list comes first",
}  # fmt: skip


def prepare(values: Values) -> Values:
    """All boxes by their corners; refuses one without area."""
    if (values["a"] is None) == (values["boxes"] is None):
        raise GivenError("give two boxes a and b, or a list of boxes with their scores", "a")
    pair = ("a", "b") if values["a"] is not None else ("boxes", "scores")
    if values[pair[1]] is None:
        raise GivenError(f"{pair[1]} is missing: it goes together with {pair[0]}", pair[1])
    given = {"a": [values["a"]], "b": [values["b"]]} if values["a"] is not None else {"boxes": values["boxes"]}
    if values["boxes"] is not None and len(values["scores"]) != len(values["boxes"]):
        many = len(values["boxes"])
        raise GivenError(f"{len(values['scores'])} scores for {many} boxes: give as many", "scores")
    corners = [_corners(one, values["form"], name) for name, boxes in given.items() for one in boxes]
    order = []
    if values["boxes"] is not None:
        order = sorted(range(len(corners)), key=lambda at: -values["scores"][at])
    return {**values, "corners": corners, "order": order}


def _corners(box: Any, form: str, name: str) -> _Box:
    """x1, y1, x2, y2 of a box."""
    if len(box) != 4:
        raise GivenError(f"{name}: a box has four numbers: {_FORMS[form]}", name)
    x1, y1, x2, y2 = box
    if form != "corners":
        left, top = (x1, y1) if form == "size" else (x1 - Fraction(x2) / 2, y1 - Fraction(y2) / 2)
        x1, y1, x2, y2 = exact(left), exact(top), exact(left + x2), exact(top + y2)
    if x2 <= x1 or y2 <= y1:
        what = "x2 must lie beyond x1, and y2 beyond y1" if form == "corners" else "width and height must be above 0"
        raise GivenError(f"{name}: {what}", name)
    return x1, y1, x2, y2


def _area(box: _Box) -> Any:
    return (box[2] - box[0]) * (box[3] - box[1])


def _overlap(a: _Box, b: _Box) -> tuple[Any, Any]:
    """Width and height of what both cover; 0 where they lie apart."""
    width, height = (max(0, min(a[at + 2], b[at + 2]) - max(a[at], b[at])) for at in (0, 1))
    return width, height


def _shared(a: _Box, b: _Box) -> Any:
    width, height = _overlap(a, b)
    return exact(width * height)


def _union(a: _Box, b: _Box) -> Any:
    return exact(_area(a) + _area(b) - _shared(a, b))


def _iou(a: _Box, b: _Box) -> Any:
    return exact(Fraction(_shared(a, b)) / _union(a, b))


def _hull(a: _Box, b: _Box) -> Any:
    """The area of the smallest box around both."""
    sides = (max(a[at + 2], b[at + 2]) - min(a[at], b[at]) for at in (0, 1))
    width, height = sides
    return width * height


def _suppression(env: Env, threshold: Any = None, order: Any = None) -> tuple[Vector, list[tuple[int, int, Any]]]:
    """The boxes that are kept, counted from 1; and each box that is dropped, with the one above it and their IoU."""
    threshold = env["threshold"] if threshold is None else threshold
    kept: list[int] = []
    dropped = []
    for at in env["order"] if order is None else order:
        above = ((best, _iou(env["corners"][best], env["corners"][at])) for best in kept)
        over = next(((best, iou) for best, iou in above if iou > threshold), None)
        if over is None:
            kept.append(at)
        else:
            dropped.append((at, *over))
    return Vector(at + 1 for at in kept), dropped


def work(env: Env) -> Values:
    """Intersection, union and IoU of two boxes; which of several are kept."""
    if env["boxes"] is not None:
        return {"kept": _suppression(env)[0]}
    a, b = env["corners"]
    iou, hull = _iou(a, b), _hull(a, b)
    giou = exact(iou - (hull - _union(a, b)) / Fraction(hull))
    return {"intersection": _shared(a, b), "union": _union(a, b), "iou": iou, "giou": giou}


def explain(env: Env, results: Results, want: str | None) -> Steps:
    """The corners, the overlap, both areas, and their share; of several boxes, one after another."""
    if env["boxes"] is not None:
        yield from _suppression_steps(env)
        return
    a, b = env["corners"]
    if env["form"] != "corners":
        why = "Half the width lies on each side of the centre." if env["form"] == "centre" else ""
        yield step("Corners", value=Vector([Vector(a), Vector(b)]), why=why, of="intersection")
    sides = _overlap(a, b)
    for title, at, side in (("Width of the overlap", 0, sides[0]), ("Height of the overlap", 1, sides[1])):
        ends = chain("min(", a[at + 2], ", ", b[at + 2], ") - max(", a[at], ", ", b[at], ")")
        axis, why = "xy"[at], "Below 0 the boxes lie apart, and share nothing."
        late = min(a[at + 2], b[at + 2]) < max(a[at], b[at])
        filled = chain("max(0, ", ends, ")")
        yield step(title, f"max(0, min({axis}2, {axis}2') - max({axis}1, {axis}1'))", filled, side,
                   why if late else "", "intersection")  # fmt: skip
    filled = chain(factor(sides[0]), "*", factor(sides[1]))
    yield step("Intersection", "width*height", filled, results["intersection"], of="intersection")
    if want == "intersection":
        return
    for title, box in (("Area of a", a), ("Area of b", b)):
        filled = chain("(", box[2], " - ", factor(box[0]), ")*(", box[3], " - ", factor(box[1]), ")")
        yield step(title, "(x2 - x1)*(y2 - y1)", filled, exact(_area(box)), of="union")
    filled = chain(exact(_area(a)), " + ", exact(_area(b)), " - ", results["intersection"])
    why = "What both cover is in both areas: take it off once."
    yield step("Union", "A + B - intersection", filled, results["union"], why, "union")
    if want in (None, "iou", "giou"):
        filled = chain(results["intersection"], "/", factor(results["union"]))
        yield step("IoU", "intersection/union", filled, results["iou"], of="iou")
    if want == "giou":
        hull = exact(_hull(a, b))
        yield step("The smallest box around both", value=hull, of="giou")
        filled = chain(results["iou"], " - (", hull, " - ", results["union"], ")/", hull)
        yield step("GIoU", "IoU - (C - union)/C", filled, results["giou"], of="giou")


def _suppression_steps(env: Env) -> Steps:
    by_score = Vector(at + 1 for at in env["order"])
    yield step("Sort by score", value=by_score, why="The surest box comes first.", of="kept")
    kept, dropped = _suppression(env)
    reasons = {at: (best, iou) for at, best, iou in dropped}
    before: list[int] = []
    for at in env["order"]:
        if at in reasons:
            best, iou = reasons[at]
            a, b = env["corners"][best], env["corners"][at]
            filled = chain(_shared(a, b), "/", factor(_union(a, b)))
            why = f"Above {text(env['threshold'])}: box {at + 1} is dropped, for it shows what box {best + 1} shows."
            yield step(f"IoU of {best + 1} and {at + 1}", "", filled, iou, why, "kept")
        else:
            ious = [_iou(env["corners"][best], env["corners"][at]) for best in before]
            why = "No box of a higher score covers it." if not any(ious) else "No IoU is above the threshold."
            shown = chain("IoU ", series(ious, ", ")) if ious else ""
            yield step(f"Keep box {at + 1}", shown, why=why if before else "", of="kept")
            before.append(at)
    yield step("Kept", value=kept, of="kept")


def count(env: Env) -> Values:
    """The plane cut along all edges, its pieces added up; a box is kept if none that is kept and surer covers it."""
    if env["boxes"] is None:
        a, b = env["corners"]
        both, either, around = _pieces(a, b)
        share = Fraction(both) / either
        giou = exact(share + Fraction(either) / around - 1)
        return {"intersection": both, "union": either, "iou": exact(share), "giou": giou}
    rank = {at: (-env["scores"][at], at) for at in range(len(env["corners"]))}
    stays: dict[int, bool] = {}
    for at in sorted(rank, key=lambda one: rank[one]):
        surer = [other for other in rank if rank[other] < rank[at] and stays[other]]
        shares = [_pieces(env["corners"][other], env["corners"][at]) for other in surer]
        stays[at] = all(both <= env["threshold"] * either for both, either, _ in shares)
    return {"kept": Vector(at + 1 for at in stays if stays[at])}


def _pieces(a: _Box, b: _Box) -> tuple[Any, Any, Any]:
    """The areas that both cover, that one or both cover, and of all pieces together."""
    both = either = around = 0
    for left, right in pairwise(sorted({a[0], a[2], b[0], b[2]})):
        for top, bottom in pairwise(sorted({a[1], a[3], b[1], b[3]})):
            inside = [box[0] <= left < box[2] and box[1] <= top < box[3] for box in (a, b)]
            piece = (right - left) * (bottom - top)
            both, either, around = both + piece * all(inside), either + piece * any(inside), around + piece
    return exact(both), exact(either), around


def _of_two(env: Env, rule: Any) -> Any:
    """A wrong IoU of two boxes."""
    if env["boxes"] is not None:
        return None
    return exact(Fraction(rule(*env["corners"])))


def _wide(a: _Box, b: _Box) -> Any:
    """The IoU where every width is counted in pixels, one more."""
    width, height = _overlap(a, b)
    if not width * height:
        return 0
    areas = [(box[2] - box[0] + 1) * (box[3] - box[1] + 1) for box in (a, b)]
    both = (width + 1) * (height + 1)
    return Fraction(both) / (sum(areas) - both)


def _read_as_corners(env: Env) -> Any:
    """The IoU where a centre or size is taken for corners."""
    boxes = [env["a"], env["b"]]
    if env["form"] == "corners" or any(x2 <= x1 or y2 <= y1 for x1, y1, x2, y2 in boxes):
        return None
    return exact(Fraction(_shared(*boxes)) / _union(*boxes))


MISCONCEPTIONS = (
    misconception("union-with-overlap-twice", "Take the intersection off the sum of the areas once.",
                  union=lambda env: _of_two(env, lambda a, b: _area(a) + _area(b)),
                  iou=lambda env: _of_two(env, lambda a, b: Fraction(_shared(a, b)) / (_area(a) + _area(b)))),
    misconception("dice-for-iou", "IoU divides by the union; twice the intersection over both areas is Dice.",
                  iou=lambda env: _of_two(env, lambda a, b: Fraction(2 * _shared(a, b)) / (_area(a) + _area(b)))),
    misconception("over-first-area", "Divide by the union, not by the area of one box.",
                  iou=lambda env: _of_two(env, lambda a, b: Fraction(_shared(a, b)) / _area(a))),
    misconception("plus-one", "Coordinates are continuous here: a width is x2 - x1.",
                  iou=lambda env: _of_two(env, _wide)),
    misconception("read-as-corners", "The four numbers are no corners here.",
                  iou=lambda env: None if env["boxes"] is not None else _read_as_corners(env)),
    misconception("intersection-for-union", "The union is what at least one of them covers.",
                  union=lambda env: _of_two(env, _shared)),
    misconception("iou-inverted", "Intersection over union, which is at most 1.",
                  iou=lambda env: None if not env.get("intersection") else
                  _of_two(env, lambda a, b: Fraction(_union(a, b)) / _shared(a, b))),
    misconception("suppressed-by-dropped", "A box that is dropped drops no other.",
                  kept=lambda env: None if env["boxes"] is None else _chained(env)),
    misconception("order-of-the-list", "The box of the highest score comes first.",
                  kept=lambda env: None if env["boxes"] is None else
                  _suppression(env, order=range(len(env["boxes"])))[0]),
    misconception("dropped-every-overlap", "Only an IoU above the threshold drops a box.",
                  kept=lambda env: None if env["boxes"] is None else _suppression(env, threshold=0)[0]),
)  # fmt: skip


def _chained(env: Env) -> Vector:
    """The boxes that none of a higher score covers, dropped or not."""
    order = env["order"]
    return Vector(at + 1 for place, at in enumerate(order) if all(
        _iou(env["corners"][before], env["corners"][at]) <= env["threshold"] for before in order[:place]))  # fmt: skip


def drawings(env: Env, results: Results) -> Drawings:
    """The two boxes."""
    if env["a"] is not None:
        yield Drawing("boxes", {"boxes": [list(map(float, box)) for box in env["corners"]]})
