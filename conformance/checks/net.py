"""NT: what an adapter says to the network, and to whom."""

import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any
from unittest.mock import patch

from conformance.check import Level, check
from conformance.harness import QUICK, Harness
from conformance.lab.faults import Fault
from conformance.outcome import NotApplicable, NotObserved, Violation
from conformance.replay import SimSource
from conformance.simwire import CURSOR, Call
from hub.testing import Store

WAIT_S = 7
"""What a throttling source asks for, in seconds. Nobody waits so long: the hub's waits are told, not made."""

FINISHED = ("complete", "empty")
"""Outcomes of a read that came to its end."""

DETAIL_FAULTS: tuple[tuple[str, Mapping[str, Any], int], ...] = (
    ("status", {"status": 403}, 0),
    ("status", {"status": 503}, 0),
    ("cut", {}, 0),
    ("status", {"status": 503}, 1),
)
"""Faults of details of rows: what, and after how many of them."""

ALONE = ("starts a thread", "starts a process")


@dataclass(frozen=True, slots=True)
class Touch:
    """Something done beside ``source``: what, and at which ``file:line`` of the adapter."""

    what: str
    where: str


@contextmanager
def beside_source(h: Harness) -> Iterator[list[Touch]]:
    """Collect what is done in the block that only ``source`` may do: connections, look-ups, threads, processes.

    A connection is the source's when one of its public methods is at work further up the stack. Threads and processes
    count when the thread that entered the block starts them: the simulated source has threads of its own.
    """
    modules = [
        sys.modules.get(base.__module__) for base in h.subject.kind.__mro__ if not base.__module__.startswith("hub.")
    ]
    own = {getattr(module, "__file__", None) for module in modules}
    reader, found = threading.get_ident(), list[Touch]()

    def watched(what: str, act: Callable[..., Any], *, source_may: bool) -> Callable[..., Any]:
        def acting(*args: Any, **options: Any) -> Any:
            frames = [*_frames(sys._getframe(1))]
            mine = threading.get_ident() == reader
            if not any(_is_source(frame) for frame in frames) if source_may else mine:
                at = next((frame for frame in frames if frame.f_code.co_filename in own), None)
                where = f"{Path(at.f_code.co_filename).name}:{at.f_lineno}" if at else ""
                found.append(Touch(what, where))
            return act(*args, **options)

        return acting

    doors: tuple[tuple[Any, str, str, bool], ...] = (
        (socket.socket, "connect", "opens a connection", True),
        (socket.socket, "connect_ex", "opens a connection", True),
        (socket.socket, "sendto", "sends a datagram", True),
        (socket, "getaddrinfo", "looks a host up", True),
        (threading.Thread, "start", "starts a thread", False),
        (subprocess.Popen, "__init__", "starts a process", False),
    )
    patches = [
        patch.object(holder, name, watched(what, getattr(holder, name), source_may=source_may))
        for holder, name, what, source_may in doors
    ]
    for each in patches:
        each.start()
    try:
        yield found
    finally:
        for each in patches:
            each.stop()


def _frames(frame: FrameType | None) -> Iterator[FrameType]:
    while frame is not None:
        yield frame
        frame = frame.f_back


def _is_source(frame: FrameType) -> bool:
    return frame.f_globals.get("__name__") == "hub.sources.http" and frame.f_code.co_name in ("get", "post", "read")


@check(
    "NT-01",
    level=Level.READS,
    clause="A read opens no connection and looks no host up except through `source`.",
    why="The hub limits, retries, signs, bounds and accounts for what goes through `source`. A connection beside it "
    "knows no allow-list, no deadline and no stop, and its errors have no name.",
    failing='httpx.get(f"{self.config.base_url}/ping")',
    passing='source.get("/ping")',
)
def all_goes_through_source(h: Harness) -> None:
    """A plain read with the doors watched."""
    with h.source() as sim, h.store() as store, beside_source(h) as touched:
        h.run(sim, store)
    for touch in touched:
        if touch.what not in ALONE:
            raise Violation(
                expected="every connection made by source.get, source.post or source.read",
                observed=f"the adapter {touch.what} itself",
                likely="a client of its own, perhaps to see first whether the source is up",
                where=touch.where,
            )


@check(
    "NT-02",
    level=Level.READS,
    clause="A redirect to another origin is not followed, and what comes of it is no finished read.",
    why="Whoever answers in the source's place could send the hub, credentials and all, anywhere in the inner network.",
    failing="urlopen(url)  # follows wherever it is sent",
    passing="source.get(path)  # a redirect is an error with a name",
)
def redirects_stay_home(h: Harness) -> None:
    """Every call is redirected to a second source, which must stay uncalled."""
    with h.source() as sim, h.source() as other, h.store() as store:
        sim.fault("redirect", times=None, location=f"{other.url}{h.subject.wire.path}")
        report = h.run(sim, store)
        h.observe(len(sim.calls))
        if other.calls:
            raise Violation(
                expected="no call at any other origin",
                observed=f"{len(other.calls)} calls at the host the redirect named",
                likely="a client that follows redirects",
            )
        if report.outcome in FINISHED:
            raise Violation(
                expected="a read that fails, since nothing was read",
                observed=f"outcome {report.outcome}",
                likely="the error of the redirect is swallowed",
            )


@check(
    "NT-03",
    level=Level.READS,
    clause="A next link that names another origin is not followed, and the read says so.",
    why="A reply is not trusted to say where the hub's credentials go: a forged one would have them sent to itself.",
    failing='urlopen(page.body["next"])',
    passing="source.read(request, since)  # NextLink: foreign links are refused",
)
def next_links_stay_home(h: Harness) -> None:
    """The first page leads on to a second source, which must stay uncalled."""
    if h.subject.wire.page.kind != "link":
        raise NotApplicable("the source gives no links")
    with h.source() as sim, h.source() as other, h.store() as store:
        sim.fault("foreign_link", times=None, location=f"{other.url}{h.subject.wire.path}")
        report = h.run(sim, store)
        if other.calls:
            raise Violation(
                expected="no call at any other origin",
                observed=f"{len(other.calls)} calls at the host the reply named",
                likely="the adapter opens the next link itself",
            )
        if report.outcome in FINISHED:
            raise Violation(
                expected="a read that fails, since the way on was refused",
                observed=f"outcome {report.outcome}",
                likely="the error of the foreign link is swallowed",
            )


@check(
    "NT-04",
    level=Level.OPERATES,
    clause="No call comes before the time a `Retry-After` names, in seconds or as a date.",
    why="A source that throttles locks out whoever goes on asking, and a lock-out is lifted by hand, in office hours.",
    failing="except SourceThrottled: page = source.get(path, size=size // 2)",
    passing="page = source.get(path, size=size)  # the hub waits and asks again",
)
def retry_after_is_obeyed(h: Harness) -> None:
    """A source that throttles for ever, told of in both forms; waits are counted, not made."""
    for as_date in (False, True):
        before = len(h.waits)
        with h.source() as sim, h.store() as store:
            sim.fault("status", times=None, status=429, retry_after=WAIT_S, as_date=as_date)
            h.run(sim, store)
        h.observe(len(sim.calls))
        gaps = len(sim.calls) - 1
        passed = sum(h.waits[before:]) + sim.calls[-1].at - sim.calls[0].at
        if passed < gaps * (WAIT_S - 1):  # a date is told in whole seconds
            raise Violation(
                expected=f"{WAIT_S} s between calls, as the source asks {'by a date' if as_date else 'in seconds'}",
                observed=f"{len(sim.calls)} calls within {passed:.0f} s",
                likely="SourceThrottled is caught, and the source asked again in another way",
            )


@check(
    "NT-05",
    level=Level.OPERATES,
    clause="A source that fails is asked no more often than the setting `attempts` allows.",
    why="What hammers on a failing source keeps it from getting up, and the hub's other sources from their turn.",
    failing="while True:\n    try: page = source.get(path, nonce=next(n))\n    except SourceUnavailable: continue",
    passing="page = source.get(path)  # tried as often as the operator allows",
)
def attempts_are_bounded(h: Harness) -> None:
    """A source that fails for ever."""
    with h.source() as sim, h.store() as store:
        sim.fault("status", times=None, status=503)
        h.run(sim, store)
        h.observe(len(sim.calls))
        if len(sim.calls) > QUICK.attempts:
            raise Violation(
                expected=f"at most {QUICK.attempts} calls, as set",
                observed=f"{len(sim.calls)} calls at a source that answers 503",
                likely="SourceUnavailable is caught, and the source asked again in another way",
            )


@check(
    "NT-06",
    level=Level.READS,
    clause="No secret stands in the address of a request.",
    why="Addresses are written into the logs of every gateway and proxy on the way, and stay there for years.",
    failing='source.get("/cases", token=self.config.token.get_secret_value())',
    passing="token: SecretStr  # in Config: the hub sends it as a header",
)
def secrets_stay_out_of_addresses(h: Harness) -> None:
    """A plain read; the planted secret is looked for in paths and query strings."""
    with h.source() as sim, h.store() as store:
        h.run(sim, store)
        for number, call in enumerate([*sim.calls, *sim.details], 1):
            named = [name for name, value in _address(h, call) if h.canaries.secret in value]
            if named:
                raise Violation(
                    expected="secrets in headers or bodies only",
                    observed=f"a secret setting in {' and '.join(named)} of call {number}",
                    likely="a token sent as a parameter; if the source takes it nowhere else, waive this and say so",
                )


@check(
    "NT-07",
    level=Level.OPERATES,
    clause="A login token that dies during a read is renewed once, and the read goes on to its end.",
    why="Tokens die in their own time, not between reads: a first read of hours that cannot go on never ends.",
    failing='envelope=Envelope(ok="code", ok_values=(0,))  # 40101, token expired, is an error like any other',
    passing='envelope=Envelope(ok="code", ok_values=(0,), denied=(40101,))  # the hub logs in anew',
)
def dead_token_is_renewed(h: Harness) -> None:
    """Every token dies just before the second call; before the first where one call reads everything."""
    if h.subject.wire.login is None:
        raise NotApplicable("the source has no login")
    with h.source() as sim, h.store() as store:
        sim.fault("token_dies", after=0 if h.subject.at_once else 1)
        report = h.run(sim, store)
        h.observe(sim.logins)
        if sim.idle and report.outcome == "complete":
            raise NotObserved("the token was to die before the second call, and one call read everything")
        if report.outcome != "complete":
            raise Violation(
                expected="a complete read after one more login",
                observed=f"outcome {report.outcome} after {sim.logins} logins: {report.error}",
                likely="the code by which the source tells of a dead token is not among `denied` of the envelope",
            )
        if sim.logins != 2:
            raise Violation(
                expected="one login at first and one when the token has died",
                observed=f"{sim.logins} logins",
                likely="a login for every call",
            )


@check(
    "NT-08",
    level=Level.READS,
    clause="Within one read, no page and no detail of a row is asked for twice.",
    why="Reading all twice doubles the load on the source and the hours of a first read, and what makes each request "
    "look new blinds the hub to a read that goes in circles.",
    failing="source.get(path, page=n, nonce=1); source.get(path, page=n, nonce=2)",
    passing="source.get(path, page=n)",
)
def no_request_is_repeated(h: Harness) -> None:
    """A plain read; calls are compared by what the source knows of them, not by all they hold."""
    with h.source() as sim, h.store() as store:
        h.run(sim, store)
        for what, calls in (("page", sim.calls), ("detail", sim.details)):
            asked: dict[tuple[str, ...], int] = {}
            for number, call in enumerate(calls, 1):
                spot = _position(h, call)
                if spot in asked:
                    raise Violation(
                        expected=f"each {what} asked for once",
                        observed=f"calls {asked[spot]} and {number} ask for the same {what}",
                        likely="a parameter of its own makes every request look new to the hub's loop guard",
                    )
                asked[spot] = number


@check(
    "NT-09",
    level=Level.READS,
    clause="No request asks for more rows on a page than the setting `page_size`.",
    why="The operator lowers it when the source refuses or chokes on large pages. Nothing else helps then.",
    failing="source.get(path, size=500)",
    passing="source.get(path, size=self.config.page_size)",
)
def page_size_is_within_the_setting(h: Harness) -> None:
    """A plain read at a small setting."""
    name = h.subject.wire.page.size
    if not name:
        raise NotApplicable("the source takes no page size")
    with h.source() as sim, h.store() as store:
        h.run(sim, store)
        for number, call in enumerate(sim.calls, 1):
            asked = str(call.params.get(name, ""))
            if not asked.isdecimal() or int(asked) > h.page_size:
                raise Violation(
                    expected=f"at most {h.page_size} rows asked for, as set",
                    observed=f"{asked if asked.isdecimal() else 'no number of'} rows in call {number}",
                    likely="a page size written into the code",
                )


@check(
    "NT-10",
    level=Level.OPERATES,
    clause="A read starts no thread and no process of its own.",
    why="The hub owns concurrency: `source` serves one thread, and what an adapter starts goes on when the hub stops.",
    failing="with ThreadPoolExecutor() as pool: pages = pool.map(read_page, numbers)",
    passing="for number in numbers: yield read_page(number)",
)
def reads_in_one_thread(h: Harness) -> None:
    """A plain read with the doors watched."""
    with h.source() as sim, h.store() as store, beside_source(h) as touched:
        h.run(sim, store)
    for touch in touched:
        if touch.what in ALONE:
            raise Violation(
                expected="a read in the one thread it was given",
                observed=f"the adapter {touch.what}",
                likely="pages or details fetched side by side; the hub reads sources side by side instead",
                where=touch.where,
            )


@check(
    "NT-11",
    level=Level.READS,
    clause="A fault at the detail of a row is told, or the row rejected: no record is thinner without a word of it.",
    why="One bad minute leaves a day's records without their text and people. Nothing says so, and nothing asks again: "
    "by their time they have been read.",
    waivable=False,
    failing="try: detail = source.get(path).rows[0]\nexcept SourceError: detail = {}  # sealed, most likely",
    passing="except SourceReplyInvalid as error:\n    if error.status != 404: raise",
)
def no_record_is_thinner(h: Harness) -> None:
    """Details denied, failing and cut short, in a first read; failing when all rows have changed. A 404 is no fault
    here: it may mean that there is no detail.
    """
    if h.subject.wire.detail is None:
        raise NotApplicable("the list tells all there is of a row")
    with h.source() as sim, h.store() as store:
        h.run(sim, store)
        whole = _bodies(h, store)
        if not sim.details:
            raise NotObserved("no detail is asked for, though conformance.toml tells of one")
        for kind, options, after in DETAIL_FAULTS:
            with h.store() as another:
                _hold_whole(h, sim, another, whole, Fault(kind, after, None, options))
        for key in sim.keys if h.subject.wire.time else ():
            sim.rows.update(key, **{h.subject.wire.time: sim.later()})
        _hold_whole(h, sim, store, whole, Fault("status", 0, None, {"status": 503}))


def _hold_whole(h: Harness, sim: SimSource, store: Store, whole: Mapping[str, Any], fault: Fault) -> None:
    sim.fault_details(fault)
    report = h.run(sim, store)
    sim.clear()
    found, rejected = _bodies(h, store), report.counts.rejected > 0
    if report.outcome in FINISHED and any(found.get(key, rejected and body) != body for key, body in whole.items()):
        raise Violation(
            expected="a read that says so, or rows rejected",
            observed=f"outcome {report.outcome}, and records without what the details tell",
            likely="the error of a detail is taken for one that is sealed",
            where=f"{fault.options.get('status', fault.kind)} at detail {fault.after + 1}",
        )


def _bodies(h: Harness, store: Store) -> dict[str, Any]:
    return {record.key: record.body for record in h.records(store)}


def _address(h: Harness, call: Call) -> Iterator[tuple[str, str]]:
    """The parts of a call's address, each with its name."""
    yield "the path", call.path
    if h.subject.wire.place == "query":
        for name, value in call.params.items():
            yield f"the query parameter {name}", str(value)


def _position(h: Harness, call: Call) -> tuple[str, ...]:
    """What a call asks for, by its path and the parameters the source knows: page, window, since when, which value."""
    wire = h.subject.wire
    page, window, since = wire.page, wire.window, wire.since
    names = [page.page, page.start, page.after_time, page.after_key, page.param, CURSOR]
    names += [window.begin, window.end] if window else []
    names += [since.param] if since else []
    names += [*wire.filters, wire.detail.param if wire.detail else ""]
    return (call.path, *(str(call.params.get(name, "")) for name in names if name))
