"""``hub task readers``: who was told of a task, who has received and read it."""

from typing import TYPE_CHECKING

import click

from hub.cli.by_hand import clear_options, person, written_down
from hub.cli.show import json_option, moment, table, write_json
from hub.cli.task_words import number_of, task_ref
from hub.cli.workplace import Workplace, at_work

if TYPE_CHECKING:
    from hub.store.store import Store
    from hub.store.tasks import Ref


@click.command("readers")
@click.argument("number", metavar="TASK")
@clear_options
@json_option
@at_work
def readers(work: Workplace, number: str, *, clear: bool, reason: str, as_json: bool) -> None:
    """Show who was told of a task, and when each received and read it, as the channel says.

    Accounts are told by a mark of their own; with --clear as they are, which is audited.
    """
    from hub.casework import readings
    from hub.store import tasks as rows

    ref = task_ref(number)
    with work.store() as store:
        if clear:
            _audited(store, ref, reason)
        with store.database.reading() as connection:
            rows.one(connection, ref)
            found = readings.readers(connection, store, ref)
    told = [
        {"account": each.account if clear else each.mark(store.keyring), "channel": each.channel, "told": each.told,
         "received": each.received or None, "read": each.read or None}
        for each in found
    ]  # fmt: skip
    if as_json:
        write_json({"task": number, "readers": told, "read": sum(bool(each.read) for each in found)})
        return
    columns = ("账号 account", "渠道 channel", "告知 told", "收到 received", "已读 read")
    cells = [
        (each["account"], each["channel"], *(moment(each[name]) for name in ("told", "received", "read")))
        for each in told
    ]
    table(columns, cells)


def _audited(store: "Store", ref: "Ref", reason: str) -> None:
    """Written before anything is shown."""
    from hub.casework.discretion import openly
    from hub.store import tasks as rows

    by, at = person()
    with store.database.transaction() as connection:
        why = openly(connection, store, reason, codes=[rows.one(connection, ref).code])
        entry = {"task": number_of(ref), "reason": why}
        written_down(connection, store, home=ref[0], action="task.readers_clear", entry=entry, by=by, at=at)
