"""LD: the adapter loads, and what it declares of itself is sound."""

import inspect
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from functools import cache
from types import ModuleType
from typing import Any, get_args, get_type_hints
from weakref import WeakKeyDictionary
from zoneinfo import available_timezones

from conformance.check import Level, check
from conformance.harness import Harness
from conformance.outcome import NotApplicable, Violation
from conformance.subject import own_settings, somewhere
from conformance.watch import Task, Told, Touch, Unwatched, watch
from hub.api import Adapter, Capability, Channel, Item, Manifest, hookimpl
from schemas.taxonomy import Taxonomy, load

HOOK = "hub_adapters"
KINDS = get_args(get_type_hints(Manifest)["kind"])
NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
NAME_LONGEST = 64
VERSION = re.compile(r"\d+\.\d+(\.\d+)?([-.+]?[0-9A-Za-z.]+)?")
TOUCHED = {
    "network": "reaches for the network", "file": "touches a file outside its package", "output": "prints",
    "process": "starts a process or thread, or changes the environment", "clock": "looks at the clock",
    "environment": "asks the environment for a variable",
}  # fmt: skip

_WIRE_WORDS = re.compile(
    r"\b(https?|rest|json|xml|soap|csv|form|get|post|geojson|pages?|paged|paging|token|link|windows?|offset|cursor"
    r"|keyset|signed|signature|bearer|header|login|envelope|query|rows?|columns?|export|feed"
    r"|sql|databases?|views?|tables?|folders?|files?|xlsx|push(es|ed)?|webhooks?)\b"
    r"|接口|报文|分页|签名|表单|令牌|网关|导出|数据库|前置库|视图|数据表|文件|推送",
    re.IGNORECASE,
)
_seen: WeakKeyDictionary[type, Told] = WeakKeyDictionary()


@check(
    "LD-01",
    level=Level.LOADS,
    clause="The adapter's module imports in a process of its own.",
    why="A worker process imports one adapter and nothing else. A module that stands on what others happened to import "
    "before it works on the author's desk and fails at night.",
    failing="import urllib; PREFIX = urllib.request.quote('案件')  # somebody else imported urllib.request",
    passing="from urllib.parse import quote",
)
def imports_alone(h: Harness) -> None:
    """Import it, and make it, in a child."""
    h.observe()
    told = _told(h)
    if told.failed:
        raise Violation(
            expected="the class, imported and made in a fresh process",
            observed=told.failed,
            likely="it uses a module that it does not import itself",
            where=told.failed.rpartition(" at ")[2],
        )


@check(
    "LD-02",
    level=Level.LOADS,
    clause="Importing the adapter touches no network, no file outside its package and no other process.",
    why="The hub imports every adapter to list them, on machines where none of their sources can be reached. I/O at "
    "import makes one absent server everybody's failure.",
    after=("LD-01",),
    failing="GATEWAY = socket.gethostbyname('gateway.court.example')  # at the top of the module",
    passing="base_url comes from the settings; the hub looks the host up",
)
def imports_without_io(h: Harness) -> None:
    """Import it under watch."""
    h.observe()
    _refuse(_told(h).loading, lambda touch: touch.what != "clock", "an import that only defines things")


@check(
    "LD-03",
    level=Level.LOADS,
    clause="Importing the adapter does not look at the clock.",
    why="A worker lives for days. A day taken at import is the day the process began, and silently the wrong one "
    "tomorrow.",
    after=("LD-01",),
    failing="TODAY = date.today()  # at the top of the module",
    passing="today = source.now().astimezone(self.manifest.zone).date()  # in pages()",
)
def imports_without_clock(h: Harness) -> None:
    """Import it under watch."""
    h.observe()
    _refuse(_told(h).loading, lambda touch: touch.what == "clock", "an import that gives the same on any day")


@check(
    "LD-04",
    level=Level.LOADS,
    clause="The adapter is made from its settings without I/O and without a look at the clock.",
    why="Adapters are made to show settings, to list and to remap stored pages, where no source is at hand.",
    after=("LD-01",),
    failing="def __init__(self, config): super().__init__(config); self.today = date.today()",
    passing="ask source.now() in pages()",
)
def made_without_io(h: Harness) -> None:
    """Make one under watch."""
    h.observe(_told(h).made)
    _refuse(_told(h).making, lambda touch: True, "an __init__ that keeps its settings and no more")


@check(
    "LD-05",
    level=Level.READS,
    clause="Shaping an item touches no network, no file, no other process, no clock and no environment variable.",
    why="Stored items are shaped again years later, when the mapping is corrected. What depends on the day, or on a "
    "server, comes out otherwise than it did.",
    after=("LD-01",),
    failing="extra={'age_days': (date.today() - filed).days}",
    passing="extra={'filed': item['filed']}  # ages are counted where they are read",
)
def shaped_without_io(h: Harness) -> None:
    """Shape the recording under watch."""
    told = _watched(h, [h.lift.down(seen.item) for seen in h.read_all()])
    h.observe(told.shaped)
    _refuse(told.shaping, lambda touch: True, "a draft made of the item and nothing else")


@check(
    "LD-06",
    level=Level.LOADS,
    clause="The plugin's hooks are spelt right, marked as hooks, and bring the adapter.",
    why="A misspelt hook is not an error in Python: the adapter is simply not there, and no one is told.",
    failing="@hookimpl\ndef hub_adaptors(): ...",
    passing="@hookimpl\ndef hub_adapters(): return [LakesideCourt]",
)
def hooks_are_right(h: Harness) -> None:
    """Look at the hooks of the module the class stands in, else of that of a class it inherits from."""
    for base in _own_bases(h.subject.kind):
        module = sys.modules[base.__module__]
        hooks = _hooks(module)
        if not hooks:
            continue
        h.observe(len(hooks))
        for name, marked in hooks.items():
            if name != HOOK or not marked:
                raise Violation(
                    expected=f"the hook {HOOK}, marked @hookimpl",
                    observed=f"{name}, marked" if marked else f"{name}, not marked",
                    likely="a misspelt name" if name != HOOK else "the decorator is missing",
                    where=f"{module.__name__}.{name}",
                )
        if base not in getattr(module, HOOK)():
            raise Violation(
                expected=f"{base.__name__} among what the hook brings", observed="other classes", where=module.__name__
            )
        return
    raise NotApplicable("the class stands in no plugin: its module has no hook")


@check(
    "LD-07",
    level=Level.LOADS,
    clause="The manifest's names are lower_snake_case and its version counts.",
    why="The name is the key of settings, the log and every stored record, and cannot be changed afterwards. The "
    "version says with which code a record was shaped.",
    failing="name='Lakeside-Court', version='latest'",
    passing="name='lakeside_court', version='1.2.0'",
)
def names_are_well_formed(h: Harness) -> None:
    """Name, names of streams, version."""
    manifest = h.subject.manifest
    for what, name in [("name", manifest.name), *(("stream", stream.name) for stream in manifest.streams)]:
        h.observe()
        if not NAME.fullmatch(name) or len(name) > NAME_LONGEST:
            raise Violation(
                expected=f"lower_snake_case of at most {NAME_LONGEST} characters",
                observed=f"the {what} {name[:NAME_LONGEST]!r}",
                where=f"manifest.{what}",
            )
    h.observe()
    if not VERSION.fullmatch(manifest.version):
        raise Violation(
            expected="a version of numbers, such as 1.2.0", observed=repr(manifest.version), where="manifest.version"
        )


@check(
    "LD-08",
    level=Level.LOADS,
    clause="The manifest's kind and channel are of the hub's own lists.",
    why="The channel stands in the number of every case, and the kind decides which reports count it: a private word "
    "falls out of both without a sound.",
    failing="channel='COURT'",
    passing="channel='FY'  # Channel.COURT",
)
def kind_and_channel_are_known(h: Harness) -> None:
    """Kind and channel."""
    manifest = h.subject.manifest
    _among(h, "kind", manifest.kind, KINDS)
    _among(h, "channel", manifest.channel, [*Channel])


@check(
    "LD-09",
    level=Level.LOADS,
    clause="The manifest's time zone is an area of the time zone database.",
    why="Naive times are read in it. A fixed offset has no history: China kept summer time from 1986 to 1991, and "
    "people were born and contracts signed in those hours. Abbreviations mean several zones at once.",
    failing="timezone='Etc/GMT-8'",
    passing="timezone='Asia/Shanghai'",
)
def zone_is_an_area(h: Harness) -> None:
    """The zone's name."""
    h.observe()
    zone = h.subject.manifest.timezone
    if zone in ("UTC", "Etc/UTC"):
        return
    if "/" not in zone or zone.startswith(("Etc/", "SystemV/", "US/")) or zone not in available_timezones():
        raise Violation(
            expected="Area/City, such as Asia/Shanghai",
            observed=repr(zone),
            likely="an offset, an abbreviation or a spelling the database does not know",
            where="manifest.timezone",
        )


@check(
    "LD-10",
    level=Level.LOADS,
    clause="The manifest claims only capabilities the hub knows.",
    why="A claim the hub does not know is never put to the test, and the author believes that it works.",
    failing="capabilities=frozenset({'incremental', 'resumable'})",
    passing="capabilities=frozenset({Capability.INCREMENTAL})",
)
def capabilities_are_known(h: Harness) -> None:
    """Each claim."""
    h.observe()
    for claim in sorted(map(str, h.subject.manifest.capabilities)):
        _among(h, "capabilities", claim, [*Capability])


@check(
    "LD-11",
    level=Level.LOADS,
    clause="The manifest's department is one of the taxonomy's.",
    why="The department's 290 counted items are tried after the adapter's own crosswalk. A department nobody knows has "
    "none, and every record that relied on them comes out unmapped.",
    failing="department='court'",
    passing="department='FY'",
)
def department_is_known(h: Harness) -> None:
    """The department's code."""
    if not h.subject.manifest.department:
        raise NotApplicable("no department is declared")
    _among(h, "department", h.subject.manifest.department, list(taxonomy().departments))


@check(
    "LD-12",
    level=Level.READS,
    clause="An adapter whose drafts carry codes names their system.",
    why="A code without its system is a number. Years later no one can say which list 0302 was of, nor look it up in a "
    "newer crosswalk.",
    after=("LD-01",),
    failing="code_system='' with code=item['cause_code']",
    passing="code_system='lakeside_cause'",
)
def code_system_is_named(h: Harness) -> None:
    """Codes in drafts, and the name of their system."""
    system = h.subject.manifest.code_system
    coded = next((seen for seen in h.read_all() if seen.says("code")), None)
    if coded is None and not system:
        raise NotApplicable("no draft carries a code")
    if not NAME.fullmatch(system):
        raise Violation(
            expected="a code system in lower_snake_case",
            observed=f"{system!r}, and a code at {coded.spot}" if coded else repr(system),
            where="manifest.code_system",
        )


@check(
    "LD-13",
    level=Level.LOADS,
    clause="The adapter's docstrings say which system it reads and over which wire.",
    why="Whoever is called at night opens this file first. Adapters are copied from each other, and one that speaks of "
    "another court sends them to the wrong door.",
    failing='"""My adapter."""',
    passing='"""Adapter for the Lakeside District Court docket (REST, JSON, page token)."""',
)
def documented(h: Harness) -> None:
    """Docstrings of the class, its module, and the classes it stands on."""
    h.observe()
    manifest = h.subject.manifest
    told = "\n".join(_docstrings(h.subject.kind))
    names = f"{manifest.name} {manifest.title}".lower()
    words = {*re.findall(r"[a-z0-9]{3,}", names), manifest.title_zh} - {""}
    if not any(word in told.lower() for word in words):
        raise Violation(
            expected="a docstring that names the system",
            observed=f"none of the words of {manifest.name!r} and its titles in {len(told)} characters",
            likely="it was copied from another adapter" if told else "there is no docstring",
            where=h.subject.kind.__module__,
        )
    if not _WIRE_WORDS.search(told):
        raise Violation(
            expected="a docstring that says over which wire (JSON over GET, SOAP, signed form, …)",
            observed="no word of a wire",
            where=h.subject.kind.__module__,
        )


@check(
    "LD-14",
    level=Level.READS,
    clause="`draft`, `items` and `pages` take what the hub gives, and `items` leaves its page as it is.",
    why="The hub cuts the same page again when a mapping is corrected. An `items` that takes rows out of the page "
    "gives them once.",
    after=("LD-01",),
    failing="def items(self, page): return page.body.pop('rows')",
    passing="def items(self, page): return [row for row in page.rows if row['case_no']]",
)
def overridden_soundly(h: Harness) -> None:
    """Signatures; then the items of each page, twice."""
    for name, given in (("draft", 1), ("items", 1), ("pages", 2)):
        h.observe()
        _callable_with(h.subject.kind, name, given)
    with h.source() as sim:
        adapter = h.adapter(sim)
        for number, page in enumerate(h.pages(sim), 1):
            where, before = f"items() of page {number}", deepcopy((page.body, page.rows))
            first = adapter.items(page)
            if not isinstance(first, Sequence):
                raise Violation(expected="a sequence of items", observed=f"a {type(first).__name__}", where=where)
            once, twice = deepcopy(first), adapter.items(page)
            if (page.body, page.rows) != before or once != twice:
                raise Violation(
                    expected="the same items from the same page, as often as it is cut",
                    observed=f"a page that has changed: {len(once)} items at first, {len(twice)} then",
                    likely="items() takes rows out of the page, or sorts or edits them in place",
                    where=where,
                )


@cache
def taxonomy() -> Taxonomy:
    """The taxonomy that comes with the project."""
    return load()


def _told(h: Harness) -> Told:
    """What importing and making it told; asked once for an adapter."""
    kind = h.subject.kind
    if kind not in _seen:
        _seen[kind] = _watched(h)
    return _seen[kind]


def _watched(h: Harness, items: Sequence[Item] = ()) -> Told:
    options = {**somewhere(h.subject.kind), **own_settings(h.subject.spec, h.canaries.secret)}
    try:
        return watch(Task.of(h.subject.kind, options, items, h.stream))
    except Unwatched as why:
        raise Violation(
            expected="an adapter that is loaded and made, and no more than that",
            observed=str(why),
            likely="a loop or an exit at import",
            where=h.subject.kind.__module__,
        ) from None


def _refuse(touches: Sequence[Touch], wrong: Callable[[Touch], bool], expected: str) -> None:
    found = [touch for touch in touches if wrong(touch)]
    if found:
        told = ", ".join(f"{TOUCHED[touch.what]} ({touch.event})" for touch in found[:3])
        raise Violation(expected=expected, observed=f"it {told}", where=", ".join(touch.where for touch in found[:3]))


def _own_bases(kind: type[Adapter[Any]]) -> Sequence[type]:
    return kind.__mro__[: kind.__mro__.index(Adapter)]


def _hooks(module: ModuleType) -> dict[str, bool]:
    """Functions that are hooks or look like one, and whether they are marked."""
    mark = f"{hookimpl.project_name}_impl"
    functions = {name: each for name, each in vars(module).items() if inspect.isfunction(each)}
    return {
        name: hasattr(each, mark) for name, each in functions.items() if hasattr(each, mark) or name.startswith("hub_")
    }


def _among(h: Harness, what: str, value: str, known: Sequence[str]) -> None:
    h.observe()
    if value not in known:
        raise Violation(
            expected=f"one of {', '.join(sorted(map(str, known)))}", observed=repr(value), where=f"manifest.{what}"
        )


def _docstrings(kind: type[Adapter[Any]]) -> Iterator[str]:
    for base in _own_bases(kind):
        yield from filter(None, (base.__doc__, sys.modules[base.__module__].__doc__))


def _callable_with(kind: type[Adapter[Any]], name: str, given: int) -> None:
    """Whether the method can be called as the hub does: so many arguments by position, no coroutine."""
    method = getattr(kind, name)
    where = f"{kind.__name__}.{name}"
    if inspect.iscoroutinefunction(method) or inspect.isasyncgenfunction(method):
        raise Violation(expected="a plain method", observed="a coroutine", likely="async def", where=where)
    taken = [None] * (given + (not isinstance(inspect.getattr_static(kind, name), staticmethod)))
    try:
        inspect.signature(method).bind(*taken)
    except TypeError:
        raise Violation(
            expected=f"{given} argument{'s' * (given > 1)} beside self",
            observed=f"{name}{inspect.signature(method)}",
            where=where,
        ) from None
