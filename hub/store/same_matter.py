"""A first look at "the same dispute seen in several sources", for summaries only.

It joins nothing and weighs nothing; the linker of casework does that, with reasons and a person where it is unsure.
"""

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import Connection, text

BORNE = 8
"""A number of a person or firm on more live records than this tells nothing of one matter: a bank, a builder."""

_SHARED = text("""
    WITH live AS (
        SELECT s.hash, s.kind, r.home, r.id, r.source, r.title, r.item, r.category
        FROM subject s
        JOIN record r ON r.home = s.home AND r.id = s.record AND r.version = s.version AND r.deleted = 0
        WHERE s.kind IN ('ref', 'id', 'credit', 'phone')
    )
    SELECT DISTINCT hash, kind, home, id, source, title, item, category FROM live
    WHERE hash IN (SELECT hash FROM live GROUP BY hash HAVING count(DISTINCT source) > 1)
    ORDER BY home, id, kind
""")


@dataclass(frozen=True, slots=True)
class Member:
    """A record that seems to be about the matter; ``title`` is masked."""

    home: str
    id: int
    source: str
    title: str
    item: str | None
    category: str | None


@dataclass(frozen=True, slots=True)
class SameMatter:
    """Records of at least two sources that seem to be one dispute, and by which kinds of number they are tied."""

    members: tuple[Member, ...]
    ties: tuple[str, ...]

    @property
    def sources(self) -> int:
        """How many sources tell of it."""
        return len({member.source for member in self.members})


def same_matter(connection: Connection, *, limit: int | None = None) -> list[SameMatter]:
    """Live records, in their current version, of different sources that share a number; most sources first.

    A shared reference number ties by itself. A person's, firm's or phone number ties records of one category, and those
    without a category where no second category competes. Reads all subjects once.
    """
    shared: dict[tuple[str, bytes], list[Member]] = defaultdict(list)
    for row in connection.execute(_SHARED):
        shared[row.kind, bytes(row.hash)].append(Member(*row[2:]))
    leader: dict[Member, Member] = {}

    def lead(member: Member) -> Member:
        while (above := leader.setdefault(member, member)) != member:
            leader[member] = leader[above]
            member = above
        return member

    tied: list[tuple[str, Member]] = []
    for (kind, _), members in shared.items():
        for one, *others in [members] if kind == "ref" else _of_one_category(members):
            tied.append((kind, one))
            for other in others:
                leader[lead(other)] = lead(one)
    groups: dict[Member, list[Member]] = defaultdict(list)
    for member in list(leader):
        groups[lead(member)].append(member)
    ties: dict[Member, set[str]] = defaultdict(set)
    for kind, member in tied:
        ties[lead(member)].add(kind)
    found = [
        SameMatter(tuple(sorted(members, key=lambda each: (each.home, each.id))), tuple(sorted(ties[first])))
        for first, members in groups.items()
    ]
    found.sort(key=lambda group: (-group.sources, -len(group.members), group.members[0].home, group.members[0].id))
    return found[:limit]


def _of_one_category(members: list[Member]) -> list[list[Member]]:
    """Cut the bearers of a number by category; keep what still spans two sources."""
    if len(members) > BORNE:
        return []
    named = defaultdict(list)
    for member in members:
        named[member.category].append(member)
    nameless = named.pop(None, [])
    if len(named) == 1:
        next(iter(named.values())).extend(nameless)
    return [part for part in named.values() if len({member.source for member in part}) > 1]
