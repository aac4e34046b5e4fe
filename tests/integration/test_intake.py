"""Walk-in intake: a record by the same rules as every item, a code at once, and what it looks like is offered only."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from filling import NOW, Filler, dispute
from sqlalchemy import func, select, text

from hub.casework import cases, intake
from hub.casework.intake import Alike, TakenIn
from hub.casework.linker import Linker
from hub.casework.linking.score import Scorer, Weights
from hub.clock import utc_text
from hub.errors import ConfigError
from hub.settings import Settings
from hub.store import audit, read
from hub.store.database import Database
from hub.store.maintain import check
from hub.store.show import raw_bytes, show
from hub.store.store import Store
from hub.store.tables import Ledger, Record, core
from hub.store.vault import Keyring
from schemas.case_code import read_case_code
from schemas.party import Party
from schemas.taxonomy import load

WHEN = datetime(2026, 3, 2, 1, tzinfo=UTC)
NAME, PHONE, NUMBER = "钟建芬", "13800006747", "990405197203206223"
LEAK: dict[str, Any] = {
    "title": "楼上漏水，请求赔偿", "detail": "楼上502卫生间漏水，天花板泡坏了。",
    "region": "330110005", "amount": "1.2万",
    "applicants": [{"name": NAME, "phone": PHONE, "id_number": NUMBER}],
}  # fmt: skip
MAPPER = intake.mapper_of(load())
SCORER = Scorer(Weights.load())


@pytest.fixture
def store(database: Database, keyring: Keyring) -> Store:
    return Store(database, keyring)


def take(store: Store, told: dict[str, Any] = LEAK, when: datetime = WHEN) -> TakenIn:
    with store.database.transaction() as connection:
        matter = intake.read_matter(told)
        return intake.take_in(connection, store, MAPPER, matter, home="331024", by="person:wang", now=when)


def link(store: Store) -> None:
    settings = Settings(path=store.keyring.path, home="331024")
    Linker(settings, store, clock=lambda: WHEN).drain()


def alike(store: Store, taken: TakenIn) -> list[Alike]:
    with store.database.reading() as connection:
        return intake.alike(connection, store, SCORER, taken.record)


def test_a_matter_is_a_record_with_a_code_at_once(store: Store) -> None:
    taken = take(store)
    assert taken.new
    assert read_case_code(taken.code) == taken.code
    assert taken.code.startswith("33102420260302CK")
    view = show(store.database, store.keyring, *taken.record, clear=True)
    head, body = view.head, view.body
    assert (head.source, head.stage, head.channel, head.item, head.region) == (
        "walk_in", "received", "CK", "D0201", "330110005000"
    )  # fmt: skip
    assert (head.amount_fen, head.opened, head.method) == (1_200_000, utc_text(WHEN), "text")
    assert body["parties"][0]["name"] == NAME
    assert NAME in raw_bytes(store.database, store.keyring, "331024", view.versions[0].raw).decode()
    with store.database.reading() as connection:
        (run,) = read.runs_last(connection)
        assert (run.source, run.outcome, run.fetched, run.stored) == ("walk_in", "complete", 1, 1)
        assert cases.codes_of(connection, [taken.record]) == {taken.record: taken.code}
        assert connection.execute(select(core(Ledger).c.fetched, core(Ledger).c.closed)).all() == [(1, 1)]
        assert audit.verify(connection).sound
        assert NAME not in str(connection.execute(text("SELECT * FROM record")).all())


def test_the_store_is_whole_after_it(store: Store) -> None:
    take(store)
    assert list(check(store.database, store.keyring)) == []


def test_the_same_form_sent_twice_is_one_matter(store: Store) -> None:
    first = take(store)
    again = take(store, when=WHEN.replace(hour=9))
    assert (again.record, again.code, again.new) == (first.record, first.code, False)
    assert take(store, LEAK | {"detail": "又漏了"}).code != first.code
    assert take(store, when=WHEN.replace(day=3)).code != first.code
    with store.database.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(core(Record))) == 3


@pytest.mark.parametrize(("item", "found"), [("D0801", "D0801"), ("D02", None)])
def test_what_the_clerk_chose_is_the_item(store: Store, item: str, found: str | None) -> None:
    taken = take(store, {"title": "其他的事", "item": item})
    with store.database.reading() as connection:
        (head,) = read.record_by_id(connection, taken.record[1], home="331024")
    assert (head.item, head.category) == (found, item[:3])


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({}, "it needs a title or a detail"),
        ({"title": "  "}, "it needs a title or a detail"),
        ({"title": "a", "titel": "secret"}, 'did you mean "title"'),
        ({"title": "a", "applicants": [{"nmae": "secret"}]}, 'did you mean "name"'),
        ({"title": "a", "people": 0}, "people"),
    ],
)
def test_a_wrong_form_is_refused_without_its_values(told: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        intake.read_matter(told)
    assert said in str(caught.value)
    assert "secret" not in str(caught.value)


def elsewhere(store: Store, key: str, **told: Any) -> None:
    """A record of another source that stands in a case."""
    people = (Party(name=NAME, phone=told.pop("phone", None), id_number=told.pop("id_number", None)),)
    told = {"opened": NOW, "detail": "楼上502卫生间漏水，天花板泡坏了。", "parties": people} | told
    Filler(store.database, store.keyring).page(dispute(key, told.pop("item", "D0201"), **told))
    link(store)


def test_what_is_sure_is_joined_by_the_linker(store: Store) -> None:
    elsewhere(store, "1", id_number=NUMBER, phone=PHONE)
    taken = take(store)
    (like,) = alike(store, taken)
    assert like.decision == "join"
    with store.database.reading() as connection:
        assert cases.lead(connection, taken.code) == taken.code  # not here
    link(store)
    with store.database.reading() as connection:
        assert cases.lead(connection, taken.code) == cases.lead(connection, like.code)
    assert alike(store, taken) == []  # it is its own case by now


def test_what_is_not_sure_is_offered_and_waits(store: Store) -> None:
    elsewhere(store, "1", opened="2025-12-10T01:00:00Z")  # the same name, a quarter of a year before
    taken = take(store, {"title": "楼上漏水没人管", "detail": "墙面起泡", "applicants": [{"name": NAME}]})
    assert [each.decision for each in alike(store, taken)] == ["ask"]
    link(store)
    with store.database.reading() as connection:
        assert cases.lead(connection, taken.code) == taken.code


def test_a_code_it_cites_is_its_case(store: Store) -> None:
    elsewhere(store, "1")
    with store.database.reading() as connection:
        code = cases.codes_of(connection, [("331024", 1)])["331024", 1]
    taken = take(store, {"title": "再来问进度", "references": [{"number": code}]})
    (like,) = alike(store, taken)
    assert (like.code, like.decision) == (code, "join")
    link(store)
    with store.database.reading() as connection:
        assert cases.lead(connection, taken.code) == cases.lead(connection, code)


def test_a_stranger_looks_like_nobody(store: Store) -> None:
    elsewhere(store, "1")
    taken = take(store, {"title": "欠薪三个月", "applicants": [{"name": "陌生人", "phone": "13800009999"}]})
    assert alike(store, taken) == []


def test_a_namesake_with_another_number_is_not_offered(store: Store) -> None:
    elsewhere(
        store, "1", id_number="990101198502214832", detail="工资没发", item="D0801", opened="2025-03-02T01:00:00Z"
    )
    assert alike(store, take(store)) == []


def test_codes_count_on(store: Store) -> None:
    codes = [take(store, {"title": f"第{number}件事"}).code for number in range(3)]
    assert [code[16:22] for code in codes] == ["000001", "000002", "000003"]
    assert {code[6:14] for code in codes} == {f"{date(2026, 3, 2):%Y%m%d}"}
