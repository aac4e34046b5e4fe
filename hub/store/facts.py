"""What casework asks of records it follows: heads and bodies by number, in bulk."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import Connection, and_, select, tuple_

from hub.store.case_tables import CaseFile, CaseRecord
from hub.store.corrections import laid, overlay
from hub.store.show import open_version
from hub.store.store import Store
from hub.store.tables import Record, Version, core
from hub.store.task_tables import Task
from hub.store.tasks import Ref, led_by

RECORD, VERSION, PLACE, CASE, TASK = core(Record), core(Version), core(CaseRecord), core(CaseFile), core(Task)
_MOST = 500  # values of one IN list


@dataclass(frozen=True, slots=True)
class Standing:
    """A record as it stands, and since when (UTC text) in which case. No personal data."""

    home: str
    id: int
    source: str
    stream: str
    key: str
    version: int
    revision: int | None
    deleted: int
    item: str | None
    category: str | None
    stage: str | None
    region: str
    opened: str | None
    stored: str
    code: str
    since: str

    @property
    def ref(self) -> Ref:
        """Its number."""
        return self.home, self.id


def _statement() -> Any:
    columns = [RECORD.c[each.name] for each in fields(Standing)[:-2]]
    joined = and_(PLACE.c.home == RECORD.c.home, PLACE.c.record == RECORD.c.id)
    return select(*columns, PLACE.c.code, PLACE.c.since).join(PLACE, joined)


def standing(connection: Connection, refs: Collection[Ref]) -> dict[Ref, Standing]:
    """These records as they stand, those that have a case."""
    wanted, found = sorted(refs), {}
    for start in range(0, len(wanted), _MOST):
        part = wanted[start : start + _MOST]
        for row in connection.execute(_statement().where(tuple_(RECORD.c.home, RECORD.c.id).in_(part))):
            found[row.home, row.id] = Standing(*row)
    return found


def of_case(connection: Connection, code: str) -> list[Standing]:
    """The live records of the case that ``code`` leads, in the order in which they came to it."""
    statement = _statement().where(PLACE.c.code.in_(list(led_by(connection, [code]))), RECORD.c.deleted == 0)
    return [Standing(*row) for row in connection.execute(statement.order_by(PLACE.c.since, RECORD.c.home, RECORD.c.id))]


def lone(connection: Connection, codes: Collection[str]) -> set[str]:
    """Of these codes those that nothing leads and that lead nothing, with one live record and no task."""
    wanted, found = sorted(codes), set()
    for start in range(0, len(wanted), _MOST):
        part = wanted[start : start + _MOST]
        alone = select(CASE.c.code).where(CASE.c.code.in_(part), CASE.c.records == 1, CASE.c.merged_into.is_(None))
        tasks = select(TASK.c.code).where(TASK.c.code.in_(part))
        found |= set(connection.scalars(alone)) - set(connection.scalars(tasks))
    return found


def body(connection: Connection, store: Store, record: Standing) -> Mapping[str, Any]:
    """A record's content in clear (a `DisputeRecord` as JSON values, as a person corrected it), for what is handed on.

    Raises StoreError.
    """
    return bodies(connection, store, [record])[record.ref]


def bodies(connection: Connection, store: Store, records: Sequence[Standing]) -> dict[Ref, Mapping[str, Any]]:
    """The same of many. Raises StoreError for one that does not open."""
    columns = (VERSION.c[name] for name in ("home", "record", "version", "key_id", "body"))
    spots, statement = [(each.home, each.id, each.version) for each in records], select(*columns)
    found: dict[Ref, Mapping[str, Any]] = {}
    for start in range(0, len(spots), _MOST):
        part = tuple_(VERSION.c.home, VERSION.c.record, VERSION.c.version).in_(spots[start : start + _MOST])
        for row in connection.execute(statement.where(part)):
            spot = (row.home, row.record, row.version)
            found[row.home, row.record] = open_version(store.keyring, spot, row.key_id, bytes(row.body))
    for ref, patches in overlay(connection, store.keyring, found).items():
        found[ref] = laid(found[ref], patches)
    return found
