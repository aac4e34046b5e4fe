"""Errors whose text says too much in a way that no broken adapter brings."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from test_load_and_config import judged

import hub.api as hub
from conformance.check import CHECKS
from conformance.harness import Harness
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
