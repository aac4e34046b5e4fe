"""A draft asks the environment for its channel: the same page comes out otherwise on another machine."""

import os
from dataclasses import replace

import hub.api as hub
from conformance.reference import Reference


class ChannelOfTheMachine(Reference):
    """One county's hub runs for another, and is told so by a variable."""

    breaks = frozenset({"LD-05"})

    def draft(self, item: hub.Item) -> hub.Draft:
        """One case, by the channel of this machine."""
        return replace(super().draft(item), channel=os.environ.get("DOCKET_CHANNEL", "FY"))


ADAPTER = ChannelOfTheMachine
