"""The harness: the simulated source filters, orders and pages as its files say, and what a check sees is what was."""

import logging
import os
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from source_kinds import PAGINGS, ROWS, record, subject

from conformance.canaries import Canaries
from conformance.description import PersonSpec
from conformance.harness import Harness
from conformance.reference import Reference
from conformance.subject import Subject, SubjectInvalid, read_spec
from conformance.times import Times
from hub import api
from hub.errors import PagingLoop
from hub.testing import POINTS, contents, faults_of

BUILTIN = ("mobile_court", "zhelifang", "dispute_code", "four_platforms", "open311")


@pytest.fixture
def h() -> Harness:
    return Harness(Subject.of(Reference))


# The source


@pytest.mark.parametrize("paging", PAGINGS)
def test_every_way_of_paging_reads_every_row_once(paging: str, tmp_path: Path) -> None:
    h = Harness(subject(tmp_path, paging))
    with h.source() as sim, h.store() as store:
        report = h.run(sim, store, page_size=3)
        assert (report.outcome, report.counts.stored, report.counts.fetched) == ("complete", 7, 7)
        assert [record.key for record in h.records(store)] == [row["no"] for row in ROWS]
        assert (report.pages > 1) == (paging != "none")


@pytest.mark.parametrize("paging", ["number", "offset", "keyset"])
def test_since_is_inclusive_and_really_filters(paging: str, tmp_path: Path) -> None:
    h = Harness(subject(tmp_path, paging))
    with h.source() as sim:
        since = Times("%Y-%m-%d %H:%M:%S", "Asia/Shanghai").parse(ROWS[4]["at"])
        pages = h.pages(sim, since, page_size=3)
        assert sorted(item["no"] for page in pages for item in page.rows) == ["K 5", "K 6", "K 7"]
        assert {call.params["from"] for call in sim.calls} == {ROWS[4]["at"]}


@pytest.mark.parametrize("name", BUILTIN)
def test_builtin_adapters_run_resume_and_write_nothing_twice(name: str) -> None:
    h = Harness(Subject.load(name))
    with h.source() as sim, h.store() as store:
        first = h.run(sim, store)
        assert (first.outcome, first.counts.stored) == ("complete", len(h.recording.rows))
        assert first.pages >= 2
        again = h.run(sim, store)
        assert 0 < again.counts.fetched == again.counts.unchanged < len(h.recording.rows)
        sim.rows.update(sim.keys[0], **{h.subject.wire.time: sim.later()})
        assert h.run(sim, store).counts.stored == 1
        assert faults_of(store) == []


def test_xml_rows_come_as_they_were_recorded(tmp_path: Path) -> None:
    row = (
        "<row><no>K {0}</no><at>2026-04-0{0} 09:00:00</at><kind>A1</kind><text>甲 &amp; 乙</text>"
        "<who><name>林向晚</name><id>990101198003072016</id><tel>13800001001</tel></who></row>"
    )
    head = '<?xml version="1.0"?><answer><as_of>long ago</as_of><count>2</count>'
    body = f"{head}<rows>{row.format(1)}{row.format(2)}</rows></answer>"
    extra = 'total = "answer.count"\nclock = "answer.as_of"'
    h = Harness(subject(tmp_path, "link_header", extra=extra, body=body, items="answer.rows.row"))
    with h.source() as sim:
        seen = h.drafts(sim)
        answer = h.pages(sim)[0].body["answer"]
    assert answer["count"] == "4"
    assert answer["as_of"] == "2026-04-03 09:00:00"  # a day behind the newest row
    assert [each.draft.key for each in seen] == ["K 1", "K 1", "K 2", "K 2"]  # both exchanges hold the same two
    assert seen[1].draft.detail == "甲 & 乙"
    assert seen[0].draft.parties[0].name == h.canaries.name


def test_an_envelope_in_an_envelope_stays_text() -> None:
    h = Harness(Subject.load("four_platforms"))
    with h.source() as sim:
        (page, *_) = h.pages(sim)
    assert isinstance(page.body["data"], str)
    assert page.total == len(h.recording.rows)


def test_windows_cut_by_day_and_hold_their_last_day() -> None:
    h = Harness(Subject.load("zhelifang"))
    with h.source() as sim:
        newest = max(at for row in sim.rows if (at := sim.moment(row)))
        sim.clock = newest
        pages = h.pages(sim, page_size=100)
        assert sum(len(page.rows) for page in pages) == len(h.recording.rows)
        sim.clock = newest - timedelta(days=1)  # the last window ends a day earlier
        assert sum(len(page.rows) for page in h.pages(sim, page_size=100)) < len(h.recording.rows)


def test_rows_without_a_key_or_a_time_are_served_and_changed_around() -> None:
    h = Harness(Subject.of(Reference))
    with h.source("bad_row") as sim, h.store() as store:
        report = h.run(sim, store)
        assert (report.counts.rejected, report.counts.stored) == (1, len(h.recording.rows) - 1)
        sim.rows.update(sim.keys[-1], title="又一次")
        assert h.run(sim, store, overlap_s=10**7).counts.rejected == 1


def test_keys_are_found_as_text(h: Harness) -> None:
    with h.source(rows=[{"case_no": 17, "updated": "2026-03-02 09:12:31.123"}]) as sim:
        sim.rows.update("17", title="数字键")
        assert next(iter(sim.rows))["title"] == "数字键"
        sim.rows.delete("17")
        assert list(sim.rows) == []
        with pytest.raises(KeyError):
            sim.rows.delete("17")


def test_questions_that_make_no_sense_are_refused(h: Harness) -> None:
    with h.source() as sim, httpx.Client(base_url=sim.url, trust_env=False) as client:
        client.headers["Authorization"] = "Bearer anything"
        for asked in ({"page": "no token of ours"}, {"since": "yesterday"}, {"size": "-1"}):
            assert client.get("/cases", params=asked).status_code == 400
        assert client.post("/cases").status_code == client.get("/nowhere").status_code == 404
        assert client.get("/cases", params={"since": "2030-01-01 00:00:00"}).json()["rows"] == []


def test_calls_tell_what_was_asked_wherever_it_travelled() -> None:
    for name, size in (("mobile_court", "size"), ("four_platforms", "pageSize"), ("open311", "page_size")):
        h = Harness(Subject.load(name))
        with h.source() as sim:
            h.pages(sim, page_size=5)
            assert str(sim.calls[0].params[size]) == "5"
            assert sim.calls[0].method == h.subject.wire.method


def test_a_login_is_asked_for_and_lost_tokens_are_denied() -> None:
    h = Harness(Subject.load("zhelifang"))
    with h.source() as sim:
        h.pages(sim)
        assert sim.logins == 1
        assert not any(call.path.endswith("/login") for call in sim.calls)
        sim.fault("token_dies", after=1)
        assert sum(len(page.rows) for page in h.pages(sim)) == len(h.recording.rows)
        assert sim.logins == 3


def test_a_tombstone_is_told_as_the_file_says(h: Harness) -> None:
    with h.source() as sim, h.store() as store:
        h.run(sim, store)
        sim.tombstone(sim.keys[2])
        assert h.run(sim, store).counts.deleted == 1
        assert [record.key for record in h.records(store) if record.deleted] == [sim.keys[2]]
    other = Harness(Subject.load("open311"))
    with other.source() as sim, pytest.raises(ValueError, match="tombstone"):
        sim.tombstone(sim.keys[0])


def test_the_clock_stands_where_it_is_put(h: Harness) -> None:
    with h.source() as sim:
        sim.clock = datetime(2026, 7, 1, 12, tzinfo=UTC)
        assert {page.clock for page in h.pages(sim)} == {sim.clock}
        assert {page.fetched for page in h.pages(sim)} == {sim.clock}


def test_a_source_with_its_own_largest_page_serves_no_larger_one(tmp_path: Path) -> None:
    one = subject(tmp_path, "number")
    h = Harness(one.__class__(one.kind, one.folder, _with_largest(one, 2)))
    with h.source() as sim:
        assert [len(page.rows) for page in h.pages(sim, page_size=100)] == [2, 2, 2, 1]


def _with_largest(one: Subject, rows: int) -> Any:
    page = one.wire.page.model_copy(update={"largest": rows})
    return one.spec.model_copy(update={"wire": one.wire.model_copy(update={"page": page})})


# Scenarios


def test_scenarios_are_derived(h: Harness) -> None:
    seen = {name: h.read_all(name) for name in ("two_pages", "empty", "update", "unknown_code", "delete")}
    assert [len(each) for each in seen.values()] == [8, 0, 8, 8, 8]
    assert {each.draft.code for each in seen["unknown_code"]} - {each.draft.code for each in seen["two_pages"]} == {
        "ZZ-UNKNOWN"
    }
    assert [each.draft.deleted for each in seen["delete"]].count(True) == 1
    assert (
        len({each.draft.revision for each in seen["update"]} - {each.draft.revision for each in seen["two_pages"]}) == 1
    )
    assert seen["two_pages"][5].spot == "page 2 row 2"


def test_a_recorded_scenario_counts_before_a_derived_one(tmp_path: Path) -> None:
    one = subject(tmp_path, "none")
    record(tmp_path, ['{"data":{"list":[{"no":"only"}]}}'], "update")
    h = Harness(one)
    with h.source("update") as sim:
        assert sim.keys == ["only"]
    with pytest.raises(SubjectInvalid, match="no scenario weekend"), h.source("weekend"):
        pass
    with pytest.raises(SubjectInvalid, match="no scenario delete"), h.source("delete"):
        pass  # no tombstone is told


# The subject


def test_a_subject_is_found_beside_its_class_or_a_base() -> None:
    class Mine(Reference):
        pass

    assert Subject.of(Mine).folder == Subject.of(Reference).folder
    with pytest.raises(SubjectInvalid, match="beside hub"):
        Subject.of(api.Adapter)
    assert (Subject.load("open311").name, Subject.load("open311").version) == ("open311", "1.0.0")


def test_a_wrong_file_is_told_by_its_keys_and_not_its_values(tmp_path: Path) -> None:
    path = tmp_path / "conformance.toml"
    path.write_text('suite = "1"\n[wire]\npath = "/x"\nkey = "no"\nmethod = "topsecret"\ncolour = "blue"\n')
    with pytest.raises(SubjectInvalid) as caught:
        read_spec(path)
    assert "wire.method" in str(caught.value)
    assert "wire.colour" in str(caught.value)
    assert "topsecret" not in str(caught.value)
    path.write_text("suite = ")
    with pytest.raises(SubjectInvalid, match="TOMLDecodeError"):
        read_spec(path)


@pytest.mark.parametrize("bodies", [[], ['{"data":{}}'], ["no json"], ['{"data":{"list":[{"no":"one row"}]}}']])
def test_a_recording_that_cannot_be_used_is_refused(bodies: list[str], tmp_path: Path) -> None:
    one = subject(tmp_path, "none")
    record(tmp_path, bodies)
    with pytest.raises(SubjectInvalid, match=r"two_pages\.jsonl"):
        _ = Harness(one).recording


# What a check sees


def test_what_is_read_counts_as_observed(h: Harness) -> None:
    assert h.observed == 0
    h.read_all("empty")
    assert h.observed == 1  # the page
    h.begin()
    with h.source() as sim, h.store() as store:
        h.run(sim, store)
        assert h.observed == 8
        h.records(store)
        assert h.observed == 16
    h.begin()
    h.observe(3)
    assert h.observed == 3


def test_events_are_caught_with_their_keys_and_not_written(h: Harness, capfd: pytest.CaptureFixture[str]) -> None:
    with h.source("bad_row") as sim, h.store() as store:
        sim.fault("status", status=429, retry_after=40)
        h.run(sim, store)
    assert [line["event"] for line in h.log] == ["run.started", "retry.scheduled", "record.rejected", "run.finished"]
    assert h.log[-1]["fetched"] == 8
    assert h.waits == [40.0]
    h.begin()
    assert (h.log, h.waits) == ([], [])
    assert capfd.readouterr() == ("", "")


def test_what_an_adapter_prints_and_logs_is_heard(h: Harness) -> None:
    class Chatty(Reference):
        def draft(self, item: api.Item) -> api.Draft:
            print("printed")
            print("erred", file=sys.stderr)
            logging.getLogger("adapter").warning("logged")
            return super().draft(item)

    loud = Harness(Subject.of(Chatty))
    with loud.source() as sim, loud.store() as store:
        loud.run(sim, store)
    assert all(word in loud.output for word in ("printed", "erred", "logged"))
    h.read_all()
    assert h.output == ""


def test_canaries_are_planted_where_personal_data_and_secrets_stand(h: Harness) -> None:
    with h.source() as sim, h.store() as store:
        h.run(sim, store)
        (party,) = h.records(store)[0].body["parties"]
        assert sim.calls[0].headers["authorization"] == f"Bearer {h.canaries.secret}"
    assert (party["name"], party["id_number"], party["phone"]) == (
        h.canaries.name, h.canaries.identity, h.canaries.phone
    )  # fmt: skip
    assert h.canaries.found_in(f"…{h.canaries.phone}…{h.canaries.secret}") == ["secret", "phone"]


def test_a_person_is_found_by_its_looks_or_by_its_path() -> None:
    canaries = Canaries.fresh()
    row = {"XM": "林向晚", "ZJHM": "990101198003072016", "SJHM": "13800001001", "BT": "林向晚反映积水"}
    (planted, untouched) = canaries.plant([row, row], PersonSpec())
    assert planted == {
        "XM": canaries.name, "ZJHM": canaries.identity, "SJHM": canaries.phone, "BT": f"{canaries.name}反映积水"
    }  # fmt: skip
    assert untouched == row
    (told,) = canaries.plant([{"people": [{"n": "甲"}]}], PersonSpec(name="people.0.n"))
    assert told == {"people": [{"n": canaries.name}]}
    assert canaries.plant([], PersonSpec()) == []


@pytest.mark.parametrize("point", POINTS)
def test_a_child_is_killed_at_every_point_and_the_next_run_mends(point: str, h: Harness) -> None:
    with h.source() as sim, h.store() as store, h.store() as other:
        assert h.killed(sim, store, point, 2)
        h.run(sim, store)
        h.run(sim, other)
        mended, right = contents(store), contents(other)
        assert mended.records
        assert (mended.records, mended.watermarks) == (right.records, right.watermarks)
        assert faults_of(store) == []


def test_a_point_that_is_never_passed_kills_nobody(h: Harness) -> None:
    with h.source() as sim, h.store() as store:
        assert not h.killed(sim, store, "committed", 9)
        assert len(h.records(store)) == 8


def test_a_zone_holds_for_the_block(h: Harness) -> None:
    before = (os.environ.get("TZ"), time.tzname)
    with h.in_zone("America/St_Johns"):
        assert time.tzname[0] == "NST"
        assert len(h.read_all()) == 8
    assert (os.environ.get("TZ"), time.tzname) == before


def test_a_page_loop_rises_out_of_a_read(h: Harness) -> None:
    with h.source() as sim:
        sim.fault("repeat", after=1, times=None)
        with pytest.raises(PagingLoop):
            h.pages(sim)


# Times


@pytest.mark.parametrize(
    ("style", "text", "utc"),
    [
        ("%Y-%m-%d %H:%M:%S.%f", "2026-03-02 09:12:31.123", datetime(2026, 3, 2, 1, 12, 31, 123000, UTC)),
        ("%Y%m%d", "20260302", datetime(2026, 3, 1, 16, tzinfo=UTC)),
        ("epoch_s", 1772413951, datetime(2026, 3, 2, 1, 12, 31, tzinfo=UTC)),
        ("epoch_ms", 1772413951123, datetime(2026, 3, 2, 1, 12, 31, 123000, UTC)),
        ("iso", "2026-03-02T09:12:31+08:00", datetime(2026, 3, 2, 1, 12, 31, tzinfo=UTC)),
    ],
)
def test_times_are_read_and_written_in_one_style(style: str, text: str | int, utc: datetime) -> None:
    times = Times(style, "Asia/Shanghai", "at")
    assert times.parse(text) == utc
    assert times.write(utc) == text
    later = times.parse(times.later([{"at": text}, {"at": "rubbish"}, {}]))
    assert later - utc == (timedelta(days=1) if style == "%Y%m%d" else timedelta(minutes=1))


def test_a_fraction_may_be_left_out_by_those_who_ask() -> None:
    times = Times("%Y-%m-%d %H:%M:%S.%f", "Asia/Shanghai")
    assert times.parse("2026-03-02 09:12:31") == datetime(2026, 3, 2, 1, 12, 31, tzinfo=UTC)
    assert times.read("tomorrow") is None
    assert times.read(None) is None
