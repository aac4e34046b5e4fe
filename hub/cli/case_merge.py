"""``hub case merge|unmerge|split|unsplit|alias|settle``: what a person decides of cases, audited."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from hub.cli.case_words import reason_option, record_ref
from hub.cli.show import say
from hub.cli.workplace import Workplace, at_work

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection

    from hub.store.store import Store

    Deed = Callable[[Connection, Store, str, str], tuple[str, dict[str, object]]]


@click.command("merge")
@click.argument("one", metavar="CODE")
@click.argument("other", metavar="OTHER")
@reason_option
@at_work
def merge(work: Workplace, one: str, other: str, *, reason: str) -> None:
    """Hold two cases together. The older code leads, the other stays a name of it; `hub case unmerge` takes it back."""
    from hub.casework import cases

    def deed(connection: "Connection", store: "Store", by: str, at: str) -> tuple[str, dict[str, object]]:
        codes = [exact(connection, store, each) for each in (one, other)]
        leader = cases.merge(connection, store, *codes, by=by, at=at, why=reason)
        return f"{leader}: 已并案 merged", {"code": codes[0], "with": codes[1], "lead": leader}

    _do(work, "case.merged", reason, deed)


@click.command("unmerge")
@click.argument("one", metavar="CODE")
@click.argument("other", metavar="[OTHER]", required=False)
@reason_option
@at_work
def unmerge(work: Workplace, one: str, other: str | None, *, reason: str) -> None:
    """Take back the merges of CODE (with OTHER only). What the linker had joined that way stays apart from now on."""
    from hub.casework import cases

    def deed(connection: "Connection", store: "Store", by: str, at: str) -> tuple[str, dict[str, object]]:
        code = exact(connection, store, one)
        partner = exact(connection, store, other) if other else None
        count = cases.unmerge(connection, store, code, partner, by=by, at=at, why=reason)
        left = cases.lead(connection, code)
        still = "" if left == code else f"; 仍并于 still held with {left} another way"
        return f"{code}: 已撤销 {count} 次并案 {count} merges taken back{still}", {"code": code, "merges": count}

    _do(work, "case.unmerged", reason, deed)


@click.command("split")
@click.argument("code", metavar="CODE")
@click.argument("records", metavar="RECORD...", nargs=-1, required=True)
@reason_option
@at_work
def split(work: Workplace, code: str, records: Sequence[str], *, reason: str) -> None:
    """Give some records of a case (330110-12 ...) a case of their own, apart from the others from now on."""
    from hub.casework import cases

    def deed(connection: "Connection", store: "Store", by: str, at: str) -> tuple[str, dict[str, object]]:
        old, refs = exact(connection, store, code), [record_ref(each) for each in records]
        new = cases.split(connection, store, old, refs, by=by, at=at, why=reason)
        return f"{new}: 新案 new case, {len(refs)} 件 records", {"code": old, "new": new, "records": list(records)}

    _do(work, "case.split", reason, deed)


@click.command("unsplit")
@click.argument("code", metavar="CODE")
@reason_option
@at_work
def unsplit(work: Workplace, code: str, *, reason: str) -> None:
    """Take back the split that made CODE: its records go back, and CODE stays a name of the case they go to."""
    from hub.casework import cases

    def deed(connection: "Connection", store: "Store", by: str, at: str) -> tuple[str, dict[str, object]]:
        new = exact(connection, store, code)
        count = cases.unsplit(connection, store, new, by=by, at=at, why=reason)
        leader = cases.lead(connection, new)
        return f"{leader}: {count} 件已归还 records went back", {"code": new, "into": leader, "records": count}

    _do(work, "case.unsplit", reason, deed)


@click.command("alias")
@click.argument("code", metavar="CODE")
@click.argument("number", metavar="NUMBER")
@click.option("--kind", default="other", show_default=True, help="Whose number it is, such as court_case or petition.")
@reason_option
@at_work
def alias(work: Workplace, code: str, number: str, *, kind: str, reason: str) -> None:
    """Let one more NUMBER find a case. Records that cite it are linked to the case with the next look."""
    from hub.casework import cases

    def deed(connection: "Connection", store: "Store", by: str, at: str) -> tuple[str, dict[str, object]]:
        leader = cases.lead(connection, exact(connection, store, code))
        cases.add_alias(connection, store, leader, kind=kind, number=number, by=by, at=at)
        return f"{leader}: {number}", {"code": leader, "kind": kind, "number": number}

    _do(work, "case.alias_added", reason, deed)


@click.command("settle")
@click.argument("code", metavar="CODE")
@click.option("--event", type=click.IntRange(1), help="Only this conflict, by its number in the JSON of the timeline.")
@reason_option
@at_work
def settle(work: Workplace, code: str, *, event: int | None, reason: str) -> None:
    """Close the open conflicts of a case: a person has looked at what its sources say. They stay in its timeline."""
    from hub.casework import cases, journal
    from hub.errors import StoreError
    from hub.store.cases import led_by

    def deed(connection: "Connection", store: "Store", by: str, at: str) -> tuple[str, dict[str, object]]:
        leader = cases.lead(connection, exact(connection, store, code))
        told = [each for each in journal.events(connection, led_by(connection, [leader])) if each.open]
        chosen = [(each.home, each.id) for each in told if event in (None, each.id)]
        if not chosen:
            raise StoreError("no such conflict is open", where="case", hint=f"hub case timeline {leader} shows them")
        for each in chosen:
            journal.settle(connection, each, at=at, by=by, why=reason)
        return f"{leader}: {len(chosen)} 处冲突已核 conflicts settled", {"code": leader, "conflicts": len(chosen)}

    _do(work, "case.conflicts_settled", reason, deed)


def exact(connection: "Connection", store: "Store", text: str) -> str:
    """A code as it is kept, merged ones too; any other number stands for the case it finds.

    Raises StoreError when none or several do.
    """
    from hub.cli.case_timeline import the_case
    from hub.store.cases import leads
    from schemas.case_code import read_case_code

    code = read_case_code(text)
    if code is not None and leads(connection, [code]):
        return code
    return the_case(connection, store, text)


def _do(work: Workplace, action: str, reason: str, deed: "Deed") -> None:
    """Do it and write it down in one transaction."""
    from hub.cli.by_hand import person, written_down

    by, at = person()
    with work.store() as store, store.database.transaction() as connection:
        said, entry = deed(connection, store, by, at)
        code = str(entry["code"])
        entry |= {"reason": reason}
        written_down(connection, store, home=code[:6], action=action, entry=entry, by=by, at=at)
    say(said)
