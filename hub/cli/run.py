"""``hub run``: read the sources, once or from now on."""

import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING, Any

import click

from hub.cli.show import say
from hub.cli.workplace import Workplace, at_work

if TYPE_CHECKING:
    from hub.engine.local import Progress, SourceReport
    from hub.store.store import Store


@click.command("run")
@click.option("--once", is_flag=True, help="Read each source once and end with a summary.")
@click.option(
    "--source", "sources", multiple=True, metavar="NAME", help="Only this source; may be given several times."
)
@at_work
def run(work: Workplace, *, once: bool, sources: Sequence[str]) -> int:
    """Read the sources: on their schedules until it is stopped, or --once, with what was pushed and still waits.

    Stops within run.stop_s of SIGTERM or Ctrl-C with nothing half done. Ends with 1 when a source failed.
    """
    if once:
        return pull(work, sources)
    from hub import events
    from hub.cli.beside import casework
    from hub.engine.forking import warm_up
    from hub.engine.inbox import Drain
    from hub.engine.local import LocalEngine
    from hub.engine.outbox import Sender
    from hub.service.daemon import Beside, Daemon
    from hub.service.inbox import open_inbox

    settings, names = work.settings, work.named_sources(sources)
    warm_up()
    events.configure(json=settings.log.as_json, level=settings.log.level)
    for off in work.registry.off:
        events.log(events.PLUGIN_SKIPPED, plugin=off.name, package=off.distribution, reason=off.reason)
    with work.only_writer() as store, open_inbox(settings, store, work.registry, names):
        drain = Drain(settings, store, work.registry)
        engine = LocalEngine(settings, store)
        sender = Sender(settings, store, work.registry)
        beside: list[Beside] = [drain, *casework(settings, store, work.registry, amid=True), sender]
        Daemon(settings, store, engine, work.registry, names=names, beside=beside).run()
    return 0


def pull(work: Workplace, sources: Sequence[str]) -> int:
    """Read these sources, or all, once; 1 when one failed, 130 when it was stopped."""
    from hub import events
    from hub.cli.beside import casework, link
    from hub.cli.summary import show_summary
    from hub.engine.forking import warm_up
    from hub.engine.local import LocalEngine

    settings, names = work.settings, work.named_sources(sources)
    warm_up()
    # the summary tells the rest; with bars on the terminal log lines would break them
    events.configure(json=settings.log.as_json, level="error" if settings.log.level == "info" else settings.log.level)
    begun = monotonic()
    with work.only_writer() as store, _stop_asked() as stop:
        linker, receipts, sweeper = casework(settings, store, work.registry)
        with _bars(names) as on_progress:
            engine = LocalEngine(settings, store, on_progress=on_progress)
            reports = list(engine.run_once(names, lambda: bool(stop)))
            reports += _read_pushes(work, store, names, lambda: bool(stop))
        link(linker, lambda: bool(stop))  # after the reads: what is common is known when all is there
        receipts.drain()
        sweeper.drain()
    with work.store() as store:
        show_summary(settings, store, work.taxonomy, reports, seconds=monotonic() - begun)
    if stop:
        say("已停止 stopped: what was committed stays; the next run goes on from there")
        return 130
    return 1 if any(report.failed for report in reports) else 0


def _read_pushes(
    work: Workplace, store: "Store", names: Sequence[str], asked_to_stop: Callable[[], bool]
) -> "list[SourceReport]":
    """Read what these sources pushed to a daemon that has ended since."""
    from hub.engine.inbox import Drain
    from hub.store.inbox import WAITING, counts

    with store.database.reading() as connection:
        waiting = {source for source, state, _ in counts(connection) if state == WAITING} & {*names}
    if not waiting or asked_to_stop():
        return []
    drain = Drain(work.settings, store, work.registry, names=waiting)
    try:
        return drain.drain(asked_to_stop)
    finally:
        drain.close()


@contextmanager
def _stop_asked() -> Iterator[list[int]]:
    """A list that is empty until SIGTERM or SIGINT came; a second one ends the program at once."""
    asked: list[int] = []

    def note(number: int, _: Any) -> None:
        if asked:
            raise KeyboardInterrupt
        asked.append(number)

    before = {number: signal.signal(number, note) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _bars(names: Sequence[str]) -> "Iterator[Progress]":
    """A bar for each source on a terminal; nothing elsewhere. A total is known where a source announces one."""
    if not sys.stderr.isatty():
        yield lambda source, counts, announced: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("收到 {task.completed:,} fetched"),
        TextColumn("退回 {task.fields[rejected]} rejected"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        tasks = {name: progress.add_task(name, total=None, rejected=0) for name in names}

        def moved(source: str, counts: Any, announced: int | None) -> None:
            total = announced if announced and announced >= counts.fetched else None
            progress.update(tasks[source], completed=counts.fetched, total=total, rejected=counts.rejected)

        yield moved
