"""The life of a dispute: one stage per record, and the closed lists that never share an enum."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Stage(StrEnum):
    """Where one record stands. A petition and a suit about one matter each have their own.

    Codes of the source travel raw beside it; an adapter's status table maps them here. Neighbours are not equal:
    ``closed`` says that a body has ended its work, ``settled`` that the parties agreed.
    """

    RECEIVED = "received"
    TRIAGED = "triaged"
    DISPATCHED = "dispatched"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    MEDIATING = "mediating"
    SETTLED = "settled"
    UNSETTLED = "unsettled"
    WITHDRAWN = "withdrawn"
    CONFIRMING = "confirming"
    CONFIRMED = "confirmed"
    UNCONFIRMED = "unconfirmed"
    FULFILLED = "fulfilled"
    BREACHED = "breached"
    GUIDED_TO_SUIT = "guided_to_suit"
    FILED = "filed"
    HEARING = "hearing"
    JUDGED = "judged"
    ENFORCING = "enforcing"
    FLOWED_BACK = "flowed_back"
    HANDLING = "handling"
    REPLIED = "replied"
    REVIEW = "review"
    RE_REVIEW = "re_review"
    FOLLOW_UP = "follow_up"
    CLOSED = "closed"
    REOPENED = "reopened"


class Channel(StrEnum):
    """Through which door a matter came; the two characters stand in the case code."""

    COURT = "FY"
    PETITION = "XF"
    HOTLINE = "RX"
    MEDIATION = "TJ"
    GRID = "WG"
    POLICE = "GA"
    PORTAL = "WS"
    WALK_IN = "CK"
    OTHER = "QT"


class Window(StrEnum):
    """At which window somebody came (市民诉求服务中心): of the city or county, of a street or town, of a community or
    village. It stands in the ``extra`` of a record under `WINDOW`."""

    CITY = "city"
    STREET = "street"
    COMMUNITY = "community"


WINDOW: Final = "window"


class Listing(StrEnum):
    """Where a matter on a list stands (挂号销号). It is ticked off by a proof only; who says so without one leaves it
    ``unproved``: it stays listed, and is shown. It is the status of a record or of an entry."""

    LISTED = "listed"
    TICKED_OFF = "ticked_off"
    UNPROVED = "unproved"


_NOTHING = frozenset(("", "\\N", "NULL", "NONE", "-", "/", "无", "暂无"))


def listing(ticked_off: object, proof: object) -> Listing:
    """Where a matter stands by what a source tells: when it was ticked off (or that it was), and by which proof. What
    people write for nothing is nothing."""
    if _nothing(ticked_off):
        return Listing.LISTED
    return Listing.UNPROVED if _nothing(proof) else Listing.TICKED_OFF


def _nothing(told: object) -> bool:
    return not told or str(told).strip().upper() in _NOTHING


RETROSPECTIVE: Final[Mapping[str, str]] = MappingProxyType({
    "1": "调阅案卷", "2": "走访核实", "3": "溯源析因", "4": "厘清责任", "5": "提出建议", "6": "落实整改",
    "7": "回访评估",
})  # fmt: skip
"""The seven steps of a retrospective (复盘溯源) by number. That there are seven is told of the system (row 22 of the
map); their words are ours."""

ASKED: Final = "asked"
"""The number of the body that a request asks, where its record tells one: in the ``extra`` of a record."""

RECOVERED: Final = "recovered"
"""The sum recovered for the people of a matter, in yuan, as the source wrote it: in the ``extra`` of a record."""
