"""Our line: the same rows through the whole hub into a fresh store, then a second pull with one row in 100 changed.

    python -m bench.line URL FOLDER

As `hub run --once` does it: adapter and mapping in a worker process, one writer that seals. Afterwards the store is
asked for every feature that was paid for; one that is missing fails the bench. It prints one line of JSON like
`bench.limit`, with the second pull beside it.
"""

import mmap
import multiprocessing
import os
import re
import resource
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.request import Request, urlopen

import orjson
from sqlalchemy import Connection, text

from bench.disputes import Row, rows
from bench.serve import SHARE
from hub import events
from hub.engine.forking import warm_up
from hub.engine.local import LocalEngine
from hub.ingest import RunReport
from hub.settings import Settings, load
from hub.store import audit
from hub.store.store import Store
from hub.store.subjects import unpack
from hub.store.vault import Keyring

SETTINGS = """
home = "330000"
[store]
url = "sqlite:///store.db"
keys = "keys.json"
[source.bench]
adapter = "dispute_code"
base_url = "{url}"
app_key = "bench"
app_secret = "bench"
allow = ["127.0.0.1/32"]
"""
SAMPLE = 200  # rows whose names are looked for in the store's file
IDENTITY_NUMBER = re.compile(rb"99\d{4}(?:19|20)\d{9}[\dX]")
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Gauge:
    """Wall and CPU seconds of this process and its worker, and the peak of both in MB, while a pull runs."""

    workers_cpu: dict[int, float] = field(default_factory=dict)
    workers_mb: dict[int, float] = field(default_factory=dict)

    def __enter__(self) -> "Gauge":
        self.began, self.cpu_began = time.perf_counter(), time.process_time()
        return self

    def __exit__(self, *error: object) -> None:
        self.wall_s = time.perf_counter() - self.began
        self.cpu_s = time.process_time() - self.cpu_began + sum(self.workers_cpu.values())
        own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        self.peak_mb = own + max(self.workers_mb.values(), default=0)

    def look(self, *progress: object) -> None:
        """Read what the workers have used so far, after each commit: a worker that has left tells nothing."""
        for worker in multiprocessing.active_children():
            proc = Path(f"/proc/{worker.pid}")
            used = proc.joinpath("stat").read_text().rpartition(")")[2].split()
            self.workers_cpu[worker.pid or 0] = (int(used[11]) + int(used[12])) / TICKS
            high = re.search(r"VmHWM:\s+(\d+) kB", proc.joinpath("status").read_text())
            self.workers_mb[worker.pid or 0] = int(high[1]) / 1024 if high else 0.0


def main(url: str, folder: str) -> None:
    home = Path(folder)
    config = home / "hub.toml"
    config.write_text(SETTINGS.format(url=url), encoding="utf-8")
    events.configure(json=True, level="warning")
    settings = load(config)
    warm_up()  # as the command does: it loads beside us, and what is timed begins once all three have loaded
    Keyring.create(settings.store.keys)
    _state(url, changed=False)
    with Store.open(settings.store.url, settings.store.keys) as store:
        first, one = _pull(settings, store)
        _state(url, changed=True)
        second, two = _pull(settings, store)
        _state(url, changed=False)
        count = one.counts.fetched
        with store.database.reading() as connection:
            check(connection, store.keyring, one, two)
    for name in ("store.db", "store.db-wal"):
        check_sealed(home / name, list(rows(min(count, SAMPLE))))
    told = {"records": count, "wall_s": first.wall_s, "cpu_s": first.cpu_s, "peak_mb": first.peak_mb}
    told |= {"second_pull_s": second.wall_s, "second_records": two.counts.fetched}
    print(orjson.dumps(told).decode())


def check(connection: Connection, keyring: Keyring, one: RunReport, two: RunReport) -> None:
    """Every feature of the line, asked of the store."""

    def value(statement: str) -> int:
        return int(connection.execute(text(statement)).scalar_one())

    count = one.counts.fetched
    changed = len(range(0, count, SHARE))
    # runs: complete, announced = fetched, and every item accounted for (laws L2 and L3)
    assert one.outcome == two.outcome == "complete", (one, two)
    assert one.counts.stored == one.announced == count and two.counts.stored == changed, (one, two)
    assert two.counts.fetched == two.counts.stored + two.counts.unchanged == two.announced, two
    assert value("SELECT count(*) FROM run") == 2
    assert value("SELECT sum(fetched - stored - unchanged - superseded - deleted - rejected) FROM run") == 0
    assert value("SELECT count(*) FROM ledger WHERE closed = 1 AND announced = fetched") == 2
    assert one.watermark and two.watermark and one.watermark < two.watermark
    # records and versions
    assert value("SELECT count(*) FROM record") == count
    assert value("SELECT count(*) FROM record WHERE version = 2") == changed
    assert value("SELECT count(*) FROM version") == count + changed
    assert value("SELECT count(*) FROM link") == count
    # every version points to the kept page it was made from
    assert value("SELECT sum(items) FROM raw") == count + two.counts.fetched
    assert value("SELECT count(*) FROM version LEFT JOIN raw ON raw.home = version.home AND raw.id = version.raw "
                 "WHERE raw.id IS NULL OR version.item_no >= raw.items") == 0  # fmt: skip
    # items: what has one keeps it, what proposes stays in its category, text finds some; nothing is forced
    assert value("SELECT count(*) FROM record WHERE code LIKE 'D____' AND item IS NOT code") == 0
    assert value("SELECT count(*) FROM record WHERE method = 'proposal' AND category IS NOT code") == 0
    assert value("SELECT count(*) FROM record WHERE method = 'proposal' OR method = 'unmapped'") > 0
    assert value("SELECT count(*) FROM record WHERE method = 'adapter_crosswalk'") > 0.58 * count
    assert (
        value("SELECT count(*) FROM record WHERE code IS NULL AND method = 'text' AND item IS NOT NULL") > 0.02 * count
    )
    # keyed hashes: as many people as the generator made, and the numbers of the matter
    people: set[bytes] = set()
    for (packed,) in connection.execute(text("SELECT subjects FROM record")):
        marks = unpack(packed)
        people |= {mark.hash for mark in marks if mark.kind == "id" and mark.role == "1"}
        assert any(mark.kind == "ref" for mark in marks)
    assert len(people) == count
    # the audit chain holds
    verdict = audit.verify(connection)
    assert verdict.first_bad is None and verdict.entries >= one.pages + two.pages + 2, verdict
    # a sealed body opens to what the source said
    home, record, version, key_id, body = connection.execute(
        text("SELECT home, record, version, key_id, body FROM version ORDER BY record, version LIMIT 1")
    ).one()
    opened = orjson.loads(keyring.open(key_id, body, f"version|{home}|{record}|{version}|{key_id}".encode()))
    said = next(rows(1))
    assert opened["detail"] == said["content"]
    assert opened["parties"][0]["id_number"] == said["applicant"][0]["idNo"]


def check_sealed(file: Path, sample: list[Row]) -> None:
    """No identity number at all and no name of the sample stands in the file's bytes."""
    if not file.exists() or not file.stat().st_size:
        return  # no write-ahead log is left
    with file.open("rb") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as content:
        assert not IDENTITY_NUMBER.search(content), f"an identity number stands in {file.name}"
        for name in {row["applicant"][0]["name"] for row in sample}:
            if len(name) == 3:  # two characters meet by chance in other words
                assert content.find(name.encode()) < 0, f"a name stands in {file.name}"


def _pull(settings: Settings, store: Store) -> tuple[Gauge, RunReport]:
    with Gauge() as gauge:
        engine = LocalEngine(settings, store, on_progress=gauge.look)
        (report,) = engine.run_once(["bench"])
    assert not report.failed, report
    (run,) = report.runs
    return gauge, run


def _state(url: str, *, changed: bool) -> None:
    body = orjson.dumps({"changed": changed})
    with urlopen(Request(f"{url}/state", data=body, method="POST")) as answer:
        answer.read()


if __name__ == "__main__":
    main(*sys.argv[1:])
