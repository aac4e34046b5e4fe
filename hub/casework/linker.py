"""The linker: gives marked records to cases, batch by batch, one transaction each, and tells what follows of it.

A batch is taken in the order of its keys; whatever stops it, the next start takes it again and ends in the same state.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from hub import events
from hub.batch import spot_of
from hub.casework.at_once import AtOnce, Turn
from hub.casework.candidates import Candidates, Page
from hub.casework.cases import refresh
from hub.casework.cited import cited
from hub.casework.joining import Bridge, Pair, Standing, plan
from hub.casework.journal import note_all
from hub.casework.linking.score import Scorer, Verdict, Weights
from hub.casework.moves import Follow
from hub.casework.placing import Batch, Linked, keep, let_be_found, write
from hub.casework.steps import conflicts, moves
from hub.clock import utc_now, utc_text
from hub.errors import HubError, StoreError
from hub.settings import Settings
from hub.store import cases as rows
from hub.store.cases import PERSON, Ref
from hub.store.driver import Driver
from hub.store.store import Store

POINTS = ("taken", "weighed", "placed", "followed", "before_commit", "committed")
"""Names of the points of a batch at which a test may stop it."""

BATCH = 500  # records in one transaction: a third of a second or so for which nobody else writes on SQLite
AT_ONCE = 500  # records waiting: when more wait, and more than stand, they are linked at once
AMID = 100  # the same beside a daemon's pushes and reads, which want their turn
PAUSE_S = 30  # after the database has failed
_WAIT_S = 0.2  # of a single run for a full pass, before it looks whether it is to stop
_CROSSED = 8  # records of a standing case that are compared before something comes to it

Stop = Callable[[str], None]


def no_stop(point: str) -> None:
    """The stop used in production: none."""


class Linker:
    """Links what bears the mark "to be linked". One per store; it is the daemon's `Beside`.

    ``follow`` are called with the moves of each batch in its transaction. ``stop`` is called at each of `POINTS`.
    ``total`` counts what it has done; ``stuck`` are records that could not be linked, and why, until the next start.
    """

    def __init__(
        self,
        settings: Settings,
        store: Store,
        *,
        clock: Callable[[], datetime] = utc_now,
        follow: Sequence[Follow] = (),
        stop: Stop = no_stop,
        batch: int = BATCH,
        at_once: int = AT_ONCE,
    ) -> None:
        self.store, self.clock, self.follow, self.stop, self.batch = store, clock, tuple(follow), stop, batch
        weights = settings.case.weights
        self.candidates = Candidates(store.keyring, Scorer(Weights.load(weights) if weights else Weights.load()))
        self.at_once = AtOnce(store, self.candidates.scorer.weights, at_once)
        self.total = Linked()
        self.stuck: dict[Ref, str] = {}
        self._more, self._singly, self._refs = True, 0, list[Ref]()
        self._again: datetime | None = None
        self._turn: Turn | None = None

    @property
    def busy(self) -> bool:
        """Whether the last step left marks behind."""
        return self._more

    def step(self) -> None:
        """Link one batch, if there is any. What fails is told and left for later; nothing else waits for it."""
        if self._again is not None and self.clock() < self._again:
            return
        self._again = None
        try:
            self._step()
        except StoreError as error:
            if error.where != self.store.database.dialect:  # sealed data that does not open
                self._isolate(error)
                return
            self._more, self._again = False, self.clock() + timedelta(seconds=PAUSE_S)
            events.log(events.LINKING_DELAYED, error=str(error), wait_s=PAUSE_S)
        except Exception as error:  # noqa: BLE001 - a record nobody thought of must not end the daemon
            self._isolate(error)

    def _step(self) -> None:
        self._turn = None
        if not self._marked():
            self._more = False
            self.at_once.rest()
            return
        if not self._singly:
            if self.at_once.under_way():
                self._more = True
                return
            self._turn = self.at_once.turn(self.batch)
        with self.store.database.transaction() as connection:
            done, count = self._link(connection)
            self.stop("before_commit")
        self.stop("committed")
        self._more = count >= self._size or self._singly > 0 or self._turn is not None
        self.at_once.passed()
        self._singly = max(self._singly - 1, 0) if count else 0
        self.total.add(done)
        if count:
            events.log(events.CASES_LINKED, **{name: getattr(done, name) for name in done.__slots__})

    @property
    def _size(self) -> int:
        return 1 if self._singly else self.batch

    def _isolate(self, error: Exception) -> None:
        """Go on singly after a batch has failed, and past the record that fails alone."""
        self._more = True
        if self._turn is not None:
            self.at_once.passed()
        if not self._singly:
            self._singly = self.batch
            return
        self._singly -= 1
        ref = self._refs[0]
        said = (
            f"{error.code}: {error.what}" if isinstance(error, HubError) else f"{type(error).__name__} {spot_of(error)}"
        )
        self.stuck[ref] = said
        events.log(events.RECORD_UNLINKED, record_ref=f"{ref[0]}-{ref[1]}", error=said)

    def waiting(self) -> int:
        """How many records bear the mark."""
        with self.store.database.reading() as connection:
            return int(connection.exec_driver_sql("SELECT count(*) FROM link").scalar_one())

    def drain(
        self, asked_to_stop: Callable[[], bool] = lambda: False, told: Callable[[int], None] = lambda records: None
    ) -> Linked:
        """Link until no marks are left but those of what is ``stuck``; answers what came of it. ``told`` hears of each
        step how many records it linked."""
        before = replace(self.total)
        self._more, self._again = True, None
        try:
            while self._more and not asked_to_stop():
                done = self.total.records
                self.step()
                told(self.total.records - done)
                self.at_once.wait(_WAIT_S)
        finally:
            self.close()  # who asked to stop does not wait for a pass over all history
        return Linked(*(getattr(self.total, name) - getattr(before, name) for name in before.__slots__))

    def close(self) -> None:
        """Nothing is half done between two steps; a pass that is under way is given up."""
        self.at_once.close()

    def _marked(self) -> bool:
        """A look that takes no lock: most steps of a daemon find nothing to do."""
        with self.store.database.reading() as connection:
            statement = f"SELECT 1 FROM link LIMIT {len(self.stuck) + 1}"  # noqa: S608 - a number of ours
            return len(connection.exec_driver_sql(statement).all()) > len(self.stuck)

    def _link(self, connection: Connection) -> tuple[Linked, int]:
        """Link one batch in a transaction; answers what came of it, and how many marks it took."""
        at = utc_text(now := self.clock())
        rows.take_turn(connection)
        batch = self._take(connection)
        self.stop("taken")
        page = self.candidates.read(connection, batch.live)
        fresh = let_be_found(connection, batch, page)
        decided = rows.decided(connection, [*page.features])
        said = {(each.one, each.other): each for each in decided if each.by.startswith(PERSON)}
        if self._turn is None:
            self.candidates.weigh(connection, page, fresh, said.keys())
        else:
            self._turn.weigh(connection, self.candidates, page, fresh, said.keys())
        named = cited(connection, self.candidates, page, fresh)
        page.verdicts |= {pair: each for pair, each in named.items() if pair not in said}
        self.stop("weighed")
        apart = [pair for pair, each in said.items() if each.state == "apart"]
        standing = _standing(connection, {ref for pair in (*page.verdicts, *apart) for ref in pair})
        made = plan(
            batch.new, page.verdicts, standing, apart, lambda near: self._across(connection, near, standing, page)
        )
        touched = write(connection, batch, page, made, at)
        told = keep(connection, page, made, decided, at)
        self.stop("placed")
        codes = {ref: each.code for ref, each in rows.placed(connection, batch.heads).items()}
        moved = moves(connection, self.store.keyring, batch.heads, batch.placed, codes)
        wrong = conflicts(moved, at)
        note_all(connection, wrong)
        refresh(connection, {*touched, *codes.values()}, at=at)
        for each in self.follow:
            each(connection, moved, now)
        self.stop("followed")
        Driver.of(connection).many("DELETE FROM link WHERE home = ? AND record = ? AND version <= ?", batch.marks)
        return replace(told, records=len(batch.marks), conflicts=len(wrong), bounded=page.bounded), len(batch.marks)

    def _take(self, connection: Connection) -> Batch:
        driver = Driver.of(connection)
        if self._turn is None:
            statement = driver.one("SELECT home, record FROM link ORDER BY home, record LIMIT ?")
            marked = driver.cursor.execute(statement, (self._size + len(self.stuck),)).fetchall()
        else:
            marked = driver.of_rows("SELECT home, record FROM link WHERE home = ? AND record", self._turn.refs)
        waiting = sorted((home, record) for home, record in marked if (home, record) not in self.stuck)
        refs = waiting if self._turn else waiting[: self._size]
        self._refs = refs
        heads = rows.heads_of(connection, refs)
        marks = [(*ref, heads[ref].version) for ref in refs]
        return Batch(heads, rows.placed(connection, refs), marks)

    def _across(
        self, connection: Connection, near: Collection[Bridge], standing: dict[Ref, Standing], page: Page
    ) -> tuple[Mapping[Pair, Verdict], Collection[Bridge]]:
        """What records that are about to come together say of one another, be it through a case, where they were not
        compared yet; and which cases a person holds apart."""
        leads = {code for pair in near for code, number in pair if number == -1}
        under = rows.led_by(connection, leads)
        refs: dict[str, list[Ref]] = {code: [] for code in leads}
        for code, own in rows.members(connection, under).items():
            refs[under[code]] += own
            standing.update((ref, Standing(code, under[code])) for ref in own)
        merging = [pair for pair in near if pair[0][1] == pair[1][1] == -1]
        held_apart = {
            tuple(sorted((standing[each.one].lead, standing[each.other].lead)))
            for each in rows.decided(connection, {ref for pair in merging for code, _ in pair for ref in refs[code]})
            if each.state == "apart" and each.by.startswith(PERSON) and {each.one, each.other} <= standing.keys()
        }
        told = {node: refs[node[0]][:_CROSSED] if node[1] == -1 else [node] for pair in near for node in pair}
        pairs = {
            (min(one, other), max(one, other)): None
            for first, second in near
            for one in told[first]
            for other in told[second]
        }
        barred = [(one, other) for one, other in merging if (one[0], other[0]) in held_apart]
        left = [pair for pair in pairs if pair not in page.verdicts]
        return self.candidates.compare(connection, left, page.counted), barred


def _standing(connection: Connection, refs: Collection[Ref]) -> dict[Ref, Standing]:
    placed = rows.placed(connection, refs)
    leads = rows.leads(connection, {each.code for each in placed.values()})
    return {ref: Standing(each.code, leads[each.code]) for ref, each in placed.items()}
