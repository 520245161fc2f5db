"""Sentences, and whether one speaks of something else than the item's own case."""

from __future__ import annotations

import re

_HEDGED = re.compile(
    r"^\W*(?:(?:but|and|so|note that|now|however|also|even|only|similarly),? )?"
    r"(?:with|in(?! all\b| total\b)|for|if|some|had|were|should|by|on|at|where|whereas|many|most|few|people|students|"
    r"another|others?|someone|suppose|assume|imagine|consider|say|like|as|\w+ing)\b"
    r"|\b(?:not|if|would|could|might|may|with|without|instead|wrong\w*|round(?:s|ed|ing)? (?:it )?up|ceil\w*|slide|"
    r"page|book|paper|section|et al|mistake\w*|forget\w*|forgot\w*|were|cannot|only|some|other|another|slip|naive\w*|"
    r"tempting|guess\w*|wanted|expect\w*|think\w*|thought|believe\w*|claim\w*|suggest\w*|seem\w*|pretend\w*|under|"
    r"using|when|once|until|unless|before|after|else|otherwise|for|in(?! all\b| total\b)|per|each|every|previous|next|"
    r"first|second|third|versus|than|no longer|false|or|ignor\w+|omit\w*|drop\w*|PyTorch|TensorFlow|Keras|Caffe|"
    r"approx\w*|about|roughly|nearly|almost|follow\w*|later|afterwards|(?:same|full|zero|no|circular) padding|"
    r"says|said|tells|twice|thrice|doubl\w*|half|halv\w*|(?:as )?many|compar\w*|contrast|elsewhere|dense|connected|"
    r"his|her|their|your|my)\b|\bits (?:answer|output|result)\b|^\W*there,? the\b"
    r"|n['’]t\b|['’]s (?:answer|output|result|key)\b|\ban? (?:\w+ )?(?:answer|result)\b"
    r"|\bthe (?!right|correct|final|whole|exact|resulting|wanted)\w+ (?:answer|output|result|key|total)\b",
    re.IGNORECASE,
)
_SUPPOSED = re.compile(  # words after which the next sentence may still suppose something
    r"\b(?:suppose|assume|imagine|consider|what if|if|had|were|would|take|compar\w*|contrast|elsewhere|second|next|"
    r"other|another|slips?|mistakes?|wrong\w*|dense|connected)\b",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(  # words with which a sentence leaves the item's own case
    r"\b(?:not|no longer|if|would|could|might|may|should|were|had|without|instead|wrong\w*|mistake\w*|forg[eo]t\w*|"
    r"ignor\w+|omit\w*|drop\w*|slide|page|book|paper|section|et al|naive\w*|tempting|guess\w*|expect\w*|think\w*|"
    r"thought|believe\w*|claim\w*|suggest\w*|seem\w*|pretend\w*|suppose|assume|imagine|unlike|than|rather|previous|"
    r"next|another|others?|some|PyTorch|TensorFlow|Keras|Caffe|approx\w*|about|roughly|nearly|almost|as much|as many|"
    r"(?:same|full|zero|no|circular) padding|ceil mode|versus|vs|dense|connected|half|twice|doubl\w*|tripl\w*|"
    r"compar\w*|contrast|replac\w*|equivalent|elsewhere|whereas|belongs?|AlexNet|VGG|ResNet|LeNet|GoogLeNet|MobileNet|few|many|fewer|more|less|"
    r"students?|people|someone|slip|said|says|instance|example|e\.g\.)\b|n['’]t\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"(?<=[.!?])(?<!\bal\.)(?<!e\.g\.)(?<!i\.e\.)(?<!\bcf\.)(?<!\bvs\.)(?<!Fig\.)(?<!\bSec\.)\s+")


def sentences(words: str) -> list[str]:
    """The sentences of a text; an abbreviation ends none."""
    return _SENTENCE.split(words)


def is_hedged(sentence: str, before: str) -> bool:
    """Whether a sentence, or the one before it, speaks of something else than the item's own case."""
    return bool(_HEDGED.search(_bare(sentence)) or _SUPPOSED.search(before) or before.endswith("?"))


def _bare(sentence: str) -> str:
    """The sentence without its phrases that hedge nothing."""
    return re.sub(r"\b(?:in all|in total|in the layer|to learn|to train)\b", "", sentence)


def leaves_the_case(sentence: str, before: str) -> bool:
    """Whether a sentence is about another case than the item's own, though it may name each filter or every layer."""
    asks = before.endswith("?") or sentence.endswith("?")
    return bool(asks or _ELSEWHERE.search(sentence) or _SUPPOSED.search(before))
