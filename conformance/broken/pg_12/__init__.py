"""Pages by number through a list that moves, and does not claim the total that would show it."""

from dataclasses import replace

import hub.api as hub
from conformance.reference import Reference


class TotalNotClaimed(Reference):
    """A docket in order of update time. An updated row goes to the end, and the next page begins one row too late."""

    breaks = frozenset({"PG-12"})
    manifest = replace(
        Reference.manifest,
        capabilities=Reference.manifest.capabilities - {hub.Capability.COUNTED},
        streams=(hub.Stream(request=hub.Request(
            path="/cases", paging=hub.PageNumber(page="page", size="size", rows=100), since=hub.Since(param="since"),
        )),),
    )  # fmt: skip
    pages = hub.Adapter.pages


ADAPTER = TotalNotClaimed
