"""Names that were probably meant."""

from __future__ import annotations

from cnnquiz.naming import did_you_mean, nearest_names

KNOWN = ("conv", "tconv", "convolve", "pool")


def test_the_nearest_name_comes_first() -> None:
    assert nearest_names("covn", KNOWN) == ["conv", "tconv"]
    assert nearest_names("covn", KNOWN, most=1) == ["conv"]
    assert nearest_names("covn", KNOWN, cutoff=0.4) == ["conv", "tconv", "convolve"]


def test_a_name_like_no_other_is_answered_otherwise() -> None:
    assert did_you_mean("xyz", KNOWN, "there are four") == "there are four"
    assert did_you_mean("covn", KNOWN, "there are four", quote="`") == "did you mean `conv` or `tconv`?"


def test_of_a_long_name_only_the_beginning_is_compared() -> None:
    assert nearest_names("x" * 100_000, KNOWN) == []
    assert nearest_names("conv" * 15 + "x" * 100_000, ["conv" * 15]) == ["conv" * 15]
