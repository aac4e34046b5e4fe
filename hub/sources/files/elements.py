"""XML files: elements as rows, read as a stream, each in the form `hub.sources.xml` gives. No document type."""

import re
from collections.abc import Iterator
from typing import Any, Final

from lxml import etree

from hub.sources.decode import MalformedError
from hub.sources.files.content import CHUNK, Content
from hub.sources.files.items import unreadable
from hub.sources.files.text import encoding_of, text_of
from hub.sources.xml import parse_xml
from hub.wire import LINE_FIELD

_PROLOG: Final = re.compile(rb"""\s*<\?xml\s[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")


def xml_encoding(content: Content, declared: str) -> str:
    """The codec of the whole file, proved: the prolog counts before ``declared``. Raises MalformedError."""
    prolog = _PROLOG.match(content.head(256))
    return encoding_of(content, prolog[1].decode() if prolog else declared)


def read_elements(content: Content, encoding: str, row: str) -> Iterator[dict[str, Any]]:
    """Elements of the name ``row`` wherever they stand, or the root's children when it is empty, counted from 1.

    Namespaces are taken off. Raises MalformedError where the file stops being XML.
    """
    for number, element in enumerate(_elements(content, encoding, row), 1):
        text = etree.tostring(element, encoding="unicode", with_tail=False)
        (value,) = parse_xml(text).values()
        yield {LINE_FIELD: number, **value} if isinstance(value, dict) else unreadable(number, "no fields", text)


def prove(content: Content, encoding: str) -> None:
    """Parse it to its end, so that no half of a broken file lands. Raises MalformedError."""
    for _ in _elements(content, encoding, ""):
        pass


def _elements(content: Content, encoding: str, row: str) -> Iterator[Any]:
    """Each element when it is whole; it is gone when the next one is asked for."""
    parser = etree.XMLPullParser(
        ("start", "end"),
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    depth, inside = 0, 0  # of the element met; of the row it is part of
    try:
        with text_of(content, encoding) as text:
            while data := text.read(CHUNK):
                parser.feed(data.encode())
                for event, element in parser.read_events():
                    if event == "start":
                        depth += 1
                        if depth == 1 and element.getroottree().docinfo.internalDTD is not None:
                            raise MalformedError("an XML document type, which the hub refuses")
                        if not inside and (etree.QName(element).localname == row if row else depth == 2):
                            inside = depth
                        continue
                    if inside == depth:
                        yield element
                    if not inside or inside == depth:
                        _let_go(element)
                    inside = 0 if inside == depth else inside
                    depth -= 1
        parser.close()
    except etree.XMLSyntaxError as error:
        line, column = error.position
        raise MalformedError(f"no XML at line {line} column {column}") from None


def _let_go(element: Any) -> None:
    """Free what has been read: the element's own content and its elder siblings. The parser still needs the rest."""
    element.clear(keep_tail=True)
    while element.getprevious() is not None:
        del element.getparent()[0]
