"""The module uses a part of a library that it does not import: it works wherever somebody else did."""

import urllib

from conformance.reference import Reference

PREFIX = urllib.request.quote("案件")  # type: ignore[attr-defined]


class LeansOnOthersImports(Reference):
    """Everything but its first lines is right."""

    breaks = frozenset({"LD-01"})


ADAPTER = LeansOnOthersImports
