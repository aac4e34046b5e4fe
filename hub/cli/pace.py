"""``hub record pace``: how long matters take, from the records themselves."""

from dataclasses import asdict

import click

from hub.cli.show import facts, json_option, write_json
from hub.cli.workplace import Workplace, at_work


@click.command("pace")
@click.option("--source", required=True, help="Records of this source.")
@click.option("--from", "begin", default="opened", show_default=True, help="Where the time begins: a step's name.")
@click.option("--to", "end", default="closed", show_default=True, help="Where it ends: a step's name.")
@json_option
@at_work
def pace(work: Workplace, *, source: str, begin: str, end: str, as_json: bool) -> None:
    """The mean time matters took between two of their steps, with both its parts."""
    from hub.casework.pace import pace as measured

    with work.store() as store, store.database.reading() as connection:
        found = measured(connection, store, source, begin=begin, end=end)
    if as_json:
        write_json(asdict(found) | {"mean_days": found.mean_days, "from": begin, "to": end})
        return
    mean = found.mean_days
    facts(
        {
            "来源 source": source,
            "自 from": begin,
            "至 to": end,
            "已开始 began": found.began,
            "已结束 ended": found.ended,
            "平均天数 mean days": None if mean is None else f"{mean:.2f}",
        }
    )
