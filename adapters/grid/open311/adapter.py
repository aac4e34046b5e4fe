"""Adapter for Open311 servers (GeoReport v2), in JSON or XML."""

from dataclasses import replace
from typing import Any, Literal

import hub.api as hub
from hub.api import Stage

ENVELOPES = {"json": hub.Envelope(), "xml": hub.Envelope(format="xml", items="requests.request")}
EXTRA = ("service_code", "agency_responsible", "service_notice", "address_id", "zipcode", "media_url")


class Open311Config(hub.AdapterConfig):
    """``format`` is the one asked for; ``timezone`` the zone of naive times, which GeoReport leaves open."""

    format: Literal["json", "xml"] = "json"
    timezone: str = "Asia/Shanghai"


def stream(form: Literal["json", "xml"]) -> hub.Stream:
    """The requests in one of the two formats. GeoReport tells no total: beyond the last page stands 404."""
    return hub.Stream(
        envelope=ENVELOPES[form],
        request=hub.Request(
            path=f"/requests.{form}",
            paging=hub.PageNumber(page="page", size="page_size", rows=100, not_found_ends=True),
            since=hub.Since(param="updated_after", style="%Y-%m-%dT%H:%M:%S%z"),
        ),
    )


class Open311(hub.Adapter[Open311Config]):
    """Service requests. Codes are each server's own numbers, so only names are matched across servers."""

    Config = Open311Config
    manifest = hub.Manifest(
        name="open311", version="1.0.0", kind="grid", title="Open311 (GeoReport v2)", title_zh="Open311 服务请求",
        code_system="open311", channel="WG", capabilities=frozenset({hub.Capability.INCREMENTAL}),
        envelope=ENVELOPES["json"], streams=(stream("json"),),
        stages={"open": Stage.RECEIVED, "Open": Stage.RECEIVED, "closed": Stage.CLOSED, "Closed": Stage.CLOSED},
    )  # fmt: skip

    def __init__(self, config: Open311Config) -> None:
        super().__init__(config)
        own = replace(
            type(self).manifest,
            timezone=config.timezone,
            envelope=ENVELOPES[config.format],
            streams=(stream(config.format),),
        )
        self.manifest = own  # format and zone are the instance's, everything else the class's

    def draft(self, item: hub.Item) -> hub.Draft:
        """One request; times stay as written, ``"null"`` and ``"true"`` included."""
        detail, notes, service = item.get("description") or "", item.get("status_notes"), item.get("service_name")
        return hub.Draft(
            key=item["service_request_id"], revision=item.get("updated_datetime"), detail=detail,
            title=title(detail, service), code=service, label=service,
            opened=item.get("requested_datetime"), due=item.get("expected_datetime"), status=item.get("status"),
            address=item.get("address"), lat=item.get("lat"), lng=item.get("long", item.get("lon")), datum="WGS-84",
            steps=[hub.DraftStep(action=str(item.get("status") or ""), note=notes)] if notes else [],
            extra={name: item.get(name) for name in EXTRA},
        )  # fmt: skip


def title(detail: str, service: Any) -> str | None:
    """The first line of a text that has more than one, else the service's name."""
    first, _, rest = detail.partition("\n")
    return first if first and rest else service


@hub.hookimpl
def hub_adapters() -> list[type[hub.Adapter[Any]]]:
    """The adapter of this package."""
    return [Open311]
