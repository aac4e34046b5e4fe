"""The drafts carry codes, and nobody says of which list."""

from dataclasses import replace

from conformance.reference import Reference


class CodesOfNoList(Reference):
    """The reference docket, codes and all."""

    breaks = frozenset({"LD-12"})
    manifest = replace(Reference.manifest, code_system="")


ADAPTER = CodesOfNoList
