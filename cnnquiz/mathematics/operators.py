"""Named operators on short sequences, as plain code that runs on numbers and on letters alike."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import accumulate
from typing import Any

from msgspec import Struct

from cnnquiz.mathematics.convolution import Convolution
from cnnquiz.mathematics.precise import exp, sqrt

LENGTH = 4  # of the sequences that operators are tried on
Sequence = list[Any]


class Operator(Struct, frozen=True):
    """One operator: what it does, in a formula, and as code over a sequence and its fixed weights."""

    formula: str
    apply: Callable[[Sequence, Sequence], Sequence]


def _share(total: Any, many: int) -> Any:
    """A total divided by a number; exact where it is one, and by sympy where it has letters."""
    return total / (Fraction(many) if isinstance(total, int | Fraction) else many)


def _convolution(x: Sequence, h: Sequence) -> Sequence:
    return list(Convolution((tuple(h),), "full", correlate=False, bias=0).output((tuple(x),))[0])


def _dense(x: Sequence, w: Sequence) -> Sequence:
    rows = ((w[0], w[1], 2, -1), (1, w[1], 3, w[0]))
    return [sum(a * b for a, b in zip(row, x, strict=True)) for row in rows]


def _softmax(x: Sequence) -> Sequence:
    powers = [exp(one) for one in x]
    return [Fraction(power) / sum(powers) for power in powers]


def _batch_norm(x: Sequence) -> Sequence:
    mean = Fraction(sum(x), len(x))
    variance = sum((one - mean) ** 2 for one in x) / len(x)
    return [(one - mean) / sqrt(variance + 1) for one in x]


OPERATORS = {
    "convolution": Operator("y[n] = sum_k h[k]*x[n-k]", _convolution),
    "correlation": Operator("y[n] = sum_k h[k]*x[n+k]", lambda x, h: _convolution(x, h[::-1])),
    "convolution with bias": Operator("y[n] = sum_k h[k]*x[n-k] + b", lambda x, h: [y + 1 for y in _convolution(x, h)]),
    "dense without bias": Operator("y = W*x", _dense),
    "dense": Operator("y = W*x + b", lambda x, w: [y + 1 for y in _dense(x, w)]),
    "derivative": Operator("y[n] = x[n] - x[n-1]", lambda x, w: [a - b for a, b in zip(x, [0, *x], strict=False)]),
    "integration": Operator("y[n] = x[0] + ... + x[n]", lambda x, w: list(accumulate(x))),
    "delay": Operator("y[n] = x[n-1]", lambda x, w: [0 * x[0], *x]),
    "scaling": Operator("y[n] = c*x[n]", lambda x, w: [w[0] * one for one in x]),
    "average pooling": Operator(
        "y[n] = (x[2n] + x[2n+1])/2", lambda x, w: [_share(a + b, 2) for a, b in zip(x[::2], x[1::2], strict=True)]
    ),
    "max pooling": Operator("y[n] = max(x[2n], x[2n+1])", lambda x, w: list(map(max, x[::2], x[1::2]))),
    "flatten": Operator("y[n] = x[n], row after row", lambda x, w: list(x)),
    "transpose": Operator("y[i][j] = x[j][i]", lambda x, w: [x[0], x[2], x[1], x[3]]),
    "downsampling": Operator("y[n] = x[2n]", lambda x, w: x[::2]),
    "upsampling": Operator("y[2n] = x[n], zeros between", lambda x, w: [v for one in x for v in (one, 0 * one)]),
    "time reversal": Operator("y[n] = x[-n]", lambda x, w: x[::-1]),
    "sorting": Operator("y = x in order of size", lambda x, w: sorted(x)),
    "median": Operator("y = the middle of x by size", lambda x, w: [_share(sum(sorted(x)[1:3]), 2)]),
    "maximum": Operator("y = max(x)", lambda x, w: [max(x)]),
    "mean": Operator("y = (x[0] + ... + x[3])/4", lambda x, w: [_share(sum(x), 4)]),
    "sum": Operator("y = x[0] + ... + x[3]", lambda x, w: [sum(x)]),
    "softmax": Operator("y[i] = exp(x[i])/sum_j exp(x[j])", lambda x, w: _softmax(x)),
    "batch normalisation": Operator("y[i] = (x[i] - mean)/sqrt(var + eps)", lambda x, w: _batch_norm(x)),
}


_OTHER_NAMES = {
    "convolve": "convolution", "conv": "convolution", "cross correlation": "correlation", "affine": "dense",
    "dense layer": "dense", "dense with bias": "dense", "fully connected": "dense", "linear layer": "dense",
    "matrix multiplication": "dense without bias", "differentiation": "derivative", "difference": "derivative",
    "differencing": "derivative", "integral": "integration", "integrate": "integration", "running sum": "integration",
    "cumulative sum": "integration", "shift": "delay", "gain": "scaling", "avg pooling": "average pooling",
    "average pool": "average pooling", "avgpool": "average pooling", "max pool": "max pooling",
    "maxpool": "max pooling", "maxpooling": "max pooling", "global average pooling": "mean", "averaging": "mean",
    "subsampling": "downsampling", "max": "maximum", "sort": "sorting", "batchnorm": "batch normalisation",
    "batch normalization": "batch normalisation", "batch norm": "batch normalisation",
    "convolution bias": "convolution with bias", "biased convolution": "convolution with bias",
    "reversal": "time reversal", "flattening": "flatten", "linear": "scaling",
}  # fmt: skip


def operator_name(text: str) -> str | None:
    """The operator that a text names: `convolution`, `convolution(x)`, `max-pooling`; None if it names none."""
    word = text.strip().lower().removesuffix("(x)").replace("_", " ").replace("-", " ").strip()
    word = _OTHER_NAMES.get(word, word)
    return word if word in OPERATORS else None
