"""Errors whose text says too much, and reads no fault can befall, in ways that no broken adapter brings."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal

import pytest
from test_load_and_config import judged

import hub.api as hub
from conformance.check import CHECKS
from conformance.description import ReplySpec, WireSpec
from conformance.envelopes import Template
from conformance.harness import Harness
from conformance.outcome import NotApplicable, NotObserved, Violation
from conformance.reference import Reference
from conformance.subject import Subject


def saying(text: str) -> type[hub.Adapter[Any]]:
    """The reference, whose errors have a text of its own."""

    class Says(Reference):
        def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
            try:
                yield from super().pages(source, since)
            except hub.SourceError as error:
                raise hub.SourceReplyInvalid(text) from error

    return Says


@pytest.mark.parametrize("address", ["/cases?p=1", "/cases?=", "http://lakeside.invalid/?since&page=2"])
def test_a_query_in_an_error_is_told_though_its_values_are_short(address: str) -> None:
    assert judged("ER-11", saying(f"{address} failed")).observed == "a query in the error"


@pytest.mark.parametrize("text", ["/cases failed", "failed? the sum = 2", "/cases failed: a=b"])
def test_what_is_no_query_may_be_said(text: str) -> None:
    CHECKS["ER-11"].run(Harness(Subject.of(saying(text))))


class OnePage(Reference):
    """A read that asks once, of a source that gives pages."""

    def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
        yield next(super().pages(source, since))


class NoRows(Reference):
    """A read that comes to no row."""

    def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
        for page in super().pages(source, since):
            page.rows = ()
            yield page


@pytest.mark.parametrize("kind", [OnePage, NoRows])
@pytest.mark.parametrize("id", ["ER-09", "ER-17"])
def test_a_read_that_goes_no_further_than_its_rows_shows_no_fault_amid_it(
    id: str, kind: type[hub.Adapter[Any]]
) -> None:
    with pytest.raises(NotObserved):
        CHECKS[id].run(Harness(Subject.of(kind)))


def test_what_one_call_reads_has_nothing_to_make_up_for() -> None:
    with pytest.raises(NotApplicable):
        CHECKS["ER-18"].run(Harness(Subject.of(OnePage)))


def failing(
    failed: ReplySpec | Literal[False] | None, kind: type[hub.Adapter[Any]] = Reference, **wire: Any
) -> Harness:
    """An adapter whose ``conformance.toml`` tells that of failures."""
    subject = Subject.of(kind)
    told = subject.spec.wire.model_copy(update={"failed": failed, **wire})
    return Harness(replace(subject, spec=subject.spec.model_copy(update={"wire": told})))


def test_nobody_can_tell_whether_a_flag_is_looked_at_that_was_not_told() -> None:
    with pytest.raises(NotObserved, match="failed = false if it never does"):
        CHECKS["ER-17"].run(failing(None))


@pytest.mark.parametrize("h", [failing(False), failing(None, items="")])
def test_a_source_may_have_no_word_for_a_failure(h: Harness) -> None:
    with pytest.raises(NotApplicable):
        CHECKS["ER-17"].run(h)


class Unflagged(Reference):
    """The reference, which counts and looks at no flag."""

    manifest = replace(Reference.manifest, envelope=hub.Envelope(items="rows", total="total"))


@pytest.mark.parametrize("body", ['{"code":500,"total":3,"next":"t"}', '{"rows":[],"code":500,"total":0}'])
def test_what_fails_beside_an_empty_list_announces_nothing_and_leads_nowhere(body: str) -> None:
    with pytest.raises(Violation) as found:
        CHECKS["ER-17"].run(failing(ReplySpec(status=200, body=body), Unflagged))
    assert found.value.observed == "empty, run.empty, 0 rows"
    assert (
        found.value.where
        == f"its own words for a failure{'' if 'rows' in body else ', beside an empty list,'} at call 1"
    )
    assert "`ok_values`" in found.value.likely


@pytest.mark.parametrize("body", ['{"error":"busy"}', '{"total":0,"next":null}', "busy"])
def test_words_without_a_flag_are_said_as_they_were_told(body: str) -> None:
    CHECKS["ER-17"].run(failing(ReplySpec(status=200, body=body), Unflagged))


INNER = json.dumps({"code": 200, "result": {"rows": [{"id": 1}], "total": 1}})


@pytest.mark.parametrize(
    ("recorded", "items", "text", "expected"),
    [
        ('{"code":0,"msg":"ok","rows":[{"id":1}]}', "rows", '{"code":5,"msg":"ok","rows":"x"}', {"code": 5}),
        ('{"code":0,"data":{"rows":[{"id":1}]}}', "data.rows", '{"code":5,"data":"","more":1}', {"code": 5}),
        (json.dumps({"code": 200, "data": INNER}), "data.result.rows", '{"data":"{\\"code\\":5}"}', {"data.code": 5}),
        ("<r><c>0</c><rows><row><id>1</id></row></rows></r>", "r.rows.row", "<r><c>5</c><rows/></r>", {"r.c": "5"}),
        ("<r><c>0</c><rows><row><id>1</id></row></rows></r>", "r.rows.row", "busy", {}),
        ('{"code":0,"rows":[{"id":1}]}', "rows", "busy", {}),
        ('{"code":0,"rows":[{"id":1}]}', "rows", '{"code":null}', {}),
    ],
)
def test_what_another_reply_tells_otherwise(recorded: str, items: str, text: str, expected: dict[str, Any]) -> None:
    nested = "data" if "result" in items else ""
    template = Template(recorded, WireSpec(path="/", key="id", items=items, nested=nested))
    assert template.otherwise(text) == expected
