"""What can go wrong with a delivery, one thing at a time, and what a check must not mistake for it."""

import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from test_load_and_config import judged

import hub.api as hub
from conformance.check import CHECKS
from conformance.checks.deliver import apart, desk, saying
from conformance.harness import Harness
from conformance.outcome import NotApplicable, Violation
from conformance.reference.delivering import DeliveringReference
from conformance.subject import Subject, SubjectInvalid, read_spec
from conformance.unusual.unkeyed import Unkeyed
from conformance.waivers import may_be_waived
from hub.testing import DELIVERY_POINTS

KEYED = [id for id in CHECKS if id.startswith("DL") and id != "DL-12"]
DELIVERING = DeliveringReference.manifest.delivering
assert DELIVERING is not None


def told(kind: type[hub.Adapter[Any]] = DeliveringReference, **changes: Any) -> Subject:
    """An adapter whose source takes deliveries in a way changed so."""
    subject = Subject.of(kind)
    assert subject.spec.deliver is not None
    deliver = subject.spec.deliver.model_copy(update=changes)
    return replace(subject, spec=subject.spec.model_copy(update={"deliver": deliver}))


def found(id: str, subject: Subject) -> Violation:
    """The violation a check finds in a subject."""
    with pytest.raises(Violation) as seen:
        CHECKS[id].run(Harness(subject))
    return seen.value


def declares(**changes: Any) -> type[DeliveringReference]:
    """The reference with other words on deliveries in its manifest."""

    class Declares(DeliveringReference):
        manifest = replace(DeliveringReference.manifest, delivering=replace(DELIVERING, **changes))

    return Declares


@pytest.mark.parametrize("id", KEYED)
def test_a_check_passes_on_the_delivering_reference_and_has_seen_something(id: str) -> None:
    h = Harness(Subject.of(DeliveringReference))
    CHECKS[id].run(h)
    assert h.observed


def test_what_would_be_a_loss_or_a_leak_cannot_be_waived() -> None:
    kept = {id for id, check in CHECKS.items() if id.startswith("DL") and not may_be_waived(check)}
    assert kept == {f"DL-{number:02}" for number in (6, 8, 9, 11, 12, 14, 16, 17, 18, 19, 22)}


class NotTrusted(DeliveringReference):  # where a fresh process finds it
    manifest = replace(DeliveringReference.manifest, delivering=replace(DELIVERING, keyed=False))


class TestTold:
    """What the manifest and conformance.toml have to say first."""

    def test_the_table(self) -> None:
        subject = Subject.of(DeliveringReference)
        bare = replace(subject, spec=subject.spec.model_copy(update={"deliver": None}))
        with pytest.raises(SubjectInvalid, match=r"conformance\.toml: deliver"):
            CHECKS["DL-01"].run(Harness(bare))

    def test_at_least_one_kind(self) -> None:
        assert judged("DL-01", declares(kinds=())).where == "manifest"

    def test_a_path_for_each_kind(self) -> None:
        less = found("DL-01", told(paths={"result": "/filings"}))
        assert "takes progress" in less.expected
        assert less.where == "conformance.toml: [deliver] paths"

    def test_a_body_for_a_kind_of_ones_own(self) -> None:
        class Faxes(declares(kinds=("fax",))):  # type: ignore[misc]
            def paper(self, delivery: hub.Delivery) -> dict[str, str]:
                return {"paper_no": delivery.key, **delivery.body}

        with pytest.raises(SubjectInvalid, match=r"deliver\.bodies\.fax"):
            CHECKS["DL-01"].run(Harness(told(Faxes, paths={"fax": "/notes"})))
        h = Harness(told(Faxes, paths={"fax": "/notes"}, bodies={"fax": {"number": "17", "page": "one"}}))
        for id in ("DL-01", "DL-02", "DL-03"):
            CHECKS[id].run(h)

    def test_what_is_told_is_laid_over_the_suites_own(self) -> None:
        class Outcomes(DeliveringReference):
            def deliver(self, source: hub.Source, delivery: hub.Delivery) -> hub.Receipt:
                if delivery.kind == "result":
                    assert (delivery.body["outcome"], delivery.body["agreement"]) == ("unsettled", "2026-0017")
                return super().deliver(source, delivery)

        CHECKS["DL-01"].run(Harness(told(Outcomes, bodies={"result": {"outcome": "unsettled"}})))
        assert judged("DL-01", Outcomes).where == "result"

    def test_a_table_with_a_wrong_key_is_refused(self, tmp_path: Any) -> None:
        (tmp_path / "conformance.toml").write_text('suite = "1"\n[deliver]\npath = "/x"\n')
        with pytest.raises(SubjectInvalid, match=r"deliver\.paths: Field required.*deliver\.path: Extra"):
            read_spec(tmp_path / "conformance.toml")


class TestKey:
    def test_in_a_header_that_the_hub_sends(self) -> None:
        subject = told(declares(key_header="X-Request-Id"), key_field="", key_header="X-Request-Id")
        for id in ("DL-02", "DL-10", "DL-11"):
            CHECKS[id].run(Harness(subject))

    def test_in_a_header_of_another_name(self) -> None:
        subject = told(declares(key_header="Idempotency-Key"), key_field="", key_header="X-Request-Id")
        assert found("DL-02", subject).observed == "none"
        assert found("DL-11", subject).observed == "it acted 2 times on 2 calls"

    def test_another_kind_with_a_number_of_its_own(self) -> None:
        class OfResults(DeliveringReference):
            def paper(self, delivery: hub.Delivery) -> dict[str, str]:
                said = super().paper(delivery)
                return said | {"paper_no": "7"} if delivery.kind == "result" else said

        wrong = judged("DL-02", OfResults)
        assert (wrong.observed, wrong.where) == ("another one", "result")

    def test_a_source_that_reads_none(self) -> None:
        with pytest.raises(NotApplicable, match="no key"):
            CHECKS["DL-02"].run(Harness(Subject.of(Unkeyed)))


class TestMatter:
    @pytest.mark.parametrize("name", ["number", "case"])
    def test_either_number_will_do_also_in_json_within_json(self, name: str) -> None:
        class Nests(DeliveringReference):
            def paper(self, delivery: hub.Delivery) -> dict[str, str]:
                return {"paper_no": delivery.key, "about": '[{"no": "' + str(delivery.body[name]) + '"}]'}

        CHECKS["DL-03"].run(Harness(Subject.of(Nests)))

    def test_a_text_that_only_looks_like_json_is_a_text(self) -> None:
        class Brackets(DeliveringReference):
            def paper(self, delivery: hub.Delivery) -> dict[str, str]:
                return {"paper_no": delivery.key, "about": f"[{delivery.body['case']}"}

        CHECKS["DL-03"].run(Harness(Subject.of(Brackets)))

    def test_its_absence_from_one_kind(self) -> None:
        class Mute(DeliveringReference):
            def paper(self, delivery: hub.Delivery) -> dict[str, str]:
                return super().paper(delivery) if delivery.kind == "progress" else {"paper_no": delivery.key}

        assert judged("DL-03", Mute).where == "result"


class TestReceipt:
    @pytest.mark.parametrize(("id", "mood"), [("DL-05", "number"), ("DL-07", "reason")])
    @pytest.mark.parametrize(("said", "observed"), [("", "none"), ("Q9", "another one")])
    def test_the_wrong_words(self, id: str, mood: str, said: str, observed: str) -> None:
        class Says(DeliveringReference):
            def receipt(self, page: hub.Page) -> hub.Receipt:
                return replace(super().receipt(page), **{mood: said})

        assert judged(id, Says).observed == observed

    def test_a_source_that_gives_no_numbers(self) -> None:
        with pytest.raises(NotApplicable, match="no number"):
            CHECKS["DL-05"].run(Harness(told(number="")))

    @pytest.mark.parametrize("at", range(len(saying.FAILURES) + len(saying.MASKED_FAILURES)))
    @pytest.mark.parametrize("accepted", [True, False])
    def test_each_failure_that_becomes_a_receipt(self, at: int, accepted: bool) -> None:
        tried: list[str] = []

        class Catches(DeliveringReference):
            def deliver(self, source: hub.Source, delivery: hub.Delivery) -> hub.Receipt:
                tried.extend([delivery.key] if delivery.kind == "result" else [])
                try:
                    return super().deliver(source, delivery)
                except hub.SourceError:
                    if len(tried) == at + 1 and delivery.kind == "result":
                        return hub.Receipt(accepted)
                    raise

        kind, options = [*saying.FAILURES, *saying.MASKED_FAILURES][at]
        wrong = judged("DL-09", Catches)
        assert wrong.where == " ".join(map(str, (kind, *options.values()))) + ", result"
        assert wrong.observed.startswith("delivered" if accepted else "refused")

    def test_where_success_is_the_status_alone_a_page_behind_it_cannot_be_told(self) -> None:
        class ByStatus(declares(envelope=hub.Envelope(format="none"))):  # type: ignore[misc]
            def receipt(self, page: hub.Page) -> hub.Receipt:
                return hub.Receipt()

        nothing = {"status": 200, "body": ""}
        subject = told(ByStatus)
        assert subject.spec.deliver is not None
        CHECKS["DL-09"].run(Harness(told(ByStatus, ok=subject.spec.deliver.ok.model_copy(update=nothing))))
        assert found("DL-09", subject).where == "cut, progress"

    def test_a_refusal_that_is_sent_again_tomorrow(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The hub does not; were it to, the check would see it."""
        send = Harness.send

        def eager(self: Harness, receiver: Any, store: Any, **options: Any) -> Any:
            first = send(self, receiver, store, **options)
            receiver.came.extend(receiver.came[-1:] if receiver.came and receiver.clock > self.began else [])
            return first

        began = Harness(Subject.of(DeliveringReference)).source
        with began() as sim:
            monkeypatch.setattr(Harness, "began", sim.clock, raising=False)
        monkeypatch.setattr(Harness, "send", eager)
        wrong = judged("DL-06", DeliveringReference)
        assert (wrong.observed, wrong.where) == ("1 more", "after a refusal")


class TestAgain:
    def test_a_source_that_says_yes_only_to_the_first_attempt(self) -> None:
        class Remembers(DeliveringReference):
            def deliver(self, source: hub.Source, delivery: hub.Delivery) -> hub.Receipt:
                if delivery.attempt > 1:
                    return hub.Receipt(accepted=False, reason="E12")
                return super().deliver(source, delivery)

        assert judged("DL-10", Remembers).where == "500 to attempt 2"
        for id, where in (
            ("DL-08", "success after a failure"),
            ("DL-11", "the attempt after it"),
            ("DL-13", "when the time is over"),
        ):
            wrong = judged(id, Remembers)
            assert (wrong.where, wrong.expected) == (where, "a delivery that is delivered")

    def test_one_attempt_is_not_enough(self) -> None:
        assert judged("DL-10", declares(attempts=1)).observed == "dead after 1 attempts, source.unavailable"

    def test_a_keyed_source_that_is_not_trusted_is_left_alone(self) -> None:
        subject = Subject.of(NotTrusted)
        for id in ("DL-12", "DL-14"):
            CHECKS[id].run(Harness(subject))
        for id in ("DL-10", "DL-11"):
            with pytest.raises(NotApplicable, match="knows no keys"):
                CHECKS[id].run(Harness(subject))

    def test_an_unkeyed_source_that_is_trusted_acts_twice(self) -> None:
        subject = told(keyed=False)
        assert found("DL-12", subject).observed == "it acted 2 times on 2 calls"
        assert found("DL-14", subject).where == "a kill at delivery_answered"

    def test_unknown_is_not_delivered(self) -> None:
        class Hopes(Unkeyed):
            def deliver(self, source: hub.Source, delivery: hub.Delivery) -> hub.Receipt:
                try:
                    return super().deliver(source, delivery)
                except hub.SourceUnavailable:
                    return hub.Receipt()

        assert judged("DL-12", Hopes).expected == "a delivery that is unknown"

    def test_a_throttle_that_is_tried_again_at_once(self) -> None:
        class Insists(DeliveringReference):
            def deliver(self, source: hub.Source, delivery: hub.Delivery) -> hub.Receipt:
                try:
                    return super().deliver(source, delivery)
                except hub.SourceThrottled:
                    page = source.post(self.path(delivery), json=self.paper(delivery) | {"again": "1"})
                    return self.receipt(page)

        assert judged("DL-13", Insists).where == "429"

    @pytest.mark.parametrize("point", DELIVERY_POINTS)
    def test_a_kill_at_each_point_comes_before_the_check(self, point: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """Acts are looked at after each of them."""
        killed: list[str] = []

        def kill(self: Harness, receiver: Any, store: Any, at: str) -> bool:
            killed.append(at)
            self.send(receiver, store)
            receiver.acts.extend(receiver.acts if at == point else [])
            return True

        monkeypatch.setattr(Harness, "send_killed", kill)
        wrong = judged("DL-14", DeliveringReference)
        assert (wrong.where, killed[-1]) == (f"a kill at {point}", point)

    def test_a_kill_that_never_comes_is_told(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(Harness, "send_killed", lambda *_: False)
        assert judged("DL-14", DeliveringReference).where == "a kill at delivery_taken"

    def test_a_process_that_never_starts_is_no_failure_of_the_adapter(self, tmp_path: Path) -> None:
        script = tmp_path / "unguarded.py"
        script.write_text(UNGUARDED)
        told = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        ran = subprocess.run([sys.executable, script], env=told, capture_output=True, text=True, check=True)
        assert (
            ran.stdout == "suite-error no process starts here: a script that calls the suite needs a __main__ guard\n"
        )


UNGUARDED = """
import conformance.checks
from conformance.check import CHECKS
from conformance.harness import Harness
from conformance.reference.delivering import DeliveringReference
from conformance.subject import Subject
from conformance.trial import Trial

if __name__ == "__mp_main__":  # it began anew in the child, and ended there as it does
    raise SystemExit
result = Trial(Harness(Subject.of(DeliveringReference)), 60).of(CHECKS["DL-14"])
print(result.outcome, result.said)
"""


class TestApart:
    def test_a_second_read_is_looked_at_too(self) -> None:
        reads: list[int] = []

        class Later(DeliveringReference):
            def pages(self, source: hub.Source, since: Any) -> Iterator[hub.Page]:
                yield from super().pages(source, since)
                reads.append(1)
                if len(reads) == 2:
                    try:
                        source.post("/filings", json={})
                    except hub.SourceError:
                        return

        assert judged("DL-15", Later).observed.startswith("1 calls")

    def test_what_is_never_asked_reads_nothing(self) -> None:
        with pytest.raises(NotApplicable, match="for nothing"):
            CHECKS["DL-15"].run(Harness(Subject.of(Unkeyed)))

    @pytest.mark.parametrize("at", range(6))
    @pytest.mark.parametrize("what", ["secret", "identity", "phone", "name"])
    def test_each_thing_is_looked_for_after_each_outcome(self, at: int, what: str) -> None:
        h = Harness(Subject.of(DeliveringReference))
        stores: list[object] = []

        class Talks(DeliveringReference):
            def deliver(self, source: hub.Source, delivery: hub.Delivery) -> hub.Receipt:
                if delivery.kind == "progress" and delivery.attempt == 1:
                    stores.append(source)
                if len(stores) == at + 1 and delivery.kind == "result":
                    logging.getLogger("lakeside").debug("of %s", getattr(h.canaries, what))
                return super().deliver(source, delivery)

        h.subject = Subject.of(Talks)
        with pytest.raises(Violation, match=f"the planted {what} in output or log lines") as wrong:
            CHECKS["DL-16"].run(h)
        after = ("ok", "refused", "failed", "html", "status", "signing")[at]
        assert wrong.value.observed.endswith(f"after a delivery, {after}")

    @pytest.mark.parametrize("mood", ["refused", "failed"])
    def test_a_leak_that_comes_with_one_answer_only(self, mood: str) -> None:
        class Complains(DeliveringReference):
            def deliver(self, source: hub.Source, delivery: hub.Delivery) -> hub.Receipt:
                try:
                    receipt = super().deliver(source, delivery)
                except hub.SourceError:
                    if mood == "failed":
                        print("call", delivery.body["phone"])
                    raise
                if not receipt.accepted and mood == "refused":
                    print("call", delivery.body["phone"])
                return receipt

        wrong = judged("DL-16", Complains)
        assert wrong.observed == f"the planted phone in output or log lines after a delivery, {mood}"

    @pytest.mark.parametrize("what", ["secret", "identity", "phone", "name"])
    def test_each_thing_is_looked_for_in_the_query(self, what: str) -> None:
        h = Harness(Subject.of(DeliveringReference))

        class Asks(DeliveringReference):
            def deliver(self, source: hub.Source, delivery: hub.Delivery) -> hub.Receipt:
                whom = {"of": getattr(h.canaries, what)} if delivery.kind == "result" else {}
                return self.receipt(source.post(self.path(delivery), params=whom, json=self.paper(delivery)))

        h.subject = Subject.of(Asks)
        with pytest.raises(Violation, match=f"the planted {what} in call 2 after a delivery"):
            CHECKS["DL-17"].run(h)


def test_waits_are_behind_the_hubs_own() -> None:
    assert desk.LATER_S > 3_600
    assert desk.MINUTE_S > 60
    assert apart.PERSONAL == ("identity", "phone", "name")


def test_a_desk_moves_its_time_only_when_told() -> None:
    h = Harness(Subject.of(DeliveringReference))
    with desk.desk(h) as at:
        before = at.receiver.clock
        at.post()
        at.send()
        assert at.receiver.clock == before
        at.send(5)
        assert at.receiver.clock == before + timedelta(seconds=5)


def test_a_source_that_remembers_keys_answers_a_known_one_and_does_not_act() -> None:
    h = Harness(Subject.of(DeliveringReference))
    with desk.desk(h) as at:
        at.receiver.fault("reset")
        key = at.post()
        assert at.send().state == "waiting"
        handed = at.send(desk.LATER_S)
        assert (handed.state, handed.attempts, handed.key) == ("delivered", 2, key)
        assert [taken.key for taken in at.receiver.came] == [key, key]
        assert len(at.receiver.acts) == 1


class ByGet(DeliveringReference):
    """A docket that takes papers as the parameters of a GET, with no word of a person in them."""

    def deliver(self, source: hub.Source, delivery: hub.Delivery) -> hub.Receipt:
        paper = {name: value for name, value in self.paper(delivery).items() if name != "text"}
        return self.receipt(source.get(self.path(delivery), **paper))


def test_a_source_may_take_deliveries_by_get() -> None:
    by_get = told(ByGet, method="GET", place="query")
    for id in ("DL-01", "DL-02", "DL-04", "DL-11", "DL-16", "DL-17"):
        h = Harness(by_get)
        CHECKS[id].run(h)
        assert h.observed, id
    assert "waiting" in found("DL-01", told(DeliveringReference, method="GET", place="query")).observed
