"""Who is in several cases is marked by a digest of the identity number, as the hash table of a list would be."""

import hashlib
from dataclasses import replace

import hub.api as hub
from conformance.reference import Reference


class MarksPeople(Reference):
    """No number can be read out of a digest, the author thinks."""

    breaks = frozenset({"PV-14"})

    def draft(self, item: hub.Item) -> hub.Draft:
        """One case, with a mark of each party among the numbers of its matter."""
        draft = super().draft(item)
        marks = [("person", mark(each.id_number)) for each in draft.parties if each.id_number]
        return replace(draft, references=[*draft.references, *marks])


def mark(number: str) -> str:
    """The short digest many systems print."""
    return hashlib.md5(number.encode(), usedforsecurity=False).hexdigest()[8:24].upper()


ADAPTER = MarksPeople
