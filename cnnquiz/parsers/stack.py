"""Several layers in words, one behind another or side by side: a chain for `net`, or counts that are added up."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import pairwise
from typing import Any

from msgspec import Struct

from cnnquiz.language.mentions import Mention
from cnnquiz.language.statement import Statement
from cnnquiz.language.tokens import ORDINALS
from cnnquiz.parsers.attempt import BEHIND, Attempt, height_first
from cnnquiz.parsers.reading import Phrase, Reading, UnreadError
from cnnquiz.parsers.topics import STACK
from cnnquiz.solution import jsonable

_KINDS = {
    "conv": re.compile(r"conv\d{0,2}|convolutional|convolution|conv2d"),
    "pool": re.compile(r"pool\d{0,2}|pooling|maxpool|maxpooling|avgpool|maxpool2d|maxpooling2d"),
    "dense": re.compile(r"dense\d{0,2}|fc\d{0,2}|fully|linear"),
    "flatten": re.compile(r"flatten|flattened|flattening"),
}
_BORDER = re.compile(
    r"(?<!\w)(?:followed by|then|next|(?:first|second|third|fourth|fifth)(?= (?:\w+ ){0,2}layer)"
    r"|(?:layer|step|stage) #|(?:conv|pool|fc|dense)\d+)(?!\w)"
)
_EVERY = frozenset(("all", "each", "every", "both"))
_FIELDS = {"kernel_size": "k", "stride": "s", "padding": "p", "dilation": "d"}
_OWN = {"kernel_size", "out_channels", "out_features", "in_features", "stride", "padding", "dilation"}


class Piece(Struct):
    """A stretch of the text about one layer at most: its kind, what is said of it, how many alike."""

    place: range
    kind: str
    said: dict[str, Any]
    alike: int = 1
    every: bool = False


class Stack(Attempt):
    """A question about several layers."""

    def __init__(self, statement: Statement) -> None:
        super().__init__(statement, STACK)
        self.names |= {*_OWN, "in_channels", "in_size", "bias", "number", "num_layers"}

    @cached_property
    def mentions(self) -> list[Mention]:
        """What is said, apart from the numbers of the layers themselves."""
        borders = {at for _, inside in self.statement.line.covered(_BORDER) for at in inside}
        own = [one for one in super().mentions if borders.isdisjoint(range(*one.at))]
        return own + [Mention(("",), None, "", at=(at, at + 1)) for at in sorted(borders)]

    @cached_property
    def pieces(self) -> list[Piece]:
        """The text cut at its sentences, at words such as `followed by`, and where another kind of layer begins."""
        found, line = self.statement.tokens, self.statement.line
        cuts = {one.stop for one in self.statement.sentences} | {0, len(found)}
        cuts |= {at + 1 for at, token in enumerate(found) if token.text in "→>"}
        cuts |= {inside[0] for _, inside in line.covered(_BORDER)}
        kind, comma = "", 0
        for at, token in enumerate(found):
            if at in cuts:
                kind, comma = "", 0
            if token.text in (",", "and"):
                comma = at
            if own := self._kind(at):
                if kind and own != kind and comma:
                    cuts.add(comma)
                kind, comma = own, 0
        borders = sorted(cuts)
        return [self._piece(range(begin, end)) for begin, end in pairwise(borders)]

    def _kind(self, at: int) -> str:
        text = self.statement.tokens[at].text
        after = self.statement.tokens[at + 1].text if at + 1 < len(self.statement.tokens) else ""
        if after in ("neural", "network"):
            return ""
        return next((kind for kind, pattern in _KINDS.items() if pattern.fullmatch(text)), "")

    def _piece(self, place: range) -> Piece:
        kinds = {kind: at for at in place if (kind := self._kind(at))}
        piece = Piece(place, "" if len(kinds) != 1 else next(iter(kinds)), {})
        piece.every = any(self.statement.tokens[at].text in _EVERY for at in place)
        for mention in self.mentions:
            if mention.at[0] in place and mention.names[0]:
                self._say(piece, mention)
        if not piece.kind and "out_channels" in piece.said:
            piece.kind = "conv"
        if len(kinds) > 1 and _OWN & piece.said.keys():
            raise UnreadError("what is said of several layers at once is not read apart")
        return piece

    def _say(self, piece: Piece, mention: Mention) -> None:
        name, value = mention.names[0], mention.value
        if "number" in mention.names:
            name = "number"
        if name == "in_channels" and "out_channels" in mention.names and piece.kind == "conv":
            name = "out_channels"
        if piece.said.setdefault(name, value) != value:
            raise UnreadError(f"two values for one layer: {mention.words}", (mention.words,))

    @cached_property
    def layers(self) -> list[Piece]:
        """The pieces that are layers, each as often as it is said to stand there; what all have is put into each."""
        found, shared, numbers = [], dict[str, Any](), []
        for piece in self.pieces:
            own = piece.said.keys() & _OWN
            if self._is_layer(piece):
                alike = piece.every or "kernel_size" in piece.said
                times = piece.said.pop("number", 1) if alike else 1
                found += [Piece(piece.place, piece.kind, dict(piece.said)) for _ in range(min(times, 100))]
            elif own and piece.every and piece.kind in ("conv", ""):
                shared |= {name: piece.said[name] for name in own}
            elif own:
                raise UnreadError("it is not clear to which layer this belongs", tuple(sorted(own)))
            numbers += [piece.said["number"]] if "number" in piece.said else []
        convs = [one for one in found if one.kind == "conv"]
        for one in convs:
            one.said = shared | one.said
        windows = sum(one.kind != "flatten" for one in found)
        if any(number not in (windows, len(convs)) for number in numbers):
            raise UnreadError("another number of layers is said than there are", tuple(map(str, numbers)))
        return found

    def _is_layer(self, piece: Piece) -> bool:
        needs = {"conv": {"kernel_size", "out_channels"}, "dense": {"out_features"}, "pool": _OWN}
        if piece.kind == "flatten":
            return not any(at in place for place in self.asked.values() for at in piece.place)
        return bool(needs.get(piece.kind, set()) & piece.said.keys())

    def readings(self) -> Iterator[Reading]:
        """The chain, or the sum of the layers' parameters where no input is said."""
        want = [names[0] for names in self.asked]
        layers = self.layers
        if len(layers) < 2:
            raise UnreadError("fewer than two layers")
        if {"parameters", "macs"} & {*want}:
            self.refuse_one_of_several()
        self._refuse_other_place(len(layers), sum(one.kind == "conv" for one in layers))
        size = next((one.said["in_size"] for one in self.pieces if "in_size" in one.said), None)
        phrases = tuple(Phrase(one.words, one.names[0], jsonable(one.value)) for one in self.mentions if one.names[0])
        if want == ["difference"]:
            yield self._terms("difference", layers, phrases, size)
        elif size is None and want == ["parameters"]:
            yield self._terms("sum", layers, phrases, size)
        elif want == ["receptive_field"]:
            yield Reading("rf", {"layers": self._chain(layers, want)}, tuple(want), phrases=phrases)
        elif size is not None:
            channels = next((one.said["in_channels"] for one in self.pieces if "in_channels" in one.said), None)
            axes = height_first(size)
            axes = (*axes, channels) if len(axes) < 3 and channels else axes
            if len(axes) < 3 and "3d" in self.statement.line.text.split():
                axes = (*axes, 3)
            flat = want == ["flattened"]
            if want == ["output_shape"] and layers[-1].kind == "conv" and "out_channels" not in layers[-1].said:
                want, flat = ["last_size"], True
            before = [one for one in layers if one.kind in ("conv", "pool")] if flat else layers
            given = {"in": "x".join(map(str, axes)), "layers": self._chain(before, want)}
            assumed = tuple(self._assumed_of(layers))
            yield Reading("flatten" if flat else "net", given, tuple(want), phrases=phrases, assumed=assumed)

    def _refuse_other_place(self, count: int, convs: int) -> None:
        """Refuse what is asked of a layer that is not the last."""
        for place in self.asked.values():
            sentence = self.statement.sentence(place[0])
            near = range(place[0], place[-1] + BEHIND)
            own = {at for one in self.pieces if self._is_layer(one) for at in one.place} - {*near}
            words = [(self.statement.tokens[at].text, at) for at in sentence if at not in own]
            said = {ORDINALS[text] for text, at in words if text in ORDINALS and not self._is_dense(at + 1)}
            behind = {self._kind(at) for at in near if at in sentence} - {"", "flatten"}
            other = behind - {self.layers[-1].kind} if ("output_shape",) in self.asked else set()
            if other or said - {count, convs}:
                raise UnreadError("what is asked of a layer on the way is not read")

    def _is_dense(self, at: int) -> bool:
        """Whether the first dense layer is named here: what comes out of the chain goes in there."""
        return at < len(self.statement.tokens) and self._kind(at) == "dense"

    def _assumed_of(self, layers: Sequence[Piece]) -> Iterator[str]:
        if any("padding" not in one.said for one in layers if one.kind == "conv"):
            yield "padding 0"

    def _chain(self, layers: Sequence[Piece], want: Sequence[str]) -> str:
        """The layers as `--layers` takes them."""
        words, flat = [], False
        for one in layers:
            if one.kind == "dense" and not flat:
                words.append("flatten")
            flat = flat or one.kind in ("dense", "flatten")
            words.append(self._layer(one, want))
        return "; ".join(words)

    def _layer(self, piece: Piece, want: Sequence[str]) -> str:
        said = piece.said
        counted = "parameters" in want and all(one.kind != "dense" for one in self.layers)
        sized = not counted and "receptive_field" not in want
        if piece.kind == "flatten":
            return "flatten"
        nobias = "" if said.get("bias", self._bias) else " nobias"
        if piece.kind == "dense":
            return f"dense {said['out_features']}{nobias}"
        if piece.kind == "conv" and sized and not {"stride", "padding"} & said.keys():
            raise UnreadError("neither stride nor padding of a convolution is said")
        if "kernel_size" not in said:
            if said.get("padding") != "same" or "parameters" in want:
                raise UnreadError("the kernel of a layer is not said")
            said = said | {"kernel_size": 3}
        if said.get("padding") == "same":
            said = said | {"padding": _keeping(said["kernel_size"])}
        fields = [f"{field}{_text(said[name])}" for name, field in _FIELDS.items() if name in said]
        if piece.kind == "pool":
            return " ".join(["pool", *fields])
        sizes_alone = want in (["receptive_field"], ["last_size"])
        filters = said.get("out_channels", 1 if sizes_alone else None)
        if filters is None:
            raise UnreadError("the filters of a layer are not said")
        return " ".join(["conv", str(filters), *fields]) + nobias

    @property
    def _bias(self) -> bool:
        return all(one.said.get("bias", True) for one in self.pieces)

    def _terms(self, name: str, layers: Sequence[Piece], phrases: tuple[Phrase, ...], size: Any) -> Reading:
        """The parameters of each layer, to be added up or compared; channels that are not said come from before."""
        terms, before = [], None
        whole = height_first(size) if size is not None else None
        for one in layers:
            if one.kind in ("flatten", "pool"):
                continue
            if name == "difference":
                before = whole[2] if one.kind == "conv" and whole else None
            terms.append(Reading("params", self._params(one, before, whole), ("parameters",)))
            before = one.said.get("out_channels", one.said.get("out_features"))
        return Reading(name, {}, ("parameters",), phrases=phrases, terms=tuple(terms))

    def _params(self, piece: Piece, before: Any, whole: Any) -> Mapping[str, Any]:
        said, bias = piece.said, piece.said.get("bias", self._bias)
        if piece.kind == "dense":
            inputs = said.get("in_features") or (whole and whole[0] * whole[1] * whole[2]) or before
            return {"layer": "dense", "inputs": inputs, "units": said["out_features"], "bias": bias}
        kernel, channels = said.get("kernel_size"), said.get("in_channels", before)
        if None in (kernel, channels, said.get("out_channels")):
            raise UnreadError("the kernel or the channels of a layer are not said")
        given = {"k": _text(kernel), "channels": channels, "filters": said["out_channels"], "bias": bias}
        return {"layer": "conv", **given}


def _keeping(kernel: Any) -> Any:
    """The padding on each side that keeps the size at stride 1, and makes it i/s rounded up at any other."""
    sides = kernel if isinstance(kernel, tuple) else (kernel,)
    if any(side % 2 == 0 for side in sides):
        raise UnreadError("same padding of an even kernel is not the same on both sides")
    return tuple((side - 1) // 2 for side in sides)


def _text(value: Any) -> str:
    return "x".join(map(str, value)) if isinstance(value, tuple) else str(value)
