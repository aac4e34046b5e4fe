"""JSON over GET. Times in three ways: in UTC, day first, and plain; all sides of a matter in one list."""

from datetime import datetime

import hub.api as hub
from hub.api import Stage

ROLES = {"来访人": "1", "对方": "2"}


class OwnTimes(hub.Adapter[hub.AdapterConfig]):
    """Visits to a reception hall, JSON over GET. The clerks' tablets write UTC, terms are another program's."""

    manifest = hub.Manifest(
        name="own_times", version="1.0.0", kind="petition", title="Times of several programs", title_zh="多种时间写法",
        channel="XF", capabilities=frozenset({hub.Capability.INCREMENTAL, hub.Capability.COUNTED}),
        envelope=hub.Envelope(ok="code", ok_values=(0,), items="visits", total="count"),
        streams=(hub.Stream(request=hub.Request(
            path="/visits", paging=hub.PageNumber(page="page", size="size", rows=100), since=hub.Since(param="since"),
        )),),
        stages={"登记": Stage.RECEIVED, "办理": Stage.HANDLING, "办结": Stage.CLOSED},
    )  # fmt: skip

    def draft(self, item: hub.Item) -> hub.Draft:
        """One visit."""
        return hub.Draft(
            key=item["visit"], revision=item.get("changed"), opened=item.get("came"), due=self.term(item.get("term")),
            title=item.get("about"), detail=item.get("said"), status=item.get("state"), amount=item.get("sum"),
            parties=[side(each) for each in item.get("sides") or ()],
        )  # fmt: skip

    def term(self, told: str | None) -> datetime | str | None:
        """Day, month, year; what is no such time stays as it is."""
        try:
            return datetime.strptime(told or "", "%d/%m/%Y %H:%M").replace(tzinfo=self.manifest.zone)
        except ValueError:
            return told


def side(row: hub.Item) -> hub.DraftParty:
    """One of those who quarrel."""
    role = ROLES.get(row.get("role") or "", row.get("role"))
    return hub.DraftParty(name=row.get("name"), role=role or "1", id_number=row.get("card"), phone=row.get("phone"))


ADAPTER = OwnTimes
