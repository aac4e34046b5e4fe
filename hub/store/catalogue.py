"""The catalogue of datasets that sources share: whose each is, what it may be used for, and how fresh it is."""

from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from hub.store.entry_tables import Entry
from hub.store.tables import Run, StreamField, core

ENTRY, RUN, FIELD = core(Entry), core(Run), core(StreamField)


@dataclass(frozen=True, slots=True)
class Dataset:
    """One dataset of the catalogue: whose it is, what for, its fields as they came, and when it was last read.

    ``read`` is the end of the last run of its stream that was whole, None where none was; ``first`` and ``last`` are
    the periods of its rows.
    """

    home: str
    source: str
    stream: str
    name: str
    owner: str | None
    purpose: str
    rows: int
    first: str | None
    last: str | None
    fields: tuple[str, ...]
    read: str | None


def catalogue(connection: Connection) -> list[Dataset]:
    """The datasets there are, by source, stream and name. Reads all rows of all datasets."""
    by = (ENTRY.c.home, ENTRY.c.source, ENTRY.c.stream, ENTRY.c.name, ENTRY.c.owner, ENTRY.c.title)
    told = (func.count(), func.min(ENTRY.c.period), func.max(ENTRY.c.period))
    live = (ENTRY.c.kind == "row", ENTRY.c.deleted == 0, ENTRY.c.name.is_not(None))
    found = connection.execute(select(*by, *told).where(*live).group_by(*by).order_by(*by[1:4])).all()
    fields: dict[tuple[str, str, str], list[str]] = {}
    here = select(FIELD.c.home, FIELD.c.source, FIELD.c.stream, FIELD.c.name).where(FIELD.c.gone == 0)
    for home, source, stream, field in connection.execute(here.order_by(FIELD.c.name)):
        fields.setdefault((home, source, stream), []).append(field)
    of = (RUN.c.home, RUN.c.source, RUN.c.stream)
    whole = select(*of, func.max(RUN.c.finished)).where(RUN.c.outcome.in_(("complete", "empty"))).group_by(*of)
    read = {(home, source, stream): finished for home, source, stream, finished in connection.execute(whole)}
    listed = []
    for home, source, stream, name, owner, purpose, rows, first, last in found:
        spot = (home, source, stream)
        own = tuple(fields.get(spot, ()))
        listed.append(Dataset(*spot, name, owner, purpose, rows, first, last, own, read.get(spot)))
    return listed
