"""Files as rows: encodings, delimited text, JSON lines, XML and archives, good and bad."""

import csv
import io
import stat
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from hub.sources.decode import MalformedError
from hub.sources.files import archive, delimited, text
from hub.sources.files.content import Content
from hub.sources.files.items import column_names
from hub.sources.files.reading import read_file
from hub.wire import FileDrop


def content(data: bytes, name: str = "a.csv") -> Content:
    return Content(name, len(data), lambda: io.BytesIO(data))


def read(data: bytes | str, name: str = "a.csv", **drop: Any) -> list[dict[str, Any]]:
    return list(read_file(content(data.encode() if isinstance(data, str) else data, name), FileDrop(**drop)))


def refused(data: bytes | str, name: str = "a.csv", **drop: Any) -> str:
    with pytest.raises(MalformedError) as why:
        read(data, name, **drop)
    return str(why.value)


def unread(rows: Sequence[dict[str, Any]]) -> list[tuple[int, str]]:
    return [(row["#"], row["!"]) for row in rows if "!" in row]


def zipped(*members: tuple[str, bytes], level: int = zipfile.ZIP_DEFLATED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", level) as file:
        for name, data in members:
            file.writestr(name, data)
    return packed.getvalue()


# delimited text


@pytest.mark.parametrize("delimiter", [",", "\t", "|", "\x1e"])
def test_the_delimiter_is_found(delimiter: str) -> None:
    data = "编号,标题,金额\nA1,水沟填埋,3\n".replace(",", delimiter)
    assert read(data) == [{"#": 2, "编号": "A1", "标题": "水沟填埋", "金额": "3"}]


def test_a_declared_delimiter_is_taken() -> None:
    assert read("a;b,c\n1;2,3\n", delimiter=";") == [{"#": 2, "a": "1", "b,c": "2,3"}]


def test_columns_are_named_by_the_declaration() -> None:
    assert read("A1,x\nA2,y\n", columns=("key", "title")) == [
        {"#": 1, "key": "A1", "title": "x"},
        {"#": 2, "key": "A2", "title": "y"},
    ]
    assert read("", columns=("key",)) == []


def test_all_line_ends_in_one_file_and_none_at_the_last() -> None:
    rows = read("a,b\r\n1,2\n3,4\r5,6")
    assert [(row["#"], row["a"], row["b"]) for row in rows] == [(2, "1", "2"), (3, "3", "4"), (4, "5", "6")]


def test_quotes_hold_delimiters_quotes_and_lines() -> None:
    rows = read('a,b\n"1,1","say ""no"""\n"two\r\nlines",x\n5,6\n')
    assert rows == [
        {"#": 2, "a": "1,1", "b": 'say "no"'},
        {"#": 3, "a": "two\r\nlines", "b": "x"},
        {"#": 5, "a": "5", "b": "6"},
    ]


def test_a_ragged_row_is_alone() -> None:
    rows = read("a,b\n1,2\n3\n4,5,6\n7,8\n")
    assert [row.get("a") for row in rows if "!" not in row] == ["1", "7"]
    assert unread(rows) == [(3, "1 fields where 2 are named"), (4, "3 fields where 2 are named")]
    assert rows[1]["text"] == "3\n"


def test_a_delimiter_at_the_end_of_each_row_is_no_field() -> None:
    assert read("a,b,\n1,2,\n") == [{"#": 2, "a": "1", "b": "2"}]
    assert read("a,b\n1,2,\n") == [{"#": 2, "a": "1", "b": "2"}]


def test_an_open_quote_swallows_no_row_behind_it() -> None:
    rows = read('a,b\n"1,2\n' + "".join(f"{n},x\n" for n in range(300)))
    assert [line for line, _ in unread(rows)] == [2]
    assert len(rows) == 301


def test_an_open_quote_that_another_closes_swallows_no_row_between() -> None:
    rows = read('a,b\n"1,2\n3,4\n"5,6\n7,8\n')
    assert [line for line, _ in unread(rows)] == [2, 4]
    assert [row["a"] for row in rows if "!" not in row] == ["3", "7"]


def test_a_stray_quote_inside_a_field_is_a_character() -> None:
    assert read('a,b\n5" pipe,x\n') == [{"#": 2, "a": '5" pipe', "b": "x"}]
    assert unread(read('a,b\n"x"y,1\n2,3\n')) == [(2, "a quotation mark that is not closed, or stands where none may")]


def test_a_nul_is_a_bad_row() -> None:
    assert unread(read("a,b\n1\0,2\n3,4\n")) == [(2, "a NUL character")]


def test_a_field_of_a_megabyte_is_read() -> None:
    long = "长" * 1_000_000
    assert read(f'a,b\n"{long}",2\n')[0]["a"] == long


def test_a_line_without_end_is_one_bad_row(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (text, delimited):
        monkeypatch.setattr(module, "LINE_MAX", 16)
    monkeypatch.setattr(csv, "field_size_limit", lambda limit: None)  # it is the whole process's
    rows = read("a,b\n" + "x" * 100 + ",2\n3,4\n")
    assert unread(rows) == [(2, "a line of more than 16 characters")]
    assert rows[1]["a"] == "3"


def test_a_file_without_names_is_refused() -> None:
    assert refused("\n \n") == "an empty file, without the line that names its columns"
    assert refused('a,"b\n1,2\n') == "a line of names that cannot be read"


def test_columns_have_names_each_once_and_never_ours() -> None:
    assert column_names(["a", " a ", "", "#", "!", "a"]) == ["a", "a.2", "3", "#.2", "!.2", "a.3"]


# encodings


RARE = "㛃䶮𠮷"


@pytest.mark.parametrize("declared", ["GBK", "gb2312", "CP936", "GB18030", ""])
def test_chinese_encodings_by_any_name_keep_rare_characters(declared: str) -> None:
    assert read(f"姓名\n{RARE}\n".encode("gb18030"), encoding=declared) == [{"#": 2, "姓名": RARE}]


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_byte_order_mark_or_utf_8_is_found(codec: str) -> None:
    assert read(f"姓名\n{RARE}\n".encode(codec)) == [{"#": 2, "姓名": RARE}]


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_is_declared(codec: str) -> None:
    assert read(f"姓名\n{RARE}\n".encode(codec), encoding=codec) == [{"#": 2, "姓名": RARE}]


def test_a_byte_order_mark_in_gb18030_is_taken_off() -> None:
    assert read("\ufeff姓名\n张\n".encode("gb18030"), encoding="gb18030") == [{"#": 2, "姓名": "张"}]


def test_a_character_over_the_edge_of_a_chunk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.sources.files.content.CHUNK", 3)
    assert read(f"姓名\n{RARE}\n".encode("gb18030")) == [{"#": 2, "姓名": RARE}]


def test_wrong_encodings_are_refused() -> None:
    assert refused("姓名\n张\n".encode("gb18030"), encoding="utf-8").startswith("no text in utf-8")
    assert refused(b"name\n\xff\xff\n").startswith("no text in utf-8 or gb18030")
    assert refused("姓名".encode()[:-1], encoding="utf-8").endswith("cut off inside its last character")
    assert refused("a\n1\n", encoding="unicode_escape") == "an encoding the hub does not read"


def test_a_login_page_is_no_file_without_rows() -> None:
    page = "<!DOCTYPE html><html><head><title>登录</title></head></html>"
    assert {refused(page, name) for name in ("a.csv", "a.xml", "a.jsonl", "a.xlsx")} == {
        "a web page, most likely one to log in"
    }


# JSON lines


def test_json_lines_keep_their_values_and_bad_ones_are_alone() -> None:
    rows = read('{"a": 1, "b": ["x"]}\n\n{"a": \n[1]\n{"#": 3}\n{"a": null}', "a.jsonl")
    assert [row for row in rows if "!" not in row] == [{"#": 1, "a": 1, "b": ["x"]}, {"#": 6, "a": None}]
    assert unread(rows) == [
        (3, "no JSON object"),
        (4, "no JSON object"),
        (5, "a field with a name the hub keeps for itself"),
    ]


# XML


def test_xml_rows_by_name_in_any_depth_with_chinese_elements() -> None:
    data = """<?xml version="1.0" encoding="GB18030"?><!-- 案件 --><案件集 xmlns="urn:x"><头><数>2</数></头><体>
        <案件 id="1"><案号>（2026）浙</案号><名>㛃</名></案件><案件><案号>B</案号><名/></案件></体></案件集>"""
    assert read(data.encode("gb18030"), "a.xml", row="案件") == [
        {"#": 1, "@id": "1", "案号": "（2026）浙", "名": "㛃"},
        {"#": 2, "案号": "B", "名": ""},
    ]


def test_xml_rows_are_the_roots_children_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.sources.files.elements.CHUNK", 7)
    data = "<r><i><a>1</a><i><a>in</a></i></i>  <i>plain</i><i><a><![CDATA[<2>]]></a></i></r>"
    rows = read(data, "a.xml")
    assert rows == [
        {"#": 1, "a": "1", "i": {"a": "in"}},
        {"#": 2, "!": "no fields", "text": "<i>plain</i>"},
        {"#": 3, "a": "<2>"},
    ]


@pytest.mark.parametrize("codec", ["utf-16", "utf-8-sig"])
def test_xml_in_other_encodings(codec: str) -> None:
    data = "<?xml version='1.0'?><r><i><a>你</a></i></r>".encode(codec)
    assert read(data, "a.xml") == [{"#": 1, "a": "你"}]


LAUGHS = """<!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">]>"""


@pytest.mark.parametrize(
    "data",
    [
        "<!DOCTYPE r><r><i><a>1</a></i></r>",
        LAUGHS + "<r><i><a>&d;</a></i></r>",
        LAUGHS + "<r x='&d;'><i><a>1</a></i></r>",
        '<!DOCTYPE r SYSTEM "file:///etc/passwd"><r><i><a>1</a></i></r>',
    ],
)
def test_a_document_type_is_refused(data: str) -> None:
    assert refused(data, "a.xml") == "an XML document type, which the hub refuses"


def test_broken_xml_gives_no_half() -> None:
    data = "<r>" + "<i><a>1</a></i>" * 50 + "<i><a>1</i></r>"
    assert refused(data, "a.xml").startswith("no XML at line 1 column")
    assert refused("<r><i>", "a.xml").startswith("no XML")
    assert refused("", "a.xml").startswith("no XML")


# archives


def test_members_are_read_by_name_with_their_lines() -> None:
    data = zipped(("b.jsonl", b'{"a": "3"}\n'), ("dir/a.csv", b"a\n1\nx,y\n"), ("__MACOSX/a.csv", b"?"))
    rows = read(data, "a.zip")
    assert [(row["#"], row.get("a")) for row in rows] == [
        ("b.jsonl:1", "3"),
        ("dir/a.csv:2", "1"),
        ("dir/a.csv:3", None),
    ]


def test_an_archive_of_one_file_tells_plain_lines() -> None:
    assert read(zipped(("a.csv", b"a\n1\n")), "a.zip") == [{"#": 2, "a": "1"}]


def test_what_an_archive_may_not_hold() -> None:
    assert refused(zipped(("in.zip", zipped(("a.csv", b"a\n")))), "a.zip") == "an archive within an archive"
    assert refused(zipped(("../a.csv", b"a\n")), "a.zip") == "an archive with a path that leads out of it"
    assert refused(zipped(("/a.csv", b"a\n")), "a.zip") == "an archive with a path that leads out of it"
    assert refused(zipped(("c:\\a.csv", b"a\n")), "a.zip") == "an archive with a path that leads out of it"
    assert refused(zipped(("a.pdf", b"a\n")), "a.zip") == "a name that does not say which format the file has"
    assert refused(zipped(), "a.zip") == "an archive without a file"
    assert refused(b"PK\x03\x04", "a.zip") == "no ZIP archive, or one that is cut off"
    with pytest.warns(UserWarning, match="Duplicate"):
        twice = zipped(("a.csv", b"a\n"), ("a.csv", b"b\n"))
    assert refused(twice, "a.zip") == "an archive with two members of one name"
    link = zipfile.ZipInfo("a.csv")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr(link, "/etc/passwd")
    assert refused(packed.getvalue(), "a.zip") == "an archive with a link"


def test_a_password_is_told() -> None:
    data = bytearray(zipped(("a.csv", b"a\n1\n")))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + at] |= 1
    assert refused(bytes(data), "a.zip") == "an archive with a password"


def test_bombs_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = zipped(("a.csv", b"0" * 5_000_000))
    assert refused(bomb, "a.zip") == "an archive of more than 100 times its size unpacked"
    monkeypatch.setattr(archive, "MEMBERS_MAX", 1)
    assert refused(zipped(("a.csv", b"a\n"), ("b.csv", b"a\n")), "a.zip") == "an archive of more than 1 members"


def test_a_member_that_says_less_than_it_holds_is_cut_and_refused() -> None:
    data = bytearray(zipped(("a.csv", b"a\n" + b"12345\n" * 200)))
    central = data.index(b"PK\x01\x02")
    data[central + 24 : central + 28] = (50).to_bytes(4, "little")
    assert refused(bytes(data), "a.zip") == "a member of the archive that cannot be unpacked whole"


def test_a_broken_member_lets_no_other_land() -> None:
    data = bytearray(zipped(("a.csv", b"a\n1\n"), ("b.csv", b"a\n" + b"2\n" * 100), level=zipfile.ZIP_STORED))
    data[data.rindex(b"2\n2\n")] ^= 1
    assert refused(bytes(data), "a.zip") == "a member of the archive that cannot be unpacked whole"


def test_a_name_without_a_format_is_refused(tmp_path: Path) -> None:
    assert refused("a\n1\n", "README") == "a name that does not say which format the file has"
    assert read("a\n1\n", "README", format="csv") == [{"#": 2, "a": "1"}]
