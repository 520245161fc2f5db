"""XML as nodes that know their lines, within bounds; entities are refused. A home of defusedxml."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any
from xml.sax import SAXException
from xml.sax.handler import ContentHandler

from defusedxml import DefusedXmlException, sax

from cnnquiz.errors import CnnquizError
from cnnquiz.importers._html import Token, rendered

DEEPEST = 100
MOST = 200_000  # elements


class Node:
    """An element: its name without a namespace, its line, its attributes, and the texts and elements in it."""

    def __init__(self, tag: str, line: int, attributes: dict[str, str]) -> None:
        self.tag, self.line, self.attributes = tag, line, attributes
        self.inside: list[str | Node] = []

    def get(self, name: str, otherwise: str = "") -> str:
        """An attribute."""
        return self.attributes.get(name, otherwise)

    def children(self, tag: str) -> list[Node]:
        """The elements of that name that stand directly in it."""
        return [one for one in self.inside if isinstance(one, Node) and one.tag == tag]

    def child(self, *tags: str) -> Node | None:
        """The first element at the end of a path of names."""
        node: Node | None = self
        for tag in tags:
            node = next(iter(node.children(tag)), None) if node else None
        return node

    def every(self, *tags: str, but: str = "") -> Iterator[Node]:
        """The elements of these names anywhere in it, in order; not what stands in one named `but`."""
        for one in self.inside:
            if isinstance(one, Node) and one.tag != but:
                if one.tag in tags:
                    yield one
                yield from one.every(*tags, but=but)

    @property
    def text(self) -> str:
        """All text in it."""
        return "".join(one if isinstance(one, str) else one.text for one in self.inside).strip()

    def said(self, *path: str) -> str:
        """The text at the end of a path of names; empty where nothing is."""
        node = self.child(*path)
        return node.text if node else ""

    def markdown(self, *left_out: str) -> str:
        """Its content, which is XHTML, as Markdown, without the elements of these names."""
        return rendered(self.tokens(left_out))

    def tokens(self, left_out: tuple[str, ...]) -> Iterator[Token]:
        """Its content as tags and texts."""
        for one in self.inside:
            if isinstance(one, str):
                yield "text", one
            elif one.tag not in left_out:
                yield one.tag.lower(), " ".join(f'{name}="{value}"' for name, value in one.attributes.items())
                yield from one.tokens(left_out)
                yield f"/{one.tag.lower()}", ""


class Builder(ContentHandler):
    """Builds the nodes of a document."""

    def __init__(self) -> None:
        super().__init__()
        self.open, self.count = [Node("", 1, {})], 0
        self.locator: Any = None

    def setDocumentLocator(self, locator: Any) -> None:
        """Keep what knows the line."""
        self.locator = locator

    def startElement(self, name: str, attributes: Any) -> None:
        """Begin an element."""
        self.count += 1
        if len(self.open) > DEEPEST or self.count > MOST:
            raise SAXException("nested too deeply" if len(self.open) > DEEPEST else f"more than {MOST:,} elements")
        plain = {key.rpartition(":")[2]: value for key, value in attributes.items()}
        node = Node(name.rpartition(":")[2], self.locator.getLineNumber(), plain)
        self.open[-1].inside.append(node)
        self.open.append(node)

    def endElement(self, name: str) -> None:
        """End an element."""
        self.open.pop()

    def characters(self, content: str) -> None:
        """Keep a text."""
        inside = self.open[-1].inside
        if inside and isinstance(inside[-1], str) and len(inside[-1]) < 1_000:
            inside[-1] += content
        else:
            inside.append(content)


def root(data: bytes, name: str) -> Node:
    """The outermost element of a document; CnnquizError with the line of its first fault."""
    builder, reader = Builder(), sax.make_parser()
    reader.setContentHandler(builder)
    try:
        reader.parse(io.BytesIO(data))
    except DefusedXmlException:
        why = "entities of its own or from elsewhere are not read; write them out"
    except (SAXException, ValueError, LookupError) as fault:
        message = fault.getMessage() if isinstance(fault, SAXException) else str(fault)
        why = f"this is not XML that can be read: {message}"
    else:
        return next(one for one in builder.open[0].inside if isinstance(one, Node))
    raise CnnquizError(f"{name}:{reader.getLineNumber() or 1}: {why}")
