"""The lab's own sample payloads: enough of everything, nobody real, and a truth that fits the rows."""

import csv
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from stdnum.cn import ric, uscc

import conformance.lab
import schemas.taxonomy

FOLDER = Path(conformance.lab.__file__).parent / "payloads"
ITEMS = Path(schemas.taxonomy.__file__).parent / "items.csv"
SHAPES = {  # source -> least rows, key, narrative, time of change
    "mobile_court": (130, "AHDM", "AQ", "LASTUPDATE"),
    "zhelifang": (130, "ID", "TSNR", "GXSJ"),
    "dispute_code": (130, "id", "content", "updateTime"),
    "four_platforms": (130, "id", "content", "updatetime"),
    "open311": (40, "service_request_id", "description", "updated_datetime"),
}
PROVINCES = {
    str(n)
    for first, last in ((11, 15), (21, 23), (31, 37), (41, 46), (50, 54), (61, 65))
    for n in range(first, last + 1)
}
PROVINCES |= {"71", "81", "82", "83", "91"}
NUMBER = re.compile(r"^\d{17}[\dXx]$|^\d{15}$")
CREDIT = re.compile(r"^(?:11|12|13|5\d|9\d|N\d)\d{6}[0-9A-Z]{10}$")
PEOPLE_FIELDS = ("ZJHM", "idNo", "idcard")
PHONE_FIELDS = ("SJHM", "tel", "mobile")


def rows(source: str) -> list[dict[str, Any]]:
    with (FOLDER / f"{source}.jsonl").open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def keys(source: str) -> list[str]:
    return [str(row[SHAPES[source][1]]) for row in rows(source)]


def truth(name: str) -> Any:
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))


def values(node: Any, names: tuple[str, ...]) -> Iterator[str]:
    """The non-empty texts of these fields, wherever they stand in a row."""
    if isinstance(node, dict):
        for name, value in node.items():
            if name in names and value:
                yield value
            else:
                yield from values(value, names)
    elif isinstance(node, list):
        for part in node:
            yield from values(part, names)


def every(names: tuple[str, ...]) -> list[str]:
    return [value for source in SHAPES for value in values(rows(source), names)]


@pytest.mark.parametrize("source", SHAPES)
def test_rows_are_enough_and_their_keys_unique(source: str) -> None:
    least, key, _, changed = SHAPES[source]
    found = rows(source)
    assert len(found) >= least
    assert all(row[key] and row[changed] for row in found)
    assert len(set(keys(source))) == len(found)


def test_the_readme_tells_how_many_rows_there_are() -> None:
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    told = dict(re.findall(r"`(\w+)\.jsonl` \| (\d+)", readme))
    assert told == {source: str(len(rows(source))) for source in SHAPES}


def test_no_two_rows_tell_the_same_story() -> None:
    told = Counter(re.sub(r"\W", "", row[shape[2]]) for source, shape in SHAPES.items() for row in rows(source))
    assert [text[:30] for text, times in told.items() if times > 1] == []
    beginnings = Counter(text[:24] for text in told)
    assert [text for text, times in beginnings.items() if times > 1] == []


def test_narratives_have_the_length_people_write() -> None:
    lengths = [len(row[shape[2]]) for source, shape in SHAPES.items() for row in rows(source)]
    assert min(lengths) >= 40
    assert max(lengths) <= 400
    assert sum(length > 200 for length in lengths) >= 20


def test_dates_lie_within_the_told_months() -> None:
    moments = {
        "mobile_court": "LARQ",
        "zhelifang": "XFRQ",
        "dispute_code": "applyTime",
        "four_platforms": "createtime",
        "open311": "requested_datetime",
    }
    for source, field in moments.items():
        months = {re.sub(r"\D", "", row[field])[:6] for row in rows(source)}
        assert min(months) >= "202511", source
        assert max(months) <= "202606", source


def test_every_row_has_a_true_item_and_every_item_a_row() -> None:
    with ITEMS.open(encoding="utf-8") as lines:
        known = {row["code"] for row in csv.DictReader(lines)}
    items = truth("items.json")
    assert {source: sorted(found) for source, found in items.items()} == {s: sorted(keys(s)) for s in SHAPES}
    given = {item for found in items.values() for item in found.values()}
    assert given == known
    for source in ("zhelifang", "four_platforms", "mobile_court"):
        assert len({item[:3] for item in items[source].values()}) >= 20, source


def test_recurring_disputes_name_rows_that_exist_once() -> None:
    disputes = truth("recurring.json")
    assert len({dispute["matter"] for dispute in disputes}) == len(disputes)
    named = [
        (source, key)
        for dispute in disputes
        for source, key in (
            *dispute["rows"].items(),
            *((source, key) for source, more in dispute.get("also", {}).items() for key in more),
        )
    ]
    assert len(set(named)) == len(named)
    assert all(key in set(keys(source)) for source, key in named)
    assert sum(len(dispute["rows"]) >= 2 for dispute in disputes) >= 60
    assert {len(dispute["rows"]) for dispute in disputes} >= {2, 3, 4}


def test_recurring_disputes_share_a_person_or_a_number() -> None:
    by_key = {(source, str(row[SHAPES[source][1]])): row for source in SHAPES for row in rows(source)}
    own = ("AH", "XFJBH", "caseNo", "serialNumber")
    for dispute in truth("recurring.json"):
        found = [by_key[source, key] for source, key in dispute["rows"].items() if source != "open311"]
        seen: list[set[str]] = []
        for row in found:
            people = {short(number) for number in values(row, PEOPLE_FIELDS) if "*" not in number}
            people |= {phone for phone in values(row, PHONE_FIELDS) if "*" not in phone}
            text = json.dumps(row, ensure_ascii=False)
            people |= {other[name] for other in found for name in own if name in other and other[name] in text}
            seen.append(people)
        for n, people in enumerate(seen[1:], 1):
            assert any(people & before for before in seen[:n]), dispute["matter"]


def short(number: str) -> str:
    """A citizen number as its 15-digit form, so that old and new ones compare; others as they are."""
    return number[:6] + number[8:17] if re.fullmatch(r"\d{17}[\dXx]", number) else number


def test_nobody_has_a_real_identity_number() -> None:
    citizens = [number for number in every(PEOPLE_FIELDS) if NUMBER.match(number)]
    assert len(citizens) > 500
    for number in citizens:
        assert number[:2] not in PROVINCES
        if len(number) == 18:
            assert ric.calc_check_digit(number) == number[-1].upper()
    assert sum(len(number) == 15 for number in citizens) >= 10


def test_credit_codes_check_and_belong_to_no_region() -> None:
    codes = [number for number in every(PEOPLE_FIELDS) if not NUMBER.match(number) and "*" not in number]
    companies = [code for code in codes if CREDIT.match(code)]
    assert len(companies) > 100
    assert [code for code in codes if code not in companies] == ["YA0000731"]  # one passport
    for code in companies:
        assert code[2:8] == "990000"
        assert uscc.calc_check_digit(code) == code[-1]


def test_phones_are_of_the_range_for_samples() -> None:
    phones = every(PHONE_FIELDS)
    assert len(phones) > 500
    assert [
        phone
        for phone in phones
        if not re.fullmatch(r"1380000\d{4}|138\*{4}\d{4}|\*{11}|138-0000-\d{4}|\+86 1380000\d{4}", phone)
    ] == []


def test_the_dirt_is_there() -> None:
    text = {source: (FOLDER / f"{source}.jsonl").read_text(encoding="utf-8") for source in SHAPES}
    assert re.search(r'"AH":"\(20\d\d\)浙', text["mobile_court"])
    assert re.search(r'"AH":"（20\d\d）浙', text["mobile_court"])
    assert "9999-09-09" in text["zhelifang"]
    assert r'"\\N"' in text["four_platforms"]
    assert '"disputeType":"D99"' in text["dispute_code"]
    assert "·" in text["dispute_code"]
    assert any(not row["item"] for row in rows("dispute_code"))
    assert any("GKXX" not in row for row in rows("zhelifang"))
    assert any(row["REPEATED_ID"] in set(keys("zhelifang")) for row in rows("zhelifang"))
    updates = Counter(row["updateTime"] for row in rows("dispute_code"))
    assert max(updates.values()) >= 5
