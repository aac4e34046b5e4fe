"""The invented records as files by the month they arrive in, and what is true of them beside."""

import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import orjson
from numpy.typing import NDArray

from bench.linking.matters import STRATA
from bench.linking.telling import FIRST, HOME, TELLERS, tellings
from hub.casework.linking.features import Features, features_of
from hub.casework.linking.prepared import BLOCK, Part, Prepared, prepare
from hub.mapping.heads import subjects
from hub.store.subjects import pack, unpack
from schemas.identity import keyed_hash

KEY = bytes(range(32))
MONTHS = 48
PART = 4_000_000  # bytes

Array = NDArray[Any]


class Truth(NamedTuple):
    """By record id (from 1; place 0 is empty): its matter, stratum and source, whether it bears an identity number."""

    matter: Array
    stratum: Array
    source: Array
    numbered: Array

    def without_number(self) -> float:
        """The share of matters of which one source at least tells no identity number."""
        told = np.unique(np.stack((self.matter, self.source, self.numbered))[:, 1:], axis=1)
        pairs, last = np.unique(told[:2], axis=1, return_index=True)
        numbered = np.maximum.reduceat(told[2], last)
        return len(np.unique(pairs[0][numbered == 0])) / len(np.unique(pairs[0]))


def write(folder: Path, count: int, seed: int) -> None:
    """Write ``count`` records and a few more to ``folder``, a JSON line each, and what is true of them."""
    folder.mkdir(parents=True, exist_ok=True)
    files = [(folder / f"{number:02d}.jsonl").open("wb", buffering=1 << 16) for number in range(MONTHS)]
    strata, sources = list(STRATA), [teller.name for teller in TELLERS]
    truth = [(0, 0, 0, False)]
    keyed = keyed_hash(KEY, "BLAKE2b")
    for told in tellings(count, seed):
        truth.append(
            (told.matter, strata.index(told.stratum), sources.index(told.source.partition("_")[0]), told.numbered)
        )
        opened = told.body["opened"]
        month = (int(opened[:4]) - FIRST.year) * 12 + int(opened[5:7]) - FIRST.month
        marks = pack(subjects(told.body), keyed) or b""  # a record's head has them, as its ingest made them
        line = {"id": told.id, "source": told.source, "marks": marks.hex(), "body": told.body}
        files[min(MONTHS - 1, max(0, month))].write(orjson.dumps(line) + b"\n")
    for file in files:
        file.close()
    np.save(folder / "truth.npy", np.array(truth, dtype=np.int32).T)


def read_truth(folder: Path) -> Truth:
    """What `write` put beside the records."""
    return Truth(*np.load(folder / "truth.npy"))


def parts(folder: Path) -> list[Part]:
    """The records in parts, each read by whoever works on it."""
    return [
        partial(read, file, start)
        for file in sorted(folder.glob("*.jsonl"))
        for start in range(0, file.stat().st_size, PART)
    ]


def read(file: Path, start: int) -> list[Prepared]:
    """From bodies to rows and keys: the records whose lines begin in the part of ``file`` at ``start``."""
    keyed = keyed_hash(KEY, "BLAKE2b")
    found = _lines(file, start)
    return [prepare([features(line) for line in found[at : at + BLOCK]], keyed) for at in range(0, len(found), BLOCK)]


def features(line: bytes) -> Features:
    """The features of one line."""
    told = orjson.loads(line)
    return features_of((HOME, told["id"]), told["source"], told["body"], unpack(bytes.fromhex(told["marks"])))


def lines(folder: Path) -> Iterator[bytes]:
    """All lines."""
    for file in sorted(folder.glob("*.jsonl")):
        with file.open("rb") as open_:
            yield from open_


def _lines(file: Path, start: int) -> list[bytes]:
    with file.open("rb") as open_:
        if start:
            open_.seek(start - 1)
            open_.readline()  # the line that begins before is the part's before
        left = start + PART - open_.tell()
        return open_.readlines(left) if left > 0 else []


if __name__ == "__main__":
    write(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
