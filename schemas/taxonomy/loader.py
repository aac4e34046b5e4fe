"""Read a taxonomy folder, check it as a whole, refuse it with every problem named."""

import re
import tomllib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from schemas.taxonomy.model import Category, Cause, CodeValue, Department, Item, SourceItem, Taxonomy
from schemas.taxonomy.problem import Problem, TaxonomyError
from schemas.taxonomy.sssom import MappingSet, check_sssom
from schemas.taxonomy.tables import Row, read_table, read_text

HOME = Path(__file__).parent

CATEGORY_CODE = re.compile(r"D\d{2}")
ITEM_CODE = re.compile(r"D\d{4}")
COLUMNS: dict[str, tuple[str, ...]] = {
    "categories.csv": ("code", "label_zh", "label_en", "definition_zh", "basis", "status", "replaced_by"),
    "items.csv": (
        *("code", "category_code", "label_zh", "label_en", "definition_zh", "typical_keywords_zh"),
        *("status", "replaced_by"),
    ),
    "departments.csv": ("code", "label_zh", "label_en", "typical_systems_zh", "support", "notes_zh"),
    "source_items.csv": (
        *("department_code", "source_category_code", "source_category_zh"),
        *("source_item_code", "source_item_zh", "source_item_en", "basis"),
    ),
    "civil_causes.csv": (
        *("code", "version", "level", "number", "number_official", "number_2020"),
        *("parent_code", "label_zh", "label_en", "is_dispute"),
    ),
    "administrative_causes.csv": (
        *("code", "version", "level", "number", "number_official", "parent_code", "label_zh", "label_en"),
    ),
    "code_tables.csv": ("table_code", "code", "label_zh", "label_en", "native_code", "basis", "status"),
}
CROSSWALKS = ("departments.sssom.tsv", "causes.sssom.tsv")
DECLARATION = "taxonomy.toml"
KEYWORDS = "keywords.csv"
COUNTED = ("categories", "items", "departments", "source_categories", "source_items")

T = TypeVar("T")


def load(folder: Path | None = None) -> Taxonomy:
    """Return the taxonomy of a folder; None is the one that comes with the project, read once per process.

    Raises `TaxonomyError` listing every problem with file, row and reason.
    """
    return _default() if folder is None else _Reader(folder).taxonomy()


@cache
def _default() -> Taxonomy:
    return _Reader(HOME).taxonomy()


@dataclass
class _Reader:
    """One reading of one folder; problems gather until the end."""

    folder: Path
    problems: list[Problem] = field(default_factory=list)

    def taxonomy(self) -> Taxonomy:
        declared = self._declaration()
        rows = {file: read_table(self.folder / file, columns, self.problems) for file, columns in COLUMNS.items()}
        links = {file: check_sssom(self.folder / file, self.problems) for file in CROSSWALKS}
        categories = self._unique("categories.csv", rows["categories.csv"], _category)
        items = self._unique("items.csv", rows["items.csv"], _item)
        self._check_status("categories.csv", rows["categories.csv"], categories, CATEGORY_CODE)
        self._check_status("items.csv", rows["items.csv"], items, ITEM_CODE)
        self._check_items(rows["items.csv"], items, categories)
        departments = self._unique("departments.csv", rows["departments.csv"], _department)
        source_items = self._source_items(rows["source_items.csv"], departments, links[CROSSWALKS[0]], items)
        causes = self._causes(rows, links[CROSSWALKS[1]], items)
        tables = self._code_tables(rows["code_tables.csv"])
        self._check_keywords(items)
        counts = {
            "categories": sum(row.live for row in categories.values()),
            "items": sum(row.live for row in items.values()),
            "departments": len(departments),
            "source_categories": len({(row.department, row.category) for row in source_items.values()}),
            "source_items": len(source_items),
        }
        self._check_counts(declared.get("counts"), counts)
        if self.problems:
            raise TaxonomyError(self.problems)
        return Taxonomy(
            name=declared["name"],
            version=declared["version"],
            edition=declared["edition"],
            base=declared["base"],
            folder=self.folder,
            counts=counts,
            categories=categories,
            items=items,
            departments=departments,
            source_items=source_items,
            department_items={(row.department, row.label): row for row in source_items.values()}
            | {(row.department, row.code): row for row in source_items.values()},
            causes=causes,
            causes_by_label={c.label: c for c in sorted(causes.values(), key=lambda c: (c.edition, c.level))},
            causes_by_number=_causes_by_number(causes.values()),
            code_tables=tables,
            codes_by_label={
                name: {value.label: code for code, value in values.items()} for name, values in tables.items()
            },
        )

    def _note(self, file: str, row: Row | int, column: str, reason: str) -> None:
        self.problems.append(Problem(file, row if isinstance(row, int) else row.line, column, reason))

    def _declaration(self) -> dict[str, Any]:
        text = read_text(self.folder / DECLARATION, self.problems)
        if text is None:
            return {}
        try:
            declared = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            self._note(DECLARATION, 0, "", f"broken TOML: {error}")
            return {}
        for key, kind in {"name": str, "version": str, "edition": date, "base": str, "counts": dict}.items():
            if not isinstance(declared.get(key), kind) or not declared[key]:
                self._note(DECLARATION, 0, key, f"missing, or not a {kind.__name__}")
        return declared

    def _check_counts(self, wanted: object, found: dict[str, int]) -> None:
        if not isinstance(wanted, dict):
            return
        for name in COUNTED:
            if wanted.get(name) != found[name]:
                self._note(DECLARATION, 0, f"counts.{name}", f"declares {wanted.get(name)}, the tables hold {found[name]}")

    def _unique(
        self, file: str, rows: Sequence[Row], build: Callable[[Row], T], *, column: str = "code"
    ) -> dict[str, T]:
        """Build each row under its code; a code or label that is empty, or a code that stands twice, is a problem."""
        labels = ("source_item_zh",) if file == "source_items.csv" else ("label_zh",)
        if file in ("categories.csv", "items.csv", "departments.csv"):
            labels = ("label_zh", "label_en")
        first: dict[str, int] = {}
        built: dict[str, T] = {}
        for row in rows:
            for needed in (column, *labels):
                if not row[needed]:
                    self._note(file, row, needed, "empty")
            if first.setdefault(row[column], row.line) != row.line:
                self._note(file, row, column, f"code {row[column]} already stands in row {first[row[column]]}")
            elif row[column]:
                built[row[column]] = build(row)
        return built

    def _check_status(
        self, file: str, rows: Sequence[Row], known: dict[str, Category] | dict[str, Item], pattern: re.Pattern[str]
    ) -> None:
        labels: dict[str, int] = {}
        for row in rows:
            code, onward = row["code"], row["replaced_by"]
            if code and not pattern.fullmatch(code):
                self._note(file, row, "code", f"{code!r} does not match {pattern.pattern}")
            if row["status"] not in ("current", "retired"):
                self._note(file, row, "status", f"{row['status']!r} is neither current nor retired")
            elif row["status"] == "current":
                if onward:
                    self._note(file, row, "replaced_by", "a current code is not replaced")
                if labels.setdefault(row["label_zh"], row.line) != row.line:
                    self._note(file, row, "label_zh", f"same label as row {labels[row['label_zh']]}")
            elif onward not in known:
                self._note(file, row, "replaced_by", f"{onward!r} is no code of this table" if onward else "empty")
            elif _leads_in_a_circle(code, known):
                self._note(file, row, "replaced_by", f"{code} leads back to itself")

    def _check_items(self, rows: Sequence[Row], items: dict[str, Item], categories: dict[str, Category]) -> None:
        for row in rows:
            category = categories.get(row["category_code"])
            if category is None:
                self._note("items.csv", row, "category_code", f"no category {row['category_code']!r}")
            elif row["status"] == "current" and not category.live:
                self._note("items.csv", row, "category_code", f"category {category.code} is retired")
            if row["code"] in items and row["status"] == "current" and not items[row["code"]].definition:
                self._note("items.csv", row, "definition_zh", "empty")

    def _links(self, file: str, links: MappingSet | None, subjects: Iterable[str], items: dict[str, Item]) -> dict[str, Any]:
        """Rows of a crosswalk by subject; a subject or target that does not exist is a problem."""
        if links is None:
            return {}
        known = set(subjects)
        for row in links.rows:
            if row.subject_code not in known:
                self._note(file, row.line, "subject_id", f"no source item {row.subject_code!r}")
            if row.object_code not in items:
                self._note(file, row.line, "object_id", f"no item {row.object_code!r}")
        return links.by_subject()

    def _source_items(
        self, rows: Sequence[Row], departments: dict[str, Department], links: MappingSet | None, items: dict[str, Item]
    ) -> dict[str, SourceItem]:
        file = "source_items.csv"
        matches = self._links(CROSSWALKS[0], links, (row["source_item_code"] for row in rows), items)
        labels: dict[tuple[str, str], int] = {}
        for row in rows:
            department, label = row["department_code"], row["source_item_zh"]
            if department not in departments:
                self._note(file, row, "department_code", f"no department {department!r}")
            if labels.setdefault((department, label), row.line) != row.line:
                self._note(file, row, "source_item_zh", f"same label as row {labels[department, label]}")
            if links is not None and row["source_item_code"] not in matches:
                self._note(file, row, "source_item_code", f"{row['source_item_code']} has no row in {CROSSWALKS[0]}")
        return self._unique(
            file,
            rows,
            lambda row: SourceItem(
                department=row["department_code"],
                category=row["source_category_code"],
                category_label=row["source_category_zh"],
                code=row["source_item_code"],
                label=row["source_item_zh"],
                label_en=row["source_item_en"],
                basis=row["basis"],
                matches=matches.get(row["source_item_code"], ()),
            ),
            column="source_item_code",
        )

    def _causes(
        self, rows: dict[str, list[Row]], links: MappingSet | None, items: dict[str, Item]
    ) -> dict[str, Cause]:
        files = ("civil_causes.csv", "administrative_causes.csv")
        codes = {row["code"] for file in files for row in rows[file]}
        matches = self._links(CROSSWALKS[1], links, codes, items)

        def build(row: Row) -> Cause:
            civil = "is_dispute" in row.cells
            return Cause(
                code=row["code"],
                kind="civil" if civil else "administrative",
                edition=row["version"],
                level=int(row["level"]) if row["level"].isdecimal() else 0,
                number=row["number"],
                number_2020=row.cells.get("number_2020", ""),
                parent=row["parent_code"],
                label=row["label_zh"],
                label_en=row["label_en"],
                is_dispute=row["is_dispute"] == "1" if civil else True,
                matches=matches.get(row["code"], ()),
            )

        causes: dict[str, Cause] = {}
        for file in files:
            for row in rows[file]:
                if row["level"] not in ("1", "2", "3", "4"):
                    self._note(file, row, "level", f"{row['level']!r} is not 1 to 4")
                if row["parent_code"] and row["parent_code"] not in codes:
                    self._note(file, row, "parent_code", f"no cause {row['parent_code']!r}")
                if row["code"] in causes:
                    self._note(file, row, "code", f"code {row['code']} is a civil cause")
            causes |= self._unique(file, rows[file], build)
        return causes

    def _code_tables(self, rows: Sequence[Row]) -> dict[str, dict[str, CodeValue]]:
        tables: dict[str, dict[str, CodeValue]] = {}
        for row in rows:
            table = tables.setdefault(row["table_code"], {})
            if row["code"] in table:
                self._note("code_tables.csv", row, "code", f"{row['table_code']} {row['code']} stands twice")
            if any(row["label_zh"] == value.label for value in table.values()):
                self._note("code_tables.csv", row, "label_zh", f"{row['table_code']} has this label twice")
            table[row["code"]] = CodeValue(
                *(row[column] for column in ("code", "label_zh", "label_en", "native_code", "basis", "status"))
            )
        return tables

    def _check_keywords(self, items: dict[str, Item]) -> None:
        """The classifier's weights may stand beside the tables; their items must exist."""
        if not (self.folder / KEYWORDS).exists():
            return
        for row in read_table(self.folder / KEYWORDS, ("keyword", "item", "weight"), self.problems):
            if row["item"] not in items:
                self._note(KEYWORDS, row, "item", f"no item {row['item']!r}")


def _category(row: Row) -> Category:
    return Category(
        code=row["code"],
        label=row["label_zh"],
        label_en=row["label_en"],
        definition=row["definition_zh"],
        basis=row["basis"],
        live=row["status"] == "current",
        replaced_by=row["replaced_by"],
    )


def _item(row: Row) -> Item:
    return Item(
        code=row["code"],
        category=row["category_code"],
        label=row["label_zh"],
        label_en=row["label_en"],
        definition=row["definition_zh"],
        keywords=tuple(filter(None, map(str.strip, row["typical_keywords_zh"].replace("；", ";").split(";")))),
        live=row["status"] == "current",
        replaced_by=row["replaced_by"],
    )


def _department(row: Row) -> Department:
    return Department(*(row[column] for column in COLUMNS["departments.csv"]))


def _leads_in_a_circle(code: str, known: dict[str, Category] | dict[str, Item]) -> bool:
    seen = {code}
    row = known.get(code)
    while row and row.replaced_by:
        if row.replaced_by in seen:
            return True
        seen.add(row.replaced_by)
        row = known.get(row.replaced_by)
    return False


def _causes_by_number(causes: Iterable[Cause]) -> dict[tuple[str, str, str], Cause]:
    """Numbers run on through the third level of an edition (and ``205.5`` below it); parts and sections count from 1 again."""
    found: dict[tuple[str, str, str], Cause] = {}
    for cause in causes:
        if cause.level >= 3:
            found[cause.kind, cause.edition, cause.number] = cause
            if cause.number_2020:
                found[cause.kind, "2020", cause.number_2020] = cause
    return found
