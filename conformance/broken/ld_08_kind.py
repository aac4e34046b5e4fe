"""The kind is a word of the author's own."""

from dataclasses import replace

from conformance.reference import Reference


class KindInWords(Reference):
    """The reference docket of a tribunal."""

    breaks = frozenset({"LD-08"})
    manifest = replace(
        Reference.manifest,
        kind="tribunal",  # type: ignore[arg-type]
    )


ADAPTER = KindInWords
