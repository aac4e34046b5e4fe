"""From a source's own code or label to taxonomy items, by SSSOM mappings.

Mind the direction: the *subject* is the source's item. ``skos:exactMatch`` (the same) and ``skos:broadMatch`` (ours is
broader, the source's a part of it) decide; ``skos:narrowMatch`` (ours is narrower) and ``skos:relatedMatch`` propose.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

from hub.mapping.text import half_width
from schemas.record import Method
from schemas.taxonomy import Cause, Taxonomy
from schemas.taxonomy.sssom import Mapping as Row
from schemas.taxonomy.sssom import MappingSet

Current = Callable[[str], str | None]
Subject = tuple[str, str, Sequence[Row]]
"""A source item: code, label, its mappings."""

ITEM_LENGTH = 5
"""Characters of an item code (``D0201``); a mapping onto a category (``D02``) can only propose."""

_PATH = re.compile(r"[_/>|→\\]+|(?<=[\u4e00-\u9fff])-(?=[\u4e00-\u9fff])")
_BRACKETED = re.compile(r"\([^()]*\)")
_UNPRONOUNCED = re.compile(r"[\s,、;“”\"'‘’]+")
_SUB_NUMBER = re.compile(r"[-(.]0*(\d+)\)?$")


class Verdict(NamedTuple):
    """What a table says of a source item: ``item`` when it decides, else the items or categories it only proposes."""

    method: Method
    item: str | None
    proposed: tuple[str, ...]
    evidence: str
    confidence: float


class Crosswalk:
    """Source items by code and by label.

    ``current`` follows a retired target to its live successor; a target it does not know is left out. ``prefix``
    (``XF-``) may be missing from the codes the source sends.
    """

    def __init__(
        self, method: Method, name: str, subjects: Iterable[Subject], *, current: Current, prefix: str = ""
    ) -> None:
        self._by_code: dict[str, Verdict] = {}
        short: dict[str, Verdict] = {}
        labels: defaultdict[str, list[Verdict]] = defaultdict(list)
        for code, label, rows in subjects:
            verdict = judge(method, f"{name} {code}", rows, current)
            if verdict is None:
                continue
            self._by_code[code] = verdict
            if prefix and code.startswith(prefix):
                short[code.removeprefix(prefix)] = verdict
            if label:
                labels[plain(label)].append(verdict)
        self._by_code = short | self._by_code
        self._by_label = {label: _joint(verdicts) for label, verdicts in labels.items()}

    @classmethod
    def of_adapter(cls, mappings: MappingSet, current: Current) -> "Crosswalk":
        """An adapter's own table (``crosswalk.sssom.tsv`` beside it)."""
        subjects = ((code, rows[0].subject_label, rows) for code, rows in mappings.by_subject().items())
        return cls("adapter_crosswalk", "adapter", subjects, current=current)

    @classmethod
    def of_department(cls, department: str, taxonomy: Taxonomy) -> "Crosswalk":
        """The items of one of the 17 departments; empty for any other code."""
        items = (item for item in taxonomy.source_items.values() if item.department == department)
        subjects = ((item.code, item.label, item.matches) for item in items)
        return cls("department_crosswalk", "department", subjects, current=taxonomy.current, prefix=f"{department}-")

    def by_code(self, code: str) -> Verdict | None:
        """The verdict on a code, or on the one above it where digits run deeper than the table (030201 under 0302)."""
        code = code.strip()
        found = self._by_code.get(code)
        while found is None and len(code) > 4 and code.isdecimal():
            code = code[:-2]
            found = self._by_code.get(code)
        return found

    def by_label(self, label: str) -> Verdict | None:
        """The verdict on a label (see `spellings`)."""
        return next((found for each in spellings(label) if (found := self._by_label.get(each))), None)


class Causes:
    """Causes of action (案由): by label first, then by number within an edition.

    Numbers shift between the editions of 2020 and 2025 (物业服务合同纠纷 is 121, then 126): without an edition a number
    decides only where both name causes of the same item.
    """

    def __init__(self, taxonomy: Taxonomy) -> None:
        self._taxonomy = taxonomy
        self._by_label: Mapping[str, Cause] = {plain(label): cause for label, cause in taxonomy.causes_by_label.items()}
        self._editions = sorted({edition for _, edition, _ in taxonomy.causes_by_number})

    def find(self, code: str | None, label: str | None, edition: str | None) -> Verdict | None:
        """The verdict on a cause; None for an unknown one and for a matter that is no dispute."""
        if label:
            for written in spellings(label):
                if (cause := self._by_label.get(written)) is not None:
                    return self._judge(cause)
        if not code:
            return None
        if (cause := self._taxonomy.causes.get(code.strip())) is not None:
            return self._judge(cause)
        number = _SUB_NUMBER.sub(r".\1", half_width(code).strip().removesuffix("."))
        kind = "administrative" if edition and "行政" in edition else "civil"
        known = [year for year in self._editions if edition and year in half_width(edition)] or self._editions
        causes = [self._taxonomy.causes_by_number.get((kind, year, number)) for year in known]
        verdicts = {self._judge(cause) if cause else None for cause in causes}
        first = verdicts.pop()
        if first is None or any(each is None or each.item != first.item for each in verdicts):
            return None
        return first

    def _judge(self, cause: Cause) -> Verdict | None:
        return judge("cause", f"cause {cause.code}", cause.matches, self._taxonomy.current)


def judge(method: Method, name: str, rows: Sequence[Row], current: Current) -> Verdict | None:
    """One source item's mappings as a verdict; None when none of them leads to a live code."""
    live = [(row, target) for row in rows if (target := current(row.object_code)) is not None]
    if not live:
        return None
    for row, target in live:
        if row.decides and len(target) == ITEM_LENGTH:
            return Verdict(method, target, (), f"{name} {_short(row)} {target}", row.confidence)
    proposed = tuple(dict.fromkeys(target for _, target in live))
    predicates = "/".join(dict.fromkeys(_short(row) for row, _ in live))
    return Verdict(
        method, None, proposed, f"{name} {predicates} {' '.join(proposed)}", max(r.confidence for r, _ in live)
    )


Relation = Literal["exact", "broader", "narrower", "unmapped"]
"""How a source's code stands to our items: the same; ours is the broader one, both decide; ours are several or only
akin, the text decides among them; no table knows the code."""

_SAYS = re.compile(r"(?:^|; )(?:adapter|department|cause) .*?(\w+Match)(?:/\w+Match)* (D\d{2,4}(?: D\d{2,4})*)")


def relation(evidence: str) -> Relation:
    """What the tables said of a code, read back from the evidence of a record that bore it (`judge` writes it)."""
    said = _SAYS.findall(evidence)
    targets = {target for _, targets in said for target in targets.split()}
    if not said:
        return "unmapped"
    if len(targets) > 1 or len(targets.pop()) != ITEM_LENGTH:
        return "narrower"
    predicates = {predicate for predicate, _ in said}
    if predicates == {"exactMatch"}:
        return "exact"
    return "broader" if predicates <= {"exactMatch", "broadMatch"} else "narrower"


@lru_cache(maxsize=4096)
def plain(label: str) -> str:
    """A label for comparison: half-width, without blanks, list marks and quotes."""
    return _UNPRONOUNCED.sub("", half_width(label))


def spellings(label: str) -> Iterable[str]:
    """How a table may spell a label: whole, the finest part of a path, without brackets or 一案, with 纠纷 or not."""
    whole = plain(label)
    for part in dict.fromkeys((whole, *reversed(_PATH.split(whole)))):
        for written in dict.fromkeys((part, part.removesuffix("一案"), _BRACKETED.sub("", part))):
            if written:
                yield from (written, written + "纠纷", written.removesuffix("纠纷"))


def _joint(verdicts: list[Verdict]) -> Verdict:
    """One label borne by several subjects decides where all agree, else proposes what any of them names."""
    first = verdicts[0]
    if all(verdict.item == first.item and verdict.item for verdict in verdicts):
        return first
    named = (each for verdict in verdicts for each in ((verdict.item,) if verdict.item else verdict.proposed))
    evidence = "; ".join(verdict.evidence for verdict in verdicts)
    confidence = max(verdict.confidence for verdict in verdicts)
    return Verdict(first.method, None, tuple(dict.fromkeys(named)), evidence, confidence)


def _short(row: Row) -> str:
    return row.predicate.rpartition(":")[2]
