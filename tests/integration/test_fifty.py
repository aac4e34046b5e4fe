"""Fifty sources in one daemon: one that hangs leaves the others as they are, and `hub status` tells of each."""

import json
import multiprocessing
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner

from conformance.lab.recorded import Recorded, instances, known
from conformance.lab.settings import hub_toml
from hub.cli.main import main
from hub.engine.local import LocalEngine
from hub.testing import pulled

COUNT = 50
WORKERS = 3
HEAD = f"""
[run]
workers = {WORKERS}
poll_s = 0.1
[http]
read_s = 300
total_s = 300
attempts = 1
"""  # the source that hangs is waited for longer than all this takes; a hub that it blocks ends up here, and is told


@pytest.fixture
def fifty() -> Iterator[Recorded]:
    with Recorded(instances(COUNT, known().read)) as lab:
        yield lab


def hub(config: Path, *args: str) -> Any:
    done = CliRunner().invoke(main, ["--config", str(config), *args])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout) if "--json" in args else done.stdout


@contextmanager
def daemon(config: Path) -> Iterator[Iterator[dict[str, Any]]]:
    """A daemon of its own process, and what it logs, as it comes; stopped afterwards."""
    program = "from hub.cli.main import main; main()"
    environ = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")}
    running = subprocess.Popen(
        [sys.executable, "-c", program, "--config", str(config), "run"],
        stderr=subprocess.PIPE, text=True, env=environ, start_new_session=True,
    )  # fmt: skip
    try:
        assert running.stderr is not None
        yield (json.loads(line) for line in running.stderr)
        running.send_signal(signal.SIGTERM)
        assert running.wait() == 0
    finally:
        if running.poll() is None:
            os.killpg(running.pid, signal.SIGKILL)  # its workers too: one of them waits for the source that hangs
        running.communicate()


@pytest.mark.parametrize("rounds", [1, pytest.param(4, marks=pytest.mark.slow)])
def test_one_of_fifty_hangs_and_the_others_take_their_turns(fifty: Recorded, tmp_path: Path, rounds: int) -> None:
    """Told by the order of events: everybody else goes round, again and again, while one is still in its first read."""
    config = tmp_path / "hub.toml"
    config.write_text(hub_toml(fifty.settings()).replace("\n", HEAD, 1), encoding="utf-8")
    hub(config, "key", "create")
    hung = min(fifty)  # the first to be asked
    fifty.fault(hung, "hang", times=None)
    others = set(fifty) - {hung}
    streams = {name: [each.name for each in pulled(subject.teller)] for name, subject in fifty.subjects.items()}
    runs: Counter[str] = Counter(dict.fromkeys(others, 0))
    began: set[str] = set()
    with daemon(config) as lines:
        for line in lines:
            assert line["event"] not in ("source.failed", "worker.lost"), line
            if line["event"] == "run.started":
                began.add(line["source"])
            if line["event"] == "run.finished":
                assert line["source"] != hung, line
                assert line["outcome"] in ("complete", "empty"), line
                runs[line["source"]] += line["stream"] == streams[line["source"]][-1]  # it has gone round
                assert max(runs.values()) - min(runs.values()) <= 2, "somebody was passed over"
            if min(runs.values()) >= rounds:
                break
        for _ in islice(lines, 500):  # a run is told before the next one is planned: a few events later all of them are
            status = {row["source"]: row for row in hub(config, "status", "--json")["sources"]}
            if all(status[name]["next_run"] for name in others):
                break
        table = hub(config, "status")
    assert hung in began
    assert fifty.calls(hung) == 1
    assert status.keys() == set(fifty)
    assert (status[hung]["outcome"], status[hung]["next_run"]) == ("running", None)
    for name in others:
        assert status[name]["outcome"] in ("complete", "empty", "running"), status[name]
        assert status[name]["lag_s"] is not None
        assert status[name]["next_run"] is not None
        assert status[name]["failures"] == 0
        assert name in table
    kept = {row["source"]: row["records"] for row in hub(config, "taxonomy", "coverage", "--json")["sources"]}
    for entry in hub(config, "entry", "list", "--limit", "10000", "--json")["entries"]:
        kept[entry["source"]] = kept.get(entry["source"], 0) + 1
    served = {name: sum(len(fifty.rows(name, at)) for at in range(len(streams[name]))) for name in others}
    assert kept == served
    (end,) = (row for row in hub(config, "status", "--json")["sources"] if row["source"] == hung)
    assert end["outcome"] == "incomplete"


def test_instances_take_the_adapters_in_turn() -> None:
    assert instances(3, ["a", "b"]) == {"a_1": "a", "b_1": "b", "a_2": "a"}
    with pytest.raises(ValueError, match="no adapter"):
        instances(1, [])


def test_a_mate_that_is_done_before_its_worker_says_so_is_no_loss() -> None:
    """It ends when its worker has nothing more for it; which of the two the writer hears first is chance."""
    ours, theirs = multiprocessing.Pipe()
    mate = multiprocessing.get_context("spawn").Process(target=int)
    mate.start()
    theirs.close()
    engine: Any = LocalEngine.__new__(LocalEngine)
    worker: Any = SimpleNamespace(heard=0.0, mates=[(mate, ours)], process=None)
    assert engine._hear(worker, ours) is None
    assert worker.mates == []
    assert ours.closed
