"""The tables of people who help: mediators of the pool, who was assigned to which case, and consultations."""

from sqlalchemy import BigInteger, Column, Index, LargeBinary, SmallInteger, String, Text
from sqlmodel import Field, SQLModel

from hub.store.case_tables import CODE
from hub.store.tables import TIME


class Mediator(SQLModel, table=True):
    """A mediator of the resource pool. Name and phone stand in the sealed ``body`` only.

    ``number`` is their own in the pool: by it they are known when the list comes again. ``fields`` are codes of items
    and categories between blanks (`` D02 D0801 ``), blank for one who takes any. ``capacity`` is how many matters they
    bear at once, None where nobody said; ``load`` how many they had outside of the hub when the list was made.
    """

    __tablename__ = "mediator"
    home: str = Field(sa_column=Column(String(6), primary_key=True))
    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    number: str = Field(sa_column=Column(String(64), nullable=False))
    organisation: str = Field(sa_column=Column(Text, nullable=False))
    region: str = Field(sa_column=Column(String(12), nullable=False))
    fields: str = Field(sa_column=Column(Text, nullable=False))
    capacity: int | None = Field(sa_column=Column(BigInteger))
    load: int = Field(sa_column=Column(BigInteger, nullable=False))
    active: int = Field(sa_column=Column(SmallInteger, nullable=False))
    changed: str = Field(sa_column=Column(String(TIME), nullable=False))
    key_id: str = Field(sa_column=Column(String(16), nullable=False))
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    __table_args__ = (Index("mediator_number", "home", "number", unique=True), Index("mediator_region", "region"))


class Assignment(SQLModel, table=True):
    """A mediator given to a case, until ``ended``: another took over, or the case needs none. ``why`` is JSON."""

    __tablename__ = "assignment"
    home: str = Field(sa_column=Column(String(6), primary_key=True))  # of the mediator
    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    mediator: int = Field(sa_column=Column(BigInteger, nullable=False))
    code: str = Field(sa_column=Column(String(CODE), nullable=False))
    at: str = Field(sa_column=Column(String(TIME), nullable=False))
    by: str = Field(sa_column=Column(Text, nullable=False))
    why: str = Field(sa_column=Column(Text, nullable=False))
    ended: str | None = Field(sa_column=Column(String(TIME)))
    __table_args__ = (Index("assignment_code", "code"), Index("assignment_mediator", "home", "mediator", "ended"))


class Consultation(SQLModel, table=True):
    """A consultation on a case. Bodies stand open, as JSON; its persons and words are in the sealed ``body``.

    ``state``: called | settled | raised | closed. ``raised_from`` is the number of the one at a lower level before.
    """

    __tablename__ = "consultation"
    home: str = Field(sa_column=Column(String(6), primary_key=True))  # of the case
    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    code: str = Field(sa_column=Column(String(CODE), nullable=False))
    level: int = Field(sa_column=Column(SmallInteger, nullable=False))
    state: str = Field(sa_column=Column(String(8), nullable=False))
    bodies: str = Field(sa_column=Column(Text, nullable=False))
    meets: str | None = Field(sa_column=Column(String(TIME)))
    called: str = Field(sa_column=Column(String(TIME), nullable=False))
    called_by: str = Field(sa_column=Column(Text, nullable=False))
    ended: str | None = Field(sa_column=Column(String(TIME)))
    ended_by: str | None = Field(sa_column=Column(Text))
    raised_from: int | None = Field(sa_column=Column(BigInteger))
    key_id: str = Field(sa_column=Column(String(16), nullable=False))
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    __table_args__ = (Index("consultation_code", "code"), Index("consultation_state", "state", "meets"))
