"""A case centre (asks_later), JSON over POST: it takes things in at once, and a GET later tells what became of each."""

import hub.api as hub


class AsksLater(hub.Adapter[hub.AdapterConfig]):
    """Steps and results. State 0 is under way, 1 was filed, 2 was turned down."""

    manifest = hub.Manifest(
        name="asks_later", version="1.0.0", kind="notice", title="Case centre", title_zh="案件中心",
        streams=(), capabilities=frozenset({hub.Capability.DELIVER}),
        delivering=hub.Delivering(
            kinds=("progress", "result"), key_header="",
            envelope=hub.Envelope(ok="code", ok_values=(0, 7), message="message"),
        ),
    )  # fmt: skip

    def deliver(self, source: hub.Source, delivery: hub.Delivery) -> hub.Receipt | hub.Awaited:
        """Hand it in once; then ask what became of it."""
        if delivery.handed:
            return self.came_of(source, delivery)
        order = hub.order_of(delivery.kind, delivery.body)
        at = order.at.astimezone(self.manifest.zone).strftime("%Y-%m-%d %H:%M:%S")
        said = {"msgId": delivery.key, "caseNo": order.number or order.case, "at": at, "by": order.body}
        if isinstance(order, hub.Result):
            said |= {"outcome": order.outcome, "agreement": order.agreement}
        told = source.post(f"/{delivery.kind}", json=said | {"text": order.text}).body
        if told["code"] != 0:
            return hub.Receipt(accepted=False, reason=told["reason"])
        return hub.Awaited(told["ticket"])

    def came_of(self, source: hub.Source, delivery: hub.Delivery) -> hub.Receipt | hub.Awaited:
        """What the centre says of a ticket."""
        told = source.get(f"/tickets/{delivery.handed}").body
        if told["state"] == 0:
            return hub.Awaited(delivery.handed)
        return hub.Receipt(told["state"] == 1, delivery.handed, told.get("reason") or "")


ADAPTER = AsksLater
