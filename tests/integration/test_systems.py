"""What single rows of the map of systems ask for, each shown by a test of its own (``docs/systems.csv`` names them)."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
from click.testing import CliRunner
from integration.test_sensor import NOON, clock, house, push, store
from payouts import FAILED, PAID, drop, hub_toml, line, peak_of_a_pull
from province import province
from pushing import House
from sqlalchemy import text

import adapters.mediation.dispute_code
from adapters.court.enforcement_payout.adapter import DATASET
from conformance.harness import Harness
from conformance.lab import Lab
from conformance.lab.recorded import Recorded, instances
from conformance.lab.settings import write_settings
from conformance.orders import body_of, matter_of
from conformance.pushing import push as push_rows
from conformance.pushing import read as read_pushed
from conformance.pushing import sender
from conformance.subject import Subject
from hub.casework.cases import find
from hub.casework.linker import Linker
from hub.cli.main import main
from hub.settings import load
from hub.store import case_read
from hub.store.entries import alike
from hub.store.masking import masked
from hub.store.read import record_by_key
from hub.testing import RecordRow, RunReport, Store, load_adapter, new_store, post_delivery, records, run_source
from schemas.taxonomy import load as load_taxonomy

__all__ = ["clock", "house", "store"]  # fixtures


class Network:
    """Simulated sources, and a store they are pulled into in this process."""

    def __init__(self, lab: Recorded | Lab, folder: Path, store: Store, others: Mapping[str, Any]) -> None:
        self.lab, self.store = lab, store
        self.settings = load(write_settings(folder / "hub.toml", {**lab.settings(), **others}))

    def pull(self, name: str) -> RunReport:
        """Read a source once; the report of its first stream. All its streams end complete, or as that one."""
        source = self.settings.source(name)
        first, *others = run_source(self.store, load_adapter(source.adapter), source)
        assert {each.outcome for each in others} <= {"complete", first.outcome}
        return first

    def records(self) -> dict[str, RecordRow]:
        return {record.key: record for record in records(self.store)}


@contextmanager
def network(folder: Path, lab: Recorded | Lab, others: Mapping[str, Any] | None = None) -> Iterator[Network]:
    """``others`` are settings of sources that are no lab's."""
    with lab, new_store(folder) as store:
        yield Network(lab, folder, store, others or {})


def pulled(folder: Path, adapter: str) -> tuple[list[Mapping[str, Any]], dict[str, RecordRow]]:
    """The rows of an adapter's recording, and the records they became."""
    with network(folder, Recorded({adapter: adapter})) as net:
        report = net.pull(adapter)
        assert (report.outcome, report.counts.rejected) == ("complete", 0)
        return list(net.lab.rows(adapter)), net.records()


def test_row_001_cases_and_nodes_come_by_cursor_and_callback_and_suits_and_results_go_back() -> None:
    h = Harness(Subject.load("mobile_court"))
    with h.receiver() as court, h.store() as store:
        h.run(court, store)
        nodes = {step["action"] for record in h.records(store) for step in record.body.get("steps", ())}
        assert {"立案", "电子送达", "开庭", "冻结"} <= nodes
        row = max(court.rows, key=lambda row: row["LASTUPDATE"])
        stamp = court.stamp(court.clock)
        heard = row | {"LASTUPDATE": stamp, "JDXX": [*row["JDXX"], {"JDMC": "开庭", "JDSJ": stamp}]}
        court.rows.update(row["AHDM"], **heard)
        again = h.run(court, store)
        assert (again.counts.fetched < len(court.rows), again.counts.stored) == (True, 1)
        with sender(h, [heard | {"AJZT": "判决", "LASTUPDATE": f"{int(stamp) + 1}"}]) as calling:
            push_rows(h, calling, store)
            read_pushed(h, calling, store)
        (told,) = [record for record in h.records(store) if record.key == row["AHDM"]]
        assert (told.stage, told.body["steps"][-1]["action"], told.versions) == ("judged", "开庭", 3)
        for kind in ("hand_over", "result"):
            h.post(court, store, kind)
        assert [(each.kind, each.state) for each in h.send(court, store)] == [
            ("hand_over", "delivered"),
            ("result", "delivered"),
        ]
        filed, result = (act.fields for act in court.wire.acts)
    assert (filed["SQLX"], filed["DSR"][0]["SSDW"]) == ("立案", "申请人")
    assert (result["TJJG"], result["AHDM"]) == ("调解成功", matter_of(court.keys))


SCRIPTS = {
    "藏": ("བསོད་ནམས་ཚེ་རིང་", "ས་བོན་ཉོས་ཀྱང་རྒྱ་གུ་མ་སྐྱེས།"),
    "维": ("ئالىم ئابدۇرېھىم", "ئۇرۇق سېتىۋالغان، ئەمما مەھسۇلات ئۆلچەمگە يەتمىگەن."),
    "哈": ("Нұрлан Әбдіуәлі", "تۇقىم ساتىپ الدىم، ٴبىراق ٴونىم شىقپادى."),
}
"""A name and a claim in each script a court takes filings in, beside Chinese."""


def test_row_003_the_court_of_filing_and_of_trial_stand_apart_and_other_scripts_survive(tmp_path: Path) -> None:
    with network(tmp_path, Recorded({"court": "mobile_court"})) as net:
        table = net.lab.rows("court")
        written = dict(zip([row["AHDM"] for row in table], SCRIPTS.values(), strict=False))
        for row in [row for row in table if row["AHDM"] in written]:
            name, claim = written[row["AHDM"]]
            table.update(row["AHDM"], AQ=claim, DSR=[row["DSR"][0] | {"XM": name}, *row["DSR"][1:]])
        net.pull("court")
        rows, kept = list(table), net.records()
    courts = {row["AHDM"]: {name: row[name] for name in ("SLFY", "JBFY") if row[name]} for row in rows}
    assert {key: {n: v for n, v in kept[key].body["extra"].items() if n in ("SLFY", "JBFY")} for key in kept} == courts
    across = [row for row in rows if row["SLFY"] not in ("", row["JBFY"])]
    assert across
    for row in across:  # 浙0523 tries it: the place is that of 330523, wherever it was filed
        assert kept[row["AHDM"]].body["place"]["region"] == row["JBFY"].replace("浙", "33") + "000000"
    assert len(written) == len(SCRIPTS)
    for key, told in written.items():
        assert (kept[key].body["parties"][0]["name"], kept[key].body["detail"]) == told
        assert not [note for note in kept[key].notes if note.startswith("text.")]


def test_row_017_a_pay_out_of_170000_lines_has_a_result_for_each_and_pays_none_twice(tmp_path: Path) -> None:
    lines, inbox, settings = 170_000, tmp_path / "inbox", hub_toml(tmp_path, tmp_path / "inbox")

    def result(no: int) -> str:
        return FAILED if no % 100 == 0 else PAID

    with new_store(tmp_path) as store:
        drop(inbox, "A.csv", (line(no, result(no), batch="FK0") for no in range(lines, lines + 2_000)))
        usual = peak_of_a_pull(settings)
        drop(inbox, "B.csv", (line(no, result(no)) for no in range(lines)))
        assert peak_of_a_pull(settings) < usual + 100_000_000  # its rows as they are would be three times that
        failed = [no for no in range(lines) if result(no) == FAILED]
        drop(inbox, "C.csv", (line(no, PAID, at="20260305090000") for no in failed))  # mended, and paid
        drop(inbox, "D.csv", (line(no, at="20260302090000") for no in failed))  # the order, told again and late
        peak_of_a_pull(settings)
        with store.database.reading() as connection:
            (batch,) = connection.execute(
                text("SELECT count(*), sum(amount_fen), min(status), max(status) FROM entry WHERE key LIKE 'FK1-%'")
            )
            runs = connection.execute(
                text("SELECT outcome, announced, fetched, stored, superseded FROM run ORDER BY id")
            )
            told = [tuple(run) for run in runs]
            assert alike(connection, name=DATASET, status=PAID) == []
        assert tuple(batch) == (lines, sum(1_000_000 + no for no in range(lines)), PAID, PAID)
        assert told[1:] == [
            ("complete", lines, lines, lines, 0),
            ("complete", 2 * len(failed), 2 * len(failed), len(failed), len(failed)),
        ]
        drop(inbox, "E.csv", [line(7, PAID) | {"LSH": "FK2-1", "PCH": "FK2"}])  # another batch pays line 7 once more
        peak_of_a_pull(settings)
        with store.database.reading() as connection:
            (twice,) = alike(connection, name=DATASET, status=PAID)
        assert [each.key for each in twice] == ["FK1-000007", "FK2-1"]


def test_row_011_a_claim_goes_to_mediation_its_result_comes_back_and_the_rate_can_be_worked_out(tmp_path: Path) -> None:
    with province(tmp_path, f"sqlite:///{tmp_path}/yiwang.db") as here:
        here.claim("990110202603000001")
        here.around(lambda: here.mediators.tell("30"), lambda: here.mediators.tell("40"))
        assert here.told("court") == [("receipt", ""), ("result", "调解成功")]
        here.claim("990110202603000002", AH="（2026）浙0110民诉前调312号")
        here.around(lambda: here.mediators.tell("41"))
        assert here.told("court")[-1] == ("result", "调解不成")
        shown = CliRunner().invoke(main, ["--config", str(here.settings.path), "task", "figures", "--json"])
    (figure,) = orjson.loads(shown.stdout)["figures"]
    assert (figure["docking"], figure["settled"], figure["ended"], figure["asked"]) == ("诉调", 1, 2, 2)


def test_row_012_a_claim_is_diverted_with_a_receipt_and_closed_is_not_told_as_settled(tmp_path: Path) -> None:
    with province(tmp_path, f"sqlite:///{tmp_path}/yiwang.db") as here:
        here.claim()
        here.around(lambda: here.mediators.tell("30"), lambda: here.mediators.tell("80"))
        (task,) = here.tasks()
        assert (task.number, task.docking, task.outcome) == ("HZ2026030200001", "诉调", "closed")
        assert here.told("court") == [("receipt", "")], "the court has no word for it, and hears no other"
        assert here.unseen() == (1, 0), "that it could not be told is shown"


def test_row_025_from_petition_to_mediation_and_back_without_a_second_number(tmp_path: Path) -> None:
    with province(tmp_path, f"sqlite:///{tmp_path}/yiwang.db") as here:
        here.petition()
        here.around(lambda: here.mediators.tell("30"), lambda: here.mediators.tell("41"))
        (code,) = here.codes()
        (handed,), told = here.acts("centre"), here.acts("petition")
        assert (handed.fields["docking"], handed.fields["caseCode"]) == ("访调", code)
        assert {(act.fields["ID"], act.fields["JFM"]) for act in told} == {("P1", code)}
        assert told[-1].fields["CLJG"] == "调解不成"
        with here.store.database.reading() as connection:
            for number in ("ZJ330110202603050001", "HZ2026030200001", code):  # the petition's, the receipt's, ours
                assert find(connection, here.store, number) == [code]


def test_row_020_a_request_for_assistance_keeps_the_station_it_names(tmp_path: Path) -> None:
    with network(tmp_path, Recorded({"enforcement": "enforcement"})) as net:
        rows = list(net.lab.rows("enforcement"))
        net.lab.rows("enforcement").update(rows[0]["QQBH"], YZXXZ="330105-01")
        net.pull("enforcement")
        kept = {key: record.body["extra"].get("YZXXZ", "") for key, record in net.records().items()}
    assert kept == {row["QQBH"]: row["YZXXZ"] for row in rows} | {rows[0]["QQBH"]: "330105-01"}


def test_row_021_petitions_their_review_and_evaluation_are_read_and_what_mediation_does_goes_back() -> None:
    h = Harness(Subject.load("zhelifang"))
    with h.receiver() as office, h.store() as store:
        first, other = list(office.rows)[:2]
        stamp = office.stamp(office.clock)
        reviewed = {"BLZTDM": "", "BLZTMC": "复查", "FCSQSJ": stamp, "FCJZSJ": "2027-01-01 23:59:59", "MYDPJ": "3"}
        office.rows.update(first["ID"], **reviewed, PJSJ=stamp, GXSJ=stamp)
        office.rows.update(other["ID"], REPEATED_ID=first["ID"], CCJLX="2", GXSJ=stamp)
        h.run(office, store)
        kept = {record.key: record for record in h.records(store)}
        under_review = kept[first["ID"]]
        assert (under_review.stage, under_review.body["due"]) == ("review", "2027-01-01T15:59:59Z")
        assert under_review.body["steps"][-1]["action"] == "申请复查"
        assert under_review.body["resolution"]["opinion"] == "不满意"
        assert {"kind": "petition_id", "number": first["ID"]} in kept[other["ID"]].body["references"], "a repeat"
        for kind in ("hand_over", "progress", "result"):
            h.post(office, store, kind)
        assert {(each.kind, each.state, each.number) for each in h.send(office, store)} == {
            (kind, "delivered", "HZ2026030200021") for kind in ("hand_over", "progress", "result")
        }
        passed, step, answer = (act.fields for act in office.acts)
    assert {passed["ID"], step["ID"], answer["ID"]} == {matter_of(office.keys)}, "no second number"
    assert (passed["BLFS"], passed["QXDW"]) == ("转交", "临平区人民法院")
    assert (step["BLZTMC"], answer["CLJG"]) == ("调解中", "调解成功")


def test_row_032_an_order_tells_whose_duty_it_is_and_goes_to_court_with_a_receipt() -> None:
    hotline, court = Harness(Subject.load("hotline")), Harness(Subject.load("mobile_court"))
    with hotline.receiver() as calls, hotline.store() as store:
        order = next(row for row in calls.rows if row["executeDeptCode"])
        calls.rows.update(order["taskId"], approach="1")
        hotline.run(calls, store)
        (kept,) = [record for record in hotline.records(store) if record.key == order["taskId"]]
        duty = {name: kept.body["extra"][name] for name in ("deptName", "executeDeptCode", "approach")}
        assert duty == {**{name: order[name] for name in ("deptName", "executeDeptCode")}, "approach": "1"}, (
            "supervised"
        )
        with court.receiver() as filing, court.store() as other:
            suit = body_of("hand_over", court.subject.spec, order["taskId"], court.canaries, filing.clock)
            key = post_delivery(other, court.settings(filing), "hand_over", suit, cause="task 1", now=filing.clock)
            (taken,) = court.send(filing, other)
            assert (taken.key, taken.state, taken.number) == (key, "delivered", "WSLA2026030200017")
            assert filing.acts[0].fields["LYBH"] == order["taskId"]
        for kind in ("hand_over", "result"):
            hotline.post(calls, store, kind)
        assert {(each.kind, each.state, each.number) for each in hotline.send(calls, store)} == {
            (kind, "delivered", "RX-H-2026030200009") for kind in ("hand_over", "result")
        }
        passed, ended = (act.fields for act in calls.acts)
    assert (passed["targetDept"], ended["banliResult_12345"]) == ("临平区人民法院", "0")


def test_row_037_mediation_cases_come_by_a_cursor_and_reach_the_unified_items(tmp_path: Path) -> None:
    taxonomy = load_taxonomy()
    with network(tmp_path, Lab(["dispute_code"])) as net:
        assert net.pull("dispute_code").counts.stored == len(net.lab.rows("dispute_code"))
        again = net.pull("dispute_code")
        assert (again.counts.fetched, again.counts.stored) == (1, 0)  # the cursor's own row, inclusive
        newest = max(net.lab.rows("dispute_code"), key=lambda row: (row["updateTime"], row["id"]))
        net.lab.rows("dispute_code").add(newest | {"id": newest["id"] + 1, "caseNo": "", "item": "D0201"})
        assert net.pull("dispute_code").counts.stored == 1
        coded = {str(row["id"]): row["item"] for row in net.lab.rows("dispute_code") if row.get("item")}
        found = {key: record.item for key, record in net.records().items()}
    known = {key: item for key, item in coded.items() if taxonomy.live(item)}
    assert len(set(known.values())) > 70
    assert {key: found[key] for key in coded} == dict.fromkeys(coded) | known


OLD_CODES = """原码,解纷码,事项,类别,登记时间,办结时间,状态,申请人,联系电话,更新时间
TJM330122202105210017,,账号被封退款难,网络购物,2021-05-21 09:00:00,,调解中,臧小波,13800001230,2022-01-05 10:00:00
CXM2020112600031,{code},地界争执,相邻,2020-11-26 08:30:00,,调解中,{name},13800001231,2022-01-05 10:00:00
BJM-2019-0098,,楼上漏水,相邻,2019-06-03 15:00:00,2019-06-20 10:00:00,调解成功,沈一,13800001232,2019-06-20 10:00:00
"""
"""An export of a local code: known to the wire by ``localCode``, knowing the provincial code itself, and neither."""


def test_row_038_an_old_local_code_leads_to_the_case_and_old_exports_are_read(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    mapping = Path(adapters.mediation.dispute_code.__file__).parent / "local_codes.toml"
    drops = {"adapter": "files", "folder": str(tmp_path / "old"), "mapping_file": str(mapping), "home": "330100"}
    with network(tmp_path, Recorded({"now": "dispute_code"}), {"old": drops}) as net:
        first = next(iter(net.lab.rows("now")))
        (tmp_path / "old" / "codes.csv").write_text(
            OLD_CODES.format(code=first["caseNo"], name=first["applicant"][0]["name"]), encoding="gb18030"
        )
        (tmp_path / "old" / "codes.csv.ok").write_text("ok", encoding="ascii")
        net.pull("now")
        assert (net.pull("old").counts.stored, net.pull("old").counts.rejected) == (3, 0)
        (renamed,) = [row for row in net.lab.rows("now") if row.get("localCode")]
        kept = net.records()
        Linker(net.settings, net.store).drain()
        with net.store.database.reading() as connection:
            count, found = case_read.seen_in_several(connection, 5)
            members = [
                {(each.source, each.title) for each in case_read.records(connection, row.code)} for row, _ in found
            ]
    assert {"kind": "local_code", "number": renamed["localCode"]} in kept[str(renamed["id"])].body["references"]
    assert count == 2
    assert sorted(members, key=sorted) == [
        {("now", renamed["title"]), ("old", "账号被封退款难")},
        {("now", first["title"]), ("old", "地界争执")},
    ]
    assert kept["BJM-2019-0098"].stage == "settled"  # over before the change: it leads to no case, and is kept


def test_row_042_eleven_platforms_stand_side_by_side_each_with_its_lag(tmp_path: Path) -> None:
    with Recorded(instances(11, ["mediation_centre"])) as lab:
        config = str(write_settings(tmp_path / "hub.toml", lab.settings()))
        for command in (["key", "create"], ["run", "--once"]):
            done = CliRunner().invoke(main, ["--config", config, *command])
            assert done.exit_code == 0, done.output
        told = json.loads(CliRunner().invoke(main, ["--config", config, "status", "--json"]).stdout)["sources"]
        rows = {name: len(lab.rows(name)) for name in lab}
    assert {row["source"]: row["stored"] for row in told} == rows
    assert len(rows) == 11
    for row in told:
        assert row["outcome"] == "complete"
        assert row["lag_s"] >= 0
        assert row["watermark"]


def test_row_043_a_file_from_a_village_becomes_records(tmp_path: Path) -> None:
    rows, kept = pulled(tmp_path, "files")
    assert {row["编号"] for row in rows} == set(kept)
    assert {kept[row["编号"]].body["title"] for row in rows} == {row["事项"] for row in rows}
    assert any(record.item for record in kept.values())


STEPS_OF_A_STREET_CASE = {"caseTime": "立案", "dispatchTime": "派遣", "handleTime": "处置", "checkTime": "核查"}


def test_row_055_a_street_case_is_followed_from_found_to_closed(tmp_path: Path) -> None:
    rows, kept = pulled(tmp_path, "city_management")
    whole = [row for row in rows if all(row.get(at) for at in ("reportTime", *STEPS_OF_A_STREET_CASE, "closeTime"))]
    assert whole
    for row in whole:
        record = kept[row["taskNum"]]
        assert record.body["opened"]  # found and reported
        assert [step["action"] for step in record.body["steps"]] == list(STEPS_OF_A_STREET_CASE.values())
        assert record.body["closed"]
        assert record.stage == "closed"
    assert {kept[row["taskNum"]].stage for row in rows if row["status"] != "结案"} - {"closed"}


def test_row_056_seventeen_small_systems_through_generic_adapters_and_mapping_files(tmp_path: Path) -> None:
    generic = ["table", "files", "http_json"]
    with network(tmp_path, Recorded(instances(17, generic))) as net:
        for name in net.lab:
            assert net.pull(name).outcome == "complete", name
        kept = records(net.store)
        served = {name: len(net.lab.rows(name)) for name in net.lab}
    assert len(served) == 17
    assert {name: sum(record.source == name for record in kept) for name in served} == served


def test_row_058_what_a_patroller_reports_keeps_its_place_and_a_link_to_the_picture(house: House, store: Store) -> None:
    seen = {"reportType": 2, "content": "后山冒烟，两家为烧荒争执。", "address": "天目山镇某村后山"}
    picture = "https://picture.example/patrol/1.jpg"
    assert house.push(push(NOON, **seen, picUrl=picture))[0][0] == 200
    house.drain()
    (record,) = records(store)
    assert (record.body["detail"], record.body["place"]["address"]) == (seen["content"], seen["address"])
    assert (record.body["extra"]["reportType"], record.body["extra"]["picUrl"]) == ("2", picture)


def test_row_061_police_calls_come_with_few_fields_and_stay_masked(tmp_path: Path) -> None:
    with network(tmp_path, Recorded({"police": "police"})) as net:
        net.pull("police")
        rows, kept = list(net.lab.rows("police")), net.records()
        for row in rows:
            body = orjson.dumps(kept[row["JJDBH"]].body).decode()
            assert not [name for name in ("HJXZ", "SFZDRY", "SZQM") if name in body]
        with net.store.database.reading() as connection:
            heads = [head for key in kept for head in record_by_key(connection, key)]
        shown = orjson.dumps([masked(kept[head.key].body) for head in heads]).decode() + repr(heads)
    numbers = {row["BJDH"] for row in rows} | {p["ZJHM"] for row in rows for p in involved(row) if p.get("ZJHM")}
    assert numbers
    assert not [number for number in numbers if number in shown]


def test_row_062_an_order_pushed_is_taken_met_settled_and_told_to_110() -> None:
    h = Harness(Subject.load("police"))
    with h.receiver() as police, h.store() as store:
        order = next(row for row in police.rows if row["AJZT"] == "移交调解")
        with sender(h, [order]) as calling:
            push_rows(h, calling, store)
            read_pushed(h, calling, store)
        (record,) = h.records(store)
        assert (record.key, record.stage) == (order["JJDBH"], "dispatched"), "there before anybody asked"
        for kind in ("accept", "progress", "result"):
            body = body_of(kind, h.subject.spec, order["JJDBH"], h.canaries, police.clock)
            post_delivery(store, h.settings(police), kind, body, cause=f"task 1 {kind}", now=police.clock)
        assert {(each.kind, each.state, each.number) for each in h.send(police, store)} == {
            (kind, "delivered", "F33011026030200001") for kind in ("accept", "progress", "result")
        }
        taken, met, settled = (act.fields for act in police.acts)
    assert {each["JJDBH"] for each in (taken, met, settled)} == {order["JJDBH"]}
    assert (taken["SFJS"], met["AJZT"], settled["AJZT"], settled["XYBH"]) == ("1", "调解中", "调解成功", "2026-0017")


def involved(row: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    told = (row.get("DSRLB") or {}).get("DSR") or []
    return told if isinstance(told, list) else [told]


def test_row_063_a_call_keeps_place_reason_people_and_the_callers_words(tmp_path: Path) -> None:
    rows, kept = pulled(tmp_path, "police")
    for row in rows:
        body = kept[row["JJDBH"]].body
        assert body["detail"] == row["BJNR"]
        assert body["place"]["address"] == (row["SFDZ"] or row["BJDZ"])
        assert body["classification"]["label"] == row["BJLXMC"]
        names = {row["BJRXM"], *(p["JQDSRXM"] for p in involved(row))} - {""}
        assert names <= {party.get("name") for party in body["parties"]}


def test_row_070_an_intake_tells_its_door_and_how_well_the_person_is_known(tmp_path: Path) -> None:
    rows, kept = pulled(tmp_path, "portal")
    doors = {row["clientId"]: "CK" if row["entry"] == "window" else "WS" for row in rows}
    assert {"mini", "window"} <= {row["entry"] for row in rows}
    assert {key: record.body["channel"] for key, record in kept.items()} == doors
    told = {key: (record.body["extra"]["entry"], record.body["extra"]["authLevel"]) for key, record in kept.items()}
    assert told == {row["clientId"]: (row["entry"], row["authLevel"]) for row in rows}
    assert len({level for _, level in told.values()}) > 1


def test_row_078_penalty_decisions_come_by_update_time(tmp_path: Path) -> None:
    with network(tmp_path, Recorded({"penalties": "enforcement_supervision"})) as net:
        table = net.lab.rows("penalties")
        net.pull("penalties")
        first = net.records()
        decided = next(row for row in table if row["cf_jdrq"])
        assert "处罚决定" in {step["action"] for step in first[decided["id"]].body["steps"]}
        newest = max(row["gxsj"] for row in table)
        table.update(decided["id"], gxsj=newest, ajzt="90", ajztmc="结案")
        report = net.pull("penalties")
        assert report.counts.stored == 1
        assert report.counts.fetched < len(table)
        assert net.records()[decided["id"]].stage == "closed"


def test_row_082_a_dataset_behind_the_gateway_is_read_through_it(tmp_path: Path) -> None:
    rows, kept = pulled(tmp_path, "public_data")
    assert {row["TSBH"] for row in rows} == set(kept)
    assert {kept[row["TSBH"]].body["title"] for row in rows} == {row["TSBT"] for row in rows}
