"""``hub outbox``: what leaves the hub, and what could not."""

from typing import Any

import click

from hub.cli.show import facts, json_option, moment, say, table, write_json
from hub.cli.workplace import Workplace, at_work

WORDS = {"waiting": "待发", "sending": "发送中", "delivered": "已送达", "refused": "被拒收", "dead": "已放弃",
         "unknown": "结果不明"}  # fmt: skip


@click.group("outbox")
def outbox() -> None:
    """What is handed to other systems: waiting, delivered, refused, dead, or of unknown outcome."""


@outbox.command("list")
@click.option("--state", "states", multiple=True, type=click.Choice(list(WORDS)), help="Only these; may be repeated.")
@click.option("--target", default="", metavar="SOURCE", help="Only what goes to this source.")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True)
@json_option
@at_work
def list_(work: Workplace, *, states: tuple[str, ...], target: str, limit: int, as_json: bool) -> None:
    """List deliveries, newest first."""
    from hub.store import outbox as rows

    with work.store() as store, store.database.reading() as connection:
        found = rows.listed(connection, states=states or rows.STATES, target=target, most=limit)
    if as_json:
        write_json([_told(row) for row in found])
        return
    columns = ("编号 number", "去向 target", "事由 kind", "状态 state", "次数 attempts", "到期 due", "说明 remark")
    table(
        columns,
        [
            (f"{row.home}-{row.id}", row.target, row.kind, _words(row.state), row.attempts,
             moment(row.due) if row.state in ("waiting", "sending") else None, row.error)
            for row in found
        ],
        right=(4,),
    )  # fmt: skip


@outbox.command("show")
@click.argument("number")
@json_option
@at_work
def show(work: Workplace, number: str, *, as_json: bool) -> None:
    """Show one delivery and its receipt. What was handed over, and what was said to it at length, stays sealed."""
    from hub.store import outbox as rows

    home, id = _place(number)
    with work.store() as store, store.database.reading() as connection:
        row = rows.one(connection, home, id)
        receipt = rows.receipt(connection, store.keyring, home, id)
    accepted = None if receipt is None else bool(receipt["accepted"])
    if as_json:
        write_json(_told(row) | {"accepted": accepted})
        return
    facts(
        {
            "编号 number": f"{row.home}-{row.id}",
            "去向 target": row.target,
            "事由 kind": row.kind,
            "起因 cause": row.cause,
            "键 key": row.key,
            "状态 state": _words(row.state),
            "次数 attempts": row.attempts,
            "写入 created": moment(row.created),
            "最近一次 tried": moment(row.tried),
            "结束 ended": moment(row.ended),
            "对方收下 accepted": accepted,
            "对方编号 their number": row.number,
            "说明 remark": row.error,
        }
    )


@outbox.command("retry")
@click.argument("numbers", nargs=-1)
@click.option("--dead", is_flag=True, help="All that are dead.")
@click.option("--target", default="", metavar="SOURCE", help="With --dead: only what goes to this source.")
@at_work
def retry(work: Workplace, numbers: tuple[str, ...], *, dead: bool, target: str) -> None:
    """Let refused, dead or unknown deliveries wait again, under the same keys.

    One of unknown outcome may have arrived: look there first, or it is done twice.
    """
    from hub.clock import utc_now, utc_text
    from hub.store import audit
    from hub.store import outbox as rows

    if bool(numbers) == dead:
        raise click.UsageError("give either numbers or --dead")
    now = utc_text(utc_now())
    with work.store() as store, store.database.transaction() as connection:
        places = [_place(number) for number in numbers]
        if dead:
            found = rows.listed(connection, states=(rows.DEAD,), target=target, most=100_000)
            places = [(row.home, row.id) for row in found]
        for home, id in places:
            row = rows.retry(connection, home, id, now=now)
            entry = {"delivery": f"{home}-{id}", "target": row.target, "kind": row.kind, "state": row.state}
            audit.append(
                connection, home=home, writer=store.writer, action="delivery.retried", entry=entry, at=now
            )  # fmt: skip
    say(f"重发 to be sent again: {len(places)}")


def _told(row: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in row.__slots__ if name != "lease"}


def _words(state: str) -> str:
    return f"{WORDS[state]} {state}"


def _place(number: str) -> tuple[str, int]:
    home, _, id = number.partition("-")
    if len(home) != 6 or not id.isdecimal():
        raise click.BadParameter("a number such as 330000-12 is wanted", param_hint="NUMBER")
    return home, int(id)
