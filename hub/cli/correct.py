"""``hub record correct|corrections|lift``: what people put right, kept by every later pull (law L9)."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hub.cli.by_hand import person
from hub.cli.record import find_record, number_of, numbered
from hub.cli.show import json_option, moment, say, table, write_json
from hub.cli.workplace import Workplace, at_work
from hub.errors import StoreError

if TYPE_CHECKING:
    from hub.store.corrections import CorrectionRow

FIELDS = {"item": "事项", "region": "地区", "address": "地址", "parties": "当事人", "stage": "阶段"}
STATES = {"standing": "有效", "replaced": "已被替代", "lifted": "已撤销"}


@click.command("correct")
@click.argument("record_id", metavar="ID")
@click.option("--item", metavar="CODE", help="The item it belongs to (D0201).")
@click.option("--region", metavar="REGION", help="Where it happened: a code (330106) or a name.")
@click.option("--address", help="Where it happened, in words.")
@click.option("--stage", help="Where it stands (settled).")
@click.option(
    "--parties",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    metavar="FILE",
    help="All its parties as a JSON list; - reads standard input, so that no name is in the shell's history.",
)
@click.option("--source", help="The source that knows ID as its own key.")
@click.option("--reason", required=True, help="Why, and how you know. Names of its people are masked in it.")
@json_option
@at_work
def correct(
    work: Workplace, /, record_id: str, *, source: str | None, reason: str, as_json: bool, **given: Any
) -> None:
    """Put a record right where its source or the mapping is wrong.

    The correction is laid over what they say, now and after every later pull and remap, until `hub record lift`.
    """
    from hub.casework.corrections import correct as put_right
    from hub.casework.corrections import read_value
    from hub.clock import utc_now
    from hub.store.corrections import one

    wanted = {name: value for name, value in given.items() if value is not None}
    if not wanted:
        raise click.UsageError(f"say what is right: {', '.join(f'--{name}' for name in FIELDS)}")
    if not reason.strip():
        raise click.UsageError("--reason says nothing")
    if "parties" in wanted:
        wanted["parties"] = _read_list(wanted["parties"])
    (by, _), now = person(), utc_now()
    values = {name: read_value(name, value, work.taxonomy, now) for name, value in wanted.items()}
    with work.store() as store:
        head = find_record(store, record_id, source)
        with store.database.transaction() as connection:
            refs = [
                put_right(
                    connection,
                    store,
                    (head.home, head.id),
                    name,
                    value,
                    by=by,
                    reason=reason,
                    now=now,
                )
                for name, value in values.items()
            ]
            rows = [one(connection, ref) for ref in refs]
    _show(rows, as_json=as_json)


@click.command("corrections")
@click.argument("record_id", metavar="[ID]", required=False)
@click.option("--source", help="The source that knows ID as its own key.")
@click.option("--all", "everything", is_flag=True, help="Those that were replaced or lifted, too.")
@click.option("--after", metavar="NO", help="Go on after this one.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@json_option
@at_work
def corrections(
    work: Workplace,
    record_id: str | None,
    *,
    source: str | None,
    everything: bool,
    after: str | None,
    limit: int,
    as_json: bool,
) -> None:
    """List what people put right, of one record or of all. `hub record show ID` shows the values, masked."""
    from hub.store.corrections import corrections as listed

    position = numbered(after) if after else None
    with work.store() as store:
        record = None
        if record_id is not None:
            head = find_record(store, record_id, source)
            record = (head.home, head.id)
        with store.database.reading() as connection:
            rows = listed(connection, record, standing=not everything, after=position, most=limit)
    _show(rows, as_json=as_json, more=len(rows) == limit)


@click.command("lift")
@click.argument("number", metavar="NO")
@click.option("--reason", required=True, help="Why it is not right any more.")
@json_option
@at_work
def lift(work: Workplace, number: str, *, reason: str, as_json: bool) -> None:
    """Take a correction away, by its number in `hub record corrections`: what the mapping says counts again."""
    from hub.casework.corrections import lift as take_away
    from hub.clock import utc_now
    from hub.store.corrections import one

    if not reason.strip():
        raise click.UsageError("--reason says nothing")
    ref, (by, _) = numbered(number), person()
    with work.store() as store, store.database.transaction() as connection:
        take_away(connection, store, ref, by=by, reason=reason, now=utc_now())
        row = one(connection, ref)
    _show([row], as_json=as_json)


def _show(rows: "list[CorrectionRow]", *, as_json: bool, more: bool = False) -> None:
    if as_json:
        write_json({"corrections": rows, "next": number_of(rows[-1]) if more else None})
        return
    cells = [
        (
            number_of(row),
            f"{row.home}-{row.record}",
            f"{FIELDS.get(row.field, '')} {row.field}",
            f"{STATES.get(row.state, '')} {row.state}",
            row.by.removeprefix("person:"),
            moment(row.at),
            row.why,
            row.ended_why,
        )
        for row in rows
    ]
    columns = (
        "编号 no", "记录 record", "字段 field", "状态 state", "更正人 by", "时间 at", "理由 reason",
        "撤销理由 lifted because",
    )  # fmt: skip
    table(columns, cells)
    if more:
        say(f"更多 more: --after {number_of(rows[-1])}")


def _read_list(path: Path) -> Any:
    """A JSON file, or standard input. Raises StoreError without repeating what it holds."""
    import sys

    import orjson

    try:
        content = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
    except OSError as why:
        raise StoreError(f"cannot be read: {why.strerror}", where=path.name) from why
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        hint = '[{"name": "…", "role": "1", "id_number": "…", "phone": "…"}]'
        raise StoreError("is no JSON", where=path.name, hint=hint) from None
