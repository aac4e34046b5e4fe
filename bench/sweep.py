"""What a sweep over many open tasks costs, beside the plain SQL of the same turns without an event told of them.

    python -m bench.sweep [TASKS]

The store is a fresh one on disk (SQLite). A quiet look is what the daemon does every ten seconds.
"""

import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hub.casework.cases import open_case
from hub.casework.sweep import MOST, Sweeper, climb, sweep
from hub.casework.terms import Terms
from hub.clock import utc_text
from hub.settings import Settings
from hub.store import lamps
from hub.store.driver import Driver
from hub.store.store import Store
from hub.store.tables import core
from hub.store.task_tables import Task
from hub.store.vault import Keyring

HOME = "330110"
NOW = datetime(2026, 3, 20, 1, 0, tzinfo=UTC)
PLAIN = """UPDATE task SET lamp = ?, changed = ? WHERE state IN ('requested', 'received', 'accepted', 'in_progress')
AND paused IS NULL AND lamp IN ({}) AND {} < ?"""


def fill(store: Store, tasks: int) -> None:
    """As many open tasks, of a hundredth as many cases, handed over in the last twenty days."""
    terms, at = Terms.load(), utc_text(NOW)
    times = [terms.times("handover", requested=utc_text(NOW - timedelta(hours=hour))) for hour in range(480)]
    how: dict[str, Any] = {"home": HOME, "day": NOW.date(), "channel": "XF", "records": [], "by": "bench", "at": at}
    with store.database.transaction() as connection:
        codes = [open_case(connection, store, **how) for _ in range(max(1, tasks // 100))]
        rows = []
        for number in range(1, tasks + 1):
            held = {
                **{"home": HOME, "id": number, "cause": f"bench {number}", "code": codes[number % len(codes)]},
                **{"kind": "referral", "asked_by": "petition", "asked_of": "mediation", "answers": 0},
                **{"state": "requested", "reason": "", "requested": at, "rule": "handover", "lamp": "green", "rung": 0},
                **{"changed": at, **times[number % 480]},
            }
            rows.append(tuple(held.get(column.name) for column in core(Task).columns))
        Driver.of(connection).insert(Task, rows)


def timed(work: Callable[[], object]) -> float:
    """Seconds."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def plain(file: Path) -> float:
    """The two statements alone, rolled back: what the engine itself needs."""
    at = utc_text(NOW)

    def turn() -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(PLAIN.format("'green', 'yellow'", "red"), ("red", at, at))
        connection.execute(PLAIN.format("'green'", "yellow"), ("yellow", at, at))
        connection.execute("ROLLBACK")

    connection = sqlite3.connect(file, isolation_level=None)
    try:
        return timed(turn)
    finally:
        connection.close()


def main(tasks: int) -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        keys, file = Path(folder) / "keys.json", Path(folder) / "bench.db"
        Keyring.create(keys)
        with Store.open(f"sqlite:///{file}", keys) as store:
            fill(store, tasks)
            settings = Settings(path=Path(folder) / "hub.toml", home=HOME)
            terms = Terms.load()
            rows = [("the two statements alone (plain SQL)", plain(file))]
            with store.database.transaction() as connection:
                began = time.perf_counter()
                swept = sweep(connection, NOW)
            turned = swept.yellow + swept.red
            rows.append((f"sweep: {turned:,} lamps turn, each with two events", time.perf_counter() - began))
            with store.database.transaction() as connection:
                took = timed(lambda: climb(connection, store, NOW, terms))
            rows.append((f"ladder: one batch of {MOST} rungs", took))
            with store.database.transaction() as connection:
                lamps.climbed(connection, [(HOME, number) for number in range(1, tasks + 1)], 3, utc_text(NOW))
            rows.append(("a quiet look", timed(Sweeper(settings, store, clock=lambda: NOW).drain)))
            print(f"{tasks:,} open tasks")
            for name, seconds in rows:
                print(f"  {seconds:8.3f} s  {name}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
