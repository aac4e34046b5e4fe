"""What a database's driver gives for a cell, as a value that can stand in a page. Pure.

Nothing is rounded and no zone is put on: a naive time stays one, in the source's zone, until the mapping reads it.
"""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from math import isfinite
from typing import Any, Final
from uuid import UUID

from hub.wire import LINE_FIELD, UNREAD_FIELD

BYTES_MAX: Final = 64
"""Bytes of a cell that are told as hexadecimal: identities, hashes. Longer ones are pictures and documents."""

_LONG: Final = 2**63


class UnreadableCell(Exception):
    """A cell that can be told neither as it is nor as text. ``str()`` says why, without its value."""


def item_of(names: Sequence[str], values: Sequence[Any], number: int) -> dict[str, Any]:
    """A row as an item; ``number`` is its place in the page, from 1.

    A cell that cannot be told is None, and `UNREAD_FIELD` says why: the row is then refused alone, by its number.
    """
    item: dict[str, Any] = {}
    for name, value in zip(names, values, strict=True):
        try:
            item[name] = cell(value)
        except UnreadableCell as why:
            item |= {name: None, LINE_FIELD: number, UNREAD_FIELD: f"column {name} {why}"}
    return item


def cell(value: Any) -> Any:
    """One value. Decimals and whole numbers beyond 64 bits are text; times ISO text with a space; bytes hexadecimal.

    Raises UnreadableCell.
    """
    match value:
        case None | bool():
            return value
        case str():
            return _text(value)
        case int():
            return value if -_LONG <= value < _LONG else str(value)
        case float():
            return value if isfinite(value) else str(value)
        case Decimal():
            return format(value, "f")
        case datetime():
            return value.isoformat(" ")
        case date() | time():
            return value.isoformat()
        case timedelta() | UUID():
            return str(value)
        case bytes() | bytearray() | memoryview():
            return _hexadecimal(bytes(value))
        case list() | tuple():
            return [cell(each) for each in value]
        case dict():
            return {str(name): cell(each) for name, each in value.items()}
    raise UnreadableCell(f"is of a type the hub does not read ({type(value).__name__})")


def _text(value: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise UnreadableCell("is no text in the database's encoding") from None
    return value


def _hexadecimal(value: bytes) -> str:
    if len(value) > BYTES_MAX:
        raise UnreadableCell(f"holds {len(value)} bytes: name the columns that are wanted and leave it out")
    return value.hex()
