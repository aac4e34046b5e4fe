"""``hub adapter new``: a package of one's own that passes the suite as it is, to be changed from there."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import click

from hub.cli.show import say
from hub.cli.workplace import Workplace, at_work


@click.command("new")
@click.argument("name")
@click.option(
    "--kind", required=True, help="What the source is for: court, petition, mediation, grid, notice, generic."
)
@click.option(
    "--wire", required=True, help="How the source speaks, such as http_json or soap; a wrong word lists them."
)
@click.option("--into", type=click.Path(path_type=Path, file_okay=False), default=".", help="Folder to put it in [.].")
@click.option("--title", default="", help="What the source is called, in English.")
@click.option("--title-zh", default="", help="What the source is called, in Chinese.")
@at_work
def new(work: Workplace, *, name: str, kind: str, wire: str, into: Path, title: str, title_zh: str) -> None:
    """Write an installable package with an adapter NAME that passes the conformance suite as generated.

    It stands in the folder yiwang-NAME and is a package of your own: adapter, crosswalk, a recording of invented
    people, conformance.toml, a test and a CI file. Nothing that is there is overwritten.
    """
    from hub.cli.scaffold import Plan, kinds, name_fault, package_files, wires
    from hub.nearest import did_you_mean

    if fault := name_fault(name):
        raise click.BadParameter(f'"{name}" is no name for an adapter: {fault}', param_hint="NAME")
    if name in work.registry.adapters:
        owner = work.registry.distributions[name]
        raise click.BadParameter(f'there is an adapter "{name}" already, of {owner}', param_hint="NAME")
    if kind not in kinds():
        raise click.BadParameter(f'no kind "{kind}"; {did_you_mean(kind, kinds())}', param_hint="--kind")
    there = wires()
    if wire not in there:
        raise click.BadParameter(f'no wire "{wire}"; {did_you_mean(wire, there)}', param_hint="--wire")
    plan = Plan(name=name, kind=kind, wire=wire, title=title, title_zh=title_zh)
    folder = into / plan.folder
    if folder.exists():
        raise click.BadParameter(f"{folder} is there already: nothing was written", param_hint="NAME")
    _write(folder, package_files(plan, today=datetime.now(UTC).date()))
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        say(str(path))
    say("")
    say(f"接线 wire: {there[wire]}")
    say(f"下一步 next: pip install -e {folder}, then hub conform {name}")


def _write(folder: Path, files: dict[str, str]) -> None:
    """Write the files, or nothing: a package that is there by half would not be written again."""
    folder.mkdir(parents=True)
    try:
        for path, text in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, encoding="utf-8")
    except OSError:
        shutil.rmtree(folder, ignore_errors=True)
        raise
