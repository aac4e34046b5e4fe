"""The taxonomy: what it holds, how a broken folder is refused, how another edition takes its place."""

import csv
import pickle
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from schemas.taxonomy import Taxonomy, TaxonomyError, load
from schemas.taxonomy.install import check_folder, install
from schemas.taxonomy.loader import FILES, HOME, TABLES
from schemas.taxonomy.sssom import BROAD, EXACT, NARROW


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the project's own tables, free to be broken."""
    copy = tmp_path / "taxonomy"
    copy.mkdir()
    for name in FILES:
        if (HOME / name).exists():
            shutil.copyfile(HOME / name, copy / name)
    return copy


def _edit(file: Path, change: Callable[[str], str]) -> None:
    text = file.read_text(encoding="utf-8")
    changed = change(text)
    assert changed != text, "the edit changed nothing"
    file.write_text(changed, encoding="utf-8")


def _swap(file: Path, old: str, new: str) -> None:
    _edit(file, lambda text: text.replace(old, new, 1))


def _cells(file: Path, key: str, **cells: str) -> None:
    """Set cells of the row whose first column is ``key``."""
    with file.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    found = [row for row in rows if next(iter(row.values())) == key]
    assert len(found) == 1
    found[0].update(cells)
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _problems(folder: Path) -> list[str]:
    with pytest.raises(TaxonomyError) as caught:
        load(folder)
    shown = str(caught.value).splitlines()
    assert shown[1:] == [str(problem) for problem in caught.value.problems]
    return shown[1:]


def test_counts_are_those_of_public_record() -> None:
    taxonomy = load()
    assert dict(taxonomy.counts) == {
        "categories": 21,
        "items": 84,
        "departments": 17,
        "source_categories": 60,
        "source_items": 290,
    }
    assert {item.category for item in taxonomy.items.values()} == set(taxonomy.categories)
    assert all(item.code.startswith(item.category) for item in taxonomy.items.values())
    assert load() is taxonomy


def test_import_reads_no_table() -> None:
    probe = (
        "import sys, pathlib; opened = []\n"
        "sys.addaudithook(lambda event, args: event == 'open' and opened.append(str(args[0])))\n"
        "import schemas.taxonomy, schemas.identity, schemas.courts\n"
        "print([name for name in opened if name.endswith(('.csv', '.tsv', '.toml'))])"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_item_is_reached_from_some_department() -> None:
    taxonomy = load()
    reached = {match.object_code for source in taxonomy.source_items.values() for match in source.matches}
    assert reached == set(taxonomy.items)


def test_department_items_by_code_and_by_label() -> None:
    taxonomy = load()
    by_code = taxonomy.department_items["ZFW", "ZFW-0101"]
    assert by_code is taxonomy.department_items["ZFW", by_code.label]
    assert [(match.object_code, match.predicate, match.decides) for match in by_code.matches] == [
        ("D0101", EXACT, True)
    ]
    broader = taxonomy.department_items["ZFW", "房产买卖租赁"]
    assert [(match.predicate, match.decides) for match in broader.matches] == [(NARROW, False)]


def test_causes_by_label_are_the_finest_of_the_newest_edition() -> None:
    causes = load().causes_by_label
    assert (causes["人格权纠纷"].code, causes["不当得利纠纷"].code) == ("S01", "T148")
    assert causes["船舶建造合同纠纷"].edition == "2025"
    lending = causes["民间借贷纠纷"].matches
    assert [(match.object_code, match.predicate) for match in lending] == [("D0501", EXACT)]
    assert [match.predicate for match in causes["姓名权纠纷"].matches] == [BROAD]


def test_a_number_means_a_cause_only_with_its_edition() -> None:
    numbers = load().causes_by_number
    assert numbers["civil", "2020", "121"].label == numbers["civil", "2025", "126"].label == "物业服务合同纠纷"
    assert numbers["civil", "2025", "121"].label != "物业服务合同纠纷"
    assert numbers["administrative", "2020", "3"].label == "罚款"


def test_a_broader_cause_proposes_all_its_candidates_the_chosen_one_first() -> None:
    matches = load().causes_by_label["租赁合同纠纷"].matches
    assert [match.object_code for match in matches] == ["D0503", "D0302", "D0601", "D1001"]
    assert not any(match.decides for match in matches)


def test_causes_that_are_no_dispute_stay_out() -> None:
    unmapped = [cause for cause in load().causes.values() if not cause.matches]
    assert len(unmapped) == 42
    assert not any(cause.is_dispute for cause in unmapped)


def test_code_tables_by_code_and_by_label() -> None:
    taxonomy = load()
    assert taxonomy.code_tables["gender"]["1"].label == "男性"
    assert taxonomy.codes_by_label["party_role"]["被申请人"] == "2"
    assert not {"risk_level", "stage"} & set(taxonomy.code_tables)


def test_a_taxonomy_travels_to_worker_processes() -> None:
    assert pickle.loads(pickle.dumps(load())) == load()


def test_unknown_codes() -> None:
    taxonomy = load()
    assert taxonomy.current("D9999") is None
    assert not taxonomy.live("D9999")
    assert taxonomy.current("D01") == "D01"


def test_a_copy_with_bom_and_windows_line_ends_loads_the_same(folder: Path) -> None:
    for name in TABLES:
        file = folder / name
        file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n"))
    assert load(folder).items == load().items


def test_retired_codes_stay_and_point_on(folder: Path) -> None:
    _cells(folder / "items.csv", "D0204", status="retired", replaced_by="D0203")
    _cells(folder / "items.csv", "D0203", status="retired", replaced_by="D0202")
    _swap(folder / "taxonomy.toml", "items = 84", "items = 82")
    taxonomy = load(folder)
    assert taxonomy.current("D0204") == "D0202"
    assert not taxonomy.live("D0204")


@pytest.mark.parametrize(
    ("file", "old", "new", "problem"),
    [
        ("items.csv", "D0102,D01,", "D0101,D01,", "items.csv row 3 code: code D0101 already stands in row 2"),
        ("items.csv", "D0102,D01,", "D1X2,D01,", r"items.csv row 3 code: 'D1X2' does not match D\d{4}"),
        ("items.csv", "D0102,D01,", "D0102,D77,", "items.csv row 3 category_code: no category 'D77'"),
        ("items.csv", ",抚养赡养与监护纠纷,", ",,", "items.csv row 3 label_zh: empty"),
        ("items.csv", "抚养赡养与监护纠纷", "婚姻恋爱与彩礼纠纷", "items.csv row 3 label_zh: same label as row 2"),
        ("items.csv", "current,\n", "curent,\n", "items.csv row 2 status: 'curent' is neither current nor retired"),
        ("items.csv", "current,\n", "retired,\n", "items.csv row 2 replaced_by: empty"),
        ("items.csv", "current,\n", "retired,D9999\n", "items.csv row 2 replaced_by: no code 'D9999' in this table"),
        ("items.csv", "current,\n", "retired,D0101\n", "items.csv row 2 replaced_by: D0101 leads round in a circle"),
        ("items.csv", "current,\n", "current,D0102\n", "items.csv row 2 replaced_by: a current code is not replaced"),
        ("items.csv", "current,\n", "current\n", "items.csv row 2: 7 cells where the header has 8"),
        ("items.csv", "label_zh", "label", "items.csv row 1 label_zh: missing column; is 'label' meant?"),
        ("categories.csv", "current,\n", "retired,D02\n", "items.csv row 2 category_code: category D01 is retired"),
        ("categories.csv", "\nD02,", "\nD2,", r"categories.csv row 3 code: 'D2' does not match D\d{2}"),
        ("departments.csv", "\nFY,", "\nZFW,", "departments.csv row 3 code: code ZFW already stands in row 2"),
        ("source_items.csv", "\nZFW,", "\nXYZ,", "source_items.csv row 2 department_code: no department 'XYZ'"),
        (
            "source_items.csv",
            "抚养赡养监护",
            "恋爱及婚姻",
            "source_items.csv row 3 source_item_zh: same label as row 2",
        ),
        (
            *("source_items.csv", "ZFW-0101", "ZFW-0100"),
            "source_items.csv row 2 source_item_code: no crosswalk row maps ZFW-0100",
        ),
        ("departments.sssom.tsv", "yiwang:D0101", "yiwang:D0100", "object_id: no item 'D0100' in this taxonomy"),
        ("departments.sssom.tsv", "dept:ZFW-0101", "dept:ZFW-0100", "subject_id: no source item 'ZFW-0100'"),
        ("causes.sssom.tsv", "yiwang:D0704", "yiwang:D0799", "object_id: no item 'D0799' in this taxonomy"),
        ("civil_causes.csv", "T001,2025,3,", "T001,2025,7,", "level: '7' is not 1 to 4"),
        ("civil_causes.csv", "1,S01,", "1,S99,", "parent_code: no cause 'S99'"),
        ("administrative_causes.csv", "A01-01,", "T001,", "code: code T001 already stands in row"),
        ("code_tables.csv", "Event scale,02", "Event scale,01", "code_tables.csv row 3 code: event_scale has 01 twice"),
        ("taxonomy.toml", "items = 84", "items = 83", "taxonomy.toml counts.items: declares 83, the tables hold 84"),
        ("taxonomy.toml", 'version = "2026.1"', "version = 2026", "taxonomy.toml version: missing, empty or not a str"),
        ("taxonomy.toml", "[counts]", "[counts", "taxonomy.toml: broken TOML"),
        ("taxonomy.toml", "[counts]", "[count]", "taxonomy.toml counts: missing, empty or not a dict"),
    ],
)
def test_a_broken_table_is_refused_with_row_and_reason(
    folder: Path, file: str, old: str, new: str, problem: str
) -> None:
    _swap(folder / file, old, new)
    assert any(problem in line for line in _problems(folder)), _problems(folder)


def test_every_problem_is_listed_at_once(folder: Path) -> None:
    _swap(folder / "items.csv", "D0102,D01,", "D0102,D77,")
    _swap(folder / "departments.sssom.tsv", "skos:exactMatch", "skos:sameMatch")
    _swap(folder / "causes.sssom.tsv", "\t0.6\t", "\t1.6\t")
    (folder / "departments.csv").unlink()
    shown = "\n".join(_problems(folder))
    for part in ("no category 'D77'", "'skos:sameMatch'", "'1.6' is not a number", "departments.csv: cannot be read"):
        assert part in shown


def test_another_encoding_is_named_with_its_row(folder: Path) -> None:
    text = (folder / "items.csv").read_text(encoding="utf-8")
    (folder / "items.csv").write_bytes(text.encode("gb18030"))
    assert "items.csv row 2: is not UTF-8; save the file as UTF-8" in _problems(folder)


def test_an_unknown_item_among_the_classifiers_keywords_is_refused(folder: Path) -> None:
    (folder / "keywords.csv").write_text("keyword,item,weight\n漏水,D0201,2\n漏水,D0299,2\n", encoding="utf-8")
    assert _problems(folder) == ["keywords.csv row 3 item: no item 'D0299'"]


# --- another edition in its place


@pytest.fixture
def edition(tmp_path: Path) -> Path:
    """An owner's folder: a declaration of its own and nothing else yet."""
    given = tmp_path / "given"
    given.mkdir()
    shutil.copyfile(HOME / "taxonomy.toml", given / "taxonomy.toml")
    _swap(given / "taxonomy.toml", '"2026.1"', '"official-1"')
    return given


def _give(edition: Path, name: str) -> Path:
    shutil.copyfile(HOME / name, edition / name)
    return edition / name


def _refusals(edition: Path) -> list[str]:
    return [str(problem) for problem in check_folder(edition, load())]


def _renamed(edition: Path) -> None:
    """D0204 gives way to a new D0205, with the rest of the folder untouched."""
    _swap(_give(edition, "items.csv"), "D0204,", "D0205,")


def test_files_not_given_are_taken_over(edition: Path, tmp_path: Path) -> None:
    installed = install(edition, tmp_path / "deep" / "installed", load())
    assert installed.version == "official-1"
    assert installed.items == load().items
    assert installed.folder == tmp_path / "deep" / "installed"
    assert load(installed.folder) == installed


def test_a_code_left_out_is_refused_until_it_points_on(edition: Path, tmp_path: Path) -> None:
    _renamed(edition)
    target = tmp_path / "installed"
    assert any("D0204 邻里口角琐事纠纷 is left out: name its successor in retired.csv" in p for p in _refusals(edition))
    with pytest.raises(TaxonomyError, match="D0204"):
        install(edition, target, load())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["given"]

    (edition / "retired.csv").write_text("code,replaced_by\nD0204,D0205\n", encoding="utf-8")
    installed = install(edition, target, load())
    assert installed.current("D0204") == "D0205"
    assert installed.items["D0204"].keywords == load().items["D0204"].keywords
    assert installed.counts["items"] == 84


def test_a_retired_row_of_its_own_is_as_good(edition: Path, tmp_path: Path) -> None:
    items = _give(edition, "items.csv")
    _cells(items, "D0204", status="retired", replaced_by="D0203")
    _swap(edition / "taxonomy.toml", "items = 84", "items = 83")
    installed = install(edition, tmp_path / "installed", load())
    assert installed.current("D0204") == "D0203"


def test_editions_follow_one_another_in_one_place(edition: Path, tmp_path: Path) -> None:
    _renamed(edition)
    (edition / "retired.csv").write_text("code,replaced_by\nD0204,D0205\n", encoding="utf-8")
    first = install(edition, tmp_path / "installed", load())
    second_given = tmp_path / "second"
    second_given.mkdir()
    shutil.copyfile(edition / "taxonomy.toml", second_given / "taxonomy.toml")
    _swap(second_given / "taxonomy.toml", '"official-1"', '"official-2"')
    shutil.copyfile(edition / "items.csv", second_given / "items.csv")  # knows nothing of the retired D0204
    second = install(second_given, tmp_path / "installed", first)
    assert second.version == "official-2"
    assert second.current("D0204") == "D0205"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["given", "installed", "second"]


def test_a_code_is_not_reused_for_another_label_unless_confirmed(edition: Path, tmp_path: Path) -> None:
    _swap(_give(edition, "items.csv"), "邻里口角琐事纠纷", "邻里日常矛盾纠纷")
    assert any("D0204 was 邻里口角琐事纠纷; codes are not reused" in problem for problem in _refusals(edition))
    (edition / "retired.csv").write_text("code,replaced_by\nD0204,D0204\n", encoding="utf-8")
    assert install(edition, tmp_path / "installed", load()).items["D0204"].label == "邻里日常矛盾纠纷"


def test_crosswalks_must_still_lead_somewhere(edition: Path) -> None:
    crosswalk = _give(edition, "departments.sssom.tsv")
    _swap(crosswalk, "yiwang:D0101", "yiwang:D0188")
    assert any("departments.sssom.tsv" in p and "no item 'D0188'" in p for p in _refusals(edition))


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("item.csv", "code\n", "item.csv: no file of a taxonomy; is items.csv meant?"),
        ("retired.csv", "code,replaced_by\nD9999,D0101\n", "retired.csv row 2 code: 'D9999' is no current code"),
        ("retired.csv", "code,replaced_by\nD0101,D0102\n", "D0101 is current here and retired in retired.csv"),
        ("retired.csv", "code,successor\nD0101,D0102\n", "retired.csv row 1 replaced_by: missing column"),
    ],
)
def test_what_else_is_refused(edition: Path, name: str, text: str, problem: str) -> None:
    (edition / name).write_text(text, encoding="utf-8")
    assert any(problem in line for line in _refusals(edition)), _refusals(edition)


def test_a_version_cannot_be_used_twice(edition: Path) -> None:
    shutil.copyfile(HOME / "taxonomy.toml", edition / "taxonomy.toml")
    assert _refusals(edition) == ["taxonomy.toml version: 2026.1 is the current one; the new edition needs its own"]


def test_folders_that_are_none(tmp_path: Path) -> None:
    current: Taxonomy = load()
    assert [problem.reason for problem in check_folder(tmp_path / "nowhere", current)] == ["is no folder"]
    assert [problem.reason for problem in check_folder(tmp_path, current)] == ["holds no file of a taxonomy"]
