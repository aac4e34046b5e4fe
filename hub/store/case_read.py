"""What commands and pages read of cases: lists and facts, typed, with no personal data in them (law L8)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from typing import Any

import orjson
from sqlalchemy import Connection, Table, func, or_, select, tuple_

from hub.store.case_tables import CaseAlias, CaseEvent, CaseFile, CaseJoin, CaseMerge, CaseRecord
from hub.store.cases import Ref, led_by
from hub.store.read import RECORD
from hub.store.rows import RecordHead
from hub.store.tables import Link, core

CASE, PLACED, JOIN = core(CaseFile), core(CaseRecord), core(CaseJoin)
ALIAS, MERGE, EVENT = core(CaseAlias), core(CaseMerge), core(CaseEvent)


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case as it is told; ``title`` is masked, times are UTC text. ``conflicts``: events that wait for a person."""

    code: str
    home: str
    issued: str
    opened: str | None
    region: str
    channel: str
    title: str
    item: str | None
    category: str | None
    stage: str | None
    records: int
    sources: int
    conflicts: int
    merged_into: str | None
    changed: str


@dataclass(frozen=True, slots=True)
class JoinRow:
    """Two records compared: what came of it, why, and who said so. ``reasons`` are weights in bits by name."""

    one: Ref
    other: Ref
    weight: float
    reasons: Mapping[str, float]
    state: str
    by: str
    why: str
    at: str


@dataclass(frozen=True, slots=True)
class AliasRow:
    """A number that finds the case, in its normal form."""

    code: str
    kind: str
    number: str
    at: str
    by: str


@dataclass(frozen=True, slots=True)
class MergeRow:
    """Two cases held together. ``undone`` is when that was taken back."""

    code: str
    into: str
    at: str
    by: str
    why: str
    undone: str | None
    undone_by: str | None


_HAPPENED = CASE.alias()
_OPEN = (
    select(func.count())
    .select_from(EVENT.join(_HAPPENED, _HAPPENED.c.code == EVENT.c.code))
    .where(EVENT.c.open == 1, func.coalesce(_HAPPENED.c.merged_into, _HAPPENED.c.code) == CASE.c.code)
    .scalar_subquery()
)
"""How many events of a case, or of one it leads, wait for a person. They are few, and found by an index."""

_COLUMNS = [_OPEN.label(each.name) if each.name == "conflicts" else CASE.c[each.name] for each in fields(CaseRow)]


def cases(
    connection: Connection,
    *,
    item: str | None = None,
    category: str | None = None,
    stage: str | None = None,
    region: str = "",
    source: str | None = None,
    text: str = "",
    several: bool = False,
    conflicts: bool = False,
    after: str = "",
    limit: int = 50,
) -> list[CaseRow]:
    """Leading cases that have live records, in the order of their codes.

    ``region`` is a prefix of the place's code, ``text`` a part of the masked title; ``several``: seen in more than one
    source; ``conflicts``: with open ones; ``source``: one of whose records is of that source.
    """
    wanted = [CASE.c.merged_into.is_(None), CASE.c.records > 0, CASE.c.code > after]
    asked = (("item", item), ("category", category), ("stage", stage))
    wanted += [CASE.c[name] == value for name, value in asked if value is not None]
    if region:
        wanted.append(CASE.c.region.startswith(region, autoescape=True))
    if text:
        wanted.append(CASE.c.title.icontains(text, autoescape=True))
    if several:
        wanted.append(CASE.c.sources > 1)
    if conflicts:
        wanted.append(_OPEN > 0)
    if source is not None:
        file = CASE.alias()
        bears = (
            select(func.coalesce(file.c.merged_into, file.c.code))
            .join(PLACED, PLACED.c.code == file.c.code)
            .join(RECORD, (RECORD.c.home == PLACED.c.home) & (RECORD.c.id == PLACED.c.record))
            .where(RECORD.c.source == source, RECORD.c.deleted == 0)
        )
        wanted.append(CASE.c.code.in_(bears))
    statement = select(*_COLUMNS).where(*wanted)
    return [CaseRow(*row) for row in connection.execute(statement.order_by(CASE.c.code).limit(limit))]


def case(connection: Connection, code: str) -> CaseRow:
    """One case by its exact code; it must be there."""
    statement = select(*_COLUMNS).where(CASE.c.code == code)
    return CaseRow(*connection.execute(statement).one())


def seen_in_several(connection: Connection, limit: int) -> tuple[int, list[tuple[CaseRow, list[str]]]]:
    """How many leading cases are seen in several sources, and some of them with these sources, most sources first."""
    several = (CASE.c.merged_into.is_(None), CASE.c.sources > 1)
    count = connection.scalar(select(func.count()).select_from(CASE).where(*several)) or 0
    statement = select(*_COLUMNS).where(*several)
    ordered = statement.order_by(CASE.c.sources.desc(), CASE.c.records.desc(), CASE.c.code).limit(limit)
    found = [CaseRow(*row) for row in connection.execute(ordered)]
    sources = {row.code: sorted({head.source for head in records(connection, row.code)}) for row in found}
    return count, [(row, sources[row.code]) for row in found]


@dataclass(frozen=True, slots=True)
class CaseCounts:
    """Leading cases with live records, records that stand in a case, pairs a person is asked about, and records the
    linker has yet to look at."""

    cases: int
    records: int
    asked: int
    marked: int


def counts(connection: Connection) -> CaseCounts:
    """How many there are of each."""

    def of(table: Table, *wanted: Any) -> int:
        return connection.scalar(select(func.count()).select_from(table).where(*wanted)) or 0

    leading = of(CASE, CASE.c.merged_into.is_(None), CASE.c.records > 0)
    return CaseCounts(leading, of(PLACED), of(JOIN, JOIN.c.state == "asked"), of(core(Link)))


def records(connection: Connection, code: str, *, deleted: bool = False) -> list[RecordHead]:
    """The records of a leading case, the oldest first; deleted ones too if asked."""
    under = led_by(connection, [code])
    statement = (
        select(*(RECORD.c[each.name] for each in fields(RecordHead)))
        .join(PLACED, (RECORD.c.home == PLACED.c.home) & (RECORD.c.id == PLACED.c.record))
        .where(PLACED.c.code.in_(under))
    )
    if not deleted:
        statement = statement.where(RECORD.c.deleted == 0)
    ordered = statement.order_by(func.coalesce(RECORD.c.opened, RECORD.c.stored), RECORD.c.home, RECORD.c.id)
    return [RecordHead(*row) for row in connection.execute(ordered)]


def aliases(connection: Connection, code: str) -> list[AliasRow]:
    """The numbers given to a leading case and to those it leads."""
    columns = [ALIAS.c[each.name] for each in fields(AliasRow)]
    statement = select(*columns).where(ALIAS.c.code.in_(led_by(connection, [code])))
    return [AliasRow(*row) for row in connection.execute(statement.order_by(ALIAS.c.at, ALIAS.c.number))]


def merges(connection: Connection, code: str) -> list[MergeRow]:
    """The merges that made a leading case, and those of it that were taken back."""
    under = list(led_by(connection, [code]))
    statement = select(*(MERGE.c[each.name] for each in fields(MergeRow)))
    named = statement.where(or_(MERGE.c.code.in_(under), MERGE.c.into.in_(under)))
    return [MergeRow(*row) for row in connection.execute(named.order_by(MERGE.c.at, MERGE.c.home, MERGE.c.id))]


def joins(connection: Connection, refs: Collection[Ref]) -> list[JoinRow]:
    """What was found and said of pairs among these records, or between them and others."""
    first, second = tuple_(JOIN.c.one_home, JOIN.c.one), tuple_(JOIN.c.other_home, JOIN.c.other)
    some = list(refs)
    found: list[JoinRow] = []
    for start in range(0, len(some), 200):
        part = some[start : start + 200]
        statement = select(JOIN).where(or_(first.in_(part), second.in_(part)))
        found += [_join(row) for row in connection.execute(statement)]
    return sorted(_distinct(found), key=_age)


def asked(connection: Connection, *, after: tuple[str, int, str, int] | None = None, limit: int = 50) -> list[JoinRow]:
    """Pairs that wait for a person, in the order of their keys."""
    key = tuple_(JOIN.c.one_home, JOIN.c.one, JOIN.c.other_home, JOIN.c.other)
    statement = select(JOIN).where(JOIN.c.state == "asked")
    if after is not None:
        statement = statement.where(key > after)
    ordered = statement.order_by(JOIN.c.one_home, JOIN.c.one, JOIN.c.other_home, JOIN.c.other).limit(limit)
    return [_join(row) for row in connection.execute(ordered)]


def _join(row: Any) -> JoinRow:
    return JoinRow(
        (row.one_home, row.one), (row.other_home, row.other), row.weight, orjson.loads(row.reasons), row.state,
        row.by, row.why, row.at,
    )  # fmt: skip


def _distinct(rows: Collection[JoinRow]) -> list[JoinRow]:
    return list({(row.one, row.other): row for row in rows}.values())


def _age(row: JoinRow) -> tuple[str, Ref, Ref]:
    return row.at, row.one, row.other
