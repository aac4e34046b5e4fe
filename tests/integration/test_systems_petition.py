"""Rows of the map of systems about petitions and the hotline: reviews, lists, receptions, sums, groups, windows."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from bodies import Town, settings_of
from click.testing import CliRunner, Result
from integration.test_systems import Network, network
from integration.test_systems_entries import body, of, told
from standing import Clock

from conformance.lab.recorded import Recorded
from hub.casework import cases, consultation
from hub.casework.calendar import ZONE
from hub.casework.consultation import Meeting
from hub.casework.follow import Following
from hub.casework.gathering import gathered
from hub.casework.journal import events
from hub.casework.linker import Linker
from hub.casework.lists import lists
from hub.casework.receptions import on_reception, reception, receptions
from hub.casework.recovered import recovered, total
from hub.casework.sweep import Sweeper
from hub.cli.main import main
from hub.errors import ConfigError, StoreError
from hub.store import tasks as rows
from hub.store.cases import led_by
from hub.store.database import Database
from hub.store.tasks import TaskRow
from hub.store.vault import Keyring
from schemas.entry import RECEPTIONS
from schemas.life import RETROSPECTIVE, Listing, Stage, Window, listing

NOW = datetime(2026, 6, 1, 2, 0, tzinfo=UTC)
PAPERS = "zhelifang_letters"


def stamp(minute: int = 0) -> str:
    """An update time of today, as petitions and hotline write it: they are read again for a few days only."""
    return (datetime.now(ZONE) - timedelta(hours=1) + timedelta(minutes=minute)).strftime("%Y-%m-%d %H:%M:%S")


class Case:
    """What the hub makes of what a network read: cases, their tasks and conflicts, at a clock of its own."""

    def __init__(self, net: Network, folder: Path) -> None:
        self.net, self.store, self.folder, self.clock = net, net.store, folder, Clock(NOW)
        following = Following(net.settings, net.store)
        self.linker = Linker(net.settings, net.store, clock=self.clock, follow=(following,))
        self.sweeper = Sweeper(net.settings, net.store, clock=self.clock)

    def pull(self, *names: str) -> None:
        for name in names:
            self.net.pull(name)
        self.linker.drain()

    def code(self, number: str) -> str:
        with self.store.database.reading() as connection:
            (found,) = cases.find(connection, self.store, number)
        return found

    def tasks(self, number: str) -> list[TaskRow]:
        with self.store.database.reading() as connection:
            return rows.of_cases(connection, [code := self.code(number)]).get(code, [])

    def conflicts(self, number: str) -> list[Mapping[str, Any]]:
        """What stands open."""
        with self.store.database.reading() as connection:
            held = led_by(connection, [self.code(number)])
            return [each.told for each in events(connection, held) if each.kind == "conflict" and each.open]

    def show(self, *words: str) -> str:
        """What a command says over this store."""
        done = self.said(*words)
        assert done.exit_code == 0, done.output
        return done.output

    def fails(self, *words: str) -> bool:
        """Whether a command is refused, as what a person got wrong."""
        return self.said(*words).exit_code in (1, 2)

    def said(self, *words: str) -> Result:
        settings = self.folder / "here.toml"
        store = f'url = "sqlite:///{self.folder}/store.db"\nkeys = "{self.folder}/keyring.json"\n'
        settings.write_text(f'home = "330681"\n[store]\n{store}', encoding="utf-8")
        return CliRunner().invoke(main, ["--config", str(settings), *words])


def test_row_022_review_and_re_review_have_the_clocks_of_the_law_hearings_and_a_retrospective(tmp_path: Path) -> None:
    lab = Recorded({"petitions": "zhelifang", "papers": PAPERS})
    petitions = lab.rows("petitions")
    first = next(iter(petitions))
    number = "ZJ330681202603020001"  # that of the papers
    asked = {"BLZTDM": "", "BLZTMC": "复查", "FCSQSJ": "2026-05-20 10:00:00", "GXSJ": stamp()}
    petitions.update(first["ID"], XFJBH=number, **asked)
    with network(tmp_path, lab) as net:
        case = Case(net, tmp_path)
        case.pull("petitions", "papers")
        (review,) = case.tasks(number)
        assert (review.rule, review.due, review.lamp) == ("petition_review", "2026-06-19T15:59:59Z", "green")
        case.clock.now = datetime(2026, 6, 20, 0, 0, tzinfo=UTC)
        case.sweeper.drain()
        assert case.tasks(number)[0].lamp == "red"
        assert "红 red" in case.show("case", "show", number)

        petitions.update(
            first["ID"], BLZTMC="复核", FCYJSJ="2026-06-18 16:00:00", FCYJ="维持", FHSQSJ="2026-06-19 09:00:00",
            GXSJ=stamp(1),
        )  # fmt: skip
        case.pull("petitions")
        done, again = (task for task in case.tasks(number) if task.purpose == "term")
        assert (done.state, done.outcome) == ("completed", "re_review")
        assert (again.rule, again.due) == ("petition_re_review", "2026-07-19T15:59:59Z")

        (hearing,) = [each for each in of(net, number, kinds=("document",)) if each.name == "听证笔录"]
        row = next(row for row in lab.rows("papers", 1) if row["XFJBH"] == number)
        kept = body(net, hearing)
        assert (kept["number"], kept["issuer"], kept["digest"]) == (row["BLWH"], row["ZCDW"], row["BLZY"])
        assert (hearing.at, hearing.done, kept["answer"]) == (
            "2026-03-11T01:00:00Z", "2026-03-11T03:30:00Z", row["TZJL"]
        )  # fmt: skip

        shown = json.loads(case.show("case", "show", number, "--json"))["retrospective"]
        steps = {row["BZMC"]: row["WCSJ"] for row in lab.rows("papers", 2) if row["XFJBH"] == number}
        assert list(shown) == list(RETROSPECTIVE.values()) == list(steps)
        assert {step: at[:10] for step, at in shown.items()} == {step: at[:10] for step, at in steps.items()}
        assert "7/7" in case.show("case", "show", number)
        assert "听证" in case.show("case", "timeline", number)

        other = next(iter(lab.rows("papers", 2)))
        lab.rows("papers", 2).update(other["FPBH"], BZ="8", GXSJ="2026-06-20 09:00:00")
        report = [each for each in _reports(net, "papers") if each.counts.rejected]
        assert [each.counts.rejected for each in report] == [1], "an eighth step is none"


def _reports(net: Network, name: str) -> list[Any]:
    from hub.testing import load_adapter, run_source

    source = net.settings.source(name)
    return run_source(net.store, load_adapter(source.adapter), source)


def test_row_023_matters_of_a_list_are_ticked_off_one_by_one_and_only_with_evidence(tmp_path: Path) -> None:
    lab = Recorded({"petitions": "zhelifang", "papers": PAPERS})
    table = lab.rows("papers", 3)
    by_key = {row["QDBH"]: row for row in table}
    proved = {key for key, row in by_key.items() if row["XHSJ"] and row["XHPZ"]}
    (unproved,) = {key for key, row in by_key.items() if row["XHSJ"] and not row["XHPZ"]}
    number = by_key[unproved]["XFJBH"]
    lab.rows("petitions").update(next(iter(lab.rows("petitions")))["ID"], XFJBH=number, GXSJ="2026-05-20 10:00:00")
    with network(tmp_path, lab) as net:
        case = Case(net, tmp_path)
        case.pull("petitions", "papers")
        kept = {each.key: each for each in told(net, kind="row") if each.name != RECEPTIONS}
        assert {key for key, each in kept.items() if each.status == Listing.TICKED_OFF} == proved
        assert {key for key, each in kept.items() if each.status == Listing.UNPROVED} == {unproved}
        assert "ends" not in body(net, kept[unproved])
        assert {key: body(net, kept[key])["fields"]["XHPZ"] for key in proved} == {
            key: by_key[key]["XHPZ"] for key in proved
        }
        assert _counted(net) == {"重点领域清单": (2, 1, 1), "联席会议交办清单": (1, 0, 1)}
        assert "销号无凭证 unproved" in case.show("case", "show", number)
        assert "重点领域清单" in case.show("entry", "lists")
        waiting = json.loads(case.show("entry", "list", "--name", "重点领域清单", "--status", "unproved", "--json"))
        assert [each["key"] for each in waiting["entries"]] == [unproved]

        table.update(unproved, XHPZ="诸信结〔2026〕4号", GXSJ="2026-06-01 09:00:00")  # the evidence comes
        case.pull("papers")
        assert "已销号 ticked off" in case.show("case", "show", number)
        assert {unproved for _, unproved, _ in _counted(net).values()} == {0}

        by_hand = ("--list", "主任督办清单", "--reason", "联席会议定")  # and one kept here
        case.show("case", "enlist", number, *by_hand, "--of", "诸暨市信访局")
        assert _counted(net)["主任督办清单"] == (1, 0, 0)
        for proof in ("", "无", "13800000001"):
            assert case.fails("case", "tick", number, *by_hand, "--proof", proof), "no proof, or a phone"
        assert case.fails("case", "tick", number, "--list", "重点领域清单", "--reason", "x", "--proof", "1号")
        assert case.fails("case", "enlist", number, *by_hand, "--of", "诸暨市信访局"), "it is on it"
        case.show("case", "tick", number, *by_hand, "--proof", "诸信结〔2026〕9号")
        assert _counted(net)["主任督办清单"] == (0, 0, 1)
        assert "主任督办清单" in case.show("case", "timeline", number)
        kept_here = json.loads(case.show("case", "show", number, "--json"))["lists"][-1]
        assert (kept_here["stands"], kept_here["proof"]) == ("ticked_off", "诸信结〔2026〕9号")
        case.show("audit", "verify")


def _counted(net: Network) -> dict[str, tuple[int, int, int]]:
    with net.store.database.reading() as connection:
        return {each.name: (each.listed, each.unproved, each.ticked_off) for each in lists(connection)}


@pytest.mark.parametrize("proof", ["", None, " ", "无", "暂无", "\\N", "-"])
def test_what_people_write_for_nothing_proves_nothing(proof: str | None) -> None:
    assert listing("2026-03-01", proof) is Listing.UNPROVED
    assert listing(proof, "诸信结〔2026〕1号") is Listing.LISTED
    assert listing("2026-03-01", "诸信结〔2026〕1号") is Listing.TICKED_OFF


def test_row_024_a_consultation_is_set_on_a_reception_day_of_its_level(tmp_path: Path) -> None:
    lab = Recorded({"petitions": "zhelifang", "papers": PAPERS})
    first = next(iter(lab.rows("petitions")))
    for row in lab.rows("papers", 4):
        lab.rows("papers", 4).update(row["JFBH"], KSSJ="14:30" if row["JB"] == "2" else row["KSSJ"])
    with network(tmp_path, lab) as net:
        case = Case(net, tmp_path)
        case.clock.now = now = datetime(2026, 3, 5, 1, 0, tzinfo=UTC)
        case.pull("petitions", "papers")
        days = list(lab.rows("papers", 4))
        with net.store.database.reading() as connection:
            calendar = receptions(connection, now.date(), now.date() + timedelta(days=30))
        assert [(each.period, each.owner, each.status) for each in calendar] == [
            (row["JFRQ"], row["JFDW"], row["JB"]) for row in days if "2026-03-05" <= row["JFRQ"] <= "2026-04-04"
        ]
        assert {datetime.fromisoformat(each.period or "").weekday() for each in calendar} == {1}, "Tuesdays"
        leader = days[0]["JFLD"]
        listed = case.show("case", "receptions", "--from", "2026-03-05")
        assert ("周二" in listed, leader in listed) == (True, False)
        town, city = (next(each for each in calendar if each.status == level) for level in ("2", "4"))

        code, store = case.code(first["XFJBH"]), net.store
        day = reception(store, (town.home, town.id), now=now)
        with store.database.transaction() as connection:
            consultation.call(connection, store, code, 1, Meeting(bodies=("村",)), by="person:chen", now=now)
            consultation.raise_level(
                connection, store, code, on_reception(day, Meeting(bodies=("司法所",)), 2), conclusion="未成",
                by="person:chen", now=now,
            )  # fmt: skip
        with store.database.reading() as connection:
            _, called = consultation.consultations(connection, store, code)
        assert (called.level, called.bodies) == (2, (town.owner, "司法所"))
        assert called.meets == f"{town.period}T06:30:00Z", "half past two of that day in China"
        assert f"接访日 reception {town.home}-{town.id}" in case.show("case", "timeline", code)

        with pytest.raises(StoreError, match="the reception is of level 4, the consultation of 3"):
            on_reception(reception(store, (city.home, city.id), now=now), Meeting(bodies=()), 3)
        with pytest.raises(StoreError, match="is over"):
            reception(store, (town.home, town.id), now=now + timedelta(days=30))
        lab.rows("papers", 4).update(city.key, KSSJ="下午", GXSJ="2026-03-04 08:00:00")
        case.pull("papers")
        with pytest.raises(StoreError, match="hour of that day of reception cannot be read"):
            reception(store, (city.home, city.id), now=now)
        lab.rows("papers", 4).update(city.key, KSSJ="09:30", GXSJ="2026-03-04 08:30:00")
        lab.rows("papers", 4).update(days[2]["JFBH"], SFQX="1", GXSJ="2026-03-04 09:00:00")  # called off
        case.pull("papers")
        off = next(each for each in calendar if each.key == days[2]["JFBH"])
        with pytest.raises(StoreError, match="was called off"):
            reception(store, (off.home, off.id), now=now)
        coming = (datetime.now(ZONE) + timedelta(days=30)).date().isoformat()
        lab.rows("papers", 4).update(days[3]["JFBH"], JFRQ=coming, JB="3", GXSJ="2026-03-04 10:00:00")
        case.pull("papers")
        (next_one,) = [each for each in told(net, name=RECEPTIONS) if each.period == coming]
        spot = f"{next_one.home}-{next_one.id}"
        case.show("case", "consult", code, "--raise", "--conclusion", "仍未成", "--reception", spot)
        with store.database.reading() as connection:
            *_, last = consultation.consultations(connection, store, code)
        assert (last.level, last.bodies, (last.meets or "")[:10]) == (3, (next_one.owner,), coming)


def test_row_026_petition_mediation_and_confirmation_are_one_case_with_one_sum_recovered(tmp_path: Path) -> None:
    lab = Recorded({"petitions": "zhelifang", "register": "peoples_mediation", "court": "mobile_court"})
    petition, case_row = next(iter(lab.rows("petitions"))), next(iter(lab.rows("register")))
    suit = next(iter(lab.rows("court")))
    number, person = petition["XFJBH"], suit["DSR"][0]
    who = {"xingMing": person["XM"], "dianHua": person["SJHM"]}
    lab.rows("petitions").update(petition["ID"], XM=person["XM"], SJHM=person["SJHM"], ZJHM="", ZHJE="12,000")
    lab.rows("register").update(
        case_row["id"], xiangGuanBH=number, lvXingJE="11,500.50", zhuangTai="7",
        dangShiRen=[case_row["dangShiRen"][0] | {"zhengJianHM": ""} | who],
    )  # fmt: skip
    lab.rows("court").update(suit["AHDM"], AJZT="裁定确认", XGAH=number)
    with network(tmp_path, lab) as net:
        case = Case(net, tmp_path)
        case.pull("petitions", "register", "court")
        code = case.code(number)
        assert case.code(suit["AH"]) == code
        shown = json.loads(case.show("case", "show", code, "--json"))
        assert {each["source"] for each in shown["records"]} == {"petitions", "register", "court"}
        with net.store.database.reading() as connection:
            found = recovered(connection, net.store, code)
            codes = {cases.lead(connection, each) for each in _all_codes(net)}
            everything = total(connection, net.store, [*codes, code])
            alone = {each: recovered(connection, net.store, each) for each in codes}
    assert found is not None
    assert (found.sum.fen, found.sum.source, found.confirmed, found.differ) == (1_150_050, "register", True, True)
    assert [(each.fen, each.source) for each in found.others] == [(1_200_000, "petitions")]
    assert everything == sum(each.sum.fen for each in alone.values() if each)
    apart = [row["ZHJE"] for row in lab.rows("petitions")] + [row["lvXingJE"] for row in lab.rows("register")]
    whole = sum(round(float(each.replace(",", "")) * 100) for each in apart if each)
    assert everything == whole - 1_200_000, "what two tell of one case is counted once"
    assert "11,500.50 元 yuan  register  已司法确认 confirmed  另说 else petitions 12,000.00" in case.show(
        "case", "show", code
    )


def _all_codes(net: Network) -> list[str]:
    with net.store.database.reading() as connection:
        return [row[0] for row in connection.exec_driver_sql("SELECT code FROM case_file")]


TEAM = """
[case.group]
team = ["centre", "court", "grid"]

[[case.route]]
name = "to_the_team"
from = "petition"
stage = "dispatched"
to = "team"
rule = "handover"
"""


def test_row_030_a_group_is_asked_as_one_and_each_of_its_bodies_answers_for_itself(
    tmp_path: Path, database: Database, keyring: Keyring
) -> None:
    town = Town(settings_of(tmp_path, TEAM, database=database), database, keyring)
    town.tell("petition", "P1", Stage.DISPATCHED, refs=["ZJ330110202603050001"])
    assert [(task.asked_of, task.route, task.rule) for task in town.tasks()] == [
        (name, "to_the_team", "handover") for name in ("centre", "court", "grid")
    ]
    assert len({task.code for task in town.tasks()}) == 1
    town.post()
    assert (
        {name for name in town.bodies if "hand_over" in town.bodies[name].kinds}
        == {task.asked_of for task in town.tasks() if task.state == "received"}
        != set()
    )
    town.tell("petition", "P1", Stage.DISPATCHED, refs=["ZJ330110202603050001"], revision=1_000_000, title="又一次")
    assert len(town.tasks()) == 3, "told again, nobody is asked again"

    refs = {task.asked_of: f"{task.home}-{task.id}" for task in town.tasks()}
    for name, word in (("centre", "complete"), ("court", "refuse")):
        said = ["--reason", "不属本院"] if word == "refuse" else ["--text", "已调处"]
        done = CliRunner().invoke(main, ["--config", str(town.settings.path), "task", word, refs[name], *said])
        assert done.exit_code == 0, done.output
    assert {task.asked_of: task.state for task in town.tasks()}["centre"] == "completed"
    with town.store.database.reading() as connection:
        desk = town.following.desk
        found = gathered(connection, town.store, desk.receivers, town.tasks()[0], town.clock())
    assert found is not None
    assert (found.asked, found.answered, found.complete) == (3, 2, False), "one refuses, the third is waited for"


@pytest.mark.parametrize(("group", "wrong"), [
    ('team = ["centre", "cuort"]', "holds a name that is no body"), ('team = ["centre"]', "is no group"),
    ('team = ["centre", "centre"]', "is no group"), ('court = ["centre", "grid"]', "is the name of a body too"),
])  # fmt: skip
def test_a_group_names_bodies_each_once(tmp_path: Path, group: str, wrong: str) -> None:
    with pytest.raises(ConfigError, match=wrong):
        settings_of(tmp_path, f"[case.group]\n{group}\n")


def test_row_033_a_complaint_stays_listed_until_it_is_ticked_off_with_a_proof(tmp_path: Path) -> None:
    lab = Recorded({"hotline": "hotline"})
    orders = lab.rows("hotline")
    key = next(row["taskId"] for row in orders if row["status"] == "督办中")

    def tell(minute: int, **fields: str) -> None:
        orders.update(key, syncTime=stamp(minute), **fields)
        case.pull("hotline")

    with network(tmp_path, lab) as net:
        case = Case(net, tmp_path)
        tell(1, status="已挂号")
        assert (net.records()[key].stage, case.conflicts(key)) == ("handling", [])
        tell(2, status="已销号", cancelTime="2026-03-26 09:00:00", endTime="2026-03-26 09:00:00")
        kept = net.records()[key]
        assert (kept.stage, kept.body["status"], kept.body["status_label"]) == ("handling", "unproved", "已销号")
        assert "closed" not in kept.body
        assert [told["listing"] for told in case.conflicts(key)] == ["unproved"]
        assert "销号无凭证 ticked off without a proof" in case.show("case", "timeline", key)
        tell(3, status="已销号", solvingResult="再报一次")
        assert len(case.conflicts(key)) == 1, "one conflict, however often it is told"
        tell(4, status="已销号", cancelProof="销号凭证〔2026〕12号")
        kept = net.records()[key]
        assert (kept.stage, kept.body["extra"]["cancelProof"]) == ("closed", "销号凭证〔2026〕12号")
        assert case.conflicts(key) == [], "the proof came"


def test_row_035_windows_of_city_community_and_street_are_told_apart(tmp_path: Path) -> None:
    lab = Recorded({"centre": "hotline"})
    levels = {"1": Window.CITY, "2": Window.STREET, "3": Window.COMMUNITY, "9": None, "": None}
    came = dict(zip([row["taskId"] for row in lab.rows("centre")], levels, strict=False))
    for key, level in came.items():
        lab.rows("centre").update(key, windowLevel=level, windowName="市民诉求服务中心")
    with network(tmp_path, lab) as net:
        case = Case(net, tmp_path)
        case.pull("centre")
        kept = net.records()
        for key, level in came.items():
            told_of = (kept[key].body["channel"], kept[key].body["extra"].get("window"))
            assert told_of == (("CK", levels[level].value) if levels[level] else ("RX", None))
        assert len({Window(told.value) for told in levels.values() if told}) == len(Window)
        case.show("case", "open", "--title", "门口积水", "--window", "community", "--no-qr")
        (opened,) = [each.body for each in net.records().values() if each.source == "walk_in"]
    assert (opened["channel"], opened["extra"]["window"]) == ("CK", "community")
