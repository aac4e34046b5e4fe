"""Addresses by their parts: region, village, road and number, estate, building, rooms."""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple
from zlib import crc32

from schemas.regions import region_by_name

_HAN = "\u4e00-\u9fff"
_REGION = re.compile(
    f"(?:(?P<province>浙江)省?)?(?:(?P<city>[{_HAN}]{{2,3}}?)市)?(?:(?P<county>[{_HAN}]{{1,4}}?)[区县市])?"
    f"(?:(?P<town>[{_HAN}]{{2,5}}?)(?:街道(?!办)|镇|乡))?"
)
_VILLAGE = re.compile(f"([{_HAN}]{{2,8}}?)(?:自然村|行政村|(?<!新)村|社区)(?!委)")
_ROAD = re.compile(f"([{_HAN}A-Z\\d]+?(?:大道|路|街|巷|弄|道|支路))")
_NUMBER = re.compile(r"[^栋幢座楼\d]{0,4}((?:\d{1,5}弄)?\d{1,5}(?:-\d{1,4}|之\d+)?)号(?!楼|院\d|线)")
# How the names of estates end. Each begins with a letter by itself: so `re` skips to where one can be.
_ESTATE = re.compile(
    "小区|花园|公寓|家园|新村|广场|大厦|花苑|华庭|名苑|雅苑|佳苑|嘉园|山庄|公馆|"
    + "|".join(f"{end}(?!路|街|大道|镇|乡|村)" for end in "苑府庭城园里邸湾")
)
_BUILDING = re.compile(r"(\d{1,3}|[A-Z])(?:号楼|幢|栋|座|#楼?)")
_ROOM = re.compile(r"(\d{3,4})(?:室|房(?!\d)|号房)")
_DASHED = re.compile(r"(?<!\d)(\d{1,3})-(?:(\d{1,2})-)?(\d{3,4})(?!\d)")
_LATIN = re.compile(r"^(?P<number>\d+[A-Z]?) +(?P<road>[A-Z][A-Z ]*)")
_SMALL = re.compile("[一二三四五六七八九十]{1,3}(?=号楼|幢|栋|座|单元|号)")
_SMALL_TELLS = re.compile("[一二三四五六七八九十][号幢栋座单]")
_DIGITS = {sign: digit for digit, sign in enumerate("零一二三四五六七八九")}

ROOMS = 3
"""Rooms that are kept: of a text that tells of a flat and the one above it there are two."""


class Address(NamedTuple):
    """Parts as numbers: 0 is not told; names and house numbers as checksums, to be compared for equality only.

    ``region`` is the 12-digit code of the finest region known.
    """

    region: int = 0
    village: int = 0
    road: int = 0
    number: int = 0
    estate: int = 0
    building: int = 0
    rooms: tuple[int, ...] = ()

    @property
    def told(self) -> bool:
        """Whether more than the region is known."""
        return bool(self.road or self.village or self.estate or self.rooms)


NOWHERE = Address()


@lru_cache(maxsize=16_384)
def parse_address(written: str, region_code: str = "000000") -> Address:
    """The parts of an address as written, Chinese or ``6 Tullaroop Street``; ``region_code`` where it is known."""
    whole = unicodedata.normalize("NFKC", written).upper()
    if whole[:1].isdigit() and (latin := _LATIN.match(whole)):
        return Address(road=_sum(latin["road"].replace(" ", "")), number=_sum(latin["number"]))
    text = (_SMALL.sub(_number, whole) if _SMALL_TELLS.search(whole) else whole).replace(" ", "")
    found = _REGION.match(text)
    rest = text[found.end() :] if found else text
    code = int(region_code.ljust(12, "0"))
    if found and not code // 1_000 % 1_000:  # no town is told
        code = _finer(code, found)
    village, at = _take(_VILLAGE, rest, 0)
    road, at_road = _take(_ROAD, rest, at)
    house = _NUMBER.match(rest, at_road) if road or village else None
    number, at_number = (house[1], house.end()) if house else (None, at_road)
    ends = _ESTATE.search(rest, at_number + 1)
    estate = rest[at_number : ends.end()] if ends else None
    building, rooms = inside(rest[ends.end() if ends else at_number :])
    return Address(code, _sum(village), _sum(road), _sum(number), _sum(estate), building, rooms)


def inside(text: str) -> tuple[int, tuple[int, ...]]:
    """Building and rooms told in a text: ``3幢2单元501室``, ``3-2-501``; (0, ()) when there are none.

    Of several buildings none is taken: rooms in two buildings are compared by themselves.
    """
    buildings = set(_BUILDING.findall(text))
    rooms = dict.fromkeys(_ROOM.findall(text))
    for building, _, room in _DASHED.findall(text):
        buildings.add(building)
        rooms[room] = None
    if not rooms and len(buildings) == 1 and (tail := re.search(r"(?:单元|幢|栋|座|号楼)(\d{3,4})$", text)):
        rooms[tail[1]] = None
    return (_sum(buildings.pop()) if len(buildings) == 1 else 0), tuple(map(int, rooms))[:ROOMS]


def _take(part: re.Pattern[str], text: str, start: int) -> tuple[str | None, int]:
    found = part.search(text, start)
    return (found[1], found.end()) if found else (None, start)


def _finer(told: int, names: re.Match[str]) -> int:
    """The region told, or the finer one that the names in front of an address lead to within it."""
    code = _region_named(names["city"], names["county"], names["town"])
    if not code:
        return told
    width = 12 - len(str(told)) + len(str(told).rstrip("0"))
    return code if not told or str(code).startswith(str(told)[:width]) else told


@lru_cache(maxsize=8_192)
def _region_named(*names: str | None) -> int:
    code: str | None = None
    for name, suffixes in zip(names, ("市", "区县市", ("街道", "镇", "乡")), strict=True):
        for suffix in suffixes if name else ():
            found = region_by_name(f"{name}{suffix}", code)
            if found is not None:
                code = found.code
                break
    return int(code.ljust(12, "0")) if code else 0


def _number(match: re.Match[str]) -> str:
    """一 to 九十九 in digits."""
    tens, ten, ones = match[0].rpartition("十")
    if not ten:
        return "".join(str(_DIGITS[sign]) for sign in ones)
    return str((_DIGITS.get(tens, 1) if tens else 1) * 10 + (_DIGITS.get(ones, 0) if ones else 0))


def _sum(part: str | None) -> int:
    return crc32(part.encode()) if part else 0
