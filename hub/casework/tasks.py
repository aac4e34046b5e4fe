"""Tasks: what one body asks of another, with a day due, a receipt and an answer.

A task begins with its cause and once only (law L7). Who asked and who was asked are sources where they are connected,
else names. Every step is an event; a step that the table does not know changes nothing and is kept as a stray.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import Connection

from hub.casework import journal
from hub.casework.pauses import recounted
from hub.casework.terms import WAITING, Terms, lamp
from hub.clock import utc_text
from hub.errors import StoreError
from hub.store import outbox, tasks
from hub.store.store import Store
from hub.store.tasks import Ref, TaskRow
from schemas.delivery import Docking, Order
from schemas.life import Stage

TODO, DONE = "todo", "todo_done"
"""Kinds of deliveries: an entry of somebody's list of things to do; that it is done."""

HUB: Final = "hub"
"""Who moves a task where no person does."""


class Kind(StrEnum):
    """What is asked."""

    REFERRAL = "referral"
    DISPOSAL = "disposal_notice"
    REMINDER = "reminder"
    SUPERVISION = "supervision_order"
    INTERVIEW = "interview"
    SUGGESTION = "procuratorial_suggestion"
    REVIEW = "review_notice"
    RECTIFICATION = "rectification"
    ASSISTANCE = "enforcement_assistance"
    ORDER = "order"
    INQUIRY = "inquiry"
    DEFENCE = "written_answer"
    TO_READ = "case_to_read"


KINDS: Final[Mapping[Kind, str]] = MappingProxyType({
    Kind.REFERRAL: "移送", Kind.DISPOSAL: "交办通知", Kind.REMINDER: "催办", Kind.SUPERVISION: "督办",
    Kind.INTERVIEW: "约谈", Kind.SUGGESTION: "检察建议", Kind.REVIEW: "复核通知", Kind.RECTIFICATION: "整改",
    Kind.ASSISTANCE: "协助执行", Kind.ORDER: "指令", Kind.INQUIRY: "调查", Kind.DEFENCE: "答辩", Kind.TO_READ: "送阅",
})  # fmt: skip
"""The kinds with their Chinese words."""

ANSWERED: Final = (Kind.REFERRAL, Kind.DISPOSAL, Kind.ASSISTANCE, Kind.ORDER, Kind.INQUIRY, Kind.DEFENCE)
"""Kinds that a record of the body asked can answer, and of which who asked is told."""

BY_PAPER: Final = (Kind.INQUIRY, Kind.DEFENCE)
"""Kinds that are completed by a paper only."""


class TaskState(StrEnum):
    """Where a task stands. ``completed`` is what was asked for, ``failed`` tried and not reached."""

    REQUESTED = "requested"
    RECEIVED = "received"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    FAILED = "failed"
    RECALLED = "recalled"


S = TaskState
STATES: Final[Mapping[TaskState, str]] = MappingProxyType({
    S.REQUESTED: "已发出", S.RECEIVED: "已收到", S.ACCEPTED: "已受理", S.REFUSED: "不受理", S.IN_PROGRESS: "办理中",
    S.COMPLETED: "已办成", S.FAILED: "未办成", S.RECALLED: "已撤回",
})  # fmt: skip
"""The states with their Chinese words."""

TRANSITIONS: Final[Mapping[TaskState, frozenset[TaskState]]] = MappingProxyType({
    S.REQUESTED: frozenset({S.RECEIVED, S.REFUSED, S.FAILED, S.RECALLED}),
    S.RECEIVED: frozenset({S.ACCEPTED, S.REFUSED, S.FAILED, S.RECALLED}),
    S.ACCEPTED: frozenset({S.IN_PROGRESS, S.REFUSED, S.FAILED, S.RECALLED}),
    S.IN_PROGRESS: frozenset({S.COMPLETED, S.FAILED, S.RECALLED}),
    S.REFUSED: frozenset(), S.COMPLETED: frozenset(), S.FAILED: frozenset(), S.RECALLED: frozenset(),
})  # fmt: skip
"""Where a task may go from each state. A body that is looked at seldom has gone several steps: see `path`."""

_STAMPS: Final = {S.RECEIVED: "received", S.ACCEPTED: "accepted"}


def path(before: TaskState, after: TaskState) -> tuple[TaskState, ...]:
    """The fewest steps that lead from one state to another, the last of them ``after``; empty where none do.

    An end is reached from anywhere it is told from: a mediation that is heard of when it has settled was received,
    accepted and held before.
    """
    if before == after:
        return ()
    ways: deque[tuple[TaskState, ...]] = deque((each,) for each in TRANSITIONS[before])
    met = set(TRANSITIONS[before])
    while ways:
        way = ways.popleft()
        if way[-1] is after:
            return way
        ways += [(*way, each) for each in TRANSITIONS[way[-1]] if each not in met]
        met |= TRANSITIONS[way[-1]]
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTask:
    """A task to be requested.

    ``home`` is the region it is kept under, ``cause`` names what it follows from (no personal data): the same cause is
    one task. ``code`` is the case it is asked for; ``asked_by`` and ``asked_of`` are sources, or names of bodies.
    ``record`` is the asking record, ``parent`` the task it follows from (of the same ``home``), ``rule`` the name of
    its deadline (`hub.casework.terms`). ``due`` (aware) stands in place of a rule where a person said so.

    ``order`` goes out by the outbox to the source ``target`` with the task's own key; without one the body is told by
    other means, ``text`` beside and kept sealed, and a person notes the receipt. ``answers``: what comes of it goes
    back to ``asked_by``.
    """

    home: str
    cause: str
    code: str
    kind: Kind
    asked_by: str
    asked_of: str
    docking: Docking | None = None
    purpose: str | None = None
    record: Ref | None = None
    parent: int | None = None
    route: str | None = None
    rule: str | None = None
    due: datetime | None = None
    order: Order | None = field(default=None, repr=False)
    target: str = ""
    text: str = field(default="", repr=False)
    answers: bool = False
    by: str = HUB
    told: Mapping[str, Any] = field(default_factory=dict)


def request(
    connection: Connection, store: Store, task: NewTask, *, now: datetime, terms: Terms | None = None
) -> Ref | None:
    """Write a task and, where its body takes deliveries, what is handed over: in the caller's transaction.

    None: this cause has its task already, and nothing is written. ``terms`` None: those that come with the hub. Raises
    ConfigError for a rule nobody knows.
    """
    at = utc_text(now)
    if task.due is not None:
        clock: Mapping[str, str | None] = {"yellow": None, "red": utc_text(task.due), "due": utc_text(task.due)}
    else:
        clock = (terms or Terms.load()).times(task.rule or WAITING, requested=at)
    ref = tasks.add(
        connection,
        {
            **{"home": task.home, "cause": task.cause, "code": task.code, "kind": task.kind.value},
            **{"docking": task.docking, "purpose": task.purpose, "asked_by": task.asked_by, "asked_of": task.asked_of},
            **{
                "record_home": task.record[0] if task.record else None,
                "record": task.record[1] if task.record else None,
            },
            **{"parent": task.parent, "route": task.route, "answers": int(task.answers), "state": S.REQUESTED.value},
            **{"reason": "", "requested": at, "rule": task.rule, "lamp": "green", "rung": 0, "changed": at},
            **clock,
        },
    )
    if ref is None:
        return None
    told: dict[str, Any] = {"kind": task.kind, "asked_of": task.asked_of, **task.told}
    if task.rule is not None:
        told |= (terms or Terms.load()).note(task.rule, at, clock["due"])
    if task.order is not None and task.target:
        key = post(connection, store, ref, task.order, target=task.target, way=tasks.ASKED, step="requested", now=now)
        told |= {"delivery": key}
    _tell(connection, store, ref, task.code, S.REQUESTED, at=at, by=task.by, told=told)
    return ref


def post(
    connection: Connection, store: Store, ref: Ref, order: Order, *, target: str, way: str, step: str, now: datetime
) -> str:
    """Hand something over for a task; answers the delivery's key. The same step told twice is one delivery."""
    return hand(connection, store, ref, order.kind, order.written(), target=target, way=way, step=step, now=now)


def hand(
    connection: Connection, store: Store, ref: Ref, kind: str, body: Mapping[str, Any], *, target: str, way: str,
    step: str, now: datetime,
) -> str:  # fmt: skip
    """As `post`, for a kind of delivery that `schemas.delivery` has no body for."""
    key = outbox.put(
        connection, store.keyring, home=ref[0], target=target, kind=kind, cause=f"task {ref[0]}-{ref[1]} {step}",
        body=body, now=utc_text(now),
    )  # fmt: skip
    tasks.posted(connection, ref, key=key, way=way, target=target, kind=kind)
    return key


def move(
    connection: Connection,
    store: Store,
    ref: Ref,
    state: TaskState,
    *,
    by: str,
    now: datetime,
    reason: str = "",
    told: Mapping[str, Any] = MappingProxyType({}),
    outcome: Stage | None = None,
    number: str = "",
    answer: Ref | None = None,
    terms: Terms | None = None,
    quiet: bool = False,
) -> bool:
    """Take a task to ``state``, by way of the states that lie between; whether it moved.

    False and nothing written where it stands there already or no way leads there. ``reason`` is a code or a few words,
    ``number`` the receiver's own, ``answer`` the record that answers, ``outcome`` the stage it came to; none of them
    holds personal data. Nothing leaves the hub for a ``quiet`` move.
    """
    row = tasks.one(connection, ref)
    way = path(TaskState(row.state), state)
    if not way:
        return False
    at = utc_text(now)
    values: dict[str, Any] = {"state": state.value, "changed": at}
    values |= {_STAMPS[each]: at for each in way if each in _STAMPS}
    if not TRANSITIONS[state]:
        values |= {"ended": at, "reason": reason, "outcome": outcome, "paused": None}
    if number and not row.number:
        values["number"] = number
    if answer is not None and row.answer is None:
        values |= {"answer_home": answer[0], "answer": answer[1]}
    if not tasks.change(connection, ref, row.state, values):
        return False
    if row.rule is not None and not _STAMPS.keys().isdisjoint(way):  # its clock may start with this step
        terms = terms or Terms.load()
        times = recounted(connection, ref, terms)
        tasks.change(connection, ref, state, {**times, "lamp": lamp(now, times["yellow"], times["red"])})
        told = {**terms.note(row.rule, row.requested, times["due"]), **told}
    for each in way[:-1]:
        _tell(connection, store, ref, row.code, each, at=at, by=by, told={"implied": state.value})
    given = {"reason": reason, "outcome": outcome, "number": number}
    _tell(
        connection, store, ref, row.code, state, at=at, by=by,
        told={**{name: value for name, value in given.items() if value}, **told}, record=answer,
    )  # fmt: skip
    if not (TRANSITIONS[state] or quiet):
        strike_off(connection, store, row, now=now)
    return True


def read(
    connection: Connection,
    store: Store,
    ref: Ref,
    *,
    by: str,
    now: datetime,
    told: Mapping[str, Any] = MappingProxyType({}),
) -> bool:
    """Note that the receiver has read what was asked (proof of reading) at ``now``, once; whether it is new.

    Raises StoreError for no such task.
    """
    row = tasks.one(connection, ref)
    at = utc_text(now)
    if row.read is not None or not tasks.change(connection, ref, row.state, {"read": at, "changed": at}):
        return False
    tasks.note(connection, ref, at=at, kind="read", by=by, told=dict(told))
    journal.note(connection, store, row.code, kind="task.read", at=at, by=by, told=dict(told), task=row.id)
    return True


def strike_off(connection: Connection, store: Store, row: TaskRow, *, now: datetime) -> None:
    """Strike what has ended off the lists of things to do in which it stands."""
    for each in tasks.posts(connection, row.ref):
        if each.kind == TODO:
            body, step = {"todo": each.key, "case": row.code}, f"done {each.key}"
            hand(connection, store, row.ref, DONE, body, target=each.target, way=tasks.WORD, step=step, now=now)


def open_task(connection: Connection, ref: Ref) -> TaskRow:
    """A task nobody has ended. Raises StoreError for an ended one, and for none."""
    row = tasks.one(connection, ref)
    if row.ended is not None:
        raise StoreError(f"task {ref[0]}-{ref[1]} is {row.state}", where="store", hint="hub task list --open")
    return row


def _tell(
    connection: Connection, store: Store, ref: Ref, code: str, state: TaskState, *, at: str, by: str,
    told: Mapping[str, Any], record: Ref | None = None,
) -> None:  # fmt: skip
    tasks.note(connection, ref, at=at, kind=state.value, by=by, told=told)
    journal.note(
        connection, store, code, kind=f"task.{state}", at=at, by=by, told={"task": f"{ref[0]}-{ref[1]}", **told},
        record=record, task=ref[1],
    )  # fmt: skip
