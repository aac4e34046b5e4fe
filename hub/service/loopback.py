"""The real inbox on loopback for test suites, and the pushes it has taken, read in this process.

One server serves a whole process, whatever store is pushed to: starting one for each would take longer than a check.
"""

import atexit
import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from urllib.parse import urlencode

import orjson

from hub.clock import utc_now
from hub.contract import PUSHED, Adapter, Page
from hub.engine.pushes import PushLine, shape
from hub.engine.worker import mapper_for, shaper_for
from hub.ingest import RunReport, Stop, no_stop
from hub.mapping.mapper import Mapper
from hub.service.inbox import Door, Inbox, Message, Receive, Send, serving
from hub.service.keeper import Keeper
from hub.settings import InboxSettings, SourceSettings, adapter_config
from hub.sources.envelope import reopen
from hub.sources.signing import sign, timestamp_of
from hub.store.store import Store


@dataclass(frozen=True, slots=True)
class PushRequest:
    """One push as its sender makes it: ``target`` is path and query."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class PushDoor:
    """The way in for one source, open on loopback. ``refused`` counts its refusals by (source, reason)."""

    port: int
    path: str
    refused: Counter[tuple[str, str]]
    door: Door

    def request(
        self,
        body: bytes,
        *,
        at: datetime,
        nonce: str,
        secret: str | None = None,
        method: str = "",
        content_type: str = "",
    ) -> PushRequest:
        """The body as its source pushes it: signed by the manifest's webhook, at a time, with another secret if told.

        ``method`` and ``content_type`` are the source's own, by default what the webhook takes. Raises ValueError for a
        body in which the signature has no place.
        """
        webhook, secret = self.door.webhook, self.door.secret if secret is None else secret
        method, headers = method or webhook.method, {"Content-Type": content_type or webhook.content_types[0]}
        spec = webhook.signing
        if spec is None:
            headers[webhook.token_header] = webhook.token_prefix + secret
            return PushRequest(method, self.path, headers, body)
        parts = sign(
            spec,
            app_key=self.door.key,
            app_secret=secret,
            method=method,
            path=self.path,
            query="",
            body=body,
            timestamp=timestamp_of(spec, at, self.door.manifest.zone),
            nonce=nonce,
        )
        match spec.place:
            case "header":
                return PushRequest(method, self.path, headers | parts, body)
            case "query":
                return PushRequest(method, f"{self.path}?{urlencode(parts)}", headers, body)
            case "body" if not body.startswith(b"{"):  # a form
                return PushRequest(method, self.path, headers, body + b"&" * bool(body) + urlencode(parts).encode())
        told = orjson.loads(body)
        if not isinstance(told, dict):
            raise ValueError("a signature in the body needs an object there")  # noqa: TRY004 - what is sent is a value
        return PushRequest(method, self.path, headers, orjson.dumps(told | parts))


class _Hall:
    """Hands each request to the inbox that is open now."""

    inbox: Inbox | None = None

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        if self.inbox is not None:
            await self.inbox(scope, receive, send)
            return
        closed: Message = {"type": "http.response.start", "status": 503, "headers": [(b"content-length", b"0")]}
        await send(closed)
        await send({"type": "http.response.body", "body": b""})


@cache
def _hall(process: int) -> tuple[_Hall, int]:
    """The hall of a process and its port. A fork has no threads of its parent's, and opens its own."""
    hall, until_exit = _Hall(), ExitStack()
    port = until_exit.enter_context(serving(hall, InboxSettings(port=0)))
    atexit.register(until_exit.close)
    return hall, port


@contextmanager
def open_door(
    store: Store, kind: type[Adapter[Any]], source: SourceSettings, *, clock: Callable[[], datetime] = utc_now
) -> Iterator[PushDoor]:
    """Take pushes of one source into a store, until the block ends. Doors are opened one at a time.

    Raises ConfigError when the webhook's secret is not set or there is no web server (``yiwang[web]``).
    """
    config = adapter_config(source, kind.Config)
    door = Door.of(source, kind.manifest, config)  # the class tells who knocks: the daemon makes no instance
    hall, port = _hall(os.getpid())
    keeper = Keeper(store, clock=clock)
    hall.inbox = inbox = Inbox({source.name: door}, keeper, clock=clock)
    try:
        yield PushDoor(port, f"/in/{source.name}", inbox.refused, door)
    finally:
        hall.inbox = None
        keeper.close()


def pushed_page(adapter: Adapter[Any], stream: str, content: bytes, fetched: datetime) -> Page:
    """A push's body as `Adapter.items` gets it. Raises SourceReplyInvalid when its envelope does not open it."""
    return reopen(content, adapter.manifest, stream, fetched, PUSHED)


def read_pushes(
    store: Store,
    kind: type[Adapter[Any]],
    source: SourceSettings,
    *,
    clock: Callable[[], datetime] = utc_now,
    stop: Stop = no_stop,
    mapper: Mapper | None = None,
    adapter: Adapter[Any] | None = None,
) -> list[RunReport]:
    """Read what waits, here and now: the same line as the daemon's, without a clerk. A report for each stream met.

    ``adapter`` is one that has been at work before, as after a commit that failed; a new one unless given.
    """
    adapter = adapter or kind(adapter_config(source, kind.Config))
    mapper = mapper or mapper_for(adapter, None)
    streams = adapter.manifest.streams
    shapers = {each.name: shaper_for(adapter, mapper, source=source.name, stream=each.name) for each in streams}
    line = PushLine(store, source, kind.manifest, mapping=mapper.version, clock=clock, stop=stop)
    while pushes := line.waiting():
        pages = line.pages(pushes)
        line.commit(pushes[: len(pages)], [shape(adapter, shapers, page) for page in pages])
    return line.close()
