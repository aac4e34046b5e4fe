"""Rows as the suite holds them: what it looks for in each stands at the top, under the very name ``[wire]`` tells.

At the source a key may stand further in (``base.id``), or be one only beside other fields (``within``), and a counter
may rise with each change (``version``). Rows are lifted as they come off a recording or out of an adapter, and lowered
as they go to either, so that no check needs to know.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from conformance.description import WireSpec
from conformance.lab.rows import Row
from conformance.times import Times
from hub.api import Page

BETWEEN = "|"
"""Stands between the parts of a key of several fields, while the suite holds it."""


class Lift:
    """Lifts and lowers the rows of one source. A name with dots that stands so in ``rows`` is a name, not a path."""

    def __init__(self, wire: WireSpec, rows: Sequence[Any]) -> None:
        known = [row for row in rows if isinstance(row, Mapping)]
        gone = wire.deleted.field if wire.deleted else ""
        names = dict.fromkeys((wire.key, wire.time, wire.row, gone, wire.version, *wire.within))
        self._paths = [name for name in names if "." in name and not any(name in row for row in known)]
        self._key, self._within = wire.key, wire.within
        self._version, self._time, self._times = wire.version, wire.time, Times(wire.time_style, wire.zone)
        rows = [self._lifted(row) for row in known]
        self._numbers = {name for name in names if any(isinstance(row.get(name), int) for row in rows)}

    def __bool__(self) -> bool:
        """Whether rows differ at all."""
        return bool(self._paths or self._within or self._version)

    def up(self, row: Any) -> Any:
        """A row of the source as the suite holds it."""
        if not self or not isinstance(row, Mapping):
            return row
        made = self._lifted(row)
        made.pop(self._version, None)
        parts = [made.get(name) for name in (*self._within, self._key)]
        if self._within and not {None, ""}.intersection(parts):
            made[self._key] = BETWEEN.join(map(str, parts))
            for name in self._within:
                del made[name]
        return made

    def down(self, row: Any) -> Any:
        """A row of the suite as the source has it."""
        if not self or not isinstance(row, Mapping):
            return row
        made = dict(row)
        at = self._times.read(row.get(self._time))
        if self._version and at is not None:
            version = round(at.timestamp() * 1000)
            made[self._version] = version if self._version in self._numbers else str(version)
        parts = str(made.get(self._key)).split(BETWEEN, len(self._within))
        if len(parts) > 1:
            for name, part in zip((*self._within, self._key), parts, strict=False):
                made[name] = int(part) if name in self._numbers and part.isdecimal() else part
        for path in self._paths:
            if path in made:
                _put(made, path, made.pop(path))
        return made

    def page(self, page: Page) -> Page:
        """A page an adapter read, its rows lifted."""
        return replace(page, rows=[self.up(row) for row in page.rows])

    def around(self, adapter: Any) -> Any:
        """The adapter, handed lowered rows and giving lifted ones."""
        if self:
            items, draft, remarks = adapter.items, adapter.draft, adapter.remarks
            adapter.items = lambda page: [
                self.up(item) for item in items(replace(page, rows=[self.down(row) for row in page.rows]))
            ]
            adapter.draft = lambda item: draft(self.down(item))
            adapter.remarks = lambda found: remarks([self.down(item) for item in found])
        return adapter

    def _lifted(self, row: Mapping[str, Any]) -> Row:
        made = dict(row)
        for path in self._paths:
            *way, last = path.split(".")
            holder: Any = made
            for step in way:
                holder = _copied(holder, step) if isinstance(holder.get(step), Mapping) else {}
            if last in holder:
                made[path] = holder.pop(last)
        return made


def _put(row: Row, path: str, value: Any) -> None:
    *way, last = path.split(".")
    for step in way:
        row = _copied(row, step)
    row[last] = value


def _copied(holder: Row, step: str) -> Row:
    """A copy of what stands there, an empty one where that is no object, put in its place."""
    inner = holder.get(step)
    made = holder[step] = dict(inner) if isinstance(inner, Mapping) else {}
    return made
