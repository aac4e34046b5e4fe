"""Loans and guarantees of loans are both called the same as private lending."""

from conformance.reference import Reference


class TwoAreOne(Reference):
    """A guarantee is a part of it at best: ours is the broader item."""

    breaks = frozenset({"TX-10"})


ADAPTER = TwoAreOne
