"""From a source's own code or label to taxonomy items, by SSSOM mappings.

Mind the direction: the *subject* is the source's item. ``skos:exactMatch`` (the same) and ``skos:broadMatch`` (ours is broader, the
source's a part of it) decide; ``skos:narrowMatch`` (ours is narrower) and ``skos:relatedMatch`` only propose.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple, Protocol

from hub.mapping.text import half_width
from schemas.record import Method

DECIDING = ("exactMatch", "broadMatch")
_PATH_SIGNS = re.compile(r"[_/>|→\\]+|(?<=[\u4e00-\u9fff])-(?=[\u4e00-\u9fff])")
_BRACKETED = re.compile(r"\([^()]*\)")


class MappingRow(Protocol):
    """What is read of an SSSOM row (`schemas.taxonomy.sssom.Mapping`)."""

    @property
    def subject_id(self) -> str: ...  # noqa: D102
    @property
    def subject_label(self) -> str: ...  # noqa: D102
    @property
    def predicate(self) -> str: ...  # noqa: D102
    @property
    def object_id(self) -> str: ...  # noqa: D102
    @property
    def confidence(self) -> float | None: ...  # noqa: D102


class Verdict(NamedTuple):
    """What a crosswalk says of a source item.

    ``item`` is set when it decides. Else ``proposed`` holds the items (or, by category code, the categories) it only proposes.
    ``evidence`` names table, subject and predicate.
    """

    method: Method
    item: str | None
    proposed: tuple[str, ...]
    evidence: str
    confidence: float


class Crosswalk:
    """One mapping set, by code and by label.

    ``current`` follows a retired target to its live successor (None when the code is unknown: the row is then no use and left
    out). A code is the part of the subject's CURIE after the colon; ``prefix`` (``XF-``) may be left out by the source.
    """

    def __init__(
        self,
        method: Method,
        name: str,
        rows: Iterable[MappingRow],
        *,
        current: Callable[[str], str | None],
        prefix: str = "",
    ) -> None:
        self.method, self.name = method, name
        by_subject: defaultdict[str, list[tuple[str, str, float]]] = defaultdict(list)
        labels: defaultdict[str, dict[str, None]] = defaultdict(dict)
        for row in rows:
            target = current(row.object_id.rpartition(":")[2])
            if target is None:
                continue
            subject = row.subject_id.partition(":")[2] or row.subject_id
            confidence = 0.5 if row.confidence is None else row.confidence
            by_subject[subject].append((row.predicate.rpartition(":")[2], target, confidence))
            if row.subject_label:
                labels[plain(row.subject_label)][subject] = None
        self._by_code = {subject: self._verdict(subject, found) for subject, found in by_subject.items()}
        if prefix:
            self._by_code = {
                subject.removeprefix(prefix): verdict for subject, verdict in self._by_code.items()
            } | self._by_code
        self._by_label = {label: self._joint(tuple(self._by_code[each] for each in subjects)) for label, subjects in labels.items()}

    def __len__(self) -> int:
        return len(self._by_code)

    def by_code(self, code: str) -> Verdict | None:
        """The verdict on a code, or on the code above it where a numeric one runs deeper than the table (030201 under 0302)."""
        code = code.strip()
        found = self._by_code.get(code)
        while found is None and len(code) > 4 and code.isdecimal():
            code = code[:-2]
            found = self._by_code.get(code)
        return found

    def by_label(self, label: str) -> Verdict | None:
        """The verdict on a label as written, without its brackets or its 纠纷, or on the finest part of a path of labels."""
        wanted = plain(label)
        for part in (wanted, *reversed(_PATH_SIGNS.split(wanted))):
            for written in (part, _BRACKETED.sub("", part), part + "纠纷", part.removesuffix("纠纷"), part.removesuffix("一案")):
                if written and (found := self._by_label.get(written)):
                    return found
        return None

    def _verdict(self, subject: str, found: list[tuple[str, str, float]]) -> Verdict:
        for wanted in DECIDING:
            for predicate, target, confidence in found:
                if predicate == wanted and len(target) == 5:
                    return Verdict(self.method, target, (), f"{self.name} {subject} {predicate} {target}", confidence)
        proposed = tuple(dict.fromkeys(target for _, target, _ in found))
        predicates = "/".join(dict.fromkeys(predicate for predicate, _, _ in found))
        evidence = f"{self.name} {subject} {predicates} {' '.join(proposed)}"
        return Verdict(self.method, None, proposed, evidence, max(confidence for _, _, confidence in found))

    def _joint(self, verdicts: tuple[Verdict, ...]) -> Verdict:
        """One label borne by several subjects decides where all agree, else proposes what any of them names."""
        first = verdicts[0]
        if all(verdict.item == first.item and verdict.item for verdict in verdicts):
            return first
        named = (each for verdict in verdicts for each in ((verdict.item,) if verdict.item else verdict.proposed))
        proposed = tuple(dict.fromkeys(named))
        evidence = "; ".join(verdict.evidence for verdict in verdicts)
        return Verdict(self.method, None, proposed, evidence, max(verdict.confidence for verdict in verdicts))


class Causes:
    """Causes of action by label, then by number within an edition: numbers shift between the editions of 2020 and 2025.

    ``numbers`` gives the subject of (edition, number); a number without an edition counts only where all editions agree.
    """

    def __init__(self, crosswalk: Crosswalk, numbers: Mapping[tuple[str, str], str]) -> None:
        self._crosswalk, self._numbers = crosswalk, numbers
        self._editions = sorted({edition for edition, _ in numbers})

    def find(self, code: str | None, label: str | None, edition: str | None) -> Verdict | None:
        """The verdict on a cause: by label first, number second."""
        if label and (found := self._crosswalk.by_label(label)):
            return found
        if not code:
            return None
        number = half_width(code).strip().rstrip(".、")
        if edition and (year := next((each for each in self._editions if each in half_width(edition)), None)):
            return self._of((year, number))
        found = {self._of((year, number)) for year in self._editions} - {None}
        if len(found) == 1 and sum((year, number) in self._numbers for year in self._editions) == len(self._editions):
            return found.pop()
        return self._crosswalk.by_code(number) if not number.isdecimal() else None

    def _of(self, key: tuple[str, str]) -> Verdict | None:
        subject = self._numbers.get(key)
        return self._crosswalk.by_code(subject) if subject else None


def plain(label: str) -> str:
    """A label for comparison: half-width, without blanks, list marks (``、，``) and quotes."""
    return re.sub(r"[\s,、;“”\"'‘’]+", "", half_width(label))
