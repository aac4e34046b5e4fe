"""The bench's source: encoded rows in memory, so that serving costs next to nothing. A process of its own.

    python -m bench.serve ROWS [SEED]

It prints one line of JSON, ``{"url": "http://127.0.0.1:PORT"}``, and answers until its standard input ends:

- ``POST /openapi/v1/dispute/page``: the `dispute_code` wire, rows after (updateTime, id); signatures are not verified.
- ``GET /dispute?page=1&size=500``: the same rows in the same envelope by page number, for those who cannot do a keyset.
  With ``rows=20000`` the source ends after so many.
- ``POST /state`` with ``{"changed": true}``: from now on one row in a hundred has newer content; false goes back.
"""

import socket
import subprocess
import sys
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import orjson

from bench.disputes import WHEN, Row, changed, rows

Position = tuple[str, int]
SHARE = 100  # one row in so many changes
BEFORE_ALL: Position = ("", 0)


class Table:
    """Encoded rows in the order of (updateTime, id), one after the other in one piece of memory."""

    def __init__(self, encoded: Iterable[tuple[Position, bytes]]) -> None:
        self.positions: list[Position] = []
        self._ends = array("Q", [0])
        blob = bytearray()
        for position, row in encoded:
            self.positions.append(position)
            blob += row
            blob += b","
            self._ends.append(len(blob))
        self._blob = memoryview(bytes(blob))

    def __len__(self) -> int:
        return len(self.positions)

    def joined(self, start: int, end: int) -> memoryview:
        """Rows ``start`` up to ``end``, separated by commas, as they stand in memory: nothing is copied."""
        return self._blob[self._ends[start] : max(self._ends[end] - 1, self._ends[start])]

    def after(self, position: Position) -> int:
        """The index of the first row after ``position``."""
        return bisect_right(self.positions, position)

    def since(self, when: str) -> int:
        """The index of the first row updated at or after ``when``."""
        return bisect_right(self.positions, (when, -1))

    @cached_property
    def changed(self) -> "Table":
        """The same table later: one row in a hundred has moved to its end with newer content."""
        return Table(self._moved())

    def _moved(self) -> Iterator[tuple[Position, bytes]]:
        last = datetime.strptime(self.positions[-1][0], WHEN)  # noqa: DTZ007 - the wire's own local time
        moved: list[Row] = []
        for number, (position, (start, end)) in enumerate(zip(self.positions, pairwise(self._ends), strict=True)):
            row = self._blob[start : end - 1]
            if number % SHARE:
                yield position, bytes(row)
            else:
                moved.append(changed(orjson.loads(row), last + timedelta(hours=1, seconds=len(moved))))
        yield from map(encode, moved)


def encode(row: Row) -> tuple[Position, bytes]:
    """A row with its position, as `Table` takes it."""
    return (row["updateTime"], row["id"]), orjson.dumps(row)


class Handler(BaseHTTPRequestHandler):
    """Answers of one connection."""

    protocol_version = "HTTP/1.1"
    first: Table
    table: Table

    def setup(self) -> None:
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        super().setup()

    def do_GET(self) -> None:
        """By page number."""
        asked = dict(parse_qsl(urlsplit(self.path).query))
        total = min(int(asked.get("rows", len(self.table))), len(self.table))
        size, page = int(asked["size"]), int(asked["page"])
        start = min((page - 1) * size, total)
        self._page(start, min(start + size, total), total=total, page=page, size=size)

    def do_POST(self) -> None:
        """By keyset, or a change of state."""
        asked: dict[str, Any] = orjson.loads(self.rfile.read(int(self.headers["Content-Length"])))
        table = self.table
        if self.path == "/state":
            type(self).table = self.first.changed if asked["changed"] else self.first
            self._answer(b"{}")
            return
        size = int(asked.get("size") or 50)
        low = table.since(str(asked.get("updateTimeStart") or ""))
        after = (str(asked["afterTime"]), int(asked["afterId"])) if asked.get("afterTime") else BEFORE_ALL
        start = max(low, table.after(after))
        self._page(start, min(start + size, len(table)), total=len(table) - low, page=1, size=size)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the bench counts pages itself."""

    def _page(self, start: int, end: int, *, total: int, page: int, size: int) -> None:
        tail = f'],"total":{total},"current":{page},"size":{size}}}}}'.encode()
        self._answer(b'{"code":0,"msg":"ok","data":{"records":[', self.table.joined(start, end), tail)

    def _answer(self, *parts: bytes | memoryview) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json;charset=UTF-8")
        self.send_header("Content-Length", str(sum(map(len, parts))))
        self.end_headers()
        for part in parts:
            self.wfile.write(part)


@contextmanager
def served(count: int) -> Iterator[str]:
    """This source in a process of its own; gives its URL."""
    command = [sys.executable, "-m", "bench.serve", str(count)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout
        yield orjson.loads(process.stdout.readline())["url"]  # its input is closed on leaving: it ends


def main(count: int, seed: int = 1) -> None:
    """Serve until standard input ends."""
    Handler.first = Handler.table = Table(map(encode, rows(count, seed)))
    assert len(Handler.first.changed) == count  # made now, so that no reader waits for it
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    Thread(target=server.serve_forever, daemon=True).start()
    print(orjson.dumps({"url": f"http://127.0.0.1:{server.server_port}"}).decode(), flush=True)
    sys.stdin.read()
    server.shutdown()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
