"""What every check does and says, as text: the golden file ``tests/golden/conduct.txt``.

``python -m conformance.conduct FILE`` writes it. Of correct adapters it tells, check by check, the outcome, how much
was observed, and each step: the rows laid before it, faults, runs, reads, zones. Of broken ones it tells what the
integrator reads. A check that looks at less than it did, or speaks otherwise, shows there before anybody misses it.
"""

import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from hashlib import blake2s
from pathlib import Path
from typing import Any

from conformance.canaries import Canaries
from conformance.check import CHECKS
from conformance.harness import Harness
from conformance.lab.receiver import Receiver
from conformance.lab.table_receiver import TableReceiver
from conformance.order import in_order
from conformance.outcome import Outcome
from conformance.reference import Reference
from conformance.replay import SimSource
from conformance.specimens import breaks, broken_adapters, unusual_adapters
from conformance.subject import Subject
from conformance.suite import Suite, installed
from conformance.verdict import Result
from hub.api import Page
from hub.testing import Handed, RunReport, Store

REFERENCE = "reference"

_CHANGING = re.compile(r"\d+(?= bytes)|(?<=127\.0\.0\.1:)\d+")
"""What differs from run to run: sizes in memory and ports."""


PLANTED = Canaries("canary-of-conduct", "990101198101011233", "13800001234", "阚昀翀")
"""The same in every run: what is laid before an adapter is compared."""


class Witness(Harness):
    """A harness that writes down what is done with it. ``steps`` are those of the check at work."""

    def __init__(self, subject: Subject) -> None:
        super().__init__(subject)
        self.canaries = PLANTED
        self.steps: list[str] = []
        self._laid: dict[SimSource, str] = {}

    def begin(self) -> None:
        """Begin a check: no step yet."""
        super().begin()
        self.steps = []

    @contextmanager
    def source(self, *scenario: str, **options: Any) -> Iterator[SimSource]:
        """As ever, and with what is done to its dial written down."""
        with super().source(*scenario, **options) as sim:
            self._lay(sim, "source", *scenario)
            self._watch(sim)
            yield sim

    @contextmanager
    def receiver(self) -> Iterator[Receiver | TableReceiver]:
        """As ever, and with what is done to its dial written down."""
        with super().receiver() as receiver:
            self._lay(receiver, "receiver")
            self._watch(receiver)
            yield receiver

    def post(
        self,
        receiver: Receiver | TableReceiver,
        store: Store,
        kind: str,
        cause: str = "task 330110-1",
        body: Mapping[str, Any] | None = None,
    ) -> str:
        """As ever, and written down."""
        self._note("post", kind, cause, *([] if body is None else [_mark(body)]))
        return super().post(receiver, store, kind, cause, body)

    def send(self, receiver: Receiver | TableReceiver, store: Store, **options: Any) -> list[Handed]:
        """As ever, and written down with what came of it and what the source was asked for until now."""
        found = super().send(receiver, store, **options)
        came = f"({receiver.mood}: {len(receiver.came)} calls, {len(receiver.acts)} acts)"
        self._note("send", *(each.state for each in found), came, **options)
        return found

    def send_killed(self, receiver: Receiver | TableReceiver, store: Store, point: str) -> bool:
        """As ever, and written down."""
        died = super().send_killed(receiver, store, point)
        self._note("killed" if died else "not killed", point)
        return died

    def run(self, sim: SimSource, store: Store, **options: Any) -> RunReport:
        """As ever, and written down with what came of it."""
        before = len(sim.calls)
        try:
            report = super().run(sim, store, **options)
        except BaseException as why:
            self._note("run", type(why).__name__, **options)
            raise
        counts = report.counts
        came = f"{counts.fetched} fetched, {counts.stored} stored, {counts.deleted} deleted, {counts.rejected} rejected"
        mark = "a mark" if report.watermark else "no mark"
        came += f", {len(sim.calls) - before} calls, {mark}{self._laid_since(sim)}"
        self._note("run", report.outcome, f"({came})", **options)
        return report

    def pages(self, sim: SimSource, since: datetime | None = None, **options: Any) -> list[Page]:
        """As ever, and written down with what came of it."""
        found = super().pages(sim, since, **options)
        rows = sum(len(page.rows) for page in found)
        came = f"{len(found)} pages, {rows} rows{self._laid_since(sim)}"
        self._note("read", came, *([f"since {since}"] if since else []), **options)
        return found

    @contextmanager
    def in_zone(self, name: str) -> Iterator[None]:
        """As ever, and written down."""
        self._note("zone", name)
        with super().in_zone(name):
            yield

    def note(self, *words: str) -> None:
        """Written down."""
        self._note(*words)

    def _watch(self, sim: SimSource) -> None:
        """Write down what is done to its dial."""
        turn = sim.fault

        def fault(kind: str, **how: Any) -> None:
            self._note("fault", kind, **how)
            turn(kind, **how)

        sim.fault = fault  # type: ignore[method-assign]

    def _lay(self, sim: SimSource, *words: str) -> None:
        """Write down what is laid before the adapter."""
        self._laid[sim] = mark = _laid(sim)
        self._note(*words, f"{len(list(sim.rows))} rows {mark}")

    def _laid_since(self, sim: SimSource) -> str:
        """What is laid now, where a check has changed it since it was last written down."""
        now, before = _laid(sim), self._laid.get(sim)
        self._laid[sim] = now
        return "" if now == before else f", now {now}"

    def _note(self, *words: str, **options: Any) -> None:
        said = [f"{name}={_plain(value)}" for name, value in options.items() if not callable(value)]
        self.steps.append(" ".join((*words, *said)))


def conduct(subject: Subject, ids: Sequence[str], **options: Any) -> dict[str, str]:
    """What each of the checks says of one adapter, and what it does where it finds nothing wrong.

    ``options`` are the suite's. Lines of one check are indented below its id and outcome.
    """
    witness = Witness(subject)
    suite, said = Suite(witness, **options), {}
    for id in ids:
        for below in CHECKS[id].after:
            suite.result(CHECKS[below])
        for part in witness.parts:
            part.steps = []
        result = suite.result(CHECKS[id])
        steps = [step for part in witness.parts for step in part.steps]
        said[id] = _CHANGING.sub("#", "\n".join([f"{id} {result.outcome}", *_lines(result, steps)]))
    return said


def everything() -> str:
    """The whole file: the reference, others for what does not apply to it, and each broken adapter."""
    said = {REFERENCE: conduct(Subject.of(Reference), [check.id for check in in_order()])}
    said |= others(said[REFERENCE])
    for name, kind in broken_adapters().items():
        said[f"broken {name}"] = conduct(Subject.of(kind), sorted(breaks(kind)))
    return "\n".join(f"== {name}\n" + "".join(f"{each}\n" for each in blocks.values()) for name, blocks in said.items())


def others(reference: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """For each check that does not apply to the reference, the first correct adapter that passes it."""
    open_ids = [id for id, said in reference.items() if said.startswith(f"{id} {Outcome.NOT_APPLICABLE}")]
    subjects = {f"unusual {name}": Subject.of(kind) for name, kind in unusual_adapters().items()}
    subjects |= {name: Subject.load(name) for name in installed()}
    found: dict[str, dict[str, str]] = {}
    for name, subject in subjects.items():
        said = conduct(subject, open_ids)
        if passed := {id: text for id, text in said.items() if text.startswith(f"{id} {Outcome.PASS}")}:
            found[name] = passed
            open_ids = [id for id in open_ids if id not in passed]
    return found


def read(text: str) -> dict[str, dict[str, str]]:
    """The file as it was written: adapter, check, text."""
    found: dict[str, dict[str, str]] = {}
    for block in text.split("== ")[1:]:
        name, _, rest = block.partition("\n")
        parts = re.split(r"\n(?=[A-Z]{2}-\d\d )", rest.strip("\n"))
        found[name] = {part[:5]: part for part in parts}
    return found


def _lines(result: Result, steps: Iterable[str]) -> Iterator[str]:
    told = {"expected": result.expected, "observed": result.saw, "likely": result.likely, "where": result.where}
    told |= {"because": result.said}
    yield from (f"  {what} {text}" for what, text in told.items() if text)
    if result.outcome is Outcome.PASS:
        yield f"  {result.observed} observed"
        yield from (f"  {step}" for step in steps)


def _laid(sim: SimSource) -> str:
    """The rows of a source, to the letter, and its clock."""
    return _mark([sim.clock, *((row, getattr(row, "raw", b"")) for row in sim.rows)])


def _mark(laid: Any) -> str:
    """A short mark of what was laid before an adapter: other rows, another mark."""
    return "#" + blake2s(_CHANGING.sub("#", repr(laid)).encode(), digest_size=3).hexdigest()


def _plain(value: Any) -> str:
    return "…" if isinstance(value, list | tuple) or hasattr(value, "connect_s") else str(value)


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(everything(), encoding="utf-8")
