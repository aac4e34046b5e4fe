"""How a row of ours is handed to a table, and what has become of it.

Names stand in quotes as the table writes them; values are bound as text, and the database makes of them what its column
is.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Insert, Select, bindparam, insert, literal_column, select
from sqlalchemy.types import NullType

from hub.contract import Item
from hub.errors import SourceReplyInvalid
from hub.nearest import did_you_mean
from hub.sources.cells import item_of
from hub.sources.failures import Spot
from hub.sources.views import View, table_of
from hub.wire import Scalar, TableView


def placed(connection: Connection, table: str, row: Mapping[str, Scalar], key: str, *, again: bool, spot: Spot) -> Item:
    """The row that bears the key of ``row`` in its column ``key``, put now unless it stands there; all its columns.

    Without ``again`` none is put: it was, and whoever fetched it may have taken it away. Raises SourceReplyInvalid for
    a row that is gone so, for a column the table does not have, and for two rows under one key.
    """
    names = list(connection.execute(View.shape(TableView(view=table, key=key))).keys())
    written = written_as(row, names)
    if absent := [name for name in row if name not in written]:
        said, hint = f"the table has no column {absent[0]}", did_you_mean(absent[0], names)
        raise spot.error(SourceReplyInvalid, said, hint=hint)
    mine = row_with(table, written[key], str(row[key]))
    found = connection.execute(mine).all()
    if not found and not again:
        said = "the row we handed in is gone, and was never seen acknowledged"
        raise spot.error(SourceReplyInvalid, said, hint="ask the other side; hub outbox retry hands it in again")
    if not found:
        connection.execute(insertion(table, {written[name]: value for name, value in row.items()}))
        found = connection.execute(mine).all()
    if len(found) != 1:
        raise spot.error(SourceReplyInvalid, "no row, or more than one, bears the key of one delivery")
    return item_of(names, found[0], 1)


def written_as(names: Iterable[str], columns: Iterable[str]) -> dict[str, str]:
    """How the table writes names of ours: as they are, else in letters of another case. Those it lacks are left out."""
    known = list(columns)
    folded = {name.casefold(): name for name in known}
    return {
        name: name if name in known else folded[name.casefold()] for name in names if name.casefold() in folded
    }  # fmt: skip


def row_with(table: str, key: str, value: str) -> Select[Any]:
    """The rows that bear our key, all their columns; one more than there may be."""
    rows = table_of(table, [key])
    return select(literal_column("*")).select_from(rows).where(rows.c[key] == _bound("key", value)).limit(2)


def insertion(table: str, row: Mapping[str, Scalar]) -> Insert:
    """One row of ours; a column whose value is None is left to the table."""
    told = {name: value for name, value in row.items() if value is not None}
    rows = table_of(table, list(told))
    return insert(rows).values({rows.c[name]: _bound(f"v{at}", value) for at, (name, value) in enumerate(told.items())})


def _bound(name: str, value: Scalar) -> Any:
    return bindparam(name, str(int(value)) if isinstance(value, bool) else str(value), type_=NullType())
