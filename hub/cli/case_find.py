"""``hub case find``: from any number, from code and phone, or from a name to the case."""

from typing import TYPE_CHECKING

import click

from hub.cli.case_words import COLUMNS, case_cells
from hub.cli.show import json_option, table, write_json
from hub.cli.workplace import Workplace, at_work
from hub.errors import StoreError

if TYPE_CHECKING:
    from hub.store.store import Store

HINT = "any number of the matter is taken: our code, 案号, a petition's or order's, 330110-12; or --name"


@click.command("find")
@click.argument("text", metavar="NUMBER")
@click.option("--phone", metavar="LAST4", help="Only if a party's phone ends so; with a code. Needs --reason.")
@click.option("--name", "named", is_flag=True, help="NUMBER is the name of a party. Needs --reason.")
@click.option("--reason", default="", help="Why a person is looked for; it is audited.")
@json_option
@at_work
def find(work: Workplace, text: str, *, phone: str | None, named: bool, reason: str, as_json: bool) -> None:
    """Find cases by any number, whatever its brackets, blanks and hyphens; by name or phone with a reason.

    A name is looked for as it is written; of a matter with many parties the first three that complain and the first two
    complained of are known.
    """
    from hub.casework import cases
    from hub.casework.people import called, with_phone
    from hub.store import case_read

    if not text.strip():
        raise click.UsageError("a number or a name says something")
    if (named or phone is not None) and not reason.strip():
        raise click.UsageError("looking for a person needs --reason")
    if phone is not None and (named or len(phone) != 4 or not phone.isdecimal()):
        raise click.UsageError("--phone takes the last four digits, with a number of the case")
    with work.store() as store:
        if named or phone is not None:
            _audit(work, store, "name" if named else "phone", reason, text)
        with store.database.reading() as connection:
            codes = called(connection, store, text) if named else cases.find(connection, store, text)
            if phone is not None:
                codes = [code for code in codes if with_phone(connection, store, code, phone)]
            rows = [case_read.case(connection, code) for code in codes]
    if as_json:
        write_json({"cases": rows})
    elif rows:
        table(COLUMNS, [case_cells(work, row) for row in rows], right=(5, 6, 7), if_any=(7,))
    if not rows:
        raise StoreError("no case is found by that", where="store", hint=HINT)


def _audit(work: Workplace, store: "Store", by: str, reason: str, text: str) -> None:
    """Written before anything is looked for. The name and the digits themselves are not: they are personal."""
    from hub.casework import cases
    from hub.casework.discretion import openly
    from hub.cli.by_hand import person, written_down

    who, at = person()
    home = work.settings.home
    with store.database.transaction() as connection:
        codes, names = ([], [text]) if by == "name" else (cases.find(connection, store, text), [])
        entry = {"looked_for": by, "reason": openly(connection, store, reason, codes=codes, names=names)}
        written_down(connection, store, home=home, action="case.person_looked_for", entry=entry, by=who, at=at)
