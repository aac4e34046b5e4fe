"""Groups that import a command when it is called, and the one place where errors become text and exit codes."""

import sys
import traceback
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from hub.errors import HubError, PluginError
from hub.nearest import did_you_mean

BUG = 70  # EX_SOFTWARE of sysexits.h


class Lazy(click.Group):
    """A group that knows its commands by name, place (``module:attribute``) and short help, and imports them late.

    ``plugins`` names an entry point group whose commands are added; the group's own win over them, and so do those that
    were registered with it as in any group.
    """

    def __init__(self, *args: Any, commands_at: Mapping[str, tuple[str, str]], plugins: str = "", **rest: Any) -> None:
        super().__init__(*args, **rest)
        self.commands_at, self.plugins = commands_at, plugins

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of all commands, plug-ins included; nothing is imported."""
        return sorted({*self.commands, *self.commands_at, *self._points()})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return a command. Raises PluginError when a plug-in's command does not load."""
        if cmd_name in self.commands:
            return self.commands[cmd_name]
        if cmd_name in self.commands_at:
            module, _, attribute = self.commands_at[cmd_name][0].partition(":")
            command = getattr(import_module(module), attribute)
            assert isinstance(command, click.Command)
            return command
        if (point := self._points().get(cmd_name)) is None:
            return None
        try:
            command = point.load()
        except Exception as why:  # whatever a foreign module throws at import is its own fault
            raise PluginError(
                f'the command "{cmd_name}" does not load: {type(why).__name__}', where=point.value
            ) from why
        if not isinstance(command, click.Command):
            raise PluginError(f'the command "{cmd_name}" is no click command', where=point.value)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command called, or a usage error with the nearest name."""
        name = args[0]
        if not name.startswith("-") and name not in (known := self.list_commands(ctx)):
            raise click.UsageError(f'no command "{name}"{_hinted(did_you_mean(name, known))}', ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands by the helps known beforehand."""
        rows = [(name, command.get_short_help_str(limit=100)) for name, command in self.commands.items()]
        rows += [(name, help_) for name, (_, help_) in self.commands_at.items()]
        rows += [
            (name, f"(from the package {point.dist.name if point.dist else point.value})")
            for name, point in self._points().items()
            if name not in {*self.commands, *self.commands_at}
        ]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def _points(self) -> Mapping[str, Any]:
        if not self.plugins:
            return {}
        from importlib.metadata import entry_points

        return {point.name: point for point in entry_points(group=self.plugins)}


class Hub(Lazy):
    """The outermost group. A `HubError` ends as ``error: …`` on stderr with its exit code, a bug with 70."""

    TRACEBACK = "hub.traceback"

    def main(self, args: Sequence[str] | None = None, prog_name: str | None = None, *rest: Any, **extra: Any) -> Any:
        """Run a command line and exit with its code."""
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="backslashreplace")  # a Latin-1 terminal gets \u escapes, not a crash
        sys.exit(self._run(args, prog_name or "hub", *rest, **extra | {"standalone_mode": False}))

    def _run(self, *args: Any, **extra: Any) -> int:
        try:
            code = super().main(*args, **extra)
        except click.ClickException as why:
            why.show()
            return why.exit_code
        except click.Abort:
            return 130
        except HubError as why:
            tell(why)
            return why.exit_code
        return code if isinstance(code, int) else 0

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; anything that is not an error of ours is a bug, told without its values."""
        try:
            return super().invoke(ctx)
        except (HubError, click.ClickException, click.Abort, click.exceptions.Exit, KeyboardInterrupt, BrokenPipeError):
            raise
        except OSError as why:  # a file given or written by a command: the words of the system say it best
            click.echo(f"error: {why.strerror or type(why).__name__} - {why.filename or ''}".rstrip(" -"), err=True)
            return 1
        except Exception as bug:  # noqa: BLE001 - the outermost handler; --traceback shows it all
            if ctx.meta.get(self.TRACEBACK):
                traceback.print_exc()
            else:
                frame = traceback.extract_tb(bug.__traceback__)[-1]
                spot = f"{Path(frame.filename).name}:{frame.lineno}"
                click.echo(f"error: a bug of the hub: {type(bug).__name__} in {spot}", err=True)
                click.echo(
                    "  hint: hub --traceback … tells more; it may show data, so look before you send it", err=True
                )
            return BUG


def tell(error: HubError) -> None:
    """Write an error as people read it: what happened, where, what to do next."""
    from hub.cli.show import plain

    where = f" - {error.where}" if error.where else ""
    click.secho("error:", fg="red", bold=True, nl=False, err=True)
    click.echo(f" {plain(error.what)}{plain(where) if where else ''}", err=True)
    for line in str(error).splitlines()[1:]:  # SettingsInvalid lists its problems there
        click.echo(plain(line), err=True)
    if error.hint:
        click.echo(plain(f"  hint: {error.hint}"), err=True)


def _hinted(hint: str) -> str:
    return f"; {hint}" if hint else ""
