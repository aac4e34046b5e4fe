"""What leaves the hub: posted with its cause, sent at least once, acted on once by its key (law L7).

Nothing calls a target from within a transaction. A cause writes a row (`post`); the sender (`hub.engine.outbox`) takes
it under a lease, hands it to the adapter in a worker process, and settles it by `judge`. Replays and remaps are no
causes and post nothing.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection

from hub.clock import utc_text
from hub.contract import Awaited, Receipt
from hub.errors import SourceDenied, SourceError, SourceThrottled, SourceUnavailable
from hub.redact import mask
from hub.store import outbox
from hub.store.outbox import Settlement
from hub.store.store import Store
from hub.wire import Delivering

_CODE: Final = re.compile(r"[A-Za-z0-9_.:/-]{1,64}")

SLOWEST_S: Final = 3_600
"""A failing delivery is tried at least once an hour, unless its target asks for more patience."""


@dataclass(frozen=True, slots=True)
class Missed:
    """An attempt without a receipt. ``said`` is ``code: text``, no payload; ``unsent``: it surely never arrived;
    ``final``: no other attempt would end in another way; ``unasked``: the target could not be asked, and said nothing
    of the delivery."""

    said: str
    unsent: bool = False
    retry_after: float | None = None
    final: bool = False
    unasked: bool = False

    @classmethod
    def of(cls, error: SourceError) -> "Missed":
        """What an error of the target means. A denial, a throttle and a 4xx were answered without acting."""
        refused = isinstance(error, SourceDenied | SourceThrottled) or 400 <= (error.status or 0) < 500
        after = error.retry_after if isinstance(error, SourceThrottled) else None
        unasked = isinstance(error, SourceUnavailable | SourceThrottled)
        unsent = refused or (isinstance(error, SourceUnavailable) and error.unsent)
        return cls(f"{error.code}: {error}", unsent, after, unasked=unasked)


def post(
    connection: Connection,
    store: Store,
    *,
    home: str,
    cause: str,
    target: str,
    kind: str,
    payload: Mapping[str, Any],
    now: datetime,
) -> str:
    """Write what is to be handed to a source, in the transaction of its ``cause``; answers the key it will bear.

    ``cause`` names what it follows from (``task 330000-12 requested``) and holds no personal data; the same cause told
    twice is one delivery. ``target`` is the source instance, ``home`` its region, ``payload`` what JSON can hold.
    """
    return outbox.put(
        connection, store.keyring, home=home, target=target, kind=kind, cause=cause, body=payload, now=utc_text(now)
    )


def judge(
    outcome: Receipt | Awaited | Missed,
    delivering: Delivering,
    *,
    attempts: int,
    now: datetime,
    handed: bool = False,
    age: timedelta = timedelta(0),
) -> Settlement:
    """What follows from an attempt, the ``attempts``-th. Pure.

    Waits double from ``backoff_s`` to an hour; a longer ``Retry-After`` is obeyed. What is ``handed`` in and awaits its
    receipt is looked at every ``look_s``, less often as its ``age`` grows, for as long as it takes, and however often
    the target cannot be asked: who waits for it has a deadline of his own.
    """
    if isinstance(outcome, Awaited):
        said = "delivery.awaited: handed in; the receipt is not there yet"
        due = now + max(timedelta(seconds=delivering.look_s), min(age / 20, timedelta(seconds=SLOWEST_S)))
        return Settlement(outbox.WAITING, due=due, error=said, number=_open(outcome.number), looked=True)
    if isinstance(outcome, Receipt):
        told = {"accepted": outcome.accepted, "number": outcome.number, "reason": outcome.reason}
        return Settlement(
            outbox.DELIVERED if outcome.accepted else outbox.REFUSED,
            error=None if outcome.accepted else f"delivery.refused: reason {_open(outcome.reason)}",
            number=_open(outcome.number),
            receipt={**told, "body": dict(outcome.body)},
        )
    if not (delivering.keyed or outcome.unsent):
        return Settlement(outbox.UNKNOWN, error=outcome.said)
    if outcome.final or (attempts >= delivering.attempts and not (handed and outcome.unasked)):
        return Settlement(outbox.DEAD, error=outcome.said)
    wait_s = max(min(delivering.backoff_s * 2 ** min(attempts - 1, 20), SLOWEST_S), outcome.retry_after or 0)
    return Settlement(outbox.WAITING, due=now + timedelta(seconds=wait_s), error=outcome.said)


def _open(code: str) -> str:
    """A code or number of the target as it may lie open: a sentence may tell of people and stays sealed."""
    return mask(code) if _CODE.fullmatch(code) else "-"
