"""The taxonomy as SKOS (https://www.w3.org/TR/skos-reference/), in Turtle, so that others' tools can read it."""

from collections.abc import Iterable, Iterator
from urllib.parse import quote

from schemas.taxonomy.model import Category, Item, SourceItem, Taxonomy
from schemas.taxonomy.sssom import BROAD, EXACT, NARROW, RELATED

INVERSE = {EXACT: EXACT, BROAD: NARROW, NARROW: BROAD, RELATED: RELATED}
"""A crosswalk speaks of the source's item; seen from ours, broader and narrower change places."""

_ESCAPES = {ord("\\"): "\\\\", ord('"'): '\\"', ord("\n"): "\\n", ord("\r"): "\\r", ord("\t"): "\\t"}
_ESCAPES |= {code: f"\\u{code:04X}" for code in (*range(0x20), 0x7F) if code not in _ESCAPES}


def to_skos(taxonomy: Taxonomy) -> str:
    """Return Turtle: the scheme with its categories and items, and one of the departments' items matched to them.

    Retired codes stay, ``owl:deprecated``, with ``dcterms:isReplacedBy``. Keywords are hidden labels, for search only.
    """
    blocks = [
        f"@base <{taxonomy.base}> .",
        "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .",
        "@prefix dcterms: <http://purl.org/dc/terms/> .",
        "@prefix owl: <http://www.w3.org/2002/07/owl#> .",
        "@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .",
        "",
        _block("<>", _scheme(taxonomy)),
    ]
    blocks += [_block(_concept(row.code), _category(row, taxonomy)) for row in taxonomy.categories.values()]
    blocks += [_block(_concept(row.code), _item(row, taxonomy)) for row in taxonomy.items.values()]
    blocks.append(_block("<department-items>", ["a skos:ConceptScheme", f"skos:prefLabel {_text('部门事项', 'zh')}"]))
    blocks += [
        _block(_department_item(row.code), _source_item(row, taxonomy)) for row in taxonomy.source_items.values()
    ]
    return "\n".join(blocks) + "\n"


def _block(subject: str, statements: Iterable[str]) -> str:
    return f"{subject}\n    " + " ;\n    ".join(statements) + " .\n"


def _concept(code: str) -> str:
    return f"<{quote(code, safe='')}>"


def _department_item(code: str) -> str:
    return f"<department-item/{quote(code, safe='')}>"


def _text(value: str, language: str = "") -> str:
    return f'"{value.translate(_ESCAPES)}"' + (f"@{language}" if language else "")


def _scheme(taxonomy: Taxonomy) -> Iterator[str]:
    yield "a skos:ConceptScheme"
    yield f"skos:prefLabel {_text(taxonomy.name, 'en')} , {_text(taxonomy.name_zh, 'zh')}"
    yield f"owl:versionInfo {_text(taxonomy.version)}"
    yield f"dcterms:issued {_text(taxonomy.edition.isoformat())}^^xsd:date"
    tops = " , ".join(_concept(row.code) for row in taxonomy.categories.values() if row.live)
    yield f"skos:hasTopConcept {tops}"


def _concept_statements(row: Category | Item) -> Iterator[str]:
    yield "a skos:Concept"
    yield "skos:inScheme <>"
    yield f"skos:notation {_text(row.code)}"
    yield f"skos:prefLabel {_text(row.label, 'zh')} , {_text(row.label_en, 'en')}"
    yield f"skos:definition {_text(row.definition, 'zh')}"
    if not row.live:
        yield "owl:deprecated true"
        yield f"dcterms:isReplacedBy {_concept(row.replaced_by)}"


def _category(row: Category, taxonomy: Taxonomy) -> Iterator[str]:
    yield from _concept_statements(row)
    if row.live:
        yield "skos:topConceptOf <>"
    if narrower := [_concept(item.code) for item in taxonomy.items.values() if item.category == row.code]:
        yield f"skos:narrower {' , '.join(narrower)}"


def _item(row: Item, taxonomy: Taxonomy) -> Iterator[str]:
    yield from _concept_statements(row)
    yield f"skos:broader {_concept(row.category)}"
    if row.keywords:
        yield f"skos:hiddenLabel {' , '.join(_text(word, 'zh') for word in row.keywords)}"
    for source in taxonomy.source_items.values():
        for match in source.matches:
            if match.object_code == row.code:
                yield f"{INVERSE[match.predicate]} {_department_item(source.code)}"


def _source_item(row: SourceItem, taxonomy: Taxonomy) -> Iterator[str]:
    department = taxonomy.departments[row.department]
    yield "a skos:Concept"
    yield "skos:inScheme <department-items>"
    yield f"skos:notation {_text(row.code)}"
    yield f"skos:prefLabel {_text(row.label, 'zh')}" + (f" , {_text(row.label_en, 'en')}" if row.label_en else "")
    yield f"skos:scopeNote {_text(f'{department.label} {row.category_label}', 'zh')}"
    for match in row.matches:
        yield f"{match.predicate} {_concept(match.object_code)}"
