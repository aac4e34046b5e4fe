"""Recorded replies, taken apart and filled anew: whatever stands around the rows stays as the source wrote it."""

import json
from collections.abc import Mapping, Sequence, Set
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode

from lxml import etree

from conformance.description import WireSpec
from conformance.lab.rows import Row
from conformance.leaves import leaves
from conformance.lifted import Lift

JSON, XML, FORM = "application/json", "text/xml", "application/x-www-form-urlencoded"
_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"


class Template:
    """One recorded reply or push, by its looks JSON, XML or a form. Raises ValueError without rows where ``wire`` says.

    ``rows`` are lifted. ``single`` is one whose only row stands there as an object.
    """

    def __init__(self, text: str, wire: WireSpec, *, single: bool = False) -> None:
        self.wire, self.single = wire, single
        rows = self._read(text)
        self.lift = Lift(wire, rows)
        self.rows: list[Row] = list(map(self.lift.up, rows))

    def _read(self, text: str) -> list[Row]:
        """Take the text apart; its rows."""
        wire = self.wire
        self.is_xml = text.lstrip().startswith("<")
        self.is_form = False
        if self.is_xml:
            self._element, found = _read_xml(text, wire.items)
            self._looks = _Looks.of(self._element)
            return found
        self.is_form = text.lstrip()[:1] not in ("{", "[") and "=" in text
        self.body: Any = dict(parse_qsl(text, keep_blank_values=True)) if self.is_form else json.loads(text)
        if wire.nested and not isinstance(value_at(self.body, wire.nested, open_last=False), str):
            raise ValueError(f"no JSON text at {wire.nested}")
        rows = value_at(self.body, wire.items)
        if self.single and isinstance(rows, Mapping):
            rows = [dict(rows)]
        if not isinstance(rows, list):
            raise ValueError(f"no rows at {wire.items or 'the top'}")  # noqa: TRY004 - what was recorded is a value
        return rows

    @property
    def content_type(self) -> str:
        """What the reply calls itself."""
        if self.is_form:
            return FORM
        return f"{XML if self.is_xml else JSON};charset={self.wire.encoding.upper()}"

    def fill(self, rows: Sequence[Row], values: Mapping[str, Any]) -> bytes:
        """The reply with these rows, and ``values`` at their paths, in the wire's encoding.

        A number recorded as text stays text.
        """
        rows = list(map(self.lift.down, rows))
        if self.is_xml:
            return _write_xml(self._element, self._looks, self.wire, rows, values)
        told = rows[0] if self.single and len(rows) == 1 else rows
        body = with_value(self.body, self.wire.items, told)
        for path, value in values.items():
            known = value_at(self.body, path)
            body = with_value(body, path, str(value) if isinstance(known, str) and isinstance(value, int) else value)
        return _form(body, self.wire.encoding) if self.is_form else _dump(body).encode(self.wire.encoding)

    def otherwise(self, text: str) -> dict[str, Any]:
        """What another reply tells around the rows that this one tells with another value, by path.

        Nothing where that is no reply of this form.
        """
        try:
            body = _document(_parsed(text)) if self.is_xml else json.loads(text)
        except (ValueError, etree.XMLSyntaxError):
            return {}
        own = _document(self._element) if self.is_xml else self.body
        told = {".".join(map(str, spot)): value for spot, value in leaves(_all_opened(body)) if value is not None}
        around = {path: value for path, value in told.items() if not f"{self.wire.items}.".startswith(f"{path}.")}
        known = {path: value_at(own, path) for path in around}
        return {path: value for path, value in around.items() if known[path] not in (None, value)}


def value_at(body: Any, path: str, *, open_last: bool = True) -> Any:
    """The value at a dotted path, None where it leads nowhere; JSON texts on the way are opened.

    A name at the top that has dots itself is found as it stands.
    """
    for step in [path] if isinstance(body, Mapping) and path in body else path.split(".") if path else ():
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
    step, _, rest = (path, "", "") if isinstance(body, Mapping) and path in body else path.partition(".")
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


def _all_opened(value: Any) -> Any:
    """A body with every JSON text within its objects opened."""
    if isinstance(value, Mapping):
        return {name: _all_opened(inner) for name, inner in value.items()}
    return _all_opened(_opened(value)) if isinstance(value, str) and value[:1] == "{" else value


def _form(fields: Mapping[str, Any], encoding: str) -> bytes:
    """A form: a field that is no text is one of JSON."""
    told = {
        name: value if isinstance(value, str) else _dump(value) for name, value in fields.items() if value is not None
    }
    return urlencode(told, encoding=encoding).encode()


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def flat(body: Any, before: str = "") -> dict[str, Any]:
    """The parameters of a JSON body by the names the hub gives them: those within objects with dots."""
    found: dict[str, Any] = {}
    for name, value in dict(body).items():
        found |= flat(value, f"{before}{name}.") if isinstance(value, Mapping) else {before + name: value}
    return found


def asked_in_xml(body: bytes) -> dict[str, str]:
    """The texts of a request's innermost elements by name: what was put into the template of a SOAP call.

    Raises ValueError.
    """
    try:
        root = etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError:
        raise ValueError("the body is no XML") from None
    return {_local(each): each.text or "" for each in root.iter("*") if len(each) == 0}


def _read_xml(text: str, items: str) -> tuple[Any, list[Row]]:
    root = _parsed(text)
    top, *path = items.split(".")
    if _local(root) != top or not path:
        raise ValueError(f"no rows at {items}")
    holder = _holder(root, path)
    return root, [_row(each) for each in holder if _local(each) == path[-1]]


def _parsed(text: str) -> Any:
    return etree.fromstring(text.encode(), _parser())


def _document(root: Any) -> dict[str, Any]:
    return {_local(root): _row(root)}


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, remove_blank_text=True, strip_cdata=False)


def _holder(root: Any, path: Sequence[str]) -> Any:
    for step in path[:-1]:
        root = _child(root, step)
        if root is None:
            raise ValueError(f"no element {step}")
    return root


def _write_xml(element: Any, looks: "_Looks", wire: WireSpec, rows: Sequence[Row], values: Mapping[str, Any]) -> bytes:
    root = etree.fromstring(etree.tostring(element), _parser())
    for told, value in values.items():
        spot = _holder(root, [*told.split(".")[1:], ""])
        spot.text = None if value is None else str(value)
    path = wire.items.split(".")[1:]
    holder = _holder(root, path)
    for each in [each for each in holder if _local(each) == path[-1]]:
        holder.remove(each)
    for row in rows:
        holder.append(_element(path[-1], row, looks))
    for place, value in values.items():
        *_, last = steps = place.split(".")[1:]
        if (spot := _child(_holder(root, steps), last)) is not None:
            spot.text = "" if value is None else str(value)
    content: bytes = etree.tostring(root, xml_declaration=True, encoding=wire.encoding)
    return content


def _row(element: Any) -> Any:
    """An element as the hub reads it: nested mappings of text; children of one name become a list, attributes `@name`.

    Attributes beside a text are no part of it.
    """
    if element.get(_NIL) == "true":
        return None
    row: dict[str, Any] = {f"@{_bare(name)}": value for name, value in element.attrib.items()}
    if len(element) == 0:
        return row if row and not element.text else element.text or ""
    for child in element:
        name, value = _local(child), _row(child)
        if name in row:
            row[name] = [*(row[name] if isinstance(row[name], list) else [row[name]]), value]
        else:
            row[name] = value
    return row


class _Looks(NamedTuple):
    """How a document writes its elements: the whole names of them, which hold CDATA, and whether nothing is nil."""

    tags: Mapping[str, str]
    cdata: Set[str]
    nil: bool

    @classmethod
    def of(cls, root: Any) -> "_Looks":
        """Look over a document."""
        all_of_it = list(root.iter("*"))
        raw = {_local(each) for each in all_of_it if len(each) == 0 and b"<![CDATA[" in etree.tostring(each)}
        tags = {_local(each): each.tag for each in all_of_it}
        return cls(tags, raw, any(each.get(_NIL) for each in all_of_it))


def _child(element: Any, name: str) -> Any:
    """The first child of that name, whatever its namespace; None without one."""
    return next((child for child in element if _local(child) == name), None)


def _local(element: Any) -> str:
    """An element's name without its namespace, as the hub reads it."""
    return _bare(element.tag)


def _bare(name: str) -> str:
    return str(etree.QName(name).localname)


def _element(name: str, value: Any, looks: _Looks) -> Any:
    element = etree.Element(looks.tags.get(name, name))
    if isinstance(value, Mapping):
        for child, inner in value.items():
            if not child.startswith("@"):
                element.extend(_element(child, each, looks) for each in (inner if isinstance(inner, list) else [inner]))
            elif inner is not None:
                element.set(child[1:], str(inner))
    elif value is not None:
        element.text = etree.CDATA(str(value)) if name in looks.cdata else str(value)
    elif looks.nil:
        element.set(_NIL, "true")
    return element
