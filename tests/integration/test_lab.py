"""The lab against the hub's own HTTP source: every wire read whole, with its habits, and under each fault."""

import hashlib
import hmac
import json
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import httpx
import pytest

from conformance.lab import ALL, Lab, RawRow, Row, sample_rows
from conformance.lab.real import real_rows
from conformance.lab.rows import Rows
from hub.api import (
    Adapter,
    PagingLoop,
    SourceDenied,
    SourceError,
    SourceReplyInvalid,
    SourceThrottled,
    SourceUnavailable,
)
from hub.sources.http import HttpLimits, HttpSource

HOMES = {
    "mobile_court": "adapters.court.mobile_court",
    "zhelifang": "adapters.petition.zhelifang",
    "dispute_code": "adapters.mediation.dispute_code",
    "four_platforms": "adapters.grid.four_platforms",
    "open311": "adapters.grid.open311",
}
DATA = Path(__file__).parents[3] / "shared" / "data"
ONCE = HttpLimits(attempts=1, read_s=2, total_s=2)


@pytest.fixture
def lab() -> Iterator[Lab]:
    with Lab() as running:
        yield running


@contextmanager
def reading(
    lab: Lab, name: str, limits: HttpLimits = ONCE, **options: Any
) -> Iterator[tuple[Adapter[Any], HttpSource]]:
    kind = import_module(HOMES[name]).hub_adapters()[0]
    table = {key: value for key, value in lab.settings()[name].items() if key not in ("adapter", "home", "allow")}
    adapter = kind(kind.Config(**(table | options)))
    with HttpSource(
        name=name,
        home="330110",
        manifest=adapter.manifest,
        config=adapter.config,
        allow=["127.0.0.1/32"],
        limits=limits,
    ) as source:
        source.start_read("records")
        yield adapter, source


def keys(lab: Lab, name: str, since: datetime | None = None, **options: Any) -> list[str]:
    """Keys of all drafts of one read."""
    with reading(lab, name, **options) as (adapter, source):
        return [str(adapter.draft(item).key) for page in adapter.pages(source, since) for item in adapter.items(page)]


def served(lab: Lab, name: str) -> list[str]:
    field = {"mobile_court": "AHDM", "zhelifang": "ID", "open311": "service_request_id"}.get(name, "id")
    return [str(row[field]) for row in lab.rows(name)]


@pytest.mark.parametrize("size", [7, 500])
@pytest.mark.parametrize("name", ALL)
def test_a_read_gets_every_row_once(lab: Lab, name: str, size: int) -> None:
    assert sorted(keys(lab, name, page_size=size)) == sorted(served(lab, name))


@pytest.mark.parametrize("name", ALL)
def test_a_second_read_asks_only_for_what_is_new(lab: Lab, name: str) -> None:
    whole = keys(lab, name)
    assert keys(lab, name, datetime(2030, 1, 1, tzinfo=UTC)) == []
    some = keys(lab, name, datetime(2026, 3, 1, tzinfo=UTC))
    assert 0 < len(some) < len(whole)


def test_open311_reads_alike_in_both_formats(lab: Lab) -> None:
    assert keys(lab, "open311", format="xml", page_size=9) == keys(lab, "open311", page_size=9)


def test_a_page_beyond_the_end_of_the_court_is_its_last(lab: Lab) -> None:
    with reading(lab, "mobile_court") as (_, source):
        last, beyond = (
            source.post("/peace/intranet/case/page", json={"current": page, "size": 20, "LASTUPDATE": ""})
            for page in (-(-len(lab.rows("mobile_court")) // 20), 99)
        )
    assert last.rows
    assert list(beyond.rows) == list(last.rows)


def test_a_court_row_updated_during_a_read_moves_no_other_past_the_reader(lab: Lab) -> None:
    found: set[str] = set()
    with reading(lab, "mobile_court", page_size=10) as (adapter, source):
        for number, page in enumerate(adapter.pages(source, None)):
            found |= {adapter.draft(item).key for item in page.rows}
            lab.rows("mobile_court").update(served(lab, "mobile_court")[number], LASTUPDATE="20260630000000")
    assert found == set(served(lab, "mobile_court"))


def test_a_late_petition_is_found_by_the_look_back(lab: Lab) -> None:
    since = datetime(2026, 3, 10, 12, tzinfo=UTC)
    late: Row = next(iter(lab.rows("zhelifang"))) | {"ID": "f" * 32, "GXSJ": "2026-03-08 09:00:00"}
    assert "f" * 32 not in keys(lab, "zhelifang", since)
    lab.rows("zhelifang").add(late)
    assert "f" * 32 in keys(lab, "zhelifang", since)


def test_rows_can_be_taken_away(lab: Lab) -> None:
    gone = served(lab, "four_platforms")[0]
    lab.rows("four_platforms").delete(gone)
    assert gone not in keys(lab, "four_platforms")
    with pytest.raises(KeyError):
        lab.rows("four_platforms").delete(gone)
    with pytest.raises(KeyError):
        lab.rows("four_platforms").update(gone, status="办结")


@pytest.mark.parametrize("name", ["zhelifang", "four_platforms"])
def test_a_token_that_dies_is_replaced_during_the_read(lab: Lab, name: str) -> None:
    lab.fault(name, "token_dies", after=2)
    lab.fault(name, "token_dies", after=6)
    assert sorted(keys(lab, name, page_size=5)) == sorted(served(lab, name))
    assert lab.calls(name) > 8


@pytest.mark.parametrize("name", ["zhelifang", "four_platforms"])
def test_a_token_that_dies_at_once_again_is_a_denial(lab: Lab, name: str) -> None:
    lab.fault(name, "token_dies", times=None)
    with pytest.raises(SourceDenied):
        keys(lab, name)


@pytest.mark.parametrize(("idle_s", "code"), [(29 * 60, 200), (31 * 60, 401)])
def test_a_petition_token_dies_of_idleness(idle_s: int, code: int) -> None:
    now = [1_780_000_000.0]
    with Lab(["zhelifang"], clock=lambda: now[0]) as lab, httpx.Client(base_url=lab.url("zhelifang")) as client:
        settings = lab.settings()["zhelifang"]
        login = {"username": settings["username"], "password": settings["password"]}
        token = client.post("/login", json=login).json()["token"]
        now[0] += idle_s
        reply = client.post("/petition/matter/page", json={}, headers={"Authorization": f"Bearer {token}"})
    assert (reply.status_code, reply.json()["code"]) == (200, code)


@pytest.mark.parametrize("name", ["mobile_court", "dispute_code"])
def test_a_wrong_secret_is_denied(lab: Lab, name: str) -> None:
    with pytest.raises(SourceDenied):
        keys(lab, name, app_secret="wrong")


@pytest.mark.parametrize("name", ["zhelifang", "four_platforms"])
def test_a_wrong_password_is_denied(lab: Lab, name: str) -> None:
    with pytest.raises(SourceDenied):
        keys(lab, name, password="wrong")


def signed(lab: Lab, *, nonce: str, skew_s: float = 0, body: bytes = b'{"size":1}') -> httpx.Response:
    """One call of the mediation platform, signed by hand."""
    settings, path = lab.settings()["dispute_code"], "/openapi/v1/dispute/page"
    stamp = str(int((time.time() + skew_s) * 1000))
    text = "\n".join(("POST", path, stamp, nonce, body.decode()))
    sign = hmac.new(settings["app_secret"].encode(), text.encode(), hashlib.sha256).hexdigest()
    headers = {"X-App-Key": settings["app_key"], "X-Timestamp": stamp, "X-Nonce": nonce, "X-Sign": sign}
    return httpx.post(lab.url("dispute_code") + path, content=body, headers=headers, trust_env=False)


def test_a_signed_request_passes_once(lab: Lab) -> None:
    first, again = signed(lab, nonce="n1"), signed(lab, nonce="n1")
    assert (first.status_code, first.json()["code"]) == (200, 0)
    assert (again.status_code, again.json()["code"]) == (401, 40103)


@pytest.mark.parametrize(("skew_s", "code"), [(-290, 0), (290, 0), (-310, 40102), (310, 40102)])
def test_a_signature_holds_for_300_seconds(lab: Lab, skew_s: float, code: int) -> None:
    assert signed(lab, nonce="n2", skew_s=skew_s).json()["code"] == code


def test_rows_of_one_update_time_are_neither_skipped_nor_repeated() -> None:
    row = sample_rows("dispute_code")[0]
    rows = [row | {"id": n, "updateTime": "2026-03-02 10:00:00"} for n in (9, 10, 11, 100, 99)]
    with Lab(["dispute_code"], rows={"dispute_code": rows}) as lab:
        assert keys(lab, "dispute_code", page_size=2) == ["9", "10", "11", "99", "100"]


def test_open311_ends_with_404_and_answers_one_request_as_a_list(lab: Lab) -> None:
    wanted = served(lab, "open311")[0]
    with httpx.Client(base_url=lab.url("open311"), trust_env=False) as client:
        assert client.get("/requests.json", params={"page": 99}).status_code == 404
        assert [r["service_request_id"] for r in client.get(f"/requests/{wanted}.json").json()] == [wanted]
        assert client.get("/requests/none.json").status_code == 404
        assert client.get(f"/requests/{wanted}.xml").text.count("<request>") == 1
        names = {service["service_name"] for service in client.get("/services.json").json()}
    assert names == {row["service_name"] for row in lab.rows("open311")}


def test_a_question_that_makes_no_sense_is_answered_as_each_source_does(lab: Lab) -> None:
    with reading(lab, "mobile_court") as (_, source), pytest.raises(SourceReplyInvalid):
        source.post("/peace/intranet/case/page", json={"current": 0, "size": 10})
    with reading(lab, "dispute_code") as (_, source), pytest.raises(SourceReplyInvalid):
        source.post("/openapi/v1/dispute/page", json={"size": "many"})
    with reading(lab, "open311") as (_, source), pytest.raises(SourceReplyInvalid):
        source.get("/nowhere")


@pytest.mark.parametrize(
    ("kind", "options", "error"),
    [
        ("close", {}, SourceUnavailable),
        ("reset", {}, SourceUnavailable),
        ("cut", {}, SourceReplyInvalid),
        ("html", {}, SourceReplyInvalid),
        ("empty", {}, SourceReplyInvalid),
        ("envelope", {}, SourceReplyInvalid),
        ("encoding", {}, SourceReplyInvalid),
        ("redirect", {}, SourceDenied),
        ("status", {"status": 401}, SourceDenied),
        ("status", {"status": 403}, SourceDenied),
        ("status", {"status": 429, "retry_after": 7}, SourceThrottled),
        ("status", {"status": 429, "retry_after": 7, "as_date": True}, SourceThrottled),
        ("status", {"status": 503}, SourceUnavailable),
        ("hang", {}, SourceUnavailable),
        ("drip", {"interval_s": 0.01}, SourceUnavailable),
        ("signing", {}, SourceDenied),
    ],
)
def test_a_fault_is_one_named_error_and_passes(
    lab: Lab, kind: str, options: dict[str, Any], error: type[SourceError]
) -> None:
    lab.fault("mobile_court", kind, **options)
    limits = HttpLimits(attempts=1, read_s=0.3, total_s=0.3)
    with pytest.raises(error) as caught:
        keys(lab, "mobile_court", limits=limits)
    assert type(caught.value) is error
    assert sorted(keys(lab, "mobile_court")) == sorted(served(lab, "mobile_court"))


def test_throttling_tells_how_long_to_wait(lab: Lab) -> None:
    lab.fault("mobile_court", "status", status=429, retry_after=7)
    with pytest.raises(SourceThrottled) as caught:
        keys(lab, "mobile_court")
    assert caught.value.retry_after == 7


def test_a_fault_begins_after_some_calls_and_is_retried(lab: Lab) -> None:
    lab.fault("open311", "close", after=2, times=2)
    patient = HttpLimits(attempts=4, backoff_s=0.01)
    assert sorted(keys(lab, "open311", page_size=5, limits=patient)) == sorted(served(lab, "open311"))
    pages = len(served(lab, "open311")) // 5
    assert lab.calls("open311") == pages + 1 + 2  # 404 past the end, two failures


def test_a_slow_answer_is_still_one(lab: Lab) -> None:
    lab.fault("open311", "slow", seconds=0.05)
    assert sorted(keys(lab, "open311")) == sorted(served(lab, "open311"))


def test_one_page_for_ever_neither_loops_nor_doubles(lab: Lab) -> None:
    lab.fault("mobile_court", "repeat", after=1, times=None)
    found: list[str] = []
    with reading(lab, "mobile_court", page_size=10) as (adapter, source):
        try:
            for page in adapter.pages(source, None):
                found += [adapter.draft(item).key for item in page.rows]
        except PagingLoop:
            pass  # as good an end as stopping by itself
    assert len(found) == len(set(found)) == 10
    lab.clear_faults("mobile_court")
    assert sorted(keys(lab, "mobile_court", page_size=10)) == sorted(served(lab, "mobile_court"))


def test_a_stopped_source_refuses_and_comes_back_on_its_port(lab: Lab) -> None:
    before = lab.url("open311")
    lab.stop("open311")
    with pytest.raises(SourceUnavailable):
        keys(lab, "open311")
    assert keys(lab, "dispute_code")
    lab.start("open311")
    assert lab.url("open311") == before
    assert keys(lab, "open311")


@pytest.mark.parametrize("wire", [wire for wire in ALL if wire != "open311"])
def test_a_changed_rule_of_signing_is_a_denial_in_each_source_s_words(lab: Lab, wire: str) -> None:
    lab.fault(wire, "signing", times=None)
    with pytest.raises(SourceDenied):
        keys(lab, wire)
    lab.clear_faults(wire)


@pytest.mark.parametrize("wire", ALL)
def test_a_source_that_ignores_the_size_asked_for_is_read_whole(lab: Lab, wire: str) -> None:
    lab.fault(wire, "page_size", times=None, size=30)
    assert sorted(keys(lab, wire, page_size=45)) == sorted(served(lab, wire))
    lab.clear_faults(wire)


def test_a_source_that_refuses_is_started_anew(lab: Lab) -> None:
    lab.fault("open311", "refused")
    with pytest.raises(SourceUnavailable):
        keys(lab, "open311")
    with pytest.raises(SourceUnavailable):
        keys(lab, "open311")
    lab.stop("open311")
    lab.start("open311")
    assert keys(lab, "open311")


def test_what_does_not_exist_is_refused(lab: Lab) -> None:
    with pytest.raises(KeyError, match="known"):
        Lab(["nowhere"])
    with pytest.raises(KeyError, match="known"):
        lab.fault("open311", "bad_mood")
    with pytest.raises(ValueError, match="no tokens"):
        lab.fault("open311", "token_dies")


def test_what_breaks_in_the_lab_itself_is_told_at_its_end() -> None:
    def broken(call: object) -> None:
        raise RuntimeError("the lab's own mistake")

    with pytest.raises(ExceptionGroup, match="lab itself broke"), Lab(["open311"]) as lab:
        lab.wires["open311"].answer = broken  # type: ignore[method-assign, assignment]
        with pytest.raises(SourceUnavailable):
            keys(lab, "open311")


def test_the_text_of_a_raw_row_survives() -> None:
    raw = b'{"service_request_id" : 7, "updated_datetime" : "null",  "updated_datetime" : "true", "lon" : 1.50}'
    with Lab(["open311"], rows={"open311": [RawRow(raw, json.loads(raw))]}) as lab:
        assert httpx.get(lab.url("open311") + "/requests.json", trust_env=False).content == b"[" + raw + b"]"
        assert keys(lab, "open311") == ["7"]


def test_rows_of_one_key_stay_apart() -> None:
    twice = [{"service_request_id": 7, "status": status} for status in ("open", "closed")]
    with Lab(["open311"], rows={"open311": twice}) as lab:
        assert keys(lab, "open311") == ["7", "7"]


def test_a_snapshot_does_not_change_with_its_table() -> None:
    rows = Rows([{"k": 1}], key="k", rank=lambda row: ("", row["k"]), encode=lambda row: b"%d" % row["k"])
    before = rows.snapshot()
    rows.add({"k": 0})
    assert [e.encoded for e in before.between()] == [b"1"]
    assert [e.encoded for e in rows.snapshot().between()] == [b"0", b"1"]


def write_data(folder: Path) -> None:
    """A made-up folder of the layout that `real_rows` reads."""
    files: dict[str, str] = {
        "petition/petition_messages.jsonl": json.dumps(
            {"id": "1", "user": "U1", "topic": "题", "time": "2019-02-28 11:25:05", "detail": "文", "against": 0}
        ),
        "petition/petition_with_reply.jsonl": json.dumps(
            {"id": "1", "user": "U2", "topic": "题", "time": "2019-04-25 09:32:09", "detail": "文", "reply": "复"}
            | {"reply_time": "2019-05-10 14:56:53"}
        ),
        "court/real_case_heads.csv": "title,court,doc_type,case_no,judgment_date,place\n"
        "甲某、乙某民间借贷纠纷民事一审民事判决书,某法院,民事判决书,（2xxx）苏0xxx民初5xxx号,,某地",
        "court/civil_pleadings.jsonl": json.dumps({"doc_id": "P1", "claim": "诉称", "defence": "辩称"}),
        "civic311/sf_open311_open_2010.json": '{"requests":[{"service_request_id":5,"a":"x","a":"y"},\n'
        '{"service_request_id":6}]}',
        "civic311/sf_open311_closed_2010.json": '{"requests":[{"service_request_id":5}]}',
        "civic311/sf_open311_2011.jsonl": '{"service_request_id": "8"}',
    }
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n", encoding="utf-8")


def test_real_texts_become_rows_and_keep_their_dirt(tmp_path: Path) -> None:
    write_data(tmp_path)
    rows = real_rows(tmp_path)
    first, answered = rows["zhelifang"]
    assert (first["ID"], answered["ID"]) == ("1", "1")
    assert (answered["BLZTDM"], answered["BJSJ"]) == ("12", "2019-05-10 14:56:53")
    assert [step["BLSM"] for step in answered["BLGC"]] == ["复"]
    assert [row["AY"] for row in rows["mobile_court"]] == ["民间借贷纠纷", ""]
    raw = [row.raw for row in rows["open311"] if isinstance(row, RawRow)]
    assert raw[0] == b'{"service_request_id":5,"a":"x","a":"y"}'
    assert [row["service_request_id"] for row in rows["open311"]] == [5, 6, 5, "8"]
    with Lab(list(rows), rows=rows) as lab:
        assert {name: len(keys(lab, name)) for name in rows} == {name: len(rows[name]) for name in rows}


@pytest.mark.data
@pytest.mark.skipif(not DATA.exists(), reason="the third-party payloads are not beside this checkout")
def test_the_real_texts_are_over_3000_and_all_are_read() -> None:
    rows = real_rows(DATA)
    with Lab(list(rows), rows=rows) as lab:
        read = {name: len(keys(lab, name)) for name in rows}
    assert read == {"zhelifang": 2098, "mobile_court": 133, "open311": 1500}


def test_lab_serve_runs_until_it_is_told_to_stop(tmp_path: Path) -> None:
    config = tmp_path / "hub.toml"
    program = "from conformance.lab.cli import lab; lab()"
    command = [sys.executable, "-c", program, "serve", "--port", "0", "--wire", "open311", "--write", str(config)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8") as process:
        assert process.stdout is not None
        lines = iter(process.stdout.readline, "")
        assert any("Ctrl-C" in line for line in lines)
        source = tomllib.loads(config.read_text(encoding="utf-8"))["source"]["open311"]
        assert httpx.get(source["base_url"] + "/requests.json", trust_env=False).status_code == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
