"""What a person says of two records the linker was not sure of. It stands above whatever the linker finds later."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from hub.casework.cases import codes_of, merge, say
from hub.errors import StoreError
from hub.store import cases as rows
from hub.store.case_read import JoinRow, asked
from hub.store.cases import Head, Ref
from hub.store.store import Store

Place = tuple[str, int, str, int]
"""Where a list of pairs goes on: the key of its last pair."""


@dataclass(frozen=True, slots=True)
class Question:
    """A pair that waits, with both records (masked titles) and the cases they stand in."""

    join: JoinRow
    one: Head
    other: Head
    codes: tuple[str, str]


def questions(connection: Connection, *, after: Place | None = None, limit: int = 50) -> list[Question]:
    """Pairs that wait for a person, in the order of their keys.

    Those are left out that something else has brought into one case since, and those of which one is deleted.
    """
    found: list[Question] = []
    while len(found) < limit and (pairs := asked(connection, after=after, limit=limit)):
        found += _open(connection, pairs)
        after = (*pairs[-1].one, *pairs[-1].other)
    return found[:limit]


def _open(connection: Connection, pairs: Sequence[JoinRow]) -> list[Question]:
    refs = {ref for pair in pairs for ref in (pair.one, pair.other)}
    heads, codes = rows.heads_of(connection, refs), codes_of(connection, refs)
    return [
        Question(pair, heads[pair.one], heads[pair.other], (codes[pair.one], codes[pair.other]))
        for pair in pairs
        if codes[pair.one] != codes[pair.other] and not (heads[pair.one].deleted or heads[pair.other].deleted)
    ]


def join(connection: Connection, store: Store, one: Ref, other: Ref, *, by: str, at: str, why: str) -> str:
    """They tell of one matter: their cases are one from now on; answers the case that leads.

    Raises StoreError for a record without a case.
    """
    one, other = sorted((one, other))
    codes = _codes(connection, one, other)
    say(connection, [(one, other)], "joined", by=by, at=at, why=why)
    if codes[0] != codes[1]:
        return merge(connection, store, *codes, by=by, at=at, why=why)
    return codes_of(connection, [one])[one]


def apart(connection: Connection, store: Store, one: Ref, other: Ref, *, by: str, at: str, why: str) -> None:
    """They tell of two matters: the linker never brings their cases together.

    Raises StoreError for a record without a case, and for two that stand in one case: a split or an unmerge parts them.
    """
    one, other = sorted((one, other))
    _codes(connection, one, other)
    leads = codes_of(connection, [one, other])
    if leads[one] == leads[other]:
        hint = f"hub case show {leads[one]} tells why; hub case split or unmerge parts them"
        raise StoreError("the two stand in one case", where="case", hint=hint)
    say(connection, [(one, other)], "apart", by=by, at=at, why=why)


def _codes(connection: Connection, one: Ref, other: Ref) -> tuple[str, str]:
    rows.take_turn(connection)
    placed = rows.placed(connection, [one, other])
    for home, number in (one, other):
        if (home, number) not in placed:
            raise StoreError(f"the record {home}-{number} has no case", where="case", hint="hub record list shows all")
    if one == other:
        raise StoreError("a record is not compared with itself", where="case")
    return placed[one].code, placed[other].code
