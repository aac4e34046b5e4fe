"""The tables, as SQLModel classes. They do not validate: a `DisputeRecord` is built first and becomes a row last.

Every primary key begins with ``home``, the immutable six-digit region of the source instance, then an increasing
number: rows
arrive in key order, and a table can later be partitioned or sharded by region without a change of schema. Times are UTC
text of fixed width (``YYYY-MM-DDTHH:MM:SSZ``), which sorts as time on both engines; ``revision`` is an integer (µs
since
1970 or the source's counter). Booleans are 0/1 so that SQLite and PostgreSQL hold the same bytes.
"""

from sqlalchemy import BigInteger, Column, Float, Index, LargeBinary, SmallInteger, String, Table, Text
from sqlmodel import Field, SQLModel

TIME = 20  # width of UTC text


def core(table: type[SQLModel]) -> Table:
    """The table behind a class, for Core statements."""
    return SQLModel.metadata.tables[str(table.__tablename__)]


class Raw(SQLModel, table=True):
    """A reply as it came: zstd-compressed, then sealed (it holds personal data). An identical page is not kept twice.

    ``hash`` is a keyed digest over source, stream and bytes, so that nobody can test a guess against it.
    """

    __tablename__ = "raw"
    home: str = Field(sa_column=Column(String(6), primary_key=True))
    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    source: str = Field(sa_column=Column(String(64), nullable=False))
    stream: str = Field(sa_column=Column(String(64), nullable=False))
    run: int = Field(sa_column=Column(BigInteger, nullable=False))
    window: str = Field(sa_column=Column(String(64), nullable=False))
    hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    size: int = Field(sa_column=Column(BigInteger, nullable=False))  # bytes before compression
    items: int = Field(sa_column=Column(BigInteger, nullable=False))
    fetched: str = Field(sa_column=Column(String(TIME), nullable=False))
    clock: str | None = Field(sa_column=Column(String(TIME)))
    key_id: str = Field(sa_column=Column(String(16), nullable=False))
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    __table_args__ = (Index("raw_hash", "hash", unique=True), Index("raw_source", "source", "stream", "id"))


class Record(SQLModel, table=True):
    """The head of a record: what it is now, in columns that hold no personal data. The whole stands sealed in
    `Version`.

    ``title`` has identity numbers, phones and the parties' names masked. ``content`` is a keyed hash of the whole
    content.
    """

    __tablename__ = "record"
    home: str = Field(sa_column=Column(String(6), primary_key=True))
    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    source: str = Field(sa_column=Column(String(64), nullable=False))
    stream: str = Field(sa_column=Column(String(64), nullable=False))
    key: str = Field(sa_column=Column(String(200), nullable=False))
    version: int = Field(sa_column=Column(BigInteger, nullable=False))
    revision: int | None = Field(sa_column=Column(BigInteger))
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    deleted: int = Field(sa_column=Column(SmallInteger, nullable=False))
    title: str = Field(sa_column=Column(Text, nullable=False))
    item: str | None = Field(sa_column=Column(String(8)))
    category: str | None = Field(sa_column=Column(String(8)))
    method: str = Field(sa_column=Column(String(24), nullable=False))
    confidence: float = Field(sa_column=Column(Float, nullable=False))
    evidence: str = Field(sa_column=Column(Text, nullable=False))
    mapping: str = Field(sa_column=Column(String(64), nullable=False))
    code: str | None = Field(sa_column=Column(Text))
    label: str | None = Field(sa_column=Column(Text))
    edition: str | None = Field(sa_column=Column(Text))
    stage: str | None = Field(sa_column=Column(String(24)))
    status: str | None = Field(sa_column=Column(Text))
    region: str = Field(sa_column=Column(String(12), nullable=False))
    channel: str = Field(sa_column=Column(String(8), nullable=False))
    opened: str | None = Field(sa_column=Column(String(TIME)))
    happened: str | None = Field(sa_column=Column(String(10)))
    due: str | None = Field(sa_column=Column(String(TIME)))
    closed: str | None = Field(sa_column=Column(String(TIME)))
    amount_fen: int | None = Field(sa_column=Column(BigInteger))
    people: int | None = Field(sa_column=Column(BigInteger))
    scale: str | None = Field(sa_column=Column(String(8)))
    parties: int = Field(sa_column=Column(BigInteger, nullable=False))
    notes: str = Field(sa_column=Column(Text, nullable=False))  # "code@field ..."
    stored: str = Field(sa_column=Column(String(TIME), nullable=False))  # when this version was written
    subjects: bytes | None = Field(sa_column=Column(LargeBinary))  # keyed hashes to be found by (hub.store.subjects)
    __table_args__ = (
        Index("record_key", "source", "stream", "key", unique=True),
        Index("record_item", "item", "id"),
    )


class Version(SQLModel, table=True):
    """Each change of a record, whole and sealed, with the bytes and the mapping it was made from."""

    __tablename__ = "version"
    home: str = Field(sa_column=Column(String(6), primary_key=True))
    record: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    version: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    raw: int = Field(sa_column=Column(BigInteger, nullable=False))
    item_no: int = Field(sa_column=Column(BigInteger, nullable=False))  # position within the raw page, from 0
    run: int = Field(sa_column=Column(BigInteger, nullable=False))
    revision: int | None = Field(sa_column=Column(BigInteger))
    mapping: str = Field(sa_column=Column(String(64), nullable=False))
    adapter: str = Field(sa_column=Column(String(96), nullable=False))  # name and version that drafted it
    stored: str = Field(sa_column=Column(String(TIME), nullable=False))
    key_id: str = Field(sa_column=Column(String(16), nullable=False))
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class Rejection(SQLModel, table=True):
    """An item that could not become a record. Its bytes are item ``item_no`` of page ``raw``; it can be replayed."""

    __tablename__ = "rejection"
    home: str = Field(sa_column=Column(String(6), primary_key=True))
    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    source: str = Field(sa_column=Column(String(64), nullable=False))
    stream: str = Field(sa_column=Column(String(64), nullable=False))
    run: int = Field(sa_column=Column(BigInteger, nullable=False))
    raw: int = Field(sa_column=Column(BigInteger, nullable=False))
    item_no: int = Field(sa_column=Column(BigInteger, nullable=False))
    item_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    code: str = Field(sa_column=Column(String(64), nullable=False))
    field: str = Field(sa_column=Column(Text, nullable=False))
    reason: str = Field(sa_column=Column(Text, nullable=False))
    times: int = Field(sa_column=Column(BigInteger, nullable=False))  # how often the same item was met
    first: str = Field(sa_column=Column(String(TIME), nullable=False))
    last: str = Field(sa_column=Column(String(TIME), nullable=False))
    state: str = Field(sa_column=Column(String(12), nullable=False))  # open | replayed
    __table_args__ = (
        Index("rejection_item", "source", "stream", "item_hash", unique=True),
        Index("rejection_state", "state", "source"),
    )


class Run(SQLModel, table=True):
    """One read of one stream of one source. The counts move with the rows, page by page, in the same transaction."""

    __tablename__ = "run"
    home: str = Field(sa_column=Column(String(6), primary_key=True))
    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    source: str = Field(sa_column=Column(String(64), nullable=False))
    stream: str = Field(sa_column=Column(String(64), nullable=False))
    adapter: str = Field(sa_column=Column(String(96), nullable=False))
    why: str = Field(sa_column=Column(String(16), nullable=False))  # pull | push | remap | replay
    since: str | None = Field(sa_column=Column(String(TIME)))
    watermark: str | None = Field(sa_column=Column(String(TIME)))
    started: str = Field(sa_column=Column(String(TIME), nullable=False))
    finished: str | None = Field(sa_column=Column(String(TIME)))
    outcome: str = Field(sa_column=Column(String(16), nullable=False))
    degraded: int = Field(sa_column=Column(SmallInteger, nullable=False))
    error: str | None = Field(sa_column=Column(Text))  # "code: text", no payload
    pages: int = Field(sa_column=Column(BigInteger, nullable=False))
    fetched: int = Field(sa_column=Column(BigInteger, nullable=False))
    stored: int = Field(sa_column=Column(BigInteger, nullable=False))
    unchanged: int = Field(sa_column=Column(BigInteger, nullable=False))
    superseded: int = Field(sa_column=Column(BigInteger, nullable=False))
    deleted: int = Field(sa_column=Column(BigInteger, nullable=False))
    rejected: int = Field(sa_column=Column(BigInteger, nullable=False))
    unmapped: int = Field(sa_column=Column(BigInteger, nullable=False))
    announced: int | None = Field(sa_column=Column(BigInteger))
    duration_ms: int = Field(sa_column=Column(BigInteger, nullable=False))
    __table_args__ = (Index("run_source", "source", "stream", "id"),)


class Watermark(SQLModel, table=True):
    """How far a stream has been read: inclusive, forward only except by an audited rewind."""

    __tablename__ = "watermark"
    home: str = Field(sa_column=Column(String(6), primary_key=True))
    source: str = Field(sa_column=Column(String(64), primary_key=True))
    stream: str = Field(sa_column=Column(String(64), primary_key=True))
    value: str = Field(sa_column=Column(String(27), nullable=False))  # with microseconds
    run: int = Field(sa_column=Column(BigInteger, nullable=False))
    moved: str = Field(sa_column=Column(String(TIME), nullable=False))


class Ledger(SQLModel, table=True):
    """The completeness ledger: per window of a run what the source announced and what came."""

    __tablename__ = "ledger"
    home: str = Field(sa_column=Column(String(6), primary_key=True))
    run: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    window: str = Field(sa_column=Column(String(64), primary_key=True))
    source: str = Field(sa_column=Column(String(64), nullable=False))
    stream: str = Field(sa_column=Column(String(64), nullable=False))
    announced: int | None = Field(sa_column=Column(BigInteger))
    fetched: int = Field(sa_column=Column(BigInteger, nullable=False))
    pages: int = Field(sa_column=Column(BigInteger, nullable=False))
    closed: int = Field(sa_column=Column(SmallInteger, nullable=False))


class Link(SQLModel, table=True):
    """The mark "to be linked": records whose case has yet to be found."""

    __tablename__ = "link"
    home: str = Field(sa_column=Column(String(6), primary_key=True))
    record: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    version: int = Field(sa_column=Column(BigInteger, nullable=False))
    __table_args__ = ({"sqlite_with_rowid": False},)


class StreamField(SQLModel, table=True):
    """A field the items of a stream have had: whether each so far had it, and whether it is gone."""

    __tablename__ = "stream_field"
    home: str = Field(sa_column=Column(String(6), primary_key=True))
    source: str = Field(sa_column=Column(String(64), primary_key=True))
    stream: str = Field(sa_column=Column(String(64), primary_key=True))
    name: str = Field(sa_column=Column(String(64), primary_key=True))
    each: int = Field(sa_column=Column(SmallInteger, nullable=False))
    gone: int = Field(sa_column=Column(SmallInteger, nullable=False))
    run: int = Field(sa_column=Column(BigInteger, nullable=False))  # that last changed anything here


class Audit(SQLModel, table=True):
    """One hash chain per writer: ``hash`` = SM3(previous hash ‖ canonical entry). ``entry`` holds no personal data."""

    __tablename__ = "audit"
    home: str = Field(sa_column=Column(String(6), primary_key=True))
    writer: str = Field(sa_column=Column(String(32), primary_key=True))
    no: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    at: str = Field(sa_column=Column(String(TIME), nullable=False))
    action: str = Field(sa_column=Column(String(32), nullable=False))
    entry: str = Field(sa_column=Column(Text, nullable=False))
    hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class SourceState(SQLModel, table=True):
    """What an operator decided about a source instance at run time, and when it is due next."""

    __tablename__ = "source_state"
    home: str = Field(sa_column=Column(String(6), primary_key=True))
    source: str = Field(sa_column=Column(String(64), primary_key=True))
    paused: int = Field(sa_column=Column(SmallInteger, nullable=False))
    reason: str = Field(sa_column=Column(Text, nullable=False))
    next_run: str | None = Field(sa_column=Column(String(TIME)))
    failures: int = Field(sa_column=Column(BigInteger, nullable=False))
    changed: str = Field(sa_column=Column(String(TIME), nullable=False))


class Meta(SQLModel, table=True):
    """Facts of the store itself: which keyring it was made with, its format."""

    __tablename__ = "meta"
    name: str = Field(sa_column=Column(String(64), primary_key=True))
    value: str = Field(sa_column=Column(Text, nullable=False))
