"""A clock for tests: it stands until it is moved."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(slots=True)
class Clock:
    """Answers ``now``, aware UTC."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)
