"""Practise with fresh numbers until it is mastered; each slip is named."""

from __future__ import annotations

import click

from cnnquiz.commands import DRILL


@click.command()
@click.argument("what", nargs=-1, required=True, metavar="WHAT...", type=DRILL)
@click.option("--seed", type=click.IntRange(min=0), metavar="N", help="Begin anew, with the questions of that seed.")
@click.option("--fresh", is_flag=True, help="Begin anew, even where an earlier drill was left.")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Ask no more than N questions.")
@click.option("--answers-file", metavar="FILE", help="Read the answers from a file, one a line.")
@click.option("--format", type=click.Choice(["text", "json"]), default="text", help="How to give the result.")
def command(
    what: tuple[str, ...], seed: int | None, fresh: bool, limit: int | None, answers_file: str | None, format: str
) -> int:
    """Practise WHAT with fresh numbers, typing the answers, until all of it is mastered.

    WHAT is a calculator (conv), a bank (week8), one item (week8/conv-output-size), a topic, or several of them. After
    a wrong answer the slip is named, and there is a second try. A skill is mastered after three right answers in a
    row at its hardest level. Every answer is saved before its verdict is shown, and the same command goes on later.

    In --answers-file a line is an answer: a value, `key` (the right one), `slip: NAME` (the one of who has that
    misconception; `slip: NAME + NAME` for two), or a key of the keyboard: `h` (hint), `s` (skip), `q` (leave). With
    the same --seed and answers, the drill is the same.

    --format json gives {"drill", "seed", "questions", "next", "skills", "mastered"}, with every attempt and its slips.
    """
    from random import SystemRandom

    drawn = SystemRandom().randrange(10**6) if seed is None else seed
    return drill(what, drawn, fresh or seed is not None, limit, answers_file, format == "json")


def drill(
    what: tuple[str, ...], seed: int, fresh: bool, limit: int | None, answers_file: str | None, json: bool
) -> int:
    """Open what is needed, let the drill run, and close with its exit code."""
    from cnnquiz.history import History
    from cnnquiz.quiz import drill
    from cnnquiz.quiz.drill_scope import families
    from cnnquiz.render import console, listing
    from cnnquiz.render.drill import summary
    from cnnquiz.sessions import drill_answers
    from cnnquiz.sessions.drill import Practice

    start = drill.start(families(what), seed)
    answers = drill_answers.script(answers_file) if answers_file else None
    screen = console.stderr() if json and not answers else console.nowhere() if json else console.stdout()
    with History.open() as history:
        practice = Practice(start, drill_answers.named(what), history, screen, answers, fresh)
        try:
            practice.play(limit)
        except KeyboardInterrupt:
            console.stderr().show("", practice.interrupted())
            return 130
        screen.show(*summary(screen, practice.drill, practice.farewell()))
        if json:
            listing.show_json(console.stdout(), drill_answers.document(practice))
    return 0
