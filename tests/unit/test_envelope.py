"""Replies opened by their envelope: what is data, what is empty, and what is which error."""

from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.contract import Manifest, Stream
from hub.errors import SourceDenied, SourceError, SourceReplyInvalid, SourceThrottled, SourceUnavailable
from hub.sources.asking import single_quoted
from hub.sources.decode import NESTED_MAX, MalformedError, read_nested
from hub.sources.envelope import ABSENT, Opened, open_reply, read_clock, reopen, walk
from hub.wire import Envelope

RUOYI = Envelope(ok="code", ok_values=(200,), items="rows", total="total", message="msg")
GATEWAY = Envelope(ok="code", ok_values=("00",), code="code", items="datas", total="totalDataCount", empty_values=("",))
FOUR = Envelope(
    ok="success",
    ok_values=(True,),
    code="code",
    items="data",
    inner=Envelope(ok="code", ok_values=(200,), items="result.rows", total="result.total"),
)
XML = Envelope(format="xml", items="requests.request")
SECRET = "张三丰 13800001234"


def opened(body: Any, envelope: Envelope = RUOYI, **how: Any) -> Opened:
    return open_reply(body if isinstance(body, bytes) else orjson.dumps(body), envelope, **how)


def refused(body: Any, envelope: Envelope = RUOYI, kind: type[SourceError] = SourceReplyInvalid, **how: Any) -> str:
    """The text of the one error, which never repeats the payload."""
    with pytest.raises(SourceError) as caught:
        opened(body, envelope, adapter="lake", method="GET", path="/rows", attempt=3, **how)
    assert type(caught.value) is kind
    assert str(caught.value).count("lake GET /rows 200 (attempt 3)") == 1
    assert "张" not in str(caught.value) and "1380000" not in str(caught.value)
    assert caught.value.__cause__ is None
    return caught.value.what


class TestRows:
    def test_rows_total_and_code(self) -> None:
        reply = opened({"code": 200, "msg": "ok", "rows": [{"a": 1}, {"a": 2}], "total": "1234"})
        assert reply.rows == [{"a": 1}, {"a": 2}]
        assert (reply.total, reply.message_code) == (1234, "200")

    @pytest.mark.parametrize("code", [200, "200", " 200 ", 200.0])
    def test_flags_compare_as_text(self, code: Any) -> None:
        assert opened({"code": code, "rows": []}).rows == []

    @pytest.mark.parametrize(("flag", "good"), [(True, (True,)), ("true", (True,)), (True, ("true",)), (None, (None,))])
    def test_truth_and_null_are_flags(self, flag: Any, good: tuple[Any, ...]) -> None:
        assert opened({"error": flag, "rows": []}, Envelope(ok="error", ok_values=good, items="rows")).rows == []

    def test_a_leading_zero_is_another_code(self) -> None:
        assert opened({"code": "00", "datas": []}, GATEWAY).rows == []
        assert "failure (code 0)" in refused({"code": 0, "datas": []}, GATEWAY)

    def test_a_bare_list_needs_no_envelope(self) -> None:
        assert opened([{"a": 1}], Envelope()).rows == [{"a": 1}]

    def test_a_row_that_is_no_object_is_left_for_its_rejection(self) -> None:
        assert opened([{"a": 1}, "bad", None], Envelope()).rows == [{"a": 1}, "bad", None]

    def test_of_a_name_that_stands_twice_the_last_counts(self) -> None:
        assert opened(b'[{"a":1,"a":2}]', Envelope()).rows == [{"a": 2}]


class TestEmptyIsNotMissing:
    def test_an_empty_list_is_empty(self) -> None:
        reply = opened({"code": 200, "rows": [], "total": 0})
        assert (list(reply.rows), reply.total) == ([], 0)

    @pytest.mark.parametrize("body", [{"code": "00"}, {"code": "00", "datas": ""}, {"code": "00", "datas": None}])
    def test_what_is_declared_to_stand_for_empty_does(self, body: Any) -> None:
        assert list(opened(body, GATEWAY).rows) == []

    @pytest.mark.parametrize(
        ("body", "said"),
        [
            ({"code": 200}, "nothing at rows"),
            ({"code": 200, "rows": None}, "nothing at rows"),
            ({"code": 200, "rows": ""}, "nothing at rows"),
            ({"code": 200, "rows": {"name": SECRET}}, "no list at rows"),
            ({"code": 200, "rows": 7}, "no list at rows"),
            ({"rows": []}, "nothing at code"),
            ([], "nothing at code"),
        ],
    )
    def test_a_path_that_leads_nowhere_is_invalid(self, body: Any, said: str) -> None:
        assert said in refused(body)

    def test_an_object_where_a_bare_list_was_promised(self) -> None:
        assert "no list at the top of the reply" in refused({"error": SECRET}, Envelope())

    @pytest.mark.parametrize(("total", "read"), [("12", 12), (12, 12), (-1, None), (None, None), ("", None)])
    def test_totals(self, total: Any, read: int | None) -> None:
        assert opened({"code": 200, "rows": [], "total": total}).total == read

    def test_a_total_that_is_no_number(self) -> None:
        assert "no number at total" in refused({"code": 200, "rows": [], "total": SECRET})


class TestFailuresToldWith200:
    @pytest.mark.parametrize(
        ("code", "kind", "said"),
        [
            (401, SourceDenied, "denies access (code 401)"),
            ("403", SourceDenied, "denies access (code 403)"),
            (429, SourceThrottled, "come back later (code 429)"),
            (500, SourceUnavailable, "failed (code 500)"),
            (4001, SourceReplyInvalid, "failure (code 4001)"),
        ],
    )
    def test_by_its_code(self, code: Any, kind: type[SourceError], said: str) -> None:
        assert said in refused({"code": code, "msg": SECRET, "rows": None}, RUOYI, kind)

    def test_denied_is_not_empty_whatever_the_flag_says(self) -> None:
        assert "denies" in refused({"success": True, "code": 401, "data": "[]"}, FOUR, SourceDenied)

    def test_a_code_that_could_be_somebodys_number_is_not_told(self) -> None:
        assert refused({"code": "13800001234"}) == "the source reports a failure"
        assert refused({"code": {"name": SECRET}}) == "the source reports a failure"

    def test_the_inner_envelope_is_judged_too(self) -> None:
        body = {"success": True, "code": 200, "data": '{"code":401,"result":null}'}
        assert "denies" in refused(body, FOUR, SourceDenied)


class TestNotWhatWasPromised:
    @pytest.mark.parametrize("page", [b"<!DOCTYPE html><html>", b"\xef\xbb\xbf\n <HTML lang=zh>", b"  <!doctype HTML>"])
    @pytest.mark.parametrize("envelope", [RUOYI, XML])
    def test_a_login_page(self, page: bytes, envelope: Envelope) -> None:
        assert "a web page" in refused(page + SECRET.encode(), envelope)

    @pytest.mark.parametrize("envelope", [RUOYI, XML])
    @pytest.mark.parametrize("body", [b"", b" \r\n"])
    def test_an_empty_body(self, body: bytes, envelope: Envelope) -> None:
        assert refused(body, envelope) == "an empty body"

    @pytest.mark.parametrize("encoding", ["utf-8", "gbk", "utf-16"])
    def test_a_cut_body_wherever_it_is_cut(self, encoding: str) -> None:
        whole = orjson.dumps({"code": 200, "rows": [{"name": SECRET, "n": [1.5, True]}]}).decode().encode(encoding)
        for size in range(5, len(whole) - 1):
            assert "cut off" in refused(whole[:size], encoding=encoding)

    @pytest.mark.parametrize("body", [b"ok", b'{"code":NaN}', b"[1,]", b"{'code':200}", b"\x00"])
    def test_no_json(self, body: bytes) -> None:
        assert "no JSON at character" in refused(body)

    def test_markup(self) -> None:
        assert "markup where JSON" in refused(f"<error>{SECRET}</error>".encode())

    def test_nesting_without_end(self) -> None:
        assert "no JSON" in refused(b"[" * 5000 + b"]" * 5000)

    def test_another_encoding_than_promised(self) -> None:
        body = '{"code":200,"rows":[{"name":"张三"}]}'
        assert "not utf-8 at byte" in refused(body.encode("gbk"))
        assert "not gb18030 at byte" in refused(b'{"code":200,"rows":["\xff\xff"]}', encoding="gbk")

    def test_an_encoding_nobody_reads(self) -> None:
        assert "an encoding the hub does not read" in refused(b"{}", encoding="unicode_escape")


class TestEncodings:
    @pytest.mark.parametrize("encoding", ["gb2312", "GBK", "cp936", "gb18030", "utf-16", "UTF8", "utf-8"])
    def test_names_of_people_survive(self, encoding: str) -> None:
        name = "张㛃" if encoding.lower() not in ("gb2312", "gbk", "cp936") else "张三"
        body = f'{{"code":200,"rows":[{{"name":"{name}"}}]}}'.encode(encoding)
        assert opened(body, encoding=encoding).rows == [{"name": name}]

    def test_what_calls_itself_gbk_is_gb18030(self) -> None:
        body = '{"code":200,"rows":[{"name":"㛃䶮𠮷"}]}'.encode("gb18030")
        assert opened(body, encoding="gbk").rows == [{"name": "㛃䶮𠮷"}]

    def test_a_byte_order_mark_is_taken_off(self) -> None:
        assert opened(b"\xef\xbb\xbf[]", Envelope()).rows == []


class TestTextInsideText:
    def test_an_envelope_in_an_envelope(self) -> None:
        inner = orjson.dumps({"code": 200, "result": {"rows": [{"a": 1}], "total": "7"}}).decode()
        reply = opened({"success": True, "code": 200, "data": inner}, FOUR)
        assert (reply.rows, reply.total) == ([{"a": 1}], 7)

    def test_the_inner_one_may_be_an_object(self) -> None:
        inner = {"code": 200, "result": {"rows": [], "total": 0}}
        assert list(opened({"success": True, "code": 200, "data": inner}, FOUR).rows) == []

    def test_the_inner_one_may_be_missing(self) -> None:
        assert "inner envelope" in refused({"success": True, "code": 200, "data": None}, FOUR)

    def test_the_inner_one_may_be_xml(self) -> None:
        envelope = Envelope(format="xml", items="r.out", inner=Envelope(format="xml", items="d.row"))
        inner = "<?xml version='1.0' encoding='GB2312'?><d><row>张</row></d>".replace("<", "&lt;")
        assert opened(f"<r><out>{inner}</out></r>".encode(), envelope).rows == ["张"]

    def test_rows_encoded_twice(self) -> None:
        envelope = Envelope(items="data.list")
        rows = orjson.dumps([{"a": 1}]).decode()
        assert opened({"data": orjson.dumps({"list": rows}).decode()}, envelope).rows == [{"a": 1}]

    def test_three_levels_are_one_too_many(self) -> None:
        text: Any = [{"a": 1}]
        for _ in range(3):
            text = orjson.dumps(text).decode()
        assert "no list at data" in refused({"data": text}, Envelope(items="data"))

    def test_pseudo_json(self) -> None:
        assert read_nested("""{'a':'it\\'s "x"','b':[1,null,true],"c":"it's"}""") == {
            "a": 'it\'s "x"',
            "b": [1, None, True],
            "c": "it's",
        }

    @given(st.dictionaries(st.text(), st.text() | st.integers(-(2**53), 2**53) | st.booleans() | st.none()))
    def test_what_is_written_single_quoted_reads_back(self, fields: dict[str, Any]) -> None:
        assert read_nested(single_quoted(fields)) == fields

    def test_a_text_that_is_no_json(self) -> None:
        assert "a text that is not JSON, at data" in refused({"data": SECRET}, Envelope(items="data.list"))

    def test_a_text_too_long_to_be_opened(self) -> None:
        with pytest.raises(MalformedError, match="more than"):
            read_nested('"' + "a" * NESTED_MAX + '"')


class TestWalk:
    BODY: ClassVar[Any] = {"a": {"b": [{"c": 1}], "n": None, "e": ""}, "t": '{"x":{"y":2}}'}

    @pytest.mark.parametrize(
        ("path", "value"),
        [
            ("", BODY),
            ("a.b.0.c", 1),
            ("a.b.1.c", ABSENT),
            ("a.b.c", ABSENT),
            ("a.n", None),
            ("a.n.deeper", None),
            ("a.e.deeper", ""),
            ("a.b.0.c.d", ABSENT),
            ("z", ABSENT),
            ("z.z", ABSENT),
            ("t.x.y", 2),
        ],
    )
    def test_paths(self, path: str, value: Any) -> None:
        found = walk(self.BODY, path)
        assert found is value if value is ABSENT else found == value


class TestClock:
    ZONE = ZoneInfo("Asia/Shanghai")
    NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)

    @pytest.mark.parametrize(
        "text",
        [
            "2026-03-02 12:00:00",
            "2026/03/02 12:00:00",
            "2026-03-02T04:00:00Z",
            "2026-03-02T12:00:00+0800",
            "20260302120000",
            1772424000,
            "1772424000",
            1772424000000,
        ],
    )
    def test_styles(self, text: Any) -> None:
        assert read_clock(text, self.ZONE) == self.NOON

    def test_in_a_reply(self) -> None:
        envelope = Envelope(items="rows", clock="now")
        reply = opened({"rows": [], "now": "2026-03-02 12:00:00"}, envelope, zone=self.ZONE)
        assert reply.clock == self.NOON and reply.clock.utcoffset() == timedelta(0)
        assert opened({"rows": []}, envelope).clock is None

    @pytest.mark.parametrize("clock", [SECRET, "2026-02-30 00:00:00", "9" * 30, {"a": 1}])
    def test_no_time(self, clock: Any) -> None:
        assert "no time at now" in refused({"rows": [], "now": clock}, Envelope(items="rows", clock="now"))


class TestXml:
    def test_rows_of_text(self) -> None:
        body = b"<requests><request><id>1</id><a/></request><request><id>2</id></request></requests>"
        assert opened(body, XML).rows == [{"id": "1", "a": ""}, {"id": "2"}]

    def test_one_element_is_a_list_of_one(self) -> None:
        assert opened(b"<requests><request><id>1</id></request></requests>", XML).rows == [{"id": "1"}]

    @pytest.mark.parametrize(
        "body", [b"<requests/>", b"<requests></requests>", b"<requests><count>0</count></requests>"]
    )
    def test_a_container_without_the_element_is_empty(self, body: bytes) -> None:
        assert list(opened(body, XML).rows) == []

    def test_another_document_is_invalid(self) -> None:
        assert "nothing at requests.request" in refused(b"<errors><error>no</error></errors>", XML)

    def test_namespaces_attributes_comments_cdata_nil(self) -> None:
        body = """<?xml version="1.0"?><s:rows xmlns:s="urn:s" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
            <s:row id="7"><!-- c --><s:名称>甲<![CDATA[<乙>]]></s:名称><s:n xsi:nil="true"/><?pi x?></s:row>
            <s:row id="8" k="v"/><s:row type="text">丙</s:row></s:rows>"""
        rows = opened(body.encode(), Envelope(format="xml", items="rows.row")).rows
        assert rows == [{"@id": "7", "名称": "甲<乙>", "n": None}, {"@id": "8", "@k": "v"}, "丙"]

    def test_flags_and_totals_stand_in_elements(self) -> None:
        envelope = Envelope(format="xml", ok="r.code", ok_values=(0,), total="r.n", items="r.list.row")
        reply = opened(b"<r><code>0</code><n>2</n><list><row>1</row><row>2</row></list></r>", envelope)
        assert (reply.rows, reply.total) == (["1", "2"], 2)
        assert "failure (code 9)" in refused(b"<r><code>9</code></r>", envelope)

    def test_the_prolog_names_the_encoding(self) -> None:
        body = '<?xml version="1.0" encoding="GB2312"?><requests><request>㛃</request></requests>'.encode("gb18030")
        assert opened(body, XML).rows == ["㛃"]

    def test_a_prolog_that_lies(self) -> None:
        body = '<?xml version="1.0" encoding="UTF-8"?><requests>张三</requests>'.encode("gbk")
        assert "not utf-8 at byte" in refused(body, XML)
        assert "does not read" in refused(b'<?xml version="1.0" encoding="punycode"?><requests/>', XML)

    @pytest.mark.parametrize(
        "body",
        [
            '<!DOCTYPE r [<!ENTITY e SYSTEM "file:///etc/hostname">]><requests>&e;</requests>',
            '<?xml version="1.0"?>\n<!-- a --><?p?> <!doctype r><requests/>',
            '<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><requests>&b;</requests>',
            '<!DOCTYPE r SYSTEM "http://127.0.0.1:9/x.dtd"><requests/>',
        ],
    )
    def test_document_types_are_refused(self, body: str) -> None:
        assert refused(body.encode(), XML) == "an XML document type, which the hub refuses"

    def test_a_document_type_in_a_text_is_text(self) -> None:
        body = b"<requests><request><![CDATA[<!DOCTYPE x>]]></request></requests>"
        assert opened(body, XML).rows == ["<!DOCTYPE x>"]

    def test_a_long_prolog_is_read_once(self) -> None:
        assert "no XML at line" in refused(b"<!-- -->" * 20_000 + b"<requests>", XML)

    @pytest.mark.parametrize("body", [b"<requests>", b"<a>" * 400 + b"</a>" * 400, b"<requests>&e;</requests>", b"{}"])
    def test_no_xml(self, body: bytes) -> None:
        assert "no XML at line" in refused(body, XML)


@given(
    st.binary(max_size=200) | st.text(max_size=200).map(str.encode),
    st.sampled_from([RUOYI, FOUR, GATEWAY, XML, Envelope()]),
    st.sampled_from(["utf-8", "gbk", "utf-16"]),
)
def test_any_bytes_are_rows_or_one_named_error(content: bytes, envelope: Envelope, encoding: str) -> None:
    try:
        reply = open_reply(content, envelope, encoding=encoding)
    except SourceError:
        return
    assert isinstance(reply.rows, list | tuple)


def test_stored_bytes_give_the_page_again() -> None:
    manifest = Manifest(
        name="lake",
        version="1",
        kind="court",
        envelope=RUOYI,
        streams=(Stream(), Stream(name="list", envelope=Envelope(clock="0.at"))),
    )
    fetched = datetime(2026, 3, 2, tzinfo=UTC)
    page = reopen(b'{"code":200,"rows":[{"a":1}],"total":1}', manifest, "records", fetched, "2026-03-01/2026-03-02")
    assert (page.rows, page.total, page.stream, page.fetched) == ([{"a": 1}], 1, "records", fetched)
    assert (page.window, page.clock) == ("2026-03-01/2026-03-02", None)
    assert reopen(b'[{"at":"2026-03-02 08:00:00"}]', manifest, "list").clock == fetched
    with pytest.raises(SourceReplyInvalid, match="lake stored page of records"):
        reopen(b"{}", manifest, "records")


@pytest.mark.parametrize("order", [((True,), (1,)), ((1,), (True,))])
def test_what_means_success_is_told_apart_by_kind(order: tuple[tuple[bool | int], ...]) -> None:
    """Two adapters in one process: 1 and true are equal to Python and not to their sources."""
    for values in order:
        written = b"true" if values[0] is True else b"1"
        envelope = Envelope(items="rows", ok="ok", ok_values=values)
        assert open_reply(b'{"ok":%b,"rows":[]}' % written, envelope).rows == []


class TestForms:
    PUSHED = Envelope(format="form", items="bizContent", single=True)

    def test_a_field_that_holds_json_is_opened(self) -> None:
        body = b"sign=abc&bizContent=%7B%22id%22%3A%20%221%22%2C%22t%22%3A%22%E6%AC%A0+%E8%96%AA%22%7D"
        assert opened(body, self.PUSHED).rows == [{"id": "1", "t": "欠 薪"}]

    def test_the_fields_themselves_are_a_row(self) -> None:
        body = "issueInfo.content=水沟&issueInfo.taskMode=&appKey=k".encode()
        row = {"issueInfo.content": "水沟", "issueInfo.taskMode": "", "appKey": "k"}
        assert opened(body, Envelope(format="form", single=True)).rows == [row]

    def test_escapes_are_of_the_declared_encoding(self) -> None:
        body = b"t=%CE%EF%D2%B5&x=" + "𠮷".encode("gb18030")
        assert opened(body, Envelope(format="form", single=True), encoding="gbk").rows == [{"t": "物业", "x": "𠮷"}]
        assert "escapes are not utf-8" in refused(b"t=%CE%EF%D2%B5", self.PUSHED)

    @pytest.mark.parametrize(
        ("body", "why"),
        [
            (b"", "empty body"),
            (b"bizContent", "no form"),
            (b"&".join(b"f%d=" % number for number in range(1_001)), "more than 1000 fields"),
            (b"a=1&b=2&a=3", "two fields of one name"),
            (b"bizContent=13800001234", "no list at bizContent"),
            (b"a=1", "nothing at bizContent"),
            (b"<html><a href='?a=1'>", "a web page where a form"),
        ],
    )
    def test_what_is_none(self, body: bytes, why: str) -> None:
        assert why in refused(body, self.PUSHED)
