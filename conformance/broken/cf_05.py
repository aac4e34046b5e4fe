"""The password of the test system is in the code."""

from pydantic import SecretStr

from conformance.reference import Reference, ReferenceConfig


class PasswordOfTheTestSystemConfig(ReferenceConfig):
    """``password`` is that of the reading account."""

    password: SecretStr | None = SecretStr("Reader@123")


class PasswordOfTheTestSystem(Reference):
    """The docket, with these settings."""

    Config = PasswordOfTheTestSystemConfig
    breaks = frozenset({"CF-05"})


ADAPTER = PasswordOfTheTestSystem
