"""Where a role stands, and what becomes of a word for one that nobody knows."""

from typing import Any

import pytest
from test_check_record import drafting, holds
from test_load_and_config import judged

import hub.api as hub
from conformance.outcome import NotApplicable, NotObserved

CODES = {"申请人": "1", "被申请人": "2", 1: "1", 2: "2"}


def in_role(role: Any) -> list[hub.DraftParty]:
    return [hub.DraftParty(name="林向晚", role=role)]


def by(default: Any) -> type[hub.Adapter[Any]]:
    """Roles in the hub's codes, and ``default`` for those that are not known."""
    return drafting(
        parties=lambda item, _: in_role(CODES.get(word := (item.get("party") or {}).get("role"), default(word)))
    )


def test_a_word_that_is_kept_is_told() -> None:
    holds("TX-21", by(lambda word: word))


def test_a_default_is_found_where_all_have_filed() -> None:
    """Another known role shows that the field decides; the word that is not known is the applicant."""

    class AllFiled(by(lambda word: "1")):  # type: ignore[misc]
        def items(self, page: hub.Page) -> Any:
            return [{**row, "party": {"role": "申请人"}} for row in page.rows]

    assert judged("TX-21", AllFiled).where == "field party.role"


def test_a_word_that_stands_elsewhere_is_told() -> None:
    holds(
        "TX-21",
        drafting(
            parties=lambda item, _: in_role(CODES.get((item.get("party") or {}).get("role"), "3")),
            extra=lambda item, _: {"standing": (item.get("party") or {}).get("role")},
        ),
    )


def test_a_row_may_be_refused_for_it() -> None:
    with pytest.raises(NotApplicable):
        holds("TX-21", drafting(parties=lambda item, _: in_role(CODES[item["party"]["role"]])))


def test_roles_may_be_numbers() -> None:
    """The number of the row in its page for one: what is no number is no role."""
    assert judged("TX-21", drafting(parties=lambda item, _: in_role("2" if item.get("row") == 1 else "1"))).where == (
        "field row"
    )
    holds("TX-21", drafting(parties=lambda item, _: in_role(str(item.get("row")))))


def test_parties_that_come_and_go_have_no_other_role() -> None:
    with pytest.raises(NotApplicable):
        holds("TX-21", drafting(parties=lambda item, _: in_role("1") if item.get("state") == "open" else []))


def test_where_no_item_comes_nothing_was_seen() -> None:
    with pytest.raises(NotObserved):
        holds("TX-21", type("NoItems", (drafting(),), {"items": lambda self, page: []}))
