"""Pay-out files of any size, as a bank and a court exchange them."""

import csv
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from schemas.identity import check_character

COLUMNS = (
    *("LSH", "PCH", "XH", "AH", "FYDM", "FYMC", "SKR", "SKRLX", "ZJHM", "ZH"),
    *("KHH", "JE", "FFJG", "SBYY", "FFSJ", "GXSJ"),
)
PAID, FAILED = "00", "E102"

Line = Mapping[str, object]


def line(no: int, result: str = "", *, batch: str = "FK1", at: str = "20260303090000") -> dict[str, object]:
    """A line: another person and amount for each number. ``at`` is when the source changed it."""
    born = f"990101{1960 + no % 40}{1 + no // 40 % 12:02d}{1 + no // 480 % 28:02d}{no // 13440:03d}"
    return {
        "LSH": f"{batch}-{no:06d}", "PCH": batch, "XH": no, "AH": "（2026）浙0110执501号", "FYDM": "浙0110",
        "FYMC": "杭州市余杭区人民法院", "SKR": "厉文彬", "SKRLX": "自然人", "ZJHM": born + check_character(born),
        "ZH": f"99{no:010d}", "KHH": "余杭某农商银行", "JE": 1_000_000 + no, "FFJG": result,
        "SBYY": "户名不符" if result == FAILED else "", "FFSJ": "20260303" if result else "", "GXSJ": at,
    }  # fmt: skip


def drop(folder: Path, name: str, lines: Iterable[Line]) -> Path:
    """Write a file with its manifest into the folder; answers the file."""
    folder.mkdir(exist_ok=True)
    file, count = folder / name, 0
    with file.open("w", encoding="utf-8", newline="") as out:
        table = csv.DictWriter(out, COLUMNS, delimiter="|")
        table.writeheader()
        for each in lines:
            table.writerow(each)
            count += 1
    told = {"rows": count, "sha256": hashlib.sha256(file.read_bytes()).hexdigest()}
    file.with_name(f"{name}.json").write_text(json.dumps(told), encoding="utf-8")
    return file


def hub_toml(folder: Path, inbox: Path) -> Path:
    """Settings of one such source, called ``payouts``."""
    path = folder / "hub.toml"
    path.write_text(
        f'home = "330110"\n[store]\nurl = "sqlite:///{folder}/store.db"\nkeys = "{folder}/keyring.json"\n'
        f'[source.payouts]\nadapter = "enforcement_payout"\nfolder = "{inbox}"\n',
        encoding="utf-8",
    )
    return path


def peak_of_a_pull(settings: Path) -> int:
    """Read the source in a process of its own; answers the most memory that process had, in bytes."""
    told = [sys.executable, "-m", "hub.testing", "--config", str(settings), "--source", "payouts"]
    with subprocess.Popen(told, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as child:
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    assert child.returncode == 0
    return used.ru_maxrss * (1 if sys.platform == "darwin" else 1_024)
