"""A simulated source that takes deliveries as rows of its tables: as told by ``[rows]`` of ``conformance.toml``.

It can be read like any other front database. The other side of an exchange fetches what stands there and says so in the
row: that is the receipt. A table neither refuses nor answers at once.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NoReturn

from conformance.description import DeliverSpec, ReplySpec, RowsSpec, WireSpec
from conformance.lab.receiver import Mood, Taken
from conformance.lab.rows import Row
from conformance.lab.table import TableSim
from conformance.outcome import NotApplicable
from conformance.scenarios import Recording
from conformance.traffic import Traffic

_NO_ANSWER = ReplySpec(status=200, body="")


class TableReceiver(TableSim):
    """A front database that takes rows, running inside ``with``. ``mood`` ``failed`` is an other side that is away.

    ``came`` are the rows that came; ``acts`` those the other side has fetched.
    """

    def __init__(
        self,
        spec: WireSpec,
        told: RowsSpec,
        recording: Recording,
        rows: Iterable[Row],
        traffic: Traffic,
        *,
        secret: str,
    ) -> None:
        super().__init__(spec, recording, rows, traffic, secret=secret)
        self.told = told
        self.came: list[Taken] = []
        self.acts: list[Taken] = []
        self._mood: Mood = "ok"
        self._seen: set[tuple[str, int]] = set()

    def start(self) -> None:
        """Listen, with the tables in place."""
        super().start()
        for table, columns in self.told.columns.items():
            names = ", ".join(f'"{name}"' for name in columns.split())
            self._own.execute(f'CREATE TABLE "{table}" ({names})')

    @property
    def deliver(self) -> DeliverSpec:
        """The same, as a source over HTTP would be told."""
        return DeliverSpec(
            paths=self.told.tables, key_field=self.told.key, ok=_NO_ANSWER, refused=_NO_ANSWER, failed=_NO_ANSWER,
            reason="",
        )  # fmt: skip

    @property
    def mood(self) -> Mood:
        """Whether the other side fetches what stands there."""
        return self._mood

    @mood.setter
    def mood(self, mood: Mood) -> None:
        if mood == "refused":
            raise NotApplicable("a table refuses no row")
        self._mood = mood

    def fault(self, kind: str, *, after: int = 0, times: int | None = 1, **options: Any) -> NoReturn:
        """Raises NotApplicable: the statements that put a row are the hub's own."""
        raise NotApplicable("rows are put by statements of the hub's own, whatever befalls them")

    def look(self) -> bool:
        """Note the rows that have come, and fetch those that wait. Answers whether any was fetched."""
        fetched = False
        for table in dict.fromkeys(self.told.tables.values()):
            for number, row in self._standing(table):
                taken = Taken(table, str(row.get(self.told.key) or ""), row, {})
                if (table, number) not in self._seen:
                    self._seen.add((table, number))
                    self.came.append(taken)
                if self.mood == "ok" and all(str(row[name]) == text for name, text in self.told.waiting.items()):
                    marks = ", ".join(f'"{name}" = ?' for name in self.told.fetched)
                    values = [*self.told.fetched.values(), number]
                    self._own.execute(f'UPDATE "{table}" SET {marks} WHERE rowid = ?', values)  # noqa: S608 - its own
                    self.acts.append(taken)
                    fetched = True
        return fetched

    def _standing(self, table: str) -> list[tuple[int, Mapping[str, Any]]]:
        found = self._own.execute(f'SELECT rowid, * FROM "{table}" ORDER BY rowid').fetchall()  # noqa: S608 - its own
        return [(int(row[0]), {name: row[name] for name in row.keys()[1:]}) for row in found]
