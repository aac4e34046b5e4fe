"""Ticked off without a proof: a matter on a list ends by a proof only (挂号销号). Who says it is done without one is
kept as the source tells it; the matter stays listed, and its case shows a conflict until the proof comes or a person
has looked.

Only records of sources whose adapter tells `Listing.UNPROVED` among its stages are looked at.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, select, tuple_

from hub.casework import journal
from hub.casework.journal import Event
from hub.casework.moves import Moved
from hub.casework.receivers import Receivers
from hub.clock import utc_text
from hub.store.cases import LINKER, Ref, led_by
from hub.store.store import Store
from hub.store.tables import Record, core
from schemas.life import Listing

RECORD = core(Record)
WHY: Final = "listing"
"""The field of a conflict that tells it is one of these."""

CAME: Final = "the proof came"


class Proofs:
    """Opens and closes such conflicts as records move. It is a `hub.casework.moves.Follow`."""

    def __init__(self, receivers: Receivers, store: Store) -> None:
        self.receivers, self.store = receivers, store

    def __call__(self, connection: Connection, moved: Sequence[Moved], now: datetime) -> None:
        """What follows of these moves, once for each record as it stands."""
        last: dict[Ref, Moved] = {
            (each.home, each.record): each for each in moved if not each.deleted and self._lists(each.source)
        }
        if not last:
            return
        unproved = _unproved(connection, last)
        told: dict[Ref, Event] = {
            event.record: event
            for event in journal.events(connection, led_by(connection, {each.code for each in last.values()}))
            if event.record in last and event.kind == "conflict" and WHY in event.told
        }
        at = utc_text(now)
        for ref, each in last.items():
            before = told.get(ref)
            if ref in unproved and (before is None or not (before.open or each.stage is each.before)):
                self._conflict(connection, each, at)
            elif ref not in unproved and before is not None and before.open:
                journal.settle(connection, (before.home, before.id), at=at, by=LINKER, why=CAME)

    def _lists(self, source: str) -> bool:
        manifest = self.receivers.manifest(source)
        return manifest is not None and Listing.UNPROVED in manifest.stages

    def _conflict(self, connection: Connection, each: Moved, at: str) -> None:
        told: dict[str, Any] = {WHY: Listing.UNPROVED.value, "stage": each.stage, "source": each.source}
        journal.note(
            connection, self.store, each.code, kind="conflict", at=at, by=LINKER, told=told,
            record=(each.home, each.record), open=True,
        )  # fmt: skip


def _unproved(connection: Connection, refs: Collection[Ref]) -> set[Ref]:
    where = (tuple_(RECORD.c.home, RECORD.c.id).in_(sorted(refs)), RECORD.c.status == Listing.UNPROVED.value)
    return {(row.home, row.id) for row in connection.execute(select(RECORD.c.home, RECORD.c.id).where(*where))}
