"""The command ``hub`` in tests, over a folder with its ``hub.toml``."""

from collections.abc import Callable
from pathlib import Path

import world
from click.testing import CliRunner, Result

from conformance.lab import Lab
from hub.cli.main import main

Run = Callable[..., Result]


def runner(folder: Path) -> Run:
    """Runs ``hub`` with the folder's settings: ``run("source", "list")``."""

    def run(*args: str) -> Result:
        return CliRunner().invoke(main, ["--config", str(folder / "hub.toml"), *args])

    return run


def pulled(lab: Lab, folder: Path) -> Path:
    """Make a hub in a folder that has pulled the lab's sources once; what it said stands in ``first.txt``."""
    world.write(lab, folder)
    run = runner(folder)
    assert run("key", "create").exit_code == 0
    first = run("run", "--once")
    assert first.exit_code == 0, first.output
    (folder / "first.txt").write_text(first.output, encoding="utf-8")
    return folder
