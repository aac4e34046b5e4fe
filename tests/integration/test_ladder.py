"""Remind, supervise, interview: each step reaches its people, is read and answered, and comes in its time."""

from pathlib import Path

import pytest
from bodies import HOME, ROUTES, Town, settings_of
from click.testing import CliRunner

from hub.casework import consultation, pauses
from hub.casework.consultation import Meeting
from hub.casework.desk import Desk
from hub.casework.sweep import Sweeper
from hub.casework.wording import WAYS
from hub.cli.main import main
from hub.store.database import Database
from hub.store.tasks import TaskRow
from hub.store.vault import Keyring
from schemas.delivery import Notice
from schemas.life import Stage

NOTICE = """
[case.notice]
channel = "notices"
window_s = 60
accounts = { centre = "GE_0001", watchers = ["GE_0008", "GE_0009"] }
"""
LADDER = ["reminder", "supervision_order", "interview"]
HANDED_OVER = (
    ROUTES.replace('rule = "peoples_mediation"', 'rule = "handover"')
    + """
[[case.route]]
name = "from_the_grid"
from = "grid"
stage = "dispatched"
to = "centre"
rule = "handover"
"""
)


@pytest.fixture
def town(tmp_path: Path, database: Database, keyring: Keyring) -> Town:
    return Town(settings_of(tmp_path, HANDED_OVER + NOTICE, database=database), database, keyring)


def sweeper(town: Town) -> Sweeper:
    desk = Desk(town.settings, town.store, town.registry)
    return Sweeper(town.settings, town.store, clock=town.clock, desk=desk)


def rungs(town: Town) -> list[TaskRow]:
    return [task for task in town.tasks() if task.parent is not None]


def said(town: Town, *words: str) -> None:
    """A person's word on the command line, at the town's time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("hub.cli.task_steps.utc_now", town.clock)
        done = CliRunner().invoke(main, ["--config", str(town.settings.path), "task", *words])
    assert done.exit_code == 0, done.output


def notices(town: Town, account: str = "GE_0001") -> list[Notice]:
    """What was told to an account, in order."""
    told = town.bodies["notices"].done.values() if "notices" in town.bodies else ()
    words = [Notice.model_validate(dict(each.body)) for each in told if each.kind in WAYS]
    return [word for word in words if account in word.receivers]


def a_day(town: Town, swept: Sweeper) -> None:
    """A day goes by: lamps, rungs, word to people."""
    town.clock.wait(86_300)
    swept.drain()
    town.post()
    town.clock.wait(100)  # the window of the notice ends
    town.post()
    town.post()


def test_row_095_each_step_of_the_ladder_reaches_its_people_is_read_and_answered(town: Town) -> None:
    town.tell("petition", "P1", Stage.DISPATCHED, refs=["ZJ330110202603050001"])
    town.post()
    swept, seen = sweeper(town), {}
    for day in range(1, 30):
        a_day(town, swept)
        for rung in rungs(town):
            if rung.kind not in seen:
                seen[rung.kind] = day
                said(town, "read", f"{HOME}-{rung.id}")
                if rung.kind != "interview":
                    said(town, "complete", f"{HOME}-{rung.id}", "--text", "正在调查")
    assert seen == {"reminder": 8, "supervision_order": 15, "interview": 23}
    assert [notice.title.partition("：")[0] for notice in notices(town)] == ["催办", "督办", "约谈"]
    assert all(rung.read is not None for rung in rungs(town)), "each was proved to be read"
    assert [rung.state for rung in rungs(town)] == ["completed", "completed", "requested"]
    assert [(rung.asked_by, rung.asked_of, rung.code) for rung in rungs(town)] == [
        ("petition", "centre", town.tasks()[0].code)
    ] * 3

    said(town, "complete", f"{HOME}-{town.tasks()[0].id}", "--text", "双方和解")
    swept.drain()
    assert rungs(town)[-1].state == "recalled", "the matter has ended: nobody is called any more"
    assert (rungs(town)[-1].reason, town.tasks()[0].rung) == ("task.ended", 3)


def test_a_reminder_by_hand_ends_with_what_it_is_of(town: Town) -> None:
    town.tell("petition", "P1", Stage.DISPATCHED, refs=["ZJ330110202603050001"])
    town.post()
    said(town, "remind", f"{HOME}-{town.tasks()[0].id}", "--text", "请尽快受理")
    said(town, "complete", f"{HOME}-{town.tasks()[0].id}", "--text", "双方和解")
    assert [rung.state for rung in rungs(town)] == ["requested"]
    assert sweeper(town).drain().recalled == 1
    assert [(rung.kind, rung.state) for rung in rungs(town)] == [("reminder", "recalled")]


def test_who_answers_in_time_is_not_urged(town: Town) -> None:
    town.tell("petition", "P1", Stage.DISPATCHED, refs=["ZJ330110202603050001"])
    town.post()
    swept = sweeper(town)
    for _ in range(6):
        a_day(town, swept)
    said(town, "complete", f"{HOME}-{town.tasks()[0].id}", "--text", "双方和解")
    for _ in range(20):
        a_day(town, swept)
    assert (rungs(town), notices(town)) == ([], [])


def test_row_054_lamps_watchers_four_levels_and_a_team(town: Town) -> None:
    for number in ("1", "2"):
        town.tell("grid", f"G{number}", Stage.DISPATCHED, refs=[f"WG33011020260305000{number}"])
    town.post()
    swept, lamps = sweeper(town), []
    for _ in range(16):
        a_day(town, swept)
        lamps.append({task.lamp for task in town.tasks() if task.parent is None})
    assert lamps == [{"green"}] * 7 + [{"yellow"}] * 7 + [{"red"}] * 2
    for watcher in ("GE_0008", "GE_0009"):
        (notice,) = notices(town, watcher)
        assert (notice.title, notice.receivers) == ("红灯：2 件任务逾期", (watcher,))
        assert all(code in notice.text for code in town.codes())

    code, team = sorted(town.codes())[0], ("王五湖", "赵六安")
    with town.store.database.transaction() as connection:
        meeting = Meeting(bodies=("仓前街道", "司法所"), persons=team)
        consultation.call(connection, town.store, code, 1, meeting, by="person:chen", now=town.clock())
        for body in ("余杭区", "县级中心", "县委"):
            again = Meeting(bodies=(body,), persons=team)
            consultation.raise_level(
                connection, town.store, code, again, conclusion="未达成一致", by="person:chen", now=town.clock()
            )
        held = consultation.consultations(connection, town.store, code, clear=True)
    assert [(each.level, each.state) for each in held] == [(1, "raised"), (2, "raised"), (3, "raised"), (4, "called")]
    assert all(each.persons == team for each in held)
    called = {task.asked_of for task in town.tasks() if task.purpose == consultation.PURPOSE}
    assert called == {"仓前街道", "司法所", "余杭区", "县级中心", "县委"}


def test_those_who_watch_are_told_of_each_time_a_task_turns_red(
    tmp_path: Path, database: Database, keyring: Keyring
) -> None:
    town = Town(settings_of(tmp_path, ROUTES + NOTICE, database=database), database, keyring)
    town.tell("petition", "P1", Stage.DISPATCHED, refs=["ZJ330110202603050001"])
    town.post()
    swept, task = sweeper(town), town.tasks()[0].ref
    said(town, "accept", f"{HOME}-{task[1]}")
    lamps = []
    for term in (35, 35):
        town.day(term)
        a_day(town, swept)
        lamps.append(town.tasks()[0].lamp)
        if len(lamps) == 1:
            with town.store.database.transaction() as connection:
                pauses.extend(
                    connection, town.store, task, reason="双方同意", by="person:chen", now=town.clock(),
                    terms=swept.terms,
                )  # fmt: skip
            lamps.append(town.tasks()[0].lamp)
    assert lamps == ["red", "green", "red"]
    assert [notice.title for notice in notices(town, "GE_0008")] == ["红灯：1 件任务逾期"] * 2


def test_nobody_who_watches_is_named_and_nobody_is_told(tmp_path: Path, database: Database, keyring: Keyring) -> None:
    town = Town(settings_of(tmp_path, HANDED_OVER, database=database), database, keyring)
    town.tell("petition", "P1", Stage.DISPATCHED, refs=["ZJ330110202603050001"])
    town.post()
    town.day(40)
    done = sweeper(town).drain()
    town.post()
    assert (done.red, notices(town, "GE_0008")) == (1, [])
