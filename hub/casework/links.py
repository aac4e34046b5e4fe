"""Links by which a task is answered from a notice: signed by us over task, body and end; nothing personal in them.

A link says which task, until when, and a keyed hash of both and of the body that is asked. Who holds it may answer for
that body: it is sent to the body's own people only. To open it changes nothing; an answer counts once.
"""

import hmac
import re
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from hub.errors import StoreError
from hub.route_settings import NoticeSettings
from hub.store import tasks as rows
from hub.store.tasks import TaskRow
from hub.store.vault import Keyring

PREFIX: Final = "/act/"
_LINK: Final = re.compile(r"(\d{6})-(\d{1,18})/(\d{10})/([0-9a-f]{32})")


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


def _sign(keyring: Keyring, row: TaskRow, ends: int) -> str:
    return keyring.digest(f"link\x1f{row.home}\x1f{row.id}\x1f{row.asked_of}\x1f{ends}".encode()).hex()
