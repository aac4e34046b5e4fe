"""Word to officials over a real platform on loopback: told once, received, read, told again, answered by a link."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from bodies import HOME
from officials import Platform, Street, link_in, street
from sqlalchemy import text
from web import Web
from world import rows as select

from hub.casework import links
from hub.casework.desk import Desk
from hub.casework.sweep import Sweeper
from hub.engine.history import replay
from hub.errors import ConfigError
from hub.service.answering import beside
from hub.service.inbox import open_inbox, serving
from hub.settings import InboxSettings
from hub.store import outbox
from hub.store.database import Database
from hub.store.vault import Keyring
from schemas.life import Stage

ROUTES = """
[[case.route]]
name = "leaks"
from = "petition"
stage = "dispatched"
to = "cangqian"
kind = "disposal_notice"
keywords = ["漏水", "渗水"]
rule = "handover"

[case.notice]
channel = "notices"
window_s = 60
link = "https://hub.example/yiwang"
link_hours = 480
accounts = { cangqian = ["GE_0101", "GE_0102"] }
"""


@pytest.fixture
def platform(web: Web) -> Platform:
    return Platform(web)


@pytest.fixture
def town(tmp_path: Path, web: Web, database: Database, keyring: Keyring) -> Iterator[Street]:
    with street(tmp_path, web, ROUTES, database, keyring) as town:
        yield town


@contextmanager
def house(town: Street) -> Iterator[httpx.Client]:
    """The inbox's server with the pages of links; a client that follows links to it."""

    async def no_inbox(*asked: object) -> None:
        raise AssertionError("a link led to the inbox")

    app = beside(no_inbox, town.settings, town.store, town.registry, clock=town.clock)
    with serving(app, InboxSettings(port=0)) as port, httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
        yield client


def path_of(link: str) -> str:
    assert link.startswith("https://hub.example/yiwang/act/")
    return link.removeprefix("https://hub.example/yiwang")


def leak(town: Street, key: str = "P1", title: str = "楼上漏水不肯修", *, revision: int = 0) -> None:
    town.tell("petition", key, Stage.DISPATCHED, title=title, revision=revision)
    town.post()


def test_row_065_notices_todos_and_calls_are_received_read_escalated_and_answered_by_a_signed_link(
    town: Street, platform: Platform
) -> None:
    leak(town)
    (todo, other) = platform.sent("todo")
    assert [todo["assigneeIds"], other["assigneeIds"]] == ["GE_0101", "GE_0102"]
    assert todo["subject"] == f"交办通知：{HOME}-1"
    assert town.task().state == "requested", "that the platform has it is no receipt of theirs"

    platform.received["GE_0101"] = town.clock() + timedelta(minutes=5)
    town.hours(1)
    assert (town.task().state, town.task().read) == ("received", None)

    town.hours(7.5)
    called = sorted(form["receivers"] for form in platform.sent("urgent"))
    assert called == ["GE_0101", "GE_0102"], "nobody has read it within eight hours: each is called"
    assert town.steps(town.task()).count("unread") == 2

    read_at = town.clock() + timedelta(minutes=7)
    platform.read["GE_0102"] = read_at
    town.hours(2)
    assert town.task().read == read_at.strftime("%Y-%m-%dT%H:%M:%SZ"), "the platform's own time"
    assert "read" in town.steps(town.task())
    kinds = [row[0] for row in select(town.store, "SELECT kind FROM case_event ORDER BY at, id")]
    assert {"task.unread", "task.read"} <= set(kinds), "it stands in the case's timeline"

    sweeper = Sweeper(town.settings, town.store, clock=town.clock, desk=Desk(town.settings, town.store, town.registry))
    for _ in range(23):
        town.clock.wait(86_300)
        sweeper.drain()
        town.post()
        town.clock.wait(100)
        town.post()
    rungs = {task.kind for task in town.tasks() if task.parent}
    assert rungs == {"reminder", "supervision_order", "interview"}, "read and not answered: the ladder is climbed"
    assert platform.sent("notice", "GE_0101"), "a reminder is a notice"
    assert len(platform.sent("todo", "GE_0101")) == 2, "a supervision order is a thing to do"
    assert any("约谈" in form["body"] for form in platform.sent("urgent")), "an interview is a call"

    with house(town) as client:
        link = path_of(link_in(platform.sent("todo")[-1]))
        page = client.get(link)
        assert (page.status_code, "督办" in page.text) == (200, True)
        assert client.post(link, data={"step": "completed"}).status_code == 200
    done = [task for task in town.tasks() if task.kind == "supervision_order"]
    assert [(task.state, task.read is not None) for task in done] == [("completed", True)]
    town.post()
    assert len(platform.sent("todo_done")) == 2, "it is struck off both lists"


def test_row_068_one_notice_for_each_trigger_by_its_template_and_its_answer_is_followed(
    tmp_path: Path, web: Web, platform: Platform, database: Database, keyring: Keyring
) -> None:
    words = (Path(__file__).parents[2] / "schemas" / "notices" / "templates.csv").read_text(encoding="utf-8")
    own = tmp_path / "words.csv"
    own.write_text(
        words + "leaking,notice,渗漏处置 {task},{asked_by}：案件 {case}，{due} 前处置。{reason},0\n", "utf-8"
    )
    routes = ROUTES.replace('rule = "handover"', 'rule = "handover"\ntemplate = "leaking"\nreason = "三日内同类八件"')
    with street(tmp_path, web, routes + f'templates = "{own.name}"\n', database, keyring) as town:
        disposed(town, platform)


def disposed(town: Street, platform: Platform) -> None:
    town.tell("petition", "P0", Stage.DISPATCHED, title="欠薪")
    town.post()
    assert town.tasks() == [], "no word of it is a keyword"
    for revision in range(3):
        leak(town, revision=revision)
    leak(town, "P2", "另一处渗水")
    replay(town.settings, town.store, town.registry, "petition")
    for _ in range(3):
        town.linker.drain()
        town.clock.wait(120)
        town.post()
    sent = platform.sent("notice")
    tasks = [task for task in town.tasks() if task.kind == "disposal_notice"]
    assert len(sent) == 2, "one digest for each of the two accounts, and nothing told twice"
    for task in tasks:
        assert all(f"渗漏处置 {HOME}-{task.id}" in form["msg"] for form in sent)
        assert all(task.code in form["msg"] and "三日内同类八件" in form["msg"] for form in sent)

    with house(town) as client:
        first = f"/act/{HOME}-{tasks[0].id}/"
        link = next(part for part in sent[0]["msg"].replace("\\n", " ").replace('"', " ").split() if first in part)
        assert client.post(path_of(link), data={"step": "completed", "text": "已处置，防水已重做"}).status_code == 200
    town.post()
    assert {task.state for task in town.tasks() if task.id == tasks[0].id} == {"completed"}
    (told,) = [each for each in town.bodies["petition"].done.values() if each.kind == "result"]
    assert (told.body["number"], told.body["text"]) == ("P1", "已处置，防水已重做"), "who asked has the reply"


@pytest.fixture
def link(town: Street, platform: Platform) -> str:
    leak(town)
    return path_of(link_in(platform.sent("todo")[0]))


def test_to_open_it_changes_nothing_and_an_answer_counts_once(town: Street, link: str) -> None:
    with house(town) as client:
        for _ in range(2):
            assert "签收" in client.get(link).text
        assert client.head(link).content == b""
        assert (town.task().state, town.task().read) == ("requested", None)
        said = [client.post(link, data={"step": "received"}).text for _ in range(3)]
    assert ["已记录" in each for each in said] == [True, False, False]
    assert (town.task().state, town.task().read is not None) == ("received", True)
    assert town.steps(town.task()).count("received") == 1
    (entry,) = select(town.store, "SELECT action, writer FROM audit WHERE writer = 'link'")
    assert tuple(entry) == ("task.received", "link")


def test_what_has_ended_offers_nothing(town: Street, link: str) -> None:
    with house(town) as client:
        client.post(link, data={"step": "refused"})
        assert "<button" not in client.get(link).text
        assert "此前已答复" in client.post(link, data={"step": "completed"}).text
    assert town.task().state == "refused"


@pytest.mark.parametrize("wrong", ["task", "end", "sign", "form", "body"])
def test_a_changed_link_leads_nowhere(town: Street, link: str, wrong: str) -> None:
    _, _, task, end, sign = link.split("/")
    leak(town, "P2")  # 330110-2 is there
    if wrong == "body":
        with town.store.database.transaction() as connection:
            connection.execute(text("UPDATE task SET asked_of = 'other' WHERE id = 1"))
    changed = {
        "task": f"/act/{HOME}-2/{end}/{sign}", "end": f"/act/{task}/{int(end) + 1}/{sign}", "body": link,
        "sign": f"/act/{task}/{end}/{'0' * 32}", "form": f"/act/{task}/{end}/{sign}/more",
    }[wrong]  # fmt: skip
    with house(town) as client:
        for asked in (client.get(changed), client.post(changed, data={"step": "received"})):
            assert (asked.status_code, HOME in asked.text) == (404, False)
    assert {task.state for task in town.tasks()} == {"requested"}


def test_a_link_ends(town: Street, link: str) -> None:
    with house(town) as client:
        town.clock.wait(480 * 3_600)
        assert client.get(link).status_code == 200
        town.clock.wait(1)
        assert client.get(link).status_code == 404
        assert client.post(link, data={"step": "received"}).status_code == 404


def test_what_is_no_answer_is_refused(town: Street, link: str) -> None:
    with house(town) as client:
        assert client.post(link, data={"step": "recalled"}).status_code == 400, "not theirs to do"
        assert client.post(link, data={"step": "received", "text": "长" * 9_000}).status_code == 404
        assert client.put(link).status_code == 405
    assert town.task().state == "requested"


def test_a_link_says_nothing_of_people_and_no_page_is_kept(town: Street, link: str) -> None:
    with house(town) as client:
        page = client.get(link)
    assert links._LINK.fullmatch(link.removeprefix("/act/"))
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert "漏水" not in page.text, "nothing of the matter itself"


def test_a_hub_without_pushes_opens_its_door_for_links(town: Street, link: str) -> None:
    settings = town.settings.model_copy(update={"inbox": InboxSettings(port=0)})
    with open_inbox(settings, town.store, town.registry, ()) as port:
        assert port is not None
        assert httpx.get(f"http://127.0.0.1:{port}/act/none").status_code == 404
        assert httpx.post(f"http://127.0.0.1:{port}/in/petition").status_code == 401


def test_a_question_ends_with_its_answer_and_holds_nothing_back(town: Street, platform: Platform) -> None:
    leak(town)
    town.hours(0.5)
    assert {kind for _, kind, _ in town.deliveries("waiting")} == {"reading"}
    platform.read |= dict.fromkeys(("GE_0101", "GE_0102"), town.clock())
    town.hours(0.5)
    looks = platform.looks
    town.hours(20)
    assert (platform.looks, town.deliveries("waiting")) == (looks, []), "nobody is asked about what was read"
    assert town.task().state == "received", "who has read it has received it"
    assert platform.sent("urgent") == []


def test_what_stays_unread_is_told_once_more_and_no_oftener(town: Street, platform: Platform) -> None:
    leak(town)
    for _ in range(4 * 24):
        town.clock.wait(3_600)
        town.post()
    assert sorted(form["receivers"] for form in platform.sent("urgent")) == ["GE_0101", "GE_0102"]
    assert town.steps(town.task()).count("unread") == 4, "of what was told first, and of the call"
    assert town.deliveries("waiting") == [], "nobody is asked about it for ever"
    assert town.task().read is None


def test_a_route_in_words_nobody_knows_is_refused(town: Street) -> None:
    (route,) = town.settings.case.route
    case = town.settings.case.model_copy(update={"route": (route.model_copy(update={"template": "referal"}),)})
    with pytest.raises(ConfigError, match=r'no template "referal" - case\.route leaks - did you mean "referral"'):
        Desk(town.settings.model_copy(update={"case": case}), town.store, town.registry)


def test_what_is_new_goes_before_what_is_only_looked_at(town: Street, platform: Platform) -> None:
    """A channel takes so many calls a minute: hundreds that nobody has read must not use them up."""
    leak(town)
    town.hours(0.5)
    town.clock.wait(3_600)
    town.tell("petition", "P2", Stage.DISPATCHED, title="另一处渗水")
    with town.store.database.reading() as connection:
        first = outbox.due(connection, "notices", now=town.clock(), per_minute=60)
    assert first is not None
    assert first.kind == "todo"


def test_what_a_remap_ends_is_struck_off_when_a_person_tells(town: Street, platform: Platform) -> None:
    """Law L7: a quiet move sends nothing."""
    leak(town)
    desk = Desk(town.settings, town.store, town.registry)
    with town.store.database.transaction() as connection:
        from hub.casework.tasks import TaskState

        desk.move(connection, town.task().ref, TaskState.COMPLETED, by="petition", now=town.clock(), quiet=True)
    town.post()
    assert platform.sent("todo_done") == []
    with town.store.database.transaction() as connection:
        desk.tell(connection, town.task().ref, now=town.clock())
    town.post()
    assert len(platform.sent("todo_done")) == 2
