"""Which of the 84 items a matter is: code, label, cause and text, in that order."""

from collections.abc import Collection
from typing import NamedTuple

from hub.contract import Manifest
from hub.mapping.classify import Classifier
from hub.mapping.crosswalk import Causes, Crosswalk, Verdict
from hub.mapping.keywords import OTHER, keywords
from hub.mapping.tiebreak import FILED_AS, RULES, SIGNALS
from schemas.record import Classification, Method
from schemas.taxonomy import Taxonomy
from schemas.taxonomy.sssom import MappingSet

RULES_VERSION = "1"
"""Of keywords, thresholds and rules in code; raised with them, so that a record tells which ones it was mapped by."""

_REMEMBERED = 50_000
"""Source codes kept with their verdict; a source has hundreds, one that has more is not using codes."""


_Key = tuple[str | None, str | None, str | None]
"""The source's own word: code, label, edition."""


class _Known(NamedTuple):
    """What code, label and edition say: final, or what is left for the text to decide among."""

    final: Classification | None
    verdict: Verdict | None
    among: frozenset[str] | None
    rule: str | None


class Mapper:
    """Finds items for one adapter's drafts. Use `Mapper.for_manifest`. Not shared between threads while it classifies."""

    def __init__(
        self,
        taxonomy: Taxonomy,
        *,
        adapter: Crosswalk | None = None,
        department: Crosswalk | None = None,
        causes: Causes | None = None,
        version: str = "",
    ) -> None:
        self.taxonomy = taxonomy
        self.version = version or f"{taxonomy.version}+{RULES_VERSION}"
        self._adapter, self._department, self._causes = adapter, department, causes
        rules = tuple(rule.current(taxonomy.current) for rule in RULES)
        self._rules = rules
        self.classifier = Classifier(keywords(taxonomy), SIGNALS, rules)
        self._known: dict[_Key, _Known] = {}

    @classmethod
    def for_manifest(
        cls, manifest: Manifest, taxonomy: Taxonomy, adapter_crosswalk: MappingSet | None = None
    ) -> "Mapper":
        """The mapper of an adapter: its own crosswalk if it has one, its department's items, causes of action if it sends them.

        ``version`` names the editions that decide: taxonomy, adapter crosswalk, rules (``2026.1+zhelifang-1.0+1``).
        """
        own = adapter_crosswalk and f"+{manifest.name}-{adapter_crosswalk.version}"
        return cls(
            taxonomy,
            adapter=Crosswalk.of_adapter(adapter_crosswalk, taxonomy.current) if adapter_crosswalk else None,
            department=Crosswalk.of_department(manifest.department, taxonomy) if manifest.department else None,
            causes=Causes(taxonomy) if manifest.causes else None,
            version=f"{taxonomy.version}{own or ''}+{RULES_VERSION}",
        )

    def classify(
        self, *, code: str | None, label: str | None, edition: str | None, title: str, detail: str
    ) -> Classification:
        """Find the item. ``code``, ``label`` and ``edition`` are the source's own and stay on the answer untouched. Raises nothing."""
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
            return _Known(self._answer(key, verdict, verdict.item), verdict, None, rule)
        return _Known(None, verdict, self._candidates(verdict.proposed), None)

    def _verdict(self, code: str | None, label: str | None, edition: str | None) -> Verdict | None:
        """The first table that knows the item; one that decides before one that only proposes within the same source's word."""
        if code and self._adapter and (found := self._adapter.by_code(code)):
            return found
        if self._department:
            if code and (found := self._department.by_code(code)):
                return found
            if label and (found := self._department.by_label(label)):
                return found
        return self._causes.find(code, label, edition) if self._causes else None

    def _candidates(self, proposed: Collection[str]) -> frozenset[str] | None:
        """Items the text may decide among: those proposed, their categories' others, and where the tie-break rules lead from them.

        None (all items) where a proposal is "other": such a code says nothing.
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

    def _ask_text(self, key: _Key, known: _Known, title: str, detail: str) -> Classification:
        reading = self.classifier.read(title, detail, known.among)
        told = known.verdict.evidence if known.verdict else ""
        if told or reading.evidence:
            evidence = "; ".join(part for part in (told, reading.evidence) if part)
        else:
            evidence = ""
        code, label, edition = key
        if known.verdict is None and (code or label):
            evidence = (
                f"no table knows the source's code; {evidence}" if evidence else "no table knows the source's code"
            )
        if reading.item:
            return self._made(key, reading.item, "text", reading.confidence, evidence, reading.candidates)
        if known.verdict is not None:
            category = self._category_of(known.verdict.proposed[0])
            return Classification(
                category=category,
                method="proposal",
                confidence=round(known.verdict.confidence / 2, 3),
                evidence=evidence,
                candidates=tuple(dict.fromkeys((*known.verdict.proposed, *reading.candidates))),
                mapping=self.version,
                code=code,
                label=label,
                edition=edition,
            )
        return Classification(
            evidence=evidence,
            candidates=reading.candidates,
            mapping=self.version,
            code=code,
            label=label,
            edition=edition,
        )

    def _refile(self, key: _Key, filed: Classification, rule: str, title: str, detail: str) -> Classification:
        """A cause names a legal relation, not what happened: rule 6 holds even where a leak is filed as 财产损害赔偿."""
        reading = self.classifier.read(title, detail)
        if not any(
            each.name == rule and filed.item in each.out_of and reading.item in each.into and each.fits(reading.signals)
            for each in self._rules
        ):
            return filed
        evidence = f"{filed.evidence}; refiled by rule {rule}; {reading.evidence}"
        return self._made(
            key, reading.item, "text", reading.confidence, evidence, (filed.item or "", *reading.candidates)
        )

    def _answer(self, key: _Key, verdict: Verdict, item: str) -> Classification:
        return self._made(key, item, verdict.method, verdict.confidence, verdict.evidence, ())

    def _made(
        self,
        key: _Key,
        item: str,
        method: Method,
        confidence: float,
        evidence: str,
        candidates: Collection[str],
    ) -> Classification:
        code, label, edition = key
        return Classification(
            item=item,
            category=self._category_of(item),
            method=method,
            confidence=confidence,
            evidence=evidence,
            candidates=tuple(dict.fromkeys(candidates)),
            mapping=self.version,
            code=code,
            label=label,
            edition=edition,
        )

    def _category_of(self, code: str) -> str:
        item = self.taxonomy.items.get(code)
        return item.category if item else code
