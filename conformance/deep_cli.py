"""``hub source check --deep``: live sources under the harmless part of the suite.

Exit codes as `hub conform`: 0 pass, 1 fail, 2 usage, 3 the suite itself broke.
"""

# What it needs is imported when it runs: `hub --help` stays fast.
# ruff: noqa: PLC0415

import sys
import traceback
from collections.abc import Sequence
from typing import Any

import click

BROKE = 3
WIDTH = 120  # columns where nobody looks


def deep(work: Any, names: Sequence[str], *, pages: int, wrong_secret: bool, as_json: bool) -> int:
    """Look at these sources of the settings and tell; the worst exit code. Raises ConfigError, PluginError."""
    from conformance.live import look
    from conformance.report import as_json as written
    from conformance.streams import by_stream
    from conformance.subject import Subject, SubjectInvalid

    verdicts = []
    for name in names:
        source = work.settings.source(name)
        try:
            subject = Subject.load(source.adapter)
            by_stream(subject)
        except SubjectInvalid as why:
            raise click.ClickException(f"{why}; the deep check needs it to know the source") from None
        if subject.way == "push":
            raise click.UsageError(f'"{name}" is not asked for anything: it pushes, and cannot be looked into')
        try:
            verdicts.append(look(subject, source, work.settings.http, pages=pages, wrong_secret=wrong_secret))
        except Exception as why:
            if hasattr(why, "exit_code"):  # settings and the like: the hub tells them
                raise
            click.echo("".join(traceback.format_exception(why)), err=True)
            click.secho("套件出错 the suite broke: this says nothing about the source", fg="magenta", err=True)
            return BROKE
    if as_json:
        click.echo(written(verdicts), nl=False)
    else:
        _tell(names, verdicts)
    return max(verdict.exit_code for verdict in verdicts)


def _tell(names: Sequence[str], verdicts: Sequence[Any]) -> None:
    from rich.console import Console

    from conformance.report import show

    console = Console(width=None if sys.stdout.isatty() else WIDTH, highlight=False, emoji=False, markup=False)
    for name, verdict in zip(names, verdicts, strict=True):
        with console.capture() as capture:
            console.rule(f"来源 source {name}", align="left")
            show(verdict, console, verbose=True)
        click.echo("\n".join(line.rstrip() for line in capture.get().splitlines()))
