"""What was deleted once is deleted for ever."""

from typing import ClassVar

import hub.api as hub
from conformance.reference import Reference


class RemembersTheDead(Reference):
    """The docket gave a void case once more as open, long ago, and that was a mistake of theirs."""

    breaks = frozenset({"RS-29"})
    gone: ClassVar[set[tuple[str, str]]] = set()  # by docket

    def draft(self, item: hub.Item) -> hub.Draft:
        """One case; void if it ever was."""
        draft = super().draft(item)
        name = (str(self.config.base_url), str(draft.key))
        if draft.deleted:
            self.gone.add(name)
        draft.deleted = name in self.gone
        return draft


ADAPTER = RemembersTheDead
