"""Receipts as most platforms give them: one object that says whether a word was taken, a number, and why if not."""

from typing import Any, NamedTuple

import hub.api as hub

TAKEN, NOT_TAKEN = "1", "0"


class ReceiptFields(NamedTuple):
    """The names of a receipt's fields; ``more`` are kept beside, as they are told."""

    accepted: str
    number: str
    reason: str
    more: tuple[str, ...] = ()

    def receipt(self, told: Any) -> hub.Receipt:
        """What was told as a receipt. Raises SourceReplyInvalid where it does not say ``0`` or ``1``: nobody knows then
        whether it was taken, which is no refusal."""
        said = str(told.get(self.accepted)) if isinstance(told, dict) else ""
        if said not in (TAKEN, NOT_TAKEN):
            raise hub.SourceReplyInvalid(f'an answer without a receipt: "{self.accepted}" says neither 0 nor 1')
        body = {name: told.get(name) or "" for name in self.more}
        return hub.Receipt(said == TAKEN, told.get(self.number) or "", told.get(self.reason) or "", body)
