"""Takes a void case for deleted only where no other file hangs on it."""

import hub.api as hub
from conformance.reference import Reference


class FilesKeepItAlive(Reference):
    """Whoever looks up the other file was to find this one."""

    breaks = frozenset({"RS-11"})

    def draft(self, item: hub.Item) -> hub.Draft:
        """One case; with related files it lives on."""
        draft = super().draft(item)
        draft.deleted = draft.deleted and not draft.references
        return draft


ADAPTER = FilesKeepItAlive
