"""What the hub logs: named events, each with the keys it may carry. Nothing else reaches a log.

A key that is not on its event's list is dropped and named in ``dropped_keys``; texts pass `hub.redact.clean`. structlog is
imported when the first event is logged, so that commands that log nothing start fast.
"""

import sys
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Literal

from hub.redact import clean

Level = Literal["debug", "info", "warning", "error"]

RUN_STARTED: Final = "run.started"
RUN_FINISHED: Final = "run.finished"
PAGE_COMMITTED: Final = "page.committed"
RECORD_REJECTED: Final = "record.rejected"
RETRY_SCHEDULED: Final = "retry.scheduled"
PLUGIN_SKIPPED: Final = "plugin.skipped"
SOURCE_DRIFTED: Final = "source.drifted"
SOURCE_FAILED: Final = "source.failed"
SOURCE_PAUSED: Final = "source.paused"
SOURCE_RESUMED: Final = "source.resumed"
WATERMARK_REWOUND: Final = "watermark.rewound"
DAEMON_STARTED: Final = "daemon.started"
DAEMON_STOPPED: Final = "daemon.stopped"
WORKER_LOST: Final = "worker.lost"
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


EVENTS: Final[Mapping[str, Event]] = {
    RUN_STARTED: _event("info", "adapter source stream run_id since"),
    RUN_FINISHED: _event(
        "info",
        "adapter source stream run_id outcome fetched stored unchanged superseded deleted rejected unmapped"
        " since watermark pages retries duration_s announced error",
    ),
    PAGE_COMMITTED: _event(
        "debug", "adapter source stream run_id page window rows stored unchanged superseded deleted rejected watermark"
    ),
    RECORD_REJECTED: _event("warning", "adapter source stream run_id code field record_ref"),
    RETRY_SCHEDULED: _event("warning", "adapter source stream run_id error attempt wait_s method path status"),
    PLUGIN_SKIPPED: _event("warning", "plugin package reason"),
    SOURCE_DRIFTED: _event("warning", "adapter source stream run_id field change"),
    SOURCE_FAILED: _event("error", "adapter source stream run_id error method path status attempt failures next_at"),
    SOURCE_PAUSED: _event("info", "source reason"),
    SOURCE_RESUMED: _event("info", "source"),
    WATERMARK_REWOUND: _event("warning", "source stream watermark previous"),
    DAEMON_STARTED: _event("info", "version sources workers store"),
    DAEMON_STOPPED: _event("info", "reason duration_s"),
    WORKER_LOST: _event("error", "adapter source stream run_id pid exit_code signal"),
    STORE_MIGRATED: _event("info", "previous revision engine duration_s"),
    KEY_CREATED: _event("info", "key_id purpose"),
    KEY_ROTATED: _event("info", "key_id previous purpose rows"),
}

_configured = False


def configure(*, json: bool | None = None, level: Level = "info") -> None:
    """Set structlog up, to stderr: JSON lines or a console; None is a console on a terminal, else JSON. Times are UTC."""
    import logging  # noqa: PLC0415

    import structlog  # noqa: PLC0415

    as_json = not sys.stderr.isatty() if json is None else json
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False) if as_json else structlog.dev.ConsoleRenderer(colors=True)
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            keep_allowed,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    global _configured  # noqa: PLW0603
    _configured = True


def log(event: str, /, **keys: Any) -> None:
    """Log one of `EVENTS`, at its level. Raises KeyError for an event that is not declared."""
    import structlog  # noqa: PLC0415

    level = EVENTS[event].level
    if not _configured:
        configure()
    getattr(structlog.get_logger(), level)(event, **keys)


def keep_allowed(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """structlog processor: keeps the keys declared for the event and cleans their values; an undeclared event keeps none."""
    name, level = str(line.get("event", "")), line.get("level")
    declared = EVENTS[name].keys if name in EVENTS else frozenset()
    kept: dict[str, Any] = {"event": clean(name)}
    if level is not None:
        kept["level"] = level
    kept.update((key, plain(value)) for key, value in line.items() if key in declared)
    dropped = sorted(clean(str(key)) for key in line if key not in declared and key not in ("event", "level"))
    if dropped:
        kept["dropped_keys"] = dropped
    return kept


def plain(value: Any) -> str | int | float | bool | None:
    """A value as it may be logged: numbers as they are, times in ISO form, texts cleaned, anything else by its type's name."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, datetime | date):
        return value.isoformat()
    return clean(value) if isinstance(value, str) else f"<{type(value).__name__}>"
