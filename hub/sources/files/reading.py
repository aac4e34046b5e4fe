"""A file opened as it is declared: which form it has, whether it can be read at all, and then its rows."""

from collections.abc import Iterator
from typing import Any, Final

import orjson

from hub.sources.decode import MalformedError, looks_like_html
from hub.sources.files import archive, elements
from hub.sources.files.content import Content
from hub.sources.files.delimited import read_delimited
from hub.sources.files.items import unreadable
from hub.sources.files.text import LINE_MAX, encoding_of, lines_of
from hub.sources.files.workbook import read_workbook
from hub.wire import LINE_FIELD, UNREAD_FIELD, FileDrop
from schemas.identity import redact

_FORMATS: Final = {
    ".csv": "csv",
    ".txt": "csv",
    ".tsv": "csv",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    ".xml": "xml",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
}
_ARCHIVE: Final = ".zip"


def read_file(content: Content, drop: FileDrop) -> Iterator[dict[str, Any]]:
    """The rows of a file, each with its line or row number, from 1. Those of an archive's members follow one another,
    their lines told with the member's name when there is more than one.

    Nothing comes before the file is known to be whole and in its encoding, except of a workbook, which is opened whole.
    Raises MalformedError.
    """
    if content.suffix != _ARCHIVE:
        yield from _opened(content, drop)
        return
    with archive.members(content) as members:
        if not members:
            raise MalformedError("an archive without a file")
        for member in members:
            if member.suffix == _ARCHIVE:
                raise MalformedError("an archive within an archive")
            archive.prove(member)
        for member, rows in [(member, _opened(member, drop)) for member in members]:
            for row in rows:
                if len(members) > 1:
                    row[LINE_FIELD] = f"{redact(member.name)}:{row[LINE_FIELD]}"
                yield row


def _opened(content: Content, drop: FileDrop) -> Iterator[dict[str, Any]]:
    """The rows of one file that is no archive, not begun yet; that it can be read is known, but for a workbook."""
    if looks_like_html(content.head(512)):
        raise MalformedError("a web page, most likely one to log in")
    match drop.format or _FORMATS.get(content.suffix, ""):
        case "csv":
            encoding = encoding_of(content, drop.encoding)
            return read_delimited(content, encoding, drop.delimiter, drop.columns)
        case "jsonl":
            return _json_lines(content, encoding_of(content, drop.encoding))
        case "xml":
            encoding = elements.xml_encoding(content, drop.encoding)
            elements.prove(content, encoding)
            return elements.read_elements(content, encoding, drop.row)
        case "xlsx":
            return read_workbook(content, drop.sheet, drop.columns)
    raise MalformedError("a name that does not say which format the file has")


def _json_lines(content: Content, encoding: str) -> Iterator[dict[str, Any]]:
    """One JSON object a line; blank lines are none."""
    for line in lines_of(content, encoding):
        if not line.text.strip():
            continue
        if line.cut:
            yield unreadable(line.number, f"a line of more than {LINE_MAX} characters", line.text)
            continue
        try:
            row = orjson.loads(line.text)
        except orjson.JSONDecodeError:
            row = None
        if not isinstance(row, dict):
            yield unreadable(line.number, "no JSON object", line.text)
        elif {LINE_FIELD, UNREAD_FIELD} & row.keys():
            yield unreadable(line.number, "a field with a name the hub keeps for itself", line.text)
        else:
            yield {LINE_FIELD: line.number, **row}
