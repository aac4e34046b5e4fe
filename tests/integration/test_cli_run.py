"""The command line over a whole hub: pull from the lab, then read, steer, check and copy what came."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import world
from click.testing import CliRunner, Result
from commands import Run, pulled, runner

from conformance.lab import Lab
from hub.cli.main import main

WIRES = ("mobile_court", "zhelifang", "dispute_code", "four_platforms")


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab(WIRES) as lab:
        yield lab


@pytest.fixture(scope="module")
def home(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a hub that has pulled everything once."""
    return pulled(lab, tmp_path_factory.mktemp("hub"))


@pytest.fixture
def hub(home: Path) -> Run:
    return runner(home)


def told(result: Result) -> Any:
    return json.loads(result.stdout)


def test_the_summary_accounts_for_everything(home: Path, lab: Lab) -> None:
    summary = (home / "first.txt").read_text(encoding="utf-8")
    for wire in WIRES:
        row = re.search(rf"^{wire} +完整 complete +(\d+) +(\d+) +(\d+)", summary, re.MULTILINE)
        assert row is not None
        assert int(row[1]) == len(lab.rows(wire)) == int(row[2]) + int(row[3])
    assert len(re.findall(r"^D\d\d ", summary, re.MULTILINE)) == 21
    assert "合计 all" in summary
    assert "同一纠纷见于多个来源" in summary
    assert f"hub --config {home}/hub.toml record list" in summary


def test_a_second_pull_stores_nothing_and_says_so(hub: Run) -> None:
    again = hub("source", "pull", "dispute_code")
    assert again.exit_code == 0
    assert "没有新内容 nothing new" in again.output


def test_status_tells_of_every_source(hub: Run, lab: Lab) -> None:
    answer = told(hub("status", "--json"))
    assert answer["daemon"] == {"running": False, "pid": None}
    assert answer["records"] == sum(len(lab.rows(wire)) for wire in WIRES)
    assert {row["source"]: row["paused"] for row in answer["sources"]} == dict.fromkeys(WIRES, False)
    assert hub("status").exit_code == 0


def test_records_are_listed_page_by_page_and_filtered(hub: Run) -> None:
    first = told(hub("record", "list", "--limit", "3", "--json"))
    second = told(hub("record", "list", "--limit", "3", "--json", "--after", str(first["next"])))
    numbers = [row["id"] for page in (first, second) for row in page["records"]]
    assert numbers == sorted(set(numbers))
    assert len(numbers) == 6
    leaks = told(hub("record", "list", "--item", "D0201", "--json"))["records"]
    assert {row["item"] for row in leaks} == {"D0201"}
    neighbours = told(hub("record", "list", "--item", "D02", "--json"))["records"]
    assert {row["category"] for row in neighbours} == {"D02"}
    unmapped = told(hub("record", "list", "--unmapped", "--source", "zhelifang", "--json"))["records"]
    assert {(row["item"], row["source"]) for row in unmapped} == {(None, "zhelifang")}


@pytest.mark.parametrize(
    ("args", "code", "hint"),
    [
        (["record", "list", "--item", "D0299"], 2, "did you mean"),
        (["record", "list", "--source", "zhelifng"], 2, 'did you mean "zhelifang"?'),
        (["record", "list", "--after", "7"], 2, "330110-12"),
        (["record", "list", "--rejected", "--unmapped"], 2, "--rejected goes with"),
        (["record", "show", "330110-99999999"], 1, "no such record"),
        (["record", "show", "1", "--version", "99"], 1, "no record"),
        (["record", "show", "1", "--clear"], 2, "--clear needs --reason"),
        (["source", "pull", "zhelifng"], 2, 'did you mean "zhelifang"?'),
        (["source", "rewind", "zhelifang", "--to", "soon"], 2, "not a time"),
        (["source", "rewind", "zhelifang", "--to", "2999-01-01"], 2, "in the past"),
        (["source", "rewind", "zhelifang", "--all", "--stream", "recrds"], 2, 'did you mean "records"?'),
    ],
)
def test_wrong_arguments_say_what_is_meant(hub: Run, args: list[str], code: int, hint: str) -> None:
    result = hub(*args)
    assert result.exit_code == code
    assert hint in result.stderr


def test_a_record_is_shown_masked_with_its_descent(hub: Run) -> None:
    head = told(hub("record", "list", "--source", "zhelifang", "--limit", "1", "--json"))["records"][0]
    by_number = told(hub("record", "show", f"{head['home']}-{head['id']}", "--json"))
    by_key = told(hub("record", "show", head["key"], "--source", "zhelifang", "--json"))
    assert by_number == by_key
    assert by_number["clear"] is False
    (version,) = by_number["versions"]
    assert version["adapter"].startswith("zhelifang ")
    assert version["mapping"] == head["mapping"]
    assert {"raw", "item_no", "run", "key_id"} <= set(version)
    text = hub("record", "show", str(head["id"])).output
    assert f"{head['home']}-{version['raw']}" in text
    assert not re.search(r"1380000\d{4}", text + json.dumps(by_number))


def test_a_clear_read_is_audited(hub: Run) -> None:
    before = told(hub("audit", "verify", "--json"))["verdict"]["entries"]
    head = told(hub("record", "list", "--source", "dispute_code", "--limit", "1", "--json"))["records"][0]
    clear = told(hub("record", "show", str(head["id"]), "--clear", "--reason", "quality check", "--json"))
    masked = told(hub("record", "show", str(head["id"]), "--json"))
    assert clear["body"] != masked["body"]
    after = told(hub("audit", "verify", "--json"))
    assert after["sound"] is True
    assert after["verdict"]["entries"] == before + 1


def test_a_source_is_checked_paused_resumed_rewound_and_mapped_again(hub: Run) -> None:
    (row,) = json.loads(hub("source", "check", "zhelifang", "--json").stdout)
    assert row["ok"] is True
    assert row["items"] > 0
    assert hub("source", "pause", "zhelifang", "--reason", "moving house").exit_code == 0
    assert "moving house" in hub("status").output
    assert hub("source", "resume", "zhelifang").exit_code == 0
    assert "moving house" not in hub("status").output
    assert "rewound" in hub("source", "rewind", "zhelifang", "--to", "2026-01-01").output
    dry = told(hub("source", "remap", "zhelifang", "--dry-run", "--json"))
    assert dry["dry_run"] is True
    assert dry["counts"]["fetched"] == dry["counts"]["unchanged"] > 0
    assert told(hub("source", "replay", "zhelifang", "--json"))["counts"]["fetched"] == 0
    listed = json.loads(hub("source", "list", "--json").stdout)
    assert [each["source"] for each in listed] == list(WIRES)


def test_a_rewind_never_moves_a_watermark_forward(hub: Run) -> None:
    assert "rewound" in hub("source", "rewind", "four_platforms", "--to", "2026-01-01").output
    assert "not moved" in hub("source", "rewind", "four_platforms", "--to", "2026-02-01").output


def test_one_source_that_is_down_is_told_and_leaves_the_others(lab: Lab, tmp_path: Path) -> None:
    world.write(lab, tmp_path, head="[http]\nattempts = 1", mobile_court={"base_url": "http://127.0.0.1:9"})
    hub = runner(tmp_path)
    assert hub("key", "create").exit_code == 0
    result = hub("run", "--once", "--source", "mobile_court", "--source", "dispute_code")
    assert result.exit_code == 1
    assert re.search(r"^dispute_code +完整 complete", result.output, re.MULTILINE)
    assert "mobile_court: source.unavailable" in result.output
    checked = json.loads(hub("source", "check", "mobile_court", "dispute_code", "--json").stdout)
    assert [row["ok"] for row in checked] == [False, True]


def test_a_source_with_broken_settings_is_told_and_leaves_the_others(lab: Lab, tmp_path: Path) -> None:
    world.write(lab, tmp_path, mobile_court={"app_secrt": "canary-secret"})
    hub = runner(tmp_path)
    assert hub("key", "create").exit_code == 0
    result = hub("run", "--once", "--source", "mobile_court", "--source", "dispute_code")
    assert result.exit_code == 1
    assert re.search(r"^dispute_code +完整 complete", result.output, re.MULTILINE)
    assert re.search(r"^mobile_court +失败 failed", result.output, re.MULTILINE)
    assert "canary-secret" not in result.output


def test_the_store_is_checked_backed_up_and_restored(hub: Run, home: Path, tmp_path: Path) -> None:
    assert told(hub("db", "check", "--json")) == {"sound": True, "findings": []}
    assert "up to date" in hub("db", "upgrade").output
    assert hub("db", "backup", str(tmp_path / "copy")).exit_code == 0
    assert hub("db", "backup", str(tmp_path / "copy")).exit_code == 1
    moved = (home / "hub.toml").read_text(encoding="utf-8").replace("yiwang.db", "second.db")
    (home / "second.toml").write_text(moved, encoding="utf-8")
    second = ["--config", str(home / "second.toml")]
    assert CliRunner().invoke(main, [*second, "record", "list"]).exit_code == 1  # no store there yet, and none is made
    assert CliRunner().invoke(main, [*second, "db", "restore", str(tmp_path / "copy")]).exit_code == 0
    there = json.loads(CliRunner().invoke(main, [*second, "status", "--json"]).stdout)
    assert there["records"] == told(hub("status", "--json"))["records"]


def test_the_audit_chain_leaves_and_verifies_offline(hub: Run, tmp_path: Path) -> None:
    export = tmp_path / "audit.jsonl"
    assert hub("audit", "export", str(export)).exit_code == 0
    assert hub("audit", "export", str(export)).exit_code == 2
    assert hub("audit", "verify", "--file", str(export)).exit_code == 0
    lines = export.read_text(encoding="utf-8").splitlines(keepends=True)
    export.write_text("".join(lines[:3] + lines[4:]), encoding="utf-8")
    broken = hub("audit", "verify", "--file", str(export))
    assert broken.exit_code == 1
    assert "断裂 broken" in broken.output


def test_coverage_is_told_with_and_without_the_rest(hub: Run) -> None:
    answer = told(hub("taxonomy", "coverage", "--json"))
    assert {row["source"] for row in answer["sources"]} == set(WIRES)
    assert len(answer["categories"]) > 15
    assert "不计D21" in hub("taxonomy", "coverage").output


def test_coverage_tells_how_the_codes_of_each_source_stand_to_the_items(hub: Run) -> None:
    answer = told(hub("taxonomy", "coverage", "--json"))
    codes = {row["source"]: row for row in answer["codes"]}
    assert codes.keys() == set(WIRES)
    for row in codes.values():
        assert row["codes"] == row["exact"] + row["broader"] + row["narrower"] + row["unmapped"] > 0
        assert row["share"] == round(row["items"] / 84, 4)
    assert codes["dispute_code"]["exact"] > codes["dispute_code"]["broader"] == 0  # it bears the unified codes
    assert codes["mobile_court"]["broader"] > codes["mobile_court"]["exact"]  # its causes are parts of items
    reached = sum(code is not None and code != "null" for code in answer["items"])
    assert answer["reached"] == {"items": reached, "of": 84, "share": round(reached / 84, 4)}
    table = hub("taxonomy", "coverage").output
    assert "broader" in table
    assert re.search(rf"^合计 all +\d+ +\d+ +\d+ +\d+ +\d+ +{reached} ", table, re.MULTILINE)


def test_doctor_finds_a_filled_hub_sound(hub: Run) -> None:
    findings = told(hub("doctor", "--json"))["findings"]
    assert {row["what"] for row in findings if row["state"] == "bad"} <= {"disk"}


def test_the_daemon_runs_alone_and_stops_when_asked(lab: Lab, tmp_path: Path) -> None:
    world.write(lab, tmp_path, head="[run]\npoll_s = 1")
    hub = runner(tmp_path)
    assert hub("key", "create").exit_code == 0
    command = [
        sys.executable,
        "-c",
        "from hub.cli.main import main; main()",
        "--config",
        str(tmp_path / "hub.toml"),
        "run",
    ]
    environ = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")}
    daemon = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environ)
    try:
        assert daemon.stderr is not None
        lines = (json.loads(line) for line in daemon.stderr)
        finished = next(line for line in lines if line["event"] == "run.finished")
        assert finished["outcome"] == "complete"
        assert told(hub("status", "--json"))["daemon"] == {"running": True, "pid": str(daemon.pid)}
        second = hub("run", "--once")
        assert second.exit_code == 2
        assert f"pid {daemon.pid}" in second.stderr
        daemon.send_signal(signal.SIGTERM)
        assert [line["event"] for line in lines][-1] == "daemon.stopped"
        assert daemon.wait() == 0
    finally:
        daemon.kill()
        daemon.communicate()
    assert told(hub("db", "check", "--json"))["sound"] is True
