"""How truly and how fast the line links: not the full pass over files, but a store that fills as records arrive.

    python -m bench.linking.line [RECORDS]

The first ``RECORDS`` (20,000) of the invented world go into a store by pages of 500. A single run links when all is
there; a daemon links 100 for each page that comes, and the rest after the last; the third way never looks at all at
once. Beside them the full pass over the same records.
"""

import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import Any, Final

import numpy as np
import orjson

from bench.linking import files
from bench.linking.figures import figures, labels
from hub import events
from hub.batch import Row
from hub.casework.linker import AMID, Linker
from hub.casework.linking.bulk import Linking
from hub.casework.linking.score import Weights
from hub.mapping.heads import head, subjects
from hub.settings import Settings
from hub.store import progress
from hub.store.progress import StreamKey
from hub.store.store import Store
from hub.store.write import Transaction
from hub.testing import new_store
from schemas.identity import keyed_hash
from schemas.record import DisputeRecord

RECORDS, PAGE, WORLD, SEED = 20_000, 500, 200_000, 11
HOME, STREAM, NOW = "330100", "records", "2026-03-02T01:00:00Z"

Told = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Way:
    """The linker of a way to link, and what is done after each page; after the last, all that waits is linked."""

    linker: Callable[[Settings, Store], Linker]
    between: Callable[[Linker], object]


WAYS: Final = {
    "a single run": Way(Linker, lambda linker: None),
    "a daemon": Way(partial(Linker, batch=AMID), Linker.step),
    "record by record": Way(partial(Linker, at_once=sys.maxsize), Linker.drain),
}


def main() -> None:
    """Make the records, fill a store in each way, print what came of it."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else RECORDS
    events.configure(level="error")
    with tempfile.TemporaryDirectory(prefix="bench-linking-") as place:
        world = Path(place) / "world"
        files.write(world, max(WORLD, count), SEED)  # what arrives in its first months
        lines = list(islice(files.lines(world), count))
        told, matter = [orjson.loads(line) for line in lines], files.read_truth(world).matter
        print(f"{'the first ' + format(count, ','):22} precision   recall   µs a record")
        for words, way in WAYS.items():
            (folder := Path(place) / words).mkdir()
            _say(words, *_filled(folder, told, way), told, matter)
        _say("the full pass alone", *_passed(lines), told, matter)


def _filled(folder: Path, told: Sequence[Told], way: Way) -> tuple[list[list[int]], float]:
    """The cases a filled store ends with, as numbers of records, and the seconds of processor its linking took."""
    spent = 0.0
    with new_store(folder) as store:
        linker = way.linker(Settings(path=folder / "none.toml", home=HOME), store)
        for start in range(0, len(told), PAGE):
            _put(store, told[start : start + PAGE])
            spent -= time.process_time()
            way.between(linker)
            spent += time.process_time()
        spent -= time.process_time()
        linker.drain()
        spent += time.process_time()
        return _cases(store, told), spent


def _put(store: Store, told: Sequence[Told]) -> None:
    """One page of each source among them: a source is one desk of one city, and numbers its records itself."""
    pages: defaultdict[str, list[Told]] = defaultdict(list)
    for each in told:
        pages[each["source"]].append(each)
    for source, page in pages.items():
        rows = [_row(no, source, each["body"]) for no, each in enumerate(page)]
        with store.database.transaction() as connection:
            run = progress.begin_run(
                connection, StreamKey(HOME, source, STREAM), adapter="bench 1", why="pull", since=None, now=NOW
            )
            writes = Transaction(connection, store.keyring, home=HOME, source=source, stream=STREAM, now=NOW)
            raw = writes.keep_raw(
                run=run, window="", digest=rows[0].content, packed=b"", size=0, items=len(rows), fetched=NOW, clock=None
            )
            writes.put(rows, run=run, raw=raw, adapter="bench 1", mapping="1")


def _row(no: int, source: str, body: Told) -> Row:
    record = DisputeRecord(source=source, stream=STREAM, revision=1, **body).model_dump(mode="json", exclude_none=True)
    content = orjson.dumps(record)
    digest = blake2b(content, digest_size=16).digest()
    return Row(no, record["key"], 1, False, digest, head(record), content, subjects(record))


def _cases(store: Store, told: Sequence[Told]) -> list[list[int]]:
    numbers = {(each["source"], each["body"]["key"]): each["id"] for each in told}
    statement = (
        "SELECT coalesce(f.merged_into, f.code), r.source, r.key FROM case_record c JOIN record r "
        "ON r.home = c.home AND r.id = c.record JOIN case_file f ON f.code = c.code"
    )
    found: defaultdict[str, list[int]] = defaultdict(list)
    with store.database.reading() as connection:
        for code, source, key in connection.exec_driver_sql(statement):
            found[code].append(numbers[source, key])
    if lost := len(told) - sum(map(len, found.values())):
        sys.exit(f"{lost} records came to no case")
    return list(found.values())


def _passed(lines: Sequence[bytes]) -> tuple[list[list[int]], float]:
    began = time.process_time()
    with Linking(map(files.features, lines), Weights.load(), keyed=keyed_hash(files.KEY, "BLAKE2b")) as linking:
        groups = [[id_ for _, id_ in group] for group in linking.groups()]
    return groups, time.process_time() - began


def _say(words: str, groups: list[list[int]], seconds: float, told: Sequence[Told], matter: files.Array) -> None:
    numbers = np.array([0, *(each["id"] for each in told)])
    label = labels(groups, len(matter) - 1)[numbers]
    found = figures(label, matter[numbers])
    print(f"{words:22} {found.precision:9.4f} {found.recall:8.4f} {seconds / len(told) * 1e6:13.0f}", flush=True)


if __name__ == "__main__":
    main()
