"""Adapters that are unusual and correct pass: no false alarms. And each of them really is what its name says."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from test_builtin import bad

from conformance.harness import Harness
from conformance.lab.folder import FolderSim
from conformance.lab.sender import Sender
from conformance.lab.table import TableSim
from conformance.outcome import Outcome
from conformance.pushing import push, sender
from conformance.pushing import read as read_pushes
from conformance.subject import Subject, SubjectInvalid
from conformance.suite import prove
from conformance.unusual import unusual_adapters
from hub.api import Adapter, Capability
from hub.testing import pulled

ADAPTERS = {adapter.manifest.name: adapter for adapter in unusual_adapters()}


@pytest.mark.parametrize("name", ADAPTERS)
def test_no_false_alarm(name: str) -> None:
    verdict = prove(Subject.of(ADAPTERS[name]))
    assert bad(verdict) == {}
    assert verdict.level == 4


def read(name: str, **changes: Any) -> tuple[type[Adapter[Any]], list[Any], list[Any]]:
    """One adapter's class, and the pages and drafts of a whole read of its recording, four rows a page."""
    harness = Harness(Subject.of(ADAPTERS[name]))
    with harness.source() as sim:
        pages = harness.pages(sim, **({"page_size": 4} | changes))
        adapter = ADAPTERS[name](ADAPTERS[name].Config(base_url="http://127.0.0.1"))
        return ADAPTERS[name], pages, [adapter.draft(row) for page in pages for row in adapter.items(page)]


def test_no_total() -> None:
    kind, pages, drafts = read("no_total")
    assert {page.total for page in pages} == {None}
    assert len(drafts) == 8
    assert Capability.COUNTED not in kind.manifest.capabilities


def test_no_increments() -> None:
    kind, _, drafts = read("no_increments")
    assert Capability.INCREMENTAL not in kind.manifest.capabilities
    assert {draft.revision for draft in drafts} == {None}


def test_descending() -> None:
    _, pages, drafts = read("descending")
    revisions = [draft.revision for draft in drafts]
    assert len(pages) > 1
    assert revisions == sorted(revisions, reverse=True)
    assert len(set(revisions)) == len(revisions)


def test_spaced_keys() -> None:
    _, _, drafts = read("spaced_keys")
    assert len(drafts) == 8
    assert all(" " in draft.key and not draft.key.isascii() for draft in drafts)


def test_prefixed_keys() -> None:
    """No key is what a row bears: the checks go by what the drafts say."""
    harness = Harness(Subject.of(ADAPTERS["prefixed_keys"]))
    seen = harness.read_all()
    assert [each.draft.key for each in seen] == [f"330110/{each.item['case_no']}" for each in seen]


def test_one_page() -> None:
    _, pages, drafts = read("one_page")
    assert (len(pages), len(drafts)) == (1, 8)


def test_subsecond() -> None:
    _, _, drafts = read("subsecond")
    times = [datetime.fromisoformat(draft.revision) for draft in drafts]
    assert len({time.replace(microsecond=0) for time in times}) < len(set(times)) == len(times)
    assert all(time.utcoffset() == timedelta() for time in times)


def test_day_only() -> None:
    _, _, drafts = read("day_only")
    assert {len(draft.revision) for draft in drafts} == {len("2026-04-07")}
    assert len({draft.revision for draft in drafts}) < len(drafts), "rows share their day"


def test_link_paging() -> None:
    kind, pages, drafts = read("link_paging")
    assert kind.manifest.envelope.items == "", "the body is the bare list; the way on stands in the header"
    assert len(pages) > 1
    assert len({draft.key for draft in drafts}) == 8


def test_xml_feed() -> None:
    _, pages, drafts = read("xml_feed")
    assert pages[0].content.lstrip().startswith(b"<?xml")
    assert len(pages) > 1
    assert len({draft.key for draft in drafts}) == 8


def test_xml_attributes() -> None:
    """Its rows come as they were recorded: attributes, namespace, CDATA, and what is nil."""
    _, pages, drafts = read("xml_attributes")
    assert b'<c:case no="' in pages[0].content
    assert b"<c:facts><![CDATA[" in pages[0].content
    assert pages[0].rows[1]["claim"] is None
    assert len({draft.key for draft in drafts}) == 8
    assert all(draft.revision for draft in drafts)


def test_legacy_encoding() -> None:
    kind, pages, drafts = read("legacy_encoding")
    assert kind.manifest.encoding == "gbk"
    told = "".join(page.content.decode("gb18030") for page in pages)
    names = [party.name for draft in drafts for party in draft.parties]
    for rare in "㛃䶮𠮷":
        assert rare in told
        assert sum(rare in (name or "") for name in names) >= 1, f"{rare} stands in no name but the planted one"
    with pytest.raises(UnicodeDecodeError):
        pages[0].content.decode()


def test_front_database() -> None:
    """It is asked by statements, in the order of time and key, and told what was kept; nothing leaves the machine."""
    harness = Harness(Subject.of(ADAPTERS["front_database"]))
    with harness.source() as sim, harness.store() as store:
        report = harness.run(sim, store, page_size=3)
        assert isinstance(sim, TableSim)
        assert (report.outcome, report.announced, report.counts.stored) == ("complete", 8, 8)
        assert {call.method for call in sim.calls} == {"SELECT"}
        assert [call.params.get("after_key") for call in sim.calls][:2] == [None, "前置2026-00003"]
        assert sim.acknowledged.keys() == set(sim.keys)
        assert {columns["PUSHSTATUS"] for columns in sim.acknowledged.values()} == {"1"}


def test_file_drop() -> None:
    """Its table is in GB18030 with characters GBK lacks, counted by a manifest, and put away when its rows are kept."""
    harness = Harness(Subject.of(ADAPTERS["file_drop"]))
    with harness.source() as sim, harness.store() as store:
        assert isinstance(sim, FolderSim)
        table = sim.table(list(sim.rows)).decode("gb18030")
        assert all(rare in table for rare in "㛃䶮𠮷")
        report = harness.run(sim, store, page_size=3)
        assert (report.outcome, report.announced, report.counts.stored, report.pages) == ("complete", 8, 8, 3)
        assert not sim.waits


def test_marked_lines() -> None:
    """Without its marker a file is left where it is."""
    harness = Harness(Subject.of(ADAPTERS["marked_lines"]))
    with harness.source() as sim, harness.store() as store:
        assert isinstance(sim, FolderSim)
        sim.half()
        assert harness.run(sim, store).outcome == "empty"
        assert sim.waits
        sim.clear()
        assert harness.run(sim, store).counts.stored == 6


def test_only_delivers() -> None:
    """Nothing is read from it: what speaks of rows does not apply, what speaks of settings and deliveries does."""
    kind = ADAPTERS["only_delivers"]
    assert kind.manifest.streams == ()
    verdict = prove(Subject.of(kind), only=["CF-06", "PG-01", "RC-01", "PV-06", "DL-01", "DL-12"])
    told = {result.check.id: (result.outcome, result.said) for result in verdict.results}
    assert {id for id, (outcome, _) in told.items() if outcome is Outcome.PASS} >= {"CF-06", "DL-01", "DL-12"}
    assert told["PG-01"] == (Outcome.NOT_APPLICABLE, "its target is not asked for anything: it is delivered to")
    assert told["RC-01"] == (Outcome.NOT_APPLICABLE, "nothing is read of it: it declares no stream")
    assert told["PV-06"] == (Outcome.NOT_APPLICABLE, "nothing is read of it, and nothing is recorded")


def test_reference() -> None:
    """The reference, as it delivers: two kinds to two addresses, the key in the paper, no header of ours."""
    kind = ADAPTERS["reference"]
    assert Capability.DELIVER in kind.manifest.capabilities
    assert {call.path for call in handed(kind, "progress", "result")} == {"/notes", "/filings"}
    assert all("paper_no" in call.fields for call in handed(kind, "progress"))


def test_unkeyed() -> None:
    """Its target cannot know a delivery again: nothing in the call bears the key."""
    kind = ADAPTERS["unkeyed"]
    assert kind.manifest.delivering is not None
    assert not kind.manifest.delivering.keyed
    (call,) = handed(kind, "notice")
    assert set(call.fields) == {"to", "line"} and not call.key


def handed(kind: type[Adapter[Any]], *kinds: str) -> list[Any]:
    """What the target was handed, one delivery of each kind."""
    harness = Harness(Subject.of(kind))
    with harness.receiver() as receiver, harness.store() as store:
        for each in kinds:
            harness.post(receiver, store, each)
        harness.send(receiver, store)
        return list(receiver.came)


def test_what_has_a_stream_tells_how_its_source_speaks(tmp_path: Path) -> None:
    (tmp_path / "conformance.toml").write_text('suite = "1"\n')
    assert Subject.of(ADAPTERS["only_delivers"], tmp_path).way == "none"
    with pytest.raises(SubjectInvalid, match="wire: Field required"):
        Subject.of(ADAPTERS["no_total"], tmp_path)


def test_details() -> None:
    """The list says little; what the details say comes through, and no call of theirs counts as one of the list."""
    harness = Harness(Subject.of(ADAPTERS["details"]))
    with harness.source() as sim:
        seen = harness.drafts(sim)
        assert len(seen) == len(sim.details) == 8
        assert {call.path for call in sim.calls} == {"/hearings"}
        assert all(each.says("detail") and each.says("amount") for each in seen)


def test_partitions() -> None:
    harness = Harness(Subject.of(ADAPTERS["partitions"]))
    with harness.source() as sim, harness.store() as store:
        assert harness.run(sim, store).counts.stored == 8
        asked = [call.params["state"] for call in sim.calls]
        assert (sorted(set(asked)), asked) == (["1", "2", "3"], sorted(asked)), "one list after the other"


def test_two_streams() -> None:
    cases, letters = Harness(Subject.of(ADAPTERS["two_streams"])).parts
    with cases.source() as sim:
        assert {page.stream for page in cases.pages(sim)} == {"cases"}
        assert cases.pages(sim)[0].total == 8
    with letters.source() as sim:
        pages = letters.pages(sim)
        assert ({page.stream for page in pages}, {page.total for page in pages}) == ({"letters"}, {None})
        drafts = letters.drafts(sim)
        assert len({seen.draft.key for seen in drafts}) == 8
        assert all(isinstance(seen.draft.revision, int) for seen in drafts), "epoch seconds, as no case has"


def test_early_stretches() -> None:
    _, pages, drafts = read("early_stretches")
    assert not pages[0].rows and pages[0].window
    assert len({page.window for page in pages}) > 1
    assert len(drafts) == 8


def test_joined_class() -> None:
    kind, _, drafts = read("joined_class")
    assert kind.manifest.code_system == "lakeside"
    told = [row["类别"] for row in Harness(Subject.of(kind)).recording.rows if row.get("类别")]
    assert told and {f"{draft.code}-{draft.label}" for draft in drafts if draft.code} == set(told)


def test_own_times() -> None:
    _, _, drafts = read("own_times")
    assert any(str(draft.opened).endswith("Z") for draft in drafts)
    assert any(isinstance(draft.due, datetime) and draft.due.tzinfo for draft in drafts)


def test_every_unusual_one_is_looked_at() -> None:
    looked_at = {name.removeprefix("test_") for name in globals() if name.startswith("test_")}
    assert set(ADAPTERS) <= looked_at


def test_push_only() -> None:
    harness = Harness(Subject.of(ADAPTERS["push_only"]))
    assert pulled(harness.subject.kind) == ()
    with harness.source() as sim, harness.store() as store:
        assert isinstance(sim, Sender)
        assert harness.run(sim, store).counts.stored == 8
        assert [call.path for call in sim.calls] == ["/in/conform/records"] * 3, "three matters in a push"
        assert {"appid", "once", "ts", "sign"} == sim.calls[0].params.keys()


def test_pushed_too() -> None:
    harness = Harness(Subject.of(ADAPTERS["pushed_too"]))
    assert len(pulled(harness.subject.kind)) == 1
    with harness.source() as asked, sender(harness) as sim, harness.store() as store:
        assert harness.run(asked, store).counts.stored == 8
        push(harness, sim, store)
        report = read_pushes(harness, sim, store)
        assert report is not None
        assert (report.counts.stored, report.counts.unchanged) == (0, 8), "both ways lead to one record"


def come_in(name: str, pushes: int) -> None:
    """All eight matters come in by so many pushes."""
    harness = Harness(Subject.of(ADAPTERS[name]))
    with sender(harness) as sim, harness.store() as store:
        assert len(push(harness, sim, store)) == pushes
        report = read_pushes(harness, sim, store)
        assert report is not None
        assert (report.counts.stored, report.counts.rejected) == (8, 0)


def test_form_pushes() -> None:
    come_in("form_pushes", 8)


def test_xml_pushes() -> None:
    come_in("xml_pushes", 4)


def test_takes_rows() -> None:
    """What is handed over stands as a row, and is received when the office has fetched it."""
    harness = Harness(Subject.of(ADAPTERS["takes_rows"]))
    with harness.receiver() as desk, harness.store() as store:
        desk.mood = "failed"
        key = harness.post(desk, store, "progress")
        (handed,) = harness.send(desk, store)
        assert (handed.state, [taken.key for taken in desk.came], desk.acts) == ("waiting", [key], [])
        desk.mood = "ok"
        desk.clock += timedelta(hours=2)
        (handed,) = harness.send(desk, store)
        assert (handed.state, len(desk.came), len(desk.acts)) == ("delivered", 1, 1)


def test_composed_keys() -> None:
    keys = [seen.draft.key for seen in Harness(Subject.of(ADAPTERS["composed_keys"])).read_all()]
    assert len(set(keys)) == 8
    assert len({str(key).partition("/")[2] for key in keys}) < 8, "no number is a key by itself"


def test_nested_keys() -> None:
    harness = Harness(Subject.of(ADAPTERS["nested_keys"]))
    told = (harness.subject.recordings / "two_pages.jsonl").read_text(encoding="utf-8")
    assert "cause.code" in told
    assert harness.subject.wire.key == "base.no"
    assert all(str(seen.draft.key) in told for seen in harness.read_all())


def test_asks_later() -> None:
    harness = Harness(Subject.of(ADAPTERS["asks_later"]))
    with harness.receiver() as receiver, harness.store() as store:
        harness.post(receiver, store, "result")
        assert [each.state for each in harness.send(receiver, store)] == ["delivered"]
        assert len(receiver.came) == 1, "asking is no delivery"
