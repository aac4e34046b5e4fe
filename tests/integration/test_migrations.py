"""Migrations give exactly the tables the program works with, on both engines."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, text
from sqlmodel import SQLModel

from hub.errors import StoreError
from hub.store import migrate
from hub.store.database import Database
from hub.store.migrations import versions
from hub.store.subjects import unpack


@pytest.fixture
def empty(new_url: Callable[[], str]) -> Iterator[Database]:
    database = Database(new_url())
    yield database
    database.close()


def test_an_empty_database_is_brought_to_head(empty: Database) -> None:
    assert migrate.current(empty) is None
    assert not migrate.is_current(empty)
    written = sorted(each.name[:4] for each in Path(versions.__file__).parent.glob("0*.py"))
    assert migrate.upgrade(empty) == written
    assert migrate.current(empty) == migrate.head() == written[-1]
    assert migrate.is_current(empty)
    assert migrate.upgrade(empty) == []


def test_migrated_tables_equal_the_metadata(database: Database) -> None:
    with database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, SQLModel.metadata) == []
        found = inspect(connection)
        for table in SQLModel.metadata.sorted_tables:  # what alembic does not compare
            assert found.get_pk_constraint(table.name)["constrained_columns"] == [c.name for c in table.primary_key]
            if database.dialect == "sqlite":
                made = text("SELECT sql FROM sqlite_master WHERE name = :name")
                bare = table.dialect_options["sqlite"]["with_rowid"] is False
                assert ("WITHOUT ROWID" in connection.execute(made, {"name": table.name}).scalar_one()) == bare


def test_the_comparison_sees_a_difference(database: Database) -> None:
    with database.transaction() as connection:
        connection.execute(text("DROP INDEX record_item"))
        connection.execute(text("ALTER TABLE meta ADD COLUMN surplus TEXT"))
    with database.reading() as connection:
        found = {diff[0] for diff in compare_metadata(MigrationContext.configure(connection), SQLModel.metadata)}
    assert found == {"add_index", "remove_column"}


def test_sequences_start_at_one(database: Database) -> None:
    if database.dialect != "postgresql":
        pytest.skip("SQLite counts on from the highest number")
    with database.transaction() as connection:
        for name in ("record_id", "raw_id", "rejection_id", "run_id", "inbox_id", "outbox_id"):
            assert connection.execute(text(f"SELECT nextval('{name}')")).scalar() == 1


def test_a_newer_store_is_left_as_it_is(database: Database) -> None:
    with database.transaction() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match=r"newer version \(9999\).*restore a backup"):
        migrate.upgrade(database)
    assert migrate.current(database) == "9999"


def test_a_failed_upgrade_leaves_nothing_behind(empty: Database) -> None:
    with empty.transaction() as connection:
        connection.execute(text("CREATE TABLE meta (name TEXT)"))  # in the way of the last table
    with pytest.raises(StoreError):
        migrate.upgrade(empty)
    with empty.reading() as connection:
        assert inspect(connection).get_table_names() == ["meta"]


def test_hashes_of_an_earlier_store_move_into_the_heads(empty: Database) -> None:
    with empty.transaction() as connection:
        migrate.apply(connection, "0002")
    one, two, old = b"1" * 12, b"2" * 12, b"3" * 12
    with empty.transaction() as connection:
        for number, version in ((1, 2), (2, 1)):
            connection.execute(
                text(
                    "INSERT INTO record (home, id, source, stream, key, version, content, deleted, title, method, "
                    "confidence, evidence, mapping, region, channel, parties, notes, stored) VALUES ('331024', :id, "
                    "'s', 'records', :key, :version, :content, 0, 't', 'unmapped', 0, '', '', '000000', 'Q', 0, '', '')"
                ),
                {"id": number, "key": f"k{number}", "version": version, "content": b"c"},
            )
        rows = [(1, 1, 0, "id", "1", old), (1, 2, 0, "phone", "2", one), (1, 2, 1, "ref", "", two)]
        for record, version, no, kind, role, hashed in rows:
            connection.execute(
                text("INSERT INTO subject VALUES ('331024', :record, :version, :no, :kind, :role, :hash)"),
                {"record": record, "version": version, "no": no, "kind": kind, "role": role, "hash": hashed},
            )
    migrate.upgrade(empty)
    with empty.reading() as connection:
        found = [unpack(row[0]) for row in connection.execute(text("SELECT subjects FROM record ORDER BY id"))]
    assert found == [[("phone", "2", one), ("ref", "", two)], []]
