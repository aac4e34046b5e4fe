"""Streams that are read one after the other by one instance."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

import hub.api as hub
from conformance.broken.rs_31_since import OneTimeForBoth
from conformance.check import CHECKS
from conformance.harness import Harness
from conformance.outcome import NotApplicable, Violation
from conformance.reference import Reference
from conformance.subject import Subject
from conformance.unusual.push_only import PushOnly
from conformance.unusual.pushed_too import PushedToo
from conformance.unusual.two_streams import TwoStreams

RUN = CHECKS["RS-31"].run


def parts(kind: type[hub.Adapter[Any]]) -> tuple[Harness, ...]:
    return Harness(Subject.of(kind)).parts


def test_each_other_stream_is_read_after_the_first() -> None:
    cases, letters = parts(TwoStreams)
    RUN(cases)
    assert cases.observed
    with pytest.raises(NotApplicable):
        RUN(letters)


@pytest.mark.parametrize("kind", [Reference, PushedToo, PushOnly])
def test_where_one_stream_is_asked_for_there_is_none_before_it(kind: type[hub.Adapter[Any]]) -> None:
    with pytest.raises(NotApplicable):
        RUN(parts(kind)[0])


def test_what_is_remembered_of_a_full_read_is_looked_for_as_well() -> None:
    class Once(TwoStreams):
        read = False

        def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
            if not self.read:
                yield from super().pages(source, since)
            self.read = since is None

    with pytest.raises(Violation) as found:
        RUN(parts(Once)[0])
    assert found.value.where == "stream letters, read after cases"


def test_without_increments_no_time_is_given() -> None:
    class NoIncrements(OneTimeForBoth):
        manifest = replace(
            TwoStreams.manifest, capabilities=TwoStreams.manifest.capabilities - {hub.Capability.INCREMENTAL}
        )

    RUN(parts(NoIncrements)[0])


def test_what_it_prints_is_heard_and_not_shown(capsys: pytest.CaptureFixture[str]) -> None:
    class Talks(TwoStreams):
        def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
            print("reading", source.stream)
            yield from super().pages(source, since)

    cases = parts(Talks)[0]
    RUN(cases)
    assert "reading letters" in cases.output
    assert capsys.readouterr().out == ""


def test_every_read_is_at_the_time_of_its_source() -> None:
    seen = []

    class Looks(TwoStreams):
        def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
            seen.append(source.now())
            yield from super().pages(source, since)

    RUN(parts(Looks)[0])
    assert (len(seen), len({*seen})) == (5, 2)
