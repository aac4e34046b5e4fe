"""Orders to phones, papers as answers, cases to read: tasks that are told to people over a real platform."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import orjson
import pytest
from bodies import HOME
from click.testing import CliRunner
from officials import Platform, Street, street
from web import Web
from world import rows as select

from hub.api import Page
from hub.casework.deadlines import read_time
from hub.cli.main import main
from hub.ingest import Line
from hub.mapping.mapper import Mapper
from hub.mapping.normalize import Normalizer
from hub.shaping import Shaper
from hub.store.database import Database
from hub.store.progress import StreamKey
from hub.store.vault import Keyring
from hub.testing import load_adapter
from schemas.life import Stage
from schemas.taxonomy import load

ROUTES = """
[[case.route]]
name = "patrol"
from = "grid"
stage = "dispatched"
grades = "1级事件"
to = "patrol_team"
kind = "order"
rule = "order_receipt"

[[case.route]]
name = "mediators"
from = "grid"
stage = "dispatched"
grades = ["2级事件", "3级事件"]
items = "D02"
to = "mediation_team"
kind = "order"
rule = "order_receipt"

[[case.route]]
name = "enforcers"
from = "grid"
stage = "dispatched"
grades = ["2级事件", "3级事件"]
items = ["D09", "D10"]
to = "enforcement_team"
kind = "order"
rule = "order_receipt"

[case.notice]
channel = "notices"
window_s = 0

[case.notice.accounts]
patrol_team = "GE_0201"
mediation_team = "GE_0202"
enforcement_team = "GE_0203"
bureau = "GE_0301"
party_school = ["GE_0401", "GE_0402", "GE_0403"]
"""


@pytest.fixture
def platform(web: Web) -> Platform:
    return Platform(web)


@pytest.fixture
def town(tmp_path: Path, web: Web, database: Database, keyring: Keyring) -> Iterator[Street]:
    with street(tmp_path, web, ROUTES, database, keyring) as town:
        yield town


def run(town: Street, *words: str, code: int = 0) -> str:
    """A person's word on the command line, at the town's time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("hub.cli.task_steps.utc_now", town.clock)
        done = CliRunner().invoke(main, ["--config", str(town.settings.path), "task", *words])
    assert done.exit_code == code, done.output
    return done.output


def seconds(town: Street, count: int) -> None:
    """Seconds go by in looks of five."""
    for _ in range(count // 5):
        town.clock.wait(5)
        town.post()


def event(town: Street, key: str, grade: str, item: str) -> None:
    town.tell("grid", key, Stage.DISPATCHED, item=item, extra={"eventLevel": grade}, title=f"事件 {key}")


def paper(town: Street, number: str) -> None:
    """The hub reads of a paper, as the application of administrative law tells it."""
    kind = load_adapter("administrative_law")
    adapter = kind(kind.Config.model_construct())
    shaper = Shaper(
        adapter, Normalizer(kind.manifest, source="admlaw", mapper=Mapper(load())), stream="letters"
    )  # fmt: skip
    line = Line(town.store, StreamKey(HOME, "admlaw", "letters"), kind.manifest, mapping="m1", clock=town.clock)
    line.begin()
    rows = ({"letterId": "L1", "letterNo": number, "letterType": "答复书", "issuerName": "某局"},)
    for batch in shaper.batches(Page(orjson.dumps(rows), stream="letters", fetched=town.clock(), rows=rows)):
        line.commit(batch)
    assert line.close().counts.stored == 1


def test_rows_051_and_053_orders_go_by_grade_and_kind_and_are_received_in_seconds(
    town: Street, platform: Platform
) -> None:
    event(town, "G1", "1级事件", "D0901")
    event(town, "G2", "2级事件", "D0201")
    event(town, "G3", "3级事件", "D1001")
    event(town, "G4", "4级事件", "D0201")
    town.post()
    orders = town.tasks()
    assert [(order.kind, order.asked_of) for order in orders] == [
        ("order", "patrol_team"), ("order", "mediation_team"), ("order", "enforcement_team"),
    ]  # fmt: skip
    assert [form["receivers"] for form in platform.sent("urgent")] == ["GE_0201", "GE_0202", "GE_0203"], "they ring"

    platform.received |= {"GE_0201": town.clock() + timedelta(seconds=3), "GE_0202": town.clock()}
    seconds(town, 15)
    first, second, third = town.tasks()
    assert [order.state for order in (first, second, third)] == ["received", "received", "requested"]
    for order in (first, second):
        assert order.received is not None
        assert read_time(order.received) - read_time(order.requested) <= timedelta(seconds=15)
    seconds(town, 240)
    assert len(platform.sent("urgent", "GE_0203")) == 2, "three minutes without a look: it rings again"

    listed = json.loads(run(town, "list", "--kind", "order", "--json"))["tasks"]
    told = {each["asked_of"]: (each["requested"], each["received"]) for each in listed}
    assert told["patrol_team"] == (first.requested, first.received), "to whom, when, received when"
    assert told["enforcement_team"] == (third.requested, None)


def test_row_067_an_inquiry_and_an_answer_have_their_day_and_are_answered_by_a_paper(
    town: Street, platform: Platform
) -> None:
    town.tell("admlaw", "A1", Stage.ACCEPTED, title="不服处罚决定")
    (code,) = town.codes()
    wanted = [("inquiry", "inquiry"), ("written_answer", "administrative_answer")]
    for kind, rule in wanted:
        run(town, "request", code, "--of", "bureau", "--kind", kind, "--rule", rule, "--reason", "需书面材料")
        town.clock.wait(1)
    town.post()
    assert [form["subject"].partition("：")[0] for form in platform.sent("todo", "GE_0301")] == ["调查", "答辩"]
    tasks = [f"{HOME}-{task.id}" for task in town.tasks()]
    for task in tasks:
        run(town, "receive", task)
    due = [task.due for task in town.tasks()]
    assert due == ["2026-03-12T15:59:59Z", "2026-03-19T15:59:59Z"], "5 and 10 days worked after 5 March"

    for task in tasks:
        assert "completed by a paper" in run(town, "complete", task, "--text", "口头答复", code=1)
        assert "no paper of that number" in run(town, "complete", task, "--paper", "余市监复答〔2026〕3号", code=1)
    paper(town, "余市监复答〔2026〕3号")
    for task in tasks:
        run(town, "complete", task, "--paper", "余市监复答［2026］3号")
    assert {task.state for task in town.tasks()} == {"completed"}
    (told,) = {row[0] for row in select(town.store, "SELECT told FROM task_event WHERE kind = 'completed'")}
    assert json.loads(told)["paper"] == f"{HOME}-1"


def test_row_009_who_was_sent_which_case_to_read_and_who_has_read_it(town: Street, platform: Platform) -> None:
    town.tell("court", "A1", Stage.JUDGED, title="典型案例")
    (code,) = town.codes()
    run(town, "request", code, "--of", "party_school", "--kind", "case_to_read", "--reason", "旁听案例")
    for _ in range(2):
        town.post()
        town.clock.wait(60)
    assert sorted(form["receiverIds"] for form in platform.sent("notice")) == ["GE_0401", "GE_0402", "GE_0403"]
    assert all(code in form["msg"] for form in platform.sent("notice"))

    at = town.clock()
    platform.received |= dict.fromkeys(("GE_0401", "GE_0402"), at)
    platform.read["GE_0401"] = at
    seconds(town, 600)
    task = f"{HOME}-{town.task().id}"
    told = json.loads(run(town, "readers", task, "--clear", "--reason", "核对名单", "--json"))
    moment = at.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert [(each["account"], each["received"], each["read"]) for each in told["readers"]] == [
        ("GE_0401", moment, moment), ("GE_0402", moment, None), ("GE_0403", None, None),
    ]  # fmt: skip
    assert (told["task"], told["read"], town.task().code, town.task().state) == (task, 1, code, "received")
    assert "GE_0" not in run(town, "readers", task), "accounts are people's"
    actions = [row[0] for row in select(town.store, "SELECT action FROM audit")]
    assert actions.count("task.readers_clear") == 1

    platform.read |= dict.fromkeys(("GE_0402", "GE_0403"), town.clock())
    town.hours(3)
    assert (town.task().state, json.loads(run(town, "readers", task, "--json"))["read"]) == ("completed", 3)
