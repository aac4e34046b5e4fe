"""The webhook inbox: ``POST /in/<source>[/<stream>]``, answered once the push is in the store.

A plain ASGI application under uvicorn, in a thread of the daemon (docs/decisions/012). Whatever is wrong with a push,
its sender is told a status and nothing else; the operator is told the reason, never the payload. Pushes that arrive
together are kept in one transaction (`hub.service.keeper`).
"""

import asyncio
import ipaddress
import socket
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping, MutableMapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from threading import Thread
from time import sleep
from typing import Any

import zstandard
from pydantic import SecretStr

from hub import events
from hub.clock import utc_now, utc_text
from hub.contract import Capability, Manifest, SourceConfig, pulled
from hub.errors import ConfigError, StoreError
from hub.ingest import Stop, no_stop
from hub.registry import Registry
from hub.service.answering import beside
from hub.service.keeper import Keeper
from hub.settings import InboxSettings, Settings, SourceSettings, adapter_config
from hub.sources.inbox import Pushed, verify
from hub.store.inbox import Push
from hub.store.store import Store
from hub.wire import Webhook

POINTS = ("push_checked", "push_before_keep", "push_kept")
"""Points at which a test may stop the keeping of pushes: good, in the transaction, committed and not yet answered."""

MOST_PENDING = 1_000  # pushes that wait for a commit; more are asked to come back
MOST_CALLERS = 500  # connections at a time

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Door:
    """The way in for one source: what its pushes are verified by."""

    source: SourceSettings
    manifest: Manifest
    webhook: Webhook
    key: str
    secret: str = field(repr=False)
    per_minute: int = 0

    @classmethod
    def of(cls, source: SourceSettings, manifest: Manifest, config: SourceConfig) -> "Door":
        """The door of a source. Raises ConfigError when the secret of its webhook is not set."""
        assert manifest.webhook is not None
        webhook = manifest.webhook
        secret = _setting(config, webhook.secret)
        if not secret:
            hint = f"pushes are verified by it: set {webhook.secret} for this source"
            raise ConfigError(f"{webhook.secret} is not set", where=source.name, hint=hint)
        most = int(_setting(config, webhook.quota) or 0) if webhook.quota else 0
        return cls(source, manifest, webhook, _setting(config, webhook.key), secret, most)


class _Refused(Exception):
    """Ends the handling of one push; ``reason`` is for the operator alone."""

    def __init__(self, status: int, reason: str, *, after_s: int | None = None) -> None:
        super().__init__(reason)
        self.status, self.reason = status, reason
        self.after_s = 5 if status == 503 and after_s is None else after_s

    @classmethod
    def of(cls, error: Exception) -> "_Refused":
        """What any error means to the sender: nothing was kept."""
        if isinstance(error, cls):
            return error
        return cls(503, "store") if isinstance(error, StoreError) else cls(500, f"bug: {type(error).__name__}")


class Inbox:
    """The ASGI application. ``refused`` counts by (source, reason); the source is empty where there is none.

    ``body_s`` is how long a body may take to arrive.
    """

    def __init__(
        self,
        doors: Mapping[str, Door],
        keeper: Keeper,
        allow: Sequence[str] | None = None,
        *,
        clock: Callable[[], datetime] = utc_now,
        stop: Stop = no_stop,
        body_s: float = 10,
    ) -> None:
        self._doors, self._keeper, self._clock, self._stop, self._body_s = doors, keeper, clock, stop, body_s
        self._allow = None if allow is None else [ipaddress.ip_network(each) for each in allow]
        self._pack = zstandard.ZstdCompressor(level=3).compress
        self.refused: Counter[tuple[str, str]] = Counter()
        self._taken: dict[str, tuple[int, int]] = {}  # by source: the minute of its last good push, and how many in it

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        """Take one request."""
        client = (scope.get("client") or ("", 0))[0]
        door, stream = self._door(scope["path"])
        try:
            self._welcome(client)
            webhook = await self._take(door, stream, scope, receive)
        except Exception as error:  # noqa: BLE001 - whatever it is, nothing was kept and the sender is told no more
            why = _Refused.of(error)
            name = door.source.name if door else ""
            self.refused[name, why.reason] += 1
            told = {"source": name, "stream": stream, "client": client, "status": why.status}
            events.log(events.PUSH_REFUSED, reason=why.reason, **told)
            again = [] if why.after_s is None else [(b"retry-after", str(why.after_s).encode())]
            await _answer(send, why.status, b"", again)
            return
        await _answer(send, 200, webhook.answer.encode(), [(b"content-type", webhook.answer_type.encode())])

    def _door(self, path: str) -> tuple[Door | None, str]:
        """The door of ``/in/<source>[/<stream>]``, by default of its first stream; None where there is none."""
        match path.split("/"):
            case ["", "in", name, *rest] if name in self._doors and len(rest) < 2:
                door = self._doors[name]
                streams = [each.name for each in door.manifest.streams]
                stream = rest[0] if rest else streams[0]
                return (door, stream) if stream in streams else (None, "")
        return None, ""

    def _welcome(self, client: str) -> None:
        if self._allow is None:
            return
        try:
            address = ipaddress.ip_address(client)
        except ValueError:
            raise _Refused(403, "client") from None
        if not any(address in network for network in self._allow):
            raise _Refused(403, "client")

    async def _take(self, door: Door | None, stream: str, scope: Mapping[str, Any], receive: Receive) -> Webhook:
        """Keep a good push; answers the webhook it came by."""
        if door is None:
            raise _Refused(401, "no door")  # as for a wrong signature: which sources there are is nobody's business
        if self._keeper.pending >= MOST_PENDING:
            raise _Refused(503, "too many")
        push = await self._verified(door, stream, scope, receive)
        self._count(door)
        self._stop("push_checked")
        if await asyncio.wrap_future(self._keeper.keep(push)) == "reused":
            raise _Refused(401, "nonce")
        return door.webhook

    def _count(self, door: Door) -> None:
        """Hold a good push against its source's quota: what is over it is asked to come back in the next minute."""
        if not door.per_minute:
            return
        now = int(self._clock().timestamp())
        minute, count = self._taken.get(door.source.name, (0, 0))
        count = count + 1 if minute == now // 60 else 1
        if count > door.per_minute:
            raise _Refused(429, "quota", after_s=60 - now % 60)
        self._taken[door.source.name] = now // 60, count

    async def _verified(self, door: Door, stream: str, scope: Mapping[str, Any], receive: Receive) -> Push:
        webhook = door.webhook
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
        if scope["method"] != webhook.method:
            raise _Refused(405, "method")
        kinds = [value.partition(";")[0].strip().lower() for name, value in headers if name == "content-type"]
        if len(kinds) != 1 or kinds[0] not in webhook.content_types:
            raise _Refused(415, "content type")
        if any(name == "content-encoding" and value.strip().lower() != "identity" for name, value in headers):
            raise _Refused(415, "content encoding")
        body = await self._body(receive, webhook.most_bytes)
        path = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1").partition("?")[0]
        query = scope["query_string"].decode("latin-1")
        now = self._clock()
        verdict = verify(
            webhook,
            Pushed(scope["method"], path, query, headers, body),
            key=door.key,
            secret=door.secret,
            now=now,
            zone=door.manifest.zone,
        )
        if verdict.refused:
            raise _Refused(401, verdict.refused)
        # good until its own time and the window have passed, and its time may lie a window ahead of ours
        expires = now + timedelta(seconds=2 * webhook.window_s + 1)
        return Push(
            home=door.source.home,
            source=door.source.name,
            stream=stream,
            digest=sha256(body).digest(),
            packed=self._pack(body),
            size=len(body),
            nonce=verdict.nonce,
            received=utc_text(now),
            expires=utc_text(expires),
        )

    async def _body(self, receive: Receive, most: int) -> bytes:
        parts, size, more = [], 0, True
        try:
            async with asyncio.timeout(self._body_s):
                while more:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise _Refused(400, "cut short")
                    part = message.get("body", b"")
                    size += len(part)
                    if size > most:
                        raise _Refused(413, "too large")
                    parts.append(part)
                    more = message.get("more_body", False)
        except TimeoutError:
            raise _Refused(408, "too slow") from None
        return b"".join(parts)


def doors(settings: Settings, registry: Registry, names: Sequence[str]) -> dict[str, Door]:
    """A door for each of these sources that pushes. Raises ConfigError.

    One that is asked as well may have no secret for pushes: then it is only asked.
    """
    found = {}
    for source in (settings.source(name) for name in names):
        kind = registry.adapters.get(source.adapter)
        if kind is None or Capability.PUSH not in kind.manifest.capabilities:
            continue
        config, webhook = adapter_config(source, kind.Config), kind.manifest.webhook
        if webhook is not None and pulled(kind) and not _setting(config, webhook.secret):
            continue
        found[source.name] = Door.of(source, kind.manifest, config)
    return found


@contextmanager
def serving(inbox: Callable[..., Awaitable[None]], settings: InboxSettings) -> Iterator[int]:
    """Serve until the block ends; gives the port. Requests under way are answered first.

    Raises ConfigError when uvicorn is not installed, or the address cannot be listened at.
    """
    try:
        import uvicorn  # noqa: PLC0415 - only a hub with pushing sources needs it
    except ImportError as why:
        raise ConfigError("pushes need a web server", where="inbox", hint='pip install "yiwang[web]"') from why
    try:
        family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
        listening = socket.create_server((settings.host, settings.port), family=family, backlog=512)
    except OSError as why:
        told = f"cannot listen at {settings.host} port {settings.port}: {why.strerror}"
        raise ConfigError(told, where="inbox", hint="set [inbox] host and port") from why
    config = uvicorn.Config(
        inbox,
        http="h11",  # strict: what two parsers read in two ways is refused
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,  # it would hold query strings, where sources put their secrets
        server_header=False,
        proxy_headers=False,
        limit_concurrency=MOST_CALLERS,
        timeout_graceful_shutdown=2,
        ssl_certfile=settings.certificate,
        ssl_keyfile=settings.private_key,
    )
    try:
        config.load()
    except OSError as why:  # ssl.SSLError is one
        listening.close()
        hint = "PEM files that belong together"
        raise ConfigError("certificate or private_key cannot be used", where="inbox", hint=hint) from why
    server = uvicorn.Server(config)
    thread = Thread(target=server.run, args=([listening],), name="yiwang-inbox", daemon=True)
    thread.start()
    while not server.started and thread.is_alive():
        sleep(0.01)
    if not server.started:
        raise ConfigError("the inbox does not start", where="inbox", hint="`hub doctor` looks over this installation")
    try:
        yield listening.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join()
        listening.close()


@contextmanager
def open_inbox(settings: Settings, store: Store, registry: Registry, names: Sequence[str]) -> Iterator[int | None]:
    """Take pushes for those of these sources that push, and answers by the links of notices, until the block ends;
    gives the port, None without any of both.

    Raises ConfigError.
    """
    found, links = doors(settings, registry, names), settings.case.notice.link
    if not (found or links):
        yield None
        return
    keeper = Keeper(store)
    inbox = Inbox(found, keeper, settings.inbox.allow)
    try:
        with serving(beside(inbox, settings, store, registry) if links else inbox, settings.inbox) as port:
            events.log(events.INBOX_OPENED, host=settings.inbox.host, port=port, sources=len(found))
            yield port
    finally:
        keeper.close()


def _setting(config: SourceConfig, name: str) -> str:
    value = getattr(config, name, None)
    return str(value.get_secret_value() if isinstance(value, SecretStr) else value or "")


async def _answer(send: Send, status: int, body: bytes, headers: Sequence[tuple[bytes, bytes]] = ()) -> None:
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [*headers, length]})
    await send({"type": "http.response.body", "body": body})
