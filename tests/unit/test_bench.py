"""The bench measures what it says: distinct people and texts, one frozen limit, the same bytes for all three."""

import hashlib
from itertools import pairwise
from pathlib import Path

import orjson
import pytest

from bench.disputes import rows
from bench.people import citizen_number, credit_code, phone
from bench.serve import BEFORE_ALL, SHARE, Table, encode
from schemas import identity

COUNT = 2_000
LIMIT = Path(__file__).parents[2] / "bench" / "limit.py"
LIMIT_SHA256 = "a01500f4b8fc7dac18531b356eb09a161307a4f207bb5f918bd862a7762d7ba2"


@pytest.fixture(scope="module")
def made() -> list[dict]:
    return list(rows(COUNT))


def test_the_limit_is_frozen() -> None:
    found = hashlib.sha256(LIMIT.read_bytes()).hexdigest()
    assert found == LIMIT_SHA256, "bench/limit.py never changes: every ratio ever printed is a ratio to it"


def test_rows_are_the_same_for_the_same_seed(made: list[dict]) -> None:
    assert list(rows(50)) == made[:50]
    assert list(rows(50, seed=2)) != made[:50]


def test_no_two_people_or_texts_are_alike(made: list[dict]) -> None:
    people = [party for row in made for party in row["applicant"] + row["respondent"]]
    assert len({party["idNo"] for party in people}) == len(people) == 2 * COUNT
    assert len({party["tel"] for party in people}) == len(people)
    assert len({row["content"] for row in made}) == COUNT


@pytest.mark.parametrize("make", [citizen_number, credit_code, phone])
def test_numbers_are_distinct_far_out(make) -> None:
    spread = [*range(0, 3_000_000, 1_009), *range(599_000, 600_000)]
    assert len({make(index) for index in set(spread)}) == len(set(spread))


def test_numbers_pass_the_checks_and_belong_to_nobody(made: list[dict]) -> None:
    for row in made[:500]:
        for party in row["applicant"] + row["respondent"]:
            identity.mobile_number(party["tel"])
            if party["partyType"] == "natural":
                assert identity.citizen_number(party["idNo"]) == party["idNo"]
                assert identity.citizen_region_note(party["idNo"]) == "region_unknown"
            else:
                assert identity.credit_code(party["idNo"]) == party["idNo"]


def test_texts_have_real_lengths_and_no_empty_slot(made: list[dict]) -> None:
    lengths = sorted(len(row["content"]) for row in made)
    assert lengths[0] >= 80
    assert lengths[-1] <= 400
    assert 150 < lengths[COUNT // 2] < 300
    assert not any("{" in row["content"] for row in made)


def test_shares_of_codes(made: list[dict]) -> None:
    decided = sum(bool(row["item"]) for row in made) / COUNT
    proposed = sum(bool(row["disputeType"] and not row["item"]) for row in made) / COUNT
    assert 0.55 < decided < 0.65
    assert 0.15 < proposed < 0.25


def test_update_times_rise(made: list[dict]) -> None:
    assert all(one["updateTime"] < two["updateTime"] for one, two in pairwise(made))


def test_pages_by_number_and_by_keyset_hold_the_same_bytes(made: list[dict]) -> None:
    table = Table(map(encode, made))
    by_number = [bytes(table.joined(start, start + 500)) for start in range(0, COUNT, 500)]
    position, by_keyset = BEFORE_ALL, []
    while (start := table.after(position)) < len(table):
        by_keyset.append(bytes(table.joined(start, start + 500)))
        position = table.positions[start + 499]
    assert by_keyset == by_number
    assert orjson.loads(b"[" + b",".join(by_number) + b"]") == made


def test_a_hundredth_moves_to_the_end_when_it_changes(made: list[dict]) -> None:
    before = Table(map(encode, made))
    after = before.changed
    assert len(after) == len(before)
    assert after.positions == sorted(after.positions)
    fresh = after.since(after.positions[len(after) - COUNT // SHARE][0])
    moved = orjson.loads(b"[" + bytes(after.joined(fresh, len(after))) + b"]")
    assert [row["id"] for row in moved] == [row["id"] for row in made[::SHARE]]
    assert all(new["content"] != old["content"] for new, old in zip(moved, made[::SHARE], strict=True))


def test_nothing_after_the_end(made: list[dict]) -> None:
    table = Table(map(encode, made[:3]))
    assert table.after(table.positions[-1]) == 3
    assert bytes(table.joined(3, 3)) == b""
