"""Knows throttling by its status, and not by the hotline's own code for it."""

from dataclasses import replace

import hub.api as hub
from conformance.unusual.no_total import NoTotal


class ThrottlingByStatusOnly(NoTotal):
    """The code stands on the last page of the interface's description."""

    breaks = frozenset({"ER-04"})
    manifest = replace(
        NoTotal.manifest, envelope=hub.Envelope(ok="code", ok_values=("00",), items="result", message="desc")
    )


ADAPTER = ThrottlingByStatusOnly
