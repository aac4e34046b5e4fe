"""Rows of the map of systems that ask for more than disputes: papers, steps, mediators, figures, datasets."""

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from integration.test_systems import Network, network
from integration.test_systems_grid import hub

from conformance.lab.recorded import Recorded
from hub.casework.cases import find
from hub.casework.linker import Linker
from hub.casework.timeline import timeline
from hub.cli.main import main
from hub.contract import Capability
from hub.store.catalogue import catalogue
from hub.store.entries import EntryHead, about, entries, hashes_of, show
from hub.testing import load_adapter
from schemas.alias import normal
from schemas.sessions import seats, share, votes

PAPERS = "mobile_court_papers"


def told(net: Network, **asked: Any) -> list[EntryHead]:
    with net.store.database.reading() as connection:
        return entries(connection, limit=10_000, **asked)


def of(net: Network, *numbers: str, kinds: tuple[str, ...] = ()) -> list[EntryHead]:
    """What concerns the matter of these numbers."""
    with net.store.database.reading() as connection:
        return about(connection, hashes_of(net.store.keyring.hash, numbers), kinds=kinds)


def of_firm(net: Network, credit_code: str) -> set[str]:
    with net.store.database.reading() as connection:
        return {each.key for each in about(connection, [net.store.keyring.hash("credit", credit_code)])}


def body(net: Network, head: EntryHead) -> Mapping[str, Any]:
    return show(net.store.database, net.store.keyring, head.home, head.id, clear=True).body


def test_row_005_each_document_served_has_its_receipt_and_firms_are_found_by_credit_code(tmp_path: Path) -> None:
    with network(tmp_path, Recorded({PAPERS: PAPERS})) as net:
        net.pull(PAPERS)
        rows = {row["SDBH"]: row for row in net.lab.rows(PAPERS)}
        receipts = {each.key: each for each in told(net, name="送达回证")}
        assert set(receipts) == set(rows)
        assert {key for key, each in receipts.items() if each.done} == {key for key in rows if rows[key]["QSSJ"]}
        for row in rows.values():
            assert row["SDBH"] in {each.key for each in of(net, row["AH"])}
        firms = {row["ZJHM"] for row in rows.values() if row["LX"] == "法人"}
        assert len(firms) == 2
        for firm in firms:
            assert of_firm(net, firm) & set(rows) == {key for key, row in rows.items() if row["ZJHM"] == firm}
        (late,) = [key for key in rows if not rows[key]["QSSJ"]]
        assert body(net, receipts[late])["answer"] == rows[late]["WQSYY"]
        net.lab.rows(PAPERS).update(late, QSSJ="20260310090000", SDZT="已送达", WQSYY="", LASTUPDATE="20260310090100")
        net.pull(PAPERS)
        (mended,) = [each for each in told(net, name="送达回证") if each.key == late]
    assert (mended.done, mended.version) == ("2026-03-10T01:00:00Z", 2)


def test_row_006_a_letter_of_guarantee_has_its_digest_and_issuer(tmp_path: Path) -> None:
    with network(tmp_path, Recorded({PAPERS: PAPERS})) as net:
        net.pull(PAPERS)
        rows = {row["DBBH"]: row for row in net.lab.rows(PAPERS, 1)}
        letters = {each.key: body(net, each) for each in told(net, name="电子担保书")}
        assert {key: (each["digest"], each["issuer"], each["amount_fen"]) for key, each in letters.items()} == {
            key: (row["DBHZY"], row["DBJGMC"], round(float(row["DBJE"]) * 100)) for key, row in rows.items()
        }
        row = next(iter(rows.values()))
        assert row["DBBH"] in {each.key for each in of(net, row["AH"], kinds=("document",))}
        assert of_firm(net, row["DBJGDM"]) == {key for key in rows if rows[key]["DBJGDM"] == row["DBJGDM"]}
        net.lab.rows(PAPERS, 1).update(row["DBBH"], DBHZY="0" * 64, LASTUPDATE="20260310090100")
        net.pull(PAPERS)
        (head,) = [each for each in told(net, name="电子担保书") if each.key == row["DBBH"]]
        first = show(net.store.database, net.store.keyring, head.home, head.id, version=1)
    assert (head.version, first.body["digest"]) == (2, row["DBHZY"])  # another file under the same number is seen


def test_a_file_is_known_as_the_paper_that_was_told_by_its_digest(tmp_path: Path) -> None:
    evidence, other = tmp_path / "evidence.pdf", tmp_path / "other.pdf"
    evidence.write_bytes("电子担保书".encode())
    other.write_bytes("电子担保书 ".encode())
    with network(tmp_path, Recorded({PAPERS: PAPERS})) as net:
        key = next(row["DBBH"] for row in net.lab.rows(PAPERS, 1))
        net.lab.rows(PAPERS, 1).update(key, DBHZY=sha256(evidence.read_bytes()).hexdigest().upper())
        net.pull(PAPERS)
        (found,) = json.loads(hub(tmp_path, "entry", "digest", str(evidence), "--json"))["papers"]
        assert (found["key"], found["name"]) == (key, "电子担保书")
        assert "电子担保书" in hub(tmp_path, "entry", "digest", sha256(evidence.read_bytes()).hexdigest())
        assert "没有文书" in hub(tmp_path, "entry", "digest", str(other), exit_code=1)
        assert "a file, or 64 hex digits" in hub(tmp_path, "entry", "digest", str(tmp_path / "none.pdf"), exit_code=2)
        net.lab.rows(PAPERS, 1).update(key, DBHZY="a1" * 32, LASTUPDATE="20260310090100")
        net.pull(PAPERS)
        hub(tmp_path, "entry", "digest", str(evidence), exit_code=1)  # another paper bears the number by now


def test_row_010_daily_filings_by_town_can_be_worked_out_again(tmp_path: Path) -> None:
    with network(tmp_path, Recorded({PAPERS: PAPERS})) as net:
        net.pull(PAPERS)
        rows = list(net.lab.rows(PAPERS, 2))
        figures = told(net, kind="figure", name="万人成讼收案")
        records = net.records()
    days = {(each.region, each.period): each for each in figures}
    assert len(days) == len(rows) == 6
    for row in rows:
        day = f"{row['TJRQ'][:4]}-{row['TJRQ'][4:6]}-{row['TJRQ'][6:]}"
        each = days[row["ZJDM"].ljust(12, "0"), day]
        assert (each.numerator, each.denominator) == (int(row["SAS"]), int(row["RKS"].replace(",", "")))
        assert each.numerator / each.denominator * 10_000 == pytest.approx(each.value, abs=0.0001)
    whole = sum(each.numerator or 0 for each in figures), {each.region: each.denominator for each in figures}
    assert whole[0] / sum(filter(None, whole[1].values())) * 10_000 == pytest.approx(0.811, abs=0.001)  # of all towns
    assert records == {}


def test_row_018_the_stages_of_an_enforcement_tell_the_team_that_did_each(tmp_path: Path) -> None:
    with network(tmp_path, Recorded({"enforcement": "enforcement"})) as net:
        net.pull("enforcement")
        rows = list(net.lab.rows("enforcement", 1))
        cases = {row["AH"] for row in rows}
        for case in cases:
            stages = of(net, case, kinds=("event",))
            assert [(each.name, body(net, each)["body"]) for each in stages] == [
                (row["JDMC"], row["TDMC"])
                for row in sorted(rows, key=lambda row: row["KSSJ"])
                if normal(row["AH"]) == normal(case)
            ]
        assert len(cases) == 2
        requests = {reference["number"] for record in net.records().values() for reference in record.body["references"]}
    assert {normal(case) for case in cases} <= set(map(normal, requests))  # beside the requests of the same cases


def test_row_029_letters_have_number_addressee_day_due_and_answer(tmp_path: Path) -> None:
    with network(tmp_path, Recorded({"letters": "zhelifang_letters"})) as net:
        net.pull("letters")
        rows = {row["HJBH"]: row for row in net.lab.rows("letters")}
        heads = {each.key: each for each in told(net, kind="document") if each.stream == "letters"}
        kept = {key: body(net, each) for key, each in heads.items()}
        assert {each.name for each in heads.values()} >= {"改进工作建议", "复盘溯源报告", "失职线索移送"}
        assert {key: (each["number"], each["addressee"], each.get("answer", "")) for key, each in kept.items()} == {
            key: (row["WH"], row["SWDW"], row["HFNR"]) for key, row in rows.items()
        }
        assert {each.due for each in heads.values()} == {f"2026-05-0{day}T15:59:59Z" for day in range(1, 7)}
        waiting = {key for key, row in rows.items() if not row["HFSJ"]}
        assert {each.key for each in told(net, open_only=True)} == waiting != set()
        for key, row in rows.items():
            assert key in {each.key for each in of(net, row["XFJBH"])}  # the petition it grew from
        (lead,) = [each for each in heads.values() if each.name == "失职线索移送"]
        masked = show(net.store.database, net.store.keyring, lead.home, lead.id).body
    name = rows[lead.key]["SJRY"]
    assert kept[lead.key]["parties"][0]["name"] == name
    assert name not in str(lead) + str(masked)


def test_row_041_cases_agreements_fulfilment_and_who_the_mediators_are(tmp_path: Path) -> None:
    with network(tmp_path, Recorded({"rmtj": "peoples_mediation"})) as net:
        net.pull("rmtj")
        rows, cases = list(net.lab.rows("rmtj")), net.records()
        mediators = {each.key: (each.title, body(net, each)) for each in told(net, kind="mediator")}
        register, bodies = list(net.lab.rows("rmtj", 1)), list(net.lab.rows("rmtj", 2))
        organisations = {each.name: each.title for each in told(net, kind="organisation")}
    assert {key: each.body["extra"].get("xieYiBH", "") for key, each in cases.items()} == {
        row["id"]: row["xieYiBH"] for row in rows
    }
    done = {key for key, each in cases.items() if "履行" in [step["action"] for step in each.body.get("steps", ())]}
    assert done == {row["id"] for row in rows if row["lvXingSJ"]} != set()
    assert {key: each["name"] for key, (_, each) in mediators.items()} == {
        row["id"]: row["xingMing"] for row in register
    }
    assert not {row["xingMing"] for row in register} & {title for title, _ in mediators.values()}  # masked in lists
    assert organisations == {row["zuZhiBH"]: row["zuZhiMC"] for row in bodies}
    assert {each["organisation"] for _, each in mediators.values()} <= set(organisations)


def test_row_046_mediators_are_found_by_field_and_region_with_how_busy_they_are(tmp_path: Path) -> None:
    with network(tmp_path, Recorded({"rmtj": "peoples_mediation"})) as net:
        net.pull("rmtj")
        rows = list(net.lab.rows("rmtj", 1))
        found = {each.key: (each.numerator, each.denominator) for each in told(net, kind="mediator", field="邻里")}
        assert found == {row["id"]: (row["zaiBanShu"], row["shangXianShu"]) for row in rows if "邻里" in row["lingYu"]}
        here = {each.key for each in told(net, kind="mediator", field="邻里", region="330483001")}
        assert (
            here
            == {row["id"] for row in rows if "邻里" in row["lingYu"] and row["quHuaDM"] == "330483001"}
            != set(found)
        )
        trade = {each.key for each in told(net, kind="organisation", field="物业")}
        assert trade == {row["id"] for row in net.lab.rows("rmtj", 2) if "物业" in row["lingYu"]} != set()
        net.lab.rows("rmtj", 1).update(rows[0]["id"], zaiBanShu=9, gengXinSJ="2026-03-20 09:00:00")
        net.pull("rmtj")
        (busier,) = [each for each in told(net, kind="mediator") if each.key == rows[0]["id"]]
    assert (busier.numerator, busier.denominator, busier.version) == (9, 10, 2)


ADMLAW = "administrative_law"


def test_row_076_papers_and_contracts_are_reviewed_with_notices_and_answers(tmp_path: Path) -> None:
    with network(tmp_path, Recorded({ADMLAW: ADMLAW})) as net:
        net.pull(ADMLAW)
        letters = list(net.lab.rows(ADMLAW, 3))
        for form in ("合法性审查意见书", "整改通知"):
            rows = {row["letterId"]: row for row in letters if row["letterType"] == form}
            kept = {each.key: each for each in told(net, name=form)}
            assert set(kept) == set(rows) != set()
            for key, row in rows.items():
                assert key in {each.key for each in of(net, row["contractNo"])}  # the contract that was reviewed
                assert [each.key for each in of(net, row["letterNo"])] == [key]  # and by its own number
                assert (body(net, kept[key]).get("answer", ""), bool(kept[key].done)) == (
                    row["replyText"], bool(row["replyTime"])
                )  # fmt: skip


def test_row_081_contracts_stand_beside_cases_and_their_alerts_are_events(tmp_path: Path) -> None:
    with network(tmp_path, Recorded({ADMLAW: ADMLAW})) as net:
        net.pull(ADMLAW)
        contracts, alerts = list(net.lab.rows(ADMLAW, 1)), list(net.lab.rows(ADMLAW, 2))
        kept = {each.key: each for each in told(net, name="行政机关合同")}
        assert {key: (each.amount_fen, each.status, each.owner) for key, each in kept.items()} == {
            row["contractId"]: (round(float(row["amount"]) * 100), row["phase"], row["agencyName"]) for row in contracts
        }
        for row in contracts:
            found = of(net, row["contractNo"])
            assert row["contractId"] in {each.key for each in found}
            assert [each.key for each in found if each.kind == "event"] == [
                alert["alertId"] for alert in alerts if alert["contractNo"] == row["contractNo"]
            ]
        tied = [row for row in contracts if row["relatedNo"]]
        for row in tied:
            assert row["contractId"] in {each.key for each in of(net, row["relatedNo"])}  # beside its case
        assert tied
        assert set(net.records()) == {row["caseId"] for row in net.lab.rows(ADMLAW)}


def test_row_084_a_procuratorial_letter_has_addressee_day_due_answer_and_effect(tmp_path: Path) -> None:
    with network(tmp_path, Recorded({ADMLAW: ADMLAW})) as net:
        net.pull(ADMLAW)
        rows = {row["letterId"]: row for row in net.lab.rows(ADMLAW, 3) if row["letterType"] == "检察建议"}
        kept = {each.key: each for each in told(net, name="检察建议")}
        assert {key: (body(net, each)["addressee"], each.due and each.due[:10]) for key, each in kept.items()} == {
            "HJ2026000001": ("苍南县人力资源和社会保障局", "2026-03-31"),  # the first of April begins at 16:00 UTC
            "HJ2026000002": ("苍南县综合行政执法局", "2026-04-01"),
        }
        assert set(rows) == set(kept)
        answered = body(net, kept["HJ2026000001"])
        assert (answered["answer"], answered["extra"]["effect"], answered["amount_fen"]) == (
            rows["HJ2026000001"]["replyText"], rows["HJ2026000001"]["effect"], 4_980_000,
        )  # fmt: skip
        waiting = {each.key for each in told(net, name="检察建议", open_only=True)}
        assert waiting == {"HJ2026000002"}
        late = {"replyTime": "2026-03-30 10:00:00", "replyText": "已整改。", "updateTime": "2026-03-30 10:01:00.000"}
        net.lab.rows(ADMLAW, 3).update("HJ2026000002", **late)
        net.pull(ADMLAW)
        assert told(net, name="检察建议", open_only=True) == []


def test_row_048_a_session_of_several_bodies_with_parts_and_votes_stands_in_its_cases_timeline(tmp_path: Path) -> None:
    with network(tmp_path, Recorded({ADMLAW: ADMLAW})) as net:
        net.pull(ADMLAW)
        rows = {row["sessionId"]: row for row in net.lab.rows(ADMLAW, 4)}
        kept = {each.key: body(net, each) for each in told(net, kind="event") if each.stream == "sessions"}
        assert {key: [tuple(seat) for seat in seats(each["extra"])] for key, each in kept.items()} == {
            key: [(seat["orgName"], seat["role"], seat["vote"]) for seat in row["members"]] for key, row in rows.items()
        }
        assert {part for row in rows.values() for _, part, _ in seats(kept[row["sessionId"]]["extra"])} == {
            "主持", "监督", "参与", "当事机关",
        }  # fmt: skip
        number = "杭余政复〔2026〕14号"
        Linker(net.settings, net.store).drain()
        with net.store.database.reading() as connection:
            (code,) = find(connection, net.store, number)
            sessions = [each for each in timeline(connection, net.store, code) if each.told.get("seats")]
        assert [(each.by, each.told["votes"]) for each in sessions] == [
            ("余杭区行政争议调解中心", {"同意": 4, "不同意": 1}), ("余杭区行政争议调解中心", {"同意": 5, "弃权": 1}),
        ]  # fmt: skip
        assert [each.at for each in sessions] == ["2026-03-01T06:31:00Z", "2026-03-02T06:32:00Z"]
        printed = hub(tmp_path, "case", "timeline", number)
        assert "余杭区人民检察院 监督 同意" in printed
        assert "表决 votes: 同意 4, 不同意 1 (80%)" in printed
        silent = next(key for key, row in rows.items() if not any(seat["vote"] for seat in row["members"]))
        assert votes(kept[silent]["extra"]) == {}, "nobody voted: no part of none"
        changed = [seat | {"vote": "同意"} for seat in rows["TJ2026000001"]["members"]]
        net.lab.rows(ADMLAW, 4).update("TJ2026000001", members=changed, updateTime="2026-03-20 10:00:00.000")
        net.pull(ADMLAW)
        (again,) = [each for each in told(net, kind="event") if each.key == "TJ2026000001"]
        assert votes(body(net, again)["extra"]) == {"同意": 5}
        assert set(net.records()) == {row["caseId"] for row in net.lab.rows(ADMLAW)}, "a session is no dispute"


def test_row_069_topics_and_votes_of_the_villagers_are_context_and_no_dispute(tmp_path: Path) -> None:
    lab = Recorded({"portal": "portal", "grid": "four_platforms"})
    named = next(iter(lab.rows("grid")))
    lab.rows("portal", 1).update("YS2026030001", relatedNo=named["serialNumber"])
    with network(tmp_path, lab) as net:
        for name in ("portal", "grid"):
            net.pull(name)
        rows = {row["topicId"]: row for row in net.lab.rows("portal", 1)}
        heads = {each.key: each for each in told(net, kind="event") if each.stream == "topics"}
        kept = {key: body(net, each) for key, each in heads.items()}
        assert {key: (each["note"], each["body"]) for key, each in kept.items()} == {
            key: (row["title"], row["hallName"]) for key, row in rows.items()
        }
        cast = votes(kept["YS2026030001"]["extra"])
        assert cast == {"同意": 279, "不同意": 12, "弃权": 9}
        assert share(cast) == pytest.approx(0.93)
        assert votes(kept["YS2026030005"]["extra"]) == {}, "suggestions were gathered, nothing was voted on"
        assert kept["YS2026030005"]["extra"]["suggestionCount"] == "63"
        assert share(votes(kept["YS2026030006"]["extra"])) is None, "a vote in which nobody has voted yet has no share"
        named_none = {key for key, row in rows.items() if not row["relatedNo"]}
        assert {key for key, each in kept.items() if not each.get("references")} == named_none != set()
        assert [each.key for each in of(net, named["serialNumber"])] == ["YS2026030001"]
        Linker(net.settings, net.store).drain()
        printed = hub(tmp_path, "case", "timeline", named["serialNumber"])
        assert "村口停车位按户分配、逐年轮换方案" in printed
        assert "表决 votes: 同意 279, 不同意 12, 弃权 9 (93%)" in printed
        assert {row["clientId"] for row in net.lab.rows("portal")} == {
            key for key, record in net.records().items() if record.source == "portal"
        }, "no topic is a dispute"


UNEMPLOYMENT = {
    "name": "失业保险金发放", "owner": "苍南县人力资源和社会保障局", "purpose": "检察监督", "region": "XZQHDM",
    "status": "FFZT", "amount": "FFJE", "begins": "DYKSRQ", "ends": "DYJSRQ",
}  # fmt: skip
SERVICE = {
    "name": "政务服务事项",
    "owner": "县政务服务管理办公室",
    "purpose": "一网联办",
    "region": "XZQHDM",
    "status": "SXZT",
}


def datasets(net: Recorded, **told: Mapping[str, str]) -> dict[str, Any]:
    """Settings of instances of the gateway that read rows of a dataset, not disputes."""
    settings = net.settings()
    parties = [{"name": "TSRXM", "id_number": "TSRZJH"}]
    fields = ["SXMC", "SXBM"]
    return {
        name: settings[name] | {"dataset": dataset, "parties": parties, "extra": fields}
        for name, dataset in told.items()
    }


def test_row_080_matters_of_public_service_are_a_dataset_with_its_purpose(tmp_path: Path) -> None:
    lab = Recorded({"service": "public_data"})
    for no, row in enumerate(list(lab.rows("service"))):
        lab.rows("service").update(row["TSBH"], SXMC=f"不动产登记{no}", SXBM=f"331024-{no:03d}", SXZT="在办")
    with network(tmp_path, lab, datasets(lab, service=SERVICE)) as net:
        net.pull("service")
        matters = {each.key: each for each in told(net, kind="row", name=SERVICE["name"])}
        rows = [row for row in lab.rows("service") if row.get("SCBS") != "1"]
        assert set(matters) == {row["TSBH"] for row in rows}
        for row in rows:
            each = matters[row["TSBH"]]
            assert (each.owner, each.title, each.status) == (SERVICE["owner"], SERVICE["purpose"], "在办")
            assert body(net, each)["fields"] == {"SXMC": row["SXMC"], "SXBM": row["SXBM"]}
        assert net.records() == {}


def test_row_090_payments_of_unemployment_insurance_are_a_dataset(tmp_path: Path) -> None:
    lab = Recorded({"payments": "public_data"})
    for no, row in enumerate(list(lab.rows("payments"))):
        month = f"2026{1 + no % 3:02d}"
        pay = {"FFJE": "1980.50", "FFZT": "已发", "DYKSRQ": f"{month}01", "DYJSRQ": f"{month}28"}
        lab.rows("payments").update(row["TSBH"], **pay)
    with network(tmp_path, lab, datasets(lab, payments=UNEMPLOYMENT)) as net:
        net.pull("payments")
        rows = [row for row in lab.rows("payments") if row.get("SCBS") != "1"]
        paid = {each.key: each for each in told(net, kind="row", name=UNEMPLOYMENT["name"])}
        assert set(paid) == {row["TSBH"] for row in rows}
        assert {each.amount_fen for each in paid.values()} == {198_050}
        for row in rows:
            whole = body(net, paid[row["TSBH"]])
            assert (whole["begins"][:7], whole["ends"][-2:]) == (f"{row['DYKSRQ'][:4]}-{row['DYKSRQ'][4:6]}", "28")
            with net.store.database.reading() as connection:  # whose it is, for a model to compare
                mine = about(connection, [net.store.keyring.hash("id", row["TSRZJH"])], kinds=("row",))
            assert (row["TSBH"] in {each.key for each in mine}) == bool(row["TSRZJH"])
        assert sum(bool(row["TSRZJH"]) for row in rows) > 5


CREDIT = SERVICE | {
    "name": "失信惩戒名单", "owner": "县信用办", "purpose": "联合惩戒查询", "basis": "公共信用信息管理条例第二十三条",
}  # fmt: skip


def test_row_101_what_credit_bodies_share_comes_one_way_and_bears_its_basis(tmp_path: Path) -> None:
    lab = Recorded({"credit": "public_data"})
    for row in list(lab.rows("credit")):
        lab.rows("credit").update(row["TSBH"], SXZT="在册")
    with network(tmp_path, lab, datasets(lab, credit=CREDIT)) as net:
        net.pull("credit")
        rows = told(net, kind="row", name=CREDIT["name"])
        assert len(rows) == len(lab.rows("credit"))
        for each in rows:
            assert (body(net, each)["basis"], each.title, each.owner) == tuple(
                CREDIT[name] for name in ("basis", "purpose", "owner")
            )
        assert net.records() == {}  # it is nobody's dispute
    assert Capability.DELIVER not in load_adapter("public_data").manifest.capabilities  # nothing goes back


def listed(net: Network, folder: Path) -> list[dict[str, Any]]:
    settings = folder / "here.toml"
    store = f'url = "sqlite:///{folder}/store.db"\nkeys = "{folder}/keyring.json"\n'
    settings.write_text(f'home = "331024"\n[store]\n{store}', encoding="utf-8")
    result = CliRunner().invoke(main, ["--config", str(settings), "entry", "datasets", "--json"])
    assert result.exit_code == 0, result.output
    printed = CliRunner().invoke(main, ["--config", str(settings), "entry", "datasets"])
    assert (printed.exit_code, SERVICE["purpose"] in printed.output) == (0, True)
    found: list[dict[str, Any]] = json.loads(result.output)["datasets"]
    with net.store.database.reading() as connection:
        assert len(catalogue(connection)) == len(found)
    return found


@pytest.mark.parametrize(("shared", "owners"), [(28, 16), (45, 45)], ids=["098", "099"])
def test_row_098_099_a_catalogue_of_shared_data_tells_owner_fields_and_lag(
    tmp_path: Path, shared: int, owners: int
) -> None:
    """28 items of 16 systems; the items of 45 departments."""
    names = [f"d{no}" for no in range(shared)]
    lab = Recorded(dict.fromkeys(names, "public_data"))
    for name in names:
        for row in list(lab.rows(name)):
            lab.rows(name).update(row["TSBH"], SXMC="x", SXBM="y")
    told = {name: {**SERVICE, "name": f"事项{name}", "owner": f"部门{no % owners}"} for no, name in enumerate(names)}
    with network(tmp_path, lab, datasets(lab, **told)) as net:
        for name in names:
            net.pull(name)
        found = listed(net, tmp_path)
    assert {each["name"]: each["owner"] for each in found} == {each["name"]: each["owner"] for each in told.values()}
    assert len({each["owner"] for each in found}) == owners
    for each in found:
        assert {"SXMC", "SXBM", "XZQHDM", "TSBH"} <= set(each["fields"])
        assert (each["purpose"], each["rows"] > 0, each["lag_s"] >= 0) == (SERVICE["purpose"], True, True)
