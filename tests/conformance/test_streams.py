"""Adapters of several streams: each stream is judged as if it were the only one, and the worst outcome counts."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest
from test_builtin import bad
from test_suite import Bench, checks, fails, outcomes, sees, sees_nothing, verdict, waiver

from conformance.broken.rc_11_second import LettersWithoutText
from conformance.description import StreamSpec
from conformance.harness import Harness
from conformance.lab import recorded
from conformance.lab.recorded import Recorded
from conformance.live import look
from conformance.outcome import NotApplicable, Outcome
from conformance.streams import by_stream
from conformance.subject import Subject, SubjectInvalid
from conformance.suite import Suite, prove, prove_installed
from conformance.unusual.pushed_too import PushedToo
from conformance.unusual.two_streams import TwoStreams
from hub.api import Adapter, Capability, Stream
from hub.testing import HttpSettings, SourceSettings, contents, run_source

BOTH = Subject.of(TwoStreams)


def two(*waived: Any, **runs: Any) -> Any:
    """A verdict over two streams, ``a`` and ``b``, of checks that are told which one they look at."""
    benches = (Bench(stream="a"), Bench(stream="b"))
    return verdict(checks(**runs), *waived, bench=Bench(beside=benches))


def only(stream: str, act: Callable[[Any], None], other: Callable[[Any], None] = sees) -> Callable[[Any], None]:
    return lambda harness: (act if harness.subject.stream == stream else other)(harness)


def nothing_to_see(harness: Any) -> None:
    raise NotApplicable("no status")


def test_each_stream_has_its_own_wire_recording_and_claims() -> None:
    cases, letters = by_stream(BOTH)
    assert (cases.stream, letters.stream) == ("cases", "letters")
    assert [stream.name for stream in letters.manifest.streams] == ["letters"]
    assert cases.manifest.capabilities == TwoStreams.manifest.capabilities
    assert letters.manifest.capabilities == frozenset()
    assert (letters.wire.path, letters.wire.key, letters.wire.deleted, letters.wire.since) == (
        "/letters", "letter_no", None, None,
    )  # fmt: skip
    assert letters.wire.page.kind == "number"
    assert letters.wire.requires == cases.wire.requires == ("Authorization",)
    assert letters.recordings == cases.recordings / "letters"
    assert letters.kind is TwoStreams
    assert by_stream(letters) == (letters,)


def test_an_adapter_of_one_stream_is_left_as_it_is() -> None:
    subject = Subject.of(PushedToo)
    assert by_stream(subject) == (subject,)
    assert Harness(subject).parts[0].subject is subject


def told(subject: Subject, **changes: Any) -> Subject:
    return replace(subject, spec=subject.spec.model_copy(update=changes))


class ThreeStreams(TwoStreams):
    manifest = replace(TwoStreams.manifest, streams=(*TwoStreams.manifest.streams, Stream(name="notes")))


@pytest.mark.parametrize(
    ("subject", "said"),
    [
        (told(BOTH, streams={}), "streams.letters: not told"),
        (told(BOTH, streams={"leters": BOTH.spec.streams["letters"]}), "streams.leters: did you mean letters?"),
        (told(BOTH, streams={"cases": BOTH.spec.streams["letters"]}), r"streams.cases: \[wire\] tells of the first"),
        (told(BOTH, lacks=frozenset({"counted"})), "lacks: counted holds for no stream"),
        (Subject(ThreeStreams, BOTH.folder, BOTH.spec), "streams.notes: not told"),
    ],
)  # fmt: skip
def test_what_is_not_told_of_a_stream_is_named(subject: Subject, said: str) -> None:
    with pytest.raises(SubjectInvalid, match=said):
        by_stream(subject)


def test_a_wire_that_does_not_fit_is_named_with_its_stream() -> None:
    spoilt = BOTH.spec.streams["letters"].model_copy(update={"wire": {"pth": "/letters"}})
    with pytest.raises(SubjectInvalid, match=r"streams.letters.wire: pth: Extra inputs"):
        by_stream(told(BOTH, streams={"letters": spoilt}))


class Served(Adapter[Any]):
    """Asked for its cases; what was served is pushed only."""

    manifest = replace(
        PushedToo.manifest, streams=(Stream(request=TwoStreams.manifest.streams[1].request), Stream(name="served")),
    )  # fmt: skip


def test_a_stream_that_is_only_pushed_goes_with_the_one_that_names_it() -> None:
    subject = Subject.of(PushedToo)
    wire, push = subject.spec.wire, subject.spec.wire.push
    assert push is not None
    named = wire.model_copy(update={"push": push.model_copy(update={"stream": "served"})})
    alone = replace(subject, kind=Served)
    with pytest.raises(SubjectInvalid, match="served: not told, and no wire"):
        by_stream(alone)
    assert by_stream(told(alone, wire=named)) == (told(alone, wire=named),)
    parts = by_stream(told(alone, streams={"served": StreamSpec(wire={"push": push.model_dump()})}))
    assert [(part.stream, part.way) for part in parts] == [("records", "http"), ("served", "push")]
    assert Capability.PUSH in parts[1].manifest.capabilities


def test_the_worst_outcome_counts_and_names_its_stream() -> None:
    given = two(LD_01=only("b", fails), LD_12=sees, RC_01=only("b", fails), RC_02=only("a", sees_nothing))
    assert outcomes(given) == {"LD-01": "pass", "LD-12": "pass", "RC-01": "fail", "RC-02": "not-observed"}
    by = {result.check.id: result for result in given.results}
    assert by["RC-01"].where == "stream b, page 1 row 2"
    assert by["RC-01"].observed == 1, "what the other stream showed is counted"
    assert by["RC-02"].where == "stream a"


def test_streams_that_fail_alike_are_all_named() -> None:
    (result,) = two(RC_01=fails).results
    assert result.outcome is Outcome.FAIL
    assert result.where == "stream a, page 1 row 2"
    assert result.said == "stream b: two"


def test_what_applies_to_one_stream_only_passes_by_it() -> None:
    given = two(RC_01=only("a", nothing_to_see), RC_02=nothing_to_see)
    assert outcomes(given) == {"RC-01": "pass", "RC-02": "not-applicable"}


def test_a_check_is_blocked_on_the_stream_that_fell() -> None:
    seen: list[str] = []

    def look(harness: Any) -> None:
        seen.append(harness.subject.stream)
        harness.observe()

    given = two(RC_01=only("b", fails), RC_02=(look, {"after": ("RC-01",)}))
    assert seen == ["a"]
    (blocked,) = [result for result in given.results if result.check.id == "RC-02"]
    assert (blocked.outcome, blocked.said, blocked.where) == (Outcome.BLOCKED, "stands on RC-01", "stream b")


def test_a_waiver_holds_for_all_streams() -> None:
    given = two(waiver("RC-01"), RC_01=only("b", fails), RC_02=(sees, {"after": ("RC-01",)}))
    assert outcomes(given) == {"RC-01": "waived", "RC-02": "pass"}
    assert given.faults == ()


def test_what_an_adapter_has_once_is_looked_at_once() -> None:
    benches = (Bench(stream="a"), Bench(stream="b"))
    made = checks(LD_01=sees, CF_01=sees, DL_01=sees, DL_15=sees, RC_01=(sees, {"after": ("LD-01",)}))
    verdict(made, bench=Bench(beside=benches))
    assert [bench.began for bench in benches] == [5, 2]


def test_a_fault_of_the_second_stream_alone_is_found() -> None:
    given = prove(Subject.of(LettersWithoutText), only=["RC-11"])
    (result,) = [each for each in given.results if not each.good]
    assert (result.check.id, result.where) == ("RC-11", "stream letters, 1 of 12 fields")


def test_a_wrong_table_of_streams_refuses_the_adapter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Subject, "load", classmethod(lambda cls, name: told(BOTH, streams={})))
    assert "streams.letters: not told" in prove_installed("two_streams").refused


def test_the_lab_serves_all_streams_of_a_source(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setattr(recorded, "_subject", lambda name: BOTH)
    with Recorded({"docket": "two_streams"}) as lab:
        (settings,) = lab.settings().values()
        head = {"Authorization": "Bearer x"}
        with httpx.Client(base_url=settings["base_url"], headers=head) as client:
            assert len(client.get("/letters", params={"p": 1, "n": 50}).json()["letters"]) == 8
            assert len(client.get("/cases").json()["rows"]) == 4
        lab.fault("docket", "status", status=503)
        assert [lab.calls("docket"), len(list(lab.rows("docket"))), len(list(lab.rows("docket", 1)))] == [2, 8, 8]


def test_the_suite_runs_one_stream_at_a_time() -> None:
    cases, letters = Harness(BOTH).parts
    with letters.source() as sim, letters.store() as store:
        report = letters.run(sim, store)
        assert (report.stream, report.counts.stored) == ("letters", 8)
    with cases.source() as sim, cases.store() as store:
        assert cases.killed(sim, store, "before_commit")
        assert {stream for _, stream, _ in contents(store).records} == set()
        cases.run(sim, store)
        assert {stream for _, stream, _ in contents(store).records} == {"cases"}
        reports = run_source(store, TwoStreams, cases.settings(sim), clock=lambda: sim.clock, mapper=cases.mapper,
                             sleep=lambda _: None)  # fmt: skip
        assert [report.stream for report in reports] == ["cases", "letters"], "the daemon runs them all"


def test_claims_of_one_stream_do_not_bind_the_other() -> None:
    suite = Suite(Harness(BOTH))
    assert [Capability.COUNTED in trial.harness.subject.manifest.capabilities for trial in suite.trials] == [
        True,
        False,
    ]


def test_a_live_source_is_looked_at_stream_by_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both streams are asked; what only one of them breaks is told of it."""
    monkeypatch.setattr(recorded, "_subject", lambda name: BOTH)
    with Recorded({"docket": "two_streams"}) as lab:
        ((name, options),) = lab.settings().items()
        own = {key: options.pop(key) for key in ("adapter", "home", "allow")}
        instance = SourceSettings(name=name, every_s=300, options=options, **own)
        seen = look(BOTH, instance, HttpSettings(), pages=2)
        assert bad(seen) == {}
        assert {result.check.id: result.outcome for result in seen.results}["LV-03"] is Outcome.PASS, (
            "cases are counted"
        )
        spoilt = lab.rows("docket", 1)
        for key in [row["letter_no"] for row in spoilt]:
            spoilt.update(key, topic="L77")
        (result,) = [each for each in look(BOTH, instance, HttpSettings(), pages=2).results if not each.good]
        assert (result.check.id, result.where) == ("LV-07", "stream letters, crosswalk.sssom.tsv")
