"""Adapters with a mapping file: what a file makes of rows, and what is said of a file that cannot be used."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from generic_samples import items, sample

from adapters.generic.files.adapter import Files, FilesConfig
from adapters.generic.http_json.adapter import HttpJson, HttpJsonConfig
from adapters.generic.mapped import Mapped, in_yuan
from adapters.generic.table.adapter import FrontTable, TableConfig
from hub.api import Capability, DraftResolution, DraftRow, Keyset, NextLink, PageNumber, Stage, TableView
from hub.engine.worker import mapper_for
from hub.errors import ConfigError
from hub.fieldmap import MappingInvalid
from hub.registry import crosswalk_path
from hub.settings import SettingsInvalid, SourceSettings, adapter_config
from schemas.taxonomy import load
from schemas.taxonomy.sssom import dangling, read_sssom

PLACES: dict[str, tuple[type[Mapped[Any]], dict[str, str]]] = {
    "table": (FrontTable, {"database": "sqlite:////nowhere/front.db"}),
    "files": (Files, {"folder": "/nowhere"}),
    "http_json": (HttpJson, {"base_url": "http://127.0.0.1:1"}),
}
SAMPLES = {name: sample(name) / "mapping.toml" for name in PLACES}

Make = Callable[..., Any]


def adapter(name: str, mapping: Path | None = None) -> Any:
    kind, place = PLACES[name]
    return kind(kind.Config.model_validate({**place, "mapping_file": str(mapping or SAMPLES[name])}))


@pytest.fixture
def mapped(tmp_path: Path) -> Make:
    """An adapter over a mapping file of that text."""

    def make(text: str, name: str = "http_json") -> Any:
        path = tmp_path / "m.toml"
        path.write_text(text, encoding="utf-8")
        return adapter(name, path)

    return make


def http(record: str, *more: str) -> str:
    return "\n".join(['[read]\npath = "/rows"\n[record]\nkey = "id"', record, *more])


# what the samples make


def test_a_row_of_a_table_becomes_a_draft() -> None:
    draft = adapter("table").draft(items("table")[1])
    assert (draft.key, draft.title, draft.revision) == (
        "YX2026030002",
        "楼上水管漏水泡坏新铺地板",
        "2026-03-05 16:10:00",
    )
    assert (draft.code, draft.label, draft.status) == ("0101", "漏水渗水", "调解成功")
    assert (draft.opened, draft.closed) == ("2026-03-01 14:05:00", "2026-03-05 16:00:00")
    assert (draft.region, draft.address, draft.amount, draft.people) == ("330110109", "百丈镇某小区2幢", "0.8万", 2)
    assert draft.detail == "楼上水管爆裂，地板起翘，要求赔偿修复费用。"
    applicant, respondent = draft.parties
    assert (applicant.name, applicant.role, applicant.kind, applicant.phone) == ("蒋玉梅", "1", "1", "13000009002")
    assert applicant.id_number.startswith("99010119711224")
    assert (respondent.name, respondent.role, respondent.kind) == ("汪建平", "2", "1")
    assert draft.resolution == DraftResolution(responsible="吕调解", situation="双方签字，当场给付四千元")
    assert draft.references == [("dispute_ledger", "YX2026030002")]
    assert (dict(draft.extra), draft.deleted) == ({"LYFS": "上门"}, False)


def test_a_row_of_a_file_becomes_a_draft() -> None:
    draft = adapter("files").draft(items("files")[0] | {"删除": "1", "#": 2})
    assert (draft.key, draft.title, draft.deleted) == ("LD-26-101", "装修班组八人三个月工资未发", True)
    assert (draft.code, draft.label, draft.status) == ("A1", "拖欠工资", "处理中")
    assert (draft.amount, draft.people, draft.address) == ("86400元", "8", "仁和街道某路1号")
    assert (draft.opened, draft.closed, draft.revision) == ("2026-03-01 09:12:00", None, "2026-03-04 09:12:00")
    complainant, employer = draft.parties
    assert (complainant.name, complainant.role, complainant.phone) == ("温大力", "1", "13000009101")
    assert (employer.name, employer.role, employer.kind, employer.id_number) == ("某某装饰公司", "2", "2", None)
    assert draft.resolution is None
    assert draft.extra == {}  # an empty cell tells nothing


def test_an_object_of_json_becomes_a_draft() -> None:
    draft = adapter("http_json").draft(items("http_json")[1])
    assert (draft.key, draft.title, draft.revision) == ("5002", "租用车位被他人占用", "2026-03-03T10:00:00+08:00")
    assert (draft.code, draft.label, draft.status, draft.amount) == ("wy02", "车位", "agreed", None)
    assert (draft.region, draft.address, draft.datum) == ("330110012", "五常街道某小区2幢", "GCJ-02")
    assert (draft.lng, draft.lat) == (120.031, 30.251)
    assert [(p.name, p.role, p.kind, p.phone) for p in draft.parties] == [
        ("苗青", "1", "1", "13000009203"),
        ("路遥", "2", "1", "13000009204"),
    ]
    assert [(step.at, step.action, step.body) for step in draft.steps] == [
        ("2026-03-01T18:20:00+08:00", "登记", "社区"),
        ("2026-03-03T10:00:00+08:00", "调解", "物调委"),
    ]
    assert draft.references == [("grid_event", "SJ3301102026030001")]
    assert draft.extra == {"来源": "小程序"}
    firm = adapter("http_json").draft(items("http_json")[0]).parties[1]
    assert (firm.name, firm.kind) == ("某某物业公司", "2")


@pytest.mark.parametrize("name", PLACES)
def test_drafts_are_pure_and_only_the_key_is_needed(name: str) -> None:
    made, rows = adapter(name), items(name)
    before = copy.deepcopy(rows)
    assert [made.draft(row) for row in rows] == [adapter(name).draft(row) for row in reversed(rows)][::-1]
    assert rows == before
    bare = made.draft({made.mapping.record.key.field: 7})
    assert (bare.key, bare.title, bare.parties, bare.steps, bare.resolution) == ("7", None, [], [], None)
    assert made.draft({}).key == ""  # which the hub refuses: key.missing


@pytest.mark.parametrize("name", PLACES)
def test_a_sample_names_no_field_its_rows_lack(name: str) -> None:
    assert adapter(name).remarks(items(name)) == []


@pytest.mark.parametrize("name", PLACES)
def test_a_sample_leads_to_live_items(name: str) -> None:
    taxonomy = load()
    live = [code for code in (*taxonomy.items, *taxonomy.categories) if taxonomy.live(code)]
    assert dangling(read_sssom(sample(name) / "crosswalk.sssom.tsv"), live) == []


# what is an instance's own


def test_the_manifest_is_the_instance_s_and_the_class_keeps_its_own() -> None:
    made = adapter("table")
    assert made.manifest.streams[0].request == TableView(
        view="V_MDJF_TZ", key="BH", time="GXSJ", acknowledge={"TSZT": "1", "TSSJ": "{now}"}
    )
    assert made.manifest.title_zh == "乡镇矛盾纠纷台账"
    assert made.manifest.stages["已办结"] is Stage.CLOSED
    assert made.manifest.capabilities == {
        Capability.COUNTED, Capability.INCREMENTAL, Capability.ACKNOWLEDGE, Capability.DELETIONS,
    }  # fmt: skip
    assert FrontTable.manifest.capabilities == frozenset()
    assert made.manifest.version.startswith(f"{FrontTable.manifest.version}+")


def test_a_change_of_the_file_or_its_crosswalk_is_another_version(tmp_path: Path) -> None:
    for file in sample("files").iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    told = {adapter("files", tmp_path / "mapping.toml").manifest.version}
    told.add(adapter("files").manifest.version)
    assert len(told) == 1, "the same file in another folder is the same mapping"
    for name in ("mapping.toml", "crosswalk.sssom.tsv"):
        with (tmp_path / name).open("a", encoding="utf-8") as file:
            file.write("\n# a remark\n" if name.endswith("toml") else "ld:Z9\t其他\tskos:broadMatch\tyiwang:D2103\t"
                       "其他未列明纠纷\tsemapv:ManualMappingCuration\t0.9\t\n")  # fmt: skip
        told.add(adapter("files", tmp_path / "mapping.toml").manifest.version)
    assert len(told) == 3


def test_the_crosswalk_is_the_one_its_file_names(mapped: Make) -> None:
    made = adapter("table")
    assert crosswalk_path(made) == sample("table") / "crosswalk.sssom.tsv"
    found = mapper_for(made, None).find("0101", None, None, "", "")
    assert (found["item"], found["method"]) == ("D0201", "adapter_crosswalk")
    plain = mapped(http('code = "c"').replace("[read]", 'code_system = "some"\n[read]'))
    assert crosswalk_path(plain) is None
    assert crosswalk_path(FrontTable) is None
    assert mapper_for(plain, None).find("0101", None, None, "", "")["method"] == "unmapped"


def test_claims_follow_from_what_the_file_tells(mapped: Make) -> None:
    def claims(*more: str) -> set[str]:
        return set(map(str, mapped(http("", *more)).manifest.capabilities))

    assert claims() == set()
    assert claims('[envelope]\ntotal = "n"') == {"counted"}
    assert claims('[page]\nkind = "link"') == set()
    keyset = '[page]\nkind = "keyset"\ntime = "t"\nkey = "id"\nafter_time = "a"\nafter_key = "b"'
    assert claims(keyset) == {"incremental"}
    since = http("").replace("[record]", 'since = { param = "from" }\n[record]')
    assert set(mapped("ordered = true\n" + since).manifest.capabilities) == {"incremental", "ordered"}
    files = '[record]\nkey = "id"\n[read]\nready = "manifest"\nmarker = ".json"'
    assert set(mapped(files, "files").manifest.capabilities) == {"counted"}
    assert set(mapped('[record]\nkey = "id"\n[read]\nview = "v"\nkey = "id"', "table").manifest.capabilities) == {
        "counted"
    }


def test_paging_login_and_signing_are_those_of_the_wire(mapped: Make) -> None:
    made = mapped(
        http(
            "",
            '[page]\nkind = "keyset"\ntime = "t"\nkey = "id"\nafter_time = "at"\nafter_key = "ak"\nrows = 50',
            '[signing]\nfields = ["{app_key}", "{timestamp}"]\nalgorithm = "sm3"',
            '[login]\npath = "/login"\ntoken = "data.token"\n[login.fields]\nuser = "{username}"',
            '[login.envelope]\nok = "code"\nok_values = [0, "00"]',
        )
    ).manifest
    assert made.streams[0].request.paging == Keyset(time="t", key="id", after_time="at", after_key="ak", rows=50)
    assert (made.signing.algorithm, made.signing.fields) == ("sm3", ("{app_key}", "{timestamp}"))
    assert (made.login.path, made.login.token, made.login.envelope.ok_values) == ("/login", "data.token", (0, "00"))
    assert mapped(http("", '[page]\nkind = "link"')).manifest.streams[0].request.paging == NextLink()
    assert mapped(http("")).manifest.streams[0].request.paging == PageNumber()
    lent = mapped(
        http("", '[lending]\nsigns = "secret"\nsigning = { fields = ["{app_key}"] }',
             '[[lending.renewals]]\npath = "/r"\nlends = { secret = { value = "data.s", life_s = 60 } }')
    ).manifest.login  # fmt: skip
    assert (lent.signs, lent.renewals[0].path, lent.renewals[0].lends["secret"].life_s) == ("secret", "/r", 60)


# ways of taking a value


def test_values_are_taken_first_joined_constant_or_by_words(mapped: Make) -> None:
    made = mapped(
        http(
            'title = { first = ["a", "b"] }\naddress = { join = ["town", "village"], by = "/" }\n'
            'channel = { always = "WG" }\nscale = { field = "s", words = { "大" = "1" } }\norg_path = ["p.x", "p.y"]'
        )
    )
    draft = made.draft({"id": 1, "a": "  ", "b": "乙", "town": "某镇", "village": "", "s": " 大 ", "p": {"x": "省"}})
    assert (draft.title, draft.address, draft.channel, draft.scale) == ("乙", "某镇", "WG", "1")
    assert draft.org_path == ("省",)
    other = made.draft({"id": 1, "a": "甲", "town": "某镇", "village": "某村", "s": "小", "p.x": "省", "p": "not one"})
    assert (other.title, other.address, other.scale, other.org_path) == ("甲", "某镇/某村", "小", ("省",))


def test_a_party_that_only_has_constants_is_none(mapped: Make) -> None:
    made = mapped(
        http("", '[[party]]\nrole = { always = "2" }\nname = "n"', '[resolution]\nmethod = { always = "01" }')
    )
    assert made.draft({"id": 1, "n": " "}).parties == []
    assert made.draft({"id": 1}).resolution is None
    (party,) = made.draft({"id": 1, "n": "某某"}).parties
    assert (party.name, party.role) == ("某某", "2")


SET = '[dataset]\nname = "红黑榜"\npurpose = "督评"\nowner = "unit"\nbegins = "from"'


def test_rows_of_a_dataset_are_no_disputes(mapped: Make) -> None:
    made = mapped(
        'amount_unit = "wan"\n'
        + http('status = "list"\namount = "fine"\nextra = ["how"]', '[[party]]\nname = "n"', SET,
               '[references]\npetition = "p"')
    )  # fmt: skip
    row = made.draft({"id": 1, "list": "黑榜", "fine": "3", "how": "抽查", "n": "某某", "unit": "某局", "p": "ZJ1"})
    assert isinstance(row, DraftRow)
    assert (row.key, row.dataset, row.purpose, row.owner, row.begins) == ("1", "红黑榜", "督评", "某局", None)
    assert (row.status, row.amount, row.fields, row.references) == (
        "黑榜", "3万", {"how": "抽查"}, [("petition", "ZJ1")]
    )  # fmt: skip
    assert [party.name for party in row.parties] == ["某某"]
    assert 'no row has "from" of dataset.begins' in made.remarks([{"id": 1, "unit": "某局"}])


def test_a_list_of_one_may_stand_alone_and_a_step_needs_its_time(mapped: Make) -> None:
    made = mapped(http("", '[[party]]\neach = "p.all"\nname = "n"', '[[step]]\neach = "s"\nat = "t"\naction = "a"'))
    draft = made.draft(
        {"id": 1, "p": {"all": {"n": "一"}}, "s": [{"t": "2026-03-01", "a": "甲"}, {"a": "乙"}, "丙", None]}
    )
    assert [party.name for party in draft.parties] == ["一"]
    assert [step.action for step in draft.steps] == ["甲"]


@pytest.mark.parametrize(
    ("written", "said"),
    [("3.6", "3.6万"), (5, "5万"), ("1,200", "1,200万"), ("3万", "3万"), ("800元", "800元"), (None, None)],
)
def test_amounts_in_ten_thousands_keep_a_unit_of_their_own(written: object, said: object) -> None:
    assert in_yuan(written) == said


def test_a_field_no_row_has_is_told_with_the_nearest(mapped: Make) -> None:
    made = mapped(
        http('title = "subject"\naddress = "place.adress"\ndetail = "gone"', '[[party]]\neach = "who"\nname = "n"')
    )
    rows = [{"id": 1, "subjct": "x", "place": {"address": "y"}, "who": [{"name": "z"}]}]
    assert made.remarks(rows) == [
        'no row has "subject" of record.title (did you mean "subjct"?)',
        'no row has "gone" of record.detail',
        'no row has "place.adress" of record.address (did you mean "place.address"?)',
        'no row has "n" of party.0.name',
    ]
    assert made.remarks([]) == []
    assert made.remarks([{"id": 1, "subject": None, "detail": 1, "gone": "", "place": {"adress": 0}}]) == [
        'no row has "who" of party.0.each'
    ]


# what is said of a file that cannot be used

BROKEN = {
    "a name that is none": ('titel = "t"', 'm.toml line 5: record.titel: unknown key (did you mean "title"?)'),
    "a table that is none": ("[recrod]", 'm.toml line 5: recrod: unknown key (did you mean "record"?)'),
    "a part of a value": (
        'title = { feild = "t" }', 'm.toml line 5: record.title.feild: unknown key (did you mean "field"?)'
    ),
    "the second party": (
        '[[party]]\nname = "n"\n[[party]]\nnmae = "n"',
        'm.toml line 8: party.1.nmae: unknown key (did you mean "name"?)',
    ),
    "a table within the second party": (
        '[[party]]\nname = "n"\n[[party]]\nname = "n"\n[party.role]\nalwys = "2"',
        'm.toml line 10: party.1.role.alwys: unknown key (did you mean "always"?)',
    ),
    "a word of the wire": (
        '[envelope]\nitms = "x"', 'm.toml line 6: envelope.itms: unknown key (did you mean "items"?)'
    ),
    "a word deep in the wire": (
        '[login]\npath = "/l"\nfields = {}\n[login.envelope]\nokk = "x"',
        'm.toml line 9: login.envelope.okk: unknown key (did you mean "ok"?)',
    ),
    "a stage": ('[status]\n"办结" = "closd"', 'm.toml line 6: status.办结: unknown stage; did you mean "closed"?'),
    "no way": ("title = {}", "m.toml line 5: record.title: needs one of field, first, join, always"),
    "two ways": ('title = { field = "a", always = "b" }', "record.title: needs one of field, first, join, always"),
    "a number": ("title = 5", "m.toml line 5: record.title: must be the name of a field"),
    "a code made up": (
        'code = { field = "c", words = { "1" = "2" } }', "m.toml line 5: record.code: is kept as the source wrote it"
    ),
    "a time for all": ('revision = { always = "2026" }', "m.toml line 5: record.revision: must come from the row"),
    "a code of no list": ('code = "c"', "m.toml: code_system: missing: a code without"),
    "another kind's page": ('[page]\nkind = "offset"\npage = "p"', "page: not of kind offset, which has start, size"),
    "half a keyset": ('[page]\nkind = "keyset"\ntime = "t"', "kind keyset needs time, key, after_time, after_key"),
    "a kind of page": ('[page]\nkind = "pages"', "m.toml line 6: page.kind: Input should be 'number'"),
    "a dispute's field of a dataset": (
        f'title = "t"\n{SET}', "m.toml line 5: record.title: tells of a dispute, and a row of a dataset is none"
    ),
    "a stage of a dataset": (f'{SET}\n[status]\n"办结" = "closed"', "status: tells of a dispute, and a row of a"),
    "a dataset without a purpose": ('[dataset]\nname = "红黑榜"', "m.toml line 5: dataset.purpose: missing"),
    "not TOML": ("title = [", "m.toml: syntax: "),
}  # fmt: skip


@pytest.mark.parametrize(("line", "said"), BROKEN.values(), ids=BROKEN)
def test_a_broken_file_is_told_with_line_field_and_nearest_name(mapped: Make, line: str, said: str) -> None:
    with pytest.raises(MappingInvalid) as caught:
        mapped(http(line))
    assert said in str(caught.value)
    assert "m.toml" in caught.value.where
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('channel = "TX"', "m.toml line 1: channel: unknown channel; FY court"),
        ('department = "XX"', "m.toml line 1: department: unknown department; known: ZFW, FY"),
        ('channel = ["TJ"]', "m.toml line 1: channel: unknown channel"),
        ("department = [5]", "m.toml line 1: department: unknown department"),
        ("zone = 8", "m.toml line 1: zone: unknown time zone"),
        ('status = { a = ["closed"] }', "m.toml line 1: status.a: unknown stage"),
        ("crosswalk = { a = 1 }", "m.toml line 1: crosswalk: must be text (write it in quotes)"),
        ('zone = "Asia/Hangzhou"', "m.toml line 1: zone: unknown time zone"),
        ('encoding = "gbkk"', "m.toml line 1: encoding: unknown encoding"),
        ('crosswalk = "none.tsv"\ncode_system = "a"', "m.toml line 1: crosswalk: cannot be read: No such file"),
        ('chanel = "TJ"', 'm.toml line 1: chanel: unknown key (did you mean "channel"?)'),
    ],
)
def test_a_wrong_word_at_the_top_is_told(mapped: Make, line: str, said: str) -> None:
    with pytest.raises(MappingInvalid) as caught:
        mapped(line + "\n" + http(""))
    assert said in str(caught.value)


def test_every_problem_is_told_at_once(mapped: Make) -> None:
    with pytest.raises(MappingInvalid) as caught:
        mapped(http('titel = "t"\ndetial = "d"', '[status]\n"a" = "b"'))
    assert [problem.line for problem in caught.value.problems] == [5, 6, 8]
    assert str(caught.value).startswith("3 problems in the mapping file - ")


def test_faults_of_the_crosswalk_are_told_by_its_lines(mapped: Make, tmp_path: Path) -> None:
    sample = (SAMPLES["files"].parent / "crosswalk.sssom.tsv").read_text(encoding="utf-8")
    (tmp_path / "c.tsv").write_text(sample.replace("skos:broadMatch", "skos:broderMatch"), encoding="utf-8")
    with pytest.raises(MappingInvalid) as caught:
        mapped('crosswalk = "c.tsv"\ncode_system = "a"\n' + http(""))
    assert {(problem.file, problem.line) for problem in caught.value.problems} >= {("c.tsv", 16), ("c.tsv", 17)}


def test_a_source_tells_it_beside_its_own_problems(tmp_path: Path) -> None:
    (tmp_path / "m.toml").write_text('[record]\nkey = "id"\n[raed]\n', encoding="utf-8")
    options = {"folder": "/nowhere", "mapping_file": str(tmp_path / "m.toml")}
    source = SourceSettings(name="village", adapter="files", home="330110", every_s=300, options=options)
    with pytest.raises(SettingsInvalid) as caught:
        adapter_config(source, FilesConfig)
    (problem,) = caught.value.problems
    assert (problem.file, problem.line, problem.key, problem.hint) == ("m.toml", 3, "raed", 'did you mean "read"?')
    for value, said in ((str(tmp_path / "none.toml"), "No such file"), (str(tmp_path), "Is a directory")):
        with pytest.raises(ConfigError, match=f"mapping_file: cannot be read: {said}"):
            adapter_config(source.model_copy(update={"options": options | {"mapping_file": value}}), FilesConfig)
    (tmp_path / "gbk.toml").write_bytes('title = "台账"'.encode("gbk"))
    with pytest.raises(ConfigError, match="not UTF-8"):
        adapter_config(
            source.model_copy(update={"options": options | {"mapping_file": str(tmp_path / "gbk.toml")}}), FilesConfig
        )


@pytest.mark.parametrize("config", [TableConfig, FilesConfig, HttpJsonConfig])
def test_a_mapping_file_is_required(config: Any) -> None:
    source = SourceSettings(name="village", adapter="files", home="330110", every_s=300, options={"mapping": "m.toml"})
    with pytest.raises(SettingsInvalid) as caught:
        adapter_config(source, config)
    assert "source.village.mapping_file: missing" in str(caught.value)
    assert 'source.village.mapping: unknown key (did you mean "mapping_file"?)' in str(caught.value)
