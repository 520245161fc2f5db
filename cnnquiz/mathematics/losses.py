"""Losses of single elements, each once: what an element adds, and its derivative by the prediction."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from cnnquiz.mathematics.analysis import parse
from cnnquiz.mathematics.expression import Expr


class Loss(Struct, frozen=True):
    """One loss over predictions p and targets y; d is Huber's delta.

    term      what one element adds
    slope     the derivative of that by p
    averaged  whether the terms are divided by their number, or only added up
    far       the term where |p - y| is above d
    """

    term: str
    slope: str
    averaged: bool = True
    far: str = ""

    @property
    def term_expr(self) -> Expr:
        """The term, read."""
        return parse(self.term, "p", "y")

    @property
    def slope_expr(self) -> Expr:
        """Its derivative, read."""
        return parse(self.slope, "p", "y", "d")

    def term_at(self, p: Any, y: Any, d: Any) -> Expr:
        """The term that holds at a prediction."""
        return parse(self.far, "p", "y", "d") if self.far and abs(p - y) > d else self.term_expr


LOSSES = {
    "mse": Loss("(p - y)^2", "2*(p - y)"),
    "mae": Loss("abs(p - y)", "sign(p - y)"),
    "half-squared": Loss("(p - y)^2/2", "p - y", averaged=False),
    "huber": Loss("(p - y)^2/2", "max(-d, min(d, p - y))", far="d*(abs(p - y) - d/2)"),
    "hinge": Loss("max(0, 1 - y*p)", "-y*step(1 - y*p)"),
    "squared-hinge": Loss("max(0, 1 - y*p)^2", "-2*y*max(0, 1 - y*p)"),
    "bce": Loss("-(y*ln(p) + (1 - y)*ln(1 - p))", "(p - y)/(p*(1 - p))"),
    "cross-entropy": Loss("-y*ln(p)", "-y/p", averaged=False),
    "nll": Loss("-y*p", "-y", averaged=False),
    "kl": Loss("y*ln(y/p)", "-y/p", averaged=False),
}
