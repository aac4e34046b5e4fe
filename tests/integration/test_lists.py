"""Lists kept by hand: by case and list, through merges and their undoing."""

from pathlib import Path

import pytest
from bodies import Town, settings_of

from hub.casework import cases, lists
from hub.casework.lists import ListCount
from hub.clock import utc_text
from hub.errors import StoreError
from hub.store.database import Database
from hub.store.vault import Keyring
from schemas.life import Listing, Stage

NAME, BY, PROOF = "重点领域清单", "person:chen", "诸信结〔2026〕9号"


@pytest.fixture
def town(tmp_path: Path, database: Database, keyring: Keyring) -> Town:
    made = Town(settings_of(tmp_path, "", database=database), database, keyring)
    for key in ("P1", "P2"):
        made.tell("petition", key, Stage.HANDLING, refs=[f"ZJ3301102026030500{key}"])
    return made


def enlist(town: Town, code: str) -> None:
    with town.store.database.transaction() as connection:
        told = {"owner": "某局", "by": BY, "at": utc_text(town.clock()), "why": "联席会议定"}
        lists.enlist(connection, town.store, code, NAME, **told)
    town.clock.wait(60)


def tick_off(town: Town, code: str, proof: str = PROOF) -> None:
    with town.store.database.transaction() as connection:
        told = {"by": BY, "at": utc_text(town.clock()), "why": "已办结"}
        lists.tick_off(connection, town.store, code, NAME, proof=proof, **told)
    town.clock.wait(60)


def counted(town: Town) -> list[ListCount]:
    with town.store.database.reading() as connection:
        return lists.lists(connection)


def stands(town: Town, code: str) -> list[Listing]:
    with town.store.database.reading() as connection:
        return [each.stands for each in lists.kept_lists(connection, code)]


def test_a_case_is_listed_ticked_off_by_a_proof_and_may_be_listed_again(town: Town) -> None:
    first, other = sorted(town.codes())
    for code in (first, other):
        enlist(town, code)
    assert counted(town) == [ListCount(NAME, 2, 0, 0)]
    with pytest.raises(StoreError, match="it is on the list"):
        enlist(town, first)
    with pytest.raises(StoreError, match="without a proof"):
        tick_off(town, first, "暂无")
    tick_off(town, first)
    assert counted(town) == [ListCount(NAME, 1, 0, 1)]
    with pytest.raises(StoreError, match="it is on no list"):
        tick_off(town, first)
    enlist(town, first)
    assert (counted(town), stands(town, first)) == ([ListCount(NAME, 2, 0, 0)], [Listing.LISTED])


def test_a_merge_brings_the_lists_of_both_together_and_its_undoing_parts_them(town: Town) -> None:
    first, other = sorted(town.codes())
    enlist(town, other)
    with town.store.database.transaction() as connection:
        leader = cases.merge(connection, town.store, first, other, by=BY, at=utc_text(town.clock()), why="同一件")
    assert (stands(town, leader), stands(town, other)) == ([Listing.LISTED], [Listing.LISTED])
    assert counted(town) == [ListCount(NAME, 1, 0, 0)]
    tick_off(town, other)
    assert counted(town) == [ListCount(NAME, 0, 0, 1)]
    with town.store.database.transaction() as connection:
        cases.unmerge(connection, town.store, first, other, by=BY, at=utc_text(town.clock()), why="不是一件")
    assert [stands(town, code) for code in (first, other)] == [[], [Listing.TICKED_OFF]]
