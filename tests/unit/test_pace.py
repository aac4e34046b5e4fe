"""How long a matter takes is read from its own steps."""

from datetime import UTC, datetime
from typing import Any

import pytest

from hub.casework.pace import Pace, span


def at(day: int) -> datetime:
    return datetime(2026, 3, day, tzinfo=UTC)


def body(*steps: tuple[str, int], **ends: int) -> dict[str, Any]:
    told = [{"action": action, "at": f"2026-03-{day:02}T00:00:00Z"} for action, day in steps]
    return {"steps": told} | {name: f"2026-03-{day:02}T00:00:00Z" for name, day in ends.items()}


@pytest.mark.parametrize(
    ("told", "begin", "end", "found"),
    [
        (body(opened=1, closed=4), "opened", "closed", (at(1), at(4))),
        (body(("吹哨", 2), ("报到", 3), opened=1), "吹哨", "报到", (at(2), at(3))),
        (body(("吹哨", 2), ("吹哨", 5), ("报到", 6)), "吹哨", "报到", (at(2), at(6))),
        (body(("报到", 1), ("吹哨", 2), ("报到", 6)), "吹哨", "报到", (at(2), at(6))),
        (body(("报到", 1), ("吹哨", 2)), "吹哨", "报到", (at(2), None)),
        (body(("报到", 1)), "吹哨", "报到", (None, None)),
        ({"steps": [{"action": "吹哨"}]}, "吹哨", "closed", (None, None)),
    ],
)
def test_from_the_first_step_to_the_first_after_it(
    told: dict[str, Any], begin: str, end: str, found: tuple[datetime | None, datetime | None]
) -> None:
    assert span(told, begin, end) == found


def test_nothing_that_ended_has_no_mean() -> None:
    assert Pace(3, 0, 0).mean_days is None
    assert Pace(3, 2, 3 * 86_400).mean_days == 1.5
