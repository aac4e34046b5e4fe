"""How a row is handed to a table by which two bodies exchange: put once, then fetched by the other side.

Whoever fetches a row turns ``pushstatus`` from 0 to 1, and to 2 when it is handled: that is the receipt.
"""

from collections.abc import Mapping
from datetime import datetime, tzinfo

import hub.api as hub

FETCHED = ("1", "2")
TIMES = ("xt_rksj", "xt_gxsj")


def hand_in(
    source: hub.Source, table: str, row: Mapping[str, str | None], key: str, *, zone: tzinfo
) -> hub.Receipt | hub.Awaited:
    """Put the row, under the key in its column ``key``; the receipt, or that it is still awaited."""
    now = local(source.now(), zone)
    stands = source.put(table, {**row, "pushstatus": "0", **dict.fromkeys(TIMES, now)}, key=key)
    told = {name.lower(): value for name, value in stands.items()}
    status = str(told.get("pushstatus")).strip()
    if status not in FETCHED:
        return hub.Awaited(str(row[key]))
    fetched = str(told.get("acktime") or told.get("pushtime") or "")
    return hub.Receipt(True, str(row[key]), body={"pushstatus": status, "time": fetched})


def local(at: datetime | None, zone: tzinfo) -> str | None:
    """A time as the tables hold it; None for none."""
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S") if at else None
