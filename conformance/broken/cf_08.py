"""A limit was lowered: instances that had a larger value no longer come up."""

from pydantic import Field

from conformance.reference import Reference, ReferenceConfig


class LowerLimitConfig(ReferenceConfig):
    """The docket refuses more than 100 rows since its last release."""

    page_size: int = Field(default=100, ge=1, le=100)


class LowerLimit(Reference):
    """The docket, with these settings."""

    Config = LowerLimitConfig
    breaks = frozenset({"CF-08"})


ADAPTER = LowerLimit
