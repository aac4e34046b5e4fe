"""What a person does with tasks and strays: asks, reminds, decides. Each is a cause of its own."""

from datetime import datetime

from sqlalchemy import Connection

from hub.casework import orders
from hub.casework.desk import Desk
from hub.casework.follow import Following
from hub.casework.strayed import settle
from hub.casework.tasks import Kind, NewTask, open_task
from hub.clock import utc_text
from hub.errors import StoreError
from hub.registry import Registry
from hub.settings import Settings
from hub.store import facts, strays
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
    referral = kind in (Kind.REFERRAL, Kind.DISPOSAL, Kind.ASSISTANCE)
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


def reminder(connection: Connection, desk: Desk, ref: Ref, *, by: str, now: datetime, text: str = "") -> Ref | None:
    """Remind of an open task. None: the same person did within this second. Raises StoreError for an ended task."""
    row = open_task(connection, ref)
    task = NewTask(
        home=row.home, cause=f"{by} reminds of task {row.home}-{row.id} at {utc_text(now)}", code=row.code,
        kind=Kind.REMINDER, asked_by=row.asked_by, asked_of=row.asked_of, record=row.asking, parent=row.id,
        rule="reminder", by=by, told={"urges": f"{row.home}-{row.id}"},
    )  # fmt: skip
    return desk.request(connection, desk.urged(connection, row, task, now=now, text=text), now=now)


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
