"""Takes the matter out of a form itself, and a form without one for a sign of life."""

from collections.abc import Sequence
from dataclasses import replace
from json import loads

import hub.api as hub
from conformance.unusual.form_pushes import FormPushes


class LooksIntoTheForm(FormPushes):
    """The office was said to send empty forms at night."""

    breaks = frozenset({"IN-09"})
    webhook = FormPushes.manifest.webhook or hub.Webhook()
    manifest = replace(FormPushes.manifest, webhook=replace(webhook, envelope=hub.Envelope(format="form", single=True)))

    def items(self, page: hub.Page) -> Sequence[hub.Item]:
        """The matter of each form that has one."""
        return [loads(row["bizContent"]) for row in page.rows if row.get("bizContent")]


ADAPTER = LooksIntoTheForm
