"""Nothing where the rows should be is read as no rows, and no flag says otherwise."""

from dataclasses import replace

import hub.api as hub
from conformance.reference import Reference


class NullIsNoRows(Reference):
    """On a day without cases the docket once answered null."""

    breaks = frozenset({"ER-07"})
    manifest = replace(
        Reference.manifest,
        envelope=hub.Envelope(items="rows", total="total", message="message", clock="as_of", empty_values=(None,)),
    )


ADAPTER = NullIsNoRows
