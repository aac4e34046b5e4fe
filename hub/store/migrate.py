"""Bring a store's tables up to date: Alembic, driven from here; its scripts travel inside the package."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from hub.errors import StoreError
from hub.store.database import Database

SCRIPTS = Path(__file__).parent / "migrations"
_LOCK = 0x79697761  # any constant: the advisory lock by which two upgrading processes take turns


def head() -> str:
    """The revision this program works with."""
    return _scripts().get_current_head() or ""


def current(database: Database) -> str | None:
    """The store's revision, None for an empty database."""
    with database.reading() as connection:
        return _revision(connection)


def is_current(database: Database) -> bool:
    """Whether the store has the very tables this program works with."""
    return current(database) == head()


def upgrade(database: Database) -> list[str]:
    """Apply what is missing, in one transaction, and return the revisions applied, oldest first.

    Raises StoreError for a store that a newer program made: it is left as it is.
    """
    with database.transaction() as connection:
        if database.dialect == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        applied = missing(_revision(connection))
        if applied:
            apply(connection, applied[-1])
    return applied


def apply(connection: Connection, revision: str) -> None:
    """Bring the tables up to ``revision`` in the caller's transaction."""
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def missing(revision: str | None) -> list[str]:
    """What a store at ``revision`` (None: empty) still needs, oldest first. Raises StoreError as `upgrade` does."""
    known = [script.revision for script in _scripts().walk_revisions()][::-1]
    if revision is None:
        return known
    if revision not in known:
        hint = "use the Yiwang that made it, or restore a backup made with this one"
        raise StoreError(f"the store is of a newer version ({revision})", where=f"here {known[-1]}", hint=hint)
    return known[known.index(revision) + 1 :]


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))  # % is the ini file's own sign
    return config


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())
