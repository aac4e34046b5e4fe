"""A setting bears a name that every source has: it can never be given."""

from conformance.reference import Reference, ReferenceConfig


class NameTakenConfig(ReferenceConfig):
    """``home`` is the district whose cases are read."""

    home: str = "330110"


class NameTaken(Reference):
    """The docket, with these settings."""

    Config = NameTakenConfig
    breaks = frozenset({"CF-10"})


ADAPTER = NameTaken
