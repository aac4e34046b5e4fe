"""The life of a dispute: one stage per record, and the outcome scales that never share an enum."""

from enum import StrEnum


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
