"""Verifies who puts a document and when, and not the document."""

from dataclasses import replace

import hub.api as hub
from conformance.unusual.xml_pushes import XmlPushes


class SignsNoDocument(XmlPushes):
    """A document was not to be read twice."""

    breaks = frozenset({"IN-03"})
    webhook = XmlPushes.manifest.webhook or hub.Webhook()
    signing = hub.Signing(fields=("{app_key}", "{timestamp}", "{nonce}", "{path}"), joiner="\n")
    manifest = replace(XmlPushes.manifest, webhook=replace(webhook, signing=signing))


ADAPTER = SignsNoDocument
