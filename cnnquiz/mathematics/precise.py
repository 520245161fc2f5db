"""exp, ln, sqrt, sin, cos and the normal distribution of exact numbers, to 100 digits, without floats or sympy.

What goes on to further arithmetic keeps 100 digits; what is shown is settled: exact where it is a short
fraction, rounded to 30 digits where it is not.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from typing import Any

from cnnquiz.errors import GivenError
from cnnquiz.mathematics.expression import exact

DIGITS = 100
SETTLED = 30
LARGEST_EXPONENT = 2_000  # of exp; beyond it nothing is left to compare
_CONTEXT = Context(prec=DIGITS + 20, rounding=ROUND_HALF_EVEN, Emin=-999_999, Emax=999_999, traps=[])
_LONG = 10**300
_SHORT = 10**SETTLED
_SIMPLE = 10**12  # a number this close to a fraction with so small a denominator is that fraction
_SAME = 10**50


def decimal(x: Any) -> Decimal:
    """The number as a decimal of 120 digits."""
    return _CONTEXT.divide(Decimal(Fraction(x).numerator), Decimal(Fraction(x).denominator))


def fraction(x: Decimal) -> Any:
    """A decimal as a fraction of 100 significant digits."""
    return exact(Fraction(Context(prec=DIGITS).plus(x)))


def shortened(x: Any) -> Any:
    """The number itself; one that has grown too long, rounded to 100 significant digits."""
    if isinstance(x, Fraction) and (x.denominator > _LONG or abs(x.numerator) > _LONG):
        return fraction(decimal(x))
    return x


def rounded(x: Any) -> Any:
    """A result as it is shown: exact where it is a short fraction, otherwise rounded to 30 significant digits."""
    if isinstance(x, Fraction) and (x.denominator > _SHORT or abs(x.numerator) > _SHORT):
        near = x.limit_denominator(_SIMPLE)
        if abs(x - near) * _SAME < abs(x):
            return exact(near)
        return exact(Fraction(Context(prec=SETTLED).plus(decimal(x))))
    return exact(x)


def exp(x: Any) -> Any:
    """e to the power of x."""
    if abs(x) > LARGEST_EXPONENT:
        raise GivenError(f"exp({_short(x)}) is beyond what is worked here: stay within {LARGEST_EXPONENT:,}")
    return 1 if x == 0 else fraction(_CONTEXT.exp(decimal(x)))


def ln(x: Any) -> Any:
    """The natural logarithm."""
    if x <= 0:
        raise GivenError(f"ln({_short(x)}) has no value: only numbers above zero have a logarithm")
    return 0 if x == 1 else fraction(_CONTEXT.ln(decimal(x)))


def sqrt(x: Any) -> Any:
    """The square root; exact where it is a fraction."""
    if x < 0:
        raise GivenError(f"sqrt({_short(x)}) has no value: the number is below zero")
    ratio = Fraction(x)
    top, bottom = math.isqrt(ratio.numerator), math.isqrt(ratio.denominator)
    if top * top == ratio.numerator and bottom * bottom == ratio.denominator:
        return exact(Fraction(top, bottom))
    return fraction(_CONTEXT.sqrt(decimal(x)))


def power(x: Any, n: int) -> Any:
    """x to a whole power; exact as long as that is short."""
    ratio = Fraction(x)
    if max(abs(ratio.numerator), ratio.denominator).bit_length() * abs(n) < 4_000:
        return exact(ratio**n)
    found = _CONTEXT.power(decimal(x), n)
    if not found.is_finite() or abs(found.adjusted()) > 5_000:
        raise GivenError(f"{_short(x)}^{n} is beyond what is worked here")
    return fraction(found)


def sin(x: Any) -> Any:
    """The sine, by its series."""
    return _series(x, 1, lambda n: (2 * n) * (2 * n + 1))


def cos(x: Any) -> Any:
    """The cosine, by its series."""
    return _series(x, 0, lambda n: (2 * n - 1) * (2 * n))


def _series(x: Any, power: int, step: Callable[[int], int]) -> Any:
    """x^power - x^(power + 2)/..., each term the one before times -x^2/step(n)."""
    if abs(x) > 50:
        raise GivenError(f"the sine and cosine of {_short(x)} are not worked here: stay within 50")
    wide = Context(prec=DIGITS + 40)
    number = wide.divide(Decimal(Fraction(x).numerator), Decimal(Fraction(x).denominator))
    square = wide.minus(wide.multiply(number, number))
    term = total = number if power else Decimal(1)
    for n in range(1, 400):
        term = wide.divide(wide.multiply(term, square), Decimal(step(n)))
        total = wide.add(total, term)
        if abs(term) < Decimal(10) ** -(DIGITS + 20):
            break
    return fraction(total)


def tanh(x: Any) -> Any:
    """The hyperbolic tangent: 2 sigma(2x) - 1, worked from the small side."""
    if x == 0:
        return 0
    small = _CONTEXT.exp(decimal(-2 * abs(_bounded(x))))
    size = _CONTEXT.divide(_CONTEXT.subtract(Decimal(1), small), _CONTEXT.add(Decimal(1), small))
    return fraction(size if x > 0 else size.copy_negate())


def sigmoid(x: Any) -> Any:
    """1/(1 + e^-x)"""
    one = Decimal(1)
    return fraction(_CONTEXT.divide(one, _CONTEXT.add(one, _CONTEXT.exp(decimal(-_bounded(x))))))


def normal_cdf(x: Any) -> Any:
    """The standard normal distribution function, by the series phi(x)(x + x^3/3 + x^5/15 + ...) + 1/2."""
    if abs(x) > 12:
        raise GivenError(f"gelu of {_short(x)} is not worked here: stay within 12")
    number = decimal(x)
    term = total = number
    for n in range(1, 1_000):
        term = _CONTEXT.divide(_CONTEXT.multiply(term, _CONTEXT.multiply(number, number)), Decimal(2 * n + 1))
        total = _CONTEXT.add(total, term)
        if abs(term) < Decimal(10) ** -(DIGITS + 20):
            break
    return fraction(_CONTEXT.add(Decimal("0.5"), _CONTEXT.multiply(total, _density(x))))


def normal_pdf(x: Any) -> Any:
    """The standard normal density: e^(-x^2/2)/sqrt(2 pi)."""
    return fraction(_density(x))


def _density(x: Any) -> Decimal:
    top = _CONTEXT.exp(decimal(-(Fraction(x) ** 2) / 2))
    return _CONTEXT.divide(top, _CONTEXT.sqrt(_CONTEXT.multiply(Decimal(2), _PI)))


_PI = Decimal(
    "3.14159265358979323846264338327950288419716939937510582097494459230781640628620899"
    "86280348253421170679821480865132823066470938446095505822317253594081284811174502841"
)


def _bounded(x: Any) -> Any:
    if abs(x) > LARGEST_EXPONENT:
        raise GivenError(f"{_short(x)} is beyond what is worked here: stay within {LARGEST_EXPONENT:,}")
    return x


def _short(x: Any) -> str:
    if abs(x) > 10**15:
        return "a number beyond 10^15" if x > 0 else "a number below -10^15"
    return str(x) if len(str(x)) <= 20 else f"{float(x):.6g}"
