"""Errors whose text says too much, and reads no fault can befall, in ways that no broken adapter brings."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from test_load_and_config import judged

import hub.api as hub
from conformance.check import CHECKS
from conformance.harness import Harness
from conformance.outcome import NotApplicable, NotObserved
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
