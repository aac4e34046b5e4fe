"""One person of the recording was left with a number of 15 digits, as they were given until 1999."""

from conformance.reference import Reference


class RecordsAnOldNumber(Reference):
    """It has no check digit, and so did not look like a number. (Its serial, 000, was never given to anybody.)"""

    breaks = frozenset({"PV-06"})


ADAPTER = RecordsAnOldNumber
