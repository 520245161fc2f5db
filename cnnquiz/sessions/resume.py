"""Going on with a `take` that was left: which session a wish means, what it was, and the command that goes on."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import msgspec

from cnnquiz.history import History, SavedSession
from cnnquiz.quiz.plan import Plan

if TYPE_CHECKING:
    from cnnquiz.sessions.take import TakeOptions


def unfinished(history: History, bank: str, wishes: TakeOptions) -> tuple[SavedSession, Plan] | None:
    """The latest session that was left: of any kind for a plain take, else of the kind that is asked for."""
    for saved in history.all_unfinished(bank):
        plan = plan_of(saved)
        if plan is not None and (not wishes.special or fits(plan, wishes)):
            return saved, plan
    return None


def plan_of(saved: SavedSession) -> Plan | None:
    """The plan that a session was begun with, if this version can read it."""
    try:
        return msgspec.convert(saved.plan, Plan)
    except msgspec.ValidationError:
        return None


def fits(plan: Plan, wishes: TakeOptions) -> bool:
    """Whether a session was begun with the same wishes; an order asked for by its number is one however drawn."""
    if wishes.order is not None:
        ordered = plan.order == wishes.order
    else:
        ordered = plan.shuffle if wishes.shuffle else plan.order is None
    begun = (plan.exam, plan.seconds, plan.limit, plan.topic.casefold(), plan.mistakes, plan.seed)
    asked = (wishes.exam, wishes.seconds, wishes.limit, wishes.topic.casefold(), wishes.mistakes, wishes.seed)
    return ordered and begun == asked


def command(name: str, plan: Plan, pass_mark: float | None = None) -> str:
    """The command that goes on with a session of that plan, and with no other."""
    again = plan.shuffle and plan.order == plan.seed  # --seed alone repeats that order
    options = {
        "--exam": plan.exam,
        "--time": duration(plan.seconds) if plan.seconds else None,
        "--seed": plan.seed,
        "--shuffle": again,
        "--order": None if again else plan.order,
        "--limit": plan.limit,
        "--topic": plan.topic,
        "--mistakes": plan.mistakes,
        "--pass-mark": None if pass_mark is None else f"{pass_mark:g}",
    }
    words = ["cnnquiz", "take", name]
    for option, value in options.items():
        if value is not None and value is not False and value != "":
            words += [option] if value is True else [option, str(value)]
    return shlex.join(words)


def kind(plan: Plan, clock: str) -> str:
    """What kind of session it is: an exam, 1:00 of time, on convolution, your mistakes; `clock` is the time left."""
    facts = ["exam"] * plan.exam
    facts += [f"{clock} left"] if clock else []
    facts += [f"fresh numbers of seed {plan.seed}"] if plan.seed is not None else []
    facts += ["shuffled"] if plan.order is not None else []
    facts += [f"on {plan.topic}"] if plan.topic else []
    facts += ["your mistakes"] * plan.mistakes
    return ", ".join(facts)


def duration(seconds: float) -> str:
    """Seconds as `--time` takes them: 90 s is 1m30s."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    parts = ((hours, "h"), (minutes, "m"), (rest, "s"))
    return "".join(f"{count}{unit}" for count, unit in parts if count)
