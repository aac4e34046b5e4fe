"""What is shown of the traffic beside a failure: how the source speaks, and nothing of whom it speaks or with what."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from source_kinds import subject

from conformance import page, report
from conformance.broken.er_09 import MostOfItWillDo
from conformance.harness import Harness
from conformance.lab.wire import Reply
from conformance.outcome import NotApplicable
from conformance.reference import Reference
from conformance.subject import AdapterClass, Subject
from conformance.suite import Suite, installed
from conformance.traffic import KEPT, LONGEST, Exchange
from conformance.unusual.legacy_encoding import LegacyEncoding
from conformance.unusual.xml_feed import XmlFeed
from hub.testing import load_adapter

FAULTS: list[tuple[str, dict[str, Any]]] = [
    ("", {}), ("cut", {}), ("reset", {}), ("html", {}), ("signing", {}), ("hang", {}), ("drip", {"interval_s": 0.02}),
    ("status", {"status": 503}), ("retyped_column", {}),
]  # fmt: skip


@pytest.fixture
def h() -> Harness:
    return Harness(Subject.of(Reference))


READ = [name for name in installed() if load_adapter(name).manifest.streams]
"""The adapters that something is read of."""


def heard(h: Harness, kind: str = "", **options: Any) -> tuple[Exchange, ...]:
    """The exchanges of one run under a fault of all its calls."""
    h.begin()
    with h.source() as sim, h.store() as store:
        if kind:
            sim.fault(kind, times=None, **options)
        h.run(sim, store)
    return h.exchanges()


@pytest.mark.parametrize("name", ["reference", "legacy_encoding", "xml_feed", *READ])
def test_no_canary_and_no_recorded_person_is_shown(name: str) -> None:
    kinds: dict[str, AdapterClass] = {"reference": Reference, "legacy_encoding": LegacyEncoding, "xml_feed": XmlFeed}
    for part in Harness(Subject.of(kinds[name]) if name in kinds else Subject.load(name)).parts:
        _shows_nobody(part, FAULTS if name == "reference" else FAULTS[:5])


def _shows_nobody(h: Harness, faults: Sequence[tuple[str, dict[str, Any]]]) -> None:
    people = {
        value
        for seen in h.read_all()
        for party in seen.says("parties") or ()
        for value in (party.name, party.id_number, party.phone)
        if value
    }
    words = {detail for seen in h.read_all() if (detail := seen.says("detail"))}
    for kind, options in faults:
        try:
            shown = str(heard(h, kind, **options))
        except NotApplicable:  # a push has no reply to be cut, a file without a manifest no end that is told
            assert kind
            continue
        assert h.canaries.found_in(shown) == []
        assert [value for value in people | words if value in shown] == []
        assert (h.subject.wire.path if h.subject.way != "push" else "/in/").partition("{")[0] in shown


def test_a_person_of_a_latin_name_is_not_shown(tmp_path: Path) -> None:
    h = Harness(subject(tmp_path, "token"))
    with h.source() as sim:
        for key in sim.keys:
            sim.rows.update(key, who={"name": "Ann, O'Hara", "id": "990101198003072016", "tel": "13800001001"})
        h.pages(sim)
    (first, *_) = h.exchanges()
    assert "O'Hara" not in first.reply
    assert '"name":"***"' in first.reply
    assert "990101198003072016" not in first.reply
    assert "13800001001" not in first.reply


def test_what_tells_how_the_source_speaks_is_shown(h: Harness) -> None:
    first, second = heard(h)
    assert (first.method, first.path, first.status) == ("GET", "/cases", 200)
    assert first.params == {"size": "4"}
    assert first.reply.startswith('{"code":0,"message":"ok","rows":[{"case_no":"..001","row":1,"updated":"2026-03-02 ')
    assert len(first.reply) == LONGEST
    assert second.params["page"].endswith("…")


def test_secrets_and_keys_are_masked_by_their_names() -> None:
    h = Harness(Subject.load("four_platforms"))
    login, first, *_ = heard(h)
    assert login.path.endswith("/oauth/token.json")
    assert '"access_token":"***"' in login.reply
    assert first.params == {"pageNum": "1", "pageSize": "4"}
    keyset = Harness(Subject.load("dispute_code"))
    _, second, *_ = heard(keyset)
    assert second.params["afterId"].startswith("..")
    assert second.params["afterTime"].startswith("2026-")


def test_a_call_without_a_reply_says_so(h: Harness) -> None:
    assert {(each.status, each.reply) for each in heard(h, "close")} == {(None, "")}
    assert [each.status for each in heard(h, "status", status=503)] == [503, 503, 503]


def test_half_a_reply_is_shown_as_the_half_it_was(h: Harness) -> None:
    whole, half = heard(h)[0], heard(h, "reset")[0]
    assert half.status == 200
    assert half.reply[:40] == whole.reply[:40]


def test_only_the_last_exchanges_are_kept_and_a_check_begins_anew(h: Harness) -> None:
    with h.source() as sim:
        h.pages(sim, page_size=1)
        assert len(sim.calls) > KEPT == len(h.exchanges())
    h.begin()
    assert h.exchanges() == ()


def test_a_reply_to_a_call_long_forgotten_is_forgotten_too(h: Harness) -> None:
    heard(h)
    with h.source() as sim:
        h.pages(sim)
        h.traffic.answered(sim.wire.recording, Reply(b"late"))  # type: ignore[arg-type]  # any object that is no call
    assert "late" not in str(h.exchanges())


def test_the_last_exchanges_of_a_failing_check_are_in_page_and_json() -> None:
    suite = Suite(Harness(Subject.of(MostOfItWillDo)))
    verdict = suite.run(only=["ER-09"])
    (failed,) = [result for result in verdict.results if result.check.id == "ER-09"]
    assert failed.traffic[-1].status == 401
    html, told = page.page([verdict]), report.as_json([verdict]).decode()
    assert "last exchanges, masked" in html
    assert '"status": 401' in told
    assert suite.harness.canaries.found_in(html + told) == []
