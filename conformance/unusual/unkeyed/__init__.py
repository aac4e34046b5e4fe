"""An unkeyed pager (寻呼台): notices as forms over POST. It knows no keys, gives no numbers, refuses by its status."""

import hub.api as hub

REFUSED = 409


class Unkeyed(hub.Adapter[hub.AdapterConfig]):
    """Nothing comes from it. What comes twice is sent twice: of an unknown outcome a person has to ask."""

    manifest = hub.Manifest(
        name="unkeyed", version="1.0.0", kind="notice", title="Pager", title_zh="寻呼台", streams=(),
        capabilities=frozenset({hub.Capability.DELIVER}),
        delivering=hub.Delivering(
            kinds=("notice",), keyed=False, key_header="", envelope=hub.Envelope(ok="code", ok_values=(0,)),
        ),
    )  # fmt: skip

    def deliver(self, source: hub.Source, delivery: hub.Delivery) -> hub.Receipt:
        """One line to those it is for. Who is no longer with the service is answered 409."""
        order = hub.order_of(delivery.kind, delivery.body)
        to = ",".join(order.receivers) if isinstance(order, hub.Notice) else ""
        try:
            source.post("/page", form={"to": to, "line": f"{order.case or order.number} {order.text}"})
        except hub.SourceError as why:
            if why.status == REFUSED:
                return hub.Receipt(accepted=False, reason=str(REFUSED))
            raise
        return hub.Receipt()


ADAPTER = Unkeyed
