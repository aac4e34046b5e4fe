"""The hook lost its decorator."""

import hub.api as hub
from conformance.reference import Reference, ReferenceConfig


class NobodyIsTold(Reference):
    """Right in itself."""

    breaks = frozenset({"LD-06"})


def hub_adapters() -> list[type[hub.Adapter[ReferenceConfig]]]:
    """The adapter of this package."""
    return [NobodyIsTold]


ADAPTER = NobodyIsTold
