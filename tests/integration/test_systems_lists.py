"""A row of the map of systems that asks for a plain list: rows of a file that are no disputes."""

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from hub.cli.main import main

GRADES = """
title_zh = "信访干部督评"

[record]
key = "编号"
revision = "更新时间"
status = "榜单"
region = "区划"
extra = ["考评内容", "方式", "得分"]

[dataset]
name = "信访干部督评红黑榜"
purpose = "干部督评"
owner = "单位"
begins = "起"
ends = "止"

[[party]]
name = "姓名"
role = { always = "3" }
"""
HEAD = ("编号", "姓名", "单位", "区划", "榜单", "考评内容", "方式", "得分", "起", "止", "更新时间")
MARCH = ("2026-03-01", "2026-03-30", "2026-03-31 09:00:00")
GRADED = (
    ("DP1", "章某甲", "仙居县某镇", "331024101", "黑榜", "初访办理", "实地督查", "61", *MARCH),
    ("DP2", "章某乙", "仙居县信访局", "331024", "红榜", "积案化解", "群众评价", "97", *MARCH),
    ("DP3", "章某丙", "仙居县某街道", "331024001", "", "回访", "电话抽查", "80", *MARCH),
)  # fmt: skip


def test_row_031_grading_of_staff_is_a_plain_list_without_a_case(tmp_path: Path) -> None:
    inbox, settings = tmp_path / "inbox", tmp_path / "hub.toml"
    inbox.mkdir()
    (tmp_path / "grades.toml").write_text(GRADES, encoding="utf-8")
    settings.write_text(
        f'home = "331024"\n[store]\nurl = "sqlite:///{tmp_path}/s.db"\nkeys = "{tmp_path}/keyring.json"\n'
        f'[source.grades]\nadapter = "files"\nfolder = "{inbox}"\nmapping_file = "grades.toml"\n',
        encoding="utf-8",
    )

    def run(*arguments: str) -> Any:
        done = CliRunner().invoke(main, ["--config", str(settings), *arguments])
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout) if "--json" in arguments else done.stdout

    def listed(day: str, *rows: Sequence[str]) -> dict[str, Any]:
        with (inbox / f"{day}.csv").open("w", encoding="gb18030", newline="") as file:
            csv.writer(file).writerows([HEAD, *rows])
        (inbox / f"{day}.csv.ok").touch()
        run("run", "--once")
        return {row["key"]: row for row in run("entry", "list", "--name", "信访干部督评红黑榜", "--json")["entries"]}

    run("key", "create")
    heads = listed("20260331", *GRADED)
    assert {key: (row["kind"], row["owner"], row["period"], row["status"]) for key, row in heads.items()} == {
        no: ("row", unit, "2026-03-01", grade or None) for no, _, unit, _, grade, *_ in GRADED
    }
    assert {row["region"] for row in heads.values()} == {"331024101000", "331024000000", "331024001000"}
    assert "章某甲" not in run("entry", "list") + run("entry", "show", "DP1", "--source", "grades")
    why = ("--clear", "--reason", "核对名单", "--purpose", "干部督评")
    shown = run("entry", "show", "DP1", "--source", "grades", "--json", *why)["body"]
    assert (shown["parties"][0]["name"], shown["ends"]) == ("章某甲", "2026-03-30")
    assert shown["fields"] == {"考评内容": "初访办理", "方式": "实地督查", "得分": "61"}
    sets = run("entry", "datasets", "--json")["datasets"]
    assert {(kept["name"], kept["purpose"]) for kept in sets} == {("信访干部督评红黑榜", "干部督评")}
    assert {kept["owner"]: kept["rows"] for kept in sets} == dict.fromkeys((unit for _, _, unit, *_ in GRADED), 1)
    black, *_ = GRADED
    again = listed("20260415", (*black[:4], "", *black[5:-1], "2026-04-14 09:00:00"))
    assert (again["DP1"]["status"], again["DP1"]["version"], len(again)) == (None, 2, 3), "nobody is taken off it"
    assert run("case", "list", "--json")["cases"] == []
    assert run("record", "list", "--json")["records"] == []
    assert run("task", "list", "--json")["tasks"] == []
    assert run("entry", "lists", "--json")["lists"] == [], "nothing is to be ticked off"
