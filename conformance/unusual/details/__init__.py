"""A court's hearings: the list tells little, and a call of its own tells the rest of each."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from urllib.parse import quote

import orjson

import hub.api as hub
from hub.api import Stage


class Details(hub.Adapter[hub.AdapterConfig]):
    """Hearings. One that is sealed answers 404, and the list is all there is of it; every other error rises."""

    manifest = hub.Manifest(
        name="details", version="1.0.0", kind="court", title="Hearings with details", title_zh="列表加详情",
        channel="FY", capabilities=frozenset({hub.Capability.INCREMENTAL}),
        envelope=hub.Envelope(ok="code", ok_values=(0,), items="data.hearings", single=True),
        streams=(hub.Stream(request=hub.Request(
            path="/hearings", paging=hub.PageNumber(page="page", size="size", rows=50),
            since=hub.Since(param="since"),
        )),),
        stages={"待派": Stage.FILED, "已派": Stage.HEARING, "办结": Stage.CLOSED},
    )  # fmt: skip

    def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
        """The list's pages, each row with its detail; of what was given no more is kept than how often."""
        given = Counter[int]()
        request = self.manifest.streams[0].request
        assert request is not None
        for page in source.read(request, since):
            rows = []
            for row in page.rows:
                mark = hash((row.get("no"), row.get("changed")))
                rows.append({**row, **self.detail(source, row, given[mark])})
                given[mark] += 1
            body = {"code": 0, "data": {"hearings": rows}}
            yield replace(page, content=orjson.dumps(body), body=body, rows=rows)

    def detail(self, source: hub.Source, row: hub.Item, copy: int) -> hub.Item:
        """What the list leaves out. Time and number make the call another one for a row that comes again."""
        if not row.get("no"):
            return {}
        try:
            path = f"/hearings/{quote(str(row['no']), safe='')}"
            told = source.get(path, changed=row.get("changed"), copy=copy or None)
        except hub.SourceReplyInvalid as error:
            if error.status != 404:
                raise
            return {}
        return told.rows[0]

    def draft(self, item: hub.Item) -> hub.Draft:
        """One hearing."""
        who = item.get("asks") or {}
        party = hub.DraftParty(name=who.get("name"), id_number=who.get("card"), phone=who.get("tel"))
        return hub.Draft(
            key=item["no"], revision=item.get("changed"), title=item.get("subject"), detail=item.get("story"),
            opened=item.get("filed"), status=item.get("state"), address=item.get("place"), amount=item.get("sum"),
            parties=[party] if who else [],
        )  # fmt: skip


ADAPTER = Details
