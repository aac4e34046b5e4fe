"""The audit chain shows every change that a chain can show, in the store and in its export."""

import io

import orjson
import pytest
from cryptography.hazmat.primitives.hashes import SM3, Hash
from sqlalchemy import text

from hub.errors import StoreError
from hub.store import audit
from hub.store.database import Database

AT = "2026-03-01T00:00:00Z"
CHAINS = [("331024", "hub"), ("331024", "cli"), ("330100", "hub")]


@pytest.fixture
def chained(database: Database) -> Database:
    for no in range(1, 6):
        with database.transaction() as connection:
            for home, writer in CHAINS:
                entry = {"run": no, "source": "court", "says": "页 — page"}
                audit.append(connection, home=home, writer=writer, action="page.committed", entry=entry, at=AT)
    return database


def _verify(database: Database) -> audit.Verdict:
    with database.reading() as connection:
        return audit.verify(connection)


def _export(database: Database) -> list[bytes]:
    file = io.BytesIO()
    with database.reading() as connection:
        assert audit.export(connection, file) == 15
    return file.getvalue().splitlines(keepends=True)


def _do(database: Database, statement: str) -> None:
    with database.transaction() as connection:
        assert connection.execute(text(statement)).rowcount > 0


def test_an_untouched_store_is_sound(chained: Database) -> None:
    verdict = _verify(chained)
    assert verdict.sound
    assert (verdict.chains, verdict.entries, verdict.first_bad, verdict.why) == (3, 15, None, "")
    assert [(head.home, head.writer, head.no) for head in verdict.heads] == [(*chain, 5) for chain in sorted(CHAINS)]
    assert audit.verify_export(_export(chained)) == verdict


def test_an_empty_store_is_sound(database: Database) -> None:
    assert _verify(database) == audit.Verdict(0, 0, ())


def test_the_hash_is_as_documented(database: Database) -> None:
    """Computed here by hand: whoever verifies needs no code of ours."""
    with database.transaction() as connection:
        audit.append(connection, home="331024", writer="hub", action="store.made", entry={"b": 1, "a": "甲"}, at=AT)
    digest = Hash(SM3())
    digest.update(bytes(32) + f'["331024","hub",1,"{AT}","store.made",{{"a":"甲","b":1}}]'.encode())
    assert _verify(database).heads[0].hash == digest.finalize().hex()


@pytest.mark.parametrize(
    ("column", "value"),
    [("entry", '{"run":3}'), ("entry", '{"run": 3}'), ("entry", "no json"), ("at", "2026-03-02T00:00:00Z"),
     ("action", "record.shown"), ("hash", None)],
)  # fmt: skip
def test_a_changed_entry_is_found(chained: Database, column: str, value: str | None) -> None:
    with chained.transaction() as connection:
        statement = text(f"UPDATE audit SET {column} = :value WHERE home = '331024' AND writer = 'hub' AND no = 3")
        connection.execute(statement, {"value": value or bytes(32)})
    verdict = _verify(chained)
    assert verdict.first_bad == "331024/hub/3"
    assert verdict.why


@pytest.mark.parametrize(("removed", "missed_at"), [(1, 2), (3, 4)])
def test_a_removed_entry_is_missed(chained: Database, removed: int, missed_at: int) -> None:
    _do(chained, f"DELETE FROM audit WHERE home = '331024' AND writer = 'cli' AND no = {removed}")
    verdict = _verify(chained)
    assert verdict.first_bad == f"331024/cli/{missed_at}"
    assert f"entry {removed} should stand here" in verdict.why


def test_a_removed_entry_is_missed_although_the_rest_moved_up(chained: Database) -> None:
    _do(chained, "DELETE FROM audit WHERE home = '331024' AND writer = 'cli' AND no = 3")
    for no in (4, 5):
        _do(chained, f"UPDATE audit SET no = {no - 1} WHERE home = '331024' AND writer = 'cli' AND no = {no}")
    assert _verify(chained).first_bad == "331024/cli/3"


def test_reordered_entries_are_found(chained: Database) -> None:
    for old, new in ((2, 99), (3, 2), (99, 3)):
        _do(chained, f"UPDATE audit SET no = {new} WHERE home = '331024' AND writer = 'hub' AND no = {old}")
    assert _verify(chained).first_bad == "331024/hub/2"


def test_a_chain_moved_to_another_writer_is_found(chained: Database) -> None:
    _do(chained, "UPDATE audit SET writer = 'someone' WHERE home = '331024' AND writer = 'hub'")
    assert _verify(chained).first_bad == "331024/someone/1"


def test_a_cut_tail_shows_by_the_head_that_was_written_down(chained: Database) -> None:
    before = _verify(chained)
    _do(chained, "DELETE FROM audit WHERE home = '331024' AND writer = 'hub' AND no = 5")
    after = _verify(chained)
    assert after.sound  # the chain alone cannot know
    assert after.heads != before.heads


def test_an_export_is_verified_line_by_line(chained: Database) -> None:
    lines = _export(chained)
    assert set(orjson.loads(lines[0])) == {"home", "writer", "no", "at", "action", "entry", "hash"}
    changed = [*lines[:7], lines[7].replace(b'"court"', b'"count"'), *lines[8:]]
    assert audit.verify_export(changed).first_bad == "331024/cli/3"
    assert audit.verify_export([*lines[:7], *lines[8:]]).first_bad == "331024/cli/4"
    assert audit.verify_export([lines[1], lines[0], *lines[2:]]).first_bad == "330100/hub/2"
    assert audit.verify_export([*lines[:2], b"no json\n", *lines[3:]]).first_bad == "line 3"
    assert audit.verify_export([*lines[:2], b"[1]\n", *lines[3:]]).first_bad == "line 3"
    assert audit.verify_export([*lines[:2], b"{}\n", *lines[3:]]).first_bad == "line 3"
    assert audit.verify_export([*lines[:2], lines[2].replace(b'"330100"', b"[]"), *lines[3:]]).first_bad == "line 3"


def test_a_rolled_back_transaction_leaves_no_entry(chained: Database) -> None:
    before = _verify(chained)
    with pytest.raises(ZeroDivisionError), chained.transaction() as connection:
        audit.append(connection, home="331024", writer="hub", action="page.committed", entry={}, at=AT)
        raise ZeroDivisionError
    assert _verify(chained) == before


def test_two_who_append_to_one_chain_cannot_both_commit(chained: Database) -> None:
    if chained.dialect != "postgresql":
        pytest.skip("SQLite has one writer")
    insert = text("INSERT INTO audit SELECT home, writer, 6, at, action, entry, hash FROM audit WHERE no = 5")
    with pytest.raises(StoreError, match="audit_pkey"), chained.transaction() as late:
        late.execute(text("SELECT max(no) FROM audit"))
        with chained.transaction() as early:
            early.execute(insert)
        late.execute(insert)
