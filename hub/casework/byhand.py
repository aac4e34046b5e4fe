"""What a person does with tasks and strays: asks, reminds, decides. Each is a cause of its own."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from hub.casework import orders
from hub.casework.desk import Desk
from hub.casework.follow import Following
from hub.casework.strayed import settle
from hub.casework.tasks import ANSWERED, BY_PAPER, Kind, NewTask, TaskState, open_task
from hub.clock import utc_text
from hub.errors import StoreError
from hub.nearest import did_you_mean
from hub.registry import Registry
from hub.settings import Settings
from hub.store import entries, facts, strays
from hub.store import tasks as rows
from hub.store.store import Store
from hub.store.strays import DISMISSED, RESOLVED, StrayRow
from hub.store.tasks import Ref
from schemas.delivery import Docking, HandOver, Notice, Order, Purpose
from schemas.life import Stage


def asked(
    connection: Connection,
    desk: Desk,
    code: str,
    *,
    kind: str,
    asked_of: str,
    record: Ref | None,
    purpose: Purpose,
    docking: Docking | None,
    rule: str | None,
    answers: bool,
    reason: str,
    by: str,
    now: datetime,
) -> NewTask:
    """The task a person asks for: about ``record``, or the first record of the case.

    Raises StoreError for a case without records and for a record of another case, ConfigError for an unknown rule.
    """
    in_case = facts.of_case(connection, code)
    chosen = [each for each in in_case if record in (None, each.ref) and each.source != asked_of]
    if not chosen:
        wanted = f"record {record[0]}-{record[1]}" if record else "a record of another body"
        raise StoreError(f"case {code} holds no {wanted}", where="store", hint="hub case show tells its records")
    about = chosen[0]
    if rule is not None:
        desk.terms.rule(rule)
    referral = kind in ANSWERED
    said: Order
    if referral:
        body = facts.body(connection, desk.store, about)
        said = HandOver(
            number=about.key, case=code, at=now, body=desk.receivers.title(about.source),
            to=desk.receivers.title(asked_of), purpose=purpose, docking=docking, reason=reason,
            matter=orders.matter(body),
        )  # fmt: skip
    else:
        said = Notice(number=about.key, case=code, at=now, title=reason, body=desk.receivers.title(about.source))
    taken = desk.receivers.takes(asked_of, said.kind)
    return NewTask(
        home=about.home, cause=f"{by} asks {asked_of} for {kind} in {code} at {utc_text(now)}", code=code,
        kind=Kind(kind), asked_by=about.source, asked_of=asked_of, docking=docking,
        purpose=purpose if referral else None, record=about.ref, rule=rule, order=said if taken else None,
        target=asked_of if taken else "", answers=answers and referral, by=by, told={"reason": reason},
    )  # fmt: skip


def asked_by_route(
    connection: Connection, desk: Desk, code: str, name: str, *, record: Ref | None, reason: str, by: str, now: datetime
) -> list[NewTask]:
    """The tasks a person asks for by a route: of all its bodies at once, about ``record`` or the case's first record of
    a source the route is from. Whatever was asked before is asked anew.

    Raises StoreError for no such route or record, and where the route asks nobody about it.
    """
    route = desk.routes.by_name.get(name)
    if route is None or not (route.ask or route.to in desk.routes.groups):
        several = [each.name for each in desk.routes.all if each.ask or each.to in desk.routes.groups]
        hint = did_you_mean(name, several, none="hub task request asks one body")
        raise StoreError(f'no route "{name}" that asks several bodies', where="settings", hint=hint)
    told = [each for each in facts.of_case(connection, code) if record in (None, each.ref)]
    about = next((each for each in told if desk.routes.from_here(route, each.source)), None)
    if about is None:
        raise StoreError(f"case {code} holds no record of {'/'.join(route.from_)}", where="store", hint="hub case show")
    cause = f"{by} asks by {name} about record {about.home}-{about.id} at {utc_text(now)}"
    found = desk.asked(
        route, about, facts.body(connection, desk.store, about), code=code, cause=cause, now=now
    )  # fmt: skip
    if not found:
        raise StoreError(f'route "{name}" asks nobody about this record', where="store", hint="docs/tasks.md, ask")
    return [replace(each, by=by, told={**each.told, "why": reason}) for each in found]


def reminder(connection: Connection, desk: Desk, ref: Ref, *, by: str, now: datetime, text: str = "") -> Ref | None:
    """Remind of an open task. None: the same person did within this second. Raises StoreError for an ended task."""
    row = open_task(connection, ref)
    task = NewTask(
        home=row.home, cause=f"{by} reminds of task {row.home}-{row.id} at {utc_text(now)}", code=row.code,
        kind=Kind.REMINDER, asked_by=row.asked_by, asked_of=row.asked_of, record=row.asking, parent=row.id,
        rule="reminder", by=by, told={"urges": f"{row.home}-{row.id}"},
    )  # fmt: skip
    return desk.urge(connection, row, task, now=now, text=text)


def completed(
    connection: Connection, desk: Desk, ref: Ref, *, paper: str, by: str, now: datetime, number: str = "",
    text: str = "",
) -> bool:  # fmt: skip
    """A person's word that a task is completed; with the number of the ``paper`` that answers it. Whether it moved.

    Raises StoreError where a paper answers its kind and none is told, and where the hub has no paper of that number.
    """
    row, told = rows.one(connection, ref), {}
    if row.kind in BY_PAPER and not paper:
        raise StoreError(f"a {row.kind} is completed by a paper", where="store", hint="--paper NUMBER, as it was read")
    if paper:
        hashes = entries.hashes_of(desk.store.keyring.hash, [paper])
        found = entries.about(connection, hashes, kinds=("document",))
        if not found:
            raise StoreError("no paper of that number", where="store", hint="hub entry list --kind document")
        told = {"paper": f"{found[-1].home}-{found[-1].id}"}
        text = text or f"文书 {paper}"
    return desk.move(
        connection, ref, TaskState.COMPLETED, by=by, now=now, told=told, number=number, text=text
    )  # fmt: skip


def decide(
    connection: Connection,
    settings: Settings,
    store: Store,
    ref: Ref,
    *,
    take: bool,
    by: str,
    why: str,
    now: datetime,
    registry: Registry | None = None,
) -> StrayRow:
    """A person's word on a stray: dismissed, or its record is the one that answers its task from now on.

    Raises StoreError for a stray that does not wait, and for one without record and task to take.
    """
    at = utc_text(now)
    stray = strays.end(connection, ref, at=at, state=RESOLVED if take else DISMISSED)
    settle(connection, stray, at=at, by=by, why=why)
    if not take:
        return stray
    record = facts.standing(connection, [stray.of]).get(stray.of) if stray.of else None
    if record is None or stray.task is None or record.stage is None:
        raise StoreError(f"stray {ref[0]}-{ref[1]} has no record to take", where="store", hint="dismiss it")
    row = rows.one(connection, (stray.home, stray.task))
    values = {"answer_home": record.home, "answer": record.id, "changed": at}
    if row.state not in rows.ENDED and rows.change(connection, row.ref, row.state, values):
        rows.note(connection, row.ref, at=at, kind="taken", by=by, told={"record": f"{record.home}-{record.id}"})
        following = Following(settings, store, registry)
        following.step(connection, rows.one(connection, row.ref), record, Stage(record.stage), now)
        return stray
    raise StoreError(f"task {row.home}-{row.id} is {row.state}", where="store", hint="hub task request asks anew")
