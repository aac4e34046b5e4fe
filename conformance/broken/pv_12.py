"""Every record bears a link that opens the case, with the token in it."""

from dataclasses import replace

import hub.api as hub
from conformance.reference import Reference


class LinksWithTheToken(Reference):
    """The link works, for everybody to whom the record comes."""

    breaks = frozenset({"PV-12"})

    def draft(self, item: hub.Item) -> hub.Draft:
        """One case with its link."""
        link = f"https://docket.example/{item['case_no']}?token={self.config.token.get_secret_value()}"
        return replace(super().draft(item), extra={"link": link})


ADAPTER = LinksWithTheToken
