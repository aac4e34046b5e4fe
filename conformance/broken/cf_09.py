"""Settings may be changed while it runs."""

from pydantic import ConfigDict

from conformance.reference import Reference, ReferenceConfig


class ChangeableConfig(ReferenceConfig):
    """The token is written back when it has been renewed."""

    model_config = ConfigDict(frozen=False)


class Changeable(Reference):
    """The docket, with these settings."""

    Config = ChangeableConfig
    breaks = frozenset({"CF-09"})


ADAPTER = Changeable
