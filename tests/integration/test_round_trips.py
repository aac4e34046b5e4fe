"""Round trips between bodies: one case, one code, every task with its receipt, both ends real HTTP on loopback.

With faults they end as they do without: lost answers, refused connections, delays, timeouts, a sender that is killed.
"""

from collections.abc import Callable
from pathlib import Path

import pytest
from province import BODIES, Province, province
from sqlalchemy import text
from world import NewUrl

from hub.engine.history import remap, replay
from hub.engine.outbox import POINTS

Story = Callable[[Province], None]
HAND_OVER = "h4ndOverT4ke0001.htm"


def petition_settled(here: Province) -> None:
    """Petition -> mediation -> settled -> judicial confirmation, and the petition office hears of each."""
    here.petition()
    here.around(
        lambda: here.mediators.tell("30"),
        lambda: here.mediators.tell("40", agreementNo="临调协〔2026〕7号"),
        lambda: here.mediators.tell("50"),
        lambda: here.confirmation("确认审查"),
        lambda: here.confirmation("裁定确认"),
    )


def petition_unsettled(here: Province) -> None:
    """Petition -> mediation -> not settled -> flows back to the petition office."""
    here.petition()
    here.around(lambda: here.mediators.tell("30"), lambda: here.mediators.tell("41"))


def police_order(here: Province) -> None:
    """110 order, pushed twice -> mediator accepts in seconds -> settles -> feedback to 110."""
    call = here.order()
    here.rows("police").add(call)
    assert here.push_order(call, times=2) == [200, 200]
    here.around(lambda: here.mediators.tell("30"), lambda: here.mediators.tell("40"))


def court_claim(here: Province) -> None:
    """Court -> mediation -> court."""
    here.claim()
    here.around(lambda: here.mediators.tell("30"), lambda: here.mediators.tell("40"))


def court_and_grid(here: Province) -> None:
    """Court -> grid before suit -> the grid guides to suit -> court files it -> the grid hears of the judgment."""
    here.claim(AH="（2026）浙0109民诉前调311号", JBFY="浙0109", SLFY="浙0109")
    here.around(
        lambda: here.grid.tell("镇街受理"),
        lambda: here.grid.tell("办结", result="引导诉讼"),
        lambda: here.filing("立案"),
        lambda: here.filing("判决"),
    )


STORIES: dict[str, Story] = {
    "settled": petition_settled, "unsettled": petition_unsettled, "police": police_order, "court": court_claim,
    "grid": court_and_grid,
}  # fmt: skip
MEDIATED = ("mediate", "completed", "settled")
END = {
    "settled": [MEDIATED, ("confirm", "completed", "confirmed")], "unsettled": [("mediate", "failed", "unsettled")],
    "police": [MEDIATED], "court": [MEDIATED],
    "grid": [("mediate", "failed", "guided_to_suit"), ("suit", "completed", "judged")],
}  # fmt: skip
TOLD = {
    "settled": {
        "centre": [(HAND_OVER, "访调")], "court": [("apply", "司法确认")],
        "petition": [("accept", ""), ("progress", "调解中"), ("reply", "已司法确认"), ("reply", "调解成功")],
        "register": [("accept", ""), ("progress", "50"), ("result", "51")],
    },
    "unsettled": {
        "centre": [(HAND_OVER, "访调")], "petition": [("accept", ""), ("progress", "调解中"), ("reply", "调解不成")],
    },
    "police": {
        "centre": [(HAND_OVER, "警调")],
        "police": [("feedback", "调解中"), ("feedback", "调解成功"), ("receipt", "")],
    },
    "court": {"centre": [(HAND_OVER, "诉调")], "court": [("receipt", ""), ("result", "调解成功")]},
    "grid": {
        "court": [("apply", "立案"), ("receipt", ""), ("result", "转立案")],
        "grid": [("accept.json", ""), ("close.json", "办结"), ("feedback.json", ""), ("report.json", "诉调")],
    },
}  # fmt: skip
"""What each body acted on, all in all; of accept and progress a body may hear in one look, when the work has begun."""


def whole(here: Province, name: str) -> None:
    """What holds at the end of a story, with faults and without."""
    assert here.states() == END[name]
    assert len(here.codes()) == 1, "no second code"
    assert {task.code for task in here.tasks()} == here.codes()
    assert here.unseen() == (0, 0), "no task without a receipt unseen, and nothing waits for a missing part"
    told = {body: sorted(here.told(body)) for body in BODIES}
    assert {body: said for body, said in told.items() if said} == TOLD[name], "each acted once on each word"


def lose_and_break(here: Province) -> None:
    """Every body that is handed things: an answer lost after it acted, a cut one, a closed line, a busy house, a
    throttle, a silence longer than our patience. Reads fail too."""
    for at, name in enumerate(here.hall.handed):
        first = [("reset", {}), ("cut", {}), ("close", {}), ("status", {"status": 503}), ("hang", {"seconds": 3})]
        for after, (kind, options) in enumerate(first[at % 3 :] + first[: at % 3]):
            here.fault(name, kind, after=after * 2, times=1, **options)
        here.fault_reads(name, "status", after=2 + at, times=2, status=500)


@pytest.mark.parametrize("name", STORIES)
def test_a_round_trip(name: str, new_url: NewUrl, tmp_path: Path) -> None:
    with province(tmp_path, new_url()) as here:
        STORIES[name](here)
        whole(here, name)
        assert sum(here.came().values()) == sum(map(len, TOLD[name].values())), "nothing was sent twice"


@pytest.mark.parametrize("name", STORIES)
def test_with_faults_it_ends_as_it_does_without(name: str, tmp_path: Path) -> None:
    with province(tmp_path, f"sqlite:///{tmp_path}/yiwang.db") as here:
        lose_and_break(here)
        STORIES[name](here)
        whole(here, name)
        assert sum(here.came().values()) > sum(map(len, TOLD[name].values())), "the faults were met"


@pytest.mark.parametrize("point", POINTS)
def test_a_sender_that_is_killed_is_asked_of_again_and_the_receiver_acts_once(point: str, tmp_path: Path) -> None:
    with province(tmp_path, f"sqlite:///{tmp_path}/yiwang.db") as here:
        here.petition()
        here.pull("petition")
        here.linker.drain()
        here.kill_sender(point)
        here.around(lambda: here.mediators.tell("30"))
        here.mediators.tell("41")
        here.pull("register")
        here.linker.drain()
        here.kill_sender(point)
        here.around()
        whole(here, "unsettled")


def test_the_engine_of_the_daemon_reads_the_same_story(tmp_path: Path) -> None:
    with province(tmp_path, f"sqlite:///{tmp_path}/yiwang.db", engine=True) as here:
        petition_unsettled(here)
        whole(here, "unsettled")


def test_a_replay_and_a_remap_of_all_history_send_nothing(new_url: NewUrl, tmp_path: Path) -> None:
    """Law L7: every record is mapped and linked again, and no body hears a word."""
    with province(tmp_path, new_url()) as here:
        petition_settled(here)
        before = here.came(), here.told("petition"), here.states(), here.codes()
        with here.store.database.transaction() as connection:
            connection.execute(
                text("UPDATE record SET content = :other"), {"other": b"0" * 16}
            )  # as if all had changed
        for again in (replay, remap):
            for name in BODIES:
                again(here.settings, here.store, here.registry, name)
        with here.store.database.reading() as connection:
            assert connection.scalar(text("SELECT count(*) FROM link")) == 3, "all are linked again"
        for _ in range(3):
            here.step()
            here.clock.wait(600)
        assert (here.came(), here.told("petition"), here.states(), here.codes()) == before
