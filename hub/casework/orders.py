"""What is said for a task: a record's own content as the bodies of `schemas.delivery`. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, get_args

import orjson

from schemas.delivery import Attachment, Matter, Outcome, Side
from schemas.life import Stage

UNKNOWN_REGION: Final = "000000"
TITLE_MAX: Final = 200

OUTCOMES: Final = frozenset(get_args(Outcome))
"""Stages a result can tell."""

_SIDES: Final = ("name", "role", "kind", "id_type", "id_number", "phone", "address")


def matter(body: Mapping[str, Any]) -> Matter:
    """A record as it is told to who does not know it yet. ``body`` is a `DisputeRecord` as JSON values."""
    place: Mapping[str, Any] = body.get("place") or {}
    region = place.get("region") or ""
    classified: Mapping[str, Any] = body.get("classification") or {}
    fen = body.get("amount_fen")
    return Matter(
        title=(body.get("title") or "")[:TITLE_MAX],
        detail=body.get("detail") or "",
        item=classified.get("item") or "",
        opened=moment(body.get("opened")),
        address=place.get("address") or "",
        region="" if region == UNKNOWN_REGION else region,
        amount=None if fen is None else Decimal(fen) / 100,
        sides=tuple(
            Side(**{name: each[name] for name in _SIDES if each.get(name)}) for each in body.get("parties") or ()
        ),
        attachments=tuple(_attachments(body.get("extra") or {})),
    )


def moment(text: str | None) -> datetime | None:
    """A stored time; None for none."""
    return datetime.fromisoformat(text) if text else None


def outcome(stage: Stage | None, *, reached: bool) -> Outcome:
    """The outcome a body came to: its stage where that is one, else that it is done, or that they did not agree."""
    for each in get_args(Outcome):
        if each == stage:
            return each  # type: ignore[no-any-return]
    return Stage.CLOSED if reached else Stage.UNSETTLED


def agreement(body: Mapping[str, Any]) -> str:
    """The number of the agreement, where the record tells one."""
    extra: Mapping[str, Any] = body.get("extra") or {}
    return next((str(extra[name]) for name in ("agreementNo", "xieYiBH") if extra.get(name)), "")


def situation(body: Mapping[str, Any]) -> str:
    """What came of it in the words of whoever resolved it."""
    resolution: Mapping[str, Any] = body.get("resolution") or {}
    return resolution.get("situation") or ""


def last_said(body: Mapping[str, Any]) -> str:
    """The words of the last step the record tells of."""
    steps: Sequence[Mapping[str, Any]] = body.get("steps") or ()
    return (steps[-1].get("note") or "") if steps else ""


def _attachments(extra: Mapping[str, Any]) -> list[Attachment]:
    """Files by their address, where the source told them as a list; a record keeps it as JSON."""
    told = extra.get("attachments")
    try:
        rows = orjson.loads(told) if isinstance(told, str) else ()
    except orjson.JSONDecodeError:  # a source's own words about them
        rows = ()
    return [
        Attachment(name=str(row["name"]), url=str(row["url"]), sha256=str(row.get("sha256") or ""))
        for row in (rows if isinstance(rows, list) else ())
        if isinstance(row, Mapping) and row.get("name") and row.get("url")
    ]
