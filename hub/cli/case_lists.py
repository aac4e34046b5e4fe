"""``hub case enlist`` and ``hub case tick``: lists kept by hand, ticked off one by one and by a proof only."""

from typing import TYPE_CHECKING

import click

from hub.cli.case_merge import Said, decide
from hub.cli.case_words import reason_option
from hub.cli.workplace import Workplace, at_work
from hub.errors import StoreError

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from hub.store.store import Store

list_option = click.option("--list", "name", required=True, metavar="NAME", help="The list, such as 重点领域清单.")


@click.command("enlist")
@click.argument("code", metavar="CODE")
@list_option
@click.option("--of", "owner", required=True, metavar="BODY", help="Whose task it is: a body, no person.")
@reason_option
@at_work
def enlist(work: Workplace, code: str, *, name: str, owner: str, reason: str) -> None:
    """Put a case on a list (挂号). It stays listed until it is ticked off by a proof."""
    from hub.casework import cases, lists
    from hub.casework.discretion import body_named, openly

    def deed(connection: "Connection", store: "Store", codes: list[str], said: Said) -> tuple[str, dict[str, object]]:
        leader = cases.lead(connection, codes[0])
        whose = owner if owner in work.settings.sources else body_named(connection, store, owner, code=leader)
        named = openly(connection, store, name, codes=[leader])
        lists.enlist(connection, store, leader, named, owner=whose, by=said.by, at=said.at, why=said.why)
        return f"{leader}: 已列入 listed  {named}", {"code": leader, "list": named, "owner": whose}

    decide(work, "case.listed", reason, [code], deed)


@click.command("tick")
@click.argument("code", metavar="CODE")
@list_option
@click.option("--proof", required=True, metavar="NUMBER", help="The number of the paper that shows it is done.")
@reason_option
@at_work
def tick(work: Workplace, code: str, *, name: str, proof: str, reason: str) -> None:
    """Tick a case off a list kept here (销号). Without a proof nothing is; what a source lists is ticked off there."""
    from hub.casework import cases, lists
    from hub.casework.discretion import openly

    def deed(connection: "Connection", store: "Store", codes: list[str], said: Said) -> tuple[str, dict[str, object]]:
        leader = cases.lead(connection, codes[0])
        if openly(connection, store, proof, codes=[leader]) != proof.strip():
            raise StoreError("the proof names a person: it stands openly", where=f"case {leader}", hint="its number")
        lists.tick_off(connection, store, leader, name.strip(), proof=proof, by=said.by, at=said.at, why=said.why)
        return f"{leader}: 已销号 ticked off  {name}", {"code": leader, "list": name.strip(), "proof": proof.strip()}

    decide(work, "case.ticked_off", reason, [code], deed)
