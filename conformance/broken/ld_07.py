"""The name is written as people write it."""

from dataclasses import replace

from conformance.reference import Reference


class NameAsSpoken(Reference):
    """The reference docket, by its full name."""

    breaks = frozenset({"LD-07"})
    manifest = replace(Reference.manifest, name="Reference-Docket")


ADAPTER = NameAsSpoken
