"""XML whose rows bear key, time and card as attributes, in a namespace, with texts in CDATA and claims that are nil."""

import hub.api as hub
from hub.api import Stage


class XmlAttributes(hub.Adapter[hub.AdapterConfig]):
    """Cases of a labour arbitration office, in a SOAP envelope over GET."""

    manifest = hub.Manifest(
        name="xml_attributes", version="1.0.0", kind="mediation", title="XML attributes", title_zh="XML 属性接口",
        channel="TJ", capabilities=frozenset({hub.Capability.INCREMENTAL, hub.Capability.COUNTED}),
        envelope=hub.Envelope(
            format="xml", ok="Envelope.Body.answer.code", ok_values=("0",),
            items="Envelope.Body.answer.cases.case", total="Envelope.Body.answer.total",
        ),
        streams=(hub.Stream(request=hub.Request(
            path="/marked.xml", paging=hub.PageNumber(page="page", size="size", rows=100),
            since=hub.Since(param="updated_from"),
        )),),
        stages={"受理": Stage.ACCEPTED, "开庭": Stage.HEARING, "裁决": Stage.JUDGED},
    )  # fmt: skip

    def draft(self, item: hub.Item) -> hub.Draft:
        """One case; the envelope gives an attribute as ``@name``, and an element that is nil as None."""
        who = item.get("applicant") or {}
        return hub.Draft(
            key=item["@no"], revision=item.get("@updated"), title=item.get("title"), detail=item.get("facts"),
            opened=item.get("accepted"), status=item.get("state"), amount=item.get("claim") or None,
            parties=[hub.DraftParty(name=who.get("name"), id_number=who.get("@card"), phone=who.get("tel"))]
            if who else [],
        )  # fmt: skip


ADAPTER = XmlAttributes
