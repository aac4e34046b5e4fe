"""A role the adapter does not know is logged, with whose it is."""

import logging

import hub.api as hub
from conformance.reference import Reference

log = logging.getLogger(__name__)


class LogsUnknownRoles(Reference):
    """So that somebody adds it to the table."""

    breaks = frozenset({"PV-03"})

    def draft(self, item: hub.Item) -> hub.Draft:
        """One case, and a word about a role that is new."""
        made = super().draft(item)
        for party in made.parties:
            if party.role not in (None, "1", "申请人", "被申请人"):
                log.warning("role %s of %s", party.role, party.name)
        return made


ADAPTER = LogsUnknownRoles
