"""Rows of the `dispute_code` wire in any number, the same for the same seed, no two people or texts alike.

About 60 % of the rows carry a unified item (it decides), 20 % only a category (it proposes), 20 % nothing but their
text. Texts are 80 to 400 Chinese characters long, put together from the clauses of ``clauses.toml``. Update times rise.
"""

import tomllib
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from bench.people import Firm, Person, firm, person

Row = dict[str, Any]

CLAUSES = tomllib.loads(Path(__file__).with_name("clauses.toml").read_text(encoding="utf-8"))
FIRST = datetime(2025, 11, 1, 8)  # noqa: DTZ001 - local time of the source, as its wire writes it
STEP = timedelta(seconds=20)  # between two rows: 200,000 rows are 46 days
WHEN = "%Y-%m-%d %H:%M:%S"

SHORTEST, LONGEST = 80, 400  # characters
DECIDED, PROPOSED = 0.6, 0.8  # bounds of one draw
POOLS = ("backgrounds", "efforts", "replies", "effects")
STATUSES = ("10", "11", "20", "30", "40", "41", "42", "50", "51", "60", "70", "80")


def rows(count: int, seed: int = 1) -> Iterator[Row]:
    """``count`` rows in the order of (updateTime, id)."""
    random = Random(seed)
    for number in range(count):
        yield _row(number, random)


def changed(row: Row, at: datetime) -> Row:
    """The same dispute later: another status, more text, and ``at`` as its update time."""
    follow = f"{at:%m月%d日}回访：双方于调解室再次面谈，约定十五日内履行。"
    return row | {
        "status": "40",
        "codeColor": "green",
        "content": row["content"] + follow,
        "updateTime": at.strftime(WHEN),
    }


def _row(number: int, random: Random) -> Row:
    pick = random.choice
    theme = pick(CLAUSES["themes"])
    applicant = person(number * 3, random)
    respondent: Person | Firm = (firm if random.random() < 0.35 else person)(number * 3 + 1, random)
    region, town = pick(CLAUSES["towns"])
    place = (
        f"{town}{pick(CLAUSES['villages'])}{pick(CLAUSES['villages'])}{pick('村社苑路弄')}{random.randint(1, 199)}号"
    )
    applied = FIRST + number * STEP
    updated = applied + timedelta(days=3)
    yuan = random.randint(20, 9_000) * 100
    slots = {
        "a": applicant.name,
        "b": respondent.name,
        "place": place,
        "room": f"{random.randint(2, 33)}0{random.randint(1, 6)}室",
        "day": _day(applied - timedelta(days=random.randint(20, 700))),
        "day2": _day(applied - timedelta(days=random.randint(1, 19))),
        "yuan": yuan,
        "yuan2": yuan // random.randint(2, 9),
        "n": random.randint(2, 9),
        "m": random.randint(2, 8),
        "office": pick(CLAUSES["offices"]),
    }
    draw = random.random()
    category = theme["item"][:3]
    kind = {"disputeType": category, "disputeTypeName": CLAUSES["categories"][category]} if draw < PROPOSED else {}
    item = {"item": theme["item"], "itemName": theme["label"]} if draw < DECIDED else {}
    return {
        "id": 100_000_000 + number,
        "caseNo": f"JF{region[:6]}{applied:%Y%m%d}{number:06d}",
        "disputeType": "", "disputeTypeName": "", "item": "", "itemName": "", **kind, **item,
        "title": f"{town}{applicant.name}{pick(theme['titles'])}",
        "content": _text(theme, slots, random),
        "occurPlace": place,
        "regionCode": region,
        "applicant": [_party(applicant, place)],
        "respondent": [_party(respondent, "")],
        "agent": [],
        "orgId": f"TW{region}",
        "orgName": f"{town}人民调解委员会",
        "mediatorId": f"M{number % 900:04d}",
        "mode": pick(("online", "offline")),
        "codeColor": pick(("green", "yellow", "red")),
        "status": pick(STATUSES),
        "applyTime": applied.strftime(WHEN),
        "acceptTime": (applied + timedelta(hours=5)).strftime(WHEN),
        "endTime": "",
        "agreementNo": "",
        "amount": f"{yuan}.00",
        "confirmFlag": "0",
        "sourceNo": f"XF{applied:%Y%m%d}{number:06d}" if random.random() < 0.2 else "",
        "updateTime": updated.strftime(WHEN),
    }  # fmt: skip


def _party(who: Person | Firm, address: str) -> Row:
    if isinstance(who, Firm):
        return {
            "partyType": "legal",
            "name": who.name,
            "idType": "",
            "idNo": who.code,
            "tel": who.phone,
            "address": address,
        }
    return {"partyType": "natural", "name": who.name, "gender": who.gender, "idType": "111", "idNo": who.number,
            "tel": who.phone, "address": address}  # fmt: skip


def _text(theme: Row, slots: Row, random: Random) -> str:
    """Opening, facts, clauses of the pools up to the length drawn for this text, demand, closing."""
    goal = random.randint(SHORTEST, LONGEST - 60)
    spare = [clause for pool in POOLS for clause in random.sample(CLAUSES[pool], 3)]
    random.shuffle(spare)
    begin, demand, end = (
        random.choice(CLAUSES[pool]).format_map(slots) for pool in ("openings", "demands", "closings")
    )
    parts = [fact.format_map(slots) for fact in random.sample(theme["facts"], random.randint(1, 2))]
    length = len(begin) + len(demand) + len(end) + 1 + sum(len(part) + 1 for part in parts)
    while spare and length < goal:
        parts.append(spare.pop().format_map(slots))
        length += len(parts[-1]) + 1
    return f"{begin}{'，'.join((*parts, demand))}。{end}"


def _day(when: datetime) -> str:
    return f"{when.year}年{when.month}月{when.day}日"
