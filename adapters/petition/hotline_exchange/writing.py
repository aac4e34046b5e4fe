"""What is written into the exchange tables (12345⇄110), each kind of delivery into its own.

Whoever reads the orders answers them: by the receipt, the result or the return. Whoever reads those hands orders over,
and tells of the return visit. Nobody writes where he reads.
"""

from datetime import tzinfo

import hub.api as hub
from adapters.exchange import hand_in, local
from adapters.petition.hotline_exchange.sheets import Sheet
from hub.api import Stage

SHEETS: dict[str, Sheet] = {
    "hand_over": "order", "accept": "receipt", "refuse": "return", "progress": "result", "result": "result",
}  # fmt: skip
"""A step that is a return visit goes into the table of visits."""

ANSWERS: frozenset[Sheet] = frozenset({"receipt", "result", "return"})
OUTCOMES = {
    Stage.SETTLED: "调解成功", Stage.UNSETTLED: "调解不成", Stage.WITHDRAWN: "撤回", Stage.GUIDED_TO_SUIT: "引导诉讼",
    Stage.CONFIRMED: "已司法确认", Stage.UNCONFIRMED: "不予司法确认", Stage.FULFILLED: "已履行",
    Stage.BREACHED: "未履行", Stage.REPLIED: "已答复", Stage.CLOSED: "办结",
}  # fmt: skip
DELIVERING = hub.Delivering(kinds=tuple(SHEETS), key_header="", per_minute=600)
KINDS = {True: ("accept", "refuse", "progress", "result"), False: ("hand_over", "progress")}
"""What is taken by the instance that reads orders, and by any other."""

Row = dict[str, str | None]


def deliver(
    source: hub.Source, delivery: hub.Delivery, reads: Sheet, tables: dict[Sheet, str], key: str, zone: tzinfo
) -> hub.Receipt | hub.Awaited:
    """One row, and its receipt once it is fetched. Raises HubError where whoever reads ``reads`` may not write it."""
    order = hub.order_of(delivery.kind, delivery.body)
    visited = isinstance(order, hub.Progress) and order.stage is Stage.FOLLOW_UP
    sheet: Sheet = "visit" if visited else SHEETS[delivery.kind]
    if (sheet in ANSWERS) != (reads == "order"):
        said = f"who reads {tables[reads]} writes no {sheet}"
        raise hub.HubError(said, where=source.name, hint="deliver to the instance that reads the other side's tables")
    return hand_in(source, tables[sheet], {**line(order, zone), key: delivery.key}, key, zone=zone)


def line(order: hub.Order, zone: tzinfo) -> Row:
    """The row an order becomes. Raises KeyError for what the tables have no place for."""
    at, told = local(order.at, zone), order.text[:4000] or None
    cites: Row = {"flowid": order.number or order.case}
    match order:
        case hub.HandOver():
            return cites | {"tssj": at, "gxdwmc": order.to, "gxdwdm": order.to_code or None, **_matter(order, zone)}
        case hub.Accept():
            return cites | {"receive": "1", "receivetime": at}
        case hub.Refuse():
            said = f"{order.reason} {order.text}".strip()
            return cites | {"handlebmname": order.body, "handleopinion": said[:500], "handletime": at, "dyyy": "2"}
        case hub.Progress(stage=Stage.FOLLOW_UP):
            return cites | {"hfsj": at, "dhhfhsqk": order.text[:2000] or None}
        case hub.Progress():
            return cites | _reported(order, at) | {"cjczqk": (order.text or "处置中")[:100], "jqcljgsm": told}
        case hub.Result():
            return cites | _reported(order, at) | {"cjczqk": OUTCOMES[order.outcome], "jqcljgsm": told}
    raise KeyError(order.kind)


def _reported(order: hub.Order, at: str | None) -> Row:
    by = {"fkyxm": order.person or None, "fkdwdm": order.body_code or None, "fkdwmc": order.body or None}
    return {"fksj": at, "dyyy": "1", **by}


def _matter(order: hub.HandOver, zone: tzinfo) -> Row:
    """The matter in the columns of an order. Nobody's name is handed over, only the number to call back."""
    matter = order.matter or hub.Matter()
    phones = [side.phone for side in matter.sides if side.role == "1" and side.phone]
    return {
        "lsh": order.case or order.number, "title": matter.title[:200] or None,
        "bjnr": (matter.detail or order.text)[:5000], "bjdz": matter.address or None, "xzqhdm": matter.region or None,
        "lxdh": phones[0] if phones else None, "bjsj": local(matter.opened or order.at, zone), "jjlx": "00",
        "sfbm": "0",
    }  # fmt: skip
