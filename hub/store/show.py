"""Open what the vault holds: one record with its whole descent, one page as it came.

A record is masked by the rules of `hub.store.masking` unless it is asked for in clear.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import orjson
import zstandard
from pydantic import BaseModel
from sqlalchemy import select

from hub.errors import StoreError
from hub.store.corrections import CorrectionRow, corrections, laid, overlay
from hub.store.database import Database
from hub.store.masking import masked
from hub.store.read import record_by_id
from hub.store.rows import RecordHead
from hub.store.tables import Raw, Version, core
from hub.store.vault import Keyring
from schemas.party import Party, Step
from schemas.place import Place
from schemas.record import Classification, DisputeRecord

VERSION, RAW = core(Version), core(Raw)


def _defaults(model: type[BaseModel]) -> dict[str, Any]:
    return model.model_construct().model_dump(mode="json", exclude_none=True)


_RECORD = _defaults(DisputeRecord)
_PARTS = {"place": _defaults(Place), "classification": _defaults(Classification), "parties": _defaults(Party),
          "steps": _defaults(Step)}  # fmt: skip


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One version of a record: from item ``item_no`` of page ``raw``, by that adapter and mapping."""

    version: int
    raw: int
    item_no: int
    run: int
    revision: int | None
    mapping: str
    adapter: str
    stored: str
    key_id: str


@dataclass(frozen=True, slots=True)
class RecordView:
    """A record, all its versions (oldest first) and the content of version ``shown``: a `DisputeRecord` as JSON values.

    ``clear`` says whether personal data stands in ``body``; the ``repr`` never shows it. ``corrected`` are the
    corrections that lie over the current version; an earlier one is as it was told.
    """

    head: RecordHead
    versions: tuple[VersionRow, ...]
    shown: int
    clear: bool
    body: Mapping[str, Any]
    corrected: tuple[CorrectionRow, ...] = ()

    def __repr__(self) -> str:
        return f"RecordView({self.head.home}-{self.head.id}, version {self.shown} of {self.head.version})"


def show(
    database: Database, keyring: Keyring, home: str, id: int, *, version: int | None = None, clear: bool = False
) -> RecordView:
    """One record, by default its current version. A ``clear`` read is the caller's to audit before it is shown.

    Raises StoreError when there is no such record or version, or when it does not open with the keyring.
    """
    of_record = (VERSION.c.home == home, VERSION.c.record == id)
    columns = [VERSION.c[each.name] for each in fields(VersionRow)]
    with database.reading() as connection:
        heads = record_by_id(connection, id, home=home)
        shown = version or (heads[0].version if heads else 0)
        rows = connection.execute(select(*columns).where(*of_record).order_by(VERSION.c.version))
        versions = tuple(VersionRow(*row) for row in rows)
        sealed = connection.execute(
            select(VERSION.c.key_id, VERSION.c.body).where(*of_record, VERSION.c.version == shown)
        ).first()
        current = bool(heads) and shown == heads[0].version
        patches = overlay(connection, keyring, [(home, id)]) if current else {}
        corrected = tuple(corrections(connection, (home, id), standing=True)) if patches else ()
    if not heads or sealed is None:
        raise StoreError(f"no record {home}-{id}" + (f" version {version}" if version else ""), where="store")
    told = open_version(keyring, (home, id, shown), sealed.key_id, bytes(sealed.body))
    body = laid(told, patches.get((home, id), ()))
    return RecordView(heads[0], versions, shown, clear, body if clear else masked(body, told), corrected)


def raw_bytes(database: Database, keyring: Keyring, home: str, id: int) -> bytes:
    """A page as it came from the source, personal data in clear. Raises StoreError as `show` does."""
    with database.reading() as connection:
        row = connection.execute(select(RAW.c.key_id, RAW.c.body).where(RAW.c.home == home, RAW.c.id == id)).first()
    if row is None:
        raise StoreError(f"no raw page {home}-{id}", where="store")
    return open_raw(keyring, (home, id), row.key_id, bytes(row.body))


def open_version(keyring: Keyring, spot: tuple[str, int, int], key_id: str, sealed: bytes) -> dict[str, Any]:
    """The content of the version at (home, record, version). Raises StoreError unless it was sealed for that place."""
    home, record, version = spot
    body: dict[str, Any] = orjson.loads(
        keyring.open(key_id, sealed, f"version|{home}|{record}|{version}|{key_id}".encode())
    )
    return _whole(body)


def _whole(body: dict[str, Any]) -> dict[str, Any]:
    """A body with the defaults that are not written. It is not validated: an old body must open for ever."""
    whole = {**_RECORD, **body}
    for part, defaults in _PARTS.items():
        told = whole.get(part)
        if isinstance(told, list):
            whole[part] = [{**defaults, **each} for each in told]
        elif told is not None:
            whole[part] = {**defaults, **told}
    return whole


def open_raw(keyring: Keyring, spot: tuple[str, int], key_id: str, sealed: bytes) -> bytes:
    """The bytes of the page at (home, id). Raises StoreError unless they were sealed for that place."""
    home, raw = spot
    packed = keyring.open(key_id, sealed, f"raw|{home}|{raw}|{key_id}".encode())
    return zstandard.ZstdDecompressor().decompress(packed)
