"""What a petition office keeps beside its petitions: letters, hearings, retrospectives, lists, days of reception."""

from collections.abc import Callable, Mapping

import hub.api as hub
from adapters.numbers import references
from schemas.entry import RECEPTIONS
from schemas.life import RETROSPECTIVE, Listing, listing

DAY = {"starts": "KSSJ", "ends": "JSSJ", "place": "JFDD", "post": "JFLDZW", "LY": "LY"}
"""Fields of a day of reception, and their columns."""


def letter(item: hub.Item) -> hub.DraftDocument:
    """One letter (函): 改进工作, 完善政策 or 追究责任 advised, a report on a matter, a lead on neglect of duty.

    It is of the petition it grew from; a person whose duty was neglected is a party, and seen by nobody in a list.
    """
    return hub.DraftDocument(
        key=item["HJBH"], revision=item.get("GXSJ"), of=petition(item), number=item.get("WH"), form=item.get("HJLX"),
        title=item.get("BT"), issuer=item.get("FWDW"), addressee=item.get("SWDW"), owner=item.get("SWDW"),
        region=item.get("SWDWQH"), issued=item.get("FWRQ"), due=item.get("HFQX"), answered=item.get("HFSJ"),
        answer=item.get("HFNR"), status=item.get("ZT"), references=references(item.get("XGBH")),
        parties=[hub.DraftParty(name=item.get("SJRY"), role="3", address=item.get("SJRYDW"))]
        if item.get("SJRY") else [],
        extra={name: item.get(name) for name in ("ZTMC", "JYNR", "LSQK")},
    )  # fmt: skip


def hearing(item: hub.Item) -> hub.DraftDocument:
    """The record of a hearing (听证笔录) before a review or re-review is decided: when, before whom, what it found."""
    return hub.DraftDocument(
        key=item["TZBH"], revision=item.get("GXSJ"), of=petition(item), number=item.get("BLWH"), form="听证笔录",
        title=item.get("TZLX"), issuer=item.get("ZCDW"), owner=item.get("ZCDW"), region=item.get("ZCDWQH"),
        issued=item.get("KSSJ"), answered=item.get("JSSJ"), answer=item.get("TZJL"), status=item.get("ZT"),
        digest=item.get("BLZY"), references=references(item.get("XGBH")),
        extra={name: item.get(name) for name in ("TZDD", "CJRS", "SFGK")},
    )  # fmt: skip


def retrospective(item: hub.Item) -> hub.DraftEvent:
    """One step of a retrospective (复盘溯源), by its number in the closed list. Raises RecordRejected for any other."""
    number = str(item.get("BZ") or "")
    if number.isdecimal() and number not in RETROSPECTIVE:
        raise hub.RecordRejected("step.unknown", "BZ", "no step of a retrospective bears this number")
    return hub.DraftEvent(
        key=item["FPBH"], revision=item.get("GXSJ"), of=petition(item), at=item.get("WCSJ"),
        action=RETROSPECTIVE.get(number), body=item.get("ZRDW"), note=item.get("SM"), owner=item.get("ZRDW"),
        region=item.get("ZRDWQH"), references=references(item.get("XGBH")),
        extra={"BZ": number, "BZMC": item.get("BZMC")},
    )  # fmt: skip


def listed(item: hub.Item) -> hub.DraftRow:
    """One matter of a list (重点领域清单): whose task it is, and whether it was ticked off, by which proof.

    Ticked off without a proof it has no end: it stays listed.
    """
    stands = listing(item.get("XHSJ"), item.get("XHPZ"))
    ended = stands is Listing.TICKED_OFF
    return hub.DraftRow(
        key=item["QDBH"], revision=item.get("GXSJ"), dataset=item.get("QDMC"), purpose="清单销号", status=stands.value,
        owner=item.get("ZRDW"), region=item.get("ZRDWQH"), references=[petition(item), *references(item.get("XGBH"))],
        begins=item.get("LRSJ"), ends=item.get("XHSJ") if ended else None,
        fields={name: item.get(name) for name in ("LY", "RWMC", "XHPZ", "XHYJ", "XHSJ")},
    )  # fmt: skip


def reception(item: hub.Item) -> hub.DraftRow:
    """One day of reception (接访日): which body receives whom, where, at which of the four levels; called off: deleted.

    The leader who receives is a party: a name is sealed.
    """
    return hub.DraftRow(
        key=item["JFBH"], revision=item.get("GXSJ"), deleted=item.get("SFQX") == "1", dataset=RECEPTIONS,
        purpose="接访公示", status=item.get("JB"), owner=item.get("JFDW"), region=item.get("JFDWQH"),
        begins=item.get("JFRQ"), ends=item.get("JFRQ"),
        parties=[hub.DraftParty(name=item.get("JFLD"), role="3")] if item.get("JFLD") else [],
        fields={name: item.get(column) for name, column in DAY.items()},
    )  # fmt: skip


def petition(item: hub.Item) -> tuple[str, str]:
    """The petition it is of."""
    return "petition", item.get("XFJBH") or ""


def paging(path: str) -> hub.Request:
    """One list of the platform, by page, changed since then."""
    return hub.Request(
        path=path, method="POST", place="json", since=hub.Since(param="GXSJ"),
        paging=hub.PageNumber(page="pageNum", size="pageSize", rows=200),
    )  # fmt: skip


SHAPES: Mapping[str, Callable[[hub.Item], hub.DraftEntry]] = {
    "letters": letter, "hearings": hearing, "retrospectives": retrospective, "lists": listed, "receptions": reception,
}  # fmt: skip
PATHS = {
    "letters": "/petition/letter/page", "hearings": "/petition/hearing/page",
    "retrospectives": "/petition/retrospect/page", "lists": "/petition/list/page",
    "receptions": "/petition/reception/page",
}  # fmt: skip
STREAMS = tuple(hub.Stream(name=name, request=paging(path)) for name, path in PATHS.items())
