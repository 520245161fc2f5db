"""Whether a sentence speaks of something else than the item's own case."""

from __future__ import annotations

import re

_ELSEWHERE = re.compile(  # words with which a sentence leaves the item's own case
    r"\b(?:not|no longer|if|would|could|might|may|should|were|had|without|instead|wrong\w*|mistake\w*|forg[eo]t\w*|"
    r"ignor\w+|omit\w*|drop\w*|slide|page|book|paper|section|et al|naive\w*|tempting|guess\w*|expect\w*|think\w*|"
    r"thought|believe\w*|claim\w*|suggest\w*|seem\w*|pretend\w*|suppose|assume|imagine|unlike|than|rather|previous|"
    r"next|another|others?|some|PyTorch|TensorFlow|Keras|Caffe|approx\w*|about|roughly|nearly|almost|as much|as many|"
    r"(?:same|full|zero|no|circular) padding|ceil mode|versus|vs|dense|connected|"
    r"(?:half|twice|times)(?= (?:as|the|of))|"
    r"doubl\w*|tripl\w*|compar\w*|contrast|replac\w*|equivalent|elsewhere|whereas|belongs?|AlexNet|VGG|ResNet|LeNet|"
    r"GoogLeNet|MobileNet|few|many|fewer|(?<!one )more|less|students?|people|someone|slip|said|says|instance|example|"
    r"e\.g\.|for an?(?= \d))\b|n['’]t\b",
    re.IGNORECASE,
)
_OPENING = re.compile(  # words that begin a sentence about a case of its own: For grey images, With a stride of 2
    r"^\W*(?:(?:but|and|so|note that|now|however|also|even|only|similarly),? )?"
    r"(?:with|in(?! all\b| total\b)|for|by|on|at|where|most|consider|say|like|as|\w+ing)\b",
    re.IGNORECASE,
)
_HEDGED = re.compile(  # more of them, where a sentence is to say what the answer is
    r"\b(?:with|round(?:s|ed|ing)? (?:it )?up|ceil\w*|cannot|only|other|wanted|under|using|when|once|until|unless|"
    r"before|after|else|otherwise|for|in(?! all\b| total\b)|per|each|every|first|second|third|false|or|follow\w*|later|"
    r"afterwards|tells|half|twice|thrice|halv\w*|his|her|their|your|my)\b|\bits (?:answer|output|result)\b"
    r"|^\W*there,? the\b|['’]s (?:answer|output|result|key)\b|\ban? (?:\w+ )?(?:answer|result)\b"
    r"|\bthe (?!right|correct|final|whole|exact|resulting|wanted)\w+ (?:answer|output|result|key|total)\b",
    re.IGNORECASE,
)
_SUPPOSED = re.compile(  # words after which the next sentence may still suppose something
    r"\b(?:suppose|assume|imagine|consider|what if|if|had|were|would|take|compar\w*|contrast|elsewhere|second|next|"
    r"other|another|slips?|mistakes?|wrong\w*|dense|connected)\b",
    re.IGNORECASE,
)


def is_hedged(sentence: str, before: str) -> bool:
    """Whether a sentence, or the one before it, speaks of something else than the item's own case."""
    return leaves_the_case(sentence, before) or opens_a_case(sentence) or _HEDGED.search(_bare(sentence)) is not None


def opens_a_case(sentence: str) -> bool:
    """Whether a sentence begins with the case that it is about: for grey images, with a stride of 2."""
    return _OPENING.search(_bare(sentence)) is not None


def _bare(sentence: str) -> str:
    """The sentence without its phrases that hedge nothing."""
    return re.sub(r"\b(?:in all|in total|in the layer|to learn|to train)\b", "", sentence)


def leaves_the_case(sentence: str, before: str) -> bool:
    """Whether a sentence is about another case than the item's own, though it may name each filter or every layer."""
    asks = before.endswith("?") or sentence.endswith("?")
    return bool(asks or _ELSEWHERE.search(sentence) or _SUPPOSED.search(before))
