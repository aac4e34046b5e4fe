"""The terms of records: a review has the clock of the law from the day it was asked for, and ends with its opinion."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from bodies import DAY, Town, settings_of
from click.testing import CliRunner

from hub.casework.deadlines import stage_terms
from hub.casework.pauses import pause, resume
from hub.casework.sweep import Sweeper
from hub.casework.terms import Terms
from hub.cli.main import main
from hub.errors import ConfigError
from hub.settings import DeadlineSettings
from hub.store.database import Database
from hub.store.tasks import TaskRow
from hub.store.vault import Keyring
from schemas.life import Stage
from schemas.party import Step

NUMBER = "ZJ330110202603050001"
SECOND = 1_000_000


@pytest.fixture
def town(tmp_path: Path, database: Database, keyring: Keyring) -> Town:
    return Town(settings_of(tmp_path, "", database=database), database, keyring)


def asked(day: str, action: str = "申请复查") -> tuple[Step, ...]:
    return (Step(at=f"2026-{day}T03:00:00Z", action=action, body="", note="", key=""),)


def open_terms(town: Town) -> list[TaskRow]:
    return [task for task in town.tasks() if task.purpose == "term" and task.ended is None]


def test_a_review_is_due_thirty_days_after_it_was_asked_for_and_its_lamp_turns(town: Town) -> None:
    town.tell("petition", "P1", Stage.REVIEW, refs=[NUMBER], steps=asked("03-01"))
    task = town.task()
    assert (task.rule, task.state, task.asked_of, task.kind) == (
        "petition_review", "received", "petition", "review_notice"
    )  # fmt: skip
    assert (task.requested, task.received, task.due) == (
        "2026-03-01T03:00:00Z", "2026-03-01T03:00:00Z", "2026-03-31T15:59:59Z"
    )  # fmt: skip
    swept, lamps = Sweeper(town.settings, town.store, clock=town.clock), []
    for moment in (DAY, datetime(2026, 3, 22, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)):
        town.clock.now = moment
        swept.drain()
        (task,) = open_terms(town)
        lamps.append(task.lamp)
    assert lamps == ["green", "yellow", "red"]
    shown = CliRunner().invoke(main, ["--config", str(town.settings.path), "case", "show", NUMBER])
    assert shown.exit_code == 0, shown.output
    assert "红 red" in shown.output
    assert "2026-03-31" in shown.output


def test_the_term_ends_with_the_stage_and_the_next_has_its_own(town: Town) -> None:
    town.tell("petition", "P1", Stage.REVIEW, refs=[NUMBER], steps=asked("03-01"))
    later = asked("03-01") + asked("03-04", "申请复核")
    town.tell("petition", "P1", Stage.RE_REVIEW, refs=[NUMBER], steps=later, revision=SECOND)
    first, second = town.tasks()
    assert (first.state, first.outcome) == ("completed", "re_review")
    assert (second.rule, second.state, second.due) == ("petition_re_review", "received", "2026-04-03T15:59:59Z")
    town.tell("petition", "P1", Stage.FOLLOW_UP, refs=[NUMBER], steps=later, revision=2 * SECOND)
    assert open_terms(town) == []


def test_a_hearing_stops_the_clock_of_a_re_review_alone(town: Town) -> None:
    town.tell("petition", "P1", Stage.RE_REVIEW, refs=[NUMBER], steps=asked("03-01", "申请复核"))
    terms, task = Terms.load(), town.task()
    with town.store.database.transaction() as connection:
        pause(connection, town.store, task.ref, reason="hearing", by="person:chen", now=town.clock(), terms=terms)
    town.day(6)
    with town.store.database.transaction() as connection:
        resume(connection, town.store, task.ref, by="person:chen", now=town.clock(), terms=terms)
    assert town.task().due == "2026-04-06T15:59:59Z"  # the six nights of the hearing are not counted


def test_two_records_of_one_review_have_one_term(town: Town) -> None:
    for key in ("P1", "P2"):
        town.tell("petition", key, Stage.REVIEW, refs=[NUMBER], steps=asked("03-01"))
    assert len(town.codes(leading=True)) == 1
    assert len(town.tasks()) == 1


def test_a_start_that_is_put_right_begins_the_term_anew(town: Town) -> None:
    town.tell("petition", "P1", Stage.REVIEW, refs=[NUMBER], steps=asked("03-01"))
    town.tell("petition", "P1", Stage.REVIEW, refs=[NUMBER], steps=asked("03-03"), revision=SECOND)
    first, second = town.tasks()
    assert (first.state, first.reason) == ("recalled", "start.moved")
    assert (second.state, second.due) == ("received", "2026-04-02T15:59:59Z")


@pytest.mark.parametrize(("stage", "deleted", "reason"), [
    (Stage.WITHDRAWN, False, "withdrawn"), (Stage.REVIEW, True, "record.deleted"),
])  # fmt: skip
def test_what_is_withdrawn_or_gone_has_no_term(town: Town, stage: Stage, reason: str, *, deleted: bool) -> None:
    town.tell("petition", "P1", Stage.REVIEW, refs=[NUMBER], steps=asked("03-01"))
    town.tell("petition", "P1", stage, refs=[NUMBER], steps=asked("03-01"), revision=SECOND, deleted=deleted)
    assert (town.task().state, town.task().reason) == ("recalled", reason)


def test_without_a_told_step_the_clock_starts_when_the_hub_had_it_and_stays(town: Town) -> None:
    town.tell("petition", "P1", Stage.REVIEW, refs=[NUMBER])
    begun = town.task().requested
    town.tell("petition", "P1", Stage.REVIEW, refs=[NUMBER], revision=SECOND, title="另一个标题")
    assert [task.requested for task in town.tasks()] == [begun]


def test_a_step_to_come_starts_no_clock(town: Town) -> None:
    town.tell("petition", "P1", Stage.REVIEW, refs=[NUMBER], steps=asked("12-31"))
    assert town.task().requested < "2026-03-06"


@pytest.mark.parametrize("why", ["remap", "replay"])
def test_a_remap_begins_no_term_and_ends_one(town: Town, why: str) -> None:
    town.tell("petition", "P1", Stage.REVIEW, refs=[NUMBER], steps=asked("03-01"), why=why)
    assert town.tasks() == []
    town.tell("petition", "P2", Stage.REVIEW, steps=asked("03-01"))
    town.tell("petition", "P2", Stage.REVIEW, steps=asked("03-02"), revision=SECOND // 2, why=why)
    assert town.task().state == "received", "a start it puts right leaves no review without a clock"
    town.tell("petition", "P2", Stage.FOLLOW_UP, steps=asked("03-01"), revision=SECOND, why=why)
    assert town.task().state == "completed"


def test_history_urges_nobody(town: Town) -> None:
    town.clock.now = DAY + timedelta(days=60)
    town.tell("petition", "P1", Stage.REVIEW, steps=asked("03-01"))
    assert town.tasks() == []  # its term was over a month before anybody told of it
    town.tell("petition", "P2", Stage.REVIEW, steps=asked("03-09"))
    assert [task.rule for task in town.tasks()] == ["petition_review"]


def test_other_channels_and_stages_have_none(town: Town) -> None:
    town.tell("grid", "G1", Stage.REVIEW, steps=asked("03-01"))
    town.tell("petition", "P1", Stage.HANDLING, steps=asked("03-01"))
    assert town.tasks() == []


def test_a_table_of_ones_own_is_read_with_its_lines(tmp_path: Path) -> None:
    own = tmp_path / "stages.csv"
    own.write_text("channel,stage,rule,step,basis\nXF,accepted,petition_handling,受理,x\n", encoding="utf-8")
    assert [*Terms.load(DeadlineSettings(stages=own)).stages] == [("XF", Stage.ACCEPTED)]
    own.write_text("channel,stage,rule,step,basis\nXF,accepted,petition_handing,受理,x\n", encoding="utf-8")
    with pytest.raises(ConfigError, match='no deadline rule "petition_handing"'):
        Terms.load(DeadlineSettings(stages=own))
    for line, wrong in (("XX,accepted,a,b,c", "channel must be one of"), ("XF,acepted,a,b,c", "stage must be one of")):
        own.write_text(f"channel,stage,rule,step,basis\n{line}\n", encoding="utf-8")
        with pytest.raises(ConfigError, match=wrong):
            stage_terms(own)
    own.write_text("channel,stage,rule,step,basis\nXF,review,a,b,c\nXF,review,a,b,c\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="is there twice"):
        stage_terms(own)


def test_rules_of_ones_own_need_not_have_those_of_reviews(tmp_path: Path) -> None:
    own = tmp_path / "rules.csv"
    head = "name,label,english,start,length,unit,yellow,red,extension,pauses,rolls,set_by,basis\n"
    rows = [
        f"{name},x,x,requested,14,day,7,14,,,no,ours,x" for name in ("handover", "reminder", "supervision", "interview")
    ]
    rows += [f"order_110_{name},x,x,requested,14,day,7,14,,,no,ours,x" for name in ("receipt", "accept")]
    own.write_text(head + "\n".join(rows) + "\n", encoding="utf-8")
    assert Terms.load(DeadlineSettings(rules=own)).stages == {}
