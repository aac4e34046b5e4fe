"""A refusal is raised as an error, and so tried again until it is dead."""

import hub.api as hub
from conformance.reference.delivering import DeliveringReference


class RaisesNo(DeliveringReference):
    """What is not filed has failed."""

    breaks = frozenset({"DL-06"})
    blocks = frozenset({"DL-07"})

    def receipt(self, page: hub.Page) -> hub.Receipt:
        """A receipt, or an error."""
        said = super().receipt(page)
        if not said.accepted:
            raise hub.SourceReplyInvalid(f"the docket did not file a paper: {said.reason}")
        return said


ADAPTER = RaisesNo
