"""``hub key``: the file that opens all personal data of a store."""

from pathlib import Path

import click

from hub.cli.show import say
from hub.cli.workplace import Workplace, at_work

ALGORITHMS = ("AES-256-GCM", "SM4-GCM")


@click.group("key")
def key() -> None:
    """The key file. Without it the personal data of a store is gone."""


@key.command("create")
@click.option("--algorithm", type=click.Choice(ALGORITHMS), default=ALGORITHMS[0], show_default=True)
@at_work
def create(work: Workplace, algorithm: str) -> None:
    """Make the key file named in the settings. Refuses when it is there."""
    from hub.store.vault import Keyring

    path = work.settings.store.keys
    keyring = Keyring.create(path, algorithm="SM4-GCM" if algorithm == "SM4-GCM" else "AES-256-GCM")
    say(f"{path}: keyring {keyring.fingerprint()}, key {keyring.current}")
    say("put a copy in a safe place: hub key export --output FILE")


@key.command("rotate")
@at_work
def rotate(work: Workplace) -> None:
    """Add a new key for what is written from now on; older keys stay, to read what they sealed."""
    from hub.store.vault import Keyring

    keyring = Keyring.load(work.settings.store.keys)
    say(f"new key {keyring.rotate()}; {len(keyring.keys)} keys in all")
    say("restart a running hub, and export a fresh copy: hub key export --output FILE")


@key.command("export")
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="File to write; else standard output.")
@click.option(
    "--passphrase-file", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="Else it is asked."
)
@at_work
def export(work: Workplace, output: Path | None, passphrase_file: Path | None) -> None:
    """Give a copy of the key file under a passphrase, as text that survives paper. A file there is not overwritten."""
    import os

    from hub.errors import ConfigError
    from hub.store.vault import Keyring

    keyring = Keyring.load(work.settings.store.keys)
    if passphrase_file:
        passphrase = passphrase_file.read_text(encoding="utf-8").rstrip("\r\n")
    else:
        passphrase = click.prompt("Passphrase", hide_input=True, confirmation_prompt=True, err=True)
    text = keyring.export(passphrase)
    if output is None:
        click.echo(text, nl=False)
        return
    try:
        handle = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as why:
        raise ConfigError("the file is there already", where=str(output), hint="choose another") from why
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    say(f"{output}: keyring {keyring.fingerprint()}, {len(keyring.keys)} keys; keep file and passphrase apart")
