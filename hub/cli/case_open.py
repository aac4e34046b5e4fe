"""``hub case open``: take in a matter at the counter. It has a record and a code at once."""

from collections.abc import Mapping
from datetime import datetime
from typing import IO, TYPE_CHECKING, Any

import click

from hub.cli.by_hand import person, written_down
from hub.cli.case_words import reasons_words, record_id
from hub.cli.show import json_option, say, table, write_json
from hub.cli.workplace import Workplace, at_work
from hub.errors import ConfigError

if TYPE_CHECKING:
    from hub.casework.intake import Alike
    from hub.store.store import Store

FEW = 500
"""Marks that may wait for the linker for it to be asked at once; with more, it comes to this matter in its turn."""

FOLLOWS = {"join": "将并入 will be joined", "ask": "待人核 a person decides"}
WINDOWS = ("city", "street", "community")
PARTY = "name=…,phone=…,id_number=…,address=…"


@click.command("open")
@click.option("--from", "file", type=click.File("rb"), help="The matter as a JSON object; - reads standard input.")
@click.option("--title", default="", help="In a few words.")
@click.option("--detail", default="", help="What is told.")
@click.option("--item", default="", metavar="CODE", help="Item (D0201) or category (D02); without, the text decides.")
@click.option("--address", default="", help="Where it happened.")
@click.option("--region", default="", metavar="CODE", help="Region of that place.")
@click.option("--amount", default="", metavar="YUAN", help="What it is about, in yuan.")
@click.option(
    "--window", type=click.Choice(WINDOWS), help="At which window: of city or county, street or town, village."
)
@click.option("--applicant", "applicants", multiple=True, metavar=PARTY, help="Who complains; repeat it.")
@click.option("--respondent", "respondents", multiple=True, metavar=PARTY, help="Of whom; repeat it.")
@click.option("--ref", "references", multiple=True, metavar="NUMBER", help="A number it has elsewhere; repeat it.")
@click.option("--dry-run", is_flag=True, help="Keep nothing; say what it would look like.")
@click.option("--qr/--no-qr", default=True, help="Show the code as a picture too, on a terminal.")
@json_option
@at_work
def open_(work: Workplace, /, file: IO[bytes] | None, *, dry_run: bool, qr: bool, as_json: bool, **told: Any) -> None:
    """Take in a matter nobody's system holds. People are better told in a file (--from): a shell remembers its lines.

    The file has the fields of the options, with applicants, respondents and others as lists of objects: name, phone,
    id_number, address. What looks like a case that is there is offered; nothing is joined but what is sure.
    """
    from hub import events
    from hub.casework import intake
    from hub.casework.cases import lead
    from hub.casework.linking.score import Scorer, Weights
    from hub.store.read import record_by_id

    log = work.settings.log
    events.configure(json=log.as_json, level="error" if log.level == "info" else log.level)
    matter = intake.read_matter(_read(file, told))
    _known_item(work, matter.item)
    mapper, home = intake.mapper_of(work.taxonomy), work.settings.home
    weights = work.settings.case.weights
    scorer = Scorer(Weights.load(weights) if weights else Weights.load())
    by, at = person()
    if not dry_run and not work.has_store:
        with work.only_writer():  # a counter may be all a hub has: nothing else would make its store
            pass
    with work.store() as store:
        with store.database.transaction(keep=not dry_run) as connection:
            taken = intake.take_in(connection, store, mapper, matter, home=home, by=by, now=datetime.fromisoformat(at))
            if taken.new:
                entry = {"case": taken.code, "record": taken.record[1]}
                written_down(connection, store, home=home, action="case.opened", entry=entry, by=by, at=at)
            (head,) = record_by_id(connection, taken.record[1], home=taken.record[0])
            like = intake.alike(connection, store, scorer, taken.record)
        code = taken.code
        if not dry_run:
            _link(work, store)
            with store.database.reading() as connection:
                code = lead(connection, taken.code)
    if as_json:
        write_json(
            {"code": taken.code, "lead": code, "record": record_id(taken.record), "new": taken.new, "kept": not dry_run,
             "notes": head.notes.split(), "alike": [_told(each) for each in like]}
        )  # fmt: skip
        return
    _show(taken.code, code, record_id(taken.record), new=taken.new, kept=not dry_run, qr=qr)
    if head.notes:
        say(f"未能读懂 not understood as told: {', '.join(head.notes.split())}")
    _show_alike(code, like)


def _show(given: str, code: str, record: str, *, new: bool, kept: bool, qr: bool) -> None:
    import sys

    from hub.cli.case_qr import show_code
    from schemas.case_code import spoken

    if not kept:
        say(f"试办，未保存 nothing is kept: it would be {spoken(given)}")
    elif not new:
        say(f"今天已登记过 taken in today already, word for word: {spoken(given)}")
    else:
        say(f"已登记 taken in: {spoken(given)}  (记录 record {record})")
    if code != given:
        say(f"已并入 it is one with: {spoken(code)}; the code given leads there too")
    if kept and qr and sys.stdout.isatty():
        show_code(code)


def _show_alike(code: str, like: "list[Alike]") -> None:
    others = [each for each in like if each.code != code]
    if others:
        say("")
        rows = [
            (each.code, f"{each.weight:.1f}", FOLLOWS[each.decision], reasons_words(each.reasons)) for each in others
        ]
        columns = ("案号 code", "比特 bits", "结果 follows", "理由 reasons")
        table(columns, rows, title="像是已有的案件 looks like a case that is there", right=(1,))
        say(f"是 if it is: hub case merge {others[0].code} {code} --reason ...    否 if not: hub case review")


def _told(each: "Alike") -> dict[str, Any]:
    return {"code": each.code, "weight": each.weight,
            "reasons": dict(each.reasons), "decision": each.decision}  # fmt: skip


def _read(file: IO[bytes] | None, told: Mapping[str, Any]) -> dict[str, Any]:
    """The matter out of the file, else out of the options. Raises ConfigError for a file that is no JSON object."""
    import orjson

    given = {name: value for name, value in told.items() if value}
    if file is None:
        sides = {name: [_party(each) for each in given.pop(name, ())] for name in ("applicants", "respondents")}
        numbers = [{"number": each} for each in given.pop("references", ())]
        return (
            given | {name: side for name, side in sides.items() if side} | ({"references": numbers} if numbers else {})
        )
    if given:
        raise click.UsageError("--from holds the whole matter: no other options beside it")
    try:
        matter = orjson.loads(file.read())
    except orjson.JSONDecodeError:
        raise ConfigError("no JSON", where="intake") from None
    if not isinstance(matter, dict):
        raise ConfigError("no JSON object", where="intake")
    return matter


def _party(text: str) -> dict[str, str]:
    """``name=张某,phone=138…`` as an object; a text without ``=`` is a name."""
    if "=" not in text:
        return {"name": text}
    parts = [part.partition("=") for part in text.replace("，", ",").split(",") if part.strip()]
    return {name.strip(): value.strip() for name, _, value in parts}


def _known_item(work: Workplace, code: str | None) -> None:
    from hub.nearest import did_you_mean

    known = {**work.taxonomy.items, **work.taxonomy.categories}
    if code is not None and code not in known:
        raise ConfigError(f'no item "{code}"', where="intake", hint=did_you_mean(code, known))


def _link(work: Workplace, store: "Store") -> None:
    """Let the linker look at it now, unless much else waits before it."""
    from sqlalchemy import select

    from hub.cli.beside import casework
    from hub.store.tables import Link, core

    with store.database.reading() as connection:
        waiting = connection.execute(select(core(Link).c.record).limit(FEW + 1)).all()
    if len(waiting) <= FEW:
        linker, *_ = casework(work.settings, store, work.registry)
        linker.drain()
