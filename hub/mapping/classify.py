"""Text to item: weighted keywords found in one Aho-Corasick pass, then the ordered tie-break rules, then a threshold.

Every answer is explained by keywords of our own tables, never by the record's text. Below the threshold the answer is
"nothing", not "other": a wrong item costs more than one that waits for a person.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b
from math import log2
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, MatchKind

from hub.mapping.keywords import Keyword
from hub.mapping.tiebreak import Rule

READ_CHARS = 2_000
"""Characters of the detail that are read: GB/T 31000-2015 bounds a summary at 2,000, what follows repeats or strays."""

TITLE_WEIGHT = 2.0
"""A hit in the title counts as this many in the detail."""

LEAST, LEAST_RISE, LEAST_MOST = 2.4, 1 / 150, 4.4
"""Score an item must reach: a word that decides alone (3) is enough in a short text; with each character of a long one,
where words also fall in passing, more is asked, up to the third figure."""

LEAST_AMONG = 1.0
"""Score that is enough among a crosswalk's candidates: the source has said the rest."""

MARGIN = 0.2
"""Share of its score by which the first must lead the second."""

MOST_DOUBLINGS = 4
"""A word that comes again counts half its weight more each time its count doubles, this often at the most."""

ASIDE = 1.9
"""By this factor more is asked where the title is an enquiry, a suggestion or thanks rather than a dispute."""

_ASIDE = re.compile(
    "咨询|请问|建议|希望|感谢|表扬|点赞|何时|什么时候|什么情况|多久|能否|能不能|可否|是否可以|呼吁|加快|规划"
)


class Reading(NamedTuple):
    """What the text says. ``item`` is None below the threshold.

    ``candidates`` are the best three, best first; ``signals`` the circumstances it names.
    """

    item: str | None
    confidence: float
    evidence: str
    candidates: tuple[str, ...]
    signals: frozenset[str]


NOTHING = Reading(None, 0.0, "", (), frozenset())


class Classifier:
    """Keywords over live items, signals and rules over them. Immutable once built; `read` is pure.

    ``version`` is a digest of all that decides: two classifiers of one version answer alike.
    """

    def __init__(self, keywords: Iterable[Keyword], signals: Mapping[str, str], rules: Sequence[Rule]) -> None:
        weights: defaultdict[str, dict[str, float]] = defaultdict(dict)
        for keyword in keywords:
            weights[keyword.text][keyword.item] = keyword.weight
        told: defaultdict[str, set[str]] = defaultdict(set)
        for signal, words in signals.items():
            for word in words.split():
                told[word].add(signal)
        self._words = sorted(weights.keys() | told.keys())
        self._search = AhoCorasick(self._words, matchkind=MatchKind.LeftmostLongest, store_patterns=False)
        self._says = [_with_inner(word, weights) for word in self._words]
        self._voices = [  # how each word is named as evidence for an item: the strongest first when sorted
            {item: (-weight, word) for item, weight in says if weight > 0}
            for word, says in zip(self._words, self._says, strict=True)
        ]
        self._tells = [
            frozenset().union(*(told[part] for part in _parts(word) if part in told)) for word in self._words
        ]
        self._fitting = lru_cache(maxsize=4096)(lambda signals: tuple(rule for rule in rules if rule.fits(signals)))
        figures = (TITLE_WEIGHT, LEAST, LEAST_RISE, LEAST_MOST, LEAST_AMONG, MARGIN, MOST_DOUBLINGS, ASIDE)
        heard = (sorted((word, sorted(says.items())) for word, says in weights.items()), signals, figures)
        acted = [(rule.name, rule.into, *map(sorted, (rule.out_of, rule.when, rule.unless))) for rule in rules]
        self.version = blake2b(repr((heard, acted)).encode(), digest_size=4).hexdigest()

    def read(self, title: str, detail: str, among: Collection[str] | None = None) -> Reading:
        """Find the item of a text: of all items, or only ``among`` some (then less evidence is enough)."""
        hits = self._hits(title, detail)
        says, tells = self._says, self._tells
        scores: dict[str, float] = {}
        told: set[str] = set()
        for word, count in hits.items():
            if tells[word]:
                told |= tells[word]
            gain = 1 if count == 1 else 1 + min(log2(count), MOST_DOUBLINGS) / 2
            for item, weight in says[word]:
                scores[item] = scores.get(item, 0.0) + weight * gain
        signals = frozenset(told)
        rules = [rule.name for rule in self._fitting(signals) if rule.move(scores)]
        ranked = [(-score, item) for item, score in scores.items() if score > 0 and (among is None or item in among)]
        if not ranked:
            return NOTHING
        ranked.sort()  # best score first, of equal ones the lower code
        top, item = -ranked[0][0], ranked[0][1]
        margin = (top + ranked[1][0]) / top if len(ranked) > 1 else 1.0
        least = LEAST_AMONG if among else min(LEAST + (len(title) + len(detail)) * LEAST_RISE, LEAST_MOST)
        if _ASIDE.search(title):
            least *= ASIDE
        sure = top >= least and margin >= MARGIN
        return Reading(
            item if sure else None,
            round(top / (top + least) * (0.6 + 0.4 * margin), 3) if sure else 0.0,
            self._explain(hits, ranked, rules),
            tuple([each for _, each in ranked[:3]]),
            signals,
        )

    def _hits(self, title: str, detail: str) -> dict[int, float]:
        """Words found, with how often; a hit in the title counts `TITLE_WEIGHT` times."""
        bound = len(title)
        hits: dict[int, float] = {}
        for word, start, _ in self._search.find_matches_as_indexes(f"{title}\n{detail[:READ_CHARS]}"):
            count = TITLE_WEIGHT if start < bound else 1.0
            hits[word] = hits[word] + count if word in hits else count
        return hits

    def _explain(self, hits: Mapping[int, float], ranked: Sequence[tuple[float, str]], rules: Sequence[str]) -> str:
        """Tell which of our words spoke, the first two scores and the rules used. ``ranked`` are (-score, item).

        For instance ``text: 楼上漏水 渗水 D0201=5.2; next D0703=0.9; rule 6``.
        """
        negative, item = ranked[0]
        voices = self._voices
        spoke = sorted([voice for word in hits if (voice := voices[word].get(item))])
        best = "".join([f" {word}" for _, word in spoke[:5]])
        following = f"; next {ranked[1][1]}={-ranked[1][0]:.1f}" if len(ranked) > 1 else ""
        return f"text:{best} {item}={-negative:.1f}{following}" + (f"; rule {' '.join(rules)}" if rules else "")


def _with_inner(word: str, weights: Mapping[str, Mapping[str, float]]) -> tuple[tuple[str, float], ...]:
    """What a word says for each item, the words inside it included: the longest match hides them from the search.

    Its own weight stands before those inside it; of several inside the strongest counts: 楼上漏水 is one piece of
    evidence, not two.
    """
    says: dict[str, float] = {}
    for part in _parts(word):
        for item, weight in weights.get(part, {}).items():
            says[item] = max(says.get(item, weight), weight)
    says |= weights.get(word, {})
    return tuple((item, weight) for item, weight in says.items() if weight)


def _parts(word: str) -> Iterator[str]:
    """Every substring of a word, itself included."""
    return (word[start:end] for start in range(len(word)) for end in range(start + 1, len(word) + 1))
