"""Which of the 84 items a matter is: code, label, cause and text, in that order."""

from collections.abc import Collection
from typing import Any, NamedTuple

from hub.contract import Manifest
from hub.mapping.classify import Classifier
from hub.mapping.crosswalk import Causes, Crosswalk, Verdict
from hub.mapping.keywords import OTHER, keywords
from hub.mapping.tiebreak import FILED_AS, RULES, SIGNALS
from schemas.record import Classification, Method
from schemas.taxonomy import Taxonomy
from schemas.taxonomy.sssom import MappingSet

_REMEMBERED = 50_000
"""Source codes kept with their verdict; a source has hundreds, one that has more is not using codes."""

_SAID = ("code", "label", "edition")

_NO_TABLE = "no table knows the source's code"

Found = dict[str, Any]
"""The fields of a `Classification` that say something, as plain values. Shared between records: not to be changed."""

_Key = tuple[str | None, str | None, str | None]
"""The source's own word: code, label, edition."""


class _Known(NamedTuple):
    """What code, label and edition say: final, or what is left for the text to decide among."""

    final: Found | None
    verdict: Verdict | None
    among: frozenset[str] | None
    rule: str | None


class Mapper:
    """Finds items for one adapter's drafts. Made by `Mapper.for_manifest`; not to be shared between threads."""

    def __init__(
        self,
        taxonomy: Taxonomy,
        *,
        adapter: Crosswalk | None = None,
        department: Crosswalk | None = None,
        causes: Causes | None = None,
        crosswalk_version: str = "",
    ) -> None:
        self.taxonomy = taxonomy
        self._adapter, self._department, self._causes = adapter, department, causes
        rules = tuple(rule.current(taxonomy.current) for rule in RULES)
        self._rules = rules
        self.classifier = Classifier(keywords(taxonomy), SIGNALS, rules)
        self.version = "+".join(filter(None, (taxonomy.version, crosswalk_version, self.classifier.version)))
        self._known: dict[_Key, _Known] = {}

    @classmethod
    def for_manifest(
        cls, manifest: Manifest, taxonomy: Taxonomy, adapter_crosswalk: MappingSet | None = None
    ) -> "Mapper":
        """The mapper of an adapter: its own crosswalk, its department's items, causes of action if it sends them.

        ``version`` names what decides: taxonomy, adapter crosswalk, and a digest of keywords and rules
        (``2026.1+zhelifang-1.0+3f9ab201``).
        """
        return cls(
            taxonomy,
            adapter=Crosswalk.of_adapter(adapter_crosswalk, taxonomy.current) if adapter_crosswalk else None,
            department=Crosswalk.of_department(manifest.department, taxonomy) if manifest.department else None,
            causes=Causes(taxonomy) if manifest.causes else None,
            crosswalk_version=f"{manifest.name}-{adapter_crosswalk.version}" if adapter_crosswalk else "",
        )

    def classify(
        self, *, code: str | None, label: str | None, edition: str | None, title: str, detail: str
    ) -> Classification:
        """Find the item. ``code``, ``label`` and ``edition`` are the source's own and stay on the answer untouched.

        Pure but for a memory of codes. Raises nothing.
        """
        return Classification.model_validate(self.find(code, label, edition, title, detail))

    def find(self, code: str | None, label: str | None, edition: str | None, title: str, detail: str) -> Found:
        """As `classify`, as plain values: what the line needs a thousand times a page."""
        key = (code, label, edition)
        known = self._known.get(key)
        if known is None:
            known = self._ask_tables(code, label, edition)
            if len(self._known) < _REMEMBERED:
                self._known[key] = known
        if known.final is None:
            return self._ask_text(key, known, title, detail)
        if known.rule is not None:
            return self._refile(key, known.final, known.rule, title, detail)
        return known.final

    def _ask_tables(self, code: str | None, label: str | None, edition: str | None) -> _Known:
        verdict = self._verdict(code, label, edition)
        if verdict is None:
            return _Known(None, None, None, None)
        key = (code, label, edition)
        if verdict.item:
            of_cause = self._causes is not None and verdict.method != "adapter_crosswalk"
            rule = FILED_AS.get(verdict.item) if of_cause else None
            final = self._made(key, verdict.method, verdict.item, verdict.confidence, verdict.evidence)
            return _Known(final, verdict, None, rule)
        return _Known(None, verdict, self._candidates(verdict.proposed), None)

    def _verdict(self, code: str | None, label: str | None, edition: str | None) -> Verdict | None:
        """The verdict of the first table that knows the code or label."""
        if code and self._adapter and (found := self._adapter.by_code(code)):
            return found
        if self._department:
            if code and (found := self._department.by_code(code)):
                return found
            if label and (found := self._department.by_label(label)):
                return found
        return self._causes.find(code, label, edition) if self._causes else None

    def _candidates(self, proposed: Collection[str]) -> frozenset[str] | None:
        """Items the text may decide among: those of the proposed categories, and where tie-break rules lead from them.

        None, for all items, where a proposal is "other": such a code says nothing.
        """
        if OTHER in proposed:
            return None
        categories = {each[:3] for each in proposed}
        among = {
            code
            for code, item in self.taxonomy.items.items()
            if item.live and code != OTHER and item.category in categories
        }
        return frozenset(among.union(*(rule.into for rule in self._rules if rule.out_of & among)))

    def _ask_text(self, key: _Key, known: _Known, title: str, detail: str) -> Found:
        verdict, label = known.verdict, key[1]
        if verdict and label and label in title:  # the label has had its say; a court's title is often nothing else
            title = title.replace(label, "")
        reading = self.classifier.read(title, detail, known.among)
        told = verdict.evidence if verdict else _NO_TABLE if key[0] or key[1] else ""
        evidence = f"{told}; {reading.evidence}" if told and reading.evidence else told or reading.evidence
        if reading.item:
            return self._made(key, "text", reading.item, reading.confidence, evidence, reading.candidates)
        if verdict is None:
            return self._made(key, "unmapped", None, 0.0, evidence, reading.candidates)
        candidates = (*verdict.proposed, *reading.candidates)
        return self._made(key, "proposal", verdict.proposed[0], round(verdict.confidence / 2, 3), evidence, candidates)

    def _refile(self, key: _Key, filed: Found, rule: str, title: str, detail: str) -> Found:
        """A cause names a legal relation, not what happened: rule 6 holds where a leak is filed as 财产损害赔偿."""
        reading, item = self.classifier.read(title, detail), filed["item"]
        if not any(
            each.name == rule and item in each.out_of and reading.item in each.into and each.fits(reading.signals)
            for each in self._rules
        ):
            return filed
        evidence = f"{filed['evidence']}; refiled by rule {rule}; {reading.evidence}"
        return self._made(key, "text", reading.item, reading.confidence, evidence, (*reading.candidates, item))

    def _made(
        self,
        key: _Key,
        method: Method,
        found: str | None,
        confidence: float,
        evidence: str,
        candidates: tuple[str, ...] = (),
    ) -> Found:
        """``found`` is an item, for a proposal an item or category of which only the category is kept."""
        made: Found = {"method": method, "confidence": confidence, "mapping": self.version}
        if found:
            item = self.taxonomy.items.get(found)
            made["category"] = item.category if item else found
            if method != "proposal":
                made["item"] = found
        if evidence:
            made["evidence"] = evidence
        if candidates:
            made["candidates"] = list(dict.fromkeys(candidates))
        for name, said in zip(_SAID, key, strict=True):
            if said is not None:
                made[name] = said
        return made
