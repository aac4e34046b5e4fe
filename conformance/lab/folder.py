"""A simulated source that is a folder: the files it drops are made of a recording.

It drops a file with all its rows whenever an instance is about to read (`FolderSim.place`), unless the last one still
waits and nothing has changed. Faults befall the file, which is cut, a login page, of another encoding, or the folder,
which is gone. What only a wire can do (to deny, to hang, to page in its own way) does not apply.
"""

import csv
import hashlib
import io
import json
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NoReturn

import orjson

from conformance.description import WireSpec
from conformance.lab.faults import FAULTS, Dial, Fault
from conformance.lab.rows import Row
from conformance.lab.wire import Alter, Chunk, Reply, Wire
from conformance.lab.wire import Call as Request
from conformance.outcome import NotApplicable
from conformance.replay import SimSource
from conformance.scenarios import Recording
from conformance.simwire import Call
from conformance.traffic import Traffic

CLAIMED: Final = ".claimed"
"""Where the hub keeps what it has taken and not put away."""

_BEFALLING: Final = frozenset(
    {
        "cut", "html", "empty", "envelope", "encoding", "total", "moving",
        "new_column", "missing_column", "retyped_column", "unknown_value", "same_time", "time_back",
    }
)  # fmt: skip
_TOLD_BY_MANIFEST: Final = frozenset({"cut", "empty", "envelope", "total"})
"""Faults that nobody can see where no manifest tells of the file as it should be."""

_GONE: Final = frozenset({"close", "reset", *(f"status {status}" for status in (500, 502, 503))})
"""Faults that are the folder's absence here: nobody can tell a share that is not mounted from one that failed."""

_NOTHING: Final = frozenset({"page_size", "skew"})
"""Faults that change nothing here: the hub cuts files into pages, and asks no folder for its time."""


class FolderSim(SimSource):
    """A simulated source that drops files. ``calls`` are the reads it has dropped one for, or let one lie."""

    def __init__(
        self, spec: WireSpec, recording: Recording, rows: Iterable[Row], traffic: Traffic | None = None
    ) -> None:
        super().__init__(spec, recording, rows, traffic)
        self._down = recording.template.lift.down
        self.columns = list(dict.fromkeys(name for row in map(self._down, recording.rows) for name in row))
        self._dial = Dial()
        self._room = tempfile.TemporaryDirectory(prefix="conform-")
        self.folder = Path(self._room.name).resolve() / "inbox"
        self._there = self._refused = self._writing = False
        self._last: bytes | None = None

    def start(self) -> None:
        """Put the folder there."""
        self.folder.mkdir()
        self._there = True

    def stop(self) -> None:
        """Take the folder away, with all that is in it (F01)."""
        if self._there:
            self.folder.rename(self.folder.with_name(f"gone {len(self.calls)}"))
        self._there = False

    def __exit__(self, *why: Any) -> None:
        """Take everything away."""
        self._room.cleanup()

    @property
    def running(self) -> bool:
        """Whether the folder is there."""
        return self._there

    @property
    def stalls(self) -> bool:
        """A file keeps nobody waiting."""
        return False

    @property
    def place(self) -> Mapping[str, Any]:
        """The folder, in which a file lies now."""
        if not (self._refused or self._writing):
            self._drop()
        return {"folder": str(self.folder)}

    @property
    def allow(self) -> tuple[str, ...]:
        """A folder needs no network."""
        return ()

    def fault(self, kind: str, *, after: int = 0, times: int | None = 1, **options: Any) -> None:
        """Turn the dial: it counts files. Raises NotApplicable for faults of other wires."""
        new = Fault(kind, after, times, {**self._usual(kind), **options})
        gone = f"status {options.get('status', 503)}" if kind == "status" and "retry_after" not in options else kind
        if kind in _TOLD_BY_MANIFEST and self.spec.files.ready != "manifest":
            raise NotApplicable("no manifest tells of a file as it should be")
        if kind == "refused" and not after:
            self._refused = True
            self.stop()
        elif kind in _BEFALLING or gone in _GONE:
            self._dial.set(new)
        elif kind not in _NOTHING:
            raise NotApplicable(f"files lie in a folder: nothing there is like {gone}")

    @property
    def idle(self) -> list[Fault]:
        """The faults that were set and have never acted."""
        return self._dial.idle

    def clear(self) -> None:
        """Let everything go right again."""
        self._dial.clear()
        self._last, self._refused, self._writing = None, False, False
        if not self._there:
            self.start()

    def half(self) -> None:
        """Begin to write the next file, and go no further until `clear`: nothing says that it is whole."""
        self._withdraw()
        body = self.table([entry.row for entry in self.rows.snapshot().entries])
        (self.folder / self._name()).write_bytes(body[: body.rindex(b"\n", 0, len(body) * 2 // 3) + 1])
        self._writing = True

    @property
    def waits(self) -> bool:
        """Whether a file lies in the inbox, or was taken and not put away."""
        return bool(self._waiting())

    def table(self, rows: Sequence[Mapping[str, Any]]) -> bytes:
        """The rows as a file; the number of a line is told by where it stands."""
        rows = [{name: value for name, value in row.items() if name != self.spec.row} for row in rows]
        rows = list(map(self._down, rows))
        if self.spec.path.endswith(".jsonl"):
            return b"".join(json.dumps(row, ensure_ascii=False).encode(self.spec.encoding) + b"\n" for row in rows)
        names = list(dict.fromkeys([*self.columns, *(name for row in rows for name in row)]))
        names = [name for name in names if not rows or any(name in row for row in rows)]
        text = io.StringIO()
        lines = csv.writer(text, delimiter=self.spec.files.delimiter)
        lines.writerow(names)
        lines.writerows([_cell(row.get(name)) for name in names] for row in rows)
        return text.getvalue().encode(self.spec.encoding)

    def _drop(self) -> None:
        """Drop the next file as the dial has it, in the place of one that nobody has put away."""
        if not self._there:
            self.start()
        drop, due = _Drop(self, self._name()), self._dial.next()
        self.calls.append(Call("READ", drop.name, {}, {}, b""))
        self.wire.traffic.asked(Request("READ", drop.name, {}, {}, b""), {})
        if self._waiting():
            if due is None and self._last == self.table([entry.row for entry in self.rows.snapshot().entries]):
                return
            self._withdraw()
        if due is not None and due.kind not in _BEFALLING:
            self.stop()
        elif due is None:
            drop.send(drop.answer())
            self._last = drop.true
        else:
            FAULTS[due.kind](drop, due.options)
            self._last = None

    def _name(self) -> str:
        return self.spec.path.format(n=len(self.calls) + 1)

    def _waiting(self) -> list[Path]:
        """Files that lie in the inbox, or were taken and not put away; a marker alone is none."""
        end = Path(self.spec.path).suffix
        rooms = (self.folder, self.folder / CLAIMED)
        return [path for room in rooms if room.is_dir() for path in room.iterdir() if path.suffix == end]

    def _withdraw(self) -> None:
        for path in self._waiting():
            path.unlink()
            path.with_name(path.name + self.spec.files.marker).unlink(missing_ok=True)


class _Drop:
    """One file as it is dropped, for faults that know an `Exchange`."""

    last: Reply | None = None

    def __init__(self, sim: FolderSim, name: str) -> None:
        self._sim, self.name = sim, name
        self.wire: Wire = sim.wire
        self.true = b""
        self._total = 0

    def answer(self, alter: Alter | None = None) -> Reply:
        """The whole file, its rows altered."""
        entries = self._sim.rows.snapshot().entries
        chunk = Chunk(entries, len(entries), 1, max(len(entries), 1), entries)
        chunk = alter(chunk) if alter else chunk
        self._total = chunk.total
        self.true = self._sim.table([entry.row for entry in chunk.entries])
        return Reply(self.true, content_type="text/csv")

    def send(self, reply: Reply, *, body: bytes | None = None) -> None:
        """Write it, and what says that it is whole: which tells of the file as it should be."""
        if not self.true:
            self.answer()
        files, path = self._sim.spec.files, self._sim.folder / self.name
        path.write_bytes(reply.body)
        told = {"rows": self._total, "sha256": hashlib.sha256(self.true).hexdigest()}
        if files.ready != "still":
            said = orjson.dumps(told) if files.ready == "manifest" else b"1"
            path.with_name(path.name + files.marker).write_bytes(said)

    def __getattr__(self, name: str) -> NoReturn:
        raise NotImplementedError(f"no fault of a file asks for {name}")


def _cell(value: Any) -> str:
    """A value as a table has it: lists and mappings as JSON, nothing as an empty text."""
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    return "" if value is None else str(value)
