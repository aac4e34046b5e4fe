"""The statements that read a view and acknowledge its rows, as SQLAlchemy builds them for every database. Pure.

Names stand in quotes as they are given, Chinese ones too; values are bound as the driver gave them, so that what is
compared is what was read.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

from sqlalchemy import (
    ColumnClause,
    ColumnElement,
    Select,
    TableClause,
    Update,
    and_,
    bindparam,
    column,
    distinct,
    false,
    func,
    literal_column,
    or_,
    quoted_name,
    select,
    table,
    true,
    tuple_,
    update,
)
from sqlalchemy.types import NullType

from hub.wire import TableView

ASKS: Final = "yiwang_asks"
"""Execution option of the statements that read a page: what they ask for, for whoever listens on the engine."""

_SAMPLE: Final = 100  # values a column's manner is learnt from
_AT_ONCE: Final = 250  # rows acknowledged by one statement: databases limit the values bound to one
_NOW: Final = "{now}"

Row = Sequence[Any]


@dataclass(frozen=True, slots=True)
class View:
    """A declared view and the columns of it that are read; key and time are always among them."""

    request: TableView
    rows: TableClause
    names: tuple[str, ...]

    @classmethod
    def of(cls, request: TableView, columns: Sequence[str]) -> Self:
        """The view, its columns known."""
        wanted = request.columns or columns
        names = dict.fromkeys([*wanted, request.key, *([request.time] if request.time else [])])
        return cls(request, table_of(request.view, [*names, *request.acknowledge, *request.waiting]), tuple(names))

    @classmethod
    def shape(cls, request: TableView) -> Select[Any]:
        """No row, all columns."""
        return select(literal_column("*")).select_from(table_of(request.view, ())).where(false())

    @property
    def key(self) -> ColumnElement[Any]:
        """The column of the identity."""
        return self.rows.c[self.request.key]

    @property
    def time(self) -> ColumnElement[Any]:
        """The column of the last change; only where one is declared."""
        return self.rows.c[self.request.time]

    def sample(self) -> Select[Any]:
        """A few times, in no order."""
        return select(self.time).where(self.time.is_not(None)).limit(_SAMPLE)

    def receipt(self, rows: Sequence[Row]) -> "Receipt":
        """What is to be told when these rows are kept. A row without a key can be told of in no way."""
        key = self.names.index(self.request.key)
        at = self.names.index(self.request.time) if self.request.time else None
        marks = ((row[key], None if at is None else row[at]) for row in rows if row[key] is not None)
        return Receipt(self, tuple(marks))


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a read: rows that meet ``where``, by ``order``; ``at`` are the places of its columns in a row."""

    name: str
    where: ColumnElement[bool]
    order: tuple[ColumnElement[Any], ...]
    at: tuple[int, ...]

    def position(self, row: Row) -> tuple[Any, ...]:
        """Where a row stands."""
        return tuple(row[at] for at in self.at)

    def beyond(self, position: tuple[Any, ...]) -> ColumnElement[bool]:
        """True of rows behind a position. The first comparison is for the index on the first column."""
        if len(position) == 1:
            return self.order[0] > _bound("after_key", position[0])
        time, key = self.order
        after_time, after_key = _bound("after_time", position[0]), _bound("after_key", position[1])
        return and_(time >= after_time, or_(time > after_time, key > after_key))


@dataclass(frozen=True, slots=True)
class Look:
    """A view as one read sees it. ``odd`` tells values of the time column that cannot be compared, ``low`` is the least
    value asked for, None for all."""

    view: View
    odd: Callable[[ColumnElement[Any]], ColumnElement[bool]] | None = None
    low: Any = None

    def spans(self) -> tuple[Span, ...]:
        """The parts of the read, none of which shares a row with another."""
        key, at_key = self.view.key, self.view.names.index(self.view.request.key)
        keyless = Span("keyless", key.is_(None), (), ())
        if not self.view.request.time:
            return (Span("keyed", key.is_not(None), (key,), (at_key,)), keyless)
        time, at_time = self.view.time, self.view.names.index(self.view.request.time)
        odd = false() if self.odd is None else self.odd(time)
        since = time.is_not(None) if self.low is None else time >= _bound("since", self.low)
        timed = Span("timed", and_(key.is_not(None), ~odd, since), (time, key), (at_time, at_key))
        untimed = Span("untimed", and_(key.is_not(None), or_(time.is_(None), odd)), (key,), (at_key,))
        return (timed, untimed, keyless)

    def page(self, span: Span, position: tuple[Any, ...] | None, rows: int) -> Select[Any]:
        """So many rows of a span from a position on, and one more: whether there are more is told by it."""
        columns = [self.view.rows.c[name] for name in self.view.names]
        after = true() if position is None else span.beyond(position)
        asks: dict[str, Any] = {"part": span.name, "since": self.low, "rows": rows}
        if position is not None:
            asks |= zip(("after_key", "after_time"), reversed(position), strict=False)
        statement = select(*columns).where(span.where, after).order_by(*span.order).limit(rows + 1)
        return statement.execution_options(**{ASKS: asks})

    def count(self) -> Select[Any]:
        """How many keys the read will see, each row without one counted for itself."""
        key = self.view.key
        counted = func.count(distinct(key)) + func.count(literal_column("*")) - func.count(key)
        return select(counted).select_from(self.view.rows).where(or_(*(span.where for span in self.spans())))


@dataclass(frozen=True, slots=True)
class Receipt:
    """The rows of a page as the database told them, by (key, time); time is None where the view has none."""

    view: View
    marks: tuple[tuple[Any, Any], ...]

    def acknowledgements(self, now: str) -> Iterator[Update]:
        """The statements that write the declared columns; ``now`` stands for ``{now}``.

        Only rows whose time is still the one that was read, so that a later change is not acknowledged unseen; and not
        those that bear the declared literals already, or are not waiting any more.
        """
        columns, declared = self.view.rows.c, self.view.request.acknowledge
        values = {
            name: _bound(f"ack_{at}", text.replace(_NOW, now)) for at, (name, text) in enumerate(declared.items())
        }
        fixed = [columns[name] for name, text in declared.items() if _NOW not in text]
        new = or_(*(or_(each.is_(None), each != values[each.name]) for each in fixed)) if fixed else true()
        still = [
            or_(columns[name].is_(None), columns[name] == _bound(f"still_{at}", text))
            for at, (name, text) in enumerate(self.view.request.waiting.items())
        ]
        for start in range(0, len(self.marks), _AT_ONCE):
            for where in self._those(self.marks[start : start + _AT_ONCE]):
                yield (
                    update(self.view.rows)
                    .where(where, new, *still)
                    .values({columns[name]: values[name] for name in values})
                )

    def _those(self, marks: Sequence[tuple[Any, Any]]) -> Iterator[ColumnElement[bool]]:
        key = self.view.key
        if timed := [mark for mark in marks if mark[1] is not None]:
            pair = tuple_(key, self.view.time, types=[NullType(), NullType()])
            yield pair.in_(timed)
        if keys := [mark[0] for mark in marks if mark[1] is None]:
            here = key.in_(keys)
            yield and_(here, self.view.time.is_(None)) if self.view.request.time else here


def whole(found: Sequence[Row], most: int, at: Sequence[int]) -> Sequence[Row]:
    """At most so many rows, cut where the columns ``at`` change; none where all of more than that share them.

    Texts are compared as databases do at their laxest, without case and the spaces behind them.
    """
    if len(found) <= most:
        return found
    edge, end = _lax(found[most], at), most
    while end and _lax(found[end - 1], at) == edge:
        end -= 1
    return found[:end]


def _lax(row: Row, at: Sequence[int]) -> tuple[Any, ...]:
    return tuple(row[one].casefold().rstrip() if isinstance(row[one], str) else row[one] for one in at)


def _bound(name: str, value: Any) -> ColumnElement[Any]:
    """A value as the driver takes it: no cast of ours stands between it and the column."""
    return bindparam(name, value, type_=NullType())


def table_of(path: str, names: Sequence[str]) -> TableClause:
    """A table or view by its name, with its schema if that stands before it, and so many of its columns."""
    schema, _, name = path.rpartition(".")
    columns: list[ColumnClause[Any]] = [column(quoted_name(each, quote=True)) for each in dict.fromkeys(names)]
    return table(quoted_name(name, quote=True), *columns, schema=quoted_name(schema, quote=True) if schema else None)
