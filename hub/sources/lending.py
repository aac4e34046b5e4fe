"""Secrets that a gateway lends, as `hub.wire.Lending` declares them: got when needed, renewed by one for all.

A gateway may let only the latest secret live. So whoever finds its own dead or refused first looks whether another
process has a newer one, and only then renews, while the others wait for the outcome.
"""

from collections.abc import Callable
from datetime import datetime, tzinfo
from typing import Any, Final

from hub.errors import PluginError, SourceDenied, SourceReplyInvalid, SourceUnavailable
from hub.sources.asking import Ask, Fill
from hub.sources.decode import MalformedError
from hub.sources.envelope import ABSENT, open_answer, read_clock, walk
from hub.sources.exchange import Answer, Exchange
from hub.sources.failures import Spot, http_date
from hub.sources.session import good_until
from hub.sources.shared import Secret, SharedSecrets
from hub.sources.signing import sign_ask
from hub.wire import Lending, Lent, Renewal

_NAP_S: Final = 0.1  # between two looks whether another process has renewed


class Lender:
    """What signs the calls of one source. ``patience_s`` is how long another process may take to renew."""

    def __init__(
        self,
        lending: Lending,
        exchange: Exchange,
        fill: Fill,
        shared: SharedSecrets,
        *,
        adapter: str,
        encoding: str,
        zone: tzinfo,
        clock: Callable[[], datetime],
        sleep: Callable[[float], None],
        should_stop: Callable[[], bool],
        patience_s: float,
    ) -> None:
        self._lending, self._exchange, self._fill, self._shared = lending, exchange, fill, shared
        self._adapter, self._encoding, self._zone = adapter, encoding, zone
        self._clock, self._sleep, self._should_stop, self._patience_s = clock, sleep, should_stop, patience_s
        self._held: Secret | None = None
        self._refused = ""
        self._unproven = False  # renewed here, and not yet accepted

    def secret(self, attempt: int) -> str:
        """What to sign with now. Raises SourceError, ConfigError."""
        if self._held is None or self._clock() >= self._held.until:
            self._held = self._obtain(attempt)
        return self._held.value

    def accepted(self) -> None:
        """The source has taken a call so signed."""
        self._unproven = False

    def another(self) -> bool:
        """The source has denied a call so signed: whether there is another secret to sign it with."""
        unproven, self._unproven = self._unproven, False
        if self._held is None or unproven:
            return False
        self._refused, self._held = self._held.value, None
        return True

    def _obtain(self, attempt: int) -> Secret:
        signs, now = self._lending.signs, self._clock()
        with self._shared.turn(self._patience(attempt)) as known:
            alive = {name: secret for name, secret in known.items() if now < secret.until}
            held = alive.pop(signs, None)
            self._unproven = held is None or held.value == self._refused
            return self._renew(alive, attempt) if held is None or self._unproven else held

    def _renew(self, known: dict[str, Secret], attempt: int) -> Secret:
        """Go through the renewals, twice: what an earlier one is signed with may be lent by a later one."""
        signs, failure = self._lending.signs, None
        for renewal in self._lending.renewals * 2:
            if renewal.by and renewal.by not in known:
                continue
            by = known[renewal.by].value if renewal.by else self._fill.setting("app_secret")
            try:
                known |= self._call(renewal, by, attempt)
            except (SourceDenied, SourceReplyInvalid) as why:
                if not renewal.by:
                    raise
                failure = why  # what was lent may be over before its time: that is told in many words
                del known[renewal.by]
                continue
            self._shared.keep(known)
            if signs in known:
                return known[signs]
        raise failure or PluginError(f"no renewal lends {signs}", where=self._adapter)

    def _call(self, renewal: Renewal, by: str, attempt: int) -> dict[str, Secret]:
        ask = Ask(
            renewal.method,
            self._fill(renewal.path),
            template=renewal.path,
            form={} if renewal.method == "POST" else None,
        )
        spot = Spot(self._adapter, ask.method, ask.told(), attempt=attempt)
        ask = sign_ask(
            ask,
            self._lending.signing,
            url=self._exchange.url(ask, spot),
            app_key=self._fill.setting("app_key"),
            app_secret=by,
            at=self._clock(),
            zone=self._zone,
        )
        answer = self._exchange.send(ask, spot)
        body = open_answer(answer.content, self._lending.envelope, encoding=self._encoding, spot=spot)
        try:
            return {name: self._lent(body, lent, answer) for name, lent in renewal.lends.items()}
        except MalformedError as why:
            raise spot.error(SourceReplyInvalid, str(why)) from None

    def _lent(self, body: Any, lent: Lent, answer: Answer) -> Secret:
        value, ends = walk(body, lent.value), walk(body, lent.ends) if lent.ends else ABSENT
        if not isinstance(value, str) or not value:
            raise MalformedError(f"no secret at {lent.value} in the answer to a renewal")
        life_s: float = lent.life_s
        if ends is not ABSENT and ends is not None and ends != "":
            try:
                end = read_clock(ends, self._zone)
            except (ValueError, OverflowError, OSError):
                raise MalformedError(f"no time at {lent.ends} in the answer to a renewal") from None
            # by the source's own clock: ours may be off by more than the secret lives
            life_s = min(life_s, (end - (http_date(answer.date) or self._clock())).total_seconds())
        if life_s <= 0:
            raise MalformedError(f"a secret that is over already at {lent.value} in the answer to a renewal")
        return Secret(value, good_until(self._clock(), life_s))

    def _patience(self, attempt: int) -> Callable[[], None]:
        """Waits a moment for another process; raises SourceUnavailable when it has taken too long."""
        left = self._patience_s

        def wait() -> None:
            nonlocal left
            if left <= 0 or self._should_stop():
                what = "another process is renewing the secret and does not end"
                raise Spot(self._adapter, attempt=attempt).error(SourceUnavailable, what)
            self._sleep(_NAP_S)
            left -= _NAP_S

        return wait
