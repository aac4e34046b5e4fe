"""Workbooks as rows: made by hand here, so that each oddity stands as programs really write it."""

import io
import zipfile
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from hub.sources.decode import MalformedError
from hub.sources.files import workbook
from hub.sources.files.content import Content
from hub.sources.files.workbook import read_workbook, text_of

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
DAY, MOMENT, PERCENT = 1, 2, 3  # styles


def sheet(*rows: str) -> str:
    return f'<worksheet xmlns="{MAIN}"><sheetData>{"".join(rows)}</sheetData></worksheet>'


def row(number: int, *cells: str, hidden: bool = False) -> str:
    return f'<row r="{number}" hidden="{int(hidden)}">{"".join(cells)}</row>'


def word(place: str, text: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


def number(place: str, value: str, style: int = 0) -> str:
    return f'<c r="{place}" s="{style}"><v>{value}</v></c>'


def book(**sheets: str) -> bytes:
    """A workbook of these sheets, in this order."""
    packed = io.BytesIO()
    names = list(sheets)
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>',
        )
        file.writestr("_rels/.rels", relations(("rId1", "officeDocument", "xl/workbook.xml")))
        told = "".join(f'<sheet name="{name}" sheetId="{n}" r:id="rId{n}"/>' for n, name in enumerate(names, 1))
        file.writestr(
            "xl/workbook.xml", f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{told}</sheets></workbook>'
        )
        parts = [(f"rId{n}", "worksheet", f"worksheets/sheet{n}.xml") for n in range(1, len(names) + 1)]
        file.writestr("xl/_rels/workbook.xml.rels", relations(*parts, ("rIdS", "styles", "styles.xml")))
        styles = "".join(f'<xf numFmtId="{style}"/>' for style in (0, 14, 22, 10))
        file.writestr("xl/styles.xml", f'<styleSheet xmlns="{MAIN}"><cellXfs count="4">{styles}</cellXfs></styleSheet>')
        for n, name in enumerate(names, 1):
            file.writestr(f"xl/worksheets/sheet{n}.xml", sheets[name])
    return packed.getvalue()


def relations(*told: tuple[str, str, str]) -> str:
    each = "".join(f'<Relationship Id="{id}" Type="{OFFICE}/{kind}" Target="{to}"/>' for id, kind, to in told)
    return f'<Relationships xmlns="{PACKAGE}/relationships">{each}</Relationships>'


def read(data: bytes, sheet: str = "", *columns: str) -> list[dict[str, Any]]:
    return list(read_workbook(Content("a.xlsx", len(data), lambda: io.BytesIO(data)), sheet, columns))


def refused(data: bytes, sheet: str = "") -> str:
    with pytest.raises(MalformedError) as why:
        read(data, sheet)
    return str(why.value)


HEADER = row(1, word("A1", "编号"), word("B1", "日期"))


def test_cells_come_as_people_see_them() -> None:
    data = book(
        一=sheet(
            row(1, *(word(f"{at}1", name) for at, name in zip("ABCDEFG", "编时日额比对空", strict=True))),
            row(
                2, number("A2", "9.90101199003072128E17"), number("B2", "46000.5", MOMENT), number("C2", "46000", DAY),
                number("D2", "40000"), number("E2", "0.30000000000000004"), '<c r="F2" t="b"><v>1</v></c>',
                '<c r="G2" t="str"><f>A2&amp;"x"</f><v>由公式</v></c>',
            ),
        )
    )  # fmt: skip
    assert read(data) == [
        {
            "#": 2, "编": "990101199003072000", "时": "2025-12-09 12:00:00", "日": "2025-12-09", "额": "40000",
            "比": "0.3", "对": "TRUE", "空": "由公式",
        }
    ]  # fmt: skip


def test_titles_empty_and_hidden_rows() -> None:
    data = book(
        一=sheet(
            row(1, word("A1", "某县信访登记表")),
            row(3, word("A3", "编号"), word("B3", "事项"), word("D3", "备注")),
            row(4, word("A4", "X1"), word("B4", "欠薪"), hidden=True),
            row(6, word("A6", "X2"), word("D6", "急")),
        )
    )
    assert read(data) == [
        {"#": 4, "编号": "X1", "事项": "欠薪", "3": "", "备注": ""},
        {"#": 6, "编号": "X2", "事项": "", "3": "", "备注": "急"},
    ]


def test_a_value_beyond_the_named_columns_is_a_bad_row() -> None:
    data = book(一=sheet(HEADER, row(2, word("A2", "X1"), word("C2", "?")), row(3, word("A3", "X2"))))
    assert [each.get("!") for each in read(data)] == ["3 fields where 2 are named", None]


def test_error_cells_hold_nothing() -> None:
    data = book(一=sheet(HEADER, row(2, word("A2", "X1"), '<c r="B2" t="e"><v>#REF!</v></c>')))
    assert read(data) == [{"#": 2, "编号": "X1", "日期": ""}]


def test_the_first_sheet_or_the_declared_one() -> None:
    one, two = (sheet(row(1, word("A1", "编号")), row(2, word("A2", key))) for key in "ab")
    assert [read(book(甲=one, 乙=two), name)[0]["编号"] for name in ("", "甲", "乙")] == ["a", "a", "b"]
    assert refused(book(甲=one), "丙") == "a workbook without the sheet that is declared"


def test_columns_named_by_the_declaration() -> None:
    assert read(book(一=sheet(row(1, word("A1", "X1")))), "", "key") == [{"#": 1, "key": "X1"}]


def test_a_sheet_without_names_is_refused() -> None:
    assert refused(book(一=sheet())) == "a sheet without a row that names its columns"


def test_a_lone_cell_in_the_last_corner_costs_no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    data = book(一=sheet(HEADER, row(1048576, number("XFD1048576", "1"))))
    assert refused(data) == "a sheet that spans 17179869184 cells, more than 20000000"
    monkeypatch.setattr("hub.sources.files.content.CHUNK", 5)
    assert refused(data).startswith("a sheet that spans 17179869184")


def test_what_is_no_workbook() -> None:
    assert refused(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600)) == (
        "a workbook with a password, or of the form before 2007"
    )
    assert refused(b"<html>") == "no ZIP archive, or one that is cut off"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("a.txt", "x")
    assert refused(packed.getvalue()) == "a workbook that cannot be read"


def test_a_bomb_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "UNPACKED_MAX", 100)
    assert refused(book(一=sheet(HEADER))) == "an archive of more than 100 bytes unpacked"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (7.0, "7"),
        (-0.0, "0"),
        (1e-7, "0.0000001"),
        (999999999999999.0, "999999999999999"),
        (1.2345678901234567e20, "123456789012346000000"),
        (12, "12"),
        (False, "FALSE"),
        (date(2026, 3, 1), "2026-03-01"),
        (datetime(2026, 3, 1, 9, 5), "2026-03-01 09:05:00"),
        (time(9, 5), "09:05:00"),
        (timedelta(hours=25, seconds=7), "25:00:07"),
    ],
)
def test_values_as_text(value: Any, text: str) -> None:
    assert text_of(value) == text
