"""``hub source show``: one source as its settings have it, secrets as set or unset, and the calls made to it today."""

from typing import TYPE_CHECKING

import click

from hub.cli.show import facts, json_option, table, write_json
from hub.cli.workplace import Workplace, at_work

if TYPE_CHECKING:
    from hub.contract import SourceConfig
    from hub.registry import AdapterClass
    from hub.sources.quota import Calls


@click.command("show")
@click.argument("name")
@json_option
@at_work
def show(work: Workplace, name: str, *, as_json: bool) -> None:
    """Show one source: its settings, tables of them by themselves, and where calls are counted those made today."""
    from hub.contract import AdapterConfig
    from hub.settings import adapter_config

    source = work.settings.source(name)
    kind = work.registry.get(source.adapter)
    config = adapter_config(source, kind.Config)
    prefix = f"source.{name}."
    told = {
        each.key.removeprefix(prefix): each.value
        for each in work.settings.origins({source.adapter: kind.Config})
        if each.key.startswith(prefix)
    }
    tables = {key: tables_of for key in told if (tables_of := _texts(config, key))}
    per_day = config.calls_per_day if isinstance(config, AdapterConfig) else 0
    calls = _calls(work, kind, config) if per_day else []
    if as_json:
        counted = [{"path": each.path, "calls": each.calls, "per_day": per_day} for each in calls]
        settings: dict[str, object] = {key: tables.get(key, value) for key, value in told.items()}
        write_json({"source": name, "settings": settings, "calls": counted})
        return
    facts({key: value for key, value in told.items() if key not in tables})
    for key, values in tables.items():
        table((key, ""), list(values.items()), title=key)
    if per_day:
        rows = [(each.path, each.calls, per_day) for each in calls]
        table(("接口 interface", "今日已用 calls today", "每日限额 per day"), rows, right=(1, 2))


def _texts(config: "SourceConfig", key: str) -> dict[str, str]:
    """A setting that is a table of texts, such as what each field is for; nothing for any other."""
    value = getattr(config, key, None)
    return {str(each): str(text) for each, text in value.items()} if isinstance(value, dict) else {}


def _calls(work: Workplace, kind: "AdapterClass", config: "SourceConfig") -> "list[Calls]":
    from hub.clock import utc_now
    from hub.contract import AdapterConfig
    from hub.sources.quota import Quota

    assert isinstance(config, AdapterConfig)
    zone = kind(config).manifest.zone
    return Quota.of(work.settings.http.lent, config, zone, on_low=lambda calls, per_day: None).made(utc_now())
