"""``hub entry``: read what the sources tell beside disputes. Masked, unless a clear read is asked for and audited."""

import re
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from hub.cli.by_hand import clear_read
from hub.cli.entry_digest import digest
from hub.cli.entry_show import KINDS, age, show_list, show_view, span, spot
from hub.cli.region import REGION
from hub.cli.show import json_option, say, table, write_json
from hub.cli.workplace import Workplace, at_work
from hub.errors import StoreError

if TYPE_CHECKING:
    from hub.store.entries import EntryHead
    from hub.store.store import Store


@click.group("entry")
def entry() -> None:
    """What sources tell beside disputes: steps, papers, bodies, mediators, figures, rows."""


@entry.command("list")
@click.option("--kind", type=click.Choice(list(KINDS)), help="Entries of this kind.")
@click.option("--source", help="Entries of this source.")
@click.option("--name", help="The form of a document, the dataset of a row, the name of a figure, ....")
@click.option("--region", type=REGION, default="", metavar="PREFIX", help="Entries whose region's code begins so.")
@click.option("--field", default="", help="Bodies and mediators that do this.")
@click.option("--status", help="Of this status as the source told it, such as unproved of a list.")
@click.option("--of", "number", metavar="NUMBER", help="Entries about the matter of this number, oldest first.")
@click.option("--open", "open_only", is_flag=True, help="With an answer due and none yet.")
@click.option("--after", metavar="ID", help="Go on after this one.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@json_option
@at_work
def list_(
    work: Workplace,
    *,
    kind: str | None,
    source: str | None,
    name: str | None,
    region: str,
    field: str,
    status: str | None,
    number: str | None,
    open_only: bool,
    after: str | None,
    limit: int,
    as_json: bool,
) -> None:
    """List entries, or those about one matter (--of)."""
    from hub.store.entries import about, entries, hashes_of

    if number is not None and (source or name or region or field or status or open_only or after):
        raise click.UsageError("--of goes with --kind, --limit and --json only")
    with work.store() as store, store.database.reading() as connection:
        if number is not None:
            hashes = hashes_of(store.keyring.hash, [number])
            rows = about(connection, hashes, kinds=(kind,) if kind else ())[:limit]
        else:
            rows = entries(
                connection,
                kind=kind,
                source=source,
                name=name,
                region=region,
                field=field,
                status=status,
                open_only=open_only,
                after=_numbered(after) if after else None,
                limit=limit,
            )
    more = number is None and len(rows) == limit
    if as_json:
        write_json({"entries": rows, "next": spot(rows[-1]) if more else None})
        return
    show_list(rows)
    if more:
        say(f"更多 more: --after {spot(rows[-1])}")


@entry.command("alike")
@click.option("--name", required=True, help="The dataset, such as 涉众案款发放.")
@click.option("--status", help="Those of this result, such as 00.")
@json_option
@at_work
def alike(work: Workplace, *, name: str, status: str | None, as_json: bool) -> None:
    """List rows of a dataset that may stand there twice: same matter, same people, same amount. Ends with 1 if any."""
    from hub.store.entries import alike as groups_of

    with work.store() as store, store.database.reading() as connection:
        groups = groups_of(connection, name=name, status=status)
    if as_json:
        write_json({"groups": groups})
    elif groups:
        show_list([row for group in groups for row in group])
    else:
        say("没有重复 none")
    if groups:
        click.get_current_context().exit(1)


@entry.command("lists")
@json_option
@at_work
def lists(work: Workplace, *, as_json: bool) -> None:
    """Lists whose matters are ticked off one by one (挂号销号), and how they stand.

    A matter that was ticked off without a proof is listed still: hub entry list --name LIST --status unproved.
    """
    from hub.casework.lists import lists as counted

    with work.store() as store, store.database.reading() as connection:
        found = counted(connection)
    if as_json:
        write_json({"lists": found})
        return
    if not found:
        say("没有清单 no lists")
        return
    columns = ("清单 list", "在册 listed", "销号无凭证 unproved", "已销号 ticked off")
    table(columns, [(each.name, each.listed, each.unproved, each.ticked_off) for each in found], right=(1, 2, 3))


@entry.command("datasets")
@json_option
@at_work
def datasets(work: Workplace, *, as_json: bool) -> None:
    """The catalogue of datasets: whose each is, what for, its fields, and how long ago it was read whole."""
    from hub.cli.status import ago
    from hub.clock import utc_now
    from hub.store.catalogue import catalogue

    with work.store() as store, store.database.reading() as connection:
        found = catalogue(connection)
    now = utc_now()
    lags = [age(now, each.read) for each in found]
    if as_json:
        write_json({"datasets": [asdict(each) | {"lag_s": lag} for each, lag in zip(found, lags, strict=True)]})
        return
    rows = [
        (each.source, each.name, each.owner, each.purpose, each.rows, span(each.first, each.last),
         " ".join(each.fields), ago(lag))
        for each, lag in zip(found, lags, strict=True)
    ]  # fmt: skip
    columns = (
        "来源 source", "数据集 dataset", "归属 owner", "用途 purpose", "行 rows", "期间 period", "字段 fields",
        "滞后 lag",
    )  # fmt: skip
    table(columns, rows, right=(4, 7))


@entry.command("tree")
@click.argument("code", default="")
@click.option("--source", help="Only what this source's register tells.")
@json_option
@at_work
def tree_(work: Workplace, *, code: str, source: str | None, as_json: bool) -> None:
    """The tree of bodies, or the one of CODE: who stands above it on six levels, below it, and across.

    CODE is a body's own, or that of a place (the orgcode of an event). Ends with 1 if the register is wrong somewhere.
    """
    from hub.casework.bodies import tree
    from hub.cli.entry_tree import show_body, show_tree, told

    with work.store() as store, store.database.reading() as connection:
        found = tree(connection, store, source=source)
    if as_json:
        write_json(told(found, code))
    elif code:
        show_body(found, code)
    else:
        show_tree(found)
    if found.problems and not code:
        click.get_current_context().exit(1)


entry.add_command(digest)


@entry.command("show")
@click.argument("entry_id", metavar="ID")
@click.option("--source", help="The source that knows ID as its own key.")
@click.option("--kind", type=click.Choice(list(KINDS)), help="Which kind ID is a key of.")
@click.option("--version", type=click.IntRange(1), help="An earlier version.")
@click.option("--clear", is_flag=True, help="Unmasked; needs --reason, and is audited.")
@click.option("--reason", default="", help="Why the clear text is needed.")
@click.option("--purpose", default="", help="With --clear, of a dataset's row: the purpose it was shared for.")
@json_option
@at_work
def show(
    work: Workplace,
    entry_id: str,
    *,
    source: str | None,
    kind: str | None,
    version: int | None,
    clear: bool,
    reason: str,
    purpose: str,
    as_json: bool,
) -> None:
    """Show one entry: content, and for each version from which bytes and mapping it came.

    ID is a number of `hub entry list` (330110-12), or with --source the source's own key. A row of a dataset that was
    shared for a purpose is read in clear for no other.
    """
    from hub.store.entries import show as open_entry

    if clear and not reason.strip():
        raise click.UsageError("--clear needs --reason")
    with work.store() as store:
        head = _find(store, entry_id, source, kind)
        if clear:
            clear_read(store, "entry", head, reason, **_purpose(head, purpose))
        view = open_entry(store.database, store.keyring, head.home, head.id, version=version, clear=clear)
    if as_json:
        write_json(
            {"head": view.head, "versions": view.versions, "shown": view.shown, "clear": view.clear, "body": view.body}
        )
    else:
        show_view(view)


def _purpose(head: "EntryHead", stated: str) -> dict[str, str]:
    """What is written down of the purpose of a clear read. Raises UsageError where a row was shared for another."""
    shared_for = head.title if head.kind == "row" else ""
    if shared_for and stated.strip() != shared_for:
        raise click.UsageError(f"shared for one purpose only: --clear needs --purpose {shared_for}")
    return {"purpose": shared_for} if shared_for else {}


def _find(store: "Store", text: str, source: str | None, kind: str | None) -> "EntryHead":
    """The one entry meant. Raises StoreError when none or several are."""
    from hub.store.entries import entry_by_id, entry_by_key

    with store.database.reading() as connection:
        if source is not None:
            found = entry_by_key(connection, text, source=source, kind=kind)
        elif match := re.fullmatch(r"(?:(\d{6})-)?(\d{1,18})", text):
            found = entry_by_id(connection, int(match[2]), home=match[1])
        else:
            found = []
    if not found:
        raise StoreError("no such entry", where="store", hint="hub entry list shows all; a key needs its --source")
    if len(found) > 1:
        several = ", ".join(f"{spot(head)} ({head.kind})" for head in found[:5])
        raise StoreError(f"{len(found)} entries are called that", where="store", hint=f"say which: {several}")
    return found[0]


def _numbered(text: str) -> tuple[str, int]:
    match = re.fullmatch(r"(\d{6})-(\d{1,18})", text)
    if match is None:
        raise click.BadParameter("a number such as 330110-12 is wanted", param_hint="--after")
    return match[1], int(match[2])
