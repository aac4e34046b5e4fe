"""Bulk writes of the straight line: a page's rows, their versions, rejections, progress. One transaction holds them
all.

The hot path speaks to the driver directly (`executemany` on SQLite, COPY on PostgreSQL) with statements made once from
the tables: a session per row costs ten times as much.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from hub.batch import Refusal, Row
from hub.store import audit
from hub.store.corrections import lay
from hub.store.driver import HEAD, Driver
from hub.store.entry_write import put_entries
from hub.store.plan import Counts, plan_of
from hub.store.subjects import pack
from hub.store.tables import Raw, Record, Rejection, Version
from hub.store.vault import Keyring

__all__ = ["Counts", "Transaction"]

_UNMAPPED = HEAD.index("item")


class Transaction:
    """The writes of one transaction of one source. Made by the line for each page; not kept.

    ``now`` is the UTC text written as the time of storing.
    """

    def __init__(
        self, connection: Connection, keyring: Keyring, *, home: str, source: str, stream: str, now: str
    ) -> None:
        self.connection, self.keyring = connection, keyring
        self.home, self.source, self.stream, self.now = home, source, stream, now
        self.driver = Driver.of(connection)

    def keep_raw(
        self,
        *,
        run: int,
        window: str,
        digest: bytes,
        packed: bytes,
        size: int,
        items: int,
        fetched: str,
        clock: str | None,
    ) -> int:
        """Keep a page's bytes (already zstd-compressed); answers its id. An identical page is not kept twice."""
        kept = self.keyring.digest(f"{self.source}|{self.stream}|".encode() + digest)
        found = self.connection.exec_driver_sql(self.driver.one("SELECT id FROM raw WHERE hash = ?"), (kept,)).scalar()
        if found is not None:
            return int(found)
        (raw,) = self.driver.ids("raw", self.home, 1)
        key_id = self.keyring.current
        body = self.keyring.seal(packed, f"raw|{self.home}|{raw}|{key_id}".encode())
        row = (self.home, raw, self.source, self.stream, run, window, kept, size, items, fetched, clock, key_id, body)
        self.driver.insert(Raw, [row])
        return raw

    def put(self, rows: Sequence[Row], *, run: int, raw: int, adapter: str, mapping: str) -> Counts:
        """Put a batch by key: the newer revision wins, an equal one writes nothing, each change leaves a version.

        Within the batch a key may come more than once; the losers count as superseded (unchanged when they are equal).
        """
        if any(row.kind for row in rows):
            return self._put_apart(rows, run=run, raw=raw, adapter=adapter, mapping=mapping)
        counts = Counts(fetched=len(rows))
        known = self.driver.existing(self.source, self.stream, [row.key for row in rows])
        plan = plan_of(rows, known, counts, self.keyring.digest)
        if not plan.new and not plan.changed:
            return counts
        if plan.changed:
            plan.changed = lay(self.connection, self.keyring, self.home, plan.changed)
        versions: list[tuple[Any, ...]] = []
        heads: list[tuple[Any, ...]] = []
        updates: list[tuple[Any, ...]] = []
        ids = self.driver.ids("record", self.home, len(plan.new))
        key_id, hashed, now, home = self.keyring.current, self.keyring.hash, self.now, self.home
        writes = [(row, content, number, 1) for number, (row, content) in zip(ids, plan.new, strict=True)]
        writes += [(row, content, old.id, old.version + 1) for row, content, old in plan.changed]
        fresh = len(plan.new)
        sealed = self.keyring.seal_all(
            [row.body for row, *_ in writes],
            [f"version|{home}|{number}|{version}|{key_id}".encode() for _, _, number, version in writes],
        )
        for at, ((row, content, number, version), body) in enumerate(zip(writes, sealed, strict=True)):
            marks = pack(row.subjects, hashed)
            if at < fresh:
                place = (home, number, self.source, self.stream, row.key)
                heads.append((*place, version, row.revision, content, int(row.deleted), *row.head, now, marks))
            else:
                updates.append((version, row.revision, content, int(row.deleted), *row.head, now, marks, home, number))
            versions.append(
                (home, number, version, raw, row.item_no, run, row.revision, mapping, adapter, now, key_id, body)
            )
            if row.deleted:
                counts.deleted += 1
            else:
                counts.stored += 1
                counts.unmapped += row.head[_UNMAPPED] is None
        self.driver.insert(Record, heads)
        self.driver.update_heads(updates)
        self.driver.insert(Version, versions)
        self.driver.mark_links([(home, number, version) for _, _, number, version in writes], fresh)
        return counts

    def _put_apart(self, rows: Sequence[Row], **how: Any) -> Counts:
        """Records and entries of one batch, each into their own tables."""
        counts = self.put([row for row in rows if not row.kind], **how)
        counts += put_entries(self, [row for row in rows if row.kind], **how)
        return counts

    def refuse(self, refusals: Sequence[Refusal], *, run: int, raw: int) -> Counts:
        """Keep rejections. The same bad item met again is one row that counts how often."""
        if not refusals:
            return Counts()
        hashes = [self.keyring.digest(each.item) for each in refusals]
        known = self.driver.known_rejections(self.source, self.stream, hashes)
        fresh: dict[bytes, Refusal] = {}
        again: dict[bytes, int] = {}
        for item_hash, each in zip(hashes, refusals, strict=True):
            if item_hash in known or item_hash in fresh:
                again[item_hash] = again.get(item_hash, 0) + 1
            else:
                fresh[item_hash] = each
        ids = self.driver.ids("rejection", self.home, len(fresh))
        self.driver.insert(
            Rejection,
            [
                (
                    *(self.home, number, self.source, self.stream, run, raw, each.item_no, item_hash),
                    *(each.code, each.field, each.reason, 1, self.now, self.now, "open"),
                )
                for number, (item_hash, each) in zip(ids, fresh.items(), strict=True)
            ],
        )
        self.driver.many(
            "UPDATE rejection SET times = times + ?, last = ?, state = 'open' "
            "WHERE source = ? AND stream = ? AND item_hash = ?",
            [(times, self.now, self.source, self.stream, item_hash) for item_hash, times in again.items()],
        )
        return Counts(fetched=len(refusals), rejected=len(refusals))

    def audit(self, writer: str, action: str, entry: Mapping[str, Any]) -> None:
        """Add one entry to the writer's audit chain."""
        audit.append(self.connection, home=self.home, writer=writer, action=action, entry=entry, at=self.now)
