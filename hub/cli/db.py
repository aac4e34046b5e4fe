"""``hub db``: the store itself."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from hub.cli.show import facts, json_option, say, table, write_json
from hub.cli.workplace import Workplace, at_work

if TYPE_CHECKING:
    from hub.store.backup import Manifest


@click.group("db")
def db() -> None:
    """The store: its tables, its soundness, its copies."""


@db.command("upgrade")
@at_work
def upgrade(work: Workplace) -> None:
    """Bring the tables of the store up to date, data in place; makes an empty store where there is none."""
    from hub.store import migrate
    from hub.store.database import Database

    database = Database(work.settings.store.url)
    try:
        applied = migrate.upgrade(database)
    finally:
        database.close()
    say(f"已升级 upgraded: {', '.join(applied)}" if applied else f"已是最新 up to date ({migrate.head()})")


@db.command("check")
@json_option
@at_work
def check(work: Workplace, as_json: bool) -> int:
    """Read most of the store and list all that is not as it must be. Ends with 1 when something is not."""
    from hub.store import maintain
    from hub.store.database import Database
    from hub.store.vault import Keyring

    work.require_store()
    keyring = Keyring.load(work.settings.store.keys)
    database = Database(work.settings.store.url)
    try:
        findings = maintain.check(database, keyring)
    finally:
        database.close()
    if as_json:
        write_json({"sound": not findings, "findings": findings})
    elif findings:
        rows = [(each.code, each.what, each.count, each.examples, each.hint) for each in findings]
        columns = ("代码 code", "情况 what", "处 count", "例 examples", "怎么办 what to do")
        table(columns, rows, right=(2,))
    else:
        say("完好 sound")
    return 1 if findings else 0


@db.command("backup")
@click.argument("folder", type=click.Path(path_type=Path))
@json_option
@at_work
def backup(work: Workplace, folder: Path, as_json: bool) -> None:
    """Write a backup into FOLDER, which must be new; a daemon may go on meanwhile. The keys are not in it."""
    from hub.store import backup as copies

    with work.store() as store:
        manifest = copies.backup(store.database, folder)
    _show(manifest, folder, as_json=as_json)
    if not as_json:
        say("the key file is not in it: hub key export makes a copy for another place")


@db.command("restore")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@json_option
@at_work
def restore(work: Workplace, folder: Path, as_json: bool) -> None:
    """Bring the backup in FOLDER back as the store of the settings, which must be new. Compared before it is there."""
    from hub.store import backup as copies

    _show(copies.restore(folder, work.settings.store.url), folder, as_json=as_json)


def _show(manifest: "Manifest", folder: Path, *, as_json: bool) -> None:
    if as_json:
        write_json({"folder": folder, "manifest": manifest})
        return
    facts(
        {
            "备份 backup": folder,
            "制于 made": f"{manifest.made}, {manifest.engine}, tables {manifest.revision}",
            "记录 records": manifest.rows.get("record", 0),
            "所需密钥 keys it needs": f"keyring {manifest.keyring}: {', '.join(manifest.keys) or '-'}",
        }
    )
