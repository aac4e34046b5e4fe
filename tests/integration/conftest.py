"""What integration tests share: a small web server on loopback."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from front_table import Front
from http_world import World
from web import Web


@pytest.fixture
def idle_web() -> Iterator[Web]:
    """A server that has a port and does not answer yet: its listening socket may still be changed."""
    web = Web()
    yield web
    web.stop()


@pytest.fixture
def web(idle_web: Web) -> Web:
    """A server that answers."""
    idle_web.start()
    return idle_web


@pytest.fixture
def world(web: Web) -> Iterator[World]:
    """Makes sources for one server; closes them."""
    world = World(web)
    yield world
    for source in world.made:
        source.close()


@pytest.fixture
def front(engine: str, new_url: Callable[[], str]) -> Iterator[Front]:
    front = Front(new_url(), engine)
    yield front
    front.db.dispose()


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Front]:
    front = Front(f"sqlite:///{tmp_path}/front.db", "sqlite")
    yield front
    front.db.dispose()


@pytest.fixture
def postgres_front(new_postgres: Callable[[str], str]) -> Iterator[Front]:
    front = Front(new_postgres("template0"), "postgresql")
    yield front
    front.db.dispose()
