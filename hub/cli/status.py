"""``hub status``: how each source stands, in one look."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from hub.cli.show import facts, json_option, moment, table, write_json
from hub.cli.summary import outcome_words
from hub.cli.workplace import Workplace, at_work

if TYPE_CHECKING:
    from pathlib import Path


LAMPS = {"red": "红 red", "yellow": "黄 yellow", "green": "绿 green", "paused": "停 paused"}
"""Lamps of open tasks, the most urgent first."""


@click.command("status")
@json_option
@at_work
def status(work: Workplace, as_json: bool) -> None:
    """Show each source's last run, watermark and next turn, and what waits for a person."""
    from hub.service.daemon import lock_path
    from hub.store import case_read, lamps, read

    with work.store() as store, store.database.reading() as connection:
        runs = {(run.source, run.stream): run for run in read.runs_last(connection)}
        marks = {(mark.source, mark.stream): mark.value for mark in read.watermarks(connection)}
        states = {state.source: state for state in read.source_states(connection)}
        gaps = read.ledger_gaps(connection)
        records = sum(read.category_counts(connection).values())
        tasks = lamps.counts(connection)
        cases = case_read.counts(connection)
    rows: list[dict[str, Any]] = []
    for source in work.settings.sources.values():
        state = states.get(source.name)
        streams = [stream for name, stream in runs if name == source.name] or [""]
        for stream in streams:
            run = runs.get((source.name, stream))
            rows.append(
                {
                    "source": source.name,
                    "stream": stream,
                    "adapter": source.adapter,
                    "paused": source.paused or bool(state and state.paused),
                    "reason": "paused in the settings" if source.paused else state.reason if state else "",
                    "outcome": run.outcome if run else None,
                    "degraded": bool(run and run.degraded),
                    "error": run.error if run else None,
                    "fetched": run.fetched if run else None,
                    "stored": run.stored if run else None,
                    "unchanged": run.unchanged if run else None,
                    "superseded": run.superseded if run else None,
                    "deleted": run.deleted if run else None,
                    "rejected": run.rejected if run else None,
                    "finished": run.finished if run else None,
                    "lag_s": _age_s(run.finished or run.started) if run else None,
                    "watermark": marks.get((source.name, stream)),
                    "next_run": state.next_run if state else None,
                    "failures": state.failures if state else 0,
                }
            )
    pid = daemon_pid(lock_path(work.settings))
    if as_json:
        write_json(
            {
                "daemon": {"running": pid is not None, "pid": pid},
                "records": records,
                "cases": cases,
                "tasks": tasks,
                "sources": rows,
                "gaps": gaps,
            }
        )
        return
    facts(
        {
            "守护进程 daemon": f"running, pid {pid}" if pid else "not running",
            "记录 records": records,
            "案件 cases": cases.cases,
            "待并 to be linked": cases.marked or None,
            "待核 pairs to review": cases.asked or None,
            "任务 open tasks": [f"{words} {tasks[name]}" for name, words in LAMPS.items() if name in tasks],
        }
    )
    columns = (
        "来源 source", "上次 last run", "距今 ago", "收到 fetched", "新存 stored", "退回 rejected", "水位 watermark",
        "下次 next", "说明 remark",
    )  # fmt: skip
    table(columns, [_cells(row) for row in rows], right=(3, 4, 5))
    if gaps:
        missing = [(gap.source, gap.stream, gap.window, gap.announced, gap.fetched) for gap in gaps]
        table(("缺口 gap in", "流 stream", "窗口 window", "应有 announced", "收到 fetched"), missing, right=(3, 4))


def daemon_pid(lock: "Path") -> str | None:
    """The process id of the daemon that holds the lock file, None when none runs."""
    import fcntl

    try:
        with lock.open("r") as held:
            try:
                fcntl.flock(held, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return held.read().strip() or "?"
    except FileNotFoundError:
        pass
    return None


def _cells(row: dict[str, Any]) -> tuple[object, ...]:
    name = row["source"] if row["stream"] in ("", "records") else f"{row['source']}/{row['stream']}"
    remark = f"已暂停 paused {row['reason']}".strip() if row["paused"] else row["error"]
    if row["failures"]:
        remark = f"{remark or ''} ({row['failures']} failures in a row)".strip()
    outcome = outcome_words(row["outcome"], degraded=row["degraded"]) if row["outcome"] else "从未 never"
    return (
        name,
        outcome,
        ago(row["lag_s"]),
        row["fetched"],
        row["stored"],
        row["rejected"],
        moment(row["watermark"]),
        moment(row["next_run"]),
        remark,
    )


def ago(seconds: int | None) -> str:
    """A length of time in its largest unit: ``40 s``, ``12 min``, ``3 h``, ``9 d``."""
    if seconds is None:
        return "-"
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= length:
            return f"{seconds // length} {unit}"
    return f"{seconds} s"


def _age_s(moment: str) -> int:
    return max(0, int((datetime.now(UTC) - datetime.fromisoformat(moment)).total_seconds()))
