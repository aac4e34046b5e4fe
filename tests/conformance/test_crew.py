"""Checks that run at once: nothing they say depends on it, and the files of their stores are gone in the end."""

import os
import subprocess
import sys
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest
from test_suite import TODAY, Bench, checks, fails, outcomes, sees, waiver

from conformance.broken.rc_11_second import LettersWithoutText
from conformance.stores import fresh_store
from conformance.subject import Subject
from conformance.suite import Suite, prove
from conformance.unusual.two_streams import TwoStreams
from conformance.verdict import Verdict
from hub.testing import contents, faults_of

SOME = ("LD-01", "CF-07", "PG-01", "PG-12", "RS-02", "RS-09", "RC-01", "RC-02", "RC-11", "ER-11", "PV-01", "OP-04")


def at_once(made: Any, *waived: Any, bench: Bench | None = None) -> Verdict:
    return Suite(bench or Bench(), checks=made, waived=waived, today=TODAY, processes=2).run()  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", [TwoStreams, LettersWithoutText])
def test_several_processes_say_what_one_says(kind: Any) -> None:
    """All of it but how long it took, and what the lab's ports were."""
    alone, together = (
        [
            (each.check, each.outcome, each.observed, each.saw, each.where, each.said, len(each.traffic))
            for each in prove(Subject.of(kind), only=SOME, processes=processes).results
        ]
        for processes in (None, 3)
    )
    assert alone == together
    assert len(alone) >= len(SOME)


def test_checks_run_at_once() -> None:
    """Each waits for the other: one after the other, neither would come to an end."""
    meet = get_context("fork").Barrier(2)

    def waits(harness: Any) -> None:
        harness.observe(2 + meet.wait(30))

    assert sum(result.observed for result in at_once(checks(LD_01=waits, RC_01=waits)).results) == 5


def test_a_check_waits_for_those_it_stands_on() -> None:
    two = Bench(beside=(Bench(stream="a"), Bench(stream="b")))
    made = checks(
        OP_01=(sees, {"after": ("RC-01",)}),
        OP_02=(sees, {"after": ("OP-01",)}),
        RC_01=lambda harness: (fails if harness.subject.stream == "b" else sees)(harness),
        LD_01=(sees, {"after": ("OP-02",)}),
    )
    given = at_once(made, bench=two)
    assert outcomes(given) == {"RC-01": "fail", "OP-01": "blocked", "OP-02": "blocked", "LD-01": "pass"}
    (second,) = [result for result in given.results if result.check.id == "OP-02"]
    assert (second.said, second.where) == ("stands on OP-01", "stream b")
    waived = outcomes(at_once(made, waiver("RC-01"), bench=two))
    assert waived == {"RC-01": "waived", "OP-01": "pass", "OP-02": "pass", "LD-01": "pass"}


def test_a_check_that_ends_its_process_fails_and_no_other_does() -> None:
    def ends(harness: Any) -> None:
        os._exit(0)

    runs = {f"RC_{number:02}": sees for number in range(1, 13)}
    given = at_once(checks(**runs | {"RC_02": ends, "RC_11": ends}, OP_01=(sees, {"after": ("RC-02",)})))
    bad = {result.check.id: (str(result.outcome), result.saw) for result in given.results if not result.good}
    ended = ("fail", "its process ended amid it")
    assert bad == {"RC-02": ended, "RC-11": ended, "OP-01": ("blocked", "")}
    assert len(given.results) == 13


def test_stores_are_empty_and_apart() -> None:
    with fresh_store() as one, fresh_store() as other:
        assert one.database.path != other.database.path
        with one.database.transaction() as connection:
            connection.exec_driver_sql("INSERT INTO meta (name, value) VALUES ('left', 'behind')")
        with other.database.reading() as connection:
            assert connection.exec_driver_sql("SELECT count(*) FROM meta WHERE name = 'left'").scalar() == 0
        kept = one.database.path
        assert kept is not None
        assert faults_of(one) == []
    assert list(kept.parent.iterdir()) == []
    with fresh_store() as again:
        assert again.database.path in (kept, other.database.path), "its engine knows its statements by now"
        assert contents(again).records == {}
        with again.database.reading() as connection:
            assert connection.exec_driver_sql("SELECT count(*) FROM meta WHERE name = 'left'").scalar() == 0


LEAVE = """
from multiprocessing import get_context
from conformance.stores import fresh_store

def use():
    with fresh_store() as store, store.database.reading():
        print(store.database.path, flush=True)

if __name__ == "__main__":
    use()
    child = get_context("fork").Process(target=use)
    child.start()
    child.join()
"""


def test_no_store_is_left_behind(tmp_path: Path) -> None:
    """Neither of a process that ends as usual, nor of one that was forked from it, which has places of its own."""
    code = tmp_path / "leave.py"
    code.write_text(LEAVE, encoding="utf-8")
    room = tmp_path / "room"
    room.mkdir()
    ran = subprocess.run(
        [sys.executable, str(code)],
        env=os.environ | {"TMPDIR": str(room), "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    one, other = ran.stdout.splitlines()
    assert one != other
    assert Path(one).parents[1] == Path(other).parents[1] == room
    assert list(room.iterdir()) == []
