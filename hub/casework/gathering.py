"""What came of one request to several bodies: who has answered and what, who is late. Worked out of the tasks' rows.

When the last of them has ended the request is complete, and who asked is told once, of all answers together.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from hub.casework import cases, journal, tasks
from hub.casework.asking import tied
from hub.casework.receivers import Receivers
from hub.casework.tasks import KINDS, STATES, Kind, TaskState
from hub.casework.terms import lamp
from hub.clock import utc_text
from hub.store import facts
from hub.store import tasks as rows
from hub.store.facts import Standing
from hub.store.masking import Masker
from hub.store.store import Store
from hub.store.tasks import ENDED, TaskRow
from schemas.delivery import Notice

COMPLETE: Final = "gathered"
"""Event of the first of the tasks: all of them have ended."""

ANSWERS: Final = (TaskState.COMPLETED, TaskState.FAILED, TaskState.REFUSED)
"""How a body answers; what was recalled was not."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One body asked, and what it said: its words and the defects (权利瑕疵) it told, masked or in clear.

    ``late``: it has not answered and its lamp is red, or it answered after its day due.
    """

    task: TaskRow
    title: str
    late: bool
    said: str = ""
    defects: str = ""

    @property
    def answered(self) -> bool:
        """Whether it has answered, refusals among it."""
        return self.task.state in ANSWERS


@dataclass(frozen=True, slots=True)
class Gathering:
    """One request to several bodies, in the order they were asked. ``cause`` ties their tasks together."""

    cause: str
    code: str
    answers: tuple[Answer, ...]

    @property
    def asked(self) -> int:
        """How many were asked."""
        return len(self.answers)

    @property
    def answered(self) -> int:
        """How many of them have answered."""
        return sum(each.answered for each in self.answers)

    @property
    def late(self) -> tuple[Answer, ...]:
        """Those that are late, or were."""
        return tuple(each for each in self.answers if each.late)

    @property
    def complete(self) -> bool:
        """Whether nobody is waited for any more."""
        return all(each.task.state in ENDED for each in self.answers)


def gathered(
    connection: Connection, store: Store, receivers: Receivers, row: TaskRow, now: datetime, *, clear: bool = False
) -> Gathering | None:
    """The request a task belongs to, by ``now``; None for a task that stands alone.

    Words are masked by the people of the case unless ``clear``: that is for what is handed on. Raises StoreError.
    """
    cause = tied(row)
    found = _tied(connection, row) if cause else []
    if cause is None or (len(found) == 1 and row.answers):
        return None
    told = _told(connection, store, found)
    mask = str if clear else Masker(*_everyone(connection, store, row)).text
    answers = []
    for each in found:
        body = told.get(each.id, {})
        extra: Mapping[str, Any] = body.get("extra") or {}
        ended = each.state in ENDED
        late = each.due is not None and each.ended > each.due if each.ended else lamp(now, None, each.red) == "red"
        answers.append(
            Answer(
                each, receivers.title(each.asked_of), late,
                mask(receivers.words(each.asked_of, body)) if ended else "", mask(str(extra.get("defects") or "")),
            )
        )  # fmt: skip
    return Gathering(cause, cases.lead(connection, row.code), tuple(answers))


def close(
    connection: Connection, store: Store, receivers: Receivers, row: TaskRow, now: datetime, *, quiet: bool = False
) -> None:
    """A task has ended: where it was the last of its request, the case says so, and who asked is told, once, unless
    each answer was told by itself.

    ``quiet``: nobody is told, as of any task that moved by a remap (law L7); a person can tell.
    """
    found = gathered(connection, store, receivers, row, now, clear=True) if row.ended else None
    if found is None or not found.complete:
        return
    first, at = found.answers[0].task, utc_text(now)
    if all(step.kind != COMPLETE for step in rows.steps(connection, first.ref)):
        counts = {"asked": found.asked, "answered": found.answered, "late": len(found.late)}
        rows.note(connection, first.ref, at=at, kind=COMPLETE, by=tasks.HUB, told=counts)
        journal.note(
            connection, store, first.code, kind=f"task.{COMPLETE}", at=at, by=tasks.HUB, task=first.id,
            told={"task": f"{first.home}-{first.id}", "kind": first.kind, "asked_of": first.route or "", **counts},
        )  # fmt: skip
    if quiet or row.answers:
        return
    for record in _asking(connection, [each.task for each in found.answers]):
        if receivers.takes(record.source, Notice.kind):
            said = _notice(found, record, now)
            tasks.post(
                connection, store, first.ref, said, target=record.source, way=rows.TOLD,
                step=f"{COMPLETE} {record.home}-{record.id}", now=now,
            )  # fmt: skip


def _notice(found: Gathering, record: Standing, now: datetime) -> Notice:
    lines = [
        "；".join(filter(None, (f"{each.title}：{STATES[TaskState(each.task.state)]}", each.said, each.defects)))
        for each in found.answers
    ]
    title = f"{KINDS[Kind(found.answers[0].task.kind)]}反馈 {found.answered}/{found.asked}"
    return Notice(number=record.key, case=found.code, at=now, title=title, text="\n".join(lines))


def _tied(connection: Connection, row: TaskRow) -> list[TaskRow]:
    """The tasks of one cause, in the order they were asked."""
    code = cases.lead(connection, row.code)
    around = rows.of_cases(connection, [code]).get(code, [])
    return sorted((each for each in around if tied(each) == tied(row)), key=lambda each: each.id)


def _told(connection: Connection, store: Store, found: list[TaskRow]) -> dict[int, Mapping[str, Any]]:
    """What the answering records say, by task."""
    refs = {each.id: each.answering for each in found if each.answering is not None}
    standing = facts.standing(connection, list(refs.values()))
    bodies = facts.bodies(connection, store, list(standing.values()))
    return {task: bodies[ref] for task, ref in refs.items() if ref in bodies}


def _everyone(connection: Connection, store: Store, row: TaskRow) -> list[Mapping[str, Any]]:
    in_case = facts.of_case(connection, cases.lead(connection, row.code))
    return list(facts.bodies(connection, store, in_case).values())


def _asking(connection: Connection, found: list[TaskRow]) -> list[Standing]:
    """The records the request was made for: its own, and those that asked the same meanwhile."""
    refs = {each.asking for each in found if each.asking is not None}
    refs |= {ref for each in found for ref in rows.joined(connection, each.ref)}
    return list(facts.standing(connection, refs).values())
