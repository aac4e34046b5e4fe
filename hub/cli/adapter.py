"""``hub adapter``: which adapters there are, what they are, and what one makes of a reply.

``new`` stands in `hub.cli.adapter_new`; ``record`` comes with the conformance suite, which reads what it writes.
"""

import re
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hub.cli.lazy import Lazy
from hub.cli.show import facts, json_option, say, table, write_json
from hub.cli.workplace import Workplace, at_work

if TYPE_CHECKING:
    from hub.contract import Adapter, Page
    from hub.registry import AdapterClass

PAGES_TRIED = 20
DAYS_TRIED = 7


NEW = ("hub.cli.adapter_new:new", "Write a package with a new adapter that passes the suite as generated.")


@click.group("adapter", cls=Lazy, commands_at={"new": NEW}, plugins="yiwang.cli.adapter")
def adapter() -> None:
    """The adapters of this installation."""


@adapter.command("list")
@json_option
@at_work
def list_(work: Workplace, as_json: bool) -> None:
    """List the adapters in use, and those that are off with the reason."""
    registry = work.registry
    rows = [
        {
            "name": name,
            "kind": kind.manifest.kind,
            "title": kind.manifest.title,
            "title_zh": kind.manifest.title_zh,
            "version": kind.manifest.version,
            "capabilities": sorted(kind.manifest.capabilities),
            "distribution": registry.distributions[name],
        }
        for name, kind in sorted(registry.adapters.items())
    ]
    if as_json:
        write_json({"adapters": rows, "off": [vars(off) for off in registry.off]})
        return
    columns = ("适配器 adapter", "类别 kind", "系统 system", "版本 version", "能力 capabilities", "来自 package")
    cells = [
        (
            r["name"],
            r["kind"],
            f"{r['title_zh']} {r['title']}".strip(),
            r["version"],
            r["capabilities"],
            r["distribution"],
        )
        for r in rows
    ]
    table(columns, cells)
    if registry.off:
        off = [(each.name, each.distribution, each.reason) for each in registry.off]
        table(("停用 off", "来自 package", "原因 reason"), off)


@adapter.command("show")
@click.argument("name")
@json_option
@at_work
def show(work: Workplace, name: str, as_json: bool) -> None:
    """Show what an adapter declares: manifest, streams, settings, status codes, crosswalk."""
    from hub.registry import adapter_package, crosswalk_path

    kind = work.registry.get(name)
    manifest, crosswalk = kind.manifest, crosswalk_path(kind)
    told: dict[str, Any] = {
        "name": manifest.name,
        "version": manifest.version,
        "title_zh": manifest.title_zh,
        "title": manifest.title,
        "kind": manifest.kind,
        "package": adapter_package(kind),
        "distribution": work.registry.distributions[name],
        "department": manifest.department,
        "timezone": manifest.timezone,
        "encoding": manifest.encoding,
        "code_system": manifest.code_system,
        "channel": manifest.channel,
        "overlap_s": manifest.overlap_s,
        "capabilities": sorted(manifest.capabilities),
        "streams": [stream.name for stream in manifest.streams],
        "crosswalk": crosswalk.name if crosswalk else None,
    }
    stages = {code: str(stage) for code, stage in manifest.stages.items()}
    if as_json:
        write_json(told | {"settings": _settings_of(kind), "stages": stages})
        return
    facts(told)
    say("")
    rows = [(each["name"], each["type"], each["default"], each["secret"]) for each in _settings_of(kind)]
    table(("设置 setting", "类型 type", "默认 default", "机密 secret"), rows)
    if stages:
        table(("状态码 status", "阶段 stage"), list(stages.items()))


@adapter.command("try")
@click.argument("name", required=False)
@click.option(
    "--page", "--recording", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="A reply's bytes."
)
@click.option("--source", help="Read one live page of this source instead; with --page only take its settings.")
@click.option("--stream", help="Stream the reply belongs to; default: the first.")
@click.option("--limit", type=click.IntRange(1, 1000), default=3, show_default=True, help="Items to show.")
@json_option
@at_work
def try_(
    work: Workplace,
    *,
    name: str | None,
    page: Path | None,
    source: str | None,
    stream: str | None,
    limit: int,
    as_json: bool,
) -> None:
    """Show what adapter NAME, or a source's, makes of a reply: source fields, draft, record, item.

    Nothing is stored, and people are masked.
    """
    from hub.cli.trial import show_trial, try_items

    if (name is None) == (source is None) or (page is None and name is not None):
        raise click.UsageError("give either NAME with --page FILE, or --source NAME, alone or with --page FILE")
    if page is None:
        assert source is not None
        instance, found = live_page(work, source, stream)
        if found is None:
            say(f"no rows in the first {PAGES_TRIED} pages")
            return
        reply = found
    else:
        instance = _instance_of(work, source) if source else _unsettled(work, str(name))
        reply = _kept_page(instance, page, stream)
    manifest, items = instance.manifest, instance.items(reply)
    trials = try_items(instance, reply, work.mapper(instance), limit)
    if as_json:
        told = {"stream": reply.stream, "items": len(items), "total": reply.total, "tried": trials}
        write_json(told | {"remarks": list(instance.remarks(items))})
        return
    say(f"{manifest.name} {manifest.version}, {reply.stream}: {len(items)} items in this page")
    for remark in instance.remarks(items):
        say(f"! {remark}")
    for trial in trials:
        show_trial(trial, work.taxonomy)


def live_page(work: Workplace, name: str, stream: str | None) -> "tuple[Adapter[Any], Page | None]":
    """The first page of a source that has rows, from the last days or else from its beginning; None when none has.

    Raises ConfigError, PluginError, SourceError.
    """
    from hub.clock import utc_now
    from hub.sources.opening import open_source

    settings = work.settings
    instance = _instance_of(work, name)
    with open_source(instance, settings.source(name), settings.http) as world:
        for since in (utc_now() - timedelta(days=DAYS_TRIED), None):
            world.start_read(stream_of(type(instance), stream))
            for page in islice(instance.pages(world, since), PAGES_TRIED):
                if instance.items(page):
                    return instance, page
    return instance, None


def stream_of(kind: "AdapterClass", name: str | None) -> str:
    """The stream of that name, the first when None. Raises BadParameter with the nearest, UsageError without any."""
    from hub.nearest import did_you_mean

    names = [stream.name for stream in kind.manifest.streams]
    if not names:
        raise click.UsageError(f'"{kind.manifest.name}" only takes what the hub delivers: nothing is read from it')
    if name is not None and name not in names:
        raise click.BadParameter(f"no such stream; {did_you_mean(name, names)}", param_hint="--stream")
    return name or names[0]


def _instance_of(work: Workplace, source: str) -> "Adapter[Any]":
    """The adapter of a source, with its settings. Raises ConfigError, PluginError."""
    from hub.settings import adapter_config

    settings = work.settings.source(source)
    kind = work.registry.get(settings.adapter)
    return kind(adapter_config(settings, kind.Config))


def _unsettled(work: Workplace, name: str) -> "Adapter[Any]":
    """An adapter without settings: items() and draft() are pure and mostly ask for none. Raises PluginError.

    Raises UsageError for one that knows nothing without its settings.
    """
    kind = work.registry.get(name)
    if kind.by_settings:
        raise click.UsageError(f'"{name}" goes by a mapping file: give --source NAME, whose settings name one')
    settings: dict[str, Any] = {"base_url": "https://source.invalid"}
    return kind(kind.Config.model_construct(**settings))


def _kept_page(adapter: "Adapter[Any]", file: Path, stream: str | None) -> "Page":
    """A page from a file of bytes."""
    from hub.sources.envelope import reopen

    return reopen(file.read_bytes(), adapter.manifest, stream_of(type(adapter), stream))


def _settings_of(kind: "AdapterClass") -> list[dict[str, Any]]:
    """The adapter's own settings: name, type, default (``required`` for one that must be given), whether secret."""
    from hub.problems import is_secret

    return [
        {
            "name": name,
            "type": _type_words(info.annotation),
            "default": "required" if info.is_required() else info.get_default(call_default_factory=True),
            "secret": is_secret(kind.Config, name),
            "description": info.description,
        }
        for name, info in kind.Config.model_fields.items()
    ]


def _type_words(annotation: object) -> str:
    """A type as people read it: ``SecretStr``, ``int``."""
    text = annotation.__name__ if isinstance(annotation, type) else str(annotation)
    return re.sub(r"[\w.]+\.", "", text).removesuffix(" | None")
