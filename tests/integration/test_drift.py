"""Fields that come and go: told once, counted, and no row the worse for it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from world import pull, rows, source_settings

from conformance.lab import Lab
from hub.batch import Fields
from hub.shaping import fields_of
from hub.store import columns
from hub.store.database import Database
from hub.store.progress import StreamKey
from hub.store.store import Store
from hub.store.vault import Keyring
from hub.testing import caught_events

ALL = 10**8  # seconds of overlap: each read is a full one


@pytest.fixture
def store(database: Database, keyring: Keyring) -> Store:
    return Store(database, keyring)


@pytest.fixture
def lab() -> Iterator[Lab]:
    with Lab() as lab:
        yield lab


def test_a_field_that_comes_and_one_that_goes_are_told_once(lab: Lab, store: Store, tmp_path: Path) -> None:
    source = source_settings(lab, "dispute_code", tmp_path, overlap_s=ALL)
    served = lab.rows("dispute_code")
    assert len(list(served)) >= columns.ENOUGH
    assert pull(store, source).drift == ()  # all is new: nothing to compare with
    for row in served:
        served.delete(row["id"])
        served.add({name: value for name, value in row.items() if name != "orgName"} | {"riskLevel": 2})
    with caught_events() as caught:
        report = pull(store, source)
    assert report.drift == (("riskLevel", "new"), ("orgName", "gone"))
    assert report.counts.rejected == 0
    told = [(each["field"], each["change"]) for each in caught if each["event"] == "source.drifted"]
    assert told == [("riskLevel", "new"), ("orgName", "gone")]
    assert next(each for each in caught if each["event"] == "run.finished")["drifted"] == 2
    assert pull(store, source).drift == ()
    first = next(iter(served))
    served.update(first["id"], orgName="某调解委员会")
    assert pull(store, source).drift == (("orgName", "back"),)


def settled(store: Store, seen: str, each: str, *, whole: bool = True) -> columns.Drift:
    key = StreamKey("330000", "lake", "records")
    with store.database.transaction() as connection:
        found = Fields(frozenset(seen.split()), frozenset(each.split()))
        return columns.settle(connection, key, found, run=1, whole=whole)


def test_what_a_source_leaves_out_at_times_is_never_missed(store: Store) -> None:
    settled(store, "id name phone", "id name")
    assert settled(store, "id name", "id name") == ()  # phone was never in each item
    assert settled(store, "id phone", "id", whole=False) == ()  # too few, or not read to the end
    assert settled(store, "id phone", "id phone") == (("name", "gone"),)
    assert settled(store, "id phone", "id phone") == ()
    assert settled(store, "id phone name", "id") == (("name", "back"),)
    assert settled(store, "id", "id") == ()  # it stays one of those that may be left out
    found = rows(store, "SELECT name, each, gone FROM stream_field ORDER BY name")
    assert [tuple(row) for row in found] == [("id", 1, 0), ("name", 0, 0), ("phone", 0, 0)]


def test_names_that_could_be_somebodys_number_and_too_many_are_not_learnt(store: Store) -> None:
    settled(store, "id 13800000001 n138000000011 姓名 a" + "a" * 64, "id")
    assert [row.name for row in rows(store, "SELECT name FROM stream_field ORDER BY name")] == ["id", "姓名"]
    many = " ".join(f"f{number}" for number in range(2 * columns.MOST)) + " id 姓名"
    assert len(settled(store, many, "")) == columns.MOST - 2
    assert len(rows(store, "SELECT name FROM stream_field")) == columns.MOST


def test_fields_of_items_of_several_shapes() -> None:
    items: list[Any] = [{"a": 1, "b": 2, "#": 7}, {"a": 1, "b": 3, "#": 8}, {"a": 1, "c": 2, 5: 1}]
    assert fields_of(items) == Fields(frozenset("abc"), frozenset("a"))
    texts: list[Any] = ["text"]
    assert fields_of([]) is fields_of(texts) is None
