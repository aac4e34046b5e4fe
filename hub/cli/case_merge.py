"""``hub case merge|unmerge|split|unsplit|alias|settle``: what a person decides of cases, audited."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from hub.cli.case_words import reason_option, record_id, record_ref
from hub.cli.show import say
from hub.cli.workplace import Workplace, at_work

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection

    from hub.store.store import Store

    Deed = Callable[[Connection, Store, list[str], "Said"], tuple[str, dict[str, object]]]


@dataclass(frozen=True, slots=True)
class Said:
    """Who decides, when (UTC text), and why: as it may be kept openly."""

    by: str
    at: str
    why: str


@click.command("merge")
@click.argument("one", metavar="CODE")
@click.argument("other", metavar="OTHER")
@reason_option
@at_work
def merge(work: Workplace, one: str, other: str, *, reason: str) -> None:
    """Hold two cases together. The older code leads, the other stays a name of it; `hub case unmerge` takes it back."""
    from hub.casework import cases

    def deed(connection: "Connection", store: "Store", codes: list[str], said: Said) -> tuple[str, dict[str, object]]:
        leader = cases.merge(connection, store, codes[0], codes[1], by=said.by, at=said.at, why=said.why)
        return f"{leader}: 已并案 merged", {"code": codes[0], "with": codes[1], "lead": leader}

    decide(work, "case.merged", reason, [one, other], deed)


@click.command("unmerge")
@click.argument("one", metavar="CODE")
@click.argument("other", metavar="[OTHER]", required=False)
@reason_option
@at_work
def unmerge(work: Workplace, one: str, other: str | None, *, reason: str) -> None:
    """Take back the merges of CODE (with OTHER only). What the linker had joined that way stays apart from now on."""
    from hub.casework import cases

    def deed(connection: "Connection", store: "Store", codes: list[str], said: Said) -> tuple[str, dict[str, object]]:
        count = cases.unmerge(connection, store, *codes, by=said.by, at=said.at, why=said.why)
        code = codes[0]
        left = cases.lead(connection, code)
        still = "" if left == code else f"; 仍并于 still held with {left} another way"
        return f"{code}: 已撤销 {count} 次并案 {count} merges taken back{still}", {"code": code, "merges": count}

    decide(work, "case.unmerged", reason, [one, other] if other else [one], deed)


@click.command("split")
@click.argument("code", metavar="CODE")
@click.argument("records", metavar="RECORD...", nargs=-1, required=True)
@reason_option
@at_work
def split(work: Workplace, code: str, records: Sequence[str], *, reason: str) -> None:
    """Give some records of a case (330110-12 ...) a case of their own, apart from the others from now on."""
    from hub.casework import cases

    refs = list(dict.fromkeys(map(record_ref, records)))

    def deed(connection: "Connection", store: "Store", codes: list[str], said: Said) -> tuple[str, dict[str, object]]:
        new = cases.split(connection, store, codes[0], refs, by=said.by, at=said.at, why=said.why)
        told: dict[str, object] = {"code": codes[0], "new": new, "records": [record_id(ref) for ref in refs]}
        return f"{new}: 新案 new case, {len(refs)} 件 records", told

    decide(work, "case.split", reason, [code], deed)


@click.command("unsplit")
@click.argument("code", metavar="CODE")
@reason_option
@at_work
def unsplit(work: Workplace, code: str, *, reason: str) -> None:
    """Take back the split that made CODE: its records go back, and CODE stays a name of the case they go to."""
    from hub.casework import cases

    def deed(connection: "Connection", store: "Store", codes: list[str], said: Said) -> tuple[str, dict[str, object]]:
        count = cases.unsplit(connection, store, codes[0], by=said.by, at=said.at, why=said.why)
        leader = cases.lead(connection, codes[0])
        return f"{leader}: {count} 件已归还 records went back", {"code": codes[0], "into": leader, "records": count}

    decide(work, "case.unsplit", reason, [code], deed)


@click.command("alias")
@click.argument("code", metavar="CODE")
@click.argument("number", metavar="NUMBER")
@click.option("--kind", default="other", show_default=True, help="Whose number it is, such as court_case or petition.")
@reason_option
@at_work
def alias(work: Workplace, code: str, number: str, *, kind: str, reason: str) -> None:
    """Let one more NUMBER find a case, but for a phone or an identity number: it stands openly.

    Records that cite it are linked to the case with the next look.
    """
    from hub.casework import cases

    def deed(connection: "Connection", store: "Store", codes: list[str], said: Said) -> tuple[str, dict[str, object]]:
        leader = cases.lead(connection, codes[0])
        cases.add_alias(connection, store, leader, kind=kind, number=number, by=said.by, at=said.at)
        return f"{leader}: {number}", {"code": leader, "kind": kind, "number": number}

    decide(work, "case.alias_added", reason, [code], deed)


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

    def deed(connection: "Connection", store: "Store", codes: list[str], said: Said) -> tuple[str, dict[str, object]]:
        leader = cases.lead(connection, codes[0])
        told = [each for each in journal.events(connection, led_by(connection, [leader])) if each.open]
        chosen = [(each.home, each.id) for each in told if event in (None, each.id)]
        if not chosen:
            raise StoreError("no such conflict is open", where="case", hint=f"hub case timeline {leader} shows them")
        for each in chosen:
            journal.settle(connection, each, at=said.at, by=said.by, why=said.why)
        return f"{leader}: {len(chosen)} 处冲突已核 conflicts settled", {"code": leader, "conflicts": len(chosen)}

    decide(work, "case.conflicts_settled", reason, [code], deed)


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


def decide(work: Workplace, action: str, reason: str, codes: Sequence[str], deed: "Deed") -> None:
    """Do it to the cases these numbers mean and write it down, in one transaction."""
    from hub.casework.discretion import openly
    from hub.cli.by_hand import person, written_down

    by, at = person()
    with work.store() as store, store.database.transaction() as connection:
        found = [exact(connection, store, each) for each in codes]
        why = openly(connection, store, reason, codes=found)
        done, entry = deed(connection, store, found, Said(by, at, why))
        entry |= {"reason": why}
        written_down(connection, store, home=str(entry["code"])[:6], action=action, entry=entry, by=by, at=at)
    say(done)
