"""Datasets behind the public data platform: what the settings of an instance make of the platform's rows."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

import adapters.grid.public_data
from adapters.gateway import LENDING, OPENED
from adapters.grid.public_data.adapter import PublicData
from adapters.grid.public_data.config import PublicDataConfig
from adapters.grid.public_data.purposes import kept
from hub.api import AdapterConfig, Capability, Draft, Envelope, Page, PageNumber, Request, Since, Stage
from hub.errors import SourceDenied, SourceReplyInvalid
from hub.registry import crosswalk_path
from hub.settings import adapter_config
from hub.settings import load as read_settings
from hub.sources.envelope import open_reply
from schemas.taxonomy import load
from schemas.taxonomy.sssom import read_sssom

FOLDER = Path(adapters.grid.public_data.__file__).parent
ROOT = FOLDER.parents[2]
TABLE = re.compile(r"^\| `(\w+)`(.*)$", re.MULTILINE)
LEAST: dict[str, Any] = {
    "base_url": "http://127.0.0.1:1",
    "organisation": "001003990015001",
    "interface_id": "wYts33d000000001",
    "key": "TSBH",
}
WHOLE: dict[str, Any] = LEAST | {
    "time": "GXSJ",
    "since": "gxsjStart",
    "deleted": "SCBS",
    "deleted_values": ["1", "2"],
    "extra": ["XQMC", "NOWHERE"],
    "stages": {"01": "received", "05": "closed"},
    "columns": {
        "title": "TSBT", "detail": "TSNR", "code": "DM", "label": "MC", "status": "ZT", "opened": "TSSJ",
        "happened": "FSSJ", "due": "CLQX", "closed": "BJSJ", "address": "DZ", "region": "QH", "lng": "X", "lat": "Y",
        "amount": "JE", "people": "RS", "cites": "GLBH",
    },
    "parties": [
        {"name": "TSR", "id_number": "ZJH", "phone": "DH", "gender": "XB", "address": "ZZ"},
        {"name": "WYGS", "role": "2", "kind": "2"},
    ],
}  # fmt: skip
ROW = {
    "TSBH": "WYTS1", "GXSJ": "2026-03-04 10:20:00", "SCBS": "0", "XQMC": "某苑", "TSBT": "物业费涨价",
    "TSNR": "未经同意。", "DM": "01", "MC": "物业收费", "ZT": "01", "TSSJ": "2026-03-02 09:12:31", "FSSJ": "2026-03-01",
    "CLQX": "2026-03-17", "BJSJ": "", "DZ": "某路8号", "QH": "330110012", "X": "120.0", "Y": "30.2", "JE": "3,120.00",
    "RS": "12", "GLBH": "ZJ330110202603080012、（2026）浙0110民诉前调207号", "TSR": "章某琴",
    "ZJH": "990110197804120024", "DH": "13000007001", "XB": "2", "ZZ": "某幢", "WYGS": "某物业公司",
}  # fmt: skip


def adapter(**changes: Any) -> PublicData:
    return PublicData(PublicDataConfig(**(WHOLE | changes)))


def test_each_column_goes_where_the_settings_say() -> None:
    made = adapter().draft(ROW)
    assert (made.key, made.revision, made.deleted) == ("WYTS1", "2026-03-04 10:20:00", False)
    assert (made.title, made.detail, made.code, made.label) == ("物业费涨价", "未经同意。", "01", "物业收费")
    assert (made.status, made.opened, made.happened) == ("01", "2026-03-02 09:12:31", "2026-03-01")
    assert (made.due, made.closed) == ("2026-03-17", "")
    assert (made.address, made.region, made.lng, made.lat) == ("某路8号", "330110012", "120.0", "30.2")
    assert (made.amount, made.people) == ("3,120.00", "12")
    assert made.references == [("petition", "ZJ330110202603080012"), ("court_case", "（2026）浙0110民诉前调207号")]
    assert made.extra == {"XQMC": "某苑", "NOWHERE": None}
    one, two = made.parties
    assert (one.name, one.role, one.kind, one.id_number) == ("章某琴", "1", "1", "990110197804120024")
    assert (one.phone, one.gender, one.address) == ("13000007001", "2", "某幢")
    assert (two.name, two.role, two.kind, two.id_number) == ("某物业公司", "2", "2", None)


def test_what_the_settings_do_not_tell_is_not_taken() -> None:
    assert PublicData(PublicDataConfig(**LEAST)).draft(ROW) == Draft(key="WYTS1")


def test_a_party_that_is_not_named_is_none() -> None:
    assert [each.name for each in adapter().draft(ROW | {"TSR": "", "WYGS": None}).parties] == []


@pytest.mark.parametrize(("mark", "deleted"), [("0", False), ("1", True), (2, True), (None, False), ("", False)])
def test_a_row_that_is_marked_is_deleted(mark: Any, deleted: bool) -> None:
    assert adapter().draft(ROW | {"SCBS": mark}).deleted is deleted
    assert adapter(deleted="").draft(ROW | {"SCBS": mark}).deleted is False


def test_a_row_without_its_key_is_refused_by_name() -> None:
    with pytest.raises(KeyError, match="TSBH"):
        adapter().draft({"GXSJ": "2026"})


def test_the_manifest_is_the_instance_s_own() -> None:
    told = adapter(page="current", size="rows", code_system="wyts", department="JS", channel="RX").manifest
    assert told.capabilities == {Capability.INCREMENTAL, Capability.COUNTED, Capability.DELETIONS}
    assert (told.code_system, told.department, told.channel) == ("wyts", "JS", "RX")
    assert told.stages == {"01": Stage.RECEIVED, "05": Stage.CLOSED}
    request = told.streams[0].request
    assert isinstance(request, Request)
    assert (request.paging, request.since) == (PageNumber(page="current", size="rows"), Since(param="gxsjStart"))
    assert PublicData.manifest.stages == {}


def test_an_instance_claims_no_more_than_its_settings_tell() -> None:
    told = PublicData(PublicDataConfig(**LEAST)).manifest
    assert told.capabilities == {Capability.COUNTED}
    request = told.streams[0].request
    assert isinstance(request, Request) and request.since is None


def test_the_crosswalk_is_the_one_the_settings_name() -> None:
    assert crosswalk_path(adapter()) is None
    assert crosswalk_path(adapter(crosswalk_file="/srv/wyts.sssom.tsv")) == Path("/srv/wyts.sssom.tsv")


def test_an_office_s_own_envelope_stands_inside_the_platform_s() -> None:
    inner = {"rows": "list", "total": "count", "ok": "flag", "ok_values": ["1"]}
    envelope = adapter(inner=inner).manifest.envelope
    assert envelope == replace(OPENED, inner=Envelope(ok="flag", ok_values=("1",), items="list", total="count"))
    text = b'{"code":"00","totalDataCount":1,"datas":"{\\"flag\\":1,\\"count\\":7,\\"list\\":[{\\"a\\":1}]}"}'
    opened = open_reply(text, envelope)
    assert (opened.rows, opened.total) == ([{"a": 1}], 7)
    with pytest.raises(SourceReplyInvalid, match="reports a failure"):
        open_reply(text.replace(b'flag\\":1', b'flag\\":2'), envelope)


def test_a_denial_of_the_platform_is_one() -> None:
    with pytest.raises(SourceDenied):
        open_reply(b'{"code":"401","msg":"x","datas":null}', adapter().manifest.envelope)


@pytest.mark.parametrize(
    "wrong",
    [
        {"key": None},
        {"columns": {"headline": "TSBT"}},
        {"parties": [{"role": "1"}]},
        {"stages": {"01": "solved"}},
        {"channel": "XX"},
        {"organisation": "../other"},
        {"interface_id": "a/b"},
        {"inner": {"total": "count"}},
    ],
)
def test_settings_that_mean_nothing_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        PublicDataConfig(**(WHOLE | wrong))


def test_the_gateway_lends_two_secrets_by_two_calls() -> None:
    assert [(each.path.rpartition("/")[2], each.by) for each in LENDING.renewals] == [
        ("refreshTokenBySec.htm", "refresh"),
        ("refreshTokenByKey.htm", ""),
    ]
    lends = LENDING.renewals[0].lends
    assert {name: lent.life_s for name, lent in lends.items()} == {"refresh": 172_800, "request": 900}
    assert (LENDING.signs, LENDING.signing.place) == ("request", "query")


def test_the_sample_crosswalk_points_at_live_items_and_a_mixed_kind_does_not_decide() -> None:
    table = read_sssom(FOLDER / "crosswalk.sssom.tsv")
    assert {row.subject_code for row in table.rows if row.decides} == {"01", "03", "04", "05"}
    assert {row.object_code for row in table.rows if row.subject_code == "02"} == {"D0401", "D0201"}
    assert all(load().items[row.object_code].live for row in table.rows)


def test_the_settings_of_its_page_are_taken(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "adapters" / "public_data.md").read_text(encoding="utf-8")
    example = page.split("```toml\n")[1].split("```")[0].replace('app_secret_file = "/run/secrets/irs"', "")
    (tmp_path / "hub.toml").write_text(f'home = "330000"\n{example}', encoding="utf-8")
    config = adapter_config(read_settings(tmp_path / "hub.toml").source("property_yuhang"), PublicDataConfig)
    assert config.crosswalk_file == f"{tmp_path}/property_complaints.sssom.tsv"
    assert (config.columns.region, [each.name for each in config.parties]) == ("XZQHDM", ["TSRXM", "WYGS"])
    told = {name for name, _ in TABLE.findall(page)} | {"page", "size", "deleted_values", "crosswalk_file"}
    assert told >= PublicDataConfig.model_fields.keys() - AdapterConfig.model_fields.keys()


@pytest.mark.parametrize(
    "inner", [None, {"rows": "list", "total": "all.count"}, {"rows": "r", "ok": "ok", "ok_values": ["1"]}]
)
def test_a_page_without_fields_that_have_no_purpose_opens_as_before(inner: dict[str, Any] | None) -> None:
    purposed = adapter(inner=inner, purposes=dict.fromkeys(("TSBH", "GXSJ", "SCBS", "TSBT"), "化解"))
    page = Page(b"as it came", rows=[ROW], total=None if inner and "ok" in inner else 9)
    told = kept(purposed.config, page)
    opened = open_reply(told.content, purposed.manifest.envelope, encoding="utf-8", zone=purposed.manifest.zone)
    assert (opened.rows, opened.total) == ([{name: ROW[name] for name in ("TSBH", "GXSJ", "SCBS", "TSBT")}], page.total)
    assert opened.rows == told.rows == purposed.items(page)
    assert kept(adapter().config, page) is page


@pytest.mark.parametrize(
    "purposes", [{"TSBT": "化解"}, {"TSBH": "x", "GXSJ": "x", "SCBS": ""}, {"TSBH": "x", "GXSJ": "x"}]
)
def test_what_no_row_can_be_read_without_has_a_purpose(purposes: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="purposes"):
        adapter(purposes=purposes)
