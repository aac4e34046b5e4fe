"""Bulk writes: which row wins, what is counted, what is left behind. On both engines."""

import hashlib
import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from hub.batch import Refusal, Row
from hub.store import migrate
from hub.store.database import Database
from hub.store.driver import HEAD
from hub.store.subjects import unpack
from hub.store.vault import Keyring
from hub.store.write import Counts, Transaction

NOW = "2026-03-02T01:00:00Z"


def row(key: str, revision: int | None, title: str = "t", *, deleted: bool = False, no: int = 0, who: str = "") -> Row:
    fixed = {
        "confidence": 0.0,
        "evidence": "",
        "mapping": "m1",
        "region": "000000",
        "channel": "QT",
        "parties": 0,
        "notes": "",
    }
    filled = {"title": title, "method": "unmapped"} | fixed
    content = hashlib.blake2b(f"{key}{revision}{title}{deleted}".encode(), digest_size=16).digest()
    body = f'{{"key":"{key}","title":"{title}"}}'.encode()
    subjects = (("phone", "1", who),) if who else ()
    return Row(no, key, revision, deleted, content, tuple(filled.get(name) for name in HEAD), body, subjects)


def put(database: Database, keyring: Keyring, *rows: Row, run: int = 1) -> Counts:
    with database.transaction() as connection:
        writes = Transaction(connection, keyring, home="330110", source="s", stream="records", now=NOW)
        return writes.put(rows, run=run, raw=1, adapter="a 1", mapping="m1")


def one(database: Database, statement: str, **values: object) -> object:
    with database.reading() as connection:
        return connection.execute(text(statement), values).scalar()


def test_a_new_row_is_stored_and_its_equal_writes_nothing(database: Database, keyring: Keyring) -> None:
    assert put(database, keyring, row("A", 1)) == Counts(fetched=1, stored=1, unmapped=1)
    assert put(database, keyring, row("A", 1)) == Counts(fetched=1, unchanged=1)
    assert one(database, "SELECT count(*) FROM version") == 1


def test_the_newer_revision_wins_even_if_it_comes_first(database: Database, keyring: Keyring) -> None:
    put(database, keyring, row("A", 5, "new"))
    assert put(database, keyring, row("A", 3, "late")).superseded == 1
    assert one(database, "SELECT title FROM record") == "new"


def test_an_equal_revision_with_other_content_is_a_change(database: Database, keyring: Keyring) -> None:
    put(database, keyring, row("A", 5, "one"))
    assert put(database, keyring, row("A", 5, "two")).stored == 1
    assert one(database, "SELECT version FROM record") == 2


def test_one_key_twice_in_a_page_counts_both_and_keeps_the_newer(database: Database, keyring: Keyring) -> None:
    counts = put(database, keyring, row("A", 5, "new"), row("A", 3, "old", no=1), row("A", 5, "new", no=2))
    assert counts == Counts(fetched=3, stored=1, superseded=1, unchanged=1, unmapped=1)
    assert counts.adds_up


def test_a_tombstone_deletes_and_yields_only_to_a_newer_revision(database: Database, keyring: Keyring) -> None:
    put(database, keyring, row("A", 5))
    assert put(database, keyring, row("A", 5, deleted=True)).deleted == 1
    assert put(database, keyring, row("A", 5)).superseded == 1
    assert one(database, "SELECT deleted FROM record") == 1
    assert put(database, keyring, row("A", 6)).stored == 1
    assert one(database, "SELECT deleted FROM record") == 0


def test_a_tombstone_without_revision_does_not_let_an_old_row_back(database: Database, keyring: Keyring) -> None:
    put(database, keyring, row("A", 5))
    put(database, keyring, row("A", None, deleted=True))
    assert put(database, keyring, row("A", 4)).superseded == 1


def test_each_version_is_sealed_under_its_own_place(database: Database, keyring: Keyring) -> None:
    put(database, keyring, row("A", 1, "one"))
    put(database, keyring, row("A", 2, "two"))
    with database.reading() as connection:
        bodies = connection.execute(text("SELECT record, version, key_id, body FROM version ORDER BY version")).all()
    for found, title in zip(bodies, ("one", "two"), strict=True):
        aad = f"version|330110|{found.record}|{found.version}|{found.key_id}".encode()
        assert title.encode() in keyring.open(found.key_id, bytes(found.body), aad)
        assert title.encode() not in bytes(found.body)


def test_subjects_are_hashed_and_links_are_marked(database: Database, keyring: Keyring) -> None:
    put(database, keyring, row("A", 1, who="13800000001"))
    put(database, keyring, row("A", 2, "t2", who="13800000001"))
    with database.reading() as connection:
        marks = [unpack(found[0]) for found in connection.execute(text("SELECT subjects FROM record"))]
        links = connection.execute(text("SELECT version FROM link")).all()
    assert marks == [[("phone", "1", keyring.hash("phone", "13800000001"))]]
    assert [link.version for link in links] == [2]


def test_the_same_bad_item_is_one_rejection_that_counts(database: Database, keyring: Keyring) -> None:
    bad = Refusal(3, b'{"x":1}', "key.missing", "key", "the item has no key")
    for _ in range(2):
        with database.transaction() as connection:
            writes = Transaction(connection, keyring, home="330110", source="s", stream="records", now=NOW)
            assert writes.refuse([bad, bad], run=1, raw=1) == Counts(fetched=2, rejected=2)
    assert one(database, "SELECT count(*) FROM rejection") == 1
    assert one(database, "SELECT times FROM rejection") == 4


def test_an_identical_page_is_kept_once_and_only_sealed(database: Database, keyring: Keyring) -> None:
    page = {"run": 1, "window": "", "digest": b"d" * 16, "packed": b"packed bytes", "size": 12, "items": 1,
            "fetched": NOW, "clock": None}  # fmt: skip
    ids = []
    for _ in range(2):
        with database.transaction() as connection:
            writes = Transaction(connection, keyring, home="330110", source="s", stream="records", now=NOW)
            ids.append(writes.keep_raw(**page))  # type: ignore[arg-type]
    assert ids[0] == ids[1]
    assert one(database, "SELECT count(*) FROM raw") == 1
    body = one(database, "SELECT body FROM raw")
    assert b"packed bytes" not in bytes(body)  # type: ignore[call-overload]


def test_a_failed_transaction_leaves_nothing(database: Database, keyring: Keyring) -> None:
    with pytest.raises(ZeroDivisionError), database.transaction() as connection:
        writes = Transaction(connection, keyring, home="330110", source="s", stream="records", now=NOW)
        writes.put([row("A", 1)], run=1, raw=1, adapter="a 1", mapping="m1")
        raise ZeroDivisionError
    assert one(database, "SELECT count(*) FROM record") == 0


History = list[tuple[str, int | None, str, bool]]
histories = st.lists(
    st.tuples(st.sampled_from("AB"), st.one_of(st.none(), st.integers(1, 4)), st.sampled_from("xyz"), st.booleans()),
    max_size=12,
)


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Database:
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('fold')}/store.db")
    migrate.upgrade(database)
    return database


@pytest.fixture(scope="module")
def ring(tmp_path_factory: pytest.TempPathFactory) -> Keyring:
    return Keyring.create(tmp_path_factory.mktemp("ring") / "keyring.json")


@given(history=histories, cuts=st.lists(st.integers(0, 12), max_size=4))
@settings(max_examples=80, deadline=None)
def test_how_rows_fall_into_pages_does_not_matter(
    embedded: Database, ring: Keyring, history: History, cuts: list[int]
) -> None:
    """The same rows in one page or cut anywhere into many end in the same heads, and every row is counted once."""
    rows = [row(key, revision, title, deleted=deleted) for key, revision, title, deleted in history]
    edges = sorted({0, len(rows), *(cut for cut in cuts if cut < len(rows))})
    pages = [rows[start:end] for start, end in itertools.pairwise(edges)]
    ends = []
    for pieces in ([rows], pages):
        with embedded.transaction() as connection:
            for table in ("record", "version", "link"):
                connection.execute(text(f"DELETE FROM {table}"))
        total = Counts()
        for piece in pieces:
            total += put(embedded, ring, *piece)
        assert total.fetched == len(rows)
        assert total.adds_up
        with embedded.reading() as connection:
            heads = connection.execute(text("SELECT key, revision, title, deleted FROM record ORDER BY key")).all()
        ends.append([tuple(each) for each in heads])
    assert ends[0] == ends[1]
