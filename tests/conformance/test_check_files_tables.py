"""Giant pages, marks of deletion, columns by name, words near a status, and XML as it was written."""

import sys
from dataclasses import replace
from types import ModuleType
from typing import Any

import pytest
from pydantic import Field
from test_check_record import drafting, holds
from test_load_and_config import judged

import hub.api as hub
from conformance.check import CHECKS
from conformance.description import PushSpec, WireSpec
from conformance.envelopes import Template
from conformance.harness import Harness
from conformance.outcome import NotApplicable, NotObserved, Violation
from conformance.reference import Reference
from conformance.subject import Subject
from conformance.unusual.details import ADAPTER as DETAILS
from conformance.unusual.file_drop import FileDrop
from conformance.unusual.front_database import FrontDatabase
from conformance.unusual.link_paging import ADAPTER as LINKS
from conformance.unusual.push_only import ADAPTER as PUSHES
from conformance.unusual.takes_rows import TakesRows
from conformance.unusual.xml_feed import XmlFeed


def like(kind: type[hub.Adapter[Any]], **changed: Any) -> type[hub.Adapter[Any]]:
    return type("Like", (kind,), {"__module__": kind.__module__, **changed})


@pytest.mark.parametrize(("most", "kind"), [(200, FileDrop), (1_000, FileDrop), (1_000, LINKS), (500, FrontDatabase)])
def test_a_page_that_is_cut_at_a_number_is_counted(most: int, kind: type[hub.Adapter[Any]]) -> None:
    found = judged("RC-40", like(kind, items=lambda self, page: page.rows[:most]))
    assert int(found.observed) == most
    assert found.where.startswith("1 page of")


def test_giant_pages_are_asked_for_within_the_limits_of_the_settings() -> None:
    class Unlimited(hub.FolderConfig):
        page_size: int = 0

    class Narrow(hub.FolderConfig):
        page_size: int = Field(default=0, ge=0, le=300)

    holds("RC-40", like(FileDrop, Config=Unlimited))
    found = judged("RC-40", like(FileDrop, Config=Narrow, items=lambda self, page: page.rows[:200]))
    assert found.where == "4 pages of up to 300 rows"


def test_what_tells_few_rows_at_once_has_no_giant_page() -> None:
    with pytest.raises(NotApplicable, match="by itself"):
        CHECKS["RC-40"].run(Harness(Subject.of(DETAILS)))
    with pytest.raises(NotApplicable, match="one row"):
        holds("RC-40", PUSHES, push=PushSpec(items="payload.list", rows=1))


@pytest.mark.parametrize("rows", [0, 2, 3])
def test_a_push_of_several_rows_may_have_very_many(rows: int) -> None:
    holds("RC-40", PUSHES, push=PushSpec(items="payload.list", rows=rows))
    with pytest.raises(Violation) as found:
        holds(
            "RC-40",
            like(PUSHES, items=lambda self, page: page.rows[:20]),
            push=PushSpec(items="payload.list", rows=rows),
        )
    assert found.value.observed == "20"


@pytest.mark.parametrize(
    ("gone", "name"),
    [
        (lambda item: "state" not in item, "absent"),
        (lambda item: item.get("state", "open") is None, "null"),
        (lambda item: item.get("state") == "", "empty"),
    ],
)
def test_a_mark_that_says_nothing_deletes_nothing(gone: Any, name: str) -> None:
    found = judged("RC-41", drafting(deleted=lambda item, told: told or gone(item)))
    assert found.where == f"a row whose state is {name}"


def test_rows_that_are_deleted_or_refused_say_nothing_of_the_mark() -> None:
    holds("RC-41", drafting(deleted=lambda item, told: item["case_no"] == "" or told))

    def draft(self: Any, item: hub.Item) -> hub.Draft:
        if not item.get("state"):
            raise hub.RecordRejected("draft.state", "state", "a case without a state")
        return Reference.draft(self, item)

    with pytest.raises(NotObserved):
        holds("RC-41", like(Reference, draft=draft))
    with pytest.raises(NotApplicable):
        holds("RC-41", Reference, deleted=None)


def test_a_view_that_is_asked_by_its_columns_gets_no_other() -> None:
    with pytest.raises(NotApplicable, match="by their names"):
        CHECKS["RC-22"].run(Harness(Subject.of(TakesRows)))
    CHECKS["RC-18"].run(Harness(Subject.of(TakesRows)))


def test_columns_that_break_a_page_are_told_of_such_a_view_too() -> None:
    broken = like(TakesRows, items=lambda self, page: sorted(page.rows, key=lambda row: str(row["BT"]).index("")))
    CHECKS["RC-18"].run(Harness(Subject.of(broken)))
    texts = like(TakesRows, items=lambda self, page: [row for row in page.rows if not row["BT"].startswith("[")])
    assert judged("RC-18", texts).where == "a list in BT of one row"


@pytest.mark.parametrize(
    ("known", "near"),
    [
        (lambda word: "裁决" if word.endswith("裁决") else word, "未裁决"),
        (lambda word: "受理" if word.startswith("受理") else word, "受理前"),
        (lambda word: "开庭" if word.startswith("拟") else word, "拟受理"),
    ],
)
def test_a_status_that_resembles_another_keeps_its_word(known: Any, near: str) -> None:
    def draft(self: Any, item: hub.Item) -> hub.Draft:
        plain = XmlFeed.draft(self, item)
        return replace(plain, status=known(str(plain.status)))

    assert judged("TX-20", like(XmlFeed, draft=draft)).where == f"state {near}"


def test_a_word_the_recording_lacks_is_tried_as_well() -> None:
    def draft(self: Any, item: hub.Item) -> hub.Draft:
        plain = XmlFeed.draft(self, item)
        return replace(plain, status="已撤回" if str(plain.status) == "未撤回" else plain.status)

    manifest = replace(XmlFeed.manifest, stages={**XmlFeed.manifest.stages, "已撤回": hub.Stage.WITHDRAWN})
    assert judged("TX-20", like(XmlFeed, draft=draft, manifest=manifest)).where == "state 未撤回"


def test_a_source_of_codes_has_no_words_to_resemble() -> None:
    with pytest.raises(NotApplicable, match="no word"):
        CHECKS["TX-20"].run(Harness(Subject.of(Reference)))


@pytest.mark.parametrize(
    "words", ["Brook: petitions in a view of a front database.", "Brook，读前置库。", "Brook, files."]
)
def test_folders_and_databases_are_wires(words: str) -> None:
    manifest = replace(Reference.manifest, name="brook", title="Brook", title_zh="")
    kind = type("Brook", (hub.Adapter,), {"manifest": manifest, "__doc__": f"Brook: {words}."})
    kind.__module__ = "tests_of_nothing"
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "tests_of_nothing", ModuleType("tests_of_nothing"))
        CHECKS["LD-13"].run(Harness(Subject.of(kind, Subject.of(Reference).folder)))


SOAP = (
    '<s:E xmlns:s="urn:s" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:c="urn:c"><s:rows>'
    '<c:row no="1" c:at="2"><c:text><![CDATA[a<b]]></c:text><c:sum unit="yuan">5</c:sum>{nil}'
    '<c:who card="9"/><c:who card="8"><c:name>x</c:name></c:who></c:row></s:rows></s:E>'
)
WIRE = WireSpec(path="/x", key="@no", items="E.rows.row")


@pytest.mark.parametrize(("nil", "nothing"), [('<c:none xsi:nil="true"/>', None), ("<c:none></c:none>", "")])
def test_xml_is_read_as_the_hub_reads_it_and_written_as_it_was(nil: str, nothing: str | None) -> None:
    found = Template(SOAP.replace("{nil}", nil), WIRE)
    (row,) = found.rows
    assert row == {
        "@no": "1", "@at": "2", "text": "a<b", "sum": "5", "none": nothing,
        "who": [{"@card": "9"}, {"@card": "8", "name": "x"}],
    }  # fmt: skip
    written = found.fill([{**row, "@gone": None, "more": "y"}], {}).decode()
    assert '<c:row no="1" at="2"><c:text><![CDATA[a<b]]></c:text><c:sum>5</c:sum>' in written
    assert nil in written
    assert '<c:who card="9"/><c:who card="8"><c:name>x</c:name></c:who><more>y</more></c:row>' in written
    assert "gone" not in written
    assert Template(written.partition("?>")[2], WIRE).rows == [{**row, "more": "y"}]
