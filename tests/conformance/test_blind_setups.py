"""A check says when its setup cannot show what it looks for; and setups that once could not, now can."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from test_check_record import drafting, holds
from test_load_and_config import judged
from test_suite import Bench, checks, outcomes, sees, verdict

import hub.api as hub
from conformance.check import CHECKS
from conformance.description import LoginSpec, PageSpec
from conformance.harness import Harness
from conformance.lab.faults import Dial, Fault
from conformance.outcome import NotApplicable, NotObserved, Outcome, Violation
from conformance.proof import Seen
from conformance.reference import Reference
from conformance.scenarios import Recording
from conformance.subject import Subject
from conformance.unusual.front_database import FrontDatabase
from conformance.unusual.one_page import ADAPTER as ONE_PAGE
from hub.api import Stage

SECOND = Fault("status", after=1)


def test_a_fault_that_never_acted_is_told_by_its_dial() -> None:
    dial = Dial()
    dial.set(SECOND)
    first = Fault("cut")
    dial.set(first)
    assert dial.idle == [SECOND, first]
    assert dial.next() is first
    assert dial.idle == [SECOND]
    dial.clear()
    assert dial.idle == [SECOND], "what was cleared before it acted has not acted"
    dial.set(SECOND)
    assert (dial.next(), dial.next()) == (None, SECOND), "calls count from when it was set"
    assert dial.idle == [SECOND]


def test_a_check_whose_fault_never_acted_has_seen_nothing() -> None:
    (result,) = verdict(checks(LD_01=sees), bench=Bench(idle=(SECOND,))).results
    assert (result.outcome, result.saw) == (Outcome.NOT_OBSERVED, "status was to befall call 2, and too few came")
    (result,) = verdict(checks(LD_01=sees), bench=Bench(idle=(Fault("cut"),))).results
    assert result.saw == "cut was to befall call 1, and too few came"


def test_where_one_call_reads_everything_a_later_one_cannot_fail() -> None:
    given = verdict(checks(LD_01=sees), bench=Bench(idle=(SECOND,), at_once=True))
    assert outcomes(given) == {"LD-01": "not-applicable"}
    given = verdict(checks(LD_01=sees), bench=Bench(idle=(Fault("cut"),), at_once=True))
    assert outcomes(given) == {"LD-01": "not-observed"}, "the first call comes everywhere"


def test_a_check_may_say_itself_that_it_saw_nothing() -> None:
    def blind(harness: Any) -> None:
        harness.observe()
        raise NotObserved("no row became a record")

    (result,) = verdict(checks(LD_01=blind)).results
    assert (result.outcome, result.saw) == (Outcome.NOT_OBSERVED, "no row became a record")


def test_the_harness_tells_of_faults_that_never_acted() -> None:
    h = Harness(Subject.of(Reference))
    with h.source() as sim, h.store() as store:
        sim.fault("status", after=9, status=503)
        h.run(sim, store)
    assert [fault.after for fault in h.idle] == [9]
    h.begin()
    assert h.idle == []


def test_a_warning_of_a_broken_adapter_counts_as_its_failure() -> None:
    def fails(harness: Any) -> None:
        raise Violation(expected="one", observed="two")

    assert Seen.of(verdict(checks(LD_01=(fails, {"preview": True}), LD_02=sees))).failed == {"LD-01"}


class LeaksOnTheSecondPage(Reference):
    def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
        pages, seen = super().pages(source, since), 0
        while True:
            try:
                page = next(pages)
            except StopIteration:
                return
            except hub.SourceError as error:
                if seen:
                    raise hub.SourceReplyInvalid(f"/cases?since={since} failed") from error
                raise
            seen += 1
            yield page


def test_an_error_amid_the_second_read_is_looked_into() -> None:
    assert judged("ER-11", LeaksOnTheSecondPage).where in ("503", "a reply cut short", "403")


class AsksOnce(Reference):
    """Reads everything by one call, though the docket gives pages."""

    def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
        yield source.get("/cases", size=200)


def test_a_fault_amid_a_read_needs_a_read_of_several_calls() -> None:
    with pytest.raises(NotObserved, match="no call comes after the first one with rows"):
        CHECKS["ER-09"].run(Harness(Subject.of(AsksOnce)))
    with pytest.raises(NotApplicable, match="one call reads everything"):
        CHECKS["ER-09"].run(Harness(Subject.of(ONE_PAGE)))


class OfAnOffice(Reference):
    """The docket of one office, named in the path by a setting."""

    manifest = replace(
        Reference.manifest,
        streams=(hub.Stream(request=hub.Request(
            path="/{app_key}/cases", paging=hub.NextToken(path="next", param="page", size="size"),
            since=hub.Since(param="since"),
        )),),
    )  # fmt: skip
    pages = hub.Adapter.pages  # type: ignore[assignment]


def told(kind: type[hub.Adapter[Any]], path: str) -> Harness:
    plain = Subject.of(kind)
    wire = plain.wire.model_copy(update={"path": path})
    settings = {**plain.spec.settings, "app_key": "office7"}
    return Harness(replace(plain, spec=plain.spec.model_copy(update={"wire": wire, "settings": settings})))


def test_a_path_may_be_told_before_its_settings_are_filled_in() -> None:
    """The hub tells no setting in an error, and so the path as it is declared."""
    h = told(OfAnOffice, "/office7/cases")
    with h.source() as sim, h.store() as store:
        sim.fault("cut", times=None)
        assert "/{app_key}/cases" in (h.run(sim, store).error or "")
    CHECKS["ER-10"].run(h)
    with pytest.raises(Violation, match="no path"):
        CHECKS["ER-10"].run(told(declared("/{app_key}/files"), "/office7/cases"))


def declared(path: str) -> type[hub.Adapter[Any]]:
    """An adapter that declares one path, and names no path in its errors."""

    class Elsewhere(OfAnOffice):
        manifest = replace(OfAnOffice.manifest, streams=(hub.Stream(request=hub.Request(path=path)),))

        def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
            try:
                yield from source.read(OfAnOffice.manifest.streams[0].request, since)  # type: ignore[arg-type]
            except hub.SourceError as error:
                raise type(error)(f"{self.manifest.name}: the docket failed (attempt 3)") from error

    return Elsewhere


LOGIN = hub.Login(
    path="/login", body="json", fields={"secret": "{app_key}"}, token="token", prefix="Bearer ",
)  # fmt: skip


def with_login(base: type[hub.Adapter[Any]], **envelope: Any) -> Harness:
    """An adapter of a source with a login."""
    manifest = replace(base.manifest, login=LOGIN, envelope=replace(base.manifest.envelope, **envelope))
    plain = Subject.of(type("Login", (base,), {"manifest": manifest}))
    login = LoginSpec(path="/login", token="token", prefix="Bearer ", answer='{"token":""}')
    wire = plain.wire.model_copy(update={"login": login})
    settings = {**plain.spec.settings, "app_key": "k"}
    return Harness(replace(plain, spec=plain.spec.model_copy(update={"wire": wire, "settings": settings})))


def test_a_token_dies_even_where_one_call_reads_everything() -> None:
    h = with_login(ONE_PAGE)
    assert h.subject.at_once
    CHECKS["NT-07"].run(h)
    with h.source() as sim, h.store() as store:
        sim.fault("token_dies")
        assert (h.run(sim, store).outcome, sim.logins) == ("complete", 2), "one login before the call, and one more"


def test_a_token_that_could_not_die_in_time_proves_nothing() -> None:
    h = with_login(AsksOnce)
    with pytest.raises(NotObserved, match="one call read everything"):
        CHECKS["NT-07"].run(h)


@pytest.fixture
def with_rows(tmp_path: Path) -> Callable[..., Harness]:
    """A harness whose recorded rows have these values; a function of the row's number makes one."""

    def made(kind: type[hub.Adapter[Any]], wire: Mapping[str, Any] = {}, **fields: Any) -> Harness:
        plain = Subject.of(kind)
        recording = Recording.read(plain.recordings, plain.wire)
        rows = [
            {**row, **{name: value(row, at) if callable(value) else value for name, value in fields.items()}}
            for at, row in enumerate(recording.rows)
        ]
        body = recording.template.fill(rows, {"next": None}).decode()
        line = {"request": {"method": "GET", "path": "/cases"}, "response": {"status": 200, "body": body}}
        (tmp_path / "recordings").mkdir(exist_ok=True)
        (tmp_path / "recordings" / "two_pages.jsonl").write_text(json.dumps(line, ensure_ascii=False) + "\n")
        spec = plain.spec.model_copy(update={"wire": plain.wire.model_copy(update=wire)})
        return Harness(Subject(kind, tmp_path, spec))

    return made


@pytest.mark.parametrize("kind", [int, float])
def test_amounts_that_are_numbers_are_written_as_numbers(kind: type, with_rows: Callable[..., Harness]) -> None:
    """A probe of another type than the source's would be refused by an adapter that counts with numbers."""
    told: list[type] = []

    def draft(item: hub.Item, amount: Any) -> Any:
        told.append(type(amount))
        return amount if amount is None else amount * 1

    CHECKS["RC-13"].run(with_rows(drafting(amount=draft), amount=lambda row, at: kind(100 + at)))
    assert set(told) <= {kind, type(None)}
    with pytest.raises(Violation, match="fen"):
        wrong = drafting(amount=lambda item, amount: amount and amount * 100)
        CHECKS["RC-13"].run(with_rows(wrong, amount=lambda row, at: kind(100 + at)))


def forgets(*names: str) -> type[hub.Adapter[Any]]:
    """Refuses every row whose key is none of the recording's."""

    def draft(self: Any, item: hub.Item) -> hub.Draft:
        if not str(item["case_no"]).startswith("LK2026-0000"):
            raise ValueError("a case of nobody's")
        return Reference.draft(self, item)

    return type("Forgets", (Reference,), {"draft": draft})


@pytest.mark.parametrize(
    ("id", "said"),
    [
        ("RC-13", "no row with another amount became a record"),
        ("RC-10", "no row with other days became a record"),
        ("RC-20", "no row of a known status became a record"),
        ("RC-14", "no Chinese text of the row stands in its record as it came"),
    ],
)
def test_rows_that_become_no_record_prove_nothing(id: str, said: str) -> None:
    with pytest.raises(NotObserved, match=said):
        CHECKS[id].run(Harness(Subject.of(forgets())))


def test_times_no_record_tells_are_not_judged() -> None:
    timeless = drafting(opened=lambda item, told: None)
    with pytest.raises(NotApplicable, match="no day of the recording becomes"):
        CHECKS["RC-10"].run(Harness(Subject.of(timeless)))
    counted = drafting(opened=lambda item, told: None, revision=lambda item, told: 7)
    with pytest.raises(NotApplicable, match="no time of the recording becomes"):
        CHECKS["RC-08"].run(Harness(Subject.of(counted)))


def test_a_recording_without_chinese_text_shows_no_rare_character(with_rows: Callable[..., Harness]) -> None:
    h = with_rows(Reference, title="a loan", detail="not paid back", cause="loan", party=None, place=None, related=[])
    with pytest.raises(NotApplicable, match="Chinese"):
        CHECKS["RC-14"].run(h)


def test_words_that_look_empty_may_be_meant() -> None:
    """A record may speak of None whatever its fields say; what an empty field made of it counts."""
    holds("RC-16", drafting(steps=lambda item, told: [hub.DraftStep(at="2026-03-01", action="None of the above")]))
    with pytest.raises(Violation):
        holds("RC-16", drafting(title=lambda item, told: f"{told}: {item.get('cause')}"))


def test_a_fault_of_the_number_of_a_line_is_the_hubs_to_tell() -> None:
    """What the hub adds to a line of a file is not written into the file: such rows would all be refused."""
    h = Harness(Subject.load("files"))
    assert h.subject.wire.row
    with h.source() as sim:
        (page,) = h.pages(sim, page_size=50)
        rows = [dict(row) for row in page.rows]
    assert h.subject.wire.row in rows[0]
    with h.source(rows=rows) as sim, h.store() as store:
        assert h.run(sim, store).counts.rejected == 0


class Nested(Reference):
    """A docket that keeps code and name of a cause in an object of their own."""

    def draft(self, item: hub.Item) -> hub.Draft:
        return super().draft({**item, **(item.get("matter") or {})})


@pytest.fixture
def nested(with_rows: Callable[..., Harness]) -> Callable[..., Harness]:
    """A subject whose rows hold ``matter.cause_code`` and ``matter.cause``."""
    wire = {"code": "matter.cause_code", "label": "matter.cause"}
    return lambda kind: with_rows(
        kind, wire, matter=lambda row, at: {"cause_code": row["cause_code"], "cause": row["cause"]},
        cause_code=None, cause=None,
    )  # fmt: skip


def test_a_code_within_an_object_comes_unknown_and_so_does_its_name(nested: Callable[..., Harness]) -> None:
    h = nested(Nested)
    with h.source("unknown_code") as sim:
        (row,) = [row for row in sim.rows if row["matter"]["cause_code"] == "ZZ-UNKNOWN"]
    assert row["matter"]["cause"] == "ZZ-UNKNOWN"
    assert "matter.cause_code" not in row
    CHECKS["TX-03"].run(h)


def test_an_unknown_code_within_an_object_that_becomes_another_is_told(nested: Callable[..., Harness]) -> None:
    class Other(Nested):
        def draft(self, item: hub.Item) -> hub.Draft:
            made = super().draft(item)
            return replace(made, code=made.code if made.code in ("L01", "L02", "L03", "L04") else "L99")

    with pytest.raises(Violation, match="another code"):
        CHECKS["TX-03"].run(nested(Other))


def test_a_page_spec_without_pages_or_windows_reads_at_once() -> None:
    plain = Subject.of(Reference)
    assert not plain.at_once
    bare = plain.wire.model_copy(update={"page": PageSpec()})
    assert replace(plain, spec=plain.spec.model_copy(update={"wire": bare})).at_once
    assert not Subject.load("mediation_centre").at_once, "it reads by windows"
    assert Stage.FILED in plain.manifest.stages.values()


def front(words: Mapping[str, str], **acknowledge: str) -> Harness:
    """A front database whose source takes these words, under an adapter that writes those."""
    view = hub.TableView(view="V_XFJ", key="XFJBH", time="GXSJ", acknowledge=acknowledge)
    manifest = replace(FrontDatabase.manifest, streams=(hub.Stream(request=view),))
    plain = Subject.of(type("Writes", (FrontDatabase,), {"manifest": manifest}))
    wire = plain.wire.model_copy(update={"acknowledged": dict(words)})
    return Harness(replace(plain, spec=plain.spec.model_copy(update={"wire": wire})))


def test_words_of_an_acknowledgement_have_to_be_told() -> None:
    with pytest.raises(NotObserved, match="acknowledged"):
        CHECKS["RS-27"].run(front({}, PUSHSTATUS="1"))


def test_a_time_of_acknowledgement_is_the_hubs_in_the_sources_zone() -> None:
    words = {"PUSHSTATUS": "1", "ACKTIME": "{now}"}
    CHECKS["RS-27"].run(front(words, PUSHSTATUS="1", ACKTIME="{now}"))
    with pytest.raises(Violation) as found:
        CHECKS["RS-27"].run(front(words, PUSHSTATUS="1", ACKTIME="2026-01-01 00:00:00"))
    assert found.value.expected == "ACKTIME {now}"
    with pytest.raises(Violation) as found:
        CHECKS["RS-27"].run(front(words, ACKTIME="{now}"))
    assert (found.value.expected, found.value.observed) == ("PUSHSTATUS 1", "PUSHSTATUS None"), "it waits as it came"
