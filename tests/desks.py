"""A source as an adapter's `deliver` sees it: it notes what is posted and answers with one body."""

import json as codec
from collections.abc import Mapping
from typing import Any

from hub.api import Delivery, Order, Page


class Desk:
    """Answers each post with ``body``; ``posted`` are paths with what was sent there."""

    name = "desk"

    def __init__(self, body: Mapping[str, Any]) -> None:
        self.body = body
        self.posted: list[tuple[str, Any]] = []

    def post(
        self, path: str, /, *, json: Mapping[str, Any] | None = None, form: Mapping[str, Any] | None = None,
        xml: str | None = None,
    ) -> Page:  # fmt: skip
        (sent,) = [each for each in (json, form, xml) if each is not None]
        self.posted.append((path, sent))
        return Page(b"", body=self.body)


def delivery(order: Order, key: str = "k" * 64) -> Delivery:
    """An order as it comes out of the outbox: through JSON."""
    return Delivery(key, order.kind, codec.loads(codec.dumps(order.written())))
