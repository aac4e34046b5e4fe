"""A row of the crosswalk leads to an item that does not exist: D01 ends with D0104."""

from conformance.reference import Reference


class MapsToNowhere(Reference):
    """The row is one that this recording does not need, so that nothing else shows it."""

    breaks = frozenset({"TX-01"})


ADAPTER = MapsToNowhere
