"""Who and what a record can be found by: keyed hashes, packed into one column of its head.

A record has four or five of them. As rows of a table they cost as much to write as the record itself, and the linker
reads them with the head anyway (docs/decisions/007).
"""

from collections.abc import Iterable
from typing import NamedTuple

from schemas.identity import HASH_BYTES, KeyedHash

_SIGNS = {"id": b"i", "credit": b"c", "phone": b"p", "name": b"n", "ref": b"r"}
_KINDS = {sign[0]: kind for kind, sign in _SIGNS.items()}
ENTRY = 2 + HASH_BYTES
"""Bytes of one: kind, role, hash."""


class Mark(NamedTuple):
    """One keyed hash: of the ``id``, ``credit``, ``phone`` or ``name`` of a party in that ``role``, or of a ``ref``.

    A ``ref`` is a number of the matter and has no role. Equal values have equal hashes, in this store only.
    """

    kind: str
    role: str
    hash: bytes


def pack(subjects: Iterable[tuple[str, str, str]], hashed: KeyedHash) -> bytes | None:
    """Hash and pack (kind, role, value); None for nothing. A role is one character of ``party_role``, or empty."""
    parts = [_SIGNS[kind] + (role or "-").encode() + hashed(kind, value) for kind, role, value in subjects]
    return b"".join(parts) or None


def unpack(packed: bytes | None) -> list[Mark]:
    """The hashes of a record, in the order of its parties and references."""
    if not packed:
        return []
    return [
        Mark(_KINDS[packed[at]], chr(packed[at + 1]).strip("-"), packed[at + 2 : at + ENTRY])
        for at in range(0, len(packed), ENTRY)
    ]
