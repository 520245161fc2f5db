"""The lab on the screen: layers compared, training as it goes, its curves, and pictures with their predictions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from msgspec import to_builtins
from rich.color import Color
from rich.style import Style
from rich.text import Text

from cnnquiz.lab.records import Epoch, Outcome, Pixel, Pixels, Prediction, Progress, Summary
from cnnquiz.render.console import Screen, with_all_colours
from cnnquiz.render.drawings import draw
from cnnquiz.render.input_events import show_pages
from cnnquiz.render.layout import bar, columns, count, indent, paragraph, paragraphs, stack
from cnnquiz.render.stats import percent, shorten
from cnnquiz.shown import json_text, one_line
from cnnquiz.solution import Drawing

Cell = tuple[str, Style | str]


def show_comparison(screen: Screen, found: dict[str, Any]) -> None:
    """Each layer as PyTorch built it, those that differ with what `solve net` has, and the verdict."""
    rows = [[one["name"] or "", one["type"], tuple(one["shape"]), one["parameters"], one["macs"]]
            for one in found["layers"] if "type" in one]  # fmt: skip
    table = draw(screen, Drawing("table", {"columns": ["layer", "type", "output", "parameters", "MACs"], "rows": rows}))
    wrong = [f"{one['name']}: solve net has {', '.join(f'{name} {value}' for name, value in one['differs'].items())}"
             for one in found["layers"] if one["differs"]]  # fmt: skip
    verdict = f"{count(found['parameters'], 'parameter')} in {count(len(found['layers']), 'layer')}, built by PyTorch. "
    verdict += f"Differences from solve net: {found['differences']}."
    blocks = [indent(table, screen.margin), [line for one in wrong for line in paragraph(screen, one, "wrong")]]
    show_pages(screen, [Text(), *paragraphs([*blocks, paragraph(screen, verdict, "answer")]), Text()])


class TrainingScreen:
    """A run as it goes: for each epoch a bar, at a terminal growing with the steps, and then its numbers."""

    def __init__(self, screen: Screen, summary: Summary) -> None:
        self.screen, self.summary = screen, summary

    def begin(self) -> None:
        """What is trained, and what the numbers below mean."""
        run, chance = self.summary, percent(1 / len(self.summary.classes))
        what = f"{run.settings.network}{' as published' * run.settings.plain}: {run.parameters:,} parameters, "
        what += f"{run.pictures} pictures of {', '.join(map(one_line, run.classes))}; on {run.device}"
        baseline = f"Colour alone gets {percent(run.colour_accuracy)} of the validation pictures right, "
        baseline += f"chance {chance}: what goes beyond is learned from form."
        meaning = "Total loss is the mean over the epoch's pictures, total accuracy how many of them were right, while "
        meaning += "the network learns from them; the validation loss comes once after the epoch, on "
        meaning += f"{run.validation} other pictures in eval mode."
        self.screen.show("", *paragraphs([paragraph(self.screen, what, "title"),
                                          stack(self.screen, [baseline, meaning])]), "")  # fmt: skip

    def step(self, done: Progress) -> None:
        """Let the bar grow, where a person is looking."""
        if self.screen.person:
            self.screen.raw("\r")  # over the line before
            self.screen.write(self._bar(done.epoch, done.step, done.steps))

    def end(self, epoch: Epoch) -> None:
        """The whole bar, and the epoch's numbers below it."""
        line = self._bar(epoch.epoch, epoch.steps, epoch.steps)
        if self.screen.person:
            self.screen.raw("\r")
        many = self.summary.pictures
        words = f"total loss {epoch.loss:.4f}, total accuracy {round(epoch.accuracy * many)}/{many}, "
        words += f"validation loss {epoch.val_loss:.4f} ({percent(epoch.val_accuracy)} right)"
        self.screen.show(Text.assemble(line, f"  {epoch.seconds:.1f} s"), *paragraph(self.screen, words))

    def _bar(self, epoch: int, step: int, steps: int) -> Text:
        """How far an epoch is; a narrow screen has the numbers alone."""
        lead, tail = f"{self.screen.margin}Epoch {epoch}  ", f"{step:>{len(str(steps))}}/{steps}"
        room = min(36, self.screen.width - len(lead) - len(tail) - 12)
        return Text.assemble(lead, *((bar(self.screen, step, steps, room), "  ") if room > 5 else ()), tail)

    def finish(self, epochs: Sequence[Epoch], outcome: Outcome) -> None:
        """The curves, the confusion matrix, and pictures with what the network takes them for."""
        screen = with_all_colours(self.screen)
        blocks = [
            curves(screen, epochs, "loss", "val_loss"),
            curves(screen, epochs, "accuracy", "val_accuracy"),
            confusion(screen, outcome),
            *predictions(screen, outcome.predictions),
        ]
        show_pages(screen, [Text(), *paragraphs(blocks), Text()])


class TrainingDocument:
    """A run as JSON: a line for each epoch, then a summary."""

    def __init__(self, screen: Screen, summary: Summary) -> None:
        self.screen, self.summary = screen, summary

    def begin(self) -> None:
        """Nothing yet."""

    def step(self, done: Progress) -> None:
        """Nothing yet."""

    def end(self, epoch: Epoch) -> None:
        """The epoch."""
        self._write(epoch)

    def finish(self, epochs: Sequence[Epoch], outcome: Outcome) -> None:
        """What was trained, and the confusion matrix."""
        last = {"epochs": len(epochs), "val_loss": epochs[-1].val_loss, "val_accuracy": epochs[-1].val_accuracy}
        seconds = {"seconds": round(sum(each.seconds for each in epochs), 2)}
        self._write(to_builtins(self.summary) | last | seconds | {"confusion": outcome.confusion})

    def _write(self, record: object) -> None:
        self.screen.raw(json_text(to_builtins(record), ascii=not self.screen.unicode) + "\n")


def curves(screen: Screen, epochs: Sequence[Epoch], total: str, validation: str) -> list[Text]:
    """One number of the training and of the validation pictures over the epochs."""
    xs = [each.epoch for each in epochs]
    lines = {f"total {total}": [getattr(each, total) for each in epochs],
             f"validation {total}": [getattr(each, validation) for each in epochs]}  # fmt: skip
    marks = [[xs[-1], ys[-1], name] for name, ys in lines.items()]
    ys, *others = lines.values()
    data = {"xs": xs, "ys": ys, "others": others, "marks": marks, "xlabel": "epoch", "ylabel": total}
    return indent(draw(screen, Drawing("curve", data)), screen.margin)


def confusion(screen: Screen, outcome: Outcome) -> list[Text]:
    """How often each class was taken for each; nothing where so many classes do not fit."""
    room = min((screen.width - len(screen.margin)) // (len(outcome.classes) + 1) - 2, 16)
    if room < 3:
        return []
    names = [screen.text(one_line(name)[:room]) for name in outcome.classes]
    rows = [[names[truth], *(Text(str(many), "right" if guess == truth else "") for guess, many in enumerate(row))]
            for truth, row in enumerate(outcome.confusion)]  # fmt: skip
    table = columns([[Text(), *names], *rows], range(1, len(names) + 1), 2)
    words = "Validation pictures; a row for what they show, a column for what they are taken for:"
    return [*paragraph(screen, words, "note"), *indent(table, screen.margin)]


def predictions(screen: Screen, found: Sequence[Prediction]) -> list[list[Text]]:
    """Pictures beside one another, as many as fit, each with its class and its prediction below."""
    wide = len(found[0].pixels[0])
    fit = (screen.width - len(screen.margin) + 2) // (wide + 2)
    rows = [found[start : start + fit] for start in range(0, len(found), fit)] if fit else []
    return [indent(columns([*zip(*(captioned(screen, one) for one in row), strict=True)], gap=2), screen.margin)
            for row in rows]  # fmt: skip


def captioned(screen: Screen, one: Prediction) -> list[Text]:
    """A picture, and what it was taken for."""
    wide, right = len(one.pixels[0]), one.truth == one.predicted
    sign = screen.pick("✓", "right:") if right else screen.pick("✗", "wrong:")
    caption = shorten(f"{sign} {one.predicted} {percent(one.probability)}", wide)
    words = [screen.text(shorten(one.truth, wide)), screen.text(caption, "right" if right else "wrong")]
    return [*picture(screen, one.pixels), *words]


def picture(screen: Screen, pixels: Pixels) -> list[Text]:
    """A picture in half blocks, in colour where the terminal has it."""
    paint = half_block if screen.colour and screen.unicode else shade_of(screen, pixels)
    pairs = zip(pixels[::2], pixels[1::2], strict=True)
    return [Text.assemble(*(paint(*both) for both in zip(*pair, strict=True))) for pair in pairs]


def half_block(upper: Pixel, lower: Pixel) -> Cell:
    """Two pixels in one cell."""
    return "▀", Style(color=Color.from_rgb(*upper), bgcolor=Color.from_rgb(*lower))


def shade_of(screen: Screen, pixels: Pixels) -> Callable[[Pixel, Pixel], Cell]:
    """For a screen without colours: two pixels as light as they are between the picture's darkest and lightest."""
    light = [sum(upper + lower) for rows in zip(pixels[::2], pixels[1::2], strict=True)
             for upper, lower in zip(*rows, strict=True)]  # fmt: skip
    shades, darkest, span = screen.pick(" ░▒▓█", " .:-=+*#%@"), min(light), max(light) - min(light) + 1
    return lambda upper, lower: (shades[(sum(upper + lower) - darkest) * len(shades) // span], "")
