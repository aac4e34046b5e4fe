"""What an operator may do to a source's progress: pause, resume, rewind. Each is audited."""

from datetime import datetime

from hub.clock import utc_now, utc_text
from hub.errors import ConfigError
from hub.settings import SourceSettings
from hub.store import audit, progress
from hub.store.progress import StreamKey
from hub.store.store import Store


def pause(store: Store, source: SourceSettings, reason: str) -> None:
    """Leave the source out of the schedule from now on, across restarts. ``reason`` is shown by `hub status`."""
    _set(store, source, "source.paused", paused=1, reason=reason)


def resume(store: Store, source: SourceSettings) -> None:
    """Take the source into the schedule again, due at once."""
    _set(store, source, "source.resumed", paused=0, reason="", next_run=None, failures=0)


def rewind(store: Store, source: SourceSettings, stream: str, to: datetime | None) -> bool:
    """Set a stream's watermark back to ``to`` (aware), or forget it; answers whether it moved.

    The only way a watermark moves back (law L5). Raises ConfigError for a time in the future.
    """
    now = utc_now()
    if to is not None and to > now:
        raise ConfigError("a watermark cannot lie in the future", where=source.name, hint="give a time in the past")
    key = StreamKey(source.home, source.name, stream)
    with store.database.transaction() as connection:
        moved = progress.move_watermark(connection, key, to, run=0, now=utc_text(now), rewind=True)
        entry = {"source": source.name, "stream": stream, "to": utc_text(to) if to else None}
        audit.append(
            connection,
            home=source.home,
            writer=store.writer,
            action="source.rewound",
            entry=entry,
            at=utc_text(now),
        )
    return moved


def _set(store: Store, source: SourceSettings, action: str, **values: object) -> None:
    now = utc_text(utc_now())
    with store.database.transaction() as connection:
        progress.set_source_state(connection, source.home, source.name, now=now, **values)
        entry = {"source": source.name, "reason": str(values.get("reason", ""))}
        audit.append(connection, home=source.home, writer=store.writer, action=action, entry=entry, at=now)
