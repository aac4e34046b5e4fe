"""Where people stand in a row, and what becomes of each of them."""

import base64
import hashlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from test_load_and_config import judged

import hub.api as hub
from conformance.canaries import Canaries
from conformance.check import CHECKS
from conformance.description import PersonSpec
from conformance.harness import Harness
from conformance.outcome import NotApplicable
from conformance.persons import Person, people_of
from conformance.reference import Reference
from conformance.subject import Subject
from conformance.unusual.no_increments import NoIncrements
from conformance.unusual.no_total import NoTotal

IDENTITY, PHONE = "990101198003072016", "13800001001"


def found(row: dict[str, Any], path: str = "") -> list[Person]:
    return list(people_of(row, PersonSpec(name=path)))


def test_a_path_of_the_wire_holds_for_each_place_of_its_kind() -> None:
    row = {"sides": [{"who": "林向晚", "id": IDENTITY}, {"who": "周庭芳", "id": None}]}
    assert found(row, "sides.0.who") == [
        Person(("林向晚", IDENTITY), ("sides", 0, "who"), identity=("sides", 0, "id")),
        Person(("周庭芳",), ("sides", 1, "who")),
    ]


def test_numbers_beside_a_name_are_those_whose_field_begins_like_it() -> None:
    row = {"contact": "林向晚", "contact_tel": PHONE, "other_tel": "13800001002", "state": "受理"}
    assert found(row) == [Person(("林向晚", PHONE), ("contact",), phone=("contact_tel",))]


def test_a_name_without_a_number_is_one_only_where_the_wire_says_so() -> None:
    assert found({"name": "漏水"}) == []
    assert found({"name": "漏水"}, "name") == [Person(("漏水",), ("name",))]
    assert found({"name": "林向晚", "id": IDENTITY}) == [Person(("林向晚", IDENTITY), ("name",), identity=("id",))]


def test_a_company_is_nobody() -> None:
    assert found({"name": "东关建设有限公司", "tel": PHONE}, "name") == []


def test_somebody_is_put_wherever_the_row_tells_of_them() -> None:
    canaries = Canaries.fresh()
    row = {"title": "林向晚借款", "party": {"name": "林向晚", "id": IDENTITY, "tel": PHONE}}
    put = canaries.put(row, "林向晚", IDENTITY, PHONE)
    assert put == {
        "title": f"{canaries.name}借款",
        "party": {"name": canaries.name, "id": canaries.identity, "tel": canaries.phone},
    }
    assert row["title"] == "林向晚借款"


def test_the_second_party_of_a_row_is_looked_for_as_well() -> None:
    class Against(NoIncrements):
        def draft(self, item: hub.Item) -> hub.Draft:
            draft = super().draft(item)
            return replace(draft, title=draft.parties[1].name if len(draft.parties) > 1 else draft.title, parties=[])

    assert judged("PV-10", Against).where == "column title"


@pytest.mark.parametrize("spoilt", ["missing", "null"])
def test_each_way_in_which_a_field_may_surprise_is_tried(spoilt: str) -> None:
    class Wonders(Reference):
        def draft(self, item: hub.Item) -> hub.Draft:
            state = item.get("state", "missing")
            told = {"missing": "missing", None: "null"}.get(state)
            if told == spoilt:
                logging.getLogger("lakeside").debug("%s", item.get("party"))
            return super().draft(item)

    violation = judged("PV-11", Wonders)
    assert violation.where == "log lines or output"
    assert violation.observed.endswith(" after state")


def test_a_remark_that_fails_tells_nothing() -> None:
    class Fails(Reference):
        def remarks(self, items: Sequence[hub.Item]) -> Sequence[str]:
            raise ValueError(str(items))

    CHECKS["PV-11"].run(Harness(Subject.of(Fails)))


def test_one_person_may_be_kept_back_and_not_all() -> None:
    class KeepsBack(Reference):
        def draft(self, item: hub.Item) -> hub.Draft:
            draft = super().draft(item)
            return replace(draft, parties=[]) if item.get("row") == 1 else draft

    CHECKS["PV-13"].run(Harness(Subject.of(KeepsBack)))

    class KeepsAll(Reference):
        def draft(self, item: hub.Item) -> hub.Draft:
            return replace(super().draft(item), parties=[])

    assert judged("PV-13", KeepsAll).where == "field party.name"


def test_without_a_secret_no_draft_can_hold_it() -> None:
    with pytest.raises(NotApplicable):
        CHECKS["PV-12"].run(Harness(Subject.of(NoTotal)))


@pytest.mark.parametrize("name", ["md5", "sha1", "sha256"])
@pytest.mark.parametrize(
    "shown",
    [
        lambda digest: digest.hex(),
        lambda digest: digest.hex().upper()[:16],
        lambda digest: f"id-{digest.hex()[8:24]}",
        lambda digest: base64.b64encode(digest).decode(),
        lambda digest: base64.urlsafe_b64encode(digest).decode().rstrip("="),
    ],
    ids=["hex", "its first half", "its middle", "base64", "in an address"],
)
@pytest.mark.parametrize("what", ["id_number", "phone", "name"])
def test_no_digest_of_anybody_is_handed_on(what: str, shown: Callable[[bytes], str], name: str) -> None:
    class Digests(Reference):
        def draft(self, item: hub.Item) -> hub.Draft:
            draft = super().draft(item)
            told = [str(getattr(each, what)) for each in draft.parties]
            return replace(draft, extra={"who": [shown(hashlib.new(name, each.encode()).digest()) for each in told]})

    assert judged("PV-14", Digests).where == "page 1 row 1"


@pytest.mark.parametrize(("what", "kind"), [("id_number", "identity"), ("phone", "phone"), ("name", "name")])
def test_nobody_is_the_number_of_a_matter(what: str, kind: str) -> None:
    class Names(Reference):
        def draft(self, item: hub.Item) -> hub.Draft:
            draft = super().draft(item)
            return replace(draft, references=[("person", str(getattr(each, what))) for each in draft.parties])

    found = judged("PV-14", Names)
    assert (found.where, found.observed) == ("page 1 row 1", f"the planted {kind}, a reference")


@pytest.mark.parametrize("id", ["PV-10", "PV-13"])
def test_where_nobody_has_a_name_there_is_nobody(id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    h = Harness(Subject.of(Reference))
    monkeypatch.setattr("conformance.checks.people.people_of", lambda row, spec: iter(()))
    with pytest.raises(NotApplicable):
        CHECKS[id].run(h)
