"""The bench: the raw limit, our line and dlt over the same rows, in turns; medians, ratios, ``build/bench.json``.

    python -m bench [--rows 200000] [--turns 5]

Each measurement is a process of its own into a fresh file on disk; the source of the rows is another one.
"""

import argparse
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path
from statistics import median
from typing import Any

import orjson

from bench.serve import served

BUILD = Path("build")
PLACE = BUILD / "bench"
WHAT = {"limit": "raw limit", "line": "yiwang", "peer_dlt": "dlt"}

Figures = dict[str, float]


def measure(name: str, url: str) -> Figures:
    """Run one of the three into a fresh folder; its figures."""
    shutil.rmtree(PLACE, ignore_errors=True)
    PLACE.mkdir(parents=True)
    target = PLACE if name == "line" else PLACE / "store.db"
    # not by -m: a worker process loads the main module of its parent, and that of the `hub` command is next to nothing
    start = f"import sys; from bench.{name} import main; main(*sys.argv[1:])"
    command = [sys.executable, "-c", start, url, str(target.resolve())]
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode:
        sys.exit(f"bench.{name} failed:\n{done.stderr.decode()[-4000:]}")
    figures: Figures = orjson.loads(done.stdout.splitlines()[-1])
    figures["records_per_s"] = figures["records"] / figures["wall_s"]
    figures["cpu_s_per_million"] = figures["cpu_s"] / figures["records"] * 1e6
    return figures


def medians(turns: list[Figures]) -> Figures:
    """The median of each figure over the turns."""
    return {name: median(turn[name] for turn in turns) for name in turns[0]}


def summary(found: dict[str, Figures]) -> dict[str, Any]:
    """What ``build/bench.json`` holds."""
    line, limit, dlt = found["line"], found["limit"], found["peer_dlt"]
    return {
        "records_per_s": round(line["records_per_s"]),
        "ratio_to_limit": round(line["records_per_s"] / limit["records_per_s"], 3),
        "ratio_to_dlt": round(line["records_per_s"] / dlt["records_per_s"], 2),
        "peak_mb": round(line["peak_mb"]),
        "second_pull_s": round(line["second_pull_s"], 2),
        "second_pull_records": line["second_records"],
        "cpu_s_per_million": round(line["cpu_s_per_million"]),
        "rows": line["records"],
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "medians": found,
    }


def table(found: dict[str, Figures]) -> str:
    """The medians as a person reads them."""
    limit = found["limit"]["records_per_s"]
    lines = [f"{'':12} {'records/s':>10} {'of limit':>9} {'CPU s/million':>14} {'peak MB':>8} {'second pull s':>14}"]
    for name, each in found.items():
        second = f"{each['second_pull_s']:.2f}" if "second_pull_s" in each else ""
        lines.append(
            f"{WHAT[name]:12} {each['records_per_s']:10,.0f} {each['records_per_s'] / limit:9.2f} "
            f"{each['cpu_s_per_million']:14.1f} {each['peak_mb']:8.0f} {second:>14}"
        )
    return "\n".join(lines)


def main() -> None:
    """Measure, print, write."""
    words = argparse.ArgumentParser(prog="python -m bench", description="Speed against the raw limit and dlt.")
    words.add_argument("--rows", type=int, default=200_000, help="rows in each measurement (default 200,000)")
    words.add_argument("--turns", type=int, default=5, help="interleaved repetitions (default 5)")
    asked = words.parse_args()
    print(f"making {asked.rows:,} rows ...", flush=True)
    turns: dict[str, list[Figures]] = {name: [] for name in WHAT}
    with served(asked.rows) as url:
        for turn in range(1, asked.turns + 1):
            for name, done in turns.items():
                done.append(measure(name, url))
                print(
                    f"  turn {turn} of {asked.turns}  {WHAT[name]:10} {done[-1]['records_per_s']:10,.0f} records/s",
                    flush=True,
                )
    shutil.rmtree(PLACE)
    found = {name: medians(done) for name, done in turns.items()}
    told = summary(found)
    target = BUILD / "bench.json"
    target.write_bytes(orjson.dumps(told, option=orjson.OPT_INDENT_2))
    print(f"\nmedians of {asked.turns}, {asked.rows:,} rows, {told['cores']} cores\n\n{table(found)}\n")
    print(
        f"yiwang is at {told['ratio_to_limit']} of the limit and {told['ratio_to_dlt']} times dlt; written to {target}"
    )
    subprocess.run([sys.executable, "-m", "bench.stages"], check=True)


if __name__ == "__main__":
    main()
