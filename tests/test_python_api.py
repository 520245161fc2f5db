"""cnnquiz in Python: results by name, searches, readings, checks, and how they show themselves."""

from __future__ import annotations

import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree

import pytest
import stubs

import cnnquiz
from cnnquiz.errors import CnnquizError, GivenError
from cnnquiz.parsers.diagnosis import Diagnosis
from cnnquiz.parsers.reading import Reading, UnreadError

BAD = Path(__file__).parent / "checks/rules/key-wrong/bad.yaml"


def test_results_go_by_name() -> None:
    solved = cnnquiz.solve("conv", size="64x48x3", k=5, stride=2, filters=8)
    assert solved["output_shape"] == solved.output_shape == (30, 22, 8)
    assert repr(solved) == "<conv: output_size 30x22, output_shape 30x22x8, parameters 608>"
    assert cnnquiz.solve("loss", kind="mse", p=[1, 2, 3], y=[1, 0, 5]).loss == Fraction(8, 3)
    assert cnnquiz.solve("conv", in_="n", k="k").output_size == "n - k + 1"
    assert "output_size" in dir(solved)
    with pytest.raises(AttributeError, match="conv has no result colour: there are output_size"):
        solved.colour  # noqa: B018
    with pytest.raises(KeyError, match="there are output_size"):
        solved["colour"]
    with pytest.raises(GivenError, match="did you mean"):
        cnnquiz.solve("conv", size=5, kernel=3)


def test_searches_readings_and_checks() -> None:
    assert cnnquiz.find("conv", "p", size=28, k=5, out=28) == ({"p": 2},)
    assert cnnquiz.find("conv", "k", size=28, output_size=26, bounds={"k": "1:5"}) == ({"k": 3},)
    read = cnnquiz.read("nn.Conv2d(1, 6, 5)")
    assert isinstance(read, Reading) and read.calculator == "conv"
    error = cnnquiz.read("RuntimeError: mat1 and mat2 shapes cannot be multiplied (32x400 and 256x120)")
    assert isinstance(error, Diagnosis) and error.value == 400
    asked = cnnquiz.read("How many parameters has a dense layer with 30 inputs and 20 units?", ["620", "600"])
    assert isinstance(asked, Reading) and asked.want == ("parameters",)
    with pytest.raises(UnreadError):
        cnnquiz.read("hello")
    assert [one.rule for one in cnnquiz.check(str(BAD)).findings if one.level == "error"]
    with pytest.raises(CnnquizError, match="nowhere"):
        cnnquiz.check("nowhere.yaml")


def test_a_notebook_shows_steps_and_pictures() -> None:
    solved = cnnquiz.solve("conv", size=256, k=7, s=2)
    page = ElementTree.fromstring(solved._repr_html_())
    said = "".join(page.itertext())
    assert "125" in said and "124.5" in said and "window 126 would need column 256" in said
    assert not [one for one in page.iter() if {"src", "href", "onload"} & set(one.attrib)]
    assert r"\begin{align*}" in solved._repr_latex_()
    letters = cnnquiz.solve("conv", size="n", k=3)._repr_html_()
    assert ElementTree.fromstring(letters) is not None


def test_types_for_editors_are_those_of_the_declarations() -> None:
    assert stubs.STUB.read_text(encoding="utf-8") == stubs.stub(), "run python tests/stubs.py"


def test_the_import_alone_loads_nothing() -> None:
    heavy = "{'sympy', 'rich', 'click', 'yaml', 'cnnquiz.calculators'} & set(sys.modules)"
    program = f"import sys, cnnquiz; sys.exit(bool({heavy}))"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
