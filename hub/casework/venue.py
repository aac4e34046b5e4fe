"""Before which court a matter goes where a route leaves it open (``to_code = "court"``), by `schemas.jurisdiction`.

Others are asked for help where they are (`hub.casework.asking`); a suit goes before the court whose matter it is.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from hub.casework.receivers import Receivers
from hub.casework.routes import referral
from hub.casework.tasks import NewTask
from hub.route_settings import RouteSettings
from hub.store.facts import Standing
from schemas.delivery import HandOver
from schemas.jurisdiction import court_for
from schemas.regions import UNKNOWN
from schemas.taxonomy import Taxonomy


def tasks_of(
    route: RouteSettings,
    record: Standing,
    body: Mapping[str, Any],
    *,
    code: str,
    cause: str,
    receivers: Receivers,
    taxonomy: Taxonomy,
    now: datetime,
) -> list[NewTask]:
    """The task of such a route: of its source ``to``, or of the instance of that adapter at home where the court sits.

    Where none is connected there, a person brings it to the court itself. A matter that leads to no court goes to the
    source ``to`` without one named; without such a source nobody is asked.
    """
    region = str((body.get("place") or {}).get("region") or UNKNOWN)
    classified: Mapping[str, Any] = body.get("classification") or {}
    label = None if classified.get("method") == "person" else classified.get("label")  # a person's item stands
    found = court_for(taxonomy, record.home if region == UNKNOWN else region, item=record.item, label=label)
    door = receivers.seat(route.to, found.region if found else "", but=record.source)
    if not (found or door):
        return []
    to = {"to": door or (found.code if found else ""), "to_code": found.code if found else ""}
    task = referral(
        route.model_copy(update=to), record, body, code=code, cause=cause, receivers=receivers, now=now,
    )  # fmt: skip
    if found and isinstance(task.order, HandOver):
        task = replace(task, order=task.order.model_copy(update={"to": found.name}))
    return [replace(task, told={**task.told, "court": found.code}) if found else task]
