"""What a clerk does at the command line: take a matter in, see its life, find it a mediator, call people together."""

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from filling import Filler, dispute
from sqlalchemy import select
from sqlalchemy import text as text_

from hub.casework import cases, journal
from hub.casework.linker import Linker
from hub.cli.main import main
from hub.settings import load
from hub.store.store import Store
from hub.store.tables import Audit, core
from schemas.life import Stage
from schemas.party import Party, Step

NAME, PHONE = "钟建芬", "13800006747"
CODE = "ZJ331024202602190001"
Hub = Callable[..., Result]


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Hub:
    """Runs a command line over a store with one case, met at two sources."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("HUB_")]:
        monkeypatch.delenv(name)

    def run(*args: str, text: str | None = None, code: int = 0) -> Result:
        done = CliRunner().invoke(main, args, input=text)
        assert done.exit_code == code, done.output
        return done

    run("init", "--home", "331024")
    settings = load(None)
    with Store.open(settings.store.url, settings.store.keys) as store:
        filler = Filler(store.database, store.keyring)
        people = (Party(name=NAME, phone=PHONE, id_number="990405197203206223"),)
        steps = (Step(at="2026-02-20T02:00:00Z", action="走访", body="某街道", note=f"见到{NAME}"),)
        told: dict[str, Any] = {"opened": "2026-02-19T01:00:00Z", "parties": people, "detail": "楼上漏水，天花板泡坏了"}
        filler.page(dispute("p", "D0201", stage=Stage.CLOSED, steps=steps, ref="ZJ331024202602190001", **told))
        filler.page(dispute("p", "D0201", stage=Stage.HANDLING, revision=2, ref="ZJ331024202602190001", **told))
        filler.page(
            dispute("m", "D0201", stage=Stage.MEDIATING, ref="ZJ331024202602190001", **told), source="mediation"
        )
        Linker(settings, store).drain()
    return run


def audited(hub: Hub) -> list[tuple[str, dict[str, Any]]]:
    settings = load(None)
    with Store.open(settings.store.url, settings.store.keys) as store, store.database.reading() as connection:
        rows = connection.execute(select(core(Audit).c.action, core(Audit).c.entry).order_by(core(Audit).c.no))
        return [(row.action, json.loads(row.entry)) for row in rows]


def openly_kept() -> list[str]:
    """Every text that stands in the store in clear."""
    settings = load(None)
    with Store.open(settings.store.url, settings.store.keys) as store, store.database.reading() as connection:
        names = connection.scalars(text_("SELECT name FROM sqlite_master WHERE type = 'table'")).all()
        rows = [row for name in names for row in connection.execute(text_(f'SELECT * FROM "{name}"'))]
        cells = [cell for row in rows for cell in row if isinstance(cell, str)]
    return [json.dumps(json.loads(cell), ensure_ascii=False) if cell[:1] == "{" else cell for cell in cells]


def told(done: Result) -> Any:
    return json.loads(done.stdout)


def test_the_timeline_is_found_by_any_number_and_masked(hub: Hub) -> None:
    page = hub("case", "timeline", "zj 331024-20260219 0001").stdout
    for said in (
        "收件 received",
        "走访",
        "某街道",
        "办结 closed -> 办理中 handling",
        "冲突 conflict",
        "待核 open",
        "赋码 issued",
    ):
        assert said in page
    assert NAME not in page
    assert "2026-02-20   10:00" in page  # Beijing time, wherever this runs
    assert not [action for action, _ in audited(hub) if action == "case.read_clear"]


def test_a_clear_read_needs_a_reason_and_is_audited(hub: Hub) -> None:
    assert "needs --reason" in hub("case", "timeline", "ZJ331024202602190001", "--clear", code=2).output
    assert NAME in hub("case", "timeline", "ZJ331024202602190001", "--clear", "--reason", "查证").stdout
    ((_, entry),) = [each for each in audited(hub) if each[0] == "case.read_clear"]
    assert entry["reason"] == "查证"


def test_the_timeline_as_json_names_its_pages(hub: Hub) -> None:
    life = told(hub("case", "timeline", "ZJ331024202602190001", "--json"))
    (step,) = [each for each in life["happened"] if each["kind"] == "step"]
    assert (step["raw"], step["item"], step["record"]) == (["331024", 1], 0, ["331024", 1])
    assert [each["stage"] for each in life["way"]][-1] == "mediating"


def test_what_a_person_put_right_stands_in_it(hub: Hub) -> None:
    hub("record", "correct", "331024-2", "--item", "D0202", "--reason", "是通行")
    hub("record", "correct", "331024-2", "--stage", "settled", "--reason", "已谈成")
    page = hub("case", "timeline", "ZJ331024202602190001").stdout
    assert re.search(r"更正 corrected  331024-2  field=item .*before=D0201  after=D0202  why=是通行", page)
    assert re.search(r"更正 corrected  331024-2  field=stage .*before=mediating  after=settled  why=已谈成", page)


def test_a_number_nobody_bears_is_an_error(hub: Hub) -> None:
    assert "no such case" in hub("case", "timeline", "ZJ331024209901010001", code=1).output


def test_a_matter_is_taken_in_and_offered_what_it_looks_like(hub: Hub) -> None:
    matter: dict[str, Any] = {
        "title": "漏水的事再来问",
        "applicants": [{"name": NAME, "phone": PHONE}],
        "item": "D0201",
    }
    matter["references"] = [{"number": "ZJ331024202602190001"}]
    tried = hub("case", "open", "--from", "-", "--dry-run", text=json.dumps(matter)).stdout
    assert "looks like a case that is there" in tried
    taken = told(hub("case", "open", "--from", "-", "--json", text=json.dumps(matter)))
    assert (taken["new"], taken["kept"]) == (True, True)
    assert [each["decision"] for each in taken["alike"]] == ["join"]
    assert taken["lead"] == taken["alike"][0]["code"] != taken["code"]
    assert "taken in today already" in hub("case", "open", "--from", "-", text=json.dumps(matter)).stdout
    assert "来访 walk_in" in hub("case", "timeline", taken["code"]).stdout
    ((_, entry),) = [each for each in audited(hub) if each[0] == "case.opened"]
    assert entry["case"] == taken["code"]
    assert NAME not in str(audited(hub))


def test_a_dry_run_keeps_nothing(hub: Hub) -> None:
    first = told(hub("case", "open", "--title", "欠薪", "--dry-run", "--json"))
    assert first["kept"] is False
    assert "no such case" in hub("case", "timeline", first["code"], code=1).output
    assert told(hub("case", "open", "--title", "欠薪", "--json"))["code"] == first["code"]


def test_a_counter_without_any_source_has_its_store_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    run = CliRunner()
    assert run.invoke(main, ["init", "--home", "331024"]).exit_code == 0
    assert run.invoke(main, ["case", "open", "--title", "欠薪", "--dry-run"]).exit_code == 1
    done = run.invoke(main, ["case", "open", "--title", "欠薪", "--json"])
    assert done.exit_code == 0, done.output
    assert told(done)["new"]


def test_parties_by_options(hub: Hub) -> None:
    given = ("--applicant", "name=陌生人,phone=13800009999", "--respondent", "某某建材公司", "--ref", "ABC-20260001")
    taken = told(hub("case", "open", "--title", "欠薪", *given, "--json"))
    shown = told(hub("record", "show", taken["record"], "--clear", "--reason", "test", "--json"))["body"]
    people = [(each["name"], each["role"], each["kind"]) for each in shown["parties"]]
    assert people == [("陌生人", "1", "1"), ("某某建材公司", "2", "2")]
    assert shown["references"] == [{"kind": "cited", "number": "ABC-20260001"}]


@pytest.mark.parametrize(
    ("args", "text", "said"),
    [
        (("--title", "a", "--item", "D0299"), None, "D0299"),
        (("--from", "-"), "[1]", "no JSON object"),
        (("--from", "-"), "{", "no JSON"),
        (("--from", "-", "--title", "a"), "{}", "no other options"),
        ((), None, "needs a title or a detail"),
    ],
)
def test_a_wrong_form_ends_with_2(hub: Hub, args: tuple[str, ...], text: str | None, said: str) -> None:
    assert said in hub("case", "open", *args, text=text, code=2).output


def test_what_of_a_form_was_not_understood_is_told(hub: Hub) -> None:
    given = ("--title", "欠薪", "--region", "火星", "--amount", "abc", "--applicant", "name=陌生人,phone=138")
    said = hub("case", "open", *given, "--dry-run").stdout
    assert "未能读懂 not understood" in said
    assert all(f"@{field}" in said for field in ("region", "amount", "parties[0].phone")), said
    notes = told(hub("case", "open", *given, "--json"))["notes"]
    assert len(notes) == 3
    assert told(hub("case", "open", *given, "--json"))["notes"] == notes, "of what was taken in before as well"
    assert "not understood" not in hub("case", "open", "--title", "占道", "--region", "330106").stdout


@pytest.mark.parametrize("number", [PHONE, "+86 138-0000-6747", "990405197203206223", f"电话{PHONE}"])
def test_a_number_of_a_person_is_no_name_of_a_case(hub: Hub, number: str) -> None:
    said = hub("case", "alias", CODE, number, "--reason", "来电", code=1).output
    assert "reads as a person's" in said
    assert number not in "\n".join(openly_kept())


def test_a_merge_taken_back_twice_is_not_offered_as_its_own_remedy(hub: Hub) -> None:
    one, two = (told(hub("case", "open", "--title", title, "--json"))["code"] for title in ("欠薪", "占道"))
    for code in (one, two):
        hub("case", "merge", CODE, code, "--reason", "同一件")
    hub("case", "unmerge", CODE, one, "--reason", "看错了")
    said = hub("case", "unmerge", CODE, one, "--reason", "再来", code=1).output
    leader = told(hub("case", "find", CODE, "--json"))["cases"][0]["code"]
    assert f"no merge of {leader} holds with {one}" in said
    assert f'did you mean "{two}"' in said


REASON = f"{NAME}来电 {PHONE}，证件990405197203206223"


def test_no_reason_that_is_kept_names_anybody(hub: Hub, tmp_path: Path) -> None:
    """Each command that keeps a reason masks the people of its case in it, wherever it then stands."""
    file = tmp_path / "pool.csv"
    file.write_text(POOL, encoding="utf-8")
    hub("mediator", "import", str(file))
    other = told(hub("case", "open", "--title", "欠薪", "--applicant", "name=冯小刚", "--json"))["code"]
    why, both = ("--reason", f"{REASON}，郑某人在场"), ("--reason", f"{REASON}，冯小刚亦在")
    hub("case", "settle", CODE, *why)
    hub("case", "alias", CODE, "OLD-2019-000123", *why)
    hub("case", "review", "apart", "331024-1", "331024-3", *both)
    hub("case", "merge", CODE, other, *both)
    hub("case", "unmerge", CODE, *both)
    hub("case", "split", CODE, "331024-2", *why)
    new = told(hub("case", "find", "331024-2", "--json"))["cases"][0]["code"]
    hub("case", "unsplit", new, *why)
    hub("case", "review", "join", "331024-1", "331024-3", *both)
    hub("case", "timeline", CODE, "--clear", *why)
    hub("case", "consult", CODE, "--clear", *why)
    hub("case", "find", NAME, "--name", *why)
    hub("case", "find", CODE, "--phone", PHONE[-4:], *why)
    hub("record", "show", "331024-1", "--clear", "--reason", REASON)
    hub("mediator", "list", "--clear", "--reason", f"郑某人 {PHONE}")
    kept = openly_kept()
    assert sum("来电" in each for each in kept) > 20
    for name in (NAME, PHONE, "990405197203206223", "冯小刚", "郑某人"):
        assert [each for each in kept if name in each] == [], name
    assert any("钟**来电 138****6747" in each for each in kept)


POOL = """编号,姓名,区划,单位,领域,上限,在办
T1,郑某人,椒江区,椒江调委会,邻里纠纷,8,3
T2,钱某人,台州市,市调解中心,D0201,5,5
"""


def test_mediators_come_from_a_list_and_the_one_who_fits_gets_the_case(hub: Hub, tmp_path: Path) -> None:
    file = tmp_path / "pool.csv"
    file.write_text(POOL, encoding="gb18030")
    assert "新增 2 new" in hub("mediator", "import", str(file), "--encoding", "gb18030").stdout
    assert "未变 2 unchanged" in hub("mediator", "import", str(file), "--encoding", "gb18030").stdout
    assert "郑某人" not in hub("mediator", "list").stdout
    assert "needs --reason" in hub("mediator", "list", "--clear", code=2).output
    assert "郑某人" in hub("mediator", "list", "--clear", "--reason", "test").stdout
    offered = told(hub("mediator", "assign", "ZJ331024202602190001", "--offer", "--json"))
    assert (offered["assigned"], [each["number"] for each in offered["offers"]]) == (None, ["T1"])
    assert "已指派 assigned: T1" in hub("mediator", "assign", "ZJ331024202602190001").stdout
    assert "has this case already" in hub("mediator", "assign", "ZJ331024202602190001", code=1).output
    assert "已指派 assigned: T2" in hub("mediator", "assign", "ZJ331024202602190001", "--to", "T2").stdout
    assert 'did you mean "T2"' in hub("mediator", "assign", "ZJ331024202602190001", "--to", "T22", code=1).output
    assert "指派调解员 assigned: T1 椒江调委会" in hub("case", "timeline", "ZJ331024202602190001").stdout
    assert [action for action, _ in audited(hub) if action.startswith("mediator.")] == [
        "mediator.imported", "mediator.imported", "mediator.read_clear", "mediator.assigned", "mediator.assigned"
    ]  # fmt: skip


def test_a_bad_row_of_a_list_is_told_and_the_others_are_kept(hub: Hub, tmp_path: Path) -> None:
    file = tmp_path / "pool.csv"
    file.write_text(POOL + "T3,冯某人,火星,,,,\n", encoding="utf-8")
    said = hub("mediator", "import", str(file), code=1).stdout
    assert "新增 2 new" in said
    assert "is no region known here" in said
    assert "冯某人" not in said


def test_a_list_that_is_none(hub: Hub, tmp_path: Path) -> None:
    file = tmp_path / "pool.doc"
    file.write_bytes(b"x")
    assert "not a list that can be read" in hub("mediator", "import", str(file), code=2).output


@pytest.mark.parametrize("body", [NAME, f"司法所{NAME}", PHONE, "王建国", "郑某人", " "])
def test_a_person_is_not_called_as_a_body(hub: Hub, tmp_path: Path, body: str) -> None:
    file = tmp_path / "pool.csv"
    file.write_text(POOL, encoding="utf-8")
    hub("mediator", "import", str(file))
    said = hub("case", "consult", CODE, "--level", "1", "--body", "高桥村", "--body", body, code=1).output
    assert "--person" in said
    assert told(hub("case", "consult", CODE, "--json"))["consultations"] == []
    assert told(hub("task", "list", "--json"))["tasks"] == []
    assert not body.strip() or all(body not in each for each in openly_kept())


def test_a_consultation_is_called_raised_and_ended(hub: Hub) -> None:
    number = "ZJ331024202602190001"
    assert "没有会商" in hub("case", "consult", number).stdout
    call = ("--level", "2", "--body", "某街道", "--body", "司法所", "--person", NAME, "--at", "2026-12-01T09:30")
    page = hub("case", "consult", number, *call, "--agenda", "漏水").stdout
    assert "2 镇街 town" in page
    assert "2026-12-01 09:30" in page
    assert NAME not in page
    raised = ("--raise", "--body", "法院", "--conclusion", "意见不一")
    assert "已提级 raised" in hub("case", "consult", number, *raised).stdout
    assert "已化解 settled" in hub("case", "consult", number, "--end", "settled", "--conclusion", "谈成").stdout
    clear = hub("case", "consult", number, "--clear", "--reason", "test").stdout
    assert NAME in clear
    assert "意见不一" in clear
    assert "会商 consultation 331024-1: 已召集 called  2 镇街 town" in hub("case", "timeline", number).stdout
    actions = [action for action, _ in audited(hub) if action.startswith("consultation.")]
    assert actions == ["consultation.called", "consultation.raised", "consultation.settled", "consultation.read_clear"]
    assert NAME not in str(audited(hub))


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("--level", "2"), "who is called"),
        (("--level", "2", "--raise", "--body", "x"), "at a time"),
        (("--end", "closed"), "what came of it"),
        (("--body", "x"), "go with --level"),
        (("--level", "2", "--body", "x", "--at", "tomorrow"), "a time such as"),
        (("--level", "5", "--body", "x"), "1<=x<=4"),
    ],
)
def test_a_consultation_that_makes_no_sense(hub: Hub, args: tuple[str, ...], said: str) -> None:
    assert said in hub("case", "consult", "ZJ331024202602190001", *args, code=2).output


def test_a_conflict_a_person_looked_at_is_told_so(hub: Hub) -> None:
    number = "ZJ331024202602190001"
    life = told(hub("case", "timeline", number, "--json"))
    (bad,) = [each for each in life["happened"] if each["conflict"]]
    settings = load(None)
    with Store.open(settings.store.url, settings.store.keys) as store, store.database.transaction() as connection:
        journal.settle(connection, tuple(bad["event"]), at="2026-03-03T01:00:00Z", by="person:wang", why="来源补录")
        cases.refresh(connection, [life["code"]], at="2026-03-03T01:00:00Z")
    page = hub("case", "timeline", number).stdout
    assert "已核 looked at" in page
    assert "待核 open     -" in page
