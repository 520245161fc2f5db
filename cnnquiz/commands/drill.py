"""Practise with fresh numbers until it is mastered; each slip is named."""

from __future__ import annotations

from typing import Any

import click

from cnnquiz.commands import DRILL


@click.command()
@click.argument("what", nargs=-1, required=True, metavar="WHAT...", type=DRILL)
@click.option("--seed", type=click.IntRange(min=0), metavar="N", help="Begin anew, with the questions of that seed.")
@click.option("--fresh", is_flag=True, help="Begin anew, even where an earlier drill was left.")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Ask no more than N questions.")
@click.option("--steps", is_flag=True, help="Answer line by line: each line of the derivation is asked and marked.")
@click.option("--answers-file", metavar="FILE", help="Read the answers from a file, one a line.")
@click.option("--format", type=click.Choice(["text", "json"]), default="text", help="How to give the result.")
def command(what: tuple[str, ...], format: str, **options: Any) -> int:
    """Practise WHAT with fresh numbers, typing the answers, until all of it is mastered.

    WHAT is a calculator (conv), a bank (week8), one item (week8/conv-output-size), a topic, or several of them. A
    question without numbers comes with its options in another order, or with others where a calculator decides them.
    After a wrong answer the slip is named, and there is a second try. A skill is mastered after three right answers
    in a row at its hardest level. Every answer is saved before its verdict is shown, and the same command resumes the
    drill.

    In --answers-file a line is an answer: a value, `key` (the right one), `slip: NAME` (the one that this
    misconception leads to; `slip: NAME + NAME` for two), or a key of the keyboard: `h` (hint), `s` (skip), `q`
    (leave). With the same --seed and answers, the drill is the same.

    --format json gives {"drill", "seed", "questions", "next", "skills", "mastered"}, with every attempt and its slips.
    """
    from cnnquiz.sessions.drill import DrillOptions, drill

    return drill(what, DrillOptions(json=format == "json", **options))
