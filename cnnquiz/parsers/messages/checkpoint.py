"""Saved weights of another shape than the network's."""

from __future__ import annotations

import re

from cnnquiz.parsers.diagnosis import Diagnosis
from cnnquiz.parsers.paste import Paste, dims, square_side

_HEADS = ("fc", "classifier", "head", "linear", "last", "out", "final", "cls", "output", "logit")


def _mismatch(found: re.Match[str], paste: Paste) -> Diagnosis | None:
    name = found[1]
    stored, own = (dims(found[at]) for at in (2, 3))
    if "in the model are" in found[0]:
        stored, own = own, stored
    return _differing(name, stored, own, paste)


def _differing(
    name: str, stored: tuple[int | None, ...], own: tuple[int | None, ...], paste: Paste
) -> Diagnosis | None:
    if len(stored) != len(own):
        return None
    pairs = [(at, a, b) for at, (a, b) in enumerate(zip(stored, own, strict=True)) if a != b and a and b]
    if not pairs:
        return None
    at, saved, made = pairs[0]
    cause = f"{name} is saved with {saved}, and the model has {made}"
    line = paste.line("num_classes", "n_classes", "load_state_dict(")
    if "pos" in name and "emb" in name and len(own) == 3:
        sides = [square_side((n or 0) - 1) or 0 for n in (saved, made)]
        if min(sides) > 3:
            side = sides[0] * 16
            return Diagnosis("image size changed", f"{cause}: {sides[0]}x{sides[0]} patches and one",
                             f"img_size={side}", side, line)  # fmt: skip
    if at == 1 and len(own) == 4:
        return Diagnosis("channels", cause, f"in_channels={saved}", saved, line)
    if at == 0 and any(word in name.lower() for word in _HEADS):
        return Diagnosis(
            "checkpoint head", f"{cause}: its head is for {saved} classes", f"num_classes={saved}", saved, line
        )
    return Diagnosis("in_features" if at == 1 else "other", cause, f"{name}: {saved}", saved, line)


def _variable(found: re.Match[str], paste: Paste) -> Diagnosis | None:
    """Dimension 1 in both shapes must be equal, but are 10 and 1000. Shapes are [512,10] and [512,1000]."""
    own, stored = dims(found[4]), dims(found[5])
    if not paste.says("load_weights", "Assign", "assign", "restore", "checkpoint"):
        return None
    if len(own) == len(stored) == 2 and own[0] == stored[0] and stored[1]:
        cause = f"the saved head is for {stored[1]} classes, and the model's for {own[1]}"
        return Diagnosis("checkpoint head", cause, f"Dense({stored[1]})", stored[1], paste.line("load_weights("))
    return None


def _classes(found: re.Match[str], paste: Paste) -> Diagnosis:
    """with include_top as true, classes should be 1000."""
    cause = "the published weights end in 1000 classes"
    return Diagnosis("checkpoint head", cause, "include_top=False", 1000, paste.line("classes=", "weights="))


MESSAGES = (
    ("size mismatch for {name}: copying a param{_} with shape {shape} from checkpoint, "
     "the shape in current model is {shape}", _mismatch),
    ("parameter named {name}, whose dimensions in the model are {shape} and whose dimensions in the checkpoint "
     "are {shape}",
     _mismatch),
    ("Dimension {n} in both shapes must be equal, but are {n} and {n}. Shapes are {shape} and {shape}", _variable),
    ("`classes` should be 1000", _classes),
)  # fmt: skip
