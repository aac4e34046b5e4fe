"""File drops on another host: the same flow over a real SFTP server, and what a host can do to it."""

import logging
import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncssh
import pytest
from sftp_world import PASSWORD, USER_KEY, Host, sftp_host

from hub import api
from hub.contract import Page
from hub.errors import ConfigError, SourceDenied, SourceReplyInvalid, SourceUnavailable
from hub.ingest import RunReport
from hub.sources.exchange import HttpLimits
from hub.sources.files import sftp
from hub.sources.folder import FolderSource
from hub.store.store import Store
from hub.testing import SourceSettings, contents, faults_of, new_store, records, run_and_die, run_source
from hub.wire import FileDrop

NOW = datetime(2026, 3, 5, 2, 0, tzinfo=UTC)
HEAD = "编号,标题,更新\n"
LIMITS = HttpLimits(connect_s=5, read_s=5, attempts=3, backoff_s=0, backoff_max_s=0)


class Village(api.Adapter[api.FolderConfig]):
    """Mediation files of a village, each with a marker beside it."""

    Config = api.FolderConfig
    manifest = api.Manifest(
        name="village", version="1.0.0", kind="mediation",
        streams=(api.Stream(request=FileDrop(pattern="*.csv", rows=2, ready="marker")),),
    )  # fmt: skip

    def draft(self, item: api.Item) -> api.Draft:
        return api.Draft(key=item["编号"], title=item["标题"], revision=item["更新"])


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "remote/inbox"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def host(inbox: Path) -> Iterator[Host]:
    with sftp_host(inbox) as serving:
        yield serving


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with new_store(tmp_path) as opened:
        yield opened


def settings(host: Host, **options: Any) -> SourceSettings:
    return SourceSettings(
        name="v", adapter="village", home="330110", every_s=300, allow=("127.0.0.1/32",), options=host.config(**options)
    )


def run(store: Store, host: Host, **options: Any) -> RunReport:
    (report,) = run_source(store, Village, settings(host, **options), clock=lambda: NOW, sleep=lambda s: None)
    return report


def opened(host: Host, told: dict[str, Any] | None = None, **options: Any) -> FolderSource:
    given: dict[str, Any] = {"clock": lambda: NOW, "sleep": lambda s: None, "allow": ["127.0.0.1/32"]}
    given |= {"limits": LIMITS, **options}
    config = host.folder_config(**(told or {}))
    return FolderSource(name="v", home="330110", manifest=Village.manifest, config=config, **given)


def pages(source: FolderSource, **drop: Any) -> list[Page]:
    return list(source.read(FileDrop(**{"pattern": "*.csv", "rows": 2, "ready": "marker"} | drop), None))


def table(*keys: str) -> str:
    return HEAD + "".join(f"{key},欠薪{key},2026-03-01 08:00:00\n" for key in keys)


def drop(inbox: Path, name: str, text: str | bytes) -> None:
    (inbox / name).write_bytes(text.encode() if isinstance(text, str) else text)
    (inbox / f"{name}.ok").write_text("1")


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file() or path.is_symlink())


def keys(store: Store) -> list[str]:
    return [record.key for record in records(store)]


# the plain way


def test_files_land_and_are_put_away_there(inbox: Path, host: Host, store: Store) -> None:
    drop(inbox, "b.csv", table("4"))
    drop(inbox, "a.csv", table("1", "2", "3"))
    (inbox / "c.csv").write_text(table("5"))
    report = run(store, host)
    assert (report.outcome, report.counts.fetched, report.pages, keys(store)) == (
        "complete",
        4,
        3,
        ["1", "2", "3", "4"],
    )
    put = [f"done/202603/{name}" for name in ("a.csv", "a.csv.ok", "b.csv", "b.csv.ok")]
    assert files(inbox) == ["c.csv", *put]
    assert host.log == [f"rename /inbox/{name} /inbox/.claimed/{name}" for name in ("a.csv", "b.csv")]
    drop(inbox, "a.csv", table("1", "2", "3"))
    assert run(store, host).counts.unchanged == 3
    assert {"done/202603/a.2.csv", "done/202603/a.2.csv.ok"} <= {*files(inbox)}
    assert faults_of(store) == []


def test_a_host_that_cannot_replace_is_enough(inbox: Path, host: Host, store: Store) -> None:
    host.old = True
    drop(inbox, "a.csv", table("1"))
    assert run(store, host).outcome == "complete"
    assert files(inbox) == ["done/202603/a.csv", "done/202603/a.csv.ok"]


def test_a_key_lets_us_in(inbox: Path, host: Host, store: Store, tmp_path: Path) -> None:
    USER_KEY.write_private_key(tmp_path / "key")
    drop(inbox, "a.csv", table("1"))
    assert run(store, host, password=None, private_key=str(tmp_path / "key")).outcome == "complete"
    assert host.connections == 0, "no password was tried"


def test_a_file_that_appears_while_another_is_read_waits_for_the_next_read(inbox: Path, host: Host) -> None:
    drop(inbox, "a.csv", table("1", "2", "3"))
    with opened(host) as source:
        reading = source.read(FileDrop(pattern="*.csv", rows=2, ready="marker"), None)
        seen = [next(reading)]
        drop(inbox, "0.csv", table("0"))
        seen += reading
        assert [page.window for page in seen] == ["a.csv", "a.csv"]
        source.settled(seen[-1].receipt)
        assert [page.window for page in pages(source)] == ["0.csv"]


def test_a_large_file_and_names_in_no_utf8_arrive_whole(inbox: Path, host: Host) -> None:
    name = os.fsdecode("信访.csv".encode("gb18030"))
    drop(inbox, name, table(*(str(number) for number in range(30_000))))
    with opened(host) as source:
        found = pages(source, rows=10_000)
        source.settled(found[-1].receipt)
    assert [page.window for page in found] == ["信访.csv"] * 3
    assert sum(len(page.rows) for page in found) == 30_000
    assert (inbox / "done/202603" / name).is_file()


def test_a_file_that_stands_still_is_whole(inbox: Path, host: Host) -> None:
    (inbox / "a.csv").write_text(table("1"))
    (inbox / "b.csv").write_text(table("2"))
    with opened(host, sleep=lambda s: (inbox / "a.csv").write_text(table("1", "3"))) as source:
        assert [page.window for page in pages(source, ready="still")] == ["b.csv"]


@pytest.mark.parametrize(("point", "times"), [("before_raw", 1), ("committed", 1), ("committed", 2)])
def test_a_kill_after_the_claim_loses_and_doubles_nothing(
    inbox: Path, host: Host, store: Store, point: str, times: int
) -> None:
    drop(inbox, "a.csv", table("1", "2", "3"))
    assert run_and_die(store, Village, settings(host), point, times, now=NOW)
    assert files(inbox) == [".claimed/a.csv", ".claimed/a.csv.ok"]
    drop(inbox, "a.csv", table("0"))
    assert run(store, host).outcome == "complete"
    assert keys(store) == ["0", "1", "2", "3"]
    assert {versions for *_, versions in contents(store).records.values()} == {1}
    assert (inbox / "done/202603/a.csv").read_text() == table("1", "2", "3")
    assert faults_of(store) == []


# what a host can do


def test_a_host_with_another_key_is_told_nothing(inbox: Path, host: Host) -> None:
    drop(inbox, "a.csv", table("1"))
    other = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode()
    with opened(host, {"host_key": other}) as source, pytest.raises(SourceReplyInvalid, match="host's key is not"):
        pages(source)
    assert (host.connections, files(inbox)) == (0, ["a.csv", "a.csv.ok"])


def test_a_wrong_password_is_denied_once_and_not_told(
    host: Host, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    report = run(store, host, password="not-" + PASSWORD)
    assert (report.outcome, host.connections) == ("denied", 1)
    assert str(report.error).startswith("source.denied: the host does not let us in")
    assert PASSWORD not in caplog.text + str(report.error)


def test_a_connection_cut_within_a_file_is_made_again(inbox: Path, host: Host) -> None:
    drop(inbox, "a.csv", table(*(str(number) for number in range(30_000))))
    host.cuts = 1
    with opened(host) as source:
        assert sum(len(page.rows) for page in pages(source, rows=10_000)) == 30_000
        assert (source.retries, host.connections) == (1, 2)


def test_a_file_that_cannot_be_had_whole_stays_for_the_next_read(inbox: Path, host: Host) -> None:
    drop(inbox, "a.csv", table(*(str(number) for number in range(30_000))))
    host.cuts = 3
    with opened(host) as source:
        with pytest.raises(SourceUnavailable, match=r"the connection broke - village sftp \(attempt 3\)"):
            pages(source)
        assert files(inbox) == [".claimed/a.csv", ".claimed/a.csv.ok"]
        source.start_read("records")
        assert sum(len(page.rows) for page in pages(source, rows=10_000)) == 30_000


def test_a_file_that_changes_while_it_is_fetched_gives_no_rows(inbox: Path, host: Host) -> None:
    drop(inbox, "a.csv", table("1"))
    host.grows = True
    with opened(host) as source, pytest.raises(SourceUnavailable, match="changes while it is read"):
        pages(source)


def test_a_host_that_does_not_answer_is_unavailable(inbox: Path, host: Host) -> None:
    drop(inbox, "a.csv", table("1"))
    host.silent = True
    limits = HttpLimits(connect_s=5, read_s=0.5, attempts=2, backoff_s=0, backoff_max_s=0)
    with opened(host, limits=limits) as source, pytest.raises(SourceUnavailable, match=r"in time.*attempt 2"):
        pages(source)


def test_a_host_that_is_gone_is_unavailable(host: Host) -> None:
    with (
        opened(host, {"sftp": "sftp://hub@127.0.0.1:1"}) as source,
        pytest.raises(SourceUnavailable, match=r"no connection.*attempt 3"),
    ):
        pages(source)


def test_a_host_outside_the_allow_list_is_not_asked(host: Host) -> None:
    with opened(host, allow=[]) as source, pytest.raises(SourceDenied, match="may not connect"):
        pages(source)
    assert host.connections == 0


@pytest.mark.parametrize("path", ["/inbox", "/inbox/a.csv"])
def test_what_we_may_not_do_there_is_denied_without_its_words(inbox: Path, host: Host, path: str) -> None:
    drop(inbox, "a.csv", table("1"))
    host.refuses.add(path)
    with opened(host) as source, pytest.raises(SourceDenied, match="no permission") as why:
        pages(source)
    assert "secret" not in str(why.value)


def test_links_are_not_followed_there_either(inbox: Path, host: Host, store: Store) -> None:
    (inbox.parent / "secret.csv").write_text(table("9"))
    (inbox / "a.csv").symlink_to(inbox.parent / "secret.csv")
    (inbox / "a.csv.ok").write_text("1")
    report = run(store, host)
    assert "a.csv is a link, which the hub does not follow" in str(report.error)
    assert (inbox / "refused/202603/a.csv").is_symlink()


def test_a_file_beyond_all_bounds_is_refused(
    inbox: Path, host: Host, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sftp, "FILE_MAX", 1_000)
    drop(inbox, "a.csv", table(*(str(number) for number in range(100))))
    drop(inbox, "b.csv", table("1"))
    assert "a.csv is a file of more than 1000 bytes" in str(run(store, host).error)
    assert keys(store) == ["1"]


# settings


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"host_key": ""}, "host_key is not set"),
        ({"host_key": "ssh-ed25519 nonsense"}, "host_key is no public key"),
        ({"password": None}, "neither password nor private_key"),
        ({"private_key": "key"}, "private_key is no absolute path"),
        ({"private_key": "/nowhere/key"}, "private_key cannot be read: No such file"),
        ({"sftp": "sftp://127.0.0.1"}, "no address of a host"),
        ({"sftp": "sftp://hub:secret@127.0.0.1"}, "no address of a host"),
        ({"sftp": "sftp://hub@127.0.0.1:x"}, "no address of a host"),
        ({"sftp": "sftp://hub@127.0.0.1/inbox"}, "no address of a host"),
    ],
)
def test_settings_that_cannot_be(host: Host, told: dict[str, Any], why: str) -> None:
    with pytest.raises(ConfigError, match=why) as error:
        opened(host, told)
    assert "secret" not in str(error.value)


def test_a_key_with_a_passphrase_is_told(host: Host, tmp_path: Path) -> None:
    USER_KEY.write_private_key(tmp_path / "key", "pkcs8-pem", passphrase="x")
    with pytest.raises(ConfigError, match="without a passphrase"):
        opened(host, {"private_key": str(tmp_path / "key")})


def test_without_the_extra_it_is_named(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("sftp", "sftp_host"):
        monkeypatch.delitem(sys.modules, f"hub.sources.files.{name}")
    monkeypatch.setitem(sys.modules, "asyncssh", None)
    with pytest.raises(ConfigError, match=r"yiwang\[sftp\]"):
        opened(host)
