"""Links by which a task is answered from a notice: signed by us over task, body and end; nothing personal in them.

A link says which task, until when, and a keyed hash of both and of the body that is asked. Who holds it may answer for
that body: it is sent to the body's own people only. To open it changes nothing; an answer counts once.
"""

import hmac
import re
from datetime import datetime
from typing import TYPE_CHECKING, Final, Literal

from sqlalchemy import Connection

from hub.casework import tasks
from hub.casework.tasks import BY_PAPER, TRANSITIONS, TaskState, path
from hub.clock import utc_text
from hub.errors import StoreError
from hub.route_settings import NoticeSettings
from hub.store import audit
from hub.store import tasks as rows
from hub.store.tasks import Ref, TaskRow
from hub.store.vault import Keyring

if TYPE_CHECKING:
    from hub.casework.desk import Desk

PREFIX: Final = "/act/"
CHAIN: Final = "link"
"""The audit chain of what is answered by links."""

BY: Final = "link"
LONGEST: Final = 500
"""Characters of an answer in words."""

_LINK: Final = re.compile(r"(\d{6})-(\d{1,18})/(\d{10})/([0-9a-f]{32})")

Step = Literal["received", "accepted", "completed", "refused"]
STEPS: Final[dict[Step, str]] = {
    "received": "签收 received", "accepted": "受理 accept", "completed": "办结 complete", "refused": "不受理 refuse",
}  # fmt: skip
"""What a link may answer, with the word on its button."""


class LinkRefused(Exception):
    """A link that does not lead to a task: not made by us, changed, or past its end. Says no more."""


def link(settings: NoticeSettings, keyring: Keyring, row: TaskRow, now: datetime) -> str:
    """The link to answer a task by; empty where the settings say no address."""
    if not settings.link:
        return ""
    ends = int(now.timestamp()) + settings.link_hours * 3_600
    return f"{settings.link.rstrip('/')}{PREFIX}{row.home}-{row.id}/{ends}/{_sign(keyring, row, ends)}"


def opened(connection: Connection, keyring: Keyring, at: str, now: datetime) -> TaskRow:
    """The task a path leads to. Raises LinkRefused, in the same words whatever is wrong with it but its age."""
    match = _LINK.fullmatch(at.removeprefix(PREFIX))
    if match is None:
        raise LinkRefused("no such link")
    ref, ends = (match[1], int(match[2])), int(match[3])
    try:
        row = rows.one(connection, ref)
    except StoreError:
        raise LinkRefused("no such link") from None
    if not hmac.compare_digest(match[4], _sign(keyring, row, ends)):
        raise LinkRefused("no such link")
    if now.timestamp() > ends:
        raise LinkRefused("the link is past its end")
    return row


def steps(row: TaskRow) -> list[Step]:
    """What may be answered now. What is completed by a paper is not completed by a press."""
    open_ = [each for each in STEPS if path(TaskState(row.state), TaskState(each))]
    return [each for each in open_ if not (each == "completed" and row.kind in BY_PAPER)]


def act(connection: Connection, desk: "Desk", ref: Ref, step: Step, *, text: str = "", now: datetime) -> bool:
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


def _sign(keyring: Keyring, row: TaskRow, ends: int) -> str:
    return keyring.digest(f"link\x1f{row.home}\x1f{row.id}\x1f{row.asked_of}\x1f{ends}".encode()).hex()
