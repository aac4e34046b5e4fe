"""L04 is told to mean nothing the taxonomy has, and is in the crosswalk."""

from conformance.reference import Reference


class MapsTheMeaningless(Reference):
    """The list was written to get past the suite, the row to get past the list."""

    breaks = frozenset({"TX-02"})


ADAPTER = MapsTheMeaningless
