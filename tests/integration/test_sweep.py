"""Lamps turn by the clock, the ladder is climbed once, and a clock that stands is left alone."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from hub.casework import pauses, tasks
from hub.casework.cases import open_case
from hub.casework.deadlines import UNKNOWN_YEAR
from hub.casework.journal import events as events_of
from hub.casework.sweep import Sweeper, Swept, climb, sweep
from hub.casework.tasks import Kind, NewTask, TaskState
from hub.casework.terms import Terms
from hub.clock import utc_text
from hub.errors import StoreError
from hub.settings import DeadlineSettings, Settings
from hub.store import lamps
from hub.store.database import Database
from hub.store.store import Store
from hub.store.tables import core
from hub.store.task_tables import Task
from hub.store.tasks import Ref, TaskRow, one, steps
from hub.store.vault import Keyring
from schemas.case_code import case_code

HOME = "330110"
START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # Monday, nine in the morning in China
CODE = case_code(HOME, START.date(), "XF", 1)
TERMS = Terms.load()
DAY = timedelta(days=1)


@pytest.fixture
def store(database: Database, keyring: Keyring) -> Store:
    store = Store(database, keyring)
    with database.transaction() as connection:
        code = open_case(
            connection, store, home=HOME, day=START.date(), channel="XF", records=[], by="x", at=utc_text(START)
        )
    assert code == CODE
    return store


@pytest.fixture
def ask(store: Store) -> Callable[..., Ref]:
    """Requests a task at `START` under a rule; answers its number."""

    def ask(
        rule: str | None = "handover", *, cause: str = "one", at: datetime = START, home: str = HOME, **rest: Any
    ) -> Ref:
        new = NewTask(
            home=home, cause=cause, code=CODE, kind=Kind.REFERRAL, asked_by="petition", asked_of="mediation", rule=rule,
            **rest,
        )  # fmt: skip
        with store.database.transaction() as connection:
            ref = tasks.request(connection, store, new, now=at)
            assert ref is not None
            if rule is not None:
                times = TERMS.times(rule, requested=utc_text(at))
                connection.execute(update(core(Task)).where(core(Task).c.id == ref[1]).values(**times))
        return ref

    return ask


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(path=tmp_path / "hub.toml", home=HOME)


def row(store: Store, ref: Ref) -> TaskRow:
    with store.database.reading() as connection:
        return one(connection, ref)


def kinds(store: Store, ref: Ref) -> list[str]:
    with store.database.reading() as connection:
        return [step.kind for step in steps(connection, ref)]


def rungs(store: Store, ref: Ref) -> list[TaskRow]:
    with store.database.reading() as connection:
        found = connection.execute(
            select(core(Task).c.id).where(core(Task).c.parent == ref[1]).order_by(core(Task).c.id)
        )
        return [one(connection, (ref[0], number)) for (number,) in found.all()]


def swept_at(store: Store, now: datetime) -> Swept:
    with store.database.transaction() as connection:
        return sweep(connection, now)


def climbed_at(store: Store, now: datetime, **rest: Any) -> Swept:
    with store.database.transaction() as connection:
        return climb(connection, store, now, TERMS, **rest)


def test_a_lamp_turns_after_its_last_moment_and_once(store: Store, ask: Callable[..., Ref]) -> None:
    ref = ask()
    last = datetime(2026, 3, 9, 15, 59, 59, tzinfo=UTC)
    assert swept_at(store, last) == Swept()
    assert row(store, ref).lamp == "green"
    assert swept_at(store, last + timedelta(seconds=1)) == Swept(yellow=1)
    assert row(store, ref).lamp == "yellow"
    assert swept_at(store, last + DAY) == Swept()
    assert swept_at(store, last + 7 * DAY + timedelta(seconds=1)) == Swept(red=1)
    assert kinds(store, ref) == ["requested", "lamp.yellow", "lamp.red"]
    with store.database.reading() as connection:
        told = [(event.kind, event.by, event.task) for event in events_of(connection, [CODE]) if event.task]
    assert told[-2:] == [("deadline.yellow", "sweeper", ref[1]), ("deadline.red", "sweeper", ref[1])]


def test_who_passed_both_turns_red_with_one_event(store: Store, ask: Callable[..., Ref]) -> None:
    ref = ask()
    assert swept_at(store, START + 40 * DAY) == Swept(red=1)
    assert kinds(store, ref) == ["requested", "lamp.red"]


def test_tasks_of_several_homes_have_events_of_their_own(store: Store, ask: Callable[..., Ref]) -> None:
    refs = [ask(cause=str(n), home=home) for n, home in enumerate((HOME, "330106", HOME))]
    assert swept_at(store, START + 40 * DAY) == Swept(red=3)
    assert all(kinds(store, ref)[-1] == "lamp.red" for ref in refs)


@pytest.mark.parametrize("state", [TaskState.COMPLETED, TaskState.REFUSED, TaskState.FAILED, TaskState.RECALLED])
def test_an_ended_task_keeps_its_lamp(store: Store, ask: Callable[..., Ref], state: TaskState) -> None:
    ref = ask()
    with store.database.transaction() as connection:
        tasks.move(connection, store, ref, state, by="person:x", now=START)
    assert swept_at(store, START + 40 * DAY) == Swept()
    assert row(store, ref).lamp == "green"


def test_the_ladder_is_climbed_rung_by_rung_each_once(
    store: Store, ask: Callable[..., Ref], settings: Settings
) -> None:
    ref, now = ask(), [START]
    sweeper = Sweeper(settings, store, clock=lambda: now[0])
    seen: list[tuple[int, list[str]]] = []
    for day in range(30):
        now[0] = START + day * DAY
        sweeper.drain()
        asked = [each.kind for each in rungs(store, ref)]
        if not seen or seen[-1][1] != asked:
            seen.append((day, asked))
    ladder = ["reminder", "supervision_order", "interview"]
    # yellow after day 7, red after day 14, then the order's own five working days
    assert seen == [(0, []), (8, ladder[:1]), (15, ladder[:2]), (23, ladder)]
    assert row(store, ref).rung == 3
    first = rungs(store, ref)[0]
    assert (first.asked_by, first.asked_of, first.rule, first.code) == ("petition", "mediation", "reminder", CODE)
    assert first.cause == lamps.cause_of(ref, 1)
    assert kinds(store, first.ref)[0] == "requested"


def test_after_a_standstill_nobody_is_called_to_an_interview_unreminded(
    store: Store, ask: Callable[..., Ref], settings: Settings
) -> None:
    ref, now = ask(), [START + 90 * DAY]
    sweeper = Sweeper(settings, store, clock=lambda: now[0])
    sweeper.drain()
    assert [each.kind for each in rungs(store, ref)] == ["reminder"]
    now[0] += 2 * DAY  # the reminder has three working days
    sweeper.drain()
    assert len(rungs(store, ref)) == 1
    now[0] += 10 * DAY
    sweeper.drain()
    assert [each.kind for each in rungs(store, ref)] == ["reminder", "supervision_order"]


def test_two_that_sweep_ask_once(store: Store, ask: Callable[..., Ref]) -> None:
    ref, now = ask(), START + 8 * DAY
    swept_at(store, now)
    assert climbed_at(store, now).climbed == 1
    with store.database.transaction() as connection:  # as one that had not seen the other's work
        lamps.climbed(connection, [ref], 0, utc_text(now))
    climbed_at(store, now)
    assert len(rungs(store, ref)) == 1


def test_rungs_are_climbed_in_batches_until_none_is_left(
    store: Store, ask: Callable[..., Ref], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    refs = [ask(cause=str(number)) for number in range(5)]
    swept_at(store, START + 8 * DAY)
    assert [climbed_at(store, START + 8 * DAY, most=2).climbed for _ in range(4)] == [2, 2, 1, 0]
    assert all(len(rungs(store, ref)) == 1 for ref in refs)


def test_a_rung_is_urged_by_none_and_recalled_when_its_task_ends(
    store: Store, ask: Callable[..., Ref], settings: Settings
) -> None:
    ref, now = ask(), [START + 8 * DAY]
    sweeper = Sweeper(settings, store, clock=lambda: now[0])
    sweeper.drain()
    (reminder,) = rungs(store, ref)
    now[0] = START + 30 * DAY
    with store.database.transaction() as connection:
        tasks.move(connection, store, ref, TaskState.COMPLETED, by="mediation", now=now[0])
    assert sweeper.drain() == Swept(red=1, recalled=1)  # the reminder itself had turned red
    ended = row(store, reminder.ref)
    assert (ended.state, ended.reason) == ("recalled", "task.ended")
    assert rungs(store, reminder.ref) == []


def test_a_rung_that_was_read_and_answered_stands_as_proof(
    store: Store, ask: Callable[..., Ref], settings: Settings
) -> None:
    ref, now = ask(), [START + 8 * DAY]
    sweeper = Sweeper(settings, store, clock=lambda: now[0])
    sweeper.drain()
    (reminder,) = rungs(store, ref)
    with store.database.transaction() as connection:
        tasks.read(connection, store, reminder.ref, by="mediation", now=now[0])
        tasks.move(connection, store, reminder.ref, TaskState.COMPLETED, by="mediation", now=now[0] + DAY)
    proof = row(store, reminder.ref)
    assert proof.read == utc_text(now[0]) and proof.ended == utc_text(now[0] + DAY)
    now[0] = START + 15 * DAY  # words alone do not end the matter
    sweeper.drain()
    assert [each.kind for each in rungs(store, ref)] == ["reminder", "supervision_order"]


def test_an_order_of_110_is_urged_within_seconds(store: Store, ask: Callable[..., Ref], settings: Settings) -> None:
    ref, now = ask("order_110_receipt"), [START]
    sweeper = Sweeper(settings, store, clock=lambda: now[0])
    for second in range(0, 40):
        now[0] = START + timedelta(seconds=second)
        sweeper.step()
        if rungs(store, ref):
            break
    assert (second, row(store, ref).lamp) == (31, "yellow")


def test_a_look_comes_every_ten_seconds_and_writes_nothing_where_nothing_turns(
    store: Store, ask: Callable[..., Ref], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask()
    now, looks = [START], []
    sweeper = Sweeper(settings, store, clock=lambda: now[0])
    monkeypatch.setattr(store.database, "transaction", lambda: pytest.fail("a write lock for nothing"))
    monkeypatch.setattr(lamps, "any_turning", lambda *_: looks.append(now[0]) or False)
    for second in range(31):
        now[0] = START + timedelta(seconds=second)
        sweeper.step()
    assert [(look - START).total_seconds() for look in looks] == [0, 10, 20, 30]
    assert not sweeper.busy


def test_a_clock_that_stands_neither_turns_nor_climbs(
    store: Store, ask: Callable[..., Ref], settings: Settings
) -> None:
    ref = ask("petition_re_review")
    with store.database.transaction() as connection:
        tasks.move(connection, store, ref, TaskState.RECEIVED, by="x", now=START)
        core_times = TERMS.times("petition_re_review", requested=utc_text(START), received=utc_text(START))
        connection.execute(update(core(Task)).values(**core_times))
        before = one(connection, ref)
        pauses.pause(connection, store, ref, reason="hearing", by="person:x", now=START + DAY, terms=TERMS)
    assert Sweeper(settings, store, clock=lambda: START + 90 * DAY).drain() == Swept()
    with store.database.reading() as connection:
        assert lamps.counts(connection) == {"paused": 1}
    with store.database.transaction() as connection:
        pauses.resume(connection, store, ref, by="person:x", now=START + 11 * DAY, terms=TERMS)
    after = row(store, ref)
    assert (after.paused, before.due, after.due) == (None, "2026-04-01T15:59:59Z", "2026-04-11T15:59:59Z")
    assert kinds(store, ref) == ["requested", "received", "paused", "resumed"]
    with store.database.reading() as connection:
        assert pauses.recounted(connection, ref, TERMS) == {
            "yellow": after.yellow, "red": after.red, "due": after.due,
        }  # fmt: skip


def test_an_extension_is_granted_once_and_turns_the_lamp_back(store: Store, ask: Callable[..., Ref]) -> None:
    ref = ask("petition_handling")
    with store.database.transaction() as connection:
        tasks.move(connection, store, ref, TaskState.ACCEPTED, by="x", now=START)
        times = TERMS.times("petition_handling", requested=utc_text(START), accepted=utc_text(START))
        connection.execute(update(core(Task)).values(**times))
    now = START + 61 * DAY
    assert swept_at(store, now) == Swept(red=1)
    with store.database.transaction() as connection:
        pauses.extend(connection, store, ref, reason="complex", by="person:x", now=now, terms=TERMS)
    assert (row(store, ref).lamp, row(store, ref).due) == ("green", "2026-05-31T15:59:59Z")
    with pytest.raises(StoreError, match="extended before"), store.database.transaction() as connection:
        pauses.extend(connection, store, ref, reason="again", by="person:x", now=now, terms=TERMS)


def test_what_a_rule_does_not_know_is_refused(store: Store, ask: Callable[..., Ref]) -> None:
    ref, free = ask(), ask(None, cause="two", due=START + DAY)
    for wrong, told in (
        (lambda c: pauses.pause(c, store, ref, reason="hearing", by="x", now=START, terms=TERMS), "does not stand"),
        (lambda c: pauses.resume(c, store, ref, by="x", now=START, terms=TERMS), "goes"),
        (lambda c: pauses.extend(c, store, ref, reason="y", by="x", now=START, terms=TERMS), "cannot be extended"),
        (lambda c: pauses.pause(c, store, free, reason="hearing", by="x", now=START, terms=TERMS), "has no rule"),
    ):
        with pytest.raises(StoreError, match=told), store.database.transaction() as connection:
            wrong(connection)
    assert kinds(store, ref) == ["requested"]


def test_a_day_a_person_set_turns_red_when_it_has_passed(store: Store, ask: Callable[..., Ref]) -> None:
    ref = ask(None, due=START + DAY)
    assert swept_at(store, START + DAY) == Swept()
    assert swept_at(store, START + DAY + timedelta(seconds=1)) == Swept(red=1)
    assert row(store, ref).lamp == "red"


def test_rules_and_ladder_of_ones_own(store: Store, ask: Callable[..., Ref], tmp_path: Path) -> None:
    ladder = tmp_path / "ladder.csv"
    ladder.write_text(
        "rule,rung,kind,after,wait,unit,deadline,basis\n*,1,interview,yellow,1,day,interview,ours\n", encoding="utf-8"
    )
    settings = Settings(path=tmp_path / "hub.toml", home=HOME, deadlines=DeadlineSettings(ladder=ladder))
    ref, now = ask(), [START + 8 * DAY]
    sweeper = Sweeper(settings, store, clock=lambda: now[0])
    sweeper.drain()
    assert rungs(store, ref) == []
    now[0] += DAY
    sweeper.drain()
    assert [each.kind for each in rungs(store, ref)] == ["interview"]


def test_who_is_urged_is_not_urged_to_answer_the_urging(
    store: Store, ask: Callable[..., Ref], settings: Settings
) -> None:
    ref, now = ask(), [START + 8 * DAY]
    sweeper = Sweeper(settings, store, clock=lambda: now[0])
    for _ in range(6):
        sweeper.drain()
        now[0] += 10 * DAY
    assert [each.lamp for each in rungs(store, ref)] == ["red"] * 3
    assert [rungs(store, each.ref) for each in rungs(store, ref)] == [[], [], []]


def test_status_tells_how_many_lamps_are_lit(store: Store, ask: Callable[..., Ref]) -> None:
    for cause, at in (("a", START), ("b", START - 8 * DAY), ("c", START - 20 * DAY), ("d", START - 20 * DAY)):
        ask(cause=cause, at=at)
    swept_at(store, START)
    with store.database.reading() as connection:
        assert lamps.counts(connection) == {"green": 1, "yellow": 1, "red": 2}


def test_a_term_whose_holidays_nobody_has_published_says_so(store: Store, ask: Callable[..., Ref]) -> None:
    def notes(ref: Ref) -> list[tuple[str, str | None]]:
        with store.database.reading() as connection:
            return [(step.kind, step.told.get("note")) for step in steps(connection, ref)]

    late = datetime(2026, 12, 29, 2, 0, tzinfo=UTC)
    own, begins = ask("reminder", at=late), ask("enforcement_feedback", cause="two", at=late)
    with store.database.transaction() as connection:
        tasks.move(connection, store, begins, TaskState.RECEIVED, by="x", now=late)
    assert notes(own) == [("requested", UNKNOWN_YEAR)]
    assert notes(begins) == [("requested", None), ("received", UNKNOWN_YEAR)]
    assert notes(ask("reminder", cause="three")) == [("requested", None)]
