"""Features as rows of fixed width, so that pairs are compared by the hundred thousand. Personal data, in memory alone
(`hub.casework.linking.spill` seals what it puts away)."""

from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b
from itertools import repeat
from struct import Struct
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from hub.casework.linking.address import ROOMS, Address
from hub.casework.linking.features import APPLICANTS, RESPONDENTS, Features, Who
from hub.casework.linking.names import sound
from hub.casework.linking.narrative import BINS, short, sketches

Rows = NDArray[Any]
"""A structured array of `ROW`."""

NAME, NUMBERS, MENTIONS, AMOUNTS, DATES = 20, 4, 2, 2, 2

WHO = np.dtype([
    ("name", "<u2", NAME), ("whole", "<u4"), ("sound", "<u4"), ("natural", "u1"), ("hidden", "u1"),
    ("valid", "u1"), ("paper", "u1"), ("id", "u1", 18), ("phone", "u1", 11), ("seen", "<u4"), ("called", "<u4"),
])  # fmt: skip
"""A party. ``whole`` and ``sound`` are checksums of the name and its sound (0: none), ``hidden``: it has masks."""

_PLACE = [("region", "<u8"), *((part, "<u4") for part in ("village", "road", "number", "estate", "building")),
          ("rooms", "<u2", ROOMS)]  # fmt: skip
PLACE = np.dtype(_PLACE)

ROW = np.dtype([
    ("source", "<u4"), ("opened", "<i4"), ("happened", "<i4"), ("dates", "<i4", DATES), ("people", "<u4"),
    ("amounts", "<i8", AMOUNTS),
    ("item", "<u2"), ("category", "u1"), ("open_sides", "u1"),
    ("numbers", "<u8", NUMBERS), ("own", "<u8"), ("mentions", "<u8", MENTIONS),
    ("place", PLACE), ("home", PLACE),
    ("applicants", WHO, APPLICANTS), ("respondents", WHO, RESPONDENTS),
    ("pairs", "<u2"), ("text", "u1", BINS),
])  # fmt: skip

_HEAD = Struct(f"<Iii{DATES}iI{AMOUNTS}qHBB{NUMBERS}QQ{MENTIONS}Q")
_WHERE = Struct(f"<Q5I{ROOMS}H")
_WHO = Struct(f"<{2 * NAME}sIIBBBB18s11sII")
_BYTES = np.dtype((np.void, ROW.itemsize))
_NOBODY = bytes(_WHO.size)
_TEXT = bytes(2 + BINS)
_MOST = 2**32 - 1


def rows_of(features: Sequence[Features], sketched: tuple[Rows, Rows] | None = None) -> Rows:
    """The rows of features, in their order; ``sketched`` are the `sketches` of their texts where they are at hand."""
    rows = np.frombuffer(bytearray().join(map(_packed, features)), dtype=ROW)
    least, pairs = sketched or sketches([each.text for each in features])
    rows["text"] = short(least)
    rows["pairs"] = np.minimum(pairs, 65_535)
    return rows


def picked(rows: Rows, at: NDArray[np.int64]) -> Rows:
    """The rows at the places ``at``, moved as plain bytes: several times as fast as field by field."""
    return rows.view(_BYTES)[at].view(ROW)


KIND_BITS = 16
OWN, OWN_TOO = 1, 2
"""In the place of a kind: a record's own key; two of those are made to differ, for each source counts its own."""


def number_hash(number: str, kind: int = OWN) -> int:
    """48 bits of a reference number, above `KIND_BITS` of what it is called (0: a court's, itself wherever it is)."""
    told = int.from_bytes(blake2b(number.encode("utf-8", "surrogatepass"), digest_size=6).digest(), "little") or 1
    return told << KIND_BITS | (0 if number[0] == "（" else kind)


@lru_cache(maxsize=4_096)
def _source(home: str, name: str) -> int:
    return crc32(f"{home}|{name}".encode())


@lru_cache(maxsize=256)
def _kind(name: str) -> int:
    return crc32(name.encode("utf-8", "surrogatepass")) & 0x7FFF | 0x8000


def _packed(features: Features) -> bytes:
    people, item, category = features.people, features.item, features.category
    return b"".join((
        _HEAD.pack(
            _source(features.ref[0], features.source), features.opened, features.happened,
            *_filled(features.dates, DATES),
            people if 0 < people < _MOST else 0,
            *_filled(features.amounts, AMOUNTS),
            int(item[1:]) if item else 0, int(category[1:]) if category else 0, features.open_sides,
            *_filled([number_hash(number, _kind(kind)) for kind, number in features.numbers[:NUMBERS]], NUMBERS),
            number_hash(features.own) if features.own else 0,
            *_filled([number_hash(number) for number in features.mentions[:MENTIONS]], MENTIONS),
        ),
        _where(features.place), _where(features.home),
        *map(_who, features.applicants), *repeat(_NOBODY, APPLICANTS - len(features.applicants)),
        *map(_who, features.respondents), *repeat(_NOBODY, RESPONDENTS - len(features.respondents)),
        _TEXT,
    ))  # fmt: skip


def _where(place: Address) -> bytes:
    return _WHERE.pack(*place[:6], *_filled(place.rooms, ROOMS))


def _who(who: Who) -> bytes:
    name = who.name
    return _WHO.pack(
        name[:NAME].encode("utf-16-le", "surrogatepass")[: 2 * NAME],
        crc32(name.encode("utf-8", "surrogatepass")),
        crc32(sound(name).encode("utf-8", "surrogatepass")) if name and who.natural else 0,
        1 if who.natural else 2,
        "*" in name,
        who.valid,
        who.paper,
        who.id.encode("ascii", "replace"),
        who.phone.encode("ascii", "replace"),
        min(who.seen, _MOST),
        min(who.called, _MOST),
    )


def _filled(values: Sequence[int], width: int) -> Sequence[int]:
    return (*values[:width], *(0,) * (width - len(values)))
