"""What a person does at the command line: under whose name, at what time, and written down in the audit chain."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from hub.store.store import Store

F = TypeVar("F", bound=Callable[..., Any])


def person() -> tuple[str, str]:
    """Who acts (``person:NAME``, the user of this machine) and when (UTC text)."""
    from getpass import getuser

    from hub.clock import utc_now, utc_text

    return f"person:{getuser()}", utc_text(utc_now())


def written_down(
    connection: "Connection", store: "Store", *, home: str, action: str, entry: Mapping[str, Any], by: str, at: str
) -> None:
    """Add what is done to the audit chain, in its own transaction. ``entry`` holds nothing personal: a reason goes
    through `hub.casework.discretion.openly` before."""
    from hub.store import audit

    told = {**entry, "user": by.removeprefix("person:"), "by": "command line"}
    audit.append(connection, home=home, writer=store.writer, action=action, entry=told, at=at)


def clear_read(store: "Store", what: str, head: Any, reason: str, **more: str) -> None:
    """Audit a read in clear of a head (``record``, ``entry``) before anything is shown: a read that cannot be audited
    does not take place. ``more`` is written down as well: no personal data."""
    from hub.casework.discretion import openly

    by, at = person()
    with store.database.transaction() as connection:
        of = [(head.home, head.id)]
        records, entries = (of, []) if what == "record" else ([], of)
        why = openly(connection, store, reason, records=records, entries=entries)
        entry = {what: head.id, "version": head.version, "reason": why, **more}
        written_down(connection, store, home=head.home, action=f"{what}.read_clear", entry=entry, by=by, at=at)


def clear_options(command: F) -> F:
    """``--clear`` and ``--reason``: personal data unmasked, which the command audits before it shows anything."""

    @wraps(command)
    def checked(*args: Any, clear: bool, reason: str, **rest: Any) -> Any:
        if clear and not reason.strip():
            raise click.UsageError("--clear needs --reason")
        return command(*args, clear=clear, reason=reason, **rest)

    shown = click.option("--clear", is_flag=True, help="Unmasked; needs --reason, and is audited.")
    why = click.option("--reason", default="", help="Why the clear text is needed.")
    return shown(why(checked))  # type: ignore[return-value]
