"""Rows into the model. Each function builds what it can and adds what is wrong to ``problems``."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from schemas.taxonomy.model import Category, Cause, CodeValue, Department, Item, SourceItem
from schemas.taxonomy.problem import Problem
from schemas.taxonomy.sssom import Mapping as Match
from schemas.taxonomy.sssom import MappingSet, dangling
from schemas.taxonomy.tables import Row

CATEGORY_CODE = re.compile(r"D\d{2}")
ITEM_CODE = re.compile(r"D\d{4}")

T = TypeVar("T")
Links = Mapping[str, tuple[Match, ...]]


def _by_code(
    rows: Sequence[Row], build: Callable[[Row], T], needed: Iterable[str], problems: list[Problem]
) -> dict[str, T]:
    """Build each row under its code, the first of ``needed``: the columns that must not be empty."""
    code, *others = needed
    lines: dict[str, int] = {}
    built: dict[str, T] = {}
    for row in rows:
        problems += [row.fault(column, "empty") for column in (code, *others) if not row[column]]
        first = lines.setdefault(row[code], row.line)
        if row[code] and first != row.line:
            problems.append(row.fault(code, f"code {row[code]} already stands in row {first}"))
        elif row[code]:
            built[row[code]] = build(row)
    return built


def categories(rows: Sequence[Row], problems: list[Problem]) -> dict[str, Category]:
    """Categories by code."""

    def build(row: Row) -> Category:
        return Category(
            code=row["code"],
            label=row["label_zh"],
            label_en=row["label_en"],
            definition=row["definition_zh"],
            basis=row["basis"],
            live=row["status"] == "current",
            replaced_by=row["replaced_by"],
        )

    built = _by_code(rows, build, ("code", "label_zh", "label_en", "definition_zh"), problems)
    problems += _status_faults(rows, built, CATEGORY_CODE)
    return built


def items(rows: Sequence[Row], known: Mapping[str, Category], problems: list[Problem]) -> dict[str, Item]:
    """Items by code; a live one stands in a live category."""

    def build(row: Row) -> Item:
        keywords = re.split("[;；]", row["typical_keywords_zh"])
        return Item(
            code=row["code"],
            category=row["category_code"],
            label=row["label_zh"],
            label_en=row["label_en"],
            definition=row["definition_zh"],
            keywords=tuple(word.strip() for word in keywords if word.strip()),
            live=row["status"] == "current",
            replaced_by=row["replaced_by"],
        )

    built = _by_code(rows, build, ("code", "label_zh", "label_en", "definition_zh"), problems)
    problems += _status_faults(rows, built, ITEM_CODE)
    for row in rows:
        category = known.get(row["category_code"])
        if category is None:
            problems.append(row.fault("category_code", f"no category {row['category_code']!r}"))
        elif row["status"] == "current" and not category.live:
            problems.append(row.fault("category_code", f"category {category.code} is retired"))
    return built


def _status_faults(
    rows: Sequence[Row], known: Mapping[str, Category | Item], pattern: re.Pattern[str]
) -> Iterable[Problem]:
    """Codes of the right pattern, live labels that differ, retired codes that lead to a live one."""
    labels: dict[str, int] = {}
    for row in rows:
        code, status, onward = row["code"], row["status"], row["replaced_by"]
        if code and not pattern.fullmatch(code):
            yield row.fault("code", f"{code!r} does not match {pattern.pattern}")
        if status == "current":
            if onward:
                yield row.fault("replaced_by", "a current code is not replaced")
            if labels.setdefault(row["label_zh"], row.line) != row.line:
                yield row.fault("label_zh", f"same label as row {labels[row['label_zh']]}")
        elif status != "retired":
            yield row.fault("status", f"{status!r} is neither current nor retired")
        elif onward not in known:
            yield row.fault("replaced_by", f"no code {onward!r} in this table" if onward else "empty")
        elif _circles(code, known):
            yield row.fault("replaced_by", f"{code} leads round in a circle")


def _circles(code: str, known: Mapping[str, Category | Item]) -> bool:
    seen: set[str] = set()
    row = known.get(code)
    while row and not row.live:
        if row.code in seen:
            return True
        seen.add(row.code)
        row = known.get(row.replaced_by)
    return False


def departments(rows: Sequence[Row], problems: list[Problem]) -> dict[str, Department]:
    """Departments by code."""

    def build(row: Row) -> Department:
        return Department(
            code=row["code"],
            label=row["label_zh"],
            label_en=row["label_en"],
            systems=row["typical_systems_zh"],
            support=row["support"],
            notes=row["notes_zh"],
        )

    return _by_code(rows, build, ("code", "label_zh", "label_en"), problems)


def links(
    crosswalk: MappingSet | None, sources: Iterable[str], known: Mapping[str, Item], problems: list[Problem]
) -> Links:
    """Rows of a crosswalk by subject; both ends, the codes of ``sources`` and the ``known`` items, must exist."""
    if crosswalk is None:
        return {}
    codes = frozenset(sources)
    problems += dangling(crosswalk, known)
    problems += [
        Problem(crosswalk.name, row.line, "subject_id", f"no source item {row.subject_code!r}")
        for row in crosswalk.rows
        if row.subject_code not in codes
    ]
    return crosswalk.by_subject()


def source_items(
    rows: Sequence[Row], known: Mapping[str, Department], matches: Links, problems: list[Problem]
) -> dict[str, SourceItem]:
    """Items of the departments by code; every one is mapped, and no label stands twice in a department."""

    def build(row: Row) -> SourceItem:
        return SourceItem(
            department=row["department_code"],
            category=row["source_category_code"],
            category_label=row["source_category_zh"],
            code=row["source_item_code"],
            label=row["source_item_zh"],
            label_en=row["source_item_en"],
            basis=row["basis"],
            matches=matches.get(row["source_item_code"], ()),
        )

    labels: dict[tuple[str, str], int] = {}
    for row in rows:
        department, label = row["department_code"], row["source_item_zh"]
        if department not in known:
            problems.append(row.fault("department_code", f"no department {department!r}"))
        if labels.setdefault((department, label), row.line) != row.line:
            problems.append(row.fault("source_item_zh", f"same label as row {labels[department, label]}"))
        if row["source_item_code"] not in matches:
            problems.append(row.fault("source_item_code", f"no crosswalk row maps {row['source_item_code']}"))
    return _by_code(rows, build, ("source_item_code", "source_item_zh", "source_category_code"), problems)


def causes(rows: Sequence[Row], matches: Links, problems: list[Problem]) -> dict[str, Cause]:
    """Causes of action of both kinds by code; the civil table alone tells what is no dispute."""

    def build(row: Row) -> Cause:
        civil = "is_dispute" in row.cells
        return Cause(
            code=row["code"],
            kind="civil" if civil else "administrative",
            edition=row["version"],
            level=int(row["level"]) if row["level"] in LEVELS else 0,
            number=row["number"],
            number_2020=row.cells.get("number_2020", ""),
            parent=row["parent_code"],
            label=row["label_zh"],
            label_en=row["label_en"],
            is_dispute=not civil or row["is_dispute"] == "1",
            matches=matches.get(row["code"], ()),
        )

    codes = {row["code"] for row in rows}
    for row in rows:
        if row["level"] not in LEVELS:
            problems.append(row.fault("level", f"{row['level']!r} is not 1 to 4"))
        if row["parent_code"] and row["parent_code"] not in codes:
            problems.append(row.fault("parent_code", f"no cause {row['parent_code']!r}"))
    return _by_code(rows, build, ("code", "label_zh", "version"), problems)


LEVELS = ("1", "2", "3", "4")


def causes_by_number(known: Iterable[Cause]) -> dict[tuple[str, str, str], Cause]:
    """By kind, edition and number. Parts and sections (levels 1 and 2) count from 1 again and are left out."""
    found: dict[tuple[str, str, str], Cause] = {}
    for cause in known:
        if cause.level >= 3:
            found[cause.kind, cause.edition, cause.number] = cause
            if cause.number_2020:
                found[cause.kind, "2020", cause.number_2020] = cause
    return found


def code_tables(rows: Sequence[Row], problems: list[Problem]) -> dict[str, dict[str, CodeValue]]:
    """Values by table and code; neither code nor label stands twice in a table."""
    tables: dict[str, dict[str, CodeValue]] = {}
    for row in rows:
        table = tables.setdefault(row["table_code"], {})
        if row["code"] in table:
            problems.append(row.fault("code", f"{row['table_code']} has {row['code']} twice"))
        if any(row["label_zh"] == value.label for value in table.values()):
            problems.append(row.fault("label_zh", f"{row['table_code']} has this label twice"))
        table[row["code"]] = CodeValue(
            code=row["code"],
            label=row["label_zh"],
            label_en=row["label_en"],
            native=row["native_code"],
            basis=row["basis"],
            status=row["status"],
        )
    return tables
