"""The crosswalk was written from the old list of causes; L04 came later, and is in the recording."""

from conformance.reference import Reference


class LacksACode(Reference):
    """The hub does what it can with the text of such a case."""

    breaks = frozenset({"TX-02"})


ADAPTER = LacksACode
