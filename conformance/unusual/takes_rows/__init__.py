"""A petition office's front database with a table beside the view: what is handed to the office is a row of it.

The office fetches rows when it pleases and turns their PUSHSTATUS from 0 to 1; that is the receipt.
"""

from dataclasses import replace

import hub.api as hub
from conformance.unusual.front_database import FrontDatabase
from hub.api import Capability

TABLE = "T_FEEDBACK"
COLUMNS = (
    "XFJBH", "GXSJ", "XFRQ", "BT", "GKXX", "NRFLDM", "NRFLMC", "SXBLZT", "XM", "ZJHM", "SJHM", "SJJE", "WTSDDM",
    "WTSDMC", "YXBZ",
)  # fmt: skip
"""What the account may read of the view; a statement for more is denied."""


class TakesRows(FrontDatabase):
    """Steps and results, one row each, under the delivery's own key in HUBKEY; the view is read by its columns."""

    manifest = replace(
        FrontDatabase.manifest, name="takes_rows", title="Front database with feedback", title_zh="可回写的前置库",
        capabilities=FrontDatabase.manifest.capabilities | {Capability.DELIVER},
        delivering=hub.Delivering(kinds=("progress", "result"), key_header=""),
        streams=(hub.Stream(request=hub.TableView(
            view="V_XFJ", key="XFJBH", time="GXSJ", columns=COLUMNS,
            acknowledge={"PUSHSTATUS": "1", "ACKTIME": "{now}"},
        )),),
    )  # fmt: skip

    def deliver(self, source: hub.Source, delivery: hub.Delivery) -> hub.Receipt | hub.Awaited:
        """One row; its receipt once the office has fetched it."""
        stands = source.put(TABLE, self.row(delivery), key="HUBKEY")
        taken = str(stands["PUSHSTATUS"]) != "0"
        return hub.Receipt(number=delivery.key) if taken else hub.Awaited(delivery.key)

    def row(self, delivery: hub.Delivery) -> dict[str, str | None]:
        """What the office is told, times as it writes them."""
        order = hub.order_of(delivery.kind, delivery.body)
        at = order.at.astimezone(self.manifest.zone).strftime("%Y-%m-%d %H:%M:%S")
        outcome = order.outcome.value if isinstance(order, hub.Result) else None
        return {
            "HUBKEY": delivery.key, "XFJBH": order.number or order.case, "BLSJ": at, "BLDW": order.body,
            "BLQK": order.text, "JG": outcome, "PUSHSTATUS": "0",
        }  # fmt: skip


ADAPTER = TakesRows
