"""Adapter for the public service portal (浙里办): signed JSON, read and pushed; progress and word to people back."""

import hub.api as hub
from adapters.numbers import references
from adapters.petition.portal.answering import DELIVERING, deliver
from hub.api import Capability, Channel, Stage

STAGES = {
    "10": Stage.RECEIVED, "20": Stage.TRIAGED, "21": Stage.TRIAGED, "30": Stage.DISPATCHED, "31": Stage.REFUSED,
    "40": Stage.ACCEPTED, "50": Stage.HANDLING, "60": Stage.REPLIED, "70": Stage.FOLLOW_UP, "80": Stage.CLOSED,
    "90": Stage.WITHDRAWN,
}  # fmt: skip
CHANNELS = dict.fromkeys(("app", "mini", "web"), Channel.PORTAL) | {"window": Channel.WALK_IN}
STEPS = (("submitTime", "提交", ""), ("acceptTime", "受理", "acceptOrg"), ("replyTime", "答复", "replyOrg"))
EXTRA = ("entry", "authLevel", "demand", "statusName", "replyContent", "evaluate", "attachment")
SIGNING = hub.Signing(fields=("{method}", "{path}", "{timestamp}", "{nonce}", "{body}"), joiner="\n")
PUSHES = hub.Webhook(signing=SIGNING, envelope=hub.Envelope(single=True), answer='{"code":0,"msg":"ok"}')
"""One application in each push. A device that was offline sends it again: it is the same application."""


class Portal(hub.Adapter[hub.AdapterConfig]):
    """Applications. The key is the device's own: sent again after a lost connection, it is the same application."""

    manifest = hub.Manifest(
        name="portal", version="1.1.0", kind="petition", title="Public service portal", title_zh="浙里办",
        code_system="portal_matter", channel="WS", stages=STAGES,
        capabilities=frozenset({Capability.INCREMENTAL, Capability.COUNTED, Capability.PUSH, Capability.DELIVER}),
        envelope=hub.Envelope(
            ok="code", ok_values=(0,), denied=(40101, 40102, 40103), throttled=(42900,),
            items="data.records", total="data.total", message="msg",
        ),
        signing=SIGNING, webhook=PUSHES, delivering=DELIVERING,
        streams=(hub.Stream(request=hub.Request(
            path="/openapi/v1/intake/page", method="POST", place="json",
            paging=hub.PageNumber(page="current", size="size", rows=200), since=hub.Since(param="updateTimeStart"),
        )),),
    )  # fmt: skip

    def deliver(self, source: hub.Source, delivery: hub.Delivery) -> hub.Receipt:
        """One word on an application: taken on or not, how it goes, what came of it; or a word to who applied."""
        return deliver(source, delivery, self.manifest.zone)

    def draft(self, item: hub.Item) -> hub.Draft:
        """One application; a person who is not known by name still has a phone."""
        applicant, entry = item.get("applicant"), item.get("entry") or ""
        sides = [party(applicant, "1")] if applicant else []
        return hub.Draft(
            key=item["clientId"], revision=item.get("updateTime"), title=item.get("title"), detail=item.get("content"),
            code=item.get("matterCode"), label=item.get("matterName"), channel=CHANNELS.get(entry),
            happened=item.get("occurDate"), opened=item.get("receiveTime"), closed=item.get("closeTime"),
            status=item.get("status"), status_label=item.get("statusName"),
            address=item.get("occurPlace"), region=item.get("regionCode"),
            amount=item.get("amount"), people=item.get("people"),
            parties=[*sides, *(party(p, "2") for p in item.get("respondent") or ())],
            steps=[hub.DraftStep(at=item[at], action=action, body=item.get(body) or "")
                   for at, action, body in STEPS if item.get(at)],
            references=references(item.get("caseCode"), ("portal", item.get("applyNo") or "")),
            extra={name: item.get(name) for name in EXTRA},
        )  # fmt: skip


def party(row: hub.Item, role: str) -> hub.DraftParty:
    """Who applies, or whom the application is about."""
    return hub.DraftParty(
        name=row.get("name"), role=role, kind=row.get("partyType") or "1", id_type=row.get("idType"),
        id_number=row.get("idNo"), phone=row.get("mobile"), gender=row.get("gender"), address=row.get("address"),
        agent=row.get("agentName"),
    )  # fmt: skip


@hub.hookimpl
def hub_adapters() -> list[type[hub.Adapter[hub.AdapterConfig]]]:
    """The adapter of this package."""
    return [Portal]
