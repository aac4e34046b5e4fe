"""The default is beyond the limit set for it."""

from pydantic import Field

from conformance.reference import Reference, ReferenceConfig


class BeyondItsLimitConfig(ReferenceConfig):
    """The docket refuses more than 200 rows."""

    page_size: int = Field(default=500, ge=1, le=200)


class BeyondItsLimit(Reference):
    """The docket, with these settings."""

    Config = BeyondItsLimitConfig
    breaks = frozenset({"CF-07"})


ADAPTER = BeyondItsLimit
