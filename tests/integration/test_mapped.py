"""Sources without Python, from end to end: a folder, a view and a JSON interface, each with the mapping file that its
page in ``docs/adapters`` shows, into one store; then a file is changed, and history follows it.
"""

import csv
import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from generic_samples import items, sample
from web import Asked, Told, Web

from hub.cli.main import main
from hub.store.store import Store
from hub.testing import RecordRow, faults_of, records

Run = Callable[..., Result]
Rows = Sequence[Mapping[str, Any]]
SOURCES = ("table", "files", "http_json")


def drop(inbox: Path, name: str, rows: Rows) -> None:
    """A CSV file in GB18030 with its marker."""
    with (inbox / name).open("w", encoding="gb18030", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    (inbox / f"{name}.ok").write_text("ok\n", encoding="ascii")


def view(path: Path, rows: Rows) -> None:
    """An SQLite file with the table behind the view, as an office would have it."""
    names = list(rows[0])
    with sqlite3.connect(path) as database:
        columns = ", ".join(f'"{name}" {"INTEGER" if name == "SJRS" else "TEXT"}' for name in names)
        database.execute(f"CREATE TABLE V_MDJF_TZ ({columns})")
        marks = ", ".join("?" for _ in names)
        database.executemany(f"INSERT INTO V_MDJF_TZ VALUES ({marks})", [tuple(row.values()) for row in rows])
    database.close()


def serve(web: Web, rows: Rows) -> None:
    """Pages of two behind a bearer token, narrowed by ``updated_from``."""

    def answer(asked: Asked) -> Any:
        if asked.headers.get("authorization") != "Bearer t0ken":
            return Told({"code": 401, "msg": "token expired"}, status=401)
        since = asked.query.get("updated_from", "")
        found = [row for row in rows if row["updated"][:19] >= since]
        page = int(asked.query["page"])
        return {"code": 0, "msg": "ok", "data": {"total": len(found), "list": found[2 * page - 2 : 2 * page]}}

    web.answer = answer


@pytest.fixture
def hub(tmp_path: Path, web: Web) -> Iterator[Run]:
    """A hub over the three, with copies of the samples beside its settings."""
    (tmp_path / "inbox").mkdir()
    drop(tmp_path / "inbox", "ld_20260305.csv", items("files"))
    view(tmp_path / "front.db", items("table"))
    serve(web, items("http_json"))
    for name in SOURCES:
        (tmp_path / name).mkdir()
        for file in sample(name).iterdir():
            (tmp_path / name / file.name).write_bytes(file.read_bytes())
    (tmp_path / "hub.toml").write_text(
        f"""
home = "330110"
[store]
url = "sqlite:///yiwang.db"
keys = "keys.json"
[source.ledger]
adapter = "table"
database = "sqlite:///{tmp_path}/front.db"
allow = ["{tmp_path}"]
mapping_file = "table/mapping.toml"
[source.labour]
adapter = "files"
folder = "{tmp_path}/inbox"
mapping_file = "files/mapping.toml"
[source.property]
adapter = "http_json"
base_url = "{web.url}"
allow = ["127.0.0.1/32"]
token = "t0ken"
page_size = 2
mapping_file = "http_json/mapping.toml"
""",
        encoding="utf-8",
    )

    def run(*args: str) -> Result:
        return CliRunner().invoke(main, ["--config", str(tmp_path / "hub.toml"), *args])

    yield run


def stored(folder: Path) -> list[RecordRow]:
    with Store.open(f"sqlite:///{folder}/yiwang.db", folder / "keys.json") as store:
        assert faults_of(store) == []
        return records(store)


def checked(hub: Run, name: str) -> dict[str, Any]:
    (row,) = json.loads(hub("source", "check", name, "--json").stdout)
    return dict(row)


def test_three_systems_without_python_stand_in_one_store(hub: Run, tmp_path: Path) -> None:
    assert hub("config", "check").exit_code == 0
    assert hub("key", "create").exit_code == 0
    first = hub("run", "--once")
    assert first.exit_code == 0, first.output
    found = {row.key: row for row in stored(tmp_path)}
    assert found.keys() == {
        str(row[key]) for name, key in (("table", "BH"), ("files", "编号"), ("http_json", "id")) for row in items(name)
    }
    told = {key: (row.source, row.item, row.stage) for key, row in found.items()}
    assert told["YX2026030002"] == ("ledger", "D0201", "settled")
    assert told["YX2026030006"] == ("ledger", "D1104", "closed")
    assert told["LD-26-105"] == ("labour", "D0805", "unsettled")
    assert told["5003"] == ("property", "D0402", "mediating")
    assert all(row.body["classification"]["category"] for row in found.values())
    assert found["YX2026030004"].body["amount_fen"] == 3_600_000
    assert found["LD-26-103"].body["parties"][0]["name"] == "㛃云"
    assert found["5002"].body["parties"][1]["role"] == "2"
    assert {row.item[:3] for row in found.values() if row.item} >= {"D02", "D03", "D04", "D08", "D10", "D11"}
    with sqlite3.connect(tmp_path / "front.db") as database:
        marks = database.execute("SELECT DISTINCT TSZT, TSSJ IS NOT NULL FROM V_MDJF_TZ").fetchall()
    database.close()
    assert marks == [("1", 1)], "every row is acknowledged"
    assert sorted(path.name for path in (tmp_path / "inbox" / "done").rglob("*.csv")) == ["ld_20260305.csv"]
    again = hub("source", "pull", *("ledger", "labour", "property"))
    assert again.exit_code == 0, again.output
    assert "没有新内容 nothing new" in again.output


def test_a_changed_mapping_file_is_a_new_version_that_history_follows(hub: Run, tmp_path: Path) -> None:
    hub("key", "create")
    assert hub("source", "pull", "labour").exit_code == 0
    mapping = tmp_path / "files" / "mapping.toml"
    text = mapping.read_text(encoding="utf-8")
    mapping.write_text(text.replace('"处理中" = "handling"', '"处理中" = "mediating"'), encoding="utf-8")
    crosswalk = tmp_path / "files" / "crosswalk.sssom.tsv"
    rows = crosswalk.read_text(encoding="utf-8")
    crosswalk.write_text(
        rows.replace("yiwang:D0805\t工伤与劳务损害纠纷", "yiwang:D0803\t劳动(聘用)合同与人事争议"), encoding="utf-8"
    )
    before = {row.key: row for row in stored(tmp_path)}
    for dry in (True, False):
        done = json.loads(hub("source", "remap", "labour", "--json", *(["--dry-run"] if dry else [])).stdout)
        assert (done["counts"]["fetched"], done["counts"]["stored"], done["counts"]["unchanged"]) == (6, 2, 4)
        assert done["moves"] == [{"from": "D0805", "to": "D0803", "records": 1}]
    after = {row.key: row for row in stored(tmp_path)}
    assert {key for key, row in after.items() if row.versions == 2} == {"LD-26-101", "LD-26-105"}
    assert (before["LD-26-101"].stage, after["LD-26-101"].stage) == ("handling", "mediating")
    with sqlite3.connect(tmp_path / "yiwang.db") as database:
        adapters = [
            name for (name,) in database.execute("SELECT DISTINCT adapter FROM version ORDER BY version, adapter")
        ]
    database.close()
    assert len(adapters) == 2
    assert all(name.startswith("files 1.0.0+") for name in adapters)


def test_a_source_is_checked_and_tried_with_its_mapping_file(hub: Run, tmp_path: Path) -> None:
    assert {name: checked(hub, name)["items"] for name in ("ledger", "labour", "property")} == {
        "ledger": 7, "labour": 6, "property": 2,
    }  # fmt: skip
    mapping = tmp_path / "http_json" / "mapping.toml"
    text = mapping.read_text(encoding="utf-8")
    mapping.write_text(text.replace('title = "subject"', 'title = "subjct"'), encoding="utf-8")
    row = checked(hub, "property")
    assert (row["ok"], row["remark"]) == (True, 'no row has "subjct" of record.title (did you mean "subject"?)')
    shown = hub("adapter", "try", "--source", "property", "--limit", "1")
    assert '! no row has "subjct"' in shown.output
    assert "D0401" in shown.output
    assert "费明" not in shown.output
    page = {"code": 0, "data": {"total": 1, "list": [items("http_json")[4]]}}
    (tmp_path / "page.json").write_text(json.dumps(page), encoding="utf-8")
    kept = hub("adapter", "try", "--source", "property", "--page", str(tmp_path / "page.json"), "--json")
    (tried,) = json.loads(kept.stdout)["tried"]
    assert (tried["record"]["classification"]["item"], tried["record"]["stage"]) == ("D0201", "closed")
    refused = hub("adapter", "try", "http_json", "--page", str(tmp_path / "page.json"))
    assert refused.exit_code == 2
    assert "goes by a mapping file" in refused.output
    assert hub("adapter", "try", "http_json").exit_code == 2
    assert hub("adapter", "try", "http_json", "--source", "property").exit_code == 2


def test_the_deep_check_goes_by_the_source_s_own_file(hub: Run, tmp_path: Path) -> None:
    def failed() -> set[str]:
        told = json.loads(hub("source", "check", "property", "--deep", "--json").stdout)
        results = [each for verdict in told["verdicts"] for each in verdict["checks"]]
        return {each["id"] for each in results if each["outcome"] == "fail"}

    assert failed() == {"LV-10"}, "the server's clock stands still"
    mapping = tmp_path / "http_json" / "mapping.toml"
    mapping.write_text(mapping.read_text(encoding="utf-8").replace('agreed = "settled"\n', ""), encoding="utf-8")
    assert failed() == {"LV-08", "LV-10"}, "a status that has no stage in this file, though it has one in the sample"


def test_a_crosswalk_that_leads_nowhere_is_told(hub: Run, tmp_path: Path) -> None:
    crosswalk = tmp_path / "table" / "crosswalk.sssom.tsv"
    text = crosswalk.read_text(encoding="utf-8")
    crosswalk.write_text(text.replace("yiwang:D1104", "yiwang:D1199"), encoding="utf-8")
    assert "no item 'D1199' in this taxonomy" in checked(hub, "ledger")["remark"]


def test_a_broken_mapping_file_is_told_and_leaves_the_others(hub: Run, tmp_path: Path) -> None:
    mapping = tmp_path / "table" / "mapping.toml"
    text = mapping.read_text(encoding="utf-8").replace('title = "BT"', 'titel = "BT"')
    mapping.write_text(text, encoding="utf-8")
    line = 1 + text[: text.index("titel")].count("\n")
    said = f'mapping.toml line {line}: record.titel: unknown key (did you mean "title"?)'
    refused = hub("config", "check")
    assert refused.exit_code == 2
    told = json.loads(hub("config", "check", "--json").stdout)["problems"]
    assert [(each["file"], each["line"], each["key"]) for each in told] == [("mapping.toml", line, "record.titel")]
    assert said in checked(hub, "ledger")["remark"]
    hub("key", "create")
    ran = hub("run", "--once")
    assert ran.exit_code == 1
    assert {row.source for row in stored(tmp_path)} == {"labour", "property"}


def test_a_rewind_is_told_in_the_zone_of_the_mapping_file(hub: Run, tmp_path: Path) -> None:
    hub("key", "create")
    assert hub("source", "pull", "ledger").exit_code == 0
    mapping = tmp_path / "table" / "mapping.toml"
    text = mapping.read_text(encoding="utf-8").replace('zone = "Asia/Shanghai"', 'zone = "Asia/Tokyo"')
    mapping.write_text(text, encoding="utf-8")
    assert "rewound" in hub("source", "rewind", "ledger", "--to", "2026-03-01T00:00").output
    with sqlite3.connect(tmp_path / "yiwang.db") as database:
        ((mark,),) = database.execute("SELECT value FROM watermark WHERE source = 'ledger'").fetchall()
    database.close()
    assert mark.startswith("2026-02-28T15:00:00")
