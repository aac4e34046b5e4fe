"""The webhook inbox: only good pushes come in, each once; none is lost or doubled by a kill at any moment."""

import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from click.testing import CliRunner
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from pushing import ANSWER, SECRET, House, Sent, hub_toml, install, petition, sent_all, signed
from world import NewUrl, rows, value

from hub.cli.main import main
from hub.engine.history import remap, replay
from hub.engine.pushes import POINTS as READING
from hub.errors import ConfigError, StoreError
from hub.service.inbox import POINTS as KEEPING
from hub.service.inbox import doors, open_inbox, serving
from hub.settings import InboxSettings, Settings, load
from hub.store import inbox as kept
from hub.store.database import Database
from hub.store.maintain import check
from hub.store.store import Store
from hub.testing import caught_events, contents, records


@pytest.fixture(autouse=True)
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The street's adapter, installed."""
    folder = install(tmp_path)
    monkeypatch.syspath_prepend(str(folder))
    return folder


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load(hub_toml(tmp_path, f"sqlite:///{tmp_path}/yiwang.db"))


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    with Store.open(settings.store.url, settings.store.keys) as store:
        yield store


@pytest.fixture
def house(settings: Settings, store: Store) -> Iterator[House]:
    house = House(settings, store)
    yield house
    house.keeper.close()


def titles(store: Store) -> dict[str, str]:
    return {record.key: record.body["title"] for record in records(store)}


def test_a_push_is_kept_answered_and_read_by_the_same_line(house: House, store: Store) -> None:
    ((status, answer),) = house.push(signed(petition(1)))
    assert (status, answer.decode()) == (200, ANSWER)
    assert value(store, "SELECT state FROM inbox") == "waiting"
    assert not records(store)
    house.drain()
    (record,) = records(store)
    assert (record.source, record.stream, record.key) == ("street", "petitions", "S0001")
    (run,) = rows(store, "SELECT * FROM run")
    assert (run.why, run.outcome, run.fetched, run.stored, run.pages) == ("push", "complete", 1, 1, 1)
    assert value(store, "SELECT state FROM inbox") == "done"
    assert rows(store, "SELECT run, items, window FROM raw") == [(run.id, 1, "push")]
    assert rows(store, "SELECT fetched, closed FROM ledger") == [(1, 1)]
    assert not rows(store, "SELECT * FROM watermark"), "a push proves nothing of what was not pushed"
    assert {row.action for row in rows(store, "SELECT action FROM audit")} == {"push.kept", "page.committed"}
    assert check(store.database, store.keyring) == []


def test_a_stream_is_named_in_the_path_and_opened_by_its_envelope(house: House, store: Store) -> None:
    """The street's webhook opens both streams alike."""
    assert sent_all(house, [signed(petition(7), path="/in/street/steps")]) == [200]
    house.drain()
    assert [record.stream for record in records(store)] == ["steps"]


def test_nothing_personal_or_secret_lies_open(house: House, settings: Settings) -> None:
    house.push(signed(petition(1, xm="欧阳知远")))
    house.store.close()
    held = b"".join(path.read_bytes() for path in Path(settings.path).parent.glob("yiwang.db*"))
    assert len(held) > 10_000
    for told in ("欧阳知远", "水沟填埋", "street-key", SECRET):
        assert told.encode() not in held


class TestTheSameAgain:
    def test_the_same_push_is_kept_once(self, house: House, store: Store) -> None:
        sent = signed(petition(1), nonce="n1")
        assert sent_all(house, [sent, sent, sent]) == [200, 200, 200]
        assert value(store, "SELECT times FROM inbox") == 1
        house.drain()
        assert sent_all(house, [sent]) == [200]
        house.drain()
        assert value(store, "SELECT count(*) FROM run") == 1
        assert value(store, "SELECT count(*) FROM version") == 1

    def test_the_same_bytes_signed_anew_are_one_page_and_one_row(self, house: House, store: Store) -> None:
        assert sent_all(house, [signed(petition(1)) for _ in range(5)]) == [200] * 5
        assert value(store, "SELECT count(*) FROM raw") == 1
        assert value(store, "SELECT times FROM inbox") == 5
        house.drain()
        assert sent_all(house, [signed(petition(1))]) == [200]
        house.drain()
        assert [row.unchanged for row in rows(store, "SELECT unchanged FROM run ORDER BY id")] == [0, 1]
        assert value(store, "SELECT count(*) FROM version") == 1

    def test_what_was_told_last_is_read_last(self, house: House, store: Store) -> None:
        """There and back again: the third push has the bytes of the first and must not be taken for it."""
        said = [signed(petition(1, title)) for title in ("first", "second", "first")]
        assert sent_all(house, said) == [200] * 3
        house.drain()
        assert titles(store) == {"S0001": "first"}
        assert sent_all(house, [signed(petition(1, "second")), signed(petition(1, "first"))]) == [200] * 2
        house.drain()
        assert titles(store) == {"S0001": "first"}

    def test_a_storm_leaves_one_row_and_is_not_lost(self, house: House, store: Store) -> None:
        """F45: a hundred callbacks at once, ten matters."""
        answers = house.push(*(signed(petition(number % 10)) for number in range(100)))
        assert {status for status, _ in answers} == {200}
        assert value(store, "SELECT count(*) FROM inbox") == 10
        assert value(store, "SELECT sum(times) FROM inbox") == 100
        groups = value(store, "SELECT count(*) FROM audit WHERE action = 'push.kept'")
        assert groups < 50, "pushes that wait together go into one transaction"
        house.drain()
        assert len(records(store)) == 10

    def test_a_nonce_is_forgotten_when_no_push_can_be_good_with_it(self, settings: Settings, store: Store) -> None:
        now = datetime.now(UTC)
        house = House(settings, store, clock=lambda: now)
        assert sent_all(house, [signed(petition(1), at=now, nonce="n1")]) == [200]
        now += timedelta(seconds=599)
        assert sent_all(house, [signed(petition(2), at=now, nonce="n1")]) == [401]
        now += timedelta(seconds=3)
        assert sent_all(house, [signed(petition(2), at=now, nonce="n1")]) == [200]
        assert value(store, "SELECT count(*) FROM nonce") == 1
        house.keeper.close()


def _changed(sent: Sent, **headers: str) -> Sent:
    return Sent(sent.body, sent.headers | headers, sent.path, sent.method)


def _without(sent: Sent, name: str) -> Sent:
    return Sent(sent.body, {key: told for key, told in sent.headers.items() if key != name}, sent.path, sent.method)


NOW = datetime.now(UTC)
ATTACKS: dict[str, tuple[Any, int, str]] = {
    "body changed": (lambda: Sent(b"{}", signed(petition(1)).headers), 401, "signature"),
    "a secret that is not ours": (lambda: signed(petition(1), secret="another"), 401, "signature"),
    "another tenant's key": (lambda: signed(petition(1), key="other-key"), 401, "key"),
    "meant for another path": (
        lambda: Sent(b"{}", signed(b"{}", path="/in/other").headers, "/in/street"), 401, "signature",
    ),
    "no signature": (lambda: _without(signed(petition(1)), "X-Sign"), 401, "parts"),
    "no nonce": (lambda: _without(signed(petition(1)), "X-Nonce"), 401, "parts"),
    "an endless nonce": (lambda: signed(petition(1), nonce="n" * 600), 401, "parts"),
    "too old": (lambda: signed(petition(1), at=datetime.now(UTC) - timedelta(seconds=310)), 401, "clock"),
    "too early": (lambda: signed(petition(1), at=datetime.now(UTC) + timedelta(seconds=310)), 401, "clock"),
    "far beyond the calendar": (
        lambda: signed(petition(1), at=datetime(9999, 12, 31, tzinfo=UTC)), 401, "clock",
    ),
    "no such source": (lambda: signed(petition(1), path="/in/nowhere"), 401, "no door"),
    "no such stream": (lambda: signed(petition(1), path="/in/street/nothing"), 401, "no door"),
    "no such path": (lambda: signed(petition(1), path="/"), 401, "no door"),
    "another method": (lambda: signed(petition(1), method="PUT"), 405, "method"),
    "another kind": (lambda: _changed(signed(petition(1)), **{"Content-Type": "text/plain"}), 415, "content type"),
    "no kind": (lambda: _without(signed(petition(1)), "Content-Type"), 415, "content type"),
    "compressed": (lambda: _changed(signed(petition(1)), **{"Content-Encoding": "gzip"}), 415, "content encoding"),
    "too large": (lambda: signed(petition(1, "大" * 8_000)), 413, "too large"),
}  # fmt: skip


class TestAttacks:
    @pytest.mark.parametrize("name", ATTACKS)
    def test_it_is_refused_counted_and_nothing_is_told(self, name: str, house: House, store: Store) -> None:
        make, status, reason = ATTACKS[name]
        sent: Sent = make()
        with caught_events() as events:
            assert house.push(sent) == [(status, b"")]
        (event,) = [event for event in events if event["event"] == "push.refused"]
        assert (event["reason"], event["status"]) == (reason, status)
        assert sum(house.inbox.refused.values()) == 1
        assert not rows(store, "SELECT * FROM inbox UNION ALL SELECT * FROM inbox")
        assert not rows(store, "SELECT id FROM raw")
        assert not rows(store, "SELECT hash FROM nonce"), "a refused push must not use up a nonce"
        told = orjson.dumps(events).decode()
        for secret in ("第1件", SECRET, sent.headers.get("X-Sign", SECRET), "nowhere"):
            assert secret not in told

    def test_a_nonce_with_other_bytes_is_a_replay(self, house: House, store: Store) -> None:
        assert sent_all(house, [signed(petition(1), nonce="n"), signed(petition(2), nonce="n")]) == [200, 401]
        assert house.inbox.refused == {("street", "nonce"): 1}
        assert value(store, "SELECT count(*) FROM raw") == 1

    def test_both_in_one_group(self, house: House, store: Store) -> None:
        answers = house.push(signed(petition(1), nonce="n"), signed(petition(2), nonce="n"), signed(petition(3)))
        assert sorted(status for status, _ in answers) == [200, 200, 401]
        assert value(store, "SELECT count(*) FROM inbox") == 2

    def test_callers_from_elsewhere_are_denied(self, settings: Settings, store: Store) -> None:
        allow = settings.inbox.model_copy(update={"allow": ("10.20.0.0/16",)})
        house = House(settings.model_copy(update={"inbox": allow}), store)
        assert sent_all(house, [signed(petition(1))]) == [403]
        house.keeper.close()

    def test_a_store_that_refuses_is_told_as_come_back(
        self, house: House, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """F31: the disk is full. Nothing was acknowledged, so the sender comes back."""

        def full(self: Database, *, keep: bool = True) -> Any:
            raise StoreError("the database refused: disk full")

        with monkeypatch.context() as patch:
            patch.setattr(Database, "transaction", full)
            assert sent_all(house, [signed(petition(1))]) == [503]
        assert sent_all(house, [signed(petition(1))]) == [200]

    def test_without_its_secret_a_source_gets_no_door(self, tmp_path: Path, house: House) -> None:
        path = hub_toml(tmp_path, "sqlite:///x.db")
        path.write_text(path.read_text().replace(f'app_secret = "{SECRET}"', ""))
        settings = load(path)
        with pytest.raises(ConfigError, match="app_secret is not set"):
            doors(settings, house.registry, ["street"])


class TestOverTheWire:
    """What only a real connection shows."""

    @pytest.fixture
    def port(self, house: House) -> Iterator[int]:
        with serving(house.inbox, InboxSettings(port=0)) as port:
            yield port

    def test_a_push_over_http(self, port: int, store: Store) -> None:
        sent = signed(petition(1))
        reply = httpx.post(f"http://127.0.0.1:{port}/in/street", content=sent.body, headers=sent.headers)
        assert (reply.status_code, reply.text) == (200, ANSWER)
        assert "server" not in reply.headers
        assert value(store, "SELECT count(*) FROM inbox") == 1

    def test_a_chunked_body_is_counted_as_it_comes(self, port: int, store: Store) -> None:
        sent = signed(b"x" * 30_000)
        chunks = (sent.body[at : at + 1_000] for at in range(0, 30_000, 1_000))
        reply = httpx.post(f"http://127.0.0.1:{port}/in/street", content=chunks, headers=sent.headers)
        assert reply.status_code == 413
        assert not rows(store, "SELECT id FROM raw")

    def test_a_body_that_drips_is_ended(self, port: int) -> None:
        said = self._talk(port, b"POST /in/street HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                          b"Content-Length: 1000\r\n\r\n{")  # fmt: skip
        assert said.startswith(b"HTTP/1.1 408")

    @pytest.mark.parametrize("name", ["X-Sign", "X-Nonce", "X-Timestamp", "X-App-Key", "Content-Type"])
    def test_a_header_given_twice_is_refused(self, name: str, port: int) -> None:
        sent = signed(petition(1))
        twice = [*sent.headers.items(), (name, sent.headers[name])]
        reply = httpx.post(f"http://127.0.0.1:{port}/in/street", content=sent.body, headers=twice)
        assert reply.status_code in (401, 415)

    @pytest.mark.parametrize(
        "lengths", [b"Content-Length: 5\r\nContent-Length: 6\r\n", b"Content-Length: 5\r\nTransfer-Encoding: xx\r\n"]
    )
    def test_two_lengths_are_refused(self, lengths: bytes, port: int) -> None:
        said = self._talk(port, b"POST /in/street HTTP/1.1\r\nHost: x\r\n" + lengths + b"\r\nhello")
        assert said.startswith((b"HTTP/1.1 400", b"HTTP/1.1 501"))

    @staticmethod
    def _talk(port: int, said: bytes) -> bytes:
        with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
            line.sendall(said)
            return line.recv(4096)

    def test_a_port_in_use_is_told(self, port: int, house: House) -> None:
        with pytest.raises(ConfigError, match="cannot listen"), serving(house.inbox, InboxSettings(port=port)):
            pass

    def test_over_tls(self, house: House, tmp_path: Path) -> None:
        certificate, key = _certificate(tmp_path)
        settings = InboxSettings(port=0, certificate=certificate, private_key=key)
        trusted = ssl.create_default_context(cafile=str(certificate))
        sent = signed(petition(1))
        with serving(house.inbox, settings) as port, httpx.Client(verify=trusted) as client:
            url = f"https://127.0.0.1:{port}/in/street"
            assert client.post(url, content=sent.body, headers=sent.headers).status_code == 200

    def test_a_certificate_that_is_none_is_told(self, house: House, settings: Settings) -> None:
        broken = InboxSettings(port=0, certificate=settings.path, private_key=settings.path)
        with pytest.raises(ConfigError, match="cannot be used"), serving(house.inbox, broken):
            pass

    def test_a_hub_without_pushing_sources_opens_no_port(self, settings: Settings, store: Store, house: House) -> None:
        with open_inbox(settings, store, house.registry, ()) as port:
            assert port is None


def _certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate of 127.0.0.1 that vouches for itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    title = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "inbox")])
    made = (
        x509.CertificateBuilder()
        .subject_name(title)
        .issuer_name(title)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, SHA256())
    )
    certificate, private = folder / "inbox.pem", folder / "inbox.key"
    certificate.write_bytes(made.public_bytes(Encoding.PEM))
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return certificate, private


class TestReading:
    def test_one_bad_item_is_one_rejection_and_can_be_replayed(
        self, house: House, settings: Settings, store: Store
    ) -> None:
        house.push(signed(petition(1)), signed(petition(2, how="raise")), signed(petition(3)))
        house.drain()
        assert sorted(titles(store)) == ["S0001", "S0003"]
        (run,) = rows(store, "SELECT * FROM run")
        assert (run.fetched, run.stored, run.rejected) == (3, 2, 1)
        assert replay(settings, store, house.registry, "street").counts.rejected == 1
        again = remap(settings, store, house.registry, "street")
        assert (again.counts.fetched, again.counts.unchanged) == (2, 2)

    @pytest.mark.parametrize("how", ["exit", "loop"])
    def test_a_push_that_ends_the_worker_fails_alone(self, how: str, house: House, store: Store) -> None:
        """F49: a poison push among good ones."""
        house.push(*(signed(petition(number)) for number in range(5)))
        house.push(signed(petition(5, how=how)))
        house.push(*(signed(petition(number)) for number in range(6, 10)))
        house.drain(patience_s=4)
        assert sorted(titles(store)) == [f"S{number:04d}" for number in range(10) if number != 5]
        with store.database.reading() as connection:
            (failed,) = kept.failed(connection)
        assert str(failed.error).startswith("adapter.bug")
        (run,) = rows(store, "SELECT outcome, error, stored FROM run")
        assert (run.outcome, run.stored) == ("incomplete", 9)
        assert run.error.startswith("run.unreadable: 1 ")

    def test_a_push_that_cannot_be_opened_is_kept_and_can_be_tried_again(self, house: House, store: Store) -> None:
        assert sent_all(house, [signed(b'{"data": '), signed(petition(1))]) == [200, 200]
        with caught_events() as events:
            house.drain()
        assert [event["error"][:20] for event in events if event["event"] == "push.failed"] == ["source.reply_invalid"]
        assert list(titles(store)) == ["S0001"]
        with store.database.transaction() as connection:
            assert kept.counts(connection) == [("street", "done", 1), ("street", "failed", 1)]
            assert kept.retry(connection, source="street") == 1
            assert kept.counts(connection) == [("street", "done", 1), ("street", "waiting", 1)]
        house.drain()
        assert value(store, "SELECT count(*) FROM inbox WHERE state = 'failed'") == 1

    def test_reading_once_reads_what_was_pushed_and_still_waits(
        self, house: House, settings: Settings, store: Store
    ) -> None:
        house.push(signed(petition(1)), signed(petition(2)))

        def once(*more: str) -> tuple[int, str]:
            result = CliRunner().invoke(main, ["--config", str(settings.path), "run", "--once", *more])
            return result.exit_code, result.output

        code, told = once()
        assert (code, sorted(titles(store))) == (0, ["S0001", "S0002"])
        assert "street/petitions" in told and "收到 2 fetched, 新存 2 stored" in told
        assert "street/petitions" not in once()[1], "nothing waits any more"
        house.push(signed(b"{"))
        code, told = once()
        assert (code, "run.unreadable: 1 pushes" in told) == (1, True)
        assert value(store, "SELECT count(*) FROM inbox WHERE state = 'failed'") == 1

    def test_a_pull_does_not_close_an_open_run_of_pushes(self, house: House, store: Store) -> None:
        """Nor the other way round: each abandons only its own kind."""
        from hub.store import progress
        from hub.store.progress import StreamKey

        key = StreamKey("330110", "street", "petitions")
        with store.database.transaction() as connection:
            for why in ("push", "pull"):
                progress.begin_run(connection, key, adapter="street 1", why=why, since=None, now="2026-03-02T01:00:00Z")
            assert progress.abandon_runs(connection, key, now="2026-03-02T01:00:00Z") == 1
            assert progress.abandon_runs(connection, key, now="2026-03-02T01:00:00Z", pushed=True) == 1


@pytest.mark.parametrize("point", [*KEEPING, *READING])
def test_a_kill_loses_nothing_and_doubles_nothing(point: str, new_url: NewUrl, tmp_path: Path, packages: Path) -> None:
    """The sender sends again what was not answered; the store ends as one that was never disturbed."""
    bodies = [orjson.dumps(petition(number, how="raise" if number == 2 else "")).decode() for number in range(4)]
    pushes = [signed(body.encode(), nonce=f"nonce-{number}") for number, body in enumerate(bodies)]
    settings = load(hub_toml(tmp_path, new_url()))
    with Store.open(settings.store.url, settings.store.keys) as store:
        undisturbed = House(settings, store)
        sent_all(undisturbed, pushes)
        undisturbed.drain()
        expected = contents(store)
    assert len(expected.records) == 3
    settings = load(hub_toml(tmp_path, new_url()))
    times = 2 if point in KEEPING else 1
    command = [sys.executable, "-m", "pushing", str(settings.path), point, str(times), *bodies]
    environ = os.environ | {"PYTHONPATH": str(packages)}
    done = subprocess.run(command, env=environ, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == -signal.SIGKILL, done.stderr
    answered = len(done.stdout.split())
    assert answered == (1 if point in KEEPING else 4)
    with Store.open(settings.store.url, settings.store.keys) as store:
        house = House(settings, store)
        assert value(store, "SELECT count(*) FROM inbox") >= answered, "what was acknowledged is kept"
        assert set(sent_all(house, pushes[answered:])) <= {200}
        house.drain()
        assert contents(store) == expected
        assert value(store, "SELECT count(*) FROM inbox WHERE state <> 'done'") == 0
        assert value(store, "SELECT count(*) FROM inbox") == 4
        assert value(store, "SELECT count(*) FROM run WHERE outcome = 'running'") == 0
        assert check(store.database, store.keyring) == []


def test_the_daemon_takes_pushes_reads_them_and_stops(settings: Settings, tmp_path: Path, packages: Path) -> None:
    environ = os.environ | {"PYTHONPATH": str(packages)}
    hub = "from hub.cli.main import main; main()"
    command = [sys.executable, "-c", hub, "--config", str(settings.path), "run"]
    daemon = subprocess.Popen(command, env=environ, cwd=tmp_path, stderr=subprocess.PIPE, text=True)
    try:
        assert daemon.stderr is not None
        port = next(orjson.loads(line)["port"] for line in daemon.stderr if '"inbox.opened"' in line)
        for number in range(3):
            sent = signed(petition(number))
            reply = httpx.post(f"http://127.0.0.1:{port}/in/street", content=sent.body, headers=sent.headers)
            assert reply.status_code == 200
        with Store.open(settings.store.url, settings.store.keys) as store:
            deadline = time.monotonic() + 30
            while len(records(store)) < 3 and time.monotonic() < deadline:
                time.sleep(0.1)
            assert len(records(store)) == 3
            daemon.send_signal(signal.SIGTERM)
            assert daemon.wait(20) == 0
            assert [row.outcome for row in rows(store, "SELECT outcome FROM run")] == ["complete"]
            assert check(store.database, store.keyring) == []
    finally:
        daemon.kill()
        daemon.communicate()
