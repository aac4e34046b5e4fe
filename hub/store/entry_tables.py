"""The tables of entries: what sources tell beside disputes (docs/decisions/020)."""

from sqlalchemy import BigInteger, Column, Float, Index, LargeBinary, SmallInteger, String, Text
from sqlmodel import Field, SQLModel

from hub.store.tables import TIME


class Entry(SQLModel, table=True):
    """The head of an entry of any kind, in columns that hold no personal data. The whole stands sealed in
    `EntryVersion`.

    ``name`` is what it is one of: the action of an event, the form of a document, the name of a figure, the dataset of
    a row, the code of a body or mediator. ``title`` is masked; of a row it is the purpose. ``due`` and ``done`` are
    when an answer is due and came; ``period`` is a figure's, or the first day a row holds for. ``fields`` are what a
    body or mediator does, by blanks; ``numerator`` and ``denominator`` are their load and capacity, or the parts of a
    rate. ``about`` are keyed hashes (`hub.store.subjects`) of the matters, persons and firms it concerns.
    """

    __tablename__ = "entry"
    home: str = Field(sa_column=Column(String(6), primary_key=True))
    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    source: str = Field(sa_column=Column(String(64), nullable=False))
    stream: str = Field(sa_column=Column(String(64), nullable=False))
    kind: str = Field(sa_column=Column(String(16), nullable=False))
    key: str = Field(sa_column=Column(String(200), nullable=False))
    version: int = Field(sa_column=Column(BigInteger, nullable=False))
    revision: int | None = Field(sa_column=Column(BigInteger))
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    deleted: int = Field(sa_column=Column(SmallInteger, nullable=False))
    name: str | None = Field(sa_column=Column(Text))
    title: str = Field(sa_column=Column(Text, nullable=False))
    owner: str | None = Field(sa_column=Column(Text))
    region: str | None = Field(sa_column=Column(String(12)))
    status: str | None = Field(sa_column=Column(Text))
    stage: str | None = Field(sa_column=Column(String(24)))
    at: str | None = Field(sa_column=Column(String(TIME)))
    due: str | None = Field(sa_column=Column(String(TIME)))
    done: str | None = Field(sa_column=Column(String(TIME)))
    period: str | None = Field(sa_column=Column(String(10)))
    fields: str | None = Field(sa_column=Column(Text))
    amount_fen: int | None = Field(sa_column=Column(BigInteger))
    value: float | None = Field(sa_column=Column(Float))
    numerator: float | None = Field(sa_column=Column(Float))
    denominator: float | None = Field(sa_column=Column(Float))
    notes: str = Field(sa_column=Column(Text, nullable=False))
    stored: str = Field(sa_column=Column(String(TIME), nullable=False))
    about: bytes | None = Field(sa_column=Column(LargeBinary))
    __table_args__ = (
        Index("entry_key", "source", "stream", "kind", "key", unique=True),
        Index("entry_name", "kind", "name", "id"),
    )


class EntryVersion(SQLModel, table=True):
    """Each change of an entry, whole and sealed, with the bytes and the mapping it was made from."""

    __tablename__ = "entry_version"
    home: str = Field(sa_column=Column(String(6), primary_key=True))
    entry: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    version: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    raw: int = Field(sa_column=Column(BigInteger, nullable=False))
    item_no: int = Field(sa_column=Column(BigInteger, nullable=False))
    run: int = Field(sa_column=Column(BigInteger, nullable=False))
    revision: int | None = Field(sa_column=Column(BigInteger))
    mapping: str = Field(sa_column=Column(String(64), nullable=False))
    adapter: str = Field(sa_column=Column(String(96), nullable=False))
    stored: str = Field(sa_column=Column(String(TIME), nullable=False))
    key_id: str = Field(sa_column=Column(String(16), nullable=False))
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class EntryAbout(SQLModel, table=True):
    """The way from a keyed hash to the entries that have, or once had, it among theirs."""

    __tablename__ = "entry_about"
    hash: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    home: str = Field(sa_column=Column(String(6), primary_key=True))
    entry: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    __table_args__ = ({"sqlite_with_rowid": False},)


def seal_place(home: str, entry: int, version: int, key_id: str) -> bytes:
    """What the body of a version is bound to: moved to another row it does not open."""
    return f"entry|{home}|{entry}|{version}|{key_id}".encode()
