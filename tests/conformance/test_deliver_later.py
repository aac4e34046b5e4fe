"""A source that decides later, and is asked for it."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import orjson
import pytest

from conformance.checks.deliver.desk import desk
from conformance.description import DeliverSpec, LaterSpec, ReplySpec
from conformance.harness import Harness
from conformance.lab.receiver import Receiver
from conformance.lab.wire import Call
from conformance.subject import Subject
from conformance.unusual.asks_later import AsksLater

WAITING, DONE, NO = (ReplySpec(status=200, body=f'{{"state":"{word}","of":"{{key}}"}}') for word in ("w", "d", "n"))
LATER = LaterSpec(path="/asked/{number}", waiting=WAITING, ok=DONE, refused=NO)
TOLD = DeliverSpec(
    paths={"result": "/in"}, key_field="id", number="N-", later=LATER, reason="E1",
    ok=ReplySpec(status=200, body='{"taken":"N-"}'), refused=ReplySpec(status=200, body='{"no":"E1"}'),
    failed=ReplySpec(status=500, body="{}"),
)  # fmt: skip


def receiver(**later: Any) -> Receiver:
    h = Harness(Subject.of(AsksLater))
    told = TOLD.model_copy(update={"later": LATER.model_copy(update=later)})
    with h.receiver() as made:
        assert isinstance(made, Receiver)
        return Receiver(made.spec, told, h._held, (), h.traffic)


def said(at: Receiver, path: str, key: str = "", *, method: str = "POST", form: Mapping[str, str] | None = None) -> Any:
    body = urlencode(form).encode() if form else orjson.dumps({"id": key})
    call = Call(
        method, path.partition("?")[0], dict([path.partition("?")[2].split("=")]) if "?" in path else {}, {}, body
    )
    at.wire.note(call)
    reply = at.wire.answer(call)
    return orjson.loads(reply.body) if reply.status == 200 else reply.status


def test_each_has_a_number_of_its_own_and_is_decided_at_the_second_look() -> None:
    at = receiver()
    assert [said(at, "/in", key) for key in ("a", "b", "a")] == [{"taken": "N-1"}, {"taken": "N-2"}, {"taken": "N-1"}]
    assert [said(at, "/asked/N-2", method="GET")["state"] for _ in range(3)] == ["w", "d", "d"]
    assert said(at, "/asked/N-1", method="GET") == {"state": "w", "of": "a"}
    assert said(at, "/asked/N-3", method="GET") == 404
    assert (at.numbers, at.asked) == (["N-1", "N-2"], ["N-2", "N-2", "N-2", "N-1", "N-3"])
    assert [taken.path for taken in at.came] == ["/in"] * 3
    assert at.calls == []


def test_of_refusals_every_other_one_comes_later() -> None:
    at = receiver()
    at.mood = "refused"
    assert [said(at, "/in", key) for key in ("a", "b", "c")] == [{"taken": "N-1"}, {"no": "E1"}, {"taken": "N-2"}]
    assert [said(at, "/asked/N-2", method="GET")["state"] for _ in range(2)] == ["w", "n"]


def test_without_numbers_it_is_asked_by_the_key() -> None:
    at = receiver()
    at.wire.deliver = at.deliver.model_copy(update={"number": ""})
    assert said(at, "/in", "k7") == {"taken": "N-"}
    assert said(at, "/asked/k7", method="GET")["of"] == "k7"


@pytest.mark.parametrize("told", [{"method": "GET"}, {"method": "POST"}])
def test_a_parameter_bears_the_number_in_a_query_or_in_the_fields(told: dict[str, Any]) -> None:
    at = receiver(path="/asked", param="no", **told)
    at.wire.deliver = at.deliver.model_copy(update={"place": "form"})
    said(at, "/in", form={"id": "a"})
    asked = ("/asked?no=N-1", None) if told["method"] == "GET" else ("/asked", {"no": "N-1"})
    assert said(at, asked[0], form=asked[1], method=told["method"]) == {"state": "w", "of": "a"}
    assert said(at, "/asked", form={"other": "1"}, method=told["method"]) == 404


@pytest.mark.parametrize("told", [{"path": "/asked"}, {"path": "/{number}", "param": "no"}])
def test_the_number_has_one_place(told: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="either"):
        LaterSpec(waiting=WAITING, ok=DONE, refused=NO, **told)


def test_a_delivery_is_followed_to_its_end() -> None:
    with desk(Harness(Subject.of(AsksLater))) as at:
        at.post_all()
        assert [(each.state, each.attempts, each.number) for each in at.send_all()] == [
            ("delivered", 1, "T-260302-1"),
            ("delivered", 1, "T-260302-2"),
        ]
