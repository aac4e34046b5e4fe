"""What commands and pages read: lists and figures, typed, with no personal data in them (law L8).

All take an open connection (`Database.reading`), so that several of them tell of one moment. Lists go on by keyset:
give the ``(home, id)`` of the last row as ``after``. What the vault holds is opened in `hub.store.show` only.
"""

from collections import Counter
from collections.abc import Collection
from dataclasses import fields
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Select, Table, and_, func, select, text, tuple_
from sqlmodel import SQLModel

from hub.store.rows import (
    Coverage,
    Gap,
    RecordHead,
    RejectionRow,
    RunRow,
    RunTotals,
    SeenCode,
    SourceStateRow,
    Storage,
    UnmappedCode,
    WatermarkRow,
)
from hub.store.tables import Ledger, Raw, Record, Rejection, Run, SourceState, Watermark, core

REST = "D21"  # the category of what fits nowhere: coverage is told without it as well

RECORD, RUN, REJECTION, RAW = core(Record), core(Run), core(Rejection), core(Raw)
WATERMARK, LEDGER, STATE = core(Watermark), core(Ledger), core(SourceState)

T = TypeVar("T")
After = tuple[str, int]


def runs_last(connection: Connection) -> list[RunRow]:
    """The last run of each stream, by source and stream."""
    stream = (RUN.c.home, RUN.c.source, RUN.c.stream)
    last = select(RUN.c.home, func.max(RUN.c.id).label("id")).group_by(*stream).subquery()
    statement = _of(RUN, RunRow).join(last, and_(RUN.c.home == last.c.home, RUN.c.id == last.c.id))
    return _all(connection, RunRow, statement.order_by(RUN.c.source, RUN.c.stream))


def run_totals(connection: Connection, runs: Collection[tuple[str, int]]) -> RunTotals:
    """The sums over the runs given as ``(home, id)``."""
    sums = [func.coalesce(func.sum(RUN.c[each.name]), 0) for each in fields(RunTotals)[1:]]
    row = connection.execute(select(func.count(), *sums).where(tuple_(RUN.c.home, RUN.c.id).in_(list(runs)))).one()
    return RunTotals(*(int(value) for value in row))


def category_counts(connection: Connection) -> dict[str | None, int]:
    """Live records by category; under None those that have none. Categories without records are not there."""
    return _counts(connection, RECORD.c.category)


def item_counts(connection: Connection) -> dict[str | None, int]:
    """Live records by item; under None those that have none."""
    return _counts(connection, RECORD.c.item)


def unmapped_codes(connection: Connection, *, limit: int = 100) -> list[UnmappedCode]:
    """What the sources call the live records that have no item, most frequent first."""
    source, code, label, count = RECORD.c.source, RECORD.c.code, RECORD.c.label, func.count()
    statement = (
        select(source, code, label, count)
        .where(RECORD.c.item.is_(None), RECORD.c.deleted == 0)
        .group_by(source, code, label)
        .order_by(count.desc(), source, func.coalesce(code, ""), func.coalesce(label, ""))
        .limit(limit)
    )
    return [UnmappedCode(*row) for row in connection.execute(statement)]


def coverage(connection: Connection) -> list[Coverage]:
    """How far each source's live records found their items, by source."""
    how = [RECORD.c[name] for name in ("method", "item", "category", "code", "label")]
    statement = select(RECORD.c.source, func.count(), *how).where(RECORD.c.deleted == 0)
    gathered: dict[str, _Gathered] = {}
    for source, count, *found in connection.execute(statement.group_by(RECORD.c.source, *how)):
        told = dict(zip((column.name for column in how), found, strict=True))
        gathered.setdefault(source, _Gathered()).add(count, **told)
    return [each.coverage(source) for source, each in sorted(gathered.items())]


def seen_codes(connection: Connection) -> list[SeenCode]:
    """Every code and label the sources' live records bear, by source, with the evidence of one record of each sort."""
    how = [RECORD.c[name] for name in ("source", "code", "label", "edition", "method", "item")]
    statement = (
        select(*how[:3], func.count(), func.min(RECORD.c.evidence))
        .where(RECORD.c.deleted == 0, func.coalesce(RECORD.c.code, RECORD.c.label).is_not(None))
        .group_by(*how)
        .order_by(RECORD.c.source, func.coalesce(RECORD.c.code, ""), func.coalesce(RECORD.c.label, ""))
    )
    return _all(connection, SeenCode, statement)


def records(
    connection: Connection,
    *,
    source: str | None = None,
    item: str | None = None,
    category: str | None = None,
    region: str = "",
    unmapped: bool = False,
    text: str = "",
    deleted: bool = False,
    after: After | None = None,
    limit: int = 50,
) -> list[RecordHead]:
    """Records in key order, live ones unless ``deleted``.

    ``region`` is a prefix of the place's code; ``unmapped`` asks for those without an item; ``text`` is a part of the
    masked title.
    """
    wanted = [RECORD.c.deleted == int(deleted)]
    asked = (("source", source), ("item", item), ("category", category))
    wanted += [RECORD.c[name] == value for name, value in asked if value is not None]
    if unmapped:
        wanted.append(RECORD.c.item.is_(None))
    if region:
        wanted.append(RECORD.c.region.startswith(region, autoescape=True))
    if text:
        wanted.append(RECORD.c.title.icontains(text, autoescape=True))
    statement = _of(RECORD, RecordHead).where(*wanted)
    return _all(connection, RecordHead, _after(statement, RECORD, after, limit))


def record_by_id(connection: Connection, id: int, *, home: str | None = None) -> list[RecordHead]:
    """The records of that number, deleted ones too: one per home unless ``home`` is given."""
    homes = [home] if home else list(connection.execute(select(RUN.c.home).distinct()).scalars())
    statement = _of(RECORD, RecordHead).where(RECORD.c.home.in_(homes), RECORD.c.id == id)
    return _all(connection, RecordHead, statement.order_by(RECORD.c.home))


def record_by_key(connection: Connection, key: str, *, source: str | None = None) -> list[RecordHead]:
    """The records the sources (or that source) know under ``key``, deleted ones too."""
    streams = select(RUN.c.source, RUN.c.stream).distinct()  # few: with them the index on (source, stream, key) serves
    if source:
        streams = streams.where(RUN.c.source == source)
    pairs = [(row.source, row.stream) for row in connection.execute(streams)]
    statement = _of(RECORD, RecordHead).where(tuple_(RECORD.c.source, RECORD.c.stream).in_(pairs), RECORD.c.key == key)
    return _all(connection, RecordHead, statement.order_by(RECORD.c.home, RECORD.c.id))


def rejections(
    connection: Connection,
    *,
    source: str | None = None,
    code: str | None = None,
    state: str | None = "open",
    after: After | None = None,
    limit: int = 50,
) -> list[RejectionRow]:
    """Rejections in key order; by default those still open, ``state=None`` for all."""
    asked = (("source", source), ("code", code), ("state", state))
    wanted = [REJECTION.c[name] == value for name, value in asked if value is not None]
    statement = _of(REJECTION, RejectionRow).where(*wanted)
    return _all(connection, RejectionRow, _after(statement, REJECTION, after, limit))


def watermarks(connection: Connection) -> list[WatermarkRow]:
    """Every watermark, by source and stream."""
    statement = _of(WATERMARK, WatermarkRow).order_by(WATERMARK.c.source, WATERMARK.c.stream)
    return _all(connection, WatermarkRow, statement)


def ledger_gaps(connection: Connection) -> list[Gap]:
    """Windows whose announced total was not met the last time they were read (law L2), by source, stream and window."""
    spot = (LEDGER.c.home, LEDGER.c.source, LEDGER.c.stream, LEDGER.c.window)
    last = select(*spot, func.max(LEDGER.c.run).label("run")).group_by(*spot).subquery()
    same = and_(*(column == last.c[column.key] for column in (*spot, LEDGER.c.run)))
    statement = _of(LEDGER, Gap).join(last, same).where(LEDGER.c.fetched < LEDGER.c.announced).order_by(*spot)
    return _all(connection, Gap, statement)


def source_states(connection: Connection) -> list[SourceStateRow]:
    """What was decided about sources at run time, by source."""
    return _all(connection, SourceStateRow, _of(STATE, SourceStateRow).order_by(STATE.c.source))


def storage(connection: Connection) -> Storage:
    """What the store weighs. Counts every row: seconds for millions of them."""
    rows = {name: connection.scalar(select(func.count()).select_from(table)) or 0 for name, table in _tables().items()}
    if connection.dialect.name == "sqlite":
        size = connection.scalar(text("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"))
    else:
        size = connection.scalar(text("SELECT pg_database_size(current_database())"))
    raw = connection.execute(select(func.sum(RAW.c.size), func.sum(func.length(RAW.c.body)))).one()
    return Storage(rows, int(size or 0), int(raw[0] or 0), int(raw[1] or 0))


class _Gathered:
    """One source's records being counted for `coverage`."""

    def __init__(self) -> None:
        self.found: Counter[int] = Counter()
        self.methods: Counter[str] = Counter()
        self.items: set[str] = set()
        self.rest = 0
        self.codes: dict[tuple[str | None, str | None], int] = {}  # the least found under each

    def add(
        self, count: int, *, method: str, item: str | None, category: str | None, code: str | None, label: str | None
    ) -> None:
        level = 2 if item else 1 if category else 0
        self.found[level] += count
        self.methods[method] += count
        if item:
            self.items.add(item)
            self.rest += count * (category == REST)
        if code or label:
            self.codes[code, label] = min(level, self.codes.get((code, label), level))

    def coverage(self, source: str) -> Coverage:
        least = Counter(self.codes.values())
        return Coverage(
            source=source,
            records=self.found.total(),
            mapped=self.found[2],
            rest=self.rest,
            proposed=self.found[1],
            methods=dict(sorted(self.methods.items())),
            items=len(self.items),
            codes=len(self.codes),
            codes_mapped=least[2],
            codes_proposed=least[1] + least[2],
        )


def _tables() -> dict[str, Table]:
    return dict(sorted(SQLModel.metadata.tables.items()))


def _of(table: Table, kind: type[Any]) -> Select[Any]:
    return select(*(table.c[each.name] for each in fields(kind)))


def _all(connection: Connection, kind: type[T], statement: Select[Any]) -> list[T]:
    return [kind(*row) for row in connection.execute(statement)]


def _after(statement: Select[Any], table: Table, after: After | None, limit: int) -> Select[Any]:
    """The next rows in key order."""
    if after is not None:
        statement = statement.where(tuple_(table.c.home, table.c.id) > after)
    return statement.order_by(table.c.home, table.c.id).limit(limit)


def _counts(connection: Connection, column: ColumnElement[Any]) -> dict[str | None, int]:
    statement = select(column, func.count()).where(RECORD.c.deleted == 0).group_by(column)
    return {row[0]: row[1] for row in connection.execute(statement)}
