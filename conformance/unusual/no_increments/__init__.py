"""A register without update times: every read is a whole one, and content alone tells what is new."""

import hub.api as hub
from hub.api import Stage


class NoIncrements(hub.Adapter[hub.AdapterConfig]):
    """Cases of a village committee. No revision orders its rows, so the last content seen is the one that counts."""

    manifest = hub.Manifest(
        name="no_increments", version="1.0.0", kind="mediation", title="Register read whole", title_zh="每次全读的台账",
        channel="TJ", capabilities=frozenset({hub.Capability.COUNTED}),
        envelope=hub.Envelope(ok="success", ok_values=(True,), items="page.list", total="page.count"),
        streams=(hub.Stream(request=hub.Request(
            path="/register/list", paging=hub.PageNumber(page="pageNo", size="limit", rows=100),
        )),),
        stages={"调解中": Stage.MEDIATING, "成功": Stage.SETTLED, "不成": Stage.UNSETTLED},
    )  # fmt: skip

    def draft(self, item: hub.Item) -> hub.Draft:
        """One case; both sides stand in a list."""
        return hub.Draft(
            key=str(item["seq"]), title=item.get("name"), detail=item.get("story"), opened=item.get("day"),
            status=item.get("result"), address=item.get("village"), amount=item.get("money"),
            parties=[
                hub.DraftParty(name=each.get("name"), role=each.get("side") or "1", id_number=each.get("card"))
                for each in item.get("people") or ()
            ],
        )  # fmt: skip


ADAPTER = NoIncrements
