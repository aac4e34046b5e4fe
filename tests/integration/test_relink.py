"""The full pass over history: what it merges, what it leaves to a person, what a dry run leaves as it was."""

import pytest
from filling import Filler
from test_linker import AT, ask, cases_of, leak, link, state_of

from hub.casework import cases
from hub.casework.linking.score import Weights
from hub.casework.relink import bound, mark_unplaced, relink
from hub.store.database import Database
from hub.store.store import Store
from hub.store.vault import Keyring


@pytest.fixture
def store(database: Database, keyring: Keyring) -> Store:
    """Two records of one matter, each in a case of its own: the linker had no eyes for them."""
    store = Store(database, keyring)
    filler = Filler(database, keyring)
    filler.page(leak("P1"), source="petition")
    link(store)
    filler.page(leak("G1"), source="grid")
    with database.transaction() as connection:
        connection.exec_driver_sql("DELETE FROM finding")
    link(store)
    assert len(set(cases_of(store).values())) == 2
    return store


def test_cases_that_are_one_are_merged_with_their_reasons(store: Store) -> None:
    done = relink(store, Weights.load())
    assert (done.records, done.merges, done.barred, done.doubtful) == (2, 1, 0, 0)
    assert set(cases_of(store).values()) == {done.joined[0][0]}
    ((state, by, reasons),) = ask(store, "SELECT state, by, reasons FROM case_join")
    assert (state, by, "text.same" in reasons) == ("joined", "linker", True)
    assert ask(store, "SELECT records, sources FROM case_file WHERE merged_into IS NULL") == [(2, 2)]
    again = relink(store, Weights.load())
    assert (again.merges, again.doubtful) == (0, 0)


def test_a_record_that_came_to_no_case_is_marked_and_comes_to_its_own(store: Store) -> None:
    relink(store, Weights.load())
    assert mark_unplaced(store) == 0
    with store.database.transaction() as connection:
        connection.exec_driver_sql("DELETE FROM case_record WHERE record = (SELECT min(record) FROM case_record)")
    assert mark_unplaced(store) == 1
    link(store)
    assert len(cases_of(store)) == 2 and len(set(cases_of(store).values())) == 1
    assert mark_unplaced(store) == 0


def test_a_dry_run_tells_the_same_and_writes_nothing(store: Store) -> None:
    before = state_of(store)
    done = relink(store, Weights.load(), dry=True)
    assert (done.records, done.merges) == (2, 1)
    assert state_of(store) == before


def test_what_a_person_set_apart_stays_apart(store: Store) -> None:
    from hub.casework.review import apart

    one, other = ask(store, "SELECT home, id FROM record ORDER BY id")
    with store.database.transaction() as connection:
        apart(connection, store, one, other, by="person:wang", at=AT, why="两户")
    done = relink(store, Weights.load())
    assert (done.merges, done.barred) == (0, 1)
    assert len(set(cases_of(store).values())) == 2


def test_what_a_person_set_apart_does_not_come_together_through_a_third(store: Store) -> None:
    from hub.casework.review import apart

    Filler(store.database, store.keyring).page(leak("C1"), source="court")
    with store.database.transaction() as connection:
        connection.exec_driver_sql("DELETE FROM finding")
    link(store)
    assert len(set(cases_of(store).values())) == 3
    refs = {key: (home, record) for key, home, record in ask(store, "SELECT key, home, id FROM record")}
    with store.database.transaction() as connection:
        apart(connection, store, refs["G1"], refs["C1"], by="person:wang", at=AT, why="两户")
    dry = relink(store, Weights.load(), dry=True)
    done = relink(store, Weights.load())
    assert (done.merges, done.barred) == (dry.merges, dry.barred) == (1, 1)
    came = cases_of(store)
    assert came["G1"] != came["C1"]
    assert came["P1"] in (came["G1"], came["C1"])
    again = relink(store, Weights.load())
    assert (again.merges, again.barred) == (0, 1)


def test_pairs_are_bound_once_and_never_over_what_is_held_apart() -> None:
    pairs = [("a", "b"), ("a", "b"), ("b", "c"), ("a", "c"), ("c", "d")]
    assert bound(pairs, ()) == ([("a", "b"), ("b", "c"), ("c", "d")], [])
    assert bound(pairs, [frozenset("ac")]) == ([("a", "b"), ("c", "d")], [("b", "c"), ("a", "c")])
    assert bound(pairs, [frozenset("ad")]) == ([("a", "b"), ("b", "c")], [("c", "d")])


def test_a_case_it_would_not_have_made_is_named_and_left(store: Store) -> None:
    filler = Filler(store.database, store.keyring)
    from filling import dispute

    filler.page(dispute("X1", "D0201", detail="拖欠工资"), source="court")
    link(store)
    codes = cases_of(store)
    with store.database.transaction() as connection:
        cases.merge(connection, store, codes["P1"], codes["X1"], by="linker", at=AT, why="")
    done = relink(store, Weights.load())
    assert done.doubtful == 1
    assert done.doubts == [cases_of(store)["X1"]]
    assert cases_of(store)["X1"] == cases_of(store)["P1"]


def test_what_a_person_joined_is_no_doubt(store: Store) -> None:
    filler = Filler(store.database, store.keyring)
    from filling import dispute

    filler.page(dispute("X1", "D0201", detail="拖欠工资"), source="court")
    link(store)
    codes = cases_of(store)
    with store.database.transaction() as connection:
        cases.merge(connection, store, codes["P1"], codes["X1"], by="person:wang", at=AT, why="同一人")
    assert relink(store, Weights.load()).doubtful == 0
    assert cases_of(store)["X1"] == cases_of(store)["P1"]
