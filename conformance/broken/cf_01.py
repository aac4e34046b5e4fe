"""A number must be a number: it cannot come from an environment variable."""

from pydantic import Field

from conformance.reference import Reference, ReferenceConfig


class NumbersOnlyConfig(ReferenceConfig):
    """``page_size`` in rows."""

    page_size: int = Field(default=100, ge=1, le=200, strict=True)


class NumbersOnly(Reference):
    """The docket, with these settings."""

    Config = NumbersOnlyConfig
    breaks = frozenset({"CF-01"})


ADAPTER = NumbersOnly
