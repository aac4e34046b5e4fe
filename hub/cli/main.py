"""The command ``hub``: one file per noun, imported when it is called."""

from pathlib import Path

import click

from hub.cli.lazy import Hub
from hub.cli.workplace import Workplace

COMMANDS = {
    "init": ("hub.cli.init:init", "Write a first hub.toml, a data folder and a key file."),
    "run": ("hub.cli.run:run", "Read the sources, on their schedules or once."),
    "status": ("hub.cli.status:status", "How each source stands."),
    "source": ("hub.cli.source:source", "The sources: list, check, pull, replay, remap, pause, rewind."),
    "inbox": ("hub.cli.inbox:inbox", "What sources pushed: list, retry."),
    "outbox": ("hub.cli.outbox:outbox", "What is handed to other systems: list, show, retry."),
    "record": ("hub.cli.record:record", "The records: list, show, correct."),
    "entry": ("hub.cli.entry:entry", "Papers, steps, mediators, figures, datasets: list, show."),
    "case": ("hub.cli.case:case", "The cases: find, show, timeline, open, review, merge, relink."),
    "task": ("hub.cli.task:task", "What one body asks of another: list, show, request, remind."),
    "mediator": ("hub.cli.mediator:mediator", "The mediators: import, list, assign."),
    "taxonomy": ("hub.cli.taxonomy:taxonomy", "Categories and items: show, resolve, coverage, export, import."),
    "adapter": ("hub.cli.adapter:adapter", "The adapters: list, show, try, new, record."),
    "config": ("hub.cli.config:config", "Check the settings; see where each value comes from."),
    "db": ("hub.cli.db:db", "The store: upgrade, check, backup, restore."),
    "key": ("hub.cli.key:key", "The key file: create, rotate, export."),
    "audit": ("hub.cli.audit:audit", "The audit chain: verify, export."),
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


if __name__ == "__main__":
    main()
