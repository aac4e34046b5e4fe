"""Words of a title are kept in the order of a set."""

import hub.api as hub
from conformance.reference import Reference


class WordsAsASet(Reference):
    """For a search; each only once."""

    breaks = frozenset({"RC-25"})

    def draft(self, item: hub.Item) -> hub.Draft:
        """One case, and the signs of its title."""
        made = super().draft(item)
        made.extra = {**made.extra, "signs": "".join(set(made.title or ""))}
        return made


ADAPTER = WordsAsASet
