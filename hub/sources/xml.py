"""XML as nested mappings of text. Pure; no network, no entities, no document type."""

import re
from typing import Any, Final

from lxml import etree

from hub.sources.decode import MalformedError, read_text

_PROLOG: Final = re.compile(rb"""\s*<\?xml\s[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_DECLARATION: Final = re.compile(r"\s*<\?xml\s[^>]*\?>")
# Possessive: a prolog of very many comments must not cost more than one pass.
_DOCTYPE: Final = re.compile(r"\s*(?:(?><\?.*?\?>|<!--.*?-->)\s*)*+<!DOCTYPE", re.DOTALL | re.IGNORECASE)
_NIL: Final = "{http://www.w3.org/2001/XMLSchema-instance}nil"


def read_xml(content: bytes, encoding: str) -> dict[str, Any]:
    """Decode, then `parse_xml`. The prolog's encoding counts before the declared one. Raises MalformedError."""
    if not content.strip():
        raise MalformedError("an empty body")
    prolog = _PROLOG.match(content[:256])
    return parse_xml(read_text(content, prolog[1].decode() if prolog else encoding))


def parse_xml(text: str) -> dict[str, Any]:
    """``{root: value}``. Raises MalformedError.

    A value is the element's text, or a mapping of its children's names to their values; children of one name become a
    list. Namespaces are taken off. Attributes are kept as ``@name``, except beside a text; ``xsi:nil`` is None.
    """
    if _DOCTYPE.match(text):
        raise MalformedError("an XML document type, which the hub refuses")
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(_DECLARATION.sub("", text, count=1).encode(), parser)
    except etree.XMLSyntaxError as error:
        line, column = error.position
        raise MalformedError(f"no XML at line {line} column {column}") from None
    return {_local(root.tag): _value(root)}


def _value(element: Any) -> Any:
    if element.get(_NIL) == "true":
        return None
    values: dict[str, Any] = {f"@{_local(name)}": value for name, value in element.attrib.items()}
    if len(element) == 0:
        text = (element.text or "").strip()
        return values if values and not text else text
    for child in element:
        name, value = _local(child.tag), _value(child)
        if name not in values:
            values[name] = value
        elif isinstance(values[name], list):
            values[name].append(value)
        else:
            values[name] = [values[name], value]
    return values


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
