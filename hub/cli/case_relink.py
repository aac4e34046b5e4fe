"""``hub case relink|calibrate``: all history at once."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hub.cli.bars import bar
from hub.cli.show import facts, json_option, say, table, write_json
from hub.cli.workplace import Workplace, at_work

if TYPE_CHECKING:
    from hub.casework.linking.score import Weights
    from hub.store.store import Store

RECORDS = "记录 records"


@click.command("relink")
@click.option("--dry-run", is_flag=True, help="Show the difference; write nothing.")
@json_option
@at_work
def relink(work: Workplace, *, dry_run: bool, as_json: bool) -> None:
    """Link all history anew, as if it had come at once. Persons' decisions stand, and nothing leaves the hub.

    Cases that turn out to be one are merged. Cases it would not have made are named, and left to a person.
    """
    from dataclasses import asdict

    from hub.casework.relink import mark_unplaced
    from hub.casework.relink import relink as link_anew
    from hub.cli.beside import casework, link

    weights = weights_of(work)
    with work.store() as store:
        if not dry_run:
            mark_unplaced(store)
            linker, *_ = casework(work.settings, store, work.registry)
            link(linker)
        with bar(RECORDS, partial(_live, store)) as told:
            done = link_anew(store, weights, dry=dry_run, told=told)
    if as_json:
        write_json({"dry_run": dry_run, **asdict(done)})
        return
    if dry_run:
        say("试算 dry run: nothing was written; this is what would have been")
    facts(
        {
            "记录 records": done.records,
            "成组 groups": done.groups,
            "并案 cases merged": done.merges,
            "人工分开 held apart by a person": done.barred or None,
            "存疑 cases it would not have made": done.doubtful,
        }
    )
    say("")
    if done.joined:
        table(("案号 case", "并入 holds from now on"), [(lead, codes) for lead, codes in done.joined])
    if done.doubts:
        say(f"存疑 to be looked at (hub case show): {', '.join(done.doubts)}")


@click.command("calibrate")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@json_option
@at_work
def calibrate(work: Workplace, file: Path, *, as_json: bool) -> None:
    """Estimate the linker's weights from this store's history and write them to FILE.

    They count once `case.weights` in the settings names the file. Needs the extra yiwang[linking].
    """
    from hub.casework.linking.calibrate import calibrate as estimate
    from hub.casework.relink import features

    with work.store() as store, bar(RECORDS, partial(_live, store)) as told:
        found = estimate(features(store, told), weights_of(work))
    found.write(file)
    if as_json:
        write_json({"file": str(file), **found.told()})
        return
    facts(found.told())
    say(f'{file}: case.weights = "{file}" in {work.settings.path.name} takes them into use')


def weights_of(work: Workplace) -> "Weights":
    """The weights of the settings; those that come with the hub where none are given. Raises ConfigError."""
    from hub.casework.linking.score import Weights

    given = work.settings.case.weights
    return Weights.load(given) if given else Weights.load()


def _live(store: "Store") -> int:
    with store.database.reading() as connection:
        found: int = connection.exec_driver_sql("SELECT count(*) FROM record WHERE deleted = 0").scalar_one()
    return found
