"""Work one numerical step by step, forwards, with letters, or backwards."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from cnnquiz.commands._calculator_command import FRONT, CalculatorCommand, Front
from cnnquiz.commands._calculator_options import sentence
from cnnquiz.commands._diagnosis_command import DiagnosisCommand
from cnnquiz.commands._model_command import ModelCommand
from cnnquiz.commands._terms_command import TermsCommand

TOPICS = (
    "convolution", "dense layers", "networks", "by hand", "activations, losses", "training", "detection, metrics",
    "sequences, attention", "systems", "generative",
)  # fmt: skip
WAYS = (
    ("cnnquiz solve conv 256 7 2", "the numbers in order"),
    ("cnnquiz solve conv --in 256 --k 7", "or by name: solve conv --help"),
    ("cnnquiz solve vgg16", "a network"),
    ('cnnquiz solve "Conv2d(3, 64, 7)" 224', "layers as code writes them"),
    ('cnnquiz solve "How many ...?"', "a question in words"),
    ("cnnquiz solve -", "a pasted question or shape error"),
)


class Calculators(click.Group):
    """The group whose commands are the calculators."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of the calculators."""
        from cnnquiz import calculators

        return calculators.names()

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of one calculator."""
        from cnnquiz import calculators

        return CalculatorCommand(calculators.load(cmd_name))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The calculator that the first word names, or what all the words say to the front door."""
        from cnnquiz import calculators
        from cnnquiz.commands import _front

        if args[0] in calculators.names() and (len(args) == 1 or args[1].startswith("--")):
            return args[0], self.get_command(ctx, args[0]), args[1:]
        found = _front.entry(args)
        if found.diagnosis:
            return "-", DiagnosisCommand(found.diagnosis), list(found.args)
        if found.model:
            return "-", ModelCommand(found.model), list(found.args)
        if found.reading and found.reading.terms:
            return "-", TermsCommand(found.reading, found.option), list(found.args)
        if found.calculator != args[0]:
            ctx.meta[FRONT] = Front(args[0], found.reading, found.option)
        return found.calculator, self.get_command(ctx, found.calculator), list(found.args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The calculators with what each computes."""
        from cnnquiz import calculators

        with formatter.section("Calculators"):
            formatter.write_dl([(name, sentence(calculators.load(name).summary)) for name in calculators.names()])


@click.group(cls=Calculators, invoke_without_command=True, subcommand_metavar="CALCULATOR ...", no_args_is_help=False)
@click.option("--batch", metavar="FILE", help="Answer JSON Lines from a file, or from - for standard input.")
@click.pass_context
def command(ctx: click.Context, batch: str | None) -> int | None:
    """Work one numerical step by step: forwards with numbers, with letters, or backwards with --find.

    A letter for a number (--in n) gives the formula; --answer checks your own number, --explain says each step at
    length. `cnnquiz solve CALCULATOR --help` says what it takes.

    A line for --batch: {"calculator": "conv", "given": {"in": 9, "k": 3}}
    """
    if batch is not None:
        if ctx.invoked_subcommand:
            raise click.UsageError("--batch takes its calculators from the lines: leave out the calculator")
        return _batch(batch)
    if ctx.invoked_subcommand is None:
        _show_topics()
    return None


def _show_topics() -> None:
    """What can be asked, by topic."""
    from cnnquiz import calculators
    from cnnquiz.layers import networks
    from cnnquiz.render.console import stdout
    from cnnquiz.render.listing import topics_lines

    topics: dict[str, list[str]] = {topic: [] for topic in TOPICS}
    for name in calculators.names():
        topics.setdefault(calculators.load(name).topic or "others", []).append(name)
    entries = [(topic, [", ".join(names)]) for topic, names in topics.items() if names]
    bundled = ("known networks", [", ".join(_families(networks.names()))])
    screen = stdout()
    screen.show("", *topics_lines(screen, [*entries, bundled], WAYS), "")


def _families(names: Sequence[str]) -> Iterator[str]:
    """Names with what differs in those that begin alike: vgg11/13/16/19."""
    numbers: dict[str, list[str]] = {}
    for name in names:
        head = name.rstrip("0123456789")
        numbers.setdefault(head, []).append(name[len(head) :])
    for head, each in numbers.items():
        yield head + "/".join(sorted(each, key=lambda number: (len(number), number)))


def _batch(source: str) -> int:
    """Answer every line; 1 where one could not be answered."""
    from cnnquiz.commands._batch import answers, lines_of
    from cnnquiz.files import opened

    complete = True
    with click.open_file("-", "rb") if source == "-" else opened(Path(source)) as lines:
        for line, answered in answers(lines_of(lines)):
            complete = complete and answered
            sys.stdout.write(line + "\n")
    return 0 if complete else 1
