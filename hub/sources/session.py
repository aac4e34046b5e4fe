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

    @property
    def held(self) -> bool:
        """Whether there is a token, dead or alive."""
        return bool(self._token)

    def forget(self) -> None:
        """Drop the token: the source has denied it."""
        self._token = ""

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
            seconds = float(life)
            return self._clock() + timedelta(seconds=max(seconds - _MARGIN_S, seconds / 2))
        except (TypeError, ValueError, OverflowError):
            raise MalformedError(f"no number of seconds at {self._login.life} in the login's answer") from None
