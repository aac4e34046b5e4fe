"""It claims something the hub has never heard of."""

from dataclasses import replace

from conformance.reference import Reference


class ClaimsTheUnknown(Reference):
    """The reference docket, and more."""

    breaks = frozenset({"LD-10"})
    manifest = replace(
        Reference.manifest,
        capabilities=Reference.manifest.capabilities | {"resumable"},  # type: ignore[arg-type]
    )


ADAPTER = ClaimsTheUnknown
