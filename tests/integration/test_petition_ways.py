"""Petitions and calls in whatever way they come: pushed, read, by a view, in a workbook; one matter is one record."""

import hashlib
import hmac
import json
import time
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson
import pytest
from cryptography.hazmat.primitives.hashes import SM3
from cryptography.hazmat.primitives.hmac import HMAC
from front_table import Front
from pushing import House, Sent
from unit.test_files_workbook import book, row, sheet, word

import adapters.petition.zhelifang_files as files
import adapters.petition.zhelifang_view as view
from adapters.petition.zhelifang_files.adapter import ZhelifangFiles
from adapters.petition.zhelifang_view.adapter import VIEW, ZhelifangView
from conformance.lab.recorded import Recorded
from conformance.lab.settings import write_settings
from hub.registry import Registry
from hub.service.inbox import doors
from hub.settings import SourceSettings, load
from hub.store.store import Store
from hub.testing import RecordRow, RunReport, load_adapter, new_store, records, run_source

FEW = {
    "storeid": "b7c1", "xfjbh": "ZJ330110202605200001", "xm": "徐三", "zjlx": "111", "zjhm": "990101199001010011",
    "sjhm": "13800000002", "xfrq": "2026-05-20 09:12:31", "wtsddm": "330110005", "nrfldm": "0703",
    "gk": "水沟填埋致农田积水。", "xbsj": "2026-07-19 23:59:59",
}  # fmt: skip
"""What a street's receiver is sent, and no more."""


@pytest.fixture
def lab() -> Iterator[Recorded]:
    with Recorded({"petitions": "zhelifang", "calls": "police"}) as lab:
        yield lab


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with new_store(tmp_path) as store:
        yield store


@pytest.fixture
def house(lab: Recorded, tmp_path: Path, store: Store) -> Iterator[House]:
    house = House(load(write_settings(tmp_path / "hub.toml", lab.settings())), store)
    yield house
    house.keeper.close()


def petition(house: House, told: Mapping[str, Any], *, nonce: str, secret: str | None = None) -> Sent:
    """A push as the page on it tells: HMAC-SHA256 of five lines, in hex."""
    own, path, body = house.settings.source("petitions").options, "/in/petitions", orjson.dumps(told)
    stamp = str(int(time.time() * 1000))
    lines = b"\n".join([own["app_key"].encode(), stamp.encode(), nonce.encode(), path.encode(), body])
    signed = hmac.new((own["app_secret"] if secret is None else secret).encode(), lines, hashlib.sha256).hexdigest()
    return Sent(body, headers(own["app_key"], stamp, nonce, signed), path)


def call(house: House, told: Mapping[str, Any], *, nonce: str, late_s: int = 0) -> Sent:
    """An order as the page on it tells: HMAC-SM3 of time, nonce and body, in Base64."""
    own = house.settings.source("calls").options
    body = orjson.dumps({"ZLBH": f"ZL-{nonce}", "TSSJ": "20260701093000", "ROWS": told})
    stamp = str(int((time.time() - late_s) * 1000))
    digest = HMAC(own["app_secret"].encode(), SM3())
    digest.update(stamp.encode() + nonce.encode() + body)
    return Sent(body, headers(own["app_key"], stamp, nonce, b64encode(digest.finalize()).decode()), "/in/calls")


def headers(key: str, stamp: str, nonce: str, signed: str) -> dict[str, str]:
    told = {"X-App-Key": key, "X-Timestamp": stamp, "X-Nonce": nonce, "X-Sign": signed}
    return {**told, "Content-Type": "application/json"}


def pull(house: House, store: Store, source: str) -> RunReport:
    settings = house.settings.source(source)
    (report,) = run_source(store, load_adapter(settings.adapter), settings)
    assert report.outcome == "complete"
    return report


def one(store: Store, key: str) -> RecordRow:
    (found,) = [record for record in records(store) if record.key == key]
    return found


def test_a_push_and_what_is_read_of_it_are_one_record(house: House, store: Store, lab: Recorded) -> None:
    assert house.push(petition(house, FEW, nonce="1")) == [(200, '{"code":200,"msg":"操作成功"}'.encode())]
    house.drain()
    first = one(store, "b7c1")
    assert (first.stage, first.body["detail"], first.versions) == (None, "水沟填埋致农田积水。", 1)
    assert house.push(petition(house, FEW, nonce="2"))[0][0] == 200, "told again: ignored, and answered all the same"
    house.drain()
    assert one(store, "b7c1").versions == 1
    known = next(iter(lab.rows("petitions")))
    rich = known | {
        "ID": "b7c1", "XFJBH": FEW["xfjbh"], "BT": "水沟填埋", "XFRQ": FEW["xfrq"], "GXSJ": FEW["xfrq"], "BLZTDM": "08",
    }  # fmt: skip
    lab.rows("petitions").add(rich)
    pull(house, store, "petitions")
    read = one(store, "b7c1")
    assert (read.stage, read.body["title"], read.versions) == ("accepted", "水沟填埋", 2)
    late = {**FEW, "gk": "水沟填埋致农田积水，再次反映。"}
    assert house.push(petition(house, late, nonce="3"))[0][0] == 200
    house.drain()
    assert one(store, "b7c1") == read, "the few fields of a push never undo what was read, not even in one second"


def test_a_petition_pushed_whole_moves_its_record(house: House, store: Store, lab: Recorded) -> None:
    pull(house, store, "petitions")
    old = next(row for row in lab.rows("petitions") if row["BLZTDM"] == "08")
    asked = {"BLZTDM": "", "BLZTMC": "复查", "FCSQSJ": "2026-06-20 09:00:00", "FCJZSJ": "2026-07-20 23:59:59"}
    house.push(petition(house, old | asked | {"GXSJ": "2026-06-20 09:00:01"}, nonce="4"))
    house.drain()
    moved = one(store, old["ID"])
    assert (moved.stage, moved.body["due"]) == ("review", "2026-07-20T15:59:59Z")
    assert moved.body["steps"][-1]["action"] == "申请复查"


def test_a_push_signed_with_another_secret_is_refused(house: House, store: Store) -> None:
    assert house.push(petition(house, FEW, nonce="5", secret="somebody-elses"))[0][0] == 401
    house.drain()
    assert records(store) == []


def test_a_call_pushed_as_an_order_is_the_call_as_it_is_read(house: House, store: Store, lab: Recorded) -> None:
    told = next(row for row in lab.rows("calls") if row["AJZT"] == "移交调解")
    assert house.push(call(house, told, nonce="6")) == [(200, '{"CODE":1,"MESSAGE":"成功"}'.encode())]
    house.drain()
    pushed = one(store, told["JJDBH"])
    assert (pushed.stage, pushed.body["detail"]) == ("dispatched", told["BJNR"])
    counts = pull(house, store, "calls").counts
    assert (counts.unchanged, counts.stored) == (1, counts.fetched - 1)
    assert one(store, told["JJDBH"]) == pushed
    assert house.push(call(house, told | {"AJZT": "办结"}, nonce="7", late_s=301))[0][0] == 401, "an old order"


def lines(module: Any) -> list[dict[str, Any]]:
    """The rows of an adapter's recording."""
    path = Path(module.__file__).parent / "recordings/two_pages.jsonl"
    replies = [json.loads(line)["response"]["body"] for line in path.read_text(encoding="utf-8").splitlines()]
    return [row for reply in replies for row in json.loads(reply)["rows"]]


def workbook(told: Sequence[Mapping[str, Any]]) -> bytes:
    """An export as an office's spreadsheet program writes it."""
    columns = list(told[0])
    table = [columns, *([each[name] for name in columns] for each in told)]
    cells = [[word(f"{_column(at)}{n}", value) for at, value in enumerate(each)] for n, each in enumerate(table, 1)]
    return book(信访件=sheet(*(row(n, *each) for n, each in enumerate(cells, 1))))


def _column(at: int) -> str:
    return chr(65 + at) if at < 26 else f"A{chr(39 + at)}"


def test_a_workbook_and_a_text_of_one_export_are_the_same_petitions(tmp_path: Path) -> None:
    told = lines(files)
    text_of = "\n".join(",".join(each) for each in ([*told[0]], *(map(str, each.values()) for each in told)))
    kept = {}
    for name, data in (("xf.xlsx", workbook(told)), ("xf.csv", text_of.encode("gb18030"))):
        folder = tmp_path / name
        (folder / "in").mkdir(parents=True)
        (folder / "in" / name).write_bytes(data)
        source = SourceSettings(
            name="export", adapter="zhelifang_files", home="330110", every_s=300, allow=(str(folder),),
            options={"folder": str(folder / "in")},
        )  # fmt: skip
        with new_store(folder) as store:
            (report,) = run_source(store, ZhelifangFiles, source)
            assert (report.outcome, report.counts.rejected) == ("complete", 0)
            kept[name] = {record.key: record.body for record in records(store)}
    assert set(kept["xf.csv"]) == {each["信访件编号"] for each in told}
    assert kept["xf.xlsx"] == kept["xf.csv"]


def test_a_view_is_read_by_its_time_and_reviews_are_due_when_they_are(front: Front, store: Store) -> None:
    told = lines(view)
    times = dict.fromkeys(("OPPTIME", "XBJZSJ", "FCJZSJ"), "timestamp") if front.engine == "postgresql" else {}
    columns = ", ".join(f'"{name}" {times.get(name, "text")}' for name in told[0])
    front.do(f'CREATE TABLE "{VIEW}" ({columns})')
    marks = ", ".join(f":{name}" for name in told[0])
    front.do(f'INSERT INTO "{VIEW}" VALUES ({marks})', *[{k: _plain(k, v) for k, v in each.items()} for each in told])
    source = SourceSettings(
        name="front", adapter="zhelifang_view", home="330110", every_s=300, allow=tuple(front.allow),
        options={"database": front.url},
    )  # fmt: skip
    (report,) = run_source(store, ZhelifangView, source)
    assert (report.outcome, report.counts.stored) == ("complete", len(told))
    kept = {record.key: record for record in records(store)}
    stands = {each["BLZTMC"]: kept[each["ID"]] for each in told}
    assert (stands["复查"].stage, stands["复查"].body["due"]) == ("review", "2026-04-09T15:59:59Z")
    assert (stands["复核"].stage, stands["复核"].body["due"]) == ("re_review", "2026-04-11T15:59:59Z")
    assert [step["action"] for step in stands["复核"].body["steps"]] == ["申请复查", "复查意见", "申请复核"]
    touched = told[0]["ID"]
    front.do(f"""UPDATE "{VIEW}" SET "OPPTIME" = '2026-03-20 08:00:00', "BLZTMC" = '复查' WHERE "ID" = '{touched}'""")
    (report,) = run_source(store, ZhelifangView, source)
    assert (report.counts.stored, report.counts.fetched < len(told)) == (1, True)


def _plain(name: str, value: Any) -> Any:
    return None if value == "" and name.endswith("SJ") else value if value is None else str(value)


def test_a_source_that_is_asked_as_well_needs_no_secret_for_pushes(lab: Recorded, tmp_path: Path) -> None:
    told = lab.settings()
    told = {**told, "petitions": {name: each for name, each in told["petitions"].items() if name != "app_secret"}}
    settings = load(write_settings(tmp_path / "hub.toml", told))
    assert set(doors(settings, Registry.load(), ["petitions", "calls"])) == {"calls"}
