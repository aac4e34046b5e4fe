"""A case without parties gets those of the case before."""

import hub.api as hub
from conformance.reference import Reference


class SameParties(Reference):
    """The court sends the parties of joined cases once, with the first."""

    breaks = frozenset({"RC-12"})
    joined: tuple[hub.DraftParty, ...] = ()

    def draft(self, item: hub.Item) -> hub.Draft:
        """One case."""
        made = super().draft(item)
        if made.parties:
            self.joined = tuple(made.parties)
        made.parties = list(self.joined)
        return made


ADAPTER = SameParties
