"""The manifest of a court says nothing of the channel: its cases come through no known door."""

from dataclasses import replace

from conformance.reference import Reference


class ComesFromNowhere(Reference):
    """The default is there for adapters of no kind."""

    breaks = frozenset({"TX-07"})
    manifest = replace(Reference.manifest, channel="QT")


ADAPTER = ComesFromNowhere
