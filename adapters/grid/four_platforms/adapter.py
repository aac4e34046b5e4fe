"""Adapter for grid events (基层治理四平台): form bodies, a token header, an envelope in an envelope."""

from adapters.numbers import references
from hub.api import (
    Adapter,
    AdapterConfig,
    Capability,
    Draft,
    DraftParty,
    Envelope,
    Item,
    Login,
    Manifest,
    PageNumber,
    Request,
    Since,
    Stage,
    Stream,
    hookimpl,
)

STAGES = {
    "网格上报": Stage.RECEIVED, "镇街受理": Stage.ACCEPTED, "部门办理": Stage.HANDLING, "办结": Stage.CLOSED,
    "回访": Stage.FOLLOW_UP,
}  # fmt: skip
EXTRA = ("typename", "eventLevel", "componentId", "source")
TITLE = 60  # characters


class FourPlatforms(Adapter[AdapterConfig]):
    """Events of the grid. ``base_url`` ends with the city's gateway, ``/api/jczl_{env}_{city}``."""

    manifest = Manifest(
        name="four_platforms", version="1.0.0", kind="grid", title="Four platforms", title_zh="基层治理四平台",
        department="ZFW", code_system="gbt_31000", channel="WG",
        capabilities=frozenset({Capability.INCREMENTAL, Capability.COUNTED}),
        envelope=Envelope(
            ok="success", ok_values=(True, "true"), code="code", message="message", items="data",
            inner=Envelope(ok="code", ok_values=(200,), items="result.rows", total="result.total"),
        ),
        login=Login(
            path="/oauth/token.json", wrap="bizContent", single_quoted=True, plain={"appKey": "{app_key}"},
            fields={
                "username": "{username}", "password": "{password}", "grant_type": "password", "scope": "all",
                "Authorization": "Basic {app_secret}",
            },
            envelope=Envelope(ok="code", ok_values=(200,), message="message"),
            token="access_token", life="exp", header="auth",
        ),
        streams=(Stream(request=Request(
            path="/event/page.json", method="POST", place="form", wrap="bizContent", plain={"appKey": "{app_key}"},
            paging=PageNumber(page="pageNum", size="pageSize", rows=200),
            since=Since(param="updateTimeStart"),
        )),),
        stages=STAGES,
    )  # fmt: skip

    def draft(self, item: Item) -> Draft:
        """One event; it has no title, so its first sentence stands for one."""
        content = item.get("content") or ""
        return Draft(
            key=item["id"], revision=item.get("updatetime"), title=content.split("。")[0][:TITLE], detail=content,
            code=item.get("typecode"), label=item.get("typename"), status=item.get("status"),
            opened=item.get("createtime"), happened=item.get("occurdate"), address=item.get("occurLocation"),
            region=item.get("orgcode"), org_path=(item.get("orgname") or "").split("/"),
            lng=item.get("lng"), lat=item.get("lat"), people=item.get("peoplecount"),
            parties=[person(p) for p in item.get("people") or ()],
            references=references(item.get("relatedNumber"), ("grid_event", item.get("serialNumber") or "")),
            extra={name: item.get(name) for name in EXTRA},
        )  # fmt: skip


def person(row: Item) -> DraftParty:
    """Someone met at the event. The grid does not take sides: 当事人 may be either one."""
    return DraftParty(
        name=row.get("name"), id_number=row.get("idcard"), phone=row.get("mobile"), person_class=row.get("type"),
    )  # fmt: skip


@hookimpl
def hub_adapters() -> list[type[Adapter[AdapterConfig]]]:
    """The adapter of this package."""
    return [FourPlatforms]
