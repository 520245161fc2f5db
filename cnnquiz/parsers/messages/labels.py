"""Predictions and labels that a loss cannot set side by side."""

from __future__ import annotations

import re

from cnnquiz.parsers.diagnosis import Diagnosis
from cnnquiz.parsers.messages.product import LINEAR
from cnnquiz.parsers.paste import Call, Paste, dims, size
from cnnquiz.patterns import pattern

KIND = "labels against loss"
_LOSSES = ("loss =", "loss(", "criterion", "compile(", "fit(", "cross_entropy(")


def _batches(found: re.Match[str], paste: Paste) -> Diagnosis | None:
    """Expected input batch_size (60) to match target batch_size (10)."""
    rows, labels = int(found[1]), int(found[2])
    times, rest = divmod(rows, labels) if labels else (0, 1)
    if not rest and times > 1 and (joined := _joined(times, rows, labels, paste)):
        return joined
    for call in paste.layers("view", "reshape"):
        width = paste.number(call.args[-1]) if len(call.args) == 2 and call.args[0] == "-1" else None
        if width and labels and width * rows % labels == 0:
            each = width * rows // labels
            cause = f"the view makes {rows} rows of {width} of {labels} pictures: {each} numbers each"
            return Diagnosis("view size", cause, "x = x.view(x.size(0), -1)", each, call.line)
    return None


def _joined(times: int, rows: int, labels: int, paste: Paste) -> Diagnosis | None:
    """Views of the same pictures that are concatenated as if they were more pictures."""
    joins = [call for call in paste.layers("cat", "concat", "concatenate") if _axis(call) == "0"]
    if not joins:
        return None
    cause = f"the {times} tensors are concatenated along the batch: {rows} rows for {labels} labels"
    fix = paste.lines[joins[0].line - 1].partition("#")[0].strip()
    fix = re.sub(r"(\)|\]|=) *0\)|, *0\)", lambda match: match[0].replace("0", "1"), fix)
    features = [paste.number(call.written(0, "in_features")) for call in paste.layers(*LINEAR)]
    known = {number for number in features if number}
    value = times * features[0] if features and features[0] and len(known) == 1 else None
    return Diagnosis("concatenated along the batch", cause, fix, value, joins[0].line)


def _axis(call: Call) -> str:
    return call.written(1, "dim", "axis") or "0"


def _target_size(found: re.Match[str], paste: Paste) -> Diagnosis | None:
    """Target size (torch.Size([64])) must be the same as input size (torch.Size([64, 1]))."""
    target, given = dims(found[1]), dims(found[2])
    line = paste.line(*_LOSSES)
    cause = f"the labels are {size(target) or 'a number'}, and the predictions {size(given)}"
    if given[:-1] == target and given[-1] == 1:
        return Diagnosis(KIND, cause, "labels = labels.unsqueeze(1)", size(given), line)
    if len(target) == 2 == len(given) and target[:1] == given[:1] and target[1] and not paste.says("one_hot"):
        call = next((one for one in reversed(list(paste.layers(*LINEAR)))), None)
        written = call.written(1, "out_features") if call else ""
        fix = paste.with_argument(call, written, target[1], f"nn.Linear(..., {target[1]})")
        return Diagnosis(KIND, cause, fix, target[1], call.line if call else line)
    if len(target) == 1 and len(given) == 2 and given[1]:
        fix = f"labels = F.one_hot(labels, {given[1]}).float()"
        return Diagnosis(KIND, cause, fix, given[1], line)
    return _decoder(target, given, cause, line)


def _decoder(target: tuple[int | None, ...], given: tuple[int | None, ...], cause: str, line: int | None) -> Diagnosis | None:
    """An output of another height and width than the picture that it shall be."""
    if len(target) != len(given) or len(target) < 3 or target[:2] != given[:2] or not target[-1]:
        return None
    fix = f"x = F.interpolate(x, size=({target[-2]}, {target[-1]}))"
    return Diagnosis("decoder size", cause, fix, target[-1], line)


def _one_hot(found: re.Match[str], paste: Paste) -> Diagnosis:
    cause = "cross entropy takes one class number for each picture, and rows arrive"
    return Diagnosis(KIND, cause, "loss = criterion(outputs, labels.argmax(dim=1))", None, paste.line(*_LOSSES))


def _type(found: re.Match[str], paste: Paste) -> Diagnosis:
    if "Long" in found[0]:
        cause = "cross entropy takes class numbers as whole numbers"
        return Diagnosis(KIND, cause, "labels = labels.long()", None, paste.line(*_LOSSES))
    cause = "two tensors have numbers of different types"
    return Diagnosis("other", cause, "x = x.float()", None, paste.line("model(", "net("))


def _bounds(found: re.Match[str], paste: Paste) -> Diagnosis:
    """Target 10 is out of bounds."""
    label = int(found[1])
    calls = list(paste.layers(*LINEAR))
    made = paste.number(calls[-1].written(1, "out_features")) if calls else None
    cause = f"the label {label} needs {label + 1} outputs" + (f", and the last layer makes {made}" if made else "")
    written = calls[-1].written(1, "out_features") if calls else ""
    fix = paste.with_argument(calls[-1] if calls else None, written, label + 1, f"nn.Linear(..., {label + 1})")
    return Diagnosis(KIND, cause, fix, label + 1, calls[-1].line if calls else None)


def _keras_label(found: re.Match[str], paste: Paste) -> Diagnosis:
    """Received a label value of 10 which is outside the valid range of [0, 10)."""
    classes = int(found[1]) + 1
    cause = f"the label {found[1]} needs {classes} outputs, and there are {found[2]}"
    return Diagnosis(KIND, cause, f'Dense({classes}, activation="softmax")', classes, paste.line("Dense("))


def _keras_shapes(found: re.Match[str], paste: Paste) -> Diagnosis | None:
    """Shapes (None, 1) and (None, 10) are incompatible."""
    labels, given = dims(found[1]), dims(found[2])
    return _keras(labels, given, paste)


def _keras_logits(found: re.Match[str], paste: Paste) -> Diagnosis | None:
    """logits and labels must have the same shape, received ((None, 10) vs (None, 1))."""
    return _keras(dims(found[2]), dims(found[1]), paste)


def _keras(labels: tuple[int | None, ...], given: tuple[int | None, ...], paste: Paste) -> Diagnosis | None:
    line = paste.line(*_LOSSES)
    if not labels or not given or not given[-1]:
        return None
    wanted, made = labels[-1] if len(labels) > 1 else 1, given[-1]
    cause = f"the labels are {wanted or 1} wide, and the predictions {made}"
    if wanted == 1 and made > 1 and not paste.says("binary_crossentropy", "sigmoid"):
        return Diagnosis(KIND, cause, 'loss="sparse_categorical_crossentropy"', made, line)
    if wanted and wanted != made:
        activation = "sigmoid" if wanted == 1 else "softmax"
        return Diagnosis(KIND, cause, f'Dense({wanted}, activation="{activation}")', wanted, paste.line("Dense("))
    return None


def _first_axis(found: re.Match[str], paste: Paste) -> Diagnosis | None:
    """logits and labels must have the same first dimension, got logits shape [32,10] and labels shape [320]."""
    logits, labels = dims(found[1]), dims(found[2])
    if len(logits) == 2 and len(labels) == 1 and logits[0] and logits[1] and labels[0] == logits[0] * logits[1]:
        cause = f"the labels are one-hot ({logits[0]} rows of {logits[1]}), and the loss takes class numbers"
        return Diagnosis(KIND, cause, 'loss="categorical_crossentropy"', logits[1], paste.line(*_LOSSES))
    if len(logits) == 2 and len(labels) == 1 and logits[0] and labels[0] and logits[0] % labels[0] == 0:
        cause = f"{logits[0]} rows of predictions for {labels[0]} labels: the map is not flattened before the last layer"
        return Diagnosis("flatten missing", cause, "model.add(Flatten())", None, paste.line("Dense("))
    return None


_SIZE = r"\(?(?:torch\.Size\()?\[([\d, ]{0,80})\]\)?\)?"
_TUPLE = r"\(([^()]{1,60})\)"
MESSAGES = (
    ("to match target batch_size", pattern(r"input batch_size \((\d+)\) to match target batch_size \((\d+)\)"), _batches),
    ("arget size (", pattern(rf"arget size {_SIZE}[^\[]{{1,60}}input size {_SIZE}"), _target_size),
    ("multi-target not supported", pattern("multi-target not supported"), _one_hot),
    ("1D target tensor expected", pattern("1D target tensor expected"), _one_hot),
    ("scalar type", pattern(r"scalar type \w+ but (?:found|got)[^\n]{0,80}"), _type),
    ("is out of bounds", pattern(r"Target (\d{1,9}) is out of bounds"), _bounds),
    ("outside the valid range of", pattern(
        r"label value of (\d{1,9}) which is outside the valid range of \[0, (\d+)\)"), _keras_label),
    (" are incompatible", pattern(rf"Shapes {_TUPLE} and {_TUPLE} are incompatible"), _keras_shapes),
    ("must have the same shape", pattern(rf"must have the same shape[^(]{{0,40}}\({_TUPLE} vs\.? {_TUPLE}\)"), _keras_logits),
    ("the same first dimension", pattern(
        r"got logits shape \[([\d,]{1,60})\] and labels shape \[([\d,]{1,60})\]"), _first_axis),
)  # fmt: skip
