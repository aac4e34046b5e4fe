"""Adapter for mediation cases (浙江解纷码), both ways: signed POST, rows after (updateTime, id), the unified codes."""

import hub.api as hub
from adapters.mediation.dispute_code.sea import DisputeCodeConfig, at_sea
from adapters.mediation.dispute_code.writing import DELIVERING, ROLES, STAGES, deliver
from adapters.numbers import references
from hub.api import Capability

SUCCESS = {**dict.fromkeys(("40", "50", "51", "52"), True), "41": False}  # an agreement stands even if unconfirmed
EXTRA = ("disputeType", "disputeTypeName", "orgId", "mediatorId", "mode", "codeColor", "agreementNo", "confirmFlag")


class DisputeCode(hub.Adapter[DisputeCodeConfig]):
    """Mediation cases by rising (updateTime, id): nothing is skipped or repeated however the table moves."""

    Config = DisputeCodeConfig
    manifest = hub.Manifest(
        name="dispute_code", version="1.1.0", kind="mediation", title="Dispute code", title_zh="浙江解纷码",
        department="SF", code_system="unified", channel="TJ",
        capabilities=frozenset(
            {Capability.INCREMENTAL, Capability.ORDERED, Capability.COUNTED, Capability.DELIVER}
        ),
        envelope=hub.Envelope(
            ok="code", ok_values=(0,), denied=(40101, 40102, 40103), throttled=(42900,),
            items="data.records", total="data.total", message="msg",
        ),
        signing=hub.Signing(fields=("{method}", "{path}", "{timestamp}", "{nonce}", "{body}"), joiner="\n"),
        streams=(hub.Stream(request=hub.Request(
            path="/openapi/v1/dispute/page", method="POST", place="json",
            paging=hub.Keyset(time="updateTime", key="id", after_time="afterTime", after_key="afterId", rows=500),
            since=hub.Since(param="updateTimeStart"),
        )),),
        stages=STAGES, delivering=DELIVERING,
    )  # fmt: skip

    def draft(self, item: hub.Item) -> hub.Draft:
        """One mediation case; without an item, its category is the code.

        A place at sea is told by its grid: what the settings know of it stands before the region of the row. A case
        that began under a local code (桐解码, 长兴码, 滨江码) is known by that one as well.
        """
        status, accepted = item.get("status"), item.get("acceptTime")
        numbers = references(item.get("sourceNo"), ("dispute_code", item.get("caseNo") or ""))
        if local := item.get("localCode"):
            numbers.append(("local_code", local))
        return hub.Draft(
            key=str(item["id"]), revision=item.get("updateTime"), title=item.get("title"), detail=item.get("content"),
            code=item.get("item") or item.get("disputeType"),
            label=item.get("itemName") or item.get("disputeTypeName"),
            opened=item.get("applyTime"), closed=item.get("endTime"), status=status,
            address=item.get("occurPlace"), region=item.get("regionCode"), amount=item.get("amount"),
            parties=[party(p, role, item) for role, side in ROLES.items() for p in item.get(side) or ()],
            steps=[hub.DraftStep(at=accepted, action="受理", body=item.get("orgName") or "")] if accepted else [],
            references=numbers, **at_sea(self.config, item.get("seaGridCode")),
            resolution=hub.DraftResolution(method="人民调解", organisation=item.get("orgName"), success=SUCCESS[status])
            if status in SUCCESS else None,
            extra={name: item.get(name) for name in EXTRA},
        )  # fmt: skip

    def deliver(self, source: hub.Source, delivery: hub.Delivery) -> hub.Receipt:
        """A case pushed under our code, or one word on a case: taken on or not, how it goes, what came of it."""
        return deliver(source, delivery, self.manifest.zone)


def party(row: hub.Item, role: str, item: hub.Item) -> hub.DraftParty:
    """One side; the agents are the first applicant's."""
    agents = [a["name"] for a in item.get("agent") or ()] if role == "1" and row is item["applicant"][0] else []
    return hub.DraftParty(
        name=row.get("name"), role=role, kind=row.get("partyType") or "1",
        id_type=row.get("idType"), id_number=row.get("idNo"), phone=row.get("tel"), gender=row.get("gender"),
        address=row.get("address"), agent="、".join(agents) or None,
    )  # fmt: skip


@hub.hookimpl
def hub_adapters() -> list[type[hub.Adapter[DisputeCodeConfig]]]:
    """The adapter of this package."""
    return [DisputeCode]
