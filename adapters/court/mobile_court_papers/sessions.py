"""Sessions of a court: hearings and mediations, where and when they are held, and which cases are heard together."""

import hub.api as hub
from adapters.numbers import references
from schemas.entry import HEARD_TOGETHER

EXTRA = ("AHDM", "KTFS", "FTDM", "KSSJ", "JSSJ")
"""Among them the number of the court point (共享法庭, FTDM), and from when to when an asynchronous hearing (异步审理)
is open: it has no hour of its own."""


def session(item: hub.Item) -> hub.DraftEvent:
    """One session. Several cases heard in it (多案联审) stay cases of their own, tied to one another by it."""
    together = references(item.get("HBSAH"))
    return hub.DraftEvent(
        key=item["TSBH"], revision=item.get("LASTUPDATE"), of=("court_case", item.get("AH") or ""),
        at=item.get("KTSJ"), action=HEARD_TOGETHER if together else item.get("KTFS"),
        body=item.get("FTMC") or item.get("FYMC"), note=item.get("TSNR"), owner=item.get("FYMC"),
        region=item.get("FTQH") or item.get("JBFY"), references=together,
        extra={name: item.get(name) for name in EXTRA},
    )  # fmt: skip
