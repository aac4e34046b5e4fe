"""Embedded stores for checks: each is empty, and stands where one stood before that is gone.

A check makes few rows and many stores. What a new engine costs, that has compiled no statement yet, and a disk that
writes everything down for good, was a third of a run of the suite.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.util import Finalize
from pathlib import Path
from shutil import rmtree
from typing import Any

from sqlalchemy import event

from hub.testing import Store, new_store

_free: list["_Place"] = []
os.register_at_fork(after_in_child=_free.clear)  # they are the parent's


@contextmanager
def fresh_store() -> Iterator[Store]:
    """A fresh embedded store, whose files are gone afterwards. All stores of one process have one keyring."""
    place = _free.pop() if _free else _Place.made()
    place.fill()
    try:
        yield place.store
    finally:
        place.clear()
        _free.append(place)


@dataclass(frozen=True, slots=True)
class _Place:
    """A folder, the files of an empty store, and the engine that is bound to that folder."""

    folder: Path
    files: dict[str, bytes]
    store: Store

    @classmethod
    def made(cls) -> "_Place":
        folder = Path(tempfile.mkdtemp(prefix="conform-"))
        # a forked worker ends without `atexit`; this is run there, too
        Finalize(None, rmtree, args=(folder,), kwargs={"ignore_errors": True}, exitpriority=0)
        store = new_store(folder)
        event.listen(store.database.engine, "connect", _in_no_hurry)
        return cls(folder, {file.name: file.read_bytes() for file in folder.iterdir()}, store)

    def fill(self) -> None:
        for name, content in self.files.items():
            file = self.folder / name
            file.write_bytes(content)
            file.chmod(0o600)

    def clear(self) -> None:
        self.store.close()
        for file in self.folder.iterdir():
            file.unlink()


def _in_no_hurry(connection: Any, _: Any) -> None:
    """Leave it to the system when to write: a process that is killed loses nothing by it, and no power is cut here."""
    connection.execute("PRAGMA synchronous=OFF").close()
