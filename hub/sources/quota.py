"""How many calls an interface may get in a day, and how many it has got: counted before each is made.

The counts of one ``app_key`` at one gateway stand in one small file for all processes, beside the secrets it lends
(`hub.sources.shared`). They hold paths and numbers only. A file that is torn counts from nothing: the source itself
keeps count as well.
"""

import fcntl
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

import orjson

from hub.contract import AdapterConfig
from hub.errors import ConfigError, QuotaSpent
from hub.sources.failures import Spot
from hub.sources.origin import Origin

LOW: Final = 0.8
"""The share of a day's calls from which on it is told that they come to an end."""

OnQuota = Callable[[int, int], None]
"""Told once a day for each interface, before the calls are spent: those made, those allowed."""


@dataclass(frozen=True, slots=True)
class Calls:
    """The calls made to one interface today. ``path`` is told as in errors: without a value of the settings."""

    path: str
    calls: int


class Quota:
    """At most ``per_day`` calls to each interface in a day of ``zone``, over all that share ``folder``.

    ``folder`` None shares with nobody. ``per_day`` 0 is no limit, and nothing is counted.
    """

    def __init__(
        self, folder: Path | None, *, origin: str, app_key: str, per_day: int, zone: tzinfo, on_low: OnQuota
    ) -> None:
        name = blake2b(f"{origin}\n{app_key}".encode(), digest_size=16).hexdigest()
        self._file = folder / f"calls-{name}" if folder else None
        self._per_day, self._zone, self._on_low = per_day, zone, on_low
        self._memory = b""

    @classmethod
    def of(cls, folder: Path | None, config: AdapterConfig, zone: tzinfo, *, on_low: OnQuota) -> "Quota":
        """That of one instance, by its settings. Raises ConfigError for a ``base_url`` that is no address."""
        origin = Origin(config.base_url).url("")
        return cls(
            folder, origin=origin, app_key=config.app_key, per_day=config.calls_per_day, zone=zone, on_low=on_low
        )

    def spend(self, path: str, spot: Spot, now: datetime) -> None:
        """Count a call to ``path`` that is about to be made. Raises QuotaSpent for one too many, ConfigError."""
        if not self._per_day:
            return
        at = now.astimezone(self._zone)
        mark = blake2b(path.encode(), digest_size=16).hexdigest()
        with self._held() as (content, keep):
            today = _today(content, at)
            calls = today.get(mark, (spot.path, 0))[1]
            if calls >= self._per_day:
                midnight = datetime.combine(at.date() + timedelta(days=1), time(), self._zone)
                raise spot.error(
                    QuotaSpent,
                    f"the {self._per_day} calls of today are spent",
                    hint="it goes on tomorrow, where it stood; or have calls_per_day raised",
                    retry_after=(midnight - at).total_seconds(),
                )
            keep(orjson.dumps({"day": at.date().isoformat(), "calls": {**today, mark: (spot.path, calls + 1)}}))
        if calls < _low(self._per_day) <= calls + 1:
            self._on_low(calls + 1, self._per_day)

    def made(self, now: datetime) -> list[Calls]:
        """The calls made today, by interface."""
        content = self._file.read_bytes() if self._file and self._file.is_file() else self._memory
        return [Calls(*told) for told in sorted(_today(content, now.astimezone(self._zone)).values())]

    @contextmanager
    def _held(self) -> Iterator[tuple[bytes, Callable[[bytes], None]]]:
        """What is counted, and what keeps another count, while nobody else counts. A process that dies lets go."""
        if self._file is None:
            yield self._memory, self._remember
            return
        try:
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            file = os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            where = f"{self._file.parent}: {error.strerror}"
            raise ConfigError("calls cannot be counted", where=where, hint="it belongs to the hub") from None
        try:
            fcntl.flock(file, fcntl.LOCK_EX)

            def keep(content: bytes) -> None:
                os.pwrite(file, content, 0)
                os.ftruncate(file, len(content))

            yield os.pread(file, os.fstat(file).st_size, 0), keep
        finally:
            os.close(file)

    def _remember(self, content: bytes) -> None:
        self._memory = content


def _today(content: bytes, at: datetime) -> Mapping[str, tuple[str, int]]:
    """(path, calls) by interface; none for a day that is over."""
    with suppress(ValueError, KeyError, TypeError):
        told: dict[str, Any] = orjson.loads(content)
        if told["day"] == at.date().isoformat():
            return {mark: (str(path), int(calls)) for mark, (path, calls) in told["calls"].items()}
    return {}


def _low(per_day: int) -> int:
    """The call with which the rest of the day's becomes few."""
    return max(1, int(per_day * LOW))
