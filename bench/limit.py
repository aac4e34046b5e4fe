"""The raw limit: what fetching, decoding and writing the same bytes costs when nothing else is done. FROZEN.

    python -m bench.limit URL FILE

This file never changes: every ratio the bench has ever printed is a ratio to it (`tests/unit/test_bench.py` holds its
hash). It gets the pages of `bench.serve` by page number over one keep-alive connection, decodes them with orjson, and
writes one table of 30 columns plus the raw page by plain ``executemany``, WAL and ``synchronous=FULL``, one
transaction a page. No versions, no secrets, no checks, no mapping. It prints one line of JSON: records, wall and CPU
seconds, peak memory.
"""

import resource
import sqlite3
import sys
import time
from http.client import HTTPConnection
from operator import itemgetter
from typing import Any
from urllib.parse import urlsplit

import orjson

SIZE = 500
SCALARS = (
    "id", "caseNo", "disputeType", "disputeTypeName", "item", "itemName", "title", "content", "occurPlace",
    "regionCode", "orgId", "orgName", "mediatorId", "mode", "codeColor", "status", "applyTime", "acceptTime", "endTime",
    "agreementNo", "amount", "confirmFlag", "sourceNo", "updateTime",
)  # fmt: skip
LISTS = ("applicant", "respondent", "agent")
FIRST_APPLICANT = ("name", "idNo", "tel")
COLUMNS = (*SCALARS, *LISTS, *FIRST_APPLICANT)  # 24 + 3 + 3

scalars = itemgetter(*SCALARS)
lists = itemgetter(*LISTS)
first_applicant = itemgetter(*FIRST_APPLICANT)


def row(record: dict[str, Any]) -> tuple[Any, ...]:
    return (*scalars(record), *map(orjson.dumps, lists(record)), *first_applicant(record["applicant"][0]))


def pull(url: str, file: str) -> int:
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname or "", parts.port)
    database = sqlite3.connect(file, isolation_level=None)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=FULL")
    database.execute(f"CREATE TABLE dispute ({', '.join(COLUMNS)})".replace("(id,", "(id INTEGER PRIMARY KEY,"))
    database.execute("CREATE TABLE raw (page INTEGER PRIMARY KEY, body BLOB)")
    insert = f"INSERT INTO dispute VALUES ({', '.join('?' * len(COLUMNS))})"
    seen, page, total = 0, 0, 1
    while seen < total:
        page += 1
        connection.request("GET", f"/dispute?page={page}&size={SIZE}")
        content = connection.getresponse().read()
        data = orjson.loads(content)["data"]
        total = data["total"]
        records = data["records"]
        seen += len(records)
        database.execute("BEGIN IMMEDIATE")
        database.execute("INSERT INTO raw VALUES (?, ?)", (page, content))
        database.executemany(insert, map(row, records))
        database.execute("COMMIT")
    database.close()
    return seen


def main(url: str, file: str) -> None:
    wall, cpu = time.perf_counter(), time.process_time()
    records = pull(url, file)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(orjson.dumps({"records": records, "wall_s": wall, "cpu_s": cpu, "peak_mb": peak}).decode())


if __name__ == "__main__":
    main(*sys.argv[1:])
