"""The SKOS export, read back by a small Turtle reader of its own."""

import dataclasses
import re

import pytest

from schemas.taxonomy import load
from schemas.taxonomy.skos import to_skos
from schemas.taxonomy.sssom import PREDICATES

TOKEN = re.compile(
    r"""(?P<text>"(?:[^"\\\n\r]|\\[tbnrf"'\\]|\\u[0-9A-Fa-f]{4})*")(?P<tag>@[a-z]+|\^\^xsd:date)?"""
    r"""|(?P<iri><[^<>"{}|^`\\\x00-\x20]*>)|(?P<name>[a-z]+:\w+|\ba\b|\btrue\b)|(?P<mark>[;,.])|(?P<gap>\s+)"""
)
Triple = tuple[str, str, str]


def _triples(turtle: str) -> set[Triple]:
    """The triples of a Turtle text of the kind we write; fails on anything it cannot read."""
    head, _, body = turtle.partition("\n\n")
    assert all(re.fullmatch(r"@(base|prefix \w+:) <\S+> \.", line) for line in head.splitlines())
    triples: set[Triple] = set()
    subject = predicate = ""
    at = 0
    while at < len(body):
        token = TOKEN.match(body, at)
        assert token, body[at : at + 80]
        at = token.end()
        if token["gap"]:
            continue
        if token["mark"] == ".":
            subject = predicate = ""
        elif token["mark"] == ";":
            predicate = ""
        elif token["mark"] == ",":
            assert predicate
        elif not subject:
            subject = token[0]
        elif not predicate:
            predicate = token[0]
        else:
            triples.add((subject, predicate, token[0]))
    assert not subject, "the last statement is not closed"
    return triples


TRIPLES = _triples(to_skos(load()))


def _of(predicate: str) -> list[Triple]:
    return [triple for triple in TRIPLES if triple[1] == predicate]


def test_every_category_item_and_department_item_is_a_concept() -> None:
    assert sum(triple[1:] == ("a", "skos:Concept") for triple in TRIPLES) == 21 + 84 + 290
    assert len(_of("skos:notation")) == 21 + 84 + 290
    assert len(_of("skos:topConceptOf")) == 21
    assert len(_of("skos:definition")) == 21 + 84
    assert ("<D0201>", "skos:notation", '"D0201"') in TRIPLES
    assert ("<>", "dcterms:issued", '"2026-01-01"^^xsd:date') in TRIPLES


def test_broader_and_narrower_mirror_each_other() -> None:
    assert len(_of("skos:broader")) == 84
    assert {(o, s) for s, _, o in _of("skos:broader")} == {(s, o) for s, _, o in _of("skos:narrower")}


def test_matches_mirror_each_other() -> None:
    inverse = dict(
        zip(PREDICATES, ("skos:exactMatch", "skos:narrowMatch", "skos:broadMatch", "skos:relatedMatch"), strict=True)
    )
    matches = {triple for predicate in PREDICATES for triple in _of(predicate)}
    assert len(matches) == 2 * 290
    assert {(o, inverse[p], s) for s, p, o in matches} == matches
    assert ("<department-item/ZFW-0101>", "skos:exactMatch", "<D0101>") in matches


def test_labels_stand_in_both_languages() -> None:
    for item in load().items.values():
        assert (f"<{item.code}>", "skos:prefLabel", f'"{item.label}"@zh') in TRIPLES
        assert (f"<{item.code}>", "skos:prefLabel", f'"{item.label_en}"@en') in TRIPLES
        for word in item.keywords:
            assert (f"<{item.code}>", "skos:hiddenLabel", f'"{word}"@zh') in TRIPLES


@pytest.mark.parametrize(
    ("label", "written"),
    [
        ('说"好"', r'"说\"好\""@zh'),
        ("反\\斜", r'"反\\斜"@zh'),
        ("两\n行\t格\r", r'"两\n行\t格\r"@zh'),
        ("响\x07铃", r'"响\u0007铃"@zh'),
        ("尾\\", '"尾\\\\"@zh'),
    ],
)
def test_signs_that_mean_something_in_turtle_are_escaped(label: str, written: str) -> None:
    taxonomy = load()
    odd = dataclasses.replace(taxonomy.items["D0201"], label=label)
    triples = _triples(to_skos(dataclasses.replace(taxonomy, items={**taxonomy.items, "D0201": odd})))
    assert ("<D0201>", "skos:prefLabel", written) in triples


def test_retired_items_are_deprecated_and_point_on() -> None:
    taxonomy = load()
    old = dataclasses.replace(taxonomy.items["D0204"], live=False, replaced_by="D0203")
    triples = _triples(to_skos(dataclasses.replace(taxonomy, items={**taxonomy.items, "D0204": old})))
    assert ("<D0204>", "owl:deprecated", "true") in triples
    assert ("<D0204>", "dcterms:isReplacedBy", "<D0203>") in triples


def test_codes_with_odd_signs_stay_one_address() -> None:
    taxonomy = load()
    source = next(iter(taxonomy.source_items.values()))
    odd = dataclasses.replace(source, code="甲/乙 <1>", matches=())
    triples = _triples(to_skos(dataclasses.replace(taxonomy, source_items={odd.code: odd})))
    assert ("<department-item/%E7%94%B2%2F%E4%B9%99%20%3C1%3E>", "skos:notation", '"甲/乙 <1>"') in triples
