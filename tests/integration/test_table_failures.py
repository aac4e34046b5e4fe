"""What goes wrong with a front database, and how each is told: names, rights, waits, places and drivers."""

import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from front_table import ACK, SECRET, VIEW, Front, at, read, settle
from sqlalchemy import make_url

from hub.api import Capability, TableView
from hub.errors import (
    ConfigError,
    PagingLoop,
    PluginError,
    SourceDenied,
    SourceError,
    SourceReplyInvalid,
    SourceUnavailable,
)
from hub.sources.exchange import HttpLimits


def wrong(front: Front, kind: type[SourceError], view: TableView = VIEW, **changes: Any) -> str:
    with pytest.raises(kind) as caught:
        read(front.source(view, **changes))
    said = str(caught.value)
    assert type(caught.value) is kind
    assert SECRET not in said
    assert str(front.db.url.database) not in said
    return said


def test_a_view_that_is_not_there_is_named_with_the_nearest(front: Front) -> None:
    said = wrong(front, SourceReplyInvalid, TableView(view="信访件表", key="编号"))
    assert "no view 信访件表" in said
    assert 'did you mean "信访件"?' in said
    assert "front SELECT 信访件表 (attempt 1)" in said


@pytest.mark.parametrize("lost", [{"key": "编码"}, {"time": "更新日期"}, {"columns": ("内容物",)}])
def test_a_column_that_is_not_there_is_named_with_the_nearest(front: Front, lost: dict[str, Any]) -> None:
    said = wrong(front, SourceReplyInvalid, TableView(**{"view": "信访件", "key": "编号", **lost}))
    assert "the view has no column" in said
    assert "did you mean" in said


def test_an_unknown_account_is_denied(postgres_front: Front) -> None:
    url = make_url(postgres_front.url).set(username="nobody_here", password=SECRET)
    said = wrong(postgres_front, SourceDenied, config={"database": url.render_as_string(hide_password=False)})
    assert "nobody_here" not in said


def test_an_account_without_the_right_is_denied_not_empty(postgres_front: Front) -> None:
    role = f"reader_{abs(hash(postgres_front.url))}"
    postgres_front.do(f"CREATE ROLE {role} LOGIN")
    url = make_url(postgres_front.url).set(username=role)
    said = wrong(postgres_front, SourceDenied, config={"database": url.render_as_string(hide_password=False)})
    assert "42501" in said
    postgres_front.do(f'GRANT SELECT ON "信访件" TO {role}')
    options = {"database": url.render_as_string(hide_password=False)}
    assert len(read(postgres_front.source(config=options))) == 1
    postgres_front.add(("a", at(1)))
    with pytest.raises(SourceDenied, match="UPDATE"):
        settle(postgres_front.source(ACK, claims=[Capability.ACKNOWLEDGE], config=options))


def test_a_slow_statement_is_ended(front: Front) -> None:
    slow = {
        "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS k FROM n WHERE i < 0",
        "postgresql": "SELECT pg_sleep(60)::text AS k",
    }
    front.do(f"CREATE VIEW slow AS {slow[front.engine]}")
    wrong(front, SourceUnavailable, TableView(view="slow", key="k"), limits=HttpLimits(attempts=1))


def test_a_locked_database_is_tried_again(file: Front) -> None:
    told: list[int] = []
    with closing(sqlite3.connect(str(file.db.url.database), isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        said = wrong(file, SourceUnavailable, on_retry=lambda error, attempt, wait_s: told.append(attempt))
        assert "SQLITE_BUSY" in said
        assert "(attempt 2)" in said
    assert told == [1]


def test_a_file_that_is_gone_is_not_made_anew(file: Front, tmp_path: Path) -> None:
    wrong(file, SourceUnavailable, config={"database": f"sqlite:///{tmp_path}/gone.db"})
    assert not (tmp_path / "gone.db").exists()


def test_a_file_that_is_no_database(file: Front, tmp_path: Path) -> None:
    (tmp_path / "page.db").write_bytes(b"<html>" * 1000)
    wrong(file, SourceReplyInvalid, config={"database": f"sqlite:///{tmp_path}/page.db"})


def test_a_server_that_is_gone(file: Front) -> None:
    url = f"postgresql://hub:{SECRET}@127.0.0.1:9/front"
    said = wrong(file, SourceUnavailable, config={"database": url}, allow=["127.0.0.1/32"])
    assert "127.0.0.1" not in said


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://hub:{SECRET}@127.0.0.1/front",
        f"mysql://hub:{SECRET}@[::1]/front",
        f"oracle://hub:{SECRET}@169.254.169.254/front",
        "postgresql://hub@/front?host=/var/run",
        "sqlite:////etc/passwd",
        "sqlite:///front.db",
    ],
)
def test_a_place_outside_the_allowed_ones_is_denied(file: Front, url: str) -> None:
    wrong(file, SourceDenied, config={"database": url})


def test_a_link_out_of_the_folder_is_followed_and_denied(file: Front, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "link.db").symlink_to(tmp_path / "front.db")
    wrong(file, SourceDenied, config={"database": f"sqlite:///{tmp_path}/in/link.db"}, allow=[f"{tmp_path}/in"])


@pytest.mark.parametrize(
    "url",
    [
        SECRET,
        f"mssql://hub:{SECRET}@host/front",
        f"postgresql://hub:{SECRET}@host/front?service=other",
        f"mysql://hub:{SECRET}@host/front?unix_socket=/run/x",
        f"postgresql://hub:{SECRET}@/front",
        f"sqlite:////tmp/x.db?key={SECRET}",
    ],
)
def test_a_url_that_is_none_or_asks_for_more_is_refused(file: Front, url: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read(file.source(config={"database": url}))
    assert SECRET not in str(caught.value)


def test_a_driver_that_is_missing_is_told(file: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pymysql", None)
    with pytest.raises(ConfigError, match=r"yiwang\[mysql\]"):
        read(file.source(config={"database": "mysql://hub@127.0.0.1:9/front"}, allow=["127.0.0.1/32"]))


def test_times_finer_than_the_driver_tells_are_a_loop_not_an_endless_read(file: Front) -> None:
    """As a driver that cuts nanoseconds: what is compared is always behind what was read."""
    file.add(*((f"a{n}", at(1)) for n in range(3)))
    source = file.source(config={"page_size": 1})
    all_of = source._all
    source._all = lambda view, statement: [(row[0], "", *row[2:]) for row in all_of(view, statement)]  # type: ignore[method-assign]
    with pytest.raises(PagingLoop):
        read(source)


def test_no_get_and_no_post(file: Front) -> None:
    source = file.source()
    for call in (source.get, source.post):
        with pytest.raises(PluginError):
            call("/x")


# In a process of its own
