"""A hotline that tells no total: its list ends at the first empty page."""

import hub.api as hub
from hub.api import Stage


class NoTotal(hub.Adapter[hub.AdapterConfig]):
    """Calls for help. A source that announces nothing can be short without anyone noticing; COUNTED is not claimed."""

    manifest = hub.Manifest(
        name="no_total", version="1.0.0", kind="petition", title="Hotline without a total", title_zh="不报总数的热线",
        department="XF", code_system="petition_class", channel="RX",
        capabilities=frozenset({hub.Capability.INCREMENTAL}),
        envelope=hub.Envelope(
            ok="code", ok_values=("00",), throttled=("29",), items="result", message="desc",
        ),
        streams=(hub.Stream(request=hub.Request(
            path="/calls", paging=hub.PageNumber(page="p", size="n", rows=50, first=0),
            since=hub.Since(param="changedFrom", style="%Y/%m/%d %H:%M:%S"),
        )),),
        stages={"待派": Stage.RECEIVED, "已派": Stage.DISPATCHED, "办结": Stage.CLOSED},
    )  # fmt: skip

    def draft(self, item: hub.Item) -> hub.Draft:
        """One call; a caller may stay unnamed."""
        caller = hub.DraftParty(name=item.get("caller"), id_number=item.get("cardNo"), phone=item.get("tel"))
        return hub.Draft(
            key=item["callNo"], revision=item.get("changed"), title=item.get("topic"), detail=item.get("said"),
            code=item.get("class"), opened=item.get("called"), status=item.get("state"), address=item.get("at"),
            parties=[caller] if item.get("caller") else [],
        )  # fmt: skip


ADAPTER = NoTotal
