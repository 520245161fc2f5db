"""Work one numerical step by step, forwards, with letters, or backwards."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cnnquiz.commands._calculator_options import (
    SECTIONS,
    how_to_give,
    is_flag,
    parameters,
    section,
    sentence,
    with_option_name,
    words,
)

if TYPE_CHECKING:
    from cnnquiz.quiz.own_answer import OwnAnswer
    from cnnquiz.render.console import Screen
    from cnnquiz.solution import Solution
    from cnnquiz.solver.calculator import Calculator

TYPED = "cnnquiz.solve.typed"  # the options of this command line, as they are spelled


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
        """Find the calculator; loading one that is not there raises CnnquizError with the nearest names."""
        return args[0], self.get_command(ctx, args[0]), args[1:]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The calculators with what each computes."""
        from cnnquiz import calculators

        with formatter.section("Calculators"):
            formatter.write_dl([(name, sentence(calculators.load(name).summary)) for name in calculators.names()])


class CalculatorCommand(click.Command):
    """One calculator as a command: its quantities are the options."""

    def __init__(self, calculator: Calculator) -> None:
        self.calculator = calculator
        super().__init__(
            calculator.name,
            params=parameters(calculator),
            help=sentence(calculator.summary),
            context_settings={"help_option_names": ["-h", "--help"]},
            callback=self.solve,
        )

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read `--no-bias` as `--bias no`, and `-x + 1` as what stands without a name."""
        flags = {f"--no-{word}": q.short for q in self.calculator.quantities if is_flag(q) for word in words(q)}
        _refuse_repeated(self.calculator, args)
        spread = [part for arg in args for part in ((f"--{flags[arg]}=no",) if arg in flags else (arg,))]
        spread = _with_minus_read(self.calculator, spread)
        ctx.meta[TYPED] = {arg.partition("=")[0] for arg in args}
        return super().parse_args(ctx, spread)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The givens, the options of a search backwards, the rest, and examples, whose lines are not wrapped."""
        rows: dict[str, list[tuple[str, str]]] = {title: [] for title in SECTIONS}
        for param in self.get_params(ctx):
            record = param.get_help_record(ctx) if isinstance(param, click.Option) else None
            if record:
                rows[section(param)].append(record)
        for title in SECTIONS:
            if rows[title]:
                with formatter.section(title):
                    formatter.write_dl(rows[title])
        with formatter.section("Examples"):
            formatter.write("".join(f"  cnnquiz solve {self.name} {each}\n" for each in self.calculator.examples))

    def solve(self, **options: Any) -> int:
        """Solve it and show the solution; an error names its option as it was typed; the exit code."""
        from cnnquiz.errors import CnnquizError, GivenError
        from cnnquiz.solver.declaration import MissingError

        try:
            return self.show_solution(options)
        except MissingError as fault:
            raise CnnquizError(how_to_give(self.calculator, fault)) from None
        except GivenError as fault:
            typed = click.get_current_context().meta[TYPED]
            raise CnnquizError(with_option_name(self.calculator, fault, typed)) from None

    def show_solution(self, options: dict[str, Any]) -> int:
        """Solve it, forwards or backwards, and show the solution; 1 where an answer to it is wrong."""
        raw = {q.short: options[f"given_{q.short}"] for q in self.calculator.quantities}
        raw = {name: value for name, value in raw.items() if value is not None}
        _add_positional(self.calculator, raw, options["word"])
        targets = {name[7:]: value for name, value in options.items() if name.startswith("target_") and value}
        if options.get("find") or targets:
            _search(self.calculator, raw, targets, options)
            return 0
        solution = self.calculator.solve(self.calculator.read(raw), options["want"])
        answer = None if options["answer"] is None else _answer(self.calculator, raw, options)
        _show(solution, solution.as_json(), options, answer)
        return int(answer is not None and not answer.right)


def _refuse_repeated(calculator: Calculator, args: list[str]) -> None:
    """Raise a usage error where a given is given twice, in one spelling or in two: the last would win in silence."""
    spelled = {f"--{result.short}": result.short for result in calculator.results if result.short} | {"--find": "find"}
    spelled |= {f"--{no}{word}": q.short for q in calculator.quantities for word in words(q) for no in ("", "no-")}
    seen: dict[str, str] = {}
    for arg in args[: args.index("--")] if "--" in args else args:
        option = arg.partition("=")[0]
        short = spelled.get(option)
        if short in seen:
            how = "twice" if seen[short] == option else f"by {seen[short]} and by {option}"
            raise click.UsageError(f"{short} is given {how}: leave one out")
        if short is not None:
            seen[short] = option


def _with_minus_read(calculator: Calculator, args: list[str]) -> list[str]:
    """The arguments, one that begins with a minus sign under the name of the main quantity: -x + 1 is no option."""
    main = next((quantity for quantity in calculator.quantities if quantity.positional), None)
    read: list[str] = []
    for before, arg in zip(["", *args], args, strict=False):
        value = before.startswith("--") and "=" not in before  # of the option before it
        minus = len(arg) > 1 and arg[0] == "-" and arg[1] != "-" and arg != "-h"
        read.append(f"--{main.short}={arg}" if main and minus and not value else arg)
    return read


def _add_positional(calculator: Calculator, raw: dict[str, Any], typed: tuple[str, ...]) -> None:
    """Add the word that stands without a name to the givens: it is the main quantity's."""
    if not typed:
        return
    word = " ".join(typed)
    main = next((quantity for quantity in calculator.quantities if quantity.positional), None)
    if main is None:
        raise click.UsageError(f"`{word[:40]}` stands alone: {calculator.name} takes its givens by name")
    if len(typed) > 1:
        raise click.UsageError(f"{len(typed)} words stand alone: put them in quotes, as in {shlex.quote(word[:40])}")
    if main.short in raw:
        raise click.UsageError(f"{main.short} is given twice")
    raw[main.short] = word


def _answer(calculator: Calculator, raw: dict[str, Any], options: dict[str, Any]) -> OwnAnswer:
    """The person's own answer, marked; CnnquizError where it cannot be read."""
    from cnnquiz.errors import CnnquizError
    from cnnquiz.quiz.own_answer import own_answer, questions
    from cnnquiz.render.answer_form import form

    words = options["answer"]
    asked = questions(calculator, raw, options["want"], words)
    answer = own_answer(asked, words)
    if answer is None:
        forms = " or ".join(dict.fromkeys(map(form, asked)))
        advice = f"type {forms}" if forms else "this result is no value that can be typed"
        raise CnnquizError(f"--answer: `{words[:40]}` cannot be read: {advice}")
    return answer


def _search(calculator: Calculator, raw: dict[str, Any], targets: dict[str, Any], options: dict[str, Any]) -> None:
    """Search backwards for the quantities named by --find, and show what is found."""
    from cnnquiz.solver import inverse

    if not options["find"]:
        stated = next(r.short for r in calculator.results if r.name in targets)
        raise click.UsageError(f"--{stated} states a result: say what to look for, as in --find s,p")
    if options["answer"] is not None:
        raise click.UsageError("--answer checks a result: leave out --find, and give what it looks for")
    bounds = dict(_bounds(text) for text in options["bounds"])
    if len(bounds) < len(options["bounds"]):
        raise click.UsageError("--bounds names a quantity twice: leave one out")
    found = inverse.find(calculator, raw, [n.strip() for n in options["find"].split(",") if n.strip()], targets, bounds)
    _show(found.as_solution(), found.as_json(), options)


def _bounds(text: str) -> tuple[str, str]:
    name, sign, bound = text.partition("=")
    if not sign:
        raise click.UsageError(f"--bounds {text[:40]}: write it as in k=1:11")
    return name.strip(), bound


def _show(
    solution: Solution, body: dict[str, Any], options: dict[str, Any], answer: OwnAnswer | None = None
) -> None:
    from cnnquiz.render.brief import brief_lines, verdict
    from cnnquiz.render.console import stdout, without_styles
    from cnnquiz.render.listing import show_json
    from cnnquiz.render.solution import show_solution, solution_text

    screen: Screen = stdout()
    format = options["format"]
    if format == "json":
        show_json(screen, body | ({"answer": answer.as_json()} if answer else {}))
    elif format in ("latex", "markdown"):
        screen.raw(solution_text(solution, format))
    else:
        screen = screen if format == "rich" else without_styles(screen)
        if options["explain"]:
            screen.show(*(verdict(screen, solution, answer) if answer else ()))
            show_solution(screen, solution, options["draw"])
        else:
            screen.show(*brief_lines(screen, solution, options["draw"], answer))


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
        click.echo(ctx.get_help(), color=ctx.color)
    return None


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
