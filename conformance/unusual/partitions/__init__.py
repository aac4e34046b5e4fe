"""Mediations that are listed by state only: one list after the other makes the read."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import hub.api as hub
from hub.api import Stage

MEDIATIONS = hub.Request(
    path="/mediations", paging=hub.PageNumber(page="page", size="size", rows=50), since=hub.Since(param="since")
)


class Partitions(hub.Adapter[hub.AdapterConfig]):
    """Each list announces its own rows, which says nothing of the whole read: COUNTED is not claimed."""

    manifest = hub.Manifest(
        name="partitions", version="1.0.0", kind="mediation", title="One list per state", title_zh="按状态分列",
        channel="TJ", capabilities=frozenset({hub.Capability.INCREMENTAL}),
        envelope=hub.Envelope(ok="code", ok_values=(0,), items="items"),
        streams=(hub.Stream(request=MEDIATIONS),),
        stages={"1": Stage.RECEIVED, "2": Stage.MEDIATING, "3": Stage.CLOSED},
    )  # fmt: skip

    def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
        """The list of each state, held against what it announces. Raises PagingLoop."""
        for state in self.manifest.stages:
            given, announced = 0, 0
            for page in source.read(replace(MEDIATIONS, params={"state": state}), since):
                yield page
                given, announced = given + len(page.rows), int(page.body["total"])
            if given < announced:
                raise hub.PagingLoop("a page in the place of another", adapter=self.manifest.name, path=MEDIATIONS.path)

    def draft(self, item: hub.Item) -> hub.Draft:
        """One mediation."""
        who = item.get("who") or {}
        party = hub.DraftParty(name=who.get("name"), id_number=who.get("card"), phone=who.get("tel"))
        return hub.Draft(
            key=item["id"], revision=item.get("changed"), title=item.get("about"), detail=item.get("story"),
            opened=item.get("taken"), status=item.get("state"), address=item.get("place"),
            parties=[party] if who else [],
        )  # fmt: skip


ADAPTER = Partitions
