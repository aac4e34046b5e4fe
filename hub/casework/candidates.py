"""Which records may tell of the matter a new one tells of, and how much speaks for each.

Bodies are opened for the page and for its candidates only. What is taken out of them stays in memory, in a cache of a
few thousand; what is kept on disk are keyed hashes.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection

from hub.casework.linking.features import Features, features_of, seen_in
from hub.casework.linking.keys import MOST, block_keys_of
from hub.casework.linking.pairing import COMMON_NUMBER, reach
from hub.casework.linking.score import Scorer, Verdict
from hub.store import cases as rows
from hub.store.cases import Head, Ref
from hub.store.corrections import laid, overlay
from hub.store.driver import Driver
from hub.store.show import open_version
from hub.store.subjects import unpack
from hub.store.vault import Keyring

Pair = tuple[Ref, Ref]
"""Two records, the older (by number) first."""

REMEMBERED = 10_000  # features kept between pages
CANDIDATES = 40
"""Records one record is compared with at the most, those first that share the rarest keys with it."""

COUNTED = 2_048  # a party that more records bear counts as borne by so many
_COUNTED_BY = (b"n", b"p", b"r")  # keys of names, phones, numbers: what `_counted` asks for


@dataclass(slots=True)
class Page:
    """What was found for one page: features and keys of its live records, and verdicts on pairs.

    In ``counted`` are features as `Candidates.weigh` has counted them.
    """

    features: dict[Ref, Features] = field(default_factory=dict)
    keys: dict[Ref, list[bytes]] = field(default_factory=dict)
    counted: dict[Ref, Features] = field(default_factory=dict)  # of those that were compared
    verdicts: dict[Pair, Verdict] = field(default_factory=dict)
    bounded: int = 0  # records with a key that is passed over, or more candidates than were compared


class Candidates:
    """Finds and weighs candidates. Not for two connections at once."""

    def __init__(self, keyring: Keyring, scorer: Scorer) -> None:
        self.keyring, self.scorer = keyring, scorer
        self._known: dict[tuple[Ref, int], Features] = {}

    def read(self, connection: Connection, heads: Collection[Head]) -> Page:
        """Features and keys of live records."""
        features = self._features(connection, heads)
        keys = block_keys_of(list(features.values()), self.keyring.hash)
        return Page(features, dict(zip(features, keys, strict=True)))

    def weigh(self, connection: Connection, page: Page, fresh: Collection[Ref], known: Collection[Pair]) -> None:
        """Compare the ``fresh`` records of a page with all they share a key with, but for pairs ``known`` already.

        The page's keys are in the store by now, so that its records find one another too.
        """
        found = {}
        for home in {ref[0] for ref in fresh}:  # each looks among its own first
            wanted = {key for ref in fresh if ref[0] == home for key in page.keys[ref]}
            found[home] = rows.bearers(connection, wanted, MOST, home)
        counts = self._counts(connection, {key: refs for each in found.values() for key, refs in each.items()})
        pairs: dict[Pair, None] = {}
        known = frozenset(known)
        for ref in sorted(fresh):
            near, common = self._near(ref, page.keys[ref], found[ref[0]], counts)
            page.bounded += common or len(near) > CANDIDATES
            for other in near[:CANDIDATES]:
                if (pair := (ref, other) if ref < other else (other, ref)) not in known:
                    pairs[pair] = None
        far = {ref for pair in pairs for ref in pair} - page.features.keys()
        features = self._features(connection, rows.heads_of(connection, far).values()) | page.features
        page.counted = {ref: self._counted(features[ref], counts) for ref in fresh}
        page.verdicts.update(self._scored(features | page.counted, pairs))

    def compare(
        self, connection: Connection, pairs: Sequence[Pair], known: Mapping[Ref, Features] = MappingProxyType({})
    ) -> dict[Pair, Verdict]:
        """Verdicts on these pairs of records that are in the index; those with a deleted record are left out.

        What many bear is counted as `weigh` does, one of each pair at least: a desk's phone tells as little of two
        cases as of two records. ``known`` are features that are counted already (`Page.counted`).
        """
        refs = {ref for pair in pairs for ref in pair} - known.keys()
        features = self._features(connection, rows.heads_of(connection, refs).values())
        among = {ref for pair in pairs if known.keys().isdisjoint(pair) for ref in pair}
        uncounted = {ref: each for ref, each in features.items() if ref in among}
        counted = self.counted(connection, uncounted, block_keys_of(list(uncounted.values()), self.keyring.hash))
        return self._scored({**features, **known, **counted}, pairs)

    def counted(
        self, connection: Connection, features: Mapping[Ref, Features], keys: Iterable[Iterable[bytes]]
    ) -> dict[Ref, Features]:
        """The same features, with how many records of the index bear their names, phones and numbers; ``keys`` are
        theirs."""
        wanted = {key for each in keys for key in each if key[:1] in _COUNTED_BY}
        counts = self._counts(connection, rows.bearers(connection, wanted, MOST))
        return {ref: self._counted(each, counts) for ref, each in features.items()}

    def _scored(self, features: Mapping[Ref, Features], pairs: Iterable[Pair]) -> dict[Pair, Verdict]:
        sound = [pair for pair in pairs if pair[0] in features and pair[1] in features]
        verdicts = self.scorer.score([(features[one], features[other]) for one, other in sound])
        return dict(zip(sound, verdicts, strict=True))

    def _features(self, connection: Connection, heads: Iterable[Head]) -> dict[Ref, Features]:
        """Features of the live ones among these, from memory or out of their sealed bodies; in key order."""
        live = sorted((head for head in heads if not head.deleted), key=lambda head: head.ref)
        patches = overlay(connection, self.keyring, [head.ref for head in live])
        missing = [head for head in live if head.ref in patches or (head.ref, head.version) not in self._known]
        bodies = bodies_of(connection, self.keyring, [head.ref for head in missing])
        if len(self._known) + len(missing) > REMEMBERED:
            kept = {(head.ref, head.version) for head in live}
            self._known = {spot: each for spot, each in self._known.items() if spot in kept}
        made: dict[Ref, Features] = {}
        for head in missing:
            body = laid(bodies[head.ref], patches.get(head.ref, ()))
            made[head.ref] = features_of(head.ref, head.source, body, unpack(head.subjects))
            if head.ref not in patches:  # a correction comes and goes without a new version
                self._known[head.ref, head.version] = made[head.ref]
        return {head.ref: made.get(head.ref) or self._known[head.ref, head.version] for head in live}

    def _near(
        self, ref: Ref, keys: Iterable[bytes], found: Mapping[bytes, Sequence[Ref]], counts: Mapping[bytes, int]
    ) -> tuple[list[Ref], bool]:
        """Records to compare one with, those under the rarest keys first; and whether a key is too common to use."""
        near: dict[Ref, None] = {}
        common = False
        for key in sorted(keys, key=lambda key: (counts.get(key, 0), key)):
            most = reach(key, counts.get(key, 0))
            common = common or not most
            near.update(dict.fromkeys(found.get(key, ())[:most]))
        near.pop(ref, None)
        return list(near), common

    def _counts(self, connection: Connection, found: Mapping[bytes, Sequence[Ref]]) -> dict[bytes, int]:
        """How many records bear each key; of those that many bear, `COUNTED` at the most."""
        counts = {key: len(refs) for key, refs in found.items()}
        driver = Driver.of(connection)
        statement = driver.one("SELECT count(*) FROM (SELECT 1 FROM finding WHERE hash = ? LIMIT ?) AS newest")
        for key in [key for key, count in counts.items() if count == MOST]:
            counts[key] = driver.cursor.execute(statement, (key, COUNTED)).fetchone()[0]
        return counts

    def _counted(self, features: Features, counts: Mapping[bytes, int]) -> Features:
        """The same, its parties counted and numbers that many bear taken out."""
        hashed = self.keyring.hash
        numbers = tuple(n for n in features.numbers if counts.get(b"r" + hashed("ref", n[1]), 0) <= COMMON_NUMBER)
        if numbers != features.numbers:
            features = replace(features, numbers=numbers)
        return seen_in(features, hashed, lambda key: counts.get(key, 1))


def alike(connection: Connection, keyring: Keyring, ref: Ref, scorer: Scorer) -> list[tuple[str, Verdict]]:
    """Leading cases a record looks like, the surest first, with what speaks for each (``join`` or ``ask``). It need not
    have been linked, nor have a case; its own is left out."""
    candidates = Candidates(keyring, scorer)
    page = candidates.read(connection, rows.heads_of(connection, [ref]).values())
    candidates.weigh(connection, page, list(page.features), ())
    placed = rows.placed(connection, {each for pair in page.verdicts for each in pair})
    leads = rows.leads(connection, {each.code for each in placed.values()})
    best: dict[str, Verdict] = {}
    for (one, other), verdict in page.verdicts.items():
        near = other if one == ref else one
        if verdict.decision != "apart" and near in placed:
            lead = leads[placed[near].code]
            best[lead] = max(verdict, best.get(lead, verdict), key=lambda each: each.weight)
    if ref in placed:
        best.pop(leads[placed[ref].code], None)
    return sorted(best.items(), key=lambda each: (-each[1].weight, each[0]))


def bodies_of(connection: Connection, keyring: Keyring, refs: Iterable[Ref]) -> dict[Ref, dict[str, Any]]:
    """The content of each of these records as it is now, opened: personal data, for the moment."""
    statement = (
        "SELECT v.home, v.record, v.version, v.key_id, v.body FROM record r JOIN version v "
        "ON v.home = r.home AND v.record = r.id AND v.version = r.version WHERE r.home = ? AND r.id"
    )
    return {
        (home, record): open_version(keyring, (home, record, version), key_id, bytes(body))
        for home, record, version, key_id, body in Driver.of(connection).of_rows(statement, refs)
    }
