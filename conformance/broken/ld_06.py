"""The hook is misspelt."""

import hub.api as hub
from conformance.reference import Reference, ReferenceConfig


class NobodyFindsIt(Reference):
    """Right in itself."""

    breaks = frozenset({"LD-06"})


@hub.hookimpl
def hub_adaptors() -> list[type[hub.Adapter[ReferenceConfig]]]:
    """The adapter of this package."""
    return [NobodyFindsIt]


ADAPTER = NobodyFindsIt
