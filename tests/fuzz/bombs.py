"""Bombs: inputs that are small to write, or merely large, and would keep the program busy for minutes.

Each is run as a process of its own and must be answered or refused within 2 seconds of CPU time and 200 MB.
The suite runs a few; `python tests/fuzz/bombs.py` runs all, `--kind powers` one kind, `--show` says what each did.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

SECONDS = 2.0  # of CPU time, user and system
MEGABYTES = 200
ENDED_AT = 20  # seconds of CPU time after which the system ends it
CODES = (0, 1, 2, 3)
HEAD = "format: 1\nid: bomb\ntitle: T\nsource: s\nitems:\n"
ROOT = Path(__file__).parents[2]

Pieces = Iterable[str]  # of a file, written one behind the other


class Bomb(NamedTuple):
    """One command line, with the files that it names and what stands on its standard input."""

    kind: str
    arguments: tuple[str, ...]
    files: Mapping[str, Pieces] = MappingProxyType({})
    typed: str = ""

    @property
    def name(self) -> str:
        """The command line, cut where it is long."""
        words = " ".join(one if len(one) < 60 else f"{one[:50]}...({len(one)})" for one in self.arguments)
        return f"{self.kind}: {words}"


class Outcome(NamedTuple):
    """What became of a bomb: exit code (below 0: ended by a signal), CPU seconds, megabytes, what it wrote."""

    code: int
    seconds: float
    megabytes: float
    written: str

    @property
    def fault(self) -> str:
        """What is wrong with it; empty where nothing is."""
        if self.code not in CODES:
            return f"exit code {self.code}"
        if "Traceback (most recent call last)" in self.written or "a fault of cnnquiz" in self.written:
            return "a fault of cnnquiz"
        if self.seconds > SECONDS:
            return "too long"
        return "too much memory" if self.megabytes > MEGABYTES else ""


def nested(before: str, core: str, after: str, times: int) -> str:
    """The core within so many pairs of `before` and `after`."""
    return before * times + core + after * times


def powers(x: str) -> Iterator[str]:
    """Powers of powers, and sums to high powers."""
    yield from (f"9^9^9*{x}", f"{x}^9^9", f"({x}+1)^9999", f"({x}+1)^999*({x}-1)^999", f"{x}^1000*{x}^1000")
    yield from (f"({x}^2+{x}+1)^500", f"((({x}+1)^9+1)^9+1)^9", f"2^{x}^{x}^{x}", f"({x}+1)^(1/97)", f"{x}^{x}^{x}")
    yield from (f"(1+{x}/3)^1000", f"({x}^2+1)^1000/({x}^2-1)^1000", f"9.99^{x}^99", f"0.5^1000*{x}")
    yield from (nested("(", x, "+1)^2", count) for count in (5, 10, 20, 39))
    yield from (nested("(", x, f"^2+{x})^3", count) for count in (3, 6, 30))
    yield from (f"(3*{x}+1/7)^{count}" for count in (40, 99, 400, 999))


def digits(x: str) -> Iterator[str]:
    """Numbers of very many digits."""
    yield from (f"{'9' * 900}*{x}", f"0.{'3' * 900}*{x}", f"10^400*{x}", f"10^1000*{x}", f"{x}/10^1000", f"1e999*{x}")
    yield from (f"{'9' * 5000}*{x}", f"{'9' * 900}^9*{x}", f"1/{'7' * 800}^2*{x}", f"1e-400*{x}", f"1e300*1e300*{x}")
    yield from (f"0x{'f' * 900}*{x}", f"{x}+" + "+".join(f"1/{count}" for count in range(2, 160)))


def functions(x: str) -> Iterator[str]:
    """Functions of large numbers, and functions within functions."""
    yield from (f"phi(1000)*{x}", f"Phi(-1000)*{x}", f"exp(1000)*{x}", f"exp(exp(exp(exp({x}))))", f"sin(10^300*{x})")
    yield from (f"ln({'9' * 300})*{x}", f"exp(-2000)^2*{x}", f"tanh(1/10^300)*{x}", f"sqrt(10^999+{x}^2)")
    for name in ("exp", "ln", "sqrt", "sin", "sigmoid", "tanh", "relu", "abs", "floor", "softplus", "Phi", "cosh"):
        yield from (nested(f"{name}(", x, ")", count) for count in (4, 12, 30))


def trigonometric(x: str) -> Iterator[str]:
    """Trigonometric powers that simplification would multiply out."""
    yield from (f"(sin({x})^2+cos({x})^2)^{count}*{x}" for count in (3, 9, 30, 99, 400))
    yield from (f"sin({x})^{count}*cos({x})^{count}" for count in (5, 20, 60))
    yield "*".join(f"sin({count}*{x})" for count in range(1, 25))
    yield "*".join(f"(sin({count}*{x})+cos({x}))" for count in range(1, 20))
    yield "+".join(f"sin({x})^{count}" for count in range(1, 40))


def corners(x: str) -> Iterator[str]:
    """Sums of absolute values, and nested largest and smallest values."""
    yield from ("+".join(f"abs({x}-{place})" for place in range(count)) for count in (8, 16, 40))
    yield from ("*".join(f"abs({x}-{place})" for place in range(count)) for count in (8, 30))
    for count in (3, 6, 10, 20, 38):
        yield nested(f"max({x}, 1-", x, ")", count)
        yield nested(f"max(min({x}, 2*", x, f"), {x}/3)", count // 2)
    yield f"max({', '.join(f'{count}*{x}' for count in range(90))})"
    yield f"max({', '.join(f'min({x},{count})' for count in range(60))})"
    yield "+".join(f"max({x},{count})" for count in range(60))
    yield "*".join(f"relu({x}-{count})" for count in range(40))
    yield nested("abs(", x, "-1)", 12)
    yield nested("abs(", x, "-1)", 38)
    yield "+".join(f"sign({x}-{count})*step({x}-{count})" for count in range(40))


def fractions(x: str) -> Iterator[str]:
    """Continued fractions, and sums of many fractions."""
    yield from (nested("1/(1+", x, ")", count) for count in (5, 12, 20, 38))
    yield from (nested(f"1/({x}+", x, ")", count) for count in (5, 12, 20, 38))
    yield from ("+".join(f"1/({x}+{place})" for place in range(1, count)) for count in (10, 40, 90))
    yield "*".join(f"({x}+{place})/({x}^2+{place})" for place in range(1, 40))


def long(x: str) -> Iterator[str]:
    """Long sums and products, deep brackets."""
    yield from ("+".join([x] * count) for count in (40, 150, 500))
    yield from ("*".join([x] * count) for count in (40, 150, 500))
    yield from ("*".join(f"({x}+{place})" for place in range(count)) for count in (20, 100))
    yield from (nested("(", x, ")", count) for count in (38, 100, 400, 5000))
    yield from (nested("-", x, "", count) for count in (40, 900, 50_000))
    yield from (x * 300, f"{x} " * 300, f"{x}," * 300, f"|{x}" * 300, "(" * 900, "[" * 900, "√" * 900, "²" * 900)
    yield from (f"{x}{'²' * 500}", f"{'θ' * 900}", "⌊" * 300 + x + "⌋" * 300, "\u202e" * 900, "𝟗" * 900, "a" * 100_000)
    yield from (" and ".join([f"{x}<1"] * 100), "<".join([x] * 200), nested("not ", x, "", 300), "%".join([x] * 200))


def letters() -> Iterator[str]:
    """Expressions of many letters."""
    names = [f"{letter}{number}" for letter in "abcdfghk" for number in range(20)]
    yield from ("+".join(names), "*".join(f"({name}+1)" for name in names[:80]), "x*" + "/".join(names))


EXPRESSIONS = (powers, digits, functions, trigonometric, corners, fractions, long)


def expressions() -> Iterator[Bomb]:
    """Every expression where the solver takes one."""
    for family in EXPRESSIONS:
        kind = family.__name__
        yield from (Bomb(kind, ("solve", "linear", one)) for one in family("x"))
        yield from (Bomb(kind, ("solve", "update", one, "--theta", "3", "--alpha", "0.1")) for one in family("theta"))
        yield from (Bomb(kind, ("solve", "impulse", f"y[n] = {one}")) for one in family("x[n]"))
    yield from (Bomb("letters", ("solve", "linear", one)) for one in letters())
    yield from (Bomb("letters", ("solve", "update", one, "--alpha", "1")) for one in letters())
    for order in (3, 40, 400):
        past = " + ".join(f"0.5*y[n-{back}]" for back in range(1, order))
        yield Bomb("systems", ("solve", "impulse", f"y[n] = x[n] + {past}", "--n", "1000"))
    for rule in ("y[n-1]^2 + x[n]", "exp(y[n-1]) + x[n]", "2*y[n-1] + x[n]", "n^n*x[n]", "9^n*x[n] + y[n-1]",
                 "x[n-999]+x[n+999]", "y[n-1]/3 + x[n]/7", "sin(y[n-1]) + x[n]", "x[n*n*n] + x[-n]"):  # fmt: skip
        yield Bomb("systems", ("solve", "impulse", f"y[n] = {rule}", "--n", "1000"))
    update = ("solve", "update", "--theta", "3", "--alpha", "0.1")
    for method in ("sgd", "momentum", "adam", "rmsprop"):
        yield from (
            Bomb("steps", (*update, loss, "--steps", count, "--method", method))
            for loss in ("theta^2", "theta^4/7", "exp(theta)", "abs(theta)")
            for count in ("1000", "1000000")
        )


def searches() -> Iterator[Bomb]:
    """Searches with many solutions, wide bounds or several unknowns."""
    conv, rf = ("solve", "conv"), ("solve", "rf")
    sized, shape = ("--in", "64x64x3"), ("--shape", "32x32x16")
    for words in (
        (*conv, "--in", "64", "--k", "3", "--out", "32", "--find", "s,p"),
        (*conv, *sized, "--k", "3", *shape, "--find", "s,p,filters"),
        (*conv, *sized, *shape, "--find", "k,s,p,filters"),
        (*conv, *sized, *shape, "--find", "k,s,p,d,filters,groups"),
        (*conv, "--find", "in,k,s,p,d", "--out", "32"),
        (*conv, "--in", "32x32x3", "--find", "k,filters,groups", "--parameters", "896"),
        (*conv, "--k", "3", "--find", "channels,filters,groups", "--parameters", "9216"),
        (*conv, "--in", "400x400", "--k", "3", "--out", "7", "--find", "s,p", "--bounds", "p=0:99999"),
        (*conv, "--in", "64", "--k", "3", "--out", "32", "--find", ",".join(["s"] * 5_000)),
        (*rf, "--out", "7", "--find", "k,n"),
        (*rf, "--out", "7", "--find", "k,n,s"),
        (*rf, "--out", "7", "--find", "k,n,s,d"),
        (*rf, "--out", "9999", "--find", "k,n", "--bounds", "n=1:10000", "--bounds", "k=1:10000"),
        (*rf, "--k", "3", "--s", "2", "--out", "9" * 400, "--find", "n", "--bounds", "n=1:10000"),
        ("solve", "pool", "--in", "9999x9999", "--out", "77", "--find", "k,s,p"),
        ("solve", "tconv", "--out", "77", "--find", "in,k,s,p"),
        ("solve", "params", "dense", "--find", "inputs,units", "--parameters", "1000000"),
        ("solve", "train", "--find", "samples,epochs", "--batch", "3", "--iterations", "1000"),
    ):
        yield Bomb("find", words)
    for high in ("200000", "1000000000", "10" * 9, "9" * 40):
        yield Bomb(
            "find", (*conv, "--k", "3", "--s", high[:6], "--out", "1", "--find", "in", "--bounds", f"in=1:{high}")
        )
        yield Bomb("find", (*conv, "--in", high, "--k", "1", "--out", "1", "--find", "s", "--bounds", f"s=1:{high}"))
        yield Bomb("find", (*rf, "--s", "1", "--k", "1", "--out", "1", "--find", "n", "--bounds", f"n=1:{high}"))


def networks() -> Iterator[Bomb]:
    """Networks of very many layers, of huge numbers, and files of networks."""
    sized = ("--in", "64x64x3")
    for command in ("net", "cost", "rf", "flatten"):
        for layers in (
            "; ".join(["conv 8 k3 p1"] * 2_000), "; ".join(["conv 8 k3 p1"] * 9_000),
            "; ".join(["relu"] * 20_000), ";" * 100_000, "conv 8 k3 p1; pool k2; conv " + "9" * 300,
            "; ".join(["tconv 8 k3 s2"] * 60), "; ".join(["tconv 8 k3 s2"] * 3_000), "conv 8 k" + "3x" * 9_000,
            "; ".join(["conv 999999999999 k1"] * 300), "(" * 5_000 + "conv 8 k3" + ")" * 5_000,
        ):  # fmt: skip
            yield Bomb("layers", ("solve", command, "--layers", layers, *sized))
        yield Bomb("layers", ("solve", command, "--layers", "conv 8 k3", "--in", "9" * 18 + "x" + "9" * 18 + "x3"))
    yield Bomb("layers", ("solve", "rf", "--k", "3", "--s", "2", "--n", "10000"))
    yield Bomb("layers", ("solve", "rf", "--k", "3", "--s", "2", "--n", "1000000000"))
    yield Bomb("layers", ("solve", "rf", "--k", "99", "--n", "10000", "--d", "7"))
    yield Bomb("layers", ("solve", "gradient", "sigmoid", "--layers", "1000000000"))
    yield Bomb("layers", ("solve", "autoencoder", "-".join(["9"] * 1001)))
    for command in ("net", "cost", "rf"):
        for number, text in enumerate(network_files()):
            yield Bomb("network file", ("solve", command, f"net{number}.yaml"), {f"net{number}.yaml": text})


def network_files() -> Iterator[Pieces]:
    """Files of networks: many layers, blocks in blocks, aliases, depth, size."""
    head = "format: 1\nname: bomb\ntitle: T\nsource: s\ninput: 64x64x3\n"
    body = "  a: [conv 8 k3 p1, relu]\n"
    yield (head, "layers:\n", *["  - conv 8 k3 p1\n"] * 9_000)
    yield (head, "layers:\n", *["  - conv 8 k3 p1\n"] * 110_000)
    yield (head, f"blocks:\n{body}layers:\n  - {{block: a, repeat: 9999}}\n")
    yield (head, f"blocks:\n{body}layers:\n  - {{block: a, repeat: 1000000000}}\n")
    yield (head, f"blocks:\n{body}layers:\n", *["  - {block: a, repeat: 4000}\n"] * 50)
    chain = "".join(f"  b{n}: [{{block: b{n + 1}, repeat: 10}}, {{block: b{n + 1}, repeat: 10}}]\n" for n in range(18))
    yield (head, f"blocks:\n{chain}  b18: [relu]\nlayers: [{{block: b0}}]\n")
    empty = "".join(f"  b{n}: [{{block: b{n + 1}}}, {{block: b{n + 1}}}]\n" for n in range(19))
    yield (head, f"blocks:\n{empty}  b19: []\nlayers: [{{block: b0}}]\n")
    yield (head, "blocks:\n  a: [{block: a, repeat: 9}]\nlayers: [{block: a}]\n")
    join = "{add: {body: [conv 8 k3 p1], shortcut: [identity]}}"
    yield (head, "layers:\n", *[f"  - {join}\n"] * 3_000)
    yield (head, "layers:\n  - ", "{add: {body: [conv 3 k1], shortcut: [" * 15, "relu", "]}}" * 15, "\n")
    yield (head, "layers: ", "[" * 20_000, "]" * 20_000)
    yield (head, "layers: ", "{a: " * 20_000, "}" * 20_000)
    wide = ", ".join(f"b{n}: [conv 8 k1]" for n in range(3_000))
    yield (head, f"layers:\n  - concat: {{{wide}}}\n")
    aliases = "".join(f"b{n}: &b{n} [{', '.join([f'*b{n - 1}'] * 9)}]\n" for n in range(1, 12))
    yield (head, "b0: &b0 [relu]\n", aliases, "layers: *b11\n")
    yield (head, "layers: [conv 8 k3]\nvariants:\n", *(f"  v{n}: {{title: t}}\n" for n in range(50_000)))
    yield (head, "layers:\n  - conv 8 k", "9" * 1_900_000, "\n")
    yield ("\0" * 1_000_000,)
    yield ("a: b\n" * 500_000,)


def item(number: int, stem: str = "What?", more: str = "options: {a: x, b: y}\n    key: a") -> str:
    """One item of a bank."""
    return f"  - id: q{number}\n    stem: {json.dumps(stem)}\n    {more}\n"


def bank(*items: str) -> dict[str, Pieces]:
    """A bank of these items, as the file bank.yaml."""
    return {"bank.yaml": (HEAD, *items)}


def on_banks(kind: str, files: dict[str, Pieces], take: str = "a") -> Iterator[Bomb]:
    """A bank in each command that reads one."""
    yield Bomb(kind, ("take", "bank.yaml", "--answers", take), files)
    yield Bomb(kind, ("check", "bank.yaml"), files)
    yield Bomb(kind, ("show", "bank.yaml", "--key"), files)


def sizes() -> Iterator[Bomb]:
    """Banks that are large: many items, options, hints, fields; long values; depth; aliases."""
    yield Bomb("large bank", ("take", "bank.yaml", "--limit", "1", "--answers", "a"), bank(*map(item, range(100_000))))
    yield Bomb("large bank", ("take", "bank.yaml", "--answers", "a"), bank(*map(item, range(100_000))))
    yield Bomb("large bank", ("take", "bank.yaml", "--shuffle", "--answers", "a"), bank(*map(item, range(100_000))))
    yield Bomb("large bank", ("list", "bank.yaml"), bank(*map(item, range(100_000))))
    yield Bomb("large bank", ("drill", "bank.yaml"), bank(*map(item, range(100_000))), "q\n")
    yield Bomb("large bank", ("show", "bank.yaml/q99999"), bank(*map(item, range(100_000))))
    yield Bomb("large bank", ("take", "bank.yaml", "--answers", "a"), bank(*[item(1)] * 100_000))
    many = {
        "options": f"options: {{{', '.join(f'o{n}: x{n}' for n in range(50_000))}}}\n    key: a",
        "hints": f"options: {{a: x, b: y}}\n    key: a\n    hints: [{', '.join(['h'] * 200_000)}]",
        "keys": f"type: multiple\n    options: {{a: x, b: y}}\n    key: [{', '.join(['a'] * 200_000)}]",
        "where": f"options: {{a: x, b: y}}\n    key: a\n    where: [{', '.join(['k < 3'] * 50_000)}]",
        "unknown": "options: {a: x, b: y}\n    key: a\n" + "".join(f"    f{n}: 1\n" for n in range(100_000)),
        "deep": f"options: {'[' * 9_000}{']' * 9_000}\n    key: a",
        "deep map": f"options: {'{a: ' * 9_000}{'}' * 9_000}\n    key: a",
        "key": f"options: {{a: x, b: y}}\n    key: {'a' * 5_000_000}",
        "answer": f"type: number\n    key: '{'9' * 5_000_000}'",
        "typed": f"type: expression\n    key: {'(' * 5_000}x{')' * 5_000}",
        "id": f"options: {{a: x, b: y}}\n    key: a\n    topic: {'t' * 5_000_000}",
        "text": f"options: {{a: {'x ' * 2_000_000}, b: y}}\n    key: a",
        "allow": f"options: {{a: x, b: y}}\n    key: a\n    allow: [{', '.join(['key-wrong'] * 100_000)}]",
        "why": f"options: {{a: {{text: x, why: '{'**w** ' * 100_000}'}}, b: y}}\n    key: a",
    }
    for more in many.values():
        yield from on_banks("large item", bank(item(1, more=more)))
    yield Bomb("file", ("check", "bank.yaml"), {"bank.yaml": ("x" * 1_000_000,) * 50})
    yield Bomb("file", ("take", "bank.yaml"), {"bank.yaml": ("- " * 1_000_000,) * 12})
    yield Bomb("file", ("check", "bank.yaml"), {"bank.yaml": ("a: 1\n" * 1_000_000,) * 6})
    yield Bomb("file", ("check", "bank.yaml"), {"bank.yaml": ("[" * 1_000_000,)})
    yield Bomb("file", ("check", "bank.yaml"), {"bank.yaml": ("#" * 1_000_000 + "\n",) * 30})
    yield Bomb("file", ("check", "bank.yaml"), {"bank.yaml": ("\t" * 1_000_000,)})
    yield Bomb("file", ("check", "bank.yaml"), {"bank.yaml": ('"' + "\\u0041" * 3_000_000 + '"',)})
    yield Bomb("file", ("check", "bank.yaml"), {"bank.yaml": (HEAD, "  - ", *["? "] * 200_000)})
    lines = "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 30))
    yield Bomb("file", ("check", "bank.yaml"), {"bank.yaml": ("a0: &a0 [x]\n", lines, HEAD, item(1))})
    yield Bomb("file", ("take", "bank.yaml"), {"bank.yaml": (HEAD, "  - <<: " * 40)})
    yield Bomb("file", ("check", "."), {f"b{n}.yaml": (HEAD, item(1)) for n in range(300)})


def prose() -> Iterator[Bomb]:
    """Stems of very many marks of Markdown and mathematics."""
    for mark in (
        "`", "*", "_", "[", "](", "$", "**a", "<a", "![", "- ", "> ", "\\", "| a ", "{", "{in}", "$x$ ", "$\\frac{",
        "$\\a$ ", "1 ", "9x9 ", "http://a.b ", "&amp;", "\u0301", "\u200b", "\u202e", "字", "a ", "1. ", "# ", "```\n",
        "- a\n", "no not ", "2+2=5 ", "the kernel is 3 ", "(a, ", "3, 4, ",
    ):  # fmt: skip
        yield from on_banks("prose", bank(item(1, mark * 20_000)))
    derivation = "derivation: {conv: {in: 9x9x3, k: 3, filters: 4}, want: output_shape}"
    rationale = json.dumps("7 = 9 - 3 + 1. " * 5_000)
    more = f"options: {{a: 7x7x4, b: 9x9x4}}\n    key: a\n    rationale: {rationale}\n    {derivation}"
    yield from on_banks("prose", bank(item(1, "Which size? " + "9x9x3 k 3 stride 1 " * 3_000, more)))


def claims() -> Iterator[Bomb]:
    """Options whose claims are bombs, one or many in an item."""
    sample = [one for family in EXPRESSIONS for one in list(family("x"))[::4] if len(one) < 2_000]
    claimed = [f"{{linear: {json.dumps(one)}}}" for one in sample]
    holds = ("9^9^9 > 1", "max(layers)", "layers % 0", f"{'(' * 500}layers{')' * 500}", "layers^1000^1000 > 1")
    claimed += [f"{{net: {{network: vgg16}}, holds: {json.dumps(one)}}}" for one in holds]
    for claim in claimed:
        more = f"options: {{a: {{text: x, claim: {claim}}}, b: {{text: y, claim: none}}}}\n    key: a"
        yield Bomb("claims", ("take", "bank.yaml", "--answers", "a"), bank(item(1, more=more)))
        yield Bomb("claims", ("check", "bank.yaml"), bank(item(1, more=more)))
    many = ", ".join(
        f"{letter}: {{text: {letter}, claim: {claim}}}"
        for letter, claim in zip("abcdefghij", claimed[25:], strict=False)
    )
    yield from on_banks("claims", bank(item(1, more=f"options: {{{many}}}\n    key: a")))


def derivations() -> Iterator[Bomb]:
    """Derivations and keys that are bombs."""
    for one in [one for family in EXPRESSIONS for one in list(family("theta"))[::4] if len(one) < 2_000]:
        given, key = f"update: {{J: {json.dumps(one)}, theta: 3, alpha: 0.1}}", json.dumps(one.replace("theta", "x"))
        more = f"type: number\n    key: '1'\n    derivation: {{{given}, want: theta}}"
        yield Bomb("derivations", ("take", "bank.yaml", "--answers", "7"), bank(item(1, more=more)))
        yield Bomb("derivations", ("check", "bank.yaml"), bank(item(1, more=more)))
        more = f"type: expression\n    key: {key}"
        yield Bomb("keys", ("take", "bank.yaml", "--answers", key), bank(item(1, more=more)))
    for given, want in (
        (f"softmax: {{z: [{', '.join(['1.5'] * 100_000)}]}}", "total"),
        (f"softmax: {{z: [{', '.join(['1.5'] * 9_000)}]}}", "total"),
        (f"convolve: {{x: [{', '.join(['7'] * 9_000)}], h: [1, 2, 3]}}", "size"),
        (f"net: {{layers: [{', '.join(['conv 8 k3 p1'] * 5_000)}], in: 64x64x3}}", "parameters"),
        ("rf: {k: 3, s: 2, n: 10000}", "receptive_field"), ("gradient: {function: sigmoid, layers: 1000000}", "bound"),
        ("impulse: {equation: 'y[n] = y[n-1]^2 + x[n]', n: 1000}", "linear"),
        ("update: {J: theta^4, theta: 3, alpha: 0.1, steps: 1000}", "theta"),
        (f"batchnorm: {{values: [{', '.join(['0.123456789'] * 9_999)}]}}", "mean"),
    ):  # fmt: skip
        more = f"type: number\n    key: '1'\n    derivation: {{{given}, want: {want}}}"
        yield from on_banks("derivations", bank(item(1, more=more)), "1")


def draws() -> Iterator[Bomb]:
    """Families of very many numbers, and conditions that are bombs."""
    k = "vary: {k: {range: [1, 9]}}\n    where: "
    huge = ", ".join(map(str, range(1, 9_999)))
    for draw in (
        "vary: {k: {range: [1, 1000000000]}}", "vary: {k: {range: [1, 1000000000000000000, 1]}}",
        "vary: {k: {range: [1e1, 6]}}", "vary: {k: {range: [1, 9, 0e0]}}", "vary: {k: {range: [1e99, 1e999]}}",
        f"vary: {{k: {{choice: [{huge}, {huge}]}}}}", f"vary: {{k: {{choice: [{huge}]}}, s: {{choice: [{huge}]}}}}",
        f"vary: {{k: {{choice: [{'9' * 49_000}]}}}}", "vary: {k: {range: [4, 9]}}\n    where: [k < 3]",
        "vary: {k: {range: [1, 9]}, s: {range: [1, 9]}, p: {range: [0, 9]}, d: {range: [1, 9]}}",
        f"{k}['9^9^9 > k']", f"{k}['max(k)']", f"{k}['k % 0 == 0']", f"{k}['k^k^k^k > 1']",
        f"{k}['{'(' * 5_000}k{')' * 5_000}']", f"{k}[{', '.join(['k < 8'] * 5_000)}]",
    ):  # fmt: skip
        conv = "type: shape\n    derivation: {conv: {in: 9x9x3, k: 3, filters: 4}, want: output_shape}"
        files = bank(item(1, "Which shape?", f"{conv}\n    {draw}"))
        yield Bomb("draws", ("take", "bank.yaml", "--seed", "1", "--answers", "1x1"), files)
        yield Bomb("draws", ("check", "bank.yaml"), files)
        yield Bomb("draws", ("drill", "bank.yaml"), files, "1x1\nq\n")


def answers() -> Iterator[Bomb]:
    """Answers that are huge, on the command line or typed."""
    typed = ("9" * 100_000, "(" * 100_000, "a " * 60_000, "a" * 100_000, "\u202e" * 30_000, "1x" * 50_000, "'" * 99_999)
    two = "options: {a: x, b: y}\n    key: "
    keys = {
        "single": f"{two}a", "number": "type: number\n    key: '1'", "multiple": f"type: multiple\n    {two}[a, b]",
        "shape": "type: shape\n    key: 1x1", "expression": "type: expression\n    key: 2*x",
        "true-false": "type: true-false\n    options: {a: 'true', b: 'false'}\n    key: a",
    }  # fmt: skip
    for more in keys.values():
        for text in typed:
            yield Bomb("answers", ("take", "bank.yaml", "--answers", text), bank(item(1, more=more)))
            yield Bomb("answers", ("take", "bank.yaml"), bank(item(1, more=more)), f"{text}\n" * 20)
    for text in ("x^9^9", "(x+1)^9999", "1/10^1000*x", "9^9^9", *(list(corners("x"))[::3])):
        yield Bomb("answers", ("take", "bank.yaml"), bank(item(1, more=keys["expression"])), f"{text}\n")
    drill = ("drill", "conv", "--seed", "1")
    for pieces in (
        ("9" * 1_000_000,) * 60,
        ("key\n" * 1_000_000,) * 5,
        ("h\n" * 1_000_000,),
        ("h\n" * 32_000,),
        ("k" * 60_000,),
    ):
        yield Bomb("answers", (*drill, "--answers-file", "answers.txt"), {"answers.txt": pieces})
    yield Bomb("answers", drill, typed="9" * 1_000_000 + "\nq\n")


def givens() -> Iterator[Bomb]:
    """Givens that are huge, or lists of them, on the command line (up to what the system takes) and in batch lines."""
    for size in (10**8, 10**12, 10**18):
        for words in (f"conv --in {size} --k 7", f"pool --in {size} --k 2", f"conv --in 9 --k 9 --p {size}"):
            yield Bomb("givens", ("solve", *words.split()))
    for text in (",".join(["1"] * 9_999), ",".join(["1.23456789"] * 9_000), ",".join(["1000"] * 9_999), "1," * 60_000):
        yield Bomb("givens", ("solve", "softmax", text))
        yield Bomb("givens", ("solve", "batchnorm", text))
        yield Bomb("givens", ("solve", "loss", "mse", "--p", text, "--y", text))
        yield Bomb("givens", ("solve", "loss", "cross-entropy", "--logits", text, "--class", "1"))
        yield Bomb("givens", ("solve", "convolve", "--x", text, "--h", "1,2,3"))
        yield Bomb("givens", ("solve", "convolve", "--x", text, "--h", text))
        yield Bomb("givens", ("solve", "gradient", "tanh", "--values", text))
        yield Bomb("givens", ("solve", "impulse", "--h", text))
        yield Bomb("givens", ("solve", "update", "--gradient", text, "--alpha", "1", "--steps", "9999"))
        yield Bomb("givens", ("solve", "softmax", text, "--format", "json"))
    rows = ";".join([" ".join(["7"] * 100)] * 100)
    yield Bomb("givens", ("solve", "convolve", "--x", rows, "--h", rows))
    yield Bomb("givens", ("solve", "convolve", "--x", rows, "--h", "1 2; 3 4", "--mode", "same"))
    hexadecimal = "0x" + "f" * 9_999
    for number in ("9" * 100, "9" * 100_000, "10^400", "1e300", "1/3", "1e-300", "9^9999", hexadecimal, "n" * 9_999):
        yield Bomb("givens", ("solve", "conv", "--in", number, "--k", "3"))
        yield Bomb("givens", ("solve", "activation", "sigmoid", "--x", number))
        yield Bomb("givens", ("solve", "softmax", f"{number},1"))
        yield Bomb("givens", ("solve", "update", "theta^2", "--theta", number, "--alpha", number, "--steps", "9"))
        yield Bomb("givens", ("solve", "gradient", "sigmoid", "--layers", number))
        yield Bomb("givens", ("solve", "train", "--samples", number, "--batch", "3", "--epochs", number))
        yield Bomb("givens", ("solve", "pool", "--in", number, "--k", number))
    yield Bomb("givens", ("solve", "dense", "--in", "9" * 18, "--units", "9" * 18))
    yield Bomb("givens", ("solve", "9" * 100_000))
    yield Bomb("givens", ("a" * 100_000,))
    yield Bomb("givens", ("solve", "conv", *["--in", "9"] * 5_000, "--k", "3"))


def batches() -> Iterator[Bomb]:
    """Batch lines that are huge, deep or bombs."""

    def batch(*pieces: str) -> Bomb:
        return Bomb("batch", ("solve", "--batch", "lines.jsonl"), {"lines.jsonl": pieces})

    line = '{"calculator": "conv", "given": {"in": 9, "k": 3}}\n'
    yield batch(*["x" * 1_000_000] * 50)
    yield batch(*["x" * 1_000_000] * 50, "\n", line)
    yield batch('{"calculator": "softmax", "given": {"z": [', *["1, " * 100_000] * 50, "1]}}\n")
    yield batch('{"calculator": "softmax", "given": {"z": [', *["1, " * 100_000] * 10, "1]}}\n")
    yield batch('{"calculator": "conv", "given": {', *['"a": 1, '] * 1_000_000, '"b": 2}}\n')
    yield batch('{"calculator": "conv", "given": {', *(f'"a{n}": 1, ' for n in range(1_000_000)), '"b": 2}}\n')
    yield batch('{"calculator": "conv", "given": {', *(f'"a{n}": 1, ' for n in range(100_000)), '"a99999": 2}}\n')
    yield batch("[" * 1_000_000, "\n", line)
    yield batch('{"a":' * 1_000_000, "\n", line)
    yield batch("[" * 900, "]" * 900, "\n", line)
    yield batch('{"calculator": "conv", "given": {"in": ', "[" * 5_000, "]" * 5_000, "}}\n", line)
    yield batch('{"calculator": "conv", "given": {"in": ', "9" * 1_000_000, "}}\n", line)
    yield batch('{"calculator": "conv", "given": {"in": "', "9" * 1_000_000, '", "k": 3}}\n', line)
    yield batch("\n" * 50_000)
    yield batch("\0" * 1_000_000, "\n", line)
    yield batch("{}\n" * 5_000)
    for family in EXPRESSIONS:
        for one in list(family("x"))[:2]:
            request = {"calculator": "linear", "given": {"operator": one}, "steps": True}
            yield batch(json.dumps(request) + "\n", line)
    for given in ({"in": 64, "k": 3}, {"in": "64x64x3"}):
        request = {"calculator": "conv", "given": given, "find": ["s", "p", "d", "filters"], "shape": "32x32x8"}
        yield batch(json.dumps(request) + "\n")
    yield Bomb("batch", ("solve", "--batch", "-"), typed="x" * 5_000_000)


def bombs() -> Iterator[Bomb]:
    """All bombs."""
    for family in (expressions, searches, networks, sizes, prose, claims, derivations, draws, answers, givens, batches):
        yield from family()


def outcome(bomb: Bomb, limit: int = ENDED_AT) -> Outcome:
    """Run a bomb in a folder of its own; what became of it."""
    with tempfile.TemporaryDirectory() as folder:
        for name, pieces in bomb.files.items():
            with Path(folder, name).open("w", encoding="utf-8", errors="surrogatepass") as file:
                file.writelines(pieces)
        Path(folder, ".typed").write_text(bomb.typed, encoding="utf-8")
        child = os.fork()
        if not child:
            _become(bomb, folder, limit)
        _, status, used = os.wait4(child, 0)
        written = Path(folder, ".written").read_bytes()[:1_000_000].decode("utf-8", "replace")
    code = os.waitstatus_to_exitcode(status)
    return Outcome(code, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, written)


def _become(bomb: Bomb, folder: str, limit: int) -> None:
    """Turn this process into the program, which works in the folder and writes there."""
    try:
        os.chdir(folder)
        resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))
        os.dup2(os.open(".typed", os.O_RDONLY), 0)
        os.dup2(os.open(".written", os.O_CREAT | os.O_WRONLY | os.O_APPEND), 1)
        os.dup2(1, 2)
        home = {"CNNQUIZ_HOME": str(Path(folder, ".home")), "PYTHONPATH": str(ROOT), "COLUMNS": "80"}
        command = [sys.executable, "-m", "cnnquiz", *bomb.arguments]
        os.execve(command[0], command, {**os.environ, **home})
    finally:
        os._exit(99)


class Row:
    """The figures of one kind."""

    def __init__(self) -> None:
        self.count, self.seconds, self.megabytes, self.codes, self.faults = 0, 0.0, 0.0, Counter[int](), 0

    def add(self, found: Outcome) -> None:
        """Count one outcome."""
        self.count += 1
        self.seconds, self.megabytes = max(self.seconds, found.seconds), max(self.megabytes, found.megabytes)
        self.codes[found.code] += 1
        self.faults += bool(found.fault)


def main() -> None:
    """Run the bombs, say at once which of them does harm, and end with a table by kind."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kind", help="only this kind")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="only each Nth bomb")
    parser.add_argument("--from", type=int, default=0, dest="first", metavar="N", help="begin with the Nth of these")
    parser.add_argument("--show", action="store_true", help="say what each did")
    asked = parser.parse_args()
    rows: dict[str, Row] = {}
    begun = time.monotonic()
    for number, bomb in enumerate(bombs()):
        if number % asked.every != asked.first % asked.every or (asked.kind and bomb.kind != asked.kind):
            continue
        found = outcome(bomb)
        rows.setdefault(bomb.kind, Row()).add(found)
        if found.fault or asked.show:
            last = found.written.strip().rpartition("\n")[2][:150]
            figures = f"{found.seconds:.2f} s, {found.megabytes:.0f} MB"
            sys.stdout.write(f"{found.fault or found.code}: {figures}: {bomb.name}\n    {last}\n")
            sys.stdout.flush()
    sys.stdout.write(f"\n{'kind':16}{'bombs':>6}{'worst s':>9}{'worst MB':>10}{'faults':>8}  exit codes\n")
    for kind, row in rows.items():
        codes = ", ".join(f"{code}: {count}" for code, count in sorted(row.codes.items()))
        sys.stdout.write(f"{kind:16}{row.count:6}{row.seconds:9.2f}{row.megabytes:10.0f}{row.faults:8}  {codes}\n")
    total, faults = sum(row.count for row in rows.values()), sum(row.faults for row in rows.values())
    sys.stdout.write(f"{total} bombs, {faults} faults, {time.monotonic() - begun:.0f} s\n")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
