"""Rows of the map of systems about the sea: grids that are no administrative regions, boats that were offline."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
from integration.test_systems import Network, network
from integration.test_systems_grid import LIMITS, hub
from province import Province, at_work

from adapters.mediation.dispute_code.adapter import DisputeCode
from conformance.lab.recorded import Recorded
from hub.casework import cases
from hub.casework.calendar import ZONE
from hub.casework.linker import Linker
from hub.casework.timeline import timeline
from hub.errors import ConfigError
from hub.settings import SourceSettings, adapter_config
from hub.store.tasks import steps
from schemas.courts import court_of

EAST, WEST = "330903901000", "330903902000"
GRIDS = {
    "PT-HY-01": {"region": EAST, "name": "东极海域第1网格"},
    "PT-HY-02": {"region": WEST, "name": "桃花岛海域第2网格"},
}
DAY = 86_400


class AtSea(Recorded):
    """The sea's own instance: grids told by the settings, and 45 days read again for boats that were offline."""

    def settings(self) -> dict[str, dict[str, Any]]:
        return {
            name: {**table, "sea_grids": GRIDS, "overlap_s": 45 * DAY} for name, table in super().settings().items()
        }


def local(days_ago: float) -> str:
    return (datetime.now(ZONE) - timedelta(days=days_ago)).strftime("%Y-%m-%d %H:%M:%S")


def afloat(net: Network, key: int, *, changed: float, **told: Any) -> None:
    """A dispute at sea, filed ``changed`` days ago on a boat, with the boat's own times."""
    first = dict(next(iter(net.lab.rows("sea"))))
    who = {"partyType": "natural", "name": f"于{key % 10}海", "idType": "", "idNo": "", "tel": f"1380000{key % 10:04}"}
    row = {
        "id": key, "applicant": [who], "respondent": [], "content": f"{told['title']}，船在海上。", "sourceNo": "",
        "caseNo": f"JF33090320260305{key:06}", "acceptTime": "", "endTime": "", "regionCode": "330903", "status": "10",
        "applyTime": local(changed), "updateTime": local(changed), "occurPlace": "", "amount": "",
    }  # fmt: skip
    net.lab.rows("sea").add(first | row | told)


def listed(folder: Path, noun: str, region: str) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = json.loads(hub(folder, noun, "list", "--region", region, "--json"))[f"{noun}s"]
    return found


def test_row_044_a_grid_at_sea_is_a_place_to_list_by_and_what_comes_late_lands_in_order(tmp_path: Path) -> None:
    with network(tmp_path, AtSea({"sea": "dispute_code"})) as net:
        afloat(net, 700_001, changed=3, seaGridCode="PT-HY-01", title="渔网被拖断")
        afloat(net, 700_002, changed=2, seaGridCode="PT-HY-02", title="两船碰擦")
        afloat(net, 700_003, changed=1, seaGridCode="PT-HY-99", title="船员工资")
        net.pull("sea")
        Linker(net.settings, net.store).drain()
        kept = net.records()
        assert {key: kept[key].body["place"]["region"] for key in ("700001", "700002", "700003")} == {
            "700001": EAST, "700002": WEST, "700003": "330903000000",
        }  # fmt: skip
        assert kept["700001"].body["place"]["org_path"] == ["东极海域第1网格"]
        assert (kept["700003"].body["extra"]["grid"], "code.unknown@grid" in kept["700003"].notes) == ("PT-HY-99", True)
        assert not any("code.unknown@grid" in kept[key].notes for key in kept if key != "700003")
        assert [row["key"] for row in listed(tmp_path, "record", EAST)] == ["700001"]
        assert [row["title"] for row in listed(tmp_path, "case", WEST)] == ["两船碰擦"]
        assert {row["key"] for row in listed(tmp_path, "record", "330903")} == {"700001", "700002", "700003"}
        assert f"普陀区 {EAST}" in hub(tmp_path, "case", "list", "--region", EAST)
        assert "普陀区" in hub(tmp_path, "record", "show", "700001", "--source", "sea")
        assert (court_of(EAST) or pytest.fail("no court")).region == "330903"

        # two boats come into reach: one tells weeks-old news of its own, the other an old state of what is known
        number = f"JF33090320260305{700_001:06}"
        afloat(
            net, 700_004, changed=20, acceptTime=local(19), sourceNo=number, seaGridCode="PT-HY-01", title="渔网被拖断"
        )
        afloat(net, 700_001, changed=21, seaGridCode="PT-HY-01", title="渔网", status="30")
        late = net.pull("sea").counts
        assert (late.stored, late.superseded) == (1, 1), "read though older than the watermark; the newer state stays"
        Linker(net.settings, net.store).drain()
        assert (net.records()["700001"].body["title"], net.records()["700001"].stage) == ("渔网被拖断", "received")
        with net.store.database.reading() as connection:
            (code,) = cases.find(connection, net.store, number)
            life = [each for each in timeline(connection, net.store, code) if each.source == "sea"]
        assert [each.at for each in life] == sorted(each.at for each in life)
        assert [(each.key, each.kind) for each in life] == [
            ("700004", "received"), ("700004", "step"), ("700001", "received"),
        ], "by the boats' own times, not by when they were heard"  # fmt: skip
        assert net.pull("sea").counts.stored == 0, "read again each time, stored once"


def test_what_settings_tell_of_grids_at_sea_is_checked() -> None:
    def grids(**told: Any) -> None:
        options = {"base_url": "http://127.0.0.1:1", "sea_grids": told}
        adapter_config(
            SourceSettings(name="sea", adapter="dispute_code", home="330903", every_s=60, options=options),
            DisputeCode.Config,
        )

    grids(**GRIDS)
    for wrong in ("330903", "330903001000", "999999901000", "33090390100x"):
        with pytest.raises(ConfigError):
            grids(a={"region": wrong, "name": "某海域"})
    with pytest.raises(ConfigError, match="one region"):
        grids(a={"region": EAST, "name": "甲"}, b={"region": EAST, "name": "乙"})


class Filed(Province):
    """A register at sea, and the courts of the province behind one door: a suit goes before the court it belongs to."""

    bodies: ClassVar[Mapping[str, str]] = {
        "register": "dispute_code", "centre": "mediation_centre", "court": "mobile_court",
    }  # fmt: skip
    routes = (
        LIMITS
        + """
[[case.route]]
name = "suit"
from = "register"
stage = "guided_to_suit"
to = "court"
to_code = "court"
purpose = "suit"
"""
    )

    def unsettled(self, key: str, title: str, **more: Any) -> None:
        """A dispute that mediation did not settle, and whose sides are led to a suit."""
        who = {"partyType": "natural", "name": f"于{key[-1]}海", "idNo": "", "tel": f"1380000900{key[-1]}"}
        self.add(
            "register", id=key, caseNo=f"JF330903202603050{key}", title=title, content=f"{title}，调解不成。",
            status="60", applicant=[who], respondent=[], sourceNo="", regionCode="330903", agreementNo="", amount="",
            endTime="", applyTime=self.local(), acceptTime="", occurPlace="", **more,
        )  # fmt: skip


def test_row_013_a_maritime_matter_is_led_to_the_maritime_court_and_others_to_that_of_the_place(tmp_path: Path) -> None:
    with at_work(Filed(tmp_path, f"sqlite:///{tmp_path}/yiwang.db")) as here:
        here.unsettled("880001", "两船在航道碰撞", item="D1804", itemName="船舶碰撞与海运经营纠纷")
        here.around()
        (filed,) = here.acts("court", "/case/apply")
        assert (filed.fields["SQLX"], filed.fields["JBFY"], filed.fields["LYBH"]) == ("立案", "浙72", "880001")
        here.add(
            "court", AHDM="990903202603000001", AH="（2026）浙72民初9号", AJLB="民事一审", AJZT="立案", JAFS="",
            JARQ="", QRAH="", JDXX=[], XGAH=filed.fields["JFM"], LARQ=here.local("%Y%m%d"), AY=filed.fields["AY"],
            DSR=[], JBFY="浙72", SLFY="浙72",
        )  # fmt: skip
        here.around()
        assert here.codes() == {filed.fields["JFM"]}, "one code, at the maritime court too"
        (task,) = here.tasks()
        assert (task.asked_of, task.purpose, task.answering is not None) == ("court", "suit", True)
        here.unsettled("880002", "楼上漏水", item="D0201", itemName="相邻损害防免纠纷")
        here.unsettled("880003", "养殖塘的边界", item="D1803", itemName="海域使用与养殖捕捞权纠纷")
        here.around()
        assert {act.fields["LYBH"]: act.fields["JBFY"] for act in here.acts("court", "/case/apply")} == {
            "880001": "浙72", "880002": "浙0903", "880003": "浙0903",
        }  # fmt: skip
        with here.store.database.reading() as connection:
            (first, *_) = steps(connection, task.ref)
        assert first.told["court"] == "浙72", "the task says before which court"
