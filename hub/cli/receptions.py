"""``hub case receptions``: the calendar of reception days, for consultations to be set on."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

import click

from hub.cli.case_timeline import ZONE
from hub.cli.case_words import record_id, region_words
from hub.cli.show import json_option, say, table, write_json
from hub.cli.workplace import Workplace, at_work


@click.command("receptions")
@click.option("--from", "since", default="", metavar="DAY", help="The first day; today if not given.")
@click.option("--days", type=click.IntRange(1, 366), default=30, show_default=True, help="How many days.")
@click.option("--region", default="", metavar="PREFIX", help="Of bodies whose region's code begins so.")
@json_option
@at_work
def receptions(work: Workplace, *, since: str, days: int, region: str, as_json: bool) -> None:
    """List the days of reception (接访日). A consultation is set on one by hub case consult --reception ID."""
    from hub.casework.consultation import LEVELS
    from hub.casework.receptions import receptions as calendar
    from hub.clock import utc_now

    first = _day(since) if since else utc_now().astimezone(ZONE).date()
    with work.store() as store, store.database.reading() as connection:
        found = calendar(connection, first, first + timedelta(days=days - 1), region=region)
    if as_json:
        write_json({"receptions": found})
        return
    if not found:
        say("没有接访安排 no receptions")
        return
    cells = [
        (record_id((each.home, each.id)), f"{each.period} {_weekday(each.period)}", each.owner,
         region_words(each.region or ""), _level(each.status, LEVELS))
        for each in found
    ]  # fmt: skip
    table(("编号 id", "日期 day", "接访单位 body", "地区 region", "级别 level"), cells, title="接访日历 receptions")


def _level(status: str | None, levels: Mapping[int, str]) -> str | None:
    """The level in words; as it was told where it is none of the four."""
    named = {str(level): words for level, words in levels.items()}.get(status or "")
    return f"{status} {named}" if named else status


def _weekday(day: str | None) -> str:
    return f"周{'一二三四五六日'[date.fromisoformat(day).weekday()]}" if day else ""


def _day(text: str) -> date:
    try:
        return datetime.fromisoformat(text).date()
    except ValueError:
        raise click.BadParameter("a day such as 2026-05-06 is wanted", param_hint="--from") from None
