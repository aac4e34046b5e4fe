"""Sessions in which several decide about one matter: who sat in it in which part, and how they voted.

A session is an event. What it tells beside time and outcome stands in its ``extra``: under `SEATS` the bodies, under
`VOTES` how many voted how where only that is told. The words are the source's.
"""

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

SEATS: Final = "seats"
VOTES: Final = "votes"
AGREED: Final = "同意"


class Seat(NamedTuple):
    """A body in a session, never a person: its name, its part (主持, 参与, 监督, 当事机关) and its vote (同意, 不同意,
    弃权; empty: none)."""

    body: str
    part: str = ""
    vote: str = ""


def filled(told: Mapping[str, Any]) -> dict[str, Any]:
    """A seat or a count of votes as an adapter tells it, without the fields that say nothing."""
    return {name: value for name, value in told.items() if value not in (None, "", "\\N")}


def seats(extra: Mapping[str, str]) -> list[Seat]:
    """The bodies of a session, in the order told; empty for an event that is none, and where they are hidden."""
    told = _told(extra.get(SEATS))
    if not isinstance(told, list):
        return []
    rows = [each for each in told if isinstance(each, dict) and each.get("body")]
    return [Seat(*(str(each.get(name) or "") for name in Seat._fields)) for each in rows]


def votes(extra: Mapping[str, str]) -> dict[str, int]:
    """How many voted how: as told, else as the seats voted; a seat without a vote counts for nothing."""
    told = _told(extra.get(VOTES))
    if isinstance(told, dict):
        counts = {word: str(count).replace(",", "") for word, count in told.items()}
        return {word: int(count) for word, count in counts.items() if count.isdecimal()}
    return dict(Counter(each.vote for each in seats(extra) if each.vote))


def share(votes: Mapping[str, int]) -> float | None:
    """The share of those who voted that agreed, 0 to 1; None where nobody voted."""
    cast = sum(votes.values())
    return votes.get(AGREED, 0) / cast if cast else None


def _told(text: str | None) -> Any:
    """What a field of ``extra`` holds: nested values are kept as JSON. None for what is no JSON, as a hidden one."""
    try:
        return json.loads(text) if text else None
    except ValueError:
        return None
