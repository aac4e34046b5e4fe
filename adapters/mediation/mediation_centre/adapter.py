"""Adapter for hand-overs between bodies (省矛调协同), both ways: signed forms of the data-sharing gateway, by day."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import hub.api as hub
from adapters.gateway import LENDING, OPENED, PATH, SIGNING
from adapters.mediation.mediation_centre.handing import DELIVERING, MediationCentreConfig, deliver
from adapters.numbers import references
from hub.api import Stage

STAGES = {
    "intake": Stage.RECEIVED, "mediate": Stage.DISPATCHED, "confirm": Stage.CONFIRMING, "suit": Stage.GUIDED_TO_SUIT,
    "visit": Stage.FOLLOW_UP,
}  # fmt: skip
"""What is asked for, not what has come of it: a matter handed over for mediation is not in mediation yet."""

EXTRA = ("fromSys", "toSys", "docking", "reason", "windowName", "receiverCode", "disputeType", "disputeTypeName")
READ = hub.Request(
    path=PATH, method="POST", place="form", params={"additional": "{additional}"},
    paging=hub.PageNumber(rows=100), window=hub.Window(begin="startTime", end="endTime", days=31, look_back=3),
)  # fmt: skip


class MediationCentre(hub.Adapter[MediationCentreConfig]):
    """Hand-overs by the day they were sent on. A message never changes: one that comes twice is one record."""

    Config = MediationCentreConfig
    manifest = hub.Manifest(
        name="mediation_centre", version="1.0.0", kind="mediation", title="Mediation co-ordination",
        title_zh="省矛调协同", department="ZFW", code_system="unified", channel="TJ", stages=STAGES,
        capabilities=frozenset({hub.Capability.INCREMENTAL, hub.Capability.COUNTED, hub.Capability.DELIVER}),
        envelope=OPENED, signing=SIGNING, login=LENDING, streams=(hub.Stream(request=READ),), delivering=DELIVERING,
    )  # fmt: skip

    def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
        """As declared, the interface's id filled in here: errors tell the path, and so which interface it was."""
        path = PATH.format(organisation=self.config.organisation, interface_id=self.config.interface_id)
        yield from source.read(replace(READ, path=path), since)

    def draft(self, item: hub.Item) -> hub.Draft:
        """One hand-over, and the matter it carries as an object, or as JSON text."""
        payload, sent, sender = item.get("payload") or {}, item.get("sendTime"), item.get("fromSys") or ""
        walked_in = item.get("windowName") not in (None, "", "\\N")
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
            channel=hub.Channel.WALK_IN if walked_in else None,
            extra={name: item.get(name, about.get(name)) for name in EXTRA} | {"attachments": files or None},
        )  # fmt: skip

    def deliver(self, source: hub.Source, delivery: hub.Delivery) -> hub.Receipt:
        """A hand-over, our receipt for one, or what came of it."""
        return deliver(source, delivery, self.config, self.manifest.zone)


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
