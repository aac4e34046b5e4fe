"""A first look at "the same dispute seen in several sources", for summaries only.

It joins nothing and weighs nothing; the linker of casework does that, with reasons and a person where it is unsure.
"""

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import Connection, text

from hub.store.subjects import unpack

BORNE = 8
"""A number of a person or firm on more live records than this tells nothing of one matter: a bank, a builder."""

_LIVE = text("""
    SELECT home, id, source, title, item, category, subjects FROM record
    WHERE deleted = 0 AND subjects IS NOT NULL ORDER BY home, id
""")
_TELLING = frozenset(("ref", "id", "credit", "phone"))


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
    without a category where no second category competes. Reads all heads once.
    """
    shared = _shared(connection)
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


def _shared(connection: Connection) -> dict[tuple[str, bytes], list[Member]]:
    """Live records by a number they share, kind and hash, where more than one source bears it."""
    sources: dict[tuple[str, bytes], str | None] = {}  # the one source that bears it; None: several do
    for row in connection.execute(_LIVE):
        for mark in unpack(row.subjects):
            if sources.setdefault((mark.kind, mark.hash), row.source) != row.source:
                sources[mark.kind, mark.hash] = None
    several = {each for each, source in sources.items() if source is None and each[0] in _TELLING}
    shared: dict[tuple[str, bytes], list[Member]] = defaultdict(list)
    for row in connection.execute(_LIVE) if several else ():
        for each in dict.fromkeys((mark.kind, mark.hash) for mark in unpack(row.subjects)):
            if each in several:
                shared[each].append(Member(*row[:-1]))
    return shared


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
