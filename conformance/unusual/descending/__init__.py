"""A list that begins with the newest row, as lists made for people do."""

import hub.api as hub
from hub.api import Stage


class Descending(hub.Adapter[hub.AdapterConfig]):
    """Petitions, newest first: the newest time is seen on the first page and proves nothing until the last one."""

    manifest = hub.Manifest(
        name="descending", version="1.0.0", kind="petition", title="Newest first", title_zh="由新到旧的列表",
        department="XF", code_system="petition_class", channel="XF",
        capabilities=frozenset({hub.Capability.INCREMENTAL, hub.Capability.COUNTED}),
        envelope=hub.Envelope(ok="status", ok_values=(0,), items="data.items", total="data.total", message="info"),
        streams=(hub.Stream(request=hub.Request(
            path="/matters/query", method="POST", place="json",
            paging=hub.PageNumber(page="page", size="rows", rows=100), since=hub.Since(param="since", style="epoch_ms"),
        )),),
        stages={"A": Stage.RECEIVED, "B": Stage.HANDLING, "C": Stage.REPLIED},
    )  # fmt: skip

    def draft(self, item: hub.Item) -> hub.Draft:
        """One matter. ``mtime`` is in milliseconds since 1970, so that no zone can be misread."""
        who = item.get("petitioner") or {}
        return hub.Draft(
            key=item["uuid"], revision=item.get("mtime"), title=item.get("subject"), detail=item.get("text"),
            code=item.get("category"), opened=item.get("ctime"), status=item.get("phase"), region=item.get("area"),
            parties=[hub.DraftParty(name=who.get("n"), id_number=who.get("i"), phone=who.get("t"))] if who else [],
        )  # fmt: skip


ADAPTER = Descending
