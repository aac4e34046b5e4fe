"""``hub mediator``: the resource pool: import a list, see who has how much to do, give a case to who fits best."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hub.cli.by_hand import clear_options, person, written_down
from hub.cli.case_timeline import the_case
from hub.cli.region import REGION
from hub.cli.show import json_option, say, table, write_json
from hub.cli.workplace import Workplace, at_work
from hub.errors import ConfigError, StoreError

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from hub.casework.pool import InPool, Offer
    from hub.store.store import Store

SHOWN = 5  # mediators offered for a case
MOST = 100_000  # mediators of one source


@click.group("mediator")
def mediator() -> None:
    """The mediators: import, list, assign."""


@mediator.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False), required=False)
@click.option("--source", default="", help="Instead of a list: the mediators this source tells of (hub entry list).")
@click.option("--encoding", default="", help="Of a text file; found by itself when not given.")
@json_option
@at_work
def import_(work: Workplace, file: Path | None, *, source: str, encoding: str, as_json: bool) -> None:
    """Take mediators from a list, CSV or XLSX, or from a source.

    Who is in the pool already is brought up to date; nobody is taken out.

    Columns, by Chinese or English name: 姓名 name, 区划 region (both needed), 编号 number, 电话 phone,
    单位 organisation, 领域 fields (items or categories by code or label), 上限 capacity, 在办 load, 状态 active.
    """
    from hub.casework.pool import keep
    from hub.casework.pool_list import read_list

    if (file is None) == (not source):
        raise click.UsageError("a FILE, or --source NAME")
    home = work.settings.home
    with work.store() as store, store.database.transaction() as connection:
        rows = _rows(file, encoding) if file is not None else of_source(connection, store, source)
        listed, wrong = read_list(rows, work.taxonomy, strict=file is not None)
        by, at = person()
        kept = keep(connection, store, home, listed, at=at)
        entry = {"new": kept.new, "changed": kept.changed, "unchanged": kept.unchanged, "refused": len(wrong)}
        written_down(connection, store, home=home, action="mediator.imported", entry=entry, by=by, at=at)
    if as_json:
        write_json({**entry, "problems": wrong})
    else:
        taken = f"新增 {kept.new} new, 变更 {kept.changed} changed, 未变 {kept.unchanged} unchanged"
        say(f"{taken}, 退回 {len(wrong)} refused")
        if wrong:
            table(("行 line", "列 column", "原因 reason"), [(each.line, each.column, each.why) for each in wrong])
    if wrong:
        raise click.exceptions.Exit(1)


@mediator.command("list")
@click.option("--region", type=REGION, default="", metavar="PREFIX", help="Those whose region begins so.")
@click.option("--field", "wanted", default="", metavar="CODE", help="Those who take this item or category.")
@clear_options
@json_option
@at_work
def list_(work: Workplace, *, region: str, wanted: str, clear: bool, reason: str, as_json: bool) -> None:
    """Show the pool: field, region and load. Names and phones are masked."""
    from hub.casework.discretion import openly
    from hub.casework.pool import pool

    with work.store() as store:
        if clear:
            with store.database.transaction() as connection:
                by, at = person()
                entry = {"reason": openly(connection, store, reason), "region": region, "field": wanted}
                home = work.settings.home
                written_down(connection, store, home=home, action="mediator.read_clear", entry=entry, by=by, at=at)
        with store.database.reading() as connection:
            rows = [
                each
                for each in pool(connection, store, clear=clear)
                if each.region.startswith(region) and (not wanted or wanted.upper() in each.fields or not each.fields)
            ]
    if as_json:
        write_json({"mediators": rows})
        return
    table(_COLUMNS, [_row(each) for each in rows], right=(6,))


@mediator.command("assign")
@click.argument("number", metavar="CASE")
@click.option("--to", "chosen", default="", metavar="NUMBER", help="This mediator, not the one who fits best.")
@click.option("--offer", is_flag=True, help="Only show who would fit.")
@json_option
@at_work
def assign(work: Workplace, number: str, *, chosen: str, offer: bool, as_json: bool) -> None:
    """Give a case to the mediator who fits best: by item or category, then by the nearest region, then by load."""
    from hub.casework import pool

    with work.store() as store:
        with store.database.reading() as connection:
            code = the_case(connection, store, number)
            fitting = _offers(connection, store, code)
            taken = _chosen(connection, store, code, chosen) if chosen else next(iter(fitting), None)
        if not offer:
            if taken is None:
                raise StoreError("nobody in the pool fits and has room", where=f"case {code}", hint="hub mediator list")
            with store.database.transaction() as connection:
                by, at = person()
                who = (taken.mediator.home, taken.mediator.id)
                why = taken.why | ({"chosen": "指定 by a person"} if chosen else {})
                pool.assign(connection, store, code, who, why=why, by=by, at=at)
                entry = {"case": code, "mediator": taken.mediator.number}
                written_down(connection, store, home=who[0], action="mediator.assigned", entry=entry, by=by, at=at)
    if as_json:
        assigned = None if offer or taken is None else taken.mediator.number
        write_json({"case": code, "assigned": assigned, "offers": [_told(each) for each in fitting[:SHOWN]]})
        return
    if not offer and taken is not None:
        say(f"已指派 assigned: {taken.mediator.number} {taken.mediator.name} {taken.mediator.organisation}")
        say("因为 because: " + ", ".join(taken.why.values()))
        say("")
    rows = [(*_row(each.mediator)[:4], *each.why.values()) for each in fitting[:SHOWN]]
    table((*_COLUMNS[:4], "领域相符 field", "远近 region", "负荷 load"), rows, title="合适的 who fits, the best first")


_COLUMNS = (
    "编号 number", "姓名 name", "单位 organisation", "区划 region", "领域 fields", "电话 phone", "负荷 load",
    "在岗 there",
)  # fmt: skip


def _row(each: "InPool") -> tuple[object, ...]:
    from schemas.regions import region

    named = region(each.region)
    place = f"{each.region} {named.name}" if named else each.region
    fields, load = " ".join(each.fields) or "不限 any", f"{each.load}/{each.capacity or '-'}"
    return each.number, each.name, each.organisation, place, fields, each.phone, load, each.active


def _told(offer: "Offer") -> dict[str, Any]:
    return {"number": offer.mediator.number, "organisation": offer.mediator.organisation, "why": offer.why}


def _offers(connection: "Connection", store: "Store", code: str) -> "list[Offer]":
    from hub.casework.pool import offers, pool

    item, category, region = _matter(connection, code)
    return offers(pool(connection, store), item=item, category=category, region=region)


def _chosen(connection: "Connection", store: "Store", code: str, number: str) -> "Offer":
    """The mediator a person chose, whether they would have been offered or not. Raises StoreError for none."""
    from hub.casework.pool import Offer, fits, near, pool
    from hub.nearest import did_you_mean

    known = pool(connection, store)
    found = next((each for each in known if each.number == number), None)
    if found is None:
        hint = did_you_mean(number, [each.number for each in known], none="hub mediator list")
        raise StoreError(f'no mediator "{number}"', where="pool", hint=hint)
    item, category, region = _matter(connection, code)
    return Offer(found, fits(found.fields, item, category), near(found.region, region))


def _matter(connection: "Connection", code: str) -> tuple[str | None, str | None, str]:
    from sqlalchemy import select

    from hub.store.case_tables import CaseFile
    from hub.store.tables import core

    case = core(CaseFile)
    row = connection.execute(select(case.c.item, case.c.category, case.c.region).where(case.c.code == code)).one()
    return row.item, row.category, row.region


def of_source(connection: "Connection", store: "Store", source: str) -> Iterator[Mapping[str, Any]]:
    """The mediators a source tells of, as rows of a list; who is gone there is away. Raises StoreError for none."""
    from sqlalchemy import select

    from hub.store.entries import VERSION, entries, open_entry
    from hub.wire import LINE_FIELD

    heads = [
        head
        for deleted in (False, True)
        for head in entries(connection, kind="mediator", source=source, deleted=deleted, limit=MOST)
    ]
    if not heads:
        raise StoreError(f"{source} tells of no mediators", where="store", hint="hub entry list --kind mediator")
    for head in heads:
        spot = (VERSION.c.home == head.home, VERSION.c.entry == head.id, VERSION.c.version == head.version)
        row = connection.execute(select(VERSION.c.key_id, VERSION.c.body).where(*spot)).one()
        told = open_entry(store.keyring, (head.home, head.id, head.version), row.key_id, bytes(row.body))
        yield {
            LINE_FIELD: f"{head.home}-{head.id}",
            "number": told.get("code") or head.key,
            "name": told.get("name"),
            "phone": told.get("phone"),
            "organisation": head.owner or told.get("organisation"),
            "region": head.region,
            "fields": "、".join(told.get("fields") or ()),
            "capacity": told.get("capacity"),
            "load": told.get("load"),
            "active": "no" if head.deleted else "yes",
        }


def _rows(file: Path, encoding: str) -> Iterator[Mapping[str, Any]]:
    """The rows of a file. Raises ConfigError for one that cannot be read as a whole."""
    from hub.sources.decode import MalformedError
    from hub.sources.files.content import Content
    from hub.sources.files.reading import read_file
    from hub.wire import FileDrop

    content = Content(file.name, file.stat().st_size, lambda: file.open("rb"))
    try:
        yield from read_file(content, FileDrop(encoding=encoding) if encoding else FileDrop())
    except MalformedError as why:
        raise ConfigError(f"not a list that can be read: {why}", where=file.name, hint="CSV or XLSX") from why
