"""The password of the single sign-on is plain text."""

from conformance.reference import Reference, ReferenceConfig


class PlainPasswordConfig(ReferenceConfig):
    """``sso_password`` opens the court's intranet."""

    sso_password: str = ""


class PlainPassword(Reference):
    """The docket, with these settings."""

    Config = PlainPasswordConfig
    breaks = frozenset({"CF-04"})


ADAPTER = PlainPassword
