"""A store being filled without a source: records of a test's own making go in by the line's own writes."""

import hashlib
import itertools
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import zstandard

from hub.batch import COMPLETE, Refusal, Row
from hub.mapping.heads import head, subjects
from hub.store import progress
from hub.store.database import Database
from hub.store.progress import StreamKey
from hub.store.vault import Keyring
from hub.store.write import Transaction
from schemas.party import Party
from schemas.record import Classification, DisputeRecord, Reference

NOW = "2026-03-02T01:00:00Z"


@dataclass
class Filler:
    """Writes pages of records into a store; each page is a run of its own."""

    database: Database
    keyring: Keyring
    pages: itertools.count = field(default_factory=lambda: itertools.count(1))  # type: ignore[type-arg]

    def page(
        self,
        *records: DisputeRecord,
        source: str = "court",
        home: str = "331024",
        refusals: tuple[Refusal, ...] = (),
        announced: int | None = None,
        window: str = "",
    ) -> tuple[int, int]:
        """Answers the run's number and the raw page's."""
        key = StreamKey(home, source, "records")
        content = f"page {next(self.pages)} of {source}: 张三丰 13800000001".encode()
        rows = [self._row(no, record) for no, record in enumerate(records)]
        with self.database.transaction() as connection:
            run = progress.begin_run(connection, key, adapter=f"{source} 1.0", why="pull", since=None, now=NOW)
            writes = Transaction(connection, self.keyring, home=home, source=source, stream="records", now=NOW)
            raw = writes.keep_raw(
                run=run, window=window, digest=hashlib.blake2b(content, digest_size=16).digest(),
                packed=zstandard.compress(content), size=len(content), items=len(rows) + len(refusals),
                fetched=NOW, clock=None,
            )  # fmt: skip
            counts = writes.put(rows, run=run, raw=raw, adapter=f"{source} 1.0", mapping="m1")
            counts += writes.refuse(refusals, run=run, raw=raw)
            progress.count_run(connection, key, run, counts, pages=1)
            progress.note_window(
                connection, key, run, window, announced=announced, fetched=counts.fetched, pages=1, closed=True
            )
            progress.move_watermark(connection, key, datetime(2026, 3, 2, tzinfo=UTC), run=run, now=NOW)
            writes.audit("main", "page.committed", {"run": run, **counts.as_dict()})
            progress.close_run(
                connection, key, run, outcome=COMPLETE, degraded=False, error=None,
                announced=announced, finished=NOW, duration=timedelta(seconds=1),
            )  # fmt: skip
        return run, raw

    @staticmethod
    def _row(no: int, record: DisputeRecord) -> Row:
        told = record.model_dump(mode="json", exclude_none=True)
        body = orjson.dumps(told)
        content = hashlib.blake2b(body, digest_size=16).digest()
        return Row(no, record.key, record.revision, record.deleted, content, head(told), body, subjects(told))


def dispute(key: str, item: str | None = None, **told: Any) -> DisputeRecord:
    """A record of a few words; ``phone``, ``id_number`` and ``ref`` are short for a party and a reference."""
    phone, number, ref = told.pop("phone", None), told.pop("id_number", None), told.pop("ref", None)
    if phone or number:
        told["parties"] = (Party(name="张三丰", phone=phone, id_number=number),)
    if ref:
        told["references"] = (Reference(kind="petition", number=ref),)
    if item:
        told["classification"] = Classification(item=item, category=item[:3], method="text", confidence=0.9)
    return DisputeRecord(source="court", stream="records", key=key, **{"revision": 1, "title": f"事 {key}"} | told)
