"""What stands within a request for assistance: its state, its parties, and what the agency answered."""

import hub.api as hub
from adapters.court.enforcement.requesting import CANNOT, SENT_BACK

ROLES = {"案外人": "3", "协助执行人": "3"}


def standing(item: hub.Item) -> str | None:
    """The state of a request: by the last feedback where that sends it back, for which the office has no state."""
    fed: list[hub.Item] = item.get("FK") or []
    sent_back = bool(fed) and item.get("ZT") == CANNOT and fed[-1].get("FKLX") == SENT_BACK
    return SENT_BACK if sent_back else item.get("ZT")


def party(row: hub.Item) -> hub.DraftParty:
    """A party to the enforcement, in the court's words; who only holds or claims the thing is a third one."""
    standing = row.get("SSDW") or "1"
    return hub.DraftParty(
        name=row.get("XM"), role=ROLES.get(standing, standing), kind=row.get("LX") or "1",
        id_number=row.get("ZJHM"), phone=row.get("SJHM"), address=row.get("DZ"),
    )  # fmt: skip


def answer(row: hub.Item) -> hub.DraftStep:
    """One feedback (反馈) of the agency asked. The clerk's name stays at the source."""
    return hub.DraftStep(
        at=row.get("FKSJ"), action=row.get("FKLX") or "", body=row.get("FKJG") or "", note=row.get("FKNR") or "",
        key=row.get("FKBH") or "",
    )  # fmt: skip
