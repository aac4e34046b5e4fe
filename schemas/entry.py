"""Entries: what sources tell beside disputes, in the hub's terms. Each kind is a model; all stand in one table.

An entry is no matter of its own: it has no item of the taxonomy and no case. It is found by the matters, persons and
firms it concerns. Where a source does not say what one is called (``name``, ``dataset``) it is empty. Times are UTC
text as in `schemas.record`; days are ISO dates of the source's zone.
"""

from typing import Annotated, Final, Literal

from pydantic import Field, StringConstraints

from schemas.life import Stage
from schemas.party import Party, Personal
from schemas.record import DayText, Note, Reference, UtcText

EntryKind = Literal["event", "document", "organisation", "mediator", "figure", "row"]

Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Period = Annotated[str, StringConstraints(pattern=r"^\d{4}(-\d\d(-\d\d)?)?$")]
Decimal = Annotated[str, StringConstraints(pattern=r"^-?\d{1,18}(\.\d{1,12})?$")]
"""An exact number as text: a figure is worked out again from what the source wrote."""


RECEPTIONS: Final = "接访日历"
"""The dataset of reception days: ``owner`` receives on the day it ``begins``, at the level of consultation that is its
``status`` (1 to 4); ``fields`` tell ``starts`` and ``ends`` (``09:00``, Beijing), ``place``, ``post``."""


HEARD_TOGETHER: Final = "多案联审"
"""The action of an event in which several matters are heard together; each stays a case of its own."""


class Entry(Personal):
    """What all kinds have. Identity is (source, stream, kind, key); the newer revision wins as with records.

    ``owner`` is a body, never a person. ``references`` begin with the matter an event or document is of.
    """

    source: str
    stream: str
    key: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    revision: int | None = None
    deleted: bool = False
    owner: str | None = None
    region: str | None = None  # 12 digits
    status: str | None = None
    references: tuple[Reference, ...] = ()
    parties: tuple[Party, ...] = ()
    notes: tuple[Note, ...] = ()
    extra: dict[str, str] = Field(default_factory=dict)


class Event(Entry):
    """A handling step told by itself, of the matter its first reference names."""

    kind: Literal["event"] = "event"
    at: UtcText | None = None
    action: str = ""
    body: str = ""
    note: str = ""
    stage: Stage | None = None


class Document(Entry):
    """A paper: who wrote to whom, by when an answer was due and when it came. ``digest`` is its SHA-256."""

    kind: Literal["document"] = "document"
    number: str | None = None
    form: str | None = None
    title: Annotated[str, StringConstraints(max_length=500)] = ""
    issuer: str | None = None
    addressee: str | None = None
    issued: UtcText | None = None
    due: UtcText | None = None
    answered: UtcText | None = None
    answer: str | None = None
    amount_fen: int | None = None
    digest: Digest | None = None
    url: str | None = None


class Organisation(Entry):
    """A body that handles matters."""

    kind: Literal["organisation"] = "organisation"
    name: str = ""
    code: str | None = None
    parent: str | None = None
    fields: tuple[str, ...] = ()
    capacity: int | None = None
    load: int | None = None
    phone: str | None = None
    address: str | None = None


class Mediator(Entry):
    """A person who mediates, with what they are good at and how busy they are."""

    kind: Literal["mediator"] = "mediator"
    name: str = ""
    code: str | None = None
    organisation: str | None = None
    fields: tuple[str, ...] = ()
    capacity: int | None = None
    load: int | None = None
    phone: str | None = None


class Figure(Entry):
    """An aggregate. A rate keeps both its parts."""

    kind: Literal["figure"] = "figure"
    name: str = ""
    period: Period | None = None
    value: Decimal | None = None
    unit: str | None = None
    numerator: Decimal | None = None
    denominator: Decimal | None = None


class DatasetRow(Entry):
    """One row of a dataset."""

    kind: Literal["row"] = "row"
    dataset: str = ""
    purpose: str | None = None
    basis: str | None = None
    begins: DayText | None = None
    ends: DayText | None = None
    amount_fen: int | None = None
    fields: dict[str, str] = Field(default_factory=dict)


ENTRIES: dict[EntryKind, type[Entry]] = {
    "event": Event,
    "document": Document,
    "organisation": Organisation,
    "mediator": Mediator,
    "figure": Figure,
    "row": DatasetRow,
}
