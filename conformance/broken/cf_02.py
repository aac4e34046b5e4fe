"""Settings nobody knows are passed over in silence."""

from pydantic import ConfigDict

from conformance.reference import Reference, ReferenceConfig


class AnythingGoesConfig(ReferenceConfig):
    """Room for what may come."""

    model_config = ConfigDict(extra="ignore")


class AnythingGoes(Reference):
    """The docket, with these settings."""

    Config = AnythingGoesConfig
    breaks = frozenset({"CF-02"})


ADAPTER = AnythingGoes
