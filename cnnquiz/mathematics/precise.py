"""Numbers: exact as long as they are short fractions, otherwise to 100 digits; never floats.

What goes into further arithmetic keeps 100 digits. A result is rounded: exact where it is a short fraction,
otherwise to 30 digits. exp, ln, roots and powers come from the standard library's `decimal`; sines and the
normal distribution come from mpmath, which is imported when one of them is first needed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from typing import Any

from cnnquiz.errors import CnnquizError, GivenError
from cnnquiz.solution import Approximate

DIGITS = 100
ROUNDED_DIGITS = 30
LARGEST_EXPONENT = 2_000  # of exp; beyond it nothing is left to compare
_CONTEXT = Context(prec=DIGITS + 20, rounding=ROUND_HALF_EVEN, Emin=-999_999, Emax=999_999, traps=[])
_LONG = 10**300
_SHORT = 10**ROUNDED_DIGITS
_SIMPLE = 10**12  # a number this close to a fraction with so small a denominator is that fraction
_SAME = 10**50
_LONGEST_EXACT = 10**DIGITS
_LARGEST = 10**1_000  # beyond it nothing can be written out
_SMALLEST = Fraction(1, 10**10_000)  # the tails of the normal distribution are small, and exact
_PI = Fraction(
    "3.14159265358979323846264338327950288419716939937510582097494459230781640628620899862803482534211706798214808651"
)


def exact(value: Any) -> Any:
    """A whole Fraction as an int; everything else as it is."""
    if type(value) is Fraction and value.denominator == 1:
        return value.numerator
    return value


def divide(a: Any, b: Any) -> int | Fraction:
    """a/b, exact: an int where it comes out whole."""
    if b == 0:
        raise CnnquizError("division by zero")
    whole = isinstance(a, int) and isinstance(b, int)
    quotient = Fraction(a, b) if whole else Fraction(a) / Fraction(b)
    return quotient.numerator if quotient.denominator == 1 else quotient


def decimal(x: Any) -> Decimal:
    """The number as a decimal of 120 digits."""
    return _CONTEXT.divide(Decimal(Fraction(x).numerator), Decimal(Fraction(x).denominator))


def fraction(x: Decimal) -> Any:
    """A decimal as a fraction of 100 significant digits."""
    return exact(Fraction(Context(prec=DIGITS).plus(x)))


def limit_digits(x: Any) -> Any:
    """The number itself; one that has grown too long, rounded to 100 significant digits; GivenError beyond 10^1000."""
    if -_LONG <= x.numerator <= _LONG and x.denominator <= _LONG:
        return x
    if abs(x) > _LARGEST or (abs(x) < _SMALLEST and x != 0):
        beyond = "beyond 10^1000" if abs(x) > 1 else "closer to zero than 10^-10000"
        raise GivenError(f"a number {beyond} comes up, which is not worked here")
    if isinstance(x, Fraction):
        return fraction(decimal(x))
    return x


def rounded(x: Any) -> Any:
    """A result as it is shown: exact where it is a short fraction, otherwise rounded to 30 significant digits."""
    if isinstance(x, Fraction) and (x.denominator > _SHORT or abs(x.numerator) > _SHORT):
        near = x.limit_denominator(_SIMPLE)
        if abs(x - near) * _SAME < abs(x):
            return exact(near)
        return Approximate(Context(prec=ROUNDED_DIGITS).plus(decimal(x)))
    if isinstance(x, int) and abs(x) > _LONGEST_EXACT and _ends_in_zeros(x):
        return _display_value(x)
    return exact(x)


def irrational(x: Any) -> Approximate:
    """A number that no fraction is, such as a power of e: rounded as a result is, and never exact."""
    return Approximate(rounded(x))


def _ends_in_zeros(x: int) -> bool:
    """Whether a whole number has no more than the digits that further arithmetic keeps."""
    return bool(x % 10 ** (len(str(abs(x))) - DIGITS) == 0)


def _display_value(x: int) -> Any:
    short = Fraction(Context(prec=ROUNDED_DIGITS).plus(decimal(x)))
    return x if short == x else Approximate(short)


def differ(left: Sequence[Any], right: Sequence[Any]) -> bool:
    """Whether two lists of numbers differ by more than rounding."""
    return any(abs(a - b) * _SAME > 1 for a, b in zip(left, right, strict=True))


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
    if not found.is_finite() or abs(found.adjusted()) > 1_000:
        raise GivenError(f"{_short(x)}^{n} is beyond what is worked here")
    return fraction(found)


def tanh(x: Any) -> Any:
    """The hyperbolic tangent, by exp(-2|x|), which does not overflow."""
    if x == 0:
        return 0
    small = _CONTEXT.exp(decimal(-2 * abs(_within_bounds(x))))
    size = _CONTEXT.divide(_CONTEXT.subtract(Decimal(1), small), _CONTEXT.add(Decimal(1), small))
    return fraction(size if x > 0 else size.copy_negate())


def sinh(x: Any) -> Any:
    """The hyperbolic sine."""
    return (exp(x) - exp(-x)) / Fraction(2)


def cosh(x: Any) -> Any:
    """The hyperbolic cosine."""
    return (exp(x) + exp(-x)) / Fraction(2)


def sigmoid(x: Any) -> Any:
    """1/(1 + e^-x)"""
    one = Decimal(1)
    return fraction(_CONTEXT.divide(one, _CONTEXT.add(one, _CONTEXT.exp(decimal(-_within_bounds(x))))))


def pi() -> Any:
    """The circumference of a circle over its diameter."""
    return _PI


def sin(x: Any) -> Any:
    """The sine."""
    return _by_mpmath("sin", x, "the sine and cosine of {} are not worked here: stay within 50", 50)


def cos(x: Any) -> Any:
    """The cosine."""
    return _by_mpmath("cos", x, "the sine and cosine of {} are not worked here: stay within 50", 50)


def normal_cdf(x: Any) -> Any:
    """The standard normal distribution function."""
    return _by_mpmath("ncdf", x, "gelu of {} is not worked here: stay within 100", 100)


def normal_pdf(x: Any) -> Any:
    """The standard normal density: e^(-x^2/2)/sqrt(2 pi)."""
    return _by_mpmath("npdf", x, "the normal density at {} is not worked here: stay within 100", 100)


def _by_mpmath(name: str, x: Any, refusal: str, most: int) -> Any:
    """One of mpmath's functions to 100 digits; GivenError beyond the bound."""
    if abs(x) > most:
        raise GivenError(refusal.format(_short(x)))
    import mpmath

    ratio = Fraction(x)
    with mpmath.workdps(DIGITS + 40):
        found = getattr(mpmath, name)(mpmath.mpf(ratio.numerator) / ratio.denominator)
        return fraction(decimal(Fraction(*mpmath.libmp.to_rational(found._mpf_))))


def _within_bounds(x: Any) -> Any:
    if abs(x) > LARGEST_EXPONENT:
        raise GivenError(f"{_short(x)} is beyond what is worked here: stay within {LARGEST_EXPONENT:,}")
    return x


def _short(x: Any) -> str:
    if abs(x) > 10**15:
        return "a number beyond 10^15" if x > 0 else "a number below -10^15"
    return str(x) if Fraction(x).denominator < 10**10 else f"{float(x):.6g}"
