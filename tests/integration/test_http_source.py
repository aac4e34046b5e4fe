"""The source over real sockets: what goes out, what comes back, and how each thing that breaks is told."""

import gzip
import hashlib
import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from http_world import LAKE, LIMITS, NOON, REQUEST, World, in_turn
from pydantic import SecretStr
from web import DATE, Asked, Told, Web

from hub import events
from hub.contract import Source, Stream
from hub.errors import (
    ConfigError,
    PagingLoop,
    SourceDenied,
    SourceError,
    SourceReplyInvalid,
    SourceThrottled,
    SourceUnavailable,
)
from hub.wire import Envelope, Keyset, Login, NextLink, PageNumber, Request, Signing, Since, Window


class TestRequestsAndPages:
    def test_get(self, world: World) -> None:
        world.web.answer = lambda asked: [{"a": 1}]
        page = world.source(config={"base_url": world.web.url + "/gw/"}).get("/rows", q="张 三", n=1, t=True, no=None)
        assert (page.content, page.rows, page.stream, page.window) == (b'[{"a":1}]', [{"a": 1}], "records", "")
        assert (page.fetched, page.clock) == (NOON, DATE)
        (asked,) = world.web.asked
        assert (asked.method, asked.path) == ("GET", "/gw/rows")
        assert asked.query == {"q": "张 三", "n": "1", "t": "true"}
        assert asked.headers["host"] == f"127.0.0.1:{world.web.port}"

    def test_post(self, world: World) -> None:
        source = world.source()
        source.post("/rows", params={"v": 2}, json={"q": "张"}, window="w")
        source.post("/rows", form={"q": "张", "t": False})
        json, form = world.web.asked
        assert (json.query, json.json, json.headers["content-type"]) == ({"v": "2"}, {"q": "张"}, "application/json")
        assert form.form == {"q": "张", "t": "false"}
        assert form.headers["content-type"] == "application/x-www-form-urlencoded"

    def test_the_clock_of_the_envelope_counts_before_the_headers(self, world: World) -> None:
        world.web.answer = lambda asked: {"at": "2026-03-02 12:34:56", "rows": []}
        manifest = replace(LAKE, envelope=Envelope(items="rows", clock="at"))
        assert world.source(manifest).get("/").clock == datetime(2026, 3, 2, 4, 34, 56, tzinfo=UTC)

    def test_a_stream_may_have_its_own_envelope(self, world: World) -> None:
        streams = (Stream(), Stream(name="other", envelope=Envelope(items="rows")))
        source = world.source(replace(LAKE, streams=streams))
        world.web.answer = lambda asked: {"rows": [1]} if asked.path == "/other" else [0]
        assert source.get("/records").rows == [0]
        source.start_read("other")
        page = source.get("/other")
        assert (page.rows, page.stream) == ([1], "other")
        with pytest.raises(KeyError):
            source.start_read("nothing")

    def test_one_connection_serves_a_whole_read(self, world: World) -> None:
        source = world.source()
        for n in range(5):
            source.get("/rows", n=n)
        assert (len(world.web.asked), world.web.connections) == (5, 1)

    def test_a_connection_the_source_has_closed_is_opened_anew(self, world: World) -> None:
        world.web.answer = lambda asked: Told(headers={"Connection": "close"})
        source = world.source()
        source.get("/rows", n=1)
        source.get("/rows", n=2)
        assert (world.web.connections, world.retried) == (2, [])

    def test_it_is_what_adapters_see(self, world: World) -> None:
        source: Source = world.source()
        assert (source.name, source.home, source.stream, source.now()) == ("lake_one", "330110", "records", NOON)

    def test_compressed_replies(self, world: World) -> None:
        world.web.answer = lambda asked: Told(gzip.compress(b'[{"a":1}]'), headers={"Content-Encoding": "gzip"})
        assert world.source().get("/").content == b'[{"a":1}]'


class TestReads:
    def test_pages_windows_and_since(self, world: World) -> None:
        def answer(asked: Asked) -> Any:
            form = asked.form
            first = (int(form["p"]) - 1) * 2
            count = {"20260301": 3, "20260302": 0}[form["b"]]
            return {"n": str(count), "rows": [{"k": f"{form['b']}-{n}"} for n in range(count)][first : first + 2]}

        world.web.answer = answer
        request = Request(
            path="/{app_key}/rows",
            method="POST",
            place="form",
            params={"key": "{app_key}"},
            paging=PageNumber(page="p", size="s", rows=2),
            window=Window(begin="b", end="e", style="%Y%m%d"),
            since=Since(param="from", style="epoch_s"),
        )
        manifest = replace(LAKE, envelope=Envelope(items="rows", total="n"))
        source = world.source(manifest, config={"app_key": "k"})
        pages = list(source.read(request, datetime(2026, 3, 2, tzinfo=UTC)))
        assert [(page.window, len(page.rows), page.total) for page in pages] == [
            ("2026-03-01/2026-03-01", 2, 3),
            ("2026-03-01/2026-03-01", 1, 3),
            ("2026-03-02/2026-03-02", 0, 0),
        ]
        expected = {"key": "k", "from": "1772409600", "p": "1", "s": "2", "b": "20260301", "e": "20260301"}
        assert world.web.asked[0].form == expected
        assert {asked.path for asked in world.web.asked} == {"/k/rows"}

    def test_the_page_size_of_the_settings_counts(self, world: World) -> None:
        list(world.source(config={"page_size": 7}).read(REQUEST, None))
        assert world.web.asked[0].query == {"p": "1", "s": "7"}

    @pytest.mark.parametrize("place", ["header", "body"])
    def test_links_lead_on_within_the_origin(self, world: World, place: str) -> None:
        def answer(asked: Asked) -> Any:
            number = int(asked.query.get("page", 1))
            link = f"/rows?page={number + 1}" if number < 3 else ""
            if number == 2:
                link = world.web.url + link
            body = {"rows": [number], "next": link if place == "body" else ""}
            return Told(body, headers={"Link": f'<{link}>; rel="next"'} if link and place == "header" else {})

        world.web.answer = answer
        request = Request(path="/rows", params={"q": 1}, paging=NextLink(path="next" if place == "body" else ""))
        pages = list(world.source(replace(LAKE, envelope=Envelope(items="rows"))).read(request, None))
        assert [page.rows for page in pages] == [[1], [2], [3]]

    def test_a_link_to_a_foreign_origin_is_refused(self, world: World) -> None:
        world.web.answer = lambda asked: {"rows": [1], "next": "http://127.0.0.2/rows?token=SECRET"}
        request = Request(path="/rows", paging=NextLink(path="next"))
        with pytest.raises(SourceReplyInvalid, match="another origin") as caught:
            list(world.source(replace(LAKE, envelope=Envelope(items="rows"))).read(request, None))
        assert "SECRET" not in str(caught.value)

    def test_settings_in_a_path_are_not_told(self, world: World) -> None:
        world.web.answer = lambda asked: Told(status=404)
        request = Request(path="/{app_key}/rows")
        with pytest.raises(SourceReplyInvalid, match=r"lake GET /\{app_key\}/rows 404") as caught:
            list(world.source(config={"app_key": "SECRET"}).read(request, None))
        assert (world.web.paths(), "SECRET" in str(caught.value)) == (["/SECRET/rows"], False)

    def test_errors_of_paging_say_where(self, world: World) -> None:
        world.web.answer = lambda asked: [{"no": "key"}]
        request = Request(path="/rows", paging=Keyset(time="t", key="k", after_time="at", after_key="ak"))
        with pytest.raises(SourceReplyInvalid, match=r"no t or no k .* lake GET /rows"):
            list(world.source().read(request, None))


class TestLoopGuard:
    def test_the_same_request_twice(self, world: World) -> None:
        source = world.source()
        source.get("/rows", a=1)
        source.get("/rows", a=2)
        with pytest.raises(PagingLoop, match="lake GET /rows"):
            source.get("/rows", a=1)
        assert len(world.web.asked) == 2

    def test_a_signature_does_not_make_it_another_one(self, world: World) -> None:
        source = world.source(replace(LAKE, signing=Signing(fields=("{nonce}",))), config={"app_secret": "s"})
        source.post("/rows", json={"a": 1})
        world.now += timedelta(seconds=1)
        with pytest.raises(PagingLoop):
            source.post("/rows", json={"a": 1})

    def test_a_new_read_may_ask_again(self, world: World) -> None:
        source = world.source()
        source.get("/rows")
        source.start_read("records")
        source.get("/rows")
        assert len(world.web.asked) == 2

    def test_tokens_in_a_circle(self, world: World) -> None:
        world.web.answer = lambda asked: {
            "rows": [asked.query.get("t", "")],
            "next": {"": "a", "a": "b"}.get(asked.query.get("t", ""), "a"),
        }
        source = world.source(replace(LAKE, envelope=Envelope(items="rows")))
        token: Any = None
        with pytest.raises(PagingLoop):
            while True:
                token = source.get("/rows", t=token).body["next"]
        assert len(world.web.asked) == 3


class TestCredentials:
    def test_a_token_of_the_settings(self, world: World) -> None:
        world.source(config={"token": "t0ken"}).get("/rows")
        assert world.web.asked[0].headers["authorization"] == "Bearer t0ken"

    def test_none_given_none_sent(self, world: World) -> None:
        world.source().get("/rows")
        assert "authorization" not in world.web.asked[0].headers

    @pytest.mark.parametrize("place", ["header", "query", "body"])
    def test_signatures(self, world: World, place: Any) -> None:
        fields = ("{method}", "{path}", "{query}", "{timestamp}", "{nonce}", "{body}", "{app_secret}")
        names: dict[str, Any] = {"key_name": "key", "timestamp_name": "ts", "nonce_name": "nonce", "sign_name": "sign"}
        spec = Signing(fields=fields, joiner="|", algorithm="sha256", place=place, **names)
        config = {"base_url": world.web.url + "/gw", "app_key": "k", "app_secret": "SECRET", "token": "unused"}
        world.source(replace(LAKE, signing=spec), config=config).post("/rows", params={"a": "张"}, json={"b": 1})
        (asked,) = world.web.asked
        sent = {"header": asked.headers, "query": asked.query, "body": asked.json}[place]
        message = f'POST|/gw/rows|a=%E5%BC%A0|{sent["ts"]}|{sent["nonce"]}|{{"b":1}}|SECRET'
        assert (sent["key"], sent["ts"]) == ("k", "1772424000000")
        assert sent["sign"] == hashlib.sha256(message.encode()).hexdigest()
        assert "authorization" not in asked.headers

    def test_each_attempt_is_signed_anew(self, world: World) -> None:
        world.web.answer = in_turn(Told(status=503), [])
        world.source(replace(LAKE, signing=Signing(fields=("{nonce}",))), config={"app_secret": "s"}).get("/rows")
        assert len({asked.headers["x-nonce"] for asked in world.web.asked}) == 2

    def test_a_secret_that_is_not_set(self, world: World) -> None:
        with pytest.raises(ConfigError, match="app_secret is not set"):
            world.source(replace(LAKE, signing=Signing(fields=()))).get("/rows")
        assert world.web.asked == []

    def test_a_token_that_no_header_takes(self, world: World) -> None:
        for token in ("a\r\nX-Evil: 1", "张"):
            with pytest.raises(SourceReplyInvalid, match="cannot be written") as caught:
                world.source(config={"token": token}).get("/rows")
            assert token not in str(caught.value)
        assert world.web.asked == []


class TestLogin:
    SPEC = Login(
        path="/token",
        fields={"user": "{username}", "password": "{password}"},
        body="json",
        envelope=Envelope(ok="code", ok_values=(0,)),
        token="data.token",
        life="data.life",
        header="auth",
        prefix="T ",
    )
    MANIFEST = replace(LAKE, login=SPEC, envelope=Envelope(ok="code", ok_values=(0,), items="rows"))
    CONFIG = {"username": "u", "password": SecretStr("SECRET"), "token": "unused"}  # noqa: RUF012

    def serve(self, world: World, *, life: Any = 100, dead: Any = None) -> list[str]:
        """A source that hands out T 1, T 2 …; ``dead`` is what it answers to any but the latest."""
        issued: list[str] = []

        def answer(asked: Asked) -> Any:
            if asked.path == "/token":
                if asked.json != {"user": "u", "password": "SECRET"}:
                    return {"code": 401}
                issued.append(f"T {len(issued) + 1}")
                return {"code": 0, "data": {"token": len(issued), "life": life}}
            good = issued and asked.headers.get("auth") == issued[-1]
            return {"code": 0, "rows": [1]} if good else dead

        world.web.answer = answer
        return issued

    def test_one_login_serves_until_its_life_ends(self, world: World) -> None:
        issued = self.serve(world)
        source = world.source(self.MANIFEST, config=self.CONFIG)
        for n in range(3):
            assert source.get("/rows", n=n).rows == [1]
        assert issued == ["T 1"]
        world.now += timedelta(seconds=69)
        source.get("/rows", n=3)
        assert issued == ["T 1"]
        world.now += timedelta(seconds=1)  # 30 s before its end
        source.get("/rows", n=4)
        assert issued == ["T 1", "T 2"]

    @pytest.mark.parametrize("dead", [{"code": 401}, {"code": "403"}, Told(status=401)])
    def test_a_token_that_died_early_is_got_anew_once(self, world: World, dead: Any) -> None:
        issued = self.serve(world, dead=dead, life=None)
        source = world.source(self.MANIFEST, config=self.CONFIG)
        source.get("/rows", n=1)
        issued.append("T of another worker")
        assert source.get("/rows", n=2).rows == [1]
        assert world.web.paths() == ["/token", "/rows", "/rows", "/token", "/rows"]
        assert world.retried == []

    def test_one_that_dies_again_is_got_anew_again(self, world: World) -> None:
        issued = self.serve(world, dead={"code": 401}, life=None)
        source = world.source(self.MANIFEST, config=self.CONFIG)
        for n in range(3):
            assert source.get("/rows", n=n).rows == [1]
            issued.append("T of another worker")
        assert world.web.paths().count("/token") == 3

    def test_one_denial_does_not_keep_later_calls_from_a_new_login(self, world: World) -> None:
        issued = self.serve(world, dead={"code": 401}, life=None)
        usual = world.web.answer
        world.web.answer = lambda asked: {"code": 403} if asked.path == "/secret" else usual(asked)
        source = world.source(self.MANIFEST, config=self.CONFIG)
        with pytest.raises(SourceDenied):
            source.get("/secret")
        issued.append("T of another worker")
        assert source.get("/rows").rows == [1]

    def test_a_denial_that_stays_is_told_after_one_more_login(self, world: World) -> None:
        self.serve(world)
        world.web.answer = lambda asked, usual=world.web.answer: (
            {"code": 403} if asked.path == "/rows" else usual(asked)
        )
        with pytest.raises(SourceDenied, match="lake GET /rows"):
            world.source(self.MANIFEST, config=self.CONFIG).get("/rows")
        assert world.web.paths() == ["/token", "/rows", "/token", "/rows"]

    def test_a_wrong_password_is_denied_at_once(self, world: World) -> None:
        self.serve(world)
        with pytest.raises(SourceDenied, match="lake POST /token") as caught:
            world.source(self.MANIFEST, config=self.CONFIG | {"password": "WRONG"}).get("/rows")
        assert "WRONG" not in str(caught.value)
        assert world.web.paths() == ["/token"]

    def test_a_login_that_fails_for_now_is_tried_again(self, world: World) -> None:
        self.serve(world)
        usual, left = world.web.answer, [Told(status=503), Told(status=429, headers={"Retry-After": "9"})]
        world.web.answer = lambda asked: left.pop() if left and asked.path == "/token" else usual(asked)
        assert world.source(self.MANIFEST, config=self.CONFIG).get("/rows").rows == [1]
        assert [type(error) for error, *_ in world.retried] == [SourceThrottled, SourceUnavailable]

    @pytest.mark.parametrize(
        ("answer", "said"),
        [
            ({"code": 0, "data": {}}, "no token at data.token"),
            ({"code": 0, "data": {"token": {"a": 1}}}, "no token at data.token"),
            ({"code": 0, "data": {"token": "t", "life": "soon"}}, "no number of seconds at data.life"),
            ({"code": 0, "data": "<html>"}, "not JSON"),
            (b"<html>login", "a web page"),
        ],
    )
    def test_an_answer_without_a_token(self, world: World, answer: Any, said: str) -> None:
        world.web.answer = lambda asked: answer
        with pytest.raises(SourceReplyInvalid, match=rf"{said}.* lake POST /token"):
            world.source(self.MANIFEST, config=self.CONFIG).get("/rows")


class TestWhatBreaks:
    """Each is one named error that says where, and none shows the payload or the query."""

    @pytest.mark.parametrize(
        ("told", "kind", "attempts"),
        [
            (Told(status=401), SourceDenied, 1),
            (Told(status=403), SourceDenied, 1),
            (Told(status=404), SourceReplyInvalid, 1),
            (Told(status=302, headers={"Location": "/sso/login"}), SourceDenied, 1),
            (Told(status=302, headers={"Location": "http://127.0.0.1:1/"}), SourceReplyInvalid, 1),
            (Told(status=429), SourceThrottled, 3),
            (Told(status=503), SourceUnavailable, 3),
            (Told(b""), SourceReplyInvalid, 1),
            (Told(b'[{"name":"SECRET'), SourceReplyInvalid, 1),
            (Told(b"<!DOCTYPE html><html>SECRET"), SourceReplyInvalid, 1),
            (Told({"SECRET": 1}), SourceReplyInvalid, 1),
            (Told(b"SECRET", headers={"Content-Encoding": "gzip"}), SourceReplyInvalid, 1),
            (Told(b"[]", promised=99), SourceUnavailable, 3),
            (Told(raw=(b"SECRET\r\n\r\n",)), SourceUnavailable, 3),
            (Told(raw=(b"HTTP/1.1 200 OK\r\nContent-Le",)), SourceUnavailable, 3),
            (Told(raw=(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n[{",)), SourceUnavailable, 3),
        ],
    )
    def test_replies(self, world: World, told: Told, kind: type[SourceError], attempts: int) -> None:
        world.web.answer = lambda asked: told
        with pytest.raises(SourceError) as caught:
            world.source().get("/rows", sign="SECRET")
        error = caught.value
        assert type(error) is kind
        assert (error.adapter, error.method, error.path, error.attempt) == ("lake", "GET", "/rows", attempts)
        assert len(world.web.asked) == attempts
        assert "SECRET" not in str(error) and "127.0.0.1" not in str(error)
        assert error.__cause__ is None and (error.__context__ is None or error.__suppress_context__)

    def test_a_body_that_stalls(self, world: World) -> None:
        world.web.answer = lambda asked: Told(raw=(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n[", b"]"), pause_s=30)
        with pytest.raises(SourceUnavailable, match="in time"):
            world.source(limits=replace(LIMITS, read_s=0.1, attempts=1)).get("/rows")

    @pytest.mark.parametrize("dripping", ["head", "body"])
    def test_a_reply_that_drips_for_ever(self, world: World, dripping: str) -> None:
        """Each byte comes in time, the whole does not."""
        head = (b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n",) if dripping == "body" else ()
        drops = (b" ",) * 999 if head else (b"HTTP/1.1 200 OK\r\n", *((b"X-A: b\r\n",) * 1000))
        world.web.answer = lambda asked: Told(raw=head + drops, pause_s=0.02)
        with pytest.raises(SourceUnavailable, match="no whole reply in time"):
            world.source(limits=replace(LIMITS, total_s=0.3, attempts=1)).get("/rows")

    @pytest.mark.parametrize("body", [b"[" + b" " * 20_000 + b"]", b"0" * 9_000_000])
    def test_a_reply_that_is_too_large(self, world: World, body: bytes) -> None:
        world.web.answer = lambda asked: Told(gzip.compress(body), headers={"Content-Encoding": "gzip"})
        with pytest.raises(SourceReplyInvalid, match="more than 10000 bytes"):
            world.source(limits=replace(LIMITS, max_reply_bytes=10_000)).get("/rows")

    def test_a_source_that_is_down_and_comes_back(self, idle_web: Web) -> None:
        world = World(idle_web)
        idle_web.server.socket.close()  # the port refuses now
        with (
            world.source() as source,
            pytest.raises(SourceUnavailable, match=r"no connection - lake GET /rows \(attempt 3\)"),
        ):
            source.get("/rows")

    def test_it_heals_by_itself(self, world: World) -> None:
        world.web.answer = in_turn(Told(b"[]", promised=99), Told(status=500), [{"a": 1}])
        source = world.source()
        assert source.get("/rows").rows == [{"a": 1}]
        assert [attempt for _, attempt, _ in world.retried] == [1, 2]
        assert source.retries == 2
        source.start_read("records")
        assert source.retries == 0

    def test_retry_after(self, world: World) -> None:
        world.web.answer = in_turn(Told(status=429, headers={"Retry-After": "7"}), [])
        world.source().get("/rows")
        assert sum(world.slept) == pytest.approx(7)

    def test_a_stop_does_not_wait(self, world: World) -> None:
        world.web.answer = lambda asked: Told(status=503, headers={"Retry-After": "300"})
        with pytest.raises(SourceThrottled):
            world.source(should_stop=lambda: len(world.slept) > 2).get("/rows")
        assert (len(world.web.asked), len(world.slept)) == (1, 3)

    def test_retries_are_logged(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        logged: list[tuple[str, dict[str, Any]]] = []
        monkeypatch.setattr(events, "log", lambda name, **keys: logged.append((name, keys)))
        world.web.answer = in_turn(Told(status=503), [])
        world.source(on_retry=None).get("/rows", sign="SECRET")
        ((name, keys),) = logged
        assert name == events.RETRY_SCHEDULED and set(keys) <= events.EVENTS[name].keys
        assert (keys["source"], keys["error"], keys["attempt"], keys["status"]) == (
            "lake_one",
            "source.unavailable",
            1,
            503,
        )
        assert "SECRET" not in str(keys)

    def test_whole_urls_reach_no_log(self, world: World, caplog: pytest.LogCaptureFixture) -> None:
        with caplog.at_level(logging.INFO):
            world.source().get("/rows", sign="SECRET")
        assert "SECRET" not in caplog.text
