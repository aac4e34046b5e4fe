"""SOAP as data: a template filled and escaped, a reply read by paths without namespaces, over a real socket."""

import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from conformance.envelopes import Template, asked_in_xml
from conformance.harness import Harness
from conformance.lab.wire import Reply
from conformance.subject import Subject
from hub.cli.scaffold import Plan, package_files

PLAN = Plan(name="lake_soap", kind="mediation", wire="soap")


@pytest.fixture
def harness(tmp_path: Path) -> Iterator[Harness]:
    """The generated adapter, its files in a folder of its own, nothing installed."""
    for path, text in package_files(PLAN, today=date(2026, 3, 2)).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    folder = tmp_path / "src" / PLAN.package
    module = ModuleType("lake_soap")
    code = compile((folder / "adapter.py").read_text(encoding="utf-8"), str(folder / "adapter.py"), "exec")
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "lake_soap", module)
        exec(code, vars(module))
        (kind,) = module.hub_adapters()
        yield Harness(Subject.of(kind, folder))


def test_a_read_asks_in_xml_and_resumes(harness: Harness) -> None:
    with harness.source() as sim, harness.store() as store:
        first = harness.run(sim, store, password="p<&>", page_size=4)
        sim.rows.update(sim.keys[0], updated=sim.later())
        again = harness.run(sim, store, page_size=4)
        assert (first.outcome, first.counts.stored) == ("complete", 6)
        assert (again.outcome, again.counts.stored + again.counts.superseded) == ("complete", 1)
        one, two, three = sim.calls[:3]
    assert one.headers["content-type"] == "text/xml; charset=utf-8"
    assert one.headers["soapaction"] == '"query"'
    assert (one.params["from"], one.params["page"], one.params["size"]) == ("", "1", "4")
    assert one.params["password"] == "p<&>"
    assert two.params["page"] == "2"
    assert datetime.fromisoformat(three.params["from"]).year == 2026, "the second run tells since when"


@pytest.mark.parametrize("body", ["<soap:Envelope/>", "<html><body>login</body></html>"])
def test_what_is_no_answer_is_no_empty_read(harness: Harness, body: str) -> None:
    with harness.source() as sim, harness.store() as store:
        harness.run(sim, store)
        sim.wire.wrap = lambda call, chunk: Reply(body.encode(), content_type="text/xml")
        report = harness.run(sim, store)
    assert report.outcome == "incomplete"


def test_a_header_of_the_request_names_another_content_type(harness: Harness) -> None:
    kind: Any = harness.subject.kind
    (stream,) = kind.manifest.streams
    told = replace(stream.request, headers={"Content-Type": "application/soap+xml", "SOAPAction": "q"})
    kind.manifest = replace(kind.manifest, streams=(replace(stream, request=told),))
    with harness.source() as sim:
        harness.pages(sim)
        assert {call.headers["content-type"] for call in sim.calls} == {"application/soap+xml"}


def test_the_simulated_source_reads_and_writes_namespaces(harness: Harness) -> None:
    text = """<s:Envelope xmlns:s="urn:s"><s:Body><r:queryResponse xmlns:r="urn:r"><r:total>1</r:total><r:matters>
        <r:matter><r:no>M1</r:no><r:who><r:name>A</r:name></r:who><r:tag>x</r:tag><r:tag>y</r:tag></r:matter></r:matters>
        </r:queryResponse></s:Body></s:Envelope>"""
    wire = harness.subject.wire
    template = Template(text, wire)
    assert template.rows == [{"no": "M1", "who": {"name": "A"}, "tag": ["x", "y"]}]
    filled = template.fill([{"no": "M2"}, {"no": "M3"}], {wire.total: 2})
    again = Template(filled.decode().partition("?>")[2], wire)
    assert [row["no"] for row in again.rows] == ["M2", "M3"]
    assert asked_in_xml(filled)["total"] == "2"


def test_a_call_that_is_no_xml_makes_no_sense() -> None:
    with pytest.raises(ValueError, match="no XML"):
        asked_in_xml(b"page=1")
