"""Those who watch (inspection, discipline, procuratorate) see red: word to them of each task whose lamp turned red."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from hub.casework import notices
from hub.casework.desk import Desk
from hub.clock import utc_text
from hub.store.lamps import Turned
from schemas.delivery import Notice

WATCHERS: Final = "watchers"
"""The name in ``[case.notice] accounts`` that stands for those who watch."""

LISTED: Final = 20
"""Tasks a notice names; of more it tells the number."""


def tell_watchers(connection: Connection, desk: Desk, turned: Sequence[Turned], now: datetime) -> int:
    """Hold one notice of these tasks for each account of the watchers; answers how many accounts. None where the
    settings name nobody. In the transaction in which the lamps turned, so that each is told once; one that turns red
    again, after its term was extended or its clock stood, is told again.
    """
    reach = desk.receivers.notice(WATCHERS)
    if reach is None or not turned:
        return 0
    lines = [f"任务 {each.home}-{each.id}，案件 {each.code}" for each in turned[:LISTED]]
    if (more := len(turned) - LISTED) > 0:
        lines.append(f"另有 {more} 件")
    first = turned[0]
    said = Notice(case=first.code, at=now, title=f"红灯：{len(turned)} 件任务逾期", text="\n".join(lines))
    return notices.hold(
        connection,
        desk.store,
        home=first.home,
        cause=f"red {utc_text(now)} {first.home}-{first.id} and {len(turned) - 1} more",
        reach=reach,
        notice=said,
        window_s=desk.settings.case.notice.window_s,
        now=now,
    )
