"""Pushes that a check must judge rightly: other places of a signature, shapes of a push, and what a sender does."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl

import orjson
import pytest
from click.testing import CliRunner
from lxml import etree
from pydantic import SecretStr
from test_load_and_config import judged

import hub.api as hub
from conformance.check import CHECKS
from conformance.checks.inbox import doors, rows
from conformance.checks.inbox.order import with_text
from conformance.description import PushSpec
from conformance.envelopes import Template
from conformance.harness import Harness
from conformance.lab.sender import changed
from conformance.order import in_order
from conformance.outcome import NotApplicable, Outcome, Violation
from conformance.pushing import inbox, opened, push, read, sender
from conformance.scenarios import pushed_of
from conformance.specimens import unusual_adapters
from conformance.subject import Subject, SubjectInvalid
from conformance.suite import Suite
from conformance.unusual.push_only import PushOnly
from conformance.unusual.pushed_too import PushedToo
from hub.api import Capability
from hub.cli.main import main
from hub.testing import PUSH_POINTS, contents, faults_of

WEBHOOK = PushedToo.manifest.webhook or hub.Webhook()
ALL = ("{app_key}", "{timestamp}", "{nonce}", "{path}", "{body}")
DOORS = ("IN-02", "IN-03", "IN-04", "IN-05", "IN-06")
HOW: dict[str, hub.Signing] = {
    "sm3 in the query": hub.Signing(fields=ALL, algorithm="hmac-sm3", output="base64", timestamp="s", place="query"),
    "md5 around the secret": hub.Signing(fields=("{app_secret}", *ALL, "{app_secret}"), algorithm="md5", output="HEX"),
    "a time with its zone": hub.Signing(fields=ALL, timestamp="iso"),
}


def webhook(**changes: Any) -> type[hub.Adapter[Any]]:
    """The docket with another webhook."""
    manifest = replace(PushedToo.manifest, webhook=replace(WEBHOOK, **changes))
    return type("Changed", (PushedToo,), {"manifest": manifest, "__module__": PushedToo.__module__})


def told(kind: type[hub.Adapter[Any]], **changes: Any) -> Subject:
    """The docket, of which conformance.toml tells something else about its pushes."""
    plain = Subject.of(kind)
    push = (plain.spec.wire.push or PushSpec()).model_copy(update=changes)
    wire = plain.spec.wire.model_copy(update={"push": push})
    return replace(plain, spec=plain.spec.model_copy(update={"wire": wire}))


def inapplicable(id: str, subject: Subject) -> str:
    with pytest.raises(NotApplicable) as why:
        CHECKS[id].run(Harness(subject))
    return str(why.value)


@pytest.fixture
def h() -> Harness:
    return Harness(Subject.of(PushedToo))


class TestDoors:
    @pytest.mark.parametrize("how", HOW)
    @pytest.mark.parametrize("id", DOORS)
    def test_every_way_to_sign_well_passes(self, how: str, id: str) -> None:
        harness = Harness(Subject.of(webhook(signing=HOW[how])))
        CHECKS[id].run(harness)
        assert harness.observed

    @pytest.mark.parametrize("left_out", ["{timestamp}", "{nonce}", "{body}"])
    @pytest.mark.parametrize("how", HOW)
    def test_in_every_way_what_is_not_signed_is_found(self, how: str, left_out: str) -> None:
        id = {"{timestamp}": "IN-04", "{nonce}": "IN-05", "{body}": "IN-03"}[left_out]
        signing = replace(HOW[how], fields=tuple(each for each in HOW[how].fields if each != left_out))
        assert left_out in judged(id, webhook(signing=signing)).likely

    def test_a_signature_in_the_body(self) -> None:
        signing = hub.Signing(fields=("{app_key}", "{timestamp}", "{nonce}"), place="body")
        for id in ("IN-02", "IN-04"):
            CHECKS[id].run(Harness(Subject.of(webhook(signing=signing))))
        assert "{params} is not" in judged("IN-03", webhook(signing=signing)).likely
        subject = Subject.of(webhook(signing=signing))
        push = (subject.wire.push or PushSpec()).model_copy(update={"words_unsigned": True})
        wire = subject.spec.wire.model_copy(update={"push": push})
        told = replace(subject, spec=subject.spec.model_copy(update={"wire": wire}))
        assert "covers no words" in inapplicable("IN-03", told)
        assert judged("IN-04", webhook(signing=replace(signing, fields=("{app_key}", "{nonce}")))).where

    def test_a_secret_that_travels_itself(self) -> None:
        bearer = Subject.of(webhook(signing=None))
        CHECKS["IN-02"].run(Harness(bearer))
        for id in ("IN-03", "IN-04", "IN-05"):
            assert "bear the secret itself" in inapplicable(id, bearer)

    @pytest.mark.parametrize(("name", "id"), [("timestamp_name", "IN-04"), ("nonce_name", "IN-05")])
    def test_what_pushes_do_not_bear(self, name: str, id: str) -> None:
        bare: dict[str, Any] = {name: ""}
        signing = replace(HOW["a time with its zone"], **bare)
        assert inapplicable(id, Subject.of(webhook(signing=signing))).startswith("its pushes bear no ")

    @pytest.mark.parametrize(("window_s", "good"), [(900, True), (903, False)])
    def test_the_longest_window(self, window_s: int, good: bool) -> None:
        kind = webhook(window_s=window_s)
        if good:
            CHECKS["IN-04"].run(Harness(Subject.of(kind)))
        else:
            assert "ago" in judged("IN-04", kind).where

    def test_pushes_are_off_to_both_sides(self, monkeypatch: pytest.MonkeyPatch) -> None:
        off: list[float] = []

        def request(self: doors.Gate, body: bytes | None = None, **how: Any) -> Any:
            off.append(round((how.get("at", self.sender.clock) - self.sender.clock).total_seconds()))
            return self.sender.request(self.door, self.body() if body is None else body, **how)

        monkeypatch.setattr(doors.Gate, "request", request)
        CHECKS["IN-04"].run(Harness(Subject.of(PushOnly)))
        assert (min(off), max(off)) == (-902, 902)

    def test_the_secret_is_a_setting(self) -> None:
        assert "no setting bears" in judged("IN-01", webhook(secret="pass_phrase")).observed
        CHECKS["IN-01"].run(Harness(Subject.of(webhook(secret="token"))))  # SecretStr, without None

    def test_a_door_that_takes_nothing_is_told_as_that(self) -> None:
        """What does not let the source itself in refuses everybody, and would pass for it."""
        kind = webhook(content_types=("application/json",), most_bytes=10)
        for id in ("IN-02", "IN-03", "IN-04", "IN-05", "IN-06", "IN-07"):
            found = judged(id, kind)
            assert (found.expected, found.observed) == ("a push of the source's own taken", "413 for too large")

    def test_an_answer_nobody_told_of(self) -> None:
        assert "[wire.push] answer" in inapplicable("IN-06", told(PushedToo, answer=""))
        with pytest.raises(Violation):
            CHECKS["IN-06"].run(Harness(told(PushedToo, answer="success")))
        CHECKS["IN-06"].run(Harness(told(PushOnly, answer=" success\n")))


class TestRows:
    def test_a_row_too_many_in_a_push(self) -> None:
        class FirstOnly(PushOnly):
            def items(self, page: hub.Page) -> Sequence[hub.Item]:
                return page.rows[:1]

        assert "8 records" in judged("IN-07", FirstOnly).expected

    def test_a_row_that_is_refused_when_pushed(self) -> None:
        class Picky(PushOnly):
            def draft(self, item: hub.Item) -> hub.Draft:
                if item["XFJBH"].endswith("3"):
                    raise ValueError("no")
                return super().draft(item)

        assert "1 rows refused" in judged("IN-07", Picky).observed

    def test_pushes_of_another_stream_are_compared_with_nothing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(rows, "stream_of", lambda h: "calls")
        assert "a stream of its own" in inapplicable("IN-08", Subject.of(PushedToo))

    @pytest.mark.parametrize("outcome", ["complete", "empty"])
    def test_a_push_that_nobody_understood_is_no_read(self, outcome: str, monkeypatch: pytest.MonkeyPatch) -> None:
        report = SimpleNamespace(outcome=outcome, counts=SimpleNamespace(rejected=0))
        monkeypatch.setattr(rows, "read", lambda *_: report)
        assert judged("IN-09", PushOnly).where == "a push whose rows stand under another name"

    def test_pushes_of_a_stream_of_their_own(self) -> None:
        """Their rows are those of the recording of pushes; nothing is asked that they could be compared with."""

        class Apart(PushedToo):
            manifest = replace(PushedToo.manifest, streams=(hub.Stream(), hub.Stream(name="calls")))

            def pages(self, source: hub.Source, since: Any) -> Iterator[hub.Page]:
                yield from super().pages(source, since) if source.stream == "records" else ()

        apart = told(Apart, stream="calls")
        harness = Harness(apart)
        with sender(harness) as sim, harness.store() as store:
            push(harness, sim, store)
            read(harness, sim, store)
            assert [(each.stream, each.key) for each in harness.records(store)] == [("calls", "LK2026-00001")]
        assert "a stream of its own" in inapplicable("IN-08", apart)

    def test_a_batch_with_a_bad_row_keeps_its_neighbours(self) -> None:
        class Sorted(PushOnly):
            def items(self, page: hub.Page) -> Sequence[hub.Item]:
                return sorted(page.rows, key=lambda row: row["XFJBH"])

        assert "neighbours" in judged("IN-10", Sorted).expected

    @pytest.mark.parametrize("what", ["body", "secret", "nothing"])
    def test_what_is_told_anywhere(self, what: str) -> None:
        class Loud(PushedToo):
            def items(self, page: hub.Page) -> Sequence[hub.Item]:
                if page.window == "push":
                    print({"body": page.body, "secret": self.config.app_secret.get_secret_value()}.get(what, ""))  # type: ignore[union-attr]
                return page.rows

        if what == "nothing":
            CHECKS["IN-11"].run(Harness(Subject.of(Loud)))
        else:
            assert judged("IN-11", Loud).where == "output or log lines"

    def test_what_is_logged_as_of_no_importance_counts(self) -> None:
        class Debugging(PushedToo):
            def items(self, page: hub.Page) -> Sequence[hub.Item]:
                if page.window == "push":
                    logging.getLogger("docket").debug("pushed: %s", page.body)
                return page.rows

        assert judged("IN-11", Debugging).where == "output or log lines"


class TestOrder:
    def test_an_older_state_differs_in_what_it_says_at_length(self, h: Harness) -> None:
        with sender(h) as sim:
            row = next(iter(sim.rows))
            old = with_text(row, sim)
            assert {name for name in row if row[name] != old[name]} == {"detail"}
            assert old["detail"] == f"{row['detail']}（旧）"
            bare = {"case_no": "LK1", "updated": "2026-03-02 09:12:31.123", "row": 1}
            assert with_text(bare, sim) == bare

    def test_without_times_and_tombstones_there_is_no_order_to_keep(self) -> None:
        plain = Subject.of(PushedToo)
        timeless = plain.spec.wire.model_copy(update={"time": ""})
        deathless = plain.spec.wire.model_copy(update={"deleted": None})
        for id, wire in (("IN-13", timeless), ("IN-14", deathless)):
            assert "tell" in inapplicable(id, replace(plain, spec=plain.spec.model_copy(update={"wire": wire})))

    def test_a_tombstone_that_an_older_push_undoes(self) -> None:
        class Undated(PushedToo):
            def draft(self, item: hub.Item) -> hub.Draft:
                return replace(super().draft(item), revision=None)

        assert judged("IN-14", Undated).where == "the row as it was, after its tombstone"

    @pytest.mark.parametrize("point", PUSH_POINTS)
    def test_an_end_at_each_point_is_really_made(self, point: str) -> None:
        """An adapter that tells something else the second time is found by what it tells at each of them."""
        assert point in judged("IN-15", forgetful(point)).where


def forgetful(point: str) -> type[hub.Adapter[Any]]:
    """The docket, read by one adapter for each point: that of this one tells something else when it reads again.

    What was committed before the end is not read again: at the last point it tells something else at once.
    """
    turn = PUSH_POINTS.index(point)
    at_work: list[object] = []  # the first reads in peace

    class Forgetful(PushedToo):
        def __init__(self, config: Any) -> None:
            super().__init__(config)
            self.opened = 0

        def items(self, page: hub.Page) -> Sequence[hub.Item]:
            if not self.opened:
                at_work.append(self)
            self.opened += 1
            spoilt = at_work.index(self) == turn + 1 and (point == PUSH_POINTS[-1] or self.opened > 8)
            return [{**row, "title": "…"} for row in page.rows] if spoilt else page.rows

    return Forgetful


class TestSender:
    def test_each_push_is_another_and_tells_the_rows_in_their_order(self, h: Harness) -> None:
        with sender(h) as sim:
            bodies = [orjson.loads(body) for body in sim.bodies()]
        assert [body["id"] for body in bodies] == [f"push-{number:06}" for number in range(1, 9)]
        assert {body["event"] for body in bodies} == {"case.changed"}, "as recorded"
        times = [body["case"]["updated"] for body in bodies]
        assert times == sorted(times)

    def test_rows_go_in_batches(self) -> None:
        with sender(Harness(Subject.of(PushOnly))) as sim:
            assert [len(orjson.loads(body)["payload"]["list"]) for body in sim.bodies()] == [3, 3, 2]
        with sender(Harness(told(PushOnly, rows=0))) as sim:
            assert [len(orjson.loads(body)["payload"]["list"]) for body in sim.bodies()] == [8]

    def test_pushes_pass_the_real_inbox(self, h: Harness) -> None:
        with sender(h) as sim, h.store() as store, inbox(h, sim, store) as door:
            request = sim.request(door, next(sim.bodies()))
            answer = sim.send(door, request)
            assert (answer.status, orjson.loads(answer.body)) == (200, {"code": "0", "message": "received"})
            assert sim.send(door, changed(request, **{"X-Sign": None})).status == 401
            assert sim.send(door, replace(request, method="PUT")).status == 405
            assert door.refused == {("conform", "parts"): 1, ("conform", "method"): 1}
            assert len(contents(store).raw) == 1
            assert [call.path for call in sim.calls] == ["/in/conform/records"] * 3
            report = read(h, sim, store)
            assert report is not None
            assert (report.outcome, report.counts.stored) == ("complete", 1)
            assert read(h, sim, store) is None, "nothing waits"
            assert faults_of(store) == []

    def test_two_doors_one_after_the_other_lead_to_their_own_stores(self, h: Harness) -> None:
        with sender(h) as sim, h.store() as one, h.store() as two:
            for store in (one, two):
                push(h, sim, store, [next(iter(sim.rows))])
            for store in (one, two):
                assert len(contents(store).raw) == 1
            with inbox(h, sim, two) as door:
                request = sim.request(door, next(sim.bodies()))
            assert sim.send(door, request).status == 503, "the door is closed"

    def test_a_secret_that_is_not_set_opens_no_door(self, h: Harness) -> None:
        with (
            sender(h) as sim,
            h.store() as store,
            pytest.raises(hub.HubError, match="app_secret is not set"),
            inbox(h, sim, store, app_secret=SecretStr("")),
        ):
            pass

    def test_what_is_only_pushed_is_opened_without_an_inbox(self) -> None:
        harness = Harness(Subject.of(PushOnly))
        with harness.source() as sim:
            assert [len(page.rows) for page in harness.pages(sim)] == [3, 3, 2]
            assert {page.window for page in harness.pages(sim)} == {"push"}
        with sender(harness) as sim:
            assert len(opened(harness, sim)) == 3

    @pytest.mark.parametrize("kind", ["status", "html", "refused"])
    def test_it_gives_no_answers_that_could_be_wrong(self, kind: str) -> None:
        with Harness(Subject.of(PushOnly)).source() as sim, pytest.raises(NotApplicable, match="gives no answer"):
            sim.fault(kind)


class TestWhatApplies:
    def test_nothing_about_asking_is_held_against_a_source_that_pushes(self) -> None:
        suite = Suite(Harness(Subject.of(PushOnly)))
        asking = [check for check in in_order() if check.asks]
        assert {check.family for check in asking} == {"NT", "PG", "RS", "ER", "PV", "OP"}
        for check in asking:
            assert suite.result(check).outcome is Outcome.NOT_APPLICABLE, check.id

    def test_an_adapter_that_does_not_push_has_no_inbox(self) -> None:
        suite = Suite(Harness(Subject.load("dispute_code")))
        for check in in_order():
            if check.family == "IN":
                assert Capability.PUSH in check.needs
                assert suite.result(check).said.startswith("does not claim ")

    def test_the_way_is_told_by_what_is_asked_for(self, tmp_path: Path) -> None:
        assert (Subject.of(PushOnly).way, Subject.of(PushedToo).way) == ("push", "http")
        assert Subject.of(PushOnly).wire.items == "payload.list"

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (("adapter", "record", "sensor", "--url", "http://127.0.0.1:9"), "record pushes as they come"),
            (("source", "check", "eyes", "--deep"), "it pushes, and cannot be looked into"),
        ],
    )
    def test_what_asks_a_live_source_says_that_this_one_is_not_asked(
        self, arguments: tuple[str, ...], said: str, tmp_path: Path
    ) -> None:
        settings = tmp_path / "hub.toml"
        settings.write_text('home = "330100"\n[source.eyes]\nadapter = "sensor"\napp_key = "eyes"\napp_secret = "s"\n')
        done = CliRunner().invoke(main, ["--config", str(settings), *arguments])
        assert done.exit_code == 2
        assert said in done.output


@pytest.mark.parametrize("name", ["form_pushes", "xml_pushes"])
def test_pushes_speak_as_they_were_recorded(name: str) -> None:
    """What goes out looks as what was recorded, with other rows, a number of its own, and signed in its own way."""
    h = Harness(Subject.of(unusual_adapters()[name]))
    with sender(h) as sim, h.store() as store, inbox(h, sim, store) as door:
        first, second = [*sim.bodies()][:2]
        assert first != second
        request = sim.request(door, first)
        assert sim.send(door, request).good
    if name == "form_pushes":
        fields = dict(parse_qsl(request.body.decode()))
        assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"
        assert set(fields) == {"msgId", "bizContent", "areaCode", "appKey", "timestamp", "sign"}
        assert orjson.loads(fields["bizContent"])["XM"] == h.canaries.name
        assert fields["areaCode"] == "330106"
    else:
        root = etree.fromstring(request.body)
        assert (request.method, request.headers["Content-Type"]) == ("PUT", "text/xml")
        assert [child.tag for child in root] == ["Head", "Matters"]
        assert len(root[1]) == 2
        assert root.findtext("Matters/Matter/XM") == h.canaries.name


@pytest.mark.parametrize(
    ("name", "changes", "status"),
    [("form_pushes", {"content_type": "text/plain"}, 415), ("xml_pushes", {"method": "POST"}, 405)],
)
def test_a_source_that_pushes_otherwise_than_declared_is_not_let_in(
    name: str, changes: dict[str, Any], status: int
) -> None:
    subject = told(unusual_adapters()[name], **changes)
    with pytest.raises(Violation, match=f"observed {status}"):
        CHECKS["IN-07"].run(Harness(subject))


def test_a_form_without_a_recording_is_its_one_field() -> None:
    subject = told(unusual_adapters()["form_pushes"])
    recording = replace(Harness(subject).recording, pushed=False)
    made = pushed_of(subject.folder, subject.wire, recording, own=False)
    assert made.template.fill([{"a": "1"}], {}) == b"bizContent=%7B%22a%22%3A%221%22%7D"
    with pytest.raises(SubjectInvalid, match="an XML push is recorded"):
        xml = told(unusual_adapters()["form_pushes"], place="xml")
        pushed_of(xml.folder, xml.wire, recording, own=False)


def test_a_form_whose_fields_are_the_row_is_filled_field_by_field() -> None:
    wire = Subject.of(PushOnly).wire.model_copy(update={"items": ""})
    template = Template("no=1&what=%E6%89%B0%E6%B0%91", wire, single=True)
    assert template.rows == [{"no": "1", "what": "扰民"}]
    filled = template.fill([{"no": 7, "what": "a b", "gone": None, "more": {"x": [1]}}], {"msg": "m1"})
    assert dict(parse_qsl(filled.decode())) == {"no": "7", "what": "a b", "more": '{"x":[1]}', "msg": "m1"}
