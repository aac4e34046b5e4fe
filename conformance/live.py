"""The harmless part of the suite against a live system: a few pages are read, and nothing is written anywhere.

Checks of the families LD and CF run as they are, offline. The clauses here (LV) are about what the live system says;
they belong to no level, and hold for the rows that were read alone. Pages go through the real line, into a store that
is thrown away.
"""

from dataclasses import replace
from datetime import UTC, datetime
from time import perf_counter

from conformance.check import Level
from conformance.live_checks import LIVE, WRONG_SECRET
from conformance.live_reading import EMPTY_PAGES, Live
from conformance.order import in_order
from conformance.subject import Subject
from conformance.suite import Suite
from conformance.verdict import Verdict
from hub.testing import HttpSettings, SourceSettings, open_wire

OFFLINE = ("LD", "CF")


def look(
    subject: Subject, instance: SourceSettings, http: HttpSettings, *, pages: int, wrong_secret: bool = False
) -> Verdict:
    """Look at one live source. ``wrong_secret`` allows one call with a wrong one. Raises ConfigError."""
    with open_wire(subject.kind, instance, http=http) as (adapter, _):
        pass  # settings that do not fit are the operator's, not the source's
    live = Live(replace(subject, instance=adapter), instance, http, most=pages)
    chosen = [check for check in in_order() if check.family in OFFLINE]
    chosen += [check for check in LIVE.values() if wrong_secret or check.id != WRONG_SECRET]
    checks = {check.id: check for check in chosen}
    began, clock = datetime.now(UTC), perf_counter()
    suite = Suite(live, checks=checks, waived=(), deadline_s=30 + (pages + EMPTY_PAGES) * http.total_s)
    return Verdict(
        adapter=subject.name,
        version=subject.version,
        results=tuple(suite.result(check) for check in chosen),
        faults=(),
        asked=Level.OPERATES,
        whole=False,
        began=began,
        seconds=perf_counter() - clock,
    )
