"""Who is no respondent in the docket's word for it has filed."""

from dataclasses import replace

import hub.api as hub
from conformance.reference import Reference

ROLES = ("申请人", "被申请人", "第三人")


class EverybodyElseFiled(Reference):
    """The author had met three roles."""

    breaks = frozenset({"TX-21"})

    def draft(self, item: hub.Item) -> hub.Draft:
        """One case, its parties in roles the hub knows."""
        draft = super().draft(item)
        parties = [each if each.role in ROLES else replace(each, role="1") for each in draft.parties]
        return replace(draft, parties=parties)


ADAPTER = EverybodyElseFiled
