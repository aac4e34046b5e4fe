"""Recorded replies, taken apart and filled anew: whatever stands around the rows stays as the source wrote it."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from lxml import etree

from conformance.lab.rows import Row
from conformance.subject import WireSpec

JSON = "application/json;charset=UTF-8"
XML = "text/xml;charset=UTF-8"
_ABSENT: Any = object()


class Template:
    """One recorded reply, JSON or XML by its looks. Raises ValueError when there are no rows where ``wire`` says."""

    def __init__(self, text: str, wire: WireSpec) -> None:
        self.wire = wire
        self.is_xml = text.lstrip().startswith("<")
        self.rows: list[Row]
        if self.is_xml:
            self._element, self.rows = _read_xml(text, wire.items)
            return
        self.body: Any = json.loads(text)
        if wire.nested and not isinstance(value_at(self.body, wire.nested, open_last=False), str):
            raise ValueError(f"no JSON text at {wire.nested}")
        rows = value_at(self.body, wire.items)
        if not isinstance(rows, list):
            raise ValueError(f"no rows at {wire.items or 'the top'}")  # noqa: TRY004 - what was recorded is a value
        self.rows = rows

    @property
    def content_type(self) -> str:
        """What the reply calls itself."""
        return XML if self.is_xml else JSON

    def fill(self, rows: Sequence[Row], values: Mapping[str, Any]) -> bytes:
        """The reply with these rows, and ``values`` at their paths; a number recorded as text stays text."""
        if self.is_xml:
            return _write_xml(self._element, self.wire.items, rows, values)
        body = with_value(self.body, self.wire.items, list(rows))
        for path, value in values.items():
            known = value_at(self.body, path)
            body = with_value(body, path, str(value) if isinstance(known, str) and isinstance(value, int) else value)
        return _dump(body).encode()


def value_at(body: Any, path: str, *, open_last: bool = True) -> Any:
    """The value at a dotted path, None where it leads nowhere; JSON texts on the way are opened."""
    for step in path.split(".") if path else ():
        body = _opened(body)
        if isinstance(body, Mapping):
            body = body.get(step)
        elif isinstance(body, list) and step.isdecimal() and int(step) < len(body):
            body = body[int(step)]
        else:
            return None
    return _opened(body) if open_last and isinstance(body, str) and body[:1] in ("{", "[") else body


def with_value(body: Any, path: str, value: Any) -> Any:
    """A copy of the body with ``value`` at the path; a JSON text on the way is written as text again."""
    if not path:
        return _dump(value) if isinstance(body, str) else value
    step, _, rest = path.partition(".")
    if isinstance(body, str):
        return _dump(with_value(_opened(body), path, value))
    if isinstance(body, list):
        return [with_value(each, rest, value) if str(at) == step else each for at, each in enumerate(body)]
    inner = dict(body) if isinstance(body, Mapping) else {}
    if rest or (isinstance(inner.get(step), str) and isinstance(value, list)):
        inner[step] = with_value(inner.get(step), rest, value)
    else:
        inner[step] = value
    return inner


def _opened(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) and value else value


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _read_xml(text: str, items: str) -> tuple[Any, list[Row]]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_blank_text=True)
    root = etree.fromstring(text.encode(), parser)
    top, *path = items.split(".")
    if root.tag != top or not path:
        raise ValueError(f"no rows at {items}")
    holder = _holder(root, path)
    return root, [_row(each) for each in holder if each.tag == path[-1]]


def _holder(root: Any, path: Sequence[str]) -> Any:
    for step in path[:-1]:
        root = root.find(step)
        if root is None:
            raise ValueError(f"no element {step}")
    return root


def _write_xml(element: Any, items: str, rows: Sequence[Row], values: Mapping[str, Any]) -> bytes:
    root = etree.fromstring(etree.tostring(element))
    for told, value in values.items():
        spot = _holder(root, [*told.split(".")[1:], ""])
        spot.text = None if value is None else str(value)
    path = items.split(".")[1:]
    holder = _holder(root, path)
    for each in [each for each in holder if each.tag == path[-1]]:
        holder.remove(each)
    for row in rows:
        holder.append(_element(path[-1], row))
    for place, value in values.items():
        spot = root.find("/".join(place.split(".")[1:]))
        if spot is not None:
            spot.text = "" if value is None else str(value)
    content: bytes = etree.tostring(root, xml_declaration=True, encoding="utf-8")
    return content


def _row(element: Any) -> Any:
    """An element as nested mappings of text; children of one name become a list."""
    if len(element) == 0:
        return element.text or ""
    row: dict[str, Any] = {}
    for child in element:
        value = _row(child)
        if child.tag in row:
            row[child.tag] = [*(row[child.tag] if isinstance(row[child.tag], list) else [row[child.tag]]), value]
        else:
            row[child.tag] = value
    return row


def _element(name: str, value: Any) -> Any:
    element = etree.Element(name)
    if isinstance(value, Mapping):
        for child, inner in value.items():
            for each in inner if isinstance(inner, list) else [inner]:
                element.append(_element(child, each))
    elif value is not None:
        element.text = str(value)
    return element
