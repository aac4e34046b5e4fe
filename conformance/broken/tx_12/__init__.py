"""The crosswalk knows L03 as one of village rules, and the docket has given the number to property fees since."""

from conformance.reference import Reference


class OldNumbers(Reference):
    """The code is found in the table, and nobody looks at the words."""

    breaks = frozenset({"TX-12"})


ADAPTER = OldNumbers
