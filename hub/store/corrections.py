"""What people put right, laid over what the mapping says (law L9).

The mapping's own word stays in the versions, untouched. A correction lies over the head of its record (columns, title,
the hashes it is found by) and over the content where it is shown; a later pull, a remap and a replay lay it again.
While there are none, nothing is asked but whether there are.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, insert, select, update

from hub.batch import Row
from hub.errors import StoreError
from hub.store.driver import HEAD, Driver
from hub.store.hand_tables import Correction
from hub.store.plan import Existing
from hub.store.tables import core
from hub.store.vault import Keyring
from schemas.identity import mask_name

Ref = tuple[str, int]
"""(home, id) of a record or of a correction."""

FIELDS = ("item", "region", "address", "parties", "stage")
STANDING, REPLACED, LIFTED = "standing", "replaced", "lifted"

CORRECTION = core(Correction)
_AT = {name: at for at, name in enumerate(HEAD)}
_TITLE = _AT["title"]
_NATURAL = "1"  # party_type
_REF = "ref"


class Patch(NamedTuple):
    """A standing correction, opened. ``value`` is what the field is: a code, a text, or parties as they are written.

    ``head`` are columns of the head by name; ``subjects`` what its parties can be found by, where it is of parties.
    """

    field: str
    value: Any
    head: Mapping[str, Any]
    subjects: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class CorrectionRow:
    """One correction as it may be listed: its value is not told here. Times are UTC text."""

    home: str
    id: int
    record: int
    field: str
    state: str
    by: str
    why: str
    at: str
    ended: str | None
    ended_by: str | None
    ended_why: str | None


def overlay(connection: Connection, keyring: Keyring, refs: Iterable[Ref]) -> dict[Ref, list[Patch]]:
    """The standing corrections of these records, opened: personal data, for the moment. One cheap look if none are."""
    wanted = list(refs)
    driver = Driver.of(connection)
    if not wanted or driver.cursor.execute("SELECT 1 FROM correction LIMIT 1").fetchone() is None:
        return {}
    statement = (
        "SELECT home, record, id, field, key_id, body FROM correction WHERE state = 'standing' AND home = ? AND record"
    )
    found: dict[Ref, list[Patch]] = {}
    for home, record, number, field, key_id, body in sorted(driver.of_rows(statement, wanted)):
        told = orjson.loads(keyring.open(key_id, bytes(body), _place(home, number, key_id)))
        subjects = tuple((kind, role, value) for kind, role, value in told["subjects"])
        found.setdefault((home, record), []).append(Patch(field, told["value"], told["head"], subjects))
    return found


def lay(
    connection: Connection, keyring: Keyring, home: str, changed: Sequence[tuple[Row, bytes, Existing]]
) -> list[tuple[Row, bytes, Existing]]:
    """Rows of records that change, with what people corrected laid over their heads; their bodies stay as they are."""
    patches = overlay(connection, keyring, [(home, old.id) for _, _, old in changed])
    if not patches:
        return list(changed)
    return [(laid_row(row, patches.get((home, old.id), ())), content, old) for row, content, old in changed]


def laid_row(row: Row, patches: Iterable[Patch]) -> Row:
    """A row with these corrections over its head and over what it is found by."""
    head, subjects = list(row.head), row.subjects
    for patch in patches:
        for name, value in patch.head.items():
            head[_AT[name]] = value
        if patch.field == "parties":
            head[_TITLE] = _hidden(head[_TITLE], patch.value)
            subjects = (*patch.subjects, *(each for each in subjects if each[0] == _REF))
    return row._replace(head=tuple(head), subjects=subjects)


def laid(body: Mapping[str, Any], patches: Iterable[Patch]) -> dict[str, Any]:
    """The content of a record with these corrections over it; what is given is not changed."""
    whole = dict(body)
    for patch in patches:
        match patch.field:
            case "item":
                told = {name: value for name, value in patch.head.items() if name != "mapping"}
                whole["classification"] = {**(whole.get("classification") or {}), **told, "candidates": []}
            case "region" | "address":
                whole["place"] = {**(whole.get("place") or {}), patch.field: patch.value}
            case field:
                whole[field] = patch.value
    return whole


def add(
    connection: Connection,
    keyring: Keyring,
    record: Ref,
    field: str,
    *,
    value: Any,
    head: Mapping[str, Any],
    subjects: Sequence[tuple[str, str, str]] = (),
    by: str,
    why: str,
    at: str,
) -> Ref:
    """Write a correction, in the place of the one that stands for the field; answers its number."""
    standing = (CORRECTION.c.home == record[0], CORRECTION.c.record == record[1], CORRECTION.c.field == field)
    connection.execute(
        update(CORRECTION)
        .where(*standing, CORRECTION.c.state == STANDING)
        .values(state=REPLACED, ended=at, ended_by=by, ended_why="")
    )
    (number,) = Driver.of(connection).ids("correction", record[0], 1)
    key_id = keyring.current
    body = orjson.dumps({"value": value, "head": head, "subjects": subjects})
    row = {
        **{"home": record[0], "id": number, "record": record[1], "field": field, "state": STANDING, "by": by},
        **{"why": why, "at": at, "key_id": key_id, "body": keyring.seal(body, _place(record[0], number, key_id))},
    }
    connection.execute(insert(CORRECTION).values(**row))
    return record[0], number


def end(connection: Connection, ref: Ref, *, by: str, why: str, at: str) -> CorrectionRow:
    """Lift a standing correction; answers it as it stood. Raises StoreError when there is none that stands."""
    row = one(connection, ref)
    if row.state != STANDING:
        raise StoreError(f"correction {ref[0]}-{ref[1]} was {row.state} before", where="store")
    connection.execute(
        update(CORRECTION)
        .where(CORRECTION.c.home == ref[0], CORRECTION.c.id == ref[1])
        .values(state=LIFTED, ended=at, ended_by=by, ended_why=why)
    )
    return row


def one(connection: Connection, ref: Ref) -> CorrectionRow:
    """One correction. Raises StoreError when there is none."""
    wanted = select(*_COLUMNS).where(CORRECTION.c.home == ref[0], CORRECTION.c.id == ref[1])
    row = connection.execute(wanted).first()
    if row is None:
        raise StoreError(f"no correction {ref[0]}-{ref[1]}", where="store", hint="hub record corrections")
    return CorrectionRow(*row)


def corrections(
    connection: Connection,
    record: Ref | None = None,
    *,
    standing: bool = False,
    after: Ref | None = None,
    most: int = 1_000,
) -> list[CorrectionRow]:
    """Corrections in key order, of one record or of all; only those that stand, or all there ever were."""
    statement = select(*_COLUMNS).order_by(CORRECTION.c.home, CORRECTION.c.id).limit(most)
    if record is not None:
        statement = statement.where(CORRECTION.c.home == record[0], CORRECTION.c.record == record[1])
    if standing:
        statement = statement.where(CORRECTION.c.state == STANDING)
    if after is not None:
        later = (CORRECTION.c.home == after[0]) & (CORRECTION.c.id > after[1])
        statement = statement.where((CORRECTION.c.home > after[0]) | later)
    return [CorrectionRow(*row) for row in connection.execute(statement)]


def _hidden(title: str, parties: Iterable[Mapping[str, Any]]) -> str:
    """A title without the names of these parties: the mapping has masked only those it knew."""
    for party in parties:
        for name in (party.get("name") if party.get("kind") == _NATURAL else None, party.get("agent")):
            if name and name in title and len(name) > 1:
                title = title.replace(name, mask_name(name))
    return title


def _place(home: str, number: int, key_id: str) -> bytes:
    return f"correction|{home}|{number}|{key_id}".encode()


_COLUMNS = [CORRECTION.c[each.name] for each in fields(CorrectionRow)]
