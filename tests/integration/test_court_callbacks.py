"""A mobile court calls back at a node of the procedure: signed by hand here, read beside what the case table tells."""

import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson
import pytest
from cryptography.hazmat.primitives.hashes import SM3
from cryptography.hazmat.primitives.hmac import HMAC
from pushing import House, Sent

from conformance.lab.recorded import Recorded
from conformance.lab.settings import write_settings
from hub.settings import load
from hub.store.store import Store
from hub.testing import RecordRow, RunReport, load_adapter, new_store, records, run_source

PATH = "/in/court"


@pytest.fixture
def lab() -> Iterator[Recorded]:
    with Recorded({"court": "mobile_court"}) as lab:
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


def called(house: House, case: Mapping[str, Any], *, nonce: str, node: str = "开庭", secret: str | None = None) -> Sent:
    """A callback as the court's documents tell it: HMAC-SM3 of five lines, in hex."""
    told = house.settings.source("court").options
    body = orjson.dumps({"eventId": f"E-{nonce}", "sendTime": "20260701093000", "node": node, "data": case})
    stamp = str(int(time.time()))
    digest = HMAC((told["app_secret"] if secret is None else secret).encode(), SM3())
    digest.update(b"\n".join([told["app_key"].encode(), stamp.encode(), nonce.encode(), PATH.encode(), body]))
    headers = {"appName": told["app_key"], "timestamp": stamp, "nonce": nonce, "sign": digest.finalize().hex()}
    return Sent(body, {**headers, "Content-Type": "application/json"}, PATH)


def pull(house: House, store: Store) -> RunReport:
    (report,) = run_source(store, load_adapter("mobile_court"), house.settings.source("court"))
    assert report.outcome == "complete"
    return report


def case_of(store: Store, key: str) -> RecordRow:
    return next(record for record in records(store) if record.key == key)


def test_a_node_told_by_callback_is_the_case_as_the_table_tells_it(house: House, store: Store, lab: Recorded) -> None:
    rows = lab.rows("court")
    assert pull(house, store).counts.stored == len(rows)
    old = next(row for row in rows if row["AJZT"] == "审理")
    node = {"JDBH": "JD-new", "JDMC": "判决", "JDSJ": "20260701091500", "JDJG": "余姚市人民法院", "JDNR": ""}
    new = old | {"AJZT": "判决", "LASTUPDATE": "20260701092000", "JDXX": [*old["JDXX"], node]}
    assert house.push(called(house, new, nonce="1", node="判决")) == [(200, '{"code":1000,"message":"成功"}'.encode())]
    house.drain()
    kept = case_of(store, old["AHDM"])
    assert (kept.stage, kept.body["steps"][-1]["action"]) == ("judged", "判决")
    rows.update(old["AHDM"], **new)
    again = pull(house, store).counts
    assert (again.stored, again.unchanged) == (0, again.fetched), "the table tells what the callback told"
    assert again.fetched > 0


def test_a_callback_signed_with_another_secret_changes_nothing(house: House, store: Store, lab: Recorded) -> None:
    pull(house, store)
    old = next(iter(lab.rows("court")))
    forged = called(house, old | {"AJZT": "撤诉", "LASTUPDATE": "20270101000000"}, nonce="2", secret="somebody-elses")
    assert house.push(forged)[0][0] == 401
    house.drain()
    assert case_of(store, old["AHDM"]).stage != "withdrawn"
