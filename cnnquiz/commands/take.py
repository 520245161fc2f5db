"""Take a quiz: each question with its verdict, the reasons and the steps."""

from __future__ import annotations

from typing import Any

import click

from cnnquiz.commands import BANK


class Duration(click.ParamType[float]):
    """A time such as 20m, 90s or 1h30m, in seconds."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Read the time, or say how one is written."""
        import re

        match = re.fullmatch(r"(?:(\d{1,3})h)?(?:(\d{1,4})m)?(?:(\d{1,6})s)?", str(value).strip().lower())
        hours, minutes, seconds = (int(part or 0) for part in match.groups()) if match else (0, 0, 0)
        total = 3600 * hours + 60 * minutes + seconds
        if not total:
            self.fail(f"{str(value)[:40]!r} is no time: write 20m, 90s or 1h30m", param, ctx)
        return float(total)


class Percent(click.FloatRange):
    """A number from 0 to 100; `nan` is none."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Read the number, or say that it is none."""
        found: float = super().convert(value, param, ctx)
        return found if found == found else self.fail(f"{value!r} is no number", param, ctx)


@click.command()
@click.argument("bank", type=BANK, metavar="BANK")
@click.option("--exam", is_flag=True, help="No verdicts until the end; answers can be changed until then.")
@click.option("--time", "seconds", type=Duration(), metavar="TIME", help="Stop after this time: 20m, 90s, 1h30m.")
@click.option("--shuffle", is_flag=True, help="Mix the questions and their options.")
@click.option("--order", type=click.IntRange(min=0), metavar="N", help="Repeat the order of an earlier --shuffle.")
@click.option("--seed", type=click.IntRange(min=0), metavar="N", help="Ask with fresh numbers, drawn from N.")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Ask no more than N questions.")
@click.option("--topic", default="", metavar="TOPIC", help="Ask only about this topic.")
@click.option("--mistakes", is_flag=True, help="Ask only what was not right the last time.")
@click.option("--fresh", is_flag=True, help="Begin anew, even where an earlier session was not finished.")
@click.option("--answers", metavar="ANSWERS", help='Give all the answers: "d b - a"; - skips a question.')
@click.option("--format", type=click.Choice(["text", "json"]), default="text", help="How to give the result.")
@click.option("--pass-mark", type=Percent(0, 100), metavar="PERCENT", help="Exit with 1 below this score.")
def command(bank: str, answers: str | None, format: str, **options: Any) -> int:
    """Take the quiz of BANK, a bundled bank's name or a file.

    One key answers; ? shows the others. Every answer is saved before its verdict is shown: after an
    interruption, the same command resumes where you stopped, and a plain `take BANK` whatever was left last.
    With --shuffle or --seed the letters on the screen differ from the bank's; --format json has the bank's.
    """
    from cnnquiz.sessions.take import TakeOptions, take

    return take(bank, TakeOptions(answers=answers, json=format == "json", **options))
