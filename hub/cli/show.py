"""How the command line speaks: tables that know Chinese widths, JSON for programs, no colour off a terminal.

Text from sources passes `plain` first: a title must not move the cursor of who reads it.
"""

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from rich.console import RenderableType

F = TypeVar("F", bound=Callable[..., Any])

json_option = click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")

PIPE_WIDTH = 200  # columns when nobody looks: a table in a file or a pipe is not folded at 80
_CONTROL = (*range(0x20), *range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A))
_UNSEEN: dict[int, str | None] = dict.fromkeys(_CONTROL) | {ord("\n"): " ", ord("\t"): " "}


def plain(value: object) -> str:
    """Text without control characters and bidirectional overrides; ``-`` for none, yes or no for a bool."""
    match value:
        case None | () | []:
            return "-"
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:g}"
        case list() | tuple() | set() | frozenset():
            return ", ".join(plain(part) for part in value)
        case _:
            return str(value).translate(_UNSEEN)


def moment(text: str | None) -> str:
    """A stored time (UTC text) in the zone of this machine, to the second, with its offset."""
    return datetime.fromisoformat(text).astimezone().strftime("%Y-%m-%d %H:%M:%S %z")[:-2] if text else "-"


def table(
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    title: str = "",
    right: Sequence[int] = (),
    if_any: Sequence[int] = (),
) -> None:
    """Print a table with headings such as ``来源 source``.

    ``right`` are the positions of columns of numbers, ``if_any`` of those left out when empty.
    """
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    rows = list(rows)
    shown = [at for at in range(len(columns)) if at not in if_any or any(row[at] for row in rows)]
    grid = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for at in shown:
        heading = columns[at].replace(" ", "\n", 1)  # Chinese above, English below: narrow columns
        grid.add_column(
            Text(heading), justify="right" if at in right else "left", overflow="fold", no_wrap=at == shown[0]
        )
    for row in rows:
        grid.add_row(*(Text(plain(row[at])) for at in shown))
    if title:
        say(title)
    _print(grid)
    say("")


def facts(pairs: Mapping[str, object]) -> None:
    """Print names and values, one a line."""
    from rich.table import Table
    from rich.text import Text

    grid = Table.grid(padding=(0, 2), pad_edge=False)
    grid.add_column(style="bold", no_wrap=True)
    grid.add_column(overflow="fold")
    for name, value in pairs.items():
        grid.add_row(Text(name), Text(plain(value)))
    _print(grid)


def say(text: str) -> None:
    """Print one line; an empty text is an empty line."""
    click.echo(text.translate(_UNSEEN))


def write_json(value: object) -> None:
    """Print JSON, indented, with a line end. Dataclasses, named tuples, sets and paths are taken as they are meant."""
    import orjson

    options = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE | orjson.OPT_NON_STR_KEYS
    click.echo(orjson.dumps(value, default=_simple, option=options).decode(), nl=False)


def _simple(value: object) -> object:
    if isinstance(value, set | frozenset):
        return sorted(value)
    if isinstance(value, Mapping):
        return dict(value)
    return str(value)


def _print(renderable: "RenderableType") -> None:
    """To a terminal as it is; elsewhere wide, without colour and without spaces at the ends of lines."""
    from rich.console import Console

    seen = sys.stdout.isatty()
    console = Console(width=None if seen else PIPE_WIDTH, highlight=False, emoji=False, markup=False)
    with console.capture() as capture:
        console.print(renderable)
    lines = capture.get().splitlines()
    click.echo("\n".join(lines if seen else (line.rstrip() for line in lines)))
