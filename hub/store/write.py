"""Bulk writes of the straight line: a page's rows, their versions, rejections, progress. One transaction holds them
all.

The hot path speaks to the driver directly (`executemany` on SQLite, COPY on PostgreSQL) with statements made once from
the tables: a session per row costs ten times as much.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from sqlalchemy import Connection

from hub.batch import Refusal, Row
from hub.store import audit
from hub.store.driver import HEAD, Driver, Existing
from hub.store.subjects import pack
from hub.store.tables import Raw, Record, Rejection, Version
from hub.store.vault import Keyring

_UNMAPPED = HEAD.index("item")


@dataclass(slots=True)
class Counts:
    """What became of the items of a page or a run. ``fetched`` is the sum of the five below it (law L2).

    ``unmapped`` counts stored records without an item; it is no sixth outcome.
    """

    fetched: int = 0
    stored: int = 0
    unchanged: int = 0
    superseded: int = 0
    deleted: int = 0
    rejected: int = 0
    unmapped: int = 0

    def __iadd__(self, other: "Counts") -> "Counts":
        for each in fields(self):
            setattr(self, each.name, getattr(self, each.name) + getattr(other, each.name))
        return self

    @property
    def adds_up(self) -> bool:
        """Whether law L2 holds."""
        return self.fetched == self.stored + self.unchanged + self.superseded + self.deleted + self.rejected

    def as_dict(self) -> dict[str, int]:
        """The counts by name."""
        return {each.name: getattr(self, each.name) for each in fields(self)}


@dataclass(slots=True)
class _Plan:
    """What a batch of rows comes to: heads to insert or update, versions to add."""

    new: list[tuple[Row, bytes]] = field(default_factory=list)
    changed: list[tuple[Row, bytes, Existing]] = field(default_factory=list)


class Transaction:
    """The writes of one transaction of one source. Made by the line for each page; not kept.

    ``now`` is the UTC text written as the time of storing.
    """

    def __init__(
        self, connection: Connection, keyring: Keyring, *, home: str, source: str, stream: str, now: str
    ) -> None:
        self.connection, self.keyring = connection, keyring
        self.home, self.source, self.stream, self.now = home, source, stream, now
        self._driver = Driver.of(connection)

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
        found = self.connection.exec_driver_sql(self._driver.one("SELECT id FROM raw WHERE hash = ?"), (kept,)).scalar()
        if found is not None:
            return int(found)
        (raw,) = self._driver.ids("raw", self.home, 1)
        key_id = self.keyring.current
        body = self.keyring.seal(packed, f"raw|{self.home}|{raw}|{key_id}".encode())
        row = (self.home, raw, self.source, self.stream, run, window, kept, size, items, fetched, clock, key_id, body)
        self._driver.insert(Raw, [row])
        return raw

    def put(self, rows: Sequence[Row], *, run: int, raw: int, adapter: str, mapping: str) -> Counts:
        """Put a batch by key: the newer revision wins, an equal one writes nothing, each change leaves a version.

        Within the batch a key may come more than once; the losers count as superseded (unchanged when they are equal).
        """
        counts = Counts(fetched=len(rows))
        plan = self._plan(rows, counts)
        if not plan.new and not plan.changed:
            return counts
        versions: list[tuple[Any, ...]] = []
        heads: list[tuple[Any, ...]] = []
        updates: list[tuple[Any, ...]] = []
        ids = self._driver.ids("record", self.home, len(plan.new))
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
        self._driver.insert(Record, heads)
        self._driver.update_heads(updates)
        self._driver.insert(Version, versions)
        self._driver.mark_links([(home, number, version) for _, _, number, version in writes], fresh)
        return counts

    def refuse(self, refusals: Sequence[Refusal], *, run: int, raw: int) -> Counts:
        """Keep rejections. The same bad item met again is one row that counts how often."""
        if not refusals:
            return Counts()
        hashes = [self.keyring.digest(each.item) for each in refusals]
        known = self._driver.known_rejections(self.source, self.stream, hashes)
        fresh: dict[bytes, Refusal] = {}
        again: dict[bytes, int] = {}
        for item_hash, each in zip(hashes, refusals, strict=True):
            if item_hash in known or item_hash in fresh:
                again[item_hash] = again.get(item_hash, 0) + 1
            else:
                fresh[item_hash] = each
        ids = self._driver.ids("rejection", self.home, len(fresh))
        self._driver.insert(
            Rejection,
            [
                (
                    *(self.home, number, self.source, self.stream, run, raw, each.item_no, item_hash),
                    *(each.code, each.field, each.reason, 1, self.now, self.now, "open"),
                )
                for number, (item_hash, each) in zip(ids, fresh.items(), strict=True)
            ],
        )
        self._driver.many(
            "UPDATE rejection SET times = times + ?, last = ?, state = 'open' "
            "WHERE source = ? AND stream = ? AND item_hash = ?",
            [(times, self.now, self.source, self.stream, item_hash) for item_hash, times in again.items()],
        )
        return Counts(fetched=len(refusals), rejected=len(refusals))

    def audit(self, writer: str, action: str, entry: Mapping[str, Any]) -> None:
        """Add one entry to the writer's audit chain."""
        audit.append(self.connection, home=self.home, writer=writer, action=action, entry=entry, at=self.now)

    def _plan(self, rows: Sequence[Row], counts: Counts) -> _Plan:
        """Fold the rows over what is known, in their order; only the last state of each key will be written."""
        digest = self.keyring.digest
        existing = self._driver.existing(self.source, self.stream, [row.key for row in rows])
        states = {key: (old.revision, old.content, bool(old.deleted)) for key, old in existing.items()}
        winners: dict[str, tuple[Row, bytes]] = {}
        for row in rows:
            content = digest(row.content)
            state = states.get(row.key)
            verdict = "changed" if state is None else _judge(row, content, *state)
            if verdict != "changed":
                setattr(counts, verdict, getattr(counts, verdict) + 1)
                continue
            if row.revision is None and state is not None and state[0] is not None:
                row = row._replace(revision=state[0])  # noqa: PLW2901 - a later row of an old revision must still lose
            counts.superseded += row.key in winners
            winners[row.key] = (row, content)
            states[row.key] = (row.revision, content, row.deleted)
        plan = _Plan()
        for key, (row, content) in winners.items():
            if (old := existing.get(key)) is None:
                plan.new.append((row, content))
            else:
                plan.changed.append((row, content, old))
        return plan


def _judge(row: Row, content: bytes, revision: int | None, old_content: bytes, old_deleted: bool) -> str:
    """How a row stands to what is known: ``changed``, ``unchanged`` or ``superseded``.

    Equal revision with other content is a change (sources do reuse an update time), except against a tombstone, which
    yields to a newer revision only.
    """
    if content == old_content and (row.revision is None or row.revision == revision):
        return "unchanged"
    if row.revision is not None and revision is not None:
        if row.revision < revision:
            return "superseded"
        if row.revision == revision and old_deleted and not row.deleted:
            return "superseded"
    return "changed"
