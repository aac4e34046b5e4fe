"""RC-07 to RC-10: revisions that order, times that are the instants they were meant to be."""

import re
from collections.abc import Iterable
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from conformance.check import Level, check
from conformance.harness import Harness
from conformance.leaves import TimeStyle, leaves, midnight, numbered, time_style, told, utc_text, with_leaf
from conformance.outcome import NotApplicable, NotObserved, Violation
from conformance.shaped import differing, drafted, fullest, items, kept, reserved
from hub.api import Draft, DraftEntry
from hub.testing import RecordRow

READS = Level.READS
ZONES = ("Asia/Shanghai", "UTC", "America/New_York", "Pacific/Kiritimati", "Asia/Kathmandu")
"""Zones a machine may stand in: the source's, none, one behind, the furthest ahead, one off the hour."""

_TIMELY = 10**14
"""Revisions below are counters, not times in microseconds."""

_MICROS = timedelta(microseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TIMES = ("opened", "due", "closed", "happened", "at", "issued", "answered", "begins", "ends")

_OFFSET = re.compile(r"(Z|[+-][\d:]+)$")
_RARER = ("%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M")
"""Forms without seconds, which only all times of a field together tell for sure."""


@check(
    "RC-07",
    level=READS,
    clause="A later change of an item has a greater revision.",
    after=("RC-02",),
    why="The newer revision wins. One that stands still or runs backwards lets an old copy overwrite a new one.",
    failing='revision=item["filed"]  # the day it was filed: it never moves',
    passing='revision=item["updated"]',
)
def revisions_move(h: Harness) -> None:
    """Read one item at five times, a least step to a month apart."""
    wire, times = h.subject.wire, h.times
    if not wire.time:
        raise NotApplicable("the source tells no update time")
    rows = deepcopy(list(h.recording.rows))
    newest = times.newest(rows)
    if newest is None:
        raise NotApplicable("no row of the recording tells its update time")
    row, start = fullest(rows), newest - timedelta(days=40)
    moments = [
        start,
        *(start + step for step in (times.step, timedelta(days=1), timedelta(days=11), timedelta(days=33))),
    ]
    clones = [
        {**deepcopy(row), wire.key: numbered(row[wire.key], number), wire.time: times.write(at)}
        for number, at in enumerate(dict.fromkeys(moments), 1)
    ]
    found = kept(h, clones).records
    revisions = [record.revision if (record := found.get(str(each[wire.key]))) else None for each in clones]
    orders = [revision for revision in revisions if revision is not None]
    if len(orders) < len(clones) or any(not one < later for one, later in pairwise(orders)):
        still = "one that does not rise" if len(orders) == len(clones) else "none for some of them"
        raise Violation(
            expected=f"revisions that rise with {wire.time}, by its least step too",
            observed=f"{still}, over {len(revisions)} changes from {times.step} to 33 days apart",
            likely="the revision is read from a field that does not move, or cut short on the way",
            where=f"field {wire.time}",
        )


@check(
    "RC-08",
    level=READS,
    clause="A time is the instant it is in the source's zone.",
    after=("RC-07",),
    why="Eight hours off, a deadline is missed or a watermark runs ahead of the rows.",
    failing='datetime.fromisoformat(item["updated"]).replace(tzinfo=UTC)  # the source writes Beijing time',
    passing='revision=item["updated"]  # as written; the manifest\'s timezone gives it meaning',
)
def times_are_right(h: Harness) -> None:
    """Compare instants with those the source meant."""
    wire, times = h.subject.wire, h.times
    with h.in_zone(wire.zone):  # where most authors sit: what depends on the machine's zone is another check's matter
        rows = deepcopy(list(h.recording.rows))
        meant = {str(row.get(wire.key)): times.read(row.get(wire.time)) for row in rows}
        compared = 0
        for name, record in kept(h, rows).records.items():
            at, told_at = meant.get(name), record.revision
            if at is None or told_at is None or told_at < _TIMELY:
                continue
            compared += 1
            if told_at != (at - _EPOCH) // _MICROS:
                raise Violation(
                    expected=f"the instant that {wire.time} is in {wire.zone}",
                    observed=f"one {abs(told_at - (at - _EPOCH) // _MICROS) / 3_600_000_000:.6g} hours off",
                    likely="a naive time was taken for another zone's, or a part of it was cut off",
                    where=f"field {wire.time}",
                )
        if not _probe_times(h, days=False) and not compared:
            raise NotApplicable("no time of the recording becomes a time of the record")


@check(
    "RC-09",
    level=READS,
    clause="A draft is the same in whatever zone the machine stands.",
    after=("RC-01",),
    why="What holds on the author's machine in Beijing must hold in a container that runs in UTC.",
    failing='datetime.strptime(item["filed"], "%Y-%m-%d").timestamp()  # midnight of the machine\'s zone',
    passing='opened=item["filed"]',
)
def drafts_know_no_machine_zone(h: Harness) -> None:
    """Shape the same items in five zones."""
    first: list[Draft | DraftEntry | None] = []
    with items(h) as (adapter, found):
        for zone in ZONES:
            with h.in_zone(zone):
                drafts = [drafted(adapter, item) for item in found]
            for at, (one, same) in enumerate(zip(first, drafts, strict=False), 1):
                if one != same:
                    raise Violation(
                        expected=f"the draft made in {ZONES[0]}",
                        observed=f"another one in {zone}: {', '.join(differing(one, same))}",
                        likely="a naive time was read or written in the zone of the machine",
                        where=f"item {at}",
                    )
            first = first or drafts


@check(
    "RC-10",
    level=READS,
    clause="A day told without a time stays that day in the source's zone.",
    after=("RC-02",),
    why="A case filed on the 2nd and shown on the 1st misses a limit by a day; nothing else gives the error away.",
    failing='opened=datetime.fromisoformat(item["filed"]).replace(tzinfo=zone).astimezone(UTC).date()',
    passing='opened=item["filed"]',
)
def days_stay_days(h: Harness) -> None:
    """Write known days into the fields that tell days."""
    with h.in_zone(h.subject.wire.zone):
        if not _probe_times(h, days=True):
            raise NotApplicable("no day of the recording becomes a time of the record")


def _probe_times(h: Harness, *, days: bool) -> bool:
    """Write known times into the row's time fields, twice; what moves in the record must be one of those written.

    Answers whether anything moved.
    """
    wire, zone = h.subject.wire, ZoneInfo(h.subject.wire.zone)
    rows = [dict(leaves(row)) for row in h.recording.rows]
    row = fullest(h.recording.rows)
    spots = [
        (spot, value, style)
        for spot, value in leaves(row)
        if spot[0] not in reserved(h)
        and (style := time_style(value) or _rarer(each[spot] for each in rows if each.get(spot))) is not None
        and style.is_day is days
    ]
    if not spots:
        if days:
            raise NotApplicable("the recording tells no day without a time")
        return False
    clones, allowed = [], []
    for number, year in enumerate((2024, 2025), 1):
        clone, right = {**row, wire.key: numbered(row[wire.key], number)}, set()
        for at, (spot, value, style) in enumerate(spots):
            second = 59 if style.style not in _RARER else 0
            local = datetime(year, 2, 28, 23, 59, second, tzinfo=zone) - timedelta(days=at)
            clone = with_leaf(clone, spot, _written(local, value, style))
            right |= {midnight(local.date(), zone) if days else utc_text(local), local.date().isoformat()}
        clones.append(clone)
        allowed.append(right)
    found = kept(h, clones).records
    if not any(str(clone[wire.key]) in found for clone in clones):
        raise NotObserved(f"no row with other {'days' if days else 'times'} became a record")
    one, two = (_told_times(found.get(str(clone[wire.key]))) for clone in clones)
    moved = [field for field in one.keys() & two.keys() if one[field] != two[field]]
    for field in moved:
        if one[field] not in allowed[0]:
            raise Violation(
                expected=f"{'that day' if days else 'that instant'} in {wire.zone}",
                observed=f"{field} tells another one" if days else f"{field} is another instant",
                likely="the day was moved to another zone" if days else "a naive time was taken for another zone's",
                where=f"field {', '.join(told(spot) for spot, *_ in spots)}",
            )
    return bool(moved)


def _rarer(values: Iterable[Any]) -> TimeStyle | None:
    """How a field tells its times, where all of them together leave one rarer form: 03/04/2026 alone is two days."""
    texts = [str(value) for value in values]
    found = [style for style in _RARER if texts and all(_reads(text, style) for text in texts)]
    return TimeStyle(found[0]) if len(found) == 1 else None


def _reads(text: str, style: str) -> bool:
    try:
        return bool(datetime.strptime(text, style))  # noqa: DTZ007 - only the form is looked at
    except ValueError:
        return False


def _written(local: datetime, value: Any, style: TimeStyle) -> str | int:
    """A time in the style of the recorded one, and at its offset: where that is Z, in UTC."""
    if not style.style.endswith("%z"):
        return style.write(local)
    there = local.astimezone(datetime.strptime(value, style.style).tzinfo)  # noqa: DTZ007 - the style has one
    offset = _OFFSET.search(value)
    return f"{there.strftime(style.style.removesuffix('%z'))}{offset[0] if offset else ''}"


def _told_times(record: RecordRow | None) -> dict[str, str]:
    if record is None:
        return {}
    steps = {f"steps[{at}].at": step.get("at") for at, step in enumerate(record.body.get("steps") or ())}
    return {name: value for name, value in ({each: record.body.get(each) for each in _TIMES} | steps).items() if value}
