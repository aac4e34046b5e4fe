"""What happens in the life of a case, as one record, one entry or one event of the journal tells it.

Pure. `hub.casework.timeline` reads and puts them together.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from hub.casework.journal import Event
from hub.casework.life import ENDS, leading, legal
from hub.clock import utc_text
from hub.store.cases import Ref
from schemas.life import Stage
from schemas.sessions import seats, votes

HUB = "hub"
"""The source of what the hub did itself."""


OF_STAGES = ("conflict", "reopened", "withdrawn")
"""Kinds of the journal that tell of a change of stage: shown with the version that made it, where they name one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """One thing that happened to a case.

    ``at`` is UTC text; ``exact`` is False where nobody told the time and it stands at the time it was stored. ``kind``
    is ``received``, ``step``, ``stage``, ``closed``, ``deleted`` or ``returned`` of a record; ``step``, ``document`` or
    ``answered`` of an ``entry`` told by itself; else one of `journal.KINDS`. ``source`` is a source or `HUB`,
    ``channel`` the record's, ``by`` the body, person or part of the hub that acted. ``raw`` and ``item`` are the page
    and the position in it (from 0) that told it. Of the hub ``code`` is the case it happened to and ``event`` the
    journal's number. Of a session ``told`` holds its ``seats`` and ``votes`` (`schemas.sessions`). A ``conflict`` is
    ``open`` until a person has looked at it. ``text`` and ``note`` may hold what a record tells: they stay out of the
    ``repr``.
    """

    at: str
    exact: bool
    kind: str
    source: str
    channel: str = ""
    by: str = ""
    text: str = field(default="", repr=False)
    note: str = field(default="", repr=False)
    before: Stage | None = None
    stage: Stage | None = None
    record: Ref | None = None
    key: str = ""
    version: int | None = None
    entry: Ref | None = None
    raw: Ref | None = None
    item: int | None = None
    code: str = ""
    event: Ref | None = None
    conflict: bool = False
    open: bool = False
    told: Mapping[str, Any] = field(default_factory=dict)


class Told(NamedTuple):
    """One version of a record, opened."""

    home: str
    record: int
    source: str
    key: str
    channel: str
    version: int
    raw: int
    item: int
    revision: int | None
    stored: str
    body: Mapping[str, Any]


def way(told: Iterable[Happened]) -> list[tuple[str, Stage]]:
    """How the case itself went from stage to stage, given its timeline: when, and which stage led from then on.

    Until it is told where a record stands, it counts as received.
    """
    stages: dict[Ref, Stage] = {}
    gone: list[tuple[str, Stage]] = []
    for each in told:
        if each.record is None or each.source == HUB:
            continue
        if each.kind == "deleted":
            stages.pop(each.record, None)
        elif each.stage is not None:
            stages[each.record] = each.stage
        elif each.kind == "received":
            stages.setdefault(each.record, Stage.RECEIVED)
        now = leading(stages.values())
        if now is not None and (not gone or gone[-1][1] is not now):
            gone.append((each.at, now))
    return gone


def life_of(versions: Sequence[Told]) -> list[Happened]:
    """What one record tells by its versions, oldest first."""
    told: list[Happened] = []
    stage: Stage | None = None
    steps: dict[tuple[str, ...], Happened] = {}
    opened = closed = None
    gone = False
    for each in versions:
        body = each.body
        of = _of(each)
        if body.get("deleted"):
            if not gone:
                told.append(replace(of, kind="deleted"))
            gone = True
            continue
        if gone:
            told.append(replace(of, kind="returned", stage=stage))
            gone = False
        now = Stage(body["stage"]) if body.get("stage") else None
        if (at := body.get("opened")) and at != opened:
            came = now if stage is None and now is Stage.RECEIVED else None
            told.append(replace(of, at=at, exact=True, kind="received", text=body.get("title") or "", stage=came))
            opened, stage = at, stage or came
        ended = at if (at := body.get("closed")) and at != closed else None
        closed = body.get("closed") or closed
        if now is not None and now is not stage:
            here = {"at": ended, "exact": True} if ended and now in ENDS else {}
            conflict = stage is not None and not legal(stage, now)
            text = body.get("status_label") or body.get("status") or ""
            told.append(replace(of, kind="stage", before=stage, stage=now, text=text, conflict=conflict, **here))
            ended = None if here else ended
            stage = now
        if ended:
            told.append(replace(of, at=ended, exact=True, kind="closed"))
        for step in body.get("steps") or ():
            _take(steps, step, of)
    return told + list(steps.values())


def _take(steps: dict[tuple[str, ...], Happened], step: Mapping[str, Any], of: Happened) -> None:
    """A step by its own number, else by all it says; told again it stays where it was told first."""
    key, at, action, body, note = (step.get(name) or "" for name in ("key", "at", "action", "body", "note"))
    name = (key,) if key else (at, action, body, note)
    first = steps.get(name, of)
    steps[name] = replace(first, kind="step", text=action, by=body, note=note, **_when(at, first))


def _of(each: Told) -> Happened:
    """A version as something that happened: when the source says it changed, else when it was stored."""
    moment = _moment(each.revision, each.stored)
    return Happened(
        at=moment or each.stored,
        exact=moment is not None,
        kind="stage",
        source=each.source,
        channel=each.channel,
        record=(each.home, each.record),
        key=each.key,
        version=each.version,
        raw=(each.home, each.raw),
        item=each.item,
    )


_FIRST = 10**15  # µs since 1970: in 2001; what is less is a counter
_AHEAD = timedelta(days=1)  # a source's clock may go before ours


def _moment(revision: int | None, stored: str) -> str | None:
    """A revision that is an update time, as UTC text; None for a counter, and for a time that cannot be."""
    latest = datetime.fromisoformat(stored) + _AHEAD
    if revision is None or not _FIRST < revision <= latest.timestamp() * 1_000_000:
        return None
    return utc_text(datetime.fromtimestamp(revision // 1_000_000, UTC))


def of_entry(of: Happened, body: Mapping[str, Any]) -> Iterator[Happened]:
    """A step, or a paper with its answer."""
    get = body.get
    if of.kind == "event":
        stage = Stage(name) if (name := get("stage")) else None
        yield replace(
            of, **_when(get("at"), of), kind="step", stage=stage, text=get("action") or "",
            by=get("body") or get("owner") or "", note=get("note") or "", told=_session(get("extra") or {}),
        )  # fmt: skip
        return
    whom = " -> ".join(filter(None, (get("issuer"), get("addressee"))))
    title = get("title") or get("form") or ""
    yield replace(of, **_when(get("issued"), of), text=title, by=whom, note=get("number") or "")
    if get("answered") or get("answer"):
        yield replace(of, **_when(get("answered"), of), kind="answered", text=title, note=get("answer") or "")


def _session(extra: Mapping[str, str]) -> dict[str, Any]:
    """Who sat in a session, and how they voted; empty for an event that is none."""
    sat, cast = seats(extra), votes(extra)
    return ({"seats": [each._asdict() for each in sat]} if sat else {}) | ({"votes": cast} if cast else {})


def _when(at: str | None, of: Happened) -> dict[str, Any]:
    return {"at": at, "exact": True} if at else {"at": of.at, "exact": False}


def of_event(each: Event) -> Happened:
    """What the journal tells."""
    stages = each.told if each.kind in OF_STAGES else {}  # what was put right tells before and after of its own
    before, stage = (Stage(name) if (name := stages.get(key)) else None for key in ("before", "stage"))
    return Happened(
        at=each.at,
        exact=True,
        kind=each.kind,
        source=HUB,
        by=each.by,
        before=before,
        stage=stage,
        record=each.record,
        version=each.version,
        event=(each.home, each.id),
        conflict=each.kind == "conflict" or each.open,
        open=each.open,
        code=each.code,
        told=({"task": f"{each.home}-{each.task}"} if each.task is not None else {}) | dict(each.told),
    )


def place(each: Happened) -> tuple[Any, ...]:
    """Time first; then sources before the hub; then what came first among equals."""
    of_hub = each.source == HUB
    order = ("received", "returned", "step", "document", "answered", "stage", "closed", "deleted")
    rank = order.index(each.kind) if each.kind in order else len(order)
    return each.at, of_hub, each.record or ("", 0), each.version or 0, rank, each.event or ("", 0), each.text, each.by
