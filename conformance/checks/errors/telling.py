"""ER: what the text of an error says, and what it does not."""

import re

from conformance.check import Level, check
from conformance.faulted import Fault, change_all, faulty, named
from conformance.harness import Harness
from conformance.outcome import Violation
from conformance.replay import SimSource
from hub.api import Request

_ATTEMPT = re.compile(r"\(attempt [1-9]\d*\)")
_QUERY = re.compile(r"\?\S*=")
_SHORTEST = 6  # characters of a parameter's value that could not stand in a text by chance


@check(
    "ER-10",
    level=Level.READS,
    clause="The text of an error names the adapter, the path and the attempt.",
    why='It is all an operator at two in the morning has. "Could not read" sends them through forty sources.',
    after=("ER-01", "ER-03", "ER-05"),
    failing="except SourceError as error:\n    raise type(error)('could not read the cases') from error",
    passing="let it rise: it says where it happened",
)
def errors_say_where(h: Harness) -> None:
    """Denied, failing, cut."""
    requests = [stream.request for stream in h.subject.manifest.streams]
    templates = [each.path for each in requests if isinstance(each, Request) and "{" in each.path]
    paths, name = (h.subject.wire.path, *templates), h.subject.name  # the hub tells no setting, so the path unfilled
    faults: list[Fault] = [("status", {"status": 403}), ("status", {"status": 503}), ("cut", {})]
    with h.source() as sim, h.store() as store:
        run = faulty(h, sim, store)
        for kind, options in faults:
            said = run(kind, options).error or ""
            told = {
                "adapter": name in said,
                "path": any(path in said for path in paths),
                "attempt": _ATTEMPT.search(said),
            }
            if missing := [what for what, there in told.items() if not there]:
                raise Violation(
                    expected=f"{name}, {paths[0]} and the attempt in the error",
                    observed=f"no {' and no '.join(missing)}",
                    likely="the adapter raises an error of its own in place of the hub's",
                    where=named(kind, options),
                )


@check(
    "ER-11",
    level=Level.READS,
    clause="The text of an error holds no payload, no query and no secret.",
    why="Errors go to logs, screens and mails to vendors. Sources put tokens and identity numbers into queries, and "
    "people into payloads.",
    waivable=False,
    failing="raise SourceUnavailable(f'{url}?since={since}&page={token} failed: {page.content[:80]!r}')",
    passing="let it rise: its path is without a query",
)
def errors_hold_no_payload(h: Harness) -> None:
    """A second read, of rows that have all changed, so that there is a position to tell: faulty at its first call and
    at its second.
    """
    faults: list[Fault] = [("status", {"status": 503}), ("cut", {}), ("status", {"status": 403})]
    with h.source() as sim, h.store() as store:
        h.run(sim, store)
        change_all(sim)
        for after in (0,) if h.subject.at_once else (0, 1):
            for kind, options in faults:
                before = len(sim.calls)
                sim.fault(kind, after=after, times=None, **options)
                said = h.run(sim, store).error or ""
                sim.clear()
                h.observe()
                found = [f"the canary {name}" for name in h.canaries.found_in(said)]
                found += [f"the parameter {name}" for name in _told(sim, before, said)]
                if found or _QUERY.search(said):
                    raise Violation(
                        expected="where it happened and what to do, no more",
                        observed=f"{' and '.join(found) or 'a query'} in the error",
                        likely="the adapter puts the address it called, or the reply, into an error of its own",
                        where=named(kind, options),
                    )


def _told(sim: SimSource, before: int, said: str) -> list[str]:
    """Parameters of the failed read whose values stand in the text."""
    sent = [(name, str(value)) for call in sim.calls[before:] for name, value in call.params.items()]
    path = sim.spec.path
    return sorted({name for name, value in sent if len(value) >= _SHORTEST and value not in path and value in said})
