"""A street's complaints office that puts XML into the inbox, signed in the head."""

from dataclasses import replace

import hub.api as hub
from conformance.unusual.push_only import PushOnly


class XmlPushes(PushOnly):
    """The matters of the office that only pushes, two in each document; a value that is missing is an empty element."""

    manifest = replace(
        PushOnly.manifest, name="xml_pushes", title="Office that puts XML", title_zh="以 XML 推送的来源",
        webhook=hub.Webhook(
            signing=hub.Signing(fields=("{app_key}", "{timestamp}", "{nonce}", "{path}", "{body}"), joiner="\n"),
            method="PUT", content_types=("text/xml", "application/xml"),
            envelope=hub.Envelope(format="xml", items="Message.Matters.Matter"),
            answer="<Ack>ok</Ack>", answer_type="text/xml",
        ),
    )  # fmt: skip


ADAPTER = XmlPushes
