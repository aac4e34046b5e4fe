"""Adapter for the docket of the (invented) Lakeside District Court: JSON over GET, a bearer token, a page token.

``GET /cases?since=&page=&size=`` answers ``{"code": 0, "rows": […], "total": 8, "next": "…" | null, "as_of": "…"}``:
``since`` is inclusive, ``next`` goes back as ``page`` and is null on the last page, times are naive in Beijing's zone.
"""

from collections.abc import Iterator
from datetime import datetime

from pydantic import Field, SecretStr

import hub.api as hub
from hub.api import Capability, Stage


class ReferenceConfig(hub.AdapterConfig):
    """``token`` is issued by the court for one year; ``page_size`` in rows, the docket refuses more than 200."""

    token: SecretStr
    page_size: int = Field(default=100, ge=1, le=200)


class Reference(hub.Adapter[ReferenceConfig]):
    """Cases of the docket, in no promised order. One withdrawn before its hearing comes once more, as ``void``."""

    Config = ReferenceConfig
    manifest = hub.Manifest(
        name="reference", version="1.0.0", kind="court", title="Reference docket", title_zh="参考适配器",
        timezone="Asia/Shanghai", code_system="lakeside_cause", channel="FY",
        capabilities=frozenset({Capability.INCREMENTAL, Capability.COUNTED, Capability.DELETIONS}),
        envelope=hub.Envelope(
            ok="code", ok_values=(0,), items="rows", total="total", message="message", clock="as_of",
        ),
        stages={
            "open": Stage.FILED, "heard": Stage.HEARING, "settled": Stage.SETTLED, "closed": Stage.CLOSED,
            "void": Stage.WITHDRAWN,
        },
    )  # fmt: skip

    def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
        """One page after the other until no token leads on. A token that leads back is caught by the hub."""
        zone = self.manifest.zone  # the docket reads times as it writes them
        start = since.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S") if since else None
        token = None
        while True:
            page = source.get("/cases", since=start, page=token, size=self.config.page_size)
            yield page
            if not (token := page.body.get("next")):
                return

    def draft(self, item: hub.Item) -> hub.Draft:
        """One case. Times, codes and the amount stay as the docket writes them."""
        place = item.get("place") or {}
        return hub.Draft(
            key=item["case_no"], revision=item.get("updated"), deleted=item.get("state") == "void",
            title=item.get("title"), detail=item.get("detail"),
            code=item.get("cause_code"), label=item.get("cause"), status=item.get("state"),
            opened=item.get("filed"), amount=item.get("amount"),
            region=place.get("code"), address=place.get("address"),
            parties=[party(item["party"])] if item.get("party") else [],
            references=[("court_case", number) for number in item.get("related") or ()],
        )  # fmt: skip


def party(row: hub.Item) -> hub.DraftParty:
    """The party that filed, or the one sued: ``role`` says which."""
    return hub.DraftParty(
        name=row.get("name"), role=row.get("role") or "1", id_number=row.get("id"), phone=row.get("phone")
    )


@hub.hookimpl
def hub_adapters() -> list[type[hub.Adapter[ReferenceConfig]]]:
    """The adapter of this package."""
    return [Reference]
