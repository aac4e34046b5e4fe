"""File drops through the whole line: taken once, put away after the commit, refused by name, left for the next run."""

import fcntl
import hashlib
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from world import rows

from hub import api
from hub.contract import Page
from hub.errors import ConfigError, PluginError, SourceDenied, SourceReplyInvalid, SourceUnavailable
from hub.ingest import RunReport
from hub.sources.files.inbox import CLAIMED, DONE, REFUSED
from hub.sources.folder import FolderSource, window_of
from hub.store.store import Store
from hub.testing import SourceSettings, contents, faults_of, new_store, records, run_and_die, run_source
from hub.wire import FileDrop

NOW = datetime(2026, 3, 5, 2, 0, tzinfo=UTC)
HEAD = "编号,标题,更新\n"


class Village(api.Adapter[api.FolderConfig]):
    """Mediation files of a village, as tables."""

    Config = api.FolderConfig
    manifest = api.Manifest(
        name="village", version="1.0.0", kind="mediation",
        streams=(api.Stream(request=FileDrop(pattern="*.csv", rows=2)),),
    )  # fmt: skip

    def draft(self, item: api.Item) -> api.Draft:
        return api.Draft(key=item["编号"], title=item["标题"], revision=item["更新"])


def reading(**drop: Any) -> type[Village]:
    """The same adapter over files declared otherwise; claims COUNTED where there is a manifest."""
    claims = frozenset({api.Capability.COUNTED} if drop.get("ready") == "manifest" else ())
    request = FileDrop(**({"pattern": "*.csv", "rows": 2} | drop))
    told = replace(Village.manifest, streams=(api.Stream(request=request),), capabilities=claims)
    return type("Village", (Village,), {"manifest": told})


MARKED = reading(ready="marker")
COUNTED = reading(ready="manifest", marker=".json")


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with new_store(tmp_path) as opened:
        yield opened


def settings(inbox: Path, **options: Any) -> SourceSettings:
    told = {"folder": str(inbox), **options}
    return SourceSettings(name="v", adapter="village", home="330110", every_s=300, allow_empty=True, options=told)


def run(store: Store, inbox: Path, kind: type[Village] = Village, **options: Any) -> RunReport:
    (report,) = run_source(store, kind, settings(inbox), clock=lambda: NOW, **({"sleep": lambda s: None} | options))
    return report


def table(*keys: str) -> str:
    return HEAD + "".join(f"{key},欠薪{key},2026-03-01 08:00:00\n" for key in keys)


def drop(inbox: Path, name: str, text: str, **beside: str) -> None:
    (inbox / name).write_text(text, encoding="utf-8")
    for marker, said in beside.items():
        (inbox / f"{name}.{marker}").write_text(said, encoding="utf-8")


def manifest(text: str, rows: int, algorithm: str = "sha256") -> str:
    digest = hashes.Hash(hashes.SM3())
    digest.update(text.encode())
    told = {"sha256": hashlib.sha256(text.encode()).hexdigest(), "sm3": digest.finalize().hex()}
    return json.dumps({"rows": rows, algorithm: told[algorithm]})


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file() or path.is_symlink())


def keys(store: Store) -> list[str]:
    return [record.key for record in records(store)]


def source(inbox: Path, kind: type[Village] = Village, **options: Any) -> FolderSource:
    sleep: Callable[[float], None] = lambda s: None  # noqa: E731
    told = {"clock": lambda: NOW, "sleep": sleep} | options
    return FolderSource(
        name="v", home="330110", manifest=kind.manifest, config=api.FolderConfig(folder=str(inbox)), **told
    )


def pages(opened: FolderSource, kind: type[Village] = Village) -> list[Page]:
    request = kind.manifest.streams[0].request
    assert request is not None
    return list(opened.read(request, None))


# the plain way


def test_files_land_oldest_name_first_and_are_put_away(inbox: Path, store: Store) -> None:
    drop(inbox, "b.csv", table("4"))
    drop(inbox, "a.csv", table("1", "2", "3"))
    drop(inbox, "notes.txt", "not ours")
    report = run(store, inbox)
    assert (report.outcome, report.counts.fetched, report.pages) == ("complete", 4, 3)
    assert keys(store) == ["1", "2", "3", "4"]
    assert files(inbox) == ["done/202603/a.csv", "done/202603/b.csv", "notes.txt"]
    told = rows(store, "SELECT window, announced, fetched, pages FROM ledger ORDER BY window")
    assert [tuple(row) for row in told] == [("a.csv", 3, 3, 2), ("b.csv", 1, 1, 1)]
    assert report.watermark is not None
    assert faults_of(store) == []


def test_nothing_to_read_is_empty(inbox: Path, store: Store) -> None:
    assert run(store, inbox).outcome == "empty"
    drop(inbox, "a.csv", HEAD)
    report = run(store, inbox)
    assert (report.outcome, report.watermark) == ("empty", None)
    assert files(inbox) == ["done/202603/a.csv"]


def test_what_comes_again_costs_nothing(inbox: Path, store: Store) -> None:
    for name in ("a.csv", "a.csv", "again.csv", "a.csv"):
        drop(inbox, name, table("1", "2", "3"))
        report = run(store, inbox)
    assert (report.counts.fetched, report.counts.unchanged) == (3, 3)
    assert files(inbox) == [f"done/202603/{name}" for name in ("a.2.csv", "a.3.csv", "a.csv", "again.csv")]
    assert rows(store, "SELECT count(*) FROM raw")[0][0] == 2


def test_a_file_is_put_away_after_its_commit_and_not_before(inbox: Path, store: Store) -> None:
    drop(inbox, "a.csv", table("1", "2", "3"))
    seen: list[list[str]] = []

    def stop(point: str) -> None:
        if point == "committed":
            seen.append(files(inbox))

    run(store, inbox, stop=stop)
    assert seen == [[".claimed/a.csv"], [".claimed/a.csv"]]
    assert files(inbox) == ["done/202603/a.csv"]


def test_rows_on_a_page_are_those_of_the_setting(inbox: Path) -> None:
    drop(inbox, "a.csv", table("1", "2", "3"))
    config = api.FolderConfig(folder=str(inbox), page_size=3)
    with FolderSource(
        name="v", home="330110", manifest=Village.manifest, config=config, sleep=lambda s: None
    ) as opened:
        (page,) = pages(opened)
    assert (len(page.rows), page.total, page.receipt, page.window) == (3, 3, "a.csv", "a.csv")


# bad rows and bad files


def test_a_bad_row_alone_is_rejected_with_its_line(inbox: Path, store: Store) -> None:
    drop(inbox, "a.csv", table("1") + "2,欠薪\n,无号,2026-03-01 08:00:00\n" + "4,欠薪,2026-03-01 08:00:00\n")
    report = run(store, inbox)
    assert (report.outcome, report.counts.rejected, keys(store)) == ("complete", 2, ["1", "4"])
    told = rows(store, "SELECT code, field, reason FROM rejection ORDER BY code")
    assert tuple(told[1]) == ("row.unreadable", "line 3", "2 fields where 3 are named")
    assert told[0].code == "key.missing"
    assert told[0].reason.startswith("line 4: ")
    assert files(inbox) == ["done/202603/a.csv"]


def test_a_file_that_cannot_be_opened_is_refused_and_the_rest_go_on(inbox: Path, store: Store) -> None:
    kind = reading(encoding="utf-8")
    drop(inbox, "b.csv", table("1"))
    for name in ("a", "c", "d", "990101199003072016"):
        (inbox / f"{name}.csv").write_bytes(table("9").encode("gb18030"))
    report = run(store, inbox, kind)
    assert (report.outcome, keys(store)) == ("incomplete", ["1"])
    assert report.error is not None
    assert report.error.startswith("source.reply_invalid: 4 files refused: 990")
    assert "199003072016" not in report.error
    assert "a.csv is no text in utf-8: beyond byte 0; c.csv" in report.error
    assert "and 1 more" in report.error
    assert [name for name in files(inbox) if name.startswith(REFUSED)] == [
        f"refused/202603/{name}.csv" for name in ("990101199003072016", "a", "c", "d")
    ]
    assert run(store, inbox, kind).outcome == "empty", "nothing is read again"


def test_a_broken_file_of_a_name_refused_before_is_kept_beside_it(inbox: Path, store: Store) -> None:
    for _ in range(2):
        drop(inbox, "a.csv", "")
        os.utime(inbox / "a.csv", (1, 1))
        assert run(store, inbox).outcome == "incomplete"
    assert files(inbox) == ["refused/202603/a.2.csv", "refused/202603/a.csv"]


# ready or not


def test_a_file_that_grows_is_left_alone(inbox: Path, store: Store) -> None:
    drop(inbox, "a.csv", table("1"))
    drop(inbox, "b.csv", table("2"))
    drop(inbox, "empty.csv", "")
    os.utime(inbox / "empty.csv", (NOW.timestamp(), NOW.timestamp()))

    def grow(seconds: float) -> None:
        with (inbox / "a.csv").open("a", encoding="utf-8") as file:
            file.write("3,欠")

    assert run(store, inbox, sleep=grow).counts.fetched == 1
    assert files(inbox) == ["a.csv", "done/202603/b.csv", "empty.csv"]


def test_a_file_waits_for_its_marker(inbox: Path, store: Store) -> None:
    drop(inbox, "a.csv", table("1"))
    drop(inbox, "b.csv", table("2"), ok="1")
    drop(inbox, "c.csv", table("3"), ok="")
    run(store, inbox, MARKED)
    assert keys(store) == ["2"]
    drop(inbox, "a.csv", table("1", "5"), ok="done")
    run(store, inbox, MARKED)
    assert keys(store) == ["1", "2", "5"]
    moved = ["a.csv", "a.csv.ok", "b.csv", "b.csv.ok"]
    assert files(inbox) == ["c.csv", "c.csv.ok", *(f"done/202603/{name}" for name in moved)]


@pytest.mark.parametrize("algorithm", ["sha256", "sm3"])
def test_a_manifest_is_held_against_its_file(inbox: Path, store: Store, algorithm: str) -> None:
    text = table("1", "2", "3")
    drop(inbox, "a.csv", text, json=manifest(text, 3, algorithm))
    report = run(store, inbox, COUNTED)
    assert (report.outcome, report.announced) == ("complete", 3)
    drop(inbox, "b.csv", table("4"), json=manifest(text, 3, algorithm))
    report = run(store, inbox, COUNTED)
    assert report.error is not None
    assert "b.csv is a file that is not the one its manifest speaks of" in report.error
    assert [name for name in files(inbox) if name.startswith(REFUSED)] == [
        "refused/202603/b.csv", "refused/202603/b.csv.json"
    ]  # fmt: skip


def test_fewer_rows_than_the_manifest_announces_are_a_gap(inbox: Path, store: Store) -> None:
    text = table("1", "2", "3")
    drop(inbox, "a.csv", text, json=manifest(text, 4))
    report = run(store, inbox, COUNTED)
    assert (report.outcome, report.watermark, keys(store)) == ("incomplete", None, ["1", "2", "3"])
    assert str(report.error).startswith("run.gap")
    assert [tuple(row) for row in rows(store, "SELECT window, announced, fetched FROM ledger")] == [("a.csv", 4, 3)]


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("{", "a manifest that is no JSON"),
        ("[]", "a manifest that tells no number of rows"),
        ('{"rows": true, "sha256": "x"}', "a manifest that tells no number of rows"),
        ('{"rows": 1}', "a manifest that tells neither sha256 nor sm3"),
    ],
)
def test_a_manifest_that_says_nothing_is_refused(inbox: Path, said: str, why: str) -> None:
    drop(inbox, "a.csv", table("1"), json=said)
    with source(inbox, COUNTED) as opened, pytest.raises(SourceReplyInvalid, match=why):
        pages(opened, COUNTED)


# ends and neighbours


@pytest.mark.parametrize(("point", "times"), [("before_raw", 1), ("rows_put", 2), ("committed", 1), ("committed", 2)])
def test_a_kill_anywhere_loses_and_doubles_nothing(inbox: Path, store: Store, point: str, times: int) -> None:
    text = table("1", "2", "3")
    drop(inbox, "a.csv", text, ok="1")
    assert run_and_die(store, Marked, settings(inbox), point, times, now=NOW)
    assert files(inbox) == [".claimed/a.csv", ".claimed/a.csv.ok"]
    drop(inbox, "a.csv", table("0"), ok="1")  # another one of that name, which comes after it
    run(store, inbox, Marked)
    assert keys(store) == ["0", "1", "2", "3"]
    assert {versions for *_, versions in contents(store).records.values()} == {1}
    names = ("a.2.csv", "a.2.csv.ok", "a.csv", "a.csv.ok")
    assert files(inbox) == [f"done/202603/{name}" for name in names]
    assert (inbox / "done/202603/a.csv").read_text(encoding="utf-8") == text
    assert faults_of(store) == []


class Marked(Village):
    """Importable by a process that is killed."""

    manifest = MARKED.manifest


def test_a_companion_left_in_the_inbox_by_a_crash_is_brought_along(inbox: Path, store: Store) -> None:
    text = table("1")
    (inbox / CLAIMED).mkdir()
    drop(inbox / CLAIMED, "a.csv", text)
    (inbox / "a.csv.json").write_text(manifest(text, 1), encoding="utf-8")
    assert run(store, inbox, COUNTED).outcome == "complete"
    assert files(inbox) == ["done/202603/a.csv", "done/202603/a.csv.json"]


def test_two_hubs_never_read_one_file(inbox: Path) -> None:
    for name in ("a.csv", "b.csv"):
        drop(inbox, name, table(f"{name}1", f"{name}2", f"{name}3"))
    with source(inbox) as one, source(inbox) as other:
        first = one.read(FileDrop(pattern="*.csv", rows=2), None)
        mine = [next(first)]
        theirs = pages(other)
        mine += first
        assert [page.window for page in mine] == ["a.csv", "a.csv"]
        assert [page.window for page in theirs] == ["b.csv", "b.csv"]
        with source(inbox) as third:
            assert pages(third) == []
    with source(inbox) as next_run:
        assert {page.window for page in pages(next_run)} == {"a.csv", "b.csv"}, "never settled: read again"


def test_a_claim_without_a_lock_is_taken_first(inbox: Path) -> None:
    (inbox / CLAIMED).mkdir()
    drop(inbox / CLAIMED, "z.csv", table("1"))
    drop(inbox / CLAIMED, "y.csv", table("2"))
    drop(inbox, "a.csv", table("3"))
    with (inbox / CLAIMED / "y.csv").open("rb") as held, source(inbox) as opened:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert [page.window for page in pages(opened)] == ["z.csv", "a.csv"]


def test_a_settled_receipt_told_again_does_no_harm(inbox: Path) -> None:
    drop(inbox, "a.csv", table("1"))
    with source(inbox) as opened:
        (page,) = pages(opened)
        for receipt in (page.receipt, page.receipt, None):
            opened.settled(receipt)
    assert files(inbox) == ["done/202603/a.csv"]


def test_told_to_stop_it_takes_no_further_file(inbox: Path) -> None:
    drop(inbox, "a.csv", table("1"))
    drop(inbox, "b.csv", table("2"))
    asked = iter([False, True])
    with (
        source(inbox, should_stop=lambda: next(asked)) as opened,
        pytest.raises(SourceUnavailable, match="asked to stop"),
    ):
        pages(opened)
    assert files(inbox) == [".claimed/a.csv", "b.csv"]


# the folder itself


def test_links_are_not_followed(inbox: Path, store: Store, tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text(table("9"), encoding="utf-8")
    (inbox / "a.csv").symlink_to(tmp_path / "secret.csv")
    drop(inbox, "b.csv", table("1"))
    report = run(store, inbox)
    assert keys(store) == ["1"]
    assert report.error is not None
    assert "a.csv is a link, which the hub does not follow" in report.error
    assert files(inbox) == ["done/202603/b.csv", "refused/202603/a.csv"]
    assert (inbox / "refused/202603/a.csv").is_symlink()
    assert (tmp_path / "secret.csv").is_file()


@pytest.mark.parametrize("name", [CLAIMED, DONE])
def test_rooms_that_lead_elsewhere_are_refused(inbox: Path, store: Store, tmp_path: Path, name: str) -> None:
    (tmp_path / "elsewhere").mkdir()
    (inbox / name).symlink_to(tmp_path / "elsewhere")
    drop(inbox, "a.csv", table("1"))
    report = run(store, inbox)
    assert report.outcome == "incomplete"
    assert f"{name} is a link" in str(report.error)
    assert files(tmp_path / "elsewhere") == []


def test_a_folder_that_is_gone_is_not_empty(inbox: Path) -> None:
    inbox.rmdir()
    with source(inbox) as opened, pytest.raises(SourceUnavailable, match="No such file") as why:
        pages(opened)
    assert str(inbox) not in str(why.value)


def test_a_folder_we_may_not_read_is_denied(inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(path: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(os, "scandir", denied)
    with source(inbox) as opened, pytest.raises(SourceDenied, match="no permission") as why:
        pages(opened)
    assert str(inbox) not in str(why.value)


def test_what_a_folder_is_not() -> None:
    def made(**options: Any) -> FolderSource:
        return FolderSource(name="v", home="330110", manifest=Village.manifest, config=api.FolderConfig(**options))

    with pytest.raises(ConfigError, match="absolute"):
        made(folder="inbox")
    with made(folder="/inbox") as opened:
        assert opened.now().tzinfo is UTC
        for ask in (
            lambda: opened.get("/x"),
            lambda: opened.post("/x"),
            lambda: [*opened.read(api.Request(path="/"), None)],
        ):
            with pytest.raises(PluginError):
                ask()
        with pytest.raises(KeyError):
            opened.start_read("other")


def test_names_are_told_masked_readable_and_short_enough_for_the_ledger() -> None:
    assert window_of("信访.csv") == "信访.csv"
    assert window_of(os.fsdecode("信访.csv".encode("gb18030"))) == "信访.csv"
    assert "199003072016" not in window_of("990101199003072016.csv")
    one, other = (window_of("长" * 80 + end) for end in ("a.csv", "b.csv"))
    assert len(one) == len(other) == 64
    assert one != other
