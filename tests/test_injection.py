"""Hostile texts in every field: only text comes out. `python tests/fuzz/injection.py 300` plays more scenes."""

from __future__ import annotations

import pytest
from fuzz import injection
from fuzz.injection import Output, faults


@pytest.mark.parametrize("seed", range(4))
def test_nothing_but_text_comes_out(seed: int) -> None:
    played = list(injection.play(seed, share=0.02))
    assert not [(case.words, output.place, found) for case, output, found in played if found]
    assert len(played) > 60
    assert {"text", "json", "junit", "sarif", "github", "lines", "all.csv"} <= {output.form for _, output, _ in played}


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("text", "a\x1b[2Jb"), ("text", "a\x1b[5mb"), ("text", "a\u202eb"), ("json", '"\x9b"'), ("text", "a\u3164b"),
        ("text", "\u200c"), ("text", "a\rb"), ("text", "a\n  ::error::b"), ("text", "\x1b[1m::error::b"),
        ("github", "::error file=a,line=1,col=2,title=schema::b\n::error::c\n1 bank\n"), ("text", "a ##[error]b"),
        ("text", "Qz1 here"), ("text", "e" + "\u0301" * 40), ("json", "{"), ("junit", "<a>"),
        ("lines", '{"a": 1}\nno\n'),
        ("all.csv", "seed,topic\n1,=1+1\n"), ("all.csv", 'seed,topic\n1,"\t@x"\n'),
    ],
)  # fmt: skip
def test_what_is_a_fault(form: str, text: str) -> None:
    assert list(faults(Output("stdout", form, text)))


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("text", "\x1b[1;31mwrong\x1b[0m [bold]Qz1"), ("text", "torch::nn [x](u:Qz9)"), ("json", '"\\u202e ::error::"'),
        ("github", "::error file=a,line=1,col=2,title=schema::b\n1 bank\n"), ("all.csv", "seed,topic\n-1,'=1\n"),
        ("text", "\u0645\u06cc\u200c\u062e"),
    ],
)  # fmt: skip
def test_what_is_none(form: str, text: str) -> None:
    assert not list(faults(Output("stdout", form, text)))
