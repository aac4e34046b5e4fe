"""The tables of cases: which case a record stands in, why, and what has happened to it.

A record is given to a case once. Merges and splits are rows of their own that can be taken back one by one, and where a
record stands is a function of those that hold: so taking one back gives what would be without it, whatever happened in
between. ``merged_into`` is derived from them, and stage, counts and item of the leading case from its records.
"""

from sqlalchemy import BigInteger, Column, Float, Index, LargeBinary, SmallInteger, String, Text
from sqlmodel import Field, SQLModel

from hub.store.tables import TIME

CODE = 23  # width of a case code


class CaseFile(SQLModel, table=True):
    """A case. Its code begins with its region and day, so rows arrive nearly in key order.

    ``title`` is masked as a record's is. ``merged_into`` is the code of the case that leads it now, which has none
    itself. What is told of a case that leads counts the records of those it leads; the led ones count none.
    """

    __tablename__ = "case_file"
    code: str = Field(sa_column=Column(String(CODE), primary_key=True))
    home: str = Field(sa_column=Column(String(6), nullable=False))
    issued: str = Field(sa_column=Column(String(TIME), nullable=False))
    opened: str | None = Field(sa_column=Column(String(TIME)))  # when the first of its records was received
    region: str = Field(sa_column=Column(String(12), nullable=False))
    channel: str = Field(sa_column=Column(String(8), nullable=False))
    title: str = Field(sa_column=Column(Text, nullable=False))
    item: str | None = Field(sa_column=Column(String(8)))
    category: str | None = Field(sa_column=Column(String(8)))
    stage: str | None = Field(sa_column=Column(String(24)))
    records: int = Field(sa_column=Column(BigInteger, nullable=False))  # live ones
    sources: int = Field(sa_column=Column(BigInteger, nullable=False))
    merged_into: str | None = Field(sa_column=Column(String(CODE)))
    changed: str = Field(sa_column=Column(String(TIME), nullable=False))
    __table_args__ = (
        Index("case_file_changed", "changed"),
        Index("case_file_merged", "merged_into"),
    )


class CaseNumber(SQLModel, table=True):
    """The last sequence number given out for a region, a day and a channel."""

    __tablename__ = "case_number"
    home: str = Field(sa_column=Column(String(6), primary_key=True))
    day: str = Field(sa_column=Column(String(8), primary_key=True))
    channel: str = Field(sa_column=Column(String(2), primary_key=True))
    last: int = Field(sa_column=Column(BigInteger, nullable=False))


class CaseRecord(SQLModel, table=True):
    """A record's place: the case it was given to, and what of it the linker saw last.

    ``found_by`` are the packed keyed hashes under which it stands in `Finding` now.
    """

    __tablename__ = "case_record"
    home: str = Field(sa_column=Column(String(6), primary_key=True))
    record: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    code: str = Field(sa_column=Column(String(CODE), nullable=False))
    version: int = Field(sa_column=Column(BigInteger, nullable=False))
    stage: str | None = Field(sa_column=Column(String(24)))
    since: str = Field(sa_column=Column(String(TIME), nullable=False))  # when it was given to this case
    found_by: bytes | None = Field(sa_column=Column(LargeBinary))
    __table_args__ = (Index("case_record_code", "code"),)


class Finding(SQLModel, table=True):
    """What records can be found by: a keyed hash (of a number, a person, a name with a place, a text) and a record."""

    __tablename__ = "finding"
    hash: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))  # kind sign, then the hash
    home: str = Field(sa_column=Column(String(6), primary_key=True))
    record: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    __table_args__ = ({"sqlite_with_rowid": False},)


class CaseAlias(SQLModel, table=True):
    """A number that finds a case though no record bears it: from a receipt, a person, an old system."""

    __tablename__ = "case_alias"
    hash: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))  # as in `Finding`
    code: str = Field(sa_column=Column(String(CODE), primary_key=True))
    kind: str = Field(sa_column=Column(String(24), nullable=False))
    number: str = Field(sa_column=Column(Text, nullable=False))  # in its normal form
    at: str = Field(sa_column=Column(String(TIME), nullable=False))
    by: str = Field(sa_column=Column(Text, nullable=False))
    __table_args__ = (Index("case_alias_code", "code"), {"sqlite_with_rowid": False})


class CaseJoin(SQLModel, table=True):
    """Two records compared, and what came of it. ``one`` is the older. ``reasons`` are weights by name, as JSON; no
    personal data. ``state``: joined | asked | apart."""

    __tablename__ = "case_join"
    one_home: str = Field(sa_column=Column(String(6), primary_key=True))
    one: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    other_home: str = Field(sa_column=Column(String(6), primary_key=True))
    other: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    weight: float = Field(sa_column=Column(Float, nullable=False))
    reasons: str = Field(sa_column=Column(Text, nullable=False))
    state: str = Field(sa_column=Column(String(8), nullable=False))
    by: str = Field(sa_column=Column(Text, nullable=False))  # linker | person:NAME
    why: str = Field(sa_column=Column(Text, nullable=False))  # a person's words; no personal data
    at: str = Field(sa_column=Column(String(TIME), nullable=False))
    __table_args__ = (
        Index("case_join_other", "other_home", "other"),
        Index("case_join_state", "state", "at"),
    )


class CaseMerge(SQLModel, table=True):
    """Two cases held together, until that is taken back. Which of them leads is not told here: the oldest of all that
    hold together. ``by`` is the linker or a person."""

    __tablename__ = "case_merge"
    home: str = Field(sa_column=Column(String(6), primary_key=True))  # of ``code``
    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    code: str = Field(sa_column=Column(String(CODE), nullable=False))
    into: str = Field(sa_column=Column(String(CODE), nullable=False))
    at: str = Field(sa_column=Column(String(TIME), nullable=False))
    by: str = Field(sa_column=Column(Text, nullable=False))
    why: str = Field(sa_column=Column(Text, nullable=False))
    undone: str | None = Field(sa_column=Column(String(TIME)))
    undone_by: str | None = Field(sa_column=Column(Text))
    undone_why: str | None = Field(sa_column=Column(Text))
    __table_args__ = (Index("case_merge_code", "code"), Index("case_merge_into", "into"))


class CaseSplit(SQLModel, table=True):
    """A record given another case than it had, until that is taken back: it stands in the ``into`` of the last split
    that holds, or in the ``code`` of its first."""

    __tablename__ = "case_split"
    home: str = Field(sa_column=Column(String(6), primary_key=True))  # of the record
    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    record: int = Field(sa_column=Column(BigInteger, nullable=False))
    code: str = Field(sa_column=Column(String(CODE), nullable=False))
    into: str = Field(sa_column=Column(String(CODE), nullable=False))
    at: str = Field(sa_column=Column(String(TIME), nullable=False))
    by: str = Field(sa_column=Column(Text, nullable=False))
    why: str = Field(sa_column=Column(Text, nullable=False))
    undone: str | None = Field(sa_column=Column(String(TIME)))
    __table_args__ = (Index("case_split_record", "home", "record"), Index("case_split_into", "into"))


class CaseEvent(SQLModel, table=True):
    """What the hub itself has to tell of a case; records tell the rest. ``told`` is JSON without personal data.

    ``code`` is the case it happened to, which another may lead by now.
    """

    __tablename__ = "case_event"
    home: str = Field(sa_column=Column(String(6), primary_key=True))
    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    code: str = Field(sa_column=Column(String(CODE), nullable=False))
    at: str = Field(sa_column=Column(String(TIME), nullable=False))
    kind: str = Field(sa_column=Column(String(32), nullable=False))
    by: str = Field(sa_column=Column(Text, nullable=False))
    record_home: str | None = Field(sa_column=Column(String(6)))
    record: int | None = Field(sa_column=Column(BigInteger))
    version: int | None = Field(sa_column=Column(BigInteger))
    task: int | None = Field(sa_column=Column(BigInteger))
    told: str = Field(sa_column=Column(Text, nullable=False))
    open: int = Field(sa_column=Column(SmallInteger, nullable=False))  # 1: a conflict nobody has settled
    __table_args__ = (Index("case_event_code", "code", "at"), Index("case_event_open", "open", "kind"))
