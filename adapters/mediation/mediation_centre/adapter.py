"""Adapter for hand-overs between bodies (省矛调协同): signed form pages of the data-sharing gateway, by day windows."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import hub.api as hub
from adapters.numbers import references
from hub.api import Stage

STAGES = {
    "intake": Stage.RECEIVED, "mediate": Stage.DISPATCHED, "confirm": Stage.CONFIRMING, "suit": Stage.GUIDED_TO_SUIT,
    "visit": Stage.FOLLOW_UP,
}  # fmt: skip
"""What is asked for, not what has come of it: a matter handed over for mediation is not in mediation yet."""

EXTRA = ("fromSys", "toSys", "docking", "reason", "disputeType", "disputeTypeName")
READ = hub.Request(
    path="/{interface_id}.htm", method="POST", place="form", params={"additional": "{additional}"},
    paging=hub.PageNumber(rows=100), window=hub.Window(begin="startTime", end="endTime", days=31, look_back=3),
)  # fmt: skip


class MediationCentreConfig(hub.AdapterConfig):
    """``base_url`` ends with ``/gateway/api/{organisation}/dataSharing``; ``additional`` is the purpose, as JSON."""

    interface_id: str
    additional: str = "{}"


class MediationCentre(hub.Adapter[MediationCentreConfig]):
    """Hand-overs by the day they were sent on. A message never changes: one that comes twice is one record."""

    Config = MediationCentreConfig
    manifest = hub.Manifest(
        name="mediation_centre", version="1.0.0", kind="mediation", title="Mediation co-ordination",
        title_zh="省矛调协同", department="ZFW", code_system="unified", channel="TJ", stages=STAGES,
        capabilities=frozenset({hub.Capability.INCREMENTAL, hub.Capability.COUNTED}),
        envelope=hub.Envelope(ok="code", ok_values=("00",), items="datas", total="totalDataCount", message="msg"),
        signing=hub.Signing(
            fields=("{app_key}", "{app_secret}", "{timestamp}"), algorithm="md5", timestamp="ms", place="body",
            key_name="appKey", timestamp_name="requestTime", nonce_name="", sign_name="sign",
        ), streams=(hub.Stream(request=READ),),
    )  # fmt: skip

    def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
        """As declared, the interface's id filled in here: errors tell the path, and so which interface it was."""
        yield from source.read(replace(READ, path=f"/{self.config.interface_id}.htm"), since)

    def draft(self, item: hub.Item) -> hub.Draft:
        """One hand-over, and the matter it carries as an object, or as JSON text."""
        payload, sent, sender = item.get("payload") or {}, item.get("sendTime"), item.get("fromSys") or ""
        about = json.loads(payload) if isinstance(payload, str) else payload
        sides = [("1", p) for p in about.get("applicant") or ()] + [("2", p) for p in about.get("respondent") or ()]
        files = [{k: v for k, v in f.items() if v not in (None, "", "\\N")} for f in item.get("attachments") or ()]
        return hub.Draft(
            key=item["handoverId"], revision=sent, title=about.get("title"), detail=about.get("content"),
            code=about.get("item") or about.get("disputeType"), label=about.get("itemName"), status=item.get("stage"),
            opened=about.get("applyTime") or sent, due=item.get("deadline"), address=about.get("occurPlace"),
            region=about.get("regionCode"), amount=about.get("amount"), parties=[party(p, role) for role, p in sides],
            steps=[hub.DraftStep(at=sent, action="移交", body=sender, note=item.get("reason") or "")],
            references=references(about.get("sourceNo"), ("dispute_code", item.get("caseCode") or "")),
            extra={name: item.get(name, about.get(name)) for name in EXTRA} | {"attachments": files or None},
        )  # fmt: skip


def party(row: hub.Item, role: str) -> hub.DraftParty:
    """One side of the matter."""
    return hub.DraftParty(
        name=row.get("name"), role=role, kind=row.get("partyType") or "1", id_type=row.get("idType"),
        id_number=row.get("idNo"), phone=row.get("tel"), gender=row.get("gender"), address=row.get("address"),
    )  # fmt: skip


@hub.hookimpl
def hub_adapters() -> list[type[hub.Adapter[MediationCentreConfig]]]:
    """The adapter of this package."""
    return [MediationCentre]
