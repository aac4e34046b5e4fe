"""TX-12 and TX-13: the words of a crosswalk's row fit its codes, on the source's side and on ours."""

from typing import TYPE_CHECKING

from conformance.check import Level, check
from conformance.checks.taxonomy import CROSSWALK, crosswalk_of
from conformance.outcome import NotApplicable, Violation
from conformance.shaped import disputes
from schemas.identity import redact

if TYPE_CHECKING:
    from conformance.harness import Harness

FIRM = 0.64
"""How sure the hub is of a text with a strong word for one item and none for any other."""


@check(
    "TX-12",
    level=Level.READS,
    clause="The crosswalk and the recording call a code by words that have something in common.",
    after=("TX-02",),
    why="Sources give old numbers to new classes. The hub looks at the code alone: land is filed under property fees.",
    failing="lakeside:L03  物业费, and rows of L03 that say 土地征收补偿",
    passing="lakeside:L03  物业费, and rows of L03 that say 物业服务费",
)
def labels_are_the_sources(h: "Harness") -> None:
    """Labels that one code alone bears, and share no sign with the crosswalk's; another script says nothing."""
    rows = {row.subject_code: row.subject_label for row in crosswalk_of(h).rows if row.subject_label}
    codes: dict[str, set[str]] = {}
    for seen in disputes(h):
        if (code := seen.says("code")) and (label := seen.says("label")):
            codes.setdefault(str(label), set()).add(str(code))
    known = [(label, code) for label, (code, *more) in codes.items() if not more and code in rows]
    if not known:
        raise NotApplicable("no label of the recording is that of one code in the crosswalk")
    for label, code in known:
        ours, theirs = _signs(rows[code]), _signs(f"{code}{label}")  # a code may be a word itself
        if ours and theirs and not ours & theirs:
            raise Violation(
                expected=f"the code {redact(code)} called something like {rows[code]}",
                observed=f"a label of {len(label)} characters, none of them in that",
                likely="the number has got another meaning since, or the row was made for another code",
                where=CROSSWALK,
            )


def _signs(text: str) -> set[str]:
    """The Chinese characters of a text."""
    return {sign for sign in text if "\u4e00" <= sign <= "\u9fff"}


@check(
    "TX-13",
    level=Level.READS,
    clause="No row of the crosswalk decides for an item when its label is the plain word for another.",
    after=("TX-01", "TX-09"),
    why="One line too far in the list of items, and every dispute over fees is one over parking.",
    failing="lakeside:L03  物业费  skos:broadMatch  yiwang:D0403   # parking",
    passing="lakeside:L03  物业费  skos:broadMatch  yiwang:D0401",
)
def labels_lead_home(h: "Harness") -> None:
    """Each label as the hub reads a text; what it is sure of lies within the row's object."""
    for row in crosswalk_of(h).rows:
        found = h.mapper.find(None, None, None, row.subject_label, "")
        item = found.get("item") or row.object_code
        if row.decides and found["confidence"] >= FIRM and not item.startswith(row.object_code):
            raise Violation(
                expected=f"{item}, for which the label has a word",
                observed=f"{row.object_code}",
                likely="the code stands a line above or below in the list; or ours is akin only: skos:relatedMatch",
                where=f"{CROSSWALK} row {row.line}",
            )
