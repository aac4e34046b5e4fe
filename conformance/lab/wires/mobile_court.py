"""The case table of a mobile court: JSON in, code 1000 out, totals as text, the last page again beyond the end."""

import hmac

import orjson
from cryptography.hazmat.primitives.hashes import SM3, Hash

from conformance.lab.rows import Rank, Row
from conformance.lab.wire import Call, Chunk, Refusal, Reply, Wire, page_of

WINDOW_S = 600  # how far a caller's clock may be off


class MobileCourt(Wire):
    """``POST /peace/intranet/case/page``: ``current``, ``size``, ``LASTUPDATE`` (``yyyymmddHHMMSS``, at or after).

    Headers: ``appName``, ``timestamp`` (s), ``sign`` = SM3 hex of appName + timestamp + secret.
    """

    name = "mobile_court"
    key = "AHDM"
    path = "/peace/intranet/case/page"
    past_end = "last"
    app_name, secret = "yiwang", "court-lab-secret"

    def rank(self, row: Row) -> Rank:
        """LASTUPDATE and AHDM."""
        return (row["LASTUPDATE"], row["AHDM"])

    def credentials(self) -> dict[str, str]:
        """Application name and secret."""
        return {"app_key": self.app_name, "app_secret": self.secret}

    def authorise(self, call: Call) -> None:
        """Check name, clock and signature; a refusal comes with HTTP 200 and its own code."""
        stamp = call.headers.get("timestamp", "")
        digest = Hash(SM3())
        digest.update(f"{self.app_name}{stamp}{self.secret}".encode())
        signed = hmac.compare_digest(digest.finalize().hex(), call.headers.get("sign", ""))
        if not signed or call.headers.get("appname") != self.app_name:
            raise Refusal(Reply('{"code":1401,"message":"签名错误","data":null}'.encode()))
        if not stamp.isdigit() or abs(self.clock() - int(stamp)) > WINDOW_S:
            raise Refusal(Reply('{"code":1401,"message":"请求已过期","data":null}'.encode()))

    def select(self, call: Call) -> Chunk:
        """One page by number, in order of the case key; the page after the last is the last."""
        asked = call.json()
        entries = self.rows.snapshot().between(str(asked.get("LASTUPDATE") or ""))
        return page_of(self, entries, asked["current"], asked["size"])

    def wrap(self, call: Call, chunk: Chunk) -> Reply:
        """Code 1000; the total is text."""
        tail = f'],"total":"{chunk.total}","current":{chunk.page},"size":{chunk.size}}}}}'
        head = '{"code":1000,"message":"成功","data":{"records":['
        return Reply(b"".join([head.encode(), chunk.joined, tail.encode()]))

    def complain(self, message: str) -> Reply:
        """Code 1400, HTTP 200."""
        return Reply(orjson.dumps({"code": 1400, "message": message, "data": None}))
