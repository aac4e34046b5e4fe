"""What a body answers from a notice, without a login: the steps it may take by a link, and their taking."""

from datetime import datetime
from typing import Final, Literal

from sqlalchemy import Connection

from hub.casework import tasks
from hub.casework.desk import Desk
from hub.casework.tasks import BY_PAPER, TRANSITIONS, TaskState, path
from hub.clock import utc_text
from hub.store import audit
from hub.store import tasks as rows
from hub.store.tasks import Ref, TaskRow

CHAIN: Final = "link"
"""The audit chain of what is answered by links."""

BY: Final = "link"
LONGEST: Final = 500
"""Characters of an answer in words."""

Step = Literal["received", "accepted", "completed", "refused"]
STEPS: Final[dict[Step, str]] = {
    "received": "签收 received", "accepted": "受理 accept", "completed": "办结 complete", "refused": "不受理 refuse",
}  # fmt: skip
"""What a link may answer, with the word on its button."""


def steps(row: TaskRow) -> list[Step]:
    """What may be answered now. What is completed by a paper is not completed by a press."""
    open_ = [each for each in STEPS if path(TaskState(row.state), TaskState(each))]
    return [each for each in open_ if not (each == "completed" and row.kind in BY_PAPER)]


def act(connection: Connection, desk: Desk, ref: Ref, step: Step, *, text: str = "", now: datetime) -> bool:
    """Answer a task by a link: who does so has read it. Whether the answer is new; one that came before, or comes after
    the end, changes nothing. ``text`` is told to who asked and kept sealed."""
    before = rows.one(connection, ref)
    if not steps(before) or step not in steps(before):
        return False
    tasks.read(connection, desk.store, ref, by=BY, now=now)
    desk.receive(connection, ref, by=BY, number="", now=now)
    if step != "received":
        reason = "link" if step == "refused" else ""
        desk.move(connection, ref, TaskState(step), by=BY, now=now, reason=reason, text=text[:LONGEST])
    told = {"task": f"{ref[0]}-{ref[1]}", "before": before.state, "after": step, "of": before.asked_of}
    audit.append(connection, home=ref[0], writer=CHAIN, action=f"task.{step}", entry=told, at=utc_text(now))
    return True


def answers_in_words(row: TaskRow) -> bool:
    """Whether what is said in words goes to who asked."""
    return bool(row.answers) and bool(TRANSITIONS[TaskState(row.state)])
