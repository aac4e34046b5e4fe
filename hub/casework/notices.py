"""Word to people, held back for a while: what one account is told within a window goes out as one notice.

A channel takes so many notices a minute and a person reads fewer. A notice is written with its cause (law L7), sealed,
and goes to the outbox when its window ends; alone it is sent as it is.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, Final

import orjson
from sqlalchemy import Connection

from hub.casework.receivers import Reach
from hub.clock import utc_now, utc_text
from hub.settings import Settings
from hub.store import notices, outbox
from hub.store.notices import Held
from hub.store.store import Store
from schemas.delivery import Notice

BATCH: Final = 500
"""Held notices looked at in one transaction."""

LISTED: Final = 20
"""Matters a digest names; of more it tells the number."""


def hold(
    connection: Connection,
    store: Store,
    *,
    home: str,
    cause: str,
    reach: Reach,
    notice: Notice,
    window_s: int,
    now: datetime,
) -> int:
    """Hold a notice back for each account it is for; answers how many are new. The same cause again is none.

    The window of an account begins with the first notice held for it.
    """
    new = 0
    for account in reach.accounts:
        hashed = store.keyring.digest(f"account\x1f{reach.channel}\x1f{account}".encode())
        begun = notices.window_end(connection, reach.channel, hashed)
        due = begun if begun is not None and begun > utc_text(now) else utc_text(now + timedelta(seconds=window_s))
        body = {**notice.written(), "receivers": [account]}
        new += notices.add(
            connection, store, home=home, cause=f"{cause} to {hashed.hex()[:16]}", channel=reach.channel,
            account=hashed, due=due, at=utc_text(now), body=orjson.dumps(body),
        )  # fmt: skip
    return new


class Digests:
    """Sends what was held when its window ends: one notice an account. A `Beside` within `Receipts`."""

    def __init__(self, settings: Settings, store: Store, *, clock: Callable[[], datetime] = utc_now) -> None:
        self.settings, self.store, self.clock = settings, store, clock

    def step(self) -> None:
        """Hand over the digests that are due."""
        now = self.clock()
        with self.store.database.reading() as connection:
            if not notices.due(connection, utc_text(now), 1):
                return
        with self.store.database.transaction() as connection:
            held = notices.due(connection, utc_text(now), BATCH)
            for _, group in groupby(held, key=lambda each: (each.channel, each.account)):
                self._send(connection, list(group), now)

    def _send(self, connection: Connection, held: Sequence[Held], now: datetime) -> None:
        bodies = [orjson.loads(notices.opened(self.store, each)) for each in held]
        body = bodies[0] if len(bodies) == 1 else digest(bodies).written()
        key = outbox.put(
            connection, self.store.keyring, home=held[0].home, target=held[0].channel, kind=Notice.kind,
            cause=f"notices {held[0].home}-{held[0].id} to {held[-1].id}", body=body, now=utc_text(now),
        )  # fmt: skip
        notices.sent(connection, held, key)


def digest(bodies: Sequence[dict[str, Any]]) -> Notice:
    """Several notices to one account as one: a line each, in the order in which they were held."""
    lines = [" ".join(filter(None, (each["title"], each.get("text", "")))) for each in bodies[:LISTED]]
    if (more := len(bodies) - LISTED) > 0:
        lines.append(f"另有 {more} 件")
    last = bodies[-1]
    return Notice(
        case=last.get("case", ""), number=last.get("number", ""), at=last["at"], receivers=last["receivers"],
        title=f"{len(bodies)} 件事项待办理", text="\n".join(lines), link=last.get("link", ""),
    )  # fmt: skip
