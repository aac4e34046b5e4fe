"""``hub conform``: what an adapter can be trusted with, told in one run.

Exit codes: 0 pass, 1 fail, 2 usage, 3 the suite itself broke.
"""

# The suite is imported when a command runs: an error in it must end with 3, and `hub --help` stays fast.
# ruff: noqa: PLC0415

import os
import sys
import traceback
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from conformance.check import Check
    from conformance.verdict import Verdict

BROKE = 3
WIDTH = 120  # columns where nobody looks
FILE = click.Path(path_type=Path, dir_okay=False, allow_dash=True)


class Conform(click.Group):
    """A group whose first word may be an adapter's name: ``hub conform NAME`` is ``hub conform run NAME``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put ``run`` in front of what is no command of this group."""
        if args and args[0] not in self.commands and args[0] not in ctx.help_option_names:
            args = ["run", *args]
        return super().parse_args(ctx, args)


@click.group("conform", cls=Conform, context_settings={"help_option_names": ["-h", "--help"]})
def conform() -> None:
    """一致性检验 Prove an adapter, offline, against simulated sources.

    `hub conform NAME` runs every check on the adapter NAME, `hub conform --all` on all that are installed.
    """


@conform.command("run")
@click.argument("name", required=False)
@click.option("--all", "every", is_flag=True, help="Every installed adapter.")
@click.option("--level", type=click.IntRange(1, 4), default=4, show_default=True, help="Checks up to this level.")
@click.option("--only", multiple=True, metavar="ID", help="This check and those it stands on; may be repeated.")
@click.option("--json", "json_file", type=FILE, help="Write JSON; - for stdout, in place of the table.")
@click.option("--junit", "junit_file", type=FILE, help="Write JUnit XML; - for stdout.")
@click.option("--html", "html_file", type=FILE, help="Write one self-contained page.")
@click.option("--badge", "badge_file", type=FILE, help="Write an SVG badge with the level reached.")
@click.option("-v", "--verbose", is_flag=True, help="Show what passed, too.")
@click.pass_context
def run(
    ctx: click.Context,
    *,
    name: str | None,
    every: bool,
    level: int,
    only: tuple[str, ...],
    json_file: Path | None,
    junit_file: Path | None,
    html_file: Path | None,
    badge_file: Path | None,
    verbose: bool,
) -> None:
    """检验一个适配器 Run the checks on the adapter NAME."""
    if (name is None) == (not every):
        raise click.UsageError("give either the NAME of an adapter, or --all")
    files = (json_file, junit_file, html_file, badge_file)
    if sum(str(file) == "-" for file in files) > 1:
        raise click.UsageError("only one report can go to stdout")
    try:
        verdicts = _verdicts(name, only, level)
        if not any(str(file) == "-" for file in files):
            _tell(verdicts, verbose=verbose)
        _write(verdicts, *files)
    except (click.ClickException, OSError):  # arguments, and files that cannot be written, are told by the hub
        raise
    except Exception as why:  # noqa: BLE001 - the suite must say of itself that it broke, and never blame the adapter
        click.echo("".join(traceback.format_exception(why)), err=True)
        click.secho("套件出错 the suite broke: this says nothing about the adapter", fg="magenta", err=True)
        ctx.exit(BROKE)
    ctx.exit(max(verdict.exit_code for verdict in verdicts))


@conform.command("explain")
@click.argument("id")
def explain(id: str) -> None:
    """解释一条规则 Tell a check's rule and its reason, with examples."""
    from conformance.explain import told

    click.echo(told(_check(id)), nl=False)


@conform.command("list")
@click.option("--level", type=click.IntRange(1, 4), default=4, help="Checks up to this level.")
def list_(level: int) -> None:
    """列出检查项 List the checks in the order they run."""
    from conformance.order import in_order

    for check in in_order():
        if check.level <= level:
            mark = "  (预警 preview)" if check.preview else ""
            click.echo(f"{check.id}  {int(check.level)}  {check.clause}{mark}")


def _check(id: str) -> "Check":
    from conformance.explain import find

    try:
        return find(id)
    except LookupError as why:
        raise click.UsageError(str(why.args[0])) from None


def _verdicts(name: str | None, only: Sequence[str], level: int) -> "list[Verdict]":
    """What the suite says of one adapter, or of all. Raises UsageError for a name or id that is not there."""
    from conformance.check import Level
    from conformance.suite import installed, prove_installed

    names = installed()
    if name is not None and name not in names:
        near = get_close_matches(name, names, n=1, cutoff=0.5)
        hint = f'did you mean "{near[0]}"?' if near else f"installed: {', '.join(names) or 'none'}"
        raise click.UsageError(f'no adapter "{name}"; {hint}')
    if not names:
        raise click.UsageError("no adapter is installed")
    ids = [_check(id).id for id in only]
    how: dict[str, Any] = {"level": Level(level), "only": ids, "processes": os.cpu_count() or 1}
    return [prove_installed(each, **how) for each in (names if name is None else (name,))]


def _tell(verdicts: "Sequence[Verdict]", *, verbose: bool) -> None:
    from rich.console import Console

    from conformance.report import show

    seen = sys.stdout.isatty()
    console = Console(width=None if seen else WIDTH, highlight=False, emoji=False, markup=False)
    for at, verdict in enumerate(verdicts):
        with console.capture() as capture:
            if at:
                console.rule(style="dim")
            show(verdict, console, verbose=verbose)
        lines = capture.get().splitlines()
        click.echo("\n".join(lines if seen else (line.rstrip() for line in lines)))


def _write(
    verdicts: "Sequence[Verdict]", json: Path | None, junit: Path | None, html: Path | None, badge: Path | None
) -> None:
    from conformance import page, report

    made: tuple[tuple[Path | None, Callable[[Sequence[Verdict]], bytes]], ...] = (
        (json, report.as_json),
        (junit, report.junit),
        (html, lambda each: page.page(each).encode()),
        (badge, lambda each: page.badge(each).encode()),
    )
    for file, render in made:
        if file is None:
            continue
        if str(file) == "-":
            click.echo(render(verdicts), nl=False)
        else:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(render(verdicts))
