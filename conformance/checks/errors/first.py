"""ER: a source that fails from the first call on."""

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from conformance.check import Level, check
from conformance.faulted import DENIED, INCOMPLETE, Fault, expect, hold
from conformance.harness import Harness
from conformance.outcome import NotApplicable, Violation
from conformance.replay import SimSource


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
    expect(h, DENIED, "source.denied", [("status", {"status": 401}), ("status", {"status": 403}), ("signing", {})])


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
    expect(h, INCOMPLETE, "source.unavailable", [("refused", {}), ("close", {}), ("reset", {})])


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
    expect(h, INCOMPLETE, "source.unavailable", [("status", {"status": status}) for status in (500, 502, 503)])


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
    expect(h, INCOMPLETE, "source.throttled", faults)


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
    expect(h, INCOMPLETE, "source.reply_invalid", [("cut", {}), ("empty", {})])


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
    expect(h, INCOMPLETE, "source.reply_invalid", [("html", {})])


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
    expect(h, INCOMPLETE, "source.reply_invalid", [("envelope", {})])


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
    expect(h, INCOMPLETE, "source.reply_invalid", [("status", {"status": 404})])


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
    hold(report, DENIED, "source.denied", "a refused login")


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
    expect(h, INCOMPLETE, "source.unavailable", [("hang", {}), ("drip", {"interval_s": 0.05})])


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
    expect(h, INCOMPLETE, "source.reply_invalid", [("encoding", {})])


@contextmanager
def _no_logins(sim: SimSource) -> Iterator[None]:
    with patch.object(sim.wire, "login", sim.wire.refusal):
        yield
