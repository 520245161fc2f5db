"""Losses of single elements, each once: what an element adds, and its derivative by the prediction."""

from __future__ import annotations

from msgspec import Struct

from cnnquiz.mathematics.analysis import parse
from cnnquiz.mathematics.expression import Expr


class Loss(Struct, frozen=True):
    """One loss over predictions p and targets y.

    term      what one element adds
    slope     the derivative of that by p
    averaged  whether the terms are divided by their number, or only added up
    """

    term: str
    slope: str
    averaged: bool = True

    @property
    def term_expr(self) -> Expr:
        """The term, read."""
        return parse(self.term, "p", "y")

    @property
    def slope_expr(self) -> Expr:
        """Its derivative, read."""
        return parse(self.slope, "p", "y")


LOSSES = {
    "mse": Loss("(p - y)^2", "2*(p - y)"),
    "half-squared": Loss("(p - y)^2/2", "p - y", averaged=False),
    "bce": Loss("-(y*ln(p) + (1 - y)*ln(1 - p))", "(p - y)/(p*(1 - p))"),
    "cross-entropy": Loss("-y*ln(p)", "-y/p", averaged=False),
}
