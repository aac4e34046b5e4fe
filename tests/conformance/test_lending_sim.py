"""The simulated gateway that lends secrets: it lets in whoever signs with what it lent last, and nobody else."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest

from conformance.checks.deliver.desk import Desk, desk
from conformance.harness import QUICK, Harness
from conformance.replay import SimSource
from conformance.scenarios import Recording
from conformance.subject import Subject

SUBJECT = Subject.load("public_data")
BY_KEY, BY_SEC = "/gateway/app/refreshTokenByKey.htm", "/gateway/app/refreshTokenBySec.htm"


@pytest.fixture
def sim() -> Iterator[SimSource]:
    recording = Recording.read(SUBJECT.recordings, SUBJECT.wire)
    with SimSource(SUBJECT.wire, recording, recording.rows) as sim:
        yield sim


def signed(secret: str) -> dict[str, str]:
    return {"appKey": "k", "requestTime": "1", "sign": hashlib.md5(f"k{secret}1".encode()).hexdigest()}


def lent(sim: SimSource, path: str = BY_KEY, secret: str = "any") -> dict[str, Any]:
    with urlopen(f"{sim.url}{path}?{urlencode(signed(secret))}") as answer:
        told = json.load(answer)
    return told["datas"] if told["code"] == "00" else {}


def code(sim: SimSource, secret: str) -> str:
    form = {"pageNum": "1", "pageSize": "4", **signed(secret)}
    with urlopen(f"{sim.url}{SUBJECT.wire.path}", data=urlencode(form).encode()) as answer:
        return str(json.load(answer)["code"])


def test_only_the_latest_request_secret_signs(sim: SimSource) -> None:
    one = lent(sim)
    assert [code(sim, one["requestSecret"]), code(sim, one["refreshSecret"]), code(sim, "")] == ["00", "401", "401"]
    two = lent(sim, BY_SEC, one["refreshSecret"])
    assert [code(sim, one["requestSecret"]), code(sim, two["requestSecret"])] == ["401", "00"]
    assert sim.logins == 2


def test_only_the_latest_refresh_secret_renews(sim: SimSource) -> None:
    one = lent(sim)
    assert lent(sim, BY_SEC, one["requestSecret"]) == {}
    assert lent(sim, BY_SEC, one["refreshSecret"]) != {}
    assert lent(sim, BY_SEC, one["refreshSecret"]) == {}


def test_a_secret_dies_when_all_tokens_do(sim: SimSource) -> None:
    one = lent(sim)
    sim.wire.expire()
    assert code(sim, one["requestSecret"]) == "401"
    assert lent(sim, BY_SEC, one["refreshSecret"]) != {}


def test_ends_are_told_by_the_sources_own_clock(sim: SimSource) -> None:
    one, now = lent(sim), sim.clock.timestamp()
    assert (one["requestSecretEndTime"], one["refreshSecretEndTime"]) == ((now + 900) * 1000, (now + 172_800) * 1000)


def test_calls_are_kept_without_their_signatures(sim: SimSource) -> None:
    code(sim, lent(sim)["requestSecret"])
    (call,) = sim.calls
    assert call.params == {"pageNum": "1", "pageSize": "4", "appKey": "k", "requestTime": "1"}


class TestDeliveries:
    """A gateway that takes deliveries lets in whom it lets in for rows."""

    @pytest.fixture
    def at(self) -> Iterator[Desk]:
        with desk(Harness(Subject.load("mediation_centre"))) as at:
            yield at

    def test_a_delivery_signed_with_the_app_secret_is_not_acted_on(self, at: Desk) -> None:
        form = {"messageId": "m1", **signed(at.h.canaries.secret)}
        with urlopen(f"{at.receiver.url}{at.told.paths['accept']}", data=urlencode(form).encode()) as answer:
            assert json.load(answer)["code"] == "401"
        assert [taken.key for taken in at.receiver.came] == ["m1"]
        assert at.receiver.acts == []

    def test_a_secret_that_died_since_the_last_one_is_renewed_within_the_attempt(
        self, at: Desk, tmp_path: Path
    ) -> None:
        """The denied call did not act: that it is made again is no second attempt."""
        http = QUICK.model_copy(update={"lent": tmp_path})
        one = at.post(cause="task 330110-1")
        assert [each.state for each in at.h.send(at.receiver, at.store, http=http)] == ["delivered"]
        at.receiver.wire.expire()
        two = at.post(cause="task 330110-2")
        sent = at.h.send(at.receiver, at.store, http=http)
        assert [(each.key, each.state, each.attempts) for each in sent] == [
            (one, "delivered", 1),
            (two, "delivered", 1),
        ]
        assert [taken.key for taken in at.receiver.came] == [one, two, two]
        assert [taken.key for taken in at.receiver.acts] == [one, two]
        assert at.receiver.logins == 2
