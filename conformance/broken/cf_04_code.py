"""What the gateway lends is called a code, and is a password."""

from conformance.reference import Reference, ReferenceConfig


class PlainCodeConfig(ReferenceConfig):
    """``app_code`` is sent with each call; whoever has it may ask."""

    app_code: str = ""


class PlainCode(Reference):
    """The docket, with these settings."""

    Config = PlainCodeConfig
    breaks = frozenset({"CF-04"})


ADAPTER = PlainCode
