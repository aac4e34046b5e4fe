"""``hub doctor``: look over an installation and say what is wrong, from the ground up."""

import platform
import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Literal, NamedTuple

import click

from hub.cli.show import json_option, say, table, write_json
from hub.cli.workplace import Workplace, at_work
from hub.errors import HubError

State = Literal["ok", "look", "bad"]

MARKS: dict[State, str] = {"ok": "好 ok", "look": "注意 look", "bad": "坏 bad"}
HOLIDAYS_AHEAD = timedelta(days=30)  # those of a year are published in the November before
LOW_MB, LEAST_MB = 2_000, 200  # free disk: worth a look, too little to go on


class Finding(NamedTuple):
    """What one look found. ``hint`` says what to do when it is not ok."""

    what: str
    state: State
    detail: str
    hint: str = ""


@click.command("doctor")
@json_option
@at_work
def doctor(work: Workplace, as_json: bool) -> int:
    """Look over this installation. Ends with 1 when something is bad."""
    findings = [finding for look in LOOKS for finding in _looked(look, work)]
    bad = sum(finding.state == "bad" for finding in findings)
    if as_json:
        write_json({"ok": not bad, "findings": [finding._asdict() for finding in findings]})
    else:
        rows = [(each.what, MARKS[each.state], each.detail, each.hint) for each in findings]
        table(("项 what", "状态 state", "情况 detail", "怎么办 what to do"), rows, if_any=(3,))
        say(f"{bad} 处要修 to repair" if bad else "没有要修的 nothing to repair")
    return 1 if bad else 0


def _looked(look: Callable[[Workplace], Iterator[Finding]], work: Workplace) -> list[Finding]:
    """What a look found; an error of the hub is a finding, so that the next look still takes place."""
    found: list[Finding] = []
    try:
        found.extend(look(work))
    except HubError as why:
        name = look.__name__.removeprefix("_").replace("_", " ")
        details = "; ".join(line.strip() for line in str(why).splitlines()[1:])
        found.append(Finding(name, "bad", " - ".join(filter(None, (why.what, why.where, details))), why.hint))
    return found


def _python(work: Workplace) -> Iterator[Finding]:
    yield Finding("python", "ok", f"{platform.python_version()}, SQLite {sqlite3.sqlite_version}, {platform.machine()}")
    if sys.flags.optimize:
        yield Finding("python", "look", "runs with -O", "run without it: the hub's own checks are off")


def _packages(work: Workplace) -> Iterator[Finding]:
    import re
    from importlib.metadata import PackageNotFoundError, requires, version

    from hub.registry import OWN, check_house

    check_house()
    wanted = [re.split(r"[^\w.-]", line, maxsplit=1)[0] for line in requires(OWN) or () if "extra ==" not in line]
    found, missing = [], []
    for name in wanted:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            missing.append(name)
    yield Finding("packages", "ok", ", ".join([f"{OWN} {version(OWN)}", *found]))
    if missing:
        yield Finding("packages", "bad", f"missing: {', '.join(missing)}", f"pip install {OWN}")


def _settings(work: Workplace) -> Iterator[Finding]:
    from hub.cli.config import problems_of

    settings = work.settings
    yield Finding("settings", "ok", f"{settings.path}, {len(settings.sources)} sources")
    for problem in problems_of(settings, work.registry):
        yield Finding("settings", "bad", str(problem), "hub config check")
    if settings.path.stat().st_mode & 0o077 and any(
        name in source.options for source in settings.sources.values() for name in _secrets(work, source.adapter)
    ):
        yield Finding("settings", "look", "others may read the secrets in it", f"chmod 600 {settings.path}")


def _adapters(work: Workplace) -> Iterator[Finding]:
    registry = work.registry
    yield Finding("adapters", "ok", ", ".join(sorted(registry.adapters)) or "none")
    for off in registry.off:
        yield Finding("adapters", "bad", f"off: {off}", "hub adapter list")


def _taxonomy(work: Workplace) -> Iterator[Finding]:
    known = work.taxonomy
    detail = f"{known.name} {known.version}: {len(known.categories)} categories, {len(known.items)} items"
    yield Finding("taxonomy", "ok", detail)


def _keys(work: Workplace) -> Iterator[Finding]:
    from hub.store.vault import Keyring

    keyring = Keyring.load(work.settings.store.keys)
    yield Finding("keys", "ok", f"keyring {keyring.fingerprint()}, {len(keyring.keys)} keys, {keyring.current} seals")


def _store(work: Workplace) -> Iterator[Finding]:
    from hub.store import migrate, read
    from hub.store.cases import unplaced
    from hub.store.database import Database

    if not work.has_store:
        yield Finding("store", "look", "not made yet", "hub run --once")
        return
    if not migrate.is_current(Database(work.settings.store.url)):
        yield Finding("store", "bad", "of another version", "hub db upgrade")
        return
    with work.store() as store, store.database.reading() as connection:
        records = sum(read.category_counts(connection).values())
        last = max((run.started for run in read.runs_last(connection)), default="")
        lost = len(unplaced(connection))
    yield Finding("store", "ok", f"{store.database.dialect}, {records} records")
    if lost:
        yield Finding("cases", "bad", f"{lost} records without a case that do not wait for one", "hub case relink")
    if last > datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"):
        yield Finding("clock", "bad", f"it is before the last run ({last})", "set the clock of this machine right")


def _clock(work: Workplace) -> Iterator[Finding]:
    from zoneinfo import ZoneInfo

    now = datetime.now(UTC)
    there = now.astimezone(ZoneInfo("Asia/Shanghai"))
    yield Finding("clock", "ok", f"{now:%Y-%m-%d %H:%M:%S} UTC, {there:%H:%M} Asia/Shanghai")


def _deadlines(work: Workplace) -> Iterator[Finding]:
    from hub.casework.calendar import local_day
    from hub.casework.terms import Terms

    terms, now = Terms.load(work.settings.deadlines), datetime.now(UTC)
    years = ", ".join(map(str, sorted(terms.calendar.years)))
    yield Finding("deadlines", "ok", f"{len(terms.rules)} rules, holidays of {years or 'no year'}")
    if not terms.calendar.knows(local_day(now), local_day(now + HOLIDAYS_AHEAD)):
        hint = "give a table of them as deadlines.holidays"
        yield Finding("deadlines", "look", "holidays not known for the days to come: only weekends are left out", hint)


def _disk(work: Workplace) -> Iterator[Finding]:
    folder = work.settings.store.keys.parent
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free // 1_000_000
    state: State = "ok" if free >= LOW_MB else "look" if free >= LEAST_MB else "bad"
    yield Finding("disk", state, f"{free:,} MB free at {folder}", "" if state == "ok" else "make room")


def _secrets(work: Workplace, adapter: str) -> list[str]:
    from hub.problems import is_secret

    kind = work.registry.adapters.get(adapter)
    return [name for name in kind.Config.model_fields if is_secret(kind.Config, name)] if kind else []


LOOKS: tuple[Callable[[Workplace], Iterator[Finding]], ...] = (
    _python,
    _packages,
    _settings,
    _adapters,
    _taxonomy,
    _keys,
    _store,
    _clock,
    _deadlines,
    _disk,
)
"""In this order: what a later look needs, an earlier one has seen."""
