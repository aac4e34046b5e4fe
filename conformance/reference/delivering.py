"""The docket as it takes deliveries as well: a step of a mediation, and what came of it.

``POST /notes`` takes a step, ``POST /filings`` a result, each ``paper_no`` once. Both answer
``{"code": 0, "filing": {"accepted": true, "no": "SL-7"}}``, or ``"accepted": false`` and a ``reason``.
"""

from dataclasses import replace

import hub.api as hub
from conformance.reference.adapter import Reference
from hub.api import Capability


class DeliveringReference(Reference):
    """The reference with DELIVER. Apart, since most adapters only read, and so do most broken ones."""

    manifest = replace(
        Reference.manifest,
        capabilities=Reference.manifest.capabilities | {Capability.DELIVER},
        delivering=hub.Delivering(
            kinds=("progress", "result"),
            key_header="",  # the docket reads it in the paper
            envelope=hub.Envelope(ok="code", ok_values=(0,), message="message"),
        ),
    )

    def deliver(self, source: hub.Source, delivery: hub.Delivery) -> hub.Receipt:
        """One paper for a case, under the delivery's own key."""
        return self.receipt(source.post(self.path(delivery), json=self.paper(delivery)))

    def path(self, delivery: hub.Delivery) -> str:
        """Where the docket takes it."""
        return "/filings" if delivery.kind == "result" else "/notes"

    def paper(self, delivery: hub.Delivery) -> dict[str, str]:
        """What the docket is told, times as it writes them."""
        order = hub.order_of(delivery.kind, delivery.body)
        at = order.at.astimezone(self.manifest.zone).strftime("%Y-%m-%d %H:%M:%S")
        case_no = order.number or order.case
        said = {"paper_no": delivery.key, "case_no": case_no, "at": at, "by": order.body, "text": order.text}
        if isinstance(order, hub.Result):
            said |= {"outcome": order.outcome, "agreement": order.agreement}
        return said

    def receipt(self, page: hub.Page) -> hub.Receipt:
        """What the docket said of it."""
        filing = page.body["filing"]
        return hub.Receipt(filing["accepted"] is True, filing.get("no") or "", filing.get("reason") or "")
