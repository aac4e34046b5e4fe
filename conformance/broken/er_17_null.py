"""``null`` in the place of the rows is an empty docket, whatever its flag says beside it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import hub.api as hub
from conformance.reference import Reference


class NullIsNone(Reference):
    """The flag is looked at where rows came with it."""

    breaks = frozenset({"ER-17"})
    manifest = replace(
        Reference.manifest, envelope=hub.Envelope(items="rows", empty_values=(None,), message="message", clock="as_of"),
        capabilities=Reference.manifest.capabilities - {hub.Capability.COUNTED},
    )  # fmt: skip

    def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
        """The pages; a list whose flag says otherwise is none, and so is no list at all."""
        for page in super().pages(source, since):
            told = page.body.get("rows", "")
            if told == "" or (told is not None and page.body["code"] != 0):
                raise hub.SourceReplyInvalid("no docket", adapter="reference", path="/cases")
            yield page


ADAPTER = NullIsNone
