"""The token of a source that wants a login: got when first needed, kept for its life, got anew when it has died."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from hub.errors import SourceReplyInvalid
from hub.sources.asking import Fill, lay_login
from hub.sources.decode import MalformedError
from hub.sources.envelope import ABSENT, open_answer, walk
from hub.sources.exchange import Exchange
from hub.sources.failures import Spot
from hub.wire import Login

_MARGIN_S: Final = 30  # a token is not used in the last seconds of its life; a short one for half of it


def good_until(now: datetime, life_s: float) -> datetime:
    """When a token or secret that lives so long from now on is no longer used. Raises OverflowError."""
    return now + timedelta(seconds=max(life_s - _MARGIN_S, life_s / 2))


class Session:
    """One login at one source. ``encoding`` is that of its replies."""

    def __init__(
        self,
        login: Login,
        exchange: Exchange,
        fill: Fill,
        *,
        adapter: str,
        encoding: str,
        clock: Callable[[], datetime],
    ) -> None:
        self._login, self._exchange, self._fill = login, exchange, fill
        self._adapter, self._encoding, self._clock = adapter, encoding, clock
        self._token = ""
        self._dies: datetime | None = None
        self._again = False  # got anew after a denial, and not yet accepted

    def accepted(self) -> None:
        """The source has taken the token."""
        self._again = False

    def another(self) -> bool:
        """The source has denied the token, which may have died early: whether there is another to be tried, once."""
        again, self._again = self._again, False
        if not self._token or again:
            return False
        self._token, self._again = "", True
        return True

    def header(self, attempt: int) -> dict[str, str]:
        """The header for each request; logs in when there is no token or its life is over. Raises SourceError."""
        if not self._token or (self._dies is not None and self._clock() >= self._dies):
            self._log_in(attempt)
        return {self._login.header: self._login.prefix + self._token}

    def _log_in(self, attempt: int) -> None:
        self._token = ""
        ask = lay_login(self._login, self._fill)
        spot = Spot(self._adapter, ask.method, ask.told(), attempt=attempt)
        answer = self._exchange.send(ask, spot)
        body = open_answer(answer.content, self._login.envelope, encoding=self._encoding, spot=spot)
        try:
            token = walk(body, self._login.token)
            life = walk(body, self._login.life) if self._login.life else None
            self._dies = self._end(life)
        except MalformedError as why:
            raise spot.error(SourceReplyInvalid, str(why)) from None
        if not isinstance(token, str | int) or not token:
            raise spot.error(SourceReplyInvalid, f"no token at {self._login.token} in the login's answer")
        self._token = str(token)

    def _end(self, life: Any) -> datetime | None:
        if life is None or life is ABSENT or life == "":
            return None
        try:
            return good_until(self._clock(), float(life))
        except (TypeError, ValueError, OverflowError):
            raise MalformedError(f"no number of seconds at {self._login.life} in the login's answer") from None
