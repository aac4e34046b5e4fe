"""Rows of the map of systems about the grid and mediation: hand-overs both ways, return visits, bodies, teams."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
from click.testing import CliRunner
from integration.test_systems import Network, network
from province import CHINA, ROUTES, Province, at_work, province

from conformance.lab.recorded import Recorded
from hub.casework.bodies import Tree, tree
from hub.casework.cases import find
from hub.casework.routes import passes
from hub.casework.sweep import sweep
from hub.cli.main import main
from hub.clock import utc_text
from hub.engine.history import remap, replay
from hub.errors import StoreError
from hub.route_settings import RouteSettings
from hub.store.masking import masked
from schemas.bodies import Level, Sort

LIMITS = ROUTES.partition("[[case.route]]")[0]
BODIES = "four_platforms_bodies"


def hub(folder: Path, *arguments: str, exit_code: int = 0) -> str:
    """The command line over the store that stands in a folder."""
    config, (database, *_) = folder / "here.toml", folder.glob("*.db")
    store = f'url = "sqlite:///{database}"\nkeys = "{folder}/keyring.json"\n'
    config.write_text(f'home = "330110"\n[store]\n{store}', encoding="utf-8")
    done = CliRunner().invoke(main, ["--config", str(config), *arguments])
    assert done.exit_code == exit_code, done.output
    return done.output


def of_bodies(net: Network) -> Tree:
    net.pull(BODIES)
    with net.store.database.reading() as connection:
        return tree(connection, net.store)


def test_row_002_a_courts_matter_goes_to_the_grid_and_the_grids_to_the_court_each_with_a_receipt(
    tmp_path: Path,
) -> None:
    with province(tmp_path, f"sqlite:///{tmp_path}/yiwang.db") as here:
        here.claim(AH="（2026）浙0109民诉前调311号", JBFY="浙0109", SLFY="浙0109")
        here.around(lambda: here.grid.tell("镇街受理"), lambda: here.grid.tell("办结", result="引导诉讼"))
        before, filed = here.tasks()
        assert (before.asked_by, before.asked_of, before.purpose, before.docking) == (
            "court",
            "grid",
            "mediate",
            "诉调",
        )
        assert (filed.asked_by, filed.asked_of, filed.purpose) == ("grid", "court", "suit")
        assert (before.number, filed.number) == ("LZ202603020001", "WSLA2026030200003"), "the receipts"
        (reported,) = here.acts("grid", "report")
        (applied,) = here.acts("court", "/case/apply")
        (code,) = here.codes()
        assert reported.fields["relatedNumber"] == f"{code},990110202603000001"
        assert {side["type"] for side in json.loads(reported.fields["people"])} == {"申请人", "被申请人"}
        assert (applied.fields["JFM"], applied.fields["LYBH"]) == (code, "990001")
        here.around(lambda: here.filing("立案"), lambda: here.filing("判决"))
        assert here.told("court")[:2] == [("receipt", ""), ("result", "转立案")]
        assert [word for word, _ in here.told("grid")] == ["report.json", "accept.json", "feedback.json", "close.json"]
        assert [task.state for task in here.tasks()] == ["failed", "completed"]
        assert (here.codes(), here.unseen()) == ({code}, (0, 0))


def test_row_027_a_whistle_has_a_deadline_to_report_and_the_mean_time_taken_can_be_worked_out(tmp_path: Path) -> None:
    with province(tmp_path, f"sqlite:///{tmp_path}/yiwang.db") as here:
        called = datetime.now(CHINA).replace(microsecond=0) - timedelta(hours=13)

        def after(hours: int) -> str:
            return (called + timedelta(hours=hours)).strftime("%Y-%m-%d %H:%M:%S")

        def event(key: str, status: str, **more: str) -> None:
            told = {"whistleTime": "", "arriveTime": "", "arriveOrg": "", "closetime": "", "relatedNumber": ""} | more
            here.add("grid", id=key, serialNumber=f"SJ330109202603050{key}", status=status, team=[], people=[],
                     orgcode="330109001001001", createtime=after(0), result="", content=f"{key}处积水，请部门到场。",
                     **told)  # fmt: skip

        event("101", "社区吹哨", whistleTime=after(0))
        event("102", "办结", whistleTime=after(0), arriveTime=after(3), arriveOrg="水务站", closetime=after(10))
        event("103", "办结", closetime=after(1))  # nobody was called
        here.around()
        (task,) = here.tasks()
        assert (task.rule, task.asked_of, task.state) == ("whistle_report", "grid", "received")
        assert task.due == utc_text(called + timedelta(hours=24))
        with here.store.database.transaction() as connection:
            sweep(connection, datetime.now(UTC))
        assert here.tasks()[0].lamp == "yellow", "half of the time is over"
        late = {"arriveTime": after(5), "arriveOrg": "某街道综合行政执法队"}
        here.rows("grid").update("101", status="部门报到", updatetime=here.local(), **late)
        here.around(
            lambda: here.rows("grid").update("101", status="办结", closetime=after(12), updatetime=here.local())
        )
        assert here.tasks()[0].state == "completed"
        (arrived, ended) = (
            json.loads(hub(tmp_path, "record", "pace", "--source", "grid", "--from", "社区吹哨", "--to", to, "--json"))
            for to in ("部门报到", "closed")
        )
        assert (arrived["began"], arrived["ended"], arrived["seconds"]) == (2, 2, 8 * 3600)
        assert (ended["began"], ended["ended"], ended["mean_days"]) == (2, 2, 11 / 24)
        assert "0.46" in hub(tmp_path, "record", "pace", "--source", "grid", "--from", "社区吹哨")


class Coded(Province):
    """The petition office hands its matters to the dispute code itself."""

    routes = (
        LIMITS
        + """
[[case.route]]
name = "petition_to_code"
from = "petition"
stage = "dispatched"
to = "register"
docking = "访调"
"""
    )


def test_row_036_cases_go_both_ways_under_one_code_with_its_colour_and_parties_of_other_provinces(
    tmp_path: Path,
) -> None:
    with at_work(Coded(tmp_path, f"sqlite:///{tmp_path}/yiwang.db")) as here:
        here.petition(CZDZ="江西省上饶市某县某村")
        here.around()
        (pushed,), (code,) = here.acts("register", "push"), here.codes()
        assert (pushed.fields["outerCaseNo"], pushed.fields["docking"]) == (code, "访调")
        assert [side["address"] for side in pushed.fields["applicant"]] == ["江西省上饶市某县某村"]
        (task,) = here.tasks()
        assert task.number is not None
        here.add(
            "register", id="880001", caseNo=task.number, title=pushed.fields["title"], codeColor="yellow", status="30",
            content=pushed.fields["content"], applicant=pushed.fields["applicant"], respondent=[], endTime="",
            sourceNo=pushed.fields["sourceNo"], regionCode="330110001", agreementNo="", amount="",
            applyTime=here.local(), acceptTime="",
        )  # fmt: skip
        here.around(lambda: here.rows("register").update("880001", status="40", updateTime=here.local()))
        assert here.states() == [("mediate", "completed", "settled")]
        assert [act.fields["CLJG"] for act in here.acts("petition", "reply")] == ["调解成功"]
        assert here.codes() == {code}, "one code for life"
        with here.store.database.reading() as connection:
            assert find(connection, here.store, task.number) == [code]
        shown = json.loads(hub(tmp_path, "record", "show", "880001", "--source", "register", "--json"))["body"]
    assert shown["extra"]["codeColor"] == "yellow"
    assert shown["parties"][0]["address"].startswith("江西省")


class Chain(Province):
    """From one window to the return visit, each step handed over or taken."""

    routes = (
        LIMITS
        + """
[[case.route]]
name = "intake"
from = "centre"
stage = "received"
dockings = ["访调"]
to = "register"
purpose = "intake"
docking = "访调"

[[case.route]]
name = "confirm"
from = "register"
stage = "confirming"
to = "court"
purpose = "confirm"

[[case.route]]
name = "visit_of_theirs"
from = "court"
stage = "confirmed"
to = "centre"
purpose = "visit"
answered_by = "register"
answer = false

[[case.route]]
name = "visit_of_ours"
from = "centre"
stage = "follow_up"
to = "grid"
purpose = "visit"
"""
    )

    def message(self, key: str, stage: str, code: str = "") -> None:
        """The centre hands something to us."""
        about = dict(self.templates["centre"]["payload"]) | {"sourceNo": "", "regionCode": "330110001"}
        self.add("centre", handoverId=key, stage=stage, docking="访调", caseCode=code, payload=about, attachments=[])

    def mediate(self) -> None:
        """The register takes in what was pushed to it."""
        (pushed,) = self.acts("register", "push")
        told = {name: pushed.fields[name] for name in ("title", "content", "applicant", "respondent", "sourceNo")}
        self.add(
            "register", id="880001", caseNo="JF330110202603050001", status="20", endTime="", regionCode="330110001",
            agreementNo="", amount="", applyTime=self.local(), acceptTime="", **told,
        )  # fmt: skip

    def tell(self, status: str) -> None:
        self.rows("register").update("880001", status=status, updateTime=self.local())


def test_row_039_the_whole_chain_from_intake_to_the_return_visit_both_ways(tmp_path: Path) -> None:
    with at_work(Chain(tmp_path, f"sqlite:///{tmp_path}/yiwang.db")) as here:
        here.message("YJ1", "intake")
        here.around(
            here.mediate,
            lambda: here.tell("30"),
            lambda: here.tell("40"),
            lambda: here.tell("50"),
            lambda: here.confirmation("确认审查"),
            lambda: here.confirmation("裁定确认"),
        )
        (code,) = here.codes()
        assert here.states() == [
            ("intake", "completed", "settled"), ("confirm", "completed", "confirmed"), ("visit", "received", None),
        ]  # fmt: skip
        (asked,) = here.acts("centre", "h4ndOverT4ke0001")
        assert (asked.fields["stage"], asked.fields["caseCode"]) == ("visit", code)
        here.around(lambda: here.tell("51"))
        assert here.states()[2] == ("visit", "received", None), "how the matter went is no word on the visit"
        here.around(lambda: here.tell("70"), lambda: here.tell("80"))
        assert here.states()[2] == ("visit", "completed", "closed")
        here.message("YJ2", "visit", code)
        here.around(lambda: here.grid.tell("镇街受理"), lambda: here.grid.tell("回访"), lambda: here.grid.tell("办结"))
        (reported,) = here.acts("grid", "report")
        assert reported.fields["purpose"] == "visit"
        assert here.states()[3] == ("visit", "completed", "closed")
        said = [(act.fields["handoverId"], act.fields.get("accepted"), act.fields.get("status"))
                for act in here.acts("centre") if act.fields["handoverId"] in ("YJ1", "YJ2")]  # fmt: skip
        assert said == [("YJ1", "1", None), ("YJ1", None, "40"), ("YJ2", "1", None), ("YJ2", None, "80")]
        assert (here.codes(), here.unseen()) == ({code}, (0, 0))


FIVE = ("诉调", "访调", "专调", "警调", "检调")


def test_row_045_the_five_dockings_are_a_closed_list_and_another_word_is_none(tmp_path: Path) -> None:
    with network(tmp_path, Recorded({"centre": "mediation_centre"})) as net:
        table = list(net.lab.rows("centre"))
        assert {row["docking"] for row in table} == set(FIVE)
        odd = table[-1]["handoverId"]
        net.lab.rows("centre").update(odd, docking="非诉调解")
        assert net.pull("centre").counts.rejected == 0
        kept = net.records()
    marked = {key for key, record in kept.items() if "code.unknown@docking" in record.notes}
    assert marked == {odd}, "kept, with the reason"
    assert kept[odd].body["extra"]["docking"] == "非诉调解"
    for docking in FIVE:
        told: dict[str, Any] = {
            "name": "a",
            "from": "centre",
            "stage": "dispatched",
            "to": "court",
            "dockings": [docking],
        }
        route = RouteSettings.model_validate(told)
        taken = {key for key, record in kept.items() if passes(route, record.body)}
        assert taken == {row["handoverId"] for row in table if row["docking"] == docking} - {odd} != set()
    with pytest.raises(ValueError, match="docking"):
        RouteSettings.model_validate(told | {"docking": "非诉调解"})


def test_row_047_one_door_tells_what_kind_of_body_it_is_and_at_which_window_one_came(tmp_path: Path) -> None:
    with network(tmp_path, Recorded({"centre": "mediation_centre", BODIES: BODIES})) as net:
        first, other, *_ = net.lab.rows("centre")
        table = net.lab.rows("centre")
        table.update(first["handoverId"], receiverCode="330109-ZX", windowName="诉调", stage="intake")
        table.update(other["handoverId"], windowName="")
        net.pull("centre")
        bodies, kept = of_bodies(net), net.records()
        shown = masked(kept[first["handoverId"]].body)
        told = hub(tmp_path, "entry", "tree", "330109-ZX")
    door = bodies.bodies[shown["extra"]["receiverCode"]]
    assert (door.sort, door.level) == (Sort.GOVERNANCE_CENTRE, Level.COUNTY)
    assert shown["extra"]["windowName"] in door.windows
    assert (shown["channel"], kept[other["handoverId"]].body["channel"]) == ("CK", "TJ")
    assert {each.sort for each in bodies.bodies.values()} >= {Sort.DEPARTMENT, Sort.TOWN_PLATFORM, Sort.GRID}
    assert "社会治理中心" in told
    assert "警调" in told


def test_row_049_events_transfers_progress_and_bodies_on_six_levels(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    with province(tmp_path / "a", f"sqlite:///{tmp_path}/yiwang.db") as here:
        here.claim(AH="（2026）浙0109民诉前调311号", JBFY="浙0109", SLFY="浙0109")
        here.around(
            lambda: here.grid.tell("镇街受理"), lambda: here.grid.tell("办结", result="引导诉讼"),
            lambda: here.filing("立案"), lambda: here.filing("审理"), lambda: here.filing("判决"),
        )  # fmt: skip
        taken, *_ = here.tasks()
        assert (taken.asked_of, taken.number) == ("grid", "LZ202603020001"), "a transfer taken"
        written = [(act.path.rpartition("/")[2], act.fields["id"]) for act in here.acts("grid")][1:]
        assert written == [(word, "990001") for word in ("accept.json", "feedback.json", "close.json")]
    (tmp_path / "b").mkdir()
    with network(tmp_path / "b", Recorded({"grid": "four_platforms", BODIES: BODIES})) as net:
        event = next(iter(net.lab.rows("grid")))
        net.lab.rows("grid").update(event["id"], orgcode="330109001001001")
        net.pull("grid")
        bodies = of_bodies(net)
        place = net.records()[event["id"]].body["extra"]["orgcode"]
        levels = bodies.levels(place)
    assert list(levels) == list(Level)
    assert [getattr(each, "name", each) for each in levels.values()] == [
        "浙江省", "杭州市", "萧山区", "某街道", "某社区", "第1网格",
    ]  # fmt: skip


def test_row_050_the_tree_of_bodies_on_six_levels_with_its_links_and_no_cycle(tmp_path: Path) -> None:
    with network(tmp_path, Recorded({BODIES: BODIES})) as net:
        bodies = of_bodies(net)
        assert [each.code for each in bodies.tops] == ["33"]
        assert [each.level for each in bodies.path("330109001001001")] == list(Level)
        assert {each.code for each in bodies.across("330109-ZX")} == {"330109-SF", "330109001-ZP"}
        assert [each.code for each in bodies.across("330109001-ZP")] == ["330109-ZX"], "told by the other"
        assert bodies.problems == []
        printed = hub(tmp_path, "entry", "tree")
        assert "          330109001001001 第1网格" in printed
        assert "⇄ 萧山区司法局、某街道综合治理平台" in printed
        with pytest.raises(StoreError, match="no body 99"):
            bodies.path("99")
        rows, stamp = net.lab.rows(BODIES), "2026-03-09 09:00:00"
        rows.update("3301", parentcode="330109001", updatetime=stamp)
        rows.update("330109-SF", links="330109-XX", sort="什么中心", parentcode="3399", updatetime=stamp)
        bodies = of_bodies(net)
        said = {(each.code, each.what, each.other) for each in bodies.problems}
        told = json.loads(hub(tmp_path, "entry", "tree", "--json", exit_code=1))
    assert [(code, other) for code, what, other in said if what == "cycle"] == [("330109001", "330109")]
    assert {("330109-SF", "link", "330109-XX"), ("330109-SF", "sort", ""), ("330109-SF", "parent", "3399")} <= said
    assert len(bodies.path("330109001001001")) == 3, "what closed the cycle hangs nowhere, all else does"
    assert len(told["problems"]) == len(said)


def test_row_052_each_event_tells_its_grid_and_the_grid_worker_who_acted(tmp_path: Path) -> None:
    with network(tmp_path, Recorded({"grid": "four_platforms"})) as net:
        net.pull("grid")
        rows, kept = list(net.lab.rows("grid")), net.records()
        shown = {key: masked(record.body) for key, record in kept.items()}
    assert {key: body["extra"]["orgcode"] for key, body in shown.items()} == {row["id"]: row["orgcode"] for row in rows}
    assert {len(row["orgcode"]) for row in rows} == {15}
    acted = {key: steps("网格上报", body) for key, body in shown.items()}
    assert acted == {
        row["id"]: [(row["orgname"].rpartition("/")[2], row["gridWorker"])] if row["gridWorker"] else [] for row in rows
    }
    assert sum(map(len, acted.values())) == len(rows) - 1


def test_row_060_the_team_on_an_event_is_one_grid_worker_one_cadre_and_departments(tmp_path: Path) -> None:
    with network(tmp_path, Recorded({"grid": "four_platforms"})) as net:
        row = next(row for row in net.lab.rows("grid") if row.get("team"))
        net.pull("grid")
        before = masked(net.records()[row["id"]].body)
        late = max(each["updatetime"] for each in net.lab.rows("grid"))
        third = {"role": "部门", "code": "330110009-03", "orgname": "仁和街道水务站", "joinTime": late}
        net.lab.rows("grid").update(row["id"], team=[*row["team"], third], updatetime=late)
        net.pull("grid")
        after = masked(net.records()[row["id"]].body)
        printed = hub(tmp_path, "record", "show", row["id"], "--source", "grid")
    assert [len(steps(role, before)) for role in ("网格员", "干部", "部门")] == [1, 1, 2]
    assert steps("网格员", after) == [(row["orgname"].rpartition("/")[2], row["gridWorker"])]
    assert steps("部门", after)[-1] == ("仁和街道水务站", "330110009-03")
    assert "仁和街道水务站" in printed


class Supervised(Province):
    """Grid events that smell of unlawful trade are leads for the supervision of enforcement."""

    bodies: ClassVar[Mapping[str, str]] = {
        "grid": "four_platforms", "centre": "mediation_centre", "supervision": "enforcement_supervision",
    }  # fmt: skip
    routes = (
        LIMITS
        + """
[[case.route]]
name = "leads"
from = "grid"
stage = "accepted"
keywords = ["无证", "扬尘"]
to = "supervision"
to_code = "11330110MB0000003"
purpose = "assist"
reason = "无证经营"
answer = false
"""
    )

    def event(self, key: str, content: str) -> None:
        """An event the town has taken on."""
        self.add(
            "grid", id=key, serialNumber=f"SJ3301102026030{key}", status="镇街受理", content=content, team=[],
            orgcode="330110001001001", createtime=self.local(), relatedNumber="", people=[], result="",
        )  # fmt: skip

    def opened(self, key: str, kind: str, status: str, **more: str) -> None:
        """What the agency has on its own list: a check, an order, or a case that grew out of a lead."""
        self.add(
            "supervision", id=key, ajlx=kind, ajzt=status, ajztmc="", cf_wsh="", jarq="", lasj=self.local("%Y/%m/%d"),
            ajmc=f"{kind}{key}", cf_wfss=f"{kind}，{key}。", cf_xdr_mc="", cf_xdr_zjhm="", lxdh="", cf_xdr_dz="",
            fadz="", **more,
        )  # fmt: skip


@pytest.mark.parametrize("faults", [False, True], ids=["calm", "faults"])
def test_row_079_checks_and_orders_are_read_and_each_lead_is_sent_once_and_answered(
    tmp_path: Path, *, faults: bool
) -> None:
    with at_work(Supervised(tmp_path, f"sqlite:///{tmp_path}/yiwang.db")) as here:
        if faults:
            here.fault("supervision", "reset")
            here.fault("supervision", "status", after=2, status=503)
        here.opened("ZFJ1", "检查", "30", glbh="")
        here.opened("ZFJ2", "责令改正", "70", glbh="")
        here.event("101", "沿街某店无证经营烧烤，油烟扰民。")
        here.event("102", "楼上漏水，邻居争执。")
        here.around()
        (lead,) = here.acts("supervision", "clue/report")
        (task,) = here.tasks()
        assert (lead.fields["glbh"], lead.fields["lybh"], lead.fields["cf_cfjgdm"], lead.fields["xslx"]) == (
            task.code, "101", "11330110MB0000003", "无证经营",
        )  # fmt: skip
        assert "无证经营烧烤" in lead.fields["xsnr"]
        assert (task.asked_of, task.state, task.number) == ("supervision", "received", "XS3301102026030900001")
        for again in (replay, remap):
            again(here.settings, here.store, here.registry, "grid")
        here.around()
        assert len(here.acts("supervision")) == 1, "a replay and a remap send no lead"
        here.opened("ZFX1", "处罚", "10", glbh=task.code)
        here.around(
            lambda: here.rows("supervision").update("ZFX1", ajzt="20", gxsj=here.local()),
            lambda: here.rows("supervision").update("ZFX1", ajzt="90", ajztmc="结案", gxsj=here.local()),
        )
        assert here.states() == [("assist", "completed", "closed")]
        assert here.acts("grid") == [], "the event goes on where it is: a lead is no end of it"
        assert [act.key for act in here.acts("supervision")] == [lead.key]
        read = json.loads(hub(tmp_path, "record", "list", "--source", "supervision", "--json"))["records"]
        assert {record["key"]: record["stage"] for record in read} == {
            "ZFJ1": "handling", "ZFJ2": "follow_up", "ZFX1": "closed",
        }  # fmt: skip
        assert (len(here.codes()), here.unseen()) == (4, (0, 0)), "the case of the lead is the matter's own"


def steps(action: str, body: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(body, note) of the steps of that name."""
    return [(step["body"], step["note"]) for step in body.get("steps", ()) if step["action"] == action]
