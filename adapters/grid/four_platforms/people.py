"""The people of an event: those met there, the grid worker who reported it, and the team that works on it.

Who works there is told by number and body, never by name.
"""

from collections.abc import Iterable, Iterator

import hub.api as hub
from adapters.grid.four_platforms.answering import ARRIVED, REPORTED, WHISTLE

NOTHING = (None, "", "\\N")


def person(row: hub.Item) -> hub.DraftParty:
    """Someone met at the event. The grid does not take sides: 当事人 may be either one."""
    return hub.DraftParty(
        name=row.get("name"), id_number=row.get("idcard"), phone=row.get("mobile"), person_class=row.get("type"),
    )  # fmt: skip


def handling(item: hub.Item, grid: str) -> Iterator[hub.DraftStep]:
    """The report by the grid worker (网格员), who is told by number; the call for help (社区吹哨); the department that
    came (部门报到). What is not told gives no step."""
    if (worker := item.get("gridWorker")) not in NOTHING:
        yield hub.DraftStep(at=item.get("createtime"), action=REPORTED, body=grid, note=worker)
    if (called := item.get("whistleTime")) not in NOTHING:
        yield hub.DraftStep(at=called, action=WHISTLE, body=grid)
    if (came := item.get("arriveTime")) not in NOTHING:
        yield hub.DraftStep(at=came, action=ARRIVED, body=item.get("arriveOrg") or "")


def team(rows: Iterable[hub.Item]) -> Iterator[hub.DraftStep]:
    """Who works on the event together (网格 1+1+N: 网格员, 干部, 部门), each with role, body and number."""
    for row in rows:
        yield hub.DraftStep(
            at=row.get("joinTime"), action=row.get("role") or "", body=row.get("orgname") or "",
            note=row.get("code") or "",
        )  # fmt: skip
