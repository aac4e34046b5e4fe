"""The pool of mediators and consultations in the store, on both engines."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from filling import NOW, Filler, dispute
from sqlalchemy import select

from conformance.lab.recorded import Recorded
from conformance.lab.settings import write_settings
from hub.casework import cases, consultation, journal, pool
from hub.casework.consultation import Meeting, State
from hub.casework.pool import InPool, Kept
from hub.casework.pool_list import Listed, read_list
from hub.cli.mediator import of_source
from hub.errors import StoreError
from hub.settings import load
from hub.store import tasks
from hub.store.database import Database
from hub.store.pool_tables import Consultation, Mediator
from hub.store.store import Store
from hub.store.tables import core
from hub.store.vault import Keyring
from hub.testing import load_adapter, run_source
from schemas.life import Stage
from schemas.taxonomy import load as load_taxonomy

NAME, PHONE = "郑某人", "13800000001"
WHEN = datetime(2026, 3, 2, 1, tzinfo=UTC)
BY = "person:wang"
TAXONOMY = load_taxonomy()


@pytest.fixture
def store(database: Database, keyring: Keyring) -> Store:
    return Store(database, keyring)


def listed(number: str = "T1", **told: Any) -> Listed:
    whole: dict[str, Any] = {"name": NAME, "phone": PHONE, "organisation": "街道调委会", "region": "330110005000"}
    whole |= {"fields": ("D02",), "capacity": 2, "load": 0, "active": True}
    return Listed(number=number, **whole | told)


def keep(store: Store, *some: Listed) -> Kept:
    with store.database.transaction() as connection:
        return pool.keep(connection, store, "330110", some, at=NOW)


def now_in(store: Store, **how: Any) -> dict[str, InPool]:
    with store.database.reading() as connection:
        return {each.number: each for each in pool.pool(connection, store, **how)}


def case(store: Store, stage: Stage = Stage.MEDIATING, key: str = "1") -> str:
    Filler(store.database, store.keyring).page(dispute(key, stage=stage, detail=key))
    with store.database.transaction() as connection:
        number = int(key)
        return cases.open_case(
            connection, store, home="331024", day=date(2026, 3, 2), channel="TJ", records=[("331024", number)],
            by="linker", at=NOW,
        )  # fmt: skip


def assign(store: Store, code: str, number: str) -> None:
    to = now_in(store)[number]
    with store.database.transaction() as connection:
        pool.assign(connection, store, code, (to.home, to.id), why={"region": "near"}, by=BY, at=NOW)


def told_of(store: Store, code: str, kind: str) -> list[dict[str, Any]]:
    with store.database.reading() as connection:
        return [dict(each.told) for each in journal.events(connection, [code]) if each.kind == kind]


def test_a_list_that_comes_again_changes_what_has_changed(store: Store) -> None:
    assert keep(store, listed("T1"), listed("T2", name="钱某人"), listed("")) == Kept(3, 0, 0)
    assert keep(store, listed("T1"), listed("T2", name="钱某人", phone="13800000002"), listed("")) == Kept(0, 1, 2)
    assert keep(store, listed("T1", load=1)) == Kept(0, 1, 0)
    rows = now_in(store, clear=True)
    assert len(rows) == 3
    assert (rows["T2"].name, rows["T2"].phone, rows["T1"].load) == ("钱某人", "13800000002", 1)


def test_names_and_phones_are_sealed_and_masked(store: Store) -> None:
    keep(store, listed("T1"), listed(""))
    with store.database.reading() as connection:
        for row in connection.execute(select(core(Mediator))):
            assert NAME not in str(row)
            assert PHONE not in str(row)
            assert NAME.encode() not in bytes(row.body)
    masked = now_in(store)["T1"]
    assert (NAME in masked.name, PHONE in masked.phone) == (False, False)
    assert NAME not in repr(now_in(store, clear=True)["T1"])


def test_load_counts_open_cases_that_still_have_work(store: Store) -> None:
    keep(store, listed("T1", load=1), listed("T2"))
    first, settled = case(store), case(store, Stage.SETTLED, "2")
    assign(store, first, "T1")
    assign(store, settled, "T1")
    assert (now_in(store)["T1"].load, now_in(store)["T1"].full) == (2, True)
    assign(store, first, "T2")  # the other is relieved
    assert {number: each.load for number, each in now_in(store).items()} == {"T1": 1, "T2": 1}
    with store.database.reading() as connection:
        assert pool.assigned(connection, first) == ("330110", now_in(store)["T2"].id)
    assert told_of(store, first, "assigned") == [
        {"mediator": number, "organisation": "街道调委会", "why": {"region": "near"}} for number in ("T1", "T2")
    ]
    with pytest.raises(StoreError, match="has this case already"):
        assign(store, first, "T2")


def test_a_merged_case_counts_by_the_one_that_leads(store: Store) -> None:
    keep(store, listed("T1"))
    older, newer = case(store, Stage.CLOSED), case(store, Stage.MEDIATING, "2")
    assign(store, newer, "T1")
    with store.database.transaction() as connection:
        assert cases.merge(connection, store, older, newer, by=BY, at=NOW, why="one matter") == older
    assert now_in(store)["T1"].load == 1  # in the whole mediation goes on
    with store.database.reading() as connection:
        assert pool.assigned(connection, older) == pool.assigned(connection, newer) == ("330110", 1)
    Filler(store.database, store.keyring).page(dispute("2", revision=2, stage=Stage.CLOSED, detail="2"))
    with store.database.transaction() as connection:
        cases.refresh(connection, [older], at=NOW)
    assert now_in(store)["T1"].load == 0


def call(store: Store, code: str, level: int = 2, **more: Any) -> tuple[str, int]:
    meeting = Meeting(bodies=("街道", "司法所"), persons=(NAME,), meets=WHEN, agenda="漏水", **more)
    with store.database.transaction() as connection:
        return consultation.call(connection, store, code, level, meeting, by=BY, now=WHEN)


def open_tasks(store: Store, code: str) -> list[tuple[str, str, str | None]]:
    with store.database.reading() as connection:
        rows = tasks.of_cases(connection, [code]).get(code, [])
    return [(row.asked_of, row.state, row.due) for row in rows]


def test_a_call_asks_each_body_and_stands_in_the_journal(store: Store) -> None:
    code = case(store)
    home, number = call(store, code)
    assert open_tasks(store, code) == [(body, "requested", NOW) for body in ("街道", "司法所")]
    assert told_of(store, code, "consultation") == [
        {"consultation": f"{home}-{number}", "level": 2, "state": "called", "bodies": ["街道", "司法所"], "meets": NOW}
    ]
    with pytest.raises(StoreError, match="is open"):
        call(store, code, 3)


def test_levels_are_raised_one_by_one(store: Store) -> None:
    code = case(store)
    call(store, code, 3)
    with store.database.transaction() as connection:
        consultation.raise_level(
            connection, store, code, Meeting(bodies=("县委",)), conclusion="部门意见不一", by=BY, now=WHEN
        )
    with store.database.reading() as connection:
        first, second = consultation.consultations(connection, store, code, clear=True)
    assert (first.level, first.state, first.conclusion, first.persons) == (3, State.RAISED, "部门意见不一", (NAME,))
    assert (second.level, second.state, second.raised_from) == (4, State.CALLED, first.id)
    states = {body: state for body, state, _ in open_tasks(store, code)}
    assert states == {"县委": "requested", "司法所": "recalled", "街道": "recalled"}
    with store.database.transaction() as connection, pytest.raises(StoreError, match="highest"):
        consultation.raise_level(connection, store, code, Meeting(bodies=("省里",)), conclusion="", by=BY, now=WHEN)
    with store.database.transaction() as connection:
        consultation.conclude(connection, store, code, State.SETTLED, conclusion="化解", by=BY, now=WHEN)
    with store.database.transaction() as connection, pytest.raises(StoreError, match="no consultation is open"):
        consultation.conclude(connection, store, code, State.CLOSED, conclusion="", by=BY, now=WHEN)
    went = [(told["level"], told["state"]) for told in told_of(store, code, "consultation")]
    assert went == [(3, "called"), (3, "raised"), (4, "called"), (4, "settled")]


def test_a_merge_hides_no_open_consultation(store: Store) -> None:
    older, newer = case(store), case(store, key="2")
    called = call(store, newer)
    with store.database.transaction() as connection:
        assert cases.merge(connection, store, older, newer, by=BY, at=NOW, why="one matter") == older
    with store.database.reading() as connection:
        for code in (older, newer):
            (shown,) = consultation.consultations(connection, store, code)
            assert ((shown.home, shown.id), shown.state) == (called, State.CALLED)
    with pytest.raises(StoreError, match="is open"):
        call(store, older, 1)
    with store.database.transaction() as connection:
        consultation.raise_level(
            connection, store, older, Meeting(bodies=("县委",)), conclusion="未达成一致", by=BY, now=WHEN
        )
    assert {body: state for body, state, _ in open_tasks(store, older)} == {
        "县委": "requested", "司法所": "recalled", "街道": "recalled",
    }  # fmt: skip
    with store.database.transaction() as connection:
        consultation.conclude(connection, store, older, State.SETTLED, conclusion="化解", by=BY, now=WHEN)
        held = consultation.consultations(connection, store, newer)
    assert [(each.level, each.state) for each in held] == [(2, State.RAISED), (3, State.SETTLED)]


def test_two_that_were_open_before_a_merge_end_one_after_the_other(store: Store) -> None:
    older, newer = case(store), case(store, key="2")
    call(store, newer, 1)
    call(store, older, 2)
    with store.database.transaction() as connection:
        cases.merge(connection, store, older, newer, by=BY, at=NOW, why="one matter")
    for left in (1, 0):
        with store.database.transaction() as connection:
            consultation.conclude(connection, store, older, State.CLOSED, conclusion="", by=BY, now=WHEN)
            states = [each.state for each in consultation.consultations(connection, store, older)]
        assert states.count(State.CALLED) == left
    with store.database.transaction() as connection:
        cases.unmerge(connection, store, older, newer, by=BY, at=NOW, why="two after all")
        assert [len(consultation.consultations(connection, store, code)) for code in (older, newer)] == [1, 1]


def test_persons_and_words_are_sealed(store: Store) -> None:
    code = case(store)
    call(store, code)
    with store.database.reading() as connection:
        (row,) = connection.execute(select(core(Consultation))).all()
        (masked,) = consultation.consultations(connection, store, code)
    assert NAME not in str(row)
    assert "漏水".encode() not in bytes(row.body)
    assert (masked.persons, masked.agenda) == ((), "")
    assert NAME not in str(told_of(store, code, "consultation"))


@pytest.mark.parametrize("level", [0, 5])
def test_there_are_four_levels(store: Store, level: int) -> None:
    code = case(store)
    with pytest.raises(StoreError, match="no level"):
        call(store, code, level)


def test_the_register_of_a_source_fills_the_pool(store: Store, tmp_path: Path) -> None:
    with Recorded({"rmtj": "peoples_mediation"}) as lab:
        settings = load(write_settings(tmp_path / "hub.toml", lab.settings()))
        source = settings.source("rmtj")
        run_source(store, load_adapter(source.adapter), source)
        rows = {row["tiaoJieYBH"]: row for row in lab.rows("rmtj", 1)}
    with store.database.transaction() as connection:
        listed, wrong = read_list(of_source(connection, store, "rmtj"), TAXONOMY, strict=False)
        assert (pool.keep(connection, store, "330483", listed, at=NOW).new, wrong) == (len(rows), [])
        with pytest.raises(StoreError, match="tells of no mediators"):
            list(of_source(connection, store, "court"))
    found = now_in(store, clear=True)
    assert {number: (each.name, each.load, each.capacity) for number, each in found.items()} == {
        number: (row["xingMing"], row["zaiBanShu"], row["shangXianShu"]) for number, row in rows.items()
    }
    neighbours = {number for number, row in rows.items() if "邻里" in row["lingYu"]}
    assert {number for number, each in found.items() if "D02" in each.fields} == neighbours != set()
