"""Tasks: from a record that comes to a stage, over the outbox, to an answer; and what comes out of order."""

from pathlib import Path
from typing import Any

import orjson
import pytest
from bodies import DAY, ROUTES, Body, Town, settings_of
from click.testing import CliRunner
from sqlalchemy import text

from hub.casework.cases import find
from hub.casework.receipts import take
from hub.casework.tasks import TRANSITIONS, TaskState, path
from hub.cli.main import main
from hub.contract import Receipt
from hub.delivery import Missed
from hub.store import outbox
from hub.store.database import Database
from hub.store.vault import Keyring
from schemas.delivery import Notice, order_of
from schemas.life import Stage
from schemas.party import Party

PETITION = "ZJ330110202603050001"
NOTICE = """
[case.notice]
channel = "notices"
window_s = 300
accounts = { centre = "GE_0001", court = ["GE_0002", "GE_0001"] }
"""


@pytest.fixture
def town(tmp_path: Path, database: Database, keyring: Keyring) -> Town:
    return Town(settings_of(tmp_path, ROUTES + NOTICE, database=database), database, keyring)


def run(town: Town, *words: str, fails: bool = False) -> Any:
    """A command at the town's time; JSON read, text as it is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("hub.clock.utc_now", town.clock)
        patch.setattr("hub.cli.task_steps.utc_now", town.clock)
        done = CliRunner().invoke(main, ["--config", str(town.settings.path), "task", *words])
    assert (done.exit_code != 0) == fails, done.output
    return orjson.loads(done.stdout) if "--json" in words else done.output


def unseen(town: Town) -> list[str]:
    return [task["state"] for task in run(town, "list", "--unseen", "--json")["tasks"]]


def number(town: Town) -> str:
    return f"330110-{town.tasks()[0].id}"


def petition(town: Town, stage: Stage = Stage.DISPATCHED, revision: int = 0) -> None:
    town.tell("petition", "P1", stage, refs=[PETITION], revision=revision, detail="楼上漏水不肯修", item="D0201")


def mediation(town: Town, stage: Stage, revision: int = 0) -> None:
    town.tell("register", "M1", stage, refs=["TJ330110202600777", PETITION], revision=revision)


def mediation_of_another(town: Town, stage: Stage) -> None:
    revision = 0 if stage is Stage.MEDIATING else 3
    town.tell("register", "M2", stage, refs=["TJ330110202600888", PETITION], revision=revision)


def test_a_route_asks_once_and_the_receipt_is_read_back(town: Town) -> None:
    petition(town)
    asked = town.task()
    assert (asked.state, asked.asked_by, asked.asked_of, asked.docking) == ("requested", "petition", "centre", "访调")
    town.post()
    got = town.task()
    assert (got.state, got.number) == ("received", "CENTRE-20260305-0001")
    assert got.due is None, "its clock starts when the mediator takes it on"
    assert got.yellow is not None, "and until then nothing waits unseen"
    (handed,) = town.bodies["centre"].done.values()
    order = order_of(handed.kind, handed.body)
    assert (order.number, order.case, order.matter.detail) == ("P1", got.code, "楼上漏水不肯修")  # type: ignore[union-attr]
    petition(town, revision=1)
    town.settle()
    assert len(town.tasks()) == 1
    assert town.bodies["centre"].kinds == ["hand_over"]


def test_the_register_answers_and_who_asked_is_told_of_each_step(town: Town) -> None:
    petition(town)
    town.post()
    mediation(town, Stage.ACCEPTED)
    assert (town.task().state, town.task().due) == ("accepted", "2026-04-04T15:59:59Z")
    mediation(town, Stage.MEDIATING, 1)
    mediation(town, Stage.UNSETTLED, 2)
    task = town.task()
    assert (task.state, task.outcome, task.reason) == ("failed", "unsettled", "unsettled")
    mediation(town, Stage.CLOSED, 3)
    assert (town.task().outcome, town.strays()) == ("unsettled", []), "a close after the end says nothing against it"
    town.settle()
    told = town.bodies["petition"]
    assert told.kinds == ["accept", "progress", "result"]
    result = list(told.done.values())[-1].body
    assert (result["outcome"], result["number"], result["case"]) == ("unsettled", "P1", task.code)
    assert town.steps(town.task())[-1] == "told"


def test_a_word_waits_for_the_one_before_it(town: Town) -> None:
    """The office is busy when it is told of the acceptance: it does not hear of a result before that."""
    petition(town)
    town.post()
    mediation(town, Stage.ACCEPTED)
    office = town.bodies["petition"]
    office.says = [lambda asked: Missed("x: busy")]
    town.post()
    mediation(town, Stage.UNSETTLED, 1)
    town.post()
    assert (office.kinds, len(office.got)) == ([], 1)
    town.settle()
    assert office.kinds == ["accept", "result"]


def test_settled_goes_on_to_the_court_and_the_petition_office_hears_of_the_confirmation(town: Town) -> None:
    petition(town)
    town.post()
    mediation(town, Stage.SETTLED)
    town.post()
    first, second = town.tasks()
    assert (first.state, first.outcome) == ("completed", "settled")
    assert town.steps(first)[:4] == ["requested", "received", "accepted", "in_progress"], "what was skipped is told"
    assert (second.state, second.purpose, second.asked_by, second.code) == (
        "received",
        "confirm",
        "register",
        first.code,
    )
    town.tell("court", "C1", Stage.CONFIRMED, refs=["（2026）浙0110诉前调确123号", PETITION])
    town.settle()
    assert [(task.state, task.outcome) for task in town.tasks()] == [
        ("completed", "settled"),
        ("completed", "confirmed"),
    ]
    assert town.bodies["petition"].kinds == ["accept", "progress", "result", "result"]
    assert [each.body["outcome"] for each in town.bodies["petition"].done.values() if each.kind == "result"] == [
        "settled", "confirmed",
    ]  # fmt: skip


def test_a_refusal_is_told_with_its_reason(town: Town) -> None:
    petition(town)
    town.bodies["centre"].says = [lambda asked: Receipt(accepted=False, reason="R07")]
    town.post()
    assert (town.task().state, town.task().reason) == ("refused", "R07")
    town.settle()
    (told,) = town.bodies["petition"].done.values()
    assert (told.kind, told.body["reason"]) == ("refuse", "R07")


def test_a_result_before_its_hand_over_waits_and_resolves_itself(town: Town) -> None:
    petition(town)
    centre = town.bodies["centre"]
    centre.says = [centre.lose]
    town.post()
    mediation(town, Stage.SETTLED)
    (stray,) = town.strays()
    assert (stray.kind, stray.task, town.tasks()[0].state) == ("early", town.tasks()[0].id, "requested")
    town.clock.wait(120)
    town.post()
    assert town.tasks()[0].state == "completed"
    assert town.strays() == []
    assert len(centre.done) == 1
    assert len(centre.got) > 1


def test_what_is_asked_and_answered_in_one_look_is_put_together(town: Town) -> None:
    """The hub stood still: petition and mediation are linked in one batch."""
    told: dict[str, Any] = {"refs": [PETITION], "link": False}
    town.tell("petition", "P1", Stage.DISPATCHED, **told)
    town.tell("register", "M1", Stage.SETTLED, **told)
    town.linker.drain()
    assert [stray.kind for stray in town.strays()] == ["early"]
    town.post()
    assert next((task.purpose, task.state) for task in town.tasks()) == ("mediate", "completed")
    assert town.strays() == []


def test_a_body_nobody_reached_is_proved_by_its_own_record(town: Town) -> None:
    """The hand-over is dead, and yet the mediator has the matter: somebody brought it."""
    petition(town)
    town.bodies["centre"].says = [lambda asked: Missed("source.unavailable: down", final=True)]
    town.post()
    assert town.task().state == "requested"
    mediation(town, Stage.ACCEPTED)
    assert town.task().state == "accepted"


def test_a_step_back_is_a_conflict_and_changes_nothing(town: Town) -> None:
    petition(town)
    town.post()
    mediation(town, Stage.UNSETTLED)
    mediation(town, Stage.REOPENED, 1)
    mediation(town, Stage.SETTLED, 2)
    assert town.tasks()[0].state == "failed"
    (stray,) = town.strays()
    assert stray.kind == "illegal"
    town.settle()
    assert [each.body["outcome"] for each in town.bodies["petition"].done.values() if each.kind == "result"] == [
        "unsettled"
    ]


def test_two_bodies_that_claim_one_case_are_both_shown(town: Town) -> None:
    petition(town)
    town.post()
    mediation(town, Stage.ACCEPTED)
    mediation_of_another(town, Stage.MEDIATING)
    (stray,) = town.strays()
    assert (stray.kind, stray.source) == ("claimed", "register")
    assert town.conflicts() == ["task.claimed"]
    run(town, "strays", "--dismiss", f"330110-{stray.id}", "--reason", "第一家办理")
    mediation_of_another(town, Stage.UNSETTLED)
    assert (town.strays(), town.conflicts()) == ([], []), "a person has decided"
    assert town.task().state == "accepted", "the first one's"


def test_a_case_that_comes_back_with_nothing_new_is_stopped_and_something_new_lets_it_go(town: Town) -> None:
    petition(town)
    town.tell("petition", "P2", Stage.RECEIVED, refs=[PETITION])
    town.post()
    mediation(town, Stage.UNSETTLED)
    town.day(1)
    town.tell("petition", "P2", Stage.DISPATCHED, refs=[PETITION], revision=5)
    (stray,) = town.strays()
    assert (stray.kind, len(town.tasks())) == ("cycle", 1)
    town.day(1)
    town.tell("grid", "G1", Stage.RECEIVED, refs=[PETITION], revision=6)
    assert (town.strays(), town.conflicts()) == ([], [])
    assert len(town.tasks()) == 2


def test_a_second_petition_of_the_case_joins_the_task_and_is_answered_too(town: Town) -> None:
    petition(town)
    town.tell("petition", "P2", Stage.DISPATCHED, refs=[PETITION])
    town.post()
    assert len(town.tasks()) == 1
    mediation(town, Stage.UNSETTLED)
    town.settle()
    assert {each.body["number"] for each in town.bodies["petition"].done.values()} == {"P1", "P2"}


def test_history_read_for_the_first_time_asks_nothing_of_anyone(town: Town) -> None:
    town.day(60)
    petition(town)
    assert town.tasks() == []


def test_a_stage_that_was_passed_before_anybody_looked_asks_for_nothing(town: Town) -> None:
    town.tell("petition", "P1", Stage.DISPATCHED, refs=[PETITION], link=False)
    town.tell("petition", "P1", Stage.CLOSED, refs=[PETITION], revision=1, link=False)
    town.linker.drain()
    assert town.tasks() == []


def test_a_number_that_has_not_come_is_shown_and_resolves_itself(town: Town) -> None:
    town.tell("register", "M9", Stage.MEDIATING, refs=["TJ330110202600999", "ZJ330110202603059999"])
    (stray,) = town.strays()
    assert stray.kind == "reference"
    town.day(7)
    town.tell("petition", "P9", Stage.RECEIVED, refs=["ZJ330110202603059999"], revision=7)
    assert town.strays() == []


def test_what_a_remap_moves_is_told_to_nobody_until_a_person_says_so(town: Town) -> None:
    """Law L7: the task moves with the record; the asker hears of it by a person's word."""
    petition(town)
    town.post()
    town.tell("register", "M1", Stage.UNSETTLED, refs=["TJ330110202600777", PETITION], why="remap")
    town.tell("petition", "P7", Stage.DISPATCHED, refs=["ZJ330110202603057777"], why="replay")
    town.settle()
    assert (town.task().state, len(town.tasks())) == ("failed", 1)
    assert "held" in town.steps(town.task())
    assert town.bodies["petition"].done == {}
    run(town, "tell", number(town))
    run(town, "tell", number(town))
    town.settle()
    assert town.bodies["petition"].kinds == ["result"]


def test_an_earlier_mediation_of_the_case_is_no_answer(town: Town) -> None:
    mediation(town, Stage.UNSETTLED)
    town.day(1)
    petition(town)
    town.post()
    mediation(town, Stage.CLOSED, 1)
    assert (town.task().state, town.task().answering) == ("received", None)


def test_a_record_under_the_receipts_number_joins_the_case_though_it_cites_nothing(town: Town) -> None:
    petition(town)
    town.post()
    (code,) = {task.code for task in town.tasks()}
    (handed,) = town.bodies["centre"].done
    town.tell("centre", handed, Stage.ACCEPTED, title="另案")  # it keeps hand-overs under the key they came with
    assert town.task().state == "accepted"
    assert len({task.code for task in town.tasks()} | town.codes(leading=True)) == 1, "no second code"
    with town.store.database.reading() as connection:
        assert find(connection, town.store, "CENTRE-20260305-0001") == [code]


def test_what_nobody_confirmed_and_what_could_not_be_told_is_shown(town: Town) -> None:
    petition(town)
    assert unseen(town) == [], "it is on its way"
    town.bodies.setdefault("centre", Body("centre")).says = [lambda asked: Missed("x: down", final=True)]
    town.post()
    assert unseen(town) == ["requested"]
    mediation(town, Stage.ACCEPTED)
    assert unseen(town) == ["accepted"], "somebody brought it, and still the hand-over has no receipt"
    with town.store.database.transaction() as connection:
        outbox.retry(connection, "330110", 1, now="2026-03-05T02:00:00Z")
    town.bodies["petition"].says = [lambda asked: Receipt(accepted=False, reason="X04")]
    town.settle()
    assert unseen(town) == ["accepted"], "the petition office would not hear it"
    assert town.task().number == "CENTRE-20260305-0001", "the receipt came late, and is read"
    assert {"undelivered", "receipt", "untold"} <= set(town.steps(town.task()))


def test_a_body_that_takes_no_deliveries_is_asked_by_a_person(
    tmp_path: Path, database: Database, keyring: Keyring
) -> None:
    routes = '[[case.route]]\nname = "a"\nfrom = "zhelifang"\nstage = ["accepted", "dispatched"]\nto = "village"\n'
    routes += 'items = "D02"\n'
    routes += '[source.village]\nadapter = "peoples_mediation"\nbase_url = "http://127.0.0.1:9"\n'
    town = Town(settings_of(tmp_path, routes, database=database), database, keyring)
    town.tell("petition", "P0", Stage.DISPATCHED, item="D0301")
    assert town.tasks() == [], "another item"
    petition(town)
    assert unseen(town) == ["requested"]
    run(town, "receive", number(town))
    assert unseen(town) == []


def test_a_person_takes_every_step_and_each_is_audited(town: Town) -> None:
    petition(town)
    assert run(town, "list", "--json")["tasks"][0]["state"] == "requested"
    task = number(town)
    run(town, "receive", task, "--number", "QT-2026-0099")
    run(town, "read", task)
    run(town, "accept", task)
    run(town, "start", task)
    run(town, "complete", task, "--text", "双方和解")
    assert "no way leads there" in run(town, "refuse", task, "--reason", "R07", fails=True)
    shown = run(town, "show", task, "--json")
    assert [step["kind"] for step in shown["steps"]] == [
        "requested", "received", "read", "accepted", "in_progress", "completed",
    ]  # fmt: skip
    assert (shown["task"]["number"], shown["task"]["outcome"]) == ("QT-2026-0099", None)
    town.settle()
    assert town.bodies["petition"].kinds == ["accept", "progress", "result"]
    result = list(town.bodies["petition"].done.values())[-1].body
    assert (result["outcome"], result["text"]) == ("closed", "双方和解"), "done is not settled"
    with town.store.database.reading() as connection:
        done = [row.action for row in connection.execute(text("SELECT action FROM audit WHERE action LIKE 'task.%'"))]
    assert done == ["task.received", "task.read", "task.accepted", "task.in_progress", "task.completed"]


def test_no_reason_of_a_step_names_anybody(town: Town) -> None:
    people = (Party(name="钟建芬", phone="13800006747"),)
    town.tell("petition", "P1", Stage.DISPATCHED, refs=[PETITION], detail="楼上漏水", item="D0201", parties=people)
    town.post()
    why = ("--reason", "钟建芬来电 13800006747")
    run(town, "accept", number(town))
    run(town, "extend", number(town), *why)
    run(town, "recall", number(town), *why)
    run(town, "request", town.task().code, "--of", "centre", *why)
    last = f"330110-{town.tasks()[-1].id}"
    assert "reads as a person's" in run(town, "receive", last, "--number", "13800006747", fails=True)
    run(town, "refuse", last, *why)
    mediation(town, Stage.ACCEPTED)
    with town.store.database.reading() as connection:
        columns = {"task": ("reason", "cause", "number"), "task_event": ("told",), "case_event": ("told",),
                   "audit": ("entry",), "case_alias": ("number",)}  # fmt: skip
        kept = [
            str(cell)
            for table, names in columns.items()
            for row in connection.execute(text(f"SELECT {', '.join(names)} FROM {table}"))
            for cell in row
        ]
    assert sum("138****6747" in each for each in kept) >= 9
    assert [each for each in kept if "钟建芬" in each or "\\u949f\\u5efa" in each or "13800006747" in each] == []


def test_a_receipt_under_a_number_like_a_persons_is_no_name_of_the_case(town: Town) -> None:
    """A machine may number so; its task is known by that, and nothing stands in the way of the receipt."""
    petition(town)
    (task,) = town.tasks()
    with town.store.database.transaction() as connection:
        desk = town.receipts.following.desk
        assert desk.receive(connection, task.ref, by="centre", number="13800006747", now=town.clock())
    assert (town.task().state, town.task().number) == ("received", "13800006747")
    with town.store.database.reading() as connection:
        assert connection.execute(text("SELECT number FROM case_alias")).all() == []


def test_a_list_that_nobody_can_have_asked_for_is_refused(town: Town) -> None:
    petition(town)
    assert run(town, "figures", "--since", "2026-01-01", "--json")["figures"]
    assert run(town, "figures", "--since", "2027-01-01", "--json")["figures"] == []
    assert "--since" in run(town, "figures", "--since", "garbage", fails=True)
    assert "no task 330110-5" in run(town, "list", "--after", "330110-5", fails=True)
    assert run(town, "list", "--after", number(town), "--json")["tasks"] == []


def test_a_person_asks_recalls_and_decides(town: Town) -> None:
    petition(town, Stage.RECEIVED)
    code = next(iter(town.codes()))
    assert "did you mean" in run(town, "request", code, "--of", "centr", "--reason", "x", fails=True)
    run(
        town,
        "request",
        code,
        "--of",
        "centre",
        "--docking",
        "访调",
        "--rule",
        "peoples_mediation",
        "--reason",
        "面谈后同意",
    )
    town.post()
    assert (town.task().state, town.task().docking) == ("received", "访调")
    mediation(town, Stage.MEDIATING)
    mediation_of_another(town, Stage.MEDIATING)
    (stray,) = town.strays()
    run(town, "strays", "--take", f"330110-{stray.id}", "--reason", "来电核实由第二家调解")
    assert town.strays() == []
    mediation_of_another(town, Stage.SETTLED)
    assert town.tasks()[0].outcome == "settled"
    assert "is completed" in run(town, "recall", number(town), "--reason", "x", fails=True)


def test_what_one_account_is_told_within_a_window_goes_out_as_one_notice(town: Town) -> None:
    petition(town)
    town.tell("petition", "P8", Stage.DISPATCHED, refs=["ZJ330110202603058888"])
    town.post()
    for task in town.tasks():
        run(town, "remind", f"{task.home}-{task.id}", "--text", "请尽快受理")
        town.clock.wait(60)
        town.post()
        town.post()
    assert not town.bodies["notices"].done, "held back"
    town.clock.wait(301)
    town.post()
    town.post()
    (sent,) = town.bodies["notices"].done.values()
    order = order_of(sent.kind, sent.body)
    assert isinstance(order, Notice)
    assert (order.title, order.receivers, order.text.count("请尽快受理")) == ("2 件事项待办理", ("GE_0001",), 2)
    town.settle()
    assert len(town.bodies["notices"].done) == 1
    reminders = [task for task in town.tasks() if task.kind == "reminder"]
    assert [task.parent for task in sorted(reminders, key=lambda task: task.id)] == [1, 2]


def test_a_receipt_for_an_unknown_task_waits_for_its_hand_over(town: Town) -> None:
    receipt: dict[str, Any] = {
        "source": "centre",
        "home": "330110",
        "number": "CENTRE-20260305-0001",
        "accepted": True,
        "now": DAY,
    }
    with town.store.database.transaction() as connection:
        assert not take(connection, town.store, town.following, **receipt)
        assert not take(connection, town.store, town.following, **receipt)
    (stray,) = town.strays()
    assert stray.kind == "receipt"
    petition(town)
    town.post()
    assert (town.task().state, town.strays()) == ("accepted", [])
    with town.store.database.transaction() as connection:
        assert take(connection, town.store, town.following, **receipt), "known by now"


@pytest.mark.parametrize("before", TaskState)
def test_an_end_is_an_end_and_every_way_is_legal(before: TaskState) -> None:
    for after in TaskState:
        way = path(before, after)
        at = before
        for each in way:
            assert each in TRANSITIONS[at]
            at = each
        assert not way or way[-1] is after
    if not TRANSITIONS[before]:
        assert all(path(before, after) == () for after in TaskState)
