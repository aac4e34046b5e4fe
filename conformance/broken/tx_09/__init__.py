"""Code and label of one object come from two lines of the list of items."""

from conformance.reference import Reference


class LabelsTheNeighbour(Reference):
    """The label says D0401, the code D0402: the reviewer read the one, the hub reads the other."""

    breaks = frozenset({"TX-09"})


ADAPTER = LabelsTheNeighbour
