"""Front databases without one: statements of every dialect, cells, manners of telling time, codes of errors."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.dialects import mysql, oracle, postgresql, sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError, OperationalError, ProgrammingError

from hub.api import Adapter, Capability, DatabaseConfig, Draft, Item, Manifest, Stream, TableView
from hub.errors import SourceDenied, SourceError, SourceReplyInvalid, SourceUnavailable
from hub.manifest import faults
from hub.sources.cells import UnreadableCell, cell, item_of
from hub.sources.failures import Spot
from hub.sources.stamps import Stamp, stamp_of
from hub.sources.table_failures import code_of, from_refusal
from hub.sources.views import Look, View, whole
from hub.wire import LINE_FIELD, UNREAD_FIELD

REQUEST = TableView(view="前置.信访件", key="编号", time="更新时间", acknowledge={"状态": "1", "时间": "于{now}"})
VIEW = View.of(REQUEST, ["编号", "更新时间", 'a"`b'])
BEIJING = ZoneInfo("Asia/Shanghai")
DIALECTS: dict[str, tuple[Dialect, str, str, str]] = {
    "sqlite": (sqlite.dialect(), '"', 'a""`b', "LIMIT"),
    "postgresql": (postgresql.dialect(), '"', 'a""`b', "LIMIT"),
    "mysql": (mysql.dialect(), "`", 'a"``b', "LIMIT"),
    "oracle": (oracle.dialect(), '"', 'a""`b', "FETCH FIRST"),
}


@pytest.mark.parametrize("name", DIALECTS)
def test_each_dialect_quotes_and_limits_in_its_own_way(name: str) -> None:
    dialect, mark, odd, limit = DIALECTS[name]
    look = Look(VIEW, low=datetime(2026, 4, 1))
    timed, *_ = look.spans()
    statement = str(look.page(timed, (datetime(2026, 4, 2), "a"), 3).compile(dialect=dialect))
    assert f"FROM {mark}前置{mark}.{mark}信访件{mark}" in statement
    assert f"{mark}{odd}{mark}" in statement
    assert limit in statement
    assert "CAST" not in statement
    assert "after_key)s::" not in statement  # no cast of ours stands between a value and its column


def test_what_is_asked_is_told_beside_the_statement() -> None:
    look = Look(VIEW, low="20260401")
    timed, untimed, keyless = look.spans()
    told = [
        look.page(span, position, 3).get_execution_options()["yiwang_asks"]
        for span, position in ((timed, ("t", "k")), (untimed, ("k",)), (keyless, None))
    ]
    assert told == [
        {"part": "timed", "since": "20260401", "rows": 3, "after_time": "t", "after_key": "k"},
        {"part": "untimed", "since": "20260401", "rows": 3, "after_key": "k"},
        {"part": "keyless", "since": "20260401", "rows": 3},
    ]


def test_acknowledging_names_key_and_time_and_spares_what_is_done() -> None:
    receipt = VIEW.receipt([("a", "t1", None), ("b", None, None), (None, "t2", None)])
    assert receipt.marks == (("a", "t1"), ("b", None))
    timed, untimed = (each.compile(dialect=sqlite.dialect()) for each in receipt.acknowledgements("九点"))
    assert "SET" in str(timed)
    assert '"更新时间" IS NULL' in str(untimed)
    assert '("前置"."信访件"."状态" IS NULL OR "前置"."信访件"."状态" != ?)' in str(timed)
    assert {name: timed.params[name] for name in ("ack_0", "ack_1")} == {"ack_0": "1", "ack_1": "于九点"}


def test_acknowledgements_without_a_literal_are_written_each_time() -> None:
    view = View.of(TableView(view="v", key="k", acknowledge={"at": "{now}"}), ["k"])
    (statement,) = view.receipt([("a",)]).acknowledgements("九点")
    assert "IS NULL" not in str(statement)


def test_a_row_that_waits_no_more_is_spared() -> None:
    request = TableView(view="v", key="k", acknowledge={"s": "1", "at": "{now}"}, waiting={"s": "0"})
    (statement,) = View.of(request, ["k"]).receipt([("a",)]).acknowledgements("九点")
    compiled = statement.compile(dialect=sqlite.dialect())
    assert "(v.s IS NULL OR v.s = ?)" in str(compiled).replace('"', "")
    assert compiled.params["still_0"] == "0"


def test_many_rows_are_acknowledged_in_parts() -> None:
    rows = [(f"k{n}", "t", None) for n in range(501)]
    assert len([*VIEW.receipt(rows).acknowledgements("")]) == 3


@pytest.mark.parametrize(
    ("rows", "most", "kept"),
    [
        ([("a",), ("B",), ("b ",)], 2, 1),  # a database may take B and b for one
        ([("a",), ("B",), ("b ",)], 3, 3),
        ([("B",), ("b ",)], 1, 0),
        ([("a",), ("b",), ("c",)], 2, 2),
        ([(1,), (2,), (2,), (2,)], 3, 1),
    ],
)
def test_pages_are_cut_where_position_changes(rows: list[tuple[Any]], most: int, kept: int) -> None:
    assert whole(rows, most, (0,)) == rows[:kept]


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (None, None), (True, True), (17, 17), (2**63 - 1, 2**63 - 1), (2**63, str(2**63)), (-(2**70), str(-(2**70))),
        (1.5, 1.5), (float("inf"), "inf"), (Decimal("1E+3"), "1000"), (Decimal("0.10"), "0.10"),
        (datetime(2026, 4, 1, 9), "2026-04-01 09:00:00"),
        (datetime(2026, 4, 1, 9, tzinfo=UTC), "2026-04-01 09:00:00+00:00"),
        (date(9999, 9, 9), "9999-09-09"), (time(9, 5), "09:05:00"), (timedelta(hours=30), "1 day, 6:00:00"),
        (UUID(int=17), "00000000-0000-0000-0000-000000000011"), (b"\x00\xff", "00ff"), (memoryview(b"a"), "61"),
        ({"a": [Decimal("1.0")]}, {"a": ["1.0"]}), ("㛃䶮𠮷", "㛃䶮𠮷"),
    ],
)  # fmt: skip
def test_cells(value: Any, told: Any) -> None:
    assert cell(value) == told


@pytest.mark.parametrize("value", [bytes(65), "\udcd0", object(), [object()]])
def test_cells_that_cannot_be_told(value: Any) -> None:
    with pytest.raises(UnreadableCell):
        cell(value)
    item = item_of(["k", "v"], ["a", value], 7)
    assert (item["k"], item["v"], item[LINE_FIELD]) == ("a", None, 7)
    assert item[UNREAD_FIELD].startswith("column v ")


@pytest.mark.parametrize(
    ("values", "low"),
    [
        (["2026-04-01 09:00:00"], "2026-04-01 09:30:15"),
        (["2026-04-01 09:00:00.123", "x", "y"][:1] * 2 + ["x"], "2026-04-01 09:30:15"),
        (["2026-04-01T01:00:00Z"], "2026-04-01T01:30:15"),
        (["2026-04-01T01:00:00.5+0000"], "2026-04-01T01:30:15"),
        (["2026-03-31T20:00:00-05:00"], "2026-03-31T20:30:15"),
        (["2026/04/01 09:00:00"], "2026/04/01 09:30:15"),
        (["2026.04.01"], "2026.04.01"),
        (["20260401"], "20260401"),
        (["20260401090000"], "20260401093015"),
        (["20260401090000123"], "20260401093015"),
        ([20260401], 20260401),
        ([Decimal(20260401090000)], 20260401093015),
        ([1775005200], 1775007015),
        ([1775005200.5], 1775007015),
        ([1775005200000], 1775007015000),
        ([1775005200000000], 1775007015000000),
        ([datetime(2026, 4, 1)], datetime(2026, 4, 1, 9, 30, 15)),
        ([datetime(2026, 4, 1, tzinfo=UTC)], datetime(2026, 4, 1, 1, 30, 15, tzinfo=UTC)),
        ([date(2026, 4, 1)], date(2026, 4, 1)),
    ],
)
def test_a_bound_is_written_as_the_column_writes(values: list[Any], low: Any) -> None:
    stamp = stamp_of(values)
    assert stamp is not None
    assert stamp.low(datetime(2026, 4, 1, 1, 30, 15, tzinfo=UTC), BEIJING) == low


@pytest.mark.parametrize("value", ["昨天", "", "2026-4-1", "2026-04/01", True, 17, b"20260401"])
def test_manners_nobody_knows(value: Any) -> None:
    assert stamp_of([value]) is None
    assert stamp_of([value, "20260401", "20260402"]) == Stamp("text", "%Y%m%d")


class Told(Exception):
    """As a driver raises it."""

    def __init__(self, *args: Any, **fields: str) -> None:
        super().__init__(*args)
        vars(self).update(fields)


class Oracle:
    """As the Oracle driver's first argument."""

    full_code = "ORA-01017"


@pytest.mark.parametrize(
    ("cause", "kind"),
    [
        (Told("no", sqlstate="28P01"), SourceDenied),
        (Told("no", sqlstate="42501"), SourceDenied),
        (Told("no", sqlite_errorname="SQLITE_AUTH"), SourceDenied),
        (Told("no", sqlite_errorname="SQLITE_READONLY_DBMOVED"), SourceDenied),
        (Told(1045, "Access denied for user"), SourceDenied),
        (Told(Oracle()), SourceDenied),
        (Told('FATAL:  password authentication failed for user "hub"'), SourceDenied),
        (Told('FATAL:  role "hub" does not exist'), SourceDenied),
        (Told("no", sqlstate="42P01"), SourceReplyInvalid),
        (Told('FATAL:  database "front" does not exist'), SourceReplyInvalid),
        (Told("no", sqlite_errorname="SQLITE_NOTADB"), SourceReplyInvalid),
        (Told(1146, "no such table"), SourceReplyInvalid),
        (Told("no", sqlstate="57014"), SourceUnavailable),
        (Told("no", sqlstate="08006"), SourceUnavailable),
        (Told("no", sqlite_errorname="SQLITE_BUSY_SNAPSHOT"), SourceUnavailable),
        (Told(2013, "Lost connection"), SourceUnavailable),
        (Told("connection refused"), SourceUnavailable),
        (Told("no", sqlstate="XX999"), SourceUnavailable),
    ],
)
def test_which_error_a_refusal_is(cause: Told, kind: type[SourceError]) -> None:
    said = from_refusal(OperationalError("SELECT secret", {"x": 1}, cause), Spot("front", "SELECT", "v", attempt=2))
    assert type(said) is kind
    assert "front SELECT v (attempt 2)" in str(said)
    for never in ("secret", "user", "FATAL", "refused"):
        assert never not in str(said)


def test_other_refusals_are_no_reply() -> None:
    spot = Spot("front", "SELECT", "v")
    odd: DBAPIError = ProgrammingError("SELECT 1", {}, Told("no", sqlstate="42804"))
    assert str(from_refusal(odd, spot)).startswith("the database refuses the statement (42804)")
    assert type(from_refusal(odd, spot)) is SourceReplyInvalid
    assert type(from_refusal(UnicodeDecodeError("utf-8", b"x", 0, 1, "no"), spot)) is SourceReplyInvalid
    assert code_of(Told()) == ""


@pytest.mark.parametrize(
    ("view", "claims", "said"),
    [
        (REQUEST, {Capability.ACKNOWLEDGE}, None),
        (REQUEST, set(), "does not claim acknowledge"),
        (TableView(view="v", key="k"), {Capability.ACKNOWLEDGE}, "declares no TableView that acknowledges"),
        (REQUEST, {Capability.ACKNOWLEDGE, Capability.ORDERED}, "claims acknowledge and ordered"),
    ],
)
def test_who_writes_into_a_source_says_so(view: TableView, claims: set[Capability], said: str | None) -> None:
    class Front(Adapter[DatabaseConfig]):
        Config = DatabaseConfig
        manifest = Manifest(
            name="front", version="1.0.0", kind="petition", streams=(Stream(request=view),),
            capabilities=frozenset(claims),
        )  # fmt: skip

        def draft(self, item: Item) -> Draft:
            return Draft(key=item["k"])

    found = [*faults(Front)]
    assert found == [] if said is None else said in found[0]
