"""DL: what a delivery leaves alone: reads hand nothing over, and nobody is told of who it is about."""

from conformance.check import Level, check
from conformance.checks.deliver.desk import MINUTE_S, desk
from conformance.checks.net import beside_source
from conformance.checks.privacy import PERSONAL, loud, nowhere, told
from conformance.harness import Harness
from conformance.lab.receiver import Mood
from conformance.outcome import NotApplicable, Violation
from conformance.traces import traces
from hub.api import Capability
from hub.testing import handed, pulled


@check(
    "DL-15",
    level=Level.OPERATES,
    clause="A read hands nothing over.",
    why="What leaves the hub goes through the outbox, where it has a cause and acts once. A read is repeated whenever "
    "somebody likes: after a kill, with an overlap, with its whole history.",
    needs=Capability.DELIVER,
    failing='for row in page.rows: source.post("/accept", json={"id": row["id"]})  # in pages()',
    passing="deliver(), when the case engine posts an acceptance",
)
def reads_hand_nothing_over(h: Harness) -> None:
    """Two reads of a source that takes deliveries as well."""
    if not pulled(h.subject.kind):
        raise NotApplicable("the hub asks this source for nothing")
    with desk(h) as at:
        for _ in range(2):
            h.run(at.receiver, at.store)
        if at.receiver.came or handed(at.store):
            raise Violation(
                expected="no delivery without a cause",
                observed=f"{len(at.receiver.came)} calls to where deliveries are taken",
                likely="pages() answers what it reads",
                where="a read",
            )


@check(
    "DL-16",
    level=Level.OPERATES,
    clause="A delivery's secrets and people stand in no log line, output, error text or open column, whatever happens.",
    why="Errors of deliveries are listed for every operator. The body and the receipt lie sealed beside them.",
    needs=Capability.DELIVER,
    after=("DL-01",),
    waivable=False,
    failing='raise SourceReplyInvalid(f"the centre did not take {delivery.body}")',
    passing='raise SourceReplyInvalid("the centre did not take a hand-over", hint="…")',
)
def delivery_is_discreet(h: Harness) -> None:
    """One of each kind: taken, refused, failed, and with the answer not to be read."""
    likely = "deliver() logs what it sends, or puts it into the text of an error"
    cases: list[tuple[Mood, str]] = [("ok", "")]
    if h.subject.way != "table":  # which says no more than that it was fetched
        cases += [("refused", ""), ("failed", ""), ("ok", "html"), ("ok", "status"), ("ok", "signing")]
    for mood, fault in cases:
        with desk(h) as at, loud():
            at.receiver.mood = mood
            if fault:
                at.receiver.fault(fault, times=None)
            for kind in at.kinds:
                at.post(kind, cause=f"task 330110-1 {kind}")
                at.send(MINUTE_S)
            places = told(h, at.store)
        nowhere(h, places, ("secret", *PERSONAL), likely=likely, when=f"a delivery, {fault or mood}")


@check(
    "DL-17",
    level=Level.OPERATES,
    clause="No address a delivery is sent to bears a secret, or a number or name of a person.",
    why="Addresses are written down by every proxy and server on the way, and stand in the hub's own errors.",
    needs=Capability.DELIVER,
    after=("DL-01",),
    waivable=False,
    failing='source.post("/accept", params={"tel": order.phone})',
    passing='source.post("/accept", json={"tel": order.phone})',
)
def delivery_address_is_clean(h: Harness) -> None:
    """One of each kind; the planted person and secret are looked for in paths and query strings."""
    with desk(h) as at:
        for kind in at.kinds:
            at.post(kind, cause=f"task 330110-1 {kind}")
            at.send(MINUTE_S)
        places = {f"call {no}": f"{taken.path} {taken.query}" for no, taken in enumerate(at.receiver.came, 1)}
    likely = "parameters of a call whose fields belong in its body"
    nowhere(h, places, ("secret", *PERSONAL), likely=likely, when="a delivery")


@check(
    "DL-22",
    level=Level.OPERATES,
    clause="A delivery acts through `source` and in no other way: no connection, thread, process or file beside it.",
    why="It bears people's names in clear. A file beside the store is not sealed, a host that is not the source has no "
    "allow-list, and a thread for each delivery is thousands after a month.",
    needs=Capability.DELIVER,
    after=("DL-01",),
    waivable=False,
    failing="Path(gettempdir(), delivery.key).write_text(str(said))",
    passing='source.post("/accept", json=said)',
)
def delivery_acts_through_source(h: Harness) -> None:
    """One of each kind with the doors watched."""
    with desk(h) as at:
        at.post_all()
        with beside_source(h) as touched, traces(h.subject.kind) as left:
            at.send_all()
    for what, where in [*((f"it {each.what}", each.where) for each in touched), *((e.event, e.where) for e in left)]:
        raise Violation(
            expected="nothing but calls of source",
            observed=what,
            likely="a copy kept for debugging, a client of its own, or something to be done later",
            where=where,
        )
