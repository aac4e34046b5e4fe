"""What waits linked at once: as the full pass would, whatever stops it, and nothing against a person's word."""

import threading
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from filling import Filler, dispute
from sqlalchemy import text
from standing import Clock

from hub.casework import at_once
from hub.casework.cases import split
from hub.casework.linker import POINTS, Linker, no_stop
from hub.casework.linking.bulk import Linking, Stopped
from hub.casework.linking.groups import MOST_WHOLE
from hub.casework.linking.score import Weights
from hub.casework.relink import features
from hub.settings import Settings
from hub.store.database import Database
from hub.store.store import Store
from hub.store.vault import Keyring
from schemas.life import Stage
from schemas.party import Party
from schemas.place import Place

SETTINGS = Settings(path=Path("none.toml"), home="331024")
START = datetime(2026, 3, 2, 1, tzinfo=UTC)
LEAST = 5
FIRST = (0, 3, 6, 9)  # customers whose months do not touch: not even few of them look like a joint filing
FIRM = Party(name="余杭某某健身服务有限公司", role="2", kind="2")
TEXT = "在该健身房办理年卡后门店突然关闭，负责人失去联系，剩余会员费一直不予退还，要求退还剩余费用。"


class Killed(Exception):
    """A process that ends."""


@pytest.fixture
def store(database: Database, keyring: Keyring) -> Store:
    return Store(database, keyring)


@pytest.fixture
def filler(store: Store) -> Filler:
    return Filler(store.database, store.keyring)


def linker(store: Store, *, least: int = LEAST, stop: Callable[[str], None] = no_stop) -> Linker:
    return Linker(SETTINGS, store, clock=Clock(START), stop=stop, batch=4, at_once=least)


def customer(key: str, no: int, month: int, **told: Any) -> Any:
    """One of the many customers of a firm: all say the same, each has a matter of their own."""
    who = Party(name="赵钱孙李周吴郑王冯陈"[no] + "建国", phone=f"1380000{no:04}", role="1")
    place = Place(address=f"余杭区仓前街道文一西路{no + 1}号", region="330110012000")
    return dispute(
        key, "D0601", title="健身房关门", detail=TEXT, opened=f"2026-{month:02}-02T01:00:00Z",
        amount_fen=(no + 1) * 100_100, parties=(who, FIRM), place=place, **told,
    )  # fmt: skip


def joint(key: str, no: int) -> Any:
    """One of the many who complain together, within days, in one town."""
    name = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许"[no % 20] + "国家民"[no // 20] + "生"
    firm = Party(name="余杭某某教育咨询有限公司", role="2", kind="2")
    place = Place(address="余杭区仓前街道", region="330110012000")
    return dispute(
        key, "D0601", title="培训机构停课", detail=TEXT.replace("健身房", "培训班").replace("年卡", "课程"),
        opened=f"2026-02-{no % 9 + 1:02}T01:00:00Z", parties=(Party(name=name, role="1"), firm), place=place,
    )  # fmt: skip


def history(filler: Filler) -> None:
    """Ten customers over as many months, each told by two sources."""
    filler.page(*(customer(f"H{no}", no, no + 1) for no in range(10)), source="hotline")
    filler.page(*(customer(f"M{no}", no, no + 1, stage=Stage.MEDIATING) for no in range(10)), source="mediation")


def ask(store: Store, statement: str) -> list[Any]:
    with store.database.reading() as connection:
        return [tuple(row) for row in connection.execute(text(statement))]


def cases(store: Store) -> set[frozenset[str]]:
    """The keys of the records of each case."""
    rows = ask(
        store,
        "SELECT coalesce(f.merged_into, f.code), r.key FROM case_record c JOIN record r ON r.home = c.home "
        "AND r.id = c.record JOIN case_file f ON f.code = c.code",
    )
    of: dict[str, set[str]] = defaultdict(set)
    for code, key in rows:
        of[code].add(key)
    assert sum(map(len, of.values())) == len(rows)
    return {frozenset(keys) for keys in of.values()}


PAIRED = {frozenset({f"H{no}", f"M{no}"}) for no in range(10)}


def test_much_that_waits_is_linked_as_a_full_pass_would(store: Store, filler: Filler) -> None:
    history(filler)
    with Linking(features(store), Weights.load(), keyed=store.keyring.hash) as linking:
        groups = {frozenset(group) for group in linking.groups()}
    hub = linker(store)
    hub.drain()
    assert cases(store) == PAIRED
    assert hub.total.records == 20
    assert hub.total.cases == len(groups) == 10
    assert ask(store, "SELECT count(*) FROM link") == [(0,)]
    assert all(weight > 0 for (weight,) in ask(store, "SELECT weight FROM case_join WHERE state = 'joined'"))
    assert ask(store, "SELECT count(*) FROM case_join WHERE state = 'joined'") == [(10,)]


def test_little_that_waits_is_linked_record_by_record(store: Store, filler: Filler, monkeypatch: Any) -> None:
    monkeypatch.setattr(at_once, "Linking", None)  # a pass would fail
    history(filler)
    linker(store, least=20).drain()
    assert ask(store, "SELECT count(*) FROM link") == [(0,)]
    filler.page(*(dispute(f"P{no}", detail="拖欠工资") for no in range(15)), source="petition")
    linker(store).drain()  # more than the least, and less than what stands
    assert ask(store, "SELECT count(*) FROM link") == [(0,)]


@pytest.mark.parametrize("point", POINTS)
def test_killed_at_any_point_every_record_comes_to_one_case(store: Store, filler: Filler, point: str) -> None:
    history(filler)
    passed = 0

    def stop(at: str) -> None:
        nonlocal passed
        passed += at == point
        if at == point and passed == 2:
            raise Killed

    # a kill that the linker cannot answer: its own handling of errors must not see it
    broken = linker(store, stop=stop)
    with pytest.raises(Killed), pytest.MonkeyPatch.context() as patch:
        patch.setattr(Linker, "_isolate", _raise)
        broken.drain()
    broken.close()
    linker(store).drain()
    assert cases(store) == PAIRED
    assert ask(store, "SELECT count(*) FROM link") == [(0,)]


def _raise(self: Linker, error: Exception) -> None:
    raise error


def test_what_comes_while_a_pass_is_under_way_is_linked_after_it(store: Store, filler: Filler) -> None:
    history(filler)
    hub = linker(store)
    hub.step()
    assert hub.busy, "the pass is under way, nothing is written yet"
    hub.at_once.wait(60)
    filler.page(customer("G3", 3, 4), source="grid")
    hub.drain()
    assert cases(store) == PAIRED - {frozenset({"H3", "M3"})} | {frozenset({"H3", "M3", "G3"})}


def test_a_pass_that_fails_is_told_and_the_linker_goes_on_by_itself(
    store: Store, filler: Filler, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError("no space left")

    history(filler)
    monkeypatch.setattr(at_once, "Linking", fail)
    said: list[str] = []
    monkeypatch.setattr(at_once.events, "log", lambda name, **_: said.append(name))
    hub = linker(store)
    hub.drain()
    assert hub.total.records == 20
    assert ask(store, "SELECT count(*) FROM link") == [(0,)]
    assert said.count(at_once.events.LINKING_UNPLANNED) == 1


def test_a_pass_that_is_closed_ends_early_and_writes_nothing(store: Store, filler: Filler) -> None:
    history(filler)
    hub = linker(store)
    hub.step()
    hub.close()
    assert ask(store, "SELECT count(*) FROM link") == [(20,)]
    linker(store).drain()
    assert cases(store) == PAIRED


def test_a_joint_filing_of_many_is_one_case_though_not_all_are_compared_again(store: Store, filler: Filler) -> None:
    many = [joint(f"J{no}", no) for no in range(MOST_WHOLE + 20)]
    filler.page(*many, *(customer(f"H{no}", no, no + 1) for no in FIRST), source="hotline")
    linker(store).drain()
    assert cases(store) == {frozenset(each.key for each in many)} | {frozenset({f"H{no}"}) for no in FIRST}


def test_a_pass_is_stopped_while_it_compares_too(store: Store, filler: Filler) -> None:
    history(filler)
    asked = 0

    def ended() -> bool:
        nonlocal asked
        asked += 1
        return asked > 1

    with Linking(features(store), Weights.load(), keyed=store.keyring.hash, asked_to_stop=ended) as linking:
        with pytest.raises(Stopped):
            linking.found()
        assert asked == 2


def test_who_asks_a_run_to_stop_does_not_wait_for_a_pass(store: Store, filler: Filler) -> None:
    history(filler)
    hub = linker(store)
    asked = iter([False, True])
    hub.drain(lambda: next(asked))
    assert ask(store, "SELECT count(*) FROM link") == [(20,)]
    assert not [thread.name for thread in threading.enumerate() if thread.name.startswith("at-once")]


def test_what_came_while_much_was_written_is_looked_over_too(
    store: Store, filler: Filler, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(at_once.events, "log", lambda name, **_: said.append(name))
    filler.page(*(customer(f"H{no}", no, no + 1) for no in FIRST), source="hotline")
    filler.page(*(customer(f"M{no}", no, no + 1) for no in FIRST), source="mediation")
    hub = linker(store)
    hub.step()
    hub.at_once.wait(60)
    filler.page(*(customer(f"H{no}", no, no + 1) for no in range(10) if no not in FIRST), source="hotline")
    filler.page(*(customer(f"M{no}", no, no + 1) for no in range(10) if no not in FIRST), source="mediation")
    hub.drain()
    assert cases(store) == PAIRED
    assert said.count(at_once.events.LINKING_PLANNED) == 2


def test_a_record_that_is_stuck_keeps_none_of_its_neighbours_from_their_cases(store: Store, filler: Filler) -> None:
    history(filler)
    hub = linker(store)
    ((home, stuck),) = ask(store, "SELECT home, id FROM record WHERE key = 'H3'")
    hub.stuck[home, stuck] = "error.test: a body that does not open"
    hub.drain()
    assert list(hub.stuck) == [(home, stuck)], "nothing else failed beside it"
    assert cases(store) == PAIRED - {frozenset({"H3", "M3"})} | {frozenset({"M3"})}


def test_a_persons_word_stands_against_what_a_pass_finds(store: Store, filler: Filler) -> None:
    filler.page(customer("H0", 0, 1), source="hotline")
    filler.page(customer("M0", 0, 1), source="mediation")
    linker(store).drain()
    ((code, home, record), _) = ask(store, "SELECT code, home, record FROM case_record ORDER BY record")
    with store.database.transaction() as connection:
        split(connection, store, code, [(home, record)], by="person:test", at="2026-03-02T02:00:00Z", why="two matters")
    filler.page(*(customer(f"H{no}", no, no + 1) for no in range(1, 10)), source="hotline")
    filler.page(*(customer(f"M{no}", no, no + 1) for no in range(1, 10)), source="mediation")
    with store.database.transaction() as connection:  # marked again, as a remap does
        connection.execute(text("INSERT INTO link SELECT home, record, 1 FROM case_record"))
    linker(store).drain()
    assert cases(store) == PAIRED - {frozenset({"H0", "M0"})} | {frozenset({"H0"}), frozenset({"M0"})}
