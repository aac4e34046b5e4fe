"""Routes: which records ask which body for what by themselves, as ``[[case.route]]`` of the settings says."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from hub.casework.moves import Moved
from hub.casework.orders import matter, moment
from hub.casework.receivers import Receivers
from hub.casework.tasks import Kind, NewTask
from hub.casework.terms import Terms
from hub.errors import ConfigError
from hub.route_settings import RouteSettings
from hub.settings import Settings
from hub.store.facts import Standing
from hub.store.tasks import TaskRow
from schemas.delivery import HandOver

_MICROSECONDS: Final = 10**14
"""A revision above is a time in µs since 1970 (of 1973 and later), below a source's own counter."""

FAST: Final = timedelta(days=1)
"""A time of a source that lies no further ahead is taken for now: its clock may be fast."""


class Routes:
    """The routes of the settings. Raises ConfigError for a deadline rule nobody knows."""

    def __init__(self, settings: Settings, receivers: Receivers, terms: Terms) -> None:
        self.receivers = receivers
        self.groups: Mapping[str, Sequence[str]] = settings.case.group
        self.all: Sequence[RouteSettings] = settings.case.route
        self._adapters = {name: source.adapter for name, source in settings.sources.items()}
        for route in self.all:
            for rule in filter(None, (route.rule, *(each.rule for each in route.ask))):
                try:
                    terms.rule(rule)
                except ConfigError as why:
                    raise ConfigError(why.what, where=f"case.route {route.name}", hint=why.hint) from why
        self.by_name: Mapping[str, RouteSettings] = {route.name: route for route in self.all}

    def of(self, moved: Moved) -> list[RouteSettings]:
        """The routes a record takes by its coming to the stage at which it is; what its body tells is not looked at."""
        if moved.deleted or moved.stage is None or moved.stage is moved.before:
            return []
        return [route for route in self.all if self._leads(route, moved)]

    def _leads(self, route: RouteSettings, moved: Moved) -> bool:
        return (
            moved.stage in route.stage
            and self.from_here(route, moved.source)
            and (not route.items or _in_items(moved.item, route.items))
            and (not route.regions or moved.region.startswith(route.regions))
            and moved.source != route.to
        )

    def from_here(self, route: RouteSettings, source: str) -> bool:
        """Whether records of a source may take a route."""
        return bool({source, self._adapters.get(source)} & set(route.from_))

    def bodies(self, route: RouteSettings, but: str = "") -> tuple[str, ...]:
        """Who a route asks: the source it leads to, any source of that adapter, or each body of that group, without the
        asking one (``but``)."""
        near = [
            name for name, adapter in self._adapters.items() if adapter == route.to and route.to not in self._adapters
        ]
        return tuple(name for name in self.groups.get(route.to, near or (route.to,)) if name != but)

    def answered_by(self, task: TaskRow) -> Collection[str]:
        """The sources whose records tell what came of a task, beside the one that was asked."""
        route = self.by_name.get(task.route or "")
        return route.answered_by if route else ()

    def told(self, task: TaskRow) -> Collection[str]:
        """Further sources of the case that are told what came of a task."""
        route = self.by_name.get(task.route or "")
        return route.tell if route else ()


def _in_items(item: str | None, wanted: Sequence[str]) -> bool:
    """Whether an item is one of these, or of one of these categories."""
    return item is not None and item.startswith(tuple(wanted))


def passes(route: RouteSettings, body: Mapping[str, Any]) -> bool:
    """Whether what the record itself tells lets it go: a word of its title or detail, its grade and its docking, where
    the route asks for some."""
    said = f"{body.get('title') or ''}\n{body.get('detail') or ''}"
    if route.keywords and not any(word in said for word in route.keywords):
        return False
    extra: Mapping[str, Any] = body.get("extra") or {}
    if route.grades and str(extra.get("eventLevel") or "") not in route.grades:
        return False
    told = {str(extra.get("docking") or ""), *str(extra.get("duiJie") or "").split("、")}
    return not route.dockings or not told.isdisjoint(route.dockings)


def recent(record: Standing, now: datetime, *, days: int = 30) -> bool:
    """Whether the record's own last change is recent: what is read of years gone by asks nothing of anyone.

    A time further ahead than `FAST` is no change: it is passed over.
    """
    told = (_revised(record.revision), moment(record.opened))
    times = [at for at in told if at is not None and at <= now + FAST]
    last = max(times, default=moment(record.stored))
    return last is None or last >= now - timedelta(days=days)


def _revised(revision: int | None) -> datetime | None:
    if revision is None or revision < _MICROSECONDS:
        return None
    return datetime.fromtimestamp(min(revision / 1_000_000, 253_402_300_000), UTC)


def cause(route: RouteSettings, record: Standing, stage: str) -> str:
    """What a task of this route follows from: the record, and the stage it came to. Each cause acts once."""
    return f"route {route.name}: record {record.home}-{record.id} {stage}"


def referral(
    route: RouteSettings,
    record: Standing,
    body: Mapping[str, Any],
    *,
    code: str,
    cause: str,
    receivers: Receivers,
    now: datetime,
) -> NewTask:
    """The task a route asks for, which follows from ``cause``: its hand-over goes out where the receiver takes any,
    else a person brings it."""
    handed = HandOver(
        number=record.key,
        case=code,
        at=now,
        body=receivers.title(record.source),
        to=receivers.title(route.to),
        to_code=route.to_code,
        purpose=route.purpose,
        docking=route.docking,
        reason=route.reason,
        matter=matter(body),
    )
    taken = receivers.takes(route.to, handed.kind)
    return NewTask(
        home=record.home,
        cause=cause,
        code=code,
        kind=Kind(route.kind),
        asked_by=record.source,
        asked_of=route.to,
        docking=route.docking,
        purpose=route.purpose,
        record=record.ref,
        route=route.name,
        rule=route.rule,
        order=handed if taken else None,
        target=route.to if taken else "",
        answers=route.answer,
        told={"route": route.name, "source": record.source},
    )
