"""What the adapters with a mapping file share: the manifest that the file makes, and the drafts made by it."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar, TypeVar

import hub.api as hub
from hub.api import Capability, MappingFile, Take

BARE_NUMBER = re.compile(r"[\d,.]+")
PLAIN = (
    "title", "revision", "code", "label", "edition", "detail", "opened", "happened", "due", "closed", "status",
    "status_label", "address", "region", "lng", "lat", "people", "scale", "channel",
)  # fmt: skip
"""Fields of a record that are taken as they come."""
OF_ROW = ("revision", "status", "region")
"""Those of them that a row of a dataset has."""

Value = Callable[[hub.Item], Any]
Values = Mapping[str, Value]
C = TypeVar("C", bound=hub.SourceConfig)


class Mapped(hub.Adapter[C]):
    """An adapter whose mapping file tells all but the wire. The file was read with the settings; nothing is read here.

    The manifest's version ends with a digest of the file and its crosswalk: after a change of either, records that were
    made before it can be told and mapped again.
    """

    by_settings: ClassVar[bool] = True

    def __init__(self, config: C, mapping: MappingFile, claims: Mapping[Capability, bool], **wire: Any) -> None:
        super().__init__(config)
        self.mapping, record = mapping, mapping.record
        told = {**claims, Capability.DELETIONS: record.deleted is not None}
        self.manifest = replace(
            self.manifest, version=f"{self.manifest.version}+{mapping.digest}", title=mapping.title,
            title_zh=mapping.title_zh, department=mapping.department, timezone=mapping.zone, channel=mapping.channel,
            code_system=mapping.code_system, causes=mapping.causes, stages=mapping.status, overlap_s=mapping.overlap_s,
            capabilities=frozenset(claim for claim, claimed in told.items() if claimed), **wire,
        )  # fmt: skip
        self.crosswalk = mapping.crosswalk_path
        self._key, self._deleted = value_of(record.key), record.deleted
        dataset = mapping.dataset
        self._plain = values_of(record, OF_ROW if dataset else PLAIN)
        self._of_set = values_of(dataset, ("owner", "begins", "ends")) if dataset else {}
        self._path = [value_of(each) for each in record.org_path]
        self._extra = {name: value_of(take) for name, take in record.extra.items()}
        self._amount, self._wan = values_of(record, ("amount",)).get("amount"), mapping.amount_unit == "wan"
        self._datum, self._references = mapping.datum, {kind: value_of(t) for kind, t in mapping.references.items()}
        self._parties = [Part(each) for each in mapping.party]
        self._steps = [Part(each) for each in mapping.step]
        self._resolution = Part(mapping.resolution) if mapping.resolution else None

    def draft(self, item: hub.Item) -> hub.Draft | hub.DraftRow:
        """One row by the mapping file: a dispute, or one of a dataset. A field the row does not have is not told."""
        if (dataset := self.mapping.dataset) is not None:
            return hub.DraftRow(
                **self._common(item), dataset=dataset.name, purpose=dataset.purpose, basis=dataset.basis,
                fields=self._own(item), **{name: take(item) for name, take in self._of_set.items()},
            )  # fmt: skip
        draft = hub.Draft(
            **self._common(item),
            datum=self._datum, org_path=tuple(str(name) for take in self._path if (name := take(item)) is not None),
            steps=[hub.DraftStep(**told) for part in self._steps for told in part.told(item) if "at" in told],
            extra=self._own(item),
        )  # fmt: skip
        for told in self._resolution.told(item) if self._resolution else ():
            draft.resolution = hub.DraftResolution(**told)
        return draft

    def _common(self, item: hub.Item) -> dict[str, Any]:
        """What a dispute and a row of a dataset are told by alike."""
        key, deleted = self._key(item), self._deleted
        amount = self._amount(item) if self._amount is not None else None
        return {
            "key": "" if key is None else str(key),
            "deleted": deleted is not None and said(hub.field_at(item, deleted.field)) in deleted.values,
            "parties": [hub.DraftParty(**told) for part in self._parties for told in part.told(item)],
            "references": [(kind, str(no)) for kind, t in self._references.items() if (no := t(item)) is not None],
            "amount": in_yuan(amount) if self._wan else amount,
            **{name: take(item) for name, take in self._plain.items()},
        }  # fmt: skip

    def _own(self, item: hub.Item) -> dict[str, Any]:
        """The source's own fields that are kept."""
        return {name: value for name, take in self._extra.items() if (value := take(item)) is not None}

    def remarks(self, items: Sequence[hub.Item]) -> Sequence[str]:
        """Fields the mapping file names and no row has: mostly misspelt."""
        return self.mapping.unmet(items)


class Part:
    """A part of a record that a row may have or not, once or as often as a list in it is long."""

    def __init__(self, table: hub.Table) -> None:
        names = [name for name, told in table if isinstance(told, Take)]
        self._takes = values_of(table, names)
        self._filled = frozenset(name for name in names if not getattr(table, name).always)
        self._each: str = getattr(table, "each", "")

    def told(self, item: hub.Item) -> Iterator[dict[str, Any]]:
        """Names and values of what is told of it; nothing where only what is always so would be told."""
        for row in hub.rows_at(item, self._each) if self._each else [item]:
            told = {name: value for name, take in self._takes.items() if (value := take(row)) is not None}
            if not self._filled.isdisjoint(told):
                yield told


def values_of(table: hub.Table, names: Sequence[str]) -> Values:
    """How each named field of a table is had from a row; those the table does not tell are left out."""
    return {name: value_of(take) for name in names if (take := getattr(table, name)) is not None}


def value_of(take: Take) -> Value:
    """How one value is had from a row: None where nothing stands there."""
    constant, words, by = take.always, take.words, take.by
    if constant:
        return lambda item: constant
    cells = [cell_of(name) for name in take.names]
    one = joined(cells, by) if take.join else first(cells) if take.first else cells[0]
    return worded(one, words) if words else one


def cell_of(name: str) -> Value:
    """How one field is had from a row; an empty cell is None."""

    def cell(item: hub.Item) -> Any:
        value = item.get(name)
        if value is None and "." in name:
            value = hub.field_at(item, name)
        return None if value.__class__ is str and not value.strip() else value

    return cell


def first(cells: Sequence[Value]) -> Value:
    """The first of these that is filled."""
    return lambda item: next((told for cell in cells if (told := cell(item)) is not None), None)


def joined(cells: Sequence[Value], by: str) -> Value:
    """Those of these that are filled, with ``by`` between."""
    return lambda item: by.join(str(told) for cell in cells if (told := cell(item)) is not None) or None


def worded(one: Value, words: Mapping[str, str]) -> Value:
    """A value in other words; one that is not among them stays as it is."""

    def value(item: hub.Item) -> Any:
        told = one(item)
        return None if told is None else words.get(said(told), told)

    return value


def said(value: Any) -> str:
    """A value as a mapping file writes it: text without its margins, ``true`` and ``false``."""
    return str(value).lower() if isinstance(value, bool) else str(value).strip()


def in_yuan(value: Any) -> Any:
    """An amount in ten thousand yuan, unless it bears a unit of its own."""
    text = str(value).strip() if value is not None else ""
    return f"{text}万" if BARE_NUMBER.fullmatch(text) else value
