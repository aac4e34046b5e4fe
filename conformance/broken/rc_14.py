"""Names are led through GBK."""

from dataclasses import replace

import hub.api as hub
from conformance.reference import Reference


class NamesThroughGbk(Reference):
    """To clean them for an old printer: 㛃 and 𠮷 fall out."""

    breaks = frozenset({"RC-14"})

    def draft(self, item: hub.Item) -> hub.Draft:
        """One case; what GBK lacks is left out of the name."""
        draft = super().draft(item)
        parties = [
            replace(each, name=each.name.encode("gbk", "ignore").decode("gbk")) if each.name else each
            for each in draft.parties
        ]
        return replace(draft, parties=parties)


ADAPTER = NamesThroughGbk
