"""What an adapter may say to the network, and what a check must not mistake for it."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

import pytest
from test_load_and_config import judged

import hub.api as hub
from conformance.broken.nt_04 import ADAPTER as THROTTLED
from conformance.broken.nt_07 import ADAPTER as LOGGED_IN
from conformance.check import CHECKS
from conformance.harness import Harness
from conformance.reference import Reference
from conformance.subject import Subject
from conformance.unusual.link_paging import ADAPTER as LINKED


@pytest.mark.parametrize("base", [Reference, LINKED])
def test_a_read_that_was_sent_elsewhere_is_not_finished(base: type[hub.Adapter[hub.AdapterConfig]]) -> None:
    class Swallows(base):  # type: ignore[valid-type, misc]
        def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
            try:
                yield from super().pages(source, since)
            except hub.HubError:
                return

    Swallows.__module__ = base.__module__
    id = "NT-02" if base is Reference else "NT-03"
    assert judged(id, Swallows).expected.startswith("a read that fails")


@pytest.mark.parametrize("name", ["dispute_code", "mobile_court", "four_platforms"])
@pytest.mark.parametrize("id", ["NT-01", "NT-10"])
def test_what_goes_through_source_is_the_hubs(name: str, id: str) -> None:
    CHECKS[id].run(Harness(Subject.load(name)))


def test_a_date_is_obeyed_as_seconds_are() -> None:
    """What the hub waited for seconds is not taken for a wait until the date."""

    class SecondReadAsksForLess(THROTTLED):  # type: ignore[valid-type, misc]
        reads = 0

        def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
            type(self).reads += 1
            return (THROTTLED if self.reads > 1 else Reference).pages(self, source, since)

    SecondReadAsksForLess.__module__ = Reference.__module__
    assert judged("NT-04", SecondReadAsksForLess).expected.endswith("by a date")


def test_one_login_too_many() -> None:
    class LogsInItself(LOGGED_IN):  # type: ignore[valid-type, misc]
        envelope = replace(LOGGED_IN.manifest.envelope, denied=(40101,))
        manifest = replace(LOGGED_IN.manifest, envelope=envelope)

        def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
            with suppress(hub.HubError):
                source.post("/login", json={"secret": "s"})
            return super().pages(source, since)

    LogsInItself.__module__ = LOGGED_IN.__module__
    assert judged("NT-07", LogsInItself).observed == "3 logins"
