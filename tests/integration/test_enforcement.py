"""Court enforcement: one request to many agencies, each answered in its own time, gathered; and one court asking
another. Both ends are real HTTP on loopback, and the hub's parts are its own."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner, Result
from enforcing import COURT, JIANDE, YUHANG, Enforcing, enforcing
from sqlalchemy import text
from world import NewUrl

from hub.casework.sweep import Sweeper
from hub.cli.main import main
from hub.engine.history import remap, replay
from hub.store import strays
from hub.store.tasks import TaskRow

AGENCIES = ("ZR330110", "SW330110", "GA330110")
BEFORE_THE_HOLIDAY = datetime(2026, 9, 28, 2, 0, tzinfo=UTC)


def task(here: Enforcing, *words: str) -> Result:
    """``hub task`` at the courts' time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("hub.cli.task_gather.utc_now", here.clock)
        return CliRunner().invoke(main, ["--config", str(here.settings.path), "task", *words])


def gathered(here: Enforcing, number: int = 1) -> dict[str, Any]:
    done = task(here, "gather", f"330110-{number}", "--json")
    assert done.exit_code == 0, done.output
    told: dict[str, Any] = orjson.loads(done.stdout)
    return told


def counts(told: dict[str, Any]) -> tuple[int, int, int, bool]:
    return told["asked"], told["answered"], told["late"], told["complete"]


def answers(here: Enforcing) -> list[Callable[[], None]]:
    """What the three agencies say to the joint check, one after the other."""
    tell = here.agencies.tell
    return [
        lambda: tell("ZR330110", "1", "已签收", kind="签收"),
        lambda: tell("ZR330110", "2", "已核查，联系人裘俊峰 13800008644", defects="已抵押"),
        lambda: tell("SW330110", "3", "纳税人不在本辖区", kind="退回"),
        lambda: tell("GA330110", "2", "名下无车辆"),
    ]


def states(here: Enforcing) -> dict[str, str]:
    return {each.asked_of: each.state for each in here.tasks()}


def hours_of(row: TaskRow) -> float:
    """The hours a body has from its receipt on."""
    assert row.received
    assert row.due
    return (datetime.fromisoformat(row.due) - datetime.fromisoformat(row.received)).total_seconds() / 3600


ENDED = {"exec/ZR330110": "completed", "exec/SW330110": "refused", "exec/GA330110": "completed"}


def checked(here: Enforcing) -> None:
    """What holds when the joint check has ended, with faults and without."""
    assert states(here) == ENDED
    assert sorted(act.fields["XZJGDM"] for act in here.requests(YUHANG)) == sorted(AGENCIES), "each was asked once"
    (word,) = here.acts(COURT)
    assert (word.fields["AHDM"], word.fields["BT"]) == ("990110202603000501", "协助执行反馈 3/3")
    assert len(here.codes()) == 1, "no second code"
    assert here.unseen() == (0, 0)


def test_row_014_one_request_goes_to_many_agencies_each_with_its_term_and_the_answers_are_gathered(
    new_url: NewUrl, tmp_path: Path
) -> None:
    with enforcing(tmp_path, new_url()) as here:
        here.judgment()
        here.around()
        (code,), made = here.codes(), here.tasks()
        assert {each.cause.partition(" of ")[0] for each in made} == {"route joint_check: record 330110-1 enforcing"}
        rules = ["enforcement_check", "enforcement_check", "enforcement_feedback"]
        assert [each.rule for each in made] == rules, "each has a term of its own"
        sent = here.requests(YUHANG)
        assert [(act.fields["XZJGMC"], act.fields["SXLX"]) for act in sent] == [
            ("余杭区自然资源局", "03"),
            ("余杭区税务局", "03"),
            ("余杭区公安分局", "06"),
        ]
        assert {(act.fields["JFM"], act.fields["LYBH"]) for act in sent} == {(code, "990110202603000501")}
        assert [each.number for each in made] == [here.number_of(YUHANG, act) for act in sent]
        assert counts(gathered(here)) == (3, 0, 0, False)
        first, second, *others = answers(here)
        here.around(first)
        assert (states(here)["exec/ZR330110"], counts(gathered(here))) == ("accepted", (3, 0, 0, False))
        here.around(second)
        assert counts(gathered(here, 3)) == (3, 1, 0, False), "by whichever of its tasks"
        here.clock.wait(86_400)  # the term of a day is over; that of five working days is not
        late = [each["of"] for each in gathered(here)["answers"] if each["late"]]
        assert (late, here.acts(COURT)) == (["exec/SW330110"], [])
        here.around(*others)
        checked(here)
        told = gathered(here)
        assert counts(told) == (3, 3, 1, True), "who answered after the day due was late"
        assert [each["said"] for each in told["answers"]] == [
            "已核查，联系人裘** 138****8644",
            "纳税人不在本辖区",
            "名下无车辆",
        ]
        assert task(here, "gather", "330110-1").stdout.startswith("请求 asked 3  已答 answered 3  逾期 late 1  已齐")


def test_with_faults_it_ends_as_it_does_without(tmp_path: Path) -> None:
    with enforcing(tmp_path, f"sqlite:///{tmp_path}/yiwang.db") as here:
        for kind, options in (("reset", {}), ("status", {"status": 503}), ("close", {}), ("hang", {"seconds": 3})):
            here.fault(YUHANG, kind, after=1, **options)
        here.fault(COURT, "cut", after=0)
        here.fault_reads(YUHANG, "status", after=1, times=2, status=500)
        here.judgment()
        here.around(*answers(here))
        checked(here)
        assert sum(here.came().values()) > 4, "the faults were met"


def test_a_replay_and_a_remap_ask_and_tell_nobody(new_url: NewUrl, tmp_path: Path) -> None:
    with enforcing(tmp_path, new_url()) as here:
        here.judgment()
        here.around(*answers(here))
        before = here.came(), here.tasks()
        with here.store.database.transaction() as connection:
            connection.execute(text("UPDATE record SET content = :other"), {"other": b"0" * 16})
        for again in (replay, remap):
            for name in here.bodies:
                again(here.settings, here.store, here.registry, name)
        for _ in range(3):
            here.step()
            here.clock.wait(600)
        assert (here.came(), here.tasks()) == before


def test_what_a_remap_completes_is_told_by_a_person(tmp_path: Path) -> None:
    """The last answer is read while nothing may leave: the request is complete, and the court hears of it by hand."""
    with enforcing(tmp_path, f"sqlite:///{tmp_path}/yiwang.db") as here:
        here.judgment()
        *first, last = answers(here)
        here.around(*first)
        last()
        here.pull(YUHANG)
        with here.store.database.transaction() as connection:
            connection.execute(text("UPDATE run SET why = 'remap' WHERE id = (SELECT max(id) FROM run)"))
            connection.execute(text("UPDATE run SET why = 'remap' WHERE source = 'exec'"))
        here.around()
        assert (states(here), here.acts(COURT)) == (ENDED, [])
        desk = here.following.desk
        with here.store.database.transaction() as connection:
            told = [desk.tell(connection, each.ref, now=here.clock()) for each in here.tasks()]
        assert told == [1, 0, 0], "once, of all of them together"
        here.around()
        checked(here)


def test_row_015_agencies_are_asked_at_once_by_the_hour_and_defects_are_told_when_all_have_answered(
    tmp_path: Path,
) -> None:
    with enforcing(tmp_path, f"sqlite:///{tmp_path}/yiwang.db") as here:
        here.judgment()
        here.around()
        made = here.tasks()
        assert len({each.requested for each in made}) == 1, "at once"
        assert [hours_of(each) for each in made[:2]] == [24, 24]
        *first, last = answers(here)
        here.around(*first)
        assert here.acts(COURT) == [], "not before all have answered"
        here.around(last)
        (word,) = here.acts(COURT)
        assert word.fields["NR"].splitlines() == [
            "余杭区自然资源局：已办成；已核查，联系人裘俊峰 13800008644；已抵押",
            "余杭区税务局：不受理；纳税人不在本辖区",
            "余杭区公安分局：已办成；名下无车辆",
        ]
        assert [each["defects"] for each in gathered(here)["answers"]] == ["已抵押", "", ""]

        (code,) = here.codes()
        assert task(here, "ask", code, "--route", "transfer", "--reason", "拍卖成交").exit_code == 0
        here.around()
        title = here.tasks()[-1]
        assert hours_of(title) == 48, "the title changes hands within two days"
        here.around(lambda: here.agencies.tell("ZR330110", "2", "已过户"))
        assert here.acts(COURT)[-1].fields["NR"] == "余杭区自然资源局：已办成；已过户"


def test_row_016_a_court_asks_the_court_of_the_region_and_is_accepted_or_refused_with_a_receipt(
    new_url: NewUrl, tmp_path: Path
) -> None:
    with enforcing(tmp_path, new_url()) as here:
        here.vehicle(region="330182101")  # a town of Jiande
        here.around()
        (made,) = here.tasks()
        assert (made.asked_by, made.asked_of, made.rule) == ("exec", "exec_jiande/浙0182", "enforcement_feedback")
        (asked,) = here.requests(JIANDE)
        assert (asked.fields["XZJGMC"], asked.fields["SXLX"]) == ("建德市人民法院", "05")
        assert made.number == here.number_of(JIANDE, asked)
        here.around(
            lambda: here.agencies.tell("浙0182", "1", "已接收委托", kind="签收"),
            lambda: here.agencies.tell("浙0182", "2", "车辆已查扣"),
        )
        fed = [(act.fields["QQBH"], act.fields["FKLX"], act.fields["FKNR"]) for act in here.acts(YUHANG)]
        key = "XZ330110202611220004"
        assert fed == [(key, "签收", ""), (key, "办理", ""), (key, "反馈", "车辆已查扣")]
        assert (states(here), here.unseen(), len(here.codes())) == ({"exec_jiande/浙0182": "completed"}, (0, 0), 1)
        assert task(here, "gather", "330110-1").exit_code != 0, "asked of one alone"

        here.vehicle("XZ330110202611220005", AH="（2026）浙0110执623号")
        here.around(lambda: here.agencies.tell("浙0182", "3", "车辆已出省", kind="退回"))
        back = here.acts(YUHANG)[-1].fields
        assert (back["QQBH"], back["FKLX"]) == ("XZ330110202611220005", "退回")
        assert [each.state for each in here.tasks()] == ["completed", "refused"]


def test_a_court_is_asked_that_is_named_and_no_court_asks_itself_or_an_agency(tmp_path: Path) -> None:
    with enforcing(tmp_path, f"sqlite:///{tmp_path}/yiwang.db") as here:
        here.vehicle("XZ330110202611220001", region="330110", AH="（2026）浙0110执1号")  # at home
        here.vehicle("XZ330110202611220002", agency="GA330110", AH="（2026）浙0110执2号")  # an agency's
        here.vehicle("XZ330110202611220003", ZT="2", AH="（2026）浙0110执3号")  # answered before we knew of it
        here.around()
        assert here.tasks() == []
        here.vehicle("XZ330110202611220004", region="330110", agency="浙0182", AH="（2026）浙0110执4号")  # by its name
        here.vehicle("XZ330110202611220005", region="330281", AH="（2026）浙0110执5号")  # a court without a system
        here.around()
        assert [(each.asked_of, each.state) for each in here.tasks()] == [
            ("exec_jiande/浙0182", "received"),
            ("浙0281", "requested"),
        ]
        assert here.unseen()[0] == 1, "that nobody brings it is shown"


def test_row_019_a_refusal_goes_to_police_and_procuratorate_within_five_working_days_and_their_answers_come_back(
    new_url: NewUrl, tmp_path: Path
) -> None:
    with enforcing(tmp_path, new_url()) as here:
        here.clock.now = BEFORE_THE_HOLIDAY
        here.judgment(AJZT="判决")
        here.around()
        (code,) = here.codes()
        here.clock.now = BEFORE_THE_HOLIDAY
        done = task(here, "ask", code, "--route", "refusal", "--reason", "有能力履行而拒不履行")
        assert (done.exit_code, len(here.tasks())) == (0, 2)
        here.step()
        sent = [(act.fields["XZJGMC"], act.fields["SXLX"], act.fields["JZSJ"]) for act in here.requests(YUHANG)]
        assert sent == [
            ("余杭区公安分局", "09", "20261010235959"),  # the holiday is not counted, the Saturday is worked
            ("余杭区人民检察院", "09", "20261010235959"),
        ]
        here.around()
        sweeper = Sweeper(here.settings, here.store, clock=here.clock, desk=here.following.desk)

        def lamps(at: str) -> list[str]:
            here.clock.now = datetime.fromisoformat(at)
            sweeper.drain()
            return [each.lamp for each in here.tasks() if each.parent is None]

        assert lamps("2026-10-08T23:59:59+08:00") == ["green", "green"]
        assert lamps("2026-10-09T00:00:00+08:00") == ["yellow", "yellow"]
        here.around(lambda: here.agencies.tell("GA330110", "2", "已立案侦查"))
        urged = [(act.path.rsplit("/", 1)[1], act.fields["QQBH"]) for act in here.acts(YUHANG, "/urge")]
        assert urged == [("urge", each.number) for each in here.tasks()[:2]], "yellow reminds, by the gateway"
        assert lamps("2026-10-11T00:00:00+08:00") == ["yellow", "red"], "who has answered turns no more"
        assert [each["late"] for each in gathered(here)["answers"]] == [False, True]
        here.around(lambda: here.agencies.tell("JC330110", "2", "建议公安机关立案"))
        assert counts(gathered(here)) == (2, 2, 1, True)
        (word,) = here.acts(COURT)
        assert word.fields["NR"] == "余杭区公安分局：已办成；已立案侦查\n余杭区人民检察院：已办成；建议公安机关立案"


def test_what_cannot_be_asked_by_a_route_is_said(tmp_path: Path) -> None:
    with enforcing(tmp_path, f"sqlite:///{tmp_path}/yiwang.db") as here:
        here.vehicle(region="330110")
        here.around()
        (code,) = here.codes()
        for words, said in [
            (("--route", "refusl"), 'did you mean "refusal"?'),
            (("--route", "refusal"), "holds no record of court"),
            (("--route", "court_to_court"), "asks nobody about this record"),
        ]:
            done = task(here, "ask", code, *words, "--reason", "试")
            assert (done.exit_code != 0, said in done.output) == (True, True), done.output
        assert here.tasks() == []


def test_a_recalled_request_is_taken_back_at_the_gateway_and_the_others_complete_it(tmp_path: Path) -> None:
    with enforcing(tmp_path, f"sqlite:///{tmp_path}/yiwang.db") as here:
        here.judgment()
        _, land, _, police = answers(here)
        here.around(land, police)
        tax = here.tasks()[1]
        with here.store.database.transaction() as connection:
            here.following.desk.recall(connection, tax.ref, by="person:t", reason="已结清", now=here.clock())
        here.around()
        back = here.acts(YUHANG, "/xzfk/")[-1].fields
        assert (back["QQBH"], back["FKLX"]) == (tax.number, "撤回")
        assert here.acts(COURT)[-1].fields["BT"] == "协助执行反馈 2/3"
        assert counts(gathered(here)) == (3, 2, 0, True)


def test_another_case_record_that_asks_the_same_joins_and_hears_too(tmp_path: Path) -> None:
    with enforcing(tmp_path, f"sqlite:///{tmp_path}/yiwang.db") as here:
        here.judgment()
        here.around()
        here.judgment("990110202603000502", XGAH="（2026）浙0110执501号")
        here.around(*answers(here))
        assert len(here.requests(YUHANG)) == 3, "nobody is asked twice"
        assert sorted(act.fields["AHDM"] for act in here.acts(COURT)) == ["990110202603000501", "990110202603000502"]
        with here.store.database.reading() as connection:
            assert strays.listed(connection) == []
