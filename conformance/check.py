"""What a check is: an id never reused, one clause, a level, and a function that looks at an adapter.

It looks through the harness. A check that sees nothing has proven nothing: it must call `Harness.observe` (the harness
does so for what it reads), or its outcome is ``not-observed``, which counts as a failure.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from hub.api import Capability

if TYPE_CHECKING:
    from conformance.harness import Harness


class Level(IntEnum):
    """What an adapter that passes all checks up to here can be trusted with."""

    LOADS = 1
    READS = 2
    RESUMES = 3
    OPERATES = 4


FAMILIES = {
    "LD": "load",
    "CF": "config",
    "NT": "net",
    "PG": "paging",
    "RS": "resume",
    "RC": "record",
    "TX": "taxonomy",
    "ER": "errors",
    "PV": "privacy",
    "OP": "operate",
    "DL": "deliver",
    "IN": "inbox",
}
"""Families of checks, in the order they run."""


ASKING = frozenset({"NT", "PG", "RS", "ER", "PV-02", "OP-01", "OP-02", "OP-03", "OP-04", "OP-05", "OP-11"})
"""Families and checks about how a source is asked: they say nothing of one that only pushes."""


ONCE = frozenset(
    {"CF", "DL", "LD-01", "LD-02", "LD-03", "LD-04", "LD-06", "LD-07", "LD-08", "LD-09", "LD-10", "LD-11", "LD-13"}
    | {"TX-01", "TX-09", "TX-10", "PV-06", "LV-12"}
)
"""Families and checks about what an adapter of several streams has once: module, settings, crosswalk, deliveries."""

EACH = frozenset({"DL-15"})
"""Of those families, what looks at a read."""


@dataclass(frozen=True, slots=True)
class Check:
    """One clause and its proof.

    ``needs`` are capabilities without which it does not apply; ``after`` ids it stands on. In ``preview``, which lasts
    for the release ``since`` tells and no longer, it warns and does not fail.
    """

    id: str
    level: Level
    clause: str
    since: str
    why: str
    run: Callable[["Harness"], None]
    needs: frozenset[Capability] = frozenset()
    after: tuple[str, ...] = ()
    waivable: bool = True
    failing: str = ""  # a failing example, one line or a short snippet, for `hub conform explain`
    passing: str = ""
    preview: bool = False

    @property
    def family(self) -> str:
        """The two letters before the number."""
        return self.id[:2]

    @property
    def asks(self) -> bool:
        """Whether it is about how a source is asked."""
        return not ASKING.isdisjoint((self.id, self.family))

    @property
    def once(self) -> bool:
        """Whether it says the same of every stream."""
        return self.id not in EACH and not ONCE.isdisjoint((self.id, self.family))


CHECKS: dict[str, Check] = {}
"""All checks by id; filled by importing `conformance.checks`."""


def check(
    id: str,
    *,
    level: Level,
    clause: str,
    why: str,
    since: str = "1.0",
    needs: Capability | tuple[Capability, ...] = (),
    after: tuple[str, ...] = (),
    waivable: bool = True,
    failing: str = "",
    passing: str = "",
    preview: bool = False,
) -> Callable[[Callable[["Harness"], None]], Callable[["Harness"], None]]:
    """Register a check. ``clause`` is one present-tense sentence, unique, without "should"."""
    family, _, number = id.partition("-")
    if family not in FAMILIES or not (len(number) == 2 and number.isdigit()):
        raise ValueError(f"{id} is no id: FAMILY-NN")
    if id in CHECKS or any(each.clause == clause for each in CHECKS.values()):
        raise ValueError(f"{id} or its clause is taken")
    wanted = frozenset([needs] if isinstance(needs, Capability) else needs)

    def register(run: Callable[["Harness"], None]) -> Callable[["Harness"], None]:
        CHECKS[id] = Check(id, level, clause, since, why, run, wanted, after, waivable, failing, passing, preview)
        return run

    return register
