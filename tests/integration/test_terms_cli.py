"""``hub task terms``: the rules in force, and when a term turns and ends."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hub.casework.deadlines import rules
from hub.cli.main import main

Hub = Callable[..., Result]


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Hub:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("HUB_CONFIG", raising=False)
    return lambda *args: CliRunner().invoke(main, ["task", "terms", *args])


def test_every_rule_is_listed_with_its_ground(hub: Hub) -> None:
    told = json.loads(hub("--json").stdout)["rules"]
    assert [each["name"] for each in told] == list(rules())
    listed = hub().stdout
    assert all(name in listed for name in rules())
    assert "《信访工作条例》（2022）第三十四条" in listed and "60+30 天" in listed


def test_a_term_is_told_by_the_clock_in_china(hub: Hub) -> None:
    told = hub("enforcement_feedback", "--from", "2026-09-28T10:00").stdout
    assert "2026-10-10 23:59:59" in told and "2026-09-28 10:00:00  (received)" in told and "holidays" not in told
    told = json.loads(hub("petition_handling", "--from", "2026-03-02", "--extended", "--json").stdout)
    assert (told["due"], told["note"]) == ("2026-05-31T15:59:59+00:00", "")
    assert "holidays not known" in hub("enforcement_feedback", "--from", "2026-12-30").stdout


def test_what_cannot_be_is_said_in_words(hub: Hub) -> None:
    assert "petition_review" in hub("petition_reviw").output
    assert "cannot be extended" in hub("petition_review", "--extended").output
    assert "go with a RULE" in hub("--extended").output


def test_a_file_of_ones_own_is_what_counts(hub: Hub, tmp_path: Path) -> None:
    rule = "handover,交办,handed over,requested,3,day,1,3,,,no,ours,本县"
    lines = ["name,label,english,start,length,unit,yellow,red,extension,pauses,rolls,set_by,basis", rule]
    (tmp_path / "terms.csv").write_text("\n".join(lines), encoding="utf-8")
    (tmp_path / "ladder.csv").write_text("rule,rung,kind,after,wait,unit,deadline,basis\n", encoding="utf-8")
    config = tmp_path / "hub.toml"
    config.write_text('home = "330110"\n[deadlines]\nrules = "terms.csv"\n', encoding="utf-8")
    assert 'no deadline rule "' in hub().output, "the hub's ladder names rules that are not there"
    config.write_text(config.read_text(encoding="utf-8") + 'ladder = "ladder.csv"\n', encoding="utf-8")
    assert [each["name"] for each in json.loads(hub("--json").stdout)["rules"]] == ["handover"]
