"""Property fees are led to parking, two lines below."""

from conformance.reference import Reference


class ALineTooFar(Reference):
    """Code and label of the object fit each other."""

    breaks = frozenset({"TX-13"})


ADAPTER = ALineTooFar
