"""The audit chain: per writer, each entry's hash covers the one before, so that history cannot be rewritten quietly.

``hash`` of entry n = SM3(hash of n-1 ‖ canonical JSON of ``[home, writer, no, at, action, entry]``), canonical meaning
keys sorted, no spaces, UTF-8; the hash before the first is 32 zero bytes. Entries hold codes, counts and ids, nothing
personal.

What it shows: an entry changed, moved, or removed from the beginning or the middle. What it cannot show by itself:
entries cut from the end, or a whole chain rebuilt by someone who can write to the table. For that, keep the heads that
a `Verdict` gives somewhere else (print them, send them to another body) and compare.
"""

from collections.abc import Generator, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import IO, Any

import orjson
from cryptography.hazmat.primitives.hashes import SM3, Hash
from sqlalchemy import Connection, select

from hub.store.tables import Audit, core

START = bytes(32)

_TAIL = "SELECT no, hash FROM audit WHERE home = ? AND writer = ? ORDER BY no DESC LIMIT 1"
_INSERT = "INSERT INTO audit (home, writer, no, at, action, entry, hash) VALUES (?, ?, ?, ?, ?, ?, ?)"


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as stored; ``entry`` is its canonical JSON."""

    home: str
    writer: str
    no: int
    at: str
    action: str
    entry: bytes
    hash: bytes


@dataclass(frozen=True, slots=True)
class Head:
    """Where a chain ends: compare with what was written down elsewhere. ``hash`` in hex."""

    home: str
    writer: str
    no: int
    hash: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check of all chains found. ``first_bad`` is ``home/writer/no`` of the first entry that does not fit."""

    chains: int
    entries: int
    heads: tuple[Head, ...]
    first_bad: str | None = None
    why: str = ""

    @property
    def sound(self) -> bool:
        """Whether every entry fits the one before it."""
        return self.first_bad is None


def append(connection: Connection, *, home: str, writer: str, action: str, entry: Mapping[str, Any], at: str) -> None:
    """Add an entry to the chain of ``(home, writer)``, in the caller's transaction.

    ``at`` is UTC text; ``entry`` must be JSON with text keys. Two transactions that append to one chain at once cannot
    both commit: the second meets the primary key.
    """
    # driver statements: one select and one insert a page, at a tenth of Core's price
    tail, insert = (
        (_TAIL, _INSERT) if connection.dialect.paramstyle == "qmark" else (_percent(_TAIL), _percent(_INSERT))
    )
    last = connection.exec_driver_sql(tail, (home, writer)).first()
    no, before = (last[0] + 1, bytes(last[1])) if last else (1, START)
    text = orjson.dumps(entry, option=orjson.OPT_SORT_KEYS)
    link = _link(before, [home, writer, no, at, action], text)
    connection.exec_driver_sql(insert, (home, writer, no, at, action, text.decode(), link))


def verify(connection: Connection) -> Verdict:
    """Walk all chains of the store, in primary-key order, up to the first entry that does not fit."""
    with closing(_entries(connection)) as entries:
        return _walk(entries)


def export(connection: Connection, file: IO[bytes]) -> int:
    """Write all chains as JSON lines, hashes in hex, and return how many. `verify_export` needs nothing else."""
    count = 0
    for entry in _entries(connection):
        line = {
            "home": entry.home,
            "writer": entry.writer,
            "no": entry.no,
            "at": entry.at,
            "action": entry.action,
            "entry": orjson.Fragment(entry.entry),
            "hash": entry.hash.hex(),
        }
        file.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))
        count += 1
    return count


def verify_export(file: Iterable[bytes]) -> Verdict:
    """Verify exported lines, away from the store. A line that is no entry is the first bad one, named by its number."""
    return _walk(map(_parse, enumerate(file, 1)))


def _percent(statement: str) -> str:
    return statement.replace("?", "%s")


def _link(before: bytes, named: list[str | int], entry: bytes) -> bytes:
    digest = Hash(SM3())
    digest.update(before)
    digest.update(orjson.dumps([*named, orjson.Fragment(entry)]))
    return digest.finalize()


def _entries(connection: Connection) -> Generator[Entry]:
    table = core(Audit)
    statement = select(table).order_by(table.c.home, table.c.writer, table.c.no).execution_options(yield_per=1000)
    with connection.execute(statement) as rows:
        for row in rows:
            yield Entry(row.home, row.writer, row.no, row.at, row.action, row.entry.encode(), bytes(row.hash))


def _parse(numbered: tuple[int, bytes]) -> Entry | str:
    number, line = numbered
    try:
        told = orjson.loads(line)
        entry = orjson.dumps(told["entry"], option=orjson.OPT_SORT_KEYS)
        link = bytes.fromhex(told["hash"])
        home, writer, no, at, action = (told[name] for name in ("home", "writer", "no", "at", "action"))
    except (ValueError, KeyError, TypeError):
        return f"line {number}"
    if not isinstance(no, int) or not all(isinstance(text, str) for text in (home, writer, at, action)):
        return f"line {number}"
    return Entry(home, writer, no, at, action, entry, link)


def _walk(entries: Iterable[Entry | str]) -> Verdict:
    heads: dict[tuple[str, str], Entry] = {}
    count = 0

    def verdict(first_bad: str | None = None, why: str = "") -> Verdict:
        ends = tuple(Head(last.home, last.writer, last.no, last.hash.hex()) for last in heads.values())
        return Verdict(len(heads), count, ends, first_bad, why)

    for entry in entries:
        if isinstance(entry, str):
            return verdict(entry, "not an audit entry")
        chain = (entry.home, entry.writer)
        last = heads.get(chain)
        expected = last.no + 1 if last else 1
        spot = f"{entry.home}/{entry.writer}/{entry.no}"
        if entry.no != expected:
            return verdict(spot, f"entry {expected} should stand here: removed, or out of order")
        if _link(last.hash if last else START, [*chain, entry.no, entry.at, entry.action], entry.entry) != entry.hash:
            return verdict(spot, "the hash does not fit: this entry or its predecessor was changed")
        heads[chain] = entry
        count += 1
    return verdict()
