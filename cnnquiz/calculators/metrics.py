"""Metrics: accuracy, precision, recall, F1 and more from a confusion matrix or from labels.

    precision = TP/(TP + FP),  recall = TP/(TP + FN),  F1 = 2 precision recall/(precision + recall)

Source: Manning, Raghavan and Schütze, Introduction to Information Retrieval, 2008, sections 8.3 and 13.6.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

from cnnquiz.errors import GivenError
from cnnquiz.mathematics.notation import chain, series, step
from cnnquiz.mathematics.precise import exact, rounded, sqrt
from cnnquiz.solution import Drawing, Vector
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
    where,
)
from cnnquiz.solver.givens import Kind, choice, excerpt, integer, matrix

_MOST_CLASSES = 50
_PICTURED = 6  # classes of a matrix that is drawn
_SHOWN = 8  # classes whose shares are worked out in steps


def _labels() -> Kind:
    """The classes of some samples, in words or numbers: cat,dog,cat."""

    def read(raw: Any) -> Vector:
        found = raw if isinstance(raw, list | tuple) else re.split(r"\s*,\s*|\s+", str(raw).strip())
        words = [str(one).strip() for one in found]
        if not all(words) or not 1 <= len(words) <= 10_000:
            raise GivenError(f"{excerpt(raw)} is no list of labels: write one for each sample, as in cat,dog,cat")
        return Vector(words)

    return Kind("A,B,A", read)


_COUNTED = Case("where tp, fp and fn are given", lambda env: env["tp"] is not None)
_WITHOUT_COUNTS = Case("without tp, fp and fn", lambda env: env["tp"] is None)
QUANTITIES = (
    Quantity("matrix", "confusion_matrix", matrix(_MOST_CLASSES), "the confusion matrix: rows are the true classes",
             None, positional=True),
    Quantity("rows", "rows", choice("true", "predicted"), "what the rows of the matrix are", "true",
             only=where("matrix")),
    Quantity("tp", "true_positives", integer(0, letters=False), "positives that were found", None),
    Quantity("fp", "false_positives", integer(0, letters=False), "negatives that were taken for positive", None),
    Quantity("fn", "false_negatives", integer(0, letters=False), "positives that were missed", None),
    Quantity("tn", "true_negatives", integer(0, letters=False), "negatives that were recognised", None, only=_COUNTED),
    Quantity("labels", "y_true", _labels(), "the true class of each sample: cat,dog,cat", None),
    Quantity("predictions", "y_pred", _labels(), "the predicted class of each sample", None),
    Quantity("positive", "pos_label", _labels(), "of a matrix or labels: the class that is positive (a matrix: 1, 2, "
             "... by its rows); without one, averages over the classes", None, only=_WITHOUT_COUNTS),
)  # fmt: skip
_OF_ONE = ("precision", "recall", "specificity", "f1")
_AVERAGED = ("precision", "recall", "f1")
_KINDS = ("macro", "micro", "weighted")
RESULTS = (
    Result("accuracy", "the share of all samples that is right", answer=True),
    Result("precision", "of what was called positive, the share that is", answer=True),
    Result("recall", "of what is positive, the share that was found (sensitivity)", answer=True),
    Result("f1", "the harmonic mean of precision and recall", answer=True, label="F1"),
    Result("specificity", "of what is negative, the share that was recognised", answer=True),
    Result("balanced_accuracy", "the mean of the recalls of the classes", answer=True),
    Result("iou", "TP/(TP + FP + FN), the Jaccard index", label="IoU"),
    Result("mcc", "Matthews' correlation of truth and prediction", label="MCC"),
    *(Result(f"{kind}_{name}", f"the {kind} average of {name} over the classes", answer=kind == "macro",
             label=f"{kind} {name.replace('f1', 'F1')}") for kind in _KINDS for name in _AVERAGED),
    Result("mean_iou", "the mean of TP/(TP + FP + FN) over the classes", answer=True, label="mean IoU"),
    Result("class_precision", "precision of each class", label="precision of each class"),
    Result("class_recall", "recall of each class", label="recall of each class"),
    Result("class_f1", "F1 of each class", label="F1 of each class"),
    Result("support", "how many samples each class has", label="samples of each class"),
)  # fmt: skip
TOPIC = "detection, metrics"
SYNONYMS = (
    "confusion matrix", "precision: want precision", "recall: want recall", "f1: want f1", "f1 score: want f1",
    "accuracy: want accuracy",
)  # fmt: skip
SHORTHAND = ("matrix",)
EXAMPLES = ("--tp 50 --fp 100 --fn 150 --tn 9700", "'5 1 0; 2 6 2; 0 1 3'",
            "--labels cat,dog,cat,dog --predictions cat,cat,cat,dog --positive cat")  # fmt: skip
CONVENTIONS = {
    "rows": lambda env: "" if env["matrix"] is None else
    "the true classes, columns the predicted ones" if env["rows"] == "true" else
    "the predicted classes, columns the true ones",
    "0/0": lambda env: "counts as 0 (scikit-learn)" if _has_empty_share(env) else "",
    "macro F1": lambda env: "the mean of the classes' F1 (scikit-learn)" if env["averages"] else "",
    "classes": lambda env: ", ".join(env["names"][:12]) if env["labels"] is not None else "",
}  # fmt: skip


def prepare(values: Values) -> Values:
    """The confusion matrix with its classes, or the four counts of a positive class."""
    ways = [name for name in ("matrix", "tp", "labels") if values[name] is not None]
    if len(ways) != 1:
        raise GivenError("give one of: a confusion matrix; tp, fp and fn; labels and predictions", "matrix")
    for one, other in (("tp", "fp"), ("tp", "fn"), ("labels", "predictions")):
        if (values[one] is None) != (values[other] is None):
            missing, there = (other, one) if values[other] is None else (one, other)
            raise GivenError(f"{missing} is missing: it goes together with {there}", missing)
    names, table = _table(values)
    env = {**values, "table": table, "names": names, "averages": values["tp"] is None and values["positive"] is None}
    if values["tp"] is not None:
        env |= {"TP": values["tp"], "FP": values["fp"], "FN": values["fn"], "TN": values["tn"]}
        if not any(env[name] for name in ("TP", "FP", "FN", "TN")):
            raise GivenError("tp: there are no samples: all counts are 0", "tp")
    elif not env["averages"]:
        if len(values["positive"]) != 1 or values["positive"][0] not in names:
            raise GivenError(f"positive: it is one of the classes {', '.join(names[:12])}", "positive")
        env |= _counts(table, names.index(values["positive"][0]))
    return env


def _table(values: Values) -> tuple[list[str], list[list[int]]]:
    """The classes, and for each true class how often each class was predicted; none where counts are given."""
    if values["labels"] is not None:
        labels, predictions = values["labels"], values["predictions"]
        if len(labels) != len(predictions):
            raise GivenError(f"{len(predictions)} predictions for {len(labels)} labels: give as many", "predictions")
        names = sorted({*labels, *predictions}, key=lambda word: (not word.isdigit(), word.zfill(20)))
        if len(names) > _MOST_CLASSES:
            raise GivenError(f"labels: at most {_MOST_CLASSES} classes are worked", "labels")
        table = [[0] * len(names) for _ in names]
        for true, predicted in zip(labels, predictions, strict=True):
            table[names.index(true)][names.index(predicted)] += 1
        return names, table
    if values["matrix"] is None:
        return [], []
    rows = values["matrix"]
    if len(rows) != len(rows[0]) or len(rows) < 2:
        raise GivenError("matrix: a confusion matrix has as many rows as columns, two or more", "matrix")
    if any(one < 0 or one != int(one) for row in rows for one in row) or not any(map(any, rows)):
        raise GivenError("matrix: it counts samples, in whole numbers from 0 up, and not all 0", "matrix")
    rows = rows if values["rows"] == "true" else tuple(zip(*rows, strict=True))
    return [str(at) for at in range(1, len(rows) + 1)], [list(map(int, row)) for row in rows]


def _counts(table: list[list[int]], at: int) -> Values:
    """The four counts with one class as the positive one."""
    right, row, column = table[at][at], sum(table[at]), sum(line[at] for line in table)
    return {"TP": right, "FN": row - right, "FP": column - right, "TN": sum(map(sum, table)) - row - column + right}


def _share(part: Any, whole: Any) -> Any:
    """part/whole, where 0/0 counts as 0."""
    return exact(Fraction(part) / whole) if whole else 0


# What each metric of one class divides by what
_RATIOS: dict[str, tuple[Callable[[Env], Any], Callable[[Env], Any]]] = {
    "precision": (lambda c: c["TP"], lambda c: c["TP"] + c["FP"]),
    "recall": (lambda c: c["TP"], lambda c: c["TP"] + c["FN"]),
    "specificity": (lambda c: c["TN"], lambda c: c["TN"] + c["FP"]),
    "f1": (lambda c: 2 * c["TP"], lambda c: 2 * c["TP"] + c["FP"] + c["FN"]),
    "iou": (lambda c: c["TP"], lambda c: c["TP"] + c["FP"] + c["FN"]),
    "accuracy": (lambda c: c["TP"] + c["TN"], lambda c: c["TP"] + c["TN"] + c["FP"] + c["FN"]),
}


def _metric(name: str, counts: Env) -> Any:
    """A metric of one class; nothing where it needs the true negatives and they are not given."""
    top, bottom = _RATIOS[name]
    return None if counts["TN"] is None and name in ("specificity", "accuracy") else _share(top(counts), bottom(counts))


def _has_empty_share(env: Env) -> bool:
    every = [env] if env["tp"] is not None or not env["averages"] else list(_classes(env))
    return any(one["TP"] + one["FP"] == 0 or one["TP"] + one["FN"] == 0 for one in every)


def _classes(env: Env) -> Iterator[Values]:
    """The four counts of each class in turn."""
    return (_counts(env["table"], at) for at in range(len(env["table"])))


def work(env: Env) -> Values:
    """The metrics of the positive class; without one, those of each class and their averages."""
    if not env["averages"]:
        return _of_positive(env)
    classes, total = list(_classes(env)), sum(map(sum, env["table"]))
    right = sum(one["TP"] for one in classes)
    found: Values = {"accuracy": _share(right, total)}
    support = [one["TP"] + one["FN"] for one in classes]
    for name in _AVERAGED:
        each = [_metric(name, one) for one in classes]
        found[f"class_{name}"] = Vector(each)
        found[f"macro_{name}"] = _share(sum(each), len(each))
        found[f"micro_{name}"] = _share(right, total)
        found[f"weighted_{name}"] = _share(sum(n * one for n, one in zip(support, each, strict=True)), total)
    present = [one for one, n in zip(found["class_recall"], support, strict=True) if n]
    found |= {"balanced_accuracy": _share(sum(present), len(present)), "support": Vector(support)}
    found["mean_iou"] = _share(sum(_metric("iou", one) for one in classes), len(classes))
    return found


def _of_positive(env: Env) -> Values:
    found = {name: _metric(name, env) for name in _RATIOS}
    if env["TN"] is not None:
        found["balanced_accuracy"] = _share(found["recall"] + found["specificity"], 2)
        found["mcc"] = _correlation(env)
    return found


def _correlation(env: Env) -> Any:
    """Matthews' coefficient, 0 where one of its sums is 0."""
    tp, fp, fn, tn = (Fraction(env[name]) for name in ("TP", "FP", "FN", "TN"))
    below = (tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)
    return rounded((tp * tn - fp * fn) / sqrt(below)) if below else 0


_RULES = {
    "precision": "TP/(TP + FP)", "recall": "TP/(TP + FN)", "specificity": "TN/(TN + FP)",
    "f1": "2*TP/(2*TP + FP + FN)", "iou": "TP/(TP + FP + FN)", "accuracy": "(TP + TN)/(TP + TN + FP + FN)",
}  # fmt: skip
_REASONS = {
    "precision": "Of all that was called positive, how much is?",
    "recall": "Of all that is positive, how much was found?",
    "specificity": "Of all that is negative, how much was recognised?",
    "f1": "It is 2*precision*recall/(precision + recall), the harmonic mean.", "iou": "", "accuracy": "",
}  # fmt: skip


def explain(env: Env, results: Results, want: str | None) -> Steps:
    """The counts, and each metric as one of them over a sum."""
    if not env["averages"]:
        for name in _RATIOS:
            if results.get(name) is not None and want in (None, name, *(["balanced_accuracy"] if name in (
                    "recall", "specificity") else [])):  # fmt: skip
                yield _ratio_step(name, env, results[name], name if want is None else want)
        if "balanced_accuracy" in results and want in (None, "balanced_accuracy"):
            filled = chain("(", results["recall"], " + ", results["specificity"], ")/2")
            yield step("Balanced accuracy", "(recall + specificity)/2", filled, results["balanced_accuracy"],
                       of="balanced_accuracy")  # fmt: skip
        if "mcc" in results and want in (None, "mcc"):
            tp, fp, fn, tn = (env[name] for name in ("TP", "FP", "FN", "TN"))
            counts = f"({tp}*{tn} - {fp}*{fn})/sqrt({tp + fp}*{tp + fn}*{tn + fp}*{tn + fn})"
            rule = "(TP*TN - FP*FN)/sqrt((TP + FP)*(TP + FN)*(TN + FP)*(TN + FN))"
            yield step("MCC", rule, counts, results["mcc"], of="mcc")
        return
    yield from _class_steps(env, results, want)


def _ratio_step(name: str, counts: Env, value: Any, of: str, title: str = "") -> Any:
    """A metric of one class: its rule, and the counts put in."""
    filled = re.sub(r"TP|FP|FN|TN", lambda match: str(counts[match[0]]), _RULES[name])
    empty = not _RATIOS[name][1](counts)
    why = "0/0 counts as 0 here." if empty else _REASONS[name]
    shown = name.upper() if name == "f1" else "IoU" if name == "iou" else name.capitalize()
    return step(title or shown, _RULES[name], filled, value, why, of)


def _class_steps(env: Env, results: Results, want: str | None) -> Steps:
    """Each class as the positive one, and the averages of what that gives."""
    classes = list(_classes(env))
    total, right = sum(map(sum, env["table"])), sum(one["TP"] for one in classes)
    if want is None or want == "accuracy" or want.startswith("micro"):
        added = chain("(", series([one["TP"] for one in classes], " + "), f")/{total}")
        why = "What is right stands on the diagonal."
        yield step("Accuracy", "the diagonal/all", added, results["accuracy"], why, want or "accuracy")
        if want is None or want.startswith("micro"):
            why = "Each mistake is a false positive of one class and a false negative of another: all three are equal."
            rule = "micro precision = recall = F1 = sum_c TP_c/all"
            yield step("Micro average", rule, f"{right}/{total}", results["micro_f1"], why, "micro_f1")
    for name in (*_AVERAGED, "iou"):
        ways = ("mean_iou",) if name == "iou" else tuple(f"{kind}_{name}" for kind in ("macro", "weighted"))
        ways += {"recall": ("balanced_accuracy", "class_recall"), "iou": ()}.get(name, (f"class_{name}",))
        if want is not None and want not in ways:
            continue
        each = [_metric(name, one) for one in classes]
        for label, one, value in zip(env["names"][:_SHOWN], classes, each, strict=False):
            word = {"f1": "F1", "iou": "IoU"}.get(name, name.capitalize())
            yield _ratio_step(name, one, value, want or ways[0], f"{word} of class {label}")
        yield from _average_steps(env, results, want, name, each)


def _average_steps(env: Env, results: Results, want: str | None, name: str, each: list[Any]) -> Steps:
    support, total = results["support"], sum(results["support"])
    mean = "mean_iou" if name == "iou" else f"macro_{name}"
    added = series(each, " + ")
    if want in (None, mean):
        why, filled = "Every class counts alike, however many samples it has.", chain("(", added, f")/{len(each)}")
        yield step("Mean over the classes", "sum_c m_c/C", filled, results[mean], why, mean)
    if name != "iou" and want in (None, f"weighted_{name}"):
        terms = series([chain(n, "*", one) for n, one in zip(support, each, strict=True)], " + ")
        why = "Every class counts as often as it has samples."
        whole, value = chain("(", terms, f")/{total}"), results[f"weighted_{name}"]
        yield step("Weighted by samples", "sum_c n_c*m_c/n", whole, value, why, f"weighted_{name}")
    if name == "recall" and want in (None, "balanced_accuracy"):
        present = [one for one, n in zip(each, support, strict=True) if n]
        why = "" if len(present) == len(each) else "A class without samples is left out."
        filled = chain("(", series(present, " + "), f")/{len(present)}")
        value = results["balanced_accuracy"]
        yield step("Balanced accuracy", "the mean of the recalls", filled, value, why, "balanced_accuracy")


def count(env: Env) -> Values:
    """Sample by sample: each laid out with its truth and its prediction, and then picked out and counted."""
    if env["tp"] is not None:
        sizes = [(1, 1, env["TP"]), (0, 1, env["FP"]), (1, 0, env["FN"]), (0, 0, env["TN"] or 0)]
        return _counted(sizes, [1], env["TN"] is not None)
    table = env["table"]
    sizes = [(true, predicted, n) for true, row in enumerate(table) for predicted, n in enumerate(row) if n]
    if not env["averages"]:
        at = env["names"].index(env["positive"][0])
        return _counted([(int(t == at), int(p == at), n) for t, p, n in sizes], [1], True)
    return _counted(sizes, list(range(len(table))), True)


def _counted(sizes: list[tuple[int, int, int]], classes: list[int], complete: bool) -> Values:
    """The metrics of samples (truth, prediction, how many); of one class, or of several with their averages."""

    def many(truth: Any = None, prediction: Any = None, right: bool = False) -> int:
        """The samples of that truth and prediction; `right`: those where both are the same."""
        return sum(n for t, p, n in sizes if truth in (None, t) and prediction in (None, p) and (t == p or not right))

    def share(part: int, whole: int) -> Any:
        return exact(Fraction(part, whole)) if whole else 0

    def mean(values: list[Any]) -> Any:
        return exact(sum(map(Fraction, values), Fraction(0)) / len(values))

    hits = [many(c, c) for c in classes]
    precision = [share(hit, many(prediction=c)) for hit, c in zip(hits, classes, strict=True)]
    recall = [share(hit, many(c)) for hit, c in zip(hits, classes, strict=True)]
    pairs = zip(precision, recall, strict=True)
    f1 = [exact(2 / (1 / Fraction(a) + 1 / Fraction(b))) if a and b else 0 for a, b in pairs]
    iou = [share(hit, many(c) + many(prediction=c) - hit) for hit, c in zip(hits, classes, strict=True)]
    accuracy = share(many(right=True), many())
    if len(classes) == 1:
        found: Values = {"precision": precision[0], "recall": recall[0], "f1": f1[0], "iou": iou[0]}
        if complete:
            kept = share(many(0, 0), many(0))
            found |= {"accuracy": accuracy, "specificity": kept, "balanced_accuracy": mean([recall[0], kept])}
            found["mcc"] = _covariance_share(sizes)
        return found
    support = [many(c) for c in classes]
    found = {"accuracy": accuracy, "support": Vector(support), "mean_iou": mean(iou)}
    found["balanced_accuracy"] = mean([one for one, n in zip(recall, support, strict=True) if n])
    for name, each in (("precision", precision), ("recall", recall), ("f1", f1)):
        laid_out = sum((Fraction(each[t]) * n for t, _, n in sizes), Fraction(0))
        found |= {f"class_{name}": Vector(each), f"macro_{name}": mean(each), f"micro_{name}": accuracy,
                  f"weighted_{name}": exact(laid_out / sum(support))}  # fmt: skip
    return found


def _covariance_share(sizes: list[tuple[int, int, int]]) -> Any:
    """The correlation of truth and prediction as numbers 0 and 1."""
    n = sum(many for _, _, many in sizes)
    t, p = (Fraction(sum(one[at] * one[2] for one in sizes), n) for at in (0, 1))
    both = Fraction(sum(truth * prediction * many for truth, prediction, many in sizes), n)
    spread = t * (1 - t) * p * (1 - p)
    return rounded((both - t * p) / sqrt(spread)) if spread else 0


def _swapped(env: Env) -> Values:
    """With the truth and the predictions in each other's place."""
    if not env["averages"]:
        return _of_positive({**env, "FP": env["FN"], "FN": env["FP"]})
    return work({**env, "table": [list(row) for row in zip(*env["table"], strict=True)]})


def _f1_of_means(env: Env) -> Any:
    if not env["averages"]:
        return None
    precision, recall = env["macro_precision"], env["macro_recall"]
    return _share(2 * precision * recall, precision + recall)


MISCONCEPTIONS = (
    misconception("swapped-precision-recall", "Precision divides by what was called positive, recall by what is.",
                  wrong=_swapped),
    misconception("arithmetic-mean", "F1 is the harmonic mean, not the arithmetic one.",
                  f1=lambda env: None if env["averages"] else _share(env["precision"] + env["recall"], 2)),
    misconception("f1-of-means", "The macro F1 is the mean of the classes' F1.", macro_f1=_f1_of_means),
    misconception("accuracy-for-balanced", "Balanced accuracy is the mean of the recalls of the classes.",
                  balanced_accuracy=lambda env: env.get("accuracy")),
    misconception("accuracy-for-precision", "Precision looks only at what was called positive.",
                  precision=lambda env: env.get("accuracy")),
    misconception("false-positive-rate", "Specificity is the share that was recognised: 1 - the false positive rate.",
                  specificity=lambda env: None if env["averages"] or env["TN"] is None else 1 - env["specificity"]),
    misconception("forgot-true-negatives", "The true negatives are right too.",
                  accuracy=lambda env: None if env["averages"] or env["TN"] is None else _share(
                      env["TP"], env["TP"] + env["TN"] + env["FP"] + env["FN"])),
    misconception("weighted-for-macro", "A macro average counts every class alike.",
                  wrong=lambda env: {f"macro_{name}": env[f"weighted_{name}"] for name in _AVERAGED}
                  if env["averages"] else {}),
    misconception("macro-for-micro", "A micro average adds up the counts of the classes first.",
                  wrong=lambda env: {f"micro_{name}": env[f"macro_{name}"] for name in _AVERAGED}
                  if env["averages"] else {}),
)  # fmt: skip


def notes(env: Env, results: Results) -> Notes:
    """A share without a whole."""
    if _has_empty_share(env):
        yield "A share of nothing, 0/0, has no value: it counts as 0 here, and some programs say nan."


def drawings(env: Env, results: Results) -> Drawings:
    """The confusion matrix, the true classes in rows."""
    names, table = env["names"], env["table"]
    if env["tp"] is not None:
        names, table = ["positive", "negative"], [[env["tp"], env["fn"]], [env["fp"], env["tn"]]]
    if len(names) <= _PICTURED and None not in table[-1]:
        rows = [[f"true {name}", *row, sum(row)] for name, row in zip(names, table, strict=True)]
        columns = ["", *(f"called {name}" if at == 0 else name for at, name in enumerate(names)), "samples"]
        yield Drawing("table", {"columns": columns, "rows": rows})
