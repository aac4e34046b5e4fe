"""``hub adapter record``: a recording of a live source with other people in it."""

# What it needs is imported when it runs: `hub --help` stays fast.
# ruff: noqa: PLC0415

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click

if TYPE_CHECKING:
    from conformance.record import Recorded
    from hub.testing import HttpSettings, SourceSettings

WORDS = {
    "name": "姓名 name", "identity": "证件号 identity", "phone": "电话 phone", "address": "地址 address",
    "text": "文字 text", "kept": "未动 kept",
}  # fmt: skip
WIDTH = 160  # columns where nobody looks
SHORT = 40  # characters of a sample


@click.command("record")
@click.argument("name")
@click.option("--source", help="The source of hub.toml to record from.")
@click.option("--url", help="Record from this base URL instead, without a hub.toml.")
@click.option("--set", "given", multiple=True, metavar="KEY=VALUE", help="With --url: a setting; secrets as KEY_file.")
@click.option("--stream", help="One of the adapter's streams, if it has several [the first].")
@click.option("--rows", type=click.IntRange(1, 50), default=4, show_default=True, help="Rows of each page to keep.")
@click.option("--to", type=click.Path(path_type=Path, dir_okay=False), help="File [recordings/two_pages.jsonl].")
@click.option("--replace", is_flag=True, help="Write over a recording that is there.")
@click.option("--yes", is_flag=True, help="Write without asking.")
@click.pass_context
def record(
    ctx: click.Context,
    *,
    name: str,
    source: str | None,
    url: str | None,
    given: tuple[str, ...],
    stream: str | None,
    rows: int,
    to: Path | None,
    replace: bool,
    yes: bool,
) -> None:
    """录音 Record two pages of a live source for the adapter NAME, with invented people in the place of real ones.

    Names, identity numbers and phones are replaced, the same person by the same stranger. A name that stands in free
    text alone is not found: read the table, and the file, before it goes anywhere.
    """
    from conformance.record import NotRecorded, take
    from conformance.streams import by_stream
    from conformance.subject import Subject, SubjectInvalid

    if (source is None) == (url is None):
        raise click.UsageError("give either --source or --url")
    if given and url is None:
        raise click.UsageError("--set goes with --url; the settings of a source stand in hub.toml")
    try:
        parts = by_stream(Subject.load(name))
    except SubjectInvalid as why:
        raise click.ClickException(f"{why}; `hub adapter new` writes a first one") from None
    subject = next((part for part in parts if stream in (None, part.stream)), None)
    if subject is None:
        raise click.UsageError(f'"{name}" has no stream "{stream}" of its own to record')
    if subject.way == "push":
        raise click.UsageError(f'"{name}" asks for nothing: record pushes as they come, with other people in them')
    settings, http = _from_url(name, str(url), given) if source is None else _from_hub(ctx.obj, name, source)
    file = to or subject.recordings / "two_pages.jsonl"
    if file.exists() and not replace:
        raise click.UsageError(f"{file} is there already; --replace writes over it")
    sized = settings.model_copy(update={"options": {**settings.options, "page_size": rows}})
    try:
        recorded = take(subject, sized, http, rows=rows)
    except (NotRecorded, SubjectInvalid, UnicodeDecodeError) as why:
        said = str(why) if not isinstance(why, UnicodeDecodeError) else "the reply is not in the encoding declared"
        raise click.ClickException(f"nothing was written: {said}") from None
    _show(recorded)
    if not yes:
        click.confirm(f"写入 write {file}?", abort=True)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(recorded.text, encoding="utf-8")
    click.echo(f"已写入 written: {file}")
    click.echo(f"下一步 next: read it, then hub conform {name}")


def _from_hub(work: Any, name: str, source: str) -> "tuple[SourceSettings, HttpSettings]":
    """A source of the settings. Raises ConfigError, UsageError when it is another adapter's."""
    found: SourceSettings = work.settings.source(source)
    if found.adapter != name:
        raise click.UsageError(f'the source "{source}" is one of the adapter "{found.adapter}", not of "{name}"')
    return found, work.settings.http


def _from_url(name: str, url: str, given: tuple[str, ...]) -> "tuple[SourceSettings, HttpSettings]":
    """A source of its own, which may reach the host that was named, wherever it is."""
    from hub.testing import HttpSettings, SourceSettings

    options: dict[str, Any] = {"base_url": url}
    for each in given:
        key, equals, value = each.partition("=")
        if not equals or not key:
            raise click.BadParameter(f'"{key}" has no value: KEY=VALUE is wanted', param_hint="--set")
        options[key] = value
    allow = tuple(filter(None, [urlsplit(url).hostname]))
    source = SourceSettings(name="recorded", adapter=name, home="000000", every_s=300, allow=allow, options=options)
    return source, HttpSettings()


def _show(recorded: "Recorded") -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from conformance.report import plain

    grid = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for heading in ("字段 field", "处理 done", "现在 as it stands now"):
        grid.add_column(heading, overflow="fold")
    for path, touched in recorded.disguise.touched.items():
        how = ", ".join(f"{WORDS[what]} ×{count}" for what, count in touched.how.most_common())
        sample = plain(touched.sample)
        cells = (path, how, sample if len(sample) <= SHORT else f"{sample[:SHORT]}…")
        grid.add_row(*(Text(cell) for cell in cells))
    Console(width=None if sys.stdout.isatty() else WIDTH, highlight=False, emoji=False).print(grid)
    met = ", ".join(f"{WORDS[what]} {count}" for what, count in recorded.disguise.people.most_common()) or "nobody 无"
    click.echo(
        f"\n{recorded.pages} 页 pages, {recorded.rows} 行 rows; 替换 values replaced: {recorded.disguise.replaced}"
    )
    click.echo(f"遇到 met: {met}; 原号码无一留存 none of their numbers is left")
