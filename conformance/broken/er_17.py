"""Nobody looks at the docket's own flag: "busy", told with 200 beside an empty list, is an empty docket."""

from dataclasses import replace

import hub.api as hub
from conformance.reference import Reference


class ListWithoutItsFlag(Reference):
    """The status says whether it went well, its author thought."""

    breaks = frozenset({"ER-17"})
    manifest = replace(
        Reference.manifest, envelope=hub.Envelope(items="rows", message="message", clock="as_of"),
        capabilities=Reference.manifest.capabilities - {hub.Capability.COUNTED},
    )  # fmt: skip


ADAPTER = ListWithoutItsFlag
