"""What checks of errors start from: runs under a fault, and what they have to end as."""

from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any, Protocol

from conformance.harness import Harness
from conformance.outcome import Violation
from conformance.replay import SimSource
from hub.testing import RunReport, Store

DENIED, INCOMPLETE = "denied", "incomplete"
Options = Mapping[str, Any]
Fault = tuple[str, Options]


class Run(Protocol):
    """One run under a fault from its call ``after`` on."""

    def __call__(self, kind: str, options: Options, *, after: int = 0) -> RunReport:
        """Run."""
        ...


def faulty(h: Harness, sim: SimSource, store: Store, *, anew: bool = True) -> Run:
    """Runs under a fault that stays: each a first read of an instance of its own, or, not ``anew``, all of one."""
    numbers = count(1)

    def run(kind: str, options: Options, *, after: int = 0) -> RunReport:
        sim.fault(kind, after=after, times=None, **options)
        report = h.run(sim, store, name=f"conform_{next(numbers)}" if anew else "conform")
        sim.clear()
        h.observe()
        return report

    return run


def expect(h: Harness, outcome: str, code: str, faults: Sequence[Fault]) -> None:
    """Run under each fault from the first call on, and hold the report against what it must be."""
    with h.source() as sim, h.store() as store:
        run = faulty(h, sim, store)
        for kind, options in faults:
            hold(run(kind, options), outcome, code, named(kind, options))


def hold(report: RunReport, outcome: str, code: str, where: str, likely: str = "the adapter catches the error") -> None:
    """The report tells that outcome, and an error whose code begins so. Raises Violation.

    ``likely`` is why its outcome would be another.
    """
    said = (report.error or "no error").partition(":")[0]
    if report.outcome != outcome or not said.startswith(code):
        raise Violation(
            expected=f"{outcome}, {code}".removesuffix(", "),
            observed=f"{report.outcome}, {said}, {report.counts.fetched} rows",
            likely=likely if report.outcome != outcome else "it raises one of its own",
            where=where,
        )


def named(kind: str, options: Options) -> str:
    """A fault as people call it."""
    status = options.get("status")
    return str(status) if status else {"cut": "a reply cut short", "html": "a login page"}.get(kind, kind)


def change_all(sim: SimSource) -> None:
    """Give every row a newer time, where the source tells one."""
    for key in [row[sim.spec.key] for row in sim.rows] if sim.spec.time else ():
        sim.rows.update(key, **{sim.spec.time: sim.later()})
