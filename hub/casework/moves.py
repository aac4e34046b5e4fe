"""What the linker tells of a record once it stands in a case: that it came, or that it changed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from schemas.life import Stage


@dataclass(frozen=True, slots=True)
class Moved:
    """A record that came or changed, once it stands in a case. No personal data.

    A record that went through several stages since it was last linked is told of once for each, in their order; of the
    last of them at any rate. ``stored`` is the UTC text of when that version was written.
    """

    home: str
    record: int
    version: int
    source: str
    stream: str
    key: str
    code: str  # its leading case
    before: Stage | None  # where it stood before this version; None for a new record
    stage: Stage | None
    deleted: bool
    item: str | None
    region: str
    stored: str
    quiet: bool = False  # made by a remap or replay: nothing may leave the hub for it (law L7)


Follow = Callable[[Connection, Sequence[Moved], datetime], None]
"""What follows from moves, in the linker's own transaction: what it writes is there with the case, or not at all."""
