"""How sources tell of a matter: each leaves out, masks, misspells and rephrases in its own way. Bodies of records."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any, NamedTuple

from bench.linking.matters import KINDS, TOLD, Maker, Matter
from bench.linking.world import HOMOPHONES, LOOKALIKES, Body, Spot, World

FIRST = date(2023, 6, 1)
HOME = "330000"
FILLERS = ("0", "000000", "1" * 18, "9" * 18, "123456")
"""What stands in a form that wants an identity number and gets none."""


@dataclass(frozen=True, slots=True)
class Teller:
    """A kind of source. Shares say how often it tells a thing; ``lag`` is in days after the matter arose."""

    name: str
    drawn: float
    style: str
    number: float
    other_number: float
    phone: float
    respondent: float
    address: float
    region: int
    item: float
    amount: float
    lag: tuple[int, int]
    sign: str


TELLERS = (
    Teller("petition", 0.55, "plain", 0.6, 0.05, 0.7, 0.7, 0.8, 9, 0.75, 0.2, (0, 20), "ZJ"),
    Teller("hotline", 0.35, "brief", 0.0, 0.0, 0.95, 0.5, 0.7, 9, 0.6, 0.1, (0, 15), "RX"),
    Teller("grid", 0.35, "brief", 0.15, 0.05, 0.6, 0.75, 0.9, 9, 0.7, 0.05, (0, 30), "SJ"),
    Teller("police", 0.2, "brief", 0.5, 0.4, 0.8, 0.7, 0.85, 9, 0.6, 0.0, (0, 10), "JJ"),
    Teller("mediation", 0.65, "dry", 0.85, 0.5, 0.8, 1.0, 0.85, 9, 0.85, 0.6, (5, 60), "JF"),
    Teller("court", 0.35, "dry", 0.95, 0.35, 0.4, 1.0, 0.35, 6, 0.9, 0.9, (40, 260), "案"),
)


class Telling(NamedTuple):
    """One record: its id, its source, its matter and stratum, whether it bears an identity number, its body."""

    id: int
    source: str
    matter: int
    stratum: str
    numbered: bool
    body: dict[str, Any]


def tellings(count: int, seed: int) -> Iterator[Telling]:
    """At least ``count`` records (the last matter whole), matter by matter."""
    random = Random(seed)
    maker = Maker(random)
    teller = _Tellings(random, maker.world)
    made = 0
    for matter in maker.matters():
        for told in teller.of(matter):
            made += 1
            yield told._replace(id=made)
        if made >= count:
            return


class _Tellings:
    def __init__(self, random: Random, world: World) -> None:
        self.random, self.world = random, world
        self._serial = random.randrange(10**6)
        self._local: Counter[tuple[str, int]] = Counter()

    def of(self, matter: Matter) -> Iterator[Telling]:
        """Every record of one matter."""
        random = self.random
        drawn = [teller for teller in TELLERS if random.random() < teller.drawn] or [random.choice(TELLERS)]
        if len(drawn) == 1 and random.random() < 0.6:
            drawn.append(random.choice([teller for teller in TELLERS if teller is not drawn[0]]))
        if matter.kind == "bank_card":
            drawn = [teller for teller in drawn if teller.name in ("mediation", "court")] or [TELLERS[5]]
        without = random.choice(drawn) if matter.stratum in ("no number", "masked", "typos") else None
        first: dict[str, Any] | None = None
        numbers: list[tuple[str, str]] = []
        for teller in drawn:
            times = 1 + (random.randint(1, 3) if matter.stratum == "repeated" and random.random() < 0.7 else 0)
            for turn in range(times):
                if "joint" in matter.dials:
                    yield from self._joint(matter, teller)
                    continue
                told = self._told(matter, teller, matter.applicants, turn, teller is without)
                if first is not None and turn == 0 and random.random() < 0.2:
                    told.body["detail"] = first["detail"]  # handed over: the text goes along
                if numbers and random.random() < (0.9 if matter.stratum == "cited" else 0.08):
                    kind, number = random.choice(numbers)
                    told.body["references"].append({"kind": kind, "number": number})
                own = told.body["references"][0]
                numbers.append((own["kind"], own["number"]))
                first = first or told.body
                yield told

    def _joint(self, matter: Matter, teller: Teller) -> Iterator[Telling]:
        """Some file each for themselves, within days; mediation and court hold them in one record."""
        if teller.style == "dry":
            yield self._told(matter, teller, matter.applicants, 0, False, people=len(matter.applicants))
            return
        for who in matter.applicants:
            if self.random.random() < 0.7:
                yield self._told(matter, teller, (who,), 0, False, spread=6)

    def _told(self, matter: Matter, teller: Teller, applicants: tuple[Body, ...], turn: int, masked: bool, *,
              people: int = 1, spread: int = 0) -> Telling:  # fmt: skip
        random, about = self.random, KINDS[matter.kind]
        self._serial += 1
        hide = matter.stratum == "masked" and masked
        slip = 0.6 if matter.stratum == "typos" and masked else 0.01
        bare = matter.stratum == "no number" or (masked and matter.stratum == "typos")
        numbered = random.random() < teller.number and not bare
        opened = (
            matter.day
            + (random.randint(0, spread) if spread else random.randint(*teller.lag))
            + turn * random.randint(3, 70)
        )
        parties = []
        for who in applicants:
            lives = self.world.moved(who) if matter.stratum == "moved" and random.random() < 0.5 else who
            told = self._party(lives, "1", teller, numbered, hide, slip)
            if matter.desk and teller.style == "brief":
                told |= {"phone": matter.desk}
                if random.random() < 0.4:
                    told |= {"id_number": random.choice(FILLERS), "id_type": "111"}
            parties.append(told)
        if random.random() < teller.respondent:
            parties += [
                self._party(who, "2", teller, not bare and random.random() < teller.other_number, hide, slip)
                for who in matter.respondents
            ]
        yuan = self._claimed(matter)
        spot = matter.spot
        region = spot.town[: teller.region].ljust(12, "0")
        place: dict[str, Any] = {"region": region}
        if random.random() < teller.address:
            place["address"] = self._address(spot, whole=teller.name != "police")
        item = about["item"] if random.random() < teller.item else random.choice(about["also"])
        source = f"{teller.name}_{spot.town[:4]}"
        number, kind = self._number(teller, spot, opened)
        key = f"{self._serial:09d}"
        if matter.desk and teller.name != "court":
            self._local[source, opened] += 1
            key = number = f"{FIRST + timedelta(days=opened):%Y%m%d}{self._local[source, opened]:03d}"
        body: dict[str, Any] = {
            "key": key,
            "title": self._title(matter, parties, yuan),
            "detail": self._detail(matter, teller, parties, yuan),
            "opened": f"{FIRST + timedelta(days=opened)}T{random.randint(0, 9):02d}:30:00Z",
            "place": place,
            "parties": parties,
            "references": [{"kind": kind, "number": number}],
            "classification": {"item": item, "category": item[:3]} if random.random() < 0.9 else {},
        }
        if random.random() < 0.2 and matter.template is None:
            off = random.randint(-9, 9) if random.random() < 0.2 else 0
            body["happened"] = str(FIRST + timedelta(days=matter.happened + off))
        if random.random() < teller.amount:
            body["amount_fen"] = yuan * 100
        if people > 1:
            body["people"] = people
        return Telling(0, source, matter.number, matter.stratum, numbered and not hide, body)

    def _claimed(self, matter: Matter) -> int:
        """What is asked for: it changes on the way from body to body."""
        draw = self.random.random()
        if draw < 0.12:
            return max(100, int(matter.yuan * self.random.uniform(0.6, 1.5)) // 50 * 50)
        return matter.yuan if draw < 0.97 else self.random.randint(3, 400) * 100

    def _party(self, who: Body, role: str, teller: Teller, numbered: bool, hide: bool, slip: float) -> dict[str, Any]:
        random = self.random
        party: dict[str, Any] = {
            "role": role,
            "kind": "2" if who.firm else "1",
            "name": self._name(who, teller, hide, slip),
        }
        if numbered or (who.firm and random.random() < 0.3):
            number = who.code
            if hide and not who.firm:
                number = (
                    number[:6] + "*" * 8 + number[14:] if random.random() < 0.5 else number[:3] + "***" + number[-4:]
                )
            party["id_number"] = number
            party["id_type"] = "990" if who.firm else "111"
        if random.random() < (teller.phone if role == "1" else 0.3):
            phone = who.phone if random.random() < 0.92 else f"139{random.randrange(10**8):08d}"
            party["phone"] = phone[:3] + "****" + phone[7:] if hide else phone
        if role == "1" and random.random() < 0.5:
            party["address"] = self._address(who.home, whole=True)
        return party

    def _name(self, who: Body, teller: Teller, hide: bool, slip: float) -> str:
        random, name = self.random, who.name
        if who.firm:
            if random.random() < 0.15:
                return name.replace("有限责任公司", "公司").replace("股份有限公司", "").replace("有限公司", "公司")
            return name
        if hide or (teller.name == "hotline" and random.random() < 0.12):
            return random.choice((name[0] + "某" * (len(name) - 1), name[0] + "*" + name[2:], name[0] + "先生"))
        if random.random() < slip:
            table = HOMOPHONES if random.random() < 0.7 else LOOKALIKES
            at = [place for place, sign in enumerate(name) if sign in table]
            if at:
                place = random.choice(at)
                name = name[:place] + table[name[place]] + name[place + 1 :]
        return name

    def _address(self, spot: Spot, *, whole: bool) -> str:
        random = self.random
        city, county, town = spot.names
        front = random.choice(
            (f"浙江省{city}{county}{town}", f"{city}{county}{town}", f"{county}{town}", town, f"{county}")
        )
        if spot.village:
            return f"{front}{spot.village}村{spot.number}号"
        if not spot.estate:
            return f"{front}{spot.road}{spot.number}号"
        road = f"{spot.road}{spot.number}号" if random.random() < 0.4 else ""
        if not whole and random.random() < 0.6:
            return f"{front}{road}{spot.estate}"
        flat = random.choice((
            f"{spot.building}幢{spot.unit}单元{spot.room}室", f"{spot.building}幢{spot.room}室",
            f"{spot.building}栋{spot.room}", f"{spot.building}-{spot.unit}-{spot.room}",
            f"{spot.building}号楼{spot.unit}单元{spot.room}室", f"{spot.building}幢",
        ))  # fmt: skip
        return f"{front}{road}{spot.estate}{flat}"

    def _number(self, teller: Teller, spot: Spot, opened: int) -> tuple[str, str]:
        day, town = FIRST + timedelta(days=opened), spot.town[:6]
        if teller.name == "court":
            return f"（{day.year}）浙{town[2:]}民初{self._serial}号", "court_case"
        return f"{teller.sign}{town}{day:%Y%m%d}{self._serial:06d}", teller.name

    def _title(self, matter: Matter, parties: list[dict[str, Any]], yuan: int) -> str:
        random, about = self.random, KINDS[matter.kind]
        rng = Random(matter.template) if matter.template is not None else random
        title = rng.choice(about["titles"]).format(thing=matter.thing, yuan=yuan)
        names = [party["name"] for party in parties]
        if random.random() < 0.4 and len(names) > 1:
            return f"{names[0]}与{names[-1]}{title}"
        return f"{names[0]}反映{title}" if random.random() < 0.3 else title

    def _detail(self, matter: Matter, teller: Teller, parties: list[dict[str, Any]], yuan: int) -> str:
        """The facts in the words of the source; of a template the same words for everyone."""
        about = KINDS[matter.kind]
        copied = matter.template is not None
        random = Random(matter.template) if matter.template is not None else self.random
        style = "plain" if teller.style == "brief" else teller.style
        facts = about[style]
        if copied and teller.style != "dry":
            chosen = [facts[at] for at in random.sample(range(len(facts)), min(5, len(facts)))]
        elif copied:
            chosen = list(facts)
        else:
            most = 2 if teller.style == "brief" else random.randint(3, len(facts))
            chosen = list(dict.fromkeys(facts[at % len(facts)] for at in matter.facts[:most]))
        fill = random.sample(TOLD["fill"][teller.style], 1 if teller.style == "brief" else random.randint(1, 3))
        slots = {
            "a": matter.applicants[0].name if "joint" not in matter.dials else parties[0]["name"],
            "b": matter.respondents[0].name, "n": matter.count, "thing": matter.thing, "yuan": yuan,
            "day": _day(FIRST + timedelta(days=matter.happened)),
            "place": f"{matter.spot.names[2]}{matter.spot.road or matter.spot.village}{matter.spot.estate}",
        }  # fmt: skip
        if "copied" in matter.dials:
            slots |= {
                "b": "对方",
                "n": 3,
                "yuan": "若干",
                "day": "去年",
                "thing": about["things"][0],
                "a": "本人",
                "place": "当地",
            }
        middle = "，".join((*chosen, random.choice(about["demand"]))).format_map(slots)
        return f"{''.join(fill[:2])}{middle}。{''.join(fill[2:])}"


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
