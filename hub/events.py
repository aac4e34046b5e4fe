"""What the hub logs: named events, each with the keys it may carry. Nothing else reaches a log.

A key that is not on its event's list is dropped and told in ``dropped_keys``, by name; texts pass `hub.redact.clean`.
structlog is imported with the first event, so that a command which logs nothing starts fast.
"""

import sys
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal

from hub.redact import clean

Level = Literal["debug", "info", "warning", "error"]

RUN_STARTED: Final = "run.started"
RUN_FINISHED: Final = "run.finished"
PAGE_COMMITTED: Final = "page.committed"
RECORD_REJECTED: Final = "record.rejected"
RETRY_SCHEDULED: Final = "retry.scheduled"
QUOTA_LOW: Final = "quota.low"
PLUGIN_SKIPPED: Final = "plugin.skipped"
SOURCE_DRIFTED: Final = "source.drifted"
SOURCE_FAILED: Final = "source.failed"
SOURCE_PAUSED: Final = "source.paused"
SOURCE_RESUMED: Final = "source.resumed"
WATERMARK_REWOUND: Final = "watermark.rewound"
DAEMON_STARTED: Final = "daemon.started"
DAEMON_STOPPED: Final = "daemon.stopped"
WORKER_LOST: Final = "worker.lost"
INBOX_OPENED: Final = "inbox.opened"
PUSH_KEPT: Final = "push.kept"
PUSH_REFUSED: Final = "push.refused"
PUSH_FAILED: Final = "push.failed"
DELIVERY_ENDED: Final = "delivery.ended"
DELIVERY_DELAYED: Final = "delivery.delayed"
CASES_LINKED: Final = "cases.linked"
LINKING_DELAYED: Final = "linking.delayed"
LINKING_PLANNED: Final = "linking.planned"
LINKING_UNPLANNED: Final = "linking.unplanned"
RECORD_UNLINKED: Final = "record.unlinked"
DEADLINES_SWEPT: Final = "deadlines.swept"
STORE_MIGRATED: Final = "store.migrated"
KEY_CREATED: Final = "key.created"
KEY_ROTATED: Final = "key.rotated"


@dataclass(frozen=True, slots=True)
class Event:
    """How loud an event is, and the keys it may carry."""

    level: Level
    keys: frozenset[str]


def _event(level: Level, keys: str) -> Event:
    return Event(level, frozenset(keys.split()))


_RUN: Final = "adapter source stream run_id "
_COUNTS: Final = "fetched stored unchanged superseded deleted rejected unmapped "

EVENTS: Final[Mapping[str, Event]] = {
    RUN_STARTED: _event("info", _RUN + "since"),
    RUN_FINISHED: _event(
        "info",
        _RUN + _COUNTS + "outcome degraded announced since watermark pages retries duration_s error drifted",
    ),
    PAGE_COMMITTED: _event("debug", _RUN + _COUNTS + "pages rows window watermark"),
    RECORD_REJECTED: _event("warning", _RUN + "code field record_ref"),
    RETRY_SCHEDULED: _event("warning", _RUN + "error status attempt wait_s"),
    QUOTA_LOW: _event("warning", "adapter source stream calls per_day"),
    PLUGIN_SKIPPED: _event("warning", "plugin package reason"),
    SOURCE_DRIFTED: _event("warning", _RUN + "field change"),
    SOURCE_FAILED: _event("error", _RUN + "error failures next_at"),
    SOURCE_PAUSED: _event("info", "source reason"),
    SOURCE_RESUMED: _event("info", "source"),
    WATERMARK_REWOUND: _event("warning", "source stream watermark previous"),
    DAEMON_STARTED: _event("info", "version pid sources workers"),
    DAEMON_STOPPED: _event("info", "pid reason duration_s"),
    WORKER_LOST: _event("error", _RUN + "pid exit_code"),
    INBOX_OPENED: _event("info", "host port sources"),
    PUSH_KEPT: _event("debug", "kept again reused"),
    PUSH_REFUSED: _event("warning", "source stream reason status client"),
    PUSH_FAILED: _event("error", "source stream error"),
    DELIVERY_ENDED: _event("info", "source kind ref state attempts error"),
    DELIVERY_DELAYED: _event("warning", "source kind ref attempts wait_s error"),
    CASES_LINKED: _event("info", "records cases joined asked merged conflicts bounded"),
    LINKING_DELAYED: _event("warning", "error wait_s"),
    LINKING_PLANNED: _event("info", "records groups asked"),
    LINKING_UNPLANNED: _event("warning", "error"),
    RECORD_UNLINKED: _event("error", "record_ref error"),
    DEADLINES_SWEPT: _event("info", "yellow red climbed recalled duration_s"),
    STORE_MIGRATED: _event("info", "engine previous revision duration_s"),
    KEY_CREATED: _event("info", "key_id purpose"),
    KEY_ROTATED: _event("info", "key_id previous purpose rows"),
}
"""Every event there is. ``error`` is an error's code or text, which holds no payload; times are ISO texts in UTC."""

_STAMPS: Final = ("timestamp", "level", "event")
_ready = False


def configure(*, json: bool | None = None, level: Level = "info") -> None:
    """Set the log up, to stderr: JSON lines or a console; ``json`` None is a console on a terminal, else JSON.

    May be called again; events below ``level`` are not logged. Times are UTC.
    """
    import logging  # noqa: PLC0415

    import structlog  # noqa: PLC0415

    renderer: Any = structlog.dev.ConsoleRenderer()
    if json or (json is None and not sys.stderr.isatty()):
        renderer = structlog.processors.JSONRenderer(ensure_ascii=False)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            keep_allowed,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),  # one write a line: processes share the stream
        cache_logger_on_first_use=False,
    )
    global _ready  # noqa: PLW0603
    _ready = True


def log(event: str, /, **keys: Any) -> None:
    """Log one of `EVENTS` at its level. Raises KeyError for one that is not declared."""
    import structlog  # noqa: PLC0415

    level = EVENTS[event].level
    if not _ready:
        configure()
    getattr(structlog.get_logger(), level)(event, **keys)


def keep_allowed(logger: Any, method: str, line: MutableMapping[str, Any]) -> dict[str, Any]:
    """structlog processor: keeps what the event may carry, cleaned. One that is not declared may carry nothing."""
    event = EVENTS.get(str(line.get("event")))
    declared = event.keys if event else frozenset()
    kept = {key: plain(line[key]) for key in _STAMPS if key in line}
    kept |= {key: plain(value) for key, value in line.items() if key in declared}
    dropped = sorted(clean(str(key)) for key in line if key not in kept)
    return {**kept, "dropped_keys": dropped} if dropped else kept


def plain(value: Any) -> str | int | float | bool | None:
    """A value as it may be logged: numbers as they are, times in ISO form, texts cleaned, anything else by its type."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, date):  # and so a datetime
        return value.isoformat()
    return clean(value) if isinstance(value, str) else f"<{type(value).__name__}>"
