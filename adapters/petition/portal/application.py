"""Applications of the portal: who asks for what, against whom."""

import hub.api as hub
from adapters.numbers import references
from hub.api import Channel

CHANNELS = dict.fromkeys(("app", "mini", "web"), Channel.PORTAL) | {"window": Channel.WALK_IN}
STEPS = (("submitTime", "提交", ""), ("acceptTime", "受理", "acceptOrg"), ("replyTime", "答复", "replyOrg"))
EXTRA = ("entry", "authLevel", "demand", "statusName", "replyContent", "evaluate", "attachment")


def application(item: hub.Item) -> hub.Draft:
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
