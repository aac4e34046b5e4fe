"""Where it happened: region codes of any width, court codes and names, coordinates, organisation paths. Pure."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from hub.errors import RecordRejected
from hub.mapping.numbers import NumberError, degrees
from hub.mapping.text import Note, half_width, said
from schemas.courts import court
from schemas.draft import Draft
from schemas.regions import UNKNOWN, current_region, region, region_by_name, town_region

MAX_LEVELS = 6
_DATUMS = {
    sign: datum for datum in ("GCJ-02", "BD-09", "CGCS2000", "WGS-84") for sign in (datum, datum.replace("-", ""))
}


def place(draft: Draft, note: Note) -> dict[str, Any]:
    """The place of a draft, as the fields of `schemas.place.Place`.

    An unknown region code leaves `UNKNOWN` under ``region.unknown`` (the caller keeps the code), an abolished one its
    successor under ``region.abolished``, a town the table lacks its county under ``region.coarser``. A region not told
    is read from ``org_path``. A grid of the source's own is finer than any region told; one whose place is not known
    leaves it as it is, under ``code.unknown`` (the caller keeps the code). Coordinates: see `_coordinates`.
    """
    path = _path(draft.org_path, note) if draft.org_path else ()
    told: dict[str, Any] = {}
    if draft.address is not None and (address := said(draft.address, "address", note)) is not None:
        told["address"] = address
    if path:
        told["org_path"] = path
    if draft.region is not None and (written := said(draft.region, "region", note)):
        code, problem = region_code(written)
        told["region"] = code
        if problem:
            note(problem, "region")
    elif path:
        told["region"] = _region_of_path(path)
    if draft.grid is not None and said(draft.grid, "grid", note):
        if (finer := _grid(said(draft.grid_region, "grid_region", note))) is not None:
            told["region"] = finer
        else:
            note("code.unknown", "grid")
    if draft.lng is not None or draft.lat is not None:
        _coordinates(draft, told, note)
    return told


@lru_cache(maxsize=8192)
def region_code(written: str) -> tuple[str, str | None]:
    """The 12 digits a code, court or name leads to, `UNKNOWN` if none; and the note there is to make of it."""
    digits = half_width(written).replace(" ", "")
    if not digits.isdecimal():
        sitting = court(written)
        seat = town_region(sitting.region) if sitting else None
        named = None if seat else region_by_name(written)
        return (seat, None) if seat else (named.code12, None) if named else (UNKNOWN, "region.unknown")
    code = town_region(digits)
    if code is None or set(digits) == {"0"}:
        return UNKNOWN, "region.unknown"
    old = region(digits[:6])
    if old is not None and not old.live:
        return code, "region.abolished"
    finest = digits[:9].ljust(12, "0")
    return code, None if code == finest or code == finest[:6] + "000000" == finest else "region.coarser"


@lru_cache(maxsize=8192)
def _grid(code: str | None) -> str | None:
    """The code itself, where it is one of 12 digits in a county that is known."""
    sound = code is not None and len(code) == 12 and code.isascii() and code.isdecimal()
    return code if code is not None and sound and current_region(code[:6]) else None


@lru_cache(maxsize=8192)
def _region_of_path(path: tuple[str, ...]) -> str:
    """The finest region that the names of a path lead to, each searched within the one above."""
    code = None
    for level in path:
        found = region_by_name(level, code)
        if found is not None:
            code = found.code
    return (code and town_region(code)) or UNKNOWN


def _path(levels: Sequence[str], note: Note) -> tuple[str, ...]:
    if isinstance(levels, str):  # one text where a list was meant
        levels = half_width(levels).replace(">", "/").replace("-", "/").split("/")
    elif not isinstance(levels, (list, tuple)):
        raise RecordRejected("draft.type", "org_path", f"a list was expected, not {type(levels).__name__}")
    cleaned = (said(level, "org_path", note) for level in levels)
    kept = tuple(level for level in cleaned if level)
    if len(kept) > MAX_LEVELS:
        note("place.path_cut", "org_path")
    return kept[:MAX_LEVELS]


def _coordinates(draft: Draft, told: dict[str, Any], note: Note) -> None:
    """Keep a pair of degrees with its datum.

    A pair put the wrong way round is turned where that is plain: it lies in China only when swapped
    (``place.swapped``). Dropped are 0/0 (``place.zero``), half a pair (``place.half``) and the impossible
    (``place.invalid``).
    """
    try:
        lng, lat = degrees(draft.lng), degrees(draft.lat)
    except NumberError:
        note("place.invalid", "lng")
        return
    if lng is None and lat is None:
        return
    if lng is None or lat is None:
        note("place.half", "lng" if lng is None else "lat")
        return
    if not _in_china(lng, lat):
        if _in_china(lat, lng):
            note("place.swapped", "lng")
            lng, lat = lat, lng
        elif abs(lng) < 1e-9 and abs(lat) < 1e-9:
            note("place.zero", "lng")
            return
        elif not (-180 <= lng <= 180 and -90 <= lat <= 90):
            note("place.invalid", "lng")
            return
    told["lng"], told["lat"] = lng, lat
    datum = draft.datum if draft.datum.__class__ is str and draft.datum in _DATUMS else said(draft.datum, "datum", note)
    if datum and (known := _DATUMS.get(datum.upper())):
        told["datum"] = known
    elif datum:
        note("place.datum_unknown", "datum")


def _in_china(lng: float, lat: float) -> bool:
    return 73 <= lng <= 136 and 3 <= lat <= 54
