"""``hub case list``."""

import click

from hub.cli.case_words import COLUMNS, case_cells
from hub.cli.region import REGION
from hub.cli.show import json_option, say, table, write_json
from hub.cli.workplace import Workplace, at_work


@click.command("list")
@click.option("--stage", help="Cases at this stage.")
@click.option("--item", metavar="CODE", help="Cases of this item (D0201) or category (D02).")
@click.option("--region", type=REGION, default="", metavar="PREFIX", help="Cases whose place's code begins so.")
@click.option("--source", help="Cases one of whose records is of this source.")
@click.option("--text", default="", help="Part of the title.")
@click.option("--several", is_flag=True, help="Cases seen in more than one source.")
@click.option("--conflicts", is_flag=True, help="Cases with open conflicts.")
@click.option("--after", default="", metavar="CODE", help="Go on after this one.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@json_option
@at_work
def list_(
    work: Workplace,
    *,
    stage: str | None,
    item: str | None,
    region: str,
    source: str | None,
    text: str,
    several: bool,
    conflicts: bool,
    after: str,
    limit: int,
    as_json: bool,
) -> None:
    """List cases, in the order of their codes."""
    from hub.cli.record import item_or_category, known_source
    from hub.nearest import did_you_mean
    from hub.store import case_read, read
    from hub.store.cases import leads
    from schemas.case_code import read_case_code
    from schemas.life import Stage

    if stage is not None and stage not in frozenset(Stage):
        raise click.BadParameter(f'no stage "{stage}"; {did_you_mean(stage, Stage)}', param_hint="--stage")
    item, category = item_or_category(work, item)
    after = read_case_code(after) or after
    with work.store() as store, store.database.reading() as connection:
        if after and not leads(connection, [after]):
            raise click.BadParameter(f'no case "{after}"; the last code of the list before', param_hint="--after")
        if source is not None:
            known_source(work, source, {run.source for run in read.runs_last(connection)})
        rows = case_read.cases(
            connection, item=item, category=category, stage=stage, region=region, source=source, text=text,
            several=several, conflicts=conflicts, after=after, limit=limit,
        )  # fmt: skip
    if as_json:
        write_json({"cases": rows, "next": rows[-1].code if len(rows) == limit else None})
        return
    table(COLUMNS, [case_cells(work, row) for row in rows], right=(5, 6, 7), if_any=(7,))
    if len(rows) == limit:
        say(f"更多 more: --after {rows[-1].code}")
