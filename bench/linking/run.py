"""One run of the linker over a folder, a process by itself: ``python -m bench.linking.run FOLDER WORKERS``.

Writes the group of each record to ``labels.npy`` and prints its figures as JSON.
"""

import sys
import time
from pathlib import Path

import numpy as np
import orjson

from bench.linking.files import KEY, parts, read_truth
from hub.casework.linking.bulk import Linking
from hub.casework.linking.score import Weights
from schemas.identity import keyed_hash


def main() -> None:
    """From bodies to groups; then the labels are written."""
    folder, workers = Path(sys.argv[1]), int(sys.argv[2])
    records = len(read_truth(folder).matter) - 1
    began = time.perf_counter()
    found = np.arange(records + 1)
    with Linking(parts(folder), Weights.load(), keyed=keyed_hash(KEY, "BLAKE2b"), workers=workers) as linking:
        read = time.perf_counter() - began
        for group in linking.groups():
            found[[id_ for _, id_ in group]] = group[0][1]
        seconds = time.perf_counter() - began
        counts = linking.counts
    np.save(folder / "labels.npy", found)
    told = {
        "records": records, "seconds": seconds, "read_s": read, "compared": counts.compared,
        "joined": counts.joined, "asked": counts.asked,
    }  # fmt: skip
    print(orjson.dumps(told).decode())


if __name__ == "__main__":
    main()
