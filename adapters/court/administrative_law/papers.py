"""What stands beside the cases: contracts of agencies and their alerts, letters that want an answer, and sessions of
several bodies."""

from collections.abc import Callable, Mapping

import hub.api as hub
from adapters.numbers import COURT_CASE, references
from schemas.sessions import SEATS, filled


def listing(path: str) -> hub.Request:
    """A list of the application, by page, changed since then."""
    return hub.Request(
        path=path, since=hub.Since(param="updateTimeStart"), paging=hub.PageNumber(page="pageNo", size="pageSize"),
    )  # fmt: skip


def contract(item: hub.Item) -> hub.DraftDocument:
    """A contract of an agency (行政机关合同), from signing to its end. It is of its own number: alerts name that."""
    return hub.DraftDocument(
        key=item["contractId"], revision=item.get("updateTime"), of=("contract", item.get("contractNo") or ""),
        number=item.get("contractNo"), form="行政机关合同", title=item.get("title"), issuer=item.get("agencyName"),
        owner=item.get("agencyName"), region=item.get("regionCode"), issued=item.get("signDate"),
        due=item.get("endDate"), answered=item.get("closeDate"), amount=item.get("amount"), status=item.get("phase"),
        references=references(item.get("relatedNo")),
        parties=[hub.DraftParty(name=item.get("partyName"), role="2", kind="2", id_number=item.get("partyCode"))],
        extra={name: item.get(name) for name in ("agencyCode", "phaseName", "reviewLevel", "reviewResult")},
    )  # fmt: skip


def alert(item: hub.Item) -> hub.DraftEvent:
    """An alert about a contract's performance (履约预警)."""
    return hub.DraftEvent(
        key=item["alertId"], revision=item.get("updateTime"), of=("contract", item.get("contractNo") or ""),
        at=item.get("alertTime"), action=item.get("alertType"), body=item.get("agencyName"),
        owner=item.get("agencyName"), note=item.get("alertText"),
        extra={name: item.get(name) for name in ("alertLevel", "handled")},
    )  # fmt: skip


def letter(item: hub.Item) -> hub.DraftDocument:
    """A letter that wants an answer: 检察建议, 司法建议, 合法性审查意见书, 复议建议书, 整改通知.

    What came of it (effect, and money recovered) is told beside the answer.
    """
    return hub.DraftDocument(
        key=item["letterId"], revision=item.get("updateTime"), number=item.get("letterNo"), form=item.get("letterType"),
        title=item.get("title"), issuer=item.get("issuerName"), addressee=item.get("addresseeName"),
        owner=item.get("addresseeName"), region=item.get("regionCode"), issued=item.get("issueDate"),
        due=item.get("replyDue"), answered=item.get("replyTime"), answer=item.get("replyText"),
        amount=item.get("recovered"), status=item.get("status"), digest=item.get("sha256"), url=item.get("fileUrl"),
        references=references(item.get("relatedNo"))
        + ([("contract", item["contractNo"])] if item.get("contractNo") else []),
        extra={name: item.get(name) for name in ("statusName", "effect", "problems")},
    )  # fmt: skip


def session(item: hub.Item) -> hub.DraftEvent:
    """A session of the centre (行政争议调解中心): court, procuratorate, petition office, justice office and the agency
    concerned sit about one case, each in its part and with its vote. What they decided is no stage of the case."""
    return hub.DraftEvent(
        key=item["sessionId"], revision=item.get("updateTime"), of=of_case(item.get("caseNo") or ""),
        at=item.get("sessionTime"), action=item.get("title"), body=item.get("centreName"), note=item.get("outcome"),
        owner=item.get("centreName"), region=item.get("regionCode"), references=references(item.get("relatedNo")),
        extra={name: item.get(name) for name in ("sessionNo", "mode", "place", "agreementNo")}
        | {SEATS: [seat(each) for each in item.get("members") or ()]},
    )  # fmt: skip


def seat(row: hub.Item) -> dict[str, object]:
    """One body of a session. Who spoke for it stays at the source."""
    return filled({"body": row.get("orgName"), "part": row.get("role"), "vote": row.get("vote")})


def of_case(number: str) -> tuple[str, str]:
    """The number of a case as a reference: a 案号 of the court's, else a reconsideration's."""
    return ("court_case" if COURT_CASE.match(number) else "reconsideration", number)


SHAPES: Mapping[str, Callable[[hub.Item], hub.DraftEntry]] = {
    "contracts": contract, "alerts": alert, "letters": letter, "sessions": session,
}  # fmt: skip
STREAMS = tuple(
    hub.Stream(name=name, request=listing(f"/api/admlaw/{path}/list"))
    for name, path in (("contracts", "contract"), ("alerts", "contract/alert"), ("letters", "letter"),
                       ("sessions", "session"))
)  # fmt: skip
