"""Practise with fresh numbers until it is mastered; each slip is named."""

from __future__ import annotations

import click


@click.command()
@click.argument("what", nargs=-1, required=True, metavar="WHAT...")
@click.option("--seed", type=click.IntRange(min=0), metavar="N", help="Bring the same questions again.")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Ask no more than N questions.")
@click.option("--answers-file", metavar="FILE", help="Read the answers from a file, one a line.")
@click.option("--format", type=click.Choice(["text", "json"]), default="text", help="How to give the result.")
def command(what: tuple[str, ...], seed: int | None, limit: int | None, answers_file: str | None, format: str) -> int:
    """Practise WHAT with fresh numbers, typing the answers, until all of it is mastered.

    WHAT is a calculator (conv), a bank (week8), one item (week8/conv-output-size), a topic, or several of them. After
    a wrong answer the slip is named, and there is a second try. Every answer is saved before its verdict is shown.

    In --answers-file a line may also be `key` (the right answer), `slip: NAME` (what that misconception leads to) or
    `-` (skip).
    """
    from random import SystemRandom

    from cnnquiz import drilling
    from cnnquiz.history import History
    from cnnquiz.practice import Practice, next_steps, script
    from cnnquiz.render import console, drill, listing
    from cnnquiz.scope import families

    start = drilling.start(families(what), SystemRandom().randrange(10**6) if seed is None else seed)
    answers = script(answers_file) if answers_file else None
    screen = console.stdout() if format == "text" else console.nowhere() if answers else console.stderr()
    with History.open() as history:
        practice = Practice(start, " ".join(what), history, screen, answers)
        try:
            practice.play(limit)
        except KeyboardInterrupt:
            console.stderr().show("", f"Interrupted. {practice.drill.asked} questions answered and saved.")
            return 130
        screen.show(*drill.summary(screen, practice.drill, next_steps(practice)))
        if format == "json":
            listing.show_json(console.stdout(), practice.document())
    return 0
