"""The amount agreed on is told in whole yuan."""

import hub.api as hub
from conformance.reference.delivering import DeliveringReference


class WholeYuan(DeliveringReference):
    """All amounts the author saw were round."""

    breaks = frozenset({"DL-21"})

    def paper(self, delivery: hub.Delivery) -> dict[str, str]:
        """The paper, with the amount where there is one."""
        amount = delivery.body.get("amount")
        return super().paper(delivery) | ({"amount": str(int(float(amount)))} if amount else {})


ADAPTER = WholeYuan
