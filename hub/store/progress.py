"""Runs, watermarks and the completeness ledger: how far a read has come.

All of it is written in the transaction of the rows it speaks of (law L1).
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update

from hub.batch import INCOMPLETE, RUNNING
from hub.clock import utc_text
from hub.contract import PUSHED
from hub.store.driver import Driver
from hub.store.tables import Ledger, Run, SourceState, Watermark, core
from hub.store.write import Counts

_RUN, _WATERMARK, _LEDGER, _STATE = core(Run), core(Watermark), core(Ledger), core(SourceState)


def mark_text(when: datetime) -> str:
    """An aware time as a watermark writes it: UTC, microseconds."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def mark_time(mark: str) -> datetime:
    """A stored watermark as an aware time. Earlier releases wrote seconds only; both are read."""
    return datetime.fromisoformat(mark.replace("Z", "+00:00"))


@dataclass(frozen=True, slots=True)
class StreamKey:
    """Whose progress: the instance's home, its name, and the stream."""

    home: str
    source: str
    stream: str


def watermark(connection: Connection, key: StreamKey) -> datetime | None:
    """The stream's watermark, aware, or None when it was never read."""
    value = connection.scalar(
        select(_WATERMARK.c.value).where(
            _WATERMARK.c.home == key.home, _WATERMARK.c.source == key.source, _WATERMARK.c.stream == key.stream
        )
    )
    return mark_time(value) if value else None


def move_watermark(
    connection: Connection, key: StreamKey, to: datetime | None, *, run: int, now: str, rewind: bool = False
) -> bool:
    """Set the watermark; answers whether it moved. Only a rewind moves it back (law L5) or, with None, forgets it."""
    have = watermark(connection, key)
    if rewind and (have is None or (to is not None and to >= have)):
        return False
    where = (_WATERMARK.c.home == key.home, _WATERMARK.c.source == key.source, _WATERMARK.c.stream == key.stream)
    if to is None:
        if not rewind:
            return False
        connection.execute(delete(_WATERMARK).where(*where))
        return True
    if have is not None and (to == have or (to < have and not rewind)):
        return False
    values = {"value": mark_text(to), "run": run, "moved": now}
    if have is None:
        connection.execute(insert(_WATERMARK).values(home=key.home, source=key.source, stream=key.stream, **values))
    else:
        connection.execute(update(_WATERMARK).where(*where).values(**values))
    return True


def begin_run(
    connection: Connection, key: StreamKey, *, adapter: str, why: str, since: datetime | None, now: str
) -> int:
    """Open a run; answers its number."""
    (number,) = Driver.of(connection).ids("run", key.home, 1)
    zero = dict.fromkeys(("pages", "degraded", "duration_ms", *Counts().as_dict()), 0)
    connection.execute(
        insert(_RUN).values(
            home=key.home, id=number, source=key.source, stream=key.stream, adapter=adapter, why=why,
            since=utc_text(since) if since else None, started=now, outcome=RUNNING, **zero,
        )
    )  # fmt: skip
    return int(number)


def count_run(connection: Connection, key: StreamKey, run: int, counts: Counts, *, pages: int) -> None:
    """Write a run's counts so far: once a page, so in the driver's words (a tenth of Core's price)."""
    told = counts.as_dict()
    columns = ", ".join(f"{name} = ?" for name in ("pages", *told))
    statement = f"UPDATE run SET {columns} WHERE home = ? AND id = ?"  # noqa: S608 - names of our own columns
    connection.exec_driver_sql(Driver.of(connection).one(statement), (pages, *told.values(), key.home, run))


def close_run(
    connection: Connection,
    key: StreamKey,
    run: int,
    *,
    outcome: str,
    degraded: bool,
    error: str | None,
    announced: int | None,
    finished: str,
    duration: timedelta,
) -> None:
    """Close a run with its outcome."""
    mark = watermark(connection, key)
    connection.execute(
        update(_RUN)
        .where(_RUN.c.home == key.home, _RUN.c.id == run)
        .values(
            outcome=outcome,
            degraded=int(degraded),
            error=error,
            announced=announced,
            watermark=utc_text(mark) if mark else None,
            finished=finished,
            duration_ms=int(duration.total_seconds() * 1000),
        )
    )


def abandon_runs(connection: Connection, key: StreamKey, *, now: str, pushed: bool = False) -> int:
    """Close runs of this stream that a kill left open: they are incomplete. Answers how many.

    Only runs of pushes with ``pushed``, else only others: a stream may be read while pushes to it come in.
    """
    done = connection.execute(
        update(_RUN)
        .where(
            _RUN.c.home == key.home,
            _RUN.c.source == key.source,
            _RUN.c.stream == key.stream,
            _RUN.c.outcome == RUNNING,
            _RUN.c.why == PUSHED if pushed else _RUN.c.why != PUSHED,
        )
        .values(outcome=INCOMPLETE, error="run.interrupted: the process ended before the run did", finished=now)
    )
    return done.rowcount


def note_window(
    connection: Connection,
    key: StreamKey,
    run: int,
    window: str,
    *,
    announced: int | None,
    fetched: int,
    pages: int,
    closed: bool,
) -> None:
    """Write both sides of the ledger for one window: what was announced and how many distinct items came."""
    values = {"announced": announced, "fetched": fetched, "pages": pages, "closed": int(closed)}
    done = connection.execute(
        update(_LEDGER)
        .where(_LEDGER.c.home == key.home, _LEDGER.c.run == run, _LEDGER.c.window == window)
        .values(**values)
    )
    if not done.rowcount:
        connection.execute(
            insert(_LEDGER).values(
                home=key.home, run=run, window=window, source=key.source, stream=key.stream, **values
            )
        )


def source_state(connection: Connection, home: str, source: str) -> SourceState | None:
    """What was decided about a source at run time, or None when nothing was."""
    found = connection.execute(select(_STATE).where(_STATE.c.home == home, _STATE.c.source == source)).first()
    return SourceState(**found._mapping) if found else None


def set_source_state(connection: Connection, home: str, source: str, *, now: str, **values: object) -> None:
    """Change a source's state: ``paused``, ``reason``, ``next_run``, ``failures``."""
    where = (_STATE.c.home == home, _STATE.c.source == source)
    done = connection.execute(update(_STATE).where(*where).values(changed=now, **values))
    if not done.rowcount:
        defaults = {"paused": 0, "reason": "", "next_run": None, "failures": 0}
        connection.execute(insert(_STATE).values(home=home, source=source, changed=now, **(defaults | values)))
