"""What the hub hands to a source: one body for each kind of delivery, as the hub's own part writes it.

An adapter that claims DELIVER reads them with `order_of` and says each in the source's own words. Times are aware;
amounts are in yuan. A body holds personal data: its ``repr`` shows names of fields, never a value. Fields may be added
in later releases, with a default.
"""

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any, ClassVar, Literal, Self, TypeAlias

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from schemas.life import Stage

Docking = Literal["诉调", "访调", "专调", "警调", "检调"]
"""Which two lines of work a hand-over joins: court, petition office, trade body, police, procuratorate to mediation."""

Purpose = Literal["intake", "mediate", "confirm", "suit", "visit", "assist"]
"""What a matter is handed over for. With ``assist`` it stays with who asks: the other helps in it."""

Way = Literal["up", "down", "across"]
"""Where to, within one body's house: to the level above, the one below, or a neighbour."""

Outcome = Literal[
    Stage.SETTLED, Stage.UNSETTLED, Stage.WITHDRAWN, Stage.CONFIRMED, Stage.UNCONFIRMED, Stage.FULFILLED,
    Stage.BREACHED, Stage.GUIDED_TO_SUIT, Stage.REPLIED, Stage.CLOSED,
]  # fmt: skip
"""How a matter can end. Neighbours are not equal: ``closed`` says that a body is done, ``settled`` that they agreed."""


class _Told(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    def __repr__(self) -> str:
        told = [name for name, value in self if value not in (None, "", ())]
        return f"{type(self).__name__}({', '.join(told)})"

    __str__ = __repr__


class Side(_Told):
    """One side of a matter. ``role``: 1 applicant, 2 respondent, 3 third party; ``kind``: 1 natural person, 2 legal
    person, 3 unincorporated; ``id_type``: 111 for an identity card."""

    name: str = ""
    role: str = "1"
    kind: str = "1"
    id_type: str = ""
    id_number: str = ""
    phone: str = ""
    address: str = ""


class Attachment(_Told):
    """A file beside a matter, by its address; ``size`` in bytes. No bytes are handed over."""

    name: str
    url: str
    sha256: str = ""
    size: int = Field(0, ge=0)


class Matter(_Told):
    """A dispute as it is told to whoever does not know it yet. ``item`` is of the unified taxonomy, ``region`` a code
    of the administrative divisions, ``opened`` the time it was received."""

    title: str = ""
    detail: str = ""
    item: str = ""
    opened: AwareDatetime | None = None
    address: str = ""
    region: str = ""
    amount: Decimal | None = None
    sides: tuple[Side, ...] = ()
    attachments: tuple[Attachment, ...] = ()


class _Order(_Told):
    """What each kind tells.

    ``number`` is the source's own number of the matter, the key of its record here; ``case`` our case code: one of them
    is there. ``at`` is when it was decided, ``body`` by which body (``body_code`` its number at the source, where the
    settings of the instance tell one), ``person`` and ``phone`` who acts for it, ``text`` what is said in words.
    """

    kind: ClassVar[str]

    number: str = ""
    case: str = ""
    at: AwareDatetime
    body: str = ""
    body_code: str = ""
    person: str = ""
    phone: str = ""
    text: str = ""

    @model_validator(mode="after")
    def _of_a_matter(self) -> Self:
        if not (self.number or self.case):
            raise ValueError("tells neither the source's number nor our case code")
        return self

    def written(self) -> dict[str, Any]:
        """As JSON holds it: what is posted to the outbox. Times are UTC text if they were UTC; amounts are text."""
        return self.model_dump(mode="json", exclude_defaults=True)


class Accept(_Order):
    """The body takes the matter on, to be done by ``due``."""

    kind: ClassVar[str] = "accept"
    due: AwareDatetime | None = None


class Refuse(_Order):
    """The body does not take it, for a ``reason``: a code of the source's own list where it has one."""

    kind: ClassVar[str] = "refuse"
    reason: str


class HandOver(_Order):
    """The matter goes from ``body`` to another (``to``, ``to_code``), who is asked to answer by ``due``.

    ``matter`` tells of it where the target cannot know it yet; ``reason`` is why, in a code or a few words.
    """

    kind: ClassVar[str] = "hand_over"
    to: str
    to_code: str = ""
    purpose: Purpose = "intake"
    docking: Docking | None = None
    way: Way = "across"
    reason: str = ""
    due: AwareDatetime | None = None
    matter: Matter | None = None


class Progress(_Order):
    """A step has been taken; ``stage`` is where the matter stands now, if it moved."""

    kind: ClassVar[str] = "progress"
    stage: Stage | None = None


class Result(_Order):
    """What came of it. ``agreement`` is the number of the agreement, ``amount`` what was agreed on, in yuan."""

    kind: ClassVar[str] = "result"
    outcome: Outcome
    agreement: str = ""
    amount: Decimal | None = None


class Notice(_Order):
    """Word to people: ``receivers`` are their numbers at the source, ``title`` one line, ``text`` the rest, ``link``
    where more stands."""

    kind: ClassVar[str] = "notice"
    title: str
    receivers: tuple[str, ...] = ()
    link: str = ""


Order: TypeAlias = Accept | Refuse | HandOver | Progress | Result | Notice

KINDS: Mapping[str, type[Order]] = MappingProxyType(
    {each.kind: each for each in (Accept, Refuse, HandOver, Progress, Result, Notice)}
)
"""The body of each kind of delivery the hub's own part writes. A plugin may hand over kinds of its own."""


def order_of(kind: str, body: Mapping[str, Any]) -> Order:
    """The body of a delivery as it was written. Raises KeyError for a kind that is not of `KINDS`, and ValueError
    (pydantic's, values untold) for a body that is none."""
    return KINDS[kind].model_validate(dict(body))
