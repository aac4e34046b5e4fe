"""``hub source``: the source instances, and what an operator does to their progress."""

from collections.abc import Sequence
from datetime import UTC, datetime
from time import monotonic
from typing import TYPE_CHECKING, Any

import click

from hub.cli.lazy import Lazy
from hub.cli.show import facts, json_option, say, table, write_json
from hub.cli.workplace import Workplace, at_work
from hub.errors import HubError

if TYPE_CHECKING:
    from hub.contract import Adapter
    from hub.engine.history import Remapped
    from hub.registry import AdapterClass
    from hub.settings import SourceSettings


COMMANDS = {"show": ("hub.cli.source_show:show", "Show one source: its settings, and what it was asked today.")}


@click.group("source", cls=Lazy, commands_at=COMMANDS)
def source() -> None:
    """The sources of this hub."""


@source.command("list")
@json_option
@at_work
def list_(work: Workplace, as_json: bool) -> None:
    """List the sources of the settings."""
    rows = [
        {
            "source": each.name,
            "adapter": each.adapter,
            "home": each.home,
            "every_s": each.every_s,
            "paused": each.paused,
            "ready": each.adapter in work.registry.adapters,
        }
        for each in work.settings.sources.values()
    ]
    if as_json:
        write_json(rows)
        return
    columns = ("来源 source", "适配器 adapter", "区划 home", "间隔 every s", "暂停 paused", "可用 adapter in use")
    table(columns, [tuple(row.values()) for row in rows], right=(3,))


@source.command("check")
@click.argument("names", nargs=-1)
@click.option("--deep", is_flag=True, help="Put what the source says to the test, as hub conform does an adapter.")
@click.option("--pages", type=click.IntRange(1, 50), default=3, show_default=True, help="With --deep: pages to read.")
@click.option("--wrong-secret", is_flag=True, help="With --deep: one call with a wrong one, which may count to a lock.")
@json_option
@at_work
def check(work: Workplace, names: Sequence[str], *, deep: bool, pages: int, wrong_secret: bool, as_json: bool) -> int:
    """Ask sources (all, unless named) for one page: do settings, address, login and envelope fit? Nothing is stored.

    With --deep a few pages are read and held against the adapter's claims: keys, totals, times, codes, clocks.
    """
    if deep:
        looked: int = _deep_check()(
            work, work.named_sources(names), pages=pages, wrong_secret=wrong_secret, as_json=as_json
        )
        return looked
    rows = [_checked(work, name) for name in work.named_sources(names)]
    if as_json:
        write_json(rows)
    else:
        columns = ("来源 source", "可用 ok", "条 items", "总数 announced", "毫秒 ms", "说明 remark")
        table(columns, [tuple(row.values()) for row in rows], right=(2, 3, 4))
    return 0 if all(row["ok"] for row in rows) else 1


@source.command("pull")
@click.argument("names", nargs=-1, required=True)
@at_work
def pull(work: Workplace, names: Sequence[str]) -> int:
    """Read these sources once, now."""
    from hub.cli.run import pull as pull_once

    return pull_once(work, names)


@source.command("remap")
@click.argument("name")
@click.option("--dry-run", is_flag=True, help="Show the difference; write nothing.")
@json_option
@at_work
def remap(work: Workplace, name: str, *, dry_run: bool, as_json: bool) -> None:
    """Map every record of a source again from its kept bytes, by today's adapter, crosswalks and taxonomy."""
    from hub.engine.history import remap as map_again

    work.settings.source(name)
    with work.only_writer() as store:
        done = map_again(work.settings, store, work.registry, name, dry=dry_run)
        if not dry_run:
            _link(work, store)
    _show_again(work, done, as_json=as_json)


@source.command("replay")
@click.argument("name")
@json_option
@at_work
def replay(work: Workplace, name: str, *, as_json: bool) -> None:
    """Try the rejected items of a source again, from their kept bytes."""
    from hub.engine.history import replay as try_again

    work.settings.source(name)
    with work.only_writer() as store:
        done = try_again(work.settings, store, work.registry, name)
        _link(work, store)
    _show_again(work, done, as_json=as_json)


@source.command("pause")
@click.argument("name")
@click.option("--reason", default="", help="Shown by hub status.")
@at_work
def pause(work: Workplace, name: str, reason: str) -> None:
    """Leave a source out of the schedule, across restarts, until it is resumed. A run under way goes on."""
    from hub.engine import control

    instance = work.settings.source(name)
    with work.store() as store:
        control.pause(store, instance, reason)
    say(f"{name}: 已暂停 paused")


@source.command("resume")
@click.argument("name")
@at_work
def resume(work: Workplace, name: str) -> None:
    """Take a source into the schedule again, due at once."""
    from hub.engine import control

    instance = work.settings.source(name)
    with work.store() as store:
        control.resume(store, instance)
    if instance.paused:
        say(f"{name}: still paused by the settings; take `paused = true` out of {work.settings.path.name}")
    else:
        say(f"{name}: 已恢复 resumed, due now")


@source.command("rewind")
@click.argument("name")
@click.option("--to", "moment", metavar="TIME", help="Read again from here: 2026-03-01 or 2026-03-01T08:00.")
@click.option("--all", "everything", is_flag=True, help="Forget the watermark: read all again.")
@click.option("--stream", help="Only this stream.")
@at_work
def rewind(work: Workplace, name: str, *, moment: str | None, everything: bool, stream: str | None) -> None:
    """Move a source's watermark back, so that the next run reads again from there. Audited; nothing is stored twice."""
    from hub.cli.adapter import stream_of
    from hub.engine import control

    if (moment is None) == (not everything):
        raise click.UsageError("give either --to TIME or --all")
    instance = work.settings.source(name)
    kind = work.registry.get(instance.adapter)
    to = _moment(moment, _zone_of(instance, kind)) if moment else None
    streams = [stream_of(kind, stream)] if stream else [each.name for each in kind.manifest.streams]
    with work.store() as store:
        for each in streams:
            moved = control.rewind(store, instance, each, to)
            say(f"{name}/{each}: {'已回退 rewound' if moved else '未动 not moved: it is not later than that'}")


def _link(work: Workplace, store: Any) -> None:
    """Look again at the cases of what was mapped anew. Nothing leaves the hub for it (law L7)."""
    from hub.cli.beside import casework, link

    linker, *_ = casework(work.settings, store, work.registry)
    link(linker)


def _deep_check() -> Any:
    """What looks deeper: it comes with the conformance suite, which the hub does not import. Raises PluginError."""
    from importlib.metadata import entry_points

    from hub.errors import PluginError

    for point in entry_points(group="yiwang.cli.source", name="deep"):
        return point.load()
    raise PluginError("the conformance suite is not installed", where="yiwang.cli.source", hint="reinstall yiwang")


def _checked(work: Workplace, name: str) -> dict[str, Any]:
    from hub.cli.adapter import live_page
    from hub.contract import pulled

    begun = monotonic()
    row: dict[str, Any] = {"source": name, "ok": False, "items": None, "announced": None, "ms": None, "remark": ""}
    try:
        if not pulled(work.registry.get(work.settings.source(name).adapter)):
            return row | {"ok": True, "remark": "nothing is asked of it: it pushes, or is delivered to", "ms": 0}
        instance, page = live_page(work, name, None)
        items = instance.items(page) if page else ()
        remarks = [*(instance.remarks(items) if page else ("no rows in its first pages",)), *_lost(work, instance)]
        announced = page.total if page else None
        row |= {"ok": True, "items": len(items), "announced": announced, "remark": "; ".join(remarks)}
    except HubError as why:
        row["remark"] = f"{why.code}: {why}"
    return row | {"ms": round((monotonic() - begun) * 1000)}


def _lost(work: Workplace, instance: "Adapter[Any]") -> list[str]:
    """Rows of the instance's crosswalk that lead to no item of the taxonomy in use: such codes stay unmapped."""
    from hub.registry import crosswalk_path
    from schemas.taxonomy.sssom import dangling, read_sssom

    path, taxonomy = crosswalk_path(instance), work.taxonomy
    live = {code for code in (*taxonomy.items, *taxonomy.categories) if taxonomy.live(code)}
    return [str(problem) for problem in dangling(read_sssom(path), live)] if path else []


def _zone_of(source: "SourceSettings", kind: "AdapterClass") -> Any:
    """The zone of a source's naive times: its adapter's, unless the settings tell it. Raises ConfigError."""
    from hub.settings import adapter_config

    return (kind(adapter_config(source, kind.Config)) if kind.by_settings else kind).manifest.zone


def _moment(text: str, zone: Any) -> datetime:
    """A time as people write it; without a zone it is the source's."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as why:
        raise click.BadParameter("not a time such as 2026-03-01 or 2026-03-01T08:00Z", param_hint="--to") from why
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)


def _show_again(work: Workplace, done: "Remapped", *, as_json: bool) -> None:
    if as_json:
        moves = [{"from": old, "to": new, "records": count} for (old, new), count in done.moves.most_common()]
        write_json({"dry_run": done.dry, "counts": done.counts.as_dict(), "moves": moves, "gone": done.gone})
        return
    if done.dry:
        say("试算 dry run: nothing was written; this is what would have been")
    counts = done.counts
    facts(
        {
            "条 items": counts.fetched,
            "改变 changed": counts.stored,
            "未变 unchanged": counts.unchanged,
            "退回 rejected": counts.rejected,
            "未归 unmapped": counts.unmapped,
            "原文已不存 bytes gone": done.gone,
        }
    )
    if done.moves:
        rows = [(_item(work, old), _item(work, new), count) for (old, new), count in done.moves.most_common()]
        table(("原事项 from", "新事项 to", "件 records"), rows, right=(2,))


def _item(work: Workplace, code: str | None) -> str:
    item = work.taxonomy.items.get(code or "")
    return f"{item.code} {item.label}" if item else code or "未归 unmapped"
