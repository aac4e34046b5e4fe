"""Put an edition of the taxonomy in place of the current one: what ``hub taxonomy import DIR`` does.

An owner of the official list gives a folder of this layout, as many of its files as change; the others are taken
over. Codes are never reused and never vanish: a code of the current edition that the new tables leave out is kept as
retired and points on, by ``retired.csv`` (columns ``code,replaced_by``) or by a retired row of its own; a code whose
label changes is confirmed by a row of ``retired.csv`` that names it as its own successor.
"""

import csv
import io
import shutil
import tomllib
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from tempfile import TemporaryDirectory

from schemas.taxonomy.loader import DECLARATION, FILES, TABLES, load
from schemas.taxonomy.model import Category, Item, Taxonomy
from schemas.taxonomy.problem import Problem, TaxonomyError
from schemas.taxonomy.tables import Row, read_table

RETIRED = "retired.csv"
CODED = ("categories.csv", "items.csv")


def check_folder(folder: Path, current: Taxonomy) -> list[Problem]:
    """Return what stands against installing ``folder`` in place of ``current``; an empty list when nothing does."""
    with TemporaryDirectory() as staging:
        return _stage(folder, Path(staging), current)


def install(folder: Path, target: Path, current: Taxonomy) -> Taxonomy:
    """Write ``folder``, completed from ``current``, to ``target`` and return it loaded; an older one is replaced.

    ``target`` changes by renaming whole folders: no reader finds half of each edition. Raises `TaxonomyError` with
    every problem, and then changes nothing; OSError when ``target`` cannot be written.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=target.parent, prefix=f".{target.name}-") as workshop:
        staging, former = Path(workshop, "new"), Path(workshop, "former")
        staging.mkdir()
        if problems := _stage(folder, staging, current):
            raise TaxonomyError(problems)
        if target.exists():
            target.rename(former)
        try:
            staging.rename(target)
        except OSError:
            if former.exists():
                former.rename(target)
            raise
    return load(target)


def _stage(folder: Path, staging: Path, current: Taxonomy) -> list[Problem]:
    """Complete ``folder`` in ``staging``; return everything that is wrong with the result."""
    if not folder.is_dir():
        return [Problem(folder.name, 0, "", "is no folder")]
    problems = list(_stray_files(folder))
    given = {name for name in FILES if (folder / name).exists()}
    if not given:
        return [*problems, Problem(folder.name, 0, "", "holds no file of a taxonomy")]
    for name in FILES:
        source = (folder if name in given else current.folder) / name
        if source.exists():  # the classifier's keywords may be missing
            shutil.copyfile(source, staging / name)
    problems += _version_faults(folder, current)
    retired: list[Row] = []
    if (folder / RETIRED).exists():
        retired = read_table(folder / RETIRED, ("code", "replaced_by"), problems)
    for name in CODED:
        problems += _keep_retired(staging / name, retired, current.categories if name == CODED[0] else current.items)
    known = current.categories.keys() | current.items.keys()
    problems += [
        row.fault("code", f"{row['code']!r} is no current code") for row in retired if row["code"] not in known
    ]
    try:
        load(staging)
    except TaxonomyError as error:
        problems += [problem for problem in error.problems if problem not in problems]
    return problems


def _stray_files(folder: Path) -> Iterator[Problem]:
    """Tables that no one would read, such as a misspelt name."""
    for path in sorted(folder.iterdir()):
        if path.suffix in (".csv", ".tsv", ".toml") and path.name not in (*FILES, RETIRED):
            near = get_close_matches(path.name, FILES, n=1)
            yield Problem(path.name, 0, "", "no file of a taxonomy" + (f"; is {near[0]} meant?" if near else ""))


def _version_faults(folder: Path, current: Taxonomy) -> list[Problem]:
    """A record names the version that mapped it: two editions under one name would make that a lie."""
    try:
        version = tomllib.loads((folder / DECLARATION).read_text(encoding="utf-8-sig")).get("version")
    except FileNotFoundError:
        return [Problem(DECLARATION, 0, "version", "missing: the new edition needs a declaration with its own version")]
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        return []  # the loader names it
    if version == current.version:
        return [Problem(DECLARATION, 0, "version", f"{version} is the current one; the new edition needs its own")]
    return []


def _keep_retired(
    table: Path, retired: list[Row], current: Mapping[str, Category] | Mapping[str, Item]
) -> list[Problem]:
    """Add the codes that the new table leaves out as retired rows; return what is said of codes too little or twice."""
    rows = read_table(table, TABLES[table.name], [])  # the loader names what is wrong with the table itself
    if not rows:
        return []
    onward = {row["code"]: row["replaced_by"] for row in retired}
    new = {row["code"]: row for row in rows}
    problems = []
    kept = []
    for code, old in current.items():
        row, successor = new.get(code), onward.get(code, old.replaced_by)
        if row is None and successor not in ("", code):
            kept.append(_retired_row(old, successor))
        elif row is None:
            reason = f"{code} {old.label} is left out: name its successor in {RETIRED}"
            problems.append(Problem(table.name, 0, "code", reason))
        elif row["status"] == "current" and onward.get(code, code) != code:
            problems.append(row.fault("code", f"{code} is current here and retired in {RETIRED}"))
        elif row["status"] == "current" and row["label_zh"] != old.label and code not in onward:
            reason = (
                f"{code} was {old.label}; codes are not reused: confirm the new label by {code},{code} in {RETIRED}"
            )
            problems.append(row.fault("label_zh", reason))
    if kept:
        text = io.StringIO()
        writer = csv.DictWriter(text, rows[0].cells, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows([row.cells for row in rows] + kept)
        table.write_text(text.getvalue(), encoding="utf-8")
    return problems


def _retired_row(old: Category | Item, successor: str) -> dict[str, str]:
    cells = {
        "code": old.code,
        "label_zh": old.label,
        "label_en": old.label_en,
        "definition_zh": old.definition,
        "status": "retired",
        "replaced_by": successor,
    }
    if isinstance(old, Category):
        return cells | {"basis": old.basis}
    return cells | {"category_code": old.category, "typical_keywords_zh": ";".join(old.keywords)}
