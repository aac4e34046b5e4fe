"""The tables of tasks: what one body asks of another, with a day due, receipts and an answer."""

from sqlalchemy import BigInteger, Column, Index, LargeBinary, SmallInteger, String, Text
from sqlmodel import Field, SQLModel

from hub.store.case_tables import CODE
from hub.store.tables import TIME


class Task(SQLModel, table=True):
    """One task. Bodies are source instances where they are connected (``asked_by``, ``asked_of``), else names.

    ``cause`` names what it follows from: the same cause told twice is one task (law L7). ``state``: requested |
    received | accepted | refused | in_progress | completed | failed | recalled. ``rule`` is its deadline rule;
    ``yellow``, ``red`` and ``due`` were counted from it with the pauses there were; ``lamp`` is what the last sweep
    saw. ``rung`` is how far the ladder went: 0 none, 1 reminded, 2 supervised, 3 called to an interview.
    """

    __tablename__ = "task"
    home: str = Field(sa_column=Column(String(6), primary_key=True))
    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    cause: str = Field(sa_column=Column(Text, nullable=False))
    code: str = Field(sa_column=Column(String(CODE), nullable=False))  # of the case it was asked for
    kind: str = Field(sa_column=Column(String(24), nullable=False))  # see hub.casework.tasks
    docking: str | None = Field(sa_column=Column(String(8)))
    purpose: str | None = Field(sa_column=Column(String(16)))
    asked_by: str = Field(sa_column=Column(String(64), nullable=False))
    asked_of: str = Field(sa_column=Column(String(64), nullable=False))
    record_home: str | None = Field(sa_column=Column(String(6)))  # the record it was asked for
    record: int | None = Field(sa_column=Column(BigInteger))
    answer_home: str | None = Field(sa_column=Column(String(6)))  # the record that answers it
    answer: int | None = Field(sa_column=Column(BigInteger))
    number: str | None = Field(sa_column=Column(Text))  # the receiver's own, from its receipt
    parent: int | None = Field(sa_column=Column(BigInteger))  # the task it follows from
    route: str | None = Field(sa_column=Column(String(64)))  # of the settings, where one asked for it
    answers: int = Field(sa_column=Column(SmallInteger, nullable=False))  # 1: what comes of it goes back to who asked
    state: str = Field(sa_column=Column(String(16), nullable=False))
    reason: str = Field(sa_column=Column(Text, nullable=False))  # of a refusal, failure or recall: a code or few words
    outcome: str | None = Field(sa_column=Column(String(24)))  # a stage, where it came to one
    requested: str = Field(sa_column=Column(String(TIME), nullable=False))
    received: str | None = Field(sa_column=Column(String(TIME)))
    read: str | None = Field(sa_column=Column(String(TIME)))
    accepted: str | None = Field(sa_column=Column(String(TIME)))
    ended: str | None = Field(sa_column=Column(String(TIME)))
    rule: str | None = Field(sa_column=Column(String(32)))
    yellow: str | None = Field(sa_column=Column(String(TIME)))
    red: str | None = Field(sa_column=Column(String(TIME)))
    due: str | None = Field(sa_column=Column(String(TIME)))
    paused: str | None = Field(sa_column=Column(String(TIME)))  # since when its clock stands
    lamp: str = Field(sa_column=Column(String(8), nullable=False))  # green | yellow | red
    rung: int = Field(sa_column=Column(SmallInteger, nullable=False))
    changed: str = Field(sa_column=Column(String(TIME), nullable=False))
    __table_args__ = (
        Index("task_cause", "cause", unique=True),
        Index("task_code", "code"),
        Index("task_open", "state", "lamp", "yellow"),
        Index("task_asked_of", "asked_of", "number"),
    )


class TaskEvent(SQLModel, table=True):
    """A step of a task: each change of state, each receipt, each resend. ``told`` is JSON without personal data."""

    __tablename__ = "task_event"
    home: str = Field(sa_column=Column(String(6), primary_key=True))
    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    task: int = Field(sa_column=Column(BigInteger, nullable=False))
    at: str = Field(sa_column=Column(String(TIME), nullable=False))
    kind: str = Field(sa_column=Column(String(24), nullable=False))
    by: str = Field(sa_column=Column(Text, nullable=False))
    told: str = Field(sa_column=Column(Text, nullable=False))
    __table_args__ = (Index("task_event_task", "home", "task", "at"),)


class TaskPost(SQLModel, table=True):
    """A delivery a task gave cause to: the request itself (``asked``), or a state of it told to who asked (``told``).

    ``seen`` is the state of the outbox row that was last followed; ``open`` 1 until it can change no more.
    """

    __tablename__ = "task_post"
    key: str = Field(sa_column=Column(String(64), primary_key=True))  # of the outbox row
    home: str = Field(sa_column=Column(String(6), nullable=False))
    task: int = Field(sa_column=Column(BigInteger, nullable=False))
    way: str = Field(sa_column=Column(String(8), nullable=False))  # asked | told
    target: str = Field(sa_column=Column(String(64), nullable=False))
    kind: str = Field(sa_column=Column(String(24), nullable=False))
    seen: str | None = Field(sa_column=Column(String(16)))
    open: int = Field(sa_column=Column(SmallInteger, nullable=False))
    __table_args__ = (Index("task_post_open", "open"), Index("task_post_task", "home", "task"))


class HeldNotice(SQLModel, table=True):
    """Word to one person, held back until its window ends: what came together goes out as one. The body is sealed.

    ``account`` is the person's keyed hash at the channel; ``sent`` the key of the delivery it went out with.
    """

    __tablename__ = "held_notice"
    home: str = Field(sa_column=Column(String(6), primary_key=True))
    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    cause: str = Field(sa_column=Column(Text, nullable=False))
    channel: str = Field(sa_column=Column(String(64), nullable=False))
    account: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    due: str = Field(sa_column=Column(String(TIME), nullable=False))
    held: str = Field(sa_column=Column(String(TIME), nullable=False))
    sent: str | None = Field(sa_column=Column(String(64)))
    key_id: str = Field(sa_column=Column(String(16), nullable=False))
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    __table_args__ = (
        Index("held_notice_cause", "cause", unique=True),
        Index("held_notice_due", "sent", "due"),
    )


class Stray(SQLModel, table=True):
    """What came for no task we know, or before its time: a receipt without a task, a result before its hand-over.

    It is kept, shown, and taken up when the missing part arrives (``state``: waiting | resolved | dismissed).
    ``hash`` is that of the number it names, as in `hub.store.case_tables.Finding`; the body is sealed.
    """

    __tablename__ = "stray"
    home: str = Field(sa_column=Column(String(6), primary_key=True))
    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    source: str = Field(sa_column=Column(String(64), nullable=False))
    kind: str = Field(sa_column=Column(String(32), nullable=False))
    hash: bytes | None = Field(sa_column=Column(LargeBinary))
    record_home: str | None = Field(sa_column=Column(String(6)))
    record: int | None = Field(sa_column=Column(BigInteger))
    state: str = Field(sa_column=Column(String(12), nullable=False))
    task: int | None = Field(sa_column=Column(BigInteger))
    first: str = Field(sa_column=Column(String(TIME), nullable=False))
    last: str = Field(sa_column=Column(String(TIME), nullable=False))
    key_id: str | None = Field(sa_column=Column(String(16)))
    body: bytes | None = Field(sa_column=Column(LargeBinary))
    __table_args__ = (Index("stray_hash", "hash"), Index("stray_state", "state", "source"))
