"""What a row of a file is: its fields under their columns' names, with its place in the file. Pure."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from hub.wire import LINE_FIELD, UNREAD_FIELD

TEXT_FIELD: Final = "text"
"""Field of an unreadable row that holds what stands there, as far as it is text."""

TOLD_MAX: Final = 10_000
"""Characters of an unreadable row that are kept; the file keeps all of it."""

_OURS: Final = (LINE_FIELD, UNREAD_FIELD)


def column_names(header: Iterable[str]) -> list[str]:
    """Names of columns, each once: a column without one is called by its number, a name met again gets ``.2``, ``.3``.

    Names of our own fields count as met already.
    """
    names: list[str] = []
    taken: set[str] = {*_OURS}
    for number, told in enumerate(header, 1):
        name = told.strip() or str(number)
        again = (
            name if name not in taken else next(at for n in range(2, number + 2) if (at := f"{name}.{n}") not in taken)
        )
        names.append(again)
        taken.add(again)
    return names


def item(line: int, names: Sequence[str], values: Sequence[Any]) -> dict[str, Any]:
    """A row as an item, or as unreadable where it has other than the named number of values.

    Empty values beyond the named ones are none: many exports end each row with a delimiter.
    """
    if len(values) > len(names) and not any(values[len(names) :]):
        values = values[: len(names)]
    if len(values) != len(names):
        return unreadable(line, f"{len(values)} fields where {len(names)} are named")
    return {LINE_FIELD: line, **dict(zip(names, values, strict=True))}


def unreadable(line: int, why: str, text: str = "") -> dict[str, Any]:
    """A row that cannot be read. ``why`` repeats nothing of it; ``text`` is what stands there."""
    told = {TEXT_FIELD: text[:TOLD_MAX]} if text else {}
    return {LINE_FIELD: line, UNREAD_FIELD: why, **told}
