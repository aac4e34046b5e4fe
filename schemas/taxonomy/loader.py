"""Read a taxonomy folder, check it as a whole, refuse it with every problem named."""

import tomllib
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from schemas.taxonomy import build
from schemas.taxonomy.model import Item, Taxonomy
from schemas.taxonomy.problem import Problem, TaxonomyError
from schemas.taxonomy.sssom import check_sssom
from schemas.taxonomy.tables import read_table, read_text

HOME = Path(__file__).parent

DECLARATION = "taxonomy.toml"
TABLES: dict[str, tuple[str, ...]] = {
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
        *("code", "version", "level", "number", "number_official"),
        *("parent_code", "label_zh", "label_en"),
    ),
    "code_tables.csv": ("table_code", "code", "label_zh", "label_en", "native_code", "basis", "status"),
}
DEPARTMENT_CROSSWALK, CAUSE_CROSSWALK = "departments.sssom.tsv", "causes.sssom.tsv"
KEYWORDS = "keywords.csv"
"""Weights of the text classifier; may be missing. Its items must exist."""

FILES = (DECLARATION, *TABLES, DEPARTMENT_CROSSWALK, CAUSE_CROSSWALK, KEYWORDS)
COUNTED = ("categories", "items", "departments", "source_categories", "source_items")


def load(folder: Path | None = None) -> Taxonomy:
    """Return the taxonomy of a folder; None is the one that comes with the project, read once per process.

    Raises `TaxonomyError` listing every problem with file, row and reason.
    """
    return _read(folder) if folder is not None else _own()


@cache
def _own() -> Taxonomy:
    return _read(HOME)


def _read(folder: Path) -> Taxonomy:
    problems: list[Problem] = []
    declared = _declaration(folder, problems)
    rows = {file: read_table(folder / file, columns, problems) for file, columns in TABLES.items()}
    by_department = check_sssom(folder / DEPARTMENT_CROSSWALK, problems)
    by_cause = check_sssom(folder / CAUSE_CROSSWALK, problems)

    categories = build.categories(rows["categories.csv"], problems)
    items = build.items(rows["items.csv"], categories, problems)
    departments = build.departments(rows["departments.csv"], problems)
    source_rows = rows["source_items.csv"]
    matches = build.links(by_department, [row["source_item_code"] for row in source_rows], items, problems)
    source_items = build.source_items(source_rows, departments, matches, problems)
    cause_rows = rows["civil_causes.csv"] + rows["administrative_causes.csv"]
    matches = build.links(by_cause, [row["code"] for row in cause_rows], items, problems)
    causes = build.causes(cause_rows, matches, problems)
    tables = build.code_tables(rows["code_tables.csv"], problems)
    problems += _keyword_faults(folder, items)
    counts = {
        "categories": sum(category.live for category in categories.values()),
        "items": sum(item.live for item in items.values()),
        "departments": len(departments),
        "source_categories": len({(item.department, item.category) for item in source_items.values()}),
        "source_items": len(source_items),
    }
    problems += _count_faults(declared.get("counts"), counts)
    if problems:
        raise TaxonomyError(problems)
    return Taxonomy(
        name=declared["name"],
        name_zh=declared["name_zh"],
        version=declared["version"],
        edition=declared["edition"],
        base=declared["base"],
        folder=folder,
        counts=counts,
        categories=categories,
        items=items,
        departments=departments,
        source_items=source_items,
        department_items={(item.department, item.label): item for item in source_items.values()}
        | {(item.department, item.code): item for item in source_items.values()},
        causes=causes,
        causes_by_label={c.label: c for c in sorted(causes.values(), key=lambda c: (c.edition, c.level))},
        causes_by_number=build.causes_by_number(causes.values()),
        code_tables=tables,
        codes_by_label={name: {value.label: value.code for value in table.values()} for name, table in tables.items()},
    )


def _declaration(folder: Path, problems: list[Problem]) -> dict[str, Any]:
    text = read_text(folder / DECLARATION, problems)
    try:
        declared = tomllib.loads(text or "")
    except tomllib.TOMLDecodeError as error:
        problems.append(Problem(DECLARATION, 0, "", f"broken TOML: {error}"))
        return {}
    wanted = {"name": str, "name_zh": str, "version": str, "edition": date, "base": str, "counts": dict}
    problems += [
        Problem(DECLARATION, 0, key, f"missing, empty or not a {kind.__name__}")
        for key, kind in wanted.items()
        if text is not None and not (isinstance(declared.get(key), kind) and declared[key])
    ]
    return declared


def _keyword_faults(folder: Path, items: dict[str, Item]) -> list[Problem]:
    problems: list[Problem] = []
    if (folder / KEYWORDS).exists():
        rows = read_table(folder / KEYWORDS, ("keyword", "item", "weight"), problems)
        problems += [
            row.fault("item", f"no item {row['item']!r}") for row in rows if row["item"] and row["item"] not in items
        ]
    return problems


def _count_faults(wanted: object, found: dict[str, int]) -> list[Problem]:
    if not isinstance(wanted, dict):
        return []  # already noted
    return [
        Problem(DECLARATION, 0, f"counts.{name}", f"declares {wanted.get(name)}, the tables hold {found[name]}")
        for name in COUNTED
        if wanted.get(name) != found[name]
    ]
