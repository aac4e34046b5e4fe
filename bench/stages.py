"""What each stage of the line costs, in µs a record on one core, beside the budget of the design.

    python -m bench.stages [ROWS]

The stages of the worker are timed alone over the same pages, best of five; what the writer does is timed once, into a
fresh store on disk. A stage that contains another is told without it.
"""

import gc
import pickle
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import zstandard

from bench.serve import served
from hub.batch import Batch
from hub.engine.worker import mapper_for
from hub.ingest import Line
from hub.mapping.normalize import Normalizer
from hub.registry import Registry
from hub.settings import HttpSettings, SourceSettings, adapter_config
from hub.shaping import Shaper
from hub.sources.envelope import reopen
from hub.sources.opening import open_source
from hub.store.progress import StreamKey
from hub.store.store import Store
from hub.store.vault import Keyring

STREAM = "records"


class Stage(NamedTuple):
    """One line of the table. ``budget`` is the design's, None where it names none."""

    name: str
    cost: float
    budget: float | None


def best(work: Callable[[], object], records: int, times: int = 5) -> float:
    """The quickest of ``times`` runs of ``work``, in µs for each of its ``records``."""
    gc.collect()
    gc.freeze()  # what the bench itself holds must not be gone through while the stage runs
    return min(_timed(work) for _ in range(times)) / records * 1e6


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def measure(rows: int) -> list[Stage]:
    """Every stage over ``rows`` generated rows."""
    kind = Registry.load_one("dispute_code")
    mapper = mapper_for(kind, None)
    with served(rows) as url:
        settings = SourceSettings(
            name="bench", adapter="dispute_code", home="330000", every_s=60, allow=("127.0.0.1/32",),
            options={"base_url": url, "app_key": "bench", "app_secret": "bench"},
        )  # fmt: skip
        adapter = kind(adapter_config(settings, kind.Config))
        with open_source(adapter, settings, HttpSettings()) as wire:
            wire.start_read(STREAM)
            began = time.perf_counter()
            pages = list(adapter.pages(wire, None))
            fetched_and_opened = (time.perf_counter() - began) / rows * 1e6
    now = datetime.now(UTC)
    normalizer = Normalizer(kind.manifest, source="bench", mapper=mapper)
    shaper = Shaper(adapter, normalizer, stream=STREAM)
    parts = [adapter.items(page) for page in pages]  # page by page, as the line does it
    drafts = [[adapter.draft(item) for item in part] for part in parts]

    opening = best(lambda: [reopen(page.content, kind.manifest, STREAM) for page in pages], rows)
    drafting = best(lambda: [[adapter.draft(item) for item in part] for part in parts], rows)
    normalizing = best(lambda: [normalizer.records(part, stream=STREAM, fetched=now) for part in drafts], rows)
    classifying = best(lambda: [[_classify(mapper, item) for item in part] for part in parts], rows)
    shaping = best(lambda: [shaper.rows(part, now) for part in parts], rows)
    pack = zstandard.ZstdCompressor(level=3).compress
    packing = best(lambda: [pack(page.content) for page in pages], rows)
    batches = [batch for page in pages for batch in shaper.batches(page)]
    handing = best(lambda: [pickle.loads(pickle.dumps(batch)) for batch in batches], rows)
    with tempfile.TemporaryDirectory(dir="build") as folder:
        keyring = Keyring.create(Path(folder) / "keys.json")
        hashing = best(lambda: _hash(keyring, batches), rows)
        sealing = best(lambda: _seal(keyring, batches), rows)
        with Store.open(f"sqlite:///{folder}/store.db", Path(folder) / "keys.json") as store:
            line = Line(store, StreamKey("330000", "bench", STREAM), kind.manifest, mapping=mapper.version,
                        clock=lambda: datetime.now(UTC))  # fmt: skip
            line.begin()
            committing = best(lambda: [line.commit(batch) for batch in batches], rows, times=1)
            line.close()
    return [
        Stage("fetch, less opening", fetched_and_opened - opening, None),
        Stage("open: JSON, envelope", opening, 4),
        Stage("draft", drafting, 3),
        Stage("normalize, validate", normalizing - classifying, 8),
        Stage("classify", classifying, None),
        Stage("dump, digest, head", shaping - drafting - normalizing, None),
        Stage("pack the raw page", packing, 1),
        Stage("hand over to the writer", handing, None),
        Stage("keyed hashes", hashing, None),
        Stage("seal", sealing, 2),
        Stage("rows, audit, commit", committing - hashing - sealing, 24),
    ]


def _classify(mapper: Any, item: Any) -> object:
    code, label = item["item"] or item["disputeType"] or None, item["itemName"] or item["disputeTypeName"] or None
    return mapper.find(code, label, None, item["title"], item["content"])


def _hash(keyring: Keyring, batches: Sequence[Batch]) -> None:
    for batch in batches:
        for row in batch.rows:
            keyring.digest(row.content)
            for kind, _, value in row.subjects:
                keyring.hash(kind, value)


def _seal(keyring: Keyring, batches: Sequence[Batch]) -> None:
    for batch in batches:
        keyring.seal(batch.packed, b"raw|330000|1|k1")
        for row in batch.rows:
            keyring.seal(row.body, b"version|330000|1|1|k1")


def main(rows: int = 5_000) -> None:
    """Measure and print."""
    Path("build").mkdir(exist_ok=True)
    stages = measure(rows)
    print(f"\n{'stage':26} {'µs a record':>12} {'budget':>8}")
    for stage in stages:
        budget = "" if stage.budget is None else f"{stage.budget:g}"
        print(f"{stage.name:26} {stage.cost:12.1f} {budget:>8}")
    print(f"{'all':26} {sum(stage.cost for stage in stages):12.1f} {50:>8}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
