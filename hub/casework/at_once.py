"""A first pull, or the return of a large source: when more waits than stands, all of it is linked at once.

Record by record the linker knows only what came before: the first customers of a firm that many complain of look like
one joint filing. A full pass over everything (`hub.casework.linking.bulk`) sees how common a name, a phone, a text is.
It is made in a thread, for a daemon goes on reading meanwhile; what it found is then written batch by batch as ever.
"""

from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from itertools import combinations
from threading import Event
from typing import NamedTuple

import numpy as np
from sqlalchemy import Connection

from hub import events
from hub.batch import spot_of
from hub.casework.candidates import Candidates, Page
from hub.casework.linking.bulk import Found, Linking
from hub.casework.linking.groups import MOST_WHOLE
from hub.casework.linking.pairing import Array
from hub.casework.linking.score import Weights
from hub.casework.relink import features
from hub.store import cases as rows
from hub.store.cases import Ref
from hub.store.store import Store

Pair = tuple[Ref, Ref]

_LOOK = 5  # batches between two looks at how much waits


class Turn(NamedTuple):
    """Records to be given to cases together. ``within`` are the pairs of their groups, ``asked`` those to ask a person
    about of which the later record is among them."""

    refs: list[Ref]
    within: list[Pair]
    asked: list[Pair]

    def weigh(
        self,
        connection: Connection,
        candidates: Candidates,
        page: Page,
        fresh: Collection[Ref],
        known: Collection[Pair],
    ) -> None:
        """As `Candidates.weigh`, of these pairs alone: what the pass kept apart is not joined. A record that is not at
        hand and has no case is left out: it could not be linked, and is compared when it is."""
        new = frozenset(fresh)
        features = {ref: page.features[ref] for ref in fresh}
        page.counted = candidates.counted(connection, features, (page.keys[ref] for ref in fresh))
        pairs = [pair for pair in (*self.within, *self.asked) if pair not in known and not new.isdisjoint(pair)]
        far = {ref for pair in pairs for ref in pair} - page.features.keys()
        lost = far - rows.placed(connection, far).keys()
        pairs = [pair for pair in pairs if lost.isdisjoint(pair)]
        page.verdicts.update(candidates.compare(connection, pairs, page.counted))
        for pair in self.asked:
            if pair in page.verdicts and page.verdicts[pair].decision == "join":
                page.verdicts[pair] = replace(page.verdicts[pair], decision="ask")


class AtOnce:
    """Sees when much waits, and has it looked over. Where more than ``least`` records wait, and more than have a case,
    a pass begins; what it found is taken in turns."""

    def __init__(self, store: Store, weights: Weights, least: int) -> None:
        self.store, self.weights, self.least = store, weights, least
        self._pass: _Pass | None = None
        self._turns: _Turns | None = None
        self._looks = 0
        self._failed = False

    def under_way(self) -> bool:
        """Whether a pass is under way, which is to be waited for; begins one, and takes what one has found."""
        if self._pass is None:
            if self._turns or self._failed or not self._is_much():
                return False
            self._pass = _Pass(self.store, self.weights)
        if not self._pass.done(0):
            return True
        ended, self._pass = self._pass, None
        try:
            self._turns = _Turns(found := ended.found())
        except Exception as error:  # noqa: BLE001 - the linker goes on record by record, and tells the one that fails
            self._failed = True
            events.log(events.LINKING_UNPLANNED, error=f"{type(error).__name__} {spot_of(error)}")
            return False
        events.log(events.LINKING_PLANNED, records=len(found.refs), groups=self._turns.groups, asked=len(found.asked))
        return False

    def wait(self, seconds: float) -> None:
        """Until the pass that is under way has ended, or for so long."""
        if self._pass is not None:
            self._pass.done(seconds)

    def turn(self, size: int) -> Turn | None:
        """What comes next of what a pass has found, the same until it is `passed`; None: there is nothing of one."""
        return self._turns.take(size) if self._turns else None

    def passed(self) -> None:
        """Let go of the last turn: it is linked, or must be linked record by record. After the very last one it is
        looked again at once: more may have come meanwhile than stands by now."""
        if self._turns:
            self._turns.passed()
            if not self._turns:
                self.rest()

    def rest(self) -> None:
        """Nothing waits any more, or nothing of a pass: the next look comes with the next batch."""
        self._turns, self._looks = None, 0

    def close(self) -> None:
        """End a pass that is under way; returns when its thread has ended."""
        if self._pass is not None:
            self._pass.close()
            self._pass = None

    def _is_much(self) -> bool:
        self._looks += 1
        if self._looks % _LOOK != 1:
            return False
        count = "SELECT count(*) FROM (SELECT 1 FROM {} LIMIT {}) AS first_rows"
        with self.store.database.reading() as connection:
            if connection.exec_driver_sql(count.format("link", self.least + 1)).scalar_one() <= self.least:
                return False
            waiting = connection.exec_driver_sql("SELECT count(*) FROM link").scalar_one()
            return int(connection.exec_driver_sql(count.format("case_record", waiting)).scalar_one()) < int(waiting)


class _Pass:
    """A full pass over all live records of a store, in a thread."""

    def __init__(self, store: Store, weights: Weights) -> None:
        self.store, self.weights = store, weights
        self._closed = Event()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="at-once")
        self._found = self._thread.submit(self._run)

    def done(self, within_s: float) -> bool:
        return bool(wait([self._found], within_s).done)

    def found(self) -> Found:
        self._thread.shutdown()
        return self._found.result()

    def close(self) -> None:
        self._closed.set()
        self._thread.shutdown()

    def _run(self) -> Found:
        keyed, stop = self.store.keyring.hash, self._closed.is_set
        with Linking(features(self.store), self.weights, keyed=keyed, asked_to_stop=stop) as linking:
            return linking.found()


class _Turns:
    """What a pass found, group by group, from the front."""

    def __init__(self, found: Found) -> None:
        self._found = found
        self._order = np.argsort(found.group, kind="stable")
        rank = np.empty_like(self._order)
        rank[self._order] = np.arange(len(self._order))
        self._ties, self._asked = _ByTurn.of(found.ties, rank), _ByTurn.of(found.asked, rank)
        self._first = self._last = 0

    def __bool__(self) -> bool:
        return self._first < len(self._order)

    @property
    def groups(self) -> int:
        """Groups of two records or more."""
        return int((np.bincount(self._found.group) > 1).sum()) if len(self._order) else 0

    def take(self, size: int) -> Turn:
        """The next whole groups, ``size`` records or some more."""
        order, group = self._order, self._found.group
        first, last = self._first, min(self._first + size, len(order))
        while last < len(order) and group[order[last]] == group[order[last - 1]]:
            last += 1
        self._last = last
        some = order[first:last]
        refs = [self._ref(number) for number in some.tolist()]
        starts = np.flatnonzero(np.diff(group[some], prepend=-1)).tolist()
        groups = (refs[start:end] for start, end in zip(starts, [*starts[1:], len(refs)], strict=True))
        within = [pair for each in groups if len(each) <= MOST_WHOLE for pair in combinations(sorted(each), 2)]
        within += self._pairs(self._ties.between(first, last))
        return Turn(refs, within, self._pairs(self._asked.between(first, last)))

    def passed(self) -> None:
        self._first = self._last

    def _pairs(self, numbers: Array) -> list[Pair]:
        refs = ((self._ref(one), self._ref(other)) for one, other in numbers.tolist())
        return [(one, other) if one < other else (other, one) for one, other in refs]

    def _ref(self, number: int) -> Ref:
        home, id_ = self._found.refs[number].tolist()
        return self._found.homes[home], id_


class _ByTurn(NamedTuple):
    """Pairs of records in the order in which the later of both is taken."""

    pairs: Array
    at: Array

    @classmethod
    def of(cls, pairs: Array, rank: Array) -> "_ByTurn":
        at = rank[pairs].max(axis=1, initial=0)
        order = np.argsort(at, kind="stable")
        return cls(pairs[order], at[order])

    def between(self, first: int, last: int) -> Array:
        return self.pairs[slice(*np.searchsorted(self.at, (first, last)))]
