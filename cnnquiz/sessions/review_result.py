"""The frame of a `review`: its banner, its end, what comes next, and the exit code."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from msgspec import Struct

from cnnquiz.errors import CnnquizError
from cnnquiz.quiz import plan
from cnnquiz.quiz.plan import Result
from cnnquiz.quiz.session import End
from cnnquiz.render import console, quiz
from cnnquiz.render import review as page
from cnnquiz.render.layout import count
from cnnquiz.render.listing import show_json
from cnnquiz.render.result import result_lines
from cnnquiz.sessions.review import Forecast, Review, forecast, now


class Answered(Struct, frozen=True):
    """The result of a review, and the bank of each of its rows."""

    result: Result
    banks: tuple[str, ...]


def begin(review: Review) -> None:
    """The banner, and what could not be asked."""
    until = review.wishes.until
    number, due = len(review.cards), review.due - len(review.passed_over)
    facts = [f"{count(number, 'question')} due" if number == due else f"{number} of {due} questions due"]
    facts += [f"planned towards {until}: {count((until - now().date()).days, 'day')} left"] if until else []
    _problems(review)
    review.screen.show(*quiz.banner(review.screen, "Review", facts))


def _problems(review: Review) -> None:
    """One line for all that is passed over, and one for a history that cannot be used."""
    if review.history.problem:
        console.stderr().say(review.history.problem)
    if passed := review.passed_over:
        reasons = list(dict.fromkeys(why for _, why in passed))
        more = f", and {len(reasons) - 3} more" if len(reasons) > 3 else ""
        words = f"{count(len(passed), 'due item')} passed over: {'; '.join(reasons[:3])}{more}"
        console.stderr().say(words)


def close(review: Review, end: End) -> int:
    """Sum up a review that has come to its end, or say how to go on with one that was left."""
    found, at = _answered(review), now()
    ahead = forecast(review.history, at, review.wishes.until)
    screen = review.screen
    if end == "left":
        _leave(review)
    else:
        review.finish()
        screen.show(*result_lines(screen, found.result, None, [])[:-1])
        screen.show(*page.page(page.forecast(screen, ahead.due, ahead.next, ahead.days, at)))
    if review.wishes.json:
        show_json(console.stdout(), _document(review, found, ahead))
    return 0


def _leave(review: Review) -> None:
    ended = review.reader.ended
    if ended and not review.replies:
        raise CnnquizError("the input ended before an answer came: answer at a terminal, or give an answer a line")
    where = console.stderr() if ended else review.screen
    where.show(where.text(f"{where.margin}{review.saved()}"))


def show_forecast(review: Review) -> int:
    """What is due now, and what the next days bring; friendly where nothing is."""
    at, screen = now(), review.screen
    ahead = forecast(review.history, at, review.wishes.until)
    _problems(review)
    if review.wishes.json:
        show_json(console.stdout(), _document(review, _answered(review), ahead))
    elif not ahead.due and ahead.next is None:
        screen.show(*page.page(*page.empty_page(screen)))
    else:
        screen.show(*page.page(page.forecast(screen, ahead.due, ahead.next, ahead.days, at)))
    return 0


def _answered(review: Review) -> Answered:
    rows = tuple(plan.row(variant, reply) for variant, reply in review.replies)
    return Answered(Result("review", rows), tuple(variant.bank for variant, _ in review.replies))


def _document(review: Review, found: Answered, ahead: Forecast) -> dict[str, Any]:
    """The JSON document: what was answered, as in `take`, each with its bank; then what is due, and when."""
    pairs = zip(found.banks, found.result.rows, strict=True)
    body = found.result.as_json()
    today = now().date()
    return {
        "score": body["score"],
        "max_score": body["max_score"],
        "items": [{"bank": bank, **plan.row_json(row)} for bank, row in pairs],
        "due": ahead.due,
        "next": ahead.next and ahead.next.isoformat(timespec="seconds"),
        "forecast": [
            {"date": str(today + timedelta(days=place)), "due": number} for place, number in enumerate(ahead.days)
        ],
        "schedule": [
            {"bank": card.bank, "id": card.item, "due": card.due.isoformat(), "stability": card.stability}
            for card in sorted(ahead.cards, key=lambda card: card.due)
        ],
        "passed_over": [{"bank": card.bank, "id": card.item, "reason": why} for card, why in review.passed_over],
    }
