"""``hub lab``: simulated sources for anyone who wants to see a hub at work."""

import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from threading import Event
from types import FrameType
from typing import TYPE_CHECKING, Any

import click

from conformance.lab.lab import ALL, Lab
from conformance.lab.real import SETTINGS, real_rows
from conformance.lab.settings import hub_toml, write_settings

if TYPE_CHECKING:
    from conformance.lab.recorded import Recorded


@click.group()
def lab() -> None:
    """模拟来源 Simulated sources on this machine."""


@lab.command()
@click.option("--port", default=8100, show_default=True, help="First port; the others follow. 0 takes free ones.")
@click.option("--wire", "wires", multiple=True, type=click.Choice(ALL), help="Serve only this one; may be repeated.")
@click.option("--data", type=click.Path(path_type=Path, exists=True, file_okay=False), help="Folder of real texts.")
@click.option(
    "--instances",
    type=click.IntRange(1, 500),
    help="Instead, so many instances of all installed adapters, on one port.",
)
@click.option("--write", type=click.Path(path_type=Path, dir_okay=False), help="Write a hub.toml that reads the lab.")
def serve(port: int, wires: tuple[str, ...], data: Path | None, instances: int | None, write: Path | None) -> None:
    """启动模拟来源 Serve simulated sources until Ctrl-C or SIGTERM."""
    if instances and (wires or data):
        raise click.UsageError("--instances goes without --wire and --data: it serves the adapters' own recordings")
    stop = Event()

    def end(number: int, frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    try:
        with _lab(wires, data, instances, port) as running:
            for name, table in running.settings().items():
                place = next(str(table[key]) for key in ("base_url", "folder", "database") if key in table)
                click.echo(f"{name:<16}{len(running.rows(name)):>7} 条 rows   {place}")
            _offer(running.settings(), write)
            stop.wait()
    except FileNotFoundError as missing:
        raise click.ClickException(f"no such file: {missing.filename}") from None
    except OSError as taken:
        raise click.ClickException(f"cannot listen from port {port} on: {taken.strerror} (try --port 0)") from None


def _lab(wires: tuple[str, ...], data: Path | None, instances: int | None, port: int) -> "Lab | Recorded":
    if instances is None:
        rows = real_rows(data) if data else None
        return Lab(wires or ALL, rows=rows, settings=SETTINGS if data else None, port=port)
    from conformance.lab import recorded  # noqa: PLC0415 - half a second, for who asks

    return recorded.Recorded(recorded.instances(instances, recorded.known().read), port=port)


def _offer(sources: Mapping[str, Mapping[str, Any]], path: Path | None) -> None:
    if path is None:
        click.echo(f"\n{hub_toml(sources)}\n以上即 hub.toml  That is a hub.toml for the lab; --write FILE saves it.")
    else:
        write_settings(path, sources)
        click.echo(f"\n已写入 written: {path}")
        click.echo(f"下一步 next: hub --config {path} key create, then hub --config {path} run --once")
    click.echo("Ctrl-C 结束 ends")
    sys.stdout.flush()
