"""Crosswalks as SSSOM tables: TSV below a commented YAML header (https://mapping-commons.github.io/sssom/).

Mind the direction. The predicate says what the *object*, our item, is to the subject, the source's item:

| the source's item is | predicate            |                                                 |
|----------------------|----------------------|-------------------------------------------------|
| the same             | ``skos:exactMatch``  | decides                                         |
| narrower than ours   | ``skos:broadMatch``  | decides: ours is the broader one                |
| broader than ours    | ``skos:narrowMatch`` | proposes: the text decides among the objects    |
| akin                 | ``skos:relatedMatch``| proposes                                        |
"""

import csv
import io
import re
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from textwrap import dedent

from schemas.taxonomy.problem import Problem, TaxonomyError
from schemas.taxonomy.tables import header_faults, read_text

EXACT, BROAD, NARROW, RELATED = "skos:exactMatch", "skos:broadMatch", "skos:narrowMatch", "skos:relatedMatch"
PREDICATES = (EXACT, BROAD, NARROW, RELATED)
DECIDING = frozenset({EXACT, BROAD})

Metadata = dict[str, str | dict[str, str] | list[str]]

_CURIE = re.compile(r"([A-Za-z_][\w.-]*):(\S(?:.*\S)?)")
_FIELDS = {  # column: field
    "subject_id": "subject_id",
    "subject_label": "subject_label",
    "subject_category": "subject_category",
    "predicate_id": "predicate",
    "object_id": "object_id",
    "object_label": "object_label",
    "mapping_justification": "justification",
    "confidence": "confidence",
    "comment": "comment",
}
_REQUIRED = ("subject_id", "predicate_id", "object_id", "mapping_justification")
_REQUIRED_METADATA = ("mapping_set_id", "mapping_set_version", "license", "curie_map")


@dataclass(frozen=True, slots=True)
class Mapping:
    """One row. Subject and object are CURIEs (``dept:ZFW-0101``, ``yiwang:D0101``); confidence is 0 to 1.

    ``line`` is the row's line in its file; it does not count when rows are compared.
    """

    subject_id: str
    predicate: str
    object_id: str
    justification: str
    subject_label: str = ""
    subject_category: str = ""
    object_label: str = ""
    confidence: float = 1.0
    comment: str = ""
    line: int = field(default=0, compare=False)

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
        return self.predicate in DECIDING


@dataclass(frozen=True, slots=True)
class MappingSet:
    """A whole table: the file it came from, its metadata, its rows in file order."""

    name: str
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
    """Read an SSSOM table from a path, or from lines of text, which ``name`` then names in problems.

    Raises `TaxonomyError` with every broken row: unknown predicate, confidence outside 0..1, identifier that is no
    CURIE of the ``curie_map``, pair that stands twice, subject with two deciding rows, missing column or metadata.
    """
    problems: list[Problem] = []
    table = check_sssom(source, problems, name=name)
    if table is None or problems:
        raise TaxonomyError(problems)
    return table


def check_sssom(source: Path | str | Iterable[str], problems: list[Problem], *, name: str = "") -> MappingSet | None:
    """Read as `read_sssom` does, adding faults to ``problems``. None when the file cannot be read."""
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
    return MappingSet(name, metadata, _read_rows(lines[comments:], comments, name, metadata, problems))


def _read_metadata(lines: list[str], name: str, problems: list[Problem]) -> Metadata:
    """Read the part of YAML that such headers use: ``key: value``, and under a key ``name: value`` or ``- value``."""
    metadata: Metadata = {}
    block = ""
    for number, line in enumerate(dedent("\n".join(line[1:] for line in lines)).splitlines(), 1):
        key, colon, value = (part.strip() for part in line.partition(":"))
        if not line.strip():
            continue
        if block and line.lstrip().startswith("- "):
            entries = metadata[block]
            metadata[block] = [*(entries if isinstance(entries, list) else ()), _plain(line.lstrip()[2:])]
        elif not colon or (line[0].isspace() and not block):
            problems.append(Problem(name, number, "", "header line is not 'key: value'"))
        elif line[0].isspace():
            entries = metadata[block]
            metadata[block] = (entries if isinstance(entries, dict) else {}) | {key: _plain(value)}
        else:
            block = "" if value else key
            metadata[key] = _plain(value)
    problems += [
        Problem(name, 0, wanted, "missing in the commented header")
        for wanted in _REQUIRED_METADATA
        if not metadata.get(wanted)
    ]
    return metadata


def _plain(value: str) -> str:
    """The text of a YAML scalar: quoted or bare."""
    value = value.strip()
    for quote, escaped in (('"', '\\"'), ("'", "''")):
        if len(value) > 1 and value[0] == value[-1] == quote:
            return value[1:-1].replace(escaped, quote)
    return value


def _read_rows(
    lines: list[str], offset: int, name: str, metadata: Metadata, problems: list[Problem]
) -> tuple[Mapping, ...]:
    reader = csv.reader(io.StringIO("\n".join(lines), newline=""), delimiter="\t", quoting=csv.QUOTE_NONE)
    header = [cell.strip() for cell in next(reader, [])]
    if faults := header_faults(name, offset + 1, header, _REQUIRED):
        problems += faults
        return ()
    curie_map = metadata.get("curie_map")
    prefixes = curie_map if isinstance(curie_map, dict) else {}
    rows: list[Mapping] = []
    pairs: dict[tuple[str, str], int] = {}
    decided: dict[str, int] = {}
    for cells in reader:
        line = offset + reader.line_num
        if not any(cells):
            continue
        row = dict.fromkeys(header, "") | dict(zip(header, map(str.strip, cells), strict=False))
        faults = [Problem(name, line, column, reason) for column, reason in _faults(row, prefixes)]
        if len(cells) > len(header):  # trailing empty cells may be left out, further ones have no column
            faults.append(Problem(name, line, "", f"{len(cells)} cells where the header has {len(header)}"))
        if (first := pairs.setdefault((row["subject_id"], row["object_id"]), line)) != line:
            faults.append(Problem(name, line, "subject_id", f"same subject and object as row {first}"))
        if row["predicate_id"] in DECIDING and (first := decided.setdefault(row["subject_id"], line)) != line:
            faults.append(Problem(name, line, "predicate_id", f"row {first} already decides this subject"))
        problems += faults
        if not faults:
            texts = {_FIELDS[column]: cell for column, cell in row.items() if cell and column in _FIELDS}
            texts.pop("confidence", None)
            rows.append(Mapping(**texts, confidence=float(row.get("confidence") or 1), line=line))
    if not pairs:
        problems.append(Problem(name, 0, "", "no rows"))
    return tuple(rows)


def _faults(row: dict[str, str], prefixes: Container[str]) -> Iterator[tuple[str, str]]:
    """Yield column and reason of each fault within one row."""
    for column in ("subject_id", "object_id", "mapping_justification"):
        curie = _CURIE.fullmatch(row[column])
        if not curie:
            yield column, f"{row[column]!r} is not prefix:code"
        elif curie[1] not in prefixes:
            yield column, f"prefix {curie[1]!r} is not in the curie_map"
    predicate = row["predicate_id"]
    if predicate not in PREDICATES:
        near = get_close_matches(predicate, PREDICATES, n=1)
        yield "predicate_id", f"unknown predicate {predicate!r}" + (f"; is {near[0]} meant?" if near else "")
    confidence = row.get("confidence") or "1"
    try:
        sound = 0 <= float(confidence) <= 1
    except ValueError:
        sound = False
    if not sound:
        yield "confidence", f"{confidence!r} is not a number from 0 to 1"


def write_sssom(table: MappingSet) -> str:
    """Return the text of a table, columns in the order of the standard; `read_sssom` reads it back equal."""
    lines = []
    for key, value in table.metadata.items():
        if isinstance(value, str):
            lines.append(f"#{key}: {_quoted(value)}")
        elif isinstance(value, dict):
            lines += [f"#{key}:", *(f"#  {name}: {_quoted(entry)}" for name, entry in value.items())]
        else:
            lines += [f"#{key}:", *(f"#  - {_quoted(entry)}" for entry in value)]
    lines.append("\t".join(_FIELDS))
    for row in table.rows:
        cells = (getattr(row, name) for name in _FIELDS.values())
        lines.append("\t".join(f"{cell:g}" if isinstance(cell, float) else cell for cell in cells))
    return "\n".join(lines) + "\n"


def _quoted(value: str) -> str:
    return '"' + value.replace('"', '\\"') + '"'


def dangling(table: MappingSet, items: Container[str]) -> list[Problem]:
    """Rows whose object is none of ``items``, as problems: what a crosswalk's owner must mend after a new edition."""
    return [
        Problem(table.name, row.line, "object_id", f"no item {row.object_code!r} in this taxonomy")
        for row in table.rows
        if row.object_code not in items
    ]
