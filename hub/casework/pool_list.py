"""A list of mediators as counties keep it (CSV or XLSX): its columns by their usual names, each bad row told alone."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from hub.nearest import did_you_mean
from hub.wire import LINE_FIELD, UNREAD_FIELD
from schemas import regions
from schemas.identity import IdentityError, mobile_number
from schemas.taxonomy import Taxonomy

COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "number": ("number", "编号", "工号", "调解员编号"),
    "name": ("name", "姓名", "调解员", "调解员姓名"),
    "phone": ("phone", "电话", "手机", "手机号", "联系电话"),
    "organisation": ("organisation", "单位", "所属单位", "调解组织", "所属组织"),
    "region": ("region", "区划", "地区", "行政区划", "区划代码"),
    "fields": ("fields", "领域", "擅长领域", "擅长类型", "纠纷类型"),
    "capacity": ("capacity", "上限", "最大在办数"),
    "load": ("load", "在办", "在办数"),
    "active": ("active", "状态", "是否在岗"),
}
"""What a column may be called; others are left aside."""

NEEDED: Final = ("name", "region")
AWAY: Final = frozenset({"0", "no", "false", "off", "否", "停用", "离岗", "离职", "退休"})
HERE: Final = frozenset({"", "1", "yes", "true", "on", "是", "在岗", "正常", "启用"})
_BETWEEN: Final = re.compile(r"[、,，;；/|\s]+")


@dataclass(frozen=True, slots=True)
class Listed:
    """One row of a list. ``number`` is empty where the list has none; ``fields`` are codes of items and categories.

    Name and phone stay out of the ``repr``.
    """

    number: str
    name: str = field(repr=False)
    phone: str = field(repr=False)
    organisation: str
    region: str
    fields: tuple[str, ...]
    capacity: int | None
    load: int
    active: bool


@dataclass(frozen=True, slots=True)
class Unlisted:
    """A row that cannot be taken: where it stands and what is wrong, without its values."""

    line: str
    column: str
    why: str


def read_list(
    rows: Iterable[Mapping[str, Any]], taxonomy: Taxonomy, *, strict: bool = True
) -> tuple[list[Listed], list[Unlisted]]:
    """The mediators of a list, and the rows that cannot be taken. A number that comes twice is taken once, the last.

    A field nobody knows refuses its row; where nobody can mend the list (``strict`` off) it stays as it is told, shown
    and fitting nothing.
    """
    listed: dict[object, Listed] = {}
    wrong: list[Unlisted] = []
    for row in rows:
        line = str(row.get(LINE_FIELD, ""))
        try:
            told = _read(row, taxonomy, strict=strict)
        except _WrongCell as why:
            wrong.append(Unlisted(line, *why.args))
        else:
            listed[told.number or (told.name, told.phone)] = told
    return list(listed.values()), wrong


class _WrongCell(Exception):
    """(column, what is wrong with it)."""


def _read(row: Mapping[str, Any], taxonomy: Taxonomy, *, strict: bool) -> Listed:
    if unread := row.get(UNREAD_FIELD):
        raise _WrongCell("", str(unread))
    cells = {name: str(value).strip() for name, value in row.items() if value is not None}
    found = {field: next((cells[name] for name in names if name in cells), "") for field, names in COLUMNS.items()}
    for name in NEEDED:
        if not found[name]:
            raise _WrongCell(name, "is empty, or there is no such column")
    if found["active"].lower() not in AWAY | HERE:
        raise _WrongCell("active", "says neither that they are there nor that they are not")
    load = _whole("load", found["load"]) or 0
    return Listed(
        number=found["number"],
        name=found["name"],
        phone=_phone(found["phone"]),
        organisation=found["organisation"],
        region=_region(found["region"]),
        fields=tuple(_fields(found["fields"], taxonomy, strict=strict)),
        capacity=_whole("capacity", found["capacity"]),
        load=load,
        active=found["active"].lower() in HERE,
    )


def _phone(text: str) -> str:
    """In its normal form; one that is no mobile number (a landline) as it stands."""
    try:
        return mobile_number(text)
    except IdentityError:
        return text


def _region(text: str) -> str:
    """12 digits of a code or a name; a village's own code is kept."""
    known = regions.current_region(text) or regions.region_by_name(text)
    if known is None:
        raise _WrongCell("region", "is no region known here")
    own = text if len(text) == 12 and text.startswith(known.code12[:9]) else ""
    return own or known.code12


def _fields(text: str, taxonomy: Taxonomy, *, strict: bool) -> dict[str, None]:
    """The codes of items and categories told by code, by label, or by the word that only one category bears."""
    labels = {each.label: each.code for each in taxonomy.categories.values()}
    whole = labels | {each.label: each.code for each in taxonomy.items.values()}
    found: dict[str, None] = {}
    for word in filter(None, _BETWEEN.split(text)):
        code = word.upper()
        bearing = [each for label, each in labels.items() if word.removesuffix("纠纷") in label]
        if code in taxonomy.items or code in taxonomy.categories:
            found[code] = None
        elif word in whole:
            found[whole[word]] = None
        elif len(bearing) == 1:
            found[bearing[0]] = None
        elif strict:
            raise _WrongCell("fields", f"names no item and no category; {did_you_mean(word, whole)}".rstrip("; "))
        else:
            found[word] = None
    return found


def _whole(column: str, text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdecimal()):
        raise _WrongCell(column, "must be a whole number")
    return int(text)
