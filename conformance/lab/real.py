"""Real third-party texts as rows of the lab's wires, for local runs, read from a folder given at run time only.

Dirt stays: the San Francisco requests leave the lab as the very text they stand in, duplicate keys, ``"null"`` times
and all. What a wire demands and the texts do not have (a key, an update time) is made from what they have.
"""

import csv
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from conformance.lab.rows import RawRow, Row
from schemas.taxonomy import load

SETTINGS: Mapping[str, Mapping[str, Any]] = {"open311": {"timezone": "America/Los_Angeles"}}
"""Settings that go with these rows, for ``Lab(settings=…)``: San Francisco's times are naive."""

ENTERED = "20250101000000"  # when the court texts, which tell no update time, entered the table
SAN_FRANCISCO = ("sf_open311_open_2010.json", "sf_open311_closed_2010.json")


def real_rows(folder: Path) -> dict[str, list[Row]]:
    """Rows by wire out of the folder ``petition/``, ``court/`` and ``civic311/`` stand in. Raises FileNotFoundError."""
    return {
        "zhelifang": [*_petitions(folder / "petition")],
        "mobile_court": [*_case_heads(folder / "court"), *_pleadings(folder / "court")],
        "open311": [*_san_francisco(folder / "civic311")],
    }


def _petitions(folder: Path) -> Iterator[Row]:
    for message in _json_lines(folder / "petition_messages.jsonl"):
        yield _petition(message) | {"BLZTDM": "02", "BLZTMC": "待办理"}
    for message in _json_lines(folder / "petition_with_reply.jsonl"):
        answered = message["reply_time"]
        answer = {"ID": f"{message['id']}-1", "BLFS": "答复", "BLJG": "", "BLSJ": answered, "BLSM": message["reply"]}
        closed = {"BLZTDM": "12", "BLZTMC": "已办结", "BJSJ": answered, "BLGC": [answer], "GXSJ": answered}
        yield _petition(message) | closed


def _petition(message: Row) -> Row:
    return {
        "ID": message["id"],
        "XFJBH": "",
        "SXLXDM": "",
        "XFXSDM": "03",
        "XFXSMC": "网上信访",
        "XFRBM": message["user"],
        "XFRQ": message["time"],
        "NRFLDM": "",
        "NRFLMC": "",
        "BT": message["topic"],
        "TSNR": message["detail"],
        "ZCS": message.get("support"),
        "FDS": message.get("against"),
        "BLGC": [],
        "CJSJ": message["time"],
        "GXSJ": message["time"],
    }


def _case_heads(folder: Path) -> Iterator[Row]:
    causes = sorted(load().causes_by_label, key=len, reverse=True)
    with (folder / "real_case_heads.csv").open(encoding="utf-8-sig", newline="") as lines:
        for number, head in enumerate(csv.DictReader(lines), 1):
            yield {
                "AHDM": f"head-{number:04}",  # published numbers can be masked, so they are no key
                "AH": head["case_no"],
                "AY": next((cause for cause in causes if cause in head["title"]), ""),
                "AYDM": "",
                "AJLB": head["doc_type"],
                "JBFY": head["court"],
                "LARQ": "",
                "JARQ": head["judgment_date"].replace("-", ""),
                "JAFS": "判决",
                "AJZT": "结案",
                "AQ": head["title"],
                "DSR": [],
                "LASTUPDATE": ENTERED,
            }


def _pleadings(folder: Path) -> Iterator[Row]:
    for pleading in _json_lines(folder / "civil_pleadings.jsonl"):
        yield {
            "AHDM": pleading["doc_id"],
            "AH": "",
            "AY": "",
            "AYDM": "",
            "AJLB": "民事一审",
            "AJZT": "审理",
            "AQ": f"{pleading['claim']}\n{pleading['defence']}",
            "DSR": [],
            "LASTUPDATE": ENTERED,
        }


def _san_francisco(folder: Path) -> Iterator[RawRow]:
    for name in SAN_FRANCISCO:
        yield from _raw_objects((folder / name).read_text(encoding="utf-8"))
    with (folder / "sf_open311_2011.jsonl").open("rb") as lines:
        for line in lines:
            yield RawRow(line.strip(), json.loads(line))


def _raw_objects(text: str) -> Iterator[RawRow]:
    """Cut the objects of the first list in ``text`` out of it, unread."""
    decoder, spot = json.JSONDecoder(), text.index("[") + 1
    while (spot := text.find("{", spot)) >= 0:
        fields, end = decoder.raw_decode(text, spot)
        yield RawRow(text[spot:end].encode(), fields)
        spot = end


def _json_lines(path: Path) -> Iterator[Row]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)
