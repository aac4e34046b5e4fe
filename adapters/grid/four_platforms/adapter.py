"""Adapter for grid events (基层治理四平台): forms, a token header, an envelope in an envelope, and the way back."""

import hub.api as hub
from adapters.grid.four_platforms.answering import DELIVERING, DONE, RESULTS, STAGES, deliver
from adapters.grid.four_platforms.people import handling, person, team
from adapters.numbers import references

EXTRA = ("typename", "eventLevel", "componentId", "source", "orgcode", "gridWorker", "result")
"""Among them ``orgcode`` whole (12 digits to the village, 15 to the grid), and the grid worker by number."""

READ = hub.Request(
    path="/event/page.json", method="POST", place="form", wrap="bizContent", plain={"appKey": "{app_key}"},
    paging=hub.PageNumber(page="pageNum", size="pageSize", rows=200), since=hub.Since(param="updateTimeStart"),
)  # fmt: skip


class FourPlatforms(hub.Adapter[hub.AdapterConfig]):
    """Events of the grid. ``base_url`` ends with the city's gateway, ``/api/jczl_{env}_{city}``."""

    manifest = hub.Manifest(
        name="four_platforms", version="1.0.0", kind="grid", title="Four platforms", title_zh="基层治理四平台",
        department="ZFW", code_system="gbt_31000", channel="WG",
        capabilities=frozenset({hub.Capability.INCREMENTAL, hub.Capability.COUNTED, hub.Capability.DELIVER}),
        envelope=hub.Envelope(
            ok="success", ok_values=(True, "true"), code="code", message="message", items="data",
            inner=hub.Envelope(ok="code", ok_values=(200,), items="result.rows", total="result.total"),
        ),
        login=hub.Login(
            path="/oauth/token.json", wrap="bizContent", single_quoted=True, plain={"appKey": "{app_key}"},
            fields={
                "username": "{username}", "password": "{password}", "grant_type": "password", "scope": "all",
                "Authorization": "Basic {app_secret}",
            },
            envelope=hub.Envelope(ok="code", ok_values=(200,), message="message"),
            token="access_token", life="exp", header="auth",  # noqa: S106 - a path
        ),
        streams=(hub.Stream(request=READ),),
        stages=STAGES | RESULTS,
        delivering=DELIVERING,
    )  # fmt: skip

    def draft(self, item: hub.Item) -> hub.Draft:
        """One event. It has no title: the hub takes the first sentence of its text.

        Done (办结) is not settled: what came of it is told in ``result``, if at all.
        """
        status, result = item.get("status"), item.get("result")
        path = (item.get("orgname") or "").split("/")
        ended = status == DONE and result in RESULTS
        return hub.Draft(
            key=item["id"], revision=item.get("updatetime"), detail=item.get("content"),
            code=item.get("typecode"), label=item.get("typename"),
            status=result if ended else status, opened=item.get("createtime"), closed=item.get("closetime"),
            happened=item.get("occurdate"), address=item.get("occurLocation"), region=item.get("orgcode"),
            org_path=path, lng=item.get("lng"), lat=item.get("lat"), people=item.get("peoplecount"),
            parties=[person(p) for p in item.get("people") or ()],
            steps=[*handling(item, path[-1]), *team(item.get("team") or ())],
            references=references(item.get("relatedNumber"), ("grid_event", item.get("serialNumber") or "")),
            extra={name: item.get(name) for name in EXTRA},
        )  # fmt: skip

    def deliver(self, source: hub.Source, delivery: hub.Delivery) -> hub.Receipt:
        """One word on an event: taken on or not, passed on, how it goes, how it ended."""
        return deliver(source, delivery, self.config, self.manifest.zone)


@hub.hookimpl
def hub_adapters() -> list[type[hub.Adapter[hub.AdapterConfig]]]:
    """The adapter of this package."""
    return [FourPlatforms]
