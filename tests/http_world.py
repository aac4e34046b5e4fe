"""Sources of one loopback server, with a clock that stands still and sleeps that do not last."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from web import Asked, Web

from hub.contract import AdapterConfig, Manifest, Stream
from hub.errors import (
    SourceError,
)
from hub.sources.http import HttpLimits, HttpSource
from hub.wire import PageNumber, Request

LAKE = Manifest(name="lake", version="1", kind="court", streams=(Stream(), Stream(name="other")))
LIMITS = HttpLimits(connect_s=2, read_s=2, total_s=5, attempts=3, backoff_s=0.5)
NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
REQUEST = Request(path="/rows", paging=PageNumber(page="p", size="s", rows=2))


@dataclass
class World:
    """Makes sources for one server, with a clock that stands still and sleeps that do not last."""

    web: Web
    now: datetime = NOON
    slept: list[float] = field(default_factory=list)
    retried: list[tuple[SourceError, int, float]] = field(default_factory=list)
    made: list[HttpSource] = field(default_factory=list)

    def source(self, manifest: Manifest = LAKE, *, limits: HttpLimits = LIMITS, **how: Any) -> HttpSource:
        config = how.pop("config", {})
        source = HttpSource(
            name="lake_one",
            home="330110",
            manifest=manifest,
            config=AdapterConfig(**({"base_url": self.web.url, "history_from": "2026-03-01"} | config)),
            limits=limits,
            clock=lambda: self.now,
            sleep=self.slept.append,
            **({"allow": ["127.0.0.1"], "on_retry": lambda *told: self.retried.append(told)} | how),
        )
        self.made.append(source)
        source.start_read("records")
        return source


def in_turn(*answers: Any) -> Callable[[Asked], Any]:
    """Answers one after the other, the last one for ever."""
    left = list(answers)
    return lambda asked: left.pop(0) if len(left) > 1 else left[0]
