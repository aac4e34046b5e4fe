"""Cases heard together (多案联审): they stay cases of their own, and a session names them all."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import Connection

from hub.store import cases as rows
from hub.store import entries
from hub.store.entries import EntryHead
from schemas.entry import HEARD_TOGETHER

MOST = 100
"""Records of one number that are looked at."""


@dataclass(frozen=True, slots=True)
class Joined:
    """A case that another is ``joined_with``: by which session, and when that is (UTC text; None: at no hour told)."""

    code: str
    session: str
    at: str | None


def joined_with(connection: Connection, codes: Collection[str], told: Iterable[EntryHead]) -> list[Joined]:
    """The leading cases that are heard together with the case of these ``codes``, by the entries ``told`` about it
    (`hub.casework.concerning`). A number that no record bears yet ties nothing until one does."""
    sessions = [each for each in told if each.kind == "event" and each.name == HEARD_TOGETHER]
    named = {ref: {b"r" + each for each in told} for ref, told in entries.numbers(connection, sessions).items()}
    bearing = rows.bearers(connection, {key for keys in named.values() for key in keys}, MOST)
    placed = rows.placed(connection, {ref for refs in bearing.values() for ref in refs})
    leads = rows.leads(connection, {each.code for each in placed.values()})
    found: dict[str, Joined] = {}
    for session in sessions:
        refs = {ref for key in named[session.home, session.id] for ref in bearing.get(key, ())}
        for code in sorted({leads[placed[ref].code] for ref in refs if ref in placed} - set(codes)):
            found.setdefault(code, Joined(code, session.key, session.at))
    return [found[code] for code in sorted(found)]
