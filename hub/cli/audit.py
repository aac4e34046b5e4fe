"""``hub audit``: is the chain of what was done unbroken."""

from pathlib import Path

import click

from hub.cli.show import facts, json_option, say, table, write_json
from hub.cli.workplace import Workplace, at_work


@click.group("audit")
def audit() -> None:
    """The audit chain."""


@audit.command("verify")
@click.option("--file", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="Verify an export, offline.")
@json_option
@at_work
def verify(work: Workplace, file: Path | None, as_json: bool) -> int:
    """Check that every entry fits the one before it. Ends with 1 when one does not."""
    from hub.store import audit as chain

    if file is not None:
        with file.open("rb") as lines:
            verdict = chain.verify_export(lines)
    else:
        with work.store() as store, store.database.reading() as connection:
            verdict = chain.verify(connection)
    if as_json:
        write_json({"sound": verdict.sound, "verdict": verdict})
    elif verdict.sound:
        facts({"结果 result": "完好 sound", "链 chains": verdict.chains, "条 entries": verdict.entries})
        heads = [(f"{head.home}/{head.writer}", head.no, head.hash) for head in verdict.heads]
        table(("链 chain", "末条 last entry", "哈希 hash: write it down elsewhere"), heads, right=(1,))
    else:
        facts({"结果 result": "断裂 broken", "首处 first bad entry": verdict.first_bad, "原因 why": verdict.why})
    return 0 if verdict.sound else 1


@audit.command("export")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@at_work
def export(work: Workplace, file: Path) -> None:
    """Write the whole chain to FILE, which must be new; `hub audit verify --file` checks it anywhere."""
    from hub.errors import ConfigError
    from hub.store import audit as chain

    with work.store() as store, store.database.reading() as connection:
        try:
            with file.open("xb") as lines:
                count = chain.export(connection, lines)
        except FileExistsError as why:
            raise ConfigError("the file is there already", where=str(file), hint="choose another") from why
    say(f"{file}: {count} entries")
