"""What an adapter and the hub make of single items, for people to compare: source fields, draft, record, item."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import MISSING, asdict, fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from hub.cli.show import facts, say, table
from hub.errors import RecordRejected
from hub.mapping.normalize import Normalizer
from schemas.draft import Draft, DraftEntry, DraftFigure, DraftOrganisation
from schemas.entry import ENTRIES
from schemas.identity import mask_name, redact
from schemas.record import DisputeRecord

if TYPE_CHECKING:
    from hub.contract import Adapter, Item, Page
    from hub.mapping.mapper import Mapper
    from schemas.taxonomy import Taxonomy

NAMES = frozenset({"name", "agent", "responsible", "contact"})
SHORT = 60  # characters of a value in a table

RECORD_FIELDS: Mapping[str, tuple[str, ...]] = {
    "amount": ("amount_fen",),
    "address": ("place", "address"),
    "region": ("place", "region"),
    "org_path": ("place", "org_path"),
    "lng": ("place", "lng"),
    "lat": ("place", "lat"),
    "datum": ("place", "datum"),
    "code": ("classification", "code"),
    "label": ("classification", "label"),
    "edition": ("classification", "edition"),
}
"""Where a draft's field stands in a record, when not under its own name."""

Trial = dict[str, Any]
"""``source``, ``draft``, ``record`` (or None) and ``rejection`` (or None) of one item, people masked."""


def try_items(adapter: "Adapter[Any]", page: "Page", mapper: "Mapper", limit: int) -> list[Trial]:
    """Draft and normalise the first ``limit`` items of a page. What the adapter raises is told, as a pull would."""
    normalizer = Normalizer(adapter.manifest, source="trial", mapper=mapper)
    fetched = page.fetched or datetime.now(UTC)
    return [_try(adapter, normalizer, item, page.stream, fetched) for item in adapter.items(page)[:limit]]


def show_trial(trial: Trial, taxonomy: "Taxonomy") -> None:
    """Print one trial: a line for each field of the draft, then the item and the notes."""
    draft, record, source = trial["draft"], trial["record"], trial["source"]
    say("")
    if draft is not None:
        used = [
            (_origin(value, source), name, _short(value), _short(_record_value(record, name)))
            for name, value in draft.items()
        ]
        table(("源字段 source", "草稿 draft", "值 value", "记录 record"), used)
        taken = set(_scalars(draft))
        left = [name for name, value in source.items() if not taken.issuperset(_scalars(value))]
        facts({"未直接取用 not taken as written": left})
    if trial["rejection"]:
        facts({"退回 rejected": "{code} at {field}: {reason}".format(**trial["rejection"])})
        return
    if kind := record.get("kind"):
        facts(
            {
                "种类 kind": kind,
                "阶段 stage": record.get("stage"),
                "备注 notes": [f"{note['code']}@{note['field']}" for note in record["notes"]],
            }
        )
        return
    found = record["classification"]
    item = taxonomy.items.get(found["item"] or "") or taxonomy.categories.get(found["category"] or "")
    facts(
        {
            "事项 item": f"{item.code} {item.label} {item.label_en}" if item else "未归类 unmapped",
            "依据 found by": f"{found['method']} {found['confidence']:.2f}  {found['evidence']}",
            "阶段 stage": record["stage"],
            "备注 notes": [f"{note['code']}@{note['field']}" for note in record["notes"]],
        }
    )


def _try(adapter: "Adapter[Any]", normalizer: Normalizer, item: "Item", stream: str, fetched: datetime) -> Trial:
    trial: Trial = {"source": item, "draft": None, "record": None, "rejection": None}
    names: list[str] = []
    hidden = NAMES
    try:
        draft = adapter.draft_of(stream)(item)
        names = [party.name for party in draft.parties if isinstance(party.name, str) and len(party.name) > 1]
        if isinstance(draft, DraftFigure | DraftOrganisation):
            hidden -= {"name"}  # what a figure or a body is called is no person's name
        trial["draft"] = _filled(draft)
        trial["record"] = _meaning(normalizer, draft, stream, fetched)
    except RecordRejected as why:
        trial["rejection"] = {"code": why.reject_code, "field": why.field, "reason": why.reason}
    except Exception as bug:  # noqa: BLE001 - adapter code: in a pull it would be this item's rejection too
        trial["rejection"] = {"code": "adapter.bug", "field": type(adapter).__name__, "reason": type(bug).__name__}
    return {part: masked(value, names, hidden) for part, value in trial.items()}


def _meaning(normalizer: Normalizer, draft: Draft | DraftEntry, stream: str, fetched: datetime) -> dict[str, Any]:
    (made,) = normalizer.records([draft], stream=stream, fetched=fetched)
    if isinstance(made, Exception):
        raise made
    model = ENTRIES[draft.kind] if isinstance(draft, DraftEntry) else DisputeRecord
    return model.model_validate(made).model_dump(mode="json")


def masked(value: Any, names: Sequence[str] = (), hidden: Collection[str] = NAMES) -> Any:
    """A copy in which numbers of people are masked everywhere, and these names and all name fields too."""
    match value:
        case str():
            for name in names:
                value = value.replace(name, mask_name(name))
            return redact(value)
        case Mapping():
            return {
                at: mask_name(part) if at in hidden and isinstance(part, str) else masked(part, names, hidden)
                for at, part in value.items()
            }
        case list() | tuple():
            return [masked(part, names, hidden) for part in value]
        case _:
            return value


def _filled(draft: Draft | DraftEntry) -> dict[str, Any]:
    """The fields of a draft that differ from its defaults."""
    told = asdict(draft)
    blank = {f.name: f.default_factory() if f.default_factory is not MISSING else f.default for f in fields(draft)}
    return {name: value for name, value in told.items() if value not in (blank[name], None, "")}


def _origin(value: Any, source: Mapping[str, Any]) -> list[str]:
    """Names of the source's fields that hold the same value: where the adapter most likely took it from."""
    return [name for name, there in source.items() if there == value and value not in (None, "")]


def _scalars(value: Any) -> Iterator[Any]:
    """Every filled single value within ``value``."""
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list | tuple):
        for part in value:
            yield from _scalars(part)
    elif value not in (None, ""):
        yield value


def _record_value(record: Mapping[str, Any] | None, name: str) -> Any:
    value: Any = record
    for part in RECORD_FIELDS.get(name, (name,)):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _short(value: Any) -> str:
    if isinstance(value, list | tuple) and value and isinstance(value[0], Mapping):
        return f"{len(value)} × {', '.join(name for name, part in value[0].items() if part)}"
    if isinstance(value, Mapping):
        return f"{{{', '.join(value)}}}"
    text = "" if value is None else ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    return text if len(text) <= SHORT else f"{text[:SHORT]}…"
