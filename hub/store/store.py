"""The record store: a database, the keyring that opens it, and the name of this writer."""

from pathlib import Path
from types import TracebackType

from sqlalchemy import insert, select

from hub.errors import StoreError
from hub.store import migrate
from hub.store.database import Database
from hub.store.tables import Meta, core
from hub.store.vault import Keyring

_META = core(Meta)
WRITER = "main"  # one writer, one audit chain; workers of other hosts get names of their own


class Store:
    """An open store. Raises StoreError when it is of another version or was made with another keyring."""

    def __init__(self, database: Database, keyring: Keyring, *, writer: str = WRITER) -> None:
        self.database, self.keyring, self.writer = database, keyring, writer

    @classmethod
    def open(cls, url: str, keys: Path, *, upgrade: bool = True) -> "Store":
        """Open the store at ``url`` with the keyring file ``keys``.

        A new or older store is migrated first; with ``upgrade`` off it is refused instead.
        """
        keyring = Keyring.load(keys)
        database = Database(url)
        if upgrade:
            migrate.upgrade(database)
        elif not migrate.is_current(database):
            raise StoreError("the store is of another version", where=database.dialect, hint="run `hub db upgrade`")
        store = cls(database, keyring)
        store._same_keyring()
        return store

    def close(self) -> None:
        """Give the database back."""
        self.database.close()

    def __enter__(self) -> "Store":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _same_keyring(self) -> None:
        """Refuse another keyring before a row is written: it would hash everyone anew and open nothing."""
        mine = self.keyring.fingerprint()
        with self.database.reading() as connection:
            known = connection.scalar(select(_META.c.value).where(_META.c.name == "keyring"))
        if known is None:
            with self.database.transaction() as connection:
                if connection.scalar(select(_META.c.value).where(_META.c.name == "keyring")) is None:
                    connection.execute(insert(_META).values(name="keyring", value=mine))
                    known = mine
        if known is not None and known != mine:
            raise StoreError(
                "this store was made with another keyring",
                where=f"keyring {known}",
                hint="give that key file as store.keys",
            )
