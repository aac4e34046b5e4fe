"""One wire on one loopback port: HTTP/1.1 with keep-alive, a thread for each connection."""

import socket
import struct
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from email.utils import formatdate
from http.client import responses
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import Any, Protocol, cast
from urllib.parse import parse_qsl, urlsplit

from conformance.lab.faults import FAULTS, Dial
from conformance.lab.wire import Alter, Call, Reply, Wire

LOOPBACK = "127.0.0.1"
RST_ON_CLOSE = struct.pack("ii", 1, 0)  # linger on, for 0 s
LARGEST_BODY = 1 << 20  # bytes of a request


class Seat(Protocol):
    """One wire being served: with its dial, another one for details of rows, and its last answer without a fault."""

    wire: Wire
    dial: Dial
    details: Dial
    last: Reply | None


class WireServer(ThreadingHTTPServer):
    """Serves one wire until `stop`, which takes at most ``poll_s`` seconds to be heard.

    ``broken`` holds what went wrong in the lab itself, not callers that hang up.
    """

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, wire: Wire, port: int = 0, *, poll_s: float = 0.02) -> None:
        self.wire, self.dial, self.details = wire, Dial(), Dial()
        self.last: Reply | None = None
        self.broken: list[BaseException] = []
        self.stopping = threading.Event()
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        super().__init__((LOOPBACK, port), Handler)
        self.port = int(self.server_address[1])
        self._thread = threading.Thread(target=self.serve_forever, args=(poll_s,), name=f"lab-{wire.name}", daemon=True)

    def server_bind(self) -> None:
        """Bind without asking a name server for our own name, as HTTPServer would."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = LOOPBACK, int(self.server_address[1])

    def seat(self, path: str) -> Seat:
        """Whose a path is: all of them are the one wire's. Raises KeyError for a path that is nobody's."""
        return self

    def start(self) -> None:
        """Begin to answer; the port already listens."""
        self._thread.start()

    def stop(self) -> None:
        """Stop listening, and end all open connections. Once is enough; again does nothing."""
        if self.stopping.is_set():
            return
        self.stopping.set()
        self.shutdown()
        self.server_close()
        self._thread.join()
        with self._lock:
            for connection in self._open:
                _shut(connection)

    @contextmanager
    def connection(self, request: socket.socket) -> Iterator[None]:
        """Count a connection as open."""
        with self._lock:
            self._open.add(request)
        try:
            yield
        finally:
            with self._lock:
                self._open.discard(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that went away is the caller's business; anything else is the lab's fault, told at its end."""
        error = sys.exception()
        if error is not None and not isinstance(error, ConnectionError):
            self.broken.append(error)


class Handler(BaseHTTPRequestHandler):
    """One connection; also the `Exchange` that faults act on."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    call: Call
    seat: Seat

    @property
    def lab(self) -> WireServer:
        """The server this connection belongs to."""
        return cast(WireServer, self.server)

    @property
    def wire(self) -> Wire:
        """The wire being spoken."""
        return self.seat.wire

    @property
    def last(self) -> Reply | None:
        """The last answer without a fault."""
        return self.seat.last

    def handle(self) -> None:
        """Serve the requests of one connection."""
        with self.lab.connection(self.connection):
            super().handle()

    def do_GET(self) -> None:
        """Read the request, let a due fault act on it, or answer."""
        parts = urlsplit(self.path)
        self.seat = self.lab.seat(parts.path)
        length = int(self.headers.get("Content-Length") or 0)
        if length > LARGEST_BODY:
            self.close_connection = True
            self.wfile.write(self._head(Reply(b"", status=413)))
            return
        self.call = Call(
            method=self.command,
            path=parts.path,
            query=dict(parse_qsl(parts.query, keep_blank_values=True)),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(length) if length else b"",
        )
        self.wire.note(self.call)
        detail = self.wire.is_detail(self.call.path)
        login = self.wire.is_login(self.call.path)
        due = None if login else (self.seat.details if detail else self.seat.dial).next()
        if due is None:
            reply = self.answer()
            if not (login or detail):
                self.seat.last = reply
            self.send(reply)
        else:
            FAULTS[due.kind](self, due.options)

    do_POST = do_GET  # noqa: N815 - the name http.server looks for

    def answer(self, alter: Alter | None = None) -> Reply:
        """What the wire says."""
        return self.wire.answer(self.call, alter)

    def refusal(self) -> Reply:
        """What the wire says to wrong credentials."""
        return self.wire.refusal(self.call)

    def refuse(self) -> None:
        """Stop the server: this connection ends with all others."""
        self.close_connection = True
        self.lab.stop()

    def send(self, reply: Reply, *, body: bytes | None = None) -> None:
        """Head and body in one write."""
        sent = reply.body if body is None else body
        self.wire.sent(self.call, replace(reply, body=sent))
        self.wfile.write(self._head(reply) + sent)

    def drip(self, reply: Reply, interval_s: float) -> None:
        """Head at once, then byte by byte."""
        self.wire.sent(self.call, reply)
        self.wfile.write(self._head(reply))
        for spot in range(len(reply.body)):
            if self.lab.stopping.wait(interval_s):
                self.close_connection = True
                return
            self.wfile.write(reply.body[spot : spot + 1])

    def wait(self, seconds: float) -> None:
        """Sleep, unless the lab stops."""
        self.lab.stopping.wait(seconds)

    def close(self, *, reset: bool = False) -> None:
        """End the connection."""
        self.close_connection = True
        if reset:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RST_ON_CLOSE)
            self.connection.close()
        else:
            _shut(self.connection)

    def _head(self, reply: Reply) -> bytes:
        lines = [
            f"HTTP/1.1 {reply.status} {responses.get(reply.status, '')}",
            f"Date: {formatdate(self.wire.now(), usegmt=True)}",
            f"Content-Type: {reply.content_type}",
            f"Content-Length: {len(reply.body)}",
            *(f"{name}: {value}" for name, value in reply.headers.items()),
        ]
        return ("\r\n".join(lines) + "\r\n\r\n").encode()

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the lab's callers count and judge."""


def _shut(connection: socket.socket) -> None:
    """End both directions; a connection that the other side has already ended is as good."""
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return
