"""The four platforms of grassroots governance: form bodies, a pseudo-JSON login, an envelope inside an envelope."""

import base64
import json

import orjson

from conformance.lab.rows import Rank, RawRow, Row
from conformance.lab.wire import Call, Chunk, Clock, Refusal, Reply, Tokens, Wire, page_of

LIFE_S = 7200


class FourPlatforms(Wire):
    """``POST …/oauth/token.json`` and ``POST …/event/page.json``, both forms of ``appKey`` and ``bizContent``.

    The login's ``bizContent`` is single-quoted; the data call's is JSON with ``pageNum``, ``pageSize`` and
    ``updateTimeStart`` (at or after), under the header ``auth``. The answer's ``data`` is JSON in a string.
    """

    name = "four_platforms"
    key = "id"
    prefix = "/api/jczl_prod_330100"
    path = f"{prefix}/event/page.json"
    login_path = f"{prefix}/oauth/token.json"
    app_key, secret = "yiwang", "grid-lab-secret"
    username, password = "yiwang", "grid-lab-password"

    def __init__(self, rows: list[Row], *, clock: Clock) -> None:
        super().__init__(rows, clock=clock)
        self.tokens: Tokens = Tokens(clock, LIFE_S)
        self._issued = 0

    def rank(self, row: Row) -> Rank:
        """Updatetime and id."""
        return (row["updatetime"], row["id"])

    def encode(self, row: Row) -> bytes:
        """A row as it stands inside a JSON string."""
        text = row.raw if isinstance(row, RawRow) else orjson.dumps(row)
        return orjson.dumps(text.decode())[1:-1]

    def credentials(self) -> dict[str, str]:
        """Application and user."""
        return {
            "app_key": self.app_key,
            "app_secret": self.secret,
            "username": self.username,
            "password": self.password,
        }

    def login(self, call: Call) -> Reply:
        """A JWT-like token for the right user of the right application; else code 401 with HTTP 200."""
        form = call.form()
        asked = orjson.loads(form["bizContent"].replace("'", '"'))
        expected = {
            "username": self.username,
            "password": self.password,
            "grant_type": "password",
            "scope": "all",
            "Authorization": f"Basic {self.secret}",
        }
        if form.get("appKey") != self.app_key or asked != expected:
            return Reply('{"code":401,"message":"认证失败"}'.encode())
        self._issued += 1
        claims = {"tenant_id": "330100", "exp": int(self.clock()) + LIFE_S, "jti": self._issued}
        parts = [_base64url({"alg": "HS256", "typ": "JWT"}), _base64url(claims), _base64url({"lab": self._issued})]
        token = self.tokens.issue(".".join(parts))
        return Reply(orjson.dumps({"code": 200, "access_token": token, "token_type": "bearer", "exp": LIFE_S}))

    def authorise(self, call: Call) -> None:
        """A dead or missing token is ``code:401`` in a body with HTTP 200."""
        if not self.tokens.alive(call.headers.get("auth", "")) or call.form().get("appKey") != self.app_key:
            raise Refusal(Reply('{"success":false,"code":401,"message":"token失效","data":null}'.encode()))

    def select(self, call: Call) -> Chunk:
        """One page by number, in order of the event id."""
        asked = orjson.loads(call.form()["bizContent"])
        entries = self.rows.snapshot().between(str(asked.get("updateTimeStart") or ""))
        return page_of(self, entries, asked.get("pageNum", 1), asked.get("pageSize", 20))

    def wrap(self, call: Call, chunk: Chunk) -> Reply:
        """An envelope as text inside the envelope; rows were escaped when they were encoded."""
        tail = f'],\\"total\\":{chunk.total}}}}}"}}'
        head = b'{"success":true,"code":200,"data":"{\\"code\\":200,\\"result\\":{\\"rows\\":['
        return Reply(b"".join([head, chunk.joined, tail.encode()]))

    def complain(self, message: str) -> Reply:
        """Not a success, HTTP 200."""
        return Reply(orjson.dumps({"success": False, "code": 500, "message": message, "data": None}))


def _base64url(part: dict[str, object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
