"""What is made of predictions: metrics, iou; sample by sample, or on a grid of pixels, since PyTorch has neither."""

from __future__ import annotations

from itertools import product
from typing import Any

import torch
from comparison import Asked, Chance, Comparison, Given, some, tensor


def draw_metrics(chance: Chance) -> tuple[Given, Asked]:
    """Counts, a matrix either way round, labels; few samples, so that shares of nothing come up."""
    way = chance.choice(["counts", "matrix", "labels"])
    if way == "counts":
        given: Given = {name: chance.choice([0, chance.randint(0, 99)]) for name in ("tp", "fp", "fn")}
        given |= some(chance, tn=chance.randint(0, 99))
        return given, given
    classes = chance.randint(2, 4)
    given = some(chance, positive=chance.randint(1, classes + int(chance.random() < 0.05)))
    if way == "matrix":
        most = chance.choice([1, 9])
        given["matrix"] = [[chance.randint(0, most) for _ in range(classes)] for _ in range(classes)]
        given |= some(chance, rows=chance.choice(["true", "predicted"]))
        return given, given
    samples = chance.randint(1, 9)
    for name in ("labels", "predictions"):
        given[name] = [chance.randint(1, classes) for _ in range(samples)]
    return given, given


def metrics(asked: Asked) -> dict[str, Any]:
    """From two tensors of truth and prediction, by masks."""
    truth, guess, complete, positive = _samples(asked)
    if not len(truth):
        raise ValueError("no samples")

    def share(mask: torch.Tensor) -> float:
        return float(mask.double().mean()) if len(mask) else 0.0

    if positive is not None:
        t, p = truth == positive, guess == positive
        precision, recall = share(t[p]), share(p[t])
        found = {"precision": precision, "recall": recall, "iou": share((t & p)[t | p]), "f1": _f1(precision, recall)}
        if complete:
            specificity = share(~p[~t])
            pair = torch.stack([t, p]).double()
            spread = bool((pair.std(1, correction=0) > 0).all())
            found |= {"accuracy": share(t == p), "specificity": specificity}
            found["balanced_accuracy"] = (recall + specificity) / 2
            found["mcc"] = float(torch.corrcoef(pair)[0, 1]) if spread else 0.0
        return found
    classes = range(1, len(asked["matrix"]) + 1) if "matrix" in asked else sorted({*truth.tolist(), *guess.tolist()})
    support = [int((truth == c).sum()) for c in classes]
    each = {"precision": [share(truth[guess == c] == c) for c in classes],
            "recall": [share(guess[truth == c] == c) for c in classes]}  # fmt: skip
    each["f1"] = list(map(_f1, each["precision"], each["recall"]))
    accuracy = share(truth == guess)
    present = [one for one, n in zip(each["recall"], support, strict=True) if n]
    found = {"accuracy": accuracy, "support": support, "balanced_accuracy": sum(present) / len(present)}
    unions = [(truth == c) | (guess == c) for c in classes]
    found["mean_iou"] = sum(share((truth == guess)[one]) for one in unions) / len(support)
    for name, values in each.items():
        weighted = float((tensor(values) * tensor(support)).sum() / sum(support))
        found |= {f"class_{name}": values, f"macro_{name}": sum(values) / len(values), f"micro_{name}": accuracy,
                  f"weighted_{name}": weighted}  # fmt: skip
    return found


def _f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def _samples(asked: Asked) -> tuple[torch.Tensor, torch.Tensor, bool, int | None]:
    """Truth and prediction of every sample, whether the true negatives are known, and the positive class."""
    if "tp" in asked:
        sizes = torch.tensor([asked["tp"], asked["fp"], asked["fn"], asked.get("tn", 0)])
        truth, guess = (torch.tensor(one).repeat_interleave(sizes) for one in ([1, 0, 1, 0], [1, 1, 0, 0]))
        return truth, guess, "tn" in asked, 1
    if "labels" in asked:
        truth, guess = torch.tensor(asked["labels"]), torch.tensor(asked["predictions"])
        known = {*asked["labels"], *asked["predictions"]}
    else:
        table = torch.tensor(asked["matrix"])
        table = table.T if asked.get("rows") == "predicted" else table
        known = set(range(1, len(table) + 1))
        places = torch.tensor(list(product(sorted(known), repeat=2)))
        truth, guess = places.repeat_interleave(table.flatten(), 0).T
    if "positive" in asked and asked["positive"] not in known:
        raise ValueError("no such class")
    return truth, guess, True, asked.get("positive")


def draw_iou(chance: Chance) -> tuple[Given, Asked]:
    """Boxes with whole corners on a small grid, in every form, now and then one without area."""
    form = chance.choice(["corners", "size", "centre"])

    def box() -> list[Any]:
        (x1, x2), (y1, y2) = (sorted(chance.sample(range(9), 2)) for _ in range(2))
        x2 = x1 if chance.random() < 0.02 else x2
        if form == "corners":
            return [x1, y1, x2, y2]
        width, height = x2 - x1, y2 - y1
        return [x1, y1, width, height] if form == "size" else [x1 + width / 2, y1 + height / 2, width, height]

    given: Given = {"form": form} if form != "corners" or chance.random() < 0.5 else {}
    if chance.random() < 0.5:
        given |= {"a": box(), "b": box()}
        return given, given
    many = chance.randint(1, 6)
    given |= {"boxes": [box() for _ in range(many)], "scores": [chance.randint(1, 99) / 100 for _ in range(many)]}
    given |= some(chance, threshold=lambda: chance.choice([0, 0.25, 0.3, 0.5, 1]))
    return given, given


def iou(asked: Asked) -> dict[str, Any]:
    """From masks of the pixels that each box covers."""
    form, boxes = asked.get("form", "corners"), tensor(asked["boxes"] if "boxes" in asked else [asked["a"], asked["b"]])
    first, last = boxes[:, :2], boxes[:, 2:]
    corners = torch.cat([first, last], 1)
    if form != "corners":
        start = first if form == "size" else first - last / 2
        corners = torch.cat([start, start + last], 1)
    masks = torch.zeros(len(corners), 9, 9, dtype=torch.bool)
    for mask, (x1, y1, x2, y2) in zip(masks, corners.round().int().tolist(), strict=True):
        mask[x1:x2, y1:y2] = True
        if not mask.any():
            raise ValueError("a box without area")

    def share(a: torch.Tensor, b: torch.Tensor) -> float:
        return float((a & b).sum() / (a | b).sum())

    if "boxes" not in asked:
        a, b = masks
        low, high = corners[:, :2].min(0).values, corners[:, 2:].max(0).values
        around, union = float((high - low).prod()), int((a | b).sum())
        return {"intersection": int((a & b).sum()), "union": union, "iou": share(a, b),
                "giou": share(a, b) - (around - union) / around}  # fmt: skip
    left, kept = tensor(asked["scores"]).sort(descending=True, stable=True).indices.tolist(), []
    while left:
        best, *left = left
        kept.append(best + 1)
        left = [one for one in left if share(masks[best], masks[one]) <= asked.get("threshold", 0.5)]
    return {"kept": kept}


COMPARISONS = (Comparison("metrics", draw_metrics, metrics), Comparison("iou", draw_iou, iou))
