"""``/act/...``: the page a notice's link leads to, and the answer that is given there.

To open it changes nothing: what fetches links by itself (a preview, a scanner) answers for nobody. A press on a button
is the answer, taken in one transaction. Whatever is wrong with a link, who follows it is told the same.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from datetime import datetime
from html import escape
from threading import Lock
from typing import Any, Final
from urllib.parse import parse_qsl

from hub import events
from hub.casework import links, pressed
from hub.casework.desk import Desk
from hub.casework.links import PREFIX, LinkRefused
from hub.casework.pressed import STEPS
from hub.casework.tasks import KINDS, STATES, Kind, TaskState
from hub.casework.wording import local
from hub.clock import utc_now
from hub.errors import StoreError
from hub.registry import Registry
from hub.settings import Settings
from hub.store.store import Store
from hub.store.tasks import TaskRow

Message = MutableMapping[str, Any]
App = Callable[[Mapping[str, Any], Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Any]

MOST_BYTES: Final = 8_192
BODY_S: Final = 10.0

_HEADERS: Final = (
    (b"content-type", b"text/html; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"referrer-policy", b"no-referrer"),  # the link is a key
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; style-src 'unsafe-inline'; form-action 'self'"),
)
_PAGE: Final = """<!doctype html><html lang="zh"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>{title}</title>
<style>body{{font:1.1rem sans-serif;max-width:32rem;margin:2rem auto;padding:0 1rem}}
button{{font:inherit;padding:.6rem 1rem;margin:.3rem .3rem 0 0}}textarea{{width:100%;font:inherit}}</style>
<h1>{title}</h1>{body}</html>"""


class Answering:
    """The ASGI application of links. ``body_s`` is how long an answer may take to arrive."""

    def __init__(self, desk: Desk, *, clock: Callable[[], datetime] = utc_now, body_s: float = BODY_S) -> None:
        self._desk, self._clock, self._body_s = desk, clock, body_s
        self._turn = Lock()  # two presses at once: one after the other

    async def __call__(
        self,
        scope: Mapping[str, Any],
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        """Show the page, or take the answer."""
        method, path = scope["method"], scope["path"]
        try:
            if method not in ("GET", "HEAD", "POST"):
                status, page = 405, _said("不支持 not allowed")
            else:
                form = await self._form(receive) if method == "POST" else None
                status, page = await asyncio.to_thread(self._answer, path, form)
        except LinkRefused as why:
            status, page = 404, _said(f"链接无效或已过期 {why}")
        except StoreError:  # nothing was kept: the button can be pressed again
            status, page = 503, _said("请稍后再试 come back in a moment")
        if status >= 400:
            client = (scope.get("client") or ("", 0))[0]
            told = {"source": "", "stream": "", "client": client, "status": status}
            events.log(events.PUSH_REFUSED, reason="link", **told)
        sent = page.encode()
        headers = [*_HEADERS, (b"content-length", str(len(sent)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if method == "HEAD" else sent})

    def _answer(self, path: str, form: Mapping[str, str] | None) -> tuple[int, str]:
        store, now = self._desk.store, self._clock()
        if form is None:
            with store.database.reading() as connection:
                return 200, _page(links.opened(connection, store.keyring, path, now))
        step = next((each for each in STEPS if each == form.get("step")), None)
        with self._turn, store.database.transaction() as connection:
            row = links.opened(connection, store.keyring, path, now)
            if step is None:
                return 400, _page(row)
            new = pressed.act(connection, self._desk, row.ref, step, text=form.get("text", ""), now=now)
        return 200, _said(f"已记录 recorded: {STEPS[step]}" if new else "此前已答复 answered before")

    async def _form(self, receive: Callable[[], Awaitable[Message]]) -> Mapping[str, str]:
        body, more = b"", True
        try:
            async with asyncio.timeout(self._body_s):
                while more:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise LinkRefused("cut short")
                    body += message.get("body", b"")
                    if len(body) > MOST_BYTES:
                        raise LinkRefused("too long")
                    more = message.get("more_body", False)
        except TimeoutError:
            raise LinkRefused("too slow") from None
        return dict(parse_qsl(body.decode("utf-8", "replace")))


def beside(
    inbox: App, settings: Settings, store: Store, registry: Registry, *, clock: Callable[[], datetime] = utc_now
) -> App:
    """The inbox, and the pages of links under one roof. Who follows a link is admitted by its signature alone."""
    answering = Answering(Desk(settings, store, registry), clock=clock)

    async def house(scope: Mapping[str, Any], receive: Any, send: Any) -> None:
        await (answering if scope["path"].startswith(PREFIX) else inbox)(scope, receive, send)

    return house


def _page(row: TaskRow) -> str:
    kind, stands = KINDS[Kind(row.kind)], STATES[TaskState(row.state)]
    facts = f"<p>案件 case {escape(row.code)}<br>状态 state {stands}<br>期限 due {local(row.due)}</p>"
    buttons = "".join(f'<button name="step" value="{step}">{STEPS[step]}</button>' for step in pressed.steps(row))
    words = '<p><textarea name="text" rows="4" maxlength="500"></textarea></p>' if pressed.answers_in_words(row) else ""
    form = f'<form method="post">{words}{buttons}</form>' if buttons else "<p>已办结 it has ended</p>"
    return _PAGE.format(title=f"{kind} {row.home}-{row.id}", body=facts + form)


def _said(words: str) -> str:
    return _PAGE.format(title=words, body="")
