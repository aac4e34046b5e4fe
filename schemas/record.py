"""The dispute record: what one source says of one matter, in the hub's terms.

Adopts the core dispute fields of GB/T 31000-2015 (event, parties, resolution). The source's label, code and edition
stay untouched beside the item they resolved to. Times are UTC text, ``YYYY-MM-DDTHH:MM:SSZ``; a day without a time is
that day's midnight in the source's zone, marked by a note.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from schemas.life import Stage
from schemas.party import Party, Personal, Resolution, Step
from schemas.place import Place

UtcText = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")]
DayText = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d\d-\d\d$")]
ItemCode = Annotated[str, StringConstraints(pattern=r"^D\d{4}$")]
CategoryCode = Annotated[str, StringConstraints(pattern=r"^D\d{2}$")]

Method = Literal["adapter_crosswalk", "department_crosswalk", "cause", "text", "proposal", "unmapped", "person"]
"""How an item was found, in the order tried. ``proposal`` names a category only; ``unmapped`` names nothing; ``person``
is a correction laid over what the mapping says."""


class Classification(BaseModel):
    """The taxonomy item of a record and how it was found.

    ``item`` is None for ``proposal`` (only ``category`` is known) and ``unmapped``. ``evidence`` names codes,
    crosswalk rows and keyword hits, never free text of the record. ``mapping`` is the version of taxonomy and
    crosswalks that decided.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    item: ItemCode | None = None
    category: CategoryCode | None = None
    method: Method = "unmapped"
    confidence: float = 0.0
    evidence: str = ""
    candidates: tuple[str, ...] = ()
    mapping: str = ""
    code: str | None = None
    label: str | None = None
    edition: str | None = None


class Note(BaseModel):
    """Something the hub repaired or could not use: ``code`` (``time.sentinel``) and ``field`` it concerns. No value."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str
    field: str


class Reference(BaseModel):
    """A number of the same matter elsewhere; ``kind``: ``court_case``, ``petition``, ``dispute_code``, ...."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: str
    number: str


class DisputeRecord(Personal):
    """One matter as one source tells it. Identity is (source, stream, key); everything else may change by revision."""

    source: str
    stream: str
    key: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    revision: int | None = None  # µs since 1970 UTC, or the source's counter
    deleted: bool = False
    title: Annotated[str, StringConstraints(max_length=500)] = ""
    detail: str = ""
    opened: UtcText | None = None
    happened: DayText | None = None
    due: UtcText | None = None
    closed: UtcText | None = None
    stage: Stage | None = None
    status: str | None = None
    status_label: str | None = None
    place: Place = Place()
    amount_fen: int | None = None
    people: int | None = None
    scale: str | None = None  # event_scale
    channel: str = "QT"
    parties: tuple[Party, ...] = ()
    steps: tuple[Step, ...] = ()
    references: tuple[Reference, ...] = ()
    resolution: Resolution | None = None
    classification: Classification = Classification()
    notes: tuple[Note, ...] = ()
    extra: dict[str, str] = Field(default_factory=dict)
