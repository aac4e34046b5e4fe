"""The docket is asked once whether it is well: "busy" behind the first page is the end of the list."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import hub.api as hub
from conformance.reference import Reference


class FlagOfTheFirstPage(Reference):
    """The flag is looked at where the read begins."""

    breaks = frozenset({"ER-17"})
    manifest = replace(
        Reference.manifest, envelope=hub.Envelope(items="rows", message="message", clock="as_of"),
        capabilities=Reference.manifest.capabilities - {hub.Capability.COUNTED},
    )  # fmt: skip

    def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
        """The pages, unless the first says that it failed."""
        for number, page in enumerate(super().pages(source, since)):
            if not number and page.body["code"] != 0:
                raise hub.SourceUnavailable("the docket is busy", adapter="reference", path="/cases")
            yield page


ADAPTER = FlagOfTheFirstPage
