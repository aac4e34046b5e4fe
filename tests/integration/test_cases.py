"""Cases in the store: codes, merges and splits that can be taken back whatever happened in between."""

import random
import shutil
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from filling import Filler, dispute
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, rule
from sqlalchemy import text

from hub.casework import cases
from hub.errors import StoreError
from hub.store import cases as rows
from hub.store import migrate
from hub.store.database import Database
from hub.store.maintain import check
from hub.store.store import Store
from hub.store.vault import Keyring
from schemas.life import Stage

AT = "2026-03-02T01:00:00Z"
DAY = date(2026, 3, 2)
HOW = {"by": "person:wang", "at": AT, "why": "同一事"}


@pytest.fixture
def store(database: Database, keyring: Keyring) -> Store:
    return Store(database, keyring)


@dataclass
class World:
    """A store under test beside a plain account of what was done to it."""

    store: Store
    done: dict[int, tuple[Any, ...]] = field(default_factory=dict)  # what holds, in its order
    gone: dict[str, str] = field(default_factory=dict)  # cases whose split was taken back, and where they came from
    live: dict[cases.Ref, str] = field(default_factory=dict)
    codes: list[str] = field(default_factory=list)
    step: int = 0

    def put(self, *told: Any) -> int:
        self.step += 1
        self.done[self.step] = told
        return self.step

    def arrive(self, beside: cases.Ref | None) -> cases.Ref:
        """A record comes, alone or to the case another stands in."""
        source = ("court", "grid", "petition")[self.step % 3]
        key = f"K{len(self.live) + 1}"
        filler = Filler(self.store.database, self.store.keyring)
        filler.page(dispute(key, stage=Stage.MEDIATING), source=source)
        with self.store.database.transaction() as connection:
            ref = tuple(connection.execute(text("SELECT home, id FROM record WHERE key = :key"), {"key": key}).one())
            if beside is None:
                told = {"home": "331024", "day": DAY, "channel": "TJ", "records": [ref], "by": "linker", "at": AT}
                code = cases.open_case(connection, self.store, **told)
                self.codes.append(code)
            else:
                code = rows.placed(connection, [beside])[beside].code
                rows.place(connection, [(*ref, code, 1, None, AT, None)])
                cases.refresh(connection, [code], at=AT)
        self.live[ref] = source
        self.put("arrive", ref, code)
        return ref

    def delete(self, ref: cases.Ref) -> None:
        with self.store.database.transaction() as connection:
            values = {"home": ref[0], "id": ref[1]}
            connection.execute(text("UPDATE record SET deleted = 1 WHERE home = :home AND id = :id"), values)
            cases.refresh(connection, cases.codes_of(connection, [ref]).values(), at=AT)
        self.live[ref] = ""

    def merge(self, one: str, other: str) -> int | None:
        """Answers the step, None where these two are held together by a person already."""
        known = [told for told in self.done.values() if told[0] == "merge" and {*told[1:]} == {one, other}]
        with self.store.database.transaction() as connection:
            cases.merge(connection, self.store, one, other, **HOW)
        return None if known else self.put("merge", one, other)

    def unmerge(self, step: int) -> None:
        _, one, other = self.done.pop(step)
        with self.store.database.transaction() as connection:
            assert cases.unmerge(connection, self.store, one, other, **HOW) >= 1

    def split(self, refs: set[cases.Ref]) -> int | None:
        """Some records of one case get a case of their own; None where that is not a part of one."""
        with self.store.database.transaction() as connection:
            codes = set(cases.codes_of(connection, refs).values())
            if len(codes) != 1 or len(refs) == len(cases.members(connection, *codes)):
                return None
            (code,) = codes
            origin = rows.placed(connection, refs)[min(refs)].code
            new = cases.split(connection, self.store, code, refs, **HOW)
        self.codes.append(new)
        return self.put("split", frozenset(refs), new, origin)

    def unsplit(self, step: int) -> None:
        _, _, new, origin = self.done.pop(step)
        self.gone[new] = origin
        with self.store.database.transaction() as connection:
            cases.unsplit(connection, self.store, new, **HOW)

    def expected(self) -> set[frozenset[cases.Ref]]:
        """Which records stand together by the plain account: only what holds was ever done."""
        given: dict[cases.Ref, str] = {}
        above: dict[str, str] = {}

        def top(code: str) -> str:
            while (code := above.get(code, code)) in above:
                pass
            return code

        for told in self.done.values():
            if told[0] == "arrive":
                given[told[1]] = told[2]
            elif told[0] == "split":
                given |= dict.fromkeys(told[1], told[2])
        held = [told[1:] for told in self.done.values() if told[0] == "merge"]
        for one, other in [*held, *self.gone.items()]:
            if top(one) != top(other):
                above[top(one)] = top(other)
        groups: dict[str, set[cases.Ref]] = {}
        for ref, code in given.items():
            groups.setdefault(top(code), set()).add(ref)
        return {frozenset(group) for group in groups.values()}

    def check(self) -> None:
        with self.store.database.reading() as connection:
            codes = cases.codes_of(connection, list(self.live))
            files = {row.code: row for row in connection.execute(text("SELECT * FROM case_file"))}
        groups: dict[str, set[cases.Ref]] = {}
        for ref, code in codes.items():
            groups.setdefault(code, set()).add(ref)
        assert {frozenset(group) for group in groups.values()} == self.expected()
        for code, group in groups.items():
            sources = [self.live[ref] for ref in group if self.live[ref]]
            file = files[code]
            assert file.merged_into is None
            assert (file.records, file.sources) == (len(sources), len(set(sources)))
            assert file.stage == ("mediating" if sources else None)
        for file in files.values():
            if file.merged_into:
                assert files[file.merged_into].merged_into is None
                assert (files[file.merged_into].issued, file.merged_into) < (file.issued, file.code)
                assert file.records == 0


TEMPLATE: list[Path] = []


def fresh() -> Path:
    """A folder with a migrated store, copied: migrating costs ten times as much."""
    if not TEMPLATE:
        TEMPLATE.append(Path(tempfile.mkdtemp()))
        database = Database(f"sqlite:///{TEMPLATE[0]}/store.db")
        migrate.upgrade(database)
        database.close()
        Keyring.create(TEMPLATE[0] / "keyring.json")
    folder = Path(tempfile.mkdtemp())
    shutil.copytree(TEMPLATE[0], folder, dirs_exist_ok=True)
    return folder


class Casework(RuleBasedStateMachine):
    """Records arrive and go, cases are merged and split, and each of these is taken back, in any order."""

    refs, merges, splits = Bundle("refs"), Bundle("merges"), Bundle("splits")

    @initialize()
    def begin(self) -> None:
        self.folder = fresh()
        database = Database(f"sqlite:///{self.folder}/store.db")
        self.world = World(Store(database, Keyring.load(self.folder / "keyring.json")))

    @rule(target=refs)
    def arrive(self) -> Any:
        return self.world.arrive(None)

    @rule(target=refs, beside=refs)
    def join(self, beside: Any) -> Any:
        return self.world.arrive(beside)

    @rule(ref=refs)
    def delete(self, ref: Any) -> None:
        self.world.delete(ref)

    @rule(target=merges, pick=st.tuples(st.integers(0, 99), st.integers(0, 99)))
    def merge(self, pick: tuple[int, int]) -> Any:
        codes = self.world.codes
        one, other = (codes[at % len(codes)] if codes else "" for at in pick)
        return self.world.merge(one, other) if one != other else None

    @rule(step=consumes(merges))
    def unmerge(self, step: int | None) -> None:
        if step in self.world.done:
            self.world.unmerge(step)

    @rule(target=splits, refs=st.lists(refs, min_size=1, max_size=3))
    def split(self, refs: list[Any]) -> Any:
        return self.world.split(set(refs))

    @rule(step=consumes(splits))
    def unsplit(self, step: int | None) -> None:
        if step in self.world.done:
            self.world.unsplit(step)

    @invariant()
    def stands(self) -> None:
        if hasattr(self, "world"):
            self.world.check()

    def teardown(self) -> None:
        if hasattr(self, "world"):
            self.world.store.close()
            shutil.rmtree(self.folder)


Casework.TestCase.settings = settings(max_examples=25, stateful_step_count=30, deadline=None)
TestCasework = Casework.TestCase


@pytest.mark.parametrize("seed", range(3))
def test_the_same_on_both_engines(store: Store, seed: int) -> None:
    world, chance = World(store), random.Random(seed)
    refs: list[cases.Ref] = []
    merges: list[int] = []
    splits: list[int] = []
    for _ in range(40):
        match chance.randrange(8):
            case 0 | 1:
                refs.append(world.arrive(None))
            case 2 if refs:
                refs.append(world.arrive(chance.choice(refs)))
            case 3 | 4 if len(world.codes) > 1:
                if (step := world.merge(*chance.sample(world.codes, 2))) is not None:
                    merges.append(step)
            case 5 if refs:
                if (step := world.split(set(chance.sample(refs, min(2, len(refs)))))) is not None:
                    splits.append(step)
            case 6 if merges:
                world.unmerge(merges.pop(chance.randrange(len(merges))))
            case 7 if splits:
                world.unsplit(splits.pop(chance.randrange(len(splits))))
        world.check()


def test_a_split_within_a_split_stays_when_the_first_is_taken_back(store: Store) -> None:
    world = World(store)
    one = world.arrive(None)
    other, third = world.arrive(one), world.arrive(one)
    first = world.split({other, third})
    second = world.split({third})
    assert first is not None and second is not None
    world.unsplit(first)
    world.check()
    assert frozenset({third}) in world.expected()
    world.unsplit(second)
    world.check()
    assert world.expected() == {frozenset({one, other, third})}


def test_a_merge_said_twice_over_holds_when_the_first_way_is_taken_back(store: Store) -> None:
    world = World(store)
    for _ in range(3):
        world.arrive(None)
    a, b, c = world.codes
    first = world.merge(a, b)
    world.merge(b, c)
    world.merge(a, c)  # they are one already; it is kept
    assert first is not None
    world.unmerge(first)
    world.check()
    assert len(world.expected()) == 1


def test_many_writers_never_get_the_same_code(store: Store) -> None:
    def some(_: int) -> list[str]:
        with store.database.transaction() as connection:
            return rows.issue(connection, [("330110", DAY, "XF")] * 5 + [("330110", DAY, "TJ")] * 2)

    with ThreadPoolExecutor(4) as pool:
        codes = [code for each in pool.map(some, range(8)) for code in each]
    assert len(codes) == len(set(codes)) == 56
    assert max(code for code in codes if "XF" in code)[16:22] == "000018"  # 40 in base 32


def test_an_unmerge_by_a_person_sets_apart_what_the_linker_joined(store: Store) -> None:
    world = World(store)
    one, other = world.arrive(None), world.arrive(None)
    with store.database.transaction() as connection:
        rows.keep_joins(connection, [(*one, *other, 20.0, "{}", "joined", "linker", "", AT)])
        cases.merge(connection, store, *world.codes, by="linker", at=AT, why="")
        cases.unmerge(connection, store, world.codes[1], **HOW)
        assert [(each.state, each.by) for each in rows.decided(connection, [one])] == [("apart", "person:wang")]
        rows.keep_joins(connection, [(*one, *other, 30.0, "{}", "joined", "linker", "", AT)])
        assert [each.state for each in rows.decided(connection, [one])] == ["apart"]


@pytest.fixture
def two(store: Store) -> Iterator[World]:
    world = World(store)
    world.arrive(None), world.arrive(None)
    yield world


def test_a_case_is_found_by_any_of_its_names(two: World) -> None:
    store, (one, other) = two.store, two.codes
    with store.database.transaction() as connection:
        cases.add_alias(connection, store, other, kind="old", number="余信访〔2026〕012号", by="person:wang", at=AT)
        cases.merge(connection, store, one, other, **HOW)
        names = (one, other.lower(), "余信访[2026]12号", "K1", "331024-2", f"{one[:6]} {one[6:]}")
        assert [cases.find(connection, store, name) for name in names] == [[one]] * len(names)
        assert cases.find(connection, store, "余信访〔2026〕13号") == []


def test_what_cannot_be_is_refused(two: World) -> None:
    store, (one, other) = two.store, two.codes
    with store.database.transaction() as connection:
        for refused in (
            lambda: cases.merge(connection, store, one, one, **HOW),
            lambda: cases.merge(connection, store, one, one[:-1] + "0", **HOW),
            lambda: cases.unmerge(connection, store, one, **HOW),
            lambda: cases.split(connection, store, one, cases.members(connection, one), **HOW),
            lambda: cases.split(connection, store, one, cases.members(connection, other), **HOW),
            lambda: cases.unsplit(connection, store, one, **HOW),
            lambda: cases.add_alias(connection, store, one, kind="old", number="12-34", by="person:wang", at=AT),
        ):
            with pytest.raises(StoreError):
                refused()


@pytest.mark.parametrize(
    ("damage", "found"),
    [
        ("UPDATE case_record SET code = 'X' WHERE record = 1", "case_record.orphan"),
        ("UPDATE case_record SET record = 99 WHERE record = 1", "case_record.orphan"),
        ("UPDATE case_file SET merged_into = 'X' WHERE code = :other", "case_file.merged"),
        ("UPDATE case_file SET merged_into = :other WHERE code = :code", "case_file.merged"),
        ("INSERT INTO task (home, id, cause, code, kind, asked_by, asked_of, answers, state, reason, requested, lamp, "
         "rung, changed) VALUES ('330110', 1, 'x', 'X', 'referral', 'a', 'b', 0, 'requested', '', :at, 'green', 0, "
         ":at)",
         "task.no_case"),
    ],
)  # fmt: skip
def test_the_check_of_the_store_looks_at_cases(store: Store, damage: str, found: str) -> None:
    Filler(store.database, store.keyring).page(dispute("A"), dispute("B"))
    with store.database.transaction() as connection:
        refs = sorted(rows.heads_of(connection, [("331024", 1), ("331024", 2)]))
        code, other = (
            cases.open_case(connection, store, home="330110", day=DAY, channel="XF", records=[ref], by=HOW["by"], at=AT)
            for ref in refs
        )
        cases.merge(connection, store, code, other, **HOW)
    assert check(store.database, store.keyring) == []
    values = {name: value for name, value in {"code": code, "other": other, "at": AT}.items() if f":{name}" in damage}
    with store.database.transaction() as connection:
        connection.execute(text(damage), values)
    assert [each.code for each in check(store.database, store.keyring)] == [found]
