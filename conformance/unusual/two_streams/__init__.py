"""A docket with a letter box: cases as the reference tells them, and letters in a shape, order and paging of their own.

``GET /letters?p=&n=`` answers ``{"ok": true, "letters": […]}``, newest first, all of them whenever it is asked.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime

import hub.api as hub
from conformance.reference import Reference

LIST = hub.Request(path="/letters", paging=hub.PageNumber(page="p", size="n", rows=50))
LETTERS = hub.Stream(
    name="letters",
    request=LIST,
    envelope=hub.Envelope(ok="ok", ok_values=(True,), items="letters"),
)


class TwoStreams(Reference):
    """Letters announce no total, know no ``since`` and no tombstones: what the class claims holds for cases only."""

    manifest = replace(
        Reference.manifest, name="two_streams", title="Docket and letter box", title_zh="案件与来信",
        streams=(hub.Stream(name="cases"), LETTERS),
    )  # fmt: skip

    def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
        """Cases by token, letters by number."""
        if source.stream == "cases":
            yield from super().pages(source, since)
        else:
            yield from source.read(LIST, since)

    def draft_of(self, stream: str) -> Callable[[hub.Item], hub.Draft | hub.DraftEntry]:
        """A case, or a letter."""
        return self.letter if stream == "letters" else self.draft

    def letter(self, item: hub.Item) -> hub.Draft:
        """One letter. Its times are epoch seconds."""
        writer = item.get("writer") or {}
        return hub.Draft(
            key=item["letter_no"], revision=item.get("changed"), title=item.get("subject"), detail=item.get("text"),
            code=item.get("topic"), status=item.get("state"), opened=item.get("received"),
            address=item.get("town"), references=[("court_case", item["case_no"])] if item.get("case_no") else [],
            parties=[hub.DraftParty(name=writer.get("name"), id_number=writer.get("id"), phone=writer.get("phone"))]
            if writer else [],
        )  # fmt: skip


ADAPTER = TwoStreams
