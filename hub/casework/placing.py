"""What a batch of the linker writes: keys its records are found by, their places, merges, and the pairs it compared."""

from collections.abc import Collection
from dataclasses import dataclass

import orjson
from sqlalchemy import Connection

from hub.casework.candidates import Page
from hub.casework.cases import day_of
from hub.casework.joining import Plan
from hub.casework.journal import Noted, note_all
from hub.store import cases as rows
from hub.store.case_derived import regroup
from hub.store.cases import LINKER, Head, Placed, Ref
from hub.store.driver import Driver
from schemas.life import Channel


@dataclass(slots=True)
class Linked:
    """What batches came to. ``bounded`` records have a key that is too common to use, or more
    candidates than were compared."""

    records: int = 0
    cases: int = 0
    joined: int = 0
    asked: int = 0
    merged: int = 0
    conflicts: int = 0
    bounded: int = 0

    def add(self, other: "Linked") -> None:
        """Count another batch."""
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


@dataclass(slots=True)
class Batch:
    """Marked records as they are found: their heads, and where those stand that have a case."""

    heads: dict[Ref, Head]
    placed: dict[Ref, Placed]
    marks: list[tuple[str, int, int]]

    @property
    def live(self) -> list[Head]:
        """Those that are not deleted."""
        return [head for head in self.heads.values() if not head.deleted]

    @property
    def new(self) -> list[Ref]:
        """Live records that have no case yet."""
        return sorted(head.ref for head in self.live if head.ref not in self.placed)


def let_be_found(connection: Connection, batch: Batch, page: Page) -> list[Ref]:
    """Bring `Finding` up to date; answers the records to be compared: those that are new, those found by other keys
    than before, and those marked again as they were. A change of the stage alone compares nothing."""
    gone, come, fresh = [], [], []
    for ref, head in sorted(batch.heads.items()):
        before = batch.placed.get(ref)
        old = frozenset(rows.cut(before.found_by if before else None))
        now = frozenset(page.keys.get(ref, ()))
        gone += [(key, ref) for key in old - now]
        come += [(key, ref) for key in now - old]
        if not head.deleted and (before is None or before.version in (0, head.version) or old != now):
            fresh.append(ref)
    rows.find_by(connection, gone, come)
    return fresh


def write(connection: Connection, batch: Batch, page: Page, made: Plan, at: str) -> set[str]:
    """Give records their cases, hold cases together; answers the codes that were touched."""
    codes = dict(made.comes)
    firsts = [min((batch.heads[ref] for ref in group), key=_received) for group in made.founds]
    channels = [head.channel if head.channel in rows.CHANNELS else Channel.OTHER.value for head in firsts]
    days = [(head.home, day_of(head), channel) for head, channel in zip(firsts, channels, strict=True)]
    issued = rows.issue(connection, days)
    files = [(code, code[:6], channel) for code, channel in zip(issued, channels, strict=True)]
    rows.open_files(connection, files, at=at)
    for code, group in zip(issued, made.founds, strict=True):
        codes |= dict.fromkeys(group, code)
    rows.place(
        connection,
        [(*ref, code, batch.heads[ref].version, batch.heads[ref].stage, at, b"".join(page.keys[ref]))
         for ref, code in codes.items()],
    )  # fmt: skip
    again = [(batch.heads[ref], each) for ref, each in batch.placed.items()]
    Driver.of(connection).many(
        "UPDATE case_record SET version = ?, stage = ?, found_by = ? WHERE home = ? AND record = ?",
        [
            (head.version, head.stage or each.stage, b"".join(page.keys.get(head.ref, ())) or None, *head.ref)
            for head, each in again
        ],
    )
    touched = _hold_together(connection, made, at)
    founders = {group[0] for group in made.founds}
    weights = {ref: verdict.weight for pair, verdict in reversed(made.joined.items()) for ref in pair}
    note_all(
        connection,
        [Noted(code=code, kind="issued", at=at, by=LINKER, home=code[:6]) for code in issued]
        + [
            Noted(
                code=code, kind="joined", at=at, by=LINKER, home=code[:6], record=ref,
                version=batch.heads[ref].version,
                told={"source": batch.heads[ref].source, "weight": weights.get(ref, 0.0)},
            )
            for ref, code in sorted(codes.items())
            if ref not in founders
        ],
    )  # fmt: skip
    return touched | {*codes.values()}


def _hold_together(connection: Connection, made: Plan, at: str) -> set[str]:
    """Merge what the plan merges, but for codes between which a merge holds already."""
    wanted = {code for pair in made.merges for code in pair}
    wanted |= set(rows.leads(connection, wanted).values())
    there = {tuple(sorted((each.code, each.into))) for each in rows.held(connection, wanted)}
    merges = [pair for pair in sorted(made.merges) if pair not in there]
    if not merges:
        return set()
    before = rows.leads(connection, wanted)
    rows.hold_together(connection, merges, by=LINKER, at=at, why="")
    around = regroup(connection, wanted)
    after = rows.leads(connection, wanted)
    note_all(
        connection,
        [
            Noted(code=one, kind="merged", at=at, by=LINKER, home=one[:6], told={"code": other})
            for lead in sorted({lead for code, lead in before.items() if after[code] != lead})
            for one, other in ((after[lead], lead), (lead, after[lead]))
        ],
    )
    return around


def keep(connection: Connection, page: Page, made: Plan, decided: Collection[rows.Decided], at: str) -> Linked:
    """Keep the pairs that were joined or are asked about, and let go of questions that have no ground any more."""
    waiting = {(each.one, each.other) for each in decided if each.state == "asked"}
    kept = {
        pair: ("apart", verdict)
        for pair, verdict in page.verdicts.items()
        if verdict.decision == "apart" and pair in waiting
    }
    kept |= {pair: ("asked", verdict) for pair, verdict in made.asked.items()}
    kept |= {pair: ("joined", verdict) for pair, verdict in made.joined.items()}
    rows.keep_joins(
        connection,
        [
            (*one, *other, verdict.weight, orjson.dumps(verdict.reasons).decode(), state, LINKER, "", at)
            for (one, other), (state, verdict) in sorted(kept.items(), key=lambda told: told[0])
        ],
    )
    return Linked(cases=len(made.founds), joined=len(made.joined), asked=len(made.asked), merged=len(made.merges))


def _received(head: Head) -> tuple[str, Ref]:
    return head.opened or head.stored, head.ref
