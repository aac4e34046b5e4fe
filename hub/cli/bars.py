"""How far long work on the store has come: a bar on a terminal, nothing elsewhere."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def bar(words: str, total: Callable[[], int]) -> Iterator[Callable[[int], None]]:
    """What is yielded is told how many more are done; ``total`` is asked only where somebody looks."""
    if not sys.stderr.isatty():
        yield lambda done: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn(f"{words} {{task.completed:,}}/{{task.total:,}}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=total())
        yield lambda done: progress.advance(task, done)
