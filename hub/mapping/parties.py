"""Parties as sources tell them: codes or labels, numbers in any style, two phones in one field. Pure."""

import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from hub.mapping.text import Note, line, name, said
from schemas.draft import DraftParty
from schemas.identity import IdentityError, citizen_number, citizen_region_note, credit_code, mobile_number
from schemas.taxonomy import Taxonomy

CITIZEN_CARD, OTHER_DOCUMENT = "111", "990"
_NATURAL, _LEGAL = "1", "2"

_ALSO = {  # words met besides the labels of the code tables, by code
    "party_role": {
        "1": "申请方 原告 上诉人 信访人 投诉人 诉求人 报警人 申请执行人 当事人 applicant",
        "2": "被申请方 被告 被上诉人 被信访人 被投诉人 被执行人 被诉人 respondent",
        "3": "第三方 third third_party",
    },
    "party_type": {
        "1": "个人 公民 natural",
        "2": "企业 单位 公司 机关 legal",
        "3": "其他组织 个体工商户 unincorporated",
    },
    "gender": {"0": "未知", "1": "男 M male", "2": "女 F female", "9": "未说明"},
    "id_type": {
        "111": "身份证 居民身份证号 二代身份证",
        "112": "临时身份证",
        "113": "户口本",
        "114": "军官证",
        "414": "护照",
        "511": "台胞证",
        "516": "港澳通行证 回乡证",
        "990": "其它 台湾居民居住证 统一社会信用代码 营业执照 组织机构代码证",
    },
    "event_scale": {"01": "1 个体", "02": "2 一般群体", "03": "3 重大群体"},
}

_LINES = ("ethnicity", "education", "person_class")

_PHONE_BREAK = re.compile(r"\s*[/,，;；、|]\s*|\s+(?=[(（+]?\d{3})|(?<=\d{11})\s*(?=1\d{10}\b)")
_LANDLINE = re.compile(
    r"[(（]?0\d{2,3}[)）]?[-\s－—]?\d{7,8}(?:[-转\s]\d{1,6})?|[2-8]\d{6,7}"
    r"|[48]00[-\s]?\d{3}[-\s]?\d{4}|1[012]\d{3}|9\d{4,5}",
    re.ASCII,
)
_SHAPE_18 = re.compile(r"\d{17}[\dXx]|\d{15}", re.ASCII)


class Codes:
    """Code tables by code and by label, for parties and scales. Built once."""

    def __init__(self, taxonomy: Taxonomy) -> None:
        self._tables = {table: _lookup(taxonomy, table, also) for table, also in _ALSO.items()}

    def code(self, table: str, value: Any, field: str, note: Note) -> str | None:
        """Code of a code or label. None and the note ``code.unknown`` for one that is not in the table."""
        if value.__class__ is str and (found := self._tables[table].get(value)) is not None:
            return found
        written = said(value, field, note)
        if written is None:
            return None
        found = self._tables[table].get(written)
        if found is None:
            note("code.unknown", field)
        return found


def party(draft: DraftParty, codes: Codes, note: Note, fetched: date) -> dict[str, Any] | None:
    """One party in the hub's terms, as the fields of `schemas.party.Party`; None for one that says nothing of anybody.

    ``note`` is told fields of the party (``id_number``). Numbers that fail their check stay as written, under
    ``identity.<why>``, ``phone.<why>``; of two phones the first is kept, under ``phone.several``.
    """
    told: dict[str, Any] = {}
    if (who := name(draft.name, "name", note)) is not None:
        told["name"] = who
    if draft.address is not None and (lives := said(draft.address, "address", note)) is not None:
        told["address"] = lives
    if draft.agent is not None and (agent := name(draft.agent, "agent", note)) is not None:
        told["agent"] = agent
    number = draft.id_number and said(draft.id_number, "id_number", note)
    phone = draft.phone and said(draft.phone, "phone", note)
    if not (told or number or phone):
        return None
    told["role"] = codes.code("party_role", draft.role, "role", note) or "1"
    told["kind"] = kind = codes.code("party_type", draft.kind, "kind", note) or _NATURAL
    id_type = None if draft.id_type is None else codes.code("id_type", draft.id_type, "id_type", note)
    if number:
        told["id_number"], id_type = _identity(number, id_type, kind, "id_number", note, fetched)
    if phone:
        told["phone"] = _phone(phone, "phone", note)
    if id_type is not None:
        told["id_type"] = id_type
    if draft.gender is not None and (gender := codes.code("gender", draft.gender, "gender", note)):
        told["gender"] = gender
    for field in _LINES:
        if (value := getattr(draft, field)) is not None and (said_of := line(value, field, note)) is not None:
            told[field] = said_of
    return told


def _identity(
    number: str, id_type: str | None, kind: str, field: str, note: Note, fetched: date
) -> tuple[str, str | None]:
    """Normal form and type of an identity number: by the type told, else by its shape."""
    if kind == _LEGAL or (id_type != CITIZEN_CARD and not _looks_like_citizen(number)):
        if kind == _NATURAL and id_type not in (None, OTHER_DOCUMENT):
            return number, id_type  # a passport or permit: no rule to check it by
        try:
            return credit_code(number), id_type
        except IdentityError as problem:
            if kind != _NATURAL or len(number) == 18:
                note(f"identity.{problem.code}", field)
            elif id_type is None:
                note("identity.type_unknown", field)
            return number, id_type
    try:
        number = citizen_number(number, on=fetched)
    except IdentityError as problem:
        note(f"identity.{problem.code}", field)
        return number, id_type
    if region := _region_note(number[:6]):
        note(f"identity.{region}", field)
    return number, id_type or CITIZEN_CARD


def _looks_like_citizen(number: str) -> bool:
    return (len(number) in (15, 18) and _SHAPE_18.fullmatch(number) is not None) or (
        number[:17].isdecimal() and len(number) >= 17
    )


@lru_cache(maxsize=4096)
def _region_note(region: str) -> str | None:
    return citizen_region_note(region + "000000000000")


def _phone(written: str, field: str, note: Note) -> str:
    """Normal form of the first number in a field; landlines stay as written."""
    try:
        return mobile_number(written)
    except IdentityError as problem:
        first = problem
    parts = [part for part in _PHONE_BREAK.split(written) if part]
    if len(parts) > 1 and sum(_readable(part) for part in parts) > 1:
        note("phone.several", field)
        written = next(part for part in parts if _readable(part))
        try:
            return mobile_number(written)
        except IdentityError as problem:
            first = problem
    if not _LANDLINE.fullmatch(written):
        note(f"phone.{first.code}", field)
    return written


def _readable(part: str) -> bool:
    try:
        return bool(mobile_number(part))
    except IdentityError:
        return _LANDLINE.fullmatch(part) is not None


def _lookup(taxonomy: Taxonomy, table: str, also: Mapping[str, str]) -> dict[str, str]:
    words = {word: code for code, listed in also.items() for word in listed.split()}
    return {**words, **taxonomy.codes_by_label[table], **{code: code for code in taxonomy.code_tables[table]}}
