"""RC: records. Keys, revisions, times, and that every field of a row comes through as it was meant."""

from conformance.checks.record import (
    amounts,
    blanks,
    columns,
    fields,
    giant,
    keys,
    lengths,
    rows,
    seeds,
    sense,
    times,
    tombstones,
)

__all__ = [
    "amounts",
    "blanks",
    "columns",
    "fields",
    "giant",
    "keys",
    "lengths",
    "rows",
    "seeds",
    "sense",
    "times",
    "tombstones",
]
