"""A grid office that writes lines of JSON while its day lasts, and a marker beside the file when it is over."""

import hub.api as hub
from hub.api import Stage


class MarkedLines(hub.Adapter[hub.FolderConfig]):
    """Events of the day. Nothing announces how many: COUNTED is not claimed."""

    Config = hub.FolderConfig
    manifest = hub.Manifest(
        name="marked_lines", version="1.0.0", kind="grid", title="Day's events in lines", title_zh="网格日报文件",
        channel="WG",
        streams=(hub.Stream(request=hub.FileDrop(
            pattern="*.jsonl", encoding="utf-8", ready="marker", marker=".done",
        )),),
        stages={"new": Stage.RECEIVED, "busy": Stage.HANDLING, "over": Stage.CLOSED},
    )  # fmt: skip

    def draft(self, item: hub.Item) -> hub.Draft:
        """One event, told by whoever walked past."""
        teller = item.get("teller") or {}
        party = hub.DraftParty(name=teller.get("name"), id_number=teller.get("card"), phone=teller.get("phone"))
        return hub.Draft(
            key=item["id"], revision=item.get("at"), opened=item.get("seen"), title=item.get("what"),
            detail=item.get("more"), status=item.get("state"), address=item.get("where"),
            parties=[party] if teller else [],
        )  # fmt: skip


ADAPTER = MarkedLines
