"""Recordings of live sources: the people in them are replaced, always by the same strangers, and none is left."""

import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner

from adapters.mediation.dispute_code.adapter import DisputeCode
from conformance.description import PersonSpec, WireSpec
from conformance.harness import Harness
from conformance.record import Heard, NotRecorded, Recorded, disguised, take
from conformance.record_cli import record
from conformance.record_people import Disguise, of_name
from conformance.replay import SimSource
from conformance.scenarios import Recording
from conformance.subject import Subject
from hub.api import SourceConfig
from hub.testing import HttpSettings, SourceSettings
from schemas.identity import check_character, citizen_number, citizen_region_note, credit_code

WIRE = WireSpec(path="/rows", key="id", time="at", code="type", items="data.rows", person=PersonSpec(name="who.called"))


def sound(head: str) -> str:
    """A citizen number of nobody, region 00, with its check digit."""
    return head + check_character(head)


LIN, WANG, LIN_15 = sound("00010219900307447"), sound("00010619811215002"), "000102900307447"
FIRM = "91000000MA2AXGPT1H"
PHONE, OTHER_PHONE, THIRD_PHONE = "13800008001", "13800008002", "13800008003"


def row(number: int, **more: Any) -> dict[str, Any]:
    return {"id": f"M{number}", "at": "2026-03-02 09:00:00", "type": "101", "text": "", "who": {}} | more


def reply(*rows: dict[str, Any], **around: Any) -> Heard:
    body = {"code": 0, "message": "ok", "data": {"rows": list(rows), "total": len(rows)}} | around
    return Heard("GET", "/rows", json.dumps(body, ensure_ascii=False))


def taken(*replies: Heard, rows: int = 4, wire: WireSpec = WIRE) -> tuple[Recorded, list[dict[str, Any]]]:
    recorded = disguised(wire, list(replies), rows=rows)
    bodies = [json.loads(json.loads(line)["response"]["body"]) for line in recorded.text.splitlines()]
    return recorded, [each for body in bodies for each in body["data"]["rows"]]


def test_one_person_is_one_stranger_everywhere() -> None:
    first = row(1, party={"name": "林向晚秋", "idNo": LIN, "tel": "138 0000 8001"}, text=f"林向晚秋（{PHONE}）反映漏水")
    again = row(2, party={"name": "林向晚秋", "idNo": LIN}, text=f"同一人，身份证{LIN}，另一电话{OTHER_PHONE}")
    recorded, (one, two) = taken(reply(first), reply(again))
    assert one["party"]["name"] == two["party"]["name"] != "林向晚秋"
    assert one["party"]["idNo"] == two["party"]["idNo"]
    assert one["party"]["name"] in one["text"]
    assert one["party"]["idNo"] in two["text"]
    for gone in ("林向晚秋", LIN, PHONE, "0000 8001", OTHER_PHONE):
        assert gone not in recorded.text
    assert recorded.disguise.replaced == 7


def test_invented_numbers_are_sound_and_nobodys() -> None:
    _, (one, two) = taken(
        reply(row(1, party={"idNo": LIN, "name": "林晚"}), row(2, party={"idNo": WANG, "name": "王早"}))
    )
    for kept, real in ((one, LIN), (two, WANG)):
        number = citizen_number(kept["party"]["idNo"])
        assert citizen_region_note(number) == "region_unknown"
        assert int(number[16]) % 2 == int(real[16]) % 2, "sex is told by the number"
    assert one["party"]["idNo"] != two["party"]["idNo"]


def test_old_numbers_firms_and_passports() -> None:
    parties = [
        {"name": "林晚", "zjhm": LIN_15},
        {"name": "杭州某湖置业有限公司", "zjhm": FIRM},
        {"xm": "Ann Lee", "zjhm": "E12345678"},
    ]
    _, (one, _) = taken(reply(row(1, parties=parties), row(2)))
    old, firm, passport = (party["zjhm"] for party in one["parties"])
    assert (len(old), old[:6]) == (15, "990101")
    assert (credit_code(firm), firm[:8]) == (firm, "91990000")
    assert (len(passport), passport[0]) == (9, "X")
    assert one["parties"][1]["name"].endswith("公司")


def test_people_are_found_by_the_path_told() -> None:
    _, (one, _) = taken(reply(row(1, who={"called": "林晚"}, text="林晚来电"), row(2)))
    assert "林晚" not in json.dumps(one, ensure_ascii=False)
    assert one["text"] == f"{one['who']['called']}来电"


def test_bare_names_are_people_only_where_they_look_so() -> None:
    _, (one, _) = taken(
        reply(row(1, place={"name": "滨湖街道司法所"}, party={"name": "滨湖街道司法所", "tel": "057188886666"}), row(2))
    )
    assert one["place"]["name"] != "滨湖街道司法所", "one who was met is swapped wherever the same text stands"
    _, (one, _) = taken(reply(row(1, place={"name": "滨湖街道司法所"}, file={"name": "现场照片1.jpg"}), row(2)))
    assert (one["place"]["name"], one["file"]["name"]) == ("滨湖街道司法所", "现场照片1.jpg")


def test_the_matters_own_fields_stay() -> None:
    kept = row(1, party={"name": "林晚", "tel": PHONE}, amount="6228480000000000001", typeName="民间借贷")
    _, (one, _) = taken(reply(kept | {"id": "990114202602000224", "type": "13957"}, row(2)))
    assert (one["id"], one["at"], one["type"]) == ("990114202602000224", "2026-03-02 09:00:00", "13957")
    assert one["typeName"] == "民间借贷"
    assert "***" in one["amount"], "what looks like a bank card is hidden"


def test_a_key_made_of_a_persons_number_goes_too() -> None:
    _, (one, two) = taken(reply(row(1, party={"idNo": LIN}) | {"id": f"XF-{LIN}"}, row(2) | {"id": LIN}))
    assert one["id"] == f"XF-{one['party']['idNo']}"
    assert two["id"] == one["party"]["idNo"]


def test_json_in_json_whole_numbers_and_the_envelope() -> None:
    inner = json.dumps([{"xm": "林晚", "sjhm": PHONE}], ensure_ascii=False)
    heard = reply(row(1, people=inner, contactTel=int(PHONE)), row(2), operator="王早秋", hint=f"致电{THIRD_PHONE}")
    recorded, (one, _) = taken(heard)
    (person,) = json.loads(one["people"])
    assert str(one["contactTel"]) == person["sjhm"]
    assert isinstance(one["contactTel"], int)
    for gone in ("林晚", "王早秋", PHONE, THIRD_PHONE):
        assert gone not in recorded.text


def test_full_width_numbers_and_mail() -> None:
    recorded, _ = taken(reply(row(1, text="电话１３８００００８００１，邮箱 lin@lake.cn"), row(2)))
    assert "１３８" not in recorded.text
    assert PHONE not in recorded.text
    assert "lin@lake.cn" not in recorded.text


def test_strangers_do_not_bear_the_names_of_people_met() -> None:
    invented = [taken(reply(row(1, party={"idNo": LIN, "name": "林晚", "tel": PHONE}), row(2)))[1][0]["party"]]
    _, rows = taken(reply(row(1, party=invented[0]), row(2, party={"idNo": LIN, "name": "林晚", "tel": PHONE})))
    assert rows[0]["party"] != rows[1]["party"]
    for field in ("idNo", "name", "tel"):
        assert rows[0]["party"][field] != invented[0][field]


def test_each_page_is_cut_and_its_total_stays() -> None:
    recorded, rows = taken(reply(*map(row, range(9))), reply(*map(row, range(9, 12))), rows=2)
    assert [each["id"] for each in rows] == ["M0", "M1", "M9", "M10"]
    assert (recorded.pages, recorded.rows) == (2, 4)


@pytest.mark.parametrize(
    ("heard", "said"),
    [
        (reply(row(1)), "fewer than two rows"),
        (Heard("GET", "/rows", '{"rows": []}'), "does not describe the reply: no rows at data.rows"),
        (Heard("GET", "/rows", "<html>login"), "does not describe the reply"),
    ],
)
def test_what_cannot_be_recorded_is_said(heard: Heard, said: str) -> None:
    with pytest.raises(NotRecorded, match=said):
        disguised(WIRE, [heard], rows=4)


def test_what_is_left_of_somebody_keeps_the_file_from_being_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Disguise, "tree", lambda self, value, path="": value)
    with pytest.raises(NotRecorded, match=r"3 values of people are still in it \(identity, name, phone\)"):
        taken(reply(row(1, party={"idNo": LIN, "name": "林晚", "tel": PHONE}), row(2)))


def test_numbers_nobody_was_known_by_are_found_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("conformance.record_people.citizen_region_note", lambda number: None)  # of a region there is
    monkeypatch.setattr(Disguise, "learn", lambda self, rows: None)
    monkeypatch.setattr(Disguise, "tree", lambda self, value, path="": value)
    with pytest.raises(NotRecorded, match=r"\(identity, phone\)"):
        taken(reply(row(1, text=f"{LIN}，19999999999"), row(2)))


@pytest.mark.parametrize(
    ("field", "what"),
    [
        ("XM", "name"), ("sqrxm", "name"), ("ZJHM", "identity"), ("id_no", "identity"), ("lxdh", "phone"),
        ("linkTel", "phone"), ("CZDZ", "address"), ("homeAddress", "address"), ("申请人姓名", "name"),
        ("title", None), ("typename", None), ("BLZTMC", None), ("id", None),
    ],
)  # fmt: skip
def test_personal_fields_are_known_by_their_names(field: str, what: str | None) -> None:
    assert of_name(field) == what


@pytest.fixture
def live() -> Iterator[SimSource]:
    """A source with the recording of a built-in adapter, which asks for a signature."""
    h = Harness(Subject.of(DisputeCode))
    with SimSource(h.subject.wire, Recording.read(h.subject.recordings, h.subject.wire), h.recording.rows) as sim:
        yield sim


def command(live: SimSource, *more: str, given: str = "") -> Any:
    secrets = ("--set", "app_key=k", "--set", "app_secret=s")
    arguments = ["dispute_code", "--url", live.url, *secrets, *more]
    return CliRunner().invoke(record, arguments, input=given)


def test_a_live_source_is_recorded_and_replayed(live: SimSource, tmp_path: Path) -> None:
    file = tmp_path / "recordings" / "two_pages.jsonl"
    done = command(live, "--to", str(file), "--rows", "3", "--yes")
    assert done.exit_code == 0, done.output
    assert "2 页 pages, 6 行 rows" in done.output
    assert "applicant[].name" in done.output
    wire = Subject.of(DisputeCode).wire
    again = Recording.read(tmp_path / "recordings", wire)
    people = [party["idNo"] for each in again.rows for party in each["applicant"]]
    assert people
    assert not {str(each["id"]) for each in again.rows} ^ set(live.keys[:6])
    real = [party["name"] for each in list(live.rows)[:6] for party in each["applicant"]]
    assert not any(name in file.read_text(encoding="utf-8") for name in real)


def test_nothing_is_written_without_leave(live: SimSource, tmp_path: Path) -> None:
    file = tmp_path / "two_pages.jsonl"
    assert command(live, "--to", str(file), given="n\n").exit_code == 1
    assert not file.exists()
    file.write_text("mine", encoding="utf-8")
    done = command(live, "--to", str(file), "--yes")
    assert (done.exit_code, file.read_text(encoding="utf-8")) == (2, "mine")
    assert "--replace" in done.output
    assert live.calls[0].params["size"] == 4, "the first command asked for a page of the rows it keeps"
    assert command(live, "--to", str(file), "--yes", "--replace").exit_code == 0
    assert file.read_text(encoding="utf-8") != "mine"


def test_arguments_that_do_not_fit() -> None:
    work = SimpleNamespace(
        settings=SimpleNamespace(source=lambda name: SimpleNamespace(adapter="open311"), http=HttpSettings())
    )
    for arguments, said in (
        (["open311"], "give either"),
        (["open311", "--source", "a", "--url", "http://b"], "give either"),
        (["open311", "--source", "a", "--set", "x=1"], "--set goes with --url"),
        (["open311", "--url", "http://b", "--set", "x"], "has no value"),
        (["dispute_code", "--source", "a"], 'of the adapter "open311"'),
    ):
        done = CliRunner().invoke(record, arguments, obj=work)
        assert done.exit_code == 2, done.output
        assert said in done.output


def test_only_what_comes_over_http_is_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    subject = Subject.of(DisputeCode)
    monkeypatch.setattr(subject.kind, "Config", SourceConfig)
    with pytest.raises(NotRecorded, match="only what comes over HTTP"):
        take(subject, SourceSettings(name="a", adapter="b", home="330110", every_s=300), HttpSettings(), rows=4)
