"""The simulated front database: a real file, changed under the reader, with faults of a database."""

from collections.abc import Iterator

import pytest

from conformance.harness import QUICK, Harness
from conformance.lab.table import TableSim
from conformance.live_reading import Live
from conformance.outcome import NotApplicable
from conformance.subject import Subject
from conformance.unusual.front_database import FrontDatabase
from hub.testing import Store


@pytest.fixture
def harness() -> Harness:
    return Harness(Subject.of(FrontDatabase))


@pytest.fixture
def sim(harness: Harness) -> Iterator[TableSim]:
    with harness.source() as sim:
        assert isinstance(sim, TableSim)
        yield sim


@pytest.fixture
def store(harness: Harness) -> Iterator[Store]:
    with harness.store() as store:
        yield store


@pytest.mark.parametrize(
    ("kind", "options", "outcome", "error"),
    [
        ("status", {"status": 401}, "denied", "source.denied"),
        ("signing", {}, "denied", "source.denied"),
        ("status", {"status": 503}, "incomplete", "source.unavailable"),
        ("refused", {}, "incomplete", "source.unavailable"),
        ("hang", {}, "incomplete", "source.unavailable"),
        ("cut", {}, "incomplete", "source.reply_invalid"),
        ("status", {"status": 404}, "incomplete", "source.reply_invalid"),
    ],
)
@pytest.mark.parametrize("after", [0, 1])
def test_a_fault_is_a_real_one_and_goes(
    harness: Harness,
    sim: TableSim,
    store: Store,
    kind: str,
    options: dict[str, int],
    outcome: str,
    error: str,
    after: int,
) -> None:
    sim.fault(kind, after=after, times=None, **options)
    report = harness.run(sim, store, page_size=4)
    assert (report.outcome, str(report.error).partition(":")[0]) == (outcome, error)
    assert report.counts.fetched == 4 * after
    sim.clear()
    assert harness.run(sim, store).outcome == "complete"


def test_a_fault_that_passes_is_outlived(harness: Harness, sim: TableSim, store: Store) -> None:
    sim.fault("status", status=503)
    assert harness.run(sim, store).outcome == "complete"
    assert harness.waits != []


@pytest.mark.parametrize("kind", ["redirect", "last_page", "page_size", "encoding", "token_dies"])
def test_what_befalls_no_database_does_not_apply(sim: TableSim, kind: str) -> None:
    with pytest.raises((NotApplicable, ValueError)):
        sim.fault(kind)


def test_a_throttle_does_not_apply(sim: TableSim) -> None:
    with pytest.raises(NotApplicable, match="neither throttles"):
        sim.fault("status", status=503, retry_after=7)


def test_rows_change_under_the_reader(harness: Harness, sim: TableSim, store: Store) -> None:
    last = sim.keys[-1]
    sim.fault("moving", after=1, change=lambda rows: rows.delete(last))
    report = harness.run(sim, store, page_size=2)
    assert report.counts.fetched == 7
    assert (report.outcome, report.announced) == ("incomplete", 8)


def test_columns_come_and_go(harness: Harness, sim: TableSim) -> None:
    sim.fault("missing_column", field="BT")
    sim.fault("new_column")
    rows = [row for page in harness.pages(sim) for row in page.rows]
    assert all("BT" not in row and row["newColumn"] == "新" for row in rows)
    sim.clear()
    rows = [row for page in harness.pages(sim) for row in page.rows]
    assert all("BT" in row and "newColumn" not in row for row in rows)


def test_a_total_that_is_off(harness: Harness, sim: TableSim) -> None:
    sim.fault("total", by=2)
    assert harness.pages(sim)[0].total == 10


def test_what_was_acknowledged_stays_until_the_row_changes(harness: Harness, sim: TableSim, store: Store) -> None:
    harness.run(sim, store)
    first, second = sim.keys[:2]
    sim.rows.update(second, BT="更正")
    assert set(sim.keys) == sim.acknowledged.keys()
    sim.rows.update(first, GXSJ=sim.later())
    assert set(sim.keys) - sim.acknowledged.keys() == {first}


def test_a_killed_process_leaves_rows_to_be_acknowledged_by_the_next(
    harness: Harness, sim: TableSim, store: Store
) -> None:
    """Crash point C08: after the commit of the first page, before its acknowledgement."""
    assert harness.killed(sim, store, "committed", page_size=2)
    assert (len(harness.records(store)), sim.acknowledged) == (2, {})
    report = harness.run(sim, store, page_size=2)
    assert (report.counts.stored, report.counts.unchanged) == (6, 2)
    assert sim.acknowledged.keys() == set(sim.keys)


def test_a_look_at_a_live_system_acknowledges_nothing(harness: Harness, sim: TableSim) -> None:
    """Its store is thrown away; a source that was told otherwise might drop the rows."""
    live = Live(harness.subject, harness.settings(sim), QUICK, most=2)
    assert len(live.kept.records) == 8
    assert sim.acknowledged == {}


def test_the_secret_is_in_the_url_and_in_no_error(harness: Harness, sim: TableSim, store: Store) -> None:
    assert harness.canaries.secret in str(sim.place["database"])
    sim.fault("cut", times=None)
    assert harness.canaries.secret not in str(harness.run(sim, store).error)
