"""TX: what a source calls a matter reaches the taxonomy truthfully: nothing guessed, no neighbour taken for equal."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from conformance.check import Level, check
from conformance.envelopes import value_at
from conformance.leaves import Spot, leaves, told, with_leaf
from conformance.outcome import NotApplicable, Violation
from conformance.scenarios import UNKNOWN_CODE
from conformance.shaped import STAGED, disputes, drafted, items
from hub.api import Adapter, Channel, Item, Stage
from schemas.identity import mask, redact
from schemas.taxonomy import Taxonomy, TaxonomyError, load
from schemas.taxonomy.sssom import EXACT, MappingSet, dangling, read_sssom

if TYPE_CHECKING:
    from conformance.harness import Harness

CROSSWALK = "crosswalk.sssom.tsv"
NO_TABLE = "no table knows"
"""How the hub's evidence begins when neither crosswalk, department nor causes know a code."""

UNKNOWN_VALUE = "code.unknown@"
"""How the hub notes a value that stands in none of its code tables, before the field."""

UNHEARD = "一种没有听说过的状态"
"""A status no source has."""

REST = "D21"
"""The category of what fits nowhere."""

ENDINGS = frozenset({Stage.SETTLED, Stage.UNSETTLED, Stage.CONFIRMED, Stage.FULFILLED, Stage.BREACHED})
"""Stages that say how a matter ended between its parties."""

NEIGHBOURS: Mapping[str, frozenset[Stage]] = {
    **dict.fromkeys(
        ("办结", "已办结", "结案", "已结案", "终结", "归档", "closed", "close", "done", "finished"), ENDINGS
    ),
    **dict.fromkeys(("已答复", "答复", "replied", "answered"), ENDINGS | {Stage.CLOSED}),
    **dict.fromkeys(("判决", "已判决", "judged"), ENDINGS | {Stage.ENFORCING}),
    **dict.fromkeys(("调解", "调解中", "mediating"), ENDINGS | {Stage.CLOSED}),
    **dict.fromkeys(("调解不成", "调解失败", "未达成协议"), frozenset({Stage.SETTLED, Stage.CLOSED})),
    **dict.fromkeys(("签收", "已签收", "待受理"), frozenset({Stage.ACCEPTED})),
    **dict.fromkeys(("撤诉", "撤回", "已撤回", "withdrawn"), ENDINGS),
    **dict.fromkeys(("不予受理", "不受理"), frozenset({Stage.CLOSED, Stage.ACCEPTED})),
}
"""Words of a status, and the stages that claim more than the word does."""

CHANNELS: Mapping[str, frozenset[Channel]] = {
    "court": frozenset({Channel.COURT}),
    "petition": frozenset({Channel.PETITION, Channel.HOTLINE, Channel.PORTAL, Channel.WALK_IN}),
    "mediation": frozenset({Channel.MEDIATION, Channel.PORTAL, Channel.WALK_IN}),
    "grid": frozenset({Channel.GRID, Channel.POLICE, Channel.HOTLINE, Channel.PORTAL}),
}
"""Doors through which the matters of an adapter of that kind can have come."""


def crosswalk_of(h: "Harness") -> MappingSet:
    """The crosswalk the hub would take: as its settings say, beside the adapter's module, or beside a base's.

    Raises NotApplicable without one, Violation when it cannot be read.
    """
    mro = h.subject.kind.__mro__
    files = [getattr(sys.modules[base.__module__], "__file__", None) for base in mro[: mro.index(Adapter)]]
    beside = [Path(file).parent / CROSSWALK for file in files if file]
    for path in beside if h.subject.teller.crosswalk is None else [h.subject.teller.crosswalk]:
        if path.is_file():
            try:
                table = read_sssom(path)
            except TaxonomyError as why:
                raise Violation(
                    expected="a crosswalk without a fault",
                    observed=f"{len(why.problems)} faults, the first: {why.problems[0]}",
                    likely="a cell too many, a misspelt predicate, or two rows that decide one code",
                    where=CROSSWALK,
                ) from None
            h.observe(len(table.rows))
            return table
    raise NotApplicable(f"no {CROSSWALK} beside the adapter")


@check(
    "TX-01",
    level=Level.READS,
    clause="Every row of the crosswalk leads to an item or category that is in the taxonomy.",
    why="The hub passes over a row that leads nowhere: its code becomes unmapped, and nobody is told.",
    failing="lakeside:L05  skos:exactMatch  yiwang:D0105   # D01 ends with D0104",
    passing="lakeside:L05  skos:exactMatch  yiwang:D0104",
)
def targets_are_live(h: "Harness") -> None:
    """Rows of the crosswalk against the taxonomy of this hub."""
    table, taxonomy = crosswalk_of(h), load()
    if lost := dangling(table, [code for code in _codes(taxonomy) if taxonomy.live(code)]):
        raise Violation(
            expected="only live items and categories as objects",
            observed=f"{len(lost)} rows lead to none, the first: {lost[0]}",
            likely="a mistyped code, or an item that has been retired since",
            where=CROSSWALK,
        )


@check(
    "TX-02",
    level=Level.READS,
    clause="Every classification code in the recording is known to crosswalk, department or causes.",
    why="A code without a row is classified by its text or not at all. What the recording shows, the author has seen.",
    failing="a crosswalk with rows for L01 to L03, and rows of L04 in the recording",
    passing="lakeside:L04  skos:broadMatch  yiwang:D0101",
)
def codes_seen_are_mapped(h: "Harness") -> None:
    """The evidence with which each record of the recording was classified.

    Codes that ``unmapped_codes`` lists are in no table and stay so: a row for one of them is an invention.
    """
    disputes(h)
    with h.source() as sim, h.store() as store:
        h.run(sim, store)
        found = [(row.key, row.body.get("classification", {})) for row in h.records(store) if not row.deleted]
    coded = {each.get("code") or each.get("label"): each for _, each in found if each.get("code") or each.get("label")}
    if found and not coded:
        raise NotApplicable("no row of the recording bears a code or label")
    unknown = {code for code, each in coded.items() if each.get("evidence", "").startswith(NO_TABLE)}
    listed = set(h.subject.spec.unmapped_codes)
    if wrong := sorted(listed - unknown):
        raise Violation(
            expected="the codes of unmapped_codes in the recording, and in no table",
            observed=f"{redact(wrong[0])} is {'known to a table' if wrong[0] in coded else 'not in the recording'}",
            likely="the list is older than the crosswalk, or a code was mapped to what it does not mean",
            where="conformance.toml",
        )
    if lost := sorted(unknown - listed):
        raise Violation(
            expected="a table that knows each of the codes seen",
            observed=f"{len(lost)} of {len(coded)} codes are in none, the first: {redact(lost[0])}",
            likely="the crosswalk lacks a row, or the code comes in another spelling; what means nothing the taxonomy "
            "has is listed in unmapped_codes",
            where=CROSSWALK,
        )


@check(
    "TX-03",
    level=Level.READS,
    clause="A code no table knows keeps its record and stays as it came, never turned into another code.",
    why='A default such as "other" hides for ever that a source has a new class. Unmapped is counted.',
    failing='code=CODES.get(item["cause_code"], "L99")',
    passing='code=item["cause_code"]',
)
def unknown_code_is_kept(h: "Harness") -> None:
    """A row in the middle bears a code nobody ever gave."""
    field = h.subject.wire.code
    if not field:
        raise NotApplicable("conformance.toml names no field with a code")
    told_of = disputes(h, "unknown_code")
    for seen in told_of:
        if value_at(seen.item, field) == UNKNOWN_CODE and not _tells(
            UNKNOWN_CODE, seen.says("code"), seen.says("label")
        ):
            raise Violation(
                expected="the code as the source sent it",
                observed="another code" if seen.says("code") else "no code",
                likely="a table of codes in the adapter has a default for those it does not know",
                where=seen.spot,
            )
    with h.source("unknown_code") as sim, h.store() as store:
        report = h.run(sim, store)
        found = h.records(store)
        said = [(row, row.body.get("classification", {})) for row in found]
        told = [row for row, each in said if _tells(UNKNOWN_CODE, each.get("code"), each.get("label"))]
        lost = {str(seen.draft.key).strip() for seen in told_of} - {row.key for row in found}
    if lost or not told:
        raise Violation(
            expected="a record of the row with the unknown code",
            observed=f"{len(lost)} rows without a record, {len(told)} records with the code",
            likely="the row is dropped or its draft fails when its code is in no table",
        )
    for row in told:
        if row.method != "text" and (row.item or row.body["classification"].get("category") == REST):
            raise Violation(
                expected="no item, or one the text speaks for",
                observed=f"item {row.item} by {row.method}",
                likely="a row of the crosswalk catches all codes, or the label decides as a code would",
            )
    if any(row.method == "unmapped" for row in told) and not report.counts.unmapped:
        raise Violation(expected="unmapped records counted by the run", observed="a count of 0")


@check(
    "TX-04",
    level=Level.READS,
    clause="Code and label of a draft are values of its row, as the source wrote them.",
    why="A code that was shortened or a label that was translated can never be compared with the source again, "
    "and a corrected crosswalk no longer finds it.",
    failing='label=LABELS[item["cause_code"]]   # our own wording',
    passing='label=item["cause"]',
)
def code_and_label_are_raw(h: "Harness") -> None:
    """Each code and label is looked for in its own row."""
    told = 0
    for seen in disputes(h):
        values = [text for text in (str(each).strip() for each in _leaves(seen.item)) if text]
        for name, value in (("code", seen.says("code")), ("label", seen.says("label"))):
            if value is None or not str(value).strip():
                continue
            told += 1
            parted = any(_joined(each, seen.says("code"), seen.says("label")) for each in values)
            if not parted and not _made_of(str(value).strip(), values):
                raise Violation(
                    expected=f"a {name} that stands in the row, or values of the row joined",
                    observed=f"a {name} of {len(str(value))} characters that does not",
                    likely="the adapter translates, shortens or changes the case of what the source sent",
                    where=seen.spot,
                )
    if not told:
        raise NotApplicable("no draft of the recording bears a code or label")


@check(
    "TX-05",
    level=Level.READS,
    clause="No status is given a stage that claims more than its word: closed is not settled, replied is not closed.",
    why="Neighbours are not equal. A body that ended its work has not made peace between two people.",
    failing='stages={"closed": Stage.SETTLED}',
    passing='stages={"closed": Stage.CLOSED}',
)
def no_neighbour_is_equal(h: "Harness") -> None:
    """Codes that are words, and codes whose words the recording tells, by a list of known neighbours."""
    stages = h.subject.manifest.stages
    words = {(str(code), str(code)) for code in stages}
    for seen in h.read_all():
        if seen.draft.status is not None and (label := seen.says("status_label")):
            words.add((str(seen.draft.status), str(label)))
    if not stages:
        raise NotApplicable("the manifest gives no status a stage")
    for code, word in sorted(words):
        stage = stages.get(code)
        if stage in NEIGHBOURS.get(word.strip().casefold(), frozenset()):
            raise Violation(
                expected=f"a stage that says no more than the status {word}",
                observed=f"{stage}",
                likely="two stages were taken for one; leave the status out if none fits, the record keeps it",
                where=f"manifest.stages[{code!r}]",
            )


@check(
    "TX-06",
    level=Level.READS,
    clause="Every status in the recording has a stage in the manifest.",
    why="A status that is not in the table leaves the record without a stage: no deadline runs.",
    failing='stages={"open": Stage.FILED, "settled": Stage.SETTLED}   # and rows that are closed',
    passing='stages={"open": Stage.FILED, "settled": Stage.SETTLED, "closed": Stage.CLOSED}',
)
def statuses_seen_have_a_stage(h: "Harness") -> None:
    """The statuses of all drafts against the table."""
    stages = {str(code) for code in h.subject.manifest.stages}
    told = [seen for seen in h.read_all() if seen.draft.status is not None and isinstance(seen.draft, STAGED)]
    statuses = {str(seen.draft.status).strip(): seen.spot for seen in told}
    if not statuses:
        raise NotApplicable("no draft of the recording bears a status")
    if lost := sorted(set(statuses) - stages):
        raise Violation(
            expected="a stage for each status seen",
            observed=f"{len(lost)} of {len(statuses)} have none, the first: {redact(lost[0])}",
            likely="the table is older than the source, or the name is sent where the code is meant",
            where=statuses[lost[0]],
        )


@check(
    "TX-07",
    level=Level.READS,
    clause="The channel of every record is one of the hub's, and one through which such a matter can have come.",
    why="The channel stands in the case code for life. Forgotten, it says that a suit came through no known door.",
    failing='Manifest(kind="court", …)   # channel left at "QT"',
    passing='Manifest(kind="court", channel="FY", …)',
)
def channel_fits(h: "Harness") -> None:
    """The manifest's channel and those of the drafts."""
    manifest = h.subject.manifest
    channels = {manifest.channel: "manifest.channel"}
    for seen in disputes(h):
        channels.setdefault(seen.says("channel") or manifest.channel, seen.spot)
    fitting = CHANNELS.get(manifest.kind, frozenset(Channel))
    for channel, where in channels.items():
        if channel not in fitting:
            raise Violation(
                expected=f"for an adapter of kind {manifest.kind} one of {', '.join(sorted(fitting))}",
                observed=f"{redact(channel)}" if channel in set(Channel) else "a channel the hub does not know",
                likely="the manifest leaves the channel at its default, or the draft carries the source's own word",
                where=where,
            )


@check(
    "TX-08",
    level=Level.READS,
    clause="Every coded value of a person, a resolution or a scale in the recording is one the hub's code tables know.",
    why="An unknown role or kind falls back to the table's first one: a respondent becomes an applicant.",
    failing='DraftParty(role="defendant", …)',
    passing='DraftParty(role={"defendant": "2"}.get(row["role"], row["role"]), …)',
)
def coded_values_are_known(h: "Harness") -> None:
    """The notes the hub leaves on records whose codes it does not know."""
    with h.source() as sim, h.store() as store:
        h.run(sim, store)
        lost = [(row.key, note) for row in h.records(store) for note in row.notes if note.startswith(UNKNOWN_VALUE)]
    if lost:
        raise Violation(
            expected="codes or labels of code_tables.csv",
            observed=f"{len(lost)} others, the first in {lost[0][1].removeprefix(UNKNOWN_VALUE)}",
            likely="the source has words of its own for it, which the adapter passes on",
            where=f"key {mask(lost[0][0])}",
        )


@check(
    "TX-09",
    level=Level.READS,
    clause="The label a row of the crosswalk gives its object is that item's label.",
    why="Author and reviewer read the labels, the hub the codes: where they differ, the row maps what nobody meant.",
    failing="lakeside:L03  …  yiwang:D0402  物业服务与物业费纠纷   # that is D0401",
    passing="lakeside:L03  …  yiwang:D0401  物业服务与物业费纠纷",
)
def objects_bear_their_label(h: "Harness") -> None:
    """Labels of the crosswalk against those of the taxonomy."""
    table, codes = crosswalk_of(h), _codes(load())
    for row in table.rows:
        if row.object_label and row.object_code in codes and row.object_label != codes[row.object_code]:
            raise Violation(
                expected=f"{row.object_code} with its label {codes[row.object_code]}",
                observed=f"{row.object_label}",
                likely="code and label were copied from two lines of the list",
                where=f"{CROSSWALK} row {row.line}",
            )


@check(
    "TX-10",
    level=Level.READS,
    clause="No two codes of different meaning exactly match one item, and none but an other exactly matches other.",
    why="Two things that differ cannot both be the same as a third: one is narrower (broadMatch) or akin. "
    "And what has a name of its own is not other.",
    failing="L03 物业费 and L06 物业服务质量, both skos:exactMatch to D0401",
    passing="both skos:broadMatch to D0401: each is a part of it",
)
def exact_means_equal(h: "Harness") -> None:
    """Exact matches that share an object, and those to other."""
    first: dict[str, tuple[str, str]] = {}
    for row in crosswalk_of(h).rows:
        if row.predicate != EXACT:
            continue
        label = row.subject_label or row.subject_code
        code, before = first.setdefault(row.object_code, (row.subject_code, label))
        if label != before:
            raise Violation(
                expected=f"one meaning that is the same as {row.object_code}",
                observed=f"{code} and {row.subject_code}",
                likely="a part of the item was taken for the item; ours is the broader one: skos:broadMatch",
                where=f"{CROSSWALK} row {row.line}",
            )
        if row.object_code in (REST, f"{REST}03") and row.subject_label and "其他" not in row.subject_label:
            raise Violation(
                expected="no exact match with other for a class that has a name",
                observed=f"{row.subject_code} to {row.object_code}",
                likely="other was taken where no item seemed to fit; without the row the code is counted as unmapped",
                where=f"{CROSSWALK} row {row.line}",
            )


@check(
    "TX-20",
    level=Level.READS,
    clause="A status the manifest does not know is not taken for one that it resembles.",
    after=("TX-06",),
    why="未答复 ends as 已答复 does, and says the opposite. Where a status is known by a part of its word, a matter "
    "that waits for an answer counts as answered, and no deadline of it runs.",
    failing='status="已答复" if item["status"].endswith("答复") else item["status"]',
    passing='status=item["status"]  # the manifest\'s table knows whole words',
)
def statuses_are_known_whole(h: "Harness") -> None:
    """Where a word of Chinese alone decides the status: put others in its place that contain it, or deny it."""
    stages = {str(code) for code in h.subject.manifest.stages}
    words: dict[tuple[Spot, str], Item] = {}
    with items(h) as (adapter, found):
        for row in found:
            for spot, word in leaves(row):
                if not _stage_word(word) or _status(adapter, row) not in stages:
                    continue
                if _status(adapter, with_leaf(row, spot, UNHEARD)) not in stages:
                    known = filter(_stage_word, stages) if word in stages else ()
                    words |= {(spot, each): row for each in (word, *known)}
        taken = [
            (spot, near)
            for (spot, word), row in words.items()
            for near in _near(word)
            if near not in stages and _status(adapter, with_leaf(row, spot, near)) in stages
        ]
    if not words:
        raise NotApplicable("no word of a row alone gives a status the manifest knows")
    if taken:
        spot, near = taken[0]
        raise Violation(
            expected="a status no stage is known of, as the source wrote it",
            observed="the status of another word",
            likely="the status is known by how its word begins, ends, or by what stands in it",
            where=f"{told(spot)} {near}",
        )


def _near(word: str) -> tuple[str, ...]:
    """Words that contain a status, or its end, and mean another."""
    return (f"未{word.removeprefix('已')}", f"拟{word}", f"{word}前")


def _stage_word(value: Any) -> bool:
    """Whether it can be the word of a status: two to eight Chinese characters."""
    return isinstance(value, str) and 2 <= len(value) <= 8 and all("\u4e00" <= sign <= "\u9fff" for sign in value)


def _status(adapter: Adapter[Any], row: Item) -> str:
    return str(getattr(drafted(adapter, row), "status", None)).strip()


def _codes(taxonomy: Taxonomy) -> dict[str, str]:
    """Labels of items and categories by code."""
    items = {code: item.label for code, item in taxonomy.items.items()}
    return items | {code: category.label for code, category in taxonomy.categories.items()}


def _leaves(value: Any) -> Iterator[Any]:
    """Every plain value inside a row."""
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        for each in value:
            yield from _leaves(each)
    elif value is not None:
        yield value


def _made_of(text: str, values: Sequence[str]) -> bool:
    """Whether a text is one of the values, or nothing but values joined by other signs than letters and digits."""
    if text in values:
        return True
    for value in sorted({each for each in values if each in text}, key=len, reverse=True):
        text = text.replace(value, "")
    return not any(sign.isalnum() for sign in text)


def _joined(text: str, code: Any, label: Any) -> bool:
    """Whether a text is nothing but code and label, joined by other signs: ``101-民间借贷``."""
    parts = [str(each).strip() for each in (code, label) if each]
    return len(parts) == 2 and all(each in text for each in parts) and _made_of(text, parts)


def _tells(text: str, code: Any, label: Any) -> bool:
    return code == text or _joined(text, code, label)
