"""Verifies pushes by what is no secret: the number of the application, which stands in every push."""

from dataclasses import replace

import hub.api as hub
from conformance.unusual.pushed_too import PushedToo


class BelievesTheNumber(PushedToo):
    """The docket's paper says "verified by the application", and the number was the first field of that name."""

    breaks = frozenset({"IN-01"})
    webhook = PushedToo.manifest.webhook or hub.Webhook()
    manifest = replace(PushedToo.manifest, webhook=replace(webhook, secret="app_key"))  # noqa: S106 - a name


ADAPTER = BelievesTheNumber
