"""Front databases: real ones, SQLite and PostgreSQL, read by the real source."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from front_table import ACK, Front, at, keys, moment, read, settle

from hub.api import Capability, TableView
from hub.engine.local import LocalEngine
from hub.errors import (
    SourceDenied,
    SourceReplyInvalid,
)
from hub.settings import load
from hub.sources.envelope import reopen
from hub.store.store import Store
from hub.store.vault import Keyring
from hub.wire import LINE_FIELD, UNREAD_FIELD


def test_pages_by_rising_time_and_key(front: Front) -> None:
    front.add(("c", at(2)), ("a", at(3)), ("b", at(1)), ("e", at(2)), ("d", at(2)))
    assert keys(read(front.source())) == [["b", "c", "d"], ["e", "a"]]


def test_a_page_opens_again_as_it_was(front: Front) -> None:
    front.add(("a", at(1)))
    source = front.source(claims=[Capability.COUNTED])
    (page,) = read(source)
    again = reopen(page.content, source._manifest, "records", page.fetched)
    assert (again.rows, again.total) == (page.rows, 1)
    assert json.loads(page.content)["view"] == "信访件"


def test_since_is_inclusive_and_looked_back_from(front: Front) -> None:
    front.add(("a", at(1)), ("b", at(2)), ("c", at(3)))
    assert keys(read(front.source(), moment(2))) == [["b", "c"]]
    assert keys(read(front.source(config={"look_back_s": 60}), moment(2))) == [["a", "b", "c"]]


def test_rows_that_share_time_and_key_are_never_parted(front: Front) -> None:
    front.add(*[("a", at(1))] * 2, *[("b", at(1))] * 4, ("c", at(1)))
    assert keys(read(front.source())) == [["a", "a"], ["b", "b", "b", "b", "c"]]


def test_one_row_a_page(front: Front) -> None:
    front.add(("a", at(1)), ("b", at(1)), ("c", at(2)))
    assert keys(read(front.source(config={"page_size": 1}))) == [["a"], ["b"], ["c"]]


def test_rows_without_time_or_key_are_read_every_time(front: Front) -> None:
    front.add(("a", at(1)), ("z", None), ("y", None), (None, at(1)), (None, None))
    assert keys(read(front.source())) == [["a"], ["y", "z"], [None, None]]
    assert keys(read(front.source(), moment(30))) == [["y", "z"], [None, None]]


def test_times_written_otherwise_than_the_others_are_read_every_time(file: Front) -> None:
    odd = ["2099-12-31 00:00;00", "\\N", "2026/04/01", ""]
    file.add(*((f"a{n}", at(n)) for n in range(6)), *((f"b{n}", told) for n, told in enumerate(odd)))
    assert keys(read(file.source(), moment(5))) == [["a5"], ["b0", "b1", "b2"], ["b3"]]
    assert keys(read(file.source()))[-2:] == [["b0", "b1", "b2"], ["b3"]]


@pytest.mark.parametrize(
    ("times", "since"),
    [
        (["20260401090000", "20260401090100"], moment(1)),
        (["2026-04-01T01:00:00Z", "2026-04-01T01:01:00.5Z"], moment(1)),
        (["2026-04-01T09:00:00+08:00", "2026-04-01T09:01:00+08:00"], moment(1)),
        (["2026/04/01", "2026/04/02"], datetime(2026, 4, 1, 16, tzinfo=UTC)),
        ([1775005200, 1775005260], moment(1)),
        ([1775005200000, 1775005260000], moment(1)),
        ([20260401, 20260402], datetime(2026, 4, 1, 16, tzinfo=UTC)),
        ([20260401090000, 20260401090100], moment(1)),
    ],
)
def test_manners_of_telling_time(file: Front, times: list[Any], since: datetime) -> None:
    file.do('CREATE TABLE t ("k", "t")')
    file.do("INSERT INTO t VALUES (:k, :t)", *({"k": n, "t": told} for n, told in enumerate(times)))
    view = TableView(view="t", key="k", time="t")
    assert keys(read(file.source(view), since), "k") == [[1]]
    assert keys(read(file.source(view)), "k") == [[0, 1]]


def test_a_clock_put_back_hides_no_row(file: Front) -> None:
    """In Berlin the hour from two to three comes twice on 2026-10-25; the row is written in its second coming."""
    file.do('CREATE TABLE t ("k", "t")')
    file.do("INSERT INTO t VALUES (1, '2026-10-25 02:10:00')")
    source = file.source(TableView(view="t", key="k", time="t"))
    object.__setattr__(source._manifest, "timezone", "Europe/Berlin")
    assert keys(read(source, datetime(2026, 10, 25, 0, 50, tzinfo=UTC)), "k") == [[1]]  # 02:50, the first time


def test_times_that_are_none_are_told(file: Front) -> None:
    file.add(("a", "3月1日"), ("b", "昨天"))
    with pytest.raises(SourceReplyInvalid, match="更新时间 are no time"):
        read(file.source())


def test_without_a_time_column_all_is_read_by_key(front: Front) -> None:
    front.add(("b", at(1)), ("a", None), ("c", at(3)))
    view = TableView(view="信访件", key="编号")
    assert keys(read(front.source(view), moment(30))) == [["a", "b", "c"]]


def test_an_empty_view_is_one_empty_page(front: Front) -> None:
    (page,) = read(front.source(claims=[Capability.COUNTED]), moment(1))
    assert (page.rows, page.total) == ([], 0)


def test_counted_are_distinct_keys(front: Front) -> None:
    front.add(("a", at(1)), ("a", at(2)), ("b", at(3)), (None, at(4)), ("c", None))
    claims = [Capability.COUNTED]
    assert read(front.source(claims=claims))[0].total == 4
    assert read(front.source(claims=claims), moment(3))[0].total == 3
    assert read(front.source())[0].total is None


def test_declared_columns_only(front: Front) -> None:
    front.add(("a", at(1)))
    view = TableView(view="信访件", key="编号", time="更新时间", columns=("内容",))
    (page,) = read(front.source(view))
    assert sorted(page.rows[0]) == sorted(["内容", "编号", "更新时间"])


def test_values_keep_their_digits(postgres_front: Front) -> None:
    postgres_front.do(
        "CREATE TABLE v (k bigint, t timestamptz, d date, n numeric(30, 4), j jsonb, u uuid, b bytea, f float8)"
    )
    postgres_front.do(
        "INSERT INTO v VALUES (17, '2026-04-01 09:00:00.5+08', '9999-09-09', 12345678901234567890.1200, "
        "'{\"a\": [1]}', '00000000-0000-0000-0000-000000000017', '\\x00ff', 'NaN')"
    )
    (page,) = read(postgres_front.source(TableView(view="v", key="k", time="t")), moment(0))
    row = page.rows[0]
    assert datetime.fromisoformat(row.pop("t")) == moment(0) + timedelta(microseconds=500_000)
    assert row == {
        "k": 17, "d": "9999-09-09", "n": "12345678901234567890.1200", "j": {"a": [1]},
        "u": "00000000-0000-0000-0000-000000000017", "b": "00ff", "f": "nan",
    }  # fmt: skip


def test_a_view_in_a_schema(postgres_front: Front) -> None:
    postgres_front.do('CREATE SCHEMA "前置"')
    postgres_front.do('CREATE VIEW "前置"."v" AS SELECT \'a\' AS "编号", timestamp \'2026-04-01 09:01\' AS "更新时间"')
    assert keys(read(postgres_front.source(TableView(view="前置.v", key="编号", time="更新时间")))) == [["a"]]


def test_padded_keys_page_and_are_acknowledged(postgres_front: Front) -> None:
    postgres_front.do("CREATE TABLE p (k char(6), t timestamp, s text)")
    postgres_front.do("INSERT INTO p SELECT 'k' || n, '2026-04-01 09:00', NULL FROM generate_series(1, 5) AS n")
    view = TableView(view="p", key="k", time="t", acknowledge={"s": "1"}, rows=2)
    pages = settle(postgres_front.source(view, claims=[Capability.ACKNOWLEDGE]))
    assert [len(page.rows) for page in pages] == [2, 2, 1]
    assert postgres_front.ask("SELECT DISTINCT s FROM p") == [("1",)]


def test_a_cell_that_cannot_be_told_costs_its_row_alone(file: Front) -> None:
    file.add(("a", at(1)), ("b", at(2)), ("c", at(3)))
    file.do("UPDATE 信访件 SET 内容 = CAST(X'D0C5' AS TEXT) WHERE 编号 = 'b'")
    file.do("UPDATE 信访件 SET 内容 = zeroblob(65) WHERE 编号 = 'c'")
    rows = read(file.source())[0].rows
    assert UNREAD_FIELD not in rows[0]
    assert [row[LINE_FIELD] for row in rows[1:]] == [2, 3]
    assert rows[1][UNREAD_FIELD] == "column 内容 is no text in the database's encoding"
    assert rows[2][UNREAD_FIELD].startswith("column 内容 holds 65 bytes")


# Acknowledging


def test_nothing_is_acknowledged_before_it_is_settled(front: Front) -> None:
    front.add(("a", at(1)))
    read(front.source(ACK, claims=[Capability.ACKNOWLEDGE]))
    assert front.ask('SELECT "推送状态" FROM "信访件"') == [(None,)]


def test_what_was_read_is_acknowledged(front: Front) -> None:
    front.add(("a", at(1)), ("b", at(2)), ("c", None), (None, at(3)))
    settle(front.source(ACK, claims=[Capability.ACKNOWLEDGE]))
    told = front.ask('SELECT "编号", "推送状态", "推送时间" FROM "信访件" ORDER BY "编号" NULLS LAST')
    assert [(key, str(state)) for key, state, _ in told] == [("a", "1"), ("b", "1"), ("c", "1"), (None, "None")]
    assert {str(when) for _, _, when in told} == {"2026-04-20 09:00:00", "None"}


def test_a_row_changed_since_is_not_acknowledged(front: Front) -> None:
    front.add(("a", at(1)), ("b", at(2)))
    source = front.source(ACK, claims=[Capability.ACKNOWLEDGE])
    settle(source, before=lambda: front.do(f'UPDATE "信访件" SET "更新时间" = \'{at(9)}\' WHERE "编号" = \'a\''))
    told = front.ask('SELECT "编号", "推送状态" FROM "信访件" ORDER BY "编号"')
    assert [(key, str(state)) for key, state in told] == [("a", "None"), ("b", "1")]


def test_what_is_acknowledged_is_left_alone(front: Front) -> None:
    front.add(("a", at(1)))
    front.do('UPDATE "信访件" SET "推送状态" = 1')
    settle(front.source(ACK, claims=[Capability.ACKNOWLEDGE]))
    assert front.ask('SELECT "推送时间" FROM "信访件"') == [(None,)]


def test_what_waits_no_more_is_read_and_left_alone(front: Front) -> None:
    front.add(("a", at(1)), ("b", at(2)), ("c", at(3)))
    front.do('UPDATE "信访件" SET "推送状态" = 0 WHERE "编号" = \'a\'')
    front.do('UPDATE "信访件" SET "推送状态" = 2 WHERE "编号" = \'b\'')
    pages = settle(front.source(replace(ACK, waiting={"推送状态": "0"}), claims=[Capability.ACKNOWLEDGE]))
    assert [row["编号"] for page in pages for row in page.rows] == ["a", "b", "c"]
    told = front.ask('SELECT "编号", "推送状态", "推送时间" FROM "信访件" ORDER BY "编号"')
    assert [(key, str(state), when is None) for key, state, when in told] == [
        ("a", "1", False), ("b", "2", True), ("c", "1", False)
    ]  # fmt: skip


def test_a_large_page_is_acknowledged_whole(front: Front) -> None:
    front.add(*((f"k{n:04}", at(n % 60)) for n in range(700)))
    settle(front.source(ACK, claims=[Capability.ACKNOWLEDGE], config={"page_size": 600}))
    assert front.ask('SELECT count(*) FROM "信访件" WHERE "推送状态" IS NULL') == [(0,)]


def test_a_source_that_does_not_claim_it_acknowledges_nothing(front: Front) -> None:
    front.add(("a", at(1)))
    (page,) = settle(front.source(ACK))
    assert page.receipt is None
    assert front.ask('SELECT "推送状态" FROM "信访件"') == [(None,)]


def test_reading_cannot_write(postgres_front: Front) -> None:
    """A view whose every look writes, as functions of a database can: refused by the session."""
    postgres_front.do("CREATE SEQUENCE s")
    postgres_front.do("CREATE VIEW w AS SELECT nextval('s') AS k")
    with pytest.raises(SourceDenied):
        read(postgres_front.source(TableView(view="w", key="k")))


# What goes wrong


PLUGIN = """
from conformance.unusual.front_database import FrontDatabase
from hub.api import hookimpl

@hookimpl
def hub_adapters():
    return [FrontDatabase]
"""
SETTINGS = """
home = "330000"
[store]
url = "sqlite:///{folder}/yiwang.db"
keys = "{folder}/keyring.json"
[source.front]
adapter = "front_database"
database = "{url}"
allow = ["{allow}"]
page_size = 100
"""


def test_the_engine_reads_and_acknowledges(front: Front, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Worker and mates shape, the writer commits, and only then the worker acknowledges: all of 1,000 rows."""
    front.do('CREATE TABLE "V_XFJ" ("XFJBH" text, "GXSJ" text, "BT" text, "PUSHSTATUS" text, "ACKTIME" text)')
    rows = [{"key": f"K{n:05}", "time": f"2026-04-01 09:{n % 60:02}:00"} for n in range(1000)]
    front.do("INSERT INTO \"V_XFJ\" VALUES (:key, :time, '排水沟被堵', NULL, NULL)", *rows)
    packages = tmp_path / "packages"
    info = packages / "front_adapter-1.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: front-adapter\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[yiwang.adapters]\nfront_database = front_adapter\n")
    (packages / "front_adapter.py").write_text(PLUGIN)
    monkeypatch.syspath_prepend(str(packages))
    Keyring.create(tmp_path / "keyring.json")
    config = tmp_path / "hub.toml"
    config.write_text(SETTINGS.format(folder=tmp_path, url=front.url, allow=front.allow[0]))
    settings = load(config)
    with Store.open(settings.store.url, settings.store.keys) as store:
        (report,) = LocalEngine(settings, store).run_once(["front"])
    (mine,) = report.runs
    assert (mine.outcome, mine.counts.stored, mine.announced) == ("complete", 1000, 1000)
    assert front.ask('SELECT "PUSHSTATUS", count(*) FROM "V_XFJ" GROUP BY "PUSHSTATUS"') == [("1", 1000)]
