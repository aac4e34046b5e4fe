"""XML: every value is text, a list of one looks like no list, and nothing is empty in three ways."""

import hub.api as hub
from hub.api import Stage


class XmlFeed(hub.Adapter[hub.AdapterConfig]):
    """Cases of an arbitration commission, in XML over GET."""

    manifest = hub.Manifest(
        name="xml_feed", version="1.0.0", kind="mediation", title="XML feed", title_zh="XML 接口",
        channel="TJ", capabilities=frozenset({hub.Capability.INCREMENTAL, hub.Capability.COUNTED}),
        envelope=hub.Envelope(
            format="xml", ok="reply.code", ok_values=("0",), items="reply.cases.case", total="reply.total",
            message="reply.text",
        ),
        streams=(hub.Stream(request=hub.Request(
            path="/cases.xml", paging=hub.PageNumber(page="page", size="size", rows=100),
            since=hub.Since(param="updated_from"),
        )),),
        stages={"受理": Stage.ACCEPTED, "开庭": Stage.HEARING, "裁决": Stage.JUDGED},
    )  # fmt: skip

    def draft(self, item: hub.Item) -> hub.Draft:
        """One case; an element that holds nothing is empty text."""
        who = item.get("applicant") or {}
        return hub.Draft(
            key=item["no"], revision=item.get("updated"), title=item.get("title"), detail=item.get("facts"),
            opened=item.get("accepted"), status=item.get("state"), amount=item.get("claim") or None,
            parties=[hub.DraftParty(name=who.get("name"), id_number=who.get("card"), phone=who.get("tel"))]
            if who else [],
        )  # fmt: skip


ADAPTER = XmlFeed
