"""A reply that calls itself GBK is decoded as GBK, and what that lacks is left out."""

import json
from collections.abc import Sequence

import hub.api as hub
from conformance.unusual.legacy_encoding import LegacyEncoding


class DecodedAsGbk(LegacyEncoding):
    """The codec of that name knows neither 㛃 nor 𠮷: the name of the encoding is older than its characters."""

    breaks = frozenset({"RC-14"})

    def items(self, page: hub.Page) -> Sequence[hub.Item]:
        """The rows, decoded once more."""
        rows: list[hub.Item] = json.loads(page.content.decode("gbk", errors="ignore"))["rows"]
        return rows


ADAPTER = DecodedAsGbk
