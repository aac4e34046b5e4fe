"""The tree of bodies (141 体系): who stands above whom on six levels, and the links across, as sources tell it.

A body is an entry of kind ``organisation`` that has a code; ``parent`` is the code of the one above it. In ``extra`` it
may tell its ``level``, its ``sort`` (`schemas.bodies.Sort`) and ``links``, codes of bodies it works with, by commas.
A register may be wrong: who would stand above itself hangs nowhere, and is told as such.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from hub.errors import StoreError
from hub.store.entries import contents, entries
from hub.store.store import Store
from schemas.bodies import Level, Sort, level_of, line_of

MOST: Final = 1_000_000
BETWEEN: Final = re.compile(r"[、,，;；\s]+")
WORDS: Final[Mapping[str, Level]] = {
    **{level.value: level for level in Level}, "省": Level.PROVINCE, "市": Level.CITY, "县": Level.COUNTY,
    "镇": Level.TOWN, "村": Level.VILLAGE, "网格": Level.GRID,
}  # fmt: skip
_RANK: Final = {level: rank for rank, level in enumerate(Level)}


@dataclass(frozen=True, slots=True)
class Body:
    """One body. ``parent`` is empty for one at the top; ``windows`` are what one may come to it for."""

    code: str
    name: str
    source: str
    level: Level | None = None
    sort: Sort | None = None
    parent: str = ""
    links: tuple[str, ...] = ()
    windows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a body's place in the tree: ``what`` is one of `PROBLEMS`, ``other`` the code it is about."""

    code: str
    what: str
    other: str = ""


PROBLEMS: Final[Mapping[str, str]] = {
    "cycle": "上级成环 stands above itself",
    "parent": "上级未知 the one above is unknown",
    "level": "层级颠倒 not below the one above",
    "link": "协同未知 a link to an unknown body",
    "sort": "类别未知 of no known kind",
}


class Tree:
    """Bodies by code. Parents that would close a cycle are refused: such a body has none here, and is a `Problem`."""

    def __init__(self, bodies: Iterable[Body]) -> None:
        self.bodies = {body.code: body for body in bodies}
        self._above: dict[str, str] = {}
        self.problems: list[Problem] = []
        for code, body in sorted(self.bodies.items()):
            self._hang(code, body)
        self._below: dict[str, list[str]] = {}
        for code, above in self._above.items():
            self._below.setdefault(above, []).append(code)

    def _hang(self, code: str, body: Body) -> None:
        parent = self.bodies.get(body.parent)
        if body.sort is None:
            self.problems.append(Problem(code, "sort"))
        self.problems += [Problem(code, "link", other) for other in body.links if other not in self.bodies]
        if not body.parent:
            return
        if parent is None:
            self.problems.append(Problem(code, "parent", body.parent))
        elif code in (parent.code, *self._line(parent.code)):
            self.problems.append(Problem(code, "cycle", body.parent))
        else:
            self._above[code] = parent.code
            if parent.level and body.level and _RANK[parent.level] > _RANK[body.level]:
                self.problems.append(Problem(code, "level", body.parent))

    def _line(self, code: str) -> Iterator[str]:
        """Those above a body, the nearest first. Ends, since no cycle was let in."""
        while (code := self._above.get(code, "")) != "":
            yield code

    @property
    def tops(self) -> list[Body]:
        """Bodies with none above them here."""
        return [body for code, body in self.bodies.items() if code not in self._above]

    def below(self, code: str) -> list[Body]:
        """The bodies directly below one."""
        return [self.bodies[each] for each in self._below.get(code, ())]

    def path(self, code: str) -> list[Body]:
        """The bodies from the top down to one, itself the last. Raises StoreError for a code no register tells of."""
        if code not in self.bodies:
            raise StoreError(f"no body {code}", where="entries", hint="hub entry tree shows all")
        return [self.bodies[each] for each in (*reversed([*self._line(code)]), code)]

    def across(self, code: str) -> list[Body]:
        """The known bodies one is linked with, whichever of the two told so."""
        told = [*self.bodies[code].links, *(each.code for each in self.bodies.values() if code in each.links)]
        return [self.bodies[each] for each in dict.fromkeys(told) if each in self.bodies and each != code]

    def levels(self, code: str) -> dict[Level, Body | str]:
        """Who stands on each level above and at a place's code (``orgcode`` of an event): the body the register has, or
        the level's code where it has none."""
        wanted = line_of(code)
        known = {line_of(body.code).get(body.level): body for body in self.bodies.values() if body.level}
        return {level: known.get(digits, digits) for level, digits in wanted.items()}


def tree(connection: Connection, store: Store, *, source: str | None = None) -> Tree:
    """The tree that all registers tell together, or one source's. The first to tell of a code is believed."""
    found: dict[str, Body] = {}
    heads = entries(connection, kind="organisation", source=source, limit=MOST)
    for head, told in contents(connection, store.keyring, heads):
        extra = told.get("extra") or {}
        code = told.get("code") or ""
        if code and code not in found:
            found[code] = Body(
                code, told.get("name") or "", head.source, WORDS.get(extra.get("level", "")) or level_of(code),
                Sort(extra["sort"]) if extra.get("sort") in {*Sort} else None, told.get("parent") or "",
                tuple(filter(None, BETWEEN.split(extra.get("links", "")))), tuple(told.get("fields") or ()),
            )  # fmt: skip
    return Tree(found.values())
