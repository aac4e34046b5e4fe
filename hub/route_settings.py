"""Settings of hand-overs: ``[[case.route]]`` says what goes on where by itself, ``[case.notice]`` how people are told.

```toml
[[case.route]]
name = "petition_to_mediation"
from = "petition"          # a source, or an adapter: all of its sources
stage = "dispatched"       # when a record of it comes to this stage
items = ["D02", "D0301"]   # categories or items; none: any
to = "mediation"           # the source that is asked
docking = "访调"
purpose = "mediate"
rule = "mediation"         # its deadline
answer = true              # what comes of it goes back to who asked
```
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from hub.nearest import did_you_mean
from schemas.delivery import Docking, Purpose
from schemas.life import Stage

ROUTE_NAME = r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$"


def _several(value: object) -> object:
    return (value,) if isinstance(value, str) else value


def _stages(value: object) -> object:
    """One stage or several. Raises ValueError with the nearest for a word that is none."""
    told = _several(value)
    known = [each.value for each in Stage]
    for each in told if isinstance(told, Iterable) else ():
        if each not in known:
            raise ValueError(f"one is no stage; {did_you_mean(str(each), known)}")
    return told


Names = Annotated[tuple[str, ...], BeforeValidator(_several)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, populate_by_name=True)


COURT = "court"
"""In the place of a body's number: a court that the record leads to. Of an ``ask`` it is that of the region the record
is about; as ``to_code`` the one before which the matter belongs, a special one for some (`schemas.jurisdiction`)."""


class AskSettings(_Table):
    """One of several bodies a route asks at once through the source ``to``: each gets a task of its own.

    ``of`` is its number there, or `COURT`; ``title`` its name. ``reason`` is what it is asked for, in the receiver's
    code, ``text`` in words; ``rule`` its deadline, if not the route's.
    """

    of: str = Field(min_length=1, max_length=32)
    title: str = ""
    reason: str = ""
    text: str = ""
    rule: str | None = None


class RouteSettings(_Table):
    """One route: a record of ``from`` that comes to a ``stage`` asks the source ``to`` for something.

    ``items`` are items or categories, ``keywords`` words one of which its title or detail holds, ``grades`` its grade
    as its source tells it (``eventLevel``), ``regions`` first digits of a region, ``dockings`` those a record itself
    tells; empty ones let all pass. ``template`` is the trigger by which people are told of it; empty: its kind. ``to``
    may be a body without a source whose people the settings name. ``to_code`` is the receiver's number in its own
    system, or `COURT`: then ``to`` is a source, or an adapter whose instance at home where that court sits is asked.
    ``answered_by`` are sources whose records tell what came of it where that is not ``to`` itself (a centre takes
    hand-overs, a register tells of mediations). ``tell`` are further sources of the case that are told what came of it.

    With ``ask`` it asks not ``to`` itself but the bodies behind it, all at once; where one of them is the court of the
    region, ``to`` may be an adapter: its instance at home there is asked. Without a ``stage`` a person asks
    (``hub task ask``).

    ``within_days``: only records whose own last change is no older; history that is read for the first time asks
    nothing of anyone.
    """

    name: str = Field(pattern=ROUTE_NAME, max_length=64)
    from_: Names = Field(alias="from", min_length=1)
    stage: Annotated[tuple[Stage, ...], BeforeValidator(_stages)]
    to: str
    kind: Literal["referral", "disposal_notice", "enforcement_assistance", "order", "inquiry", "written_answer"] = (
        "referral"
    )
    docking: Docking | None = None
    purpose: Purpose = "mediate"
    items: Names = ()
    keywords: Names = ()
    grades: Names = ()
    regions: Names = ()
    dockings: Names = ()
    rule: str | None = None
    template: str = ""
    to_code: str = ""
    reason: str = ""
    answer: bool = True
    answered_by: Names = ()
    tell: Names = ()
    ask: tuple[AskSettings, ...] = ()
    within_days: int = Field(30, ge=1, le=3_650)

    @property
    def by_region(self) -> bool:
        """Whether a court that the record leads to is asked."""
        return self.to_code == COURT or any(each.of == COURT for each in self.ask)

    def __str__(self) -> str:
        return f"{self.name} ({'/'.join(self.from_)} {'/'.join(self.stage)} -> {self.to})"


class NoticeSettings(_Table):
    """How people of a body are told: by the source ``channel``, at the ``accounts`` of the body.

    What one account is told within ``window_s`` seconds goes out as one notice; 0: each by itself. ``templates`` is a
    file in the place of the one that comes with the hub. ``link`` is where the inbox is reached from outside: with it a
    notice leads to a page on which it is answered, for ``link_hours``. ``applicants`` are sources whose applicants are
    told what becomes of their applications.
    """

    channel: str = ""
    accounts: dict[str, Names] = {}
    window_s: int = Field(300, ge=0, le=86_400)
    templates: Annotated[Path | None, BeforeValidator(lambda value: value or None)] = None
    link: str = Field("", pattern=r"^(https?://[^?#\s]+)?$")
    link_hours: int = Field(168, ge=1, le=8_760)
    applicants: Names = ()

    def __str__(self) -> str:
        return f"{self.channel}, {len(self.accounts)} bodies" if self.channel else ""


class Unknown(NamedTuple):
    """A name in the settings that nothing bears: where it stands, and the nearest."""

    key: tuple[str, ...]
    reason: str
    hint: str


def unknown(
    routes: Iterable[RouteSettings],
    notice: NoticeSettings,
    sources: Mapping[str, Any],
    groups: Mapping[str, Iterable[str]] = {},
) -> Iterator[Unknown]:
    """What routes, notices and groups name and the settings do not have. ``sources`` are `SourceSettings` by name."""
    for group, names in groups.items():
        yield from _unknown_of(group, tuple(names), notice, sources)
    adapters = {source.adapter for source in sources.values()}
    seen: set[str] = set()
    for number, route in enumerate(routes):
        key = ("case", "route", str(number))
        if route.name in seen:
            yield Unknown((*key, "name"), "is the name of two routes", "give each its own")
        seen.add(route.name)
        for name in route.from_:
            if name not in sources and name not in adapters:
                yield Unknown(
                    (*key, "from"), "is no source and no adapter of one", did_you_mean(name, [*sources, *adapters])
                )
        yield from _unknown_asked(key, route, groups)
        for at, names in (("answered_by", route.answered_by), ("tell", route.tell)):
            for name in names:
                if name not in sources:
                    yield Unknown((*key, at), "is no source", did_you_mean(name, sources))
        near = adapters if route.by_region else ()
        reached = (*sources,) if route.to_code == COURT else (*sources, *notice.accounts, *groups)
        if route.to not in reached and route.to not in near:
            yield Unknown((*key, "to"), "is no source", did_you_mean(route.to, reached))
        if route.from_ == (route.to,):
            yield Unknown((*key, "to"), "is where it comes from", "a route leads elsewhere")
    yield from _unknown_in(notice, sources)


def _unknown_asked(key: tuple[str, ...], route: RouteSettings, groups: Collection[str]) -> Iterator[Unknown]:
    asked = [each.of for each in route.ask]
    if route.to_code == COURT and (route.ask or route.to in groups):
        yield Unknown((*key, "to_code"), "is a court of one addressee", "to a source or an adapter of courts")
    if len(asked) > len(set(asked)):
        yield Unknown((*key, "ask"), "asks one body twice", "a body has one task of a route")
    if not (route.stage or route.ask or route.to in groups):
        yield Unknown((*key, "stage"), "is none", "only a route that asks several bodies waits for a person")
    if route.ask and route.to in groups:
        yield Unknown((*key, "ask"), "asks bodies behind a group", "ask behind a source, or ask the group")


def _unknown_of(
    group: str, names: tuple[str, ...], notice: NoticeSettings, sources: Mapping[str, Any]
) -> Iterator[Unknown]:
    key = ("case", "group", group)
    if group in sources or group in notice.accounts:
        yield Unknown(key, "is the name of a body too", "give the group a name of its own")
    if len(set(names)) < max(len(names), 2):
        yield Unknown(key, "is no group", "two bodies or more, each once")
    for name in names:
        if name not in sources and name not in notice.accounts:
            yield Unknown(key, "holds a name that is no body", did_you_mean(name, [*sources, *notice.accounts]))


def _unknown_in(notice: NoticeSettings, sources: Mapping[str, Any]) -> Iterator[Unknown]:
    if notice.channel and notice.channel not in sources:
        yield Unknown(("case", "notice", "channel"), "is no source", did_you_mean(notice.channel, sources))
    for name in notice.applicants:
        if name not in sources:
            yield Unknown(("case", "notice", "applicants"), "is no source", did_you_mean(name, sources))
