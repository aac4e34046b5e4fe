"""The taxonomy in memory: categories, items, what departments and courts call them, and code tables."""

from collections.abc import Mapping as MappingOf
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from schemas.taxonomy.sssom import Mapping


@dataclass(frozen=True, slots=True)
class Category:
    """One of the 21. A retired one has ``live`` False and points on by ``replaced_by``."""

    code: str
    label: str
    label_en: str
    definition: str
    basis: str
    live: bool = True
    replaced_by: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One of the 84. ``keywords`` are ordinary words of people who have such a dispute."""

    code: str
    category: str
    label: str
    label_en: str
    definition: str
    keywords: tuple[str, ...]
    live: bool = True
    replaced_by: str = ""


@dataclass(frozen=True, slots=True)
class Department:
    """One of the 17. ``support`` tells how sure it is that it belongs: seed, related or constructed."""

    code: str
    label: str
    label_en: str
    systems: str
    support: str
    notes: str


@dataclass(frozen=True, slots=True)
class SourceItem:
    """One of the 290 items departments count by. ``matches`` lead to our items, the surest first."""

    department: str
    category: str
    category_label: str
    code: str
    label: str
    label_en: str
    basis: str
    matches: tuple[Mapping, ...] = ()


@dataclass(frozen=True, slots=True)
class Cause:
    """A cause of action (案由). ``edition`` is the year of its rules; ``number`` runs within kind and edition.

    ``number_2020`` is the number of the same-named civil cause in the edition of 2020. ``matches`` is empty for matters
    that are no dispute.
    """

    code: str
    kind: Literal["civil", "administrative"]
    edition: str
    level: int
    number: str
    number_2020: str
    parent: str
    label: str
    label_en: str
    is_dispute: bool
    matches: tuple[Mapping, ...] = ()


@dataclass(frozen=True, slots=True)
class CodeValue:
    """One value of a code table. ``native`` is the code of the standard or system it was seen in."""

    code: str
    label: str
    label_en: str
    native: str
    basis: str
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Taxonomy:
    """A whole, checked edition. Dictionaries keep file order and are shared: read, never write.

    ``department_items`` is keyed by (department, code) and by (department, label). ``causes_by_label`` holds the finest
    cause of the newest edition under a label; ``causes_by_number`` is keyed by (kind, edition, number), such as
    ``("civil", "2020", "121")``. ``code_tables[table][code]`` is a `CodeValue`, ``codes_by_label[table][label]`` its
    code.
    """

    name: str
    name_zh: str
    version: str
    edition: date
    base: str
    folder: Path
    counts: MappingOf[str, int]
    categories: MappingOf[str, Category]
    items: MappingOf[str, Item]
    departments: MappingOf[str, Department]
    source_items: MappingOf[str, SourceItem]
    department_items: MappingOf[tuple[str, str], SourceItem]
    causes: MappingOf[str, Cause]
    causes_by_label: MappingOf[str, Cause]
    causes_by_number: MappingOf[tuple[str, str, str], Cause]
    code_tables: MappingOf[str, MappingOf[str, CodeValue]]
    codes_by_label: MappingOf[str, MappingOf[str, str]]

    def live(self, code: str) -> bool:
        """Whether a category or item code is in use today."""
        row = self.items.get(code) or self.categories.get(code)
        return row is not None and row.live

    def current(self, code: str) -> str | None:
        """Return the live code that ``code`` is or points on to. None when unknown."""
        row = self.items.get(code) or self.categories.get(code)
        while row and not row.live:
            row = self.items.get(row.replaced_by) or self.categories.get(row.replaced_by)
        return row.code if row else None
