"""What is told of an answered question: the verdict in a few lines, and behind a key each, what else there is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property

from rich.text import Text

from cnnquiz.answers import marked_parts, misconceptions_of, value_of
from cnnquiz.items.variants import Choice, Variant
from cnnquiz.quiz.session import Reply
from cnnquiz.render.answer_form import length_remark
from cnnquiz.render.by_lines import reach_lines
from cnnquiz.render.console import Screen
from cnnquiz.render.drawings import draw, shows
from cnnquiz.render.item import options_in_words, prose_with_label, reason
from cnnquiz.render.key_status import status_line, warning_line
from cnnquiz.render.layout import hang, indent, paragraph, paragraphs
from cnnquiz.render.misconception_text import misconception_lines
from cnnquiz.render.prose import first_sentence, inline, prose
from cnnquiz.render.signs import WORDS, verdict_lead, verdict_sign
from cnnquiz.render.solution import step_by_step
from cnnquiz.solution import Solution

PICTURE_ROWS = 8  # of a picture beside the verdict
ROWS_BELOW = 2  # of the screen, for the keys below a verdict, with an empty line above
WHY_ROWS = 3  # of what is said of the answer there


class Explanation:
    """One answered question: its reply, the parts of what can be told of it, and when it comes back, in words."""

    def __init__(
        self,
        screen: Screen,
        variant: Variant,
        reply: Reply,
        solve: Callable[[Variant], Solution | None],
        back: str = "",
    ) -> None:
        self.back = back
        self.screen, self.variant, self.reply, self._solve = screen, variant, reply, solve
        self.body = screen.margin + "  "
        self.chosen = [choice for choice in variant.choices if choice.letter in reply.response.split()]
        self.right = [choice for choice in variant.choices if choice.letter in variant.key]

    @cached_property
    def solution(self) -> Solution | None:
        """The worked solution, where there is one."""
        return self._solve(self.variant)

    @property
    def is_right(self) -> bool:
        """Whether the answer was right."""
        return self.reply.mark.verdict == "right"

    def verdict(self, rows: int = 0) -> list[Text]:
        """The verdict, a sentence on what was answered, and the answer; the picture where so many rows are free."""
        blocks = [[*self.lead(), *self._diagnosis(), *self._key()]]
        room = min(rows - len(blocks[0]) - 2, PICTURE_ROWS)
        fits = room > 2 and not self.screen.spoken
        blocks += [picture] if fits and (picture := self.picture(room, alone=False)) else []
        return [Text(), *paragraphs(blocks)]

    def below(self, rows: int, question: str) -> list[Text]:
        """The verdict on a screen that has so many rows since the head of its question, with room for the keys.

        `question` leads a line that recalls the question, where it has left the screen.
        """
        free = self.screen.rows - rows - ROWS_BELOW
        lines = self.verdict(free)
        if len(lines) <= free:
            return lines
        words = inline(self.screen, " ".join(self.variant.stem.split()))
        room = max(self.screen.width - len(self.screen.margin) - len(question), 10)
        words.truncate(room, overflow="ellipsis" if self.screen.unicode else "crop")
        recalled = [Text(), Text.assemble(self.screen.margin, question, words)]
        return recalled + self.verdict(self.screen.rows - ROWS_BELOW - len(recalled))

    def lead(self) -> list[Text]:
        """Right or wrong in words, the answer that was given, and when the question comes back."""
        lead = verdict_lead(self.screen, self.reply.mark.verdict)
        back = Text(f"   ({self.back})" if self.back else "", "note")
        if not self.reply.response:
            return hang(self.screen, back, lead) if self.back else [lead]
        lead.append(": ")
        if self.chosen:
            return hang(self.screen, Text.assemble(options_in_words(self.screen, self.chosen), back), lead)
        remark = length_remark(self.variant, self.reply.response)
        given = f"{self.reply.response}. {remark}" if remark else self.reply.response
        return hang(self.screen, Text.assemble(self.screen.text(given), back), lead)

    def _diagnosis(self) -> list[Text]:
        """What the wrong answer comes from; of a right one, why it is right."""
        whys = [one.why for one in self.chosen if one.why and (self.is_right or one not in self.right)]
        if self.reply.mark.verdict == "skipped":
            return []
        if not whys and not self.variant.choices and not self.is_right:
            return self._parts() if self.variant.parts else self._misconceptions(self.variant, self.reply.response)
        if not whys and (self.is_right or not self.right):
            whys = [self.variant.own_rationale]
        return [line for why in whys for line in self._short(why)]

    def _misconceptions(self, variant: Variant, response: str) -> list[Text]:
        """What leads to a wrong answer that was typed."""
        found = misconception_lines(self.screen, misconceptions_of(variant, response))
        return found + reach_lines(self.screen, variant, response, self.body)

    def _parts(self) -> list[Text]:
        """Each part of an answer with its verdict, and with the misconceptions behind it."""
        lines: list[Text] = []
        for number, (part, response, mark) in enumerate(marked_parts(self.variant, self.reply.response), 1):
            lead = Text.assemble(self.body, f"{number}. ", verdict_sign(self.screen, mark.verdict), " ")
            words = WORDS["skipped"] if mark.verdict == "skipped" else response
            lines += hang(self.screen, self.screen.text(words), lead)
            lines += self._misconceptions(part, response)
        return lines

    def _short(self, words: str) -> list[Text]:
        """The words whole where they are short, else their first sentence."""
        lines = prose(self.screen, words, self.body)
        return lines if len(lines) <= WHY_ROWS else prose(self.screen, first_sentence(words), self.body)

    def _key(self) -> list[Text]:
        """The right answer, where another was given."""
        if self.is_right:
            return []
        key = options_in_words(self.screen, self.right)
        key = key if self.right else self.screen.text(" or ".join(self.variant.key), "answer")
        words = "The answers are " if len(self.right) > 1 else "The answer is "
        return hang(self.screen, Text.assemble(words, key), self.body)

    @cached_property
    def parts(self) -> list[str]:
        """The words of what there is to be shown besides."""
        working, picture = bool(self.variant.own_rationale or self.solution), bool(self.picture())
        return ["working"] * working + ["picture"] * picture + ["why", "everything"]

    def lines(self, word: str) -> list[Text]:
        """What is behind a key, or that there is nothing of the kind."""
        nothing = paragraph(self.screen, f"There is no {word} for this question.")
        return [Text(), *(self.part(word) or nothing)]

    def part(self, word: str) -> list[Text]:
        """What is shown for one of these words; nothing where there is nothing of the kind."""
        match word:
            case "working":
                return paragraphs([prose(self.screen, self.variant.own_rationale, self.body), self._steps()])
            case "picture":
                return self.picture()
            case "why":
                worked = self.variant.worked
                named = prose_with_label(self.screen, "Source", worked.source, self.body)
                return [*status_line(self.screen, worked, self.body), *(named if worked.status != "asserted" else [])]
        return self._everything()

    def _steps(self) -> list[Text]:
        return step_by_step(self.screen, self.solution, self.body)

    def picture(self, rows: int | None = None, alone: bool = True) -> list[Text]:
        """The first picture of the solution that fits, with the answer that was given in it.

        Beside other words, only one in which the right value is to be seen.
        """
        inside = self.screen.narrow(len(self.body))
        derived = self.variant.worked.derived
        answer = (self._answered(), derived.value) if derived and not self.is_right else None
        for drawing in self.solution.drawings if self.solution else ():
            if not alone and not (derived and shows(drawing, derived.value)):
                continue
            lines = draw(inside, drawing, answer, rows)
            if lines and (rows is None or len(lines) <= rows):
                return indent(lines, self.body)
        return []

    def _answered(self) -> object:
        """The value of the answer that was given; None where it has none."""
        if not self.variant.choices:
            return value_of(self.variant, self.reply.response)
        [origin] = [one.origin for one in self.chosen] if len(self.chosen) == 1 else [""]
        return self.variant.worked.meanings.get(origin)

    def _everything(self) -> list[Text]:
        """The reasons of all options, why the key is right, the steps, the picture, and what the key rests on."""
        whys = [reason(self.screen, choice, choice in self.right) for choice in self.variant.choices if choice.why]
        blocks = [[line for lines in whys for line in lines], self.part("working"), self.picture(), self.part("why")]
        return paragraphs(blocks)

    def full(self) -> list[Text]:
        """The verdict with all that explains it at once, where no key can ask for more."""
        typed = self.reply.mark.verdict in ("wrong", "partly") and not self.variant.choices
        others = [one for one in self.right if one not in self.chosen and not self.is_right]
        blocks = [
            [*self.lead(), *self._whys(self.chosen)],
            self._diagnosis() if typed else [],
            [*self._key(), *self._whys(others)],
            prose(self.screen, self.variant.own_rationale, self.body),
            self._steps(),
            warning_line(self.screen, self.variant.worked, self.body),
        ]
        return [Text(), *paragraphs(blocks)]

    def _whys(self, choices: Iterable[Choice]) -> list[Text]:
        return [line for one in choices for line in prose(self.screen, one.why, self.body)]
