"""The table of what people put right by hand (law L9)."""

from sqlalchemy import BigInteger, Column, Index, LargeBinary, String, Text
from sqlmodel import Field, SQLModel

from hub.store.tables import TIME


class Correction(SQLModel, table=True):
    """One field of one record as a person says it is, laid over what the mapping says until it is lifted.

    ``field``: item | region | address | parties | stage. ``state``: standing | replaced (by a later one of the field) |
    lifted. The value stands sealed in the body, with what the head's columns and hashes become by it; ``why`` are the
    person's words with all numbers of people masked.
    """

    __tablename__ = "correction"
    home: str = Field(sa_column=Column(String(6), primary_key=True))
    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    record: int = Field(sa_column=Column(BigInteger, nullable=False))
    field: str = Field(sa_column=Column(String(16), nullable=False))
    state: str = Field(sa_column=Column(String(12), nullable=False))
    by: str = Field(sa_column=Column(Text, nullable=False))
    why: str = Field(sa_column=Column(Text, nullable=False))
    at: str = Field(sa_column=Column(String(TIME), nullable=False))
    ended: str | None = Field(sa_column=Column(String(TIME)))
    ended_by: str | None = Field(sa_column=Column(Text))
    ended_why: str | None = Field(sa_column=Column(Text))
    key_id: str = Field(sa_column=Column(String(16), nullable=False))
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    __table_args__ = (Index("correction_record", "home", "record", "state"),)
