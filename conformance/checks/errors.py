"""ER: what goes wrong at the source is told as what it is, and is never taken for an empty source."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import count
from typing import Any, Protocol
from unittest.mock import patch

from conformance.check import Level, check
from conformance.harness import Harness
from conformance.outcome import NotApplicable, NotObserved, Violation
from conformance.replay import SimSource
from hub.api import Capability, Request
from hub.testing import RunReport

DENIED, INCOMPLETE = "denied", "incomplete"
Options = Mapping[str, Any]
Fault = tuple[str, Options]


class Run(Protocol):
    """One run under a fault from its call ``after`` on; answers the report and how many calls were made."""

    def __call__(self, kind: str, options: Options, *, after: int = 0) -> tuple[RunReport, int]:
        """Run."""
        ...


_ATTEMPT = re.compile(r"\(attempt [1-9]\d*\)")
_QUERY = re.compile(r"\?\S*=")
_SHORTEST = 6  # characters of a parameter's value that could not stand in a text by chance


@check(
    "ER-01",
    level=Level.READS,
    clause="A source that denies access ends the read as denied, never as empty or complete.",
    why='A password expires on a Friday. If the denial is read as "nothing new", every light stays green and the '
    "cases of weeks are missing.",
    waivable=False,
    failing="try: page = source.get(...)\nexcept SourceDenied: return",
    passing="page = source.get(...)  # let it rise",
)
def denied_is_denied(h: Harness) -> None:
    """401, 403, and the source's own words for it."""
    _expect(h, DENIED, "source.denied", [("status", {"status": 401}), ("status", {"status": 403}), ("signing", {})])


@check(
    "ER-02",
    level=Level.READS,
    clause="A connection that is refused or breaks leaves the read incomplete.",
    why="Lines between offices are cut at night. What was not read must be read later, and is only if the run says so.",
    waivable=False,
    failing="except SourceUnavailable: return  # the line is closed at night",
    passing="let it rise: the hub has tried again already, and tries again later",
)
def broken_lines_are_incomplete(h: Harness) -> None:
    """Refused, hung up, reset in the middle of a body."""
    _expect(h, INCOMPLETE, "source.unavailable", [("refused", {}), ("close", {}), ("reset", {})])


@check(
    "ER-03",
    level=Level.READS,
    clause="A source that fails with 500 or 503 leaves the read incomplete.",
    why="Maintenance is announced by 503, and ends. A read that took it for the end of the rows has a hole for ever.",
    waivable=False,
    failing="except SourceUnavailable as error:\n    if error.status == 503: return  # maintenance",
    passing="let it rise",
)
def failures_are_incomplete(h: Harness) -> None:
    """500, 502 and 503."""
    _expect(h, INCOMPLETE, "source.unavailable", [("status", {"status": status}) for status in (500, 502, 503)])


@check(
    "ER-04",
    level=Level.READS,
    clause="A source that throttles leaves the read incomplete, and is named as throttling.",
    why="The quota of a day is spent in the middle of a read: the rest is there, and comes tomorrow. Operators widen "
    "quotas only if they are told of them.",
    waivable=False,
    failing="except SourceThrottled: return  # enough for today",
    passing="let it rise: the hub waits as long as the source asks",
)
def throttling_is_incomplete(h: Harness) -> None:
    """429, 503 with ``Retry-After``, and the source's own words for it, if it has some."""
    faults: list[Fault] = [("status", {"status": status, "retry_after": 1}) for status in (429, 503)]
    if (words := h.subject.wire.throttled) is not None:
        faults.append(("reply", words.model_dump()))
    _expect(h, INCOMPLETE, "source.throttled", faults)


@check(
    "ER-05",
    level=Level.READS,
    clause="A reply that is cut short or empty leaves the read incomplete, 200 or not.",
    why="A proxy that gives up in the middle still says 200. Half a page is not a short page.",
    waivable=False,
    failing="except SourceReplyInvalid: return",
    passing="let it rise",
)
def broken_replies_are_incomplete(h: Harness) -> None:
    """Half of the body; none."""
    _expect(h, INCOMPLETE, "source.reply_invalid", [("cut", {}), ("empty", {})])


@check(
    "ER-06",
    level=Level.READS,
    clause="A login page with 200 leaves the read incomplete and is not taken for rows.",
    why="Single sign-on answers with a page for people when a session ends. To a program that only looks at the status "
    "it is a success.",
    waivable=False,
    failing="except SourceReplyInvalid as error:\n    if 'login page' in error.what: return",
    passing="let it rise",
)
def login_page_is_incomplete(h: Harness) -> None:
    """HTML with 200."""
    _expect(h, INCOMPLETE, "source.reply_invalid", [("html", {})])


@check(
    "ER-07",
    level=Level.READS,
    clause="A reply of another shape leaves the read incomplete: rows that are not where they were are not no rows.",
    why="Gateways are replaced, and wrap what they pass on. A path that leads nowhere after that reads as an empty "
    "list in most languages.",
    waivable=False,
    failing="Envelope(items='rows', empty_values=(None,))  # and no `ok`",
    passing="Envelope(ok='code', ok_values=(0,), items='rows')",
)
def other_shapes_are_incomplete(h: Harness) -> None:
    """Well-formed, and not the envelope that was promised."""
    _expect(h, INCOMPLETE, "source.reply_invalid", [("envelope", {})])


@check(
    "ER-08",
    level=Level.READS,
    clause="A 404 where rows are expected leaves the read incomplete.",
    why="A path that has moved answers 404 from one day to the next. Only beyond a page that was there can it mean the "
    "end.",
    waivable=False,
    failing="except SourceReplyInvalid as error:\n    if error.status == 404: return",
    passing="PageNumber(not_found_ends=True)  # only where the source ends its pages so",
)
def not_found_is_incomplete(h: Harness) -> None:
    """404 to the first call."""
    _expect(h, INCOMPLETE, "source.reply_invalid", [("status", {"status": 404})])


@check(
    "ER-09",
    level=Level.READS,
    clause="A fault amid a read ends it as that fault, and keeps the pages before it.",
    why="Every lost record was part of what was left out when somebody had most of it. What came before the fault is "
    "good and stays; that more was to come is said by its right name.",
    after=("ER-01", "ER-03", "ER-05"),
    waivable=False,
    failing="except SourceError:\n    if read: return  # the rest comes next time",
    passing="let it rise: pages already given are kept",
)
def faults_amid_a_read(h: Harness) -> None:
    """The second call, and all after it, denied, failing and cut."""
    with _faulty(h) as run:
        if run("", {})[1] < 2:
            if h.subject.at_once:
                raise NotApplicable("one call reads everything")
            raise NotObserved("the read asks once, though the source gives pages: no call comes after the first")
        for outcome, code, kind, options in (
            (DENIED, "source.denied", "status", {"status": 403}),
            (INCOMPLETE, "source.unavailable", "status", {"status": 503}),
            (INCOMPLETE, "source.reply_invalid", "cut", {}),
        ):
            where = f"{_named(kind, options)} at the second call"
            report, _ = run(kind, options, after=1)
            _hold(report, outcome, code, where)
            if not report.counts.fetched:
                raise Violation(
                    expected="the first page's rows, kept",
                    observed="none",
                    likely="pages are gathered and given at the end of the read",
                    where=where,
                )


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
    with _faulty(h) as run:
        for kind, options in faults:
            said = run(kind, options)[0].error or ""
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
                    where=_named(kind, options),
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
        _change_all(sim)
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
                        where=_named(kind, options),
                    )


@check(
    "ER-12",
    level=Level.RESUMES,
    clause="The watermark stays where it stands when a read fails.",
    why="The next read begins there. A mark moved by a read that failed steps over what the read did not see.",
    after=("ER-09",),
    waivable=False,
    failing="source.get('/cases', window=f'{day}/page {number}')  # a page is no window",
    passing="source.get('/cases', ...)  # a window is a stretch of time that is read whole",
)
def mark_stays_after_a_failure(h: Harness) -> None:
    """A whole read; then everything changes, and the next read fails at its first call, then amid its pages."""
    spec = h.subject.wire
    by_page = Capability.ORDERED in h.subject.manifest.capabilities or spec.window is not None
    with h.source() as sim, h.store() as store:
        mark = h.run(sim, store, page_size=1).watermark
        calls = len(sim.calls)
        _change_all(sim)
        for after in (0,) if by_page else (0, calls // 2):  # ordered rows and whole windows move it on the way, rightly
            sim.fault("status", after=after, times=None, status=503)
            report = h.run(sim, store, page_size=1)
            sim.clear()
            h.observe()
            if report.outcome == INCOMPLETE and report.watermark != mark:
                raise Violation(
                    expected=f"the watermark at {mark}",
                    observed=f"{report.watermark} after a read that was {report.outcome}",
                    likely="a page is told as a finished window",
                    where=f"503 at call {after + 1}",
                )


@check(
    "ER-13",
    level=Level.READS,
    clause="A login that the source refuses ends the read as denied.",
    why="Wrong credentials need a person; a source that is down needs patience. Told as the other, each is waited for, "
    "or telephoned about, in vain, and some sources lock an account that keeps trying.",
    failing="Login(...)  # without an envelope: the refusal is read as an answer without a token",
    passing="Login(..., envelope=Envelope(ok='code', ok_values=(200,), denied=(401,)))",
)
def refused_login_is_denied(h: Harness) -> None:
    """Every login refused, in the source's own words."""
    if h.subject.wire.login is None:
        raise NotApplicable("the source has no login")
    with h.source() as sim, h.store() as store, _no_logins(sim):
        report = h.run(sim, store)
    h.observe()
    if sim.calls:
        raise Violation(expected="no call for rows without a token", observed=f"{len(sim.calls)} calls")
    _hold(report, DENIED, "source.denied", "a refused login")


@check(
    "ER-14",
    level=Level.READS,
    clause="A source that says nothing, or a byte at a time, leaves the read incomplete.",
    why="A source that hangs every night looks, to a reader that gives up in silence, like one that has nothing new.",
    after=("ER-02",),
    waivable=False,
    failing="except SourceUnavailable as error:\n    if 'in time' in error.what: return  # asleep",
    passing="let it rise: the hub bounds every reply, and tries again",
)
def silence_is_incomplete(h: Harness) -> None:
    """A source that hangs; one whose reply drips (F03, F12)."""
    _expect(h, INCOMPLETE, "source.unavailable", [("hang", {}), ("drip", {"interval_s": 0.05})])


@check(
    "ER-15",
    level=Level.READS,
    clause="A reply in another encoding than promised leaves the read incomplete.",
    why="A gateway that is replaced speaks GB18030 from one day to the next. Read on as if nothing had happened, every "
    "name is another one; passed over, the rows are missing.",
    after=("ER-05",),
    waivable=False,
    failing="except SourceReplyInvalid as error:\n    if 'not utf-8' in error.what: return  # garbage",
    passing="Manifest(encoding=…)  # as it is; what does not fit is an error with a name",
)
def other_encoding_is_incomplete(h: Harness) -> None:
    """The right answer in GB18030 where UTF-8 is promised, or the other way round (F28)."""
    if h.recording.template.fill(h.recording.rows, {}).isascii():
        raise NotApplicable("the recording is all ASCII: it reads alike in both encodings")
    _expect(h, INCOMPLETE, "source.reply_invalid", [("encoding", {})])


def _expect(h: Harness, outcome: str, code: str, faults: Sequence[Fault]) -> None:
    """Run under each fault from the first call on, and hold the report against what it must be."""
    with _faulty(h) as run:
        for kind, options in faults:
            _hold(run(kind, options)[0], outcome, code, _named(kind, options))


@contextmanager
def _faulty(h: Harness) -> Iterator[Run]:
    """Runs under a fault that stays, each a first read of an instance of its own; with the calls it made."""
    with h.source() as sim, h.store() as store:
        numbers = count(1)

        def run(kind: str, options: Options, *, after: int = 0) -> tuple[RunReport, int]:
            before = len(sim.calls)
            if kind:
                sim.fault(kind, after=after, times=None, **options)
            report = h.run(sim, store, name=f"conform_{next(numbers)}")
            sim.clear()
            h.observe()
            return report, len(sim.calls) - before

        yield run


def _hold(report: RunReport, outcome: str, code: str, where: str) -> None:
    said = (report.error or "no error").partition(":")[0]
    if (report.outcome, said) != (outcome, code):
        raise Violation(
            expected=f"{outcome}, {code}",
            observed=f"{report.outcome}, {said}, {report.counts.fetched} rows",
            likely="the adapter catches the error" if report.outcome != outcome else "it raises one of its own",
            where=where,
        )


def _named(kind: str, options: Options) -> str:
    """A fault as people call it."""
    status = options.get("status")
    return str(status) if status else {"cut": "a reply cut short", "html": "a login page"}.get(kind, kind)


def _change_all(sim: SimSource) -> None:
    """Give every row a newer time, where the source tells one."""
    for key in [row[sim.spec.key] for row in sim.rows] if sim.spec.time else ():
        sim.rows.update(key, **{sim.spec.time: sim.later()})


def _told(sim: SimSource, before: int, said: str) -> list[str]:
    """Parameters of the failed read whose values stand in the text."""
    sent = [(name, str(value)) for call in sim.calls[before:] for name, value in call.params.items()]
    path = sim.spec.path
    return sorted({name for name, value in sent if len(value) >= _SHORTEST and value not in path and value in said})


@contextmanager
def _no_logins(sim: SimSource) -> Iterator[None]:
    with patch.object(sim.wire, "login", sim.wire.refusal):
        yield
