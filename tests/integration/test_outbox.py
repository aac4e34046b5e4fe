"""The outbox: written with its cause, sent at least once, done once; a failure ends in a state that says what to do."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner
from handing import PLUGIN, Centre, Old, hand_over, hub_toml
from pushing import install
from standing import Clock
from web import Asked, Told, Web
from world import NewUrl, rows, value

from hub.cli.main import main
from hub.contract import Receipt
from hub.delivery import Missed, judge
from hub.engine.history import remap, replay
from hub.engine.outbox import POINTS, Sender
from hub.errors import SourceDenied, SourceThrottled, SourceUnavailable, StoreError
from hub.registry import Registry
from hub.settings import Settings, load
from hub.store import outbox
from hub.store.maintain import check, needed_keys
from hub.store.store import Store
from hub.testing import caught_events

DAY = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
KEYED, UNKEYED = Centre.manifest.delivering, Old.manifest.delivering


class Target:
    """The centre behind the web server: ``done`` holds what it acted on; ``says`` overrides its next answers."""

    def __init__(self, web: Web) -> None:
        self.done: list[str] = []
        self.says: list[Any] = []
        self.keys: list[str] = []
        web.answer = self.answer

    def answer(self, asked: Asked) -> Any:
        said = self.says.pop(0) if self.says else None
        if isinstance(said, Told):
            return said
        key = asked.headers.get("idempotency-key", "")
        self.keys.append(key)
        if not key or key not in self.done:
            self.done.append(key)
        if callable(said):
            return said()
        return said or {"code": 0, "data": {"accepted": 1, "no": f"MD-{len(self.done)}", "receiver": "欧阳知远"}}


@pytest.fixture(autouse=True)
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = install(tmp_path, PLUGIN, "handing")
    (folder / "handing.py").write_bytes((Path(__file__).parents[1] / "handing.py").read_bytes())
    monkeypatch.syspath_prepend(str(folder))
    return folder


@pytest.fixture
def target(web: Web) -> Target:
    return Target(web)


@pytest.fixture
def settings(tmp_path: Path, web: Web, target: Target) -> Settings:
    return load(hub_toml(tmp_path, f"sqlite:///{tmp_path}/yiwang.db", web.url))


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    with Store.open(settings.store.url, settings.store.keys) as store:
        yield store


@pytest.fixture
def clock() -> Clock:
    return Clock(DAY)


@pytest.fixture
def sender(settings: Settings, store: Store, clock: Clock) -> Iterator[Sender]:
    sender = Sender(settings, store, Registry.load(), clock=clock)
    yield sender
    sender.close()


def states(store: Store) -> list[str]:
    return [row.state for row in rows(store, "SELECT state FROM outbox ORDER BY id")]


def test_a_delivery_is_sent_with_its_key_and_its_receipt_read_back(
    sender: Sender, store: Store, target: Target, web: Web, clock: Clock
) -> None:
    key = hand_over(store, "task 330000-1 requested", now=DAY)
    sender.send()
    (asked,) = web.asked
    assert (asked.path, asked.headers["idempotency-key"], asked.json["handoverId"]) == ("/handover", key, key)
    assert asked.json["person"] == "欧阳知远"
    assert "x-sign" in asked.headers
    with store.database.reading() as connection:
        (row,) = outbox.listed(connection, most=9)
        assert (row.state, row.attempts, row.number, row.error) == ("delivered", 1, "MD-1", None)
        told = outbox.receipt(connection, store.keyring, row.home, row.id)
    assert told == {"accepted": True, "number": "MD-1", "reason": "", "body": {"receiver": "欧阳知远"}}
    assert [row.action for row in rows(store, "SELECT action FROM audit")] == ["delivery.ended"]
    assert check(store.database, store.keyring) == []


def test_the_same_cause_twice_is_one_row_and_another_kind_or_target_is_another(
    store: Store, sender: Sender, target: Target
) -> None:
    first = hand_over(store, "task 1", now=DAY)
    assert hand_over(store, "task 1", now=DAY, note="told again") == first
    assert hand_over(store, "task 2", now=DAY) != first
    assert hand_over(store, "task 1", target="old", now=DAY) != first
    assert value(store, "SELECT count(*) FROM outbox") == 3
    sender.send()
    assert hand_over(store, "task 1", now=DAY) == first
    sender.send()
    assert states(store) == ["delivered"] * 3
    assert len(target.keys) == 3


def test_it_is_written_in_the_transaction_of_its_cause(store: Store) -> None:
    with pytest.raises(RuntimeError), store.database.transaction() as connection:
        outbox.put(
            connection, store.keyring, home="330000", target="centre", kind="handover", cause="c", body={}, now="x"
        )  # fmt: skip
        raise RuntimeError
    assert states(store) == []


def test_what_is_handed_over_and_said_lies_sealed(store: Store, sender: Sender, settings: Settings) -> None:
    hand_over(store, "task 1", now=DAY)
    sender.send()
    with store.database.reading() as connection:
        assert needed_keys(connection) == {store.keyring.current}
    store.close()
    held = b"".join(path.read_bytes() for path in Path(settings.path).parent.glob("yiwang.db*"))
    assert b"MD-1" in held
    assert "欧阳知远".encode() not in held


def test_failures_are_tried_again_after_growing_waits_and_then_dead(
    sender: Sender, store: Store, target: Target, clock: Clock
) -> None:
    target.says = [Told(b"", 500), Told(b"", 503, {"Retry-After": "40"}), Told(b"", 500)]
    hand_over(store, "task 1", now=DAY)
    with caught_events() as events:
        sender.send()
        clock.wait(1)
        sender.send()
        assert value(store, "SELECT attempts FROM outbox") == 1, "not before its wait is over"
        clock.wait(1)
        sender.send()
        assert value(store, "SELECT due FROM outbox") == "2026-03-02T04:00:42Z", "Retry-After is obeyed"
        clock.wait(40)
        sender.send()
    assert states(store) == ["dead"]
    assert str(value(store, "SELECT error FROM outbox")).startswith("source.unavailable: the source failed")
    assert [event.get("wait_s") for event in events if event["event"] == "delivery.delayed"] == [2, 40]
    assert "欧阳" not in orjson.dumps(events).decode()
    with store.database.transaction() as connection:
        outbox.retry(connection, "330000", 1, now="2026-03-02T04:00:42Z")
    sender.send()
    assert states(store) == ["delivered"]
    assert len(set(target.keys)) == 1


def test_one_target_that_fails_leaves_the_other(sender: Sender, store: Store, target: Target) -> None:
    hand_over(store, "task 1", now=DAY, how="exit")
    hand_over(store, "task 1", target="old", now=DAY)
    sender.send()
    assert states(store) == ["waiting", "delivered"]
    assert "adapter.bug" in value(store, "SELECT error FROM outbox WHERE id = 1")


def test_what_the_adapter_raises_is_told_without_its_values(sender: Sender, store: Store) -> None:
    hand_over(store, "task 1", now=DAY, how="raise")
    sender.send()
    said = value(store, "SELECT error FROM outbox")
    assert said.startswith("adapter.bug: KeyError at handing.py")
    assert "secret" not in said


def test_a_refusal_is_final_and_its_words_stay_sealed(sender: Sender, store: Store, target: Target) -> None:
    words = {"accepted": 0, "reason": "欧阳知远不同意", "receiver": "x"}
    target.says = [{"code": 0, "data": words}, {"code": 0, "data": words | {"reason": "R07"}}]
    hand_over(store, "task 1", now=DAY)
    hand_over(store, "task 2", now=DAY)
    sender.send()
    assert states(store) == ["refused"] * 2
    assert [row.error for row in rows(store, "SELECT error FROM outbox ORDER BY id")] == [
        "delivery.refused: reason -", "delivery.refused: reason R07",
    ]  # fmt: skip
    with store.database.reading() as connection:
        assert outbox.receipt(connection, store.keyring, "330000", 1)["reason"] == "欧阳知远不同意"  # type: ignore[index]


class TestUnknownOutcome:
    """F13, F44: the target acted, and its answer never came."""

    def cut(self) -> Told:
        return Told(raw=(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{",))

    def test_a_target_that_takes_our_key_is_asked_again_and_acts_once(
        self, sender: Sender, store: Store, target: Target, clock: Clock
    ) -> None:
        target.says = [self.cut]
        hand_over(store, "task 1", now=DAY)
        sender.send()
        clock.wait(2)
        sender.send()
        assert states(store) == ["delivered"]
        assert (len(target.keys), len(target.done)) == (2, 1)

    def test_any_other_waits_for_a_person(self, sender: Sender, store: Store, target: Target, clock: Clock) -> None:
        target.says = [self.cut]
        hand_over(store, "task 1", target="old", now=DAY)
        sender.send()
        clock.wait(7_200)
        sender.send()
        assert states(store) == ["unknown"]
        assert len(target.done) == 1

    def test_no_connection_is_no_unknown_outcome(
        self, settings: Settings, store: Store, clock: Clock, web: Web
    ) -> None:
        web.stop()
        sender = Sender(settings, store, Registry.load(), clock=clock)
        hand_over(store, "task 1", target="old", now=DAY)
        sender.send()
        sender.close()
        assert states(store) == ["waiting"]


def test_a_target_gets_no_more_than_it_takes_in_a_minute(
    sender: Sender, store: Store, target: Target, clock: Clock
) -> None:
    for number in range(8):
        hand_over(store, f"task {number}", now=DAY)
    sender.send()
    assert states(store).count("delivered") == 5
    clock.wait(59)
    sender.send()
    assert states(store).count("delivered") == 5
    clock.wait(1)
    sender.send()
    assert states(store) == ["delivered"] * 8


def test_a_zombie_settles_nothing(store: Store) -> None:
    """Who comes back after his lease has ended finds that it is another's."""
    hand_over(store, "task 1", now=DAY)
    later = DAY + timedelta(hours=1)
    with store.database.transaction() as connection:
        row = outbox.due(connection, "centre", now=DAY, per_minute=5)
        assert row is not None
        zombie = outbox.take(connection, store.keyring, row, now=DAY, until=DAY + timedelta(minutes=2))
        assert outbox.take(connection, store.keyring, row, now=DAY, until=later) is None
        assert outbox.due(connection, "centre", now=DAY, per_minute=5) is None
        again = outbox.due(connection, "centre", now=later, per_minute=5)
        assert again is not None
        heir = outbox.take(connection, store.keyring, again, now=later, until=later + timedelta(minutes=2))
        assert outbox.take(connection, store.keyring, again, now=later, until=later) is None, "taken up by one only"
        assert zombie is not None
        assert heir is not None
        dead = judge(Missed("x"), KEYED, attempts=9, now=later)  # type: ignore[arg-type]
        assert not outbox.settle(connection, store.keyring, zombie, dead, now=later)
        assert outbox.one(connection, "330000", 1).state == "sending"
        done = judge(Receipt(), KEYED, attempts=2, now=later)  # type: ignore[arg-type]
        assert outbox.settle(connection, store.keyring, heir, done, now=later)


@pytest.mark.parametrize("name", ["centre", "old"])
@pytest.mark.parametrize("point", POINTS)
def test_a_kill_sends_at_least_once_and_acts_once(
    point: str, name: str, new_url: NewUrl, tmp_path: Path, packages: Path, web: Web, target: Target
) -> None:
    """C12 and C13: before the attempt, after it, after its outcome is kept."""
    settings = load(hub_toml(tmp_path, new_url(), web.url))
    with Store.open(settings.store.url, settings.store.keys) as store:
        hand_over(store, "task 1", target=name)
    command = [sys.executable, "-m", "handing", str(settings.path), point]
    environ = os.environ | {"PYTHONPATH": str(packages)}
    done = subprocess.run(command, env=environ, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == -signal.SIGKILL, done.stderr
    later = datetime.now(UTC) + timedelta(minutes=10)
    with Store.open(settings.store.url, settings.store.keys) as store:
        sender = Sender(settings, store, Registry.load(), clock=lambda: later)
        sender.send()
        sender.close()
        certain = name == "centre" or point == "delivery_settled"
        assert states(store) == ["delivered" if certain else "unknown"]
        assert check(store.database, store.keyring) == []
    assert len(target.done) == (0 if name == "old" and point == "delivery_taken" else 1), "never twice"


def test_a_replay_and_a_remap_post_nothing(store: Store, settings: Settings, web: Web, target: Target) -> None:
    """Law L7: the past is mapped again without a word to anyone."""
    hand_over(store, "task 1", now=DAY)
    registry = Registry.load()
    for again in (replay, remap):
        again(settings, store, registry, "centre")
    assert states(store) == ["waiting"]
    assert web.asked == []


@pytest.mark.parametrize(
    ("outcome", "attempts", "keyed", "state", "wait_s"),
    [
        (Receipt(), 1, True, "delivered", None),
        (Receipt(accepted=False), 1, False, "refused", None),
        (Missed("x"), 1, True, "waiting", 2),
        (Missed("x"), 2, True, "waiting", 4),
        (Missed("x"), 3, True, "dead", None),
        (Missed("x", retry_after=9), 1, True, "waiting", 9),
        (Missed("x", retry_after=1), 1, True, "waiting", 2),
        (Missed("x"), 1, False, "unknown", None),
        (Missed("x", unsent=True), 1, False, "waiting", 5),
        (Missed("x", unsent=True), 3, False, "dead", None),
        (Missed.of(SourceThrottled("x", retry_after=70)), 1, False, "waiting", 70),
        (Missed.of(SourceDenied("x")), 1, False, "waiting", 5),
        (Missed.of(SourceUnavailable("x", status=500)), 1, False, "unknown", None),
    ],
)
def test_what_follows_from_an_attempt(
    outcome: Receipt | Missed, attempts: int, keyed: bool, state: str, wait_s: float | None
) -> None:
    delivering = KEYED if keyed else UNKEYED
    assert delivering is not None
    settlement = judge(outcome, delivering, attempts=attempts, now=DAY)
    assert settlement.state == state
    assert settlement.due == (None if wait_s is None else DAY + timedelta(seconds=wait_s))


class TestCommands:
    def run(self, settings: Settings, *words: str) -> Any:
        return CliRunner().invoke(main, ["--config", str(settings.path), *words])

    def test_list_show_retry(self, settings: Settings, store: Store, sender: Sender, target: Target) -> None:
        target.says = [{"code": 0, "data": {"accepted": 0, "reason": "R07", "receiver": "欧阳知远"}}]
        key = hand_over(store, "task 1", now=DAY)
        sender.send()
        told = self.run(settings, "outbox", "list", "--state", "refused", "--json").output
        (row,) = orjson.loads(told)
        assert (row["id"], row["key"], row["state"]) == (1, key, "refused")
        assert row["error"] == "delivery.refused: reason R07"
        shown = self.run(settings, "outbox", "show", "330000-1").output
        assert "被拒收 refused" in shown
        assert "欧阳知远" not in told + shown
        assert "330000-1" in self.run(settings, "outbox", "list").output
        assert "1" in self.run(settings, "outbox", "retry", "330000-1").output
        assert states(store) == ["waiting"]
        assert [row.action for row in rows(store, "SELECT action FROM audit ORDER BY no")] == [
            "delivery.ended", "delivery.retried",
        ]  # fmt: skip

    def test_what_is_not_at_its_end_is_not_sent_again(self, settings: Settings, store: Store) -> None:
        hand_over(store, "task 1", now=DAY)
        with pytest.raises(StoreError, match="is waiting"), store.database.transaction() as connection:
            outbox.retry(connection, "330000", 1, now="x")
        with pytest.raises(StoreError, match="no delivery 330000-9"), store.database.transaction() as connection:
            outbox.retry(connection, "330000", 9, now="x")

    def test_all_dead_ones(self, settings: Settings, store: Store) -> None:
        for number in range(3):
            hand_over(store, f"task {number}", now=DAY)
        with store.database.transaction() as connection:
            connection.exec_driver_sql("UPDATE outbox SET state = 'dead' WHERE id < 3")
        self.run(settings, "outbox", "retry", "--dead")
        assert states(store) == ["waiting"] * 3
        assert self.run(settings, "outbox", "retry").exit_code != 0

    def test_the_inbox_is_listed(self, settings: Settings, store: Store) -> None:
        assert orjson.loads(self.run(settings, "inbox", "list", "--json").output) == {"counts": [], "failed": []}
        assert "0" in self.run(settings, "inbox", "retry").output
