"""The statements of cases, in bulk: codes given out, where records stand, what leads what, what a case is told to be.

All work in the caller's transaction. Which case a record stands in is a function of rows that hold or are taken back
(`hub.store.case_tables`); what is derived from them is derived here and nowhere else.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Connection

from hub.store.case_tables import CaseFile, CaseJoin, CaseMerge, CaseRecord, CaseSplit, Finding
from hub.store.driver import Driver
from schemas.case_code import case_code
from schemas.identity import HASH_BYTES
from schemas.life import Channel
from schemas.regions import UNKNOWN

Ref = tuple[str, int]
"""A record: (home, id)."""

CHANNELS = frozenset(each.value for each in Channel)
KEY = 1 + HASH_BYTES
"""Bytes of a key a record is found by: sign of its kind, keyed hash."""

LINKER = "linker"
PERSON = "person:"
_TURN = 0x5969_7761_6E67  # PostgreSQL: the number of the lock under which cases are written


class Placed(NamedTuple):
    """Where a record stands: the case it was given to, and what of it the linker saw last (version 0: nothing)."""

    code: str
    version: int
    stage: str | None
    found_by: bytes | None


class Head(NamedTuple):
    """What cases are made of: a record as it is now, open columns only."""

    home: str
    id: int
    source: str
    stream: str
    key: str
    version: int
    deleted: int
    title: str
    item: str | None
    category: str | None
    method: str
    confidence: float
    stage: str | None
    region: str
    channel: str
    opened: str | None
    stored: str
    subjects: bytes | None

    @property
    def ref(self) -> Ref:
        """(home, id)."""
        return self.home, self.id


HEADS = ", ".join(f"r.{name}" for name in Head._fields)


class Decided(NamedTuple):
    """A pair as it is kept: (older, younger), what came of it and who said so."""

    one: Ref
    other: Ref
    state: str
    by: str


def take_turn(connection: Connection) -> None:
    """Wait until nobody else writes cases. On SQLite the transaction itself holds all others off."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(%s)", (_TURN,))


def issue(connection: Connection, wanted: Sequence[tuple[str, date, str]]) -> list[str]:
    """A new code for each (home, day, channel), in their order. Several writers never get the same one."""
    counts: dict[tuple[str, date, str], int] = defaultdict(int)
    for each in wanted:
        counts[each] += 1
    driver = Driver.of(connection)
    statement = driver.one(
        "INSERT INTO case_number (home, day, channel, last) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (home, day, channel) DO UPDATE SET last = case_number.last + excluded.last RETURNING last"
    )
    following: dict[tuple[str, date, str], int] = {}
    for (home, day, channel), count in sorted(counts.items()):  # one order for all writers
        values = (home, f"{day:%Y%m%d}", channel, count)
        following[home, day, channel] = driver.cursor.execute(statement, values).fetchone()[0] - count
    codes = []
    for each in wanted:
        following[each] += 1
        codes.append(case_code(*each, following[each]))
    return codes


def heads_of(connection: Connection, refs: Iterable[Ref]) -> dict[Ref, Head]:
    """The heads of records, by record."""
    statement = f"SELECT {HEADS} FROM record r WHERE r.home = ? AND r.id"  # noqa: S608 - names of our own columns
    found = (Head._make(row) for row in Driver.of(connection).of_rows(statement, refs))
    return {head.ref: head for head in found}


def placed(connection: Connection, refs: Iterable[Ref]) -> dict[Ref, Placed]:
    """Where these records stand; those that have no case are left out."""
    statement = "SELECT home, record, code, version, stage, found_by FROM case_record WHERE home = ? AND record"
    return {
        (home, record): Placed(code, version, stage, bytes(found_by) if found_by is not None else None)
        for home, record, code, version, stage, found_by in Driver.of(connection).of_rows(statement, refs)
    }


def leads(connection: Connection, codes: Collection[str]) -> dict[str, str]:
    """The case that leads each of these; codes never issued are left out."""
    rows = Driver.of(connection).among("SELECT code, merged_into FROM case_file WHERE code", codes)
    return {code: merged_into or code for code, merged_into in rows}


def led_by(connection: Connection, codes: Collection[str]) -> dict[str, str]:
    """All codes that stand under these leading ones, themselves too, each with its lead."""
    rows = Driver.of(connection).among("SELECT code, merged_into FROM case_file WHERE merged_into", codes)
    return dict(rows) | {code: code for code in codes}


def members(connection: Connection, codes: Collection[str]) -> dict[str, list[Ref]]:
    """The records given to each of these codes (not those of codes they lead), deleted ones too, in key order."""
    rows = Driver.of(connection).among("SELECT code, home, record FROM case_record WHERE code", codes)
    found: dict[str, list[Ref]] = {code: [] for code in codes}
    for code, home, record in sorted(rows):
        found[code].append((home, record))
    return found


def bearers(
    connection: Connection, hashes: Collection[bytes], most: int, home: str | None = None
) -> dict[bytes, list[Ref]]:
    """The newest ``most`` records that can be found by each of these: those of ``home`` first, then by home and number,
    the highest first. A number says what is newer within one home only."""
    found = _newest(connection, hashes, most)
    if home is None:
        return found
    full = [key for key, refs in found.items() if len(refs) == most and any(ref[0] != home for ref in refs)]
    for key, own in _newest(connection, full, most, home).items():
        found[key] = list(dict.fromkeys([*own, *found[key]]))[:most]
    return {key: sorted(refs, key=lambda ref: ref[0] != home) for key, refs in found.items()}


def _newest(
    connection: Connection, hashes: Collection[bytes], most: int, home: str | None = None
) -> dict[bytes, list[Ref]]:
    """The last ``most`` bearers of each hash in the order of the tree, of all homes or of one."""
    driver, found = Driver.of(connection), dict[bytes, list[Ref]]()
    within, values = ("", ()) if home is None else ("AND home = ? ", (home,))
    newest = f"{within}ORDER BY home DESC, record DESC LIMIT ?"
    if connection.dialect.name == "sqlite":
        statement = f"SELECT home, record FROM finding WHERE hash = ? {newest}"  # noqa: S608 - own words
        execute = driver.cursor.execute  # a statement each: SQLite has no lateral join, and no way between us and it
        for each in hashes:
            found[each] = execute(statement, (each, *values, most)).fetchall()
    else:
        nearest = f"SELECT home, record FROM finding WHERE finding.hash = h.hash {newest}"  # noqa: S608 - own words
        of_each = f"SELECT h.hash, f.home, f.record FROM unnest(?::bytea[]) AS h(hash) CROSS JOIN LATERAL ({nearest}) f"  # noqa: S608
        statement = driver.one(of_each)
        for key, of, record in driver.cursor.execute(statement, (list(hashes), *values, most)).fetchall():
            found.setdefault(bytes(key), []).append((of, record))
    return found


def find_by(connection: Connection, gone: Sequence[tuple[bytes, Ref]], come: Sequence[tuple[bytes, Ref]]) -> None:
    """Let records be found no longer by ``gone`` and from now on by ``come``; in the order of the tree."""
    driver = Driver.of(connection)
    driver.many(
        "DELETE FROM finding WHERE hash = ? AND home = ? AND record = ?", sorted((key, *ref) for key, ref in gone)
    )
    driver.insert(Finding, sorted((key, *ref) for key, ref in come))


def unplaced(connection: Connection) -> list[Ref]:
    """Live records that have no case and are not marked to be linked: there should be none."""
    statement = (
        "SELECT r.home, r.id FROM record r WHERE r.deleted = 0 "
        "AND NOT EXISTS (SELECT 1 FROM case_record c WHERE c.home = r.home AND c.record = r.id) "
        "AND NOT EXISTS (SELECT 1 FROM link l WHERE l.home = r.home AND l.record = r.id) ORDER BY r.home, r.id"
    )
    return [(home, record) for home, record in connection.exec_driver_sql(statement)]


def cut(packed: bytes | None) -> list[bytes]:
    """The keys packed in `CaseRecord.found_by`."""
    return [packed[at : at + KEY] for at in range(0, len(packed or b""), KEY)] if packed else []


def decided(connection: Connection, refs: Collection[Ref]) -> list[Decided]:
    """All pairs kept of which one is among these records."""
    driver = Driver.of(connection)
    columns = "SELECT one_home, one, other_home, other, state, by FROM case_join WHERE"
    rows = [
        *driver.of_rows(f"{columns} one_home = ? AND one", refs),
        *driver.of_rows(f"{columns} other_home = ? AND other", refs),
    ]
    return [Decided((row[0], row[1]), (row[2], row[3]), row[4], row[5]) for row in dict.fromkeys(map(tuple, rows))]


def keep_joins(connection: Connection, rows: Sequence[tuple[Any, ...]]) -> None:
    """Keep compared pairs (columns of `CaseJoin`): a newer verdict of the linker lies over an older one of its own."""
    names = list(CaseJoin.model_fields)
    marks = ", ".join("?" * len(names))
    later = ", ".join(f"{name} = excluded.{name}" for name in ("weight", "reasons", "state", "by", "why", "at"))
    Driver.of(connection).many(
        f"INSERT INTO case_join ({', '.join(names)}) VALUES ({marks}) "  # noqa: S608 - names of our own columns
        f"ON CONFLICT (one_home, one, other_home, other) DO UPDATE SET {later} "
        "WHERE case_join.by = 'linker' OR excluded.by <> 'linker'",
        rows,
    )


def open_files(connection: Connection, cases: Sequence[tuple[str, str, str]], *, at: str) -> None:
    """New cases (code, home, channel) with nothing in them yet: `refresh` tells the rest."""
    rows = [
        (code, home, at, None, UNKNOWN, channel, "", None, None, None, 0, 0, None, at)
        for code, home, channel in sorted(cases)
    ]
    Driver.of(connection).insert(CaseFile, rows)


def place(connection: Connection, rows: Sequence[tuple[Any, ...]]) -> None:
    """Give records to cases: (home, record, code, version, stage, since, found_by)."""
    Driver.of(connection).insert(CaseRecord, sorted(rows, key=lambda row: row[:2]))


def hold_together(connection: Connection, pairs: Sequence[tuple[str, str]], *, by: str, at: str, why: str) -> None:
    """Merge cases, pair by pair; `regroup` follows."""
    driver = Driver.of(connection)
    of: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for code, into in pairs:
        of[code[:6]].append((code, into))
    for home, each in of.items():
        ids = driver.ids("case_merge", home, len(each))
        rows = [(home, number, *pair, at, by, why, None, None, None) for number, pair in zip(ids, each, strict=True)]
        driver.insert(CaseMerge, rows)


class Held(NamedTuple):
    """A merge that holds."""

    home: str
    id: int
    code: str
    into: str
    by: str


def held(connection: Connection, codes: Collection[str]) -> list[Held]:
    """The merges that hold and name one of these cases."""
    driver = Driver.of(connection)
    columns = 'SELECT home, id, code, "into", by FROM case_merge WHERE undone IS NULL AND'
    rows = [*driver.among(f"{columns} code", codes), *driver.among(f'{columns} "into"', codes)]
    return [Held._make(row) for row in sorted(set(map(tuple, rows)))]


def let_go(connection: Connection, merges: Iterable[Held], *, by: str, at: str, why: str) -> None:
    """Take merges back; `regroup` follows."""
    Driver.of(connection).many(
        "UPDATE case_merge SET undone = ?, undone_by = ?, undone_why = ? WHERE home = ? AND id = ?",
        [(at, by, why, each.home, each.id) for each in merges],
    )


def move(connection: Connection, records: Mapping[Ref, str], into: str, *, by: str, at: str, why: str) -> None:
    """Give records, each with the code it had, another case."""
    driver = Driver.of(connection)
    of: dict[str, list[int]] = defaultdict(list)
    for home, record in sorted(records):
        of[home].append(record)
    for home, each in of.items():
        ids = driver.ids("case_split", home, len(each))
        driver.insert(
            CaseSplit,
            [
                (home, number, record, records[home, record], into, at, by, why, None)
                for number, record in zip(ids, each, strict=True)
            ],
        )
    _stand(connection, dict.fromkeys(records, into), at)


def move_back(connection: Connection, into: str, *, at: str) -> dict[Ref, str]:
    """Take back the split that made the case ``into``; answers the records it had moved, each with the case it took
    them from. One that another split moved on since stays where that put it."""
    driver = Driver.of(connection)
    rows = driver.among('SELECT home, record, code FROM case_split WHERE undone IS NULL AND "into"', [into])
    moved = {(home, record): code for home, record, code in sorted(map(tuple, rows))}
    driver.many('UPDATE case_split SET undone = ? WHERE undone IS NULL AND "into" = ?', [(at, into)])
    columns = 'SELECT home, record, id, code, "into", undone FROM case_split WHERE home = ? AND record'
    stands: dict[Ref, str] = {}
    for home, record, _, code, other, undone in sorted(map(tuple, driver.of_rows(columns, moved)), key=lambda r: r[:3]):
        stands.setdefault((home, record), code)  # of its first split: what it was given to
        if undone is None:
            stands[home, record] = other
    _stand(connection, stands, at)
    return moved


def _stand(connection: Connection, records: Mapping[Ref, str], at: str) -> None:
    Driver.of(connection).many(
        "UPDATE case_record SET code = ?, since = ? WHERE home = ? AND record = ?",
        [(code, at, *ref) for ref, code in sorted(records.items())],
    )
