"""Values out of rows, as tables of a mapping file tell them: which field is what of a record.

Nothing here reads a file; `hub.fieldmap` does, and is what adapters are given.
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from hub.contract import Item
from hub.declared import Table


def field_at(item: Item, name: str) -> Any:
    """What stands in a field of a row, or further in where the name has dots; None where nothing does."""
    if name in item:
        return item[name]
    within: Any = item
    for part in name.split("."):
        within = within.get(part) if isinstance(within, Mapping) else None
    return within


def rows_at(item: Item, name: str) -> list[Item]:
    """The objects of the list that stands in a field; one that stands alone, as XML has it, is a list of itself."""
    listed = field_at(item, name)
    return [row for row in (listed if isinstance(listed, list) else [listed]) if isinstance(row, Mapping)]


def beside(item: Item, name: str) -> Iterator[str]:
    """Names of the fields of a row, and of those of the object a name with dots leads into."""
    yield from item
    head = name.rpartition(".")[0]
    if head and isinstance(within := field_at(item, head), Mapping):
        yield from (f"{head}.{each}" for each in within)


def stands(item: Item, name: str) -> bool:
    """Whether a row has a field of that name, be it empty."""
    head, dot, tail = name.rpartition(".")
    within = field_at(item, head) if dot else item
    return name in item or (isinstance(within, Mapping) and tail in within)


class Take(Table):
    """Where a value comes from. A text in its place is the name of a field.

    Just one of: ``field``; ``first``, the first of these fields that is filled; ``join``, those that are filled with
    ``by`` between; ``always``, the same for every row. A dot leads into nested objects. ``words`` changes the source's
    words into others; one that is not there stays as it is.
    """

    field: str = ""
    first: tuple[str, ...] = ()
    join: tuple[str, ...] = ()
    by: str = ""
    always: str = ""
    words: Mapping[str, str] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """The fields it looks at, in their order; none for what is always the same."""
        return self.join or self.first or ((self.field,) if self.field else ())

    @model_validator(mode="before")
    @classmethod
    def _named(cls, value: Any) -> Any:
        if not isinstance(value, str | Mapping | cls):
            raise ValueError("must be the name of a field, or a table that tells how to take the value")  # noqa: TRY004
        return {"field": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if sum(map(bool, (self.field, self.first, self.join, self.always))) != 1:
            raise ValueError("needs one of field, first, join, always, and not an empty one")
        return self


def _raw(value: Take) -> Take:
    if value.words:
        raise ValueError("is kept as the source wrote it: give its words a meaning elsewhere (status, crosswalk)")
    return value


def _own(value: Take) -> Take:
    if value.always:
        raise ValueError("must come from the row: it tells one matter, and one version of it, from another")
    return _raw(value)


def _by_name(value: object) -> object:
    return {name: name for name in value if isinstance(name, str)} if isinstance(value, list) else value


Raw = Annotated[Take, AfterValidator(_raw)]
Own = Annotated[Take, AfterValidator(_own)]


class DeletedTable(Table):
    """A row is a tombstone when ``field`` holds one of ``values``, compared as text."""

    field: str
    values: Annotated[tuple[str, ...], Field(min_length=1)]


class RecordTable(Table):
    """Where each field of a record comes from; `schemas.draft.Draft` says what they are."""

    key: Own
    revision: Own | None = None
    deleted: DeletedTable | None = None
    title: Take | None = None
    detail: Take | None = None
    code: Raw | None = None
    label: Raw | None = None
    edition: Take | None = None
    opened: Take | None = None
    happened: Take | None = None
    due: Take | None = None
    closed: Take | None = None
    status: Raw | None = None
    status_label: Take | None = None
    address: Take | None = None
    region: Take | None = None
    org_path: tuple[Take, ...] = ()
    lng: Take | None = None
    lat: Take | None = None
    amount: Take | None = None
    people: Take | None = None
    scale: Take | None = None
    channel: Take | None = None
    extra: Annotated[Mapping[str, Take], BeforeValidator(_by_name)] = {}


class PartyTable(Table):
    """One side of a matter; with ``each`` one for every object of the list that stands there, fields counted from it.

    Where nothing of a row is filled but what is ``always`` so, there is no such side.
    """

    each: str = ""
    name: Take | None = None
    role: Take | None = None
    kind: Take | None = None
    id_type: Take | None = None
    id_number: Take | None = None
    phone: Take | None = None
    gender: Take | None = None
    ethnicity: Take | None = None
    education: Take | None = None
    person_class: Take | None = None
    address: Take | None = None
    agent: Take | None = None


class StepTable(Table):
    """A step of the handling; with ``each`` one for every object of a list. Without its time it was not made."""

    each: str = ""
    at: Take
    action: Take | None = None
    body: Take | None = None
    note: Take | None = None
    key: Take | None = None


class ResolutionTable(Table):
    """How the matter ended. Where nothing of a row is filled but what is ``always`` so, it has not."""

    method: Take | None = None
    organisation: Take | None = None
    responsible: Take | None = None
    contact: Take | None = None
    success: Take | None = None
    situation: Take | None = None
    assessed: Take | None = None
    opinion: Take | None = None


class DatasetTable(Table):
    """What rows that are no disputes are rows of: a name, what it may be used for, the rule that allows it.

    ``owner`` is the body whose row it is, never a person; ``begins`` and ``ends`` are the days it holds for.
    """

    name: str = Field(min_length=1)
    purpose: str = Field(min_length=1)
    basis: str = ""
    owner: Take | None = None
    begins: Take | None = None
    ends: Take | None = None

    OF_RECORD: ClassVar[frozenset[str]] = frozenset(
        {"key", "revision", "deleted", "status", "region", "amount", "extra"}
    )
    """What ``[record]`` may tell of such a row; ``extra`` are its own fields."""
