"""Entries in the store: the rules of records hold, their matters find them, and nothing else is disturbed."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner
from payouts import FAILED, PAID, drop, hub_toml, line
from sqlalchemy import text

from adapters.court.enforcement_payout.adapter import DATASET
from hub.batch import Row
from hub.cli.main import main
from hub.contract import Adapter, Item, Manifest, Page, Stream
from hub.engine.history import remap
from hub.errors import StoreError
from hub.ingest import Line
from hub.mapping.mapper import Mapper
from hub.mapping.normalize import Normalizer
from hub.registry import Registry
from hub.settings import load as load_settings
from hub.shaping import Shaper
from hub.store import entries, maintain
from hub.store.database import Database
from hub.store.progress import StreamKey
from hub.store.store import Store
from hub.store.vault import Keyring
from hub.store.write import Counts, Transaction
from hub.testing import new_store, run_source
from schemas.draft import Draft, DraftEntry, DraftEvent, DraftFigure, DraftMediator, DraftParty, DraftRow
from schemas.life import Stage
from schemas.taxonomy import load

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
CASE = "（2026）浙1024执12号"
FIRM = "91990000MA00000008"  # of no region


class Mixed(Adapter[Any]):
    """Gives whatever kind an item says it is: a matter, a step, a person, a figure."""

    manifest = Manifest(
        name="mixed", version="1.0.0", kind="court", streams=(Stream(name="told"),), stages={"done": Stage.ENFORCING}
    )

    def draft(self, item: Item) -> Draft | DraftEntry:
        key, revision, deleted = item["key"], item.get("revision"), item.get("deleted", False)
        match item["is"]:
            case "event":
                return DraftEvent(
                    key=key, revision=revision, deleted=deleted, of=("court_case", item.get("of", CASE)),
                    at=item.get("at"), action=item.get("action"), status="done",
                )  # fmt: skip
            case "mediator":
                return DraftMediator(key=key, revision=revision, deleted=deleted, name=item.get("name"))
            case "figure":
                return DraftFigure(key=key, revision=revision, name="收案", value=item["value"])
            case "row":
                firm = DraftParty(kind="2", id_type="990", name="某公司", id_number=item["firm"])
                return DraftRow(key=key, revision=revision, dataset="付款", amount=item["yuan"], parties=[firm])
            case _:
                return Draft(key=key, revision=revision, title=item.get("title", "t"))


@pytest.fixture
def store(database: Database, keyring: Keyring) -> Store:
    return Store(database, keyring)


@pytest.fixture(scope="module")
def shaper() -> Shaper:
    return _shaper()


def _shaper() -> Shaper:
    adapter = Mixed(Mixed.Config.model_construct())
    return Shaper(adapter, Normalizer(Mixed.manifest, source="mix", mapper=Mapper(load())), stream="told")


def read(store: Store, shaper: Shaper, *items: Item, window: str = "") -> Counts:
    """One run of one page."""
    line = Line(
        store, StreamKey("331024", "mix", "told"), Mixed.manifest, mapping="m1", clock=lambda: NOON + timedelta(hours=1)
    )
    line.begin()
    page = Page(orjson.dumps(items), stream="told", window=window, fetched=NOON, rows=items)
    for batch in shaper.batches(page):
        line.commit(batch)
    report = line.close()
    assert report.counts.adds_up
    return report.counts


def bodies(store: Store) -> list[dict[str, Any]]:
    with store.database.reading() as connection:
        heads = entries.entries(connection)
    return [dict(entries.show(store.database, store.keyring, each.home, each.id, clear=True).body) for each in heads]


def value(store: Store, statement: str) -> Any:
    with store.database.reading() as connection:
        return connection.execute(text(statement)).scalar()


def concerning(store: Store, *numbers: str) -> list[str]:
    with store.database.reading() as connection:
        return [each.key for each in entries.about(connection, entries.hashes_of(store.keyring.hash, numbers))]


def test_each_kind_lands_in_its_table_and_the_counts_hold(store: Store, shaper: Shaper) -> None:
    counts = read(
        store, shaper, {"is": "event", "key": "1", "action": "冻结"}, {"is": "record", "key": "1"},
        {"is": "mediator", "key": "1", "name": "李四光"}, {"is": "figure", "key": "1", "value": "3"},
        {"is": "mediator", "key": " "},
    )  # fmt: skip
    assert counts == Counts(fetched=5, stored=4, rejected=1, unmapped=1)
    assert value(store, "SELECT count(*) FROM record") == 1
    with store.database.reading() as connection:
        assert entries.counts(connection) == {("mix", "event"): 1, ("mix", "figure"): 1, ("mix", "mediator"): 1}
        titles = {each.kind: (each.name, each.title, each.value) for each in entries.entries(connection)}
    assert titles == {"event": ("冻结", "", None), "figure": ("收案", "", 3.0), "mediator": (None, "李**", None)}
    assert value(store, "SELECT count(*) FROM link") == 1
    assert maintain.check(store.database, store.keyring) == []


def test_a_page_told_again_writes_nothing(store: Store, shaper: Shaper) -> None:
    page = ({"is": "event", "key": "1", "revision": 5}, {"is": "figure", "key": "1", "value": 3})
    read(store, shaper, *page)
    assert read(store, shaper, *page) == Counts(fetched=2, unchanged=2)
    assert value(store, "SELECT count(*) FROM entry_version") == 2


def test_the_newer_revision_wins_and_each_change_leaves_a_version(store: Store, shaper: Shaper) -> None:
    def step(revision: int, action: str) -> Item:
        return {"is": "event", "key": "1", "revision": revision, "action": action}

    read(store, shaper, step(5, "冻结"))
    assert read(store, shaper, step(4, "查询")) == Counts(fetched=1, superseded=1)
    assert read(store, shaper, step(6, "解冻"), step(5, "冻结"), step(6, "解冻")) == Counts(
        fetched=3, stored=1, superseded=1, unchanged=1
    )
    (told,) = bodies(store)
    assert told["action"] == "解冻"
    with store.database.reading() as connection:
        (head,) = entries.entries(connection)
    old = entries.show(store.database, store.keyring, head.home, head.id, version=1)
    assert (old.body["action"], [each.version for each in old.versions]) == ("冻结", [1, 2])


def test_a_tombstone_hides_an_entry_until_something_newer(store: Store, shaper: Shaper) -> None:
    read(store, shaper, {"is": "mediator", "key": "1", "revision": 5, "name": "李四光"})
    assert read(store, shaper, {"is": "mediator", "key": "1", "revision": 6, "deleted": True}).deleted == 1
    assert bodies(store) == []
    assert read(store, shaper, {"is": "mediator", "key": "1", "revision": 6, "name": "李四光"}).superseded == 1
    assert read(store, shaper, {"is": "mediator", "key": "1", "revision": 7, "name": "李四光"}).stored == 1
    assert len(bodies(store)) == 1


def test_an_event_is_found_from_its_matter_and_in_the_order_of_time(store: Store, shaper: Shaper) -> None:
    read(
        store, shaper, {"is": "event", "key": "late", "at": "2026-03-02 11:00:00"},
        {"is": "event", "key": "early", "at": "2026-03-01 11:00:00", "of": "(2026)浙1024执12号"},
        {"is": "event", "key": "other", "of": "（2026）浙1024执13号"},
    )  # fmt: skip
    assert concerning(store, CASE) == ["early", "late"]
    assert concerning(store, CASE, "（2026）浙1024执13号") == ["other", "early", "late"]
    assert concerning(store, "（2026）浙1024执14号") == []


def test_an_entry_that_moves_to_another_matter_is_found_there_only(store: Store, shaper: Shaper) -> None:
    read(store, shaper, {"is": "event", "key": "1", "revision": 1})
    read(store, shaper, {"is": "event", "key": "1", "revision": 2, "of": "（2026）浙1024执99号"})
    assert (concerning(store, CASE), concerning(store, "（2026）浙1024执99号")) == ([], ["1"])
    read(store, shaper, {"is": "event", "key": "1", "revision": 3, "deleted": True})
    assert concerning(store, "（2026）浙1024执99号", CASE) == []
    assert maintain.check(store.database, store.keyring) == []


def test_a_dataset_row_is_found_by_its_firm(store: Store, shaper: Shaper) -> None:
    read(
        store,
        shaper,
        {"is": "row", "key": "1", "firm": FIRM, "yuan": "10.5"},
        {"is": "row", "key": "2", "firm": "x", "yuan": 1},
    )
    with store.database.reading() as connection:
        found = entries.about(connection, [store.keyring.hash("credit", FIRM)], kinds=("row",))
        assert entries.about(connection, [store.keyring.hash("credit", FIRM)], kinds=("event",)) == []
    assert [(each.key, each.name, each.amount_fen) for each in found] == [("1", "付款", 1_050)]


def test_nothing_of_a_person_stands_in_the_open(store: Store, shaper: Shaper) -> None:
    read(
        store,
        shaper,
        {"is": "mediator", "key": "1", "name": "李四光"},
        {"is": "row", "key": "1", "firm": FIRM, "yuan": 1},
    )
    with store.database.reading() as connection:
        for table in ("entry", "entry_version", "entry_about"):
            told = str([tuple(row) for row in connection.execute(text(f"SELECT * FROM {table}"))])
            assert "四光" not in told
            assert FIRM not in told


def test_a_body_moved_to_another_entry_does_not_open(store: Store, shaper: Shaper) -> None:
    read(store, shaper, {"is": "event", "key": "1"}, {"is": "event", "key": "2"})
    with store.database.transaction() as connection:
        connection.execute(
            text("UPDATE entry_version SET body = (SELECT body FROM entry_version v WHERE v.entry = 1) WHERE entry = 2")
        )
    with pytest.raises(StoreError):
        entries.show(store.database, store.keyring, "331024", 2)
    (finding,) = maintain.check(store.database, store.keyring)
    assert (finding.code, finding.examples) == ("entry_version.sealed", ("331024-2",))


@pytest.mark.parametrize(
    ("damage", "expected"),
    [
        ("DELETE FROM entry_version WHERE entry = 1", {"entry.no_version"}),
        ("DELETE FROM entry WHERE id = 1", {"entry_version.no_entry", "entry_about.orphan"}),
        ("UPDATE entry_version SET item_no = 9 WHERE entry = 1", {"entry_version.no_raw"}),
        ("UPDATE entry SET key = 'other' WHERE id = 1", {"entry_version.sealed"}),
    ],
)
def test_damage_to_entries_is_found(store: Store, shaper: Shaper, damage: str, expected: set[str]) -> None:
    read(store, shaper, {"is": "event", "key": "1"}, {"is": "event", "key": "2"})
    with store.database.transaction() as connection:
        connection.execute(text(damage))
    assert {each.code for each in maintain.check(store.database, store.keyring)} == expected


def test_a_record_and_an_entry_of_one_key_are_two_in_the_ledger(store: Store, shaper: Shaper) -> None:
    read(store, shaper, {"is": "record", "key": "1"}, {"is": "event", "key": "1"}, {"is": "event", "key": "1"})
    assert value(store, "SELECT fetched FROM ledger") == 2


def test_a_remap_makes_entries_again_and_a_dry_one_writes_nothing(tmp_path: Path) -> None:
    config = hub_toml(tmp_path, tmp_path / "inbox")
    drop(tmp_path / "inbox", "A.csv", [line(no, PAID) for no in range(5)])
    with new_store(tmp_path) as store:
        settings, registry = load_settings(config), Registry.load()
        (report,) = run_source(store, registry.get("enforcement_payout"), settings.source("payouts"))
        assert report.counts.stored == 5
        with store.database.transaction() as connection:
            connection.execute(text("UPDATE entry SET content = status WHERE id < 3"))  # as of another mapping
        for dry, versions in ((True, 5), (False, 7)):
            done = remap(settings, store, registry, "payouts", dry=dry)
            assert (done.counts.fetched, done.counts.stored, done.counts.unchanged) == (5, 2, 3)
            assert value(store, "SELECT count(*) FROM entry_version") == versions
        assert maintain.check(store.database, store.keyring) == []


def test_a_record_only_batch_makes_the_same_rows_as_ever(store: Store, shaper: Shaper) -> None:
    rows, refusals = shaper.rows([{"is": "record", "key": "1"}], NOON)
    assert (refusals, [row.kind for row in rows]) == ([], [""])
    assert tuple(rows[0]) == tuple(Row(*tuple(rows[0])[:8]))
    with store.database.transaction() as connection:
        writes = Transaction(
            connection, store.keyring, home="331024", source="mix", stream="told", now="2026-03-02T01:00:00Z"
        )
        assert writes.put([], run=1, raw=1, adapter="a", mapping="m") == Counts()


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shaper: Shaper) -> Any:
    """The command line over a store with three entries."""
    Keyring.create(tmp_path / "keyring.json")
    settings = f'''home = "331024"
[store]
url = "sqlite:///{tmp_path}/yiwang.db"
keys = "{tmp_path}/keyring.json"
'''
    (tmp_path / "hub.toml").write_text(settings, encoding="utf-8")
    with Store.open(f"sqlite:///{tmp_path}/yiwang.db", tmp_path / "keyring.json") as store:
        read(
            store, shaper, {"is": "event", "key": "e1", "action": "冻结", "at": "2026-03-01 11:00:00"},
            {"is": "mediator", "key": "m1", "name": "李四光"}, {"is": "figure", "key": "f1", "value": 3},
        )  # fmt: skip
    monkeypatch.chdir(tmp_path)

    def run(*args: str) -> Any:
        result = CliRunner().invoke(main, ["entry", *args])
        assert result.exit_code == 0, result.output
        return json.loads(result.output) if "--json" in args else result.output

    return run


def test_the_command_lists_and_shows_masked(hub: Any) -> None:
    assert [each["kind"] for each in hub("list", "--json")["entries"]] == ["event", "figure", "mediator"]
    assert [each["key"] for each in hub("list", "--of", "(2026)浙1024执12号", "--json")["entries"]] == ["e1"]
    (mediator,) = hub("list", "--kind", "mediator", "--json")["entries"]
    assert mediator["title"] == "李**"
    assert hub("list", "--limit", "2", "--json")["next"] == "331024-2"
    shown = hub("show", "331024-3", "--json")
    assert (shown["body"]["name"], shown["clear"]) == ("李**", False)
    printed = hub("list") + hub("show", "m1", "--source", "mix")
    assert "调解员" in printed
    assert "四光" not in printed


def test_rows_that_stand_there_twice_end_the_command_with_1(tmp_path: Path) -> None:
    config = hub_toml(tmp_path, tmp_path / "inbox")

    def alike(*more: str) -> Any:
        return CliRunner().invoke(main, ["--config", str(config), "entry", "alike", "--name", DATASET, *more])

    drop(tmp_path / "inbox", "A.csv", [line(1, PAID), line(2, PAID), line(3, FAILED)])
    with new_store(tmp_path) as store:
        settings = load_settings(config)
        run_source(store, Registry.load_one("enforcement_payout"), settings.source("payouts"))
        assert (alike().exit_code, alike().output) == (0, "没有重复 none\n")
        other = {"PCH": "FK2"}
        drop(
            tmp_path / "inbox",
            "B.csv",
            [line(1, PAID) | other | {"LSH": "FK2-1"}, line(3, PAID) | other | {"LSH": "FK2-3"}],
        )
        run_source(store, Registry.load_one("enforcement_payout"), settings.source("payouts"))
        assert alike().exit_code == 1
        paid = json.loads(alike("--status", PAID, "--json").output)["groups"]
    assert [[each["key"] for each in group] for group in paid] == [["FK1-000001", "FK2-1"]]  # the third had failed


def test_a_clear_read_is_audited(hub: Any, tmp_path: Path) -> None:
    shown = hub("show", "m1", "--source", "mix", "--clear", "--reason", "复核李四光13800000001", "--json")
    assert shown["body"]["name"] == "李四光"
    with Store.open(f"sqlite:///{tmp_path}/yiwang.db", tmp_path / "keyring.json") as store:
        told = value(store, "SELECT entry FROM audit WHERE action = 'entry.read_clear'")
    assert (json.loads(told)["entry"], json.loads(told)["reason"]) == (3, "复核李**138****0001")
