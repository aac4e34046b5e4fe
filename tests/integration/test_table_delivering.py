"""Deliveries into a front database, SQLite and PostgreSQL: a row once, and the other side's fetching it as receipt."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from front_table import Front
from sqlalchemy import make_url

from adapters.grid.police_exchange.adapter import PoliceExchange
from adapters.petition.hotline_exchange.adapter import HotlineExchange
from adapters.petition.hotline_exchange.sheets import Sheet
from adapters.petition.hotline_exchange.tables import names
from hub.api import (
    Accept,
    Adapter,
    Capability,
    Delivering,
    HandOver,
    Matter,
    Order,
    Progress,
    Refuse,
    Result,
    Side,
    Stage,
)
from hub.contract import Awaited, Receipt
from hub.delivery import Missed, judge
from hub.engine.outbox import Sender
from hub.errors import PluginError, SourceDenied, SourceError, SourceReplyInvalid, SourceUnavailable
from hub.registry import Registry
from hub.settings import HttpSettings, SourceSettings, load
from hub.store import outbox
from hub.store.store import Store
from hub.store.vault import Keyring
from hub.testing import DELIVERY_POINTS, Handed, new_store, post_delivery, run_source, send_and_die, send_due

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
LOCAL = "2026-03-02 20:00:00"
HTTP = HttpSettings()
PERSON = "欧阳知远"
COMMON = {
    "flowid": "varchar(50) NOT NULL", "lsh": "varchar(50)", "jjdbh": "varchar(50)", "pushstatus": "varchar(10)",
    "pushtime": "varchar(20)", "acktime": "varchar(20)", "xt_rksj": "timestamp", "xt_gxsj": "timestamp",
    "hubkey": "varchar(50)",
}  # fmt: skip
COLUMNS: dict[Sheet, str] = {
    "order": "title bjnr bjdz jqlbdm jqlbmc bjdh lxdh bjsj tssj gxdwdm gxdwmc jjlx sfbm bjrxbdm xzqhdm",
    "receipt": "receive receivetime",
    "result": "fksj cjczqk jqcljgsm fkybh fkyxm fkdwdm fkdwmc dyyy tssj",
    "return": "handleusername handlebmname handleopinion handletime dyyy tssj",
    "visit": "hfsj dhhfhsqk cljgdm cljgmc",
}
FEEDBACK = "fkdbh jjdbh jfm fksj fkdwmc fkdwdm fkyxm lxdh cjczqk sfjs yydm tjqx ajzt xybh xyje pushstatus pushtime"
WHO: dict[str, Any] = {
    "number": "ZX17", "case": "33011320260302RX00001A", "at": NOW - timedelta(minutes=5), "body": "塘栖镇矛调中心",
    "body_code": "330113001", "person": "应利芳", "text": f"已联系{PERSON}",
}  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with new_store(tmp_path) as opened:
        yield opened


@pytest.fixture
def tables(front: Front) -> Front:
    """Both sets of five tables, and that of feedback to the police, each key unique."""
    for direction in ("12345_110", "110_12345"):
        for sheet, table in names(direction).items():
            columns = COMMON | dict.fromkeys(COLUMNS[sheet].split(), "varchar(4000)")
            make(front, table, columns, "hubkey")
    columns = dict.fromkeys(FEEDBACK.split(), "varchar(4000)") | {"xt_rksj": "timestamp", "xt_gxsj": "timestamp"}
    make(front, "ex_police_feedback", columns, "fkdbh")
    return front


def make(front: Front, table: str, columns: Mapping[str, str], key: str) -> None:
    front.do(f"CREATE TABLE {table} ({', '.join(f'{name} {kind}' for name, kind in columns.items())})")
    front.do(f"CREATE UNIQUE INDEX {table}_key ON {table} ({key})")


def settings(front: Front, adapter: str = "hotline_exchange", **options: Any) -> SourceSettings:
    options = {"database": front.url, **options}
    return SourceSettings(
        name="desk", adapter=adapter, home="330113", every_s=300, allow=tuple(front.allow), options=options
    )


class Desk:
    """One source that takes deliveries, and the clock."""

    def __init__(self, store: Store, kind: type[Adapter[Any]], source: SourceSettings) -> None:
        self.store, self.kind, self.source, self.now = store, kind, source, NOW

    def post(self, order: Order, cause: str = "task 1") -> str:
        return post_delivery(self.store, self.source, order.kind, order.written(), cause=cause, now=self.now)

    def send(self, after_s: float = 0) -> Handed:
        self.now += timedelta(seconds=after_s)
        return send_due(self.store, self.kind, self.source, http=HTTP, clock=lambda: self.now)[-1]


@pytest.fixture
def desk(store: Store, tables: Front) -> Desk:
    return Desk(store, HotlineExchange, settings(tables, sheet="order"))


ORDERS: Mapping[str, tuple[Sheet, Order]] = {
    "accept": ("receipt", Accept(**WHO)),
    "refuse": ("return", Refuse(**WHO, reason="03")),
    "progress": ("result", Progress(**WHO, stage=Stage.MEDIATING)),
    "result": ("result", Result(**WHO, outcome=Stage.SETTLED, agreement="塘调〔2026〕17号")),
}
MATTER = Matter(
    title="楼上漏水", detail="楼上卫生间漏水，两家争吵。", opened=NOW - timedelta(hours=1), address="某苑5幢",
    region="330113001", sides=(Side(name=PERSON, phone="13000008101"), Side(name="仇海琴", role="2")),
)  # fmt: skip


@pytest.mark.parametrize("kind", ORDERS)
def test_a_row_is_put_once_and_its_fetching_is_the_receipt(tables: Front, desk: Desk, kind: str) -> None:
    sheet, order = ORDERS[kind]
    table = names()[sheet]
    key = desk.post(order)
    found = desk.send()
    assert (found.state, found.attempts, found.number) == ("waiting", 0, key), "handed in is not received"
    assert found.error is not None and found.error.startswith("delivery.awaited")
    assert desk.post(order) == key, "the same cause is the same delivery"
    for _ in range(12):
        assert desk.send(61).state == "waiting", "looking is no attempt: it never gives up"
    ((flow, mark, status, stored, times),) = tables.ask(
        f"SELECT flowid, hubkey, pushstatus, xt_rksj, (SELECT count(*) FROM {table}) FROM {table}"
    )
    assert (flow, mark, status, str(stored), times) == ("ZX17", key, "0", LOCAL, 1)
    tables.do(f"UPDATE {table} SET pushstatus = '1', pushtime = '2026-03-02 20:20:00'")
    found = desk.send(61)
    assert (found.state, found.attempts, found.number, found.error) == ("delivered", 1, key, None)
    assert found.receipt is not None
    assert found.receipt["body"] == {"pushstatus": "1", "time": "2026-03-02 20:20:00"}


def test_what_a_result_says(tables: Front, desk: Desk) -> None:
    for _, order in ORDERS.values():
        desk.post(order)
    desk.send()
    cells = "dyyy, fksj, cjczqk, jqcljgsm, fkyxm, fkdwmc, fkdwdm, fkybh"
    rows = tables.ask(f"SELECT {cells} FROM ex_12345_110_result ORDER BY cjczqk")
    told = ("1", "2026-03-02 19:55:00")
    by = ("应利芳", "塘栖镇矛调中心", "330113001", None)
    assert rows == [(*told, f"已联系{PERSON}", f"已联系{PERSON}", *by), (*told, "调解成功", f"已联系{PERSON}", *by)]
    (back,) = tables.ask("SELECT handleopinion, handlebmname, dyyy FROM ex_12345_110_return")
    assert back == (f"03 已联系{PERSON}", "塘栖镇矛调中心", "2")
    assert tables.ask("SELECT receive, receivetime FROM ex_12345_110_confirm") == [("1", "2026-03-02 19:55:00")]


def test_orders_and_visits_go_out_from_the_other_side(tables: Front, store: Store) -> None:
    desk = Desk(store, HotlineExchange, settings(tables, sheet="result", direction="110_12345"))
    desk.post(HandOver(**WHO, to="12345热线", matter=MATTER))
    desk.post(Progress(**WHO, stage=Stage.FOLLOW_UP))
    desk.send()
    cells = "flowid, lsh, title, bjnr, bjdz, lxdh, bjsj, tssj, gxdwmc, xzqhdm, jjlx, sfbm"
    (row,) = tables.ask(f"SELECT {cells} FROM ex_110_12345_basic")
    assert row == (
        *("ZX17", WHO["case"], "楼上漏水", "楼上卫生间漏水，两家争吵。", "某苑5幢", "13000008101"),
        *("2026-03-02 19:00:00", "2026-03-02 19:55:00", "12345热线", "330113001", "00", "0"),
    )
    assert PERSON not in str(row), "nobody's name is handed over"
    assert tables.ask("SELECT hfsj, dhhfhsqk FROM ex_110_12345_visit") == [("2026-03-02 19:55:00", f"已联系{PERSON}")]
    assert tables.ask("SELECT count(*) FROM ex_12345_110_basic") == [(0,)]


@pytest.mark.parametrize(
    ("reads", "order"),
    [
        ("order", HandOver(**WHO, to="12345热线")),
        ("order", Progress(**WHO, stage=Stage.FOLLOW_UP)),
        ("result", Progress(**WHO, stage=Stage.MEDIATING)),
        ("result", ORDERS["result"][1]),
        ("visit", ORDERS["accept"][1]),
    ],
)
def test_nobody_writes_where_he_reads(tables: Front, store: Store, reads: str, order: Order) -> None:
    desk = Desk(store, HotlineExchange, settings(tables, sheet=reads))
    desk.post(order)
    found = desk.send()
    assert found.number is None and found.error is not None
    if order.kind == "progress":
        assert found.state == "waiting" and "writes no" in found.error
    else:
        assert found.state == "dead" and found.error.startswith("delivery.unknown_kind")
    assert [tables.ask(f"SELECT count(*) FROM {table}") for table in names().values()] == [[(0,)]] * 5


def test_both_sides_of_one_exchange(tables: Front, store: Store, tmp_path: Path) -> None:
    """The hotline hands an order over, the police side reads it and answers, the hotline reads the answer."""
    hotline = Desk(store, HotlineExchange, settings(tables, sheet="result"))
    hotline.post(HandOver(**WHO, to="塘栖派出所", matter=MATTER))
    hotline.send()
    police_side = tmp_path / "police"
    police_side.mkdir()
    with new_store(police_side) as other:
        police = Desk(other, HotlineExchange, settings(tables, sheet="order"))
        (report,) = run_source(other, HotlineExchange, police.source, clock=lambda: NOW)
        assert report.counts.stored == 1
        assert hotline.send(61).state == "delivered", "read and acknowledged there is received here"
        police.post(ORDERS["result"][1])
        assert police.send().state == "waiting"
        (report,) = run_source(store, HotlineExchange, hotline.source, clock=lambda: NOW)
        assert report.counts.stored == 1
        assert police.send(61).state == "delivered"


@pytest.mark.parametrize("point", DELIVERY_POINTS)
def test_however_the_hub_is_killed_one_row_stands(tables: Front, desk: Desk, point: str) -> None:
    desk.post(ORDERS["result"][1])
    assert send_and_die(desk.store, desk.kind, desk.source, point, http=HTTP, now=NOW)
    found = desk.send(7_200)
    assert found.state == "waiting" and found.error is not None and found.error.startswith("delivery.awaited")
    assert tables.ask("SELECT count(*) FROM ex_12345_110_result") == [(1,)]


def test_a_row_that_is_gone_is_not_put_again_but_by_a_person(tables: Front, desk: Desk) -> None:
    desk.post(ORDERS["result"][1])
    desk.send()
    tables.do("DELETE FROM ex_12345_110_result")
    for _ in range(9):
        found = desk.send(7_200)
    assert found.state == "dead" and found.error is not None
    assert "gone, and was never seen acknowledged" in found.error
    assert tables.ask("SELECT count(*) FROM ex_12345_110_result") == [(0,)]
    with desk.store.database.transaction() as connection:
        (row,) = outbox.listed(connection, most=2)
        outbox.retry(connection, row.home, row.id, now=f"{desk.now:%Y-%m-%dT%H:%M:%SZ}")
    assert desk.send().state == "waiting"
    assert tables.ask("SELECT count(*) FROM ex_12345_110_result") == [(1,)]


def test_a_column_that_is_not_there_is_named(tables: Front, store: Store) -> None:
    desk = Desk(store, HotlineExchange, settings(tables, sheet="order", key_column="hub_key"))
    desk.post(ORDERS["result"][1])
    error = desk.send().error
    assert error is not None and PERSON not in error
    tables.do("ALTER TABLE ex_12345_110_result RENAME COLUMN jqcljgsm TO jqcljgs")
    desk = Desk(store, HotlineExchange, settings(tables, sheet="order"))
    desk.post(ORDERS["result"][1], "task 2")
    error = desk.send().error
    assert error is not None and "no column jqcljgsm" in error and "jqcljgs" in error and PERSON not in error
    assert tables.ask("SELECT count(*) FROM ex_12345_110_result") == [(0,)]


def test_no_row_is_put_outside_a_delivery_or_under_another_key(front: Front) -> None:
    front.do("CREATE TABLE t (k varchar(9), v varchar(9))")
    with front.source(claims=[Capability.DELIVER]) as source:
        with pytest.raises(PluginError, match="only a delivery puts a row"):
            source.put("t", {"k": ""}, key="k")
        source.start_delivery(Delivering(kinds=("x",)), "K1")
        with pytest.raises(PluginError, match="only a delivery puts a row"):
            source.put("t", {"k": "K2"}, key="k")
        assert source.put("t", {"k": "K1", "v": "1"}, key="k") == {"k": "K1", "v": "1"}
        assert source.put("t", {"k": "K1", "v": "2"}, key="k") == {"k": "K1", "v": "1"}, "the key's row stays"
        source.start_read("records")
        with pytest.raises(PluginError, match="only a delivery puts a row"):
            source.put("t", {"k": "K1"}, key="k")
    assert front.ask("SELECT k, v FROM t") == [("K1", "1")]


def test_names_are_written_as_the_table_writes_them(front: Front) -> None:
    front.do('CREATE TABLE t ("HUBKEY" varchar(9), "Said" varchar(9), "状态" varchar(9))')
    with front.source(claims=[Capability.DELIVER]) as source:
        source.start_delivery(Delivering(kinds=("x",)), "K1")
        for _ in range(2):
            stands = source.put("t", {"hubkey": "K1", "said": "1", "状态": "0"}, key="hubkey")
            assert stands == {"HUBKEY": "K1", "Said": "1", "状态": "0"}
    assert front.ask("SELECT count(*) FROM t") == [(1,)]


def test_a_row_of_another_key_in_a_unique_column_is_told(front: Front) -> None:
    front.do("CREATE TABLE t (k varchar(9), flow varchar(9) UNIQUE)")
    front.do("INSERT INTO t VALUES ('K0', 'F1')")
    with front.source(claims=[Capability.DELIVER]) as source:
        source.start_delivery(Delivering(kinds=("x",)), "K1")
        with pytest.raises(SourceReplyInvalid, match="a unique column holds the value of another row"):
            source.put("t", {"k": "K1", "flow": "F1"}, key="k")
    assert front.ask("SELECT k FROM t") == [("K0",)]


def test_an_account_that_may_not_insert_is_denied(postgres_front: Front) -> None:
    role = f"teller_{abs(hash(postgres_front.url))}"
    postgres_front.do(f"CREATE ROLE {role} LOGIN")
    postgres_front.do("CREATE TABLE t (k varchar(9))")
    postgres_front.do(f"GRANT SELECT ON t TO {role}")
    url = make_url(postgres_front.url).set(username=role).render_as_string(hide_password=False)
    with postgres_front.source(claims=[Capability.DELIVER], config={"database": url}) as source:
        source.start_delivery(Delivering(kinds=("x",)), "K1")
        with pytest.raises(SourceDenied, match="42501"):
            source.put("t", {"k": "K1"}, key="k")
        postgres_front.do(f"GRANT INSERT ON t TO {role}")
        assert source.put("t", {"k": "K1"}, key="k") == {"k": "K1"}


def test_two_rows_under_one_key_are_told(front: Front) -> None:
    front.do("CREATE TABLE t (k varchar(9))")
    front.do("INSERT INTO t VALUES ('K1'), ('K1')")
    with front.source(claims=[Capability.DELIVER]) as source:
        source.start_delivery(Delivering(kinds=("x",)), "K1")
        with pytest.raises(SourceReplyInvalid, match="more than one"):
            source.put("t", {"k": "K1"}, key="k")


def test_a_source_that_only_reads_cannot_write(front: Front) -> None:
    front.do("CREATE TABLE t (k varchar(9))")
    if front.engine == "postgresql":
        pytest.skip("what an account may write is the database's to say")
    with front.source() as source:
        source.start_delivery(Delivering(kinds=("x",)), "K1")
        with pytest.raises(SourceError):
            source.put("t", {"k": "K1"}, key="k")


WORDS: Mapping[str, tuple[Order, dict[str, Any]]] = {
    "accept": (Accept(**WHO, due=NOW), {"sfjs": "1", "tjqx": LOCAL, "ajzt": None}),
    "refuse": (Refuse(**WHO, reason="03"), {"sfjs": "0", "yydm": "03"}),
    "progress": (Progress(**WHO, stage=Stage.MEDIATING), {"ajzt": "调解中", "sfjs": None}),
    "result": (Result(**WHO, outcome=Stage.UNSETTLED), {"ajzt": "调解不成", "xybh": None}),
}


@pytest.mark.parametrize("kind", WORDS)
def test_feedback_to_the_police(tables: Front, store: Store, kind: str) -> None:
    order, told = WORDS[kind]
    desk = Desk(store, PoliceExchange, settings(tables, "police_exchange"))
    key = desk.post(order)
    assert desk.send().number == key
    told = {"jjdbh": "ZX17", "fksj": "2026-03-02 19:55:00", "fkyxm": "应利芳", "cjczqk": f"已联系{PERSON}", **told}
    (row,) = tables.ask(f"SELECT fkdbh, {', '.join(told)} FROM ex_police_feedback")
    assert row == (key, *told.values())
    tables.do("UPDATE ex_police_feedback SET pushstatus = '2'")
    assert desk.send(61).state == "delivered"


def test_while_the_database_is_away_what_is_handed_in_waits(tmp_path: Path, store: Store) -> None:
    front = Front(f"sqlite:///{tmp_path}/front.db", "sqlite")
    make(front, "ex_police_feedback", dict.fromkeys([*FEEDBACK.split(), "xt_rksj", "xt_gxsj"], "text"), "fkdbh")
    desk = Desk(store, PoliceExchange, settings(front, "police_exchange"))
    desk.post(WORDS["result"][0])
    desk.send()
    front.db.dispose()
    (tmp_path / "front.db").rename(tmp_path / "away.db")
    for _ in range(12):
        found = desk.send(7_200)
        assert found.state == "waiting" and found.error is not None and "source.unavailable" in found.error
    (tmp_path / "away.db").rename(tmp_path / "front.db")
    front.do("UPDATE ex_police_feedback SET pushstatus = '1'")
    assert desk.send(7_200).state == "delivered"


def test_what_follows_from_an_awaited_receipt() -> None:
    delivering = Delivering(kinds=("x",), attempts=2, look_s=90)
    told = judge(Awaited("17"), delivering, attempts=1, now=NOW)
    assert (told.state, told.due, told.number, told.looked) == ("waiting", NOW + timedelta(seconds=90), "17", True)
    for age, wait in ((1, 90), (60, 180), (24 * 60, 3_600), (90 * 24 * 60, 3_600)):
        told = judge(Awaited("17"), delivering, attempts=1, now=NOW, age=timedelta(minutes=age))
        assert told.due == NOW + timedelta(seconds=wait), "looked at less often, and once an hour at the least"
    away = Missed.of(SourceUnavailable("gone"))
    assert judge(away, delivering, attempts=2, now=NOW).state == "dead"
    assert judge(away, delivering, attempts=90, now=NOW, handed=True).state == "waiting"
    assert judge(Missed.of(SourceReplyInvalid("?")), delivering, attempts=2, now=NOW, handed=True).state == "dead"
    assert judge(Receipt(), delivering, attempts=2, now=NOW, handed=True).state == "delivered"


def test_the_daemons_own_sender_puts_the_row(tmp_path: Path) -> None:
    """Through the clerk, a process of its own, with the settings of a file."""
    front = Front(f"sqlite:///{tmp_path}/front.db", "sqlite")
    make(front, "ex_police_feedback", dict.fromkeys([*FEEDBACK.split(), "xt_rksj", "xt_gxsj"], "text"), "fkdbh")
    path, keys = tmp_path / "hub.toml", tmp_path / "keyring.json"
    path.write_text(
        f'home = "330113"\n[store]\nurl = "sqlite:///{tmp_path}/yiwang.db"\nkeys = "{keys}"\n'
        f'[source.desk]\nadapter = "police_exchange"\ndatabase = "{front.url}"\nallow = ["{tmp_path}"]\n'
    )
    Keyring.create(keys)
    loaded = load(path)
    with Store.open(loaded.store.url, keys) as store:
        key = post_delivery(store, loaded.sources["desk"], "result", WORDS["result"][0].written(), cause="t", now=NOW)
        sender = Sender(loaded, store, Registry.load(), clock=lambda: NOW)
        sender.send()
        sender.close()
        with store.database.reading() as connection:
            (row,) = outbox.listed(connection, most=2)
    assert (row.state, row.number) == ("waiting", key), row.error
    assert front.ask("SELECT fkdbh, ajzt FROM ex_police_feedback") == [(key, "调解不成")]
