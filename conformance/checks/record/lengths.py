"""RC-32 and RC-33: a long text comes through to its end, and a long list to its last element."""

import re
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Any

from conformance.check import Level, check
from conformance.harness import Harness
from conformance.leaves import Spot, leaves, other, time_style, told, with_leaf
from conformance.outcome import NotApplicable, Violation
from conformance.shaped import drafted, items, reserved
from hub.api import Adapter, Draft, DraftEntry

PROSE = 20
"""Signs from which on a text of the recording is no name, address or word of a list."""

LONG = f"\n{'续' * 5000}\n此致"
"""What follows the first line of a long text. No source's longest is much longer."""

MANY = 7
"""Elements of a long list: a joined suit has as many parties."""


@check(
    "RC-32",
    level=Level.READS,
    clause="A long text of several lines comes through to its end.",
    after=("RC-11",),
    why="The first lines say how it began. What is asked for stands at the end, and nothing shows that it is gone.",
    failing='detail=item["text"][:500]',
    passing='detail=item["text"]',
)
def texts_are_whole(h: Harness) -> None:
    """Add lines to each text that is long already, and look for all of it in the draft."""
    looked: set[str] = set()
    with items(h) as (adapter, found):
        for row in found:
            before = _said(drafted(adapter, row))
            for spot, value in leaves(row):
                if not _prose(value) or spot[0] in reserved(h) or told(spot) in looked or _bare(value) not in before:
                    continue
                looked.add(told(spot))
                if _bare(value + LONG) not in _said(drafted(adapter, with_leaf(row, spot, value + LONG))):
                    raise Violation(
                        expected=f"all {len(value + LONG)} signs of a text of several lines, in one field",
                        observed="less than that, or no draft",
                        likely="the text is cut to a length, or its first line is taken for all of it",
                        where=f"field {told(spot)}",
                    )
    if not looked:
        raise NotApplicable(f"no text of {PROSE} signs or more stands in a draft as it came")


@check(
    "RC-33",
    level=Level.READS,
    clause="Every element of a list comes through, however many there are and however alike.",
    after=("RC-11",),
    why="Parties beyond the third, or the second of one role, are people whom nobody summons.",
    failing='{side["role"]: party(side) for side in item["sides"]}.values()',
    passing='[party(side) for side in item["sides"]]',
)
def lists_are_whole(h: Harness) -> None:
    """Repeat the elements of each list, with other values but in the same role, and look for all of them."""
    looked = 0
    with items(h) as (adapter, found):
        for row in found:
            for spot, element in _lists(row):
                alike = _codes(adapter, row, spot, element)
                one = _said(drafted(adapter, with_leaf(row, spot, [_varied(element, 1, alike)])))
                shown = [at for at, value in leaves(_varied(element, 1, alike)) if at not in alike and _in(value, one)]
                if not shown:
                    continue
                looked += 1
                many = [_varied(element, number, alike) for number in range(1, MANY + 1)]
                said = _said(drafted(adapter, with_leaf(row, spot, many)))
                lost = sum(not all(_in(dict(leaves(each))[at], said) for at in shown) for each in many)
                if lost:
                    raise Violation(
                        expected=f"all {MANY} elements of a list in the draft",
                        observed=f"{MANY - lost}, or no draft",
                        likely="the list is cut, or put in order by a value that several elements share",
                        where=f"field {told((*spot, 0))}",
                    )
    if not looked:
        raise NotApplicable("no list of the recording comes through to a draft")


def _prose(value: Any) -> bool:
    """Whether a value is a text of sentences: case numbers in a row may be told apart, and names are short."""
    if not isinstance(value, str) or len(value) < PROSE or sum(map(str.isdecimal, value)) * 3 > len(value):
        return False
    return bool(re.search("[，。]|[a-z] [a-z]", value))


def _lists(value: Any, at: Spot = ()) -> Iterator[tuple[Spot, Any]]:
    """Every list that holds something, with its first element. What is in an element belongs to it."""
    if isinstance(value, list):
        if value:
            yield at, value[0]
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _lists(inner, (*at, name))


def _codes(adapter: Adapter[Any], row: Any, spot: Spot, element: Any) -> set[Spot]:
    """Where in an element its role and kind stand, which many elements have in common."""
    before = _roles(drafted(adapter, with_leaf(row, spot, [element])))
    single = with_leaf(row, spot, [element])
    return {
        at
        for at, value in leaves(element)
        for each in other(value)
        if _roles(drafted(adapter, with_leaf(single, (*spot, 0, *at), each))) != before
    }


def _roles(draft: Draft | DraftEntry | None) -> list[Any]:
    return [(party.role, party.kind) for party in getattr(draft, "parties", None) or ()]


def _varied(value: Any, number: int, alike: set[Spot], at: Spot = ()) -> Any:
    """A copy of an element that tells otherwise what need not be alike."""
    if isinstance(value, dict):
        return {name: _varied(inner, number, alike, (*at, name)) for name, inner in value.items()}
    if isinstance(value, list):
        return [_varied(inner, number, alike, (*at, place)) for place, inner in enumerate(value)]
    if at in alike or not other(value) or isinstance(value, bool):
        return value
    if not isinstance(value, str):
        return value + number
    if (style := time_style(value)) is not None:
        return style.write(datetime.strptime(value, style.style).replace(day=number))  # noqa: DTZ007 - its form only
    return f"{value[:-1]}{number}" if value[-1].isdecimal() else f"{value}{'甲乙丙丁戊己庚'[number - 1]}"


def _in(value: Any, said: str) -> bool:
    """Whether a value that is long enough to be known again stands in what a draft says."""
    text = _bare(str(value))
    return (len(text) >= 4 or not text.isascii()) and text in said


def _said(draft: Draft | DraftEntry | None) -> str:
    """The texts of a draft, without what parts words and lines: that may be written otherwise."""
    return "\0".join(_bare(str(value)) for _, value in leaves(asdict(draft))) if draft is not None else ""


def _bare(text: str) -> str:
    return "".join(text.split())
