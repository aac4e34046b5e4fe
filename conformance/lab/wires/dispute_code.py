"""The mediation platform: every request signed, no nonce twice, rows after (updateTime, id)."""

import hashlib
import hmac
from threading import Lock

import orjson

from conformance.lab.rows import Rank, Row
from conformance.lab.wire import LARGEST_PAGE, Call, Chunk, Clock, Refusal, Reply, Wire

WINDOW_S = 300  # how far a caller's clock may be off, and how long a nonce is remembered


class DisputeCode(Wire):
    """``POST /openapi/v1/dispute/page``: ``updateTimeStart`` (at or after), ``afterTime``, ``afterId``, ``size``.

    ``X-Sign`` = hex HMAC-SHA256 over method, path, ``X-Timestamp`` (ms), ``X-Nonce`` and body, joined by line feeds.
    """

    name = "dispute_code"
    key = "id"
    path = "/openapi/v1/dispute/page"
    app_key, secret = "yiwang", "mediation-lab-secret"

    def __init__(self, rows: list[Row], *, clock: Clock) -> None:
        super().__init__(rows, clock=clock)
        self._nonces: dict[str, float] = {}
        self._lock = Lock()

    def rank(self, row: Row) -> Rank:
        """UpdateTime and id, the latter as a number."""
        return (row["updateTime"], int(row["id"]))

    def credentials(self) -> dict[str, str]:
        """Key and secret."""
        return {"app_key": self.app_key, "app_secret": self.secret}

    def authorise(self, call: Call) -> None:
        """Check key, clock, nonce and signature; refusals are HTTP 401 with a code of their own."""
        stamp, nonce = call.headers.get("x-timestamp", ""), call.headers.get("x-nonce", "")
        text = "\n".join((call.method, call.path, stamp, nonce, call.body.decode()))
        sign = hmac.new(self.secret.encode(), text.encode(), hashlib.sha256).hexdigest()
        right_key = call.headers.get("x-app-key") == self.app_key
        if not right_key or not hmac.compare_digest(sign, call.headers.get("x-sign", "")):
            raise self._refusal(40101, "签名校验失败")
        now = self.clock()
        if not stamp.isdigit() or abs(now - int(stamp) / 1000) > WINDOW_S:
            raise self._refusal(40102, "请求时间超出允许范围")
        with self._lock:
            while self._nonces and now - next(iter(self._nonces.values())) > WINDOW_S:
                del self._nonces[next(iter(self._nonces))]  # the oldest stand first
            if not nonce or nonce in self._nonces:
                raise self._refusal(40103, "重复的请求")
            self._nonces[nonce] = now

    @staticmethod
    def _refusal(code: int, message: str) -> Refusal:
        return Refusal(Reply(orjson.dumps({"code": code, "msg": message, "data": None}), status=401))

    def select(self, call: Call) -> Chunk:
        """The next rows by keyset; the total counts all that the start time lets through."""
        asked = call.json()
        size = self.own_size or min(int(asked.get("size") or 50), LARGEST_PAGE)
        after, low = asked.get("afterTime"), str(asked.get("updateTimeStart") or "")
        rank = (str(after), int(asked["afterId"])) if after else None
        snapshot = self.rows.snapshot()
        start = snapshot.position(low, rank)
        first = snapshot.position(low, None)
        found = snapshot.entries[first:] if first else snapshot.entries
        page = (start - first) // size + 1
        return Chunk(snapshot.entries[start : start + size], len(found), page, size, found)

    def wrap(self, call: Call, chunk: Chunk) -> Reply:
        """Code 0, records under data."""
        tail = f'],"total":{chunk.total},"current":1,"size":{chunk.size}}}}}'
        return Reply(b"".join([b'{"code":0,"msg":"ok","data":{"records":[', chunk.joined, tail.encode()]))

    def complain(self, message: str) -> Reply:
        """Code 40001, HTTP 400."""
        return Reply(orjson.dumps({"code": 40001, "msg": message, "data": None}), status=400)
