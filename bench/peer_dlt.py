"""The peer: dlt pulling the same rows into SQLite, merged on the key, with the settings its documents show.

    python -m bench.peer_dlt URL FILE [ROWS]

The rest_api source by page number, the sqlalchemy destination, ``write_disposition="merge"``; telemetry off, all its
working files beside ``FILE``. It prints one line of JSON like `bench.limit`.
"""

import os
import resource
import sqlite3
import sys
import tempfile
import time
from contextlib import closing

import orjson

QUIET = {"RUNTIME__DLTHUB_TELEMETRY": "false", "RUNTIME__LOG_LEVEL": "CRITICAL"}
SIZE = 500


def main(url: str, file: str, rows: str = "1000000000") -> None:
    os.environ |= QUIET  # read when dlt is imported
    import dlt
    from dlt.sources.rest_api import rest_api_source

    source = rest_api_source(
        {
            "client": {"base_url": url},
            "resources": [
                {
                    "name": "dispute",
                    "primary_key": "id",
                    "write_disposition": "merge",
                    "endpoint": {
                        "path": "dispute",
                        "params": {"size": SIZE, "rows": rows},
                        "data_selector": "data.records",
                        "paginator": {"type": "page_number", "base_page": 1, "page_param": "page", "total_path": None},
                    },
                }
            ],
        }
    )
    with tempfile.TemporaryDirectory() as working:
        wall, cpu = time.perf_counter(), time.process_time()
        pipeline = dlt.pipeline(
            "bench",
            pipelines_dir=working,
            destination=dlt.destinations.sqlalchemy(f"sqlite:///{file}"),
            dataset_name="main",
        )
        pipeline.run(source)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    with closing(sqlite3.connect(file)) as database:
        records = database.execute("SELECT count(*) FROM dispute").fetchone()[0]
    usage = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    peak = sum(each.ru_maxrss for each in usage) / 1024
    print(orjson.dumps({"records": records, "wall_s": wall, "cpu_s": cpu, "peak_mb": peak}).decode())


if __name__ == "__main__":
    main(*sys.argv[1:])
