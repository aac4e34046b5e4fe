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

from collections.abc import Iterable, Iterator, Mapping
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


class RouteSettings(_Table):
    """One route: a record of ``from`` that comes to a ``stage`` asks the source ``to`` for something.

    ``items`` are items or categories, ``regions`` first digits of a region, ``dockings`` those a record itself tells;
    empty ones let all pass. ``to_code`` is the receiver's number in its own system. ``answered_by`` are sources whose
    records tell what came of it where that is not ``to`` itself (a centre takes hand-overs, a register tells of
    mediations). ``tell`` are further sources of the case that are told what came of it.

    ``within_days``: only records whose own last change is no older; history that is read for the first time asks
    nothing of anyone.
    """

    name: str = Field(pattern=ROUTE_NAME, max_length=64)
    from_: Names = Field(alias="from", min_length=1)
    stage: Annotated[tuple[Stage, ...], BeforeValidator(_stages)] = Field(min_length=1)
    to: str
    kind: Literal["referral", "disposal_notice", "enforcement_assistance"] = "referral"
    docking: Docking | None = None
    purpose: Purpose = "mediate"
    items: Names = ()
    regions: Names = ()
    dockings: Names = ()
    rule: str | None = None
    to_code: str = ""
    reason: str = ""
    answer: bool = True
    answered_by: Names = ()
    tell: Names = ()
    within_days: int = Field(30, ge=1, le=3_650)

    def __str__(self) -> str:
        return f"{self.name} ({'/'.join(self.from_)} {'/'.join(self.stage)} -> {self.to})"


class NoticeSettings(_Table):
    """How people of a body are told: by the source ``channel``, at the ``accounts`` of the body.

    What one account is told within ``window_s`` seconds goes out as one notice; 0: each by itself.
    """

    channel: str = ""
    accounts: dict[str, Names] = {}
    window_s: int = Field(300, ge=0, le=86_400)

    def __str__(self) -> str:
        return f"{self.channel}, {len(self.accounts)} bodies" if self.channel else ""


class Unknown(NamedTuple):
    """A name in the settings that nothing bears: where it stands, and the nearest."""

    key: tuple[str, ...]
    reason: str
    hint: str


def unknown(routes: Iterable[RouteSettings], notice: NoticeSettings, sources: Mapping[str, Any]) -> Iterator[Unknown]:
    """What routes and notices name and the settings do not have. ``sources`` are `SourceSettings` by name."""
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
        for at, names in (("to", (route.to,)), ("answered_by", route.answered_by), ("tell", route.tell)):
            for name in names:
                if name not in sources:
                    yield Unknown((*key, at), "is no source", did_you_mean(name, sources))
        if route.from_ == (route.to,):
            yield Unknown((*key, "to"), "is where it comes from", "a route leads elsewhere")
    if notice.channel and notice.channel not in sources:
        yield Unknown(("case", "notice", "channel"), "is no source", did_you_mean(notice.channel, sources))
