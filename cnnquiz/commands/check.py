"""Prove the keys of banks, and find every fault where it stands."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from cnnquiz.checks.report import Checked, Mutation, Report

FORMATS = sorted(path.stem for path in Path(__file__).parents[1].glob("reports/[!_]*.py"))
FOREIGN = sorted(path.stem for path in Path(__file__).parents[1].glob("importers/[!_]*.py"))
STATUSES = ("proved", "claimed", "shown")  # the strongest first


def rules_of(ctx: click.Context, param: click.Parameter, value: tuple[str, ...]) -> tuple[str, ...]:
    """The names of rules, from an option that may be given several times and may hold commas."""
    return tuple(name for text in value for name in text.replace(",", " ").split())


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...", type=click.Path(allow_dash=True))
@click.option("--bundled", is_flag=True, help="The banks and drills of cnnquiz itself.")
@click.option("--skip-others", is_flag=True, help="Skip YAML files without format, id and items, and say so.")
@click.option("--from", "form", type=click.Choice(FOREIGN), help="The files are quizzes of this foreign format.")
@click.option("--format", type=click.Choice(FORMATS), help="How to report [text; github in GitHub Actions].")
@click.option("--select", multiple=True, callback=rules_of, metavar="RULES", help="Only these, as in key-wrong,schema.")
@click.option("--ignore", multiple=True, callback=rules_of, metavar="RULES", help="All rules but these.")
@click.option("--strict", is_flag=True, help="Warnings count as errors do.")
@click.option("--require", type=click.Choice(STATUSES), help="Every key is at least this: exit code 1 if not.")
@click.option("--explain", metavar="RULE", help="What a rule finds, with examples.")
@click.option("--mutate", is_flag=True, help="Also make questions wrong on purpose and count how many are noticed.")
@click.option("--output", metavar="FILE", type=click.Path(dir_okay=False), help="Write the report to a file.")
@click.option("--jobs", type=click.IntRange(1, 64), metavar="N", help="Processes at once [as many as cores].")
@click.option("--verbose", is_flag=True, help="List the asserted keys with their sources, however many.")
def command(paths: tuple[str, ...], explain: str | None, **options: Any) -> int:
    """Prove the keys of banks, and find every fault where it stands.

    PATH is a bank, a folder of banks, a pattern such as 'banks/*.yaml', or - for stdin. Without one, `paths` of
    [tool.cnnquiz] in pyproject.toml is checked, else the folder `questions`. A quiz of another format (`cnnquiz import
    --help` lists them) is named itself: its questions are read by their words. The exit code is 0 if nothing is wrong,
    1 if there are errors, and 2 if nothing can be checked.
    """
    from cnnquiz.checks import rules
    from cnnquiz.render.console import stdout

    if explain is not None:
        from cnnquiz.render.findings import show_manual

        show_manual(stdout(), rules.explain(rules.rule_name(explain)))
        return 0
    selected = rules.selection(options["select"], options["ignore"])
    report = run(paths, selected, options)
    show(report, options["format"], options["output"])
    if (required := options["require"]) and (short := items_below(report, required)):
        from cnnquiz.render.console import stderr

        first = ", ".join(short[:5]) + ", ..." * (len(short) > 5)
        stderr().say(f"{len(short)} of {report.sums.items} keys are not {required}: {first}")
        return 1
    unnoticed = report.mutation is not None and report.mutation.missed
    wrong = report.sums.errors or report.sums.wrong
    return int(bool(wrong or (options["strict"] and report.sums.warnings) or unnoticed))


def items_below(report: Report, required: str) -> list[str]:
    """The ids of the items whose status is less than the one required."""
    enough = STATUSES[: STATUSES.index(required) + 1]
    return [one.item for bank in report.banks for one in bank.items if one.status not in enough]


def run(paths: tuple[str, ...], selected: tuple[str, ...], options: dict[str, Any]) -> Report:
    """Check all the banks, with a bar on stderr where a person waits."""
    import time

    from cnnquiz.checks import runner
    from cnnquiz.checks.report import Report, totals
    from cnnquiz.render.console import stderr
    from cnnquiz.render.findings import progress

    began = time.perf_counter()
    found = sources(paths, options)
    if options["output"] not in (None, runner.STDIN):
        refuse_bank(Path(options["output"]), found)
    banks = runner.check(found, selected, options["jobs"], progress(stderr(), len(found)), options["form"])
    score = mutation_score(found, banks, options["form"]) if options["mutate"] else None
    return Report(banks, totals(banks), time.perf_counter() - began, options["verbose"], score)


def sources(paths: tuple[str, ...], options: dict[str, Any]) -> list[str]:
    """The files to check; what was chosen without being named, and what is skipped, is said on stderr."""
    from cnnquiz.checks import runner
    from cnnquiz.render.console import stderr

    if options["bundled"]:
        if paths:
            raise click.UsageError("--bundled takes no path")
        return runner.sources((), say_left_out, bundled=True)
    chosen = list(paths) or runner.project_paths()
    if options["form"] and any(path == runner.STDIN or Path(path).is_dir() for path in chosen):
        raise click.UsageError("--from reads files that are named, no folder and no stdin")
    found = runner.sources(chosen, say_left_out)
    if not paths:
        stderr().say(f"Checking {', '.join(chosen)}.")
    if options["skip_others"]:
        others = [name for name in found if name != runner.STDIN and not runner.is_bank(name)]
        for name in others:
            stderr().say(f"{name}: skipped, it has none of format, id and items.")
        found = [name for name in found if name not in others]
        if not found:
            raise click.UsageError("nothing to check: every file was skipped")
    return found


def say_left_out(link: str) -> None:
    """Say on stderr that a link is not followed."""
    from cnnquiz.render.console import stderr

    stderr().say(f"{link}: skipped, this link leads out of the folder; name it to check it.")


def refuse_bank(output: Path, found: list[str]) -> None:
    """Raise a usage error where the report would take a bank's or a history's place."""
    from cnnquiz.checks import runner
    from cnnquiz.files import opened

    if not output.is_file():
        return
    checked = any(Path(name).exists() and output.samefile(name) for name in found if name != runner.STDIN)
    kind = "a bank" if checked or (output.suffix.lower() in runner.SUFFIXES and runner.is_bank(str(output))) else ""
    with opened(output) as file:
        kind = "a history" if file.read(6) == b"SQLite" else kind
    if kind:
        raise click.UsageError(f"--output: {output} is {kind}, which the report would replace: name another file")


def mutation_score(found: list[str], banks: tuple[Checked, ...], form: str | None) -> Mutation:
    """The mutation score of the files that can be read twice."""
    from cnnquiz.checks import mutation, runner

    if runner.STDIN in found:
        raise click.UsageError("--mutate reads a bank twice, which stdin cannot be: name a file")
    if any(runner.foreign_format(name, form) for name in found):
        raise click.UsageError("--mutate needs banks: cnnquiz import makes one of a quiz in another format")
    return mutation.score([runner.read(name) for name, one in zip(found, banks, strict=True) if one.items])


def show(report: Report, form: str | None, output: str | None) -> None:
    """Show the report in its format, on stdout or in a file."""
    import os

    from cnnquiz import files, reports
    from cnnquiz.checks.report import closing_line
    from cnnquiz.render.console import stderr, stdout
    from cnnquiz.render.findings import show_findings

    if form is None:
        form = "github" if os.environ.get("GITHUB_ACTIONS") == "true" and output is None else "text"
    if output not in (None, "-"):
        with files.replacement(Path(output), "the report cannot be written") as draft:
            draft.write_text(reports.write(form, report), encoding="utf-8")
        stderr().say(f"{closing_line(report.sums, report.seconds)}; written to {output}")
    elif form == "text":
        show_findings(stdout(), report)
    else:
        stdout().raw(reports.write(form, report))
