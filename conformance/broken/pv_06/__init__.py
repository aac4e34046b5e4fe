"""One phone number of the recording was left as it came: it is that of an operator's hotline, and rings."""

from conformance.reference import Reference


class RecordsAPhone(Reference):
    """The adapter is right, its recording is not."""

    breaks = frozenset({"PV-06"})


ADAPTER = RecordsAPhone
