"""Several bodies asked at once: each of a route's ``ask`` becomes a task of its own, and one cause ties them together.

A body behind a source is named by both (``exec/ZR330110``), so that each has its receipt, its term and its answer.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from hub.casework.receivers import Receivers
from hub.casework.routes import referral
from hub.casework.tasks import NewTask
from hub.casework.terms import Terms
from hub.clock import utc_text
from hub.route_settings import COURT, AskSettings, RouteSettings
from hub.store.facts import Standing
from hub.store.tasks import TaskRow
from schemas.courts import Court, court, court_of
from schemas.delivery import HandOver
from schemas.life import ASKED


class Asked(NamedTuple):
    """One body: its number at the source ``door`` (empty: at none that is connected), its name, what it is asked."""

    door: str
    code: str
    title: str
    told: AskSettings

    @property
    def body(self) -> str:
        """The name its task bears."""
        return f"{self.door}/{self.code}" if self.door else self.code


def tasks_of(
    route: RouteSettings,
    record: Standing,
    body: Mapping[str, Any],
    *,
    code: str,
    cause: str,
    receivers: Receivers,
    terms: Terms,
    now: datetime,
) -> list[NewTask]:
    """A task for each body a route asks about a record, all of one ``cause``.

    A request of the asking source's own gets each answer as its feedback; of any other matter all are told together,
    when the last has answered (`hub.casework.gathering`). Each is told when it would be due if it were received now.
    """
    if receivers.answer(record.source, body.get("status")):
        return []  # a request of its own that is answered already
    asked = [found for each in route.ask if (found := _asked(each, route, record, body, receivers))]
    return [
        _task(each, route, record, body, code=code, cause=cause, receivers=receivers, terms=terms, now=now)
        for each in asked
    ]  # fmt: skip


def tied(row: TaskRow) -> str | None:
    """The cause a task shares with those asked beside it; None for a task of one body only."""
    cause = row.cause.removesuffix(f" of {row.asked_of}")
    return None if cause == row.cause else cause


def _task(
    asked: Asked,
    route: RouteSettings,
    record: Standing,
    body: Mapping[str, Any],
    *,
    code: str,
    cause: str,
    receivers: Receivers,
    terms: Terms,
    now: datetime,
) -> NewTask:
    rule, reason = asked.told.rule or route.rule, asked.told.reason or route.reason
    own = {"to": asked.door, "to_code": asked.code, "rule": rule, "reason": reason, "purpose": "assist"}
    task = referral(
        route.model_copy(update=own), record, body, code=code, cause=f"{cause} of {asked.body}", receivers=receivers,
        now=now,
    )  # fmt: skip
    if isinstance(task.order, HandOver):
        at = utc_text(now)
        counted = terms.counted(rule, requested=at, received=at, accepted=at) if rule else None
        said = {"to": asked.title, "text": asked.told.text, "due": counted.due if counted else None}
        task = replace(task, order=task.order.model_copy(update=said))
    answers, told = route.answer and receivers.tells(record.source), {**task.told, "reason": reason}
    return replace(task, asked_of=asked.body, answers=answers, told=told)


def _asked(
    told: AskSettings, route: RouteSettings, record: Standing, body: Mapping[str, Any], receivers: Receivers
) -> Asked | None:
    """The body; None where the court of the region is asked and it is the asking one, or none is known."""
    if told.of != COURT:
        return Asked(route.to, told.of, told.title or told.of, told)
    helping = _helping(record, body)
    if helping is None:
        return None
    door = receivers.seat(route.to, helping.region, but=record.source)
    return Asked(door, helping.code, helping.name, told)


def _helping(record: Standing, body: Mapping[str, Any]) -> Court | None:
    """The court a record asks: the one it names, else that of the place it is about. None for the asking one itself,
    and where it names a body that is no court."""
    extra: Mapping[str, Any] = body.get("extra") or {}
    named = str(extra.get(ASKED) or "")
    found = court(named) if named else court_of(str((body.get("place") or {}).get("region") or ""))
    own = court_of(record.home)
    return None if found is None or (own is not None and found.code == own.code) else found
