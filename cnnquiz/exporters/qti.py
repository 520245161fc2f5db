"""QTI 2.1: a package with a test, and an item for each question, with feedback for each option.

Source: IMS Global, Question and Test Interoperability 2.1, Information Model and XML Binding, 2012.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from html import escape

from cnnquiz.exporters import Question
from cnnquiz.exporters._package import zipped
from cnnquiz.markdown import html, inline_html
from cnnquiz.patterns import pattern
from cnnquiz.render.mathtext import characters

SUFFIX = ".zip"
_NAMESPACE = "http://www.imsglobal.org/xsd/imsqti_v2p1"
_SCHEMA = f"{_NAMESPACE} http://www.imsglobal.org/xsd/qti/qtiv2p1/imsqti_v2p1.xsd"
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_NO_NAME = pattern(r"[^A-Za-z0-9_.-]")


def losses(question: Question) -> Iterator[str]:
    """What an item cannot say."""
    if question.type == "expression":
        yield "an expression in another form than the key's is wrong there"
    if question.hints:
        yield f"{len(question.hints)} hints" if len(question.hints) > 1 else "the hint"


def write(title: str, questions: Sequence[Question]) -> bytes:
    """The package: the manifest, the test, the items."""
    names = {question.name: _identifier(question.name) for question in questions}
    files = {"imsmanifest.xml": _manifest(list(names.values())), "test.xml": _test(title, list(names.values()))}
    return zipped(files | {f"items/{names[one.name]}.xml": _item(one, names[one.name]) for one in questions})


def _identifier(name: str) -> str:
    """A name as XML allows identifiers."""
    return "i-" + _NO_NAME.sub("-", name)


def _manifest(names: Sequence[str]) -> str:
    rows = "".join(
        f'<resource identifier="{name}" type="imsqti_item_xmlv2p1" href="items/{name}.xml">'
        f'<file href="items/{name}.xml"/></resource>'
        for name in names
    )
    needs = "".join(f'<dependency identifierref="{name}"/>' for name in names)
    return (
        f'{_HEAD}<manifest xmlns="http://www.imsglobal.org/xsd/imscp_v1p1" identifier="manifest">'
        "<metadata><schema>QTIv2.1 Package</schema><schemaversion>1.0.0</schemaversion></metadata>"
        f'<organizations/><resources><resource identifier="test" type="imsqti_test_xmlv2p1" href="test.xml">'
        f'<file href="test.xml"/>{needs}</resource>{rows}</resources></manifest>\n'
    )


def _test(title: str, names: Sequence[str]) -> str:
    rows = "".join(f'<assessmentItemRef identifier="{name}" href="items/{name}.xml"/>' for name in names)
    return (
        f'{_HEAD}<assessmentTest xmlns="{_NAMESPACE}" identifier="test" title="{escape(title)}">'
        '<testPart identifier="part" navigationMode="nonlinear" submissionMode="individual">'
        f'<assessmentSection identifier="section" title="{escape(title)}" visible="true">{rows}</assessmentSection>'
        "</testPart></assessmentTest>\n"
    )


def _item(question: Question, name: str) -> str:
    choices = question.type == "true-false" or bool(question.choices)
    cardinality = "multiple" if question.type == "multiple" else "single"
    base = "identifier" if choices else "float" if question.type == "number" else "string"
    values = "".join(f"<value>{escape(value)}</value>" for value in _right(question))
    figure = f"<pre>{escape(question.figure)}</pre>" if question.figure else ""
    feedback = "".join(
        f'<modalFeedback outcomeIdentifier="FEEDBACK" identifier="{escape(key)}" showHide="show">{text}</modalFeedback>'
        for key, text in _feedback(question)
    )
    return (
        f'{_HEAD}<assessmentItem xmlns="{_NAMESPACE}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        f'xsi:schemaLocation="{_SCHEMA}" identifier="{name}" title="{escape(question.name)}" adaptive="false" '
        f'timeDependent="false">\n'
        f'<responseDeclaration identifier="RESPONSE" cardinality="{cardinality}" baseType="{base}">'
        f"<correctResponse>{values}</correctResponse>{_mapping(question)}</responseDeclaration>\n"
        '<outcomeDeclaration identifier="SCORE" cardinality="single" baseType="float">'
        "<defaultValue><value>0</value></defaultValue></outcomeDeclaration>\n"
        '<outcomeDeclaration identifier="FEEDBACK" cardinality="multiple" baseType="identifier"/>\n'
        f"<itemBody>{_html(question.stem)}{figure}{_interaction(question)}</itemBody>\n"
        f"<responseProcessing>{_processing(question)}</responseProcessing>\n{feedback}\n</assessmentItem>\n"
    )


def _options(question: Question) -> list[tuple[str, str, str, bool]]:
    """Identifier, text, why and whether it is right, of each option."""
    if question.type == "true-false" and not question.choices:
        return [("true", "True", "", question.is_true), ("false", "False", "", not question.is_true)]
    return [(one.letter, one.text, one.why, one.right) for one in question.choices]


def _right(question: Question) -> list[str]:
    """The right responses; of what is typed, the first form."""
    return [letter for letter, _, _, right in _options(question) if right] or list(question.answers[:1])


def _mapping(question: Question) -> str:
    """Each response with its share of the mark, where several may be given."""
    if question.type == "multiple":
        share = 1 / max(len(question.keys), 1)
        rows = ((one.letter, share if one.right else -share) for one in question.choices)
        entries = "".join(f'<mapEntry mapKey="{letter}" mappedValue="{value:.6g}"/>' for letter, value in rows)
        return f'<mapping lowerBound="0" upperBound="1" defaultValue="0">{entries}</mapping>'
    if question.choices or question.type in ("number", "true-false"):
        return ""
    forms = map(escape, question.answers)
    entries = "".join(f'<mapEntry mapKey="{form}" mappedValue="1" caseSensitive="false"/>' for form in forms)
    return f'<mapping lowerBound="0" upperBound="1" defaultValue="0">{entries}</mapping>'


def _interaction(question: Question) -> str:
    options = _options(question)
    if not options:
        return '<p><textEntryInteraction responseIdentifier="RESPONSE" expectedLength="20"/></p>'
    choices = ((letter, _inline(text)) for letter, text, _, _ in options)
    rows = "".join(f'<simpleChoice identifier="{letter}">{text}</simpleChoice>' for letter, text in choices)
    most = f'maxChoices="{0 if question.type == "multiple" else 1}"'
    return f'<choiceInteraction responseIdentifier="RESPONSE" shuffle="true" {most}>{rows}</choiceInteraction>'


def _processing(question: Question) -> str:
    """The mark, and the feedback that the response and the answer bring."""
    response = '<variable identifier="RESPONSE"/>'
    if question.type == "multiple" or not (_options(question) or question.type == "number"):
        score = '<setOutcomeValue identifier="SCORE"><mapResponse identifier="RESPONSE"/></setOutcomeValue>'
    else:
        same = f'<match>{response}<correct identifier="RESPONSE"/></match>'
        if question.type == "number":
            right, off = Fraction(question.answers[0]), Fraction(question.tolerance)
            bounds = (("gte", right - off), ("lte", right + off))
            sides = (f"<{sign}>{response}{_float(bound)}</{sign}>" for sign, bound in bounds)
            same = f"<and>{''.join(sides)}</and>"
        one = '<setOutcomeValue identifier="SCORE"><baseValue baseType="float">1</baseValue></setOutcomeValue>'
        score = f"<responseCondition><responseIf>{same}{one}</responseIf></responseCondition>"
    explained = '<baseValue baseType="identifier">explanation</baseValue>'
    said = f"<multiple>{response}{explained}</multiple>" if _options(question) else f"<multiple>{explained}</multiple>"
    return f'{score}<setOutcomeValue identifier="FEEDBACK">{said}</setOutcomeValue>'


def _float(value: Fraction) -> str:
    return f'<baseValue baseType="float">{float(value):.15g}</baseValue>'


def _feedback(question: Question) -> Iterator[tuple[str, str]]:
    for letter, _, why, _ in _options(question):
        if why:
            yield letter, _html(why)
    if question.explanation:
        yield "explanation", _html(question.explanation)


def _html(markdown: str) -> str:
    return html(markdown, lambda latex: f"<em>{escape(characters(latex))}</em>")


def _inline(markdown: str) -> str:
    return inline_html(markdown, lambda latex: f"<em>{escape(characters(latex))}</em>")
