"""Cases: their codes, which records stand in them, what leads what.

Which case a record stands in is a function of three things that are only ever added to or taken back one by one: the
code it was given to, the splits that gave it another since, and the merges that hold. So taking back any of them
gives what would be without it, whatever happened in between. Of the cases that hold together the oldest leads.

Every function works in the caller's transaction; `by` is ``linker``, ``task`` or ``person:NAME``, `at` UTC text. What a
person says is kept against the linker: what was set apart stays apart, what was joined stays joined.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy import Connection

from hub.casework.journal import Noted, note_all
from hub.casework.life import leading
from hub.errors import StoreError
from hub.nearest import did_you_mean
from hub.store import cases as rows
from hub.store.case_derived import refresh as derive
from hub.store.case_derived import regroup
from hub.store.cases import LINKER, PERSON, Head, Ref
from hub.store.driver import Driver
from hub.store.read import record_by_id, record_by_key
from hub.store.store import Store
from hub.store.vault import Keyring
from schemas.alias import normal, personal, ties
from schemas.case_code import read_case_code
from schemas.life import Channel

__all__ = [
    "Ref", "add_alias", "codes_of", "day_of", "find", "lead", "members", "merge", "number_key", "open_case",
    "refuse_personal", "split", "unmerge", "unsplit",
]  # fmt: skip

BEIJING = ZoneInfo("Asia/Shanghai")
UNSPLIT = "unsplit"  # by whom the code of a split that was taken back is held to the case it came from, for good
_LISTED = 50  # records named in the event of a split; the rows hold all of them


def open_case(
    connection: Connection,
    store: Store,
    *,
    home: str,
    day: date,
    channel: str,
    records: Sequence[Ref],
    by: str,
    at: str,
) -> str:
    """Issue a new code and give it these records, none of which has a case yet; answers the code.

    ``day`` is the day of receipt in Beijing; an unknown ``channel`` counts as ``QT``. The records' marks stay: the
    linker looks at them next, and may find that an older case leads. Raises StoreError for a record that has a case.
    """
    rows.take_turn(connection)
    if standing := rows.placed(connection, records):
        ref, told = min(standing.items())
        raise StoreError(f"the record {ref[0]}-{ref[1]} has the case {told.code}", where="case")
    channel = channel if channel in rows.CHANNELS else Channel.OTHER.value
    (code,) = rows.issue(connection, [(home, day, channel)])
    rows.open_files(connection, [(code, home, channel)], at=at)
    rows.place(connection, [(*ref, code, 0, None, at, None) for ref in records])
    refresh(connection, [code], at=at)
    note_all(connection, [Noted(code=code, kind="issued", at=at, by=by, home=home)])
    return code


def day_of(head: Head) -> date:
    """The day of receipt at issue, in Beijing: the source's, or when the hub had it where that is none or to come."""
    told = head.opened if head.opened and head.opened <= head.stored else head.stored
    return datetime.fromisoformat(told).astimezone(BEIJING).date()


def lead(connection: Connection, code: str) -> str:
    """The case that leads ``code``; itself where nothing was merged.

    Raises StoreError for a code that was never issued.
    """
    found = rows.leads(connection, [code])
    if code not in found:
        raise StoreError(f"no case {code}", where="case", hint="hub case find takes any number of a matter")
    return found[code]


def codes_of(connection: Connection, records: Collection[Ref]) -> dict[Ref, str]:
    """The leading case of each of these records; those without one are left out."""
    standing = rows.placed(connection, records)
    leading = rows.leads(connection, {each.code for each in standing.values()})
    return {ref: leading[each.code] for ref, each in standing.items()}


def members(connection: Connection, code: str) -> list[Ref]:
    """The records of the case that leads ``code``, deleted ones too, in key order."""
    under = rows.led_by(connection, [lead(connection, code)])
    return sorted(ref for each in rows.members(connection, under).values() for ref in each)


def number_key(keyring: Keyring, number: str) -> bytes | None:
    """The key under which records bearing or citing a number are found (`Finding`); None for one that ties nothing."""
    told = normal(number)
    return b"r" + keyring.hash("ref", told) if ties(told) else None


def find(connection: Connection, store: Store, text: str) -> list[str]:
    """The leading cases a number means: our code, an alias, a number records bear or cite, a source's own key, a
    record of ours (``330110-12``). Sorted; several for a number that several cases bear."""
    if (code := read_case_code(text)) is not None and (known := rows.leads(connection, [code])):
        return [known[code]]
    codes: set[str] = set()
    records: set[Ref] = set()
    if (key := number_key(store.keyring, text)) is not None:
        driver = Driver.of(connection)
        codes.update(row[0] for row in driver.among("SELECT code FROM case_alias WHERE hash", [key]))
        records.update(rows.bearers(connection, [key], 1_000).get(key, ()))
    home, _, number = text.strip().partition("-")
    if len(home) == 6 and home.isdecimal() and number.isdecimal() and len(number) < 19:
        records.update((head.home, head.id) for head in record_by_id(connection, int(number), home=home))
    records.update((head.home, head.id) for head in record_by_key(connection, text.strip()))
    codes.update(each.code for each in rows.placed(connection, records).values())
    return sorted(set(rows.leads(connection, codes).values()))


def add_alias(connection: Connection, store: Store, code: str, *, kind: str, number: str, by: str, at: str) -> None:
    """Let ``number`` find the case. Records that cite it are marked to be linked again: they may have waited for it.

    Raises StoreError for a number that is too short to mean one matter, for one that reads as a person's (an alias
    stands openly: `refuse_personal`), and for a code that was never issued.
    """
    lead(connection, code)
    key = number_key(store.keyring, number)
    if key is None:
        raise StoreError("the number is too short to mean one matter", where="case", hint="six letters or digits")
    refuse_personal(number)
    driver = Driver.of(connection)
    made = driver.cursor.execute(
        driver.one(
            "INSERT INTO case_alias (hash, code, kind, number, at, by) VALUES (?, ?, ?, ?, ?, ?) "
            "ON CONFLICT (hash, code) DO NOTHING"
        ),
        (key, code, kind, normal(number), at, by),
    ).rowcount
    if made:
        mark_again(connection, rows.bearers(connection, [key], 1_000).get(key, ()))
        told = {"kind": kind, "number": number}
        note_all(connection, [Noted(code=code, kind="alias", at=at, by=by, told=told)])


def refuse_personal(number: str) -> None:
    """Raise StoreError for a number that reads as a mobile or a citizen number: no number of a matter stands openly
    that may be a person's."""
    if personal(number):
        hint = "hub case find CODE --phone, or --name, finds a case by its people"
        raise StoreError("the number reads as a person's: a phone or an identity number", where="case", hint=hint)


def mark_again(connection: Connection, records: Iterable[Ref]) -> None:
    """Mark records to be linked again as they are."""
    heads = rows.heads_of(connection, records)
    marks = [(*ref, head.version) for ref, head in sorted(heads.items())]
    Driver.of(connection).mark_links(marks, 0)


def merge(connection: Connection, store: Store, code: str, other: str, *, by: str, at: str, why: str) -> str:
    """Hold two cases together; answers the one that leads, which is the oldest. The other stays a name of it.

    It is kept even where both hold together already by another way, so that undoing that way leaves them together.
    Raises StoreError for a code that was never issued or is given twice.
    """
    rows.take_turn(connection)
    before = {each: lead(connection, each) for each in (code, other)}
    if code == other:
        raise StoreError("a case is not merged with itself", where="case")
    same = [each for each in rows.held(connection, [code]) if {each.code, each.into} == {code, other}]
    if not any(by in (each.by, LINKER) for each in same):
        rows.hold_together(connection, [(code, other)], by=by, at=at, why=why)
    around = regroup(connection, [code, other])
    leader = lead(connection, code)
    if led := set(before.values()) - {leader}:
        note_all(connection, _both("merged", [(leader, each) for each in sorted(led)], by=by, at=at, why=why))
    refresh(connection, around, at=at)
    return leader


def unmerge(
    connection: Connection, store: Store, code: str, other: str | None = None, *, by: str, at: str, why: str
) -> int:
    """Take back the merges that name ``code`` (and ``other``); answers how many. What the linker had joined that way
    is apart from now on: a person has said so.

    Raises StoreError when there is none.
    """
    rows.take_turn(connection)
    leader = lead(connection, code)
    held = [each for each in rows.held(connection, [code]) if each.by != UNSPLIT]
    merges = [each for each in held if other in (None, each.code, each.into)]
    if not merges:
        held = rows.held(connection, rows.led_by(connection, [leader]))
        hint = did_you_mean(other or code, {part for each in held for part in (each.code, each.into)} - {code, other})
        raise StoreError(f"no merge of {code} holds" + (f" with {other}" if other else ""), where="case", hint=hint)
    rows.let_go(connection, merges, by=by, at=at, why=why)
    around = regroup(connection, {part for each in merges for part in (each.code, each.into)} | {leader})
    _set_apart(connection, [each for each in merges if each.by == LINKER], by=by, at=at, why=why)
    pairs = sorted({(each.code, each.into) for each in merges})
    note_all(connection, _both("unmerged", pairs, by=by, at=at, why=why))
    refresh(connection, around, at=at)
    return len(merges)


def split(
    connection: Connection, store: Store, code: str, records: Collection[Ref], *, by: str, at: str, why: str
) -> str:
    """Give records of a case a case of their own, apart from the others from now on; answers its new code.

    Raises StoreError when they do not all stand in the case, or no other would be left in it.
    """
    rows.take_turn(connection)
    own = sorted(set(records))
    rest = [ref for ref in members(connection, code) if ref not in records]
    if not own or not rest or set(codes_of(connection, own).values()) != {lead(connection, code)}:
        hint = "some of its records, not all of them; hub case show lists them"
        raise StoreError(f"these are not a part of the case {code}", where="case", hint=hint)
    head = rows.heads_of(connection, own[:1])[own[0]]
    channel = head.channel if head.channel in rows.CHANNELS else Channel.OTHER.value
    (new,) = rows.issue(connection, [(head.home, day_of(head), channel)])
    rows.open_files(connection, [(new, head.home, channel)], at=at)
    standing = {ref: each.code for ref, each in rows.placed(connection, own).items()}
    rows.move(connection, standing, new, by=by, at=at, why=why)
    joined = [
        pair
        for pair in rows.decided(connection, own)
        if pair.state != "apart" and (pair.one in standing) != (pair.other in standing)
    ]
    first = [(pair.one, pair.other) for pair in joined] or [(min(own[0], rest[0]), max(own[0], rest[0]))]
    say(connection, first, "apart", by=by, at=at, why=why)
    told = {"records": [f"{home}-{number}" for home, number in own[:_LISTED]], "why": why}
    leader = lead(connection, code)
    note_all(
        connection,
        [
            Noted(code=leader, kind="split", at=at, by=by, told={"into": new, **told}),
            Noted(code=new, kind="split", at=at, by=by, told={"from": leader, **told}),
        ],
    )
    refresh(connection, [code, new, *standing.values()], at=at)
    return new


def unsplit(connection: Connection, store: Store, code: str, *, by: str, at: str, why: str) -> int:
    """Take back the split that made the case ``code``; answers how many records went back.

    Records that came to it since go with them, and its code stays a name of the case they go to.
    Raises StoreError for a case that no split made.
    """
    rows.take_turn(connection)
    lead(connection, code)
    moved = rows.move_back(connection, code, at=at)
    if not moved:
        raise StoreError(f"no split made the case {code}", where="case")
    origin = moved[min(moved)]
    rows.hold_together(connection, [(code, origin)], by=UNSPLIT, at=at, why=why)
    around = regroup(connection, {code, *moved.values()})
    _say_joined(connection, moved, by=by, at=at, why=why)
    note_all(connection, _both("merged", [(origin, code)], by=by, at=at, why=why))
    refresh(connection, around, at=at)
    return len(moved)


def say(connection: Connection, pairs: Iterable[tuple[Ref, Ref]], state: str, *, by: str, at: str, why: str) -> None:
    """Keep what a person said of pairs (older, younger), whatever the linker found; its reasons stay to be read."""
    driver = Driver.of(connection)
    driver.many(
        "INSERT INTO case_join (one_home, one, other_home, other, weight, reasons, state, by, why, at) "
        "VALUES (?, ?, ?, ?, 0, ?, ?, ?, ?, ?) ON CONFLICT (one_home, one, other_home, other) "
        "DO UPDATE SET state = excluded.state, by = excluded.by, why = excluded.why, at = excluded.at",
        [(*one, *other, orjson.dumps({}).decode(), state, by, why, at) for one, other in pairs],
    )


def refresh(connection: Connection, codes: Collection[str], *, at: str) -> None:
    """Derive anew what is told of the cases these belong to."""
    derive(connection, codes, at=at, leading=leading)


def _both(kind: str, pairs: Iterable[tuple[str, str]], *, by: str, at: str, why: str) -> list[Noted]:
    """An event of each of two cases that tells of the other."""
    return [
        Noted(code=code, kind=kind, at=at, by=by, told={"code": other, "why": why})
        for pair in pairs
        for code, other in (pair, pair[::-1])
    ]


def _say_joined(connection: Connection, moved: Collection[Ref], *, by: str, at: str, why: str) -> None:
    """What a person had set apart with a split that is taken back is joined again."""
    said = [
        pair
        for pair in rows.decided(connection, moved)
        if pair.state == "apart" and pair.by.startswith(PERSON) and (pair.one in moved) != (pair.other in moved)
    ]
    codes = codes_of(connection, {ref for pair in said for ref in pair[:2]})
    pairs = [(pair.one, pair.other) for pair in said if codes.get(pair.one) == codes.get(pair.other)]
    say(connection, pairs, "joined", by=by, at=at, why=why)


def _set_apart(connection: Connection, merges: Sequence[rows.Held], *, by: str, at: str, why: str) -> None:
    """What the linker joined between cases a person took apart is apart, unless they hold together another way."""
    if not by.startswith(PERSON) or not merges:
        return
    leads = rows.leads(connection, {part for each in merges for part in (each.code, each.into)})
    for each in merges:
        if leads[each.code] == leads[each.into]:
            continue
        under = rows.led_by(connection, [leads[each.code], leads[each.into]])
        side = {ref: under[c] for c, refs in rows.members(connection, under).items() for ref in refs}
        few = [ref for ref, of in side.items() if of == leads[each.code]]
        pairs = [
            (pair.one, pair.other)
            for pair in rows.decided(connection, few)
            if pair.state == "joined" and side.get(pair.one, "") != side.get(pair.other, "") and {*pair[:2]} <= {*side}
        ]
        say(connection, pairs, "apart", by=by, at=at, why=why)
