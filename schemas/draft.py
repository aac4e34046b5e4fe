"""What an adapter hands to the hub: the shape of an item, not yet its meaning.

Values travel as the source wrote them: times as text in the source's zone, codes raw, numbers with their commas. The
hub gives them meaning (`hub.mapping.normalize`), so that one rule for a quirk serves every adapter.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import Any, ClassVar

from schemas.entry import EntryKind

TimeLike = str | int | float | date | datetime | None
"""Text in any style the normaliser knows, an epoch in seconds or milliseconds, or a date or time object."""


class _Quiet:
    """What its ``repr`` shows are the names of the fields that say something: personal data must not reach a log."""

    __slots__ = ()

    def __repr__(self) -> str:
        told = [each.name for each in fields(self) if getattr(self, each.name) not in (None, "", (), [], {})]  # type: ignore[arg-type]
        return f"{type(self).__name__}({', '.join(told)})"


@dataclass(slots=True, repr=False)
class DraftParty(_Quiet):
    """One side of a dispute as the source tells it. ``role`` and ``kind`` are codes or their Chinese labels."""

    name: str | None = None
    role: str = "1"  # party_role: 1 applicant, 2 respondent, 3 third party
    kind: str = "1"  # party_type: 1 natural person, 2 legal person, 3 unincorporated organisation
    id_type: str | None = None  # id_type: 111 resident identity card, ...; None lets the number speak
    id_number: str | None = None
    phone: str | None = None
    gender: str | None = None  # gender: 0 1 2 9, or 男 女
    ethnicity: str | None = None
    education: str | None = None
    person_class: str | None = None  # 人员类别
    address: str | None = None
    agent: str | None = None  # name of the representative


@dataclass(slots=True, repr=False)
class DraftStep(_Quiet):
    """One handling step the source tells inside an item (办理过程)."""

    at: TimeLike = None
    action: str = ""
    body: str = ""  # the body or department that acted
    note: str = ""
    key: str = ""  # the step's own number at the source


@dataclass(slots=True, repr=False)
class DraftResolution(_Quiet):
    """How the matter ended, by the fields of GB/T 31000-2015 (化解...)."""

    method: str | None = None  # resolution_method code or label
    organisation: str | None = None
    responsible: str | None = None  # 化解责任人姓名
    contact: str | None = None
    success: str | bool | int | None = None  # 化解是否成功: 1 / 0
    situation: str | None = None  # 化解情况
    assessed: TimeLike = None  # 考评日期
    opinion: str | None = None  # 考评意见


@dataclass(slots=True, repr=False)
class Draft(_Quiet):
    """One item of a page, shaped. Only ``key`` is required.

    ``key`` identifies the matter inside (source, stream) for ever; ``revision`` orders its versions (an update time
    or a counter; None where the source has none: then content decides). ``code``/``label``/``edition`` are the
    source's own classification, kept untouched. ``amount`` is in yuan. ``extra`` keeps fields worth keeping that have
    no place here.
    """

    key: str
    title: str | None = None
    revision: TimeLike = None
    deleted: bool = False
    code: str | None = None
    label: str | None = None
    edition: str | None = None
    detail: str | None = None
    opened: TimeLike = None  # received or filed by the source's body
    happened: TimeLike = None  # 发生日期
    due: TimeLike = None
    closed: TimeLike = None
    status: str | None = None  # raw status code; the manifest's stage table gives it meaning
    status_label: str | None = None
    address: str | None = None
    region: str | None = None  # administrative or organisation code of the place, 6 to 12 digits, or a court code
    grid: str | None = None  # the source's own code of a grid that is no administrative region: one at sea
    grid_region: str | None = None  # the 12 digits that grid stands under, its county's before; None: nobody knows it
    org_path: Sequence[str] = ()  # province .. grid, as many of the six levels as are known
    lng: str | float | None = None
    lat: str | float | None = None
    datum: str = "GCJ-02"
    amount: str | int | float | None = None
    people: str | int | None = None  # 涉及人数
    scale: str | None = None  # event_scale code or label
    channel: str | None = None
    parties: list[DraftParty] = field(default_factory=list)
    steps: list[DraftStep] = field(default_factory=list)
    references: list[tuple[str, str]] = field(default_factory=list)  # (kind, number) of the same matter elsewhere
    resolution: DraftResolution | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)


Number = str | int | float | None
"""A number as written: ``1,200``, ``3.5万``."""


@dataclass(slots=True, kw_only=True, repr=False)
class DraftEntry(_Quiet):
    """What a source tells beside disputes: base of the six kinds below. Only ``key`` is required.

    ``key`` identifies it for ever inside (source, stream, kind). ``owner`` is the body whose it is, shown to all: never
    a person. ``references`` are numbers of matters it concerns, ``parties`` the persons and firms: by both it is found.
    Each kind is kept as its model in `schemas.entry` says.
    """

    kind: ClassVar[EntryKind]
    key: str
    revision: TimeLike = None
    deleted: bool = False
    owner: str | None = None
    region: str | None = None
    status: str | None = None  # raw status code
    references: list[tuple[str, str]] = field(default_factory=list)
    parties: list[DraftParty] = field(default_factory=list)
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True, repr=False)
class DraftEvent(DraftEntry):
    """A handling step told by itself. ``of`` names its matter: (kind, number), as in ``Draft.references``.

    ``status`` is the raw status code the step leads to; the manifest's stage table gives it meaning.
    """

    kind: ClassVar[EntryKind] = "event"
    of: tuple[str, str] | None = None
    at: TimeLike = None
    action: str | None = None
    body: str | None = None  # the body that acted
    note: str | None = None


@dataclass(slots=True, kw_only=True, repr=False)
class DraftDocument(DraftEntry):
    """A paper with an issuer and an addressee: a letter, a receipt of service, a contract. Its bytes are no part of it.

    ``form`` is a code or word for what kind of paper it is; ``issuer`` and ``addressee`` are bodies, persons stand
    among ``parties``. ``digest`` is the paper's SHA-256, 64 hex digits. ``amount`` is in yuan.
    """

    kind: ClassVar[EntryKind] = "document"
    of: tuple[str, str] | None = None
    number: str | None = None
    form: str | None = None
    title: str | None = None
    issuer: str | None = None
    addressee: str | None = None
    issued: TimeLike = None
    due: TimeLike = None
    answered: TimeLike = None
    answer: str | None = None
    amount: Number = None
    digest: str | None = None
    url: str | None = None


@dataclass(slots=True, kw_only=True, repr=False)
class DraftOrganisation(DraftEntry):
    """A body: a commission, a centre, a station. ``parent`` is the code of the one above, ``fields`` what it does.

    ``capacity`` is how many matters it can bear at once, ``load`` how many it has.
    """

    kind: ClassVar[EntryKind] = "organisation"
    name: str | None = None
    code: str | None = None
    parent: str | None = None
    fields: Sequence[str] = ()
    capacity: str | int | None = None
    load: str | int | None = None
    phone: str | None = None
    address: str | None = None


@dataclass(slots=True, kw_only=True, repr=False)
class DraftMediator(DraftEntry):
    """A person who mediates. ``owner`` is the body they belong to, ``organisation`` its code; the rest as there."""

    kind: ClassVar[EntryKind] = "mediator"
    name: str | None = None
    code: str | None = None
    organisation: str | None = None
    fields: Sequence[str] = ()
    capacity: str | int | None = None
    load: str | int | None = None
    phone: str | None = None


@dataclass(slots=True, kw_only=True, repr=False)
class DraftFigure(DraftEntry):
    """An aggregate: ``value`` of ``name`` in a region and period (``2026``, ``2026-03``, ``2026-03-01``).

    A rate tells its ``numerator`` and ``denominator``, so that it can be worked out again. Nobody can be known by it.
    """

    kind: ClassVar[EntryKind] = "figure"
    name: str | None = None
    period: TimeLike = None
    value: Number = None
    unit: str | None = None
    numerator: Number = None
    denominator: Number = None


@dataclass(slots=True, kw_only=True, repr=False)
class DraftRow(DraftEntry):
    """One row of a dataset that models compare: a payment, a licence.

    ``purpose`` is what the dataset may be used for, ``basis`` the rule that allows it; ``begins`` and ``ends`` are the
    days it holds for, both inclusive; ``amount`` is in yuan. ``fields`` are kept as text, ``status`` is its result.
    """

    kind: ClassVar[EntryKind] = "row"
    dataset: str | None = None
    purpose: str | None = None
    basis: str | None = None
    begins: TimeLike = None
    ends: TimeLike = None
    amount: Number = None
    fields: Mapping[str, Any] = field(default_factory=dict)
