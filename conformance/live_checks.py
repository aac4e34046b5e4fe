"""LV: what a live system says, held against what its adapter declares. Looked at by `conformance.live`.

These clauses belong to no level and have no simulated source: they hold for the rows that were read, and no further.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from conformance.check import Check, Level
from conformance.checks.taxonomy import NO_TABLE, UNKNOWN_VALUE
from conformance.leaves import masked
from conformance.live_reading import Live
from conformance.outcome import NotApplicable, Violation
from hub.api import Capability, Request, SourceDenied, SourceError
from schemas.identity import mask, redact

FAMILY = "LV"
WRONG_SECRET = "LV-12"  # noqa: S105 - an id

SKEW_S = 300
"""By how much the clocks may differ, in seconds: half of the overlap that is read again."""

BAD_TIME = "time.invalid@"
MICROSECONDS = 1_000_000


def _opens(live: Live) -> None:
    """The first pages."""
    try:
        live.observe(len(live.first.pages))
    except SourceDenied as why:
        likely = "credentials that are wrong, expired or not for this interface"
        raise Violation(
            expected="a page of rows", observed=f"denied: {why.what}", likely=likely, where=why.where
        ) from None
    except SourceError as why:
        raise Violation(expected="a page of rows", observed=why.what, likely=why.hint, where=why.where) from None


def _has_rows(live: Live) -> None:
    rows = sum(len(page.rows) for page in live.first.pages)
    live.observe(rows)
    if not rows:
        raise Violation(
            expected="rows",
            observed=f"none in {len(live.first.pages)} pages",
            likely="history_from lies behind the data, or the account may see nothing: an empty reply may be a denial",
        )


def _totals_agree(live: Live) -> None:
    read, rows, told = live.first, 0, False
    for number, page in enumerate(read.pages, 1):
        rows = rows + len(page.rows) if number == 1 or page.window == read.pages[number - 2].window else len(page.rows)
        if page.total is None:
            continue
        told = True
        live.observe()
        if rows > page.total or (read.whole and number == len(read.pages) and rows != page.total):
            raise Violation(
                expected=f"{page.total} rows, as announced",
                observed=f"{rows}",
                likely="the total is that of the page or of another question, or rows are cut out of the reply",
                where=f"page {number}",
            )
    if not told:
        raise Violation(
            expected="an announced total, as COUNTED claims",
            observed=f"none on {len(read.pages)} pages",
            likely="the path of the total in the envelope leads nowhere",
        )


def _keys_are_unique(live: Live) -> None:
    seen: dict[str, tuple[str, Any]] = {}
    for number, page in enumerate(live.first.pages, 1):
        for row, item in enumerate(live.reader.items(page), 1):
            key, spot = live.reader.draft(item).key, f"page {number} row {row}"
            live.observe()
            before, same = seen.setdefault(key, (spot, item))
            if before != spot and (same != item or before.partition(" row ")[0] == f"page {number}"):
                raise Violation(
                    expected="a key of its own for every row",
                    observed=f"key {masked(key)} at {before} and at {spot}",
                    likely="the key is a number that restarts, or the source tells one matter in several rows",
                    where=spot,
                )


def _rows_become_records(live: Live) -> None:
    counts = live.kept.report.counts
    live.observe(counts.fetched)
    if counts.rejected:
        raise Violation(
            expected="a record of every row",
            observed=f"{counts.rejected} of {counts.fetched} rows rejected: {', '.join(live.kept.refused)}",
            likely="a field that the recording always fills is missing or of another type here",
        )


def _times_parse(live: Live) -> None:
    rows = live.kept.records
    live.observe(len(rows))
    lost = [(row.key, note) for row in rows for note in row.notes if note.startswith(BAD_TIME)]
    if lost:
        raise Violation(
            expected="times the hub can read",
            observed=f"{len(lost)} it cannot, the first in {lost[0][1].removeprefix(BAD_TIME)}",
            likely="a style of its own; the adapter may bring it into ISO order, and nothing else",
            where=f"key {mask(lost[0][0])}",
        )
    undated = [row.key for row in rows if row.revision is None]
    if undated and Capability.INCREMENTAL in live.subject.manifest.capabilities:
        raise Violation(
            expected="an update time on every row, as INCREMENTAL needs",
            observed=f"none on {len(undated)} of {len(rows)}",
            likely="revision is taken from a field that is not always filled",
            where=f"key {mask(undated[0])}",
        )


def _codes_are_known(live: Live) -> None:
    found = [row.body.get("classification", {}) for row in live.kept.records if not row.deleted]
    coded = {each.get("code") or each.get("label"): each for each in found if each.get("code") or each.get("label")}
    if found and not coded:
        raise NotApplicable("no row that was read bears a code or label")
    live.observe(len(coded))
    unknown = {code for code, each in coded.items() if (each.get("evidence") or "").startswith(NO_TABLE)}
    if lost := sorted(unknown - set(live.subject.spec.unmapped_codes)):
        raise Violation(
            expected="a table that knows each of the codes seen",
            observed=f"{len(lost)} of {len(coded)} codes are in none: {', '.join(map(redact, lost[:10]))}",
            likely="the crosswalk was made of a shorter list than the source uses",
            where="crosswalk.sssom.tsv",
        )


def _states_are_known(live: Live) -> None:
    stages = {str(code) for code in live.subject.manifest.stages}
    told = {live.reader.draft(item).status for page in live.first.pages for item in live.reader.items(page)} - {
        None,
        "",
    }
    if not told:
        raise NotApplicable("no row that was read bears a status")
    live.observe(len(told))
    if lost := sorted({str(each).strip() for each in told} - stages):
        raise Violation(
            expected="a stage for each status seen",
            observed=f"{len(lost)} of {len(told)} have none: {', '.join(map(redact, lost[:10]))}",
            likely="the manifest's stages were made of a shorter list than the source uses",
            where="manifest.stages",
        )


def _values_are_known(live: Live) -> None:
    rows = live.kept.records
    live.observe(len(rows))
    if lost := sorted(
        {note.removeprefix(UNKNOWN_VALUE) for row in rows for note in row.notes if UNKNOWN_VALUE in note}
    ):
        raise Violation(
            expected="codes or labels of code_tables.csv",
            observed=f"others in {', '.join(lost)}",
            likely="the source has words of its own for it, which the adapter passes on",
        )


def _clocks_agree(live: Live) -> None:
    read = live.first
    clocks = [page.clock for page in read.pages if page.clock is not None]
    if not clocks:
        raise NotApplicable("the source tells no time of its own")
    live.observe(len(clocks))
    off = (clocks[-1] - read.now).total_seconds()
    if abs(off) > SKEW_S:
        raise Violation(
            expected=f"clocks that differ by at most {SKEW_S} s",
            observed=f"the source is {abs(off):.0f} s {'ahead' if off > 0 else 'behind'}",
            likely="a machine without time synchronisation, or times of another zone than the manifest's",
        )


def _since_narrows(live: Live) -> None:
    times = sorted(row.revision for row in live.kept.records if row.revision is not None)
    if not times:
        return  # nothing seen: told as not observed
    since = datetime.fromtimestamp(times[len(times) // 2] / MICROSECONDS, UTC)
    request = live.subject.manifest.streams[0].request
    window = request.window if isinstance(request, Request) else None
    back = timedelta(days=1 + (window.look_back if window else 0))
    again = live.read(live.instance, since, 1)
    rows = live.made_of(again.pages).records
    live.observe(len(rows))
    if not rows:
        raise Violation(
            expected="the rows changed at or after a time that was told",
            observed=f"none in {len(again.pages)} pages, though some were read before",
            likely="the parameter wants the time in another style or zone, and the source takes it for the future",
        )
    old = [row for row in rows if row.revision is not None and row.revision < (since - back).timestamp() * MICROSECONDS]
    if old:
        raise Violation(
            expected=f"nothing older than {back.days} days before the time asked for",
            observed=f"{len(old)} of {len(rows)} rows are",
            likely="the source does not know the parameter and gives everything: INCREMENTAL is not true of it",
            where=f"key {mask(old[0].key)}",
        )


def _wrong_secret_is_denied(live: Live) -> None:
    options, fields = live.instance.options, live.subject.kind.Config.model_fields
    secrets = [name for name, info in fields.items() if "SecretStr" in str(info.annotation)]
    given = [name for name in secrets if name in options or f"{name}_file" in options]
    if not given:
        raise NotApplicable("no secret is set")
    others = {name: value for name, value in options.items() if name.removesuffix("_file") not in given}
    wrong = others | dict.fromkeys(given, "wrong")
    live.observe()
    try:
        read = live.read(live.instance.model_copy(update={"options": wrong}), None, 1)
    except SourceDenied:
        return
    raise Violation(
        expected="a denial",
        observed=f"a reply with {sum(len(page.rows) for page in read.pages)} rows",
        likely="the envelope does not tell the code by which this source denies, or the source lets everybody in",
    )


_NEEDS = {"LV-03": frozenset({Capability.COUNTED}), "LV-11": frozenset({Capability.INCREMENTAL})}


def _checks() -> Iterable[Check]:
    first, rows = ("LV-01",), ("LV-02",)
    told: tuple[tuple[str, Any, tuple[str, ...], str, str], ...] = (
        ("LV-01", _opens, (), "The source lets the hub in, and its replies open by the declared envelope.",
         "Address, network, login, signature, encoding and envelope are all in a first page."),
        ("LV-02", _has_rows, first, "The source has rows.",
         "An account without rights often gets an empty list instead of a denial."),
        ("LV-03", _totals_agree, first, "The announced total is that of the rows.",
         "The completeness ledger compares the two after every read."),
        ("LV-04", _keys_are_unique, rows, "No two of the rows read share a key.",
         "Of two matters with one key one is lost."),
        ("LV-05", _rows_become_records, rows, "Every row read becomes a record.",
         "What is rejected now is rejected every night."),
        ("LV-06", _times_parse, rows, "The times of the rows read can be read.",
         "The update time decides what is newer, and what is asked for next."),
        ("LV-07", _codes_are_known, rows, "The codes of the rows read are known to crosswalk, department or causes.",
         "A live system uses more codes than anybody told."),
        ("LV-08", _states_are_known, rows, "The statuses of the rows read have a stage.",
         "Without a stage no deadline runs."),
        ("LV-09", _values_are_known, rows, "The coded values of the rows read are in the hub's code tables.",
         "An unknown role falls back to the table's first one."),
        ("LV-10", _clocks_agree, first, "The clocks of source and hub agree.",
         "A source that is behind hides its newest rows from the next read."),
        ("LV-11", _since_narrows, rows, "Asked for what changed since a time, the source gives that and hardly older.",
         "A parameter that the source does not know makes every pull a full one."),
        (WRONG_SECRET, _wrong_secret_is_denied, first, "A wrong secret is denied, and the denial is told as one.",
         "A denial that reads as no rows goes unnoticed for weeks."),
    )  # fmt: skip
    for id, run, after, clause, why in told:
        yield Check(id, Level.READS, clause, "1.0", why, run, _NEEDS.get(id, frozenset()), after)


LIVE: dict[str, Check] = {check.id: check for check in _checks()}
"""Clauses about a live system, in the order they are looked at."""
