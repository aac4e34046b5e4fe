"""The petition platform: login with an idle life, day windows on the update day, a dead token told in the body."""

import orjson

from conformance.lab.rows import Rank, Row
from conformance.lab.wire import Call, Chunk, Clock, Refusal, Reply, Tokens, Wire, page_of

IDLE_S = 30 * 60


class Zhelifang(Wire):
    """``POST /login`` gives a token; ``POST /petition/matter/page`` takes ``pageNum``, ``pageSize``, ``beginTime`` and
    ``endTime``, days that compare with the day of ``GXSJ``, both inclusive."""

    name = "zhelifang"
    key = "ID"
    path = "/petition/matter/page"
    login_path = "/login"
    username, password = "yiwang", "petition-lab-secret"

    def __init__(self, rows: list[Row], *, clock: Clock) -> None:
        super().__init__(rows, clock=clock)
        self.tokens: Tokens = Tokens(clock, IDLE_S)

    def rank(self, row: Row) -> Rank:
        """GXSJ and ID."""
        return (row["GXSJ"], row["ID"])

    def credentials(self) -> dict[str, str]:
        """User and password."""
        return {"username": self.username, "password": self.password}

    def login(self, call: Call) -> Reply:
        """A token for the right user; else code 500 with HTTP 200."""
        asked = call.json()
        if (asked.get("username"), asked.get("password")) != (self.username, self.password):
            return Reply('{"code":500,"msg":"用户不存在/密码错误"}'.encode())
        return Reply(orjson.dumps({"code": 200, "msg": "操作成功", "token": self.tokens.issue()}))

    def authorise(self, call: Call) -> None:
        """A dead or missing token is ``code:401`` in a body with HTTP 200."""
        if not self.tokens.alive(call.headers.get("authorization", "").removeprefix("Bearer ")):
            raise Refusal(Reply('{"code":401,"msg":"登录状态已过期"}'.encode()))

    def select(self, call: Call) -> Chunk:
        """The pages of one stretch of days."""
        asked = call.json()
        begin, end = str(asked.get("beginTime") or ""), str(asked.get("endTime") or "9999-12-31")
        entries = self.rows.snapshot().between(begin[:10], f"{end[:10]} 23:59:59")
        return page_of(self, entries, asked.get("pageNum", 1), asked.get("pageSize", 10))

    def wrap(self, call: Call, chunk: Chunk) -> Reply:
        """RuoYi's list: rows beside code, total as text."""
        head = '{"code":200,"msg":"查询成功","rows":['
        return Reply(b"".join([head.encode(), chunk.joined, f'],"total":"{chunk.total}"}}'.encode()]))

    def complain(self, message: str) -> Reply:
        """Code 500, HTTP 200."""
        return Reply(orjson.dumps({"code": 500, "msg": message}))
