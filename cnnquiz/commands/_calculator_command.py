"""One calculator as a command: its quantities are the options, and it shows the solution."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import click

from cnnquiz.commands._calculator_options import (
    SECTIONS,
    how_to_give,
    parameters,
    section,
    sentence,
    with_option_name,
)

if TYPE_CHECKING:
    from cnnquiz.parsers.reading import Reading
    from cnnquiz.quiz.own_answer import OwnAnswer
    from cnnquiz.render.console import Screen
    from cnnquiz.solution import Solution
    from cnnquiz.solver.calculator import Calculator

TYPED = "cnnquiz.solve.typed"  # the arguments of this command line
FRONT = "cnnquiz.solve.front"  # the Front of a command line that begins with no calculator's own name


class Front(NamedTuple):
    """The first word of a command line that names no calculator, and how a text was read.

    option  the letter of the option that holds the value; empty for none of them, None where there are no options
    """

    word: str
    reading: Reading | None = None
    option: str | None = None


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
        """Tell options in any usual spelling from words without names."""
        from cnnquiz.commands._arguments import arguments

        found = arguments(self, self.calculator, args)
        ctx.meta[TYPED] = found
        return super().parse_args(ctx, [*found.options, "--", *found.words])

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

        meta = click.get_current_context().meta
        try:
            return self.show_solution(options)
        except MissingError as fault:
            message = how_to_give(self.calculator, fault)
        except GivenError as fault:
            message = with_option_name(self.calculator, fault, meta[TYPED].typed)
        if FRONT in meta and "cnnquiz solve" not in message:
            examples = self.calculator.examples
            near = next((one for one in examples if meta[FRONT].word.casefold() in one), examples[0])
            message = f"{message}; as in cnnquiz solve {self.calculator.name} {near}"
        raise CnnquizError(message)

    def show_solution(self, options: dict[str, Any]) -> int:
        """Solve it, forwards or backwards, and show the solution; 1 where an answer to it is wrong."""
        raw = {q.short: options[f"given_{q.short}"] for q in self.calculator.quantities}
        raw = {name: value for name, value in raw.items() if value is not None}
        targets = {name[7:]: value for name, value in options.items() if name.startswith("target_") and value}
        raw, reading = self._reading(raw, targets, options)
        if options.get("find") or targets:
            _search(self.calculator, raw, targets, options, reading)
            return 0
        solution = self.calculator.solve(self.calculator.read(raw), options["want"])
        answer = None if options["answer"] is None else _answer(self.calculator, raw, options)
        _show(solution, solution.as_json(), options, reading, answer)
        return int(answer is not None and not answer.right)

    def _reading(
        self, raw: dict[str, Any], targets: dict[str, Any], options: dict[str, Any]
    ) -> tuple[dict[str, Any], Reading | None]:
        """The givens, and how they were understood where the command line does not say them by its own names."""
        meta, typed = click.get_current_context().meta, options["word"]
        if not (typed or meta[TYPED].respelt or FRONT in meta):
            return raw, None
        from msgspec.structs import replace

        from cnnquiz.parsers.shorthand import reading

        found = reading(self.calculator, typed, raw)
        plain = len(typed) < 2 and all(self.calculator.quantity(one.quantity).positional for one in found.phrases)
        if plain and not meta[TYPED].respelt and FRONT not in meta:
            return dict(found.given), None
        want, find = options["want"], options.get("find")
        if FRONT in meta and meta[FRONT].reading:
            read = meta[FRONT].reading
            found = replace(found, phrases=read.phrases, assumed=read.assumed)
        asked = {"want": (want,) if want else (), "find": tuple(find.split(",")) if find else (), "targets": targets}
        return dict(found.given), replace(found, **asked)


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


def _search(
    calculator: Calculator,
    raw: dict[str, Any],
    targets: dict[str, Any],
    options: dict[str, Any],
    reading: Reading | None,
) -> None:
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
    _show(found.as_solution(), found.as_json(), options, reading)


def _bounds(text: str) -> tuple[str, str]:
    name, sign, bound = text.partition("=")
    if not sign:
        raise click.UsageError(f"--bounds {text[:40]}: write it as in k=1:11")
    return name.strip(), bound


def _show(
    solution: Solution,
    body: dict[str, Any],
    options: dict[str, Any],
    reading: Reading | None,
    answer: OwnAnswer | None = None,
) -> None:
    from cnnquiz.parsers.shorthand import command_line
    from cnnquiz.render.brief import brief_lines, verdict
    from cnnquiz.render.console import stdout, without_styles
    from cnnquiz.render.layout import paragraph
    from cnnquiz.render.listing import show_json
    from cnnquiz.render.solution import read_as, show_solution, solution_text

    screen: Screen = stdout()
    format = options["format"]
    front = click.get_current_context().meta.get(FRONT)
    option = front.option if front else None
    if format == "json":
        body |= {"answer": answer.as_json()} if answer else {}
        how = reading.as_json() if reading else {}
        how |= {} if option is None else {"option": option or None}
        show_json(screen, body | how | ({"assumed": [*body.get("assumed", []), *how["assumed"]]} if how else {}))
    elif format in ("latex", "markdown"):
        screen.raw(solution_text(solution, format))
    else:
        screen = screen if format == "rich" else without_styles(screen)
        if reading:
            screen.show(*read_as(screen, command_line(reading), reading.assumed), "")
        if option is not None:
            screen.show(*paragraph(screen, which_option(option), "strong"), "")
        if options["explain"]:
            screen.show(*(verdict(screen, solution, answer) if answer else ()))
            show_solution(screen, solution, options["draw"])
        else:
            screen.show(*brief_lines(screen, solution, options["draw"], answer))


def which_option(letter: str) -> str:
    """Which of the options is right."""
    return f"Option {letter} is right." if letter else "None of the options has this value."
