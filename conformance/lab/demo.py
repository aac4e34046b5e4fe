"""The demo: simulated sources on loopback, one hub over them, and what it makes of their records.

``python -m conformance.lab.demo [--data DIR] [--serve] [--folder DIR]``: a court, a petition office, a mediation
platform and a
grid platform (and Open311 with ``--data``) are pulled twice into a fresh embedded store; the second pull has nothing
new to store.
"""

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import click

from conformance.lab.lab import ALL, Lab
from conformance.lab.real import SETTINGS, real_rows
from conformance.lab.settings import write_settings

FOUR = ("mobile_court", "zhelifang", "dispute_code", "four_platforms")
HUB = Path(sys.executable).with_name("hub")


@click.command()
@click.option(
    "--data", type=click.Path(path_type=Path, exists=True, file_okay=False), help="Serve the real texts of DIR."
)
@click.option("--serve", is_flag=True, help="Stay up afterwards: the sources and a hub that polls them.")
@click.option(
    "--folder", type=click.Path(path_type=Path), default=Path("build/demo"), help="Where hub.toml and store go."
)
def demo(data: Path | None, serve: bool, folder: Path) -> None:
    """Pull simulated sources into one network and show what came of it."""
    rows = real_rows(data) if data else None
    wires = ALL if rows else FOUR
    if folder.exists():
        shutil.rmtree(folder)  # the demo's own folder: each demo starts from nothing
    folder.mkdir(parents=True)
    with Lab(wires, rows=rows, settings=SETTINGS if data else None) as lab:
        served = sum(len(lab.rows(wire)) for wire in wires)
        click.secho(
            f"\n一网 Yiwang · {len(wires)} 个来源 sources on loopback, {served} 条记录 records to fetch", bold=True
        )
        for wire in wires:
            click.echo(f"  {wire:<16} {lab.url(wire)}  ({len(lab.rows(wire))})")
        config = write_settings(folder / "hub.toml", lab.settings())
        _hub(config, "key", "create")
        click.secho("\n第一次拉取 First pull", bold=True)
        first = _hub(config, "run", "--once")
        click.secho("\n第二次拉取 Second pull: nothing has changed at the sources", bold=True)
        second = _hub(config, "run", "--once")
        if serve:
            click.secho("\n一直运行 Staying up; Ctrl-C ends it", bold=True)
            _hub(config, "run")
    sys.exit(first or second)


def _hub(config: Path, *arguments: str) -> int:
    """Run the command a user would run; Ctrl-C reaches it as it reaches us, and it stops by itself."""
    command = [str(HUB), "--config", str(config), *arguments]
    if arguments != ("key", "create"):
        click.secho(f"$ hub --config {config} {' '.join(arguments)}", dim=True)
    with subprocess.Popen(command) as hub:  # noqa: S603 - our own command
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            return hub.wait()
        finally:
            signal.signal(signal.SIGINT, before)


if __name__ == "__main__":
    demo()
