"""Invented matters by stratum: what happened, between whom, where. `bench.linking.telling` has sources tell of them."""

import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Any

from bench.linking.world import Body, Spot, World

TOLD = tomllib.loads(Path(__file__).with_name("tellings.toml").read_text(encoding="utf-8"))
KINDS: dict[str, Any] = {kind["name"]: kind for kind in TOLD["kinds"]}
DAYS = 900

STRATA = {
    "plain": 30, "no number": 14, "masked": 10, "typos": 8, "moved": 5, "repeated": 8, "cited": 5, "neighbours": 5,
    "joint": 3, "one person": 5, "one firm": 5, "same text": 4, "desk": 2,
}  # fmt: skip
"""The strata and how often one is drawn, as parts of the sum. Some draws make several matters."""


@dataclass(frozen=True, slots=True)
class Matter:
    """One dispute as it is. ``desk`` is the phone of the window it came through, ``dials`` are how it is told: see
    `bench.linking.telling`."""

    number: int
    stratum: str
    kind: str
    applicants: tuple[Body, ...]
    respondents: tuple[Body, ...]
    spot: Spot
    day: int
    happened: int
    yuan: int
    count: int
    thing: str
    facts: tuple[int, ...]
    template: int | None = None
    desk: str = ""
    dials: frozenset[str] = field(default=frozenset())


class Maker:
    """Makes matters without end; the same for the same seed."""

    def __init__(self, random: Random) -> None:
        self.random, self.world = random, World(random)
        self._number = 0
        self._usual = [name for name, kind in KINDS.items() if not kind.get("bank")]
        self._drawn: dict[str, Callable[[str], Iterator[Matter]]] = {
            "neighbours": self._neighbours, "joint": self._joint, "one person": self._one_person,
            "one firm": self._one_firm, "same text": self._same_text, "desk": self._desk,
        }  # fmt: skip

    def matters(self) -> Iterator[Matter]:
        """Matters of all strata, mixed."""
        names, shares = list(STRATA), list(STRATA.values())
        while True:
            stratum = self.random.choices(names, shares)[0]
            yield from self._drawn.get(stratum, self._single)(stratum)

    def _single(self, stratum: str) -> Iterator[Matter]:
        yield self.matter(stratum)

    def matter(self, stratum: str, *, kind: str | None = None, spot: Spot | None = None,
               applicant: Body | None = None, respondent: Body | None = None) -> Matter:  # fmt: skip
        """One matter, everything not told drawn."""
        random, world = self.random, self.world
        self._number += 1
        kind = kind or random.choice(self._usual)
        about = KINDS[kind]
        spot = spot or world.spot(flat=True if about.get("home") else None)
        applicant = applicant or world.person(
            spot if about.get("home") or random.random() < 0.3 else world.spot(town=spot.town)
        )
        if respondent is None:
            firm = random.random() < about["firm"]
            above = replace(spot, room=spot.room + 100) if spot.room else spot
            respondent = world.firm(kind, spot) if firm else world.person(
                above if about.get("home") and kind != "family" else world.spot(town=spot.town)
            )  # fmt: skip
        day = random.randrange(DAYS)
        return Matter(
            self._number, stratum, kind, (applicant,), (respondent,), spot, day, day - random.randint(1, 200),
            random.choice((1, 1, 1, 10, 10, 100)) * random.randint(3, 400) * random.choice((100, 100, 50, 500)),
            random.randint(2, 9), random.choice(about["things"]),
            tuple(random.sample(range(len(about["plain"])), len(about["plain"]))),
        )  # fmt: skip

    def _neighbours(self, stratum: str) -> Iterator[Matter]:
        """Two flats in one house or two houses of a street, each with its own dispute of one kind, days apart."""
        random = self.random
        one = self.matter(stratum, kind=random.choice(("leak", "noise", "estate_fee", "land", "rent")))
        spot = one.spot
        beside = (replace(spot, room=spot.room + random.choice((1, 2, 100, 200))) if spot.room
                  else replace(spot, number=spot.number + random.randint(1, 6)))  # fmt: skip
        firm = one.respondents[0] if one.respondents[0].firm else None
        other = self.matter(stratum, kind=one.kind, spot=beside, respondent=firm)
        yield one
        yield replace(
            other, day=min(DAYS, one.day + random.randint(0, 25)), thing=one.thing,
            template=None, facts=one.facts if random.random() < 0.5 else other.facts,
        )  # fmt: skip

    def _joint(self, stratum: str) -> Iterator[Matter]:
        """Many people about one matter: the same respondent, nearly the same text, near days, one place."""
        random = self.random
        kind = random.choice(("wages", "build", "prepaid", "estate_fee"))
        spot = self.world.spot(flat=False)
        one = self.matter(stratum, kind=kind, spot=spot, respondent=self.world.firm(kind, spot, usual=False))
        people = tuple(self.world.person(self.world.spot(town=spot.town)) for _ in range(random.randint(2, 7)))
        yield replace(
            one, applicants=(*one.applicants, *people), dials=frozenset(["joint"]), template=random.randrange(10**6)
        )

    def _one_person(self, stratum: str) -> Iterator[Matter]:
        """One person's unrelated disputes, of different kinds with different people."""
        random = self.random
        who = self.world.person()
        for kind in random.sample(self._usual, random.randint(2, 4)):
            at_home = KINDS[kind].get("home")
            yield self.matter(stratum, kind=kind, applicant=who, spot=who.home if at_home and who.home.room else
                              self.world.spot(town=who.home.town, flat=True if at_home else None))  # fmt: skip

    def _one_firm(self, stratum: str) -> Iterator[Matter]:
        """A bank with its debtors or a builder with its buyers: the same firm and form of text, other people."""
        random = self.random
        kind = random.choice(("bank_card", "bank_card", "wages", "build", "estate_fee"))
        spot = self.world.spot(flat=False)
        firm = self.world.firm(kind, spot)
        template = random.randrange(10**6)
        day = random.randrange(DAYS)
        for _ in range(random.randint(4, 12)):
            home = self.world.spot(town=spot.town if random.random() < 0.5 else None, flat=True)
            who = self.world.person(home)
            if kind == "bank_card":
                one = self.matter(stratum, kind=kind, spot=home, applicant=firm, respondent=who)
                yield replace(one, template=template, day=min(DAYS, day + random.randint(0, 60)))
            else:
                at = self.world.spot(town=spot.town)
                one = self.matter(stratum, kind=kind, applicant=who, respondent=firm, spot=at)
                yield replace(one, template=template)

    def _same_text(self, stratum: str) -> Iterator[Matter]:
        """A text taken from the net: word for word the same, of other people with other respondents elsewhere."""
        kind, template = self.random.choice(self._usual), self.random.randrange(10**6)
        for _ in range(self.random.randint(2, 5)):
            yield replace(self.matter(stratum, kind=kind), template=template, dials=frozenset(["copied"]))

    def _desk(self, stratum: str) -> Iterator[Matter]:
        """A window of a town writes down what different people come with: its own phone for everybody's, whatever fills
        the form for an identity number, serials of the day, and now and then one form of text for all."""
        random = self.random
        town, phone, day = self.world.spot().town, self.world.phone(), random.randrange(DAYS)
        kind = random.choice(self._usual) if random.random() < 0.5 else None
        template = random.randrange(10**6) if kind else None
        for _ in range(random.randint(4, 20)):
            chosen = kind or random.choice(self._usual)
            spot = self.world.spot(town=town, flat=True if KINDS[chosen].get("home") else None)
            yield replace(
                self.matter(stratum, kind=chosen, spot=spot), day=min(DAYS, day + random.randint(0, 6)), desk=phone,
                template=template, dials=frozenset(["copied"] if kind else ()),
            )  # fmt: skip
