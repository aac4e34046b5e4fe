"""The cases on the command line: from a pull to one dispute under one code, and what a person decides of it."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import world
from click.testing import Result
from commands import Run, pulled, runner

from conformance.lab import Lab

WIRES = ("mobile_court", "zhelifang", "dispute_code", "four_platforms")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with a hub that has pulled everything once."""
    with Lab(WIRES) as lab:
        yield pulled(lab, tmp_path_factory.mktemp("hub"))


@pytest.fixture
def hub(home: Path) -> Run:
    return runner(home)


def told(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.fixture
def shared(hub: Run) -> dict[str, Any]:
    """A case seen in several sources."""
    row: dict[str, Any] = told(hub("case", "list", "--several", "--json"))["cases"][0]
    return row


def records_of(hub: Run, code: str) -> list[str]:
    return [f"{row['home']}-{row['id']}" for row in told(hub("case", "show", code, "--json"))["records"]]


@pytest.fixture
def audit(home: Path) -> Callable[[], str]:
    """The whole audit chain as text."""
    run = runner(home)

    def read() -> str:
        (file := home / "audit.jsonl").unlink(missing_ok=True)
        assert run("audit", "export", str(file)).exit_code == 0
        return file.read_text(encoding="utf-8").replace("\\", "")

    return read


def test_the_summary_tells_cases(home: Path) -> None:
    summary = (home / "first.txt").read_text(encoding="utf-8")
    assert "案件 cases:" in summary
    assert "disputes seen in several sources" in summary


def test_every_live_record_stands_in_a_case(hub: Run) -> None:
    cases = told(hub("case", "list", "--json", "--limit", "1000"))["cases"]
    records = told(hub("record", "list", "--json", "--limit", "1000"))["records"]
    assert sum(case["records"] for case in cases) == len(records)
    assert len(cases) < len(records)


def test_a_case_is_shown_with_its_reasons_and_without_its_people(hub: Run, shared: dict[str, Any]) -> None:
    shown = hub("case", "show", shared["code"])
    assert "为何一案" in shown.output and "applicants." in shown.output
    assert told(hub("case", "show", shared["code"], "--json"))["case"] == shared
    bodies = [told(hub("record", "show", each, "--clear", "--reason", "test", "--json"))["body"]
              for each in records_of(hub, shared["code"])]  # fmt: skip
    names = {party["name"] for body in bodies for party in body["parties"] if party["kind"] == "1" and party["name"]}
    assert names
    assert not any(name in shown.output for name in names)


def test_a_case_is_found_by_code_by_number_and_by_its_people(
    hub: Run, shared: dict[str, Any], audit: Callable[[], str]
) -> None:
    code = shared["code"]
    body = told(hub("record", "show", records_of(hub, code)[0], "--clear", "--reason", "test", "--json"))["body"]
    number = body["references"][0]["number"]
    for text in (code.lower(), f"{code[:6]} {code[6:14]} {code[14:]}", number, f" {number.lower()} "):
        assert [row["code"] for row in told(hub("case", "find", text, "--json"))["cases"]] == [code], text
    person = next(party for party in body["parties"] if party["name"] and party["phone"])
    before = audit().count("case.person_looked_for")
    named = told(hub("case", "find", person["name"], "--name", "--reason", "来电询问", "--json"))["cases"]
    assert code in [row["code"] for row in named]
    last = person["phone"][-4:]
    assert hub("case", "find", code, "--phone", last, "--reason", "来电询问").exit_code == 0
    assert hub("case", "find", code, "--phone", f"{(int(last) + 1) % 10000:04}", "--reason", "x").exit_code == 1
    assert audit().count("case.person_looked_for") == before + 3
    assert person["name"] not in audit()


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("case", "find", "张三丰", "--name"), "needs --reason"),
        (("case", "find", "", "--name", "--reason", "x"), "says something"),
        (("case", "find", " "), "says something"),
        (("case", "list", "--region", "zzz"), 'no region begins with "zzz"'),
        (("case", "list", "--region", "9901"), "no region begins"),
        (("record", "list", "--region", "9901"), "no region begins"),
        (("entry", "list", "--region", "9901"), "no region begins"),
        (("mediator", "list", "--region", "9901"), "no region begins"),
        (("case", "list", "--after", "33011020260305XF99999K7"), "no case"),
        (("case", "find", "330110", "--phone", "12", "--reason", "x"), "last four digits"),
        (("case", "shwo", "1"), 'did you mean "show"?'),
        (("case", "list", "--stage", "settld"), 'did you mean "settled"?'),
        (("case", "list", "--item", "D9999"), 'no item "D9999"'),
        (("case", "review", "join", "12", "330110-3", "--reason", "x"), "no record's number"),
        (("case", "qr", "1", "--to", "x.gif"), "ending in .svg or .png"),
        (("case", "merge", "1", "2"), "Missing option '--reason'"),
    ],
)
def test_a_wrong_word_is_a_usage_error_that_helps(hub: Run, args: tuple[str, ...], said: str) -> None:
    result = hub(*args)
    assert result.exit_code == 2
    assert said in result.output


def test_nothing_found_ends_with_one(hub: Run) -> None:
    result = hub("case", "find", "XF19990101000001")
    assert result.exit_code == 1
    assert "no case is found" in result.output


def test_what_a_person_splits_and_merges_can_be_taken_back(
    hub: Run, shared: dict[str, Any], audit: Callable[[], str]
) -> None:
    code, records = shared["code"], records_of(hub, shared["code"])
    before = told(hub("case", "show", code, "--json"))["also"]
    parted = hub("case", "split", code, records[-1], records[-1], "--reason", "另一件")
    assert (parted.exit_code, "1 件 records" in parted.output) == (0, True), parted.output
    (left,) = [row for row in told(hub("case", "list", "--json", "--limit", "1000"))["cases"] if row["code"] == code]
    assert left["records"] == len(records) - 1
    new = told(hub("case", "find", records[-1], "--json"))["cases"][0]["code"]
    assert new != code
    assert hub("case", "merge", new, code, "--reason", "同一件").exit_code == 0
    assert told(hub("case", "find", new, "--json"))["cases"][0]["code"] == code
    assert hub("case", "unmerge", new, "--reason", "看错了").exit_code == 0
    assert told(hub("case", "find", new, "--json"))["cases"][0]["code"] == new
    refused = hub("case", "unmerge", new, "--reason", "再来")
    assert (refused.exit_code, "no merge of" in refused.output) == (1, True)
    assert "did you mean" not in refused.output
    assert hub("case", "unsplit", new, "--reason", "本是一件").exit_code == 0
    assert records_of(hub, code) == records
    assert told(hub("case", "show", code, "--json"))["also"] == sorted([*before, new])
    deeds = ("case.split", "case.merged", "case.unmerged", "case.unsplit")
    assert all(audit().count(f'"{deed}"') == 1 for deed in deeds)


def test_a_number_is_given_to_a_case_by_hand(hub: Run, shared: dict[str, Any]) -> None:
    assert hub("case", "alias", shared["code"], "OLD-2019-000123", "--kind", "old", "--reason", "旧系统").exit_code == 0
    assert told(hub("case", "find", "old 2019 000123", "--json"))["cases"][0]["code"] == shared["code"]
    assert hub("case", "alias", shared["code"], "12", "--reason", "x").exit_code == 1


def test_a_person_decides_what_waits(hub: Run, audit: Callable[[], str]) -> None:
    rows = told(hub("case", "list", "--json", "--limit", "1000"))["cases"]
    one, other, third = (records_of(hub, row["code"])[0] for row in rows[:3])
    assert hub("case", "review", "apart", one, other, "--reason", "两家人").exit_code == 0
    joined = hub("case", "review", "join", one, third, "--reason", "电话核实")
    assert joined.exit_code == 0, joined.output
    code = told(hub("case", "find", third, "--json"))["cases"][0]["code"]
    assert one in records_of(hub, code)
    refused = hub("case", "review", "apart", one, third, "--reason", "又不是")
    assert (refused.exit_code, "stand in one case" in refused.output) == (1, True)
    listed = told(hub("case", "review", "list", "--json", "--limit", "1000"))
    assert all({each["one"], each["other"]} != {one, other} for each in listed["pairs"])
    assert all(audit().count(f'"case.reviewed_{word}"') == 1 for word in ("join", "apart"))


def test_the_code_is_a_picture(hub: Run, shared: dict[str, Any], tmp_path: Path) -> None:
    drawn = hub("case", "qr", shared["code"])
    assert drawn.exit_code == 0 and len(drawn.output.splitlines()) > 15
    for kind, sign in (("svg", b"<?xml"), ("png", b"\x89PNG")):
        file = tmp_path / f"code.{kind}"
        assert hub("case", "qr", shared["code"], "--to", str(file)).exit_code == 0
        assert file.read_bytes().startswith(sign)


def test_all_history_is_linked_anew_and_changes_nothing_that_was_right(hub: Run) -> None:
    dry = told(hub("case", "relink", "--dry-run", "--json"))
    assert dry["dry_run"] is True
    assert dry["records"] == sum(
        row["records"] for row in told(hub("case", "list", "--json", "--limit", "1000"))["cases"]
    )
    # what arrived in an order that kept two apart was asked about; a full pass sees all of it together
    waiting = told(hub("case", "review", "list", "--json", "--limit", "1000"))["pairs"]
    asked = [{each["code"] for each in pair["records"]} for pair in waiting]
    assert all(any({lead, *codes} >= pair for pair in asked) for lead, codes in dry["joined"])
    assert dry["merges"] == len(dry["joined"])
    done = hub("case", "relink")
    assert done.exit_code == 0, done.output
    assert "成组 groups" in done.output


def test_a_record_without_a_case_is_told_by_the_doctor_and_brought_home_by_a_full_pass(hub: Run, home: Path) -> None:
    from hub.settings import load
    from hub.store.store import Store

    settings = load(home / "hub.toml")
    with Store.open(settings.store.url, settings.store.keys) as store, store.database.transaction() as connection:
        connection.exec_driver_sql("DELETE FROM case_record WHERE record = (SELECT max(record) FROM case_record)")
    (bad,) = [each for each in json.loads(hub("doctor", "--json").stdout)["findings"] if each["state"] == "bad"]
    assert (bad["what"], bad["detail"][:9], bad["hint"]) == ("cases", "1 records", "hub case relink")
    assert hub("case", "relink").exit_code == 0
    assert hub("doctor").exit_code == 0


def test_too_little_history_gives_no_weights(hub: Run, tmp_path: Path) -> None:
    result = hub("case", "calibrate", str(tmp_path / "weights.toml"))
    assert result.exit_code == 2
    assert "too little history" in result.output or "splink is not installed" in result.output
    assert not (tmp_path / "weights.toml").exists()


def test_conflicts_are_settled_by_a_person(hub: Run, home: Path, audit: Callable[[], str]) -> None:
    from hub.casework.journal import note
    from hub.settings import load
    from hub.store.store import Store

    row = told(hub("case", "list", "--json", "--limit", "1"))["cases"][0]
    settings = load(home / "hub.toml")
    with Store.open(settings.store.url, settings.store.keys) as store, store.database.transaction() as connection:
        told_by = {
            "kind": "conflict",
            "at": row["issued"],
            "by": "linker",
            "told": {"before": "closed", "stage": "received"},
        }
        note(connection, store, row["code"], open=True, **told_by)
    assert [each["code"] for each in told(hub("case", "list", "--conflicts", "--json"))["cases"]] == [row["code"]]
    assert hub("case", "settle", row["code"], "--reason", "来源已更正").exit_code == 0
    assert told(hub("case", "list", "--conflicts", "--json"))["cases"] == []
    assert audit().count('"case.conflicts_settled"') == 1
    assert hub("case", "settle", row["code"], "--reason", "再来").exit_code == 1


def test_the_daemon_links_what_comes(tmp_path: Path) -> None:
    with Lab(WIRES) as lab:
        world.write(lab, tmp_path, head="[run]\npoll_s = 1")
        assert runner(tmp_path)("key", "create").exit_code == 0
        command = [
            sys.executable,
            "-c",
            "from hub.cli.main import main; main()",
            "--config",
            str(tmp_path / "hub.toml"),
        ]
        environ = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")}
        daemon = subprocess.Popen([*command, "run"], stderr=subprocess.PIPE, text=True, env=environ)
        try:
            assert daemon.stderr is not None
            lines = (json.loads(line) for line in daemon.stderr)
            assert next(line for line in lines if line["event"] == "cases.linked")["records"] > 0
        finally:
            daemon.terminate()
            daemon.communicate(timeout=30)
    assert daemon.returncode == 0
    assert told(runner(tmp_path)("status", "--json"))["cases"]["cases"] > 0
