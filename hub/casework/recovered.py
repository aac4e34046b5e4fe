"""The sum recovered in a case (追回金额): one sum, however many of its records tell of it.

A petition, the register of people's mediation and a court each tell what was paid of the same debt. They are never
added up: the sum of a case is that of the record best placed to know, and the others stand beside it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection

from hub.casework import cases
from hub.mapping.numbers import NumberError, fen
from hub.store import facts
from hub.store.cases import Ref
from hub.store.facts import Standing
from hub.store.store import Store
from schemas.life import RECOVERED, Channel, Stage

KNOWS: Final = (Channel.COURT, Channel.MEDIATION, Channel.PETITION)
"""Who is best placed to know, first: a court that confirmed and enforces, the register that follows fulfilment, the
petition office that was told. All others come after them."""


@dataclass(frozen=True, slots=True)
class Sum:
    """What one record tells, in fen."""

    fen: int
    source: str
    record: Ref


@dataclass(frozen=True, slots=True)
class Recovered:
    """The sum of a case and who told it; ``others`` tell of the same money. ``confirmed``: a court confirmed the
    agreement. ``differ``: not all tell the same."""

    sum: Sum
    others: tuple[Sum, ...]
    confirmed: bool

    @property
    def differ(self) -> bool:
        """Whether a person should look which sum is right."""
        return any(each.fen != self.sum.fen for each in self.others)


def recovered(connection: Connection, store: Store, code: str) -> Recovered | None:
    """What was recovered in the case that leads ``code``; None where no live record tells. An amount that cannot be
    read is none. Of two records of one channel the one that changed last counts. Raises StoreError."""
    records = facts.of_case(connection, cases.lead(connection, code))
    bodies = facts.bodies(connection, store, records)
    told = [(each, amount) for each in records if (amount := _told(bodies[each.ref])) is not None]
    if not told:
        return None
    ranked = sorted(told, key=lambda pair: _rank(pair[0], bodies[pair[0].ref]))
    first, *others = (Sum(amount, each.source, each.ref) for each, amount in ranked)
    confirmed = any(each.stage == Stage.CONFIRMED for each in records)
    return Recovered(first, tuple(others), confirmed)


def total(connection: Connection, store: Store, codes: Collection[str]) -> int:
    """What was recovered in all these cases, in fen: each leading case once, one sum for each."""
    leading = {cases.lead(connection, code) for code in codes}
    found = [recovered(connection, store, code) for code in sorted(leading)]
    return sum(each.sum.fen for each in found if each)


def _told(body: Mapping[str, Any]) -> int | None:
    try:
        return fen((body.get("extra") or {}).get(RECOVERED))
    except NumberError:
        return None


def _rank(record: Standing, body: Mapping[str, Any]) -> tuple[int, int, Ref]:
    channel = body.get("channel")
    place = KNOWS.index(Channel(channel)) if channel in KNOWS else len(KNOWS)
    return place, -(record.revision or 0), record.ref
