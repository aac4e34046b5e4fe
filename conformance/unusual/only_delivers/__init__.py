"""A text message gateway (only_delivers): nothing is read from it, so it has no stream. JSON, a key it does not read.

It gives no second look: what comes twice goes out twice, so that an unknown outcome waits for a person.
"""

import hub.api as hub
from schemas.delivery import Notice


class OnlyDelivers(hub.Adapter[hub.AdapterConfig]):
    """One message a notice. Status 0 was taken on; 7 is a number the gateway does not reach."""

    manifest = hub.Manifest(
        name="only_delivers", version="1.0.0", kind="notice", title="Text message gateway", title_zh="短信网关",
        streams=(), capabilities=frozenset({hub.Capability.DELIVER}),
        delivering=hub.Delivering(
            kinds=("notice",), keyed=False, key_header="",
            envelope=hub.Envelope(ok="status", ok_values=(0, 7), throttled=(29,)),
        ),
    )  # fmt: skip

    def deliver(self, source: hub.Source, delivery: hub.Delivery) -> hub.Receipt:
        """Send one message."""
        notice = Notice.model_validate(dict(delivery.body))
        text = f"{notice.title}（{notice.case or notice.number}）"
        told = source.post("/sms", json={"to": list(notice.receivers), "text": text}).body
        if told["status"] != 0:
            return hub.Receipt(accepted=False, reason=told["why"])
        return hub.Receipt(number=told["id"])


ADAPTER = OnlyDelivers
