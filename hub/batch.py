"""What crosses from a worker to the writer: batches of rows, and how a read ended.

It stands apart from the store, so that a worker need not load a database to shape a page.
"""

from dataclasses import dataclass, fields
from typing import Any, NamedTuple

from hub.errors import AdapterBug, HubError, SourceDenied

RUNNING, COMPLETE, EMPTY, INCOMPLETE, DENIED = "running", "complete", "empty", "incomplete", "denied"
"""Outcomes of a run (law L3): the last four are final, and none may pass for another."""


class Row(NamedTuple):
    """One item, shaped and mapped, on its way to the store. Holds no key of the vault: the writer hashes and seals.

    ``content`` is a digest of the record without its mapping version; ``head`` the columns `HEAD` in their order;
    ``body``
    the record as JSON; ``subjects`` (kind, role, value) in clear, hashed before they are written. ``kind`` is empty for
    a record, else the entry's; its ``head`` has the columns `ENTRY_HEAD`.
    """

    item_no: int
    key: str
    revision: int | None
    deleted: bool
    content: bytes
    head: tuple[Any, ...]
    body: bytes
    subjects: tuple[tuple[str, str, str], ...]
    kind: str = ""


class Refusal(NamedTuple):
    """One item that became no record: where it stands in its page, and why. ``reason`` holds no value of the item."""

    item_no: int
    item: bytes
    code: str
    field: str
    reason: str


class Fields(NamedTuple):
    """Names of the fields of items as they came: those any of them had, and those each had."""

    seen: frozenset[str]
    each: frozenset[str]

    def and_of(self, more: "Fields | None") -> "Fields":
        """The fields of these items and of more."""
        return self if more is None else Fields(self.seen | more.seen, self.each & more.each)


@dataclass(slots=True)
class Batch:
    """Up to `CHUNK` items of one page, shaped: everything the writer needs, nothing the adapter may not see.

    ``packed`` are the page's bytes, zstd-compressed; ``newest`` the latest revision in it that is a time not after the
    source's clock (µs, UTC). ``total`` is what the page announced for its window.
    """

    window: str
    fetched: str
    clock: str | None
    digest: bytes
    packed: bytes
    size: int
    page_items: int
    rows: list[Row]
    refusals: list[Refusal]
    newest: int | None
    total: int | None
    last: bool  # the last chunk of its page
    fields: Fields | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        """Rows cross as plain tuples: by name each would cost half as much again."""
        told = {each.name: getattr(self, each.name) for each in fields(self)}
        return _arrived, (told | {"rows": list(map(tuple, self.rows))},)


def _arrived(told: dict[str, Any]) -> Batch:
    return Batch(**told | {"rows": list(map(Row._make, told["rows"]))})


@dataclass(frozen=True, slots=True)
class Failure:
    """What ended a read early, as it may be told: an outcome and a text without payload. Crosses process borders."""

    outcome: str
    said: str

    @classmethod
    def of(cls, error: BaseException) -> "Failure":
        """The failure an exception means: denied is not incomplete (law L3); what is not ours is the adapter's bug."""
        if isinstance(error, HubError):
            return cls(DENIED if isinstance(error, SourceDenied) else INCOMPLETE, f"{error.code}: {error}")
        return cls(INCOMPLETE, f"{AdapterBug.code}: {type(error).__name__} at {spot_of(error)}")


STOPPED = Failure(INCOMPLETE, "run.stopped: the hub was asked to stop; the next run goes on from here")


def spot_of(error: BaseException) -> str:
    """The line of adapter code an exception came from: file name, line, function; no values."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    if trace is None:
        return "draft"
    code = trace.tb_frame.f_code
    return f"{code.co_filename.rpartition('/')[2]}:{trace.tb_lineno} {code.co_name}"
