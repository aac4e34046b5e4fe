"""Update times of a simulated source: read as the source writes them, compared in UTC, written alike."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

_read = lru_cache(maxsize=4_096)(datetime.strptime)
"""A text in a form. The times of one recording are read many thousand times in a run of the suite."""


class Times:
    """The style of one source's times: a strftime form, ``epoch_s``, ``epoch_ms`` or ``iso``; naive ones of ``zone``.

    ``%f`` is written with as many digits as the texts it has read had.
    """

    def __init__(self, style: str, zone: str, field: str = "") -> None:
        self.style, self.zone, self.field = style, ZoneInfo(zone), field
        self._digits = 6

    def read(self, value: Any) -> datetime | None:
        """The instant, aware, UTC; None when there is none to read."""
        try:
            return self.parse(value)
        except (ValueError, TypeError, OverflowError):
            return None

    def parse(self, value: Any) -> datetime:
        """The instant, aware, UTC. Raises ValueError, TypeError or OverflowError."""
        if self.style in ("epoch_s", "epoch_ms"):
            return datetime.fromtimestamp(int(value) / (1000 if self.style == "epoch_ms" else 1), UTC)
        text = str(value).strip()
        at = datetime.fromisoformat(text) if self.style == "iso" else self._strptime(text)
        return (at if at.tzinfo else at.replace(tzinfo=self.zone)).astimezone(UTC)

    def _strptime(self, text: str) -> datetime:
        """By the style; where it ends in a fraction, one may leave it out, as people who ask do."""
        if self.style.endswith(".%f"):
            _, point, fraction = text.rpartition(".")
            if not point:
                return _read(text, self.style.removesuffix(".%f"))
            self._digits = len(fraction)
        return _read(text, self.style)

    def write(self, at: datetime) -> str | int:
        """An aware time as the source writes it."""
        if self.style in ("epoch_s", "epoch_ms"):
            return round(at.timestamp() * (1000 if self.style == "epoch_ms" else 1))
        local = at.astimezone(self.zone)
        if self.style == "iso":
            return local.isoformat(timespec="seconds")
        text = local.strftime(self.style)
        return text[: len(text) - 6 + self._digits] if self.style.endswith(".%f") else text

    @property
    def step(self) -> timedelta:
        """The least difference the style can tell, at the least a second; a day for styles without a time of day."""
        timely = self.style in ("epoch_s", "epoch_ms", "iso") or "%H" in self.style
        return timedelta(seconds=1) if timely else timedelta(days=1)

    def newest(self, rows: Iterable[Mapping[str, Any]]) -> datetime | None:
        """The newest update time among the rows."""
        return max((at for row in rows if (at := self.read(row.get(self.field))) is not None), default=None)

    def later(self, rows: Iterable[Mapping[str, Any]], steps: int = 60) -> str | int:
        """A time ``steps`` steps behind all of the rows' (minutes where a style tells seconds, else days)."""
        newest = self.newest(rows) or datetime(2026, 1, 1, tzinfo=UTC)
        return self.write(newest + self.step * (steps if self.step < timedelta(days=1) else 1))
