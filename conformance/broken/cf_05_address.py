"""The address of the test system is in the code."""

from conformance.reference import Reference, ReferenceConfig


class AddressOfTheTestSystemConfig(ReferenceConfig):
    """``base_url`` of the docket."""

    base_url: str = "https://docket-test.lakeside.example"


class AddressOfTheTestSystem(Reference):
    """The docket, with these settings."""

    Config = AddressOfTheTestSystemConfig
    breaks = frozenset({"CF-05"})


ADAPTER = AddressOfTheTestSystem
