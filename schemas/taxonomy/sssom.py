"""Crosswalks as SSSOM tables: TSV with a commented YAML header (https://mapping-commons.github.io/sssom/).

Mind the direction. The predicate says what the *object*, our item, is to the subject, the source's item:

| the source item is        | predicate           |                                              |
|---------------------------|---------------------|----------------------------------------------|
| the same                  | ``skos:exactMatch`` | decides                                      |
| narrower than ours        | ``skos:broadMatch`` | decides: our item is the broader one         |
| broader than ours         | ``skos:narrowMatch``| proposes: the text decides among the objects |
| akin                      | ``skos:relatedMatch``| proposes                                    |
"""

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass, fields
from difflib import get_close_matches
from pathlib import Path

from schemas.taxonomy.problem import Problem, TaxonomyError
from schemas.taxonomy.tables import header_is_whole, read_text

EXACT, BROAD, NARROW, RELATED = "skos:exactMatch", "skos:broadMatch", "skos:narrowMatch", "skos:relatedMatch"
PREDICATES = (EXACT, BROAD, NARROW, RELATED)
DECIDING = frozenset({EXACT, BROAD})

Metadata = dict[str, str | dict[str, str] | list[str]]

_CURIE = re.compile(r"([A-Za-z_][\w.-]*):(\S(?:.*\S)?)")
_REQUIRED = ("subject_id", "predicate_id", "object_id", "mapping_justification")
_REQUIRED_METADATA = ("mapping_set_id", "mapping_set_version", "license", "curie_map")


@dataclass(frozen=True, slots=True)
class Mapping:
    """One row. ``subject_id`` and ``object_id`` are CURIEs (``dept:ZFW-0101``, ``yiwang:D0101``); confidence is 0 to 1."""

    subject_id: str
    predicate_id: str
    object_id: str
    mapping_justification: str
    subject_label: str = ""
    subject_category: str = ""
    object_label: str = ""
    confidence: float = 1.0
    comment: str = ""
    line: int = 0

    @property
    def subject_code(self) -> str:
        """The source's own code: what follows the first colon."""
        return self.subject_id.partition(":")[2]

    @property
    def object_code(self) -> str:
        """The code of our item."""
        return self.object_id.partition(":")[2]

    @property
    def decides(self) -> bool:
        """Whether this row settles the item. A broader or related source item only proposes."""
        return self.predicate_id in DECIDING


_COLUMNS = tuple(field.name for field in fields(Mapping) if field.name != "line")


@dataclass(frozen=True, slots=True)
class MappingSet:
    """A whole table: its metadata and its rows in file order."""

    metadata: Metadata
    rows: tuple[Mapping, ...]

    @property
    def version(self) -> str:
        """``mapping_set_version``."""
        return str(self.metadata["mapping_set_version"])

    def by_subject(self) -> dict[str, tuple[Mapping, ...]]:
        """Rows by subject code, the surest first."""
        found: dict[str, list[Mapping]] = {}
        for row in self.rows:
            found.setdefault(row.subject_code, []).append(row)
        return {code: tuple(sorted(rows, key=lambda row: -row.confidence)) for code, rows in found.items()}


def read_sssom(source: Path | str | Iterable[str], *, name: str = "") -> MappingSet:
    """Read an SSSOM table from a path or from lines of text (``name`` then names them in problems).

    Raises `TaxonomyError` with every broken row: unknown predicate, confidence outside 0..1, identifier that is no CURIE of
    the ``curie_map``, pair that stands twice, subject with two deciding rows, missing column or metadata, not UTF-8.
    """
    problems: list[Problem] = []
    table = check_sssom(source, problems, name=name)
    if table is None or problems:
        raise TaxonomyError(problems)
    return table


def check_sssom(
    source: Path | str | Iterable[str], problems: list[Problem], *, name: str = ""
) -> MappingSet | None:
    """Read as `read_sssom` does, adding faults to ``problems``. None when nothing can be read."""
    if isinstance(source, str | Path):
        name = name or Path(source).name
        text = read_text(Path(source), problems)
        if text is None:
            return None
        lines = text.splitlines()
    else:
        lines = [line.rstrip("\r\n") for line in source]
    comments = next((at for at, line in enumerate(lines) if not line.startswith("#")), len(lines))
    metadata = _read_metadata(lines[:comments], name, problems)
    prefixes = metadata.get("curie_map", {})
    return MappingSet(metadata, _read_rows(lines[comments:], comments, name, prefixes, problems))


def _read_metadata(lines: list[str], name: str, problems: list[Problem]) -> Metadata:
    """Read the part of YAML that such headers use: ``key: value``, one level of ``  key: value`` or ``  - value``."""
    metadata: Metadata = {}
    key = ""
    for number, line in enumerate(lines, 1):
        body = line[1:].rstrip()
        inner = body.strip()
        if not inner:
            continue
        left, colon, right = (part.strip() for part in inner.partition(":"))
        right = right.strip("\"'")
        slot = metadata.get(key)
        if inner.startswith("- ") and key and isinstance(slot, list | dict):
            entries = slot if isinstance(slot, list) else []
            metadata[key] = [*entries, inner[2:].strip().strip("\"'")]
        elif not colon or (body[:1].isspace() and body[:2].strip() == "" and not key):
            problems.append(Problem(name, number, "", "header line is not 'key: value'"))
        elif body.startswith("  ") and isinstance(slot, dict):
            slot[left] = right
        else:
            key = left
            metadata[key] = right or {}
    for wanted in _REQUIRED_METADATA:
        if not metadata.get(wanted):
            problems.append(Problem(name, 0, wanted, "missing in the commented header"))
    if not isinstance(metadata.get("curie_map", {}), dict):
        problems.append(Problem(name, 0, "curie_map", "must map prefixes to addresses"))
        metadata["curie_map"] = {}
    return metadata


def _read_rows(
    lines: list[str], offset: int, name: str, prefixes: object, problems: list[Problem]
) -> tuple[Mapping, ...]:
    reader = csv.reader(io.StringIO("\n".join(lines), newline=""), delimiter="\t", quoting=csv.QUOTE_NONE)
    header = [cell.strip() for cell in next(reader, [])]
    if not header_is_whole(name, offset + 1, header, _REQUIRED, problems):
        return ()
    rows: list[Mapping] = []
    pairs: dict[tuple[str, str], int] = {}
    decided: dict[str, int] = {}
    for cells in reader:
        line = offset + reader.line_num
        if not any(cells):
            continue
        before = len(problems)
        if len(cells) > len(header):
            problems.append(Problem(name, line, "", f"{len(cells)} cells where the header has {len(header)}"))
            continue
        row = dict.fromkeys(header, "") | dict(zip(header, map(str.strip, cells), strict=False))
        for column, reason in _faults(row, prefixes):
            problems.append(Problem(name, line, column, reason))
        first = pairs.setdefault((row["subject_id"], row["object_id"]), line)
        if first != line:
            problems.append(Problem(name, line, "subject_id", f"same subject and object as row {first}"))
        if row["predicate_id"] in DECIDING and (first := decided.setdefault(row["subject_id"], line)) != line:
            problems.append(Problem(name, line, "predicate_id", f"row {first} already decides this subject"))
        if len(problems) == before:
            known = {column: row[column] for column in _COLUMNS if row.get(column) and column != "confidence"}
            rows.append(Mapping(**known, confidence=float(row.get("confidence") or 1), line=line))  # type: ignore[arg-type]
    if not rows and not problems:
        problems.append(Problem(name, 0, "", "no rows"))
    return tuple(rows)


def _faults(row: dict[str, str], prefixes: object) -> Iterable[tuple[str, str]]:
    """Yield column and reason of each fault within one row."""
    known = prefixes if isinstance(prefixes, dict) else {}
    for column in ("subject_id", "object_id", "mapping_justification"):
        curie = _CURIE.fullmatch(row[column])
        if not curie:
            yield column, f"{row[column]!r} is not prefix:code"
        elif curie[1] not in known:
            yield column, f"prefix {curie[1]!r} is not in the curie_map"
    if row["predicate_id"] not in PREDICATES:
        near = get_close_matches(row["predicate_id"], PREDICATES, n=1)
        yield "predicate_id", f"unknown predicate {row['predicate_id']!r}" + (f"; is {near[0]} meant?" if near else "")
    try:
        sound = 0 <= float(row.get("confidence") or 1) <= 1
    except ValueError:
        sound = False
    if not sound:
        yield "confidence", f"{row['confidence']!r} is not a number from 0 to 1"


def write_sssom(table: MappingSet) -> str:
    """Return the text of a table; `read_sssom` reads it back equal but for line numbers."""
    lines = []
    for key, value in table.metadata.items():
        if isinstance(value, str):
            lines.append(f'#{key}: "{value}"')
        elif isinstance(value, dict):
            lines += [f"#{key}:", *(f'#  {name}: "{entry}"' for name, entry in value.items())]
        else:
            lines += [f"#{key}:", *(f'#  - "{entry}"' for entry in value)]
    lines.append("\t".join(_COLUMNS))
    for row in table.rows:
        cells = (getattr(row, column) for column in _COLUMNS)
        lines.append("\t".join(f"{cell:g}" if isinstance(cell, float) else cell for cell in cells))
    return "\n".join(lines) + "\n"
