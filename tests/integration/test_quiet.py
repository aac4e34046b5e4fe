"""What a remap makes asks nothing of anyone (law L7); what a person puts right does, whatever made the version."""

from pathlib import Path
from typing import Any

import pytest
from bodies import HOME, Town, settings_of

from hub.casework import corrections
from hub.casework.corrections import Value
from hub.store.cases import Ref
from hub.store.database import Database
from hub.store.vault import Keyring
from schemas.life import Stage

RECORD: Ref = (HOME, 1)
BY = "person:wang"


@pytest.fixture
def town(tmp_path: Path, database: Database, keyring: Keyring) -> Town:
    return Town(settings_of(tmp_path, database=database), database, keyring)


def tell(town: Town, stage: Stage = Stage.RECEIVED, **told: Any) -> None:
    town.tell("petition", "P1", stage, refs=["ZJ330110202603050001"], **told)


def correct(town: Town, stage: Stage, *, link: bool = True) -> Ref:
    value = Value(stage.value, {"stage": stage.value}, told=stage.value)
    with town.store.database.transaction() as connection:
        ref = corrections.correct(
            connection, town.store, RECORD, "stage", value, by=BY, reason="电话核实", now=town.clock()
        )
    if link:
        town.linker.drain()
    return ref


@pytest.mark.parametrize("why", ["pull", "remap"])
def test_a_corrected_stage_asks_whatever_made_the_version(town: Town, why: str) -> None:
    tell(town, item="D0201")
    tell(town, item="D0202", revision=1, why=why)
    correct(town, Stage.DISPATCHED)
    assert (town.task().asked_of, town.task().purpose) == ("centre", "mediate")


@pytest.mark.parametrize("first", [True, False])
def test_a_corrected_stage_asks_beside_a_remap_that_is_not_linked_yet(town: Town, first: bool) -> None:
    tell(town, item="D0201")
    if first:
        correct(town, Stage.DISPATCHED, link=False)
    tell(town, item="D0202", revision=1, why="remap", link=False)
    if not first:
        correct(town, Stage.DISPATCHED, link=False)
    town.linker.drain()
    assert town.task().asked_of == "centre"


def test_a_remap_asks_nothing_of_itself_nor_once_more_for_what_was_corrected(town: Town) -> None:
    tell(town, item="D0201")
    tell(town, Stage.DISPATCHED, item="D0202", revision=1, why="remap")
    assert town.tasks() == []
    tell(town, item="D0202", revision=2)
    correct(town, Stage.DISPATCHED)
    tell(town, item="D0203", revision=3, why="remap")
    assert len(town.tasks()) == 1
