"""Declared requests as they go out."""

from typing import Any

import orjson
import pytest

from conformance.envelopes import flat
from hub.contract import AdapterConfig
from hub.errors import ConfigError, HubError, PluginError
from hub.sources.asking import Ask, Fill, encode, lay, lay_login, single_quoted
from hub.wire import Login, PageNumber, Request, Since

CONFIG = AdapterConfig(
    base_url="https://h", app_key="key", username="u'ser", password="pass", history_from="2026-01-01"
)
FILL = Fill(CONFIG)
PARAMS = {"page": 1, "q": "张 三&", "all": True, "none": None}


def laid(place: Any, **how: Any) -> Ask:
    return lay(Request(path="/{app_key}/rows", method="POST", place=place, **how), PARAMS, FILL)


class TestPlaces:
    def test_query(self) -> None:
        ask = laid("query")
        assert (ask.path, encode(ask.query)) == ("/key/rows", "page=1&q=%E5%BC%A0%20%E4%B8%89%26&all=true")
        assert ask.body() == (None, "")

    def test_form(self) -> None:
        body, kind = laid("form", plain={"appKey": "{app_key}"}).body()
        assert kind == "application/x-www-form-urlencoded"
        assert body == b"appKey=key&page=1&q=%E5%BC%A0%20%E4%B8%89%26&all=true"

    def test_json(self) -> None:
        body, kind = laid("json").body()
        assert kind == "application/json" and body is not None
        assert orjson.loads(body) == {"page": 1, "q": "张 三&", "all": True}

    def test_names_with_dots_lead_into_objects(self) -> None:
        params = {"page.current": 2, "page.size": 10, "query.area.code": "330110", "all": True}
        ask = lay(Request(path="/q", method="POST", place="json"), params, FILL)
        assert ask.json == {"page": {"current": 2, "size": 10}, "query": {"area": {"code": "330110"}}, "all": True}
        assert flat(ask.json) == params, "the simulated source reads them the same way"

    @pytest.mark.parametrize(
        "params", [{"page": 1, "page.size": 10}, {"page.size": 10, "page": 1}, {"a.b": 1, "a.b.c": 2}]
    )
    def test_a_name_is_a_value_or_an_object(self, params: dict[str, int]) -> None:
        with pytest.raises(PluginError, match="both a value and an object"):
            lay(Request(path="/q", method="POST", place="json"), params, FILL)

    def test_wrapped(self) -> None:
        ask = laid("form", wrap="bizContent", plain={"appKey": "{app_key}"})
        assert ask.form == {"appKey": "key", "bizContent": '{"page":1,"q":"张 三&","all":true}'}
        ask = laid("form", wrap="bizContent", single_quoted=True)
        assert ask.form == {"bizContent": "{'page':1,'q':'张 三&','all':true}"}

    SOAP = "<q><user>{username}</user><from>{since}</from><page>{page}</page><q>{q}</q><all>{all}</all></q>"

    def test_xml(self) -> None:
        ask = laid(
            "xml", template=self.SOAP, params={"q": "", "all": True}, since=Since(param="since"),
            paging=PageNumber(page="page", size=""), headers={"SOAPAction": '"query"'},
        )  # fmt: skip
        body, kind = ask.body()
        assert (kind, ask.headers) == ("text/xml; charset=utf-8", {"SOAPAction": '"query"'})
        told = "<q><user>u'ser</user><from></from><page>1</page><q>张 三&amp;</q><all>true</all></q>"
        assert body == told.encode()

    def test_xml_of_two_pages_are_two_requests(self) -> None:
        request = Request(path="/q", place="xml", template="<q>{pageNum}{pageSize}</q>")
        keys = {lay(request, {"pageNum": number, "pageSize": 5}, FILL).key() for number in (1, 2, 2)}
        assert len(keys) == 2

    @pytest.mark.parametrize(
        ("template", "said"),
        [
            ("<q>{page}{q}</q>", "no place for all"),
            ("<q>{page}{q}{all}{pasword}</q>", "setting pasword"),
            ("<q>{page}{q}{all}{Password}</q>", "setting Password"),
        ],
    )
    def test_a_template_that_does_not_fit_is_refused(self, template: str, said: str) -> None:
        with pytest.raises(PluginError, match=said):
            laid("xml", template=template, params={"q": "", "all": True}, paging=PageNumber(page="page", size=""))

    def test_a_link_stands_for_itself(self) -> None:
        ask = lay(Request(path="/rows"), {"page": 1}, FILL, link="/rows?page=2")
        assert (ask.link, ask.query) == ("/rows?page=2", {})


class TestLogin:
    FIELDS = {"username": "{username}", "password": "{password}"}  # noqa: RUF012

    def test_form_json_and_wrapped(self) -> None:
        expected = {"app": "key", "username": "u'ser", "password": "pass"}
        assert lay_login(Login(path="/t", fields=self.FIELDS, plain={"app": "{app_key}"}), FILL).form == expected
        assert (
            lay_login(Login(path="/t", fields=self.FIELDS, plain={"app": "{app_key}"}, body="json"), FILL).json
            == expected
        )
        wrapped = Login(path="/t", fields=self.FIELDS, wrap="biz", single_quoted=True, plain={"app": "{app_key}"})
        assert lay_login(wrapped, FILL).form == {"app": "key", "biz": r"{'username':'u\'ser','password':'pass'}"}


class TestFill:
    @pytest.mark.parametrize(
        ("text", "filled"),
        [
            ("{history_from}/{app_key}", "2026-01-01/key"),
            ("plain", "plain"),
            ('{"a":{"b":1}}', '{"a":{"b":1}}'),
            ("{}", "{}"),
        ],
    )
    def test_names_are_settings(self, text: str, filled: str) -> None:
        assert FILL(text) == filled

    def test_numbers_and_truth_stay(self) -> None:
        assert FILL.all({"n": 1, "t": True, "x": None, "s": "{app_key}"}) == {"n": 1, "t": True, "x": None, "s": "key"}

    @pytest.mark.parametrize(("text", "kind"), [("{token}", ConfigError), ("{tokn}", PluginError)])
    def test_settings_that_are_missing(self, text: str, kind: type[HubError]) -> None:
        with pytest.raises(kind) as caught:
            FILL(text)
        assert type(caught.value) is kind and text[1:-1] in str(caught.value)


class TestSameRequest:
    BASE = Ask("POST", "/rows", query={"a": 1}, json={"b": [1]})

    def test_headers_do_not_count(self) -> None:
        assert self.BASE.key() == self.BASE.with_headers({"X-Nonce": "1"}).key()

    @pytest.mark.parametrize(
        "other",
        [
            Ask("GET", "/rows", query={"a": 1}, json={"b": [1]}),
            Ask("POST", "/row", query={"a": 1}, json={"b": [1]}),
            Ask("POST", "/rows", query={"a": 2}, json={"b": [1]}),
            Ask("POST", "/rows", query={"a": 1}, json={"b": [2]}),
            Ask("POST", "/rows", query={"a": 1}, form={"b": 1}),
            Ask("POST", "/rows", query={"a": 1}, json={"b": [1]}, link="/x"),
        ],
    )
    def test_everything_else_does(self, other: Ask) -> None:
        assert self.BASE.key() != other.key()


class TestSigned:
    SIGN = {"sign": "s"}  # noqa: RUF012

    def test_places(self) -> None:
        ask = Ask("POST", "/", query={"a": 1}, headers={"H": "h"}, json={"j": 1})
        assert ask.signed("header", self.SIGN).headers == {"H": "h", "sign": "s"}
        assert ask.signed("query", self.SIGN).query == {"a": 1, "sign": "s"}
        assert ask.signed("body", self.SIGN).json == {"j": 1, "sign": "s"}
        assert Ask("POST", "/", form={"f": 1}).signed("body", self.SIGN).form == {"f": 1, "sign": "s"}
        assert ask.json == {"j": 1}

    @pytest.mark.parametrize("ask", [Ask("GET", "/"), Ask("POST", "/", json=[1])])
    def test_a_body_without_names(self, ask: Ask) -> None:
        with pytest.raises(PluginError, match="no form or JSON object"):
            ask.signed("body", self.SIGN)


def test_pseudo_json() -> None:
    fields = {"a": 'it\'s "x"', "n": 1, "t": True, "z": None, "中": "文\n"}
    assert single_quoted(fields) == """{'a':'it\\'s "x"','n':1,'t':true,'z':null,'中':'文\\n'}"""
