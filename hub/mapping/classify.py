"""Text to item: weighted keywords found in one Aho-Corasick pass, then the ordered tie-break rules, then a threshold.

Every answer is explained by keywords of our own tables, never by the record's text. Below the threshold the answer is
"nothing", not "other": a wrong item costs more than one that waits for a person.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from math import log2
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, MatchKind

from hub.mapping.keywords import Keyword
from hub.mapping.tiebreak import RULES, Rule

READ_CHARS = 2_000
"""Characters of the detail that are read (GB/T 31000-2015 bounds an event's summary at 2,000): what follows repeats, or wanders."""

TITLE_WEIGHT = 2.0
"""A hit in the title counts as this many in the detail."""

LEAST = 2.6
"""Score an item must reach on its own; one decisive keyword weighs 3."""

LEAST_AMONG = 1.0
"""Score that is enough among a crosswalk's candidates: the source has said the rest."""

MARGIN = 0.18
"""Share of its score by which the first must lead the second."""

ASIDE = 1.7
"""By this factor more is asked of a text whose title is an enquiry, a suggestion or thanks rather than a dispute."""


class Reading(NamedTuple):
    """What the text says: ``item`` is None below the threshold. ``candidates`` are the best three, best first."""

    item: str | None
    confidence: float
    evidence: str
    candidates: tuple[str, ...]


NOTHING = Reading(None, 0.0, "", ())


class Classifier:
    """Keywords over live items. Immutable once built; `read` is pure."""

    def __init__(self, keywords: Iterable[Keyword], rules: tuple[Rule, ...] = RULES) -> None:
        weights: defaultdict[str, dict[str, float]] = defaultdict(dict)
        signals: defaultdict[str, set[str]] = defaultdict(set)
        for keyword in keywords:
            if keyword.item:
                weights[keyword.text][keyword.item] = keyword.weight
            if keyword.signal:
                signals[keyword.text].add(keyword.signal)
        self._words = sorted(weights.keys() | signals.keys())
        self._rules = rules
        self._search = AhoCorasick(self._words, matchkind=MatchKind.LeftmostLongest, store_patterns=False)
        self._says = [_with_inner(word, weights) for word in self._words]
        self._signals = [_signals_within(word, signals) for word in self._words]

    def read(self, title: str, detail: str, among: Collection[str] | None = None) -> Reading:
        """Find the item of a text, of all items or only ``among`` some (then less evidence is enough)."""
        hits = self._hits(title, detail)
        if not hits:
            return NOTHING
        scores: dict[str, float] = {}
        signals: set[str] = set()
        for word, count in hits.items():
            found = self._signals[word]
            if found:
                signals |= found
            gain = count if count <= 1 else 1 + log2(count) / 2 if count < 16 else 3.0
            for item, weight in self._says[word]:
                scores[item] = scores.get(item, 0.0) + weight * gain
        applied = [rule.name for rule in self._rules if rule.apply(scores, signals)]
        if among is not None:
            scores = {item: score for item, score in scores.items() if item in among}
        ranked = sorted(((score, item) for item, score in scores.items() if score > 0), key=lambda each: (-each[0], each[1]))
        if not ranked:
            return NOTHING
        top, item = ranked[0]
        second = ranked[1][0] if len(ranked) > 1 else 0.0
        margin = (top - second) / top
        least = LEAST if among is None else LEAST_AMONG
        if "aside" in signals:
            least *= ASIDE
        confident = top >= least and margin >= MARGIN
        return Reading(
            item if confident else None,
            round(top / (top + least) * (0.6 + 0.4 * margin), 3) if confident else 0.0,
            self._explain(hits, ranked, applied),
            tuple(each for _, each in ranked[:3]),
        )

    def signals(self, title: str, detail: str) -> frozenset[str]:
        """The circumstances a text names (``household``, ``crew``…), as the tie-break rules see them."""
        return frozenset().union(*(self._signals[word] for word in self._hits(title, detail)))

    def _hits(self, title: str, detail: str) -> dict[int, float]:
        bound = len(title)
        hits: dict[int, float] = {}
        for word, start, _ in self._search.find_matches_as_indexes(f"{title}\n{detail[:READ_CHARS]}"):
            hits[word] = hits.get(word, 0.0) + (TITLE_WEIGHT if start < bound else 1.0)
        return hits

    def _explain(self, hits: Mapping[int, float], ranked: list[tuple[float, str]], applied: list[str]) -> str:
        """For instance ``text: 漏水 楼上 D0201=5.2; next D0703=0.9; rule 6``: the words that spoke for the first, its score, the next."""
        top, item = ranked[0]
        spoke = sorted(
            ((weight, self._words[word]) for word in hits for of, weight in self._says[word] if of == item and weight > 0),
            reverse=True,
        )
        words = " ".join(word for _, word in spoke[:5])
        following = f"; next {ranked[1][1]}={ranked[1][0]:.1f}" if len(ranked) > 1 else ""
        rules = f"; rule {', '.join(applied)}" if applied else ""
        return f"text: {words} {item}={top:.1f}{following}{rules}" if words else f"text: {item}={top:.1f}{following}{rules}"


def _with_inner(word: str, weights: Mapping[str, Mapping[str, float]]) -> tuple[tuple[str, float], ...]:
    """What a word says for each item, the words inside it included: the longest match hides them from the search.

    For an item that both speak for, the strongest counts once: 楼上漏水 is one piece of evidence, not two.
    """
    says: dict[str, float] = {}
    for start in range(len(word)):
        for end in range(start + 1, len(word) + 1):
            for item, weight in weights.get(word[start:end], {}).items():
                if word[start:end] == word:
                    says[item] = weight
                elif item not in weights.get(word, {}):
                    says[item] = max(says.get(item, 0.0), weight)
    return tuple((item, weight) for item, weight in says.items() if weight)


def _signals_within(word: str, signals: Mapping[str, set[str]]) -> frozenset[str]:
    inner = (word[start:end] for start in range(len(word)) for end in range(start + 1, len(word) + 1))
    return frozenset().union(*(signals.get(part, ()) for part in inner))
