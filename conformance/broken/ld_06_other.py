"""The hook brings the class this one was copied from."""

import hub.api as hub
from conformance.reference import Reference, ReferenceConfig


class CopiedAndForgotten(Reference):
    """Right in itself."""

    breaks = frozenset({"LD-06"})


@hub.hookimpl
def hub_adapters() -> list[type[hub.Adapter[ReferenceConfig]]]:
    """The adapter of this package."""
    return [Reference]


ADAPTER = CopiedAndForgotten
