"""The demo: simulated sources on loopback, one hub over them, and what it makes of their records.

``python -m conformance.lab.demo [--data DIR] [--all] [--serve] [--folder DIR]``: a court, a petition office, a
mediation platform and a grid platform (and Open311 with ``--data``) are pulled into a fresh embedded store. Then the
court judges one of the disputes and the grid pays a visit: what they tell is pulled, and the dispute's whole life is
shown under its one code. A last pull has nothing new to store. ``--all`` serves every installed adapter and ends with
the accounts.
"""

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from conformance.lab.lab import ALL, Lab
from conformance.lab.real import SETTINGS, real_rows
from conformance.lab.settings import write_settings

if TYPE_CHECKING:
    from conformance.lab.recorded import Known

FOUR = ("mobile_court", "zhelifang", "dispute_code", "four_platforms")
LONGEST_NAME = 24

STORY = "ZJ330110202603040001"
"""The petition's number of the dispute whose life is shown: water through a ceiling, from the grid to the court."""

GOES_ON: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "mobile_court": (
        "990110202601000221",
        {
            "AJZT": "判决",
            "JARQ": "20260702",
            "JAFS": "判决",
            "LASTUPDATE": "20260702163011",
            "JDXX": [
                {"JDBH": "990110202601000221-1", "JDMC": "立案", "JDSJ": "20260403101522", "JDJG": "余杭区人民法院",
                 "JDNR": "调解不成后起诉，当场立案。"},
                {"JDBH": "990110202601000221-2", "JDMC": "送达", "JDSJ": "20260408121809", "JDJG": "余杭区人民法院",
                 "JDNR": "起诉状副本、开庭传票已送达。"},
                {"JDBH": "990110202601000221-3", "JDMC": "开庭", "JDSJ": "20260618090000", "JDJG": "余杭区人民法院",
                 "JDNR": "在溪芷苑社区共享法庭开庭，到现场看了渗漏处。"},
                {"JDBH": "990110202601000221-4", "JDMC": "宣判", "JDSJ": "20260702150000", "JDJG": "余杭区人民法院",
                 "JDNR": "判令被告十五日内重做防水，赔偿装修损失9600元。"},
            ],
        },
    ),
    "four_platforms": ("1802535482000828116", {"status": "回访", "updatetime": "2026-07-06 09:24:40"}),
}  # fmt: skip
"""What becomes of that dispute between two pulls: source, key, fields."""
RUN_LINES = 7
"""Lines of a pull of two sources that tell of the runs: headings, rule, a row each, a blank, the sum."""
HUB = Path(sys.executable).with_name("hub")


@click.command()
@click.option(
    "--data", type=click.Path(path_type=Path, exists=True, file_okay=False), help="Serve the real texts of DIR."
)
@click.option("--all", "every", is_flag=True, help="Every installed adapter, and the accounts at the end.")
@click.option("--serve", is_flag=True, help="Stay up afterwards: the sources and a hub that polls them.")
@click.option(
    "--folder", type=click.Path(path_type=Path), default=Path("build/demo"), help="Where hub.toml and store go."
)
def demo(data: Path | None, every: bool, serve: bool, folder: Path) -> None:
    """Pull simulated sources into one network and show what came of it."""
    if folder.exists():
        shutil.rmtree(folder)  # the demo's own folder: each demo starts from nothing
    folder.mkdir(parents=True)
    rows = real_rows(data) if data else None
    adapters = None
    with ExitStack() as running:
        wires = ALL if rows or every else FOUR
        lab = running.enter_context(Lab(wires, rows=rows, settings=SETTINGS if data else None))
        sources, served = lab.settings(), {name: len(lab.rows(name)) for name in wires}
        if every:
            from conformance.lab.recorded import Recorded, known  # noqa: PLC0415 - half a second, for who asks

            adapters = known()
            more = running.enter_context(Recorded({name: name for name in adapters.read if name not in wires}))
            sources |= more.settings()
            served |= {name: more.count(name) for name in more}
        count = sum(served.values())
        click.secho(
            f"\n一网 Yiwang · {len(served)} 个来源 sources on loopback, {count} 条记录 records to fetch", bold=True
        )
        for name, table in sources.items():
            place = next(str(table[key]) for key in ("base_url", "folder", "database") if key in table)
            click.echo(f"  {name:<{LONGEST_NAME}} {place}  ({served[name]})")
        config = write_settings(folder / "hub.toml", sources)
        _hub(config, "key", "create")
        click.secho("\n第一次拉取 First pull", bold=True)
        first = _hub(config, "run", "--once")
        told = _status(config) if every else []
        if not data:
            first |= _life(config, lab)
        click.secho("\n再拉取 Another pull: nothing has changed at the sources", bold=True)
        last = _hub(config, "run", "--once")
        if adapters:
            first |= account(served, told, _status(config), adapters)
        if serve:
            click.secho("\n一直运行 Staying up; Ctrl-C ends it", bold=True)
            _hub(config, "run")
    sys.exit(first or last)


def _life(config: Path, lab: Lab) -> int:
    """Let one dispute go on at two of its bodies, pull what they tell, and show its life under its one code."""
    click.secho("\n法院判了，网格回访 The court has judged, and the grid has paid a visit", bold=True)
    for name, (key, fields) in GOES_ON.items():
        lab.rows(name).update(key, **fields)
    failed = _hub(config, "source", "pull", *GOES_ON, lines=RUN_LINES)
    click.secho("\n一件纠纷的全过程 The whole life of one dispute, across four systems, under one code", bold=True)
    return failed | _hub(config, "case", "timeline", STORY)


FATES = {"stored": "新存", "unchanged": "未变", "superseded": "旧版", "deleted": "删除", "rejected": "退回"}
"""What may become of an item that was fetched: exactly one of these (law L1)."""


def account(
    served: Mapping[str, int],
    first: Sequence[Mapping[str, Any]],
    second: Sequence[Mapping[str, Any]],
    adapters: "Known",
) -> int:
    """Hold what the sources have against what ``hub status --json`` says of both pulls; 1 where it does not add up."""
    fetched = dict.fromkeys(served, 0)
    sums = dict.fromkeys(FATES, 0)
    wrong = [f"{name} 无模拟来源 has no simulated source: {why}" for name, why in adapters.broken.items()]
    for run in first:
        fates = {fate: run[fate] or 0 for fate in FATES}
        fetched[run["source"]] += run["fetched"] or 0
        if run["fetched"] != sum(fates.values()):
            wrong.append(f"{run['source']}: 收到 fetched {run['fetched']}, 去向 fates {fates}")
        sums = {fate: sums[fate] + fates[fate] for fate in FATES}
    short = (name for name in served if served[name] != fetched[name])
    wrong += [f"{name}: 提供 served {served[name]}, 收到 fetched {fetched[name]}" for name in short]
    if again := sum((run["stored"] or 0) + (run["deleted"] or 0) for run in second):
        wrong.append(f"来源未变, 第二次仍新存 the second pull stored {again}, and nothing had changed")
    total = sum(fetched.values())
    click.secho("\n对账 The accounts", bold=True)
    click.echo(f"  {len(served)} 个来源 sources: 提供 served {sum(served.values())}, 收到 fetched {total}")
    click.echo(f"  {total} = " + " + ".join(f"{FATES[fate]} {fate} {count}" for fate, count in sums.items() if count))
    click.echo(f"  第二次拉取 second pull: 新存 stored {again}")
    if adapters.unasked:
        click.echo(f"  不拉取 never asked, they push or are handed things: {', '.join(adapters.unasked)}")
    for each in wrong:
        click.secho(f"  {each}", fg="red")
    click.secho("  对不上 It does not add up" if wrong else "  全部对上 Everything adds up", bold=True)
    return 1 if wrong else 0


def _status(config: Path) -> list[Mapping[str, Any]]:
    """What the hub says of the last run of each source."""
    command = [str(HUB), "--config", str(config), "status", "--json"]
    told = subprocess.run(command, stdout=subprocess.PIPE, check=True)  # noqa: S603 - our own command
    return list(json.loads(told.stdout)["sources"])


def _hub(config: Path, *arguments: str, lines: int | None = None) -> int:
    """Run the command a user would run, showing its first ``lines`` or all; Ctrl-C reaches it as it reaches us, and it
    stops by itself."""
    command = [str(HUB), "--config", str(config), *arguments]
    if arguments != ("key", "create"):
        cut = f" | head -{lines}" if lines else ""
        click.secho(f"$ hub --config {config} {' '.join(arguments)}{cut}", dim=True)
    with subprocess.Popen(command, stdout=subprocess.PIPE if lines else None, text=True) as hub:  # noqa: S603 - our own command
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            for number, line in enumerate(hub.stdout or ()):
                if number < (lines or 0):
                    click.echo(line, nl=False)
            return hub.wait()
        finally:
            signal.signal(signal.SIGINT, before)


if __name__ == "__main__":
    demo()
