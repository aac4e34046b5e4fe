"""Secrets a gateway lends, over real sockets: got in two stages, shared between processes, renewed by one for all."""

import hashlib
import os
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

import pytest
from http_world import LAKE, LIMITS, World
from pydantic import SecretStr
from web import DATE, Asked, Told

from hub.contract import AdapterConfig
from hub.errors import ConfigError, PluginError, SourceDenied, SourceReplyInvalid, SourceUnavailable
from hub.sources.http import HttpSource
from hub.sources.shared import Secret, SharedSecrets
from hub.wire import Envelope, Lending, Lent, Renewal, Signing

SIGNING = Signing(
    fields=("{app_key}", "{app_secret}", "{timestamp}"), algorithm="md5", place="query",
    key_name="appKey", timestamp_name="requestTime", nonce_name="", sign_name="sign",
)  # fmt: skip
LENDS = {
    "refresh": Lent(value="datas.refreshSecret", ends="datas.refreshSecretEndTime", life_s=48 * 3600),
    "request": Lent(value="datas.requestSecret", ends="datas.requestSecretEndTime", life_s=900),
}
OPEN = Envelope(ok="code", ok_values=("00",), denied=("401", "403"))
GATEWAY = Lending(
    renewals=(Renewal(path="/bySec", by="refresh", lends=LENDS), Renewal(path="/byKey", lends=LENDS)),
    signs="request", signing=SIGNING, envelope=OPEN,
)  # fmt: skip
MANIFEST = replace(LAKE, signing=SIGNING, login=GATEWAY, envelope=replace(OPEN, items="datas"))
CONFIG = {"app_key": "k", "app_secret": SecretStr("S-OWN")}


@dataclass
class Gateway:
    """Lends q1, q2 … (15 minutes) and r1, r2 … (48 hours); only the latest are good."""

    world: World
    refresh: str = ""
    request: str = ""
    life_s: float = 900
    renewals: list[str] = field(default_factory=list)
    slow: threading.Event | None = None

    def __post_init__(self) -> None:
        self.world.web.answer = self.answer

    def answer(self, asked: Asked) -> Any:
        secret = {"/byKey": "S-OWN", "/bySec": self.refresh}.get(asked.path, self.request)
        query = asked.query
        message = f"{query['appKey']}{secret}{query['requestTime']}"
        if not secret or query["sign"] != hashlib.md5(message.encode()).hexdigest():
            return {"code": "401"}
        if asked.path not in ("/byKey", "/bySec"):
            return {"code": "00", "datas": [{"a": 1}]}
        if self.slow is not None:
            self.slow.wait(5)
        self.renewals.append(asked.path)
        return {"code": "00", "datas": self.lend()}

    def lend(self) -> dict[str, Any]:
        number = len(self.renewals)
        self.refresh, self.request = f"S-r{number}", f"S-q{number}"
        now = DATE.timestamp()
        ends = {"refresh": int((now + 48 * 3600) * 1000), "request": int((now + self.life_s) * 1000)}
        return {
            "refreshSecret": self.refresh, "refreshSecretEndTime": ends["refresh"],
            "requestSecret": self.request, "requestSecretEndTime": str(ends["request"]),
        }  # fmt: skip


@pytest.fixture
def gateway(world: World) -> Gateway:
    return Gateway(world)


def source(world: World, lent: Path | None = None, **how: Any) -> HttpSource:
    config = CONFIG | how.pop("config", {})
    return world.source(how.pop("manifest", MANIFEST), config=config, lent=lent, **how)


class TestStages:
    def test_the_app_secret_first_then_the_refresh_secret(self, world: World, gateway: Gateway) -> None:
        one = source(world)
        for n in range(3):
            assert one.get("/rows", n=n).rows == [{"a": 1}]
        assert gateway.renewals == ["/byKey"]
        world.now += timedelta(seconds=869)
        one.get("/rows", n=3)
        assert gateway.renewals == ["/byKey"]
        world.now += timedelta(seconds=1)  # 30 s before its end
        one.get("/rows", n=4)
        assert gateway.renewals == ["/byKey", "/bySec"]

    def test_a_refresh_secret_that_is_over_falls_back_to_the_app_secret(self, world: World, gateway: Gateway) -> None:
        one = source(world)
        one.get("/rows", n=1)
        world.now += timedelta(hours=48)
        one.get("/rows", n=2)
        assert world.web.paths() == ["/byKey", "/rows", "/byKey", "/rows"]

    @pytest.mark.parametrize("said", [{"code": "401"}, {"code": "C2"}, Told(status=403), Told(status=400)])
    def test_a_refused_refresh_secret_does_too(self, world: World, gateway: Gateway, said: Any) -> None:
        one, usual = source(world), gateway.answer
        one.get("/rows", n=1)
        world.now += timedelta(hours=1)
        world.web.answer = lambda asked: said if asked.path == "/bySec" else usual(asked)
        assert one.get("/rows", n=2).rows == [{"a": 1}]
        assert world.web.paths()[2:] == ["/bySec", "/byKey", "/rows"]

    def test_a_secret_that_dies_in_mid_run_is_renewed_once(self, world: World, gateway: Gateway) -> None:
        one = source(world)
        one.get("/rows", n=1)
        gateway.request = "S-of another hub"
        assert one.get("/rows", n=2).rows == [{"a": 1}]
        assert world.web.paths() == ["/byKey", "/rows", "/rows", "/bySec", "/rows"]
        assert world.retried == []

    def test_a_wrong_app_secret_is_denied_and_no_row_is_asked_for(self, world: World, gateway: Gateway) -> None:
        with pytest.raises(SourceDenied, match="lake GET /byKey") as caught:
            source(world, config={"app_secret": SecretStr("S-WRONG")}).get("/rows")
        assert world.web.paths() == ["/byKey"]
        assert "S-" not in str(caught.value) and "sign" not in str(caught.value)

    def test_a_denial_that_stays_is_told_after_one_renewal(self, world: World, gateway: Gateway) -> None:
        one, usual = source(world), gateway.answer
        one.get("/rows", n=1)
        world.web.answer = lambda asked: {"code": "401"} if asked.path == "/rows" else usual(asked)
        with pytest.raises(SourceDenied, match="lake GET /rows"):
            one.get("/rows", n=2)
        assert world.web.paths()[2:] == ["/rows", "/bySec", "/rows"]

    def test_what_is_just_got_is_not_got_again(self, world: World, gateway: Gateway) -> None:
        usual = gateway.answer
        world.web.answer = lambda asked: {"code": "401"} if asked.path == "/rows" else usual(asked)
        with pytest.raises(SourceDenied):
            source(world).get("/rows")
        assert world.web.paths() == ["/byKey", "/rows"]

    def test_one_denial_does_not_keep_later_calls_from_a_renewal(self, world: World, gateway: Gateway) -> None:
        one, usual = source(world), gateway.answer
        world.web.answer = lambda asked: {"code": "403"} if asked.path == "/secret" else usual(asked)
        with pytest.raises(SourceDenied):
            one.get("/secret")
        gateway.request = "S-of another hub"
        assert one.get("/rows").rows == [{"a": 1}]

    def test_a_renewal_that_fails_for_now_is_tried_again(self, world: World, gateway: Gateway) -> None:
        usual, left = gateway.answer, [Told(status=503), {"code": "500"}]
        world.web.answer = lambda asked: left.pop() if left and asked.path == "/byKey" else usual(asked)
        assert source(world).get("/rows").rows == [{"a": 1}]
        assert [type(error) for error, *_ in world.retried] == [SourceUnavailable, SourceUnavailable]

    def test_the_life_counts_by_the_source_s_own_clock(self, world: World, gateway: Gateway) -> None:
        world.now += timedelta(hours=5)  # ours is wrong, by more than a secret lives
        one = source(world)
        one.get("/rows", n=1)
        one.get("/rows", n=2)
        assert gateway.renewals == ["/byKey"]

    def test_no_longer_than_the_documents_say(self, world: World, gateway: Gateway) -> None:
        gateway.life_s = 90_000
        one = source(world)
        one.get("/rows", n=1)
        world.now += timedelta(seconds=870)
        one.get("/rows", n=2)
        assert gateway.renewals == ["/byKey", "/bySec"]

    @pytest.mark.parametrize(
        ("datas", "said"),
        [
            ({}, "no secret at datas.refreshSecret"),
            ({"refreshSecret": "S-r", "requestSecret": ""}, "no secret at datas.requestSecret"),
            ({"refreshSecret": "S-r", "refreshSecretEndTime": "soon"}, "no time at datas.refreshSecretEndTime"),
            ({"refreshSecret": "S-r", "refreshSecretEndTime": 1_000_000}, "over already at datas.refreshSecret"),
            ("<html>", "not JSON"),
        ],
    )
    def test_an_answer_that_is_none(self, world: World, gateway: Gateway, datas: Any, said: str) -> None:
        world.web.answer = lambda asked: {"code": "00", "datas": datas}
        with pytest.raises(SourceReplyInvalid, match=rf"{said}.* lake GET /byKey") as caught:
            source(world).get("/rows")
        assert "S-r" not in str(caught.value)

    def test_without_an_app_secret(self, world: World, gateway: Gateway) -> None:
        with pytest.raises(ConfigError, match="app_secret is not set"):
            source(world, config={"app_secret": None}).get("/rows")
        assert world.web.asked == []


class TestOtherGateways:
    """Other orders and algorithms are data."""

    def test_a_chain_whose_first_call_lends_the_refresh_secret_only(self, world: World, gateway: Gateway) -> None:
        chain = replace(
            GATEWAY,
            renewals=(
                Renewal(path="/bySec", by="refresh", lends={"request": LENDS["request"]}),
                Renewal(path="/byKey", lends={"refresh": LENDS["refresh"]}),
            ),
        )
        assert source(world, manifest=replace(MANIFEST, login=chain)).get("/rows").rows == [{"a": 1}]
        assert world.web.paths() == ["/byKey", "/bySec", "/rows"]

    def test_a_secret_that_was_refused_is_not_kept(self, world: World, gateway: Gateway, tmp_path: Path) -> None:
        by_sec, by_key = GATEWAY.renewals
        lending = replace(GATEWAY, renewals=(by_sec, replace(by_key, lends={"request": LENDS["request"]})))
        shared = SharedSecrets(tmp_path, origin=f"{world.web.url}/", app_key="k", app_secret="S-OWN")
        with shared.turn(_never):
            shared.keep({"refresh": Secret("S-dead", world.now + timedelta(hours=48))})
        one = source(world, tmp_path, manifest=replace(MANIFEST, login=lending))
        one.get("/rows", n=1)
        world.now += timedelta(hours=1)
        one.get("/rows", n=2)
        assert world.web.paths() == ["/bySec", "/byKey", "/rows", "/byKey", "/rows"]

    @pytest.mark.parametrize("algorithm", ["sha1", "sm3", "hmac-sha256", "hmac-sm3"])
    def test_algorithms_and_places(self, world: World, gateway: Gateway, algorithm: Any) -> None:
        signing = replace(SIGNING, algorithm=algorithm, place="body")
        post = tuple(replace(each, method="POST") for each in GATEWAY.renewals)
        lending = replace(GATEWAY, signing=signing, renewals=post)
        signs: list[str] = []

        def answer(asked: Asked) -> Any:
            if asked.path == "/rows":
                return {"code": "00", "datas": []}
            signs.append(asked.form["sign"])
            return {"code": "00", "datas": gateway.lend()}

        world.web.answer = answer
        source(world, manifest=replace(MANIFEST, login=lending)).get("/rows")
        assert [len(sign) for sign in signs] == [40 if algorithm == "sha1" else 64]
        assert world.web.asked[0].method == "POST"

    def test_a_gateway_that_never_lends_what_signs(self, world: World, gateway: Gateway) -> None:
        lending = replace(GATEWAY, renewals=(Renewal(path="/byKey", lends={"refresh": LENDS["refresh"]}),))
        with pytest.raises(PluginError, match="no renewal lends request"):
            source(world, manifest=replace(MANIFEST, login=lending)).get("/rows")


class TestShared:
    def test_what_one_has_got_the_next_takes(self, world: World, gateway: Gateway, tmp_path: Path) -> None:
        for n in range(3):
            source(world, tmp_path).get("/rows", n=n)
        assert gateway.renewals == ["/byKey"]

    def test_what_another_has_renewed_is_taken_before_renewing(
        self, world: World, gateway: Gateway, tmp_path: Path
    ) -> None:
        one, two = source(world, tmp_path), source(world, tmp_path)
        one.get("/rows", n=1)
        two.get("/rows", n=1)
        gateway.request = "dead"
        one.get("/rows", n=2)
        two.get("/rows", n=2)
        assert gateway.renewals == ["/byKey", "/bySec"]
        assert world.web.paths()[-2:] == ["/rows", "/rows"]

    def test_after_another_s_secret_comes_one_of_ours(self, world: World, gateway: Gateway, tmp_path: Path) -> None:
        one, two = source(world, tmp_path), source(world, tmp_path)
        one.get("/rows", n=1)
        two.get("/rows", n=1)
        gateway.request = "dead"
        one.get("/rows", n=2)
        gateway.request = "dead"
        assert two.get("/rows", n=2).rows == [{"a": 1}]
        assert gateway.renewals == ["/byKey", "/bySec", "/bySec"]

    def test_keys_and_gateways_do_not_mix(self, world: World, gateway: Gateway, tmp_path: Path) -> None:
        source(world, tmp_path).get("/rows")
        source(world, tmp_path, config={"app_key": "other"}).get("/rows")
        elsewhere = world.web.url.replace("127.0.0.1", "localhost")
        source(world, tmp_path, config={"base_url": elsewhere}, allow=["127.0.0.0/8", "::1/128"]).get("/rows")
        assert gateway.renewals == ["/byKey"] * 3
        assert len([*tmp_path.iterdir()]) == 3

    def test_two_at_once_renew_once(self, world: World, gateway: Gateway, tmp_path: Path) -> None:
        gateway.slow = threading.Event()
        context = get_context("forkserver")
        both = context.Barrier(3)
        processes = [context.Process(target=_ask, args=(world.web.url, tmp_path, both)) for _ in range(2)]
        for process in processes:
            process.start()
        both.wait(20)
        threading.Timer(0.3, gateway.slow.set).start()  # the first to come is answered when the other has come, too
        for process in processes:
            process.join()
        assert [process.exitcode for process in processes] == [0, 0]
        assert gateway.renewals == ["/byKey"]
        assert sorted(world.web.paths()) == ["/byKey", "/rows", "/rows"]

    def test_one_that_waits_too_long_says_so(self, world: World, gateway: Gateway, tmp_path: Path) -> None:
        source(world, tmp_path).get("/rows")
        held = SharedSecrets(tmp_path, origin=f"{world.web.url}/", app_key="k", app_secret="S-OWN")
        with held.turn(_never), pytest.raises(SourceUnavailable, match="another process is renewing"):
            source(world, tmp_path, limits=replace(LIMITS, attempts=1)).get("/rows", n=2)
        assert sum(world.slept) == pytest.approx(2 * LIMITS.total_s, abs=0.2)

    def test_a_stop_ends_the_waiting(self, world: World, gateway: Gateway, tmp_path: Path) -> None:
        source(world, tmp_path).get("/rows")
        held = SharedSecrets(tmp_path, origin=f"{world.web.url}/", app_key="k", app_secret="S-OWN")
        with held.turn(_never), pytest.raises(SourceUnavailable):
            source(world, tmp_path, should_stop=lambda: True).get("/rows", n=2)
        assert world.slept == []

    def test_one_that_dies_in_its_turn_holds_nobody_up(self, world: World, gateway: Gateway, tmp_path: Path) -> None:
        process = get_context("forkserver").Process(target=_die_in_turn, args=(world.web.url, tmp_path))
        process.start()
        process.join()
        assert process.exitcode == 9
        assert source(world, tmp_path).get("/rows").rows == [{"a": 1}]
        assert world.slept == []


class TestTheFile:
    def test_it_is_its_owner_s_and_holds_no_secret_in_clear(
        self, world: World, gateway: Gateway, tmp_path: Path
    ) -> None:
        source(world, tmp_path / "lent").get("/rows")
        (file,) = (tmp_path / "lent").iterdir()
        assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)
        content = file.read_bytes()
        assert content and not any(word in content for word in (b"S-", b"request", b"2026"))
        assert re.fullmatch("[0-9a-f]{32}", file.name)

    @pytest.mark.parametrize(
        "spoil", [lambda data: data[:20], lambda data: b"", lambda data: data[:-1] + bytes([data[-1] ^ 1])]
    )
    def test_a_torn_one_is_got_anew(
        self, world: World, gateway: Gateway, tmp_path: Path, spoil: Callable[[bytes], bytes]
    ) -> None:
        source(world, tmp_path).get("/rows")
        (file,) = tmp_path.iterdir()
        file.write_bytes(spoil(file.read_bytes()))
        assert source(world, tmp_path).get("/rows").rows == [{"a": 1}]
        assert gateway.renewals == ["/byKey", "/byKey"]

    def test_another_app_secret_does_not_open_it(self, tmp_path: Path, world: World) -> None:
        own, other = (SharedSecrets(tmp_path, origin="o", app_key="k", app_secret=each) for each in ("S-1", "S-2"))
        with own.turn(_never):
            own.keep({"request": Secret("q", world.now)})
        with other.turn(_never) as known:
            assert known == {}
        with own.turn(_never) as known:
            assert known == {"request": Secret("q", world.now)}

    def test_a_shorter_one_leaves_no_end_of_the_longer(self, tmp_path: Path, world: World) -> None:
        shared = SharedSecrets(tmp_path, origin="o", app_key="k", app_secret="S-1")
        for value in ("q" * 500, "q"):
            with shared.turn(_never):
                shared.keep({"request": Secret(value, world.now)})
        with shared.turn(_never) as known:
            assert known["request"].value == "q"

    def test_a_folder_that_is_none(self, world: World, gateway: Gateway, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        with pytest.raises(ConfigError, match="lent secrets cannot be shared"):
            source(world, tmp_path / "file").get("/rows")

    def test_a_secret_is_not_in_its_repr(self, world: World) -> None:
        assert "S-q" not in repr(Secret("S-q", world.now))


def _never() -> None:
    raise AssertionError("nobody else is in turn")


def _ask(url: str, folder: Path, both: Barrier) -> None:
    """Body of a process of its own: one call, as a worker makes it."""
    config = AdapterConfig(base_url=url, app_key="k", app_secret=SecretStr("S-OWN"))
    with HttpSource(
        name="lake", home="330110", manifest=MANIFEST, config=config, allow=["127.0.0.0/8"], limits=LIMITS, lent=folder
    ) as one:
        one.start_read("records")
        both.wait(20)
        assert one.get("/rows").rows == [{"a": 1}]


def _die_in_turn(url: str, folder: Path) -> None:
    shared = SharedSecrets(folder, origin=f"{url}/", app_key="k", app_secret="S-OWN")
    with shared.turn(_never):
        os._exit(9)
