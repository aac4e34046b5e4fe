"""Intake at the counter (来访登记): a matter that no source system holds becomes a record, and has a code at once.

It goes the way every item goes: kept as it was told (raw, sealed), normalised and classified by the same rules, put as
a record of the source `SOURCE` with its run and its audit entry, marked to be linked. Only then is it asked whether it
looks like a case that is there: the linker joins what is sure, a person decides the rest; nothing is joined here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Annotated, Any, Final

import orjson
import zstandard
from pydantic import Field, StringConstraints, ValidationError, model_validator
from sqlalchemy import Connection

from hub.batch import COMPLETE, Row
from hub.casework import candidates, cases
from hub.casework.candidates import Candidates
from hub.casework.cited import cited
from hub.casework.linking.names import is_firm
from hub.casework.linking.score import Decision, Scorer
from hub.clock import utc_text
from hub.contract import PUSHED, Manifest
from hub.errors import ConfigError, RecordRejected
from hub.mapping.heads import head, subjects
from hub.mapping.mapper import Mapper
from hub.mapping.normalize import Normalizer
from hub.nearest import did_you_mean
from hub.store import cases as rows
from hub.store import progress
from hub.store.cases import Ref
from hub.store.driver import Driver
from hub.store.progress import StreamKey
from hub.store.store import Store
from hub.store.write import Transaction
from schemas.draft import Draft, DraftParty
from schemas.life import WINDOW, Channel, Stage, Window
from schemas.party import Personal
from schemas.taxonomy import Taxonomy
from schemas.taxonomy.sssom import Mapping as Same
from schemas.taxonomy.sssom import MappingSet

SOURCE: Final = "walk_in"
STREAM: Final = "records"

WALK_IN: Final = Manifest(
    name=SOURCE, version="1.0.0", kind="generic", title="Walk-in intake", title_zh="来访登记",
    code_system="unified", channel=Channel.WALK_IN.value, stages={"received": Stage.RECEIVED},
)  # fmt: skip
"""What stands for an adapter's manifest; its codes are our own items and categories."""

Said = Annotated[str, StringConstraints(strip_whitespace=True)]


class Someone(Personal):
    """One side of a matter. ``kind`` and ``id_type`` are codes or words of the code tables, as for every source; where
    ``kind`` is not told, a name that is surely none of a person's (某某公司) is a firm's or a body's."""

    name: Said | None = None
    kind: Said | None = None
    id_type: Said | None = None
    id_number: Said | None = None
    phone: Said | None = None
    gender: Said | None = None
    address: Said | None = None
    agent: Said | None = None


class Cited(Personal):
    """A number the matter has elsewhere: another system's, or the code of a case of ours."""

    kind: Said = "cited"
    number: Said


class Matter(Personal):
    """What is told at the counter. It needs a title or a text; ``item`` is one of our items or categories by code.

    ``region`` is a code, ``address`` is written as it is said; ``amount`` is in yuan; ``happened`` is a day;
    ``window`` is the level of the window somebody came to.
    """

    title: Said = ""
    detail: Said = ""
    item: Said | None = None
    happened: Said | None = None
    address: Said | None = None
    region: Said | None = None
    amount: Said | float | int | None = None
    people: int | None = Field(default=None, ge=1)
    applicants: tuple[Someone, ...] = ()
    respondents: tuple[Someone, ...] = ()
    others: tuple[Someone, ...] = ()
    references: tuple[Cited, ...] = ()
    window: Window | None = None

    @model_validator(mode="after")
    def _says_something(self) -> "Matter":
        if not self.title and not self.detail:
            raise ValueError("it needs a title or a detail")
        return self


@dataclass(frozen=True, slots=True)
class TakenIn:
    """Where a matter stands now. ``new`` is False for one that was taken in already, word for word, the same day."""

    record: Ref
    code: str
    new: bool


@dataclass(frozen=True, slots=True)
class Alike:
    """A case the matter looks like: the weight in bits with its parts, and what follows of it: ``join`` by the linker,
    ``ask`` a person."""

    code: str
    weight: float
    reasons: Mapping[str, float]
    decision: Decision


def read_matter(told: Mapping[str, Any]) -> Matter:
    """A matter from a JSON object. Raises ConfigError naming the fields that are wrong, never their values."""
    try:
        return Matter.model_validate(dict(told))
    except ValidationError as why:
        problems = why.errors(include_url=False, include_context=False, include_input=False)
        wrong = "; ".join(f"{'.'.join(map(str, each['loc'])) or 'matter'}: {each['msg']}" for each in problems)
        unknown = [str(each["loc"][-1]) for each in problems if each["type"] == "extra_forbidden"]
        known = (*Matter.model_fields, *Someone.model_fields)
        hint = did_you_mean(unknown[0], known) if unknown else ""
        raise ConfigError(f"this is no matter: {wrong}", where="intake", hint=hint) from None


def mapper_of(taxonomy: Taxonomy) -> Mapper:
    """How items are found here: what a clerk chose is that item; a category proposes; else the text decides."""
    labels = {each.code: each.label for each in taxonomy.items.values() if each.live}
    labels |= {each.code: each.label for each in taxonomy.categories.values() if each.live}
    same = tuple(
        Same(f"{SOURCE}:{code}", "skos:exactMatch", f"yiwang:{code}", "semapv:ManualMappingCuration", label)
        for code, label in labels.items()
    )
    return Mapper.for_manifest(WALK_IN, taxonomy, MappingSet(SOURCE, {"mapping_set_version": WALK_IN.version}, same))


def take_in(
    connection: Connection, store: Store, mapper: Mapper, matter: Matter, *, home: str, by: str, now: datetime
) -> TakenIn:
    """Make a record and a case of a matter, in the caller's transaction. ``home`` is the counter's region.

    The same words on the same day are one matter: whoever sends a form twice gets the same code. Raises RecordRejected,
    naming the field, for what cannot be a record.
    """
    told = orjson.dumps(matter.model_dump(mode="json", exclude_defaults=True), option=orjson.OPT_SORT_KEYS)
    day = now.astimezone(cases.BEIJING).date()
    number = f"{day:%Y%m%d}-{store.keyring.digest(f'{home}|'.encode() + told).hex()[:10]}"
    if (known := Driver.of(connection).existing(SOURCE, STREAM, [number]).get(number)) is not None:
        ref = (home, known.id)
        return TakenIn(ref, cases.codes_of(connection, [ref])[ref], new=False)
    content = orjson.dumps({"number": number, "received": utc_text(now), "matter": orjson.Fragment(told)})
    _put(connection, store, mapper, content, _draft(matter, number, now), home=home, now=now)
    ref = (home, Driver.of(connection).existing(SOURCE, STREAM, [number])[number].id)
    code = cases.open_case(
        connection, store, home=home, day=day, channel=WALK_IN.channel, records=[ref], by=by, at=utc_text(now)
    )
    return TakenIn(ref, code, new=True)


def alike(connection: Connection, store: Store, scorer: Scorer, record: Ref) -> list[Alike]:
    """The cases a record looks like, other than its own, the likest first: those the linker would join or ask about."""
    found = dict(candidates.alike(connection, store.keyring, record, scorer))
    finder = Candidates(store.keyring, scorer)
    page = finder.read(connection, rows.heads_of(connection, [record]).values())
    told = cited(connection, finder, page, [record])
    named = {one if other == record else other: each for (one, other), each in told.items()}
    codes = cases.codes_of(connection, [record, *named])
    found |= {codes[ref]: each for ref, each in named.items() if codes[ref] != codes.get(record)}
    alikes = [Alike(code, each.weight, each.reasons, each.decision) for code, each in found.items()]
    return sorted(alikes, key=lambda each: (-each.weight, each.code))


def _draft(matter: Matter, number: str, now: datetime) -> Draft:
    sides = (("1", matter.applicants), ("2", matter.respondents), ("3", matter.others))
    return Draft(
        key=number, revision=now, title=matter.title or None, detail=matter.detail or None, code=matter.item,
        opened=now, happened=matter.happened, status="received", status_label="登记",
        address=matter.address, region=matter.region, amount=matter.amount, people=matter.people,
        parties=[DraftParty(role=role, **_person(each)) for role, side in sides for each in side],
        references=[(each.kind, each.number) for each in matter.references],
        extra={WINDOW: matter.window.value} if matter.window else {},
    )  # fmt: skip


def _person(each: Someone) -> dict[str, Any]:
    told = each.model_dump()
    return told | {"kind": told["kind"] or ("2" if each.name and is_firm(each.name) else "1")}


def _put(
    connection: Connection, store: Store, mapper: Mapper, content: bytes, draft: Draft, *, home: str, now: datetime
) -> None:
    """The straight line for one item, in one transaction: raw page, record, run, ledger, audit (laws L1 and L2)."""
    (told,) = Normalizer(WALK_IN, source=SOURCE, mapper=mapper).records([draft], stream=STREAM, fetched=now)
    if isinstance(told, RecordRejected):
        raise told
    if isinstance(told, Exception):
        raise RecordRejected("draft.broken", "matter", type(told).__name__) from None
    body = orjson.dumps(told)
    # as of every item: the mapping's version is no content
    digest = sha256(body.replace(b'"mapping":' + orjson.dumps(mapper.version), b"")).digest()
    row = Row(0, told["key"], told.get("revision"), False, digest, head(told), body, subjects(told))
    key, at, adapter = StreamKey(home, SOURCE, STREAM), utc_text(now), f"{WALK_IN.name} {WALK_IN.version}"
    run = progress.begin_run(connection, key, adapter=adapter, why=PUSHED, since=None, now=at)
    writes = Transaction(connection, store.keyring, home=home, source=SOURCE, stream=STREAM, now=at)
    raw = writes.keep_raw(
        run=run, window=PUSHED, digest=sha256(content).digest(), packed=zstandard.compress(content),
        size=len(content), items=1, fetched=at, clock=None,
    )  # fmt: skip
    counts = writes.put([row], run=run, raw=raw, adapter=adapter, mapping=mapper.version)
    progress.count_run(connection, key, run, counts, pages=1)
    progress.note_window(connection, key, run, PUSHED, announced=None, fetched=1, pages=1, closed=True)
    progress.close_run(
        connection, key, run, outcome=COMPLETE, degraded=False, error=None, announced=None, finished=at,
        duration=timedelta(),
    )  # fmt: skip
    entry = {"source": SOURCE, "stream": STREAM, "run": run, "raw": raw, **counts.as_dict()}
    writes.audit(store.writer, "page.committed", entry)
