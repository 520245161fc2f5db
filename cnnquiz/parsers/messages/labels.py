"""Predictions and labels that a loss cannot set side by side."""

from __future__ import annotations

import re

from cnnquiz.parsers.decoder import decoder_size
from cnnquiz.parsers.diagnosis import Diagnosis
from cnnquiz.parsers.messages.channels import COLOURS
from cnnquiz.parsers.messages.product import LINEAR
from cnnquiz.parsers.paste import Call, Dims, Paste, dims, size

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
    classes, rest = divmod(labels, rows) if rows else (0, 1)
    if (
        not rest
        and classes > 1
        and (paste.says(f"{classes} classes", "one_hot", "one-hot", "get_dummies") or _makes(classes, paste))
    ):
        cause = f"{rows} rows of predictions for {labels} labels: these are one-hot, {classes} numbers for each"
        return Diagnosis(KIND, cause, "labels = labels.argmax(dim=1)", classes, paste.line(*_LOSSES))
    return None


def _makes(classes: int, paste: Paste) -> bool:
    """Whether the last linear layer has so many outputs."""
    calls = list(paste.layers(*LINEAR))
    return bool(calls) and paste.number(calls[-1].written(1, "out_features")) == classes


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
    if 1 in given[1:] and (*given[: given.index(1, 1)], *given[given.index(1, 1) + 1 :]) == target:
        return Diagnosis(KIND, cause, f"labels = labels.unsqueeze({given.index(1, 1)})", size(given), line)
    if len(target) == len(given) == 4 and target[2:] == given[2:] and given[1] == 1 and target[1] in COLOURS:
        return Diagnosis(KIND, f"{cause}: the masks are coloured", 'mask = mask.convert("L")', 1, line)
    if len(target) == 2 == len(given) and target[:1] == given[:1] and target[1] and not paste.says("one_hot"):
        call = next((one for one in reversed(list(paste.layers(*LINEAR)))), None)
        written = call.written(1, "out_features") if call else ""
        fix = paste.with_argument(call, written, target[1], f"nn.Linear(..., {target[1]})")
        return Diagnosis(KIND, cause, fix, target[1], call.line if call else line)
    if len(target) == 1 and len(given) == 2 and given[1]:
        fix = f"labels = F.one_hot(labels, {given[1]}).float()"
        return Diagnosis(KIND, cause, fix, given[1], line)
    if len(target) == len(given) > 2 and target[:2] == given[:2] and target[-1] and given[-1]:
        return decoder_size(given[-1], target[-1], paste)
    return None


def _one_hot(found: re.Match[str], paste: Paste) -> Diagnosis:
    cause = "cross entropy takes one class number for each picture and gets rows"
    return Diagnosis(KIND, cause, "loss = criterion(outputs, labels.argmax(dim=1))", None, paste.line(*_LOSSES))


def _type(found: re.Match[str], paste: Paste) -> Diagnosis:
    if "Long" in found[0]:
        cause = "cross entropy takes class numbers as whole numbers"
        return Diagnosis(KIND, cause, "labels = labels.long()", None, paste.line(*_LOSSES))
    cause = "two tensors have numbers of different types"
    return Diagnosis("other", cause, "x = x.float()", None, paste.line("model(", "net("))


def _one_row(found: re.Match[str], paste: Paste) -> Diagnosis | None:
    """size mismatch (got input: [10], target: [256]): the scores of one sample in place of the batch's."""
    if len(dims(found[1])) != 1:
        return None
    cause = f"the scores of one sample meet {size(dims(found[2]))} labels"
    return Diagnosis(KIND, cause, "outputs = model(x)", None, paste.line("[0]", *_LOSSES))


def _spatial(found: re.Match[str], paste: Paste) -> Diagnosis | None:
    """only batches of spatial targets supported (3D tensors) but got targets of size: [8, 1, 256, 256]."""
    target = dims(found[1])
    if len(target) != 4 or target[1] != 1:
        return None
    cause = "cross entropy takes one class number for each pixel, without a channel axis"
    return Diagnosis(KIND, cause, "masks = masks.squeeze(1)", size((target[0], *target[2:])), paste.line(*_LOSSES))


def _classes_last(found: re.Match[str], paste: Paste) -> Diagnosis | None:
    """Expected target size [8, 100], got [8, 20]: the predictions are 8x20x100, their classes last."""
    wanted, labels = dims(found[1]), dims(found[2])
    if len(wanted) != 2 or len(labels) != 2 or wanted[0] != labels[0]:
        return None
    cause = (
        f"the predictions are {size((*labels, wanted[1]))}, and cross entropy takes their classes at the second axis"
    )
    turned = size((labels[0], wanted[1], labels[1]))
    return Diagnosis("axes exchanged", cause, "outputs = outputs.transpose(1, 2)", turned, paste.line(*_LOSSES))


def _elements(found: re.Match[str], paste: Paste) -> Diagnosis | None:
    """target nelement (196608) != input nelement (65536)."""
    ratio, rest = divmod(int(found[1]), int(found[2]) or 1)
    if rest or ratio not in (3, 4):
        return None
    cause = f"the labels have {ratio} times as many numbers as the predictions: the masks are coloured"
    return Diagnosis(KIND, cause, 'mask = mask.convert("L")', 1, paste.line(*_LOSSES))


def _one_class(found: re.Match[str], paste: Paste) -> Diagnosis | None:
    """You are passing a target array of shape (60000, 1) while using as loss `categorical_crossentropy`."""
    if dims(found[1])[-1:] != (1,):
        return None
    calls = list(paste.layers("Dense"))
    made = paste.number(calls[-1].written(0, "units")) if calls else None
    cause = "categorical cross entropy takes one-hot labels and gets class numbers"
    return Diagnosis(KIND, cause, 'loss="sparse_categorical_crossentropy"', made, paste.line(*_LOSSES))


def _output(found: re.Match[str], paste: Paste) -> Diagnosis | None:
    """A target array with shape (60000, 10) was passed for an output of shape (None, 1)."""
    target, made = dims(found[1]), dims(found[2])
    if len(target) == len(made) == 4 and target[1:3] != made[1:3]:
        cause = f"the output is {size(made[1:])}, and the target {size(target[1:])}"
        return Diagnosis("decoder size", cause, f"layers.Resizing({target[1]}, {target[2]})", size(target[1:3]))
    return _keras(target, made, paste)


def _single_sample(found: re.Match[str], paste: Paste) -> Diagnosis:
    """Expected more than 1 value per channel when training."""
    cause = "batch normalisation needs more than one value for each channel: the last batch holds one sample"
    return Diagnosis("other", cause, "DataLoader(..., drop_last=True)", None, paste.line("DataLoader("))


def _tokens(found: re.Match[str], paste: Paste) -> Diagnosis:
    """sequence length is longer than the specified maximum sequence length for this model (600 > 512)."""
    cause = f"the text has {found[1]} tokens, and there are {found[2]} positions"
    fix = f"truncation=True, max_length={found[2]}"
    return Diagnosis("sequence length", cause, fix, int(found[2]), paste.line("tokenizer(", "max_length"))


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
    return _keras(dims(found[2]), dims(found[1]), paste, binary=True)


def _keras(labels: Dims, given: Dims, paste: Paste, binary: bool = False) -> Diagnosis | None:
    """Labels beside predictions; `binary` where only binary cross entropy says so."""
    line = paste.line(*_LOSSES)
    if not labels or not given or not given[-1]:
        return None
    if len(given) > max(len(labels), 2):
        cause = f"the predictions are {size(given)}, and the labels {size(labels)}: the map is not flattened"
        return Diagnosis(KIND, cause, "model.add(Flatten())", None, paste.line("Dense("))
    wanted, made = labels[-1] if len(labels) > 1 else 1, given[-1]
    cause = f"the labels are {wanted or 1} wide, and the predictions {made}"
    if wanted == 1 and made > 1 and not (binary or paste.says("binary_crossentropy", "sigmoid")):
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
        cause = (
            f"{logits[0]} rows of predictions for {labels[0]} labels: the map is not flattened before the last layer"
        )
        return Diagnosis("flatten missing", cause, "model.add(Flatten())", None, paste.line("Dense("))
    return None


MESSAGES = (
    ("input batch_size ({n}) to match target batch_size ({n})", _batches),
    ("arget size ({shape}) {_} input size ({shape})", _target_size),
    ("multi-target not supported", _one_hot),
    ("1D target tensor expected", _one_hot),
    ("size mismatch (got input: {shape}, target: {shape})", _one_row),
    ("got targets of size: {_}{shape}", _spatial),
    ("Expected target size {shape}, got {shape}", _classes_last),
    ("target nelement ({n}) != input nelement ({n})", _elements),
    ("You are passing a target array of shape {shape} while using as loss", _one_class),
    ("A target array with shape {shape} was passed for an output of shape {shape}", _output),
    ("scalar type {name} but {_} {name}", _type),
    ("Expected more than 1 value per channel when training", _single_sample),
    ("maximum sequence length for this model ({n} > {n})", _tokens),
    ("Target {n} is out of bounds", _bounds),
    ("label value of {n} which is outside the valid range of [0, {n})", _keras_label),
    ("Shapes {shape} and {shape} are incompatible", _keras_shapes),
    ("must have the same shape{_} ({shape} vs {shape})", _keras_logits),
    ("must have the same first dimension, got logits shape {shape} and labels shape {shape}", _first_axis),
)
