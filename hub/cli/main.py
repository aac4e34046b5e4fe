"""The command ``hub``: one file per noun, imported when it is called."""

from pathlib import Path

import click

from hub.cli.lazy import Hub
from hub.cli.workplace import Workplace

COMMANDS = {
    "init": ("hub.cli.init:init", "Write a first hub.toml, a data folder and a key file."),
    "config": ("hub.cli.config:config", "Check the settings; see where each value comes from."),
    "adapter": ("hub.cli.adapter:adapter", "The adapters: which there are, what they are, try one."),
    "taxonomy": ("hub.cli.taxonomy:taxonomy", "The categories and items: show, resolve, export, import."),
    "key": ("hub.cli.key:key", "The key file: create, rotate, export."),
    "doctor": ("hub.cli.doctor:doctor", "Look over this installation and say what is wrong."),
}


@click.group(
    "hub", cls=Hub, commands_at=COMMANDS, plugins="yiwang.cli", context_settings={"help_option_names": ["-h", "--help"]}
)
@click.option(
    "--config", type=click.Path(path_type=Path, dir_okay=False), help="Settings file [HUB_CONFIG, ./hub.toml]."
)
@click.option("--traceback", is_flag=True, help="Show the whole traceback of a bug; it may hold data.")
@click.version_option(package_name="yiwang", prog_name="hub")
@click.pass_context
def main(context: click.Context, config: Path | None, traceback: bool) -> None:
    """Yiwang 一网: one network for dispute resolution."""
    context.obj = Workplace(config)
    context.meta[Hub.TRACEBACK] = traceback
