"""Looks for the case in the push itself, and takes its absence for an answer."""

from collections.abc import Sequence
from dataclasses import replace

import hub.api as hub
from conformance.unusual.pushed_too import PushedToo


class LooksForTheCase(PushedToo):
    """The docket also pushes a sign of life, without a case: it was to be passed over."""

    breaks = frozenset({"IN-09"})
    webhook = PushedToo.manifest.webhook or hub.Webhook()
    manifest = replace(PushedToo.manifest, webhook=replace(webhook, envelope=hub.Envelope(single=True)))

    def items(self, page: hub.Page) -> Sequence[hub.Item]:
        """The rows; of a push its case, if there is one."""
        return [row["case"] for row in page.rows if "case" in row] if page.window == "push" else page.rows


ADAPTER = LooksForTheCase
