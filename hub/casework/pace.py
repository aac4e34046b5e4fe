"""How long matters take: the mean time between two of their steps, worked out from the records themselves."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, and_, select

from hub.casework.orders import moment
from hub.store.facts import RECORD, VERSION
from hub.store.show import open_version
from hub.store.store import Store

OPENED: Final = "opened"
CLOSED: Final = "closed"
"""Names of the two ends every record may tell, beside the names of its own steps."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Of the records of a source: how many ``began``, how many of them ``ended``, and the seconds these took in all."""

    began: int
    ended: int
    seconds: int

    @property
    def mean_days(self) -> float | None:
        """Days from the one step to the other, on average; None where nothing has ended."""
        return self.seconds / self.ended / 86_400 if self.ended else None


def pace(connection: Connection, store: Store, source: str, *, begin: str = OPENED, end: str = CLOSED) -> Pace:
    """How long the live records of a source took from ``begin`` to ``end``: `OPENED`, `CLOSED` or the name of a step.

    From the first step named ``begin`` to the first named ``end`` that is no earlier. Reads all records of the source.
    """
    began = ended = seconds = 0
    for body in _bodies(connection, store, source):
        start, over = span(body, begin, end)
        began += start is not None
        if start is not None and over is not None:
            ended += 1
            seconds += int((over - start).total_seconds())
    return Pace(began, ended, seconds)


def span(body: Mapping[str, Any], begin: str, end: str) -> tuple[datetime | None, datetime | None]:
    """When a record first came to ``begin``, and when to the first ``end`` that is no earlier; None where it did not.

    ``body`` is a `DisputeRecord` as JSON values.
    """
    start = min(_times(body, begin), default=None)
    return start, start and min((at for at in _times(body, end) if at >= start), default=None)


def _times(body: Mapping[str, Any], name: str) -> list[datetime]:
    told = [body.get(name)] if name in (OPENED, CLOSED) else []
    told += [step.get("at") for step in body.get("steps") or () if step.get("action") == name]
    return [at for each in told if (at := moment(each)) is not None]


def _bodies(connection: Connection, store: Store, source: str) -> Iterator[Mapping[str, Any]]:
    same = and_(VERSION.c.home == RECORD.c.home, VERSION.c.record == RECORD.c.id, VERSION.c.version == RECORD.c.version)
    columns = (RECORD.c.home, RECORD.c.id, RECORD.c.version, VERSION.c.key_id, VERSION.c.body)
    rows = select(*columns).join(VERSION, same).where(RECORD.c.source == source, RECORD.c.deleted == 0)
    for home, number, version, key_id, body in connection.execute(rows):
        yield open_version(store.keyring, (home, number, version), key_id, bytes(body))
