"""The channel is a word of the author's own."""

from dataclasses import replace

from conformance.reference import Reference


class ChannelInWords(Reference):
    """The reference docket, through the court's door."""

    breaks = frozenset({"LD-08", "TX-07"})
    manifest = replace(Reference.manifest, channel="COURT")


ADAPTER = ChannelInWords
