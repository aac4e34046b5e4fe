"""DL: what is tried again, when, and that it acts once (law L7)."""

import os
from multiprocessing import get_context
from typing import Final

from conformance.check import Level, check
from conformance.checks.deliver.desk import (
    DELIVERED,
    LATER_S,
    NIGHT,
    UNKNOWN,
    WAITING,
    declared,
    desk,
    expect,
    expect_acts,
    keyed,
    only_keyed,
)
from conformance.harness import Harness
from conformance.outcome import NotApplicable, Unable, Violation
from hub.api import Capability
from hub.testing import DELIVERY_POINTS

PATIENCE_S = 5_400
"""What a source asks for that wants to be left alone: longer than the hub waits by itself."""

TWICE = "the key of the second attempt is another one, or deliver() tries again by itself"


@check(
    "DL-10",
    level=Level.OPERATES,
    clause="What a failing source did not take is sent again, under the same key.",
    why="Sources are down at night. What was posted then still has to arrive, and by its key be known for the same.",
    needs=Capability.DELIVER,
    after=("DL-02", "DL-09"),
    failing='json={"handoverId": f"{delivery.key}-{delivery.attempt}", …}',
    passing='json={"handoverId": delivery.key, …}',
)
def failure_is_tried_again(h: Harness) -> None:
    """500 to the first attempts, all but the last that the manifest allows for."""
    with desk(h) as at:
        only_keyed(at)
        at.receiver.fault("status", status=500, times=None)
        key = at.post()
        failures = max(1, min(NIGHT, declared(h).attempts - 1))
        for number in range(1, failures + 1):
            likely = "the failure was caught" if number == 1 else "deliver() gives up by itself"
            expect(at.send(LATER_S), (WAITING,), when=f"500 to attempt {number}", likely=likely)
        at.receiver.clear()
        found = at.send(LATER_S)
        expect(found, (DELIVERED,), when="the attempt after 500", likely="deliver() keeps in mind that it failed")
        keys = {taken.key for taken in at.receiver.came}
        if keys != {key}:
            raise Violation(
                expected=f"the same key in {found.attempts} attempts",
                observed=f"{len(keys)} keys",
                likely=TWICE,
                where="the attempt after 500",
            )


@check(
    "DL-11",
    level=Level.OPERATES,
    clause="A delivery whose answer is lost on the way is sent again and acts once.",
    why="The source acted and its answer never came: the only way to know is to ask again, by the same key.",
    needs=Capability.DELIVER,
    after=("DL-02", "DL-09"),
    waivable=False,
    failing="except SourceUnavailable: return self.deliver(source, replace(delivery, key=…))",
    passing="let it rise: the hub sends it again under the same key",
)
def lost_answer_acts_once(h: Harness) -> None:
    """The connection breaks amid the answer to the first attempt."""
    with desk(h) as at:
        only_keyed(at)
        at.receiver.fault("reset")
        at.post()
        expect(
            at.send(), (WAITING,), when="an answer that is cut off", likely="half an answer was taken for a whole one"
        )
        expect(at.send(LATER_S), (DELIVERED,), when="the attempt after it", likely="deliver() reads the answer amiss")
        expect_acts(at, when="an answer that is cut off", likely=TWICE)


@check(
    "DL-12",
    level=Level.OPERATES,
    clause="Where the source knows no keys, a delivery of unknown outcome is not sent again.",
    why="It would act twice. A person looks at the other side and then says `hub outbox retry`, or does not.",
    needs=Capability.DELIVER,
    after=("DL-09",),
    waivable=False,
    failing="delivering=Delivering(kinds=…)  # keyed is the default, and this source reads no key",
    passing="delivering=Delivering(kinds=…, keyed=False)",
)
def unknown_outcome_waits(h: Harness) -> None:
    """The connection breaks amid the answer to the first attempt."""
    with desk(h) as at:
        if keyed(at):
            raise NotApplicable("the source acts once however often a key comes")
        at.receiver.fault("reset")
        at.post()
        at.send()
        found = at.send(LATER_S)
        expect_acts(
            at, when="an answer that is cut off", likely="the manifest says keyed, or deliver() tries again by itself"
        )
        expect(found, (UNKNOWN,), when="an answer that is cut off", likely="the failure was caught")


@check(
    "DL-13",
    level=Level.OPERATES,
    clause="A source that asks for patience gets the delivery when its time is over, and no call before.",
    why="A gateway counts calls that come too early, and locks out who makes them.",
    needs=Capability.DELIVER,
    after=("DL-09",),
    failing="except SourceThrottled: raise SourceUnavailable('busy')  # and the wait it asked for is lost",
    passing="let it rise: the hub waits as long as `Retry-After` says",
)
def throttle_is_waited_out(h: Harness) -> None:
    """429 with `Retry-After` to the first attempt."""
    with desk(h) as at:
        at.receiver.fault("status", status=429, retry_after=PATIENCE_S)
        at.post()
        expect(at.send(), (WAITING,), when="429", likely="a throttle was taken for an answer")
        at.send(PATIENCE_S - 1)
        if len(at.receiver.came) != 1:
            raise Violation(
                expected=f"no call within {PATIENCE_S} s",
                observed=f"{len(at.receiver.came) - 1} calls before its time was over",
                likely="deliver() tries again by itself, or makes another error of the throttle",
                where="429 with Retry-After",
            )
        expect(at.send(2), (DELIVERED,), when="when the time is over", likely="deliver() keeps in mind that it failed")


@check(
    "DL-14",
    level=Level.OPERATES,
    clause="However the hub is killed while it delivers, the source acts once.",
    why="Between the attempt and what is written of it there is always a moment. What is sent again after it bears the "
    "same key; where there is none, a person decides.",
    needs=Capability.DELIVER,
    after=("DL-02", "DL-09"),
    waivable=False,
    failing="self._keys.setdefault(delivery.key, uuid4().hex)  # in memory: another one after each start",
    passing="delivery.key, which is in the outbox",
)
def kill_acts_once(h: Harness) -> None:
    """Killed before the attempt, after it, and after its outcome is kept; then started anew."""
    for point in DELIVERY_POINTS:
        with desk(h) as at:
            at.post()
            if not h.send_killed(at.receiver, at.store, point):
                if not startable():
                    raise Unable("no process starts here: a script that calls the suite needs a __main__ guard")
                raise Violation(
                    expected=f"an attempt that comes to {point} in a process of its own",
                    observed="one that ended before, or never came so far",
                    likely="the adapter cannot be made in a fresh process, where it is imported by its name, or "
                    "deliver() ends its process",
                    where=f"a kill at {point}",
                )
            found = at.send(LATER_S)
            expect(found, (DELIVERED,) if keyed(at) else (DELIVERED, UNKNOWN), when=f"a kill at {point}", likely=TWICE)
            if found.state == DELIVERED or at.receiver.acts:
                expect_acts(at, when=f"a kill at {point}", likely=TWICE)


def startable() -> bool:
    """Whether a process starts by the way all of the hub's do, and comes to what it is for."""
    child = get_context("forkserver").Process(target=os._exit, args=(_CAME,))
    child.start()
    child.join()
    return child.exitcode == _CAME


_CAME: Final = 7
"""An exit of no other meaning."""
