"""What an adapter hands to the hub: the shape of an item, not yet its meaning.

Values travel as the source wrote them: times as text in the source's zone, codes raw, numbers with their commas. The
hub gives them meaning (`hub.mapping.normalize`), so that one rule for a quirk serves every adapter.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import Any, Literal

TimeLike = str | int | float | date | datetime | None
"""Text in any style the normaliser knows, an epoch in seconds or milliseconds, or a date or time object."""

DraftKind = Literal["record", "event", "document", "organisation", "figure", "row"]


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
    kind: DraftKind = "record"
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
