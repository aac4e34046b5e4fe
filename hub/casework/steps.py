"""What records went through since they were last linked: every version between is looked at, not the last alone."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from hub.casework.journal import Noted
from hub.casework.life import legal
from hub.casework.moves import Moved
from hub.store import cases as rows
from hub.store.cases import LINKER, Head, Placed, Ref
from hub.store.driver import Driver
from hub.store.show import open_version
from hub.store.vault import Keyring
from schemas.life import Stage

QUIET = frozenset(("remap", "replay"))
"""Runs that have no outside effect (law L7)."""


def moves(
    connection: Connection,
    keyring: Keyring,
    heads: Mapping[Ref, Head],
    before: Mapping[Ref, Placed],
    codes: Mapping[Ref, str],
) -> list[Moved]:
    """The moves of these records, by record and version. ``before``: where those stood that had a case; ``codes``:
    what all have been given now (one that came deleted has none, and is told of by nobody)."""
    leads = rows.leads(connection, set(codes.values()))
    last = {ref: before[ref].version if ref in before else 0 for ref in codes}
    between = [ref for ref, version in last.items() if heads[ref].version > version + 1]
    versions = {ref: _told(connection, keyring, ref, last[ref], heads[ref].version) for ref in between}
    why = _runs(connection, heads, codes)
    why |= dict.fromkeys(_by_hand(connection, heads, before, [ref for ref, run in why.items() if run in QUIET]))
    found: list[Moved] = []
    for ref in sorted(codes):
        head, known = heads[ref], before.get(ref)
        stage = known.stage if known else None
        steps = [*versions.get(ref, ()), (head.version, head.stage, bool(head.deleted), head.stored, why[ref])]
        if known and known.version == head.version and head.stage == known.stage:
            continue  # marked again as it was
        for at, (version, after, deleted, stored, run) in enumerate(steps, 1):
            if at < len(steps) and (after is None or after == stage):
                continue
            found.append(
                Moved(
                    home=head.home, record=head.id, version=version, source=head.source, stream=head.stream,
                    key=head.key, code=leads[codes[ref]], before=Stage(stage) if stage else None,
                    stage=Stage(after) if after else None, deleted=deleted, item=head.item, region=head.region,
                    stored=stored, quiet=run in QUIET,
                )
            )  # fmt: skip
            stage = after or stage
    return found


def conflicts(moved: Iterable[Moved], at: str) -> list[Noted]:
    """Events of the moves that are illegal: kept as what the source says, shown until a person has looked."""
    return [
        Noted(
            code=move.code, kind="conflict", at=at, by=LINKER, home=move.code[:6], record=(move.home, move.record),
            version=move.version, told={"before": move.before, "stage": move.stage, "source": move.source}, open=True,
        )
        for move in moved
        if move.stage is not None and not move.deleted and not legal(move.before, move.stage)
    ]  # fmt: skip


_Step = tuple[int, str | None, bool, str, str | None]
"""Version, stage, whether deleted, when it was stored, and why it was made."""


def _told(connection: Connection, keyring: Keyring, ref: Ref, after: int, until: int) -> Sequence[_Step]:
    """The versions between ``after`` and ``until``, both left out. They are few: this is one record's history."""
    driver = Driver.of(connection)
    statement = driver.one(
        "SELECT v.version, v.key_id, v.body, v.stored, r.why FROM version v "
        "LEFT JOIN run r ON r.home = v.home AND r.id = v.run "
        "WHERE v.home = ? AND v.record = ? AND v.version > ? AND v.version < ? ORDER BY v.version"
    )
    steps: list[_Step] = []
    for version, key_id, body, stored, why in driver.cursor.execute(statement, (*ref, after, until)).fetchall():
        told: dict[str, Any] = open_version(keyring, (*ref, version), key_id, bytes(body))
        steps.append((version, told.get("stage"), bool(told.get("deleted")), stored, why))
    return steps


def _runs(connection: Connection, heads: Mapping[Ref, Head], refs: Iterable[Ref]) -> dict[Ref, str | None]:
    """Why the current version of each record was made: pull, push, remap, replay; None where no run made it."""
    statement = (
        "SELECT h.home, h.id, r.why FROM record h "
        "JOIN version v ON v.home = h.home AND v.record = h.id AND v.version = h.version "
        "LEFT JOIN run r ON r.home = v.home AND r.id = v.run WHERE h.home = ? AND h.id"
    )
    return {(home, number): why for home, number, why in Driver.of(connection).of_rows(statement, refs)}


def _by_hand(
    connection: Connection, heads: Mapping[Ref, Head], before: Mapping[Ref, Placed], refs: Iterable[Ref]
) -> set[Ref]:
    """Those among these records whose stage is another than when last linked by a person's hand: no version has come
    since, or a correction holds the stage now. Whatever run made the version, the change is not its doing."""
    changed = {ref for ref in refs if heads[ref].stage != (before[ref].stage if ref in before else None)}
    found = {ref for ref in changed if ref in before and before[ref].version == heads[ref].version}
    if changed > found:
        statement = (
            "SELECT home, record FROM correction WHERE state = 'standing' AND field = 'stage' AND home = ? AND record"
        )
        found |= {(home, number) for home, number in Driver.of(connection).of_rows(statement, changed - found)}
    return found
