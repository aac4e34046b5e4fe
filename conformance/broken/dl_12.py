"""A source that knows no keys is told to be one that does."""

from dataclasses import replace

import hub.api as hub
from conformance.unusual.unkeyed import Unkeyed


class SaysKeyed(Unkeyed):
    """``keyed`` is the default, and the pager ignores the header."""

    breaks = frozenset({"DL-12", "DL-14"})
    delivering = Unkeyed.manifest.delivering or hub.Delivering(kinds=())
    manifest = replace(Unkeyed.manifest, delivering=replace(delivering, keyed=True, key_header="Idempotency-Key"))


ADAPTER = SaysKeyed
