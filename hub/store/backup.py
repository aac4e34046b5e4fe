"""Take a store away and bring it back.

A backup is a folder: the data, and ``manifest.json``, written last, so that a folder without one is no backup. On SQLite
the data is one database file, made by SQLite's own online backup while writers go on. On PostgreSQL it is one file a table,
made by COPY (binary) out of one snapshot; that needs no ``pg_dump`` of the server's version on this machine, and its user
needs to read the tables only. Keys are not in it: the manifest names those without which it opens nothing.
"""

import hashlib
import os
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection, inspect, text
from sqlalchemy.engine import make_url
from sqlmodel import SQLModel

from hub.errors import StoreError
from hub.store import migrate
from hub.store.database import Database

FORMAT = 1
MANIFEST = "manifest.json"
DATA = "store.db"
SEQUENCED = ("record", "raw", "rejection", "run")
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds. ``made`` is UTC text, ``revision`` the version of the tables, ``keyring`` the fingerprint of the
    keyring it was made with, ``keys`` the ids of the keys it needs, ``rows`` the rows of each table, ``files`` the SHA-256
    of each file."""

    format: int
    engine: str
    made: str
    revision: str
    keyring: str | None
    keys: tuple[str, ...]
    rows: Mapping[str, int]
    files: Mapping[str, str]
