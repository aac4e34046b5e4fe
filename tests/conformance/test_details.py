"""Details of rows and lists of one value, as the simulated source serves them, and what the checks make of them."""

import json
import re
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

import conformance.checks  # noqa: F401 - fills CHECKS
import hub.api as hub
from conformance.check import CHECKS
from conformance.harness import Harness
from conformance.lab import recorded
from conformance.lab.faults import Fault
from conformance.lab.hall import HallServer
from conformance.outcome import NotApplicable, NotObserved
from conformance.record import take
from conformance.reference import Reference
from conformance.replay import SimSource
from conformance.subject import Subject, SubjectInvalid
from conformance.unusual.details import Details
from conformance.unusual.partitions import Partitions
from hub.testing import HttpSettings

HERE = Path(__file__).parents[2] / "conformance" / "unusual" / "details"
KEY = "KT260400031"
FIELDS = {"story", "place", "sum", "asks"}


def changed(folder: Path, *pairs: tuple[str, str], details: bool = True) -> Harness:
    """The court of hearings with other words in its conformance.toml, or without a recorded detail."""
    shutil.copytree(HERE, folder, dirs_exist_ok=True)
    file = folder / "conformance.toml"
    text = file.read_text(encoding="utf-8")
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    file.write_text(text, encoding="utf-8")
    if not details:
        recording = folder / "recordings" / "two_pages.jsonl"
        lines = recording.read_text(encoding="utf-8").splitlines(keepends=True)
        recording.write_text("".join(line for line in lines if "/hearings/" not in line), encoding="utf-8")
    return Harness(Subject.of(Details, folder))


def get(sim: SimSource, path: str, **params: Any) -> Any:
    return httpx.get(f"{sim.url}{path}", params=params or None)


@pytest.fixture
def h() -> Harness:
    return Harness(Subject.of(Details))


def test_rows_are_what_list_and_detail_tell_together(h: Harness) -> None:
    assert all(row.keys() >= FIELDS - {"asks"} and "subject" in row for row in h.recording.rows)


def test_the_list_leaves_out_what_the_detail_tells(h: Harness) -> None:
    with h.source() as sim:
        listed = get(sim, "/hearings", page=1, size=1).json()["data"]["hearings"]
        assert listed[0].keys() == {"no", "changed", "filed", "state", "subject"}
        detail = get(sim, f"/hearings/{KEY}").json()
        assert detail["data"]["hearings"].keys() == {"no"} | FIELDS
        assert detail["message"] == "ok", "the envelope is the recorded one"


def test_without_a_recorded_detail_it_is_a_list_of_one(tmp_path: Path) -> None:
    h = changed(tmp_path, details=False)
    with h.source() as sim:
        sim.rows.update(KEY, story="详情")
        (row,) = get(sim, f"/hearings/{KEY}").json()["data"]["hearings"]
        assert (row["no"], row["story"], "subject" in row) == (KEY, "详情", False)


def test_a_parameter_may_bear_the_key(tmp_path: Path) -> None:
    h = changed(tmp_path, ('path = "/hearings/{key}"', 'path = "/hearing"\nparam = "id"'), details=False)
    with h.source() as sim:
        assert get(sim, "/hearing", id=KEY).json()["data"]["hearings"][0]["no"] == KEY
        assert get(sim, "/hearing").status_code == 400
        assert len(sim.details) == 2


def test_a_parameter_of_a_posted_form_may_bear_it_too(tmp_path: Path) -> None:
    told = 'path = "/hearing"\nmethod = "POST"\nparam = "id"'
    h = changed(tmp_path, ('path = "/hearings/{key}"', told), ("[wire]", '[wire]\nplace = "form"'))
    recording = tmp_path / "recordings" / "two_pages.jsonl"
    text = recording.read_text(encoding="utf-8")
    asked = re.sub('"path":"/hearings/(KT[0-9]+)"', r'"path":"/hearing","params":{"id":"\1"}', text)
    recording.write_text(asked, encoding="utf-8")
    assert h.recording.rows[0]["story"]
    with h.source() as sim:
        reply = httpx.post(f"{sim.url}/hearing", data={"id": KEY})
        assert reply.json()["data"]["hearings"]["no"] == KEY


def test_the_lab_serves_details_below_the_sources_name(monkeypatch: pytest.MonkeyPatch, h: Harness) -> None:
    monkeypatch.setattr(recorded, "_subject", lambda name: h.subject)
    with recorded.Recorded({"court": "details"}) as lab:
        lab.fault("court", "status", status=503)
        reply = httpx.get(f"{lab.settings()['court']['base_url']}/hearings/{KEY}")
        assert reply.json()["data"]["hearings"]["no"] == KEY
        assert lab.calls("court") == 0


def test_keys_are_written_in_paths_as_everywhere(h: Harness) -> None:
    with h.source(rows=[{**h.recording.rows[0], "no": "（2026）甲/1"}]) as sim:
        told = get(sim, "/hearings/%EF%BC%882026%EF%BC%89%E7%94%B2%2F1")
        assert told.json()["data"]["hearings"]["no"] == "（2026）甲/1"


def test_what_is_not_there_and_who_asks_wrongly(h: Harness) -> None:
    with h.source() as sim:
        assert get(sim, "/hearings/KT0").status_code == 404
        assert httpx.post(f"{sim.url}/hearings/{KEY}").status_code == 404


@pytest.mark.parametrize(
    "other", ['path = "/hearing"', 'path = "/hearings/{key}"\nparam = "id"', 'path = "/{key}/{key}"']
)
def test_the_key_stands_in_one_place(other: str, tmp_path: Path) -> None:
    with pytest.raises(SubjectInvalid, match="either"):
        changed(tmp_path, ('path = "/hearings/{key}"', other))


def test_a_recorded_detail_tells_one_row(tmp_path: Path) -> None:
    h = changed(tmp_path)
    recording = tmp_path / "recordings" / "two_pages.jsonl"
    with recording.open("a", encoding="utf-8") as file:
        body = json.dumps({"code": 0, "data": {"hearings": []}})
        file.write(json.dumps({"request": {"path": "/hearings/KT1"}, "response": {"body": body}}))
    with pytest.raises(SubjectInvalid, match=r"two_pages\.jsonl:11: .* one row, not 0"):
        assert h.recording


def test_faults_of_lists_leave_details_alone_and_the_other_way_round(h: Harness) -> None:
    with h.source() as sim:
        sim.fault("status", after=1, times=None, status=503)
        assert [get(sim, path).status_code for path in ("/hearings?page=1", f"/hearings/{KEY}")] == [200, 200]
        assert get(sim, "/hearings?page=2").status_code == 503
        sim.clear()
        sim.fault_details(Fault("status", 0, None, {"status": 403}))
        assert len(sim.idle) == 1
        assert [get(sim, path).status_code for path in ("/hearings?page=1", f"/hearings/{KEY}")] == [200, 403]
        assert sim.idle == []
        sim.clear()
        assert get(sim, f"/hearings/{KEY}").status_code == 200


def test_what_comes_again_is_a_list(h: Harness) -> None:
    with h.source() as sim:
        page = get(sim, "/hearings?page=1&size=2").json()
        get(sim, f"/hearings/{KEY}")
        sim.fault("repeat")
        assert get(sim, "/hearings?page=2&size=2").json() == page


def test_a_detail_tells_what_a_fault_has_made_of_the_row(h: Harness) -> None:
    with h.source() as sim:
        sim.fault("same_time", field="story")
        get(sim, "/hearings?page=1&size=1")
        assert get(sim, f"/hearings/{KEY}").json()["data"]["hearings"]["story"].endswith("（更正）")


def test_a_key_in_a_path_is_shown_to_nobody(h: Harness) -> None:
    h.begin()
    with h.source() as sim, h.store() as store:
        h.run(sim, store)
    paths = {each.path for each in h.exchanges()}
    assert "/hearings/{key}" in paths
    assert not any("KT" in path for path in paths)


def test_the_second_streams_details_are_its_own(h: Harness) -> None:
    with h.source() as sim:
        other: Any = SimpleNamespace(name="other", is_detail=lambda path: False)
        hall = HallServer({"hearings": {"/other": other, sim.wire.path: sim.wire}})
        assert hall.seat("/hearings/KT1").wire is hall.seat("/hearings").wire is sim.wire
        assert hall.seat("/hearings").wire is not hall.seat("/hearings/login/now").wire
        hall.server_close()


def test_a_live_sources_details_are_not_recorded_as_pages(h: Harness) -> None:
    with h.source() as sim:
        text = take(h.subject, h.settings(sim), HttpSettings(), rows=2).text
    assert '"path": "/hearings"' in text
    assert "/hearings/" not in text


def test_nt_11_takes_a_rejected_row_for_told() -> None:
    class Rejects(Details):
        def detail(self, source: hub.Source, row: hub.Item, copy: int) -> hub.Item:
            try:
                return super().detail(source, row, copy)
            except hub.SourceError:
                return {"no": None}

    Rejects.__module__ = Details.__module__
    CHECKS["NT-11"].run(Harness(Subject.of(Rejects)))


def test_nt_11_needs_details_and_somebody_who_asks_for_them() -> None:
    class Content(Details):
        def detail(self, source: hub.Source, row: hub.Item, copy: int) -> hub.Item:
            return {}

    Content.__module__ = Details.__module__
    with pytest.raises(NotObserved):
        CHECKS["NT-11"].run(Harness(Subject.of(Content)))
    with pytest.raises(NotApplicable):
        CHECKS["NT-11"].run(Harness(Subject.of(Reference)))


def test_a_list_of_one_value() -> None:
    h = Harness(Subject.of(Partitions))
    with h.source() as sim:
        told = {state: get(sim, "/mediations", page=1, size=9, state=state).json() for state in ("1", "2", "", "9")}
        assert {row["state"] for row in told["2"]["items"]} == {"2"}
        assert [told[state]["total"] for state in ("", "9")] == [8, 0]
        assert told["1"]["total"] == len(told["1"]["items"]) < 8
