"""Records that name their case by its code or by a number that was given to it: what joins, what is only evidence."""

from datetime import UTC, datetime
from typing import Any

import pytest
from filling import Filler, dispute
from sqlalchemy import text
from standing import Clock

from hub.casework import cases
from hub.casework.desk import Desk
from hub.casework.linker import Linker
from hub.casework.tasks import Kind, NewTask, request
from hub.settings import Settings
from hub.store.database import Database
from hub.store.store import Store
from hub.store.vault import Keyring
from schemas.party import Party
from schemas.place import Place
from schemas.record import Reference

START = datetime(2026, 3, 2, 1, tzinfo=UTC)
AT = "2026-03-02T01:00:00Z"
SETTINGS = Settings(path="none.toml", home="331024")
NUMBER = "100001"
LEAK = "楼上卫生间防水层失效，漏水浸泡我家主卧顶棚，要求赔偿装修损失"
WAGES = "包工头拖欠工资三个月没有支付，工地上几个人都要求讨回工资"


@pytest.fixture
def store(database: Database, keyring: Keyring) -> Store:
    return Store(database, keyring)


@pytest.fixture
def code(store: Store) -> str:
    """The case of a record that came first; the centre has a task of it, and calls that `NUMBER`."""
    arrive(store, "petition", "P1", detail=LEAK, parties=(_who("张三丰", "990110198001011237"),))
    [(code,)] = _ask(store, "SELECT code FROM case_file")
    with store.database.transaction() as connection:
        new = NewTask(home="331024", cause="c", code=code, kind=Kind.REFERRAL, asked_by="petition", asked_of="centre")
        ref = request(connection, store, new, now=START)
        assert ref is not None
        Desk(SETTINGS, store).receive(connection, ref, by="person:wang", number=NUMBER, now=START)
    return str(code)


def arrive(store: Store, source: str, key: str, **told: Any) -> str:
    """The case a record comes to."""
    Filler(store.database, store.keyring).page(dispute(key, title="", **told), source=source)
    Linker(SETTINGS, store, clock=Clock(START)).drain()
    statement = (
        "SELECT coalesce(f.merged_into, f.code) FROM record r "
        "JOIN case_record c ON c.home = r.home AND c.record = r.id JOIN case_file f ON f.code = c.code "
        "WHERE r.source = :source AND r.key = :key"
    )
    [(found,)] = _ask(store, statement, source=source, key=key)
    return str(found)


def _who(name: str, number: str) -> Party:
    return Party(name=name, id_type="111", id_number=number, role="1")


def _ask(store: Store, statement: str, **values: Any) -> list[Any]:
    with store.database.reading() as connection:
        return [tuple(row) for row in connection.execute(text(statement), values)]


def test_the_receivers_own_record_comes_to_the_case_of_its_task(store: Store, code: str) -> None:
    assert arrive(store, "centre", NUMBER, detail="另行登记") == code
    assert _ask(store, "SELECT reasons FROM case_join") == [('{"number.receipt":1000.0}',)]


def test_a_strangers_serial_that_is_the_same_number_joins_nothing(store: Store, code: str) -> None:
    assert arrive(store, "grid", NUMBER, detail=WAGES, parties=(_who("赵六安", "990110197502023456"),)) != code
    assert arrive(store, "police", NUMBER, detail="噪音") != code
    assert _ask(store, "SELECT state FROM case_join") == []


def test_a_record_that_cites_the_number_joins_unless_all_else_speaks_against_it(store: Store, code: str) -> None:
    cites = (Reference(kind="mediation", number=NUMBER),)
    assert arrive(store, "court", "C1", references=cites, detail="另行登记") == code
    calls = (Reference(kind="order", number=NUMBER),)
    other = arrive(
        store, "grid", "G1", references=calls, detail=WAGES, opened="2021-03-02T01:00:00Z",
        place=Place(region="330110012000"), parties=(_who("赵六安", "990110197502023456"),),
    )  # fmt: skip
    assert other != code
    joins = _ask(store, "SELECT state, reasons FROM case_join ORDER BY state")
    assert [state for state, _ in joins] == ["asked", "joined"]
    assert all("number.alias" in reasons for _, reasons in joins)


def test_a_number_of_two_cases_is_asked_about(store: Store, code: str) -> None:
    other = arrive(store, "grid", "G1", detail=WAGES, parties=(_who("赵六安", "990110197502023456"),))
    with store.database.transaction() as connection:
        cases.add_alias(connection, store, other, kind="old", number=NUMBER, by="person:wang", at=AT)
    assert arrive(store, "court", "C1", references=(Reference(kind="old", number=NUMBER),)) not in (code, other)
    assert {state for (state,) in _ask(store, "SELECT state FROM case_join")} == {"asked"}
