"""A small web server on loopback that answers as a test tells it, byte by byte if need be."""

import ssl
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import orjson

DATE = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
"""The clock of the server."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it arrived; header names in lower case."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return orjson.loads(self.body)

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode()))


@dataclass(frozen=True, slots=True)
class Told:
    """One reply. ``promised`` is another Content-Length than the body's; with ``raw`` only those pieces are sent, and
    with ``pause_s`` the server waits between them."""

    body: Any = b"[]"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    promised: int | None = None
    raw: tuple[bytes, ...] = ()
    pause_s: float = 0


class Web:
    """The server of one test: set ``answer``, read ``asked``."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.answer: Callable[[Asked], Any] = lambda asked: []
        self.connections = 0
        self.stopping = threading.Event()
        self.secure = False
        web = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def setup(self) -> None:
                web.connections += 1
                super().setup()

            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                headers = {name.lower(): value for name, value in self.headers.items()}
                body = self.rfile.read(int(headers.get("content-length", 0)))
                asked = Asked(self.command, parts.path, dict(parse_qsl(parts.query)), headers, body)
                web.asked.append(asked)
                told = web.answer(asked)
                try:
                    self.tell(told if isinstance(told, Told) else Told(told))
                except (ConnectionError, ssl.SSLError):
                    self.close_connection = True  # the caller has had enough

            do_POST = do_GET

            def tell(self, told: Told) -> None:
                body = told.body if isinstance(told.body, bytes) else orjson.dumps(told.body)
                if told.raw:
                    self.close_connection = True
                    for piece in told.raw:
                        self.wfile.write(piece)
                        if web.stopping.wait(told.pause_s):
                            return
                    return
                self.send_response_only(told.status)
                self.send_header("Date", format_datetime(DATE, usegmt=True))
                self.send_header("Content-Length", str(len(body) if told.promised is None else told.promised))
                for name, value in told.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)
                self.close_connection |= told.promised is not None

            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing."""

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request: Any, client_address: Any) -> None:
                """A caller that hangs up is not an error here."""

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        self._thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        return f"{'https' if self.secure else 'http'}://127.0.0.1:{self.port}"

    def use_tls(self, context: ssl.SSLContext) -> None:
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.secure = True

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self.stopping.set()
        if self._thread.is_alive():
            self.server.shutdown()
            self._thread.join()
        self.server.server_close()

    def paths(self) -> list[str]:
        return [asked.path for asked in self.asked]
