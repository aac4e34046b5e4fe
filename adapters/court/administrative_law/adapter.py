"""Adapter for administrative law (行政复议、行政诉讼): a payload encoded twice, SHA1 headers, times in milliseconds."""

import re
from collections.abc import Callable

import hub.api as hub
from adapters.court.administrative_law.papers import SHAPES, STREAMS, listing
from adapters.numbers import SEPARATORS, references
from hub.api import Stage

STAGES = {
    "10": Stage.RECEIVED, "11": Stage.TRIAGED, "12": Stage.ACCEPTED, "13": Stage.REFUSED, "14": Stage.HANDLING,
    "15": Stage.HANDLING, "16": Stage.MEDIATING, "17": Stage.CLOSED, "18": Stage.WITHDRAWN, "19": Stage.SETTLED,
    "20": Stage.FILED, "21": Stage.HEARING, "22": Stage.MEDIATING, "23": Stage.JUDGED, "24": Stage.WITHDRAWN,
    "25": Stage.SETTLED, "30": Stage.CLOSED,
}  # fmt: skip
"""1x reconsideration, 2x suit. A decision (17) ends the body's work; who loses by it may still go to court."""

MEDIATED = frozenset(("19", "25"))
ROLES = {"复议机关": "2", "原审第三人": "3"}  # beside the words the hub knows
STEPS = (("acceptDate", "受理"), ("hearingDate", "听证开庭"), ("decideDate", "决定裁判"))
EXTRA = ("caseType", "agencyName", "agencyCode", "corrected", "lost", "headAttended", "result", "relatedNo")
RECONSIDERATION = re.compile(r"\w*复\w*[〔\[（(]\d{4}[〕\]）)]\d+号")


class AdministrativeLaw(hub.Adapter[hub.AdapterConfig]):
    """Reconsiderations and suits, one list. Pages come in order of the case key."""

    manifest = hub.Manifest(
        name="administrative_law", version="1.2.0", kind="court", title="Administrative law",
        title_zh="行政复议与行政诉讼", department="SF", code_system="administrative_matter", causes=True, channel="FY",
        capabilities=frozenset({hub.Capability.INCREMENTAL, hub.Capability.COUNTED}),
        envelope=hub.Envelope(
            ok="success", ok_values=(True,), code="code", denied=("401", "403"), throttled=("429",),
            items="result.rows", total="result.total", message="message",
        ),
        signing=hub.Signing(fields=("{app_key}", "{app_secret}", "{timestamp}"), algorithm="sha1", nonce_name="",
                            key_name="appKey", timestamp_name="timestamp", sign_name="signature"),
        streams=(hub.Stream(request=listing("/api/admlaw/case/list")), *STREAMS), stages=STAGES,
    )  # fmt: skip

    def draft_of(self, stream: str) -> Callable[[hub.Item], hub.Draft | hub.DraftEntry]:
        """Contracts, alerts, letters and sessions are no cases."""
        return SHAPES.get(stream, self.draft)

    def draft(self, item: hub.Item) -> hub.Draft:
        """One case. What was decided is told as it is; only a mediated one says that the parties agreed."""
        status, suit = item.get("status"), (item.get("caseType") or "").startswith("行政诉讼")
        own = ("court_case" if suit else "reconsideration", item.get("caseNo") or "")
        numbers = SEPARATORS.split(item.get("relatedNo") or "")
        return hub.Draft(
            key=item["caseId"], revision=item.get("updateTime"), title=item.get("title"), detail=item.get("claim"),
            code=item.get("matterCode"), label=item.get("matterName"), edition="行政2020" if suit else None,
            opened=item.get("applyDate"), due=item.get("deadline"), closed=item.get("closeDate"), status=status,
            status_label=item.get("statusName"), region=item.get("regionCode"), people=item.get("peopleCount"),
            parties=[party(p) for p in item.get("parties") or ()],
            steps=[hub.DraftStep(at=item[at], action=action) for at, action in STEPS if item.get(at)],
            references=references(item.get("relatedNo"), own)
            + [("reconsideration", number) for number in numbers if RECONSIDERATION.match(number)],
            resolution=hub.DraftResolution(method="诉讼" if suit else "行政复议", organisation=item.get("bodyName"),
                                           situation=item.get("result"), success=True if status in MEDIATED else None)
            if item.get("result") else None,
            extra={name: item.get(name) for name in EXTRA},
        )  # fmt: skip


def party(row: hub.Item) -> hub.DraftParty:
    """One side, standing in the source's words; a body that upheld what is attacked is sued beside who did it."""
    standing = row.get("standing") or "1"
    return hub.DraftParty(
        name=row.get("name"), role=ROLES.get(standing, standing), kind=row.get("kind") or "1",
        id_number=row.get("idNo"), phone=row.get("tel"), address=row.get("address"), agent=row.get("agent"),
    )  # fmt: skip


@hub.hookimpl
def hub_adapters() -> list[type[hub.Adapter[hub.AdapterConfig]]]:
    """The adapter of this package."""
    return [AdministrativeLaw]
