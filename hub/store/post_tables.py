"""The tables of what comes and goes by itself: pushes that wait to be read, deliveries that wait to be sent."""

from sqlalchemy import BigInteger, Column, Index, LargeBinary, SmallInteger, String, Text
from sqlmodel import Field, SQLModel

from hub.store.tables import TIME


class Inbox(SQLModel, table=True):
    """A page that was pushed to us, in the order in which it is to be read; its bytes are page ``raw``.

    The same bytes again are the same row, moved to the end: what a source tells last is read last.
    """

    __tablename__ = "inbox"
    home: str = Field(sa_column=Column(String(6), primary_key=True))
    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    source: str = Field(sa_column=Column(String(64), nullable=False))
    stream: str = Field(sa_column=Column(String(64), nullable=False))
    raw: int = Field(sa_column=Column(BigInteger, nullable=False))
    state: str = Field(sa_column=Column(String(12), nullable=False))  # waiting | done | failed
    times: int = Field(sa_column=Column(BigInteger, nullable=False))  # how often it came
    first: str = Field(sa_column=Column(String(TIME), nullable=False))
    last: str = Field(sa_column=Column(String(TIME), nullable=False))
    run: int | None = Field(sa_column=Column(BigInteger))  # that read it
    error: str | None = Field(sa_column=Column(Text))  # "code: text", no payload
    __table_args__ = (
        Index("inbox_raw", "home", "raw", unique=True),
        Index("inbox_state", "state", "home", "source", "id"),
    )


class Nonce(SQLModel, table=True):
    """A nonce seen in a good push, as a keyed digest, until no push with it can be good any more.

    ``content`` is the digest of what it came with: the same nonce with the same bytes is a retry, with others a replay.
    """

    __tablename__ = "nonce"
    home: str = Field(sa_column=Column(String(6), primary_key=True))
    hash: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    expires: str = Field(sa_column=Column(String(TIME), nullable=False))
    __table_args__ = (Index("nonce_expires", "expires"), {"sqlite_with_rowid": False})


class Outbox(SQLModel, table=True):
    """What is to be handed to a source, written in the transaction of its cause; body and receipt are sealed.

    ``key`` is a keyed digest of cause, kind and target: the same cause told twice is one row (law L7). ``lease`` counts
    the attempts begun; who finishes one proves by it that the row is still his.
    """

    __tablename__ = "outbox"
    home: str = Field(sa_column=Column(String(6), primary_key=True))
    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    key: str = Field(sa_column=Column(String(32), nullable=False))
    target: str = Field(sa_column=Column(String(64), nullable=False))  # the source it goes to
    kind: str = Field(sa_column=Column(String(64), nullable=False))
    cause: str = Field(sa_column=Column(Text, nullable=False))  # what it follows from; no personal data
    state: str = Field(sa_column=Column(String(12), nullable=False))  # see hub.store.outbox
    attempts: int = Field(sa_column=Column(SmallInteger, nullable=False))
    lease: int = Field(sa_column=Column(BigInteger, nullable=False))
    due: str = Field(sa_column=Column(String(TIME), nullable=False))  # while sending: when the lease ends
    created: str = Field(sa_column=Column(String(TIME), nullable=False))
    tried: str | None = Field(sa_column=Column(String(TIME)))
    ended: str | None = Field(sa_column=Column(String(TIME)))
    error: str | None = Field(sa_column=Column(Text))  # "code: text", no payload
    number: str | None = Field(sa_column=Column(Text))  # the source's own, from its receipt
    key_id: str = Field(sa_column=Column(String(16), nullable=False))
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    receipt_key: str | None = Field(sa_column=Column(String(16)))
    receipt: bytes | None = Field(sa_column=Column(LargeBinary))
    __table_args__ = (
        Index("outbox_key", "key", unique=True),
        Index("outbox_due", "state", "due"),
        Index("outbox_target", "target", "tried"),
    )
