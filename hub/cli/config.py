"""``hub config``: are the settings right, and where does each value come from."""

from typing import TYPE_CHECKING

import click

from hub.cli.show import json_option, say, table, write_json
from hub.cli.workplace import Workplace, at_work

if TYPE_CHECKING:
    from hub.problems import Problem
    from hub.registry import Registry
    from hub.settings import Settings


@click.group("config")
def config() -> None:
    """The settings of this hub."""


@config.command("check")
@json_option
@at_work
def check(work: Workplace, as_json: bool) -> int:
    """List every value and its origin, secrets as set or unset; or else every problem with its line."""
    from hub.problems import SettingsInvalid

    try:
        _refuse_broken(work)
    except SettingsInvalid as why:
        if not as_json:
            raise
        write_json({"ok": False, "problems": [problem._asdict() for problem in why.problems]})
        return why.exit_code
    settings = work.settings
    origins = settings.origins({name: adapter.Config for name, adapter in work.registry.adapters.items()})
    if as_json:
        write_json({"ok": True, "path": settings.path, "values": [origin._asdict() for origin in origins]})
    else:
        table(("键 key", "值 value", "来源 origin"), origins, title=str(settings.path))
        say(f"没有问题 no problems, {len(settings.sources)} sources")
    return 0


def _refuse_broken(work: Workplace) -> None:
    from hub.problems import SettingsInvalid

    if problems := problems_of(work.settings, work.registry):
        raise SettingsInvalid(problems, where=str(work.settings.path))


def problems_of(settings: "Settings", registry: "Registry") -> list["Problem"]:
    """What is wrong with settings that could be read: in the eyes of the adapters, and of the casework."""
    return [*_of_sources(settings, registry), *_of_casework(settings, registry)]


def _of_sources(settings: "Settings", registry: "Registry") -> list["Problem"]:
    """What is wrong with the source tables in the eyes of their adapters: adapter unknown or off, options refused."""
    from hub.errors import PluginError
    from hub.problems import Reading, SettingsInvalid
    from hub.settings import adapter_config

    problems: list[Problem] = []
    for source in settings.sources.values():
        try:
            adapter_config(source, registry.get(source.adapter).Config)
        except SettingsInvalid as why:
            problems += why.problems
        except PluginError as why:
            reading = Reading(source.given)
            reading.refuse(("source", source.name, "adapter"), why.what, why.hint)
            problems += reading.problems
    return problems


def _of_casework(settings: "Settings", registry: "Registry") -> list["Problem"]:
    """What is wrong with what the casework goes by: the files of deadlines, templates and weights, and the routes."""
    from hub.casework.linking.score import Weights
    from hub.casework.receivers import Receivers
    from hub.casework.routes import Routes
    from hub.casework.terms import Terms
    from hub.casework.wording import templates
    from hub.errors import ConfigError
    from hub.problems import Problem, SettingsInvalid

    def routes() -> None:
        Routes(settings, Receivers(settings, registry), Terms.load(settings.deadlines))

    def words() -> None:
        templates(settings.case.notice.templates)

    def weights() -> None:
        if settings.case.weights is not None:
            Weights.load(settings.case.weights)

    problems: list[Problem] = []
    for read in (routes, words, weights):
        try:
            read()
        except SettingsInvalid as why:
            problems += why.problems
        except ConfigError as why:
            problems.append(Problem(None, why.where or "case", why.what, why.hint))
    return problems
