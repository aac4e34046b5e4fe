"""``hub inbox``: what was pushed to us, and what could not be read."""

import click

from hub.cli.show import json_option, moment, say, table, write_json
from hub.cli.workplace import Workplace, at_work


@click.group("inbox")
def inbox() -> None:
    """What sources pushed: how much waits, and what could not be opened."""


@inbox.command("list")
@json_option
@at_work
def list_(work: Workplace, *, as_json: bool) -> None:
    """Show how many pushes wait, are done or failed, and why the last ones failed."""
    from hub.store import inbox as rows

    with work.store() as store, store.database.reading() as connection:
        counts, failed = rows.counts(connection), rows.failed(connection)
    if as_json:
        told = [{name: getattr(row, name) for name in row.__slots__} for row in failed]
        write_json({"counts": [dict(zip(("source", "state", "pushes"), row, strict=True)) for row in counts],
                    "failed": told})  # fmt: skip
        return
    table(("来源 source", "状态 state", "推送 pushes"), counts, right=(2,))
    if failed:
        cells = [(row.source, row.stream, moment(row.last), row.times, row.error) for row in failed]
        table(("来源 source", "流 stream", "最近 last", "次数 times", "原因 reason"), cells, right=(3,))


@inbox.command("retry")
@click.argument("source", required=False)
@at_work
def retry(work: Workplace, source: str | None) -> None:
    """Let pushes that could not be opened, of one source or all, be read again."""
    from hub.store import inbox as rows

    if source:
        work.settings.source(source)
    with work.store() as store, store.database.transaction() as connection:
        count = rows.retry(connection, source=source)
    say(f"重读 to be read again: {count}")
