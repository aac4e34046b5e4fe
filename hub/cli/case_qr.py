"""``hub case qr``: the code of a case as a picture."""

from pathlib import Path
from typing import Any

import click

from hub.cli.show import say
from hub.cli.workplace import Workplace, at_work

KINDS = (".svg", ".png")
MODULE = 8  # pixels of one dot of a PNG: 3 cm at 300 dpi


@click.command("qr")
@click.argument("number", metavar="CODE")
@click.option("--to", "file", type=click.Path(path_type=Path, dir_okay=False), help="Write it to a .svg or .png file.")
@at_work
def qr(work: Workplace, number: str, *, file: Path | None) -> None:
    """Show the code of a case as a QR code, or write it --to a file. Nothing but the code stands in it."""
    from hub.cli.case_timeline import the_case
    from schemas.case_code import spoken

    if file is not None and file.suffix.lower() not in KINDS:
        raise click.BadParameter(f"a name ending in {' or '.join(KINDS)} is wanted", param_hint="--to")
    with work.store() as store, store.database.reading() as connection:
        code = the_case(connection, store, number)
    if file is None:
        show_code(code)
        return
    _picture(code).save(str(file), scale=MODULE, border=4)
    say(f"{spoken(code)}: {file}")


def show_code(code: str) -> None:
    """Print the picture of a code in the terminal, and the code in groups under it."""
    from io import StringIO

    from schemas.case_code import spoken

    drawn = StringIO()
    _picture(code).terminal(out=drawn, compact=True)
    click.echo(drawn.getvalue())
    say(spoken(code))


def _picture(code: str) -> Any:
    """Error correction Q: a quarter of it may be smudged. 23 signs of digits and capitals make 25 by 25 dots."""
    import segno

    return segno.make_qr(code, error="q")
