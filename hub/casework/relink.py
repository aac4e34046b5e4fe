"""All history linked anew, as if every record had come at once: what the linker found record by record is looked over.

Cases it finds to be one are merged, with reasons, unless a person holds them apart. Cases it would not have made are
told, not pulled apart: their codes are out in the world, and a person parts them (`hub case split`, `unmerge`). Nothing
leaves the hub for any of it.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

import orjson
from sqlalchemy import Connection

from hub.casework.candidates import Candidates, Page
from hub.casework.cases import mark_again, refresh
from hub.casework.journal import Noted, note_all
from hub.casework.linking.bulk import Linking
from hub.casework.linking.features import Features
from hub.casework.linking.score import Scorer, Verdict, Weights
from hub.clock import utc_now, utc_text
from hub.store import cases as rows
from hub.store.case_derived import regroup
from hub.store.cases import LINKER, PERSON, Ref
from hub.store.driver import Driver
from hub.store.store import Store

PAGE = 2_000  # records read together
GROUPS = 200  # groups compared with what stands, and merged, in one transaction
SHOWN = 20  # cases named in a report
_CROSSED = 6  # records of each of two cases compared for the reasons of their merge

Pair = tuple[Ref, Ref]


@dataclass(slots=True)
class Relinked:
    """What a full pass came to. ``joined`` are (leading case, what it holds from now on), ``barred`` merges a person
    holds apart, ``doubtful`` standing cases the pass would not have made (``doubts`` names some)."""

    records: int = 0
    groups: int = 0
    merges: int = 0
    barred: int = 0
    doubtful: int = 0
    joined: list[tuple[str, list[str]]] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)


def relink(
    store: Store,
    weights: Weights,
    *,
    dry: bool = False,
    told: Callable[[int], None] = lambda records: None,
    clock: Callable[[], datetime] = utc_now,
) -> Relinked:
    """Link all live records anew; with ``dry`` only tell the difference. ``told`` hears of every page how many records
    were read. Marks are to be linked before: a record without a case takes no part."""
    pass_over = _Pass(store, weights, dry, utc_text(clock()))
    with Linking(pass_over.read(told), weights, keyed=store.keyring.hash) as linking:
        groups = linking.groups()
        while some := list(islice(groups, GROUPS)):
            pass_over.settle(some)
    return pass_over.end()


def mark_unplaced(store: Store) -> int:
    """Mark records that lost their mark and never came to a case, so that they are linked; answers how many.

    There should be none; the first linkers that looked at what comes together whole (decision 032) lost some.
    """
    with store.database.transaction() as connection:
        lost = rows.unplaced(connection)
        Driver.of(connection).many("DELETE FROM finding WHERE home = ? AND record = ?", lost)
        mark_again(connection, lost)
    return len(lost)


class _Pass:
    """One full pass."""

    def __init__(self, store: Store, weights: Weights, dry: bool, at: str) -> None:
        self.store, self.dry, self.at = store, dry, at
        self.candidates = Candidates(store.keyring, Scorer(weights))
        self.done = Relinked()
        self._whole: set[str] = set()  # cases of several records that one group holds

    def read(self, told: Callable[[int], None]) -> Iterator[Features]:
        """All live records; what they can be found by is put right on the way."""
        for page in _pages(self.store, self.candidates, told):
            if not self.dry:
                with self.store.database.transaction() as connection:
                    self._find_again(connection, page.keys)
            self.done.records += len(page.features)
            yield from page.features.values()

    def settle(self, groups: Sequence[tuple[Ref, ...]]) -> None:
        """Compare groups with the cases their records stand in, and merge what they bring together."""
        self.done.groups += len(groups)
        with self.store.database.transaction(keep=not self.dry) as connection:
            rows.take_turn(connection)
            placed = rows.placed(connection, {ref for group in groups for ref in group})
            leads = rows.leads(connection, {each.code for each in placed.values()})
            stands = {ref: leads[each.code] for ref, each in placed.items()}
            size = _sizes(connection, set(stands.values()))
            together: list[tuple[str, str]] = []
            for group in groups:
                codes = [stands[ref] for ref in group if ref in stands]
                if len(codes) > 1 and all(size[code] == codes.count(code) for code in codes):
                    self._whole.update(codes)
                first, *others = sorted(set(codes)) or [""]
                together += [(first, other) for other in others]
            if together:
                self._merge(connection, together)

    def end(self) -> Relinked:
        """What it came to."""
        with self.store.database.reading() as connection:
            statement = "SELECT code FROM case_file WHERE merged_into IS NULL AND records > 1 ORDER BY code"
            standing = list(connection.exec_driver_sql(statement).scalars())
            by_hand = "SELECT code, \"into\" FROM case_merge WHERE undone IS NULL AND by <> 'linker'"
            held = {code for pair in connection.exec_driver_sql(by_hand) for code in pair}
            held |= set(rows.leads(connection, held).values())
        doubts = [code for code in standing if code not in self._whole and code not in held]
        self.done.doubtful, self.done.doubts = len(doubts), doubts[:SHOWN]
        return self.done

    def _find_again(self, connection: Connection, keys: dict[Ref, list[bytes]]) -> None:
        placed = rows.placed(connection, keys)
        gone, come, changed = [], [], []
        for ref, each in placed.items():
            now, old = frozenset(keys[ref]), frozenset(rows.cut(each.found_by))
            gone += [(key, ref) for key in old - now]
            come += [(key, ref) for key in now - old]
            if now != old:
                changed.append((b"".join(keys[ref]), *ref))
        rows.find_by(connection, gone, come)
        Driver.of(connection).many("UPDATE case_record SET found_by = ? WHERE home = ? AND record = ?", changed)

    def _merge(self, connection: Connection, together: Sequence[tuple[str, str]]) -> None:
        """Merge leading cases, pair by pair, but for those a person holds apart, be it through a third."""
        under = rows.led_by(connection, {code for pair in together for code in pair})
        refs: dict[str, list[Ref]] = {code: [] for code in under.values()}
        side: dict[Ref, str] = {}
        for code, own in rows.members(connection, under).items():
            refs[under[code]] += own
            side.update(dict.fromkeys(own, under[code]))
        apart = {
            frozenset((side[each.one], side[each.other]))
            for each in rows.decided(connection, side)
            if each.state == "apart" and each.by.startswith(PERSON) and {each.one, each.other} <= side.keys()
            and side[each.one] != side[each.other]  # what a person joined later is no bar
        }  # fmt: skip
        merges, barred = bound(together, apart)
        self.done.barred += len(barred)
        self.done.merges += len(merges)
        if not merges:
            return
        rows.hold_together(connection, merges, by=LINKER, at=self.at, why="relink")
        around = regroup(connection, {code for pair in merges for code in pair})
        leads = rows.leads(connection, around)
        self._tell(connection, merges, leads)
        self._keep_reasons(connection, merges, refs)
        refresh(connection, around, at=self.at)

    def _tell(self, connection: Connection, merges: Iterable[tuple[str, str]], leads: dict[str, str]) -> None:
        of: dict[str, list[str]] = {}
        for code in sorted({code for pair in merges for code in pair}):
            if leads[code] != code:
                of.setdefault(leads[code], []).append(code)
        self.done.joined += list(of.items())[: SHOWN - len(self.done.joined)]
        note_all(
            connection,
            [
                Noted(code=one, kind="merged", at=self.at, by=LINKER, home=one[:6], told={"code": other})
                for lead, codes in of.items()
                for code in codes
                for one, other in ((lead, code), (code, lead))
            ],
        )

    def _keep_reasons(
        self, connection: Connection, merges: Iterable[tuple[str, str]], refs: dict[str, list[Ref]]
    ) -> None:
        """The surest pair between two merged cases, as the reason that is shown."""
        crossed: dict[tuple[str, str], list[Pair]] = {
            (one, other): [(min(a, b), max(a, b)) for a in refs[one][:_CROSSED] for b in refs[other][:_CROSSED]]
            for one, other in merges
        }
        found = self.candidates.compare(connection, [pair for pairs in crossed.values() for pair in pairs])
        best: dict[Pair, Verdict] = {}
        for pairs in crossed.values():
            if known := [pair for pair in pairs if pair in found]:
                surest = max(known, key=lambda pair: (found[pair].weight, pair))
                best[surest] = found[surest]
        rows.keep_joins(
            connection,
            [
                (*one, *other, verdict.weight, orjson.dumps(verdict.reasons).decode(), "joined", LINKER, "", self.at)
                for (one, other), verdict in sorted(best.items(), key=lambda each: each[0])
            ],
        )


def bound(
    pairs: Iterable[tuple[str, str]], apart: Collection[frozenset[str]]
) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """The pairs of cases to merge, none that the others bind already; and those refused, because what they would bring
    into one case holds two that are ``apart``, be it through a third. Pairs that come first bind first. Pure."""
    merges: list[tuple[str, str]] = []
    refused: list[tuple[str, str]] = []
    group_of: dict[str, set[str]] = {}
    for pair in dict.fromkeys(pairs):
        mine, yours = (group_of.setdefault(code, {code}) for code in pair)
        if mine is yours:
            continue
        whole = mine | yours
        if any(held <= whole for held in apart):
            refused.append(pair)
            continue
        merges.append(pair)
        group_of.update(dict.fromkeys(whole, whole))
    return merges, refused


def features(store: Store, told: Callable[[int], None] = lambda records: None) -> Iterator[Features]:
    """The features of all live records, in the order of their keys; in memory a page at a time."""
    candidates = Candidates(store.keyring, Scorer(Weights.load()))
    for page in _pages(store, candidates, told):
        yield from page.features.values()


def _pages(store: Store, candidates: Candidates, told: Callable[[int], None]) -> Iterator[Page]:
    after: Ref = ("", 0)
    while True:
        with store.database.reading() as connection:
            heads = _page(connection, after)
            page = candidates.read(connection, heads)
        if not heads:
            return
        after = heads[-1].ref
        yield page
        told(len(page.features))


def _page(connection: Connection, after: Ref) -> list[rows.Head]:
    driver = Driver.of(connection)
    statement = driver.one(
        f"SELECT {rows.HEADS} FROM record r WHERE (r.home, r.id) > (?, ?) AND r.deleted = 0 "  # noqa: S608 - own columns
        "ORDER BY r.home, r.id LIMIT ?"
    )
    return [rows.Head._make(row) for row in driver.cursor.execute(statement, (*after, PAGE)).fetchall()]


def _sizes(connection: Connection, codes: set[str]) -> dict[str, int]:
    return dict(Driver.of(connection).among("SELECT code, records FROM case_file WHERE code", codes))
