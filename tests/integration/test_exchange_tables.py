"""The exchange tables of hotline and police, one an instance: read, acknowledged after the commit, spared when done."""

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from adapters.petition.hotline_exchange.adapter import HotlineExchange
from adapters.petition.hotline_exchange.tables import VIEWS
from hub.store.store import Store
from hub.testing import SourceSettings, faults_of, new_store, records, run_and_die, run_source

NOW = datetime(2026, 3, 6, 2, 0, tzinfo=UTC)
LEAD = "flowid TEXT, lsh TEXT, jjdbh TEXT, pushstatus INTEGER, pushtime TEXT, acktime TEXT, xt_gxsj TEXT"
COLUMNS = {
    "receipt": "receive TEXT, receivetime TEXT",
    "order": "title TEXT, bjnr TEXT, jqlbmc TEXT, lxdh TEXT, bjsj TEXT",
    "result": "dyyy TEXT, cjczqk TEXT, fksj TEXT",
    "return": "handlebmname TEXT, handleopinion TEXT, handletime TEXT",
    "visit": "hfsj TEXT, cljgdm TEXT",
}
SAID = {
    "receipt": ("1", "2026-03-02 19:21:00"),
    "order": ("楼上漏水两家争吵", "楼上卫生间漏水。", "邻里纠纷", "13000008101", "2026-03-02 19:12:00"),
    "result": ("1", "民警到场劝离。", "2026-03-02 20:01:00"),
    "return": ("塘栖派出所", "属镇矛调中心职责，退回。", "2026-03-02 21:00:00"),
    "visit": ("2026-03-05 10:00:00", "1"),
}


@pytest.fixture
def front(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """Five tables with a row that waits and one that has been handled."""
    connection = sqlite3.connect(tmp_path / "front.db", isolation_level=None)
    for sheet, view in VIEWS.items():
        connection.execute(f"CREATE TABLE {view} ({LEAD}, {COLUMNS[sheet]})")
        for number, state in ((1, 0), (2, 2)):
            lead = (f"{sheet}{number}", f"RX{number}", f"J{number}", state, None, None, f"2026-03-05 1{number}:00:00")
            row = (*lead, *SAID[sheet])
            connection.execute(f"INSERT INTO {view} VALUES ({', '.join('?' * len(row))})", row)
    yield connection
    connection.close()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with new_store(tmp_path) as opened:
        yield opened


def settings(folder: Path, sheet: str) -> SourceSettings:
    told = {"database": f"sqlite:///{folder}/front.db", "sheet": sheet}
    allow = (str(folder),)
    return SourceSettings(
        name=f"exchange_{sheet}", adapter="hotline_exchange", home="330113", every_s=300, allow=allow, options=told
    )


def states(front: sqlite3.Connection, sheet: Any) -> list[tuple[Any, ...]]:
    return front.execute(f"SELECT pushstatus, acktime FROM {VIEWS[sheet]} ORDER BY flowid").fetchall()


def test_each_sheet_is_read_and_acknowledged_and_cites_one_order(
    front: sqlite3.Connection, store: Store, tmp_path: Path
) -> None:
    for sheet in VIEWS:
        (report,) = run_source(store, HotlineExchange, settings(tmp_path, sheet), clock=lambda: NOW)
        assert (report.outcome, report.counts.stored) == ("complete", 2)
        assert states(front, sheet) == [(1, "2026-03-06 10:00:00"), (2, None)], "handled is not pushed again"
    ones = [record.body["references"] for record in records(store) if record.key.endswith("1")]
    cited = [[each for each in told if each["kind"] != "hotline_flow"] for told in ones]
    assert cited == [[{"kind": "hotline_order", "number": "RX1"}, {"kind": "police_call", "number": "J1"}]] * len(VIEWS)
    assert faults_of(store) == []


def test_a_kill_before_the_commit_leaves_the_row_waiting(
    front: sqlite3.Connection, store: Store, tmp_path: Path
) -> None:
    assert run_and_die(store, HotlineExchange, settings(tmp_path, "order"), "before_commit", 1, now=NOW)
    assert states(front, "order") == [(0, None), (2, None)]
    run_source(store, HotlineExchange, settings(tmp_path, "order"), clock=lambda: NOW)
    assert states(front, "order") == [(1, "2026-03-06 10:00:00"), (2, None)]
