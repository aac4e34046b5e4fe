"""``hub entry digest``: whether a file is the paper a source told of, by its SHA-256."""

import re
from hashlib import file_digest
from pathlib import Path

import click

from hub.cli.entry_show import show_list
from hub.cli.show import json_option, say, write_json
from hub.cli.workplace import Workplace, at_work

SHA256 = re.compile(r"[0-9A-Fa-f]{64}")


@click.command("digest")
@click.argument("paper", metavar="FILE|SHA256")
@json_option
@at_work
def digest(work: Workplace, paper: str, *, as_json: bool) -> None:
    """Find the papers that have a file's digest (存证校验). Ends with 1 if none has.

    FILE is read on this machine only and is not kept. A paper whose source tells another digest by now is not found.
    """
    from hub.store.entries import about, hashes_of

    told = paper.lower() if SHA256.fullmatch(paper) else _of_file(paper)
    with work.store() as store, store.database.reading() as connection:
        found = about(connection, hashes_of(store.keyring.hash, [told]), kinds=("document",))
    if as_json:
        write_json({"digest": told, "papers": found})
    elif found:
        show_list(found)
    else:
        say(f"没有文书与此相符 no paper has this digest: {told}")
    if not found:
        click.get_current_context().exit(1)


def _of_file(name: str) -> str:
    try:
        with Path(name).open("rb") as file:
            return file_digest(file, "sha256").hexdigest()
    except OSError as why:
        raise click.BadParameter(f"a file, or 64 hex digits: {why.strerror}", param_hint="FILE|SHA256") from None
