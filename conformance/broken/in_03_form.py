"""Signs who knocks and when, as the docket's first page has it, and none of the fields that tell the matter."""

from dataclasses import replace

import hub.api as hub
from conformance.unusual.form_pushes import FormPushes


class SignsNoWords(FormPushes):
    """The secret, the application and the time: whatever else stands in the form may be another's."""

    breaks = frozenset({"IN-03"})
    manifest = replace(
        FormPushes.manifest,
        webhook=hub.Webhook(
            signing=hub.Signing(
                fields=("{app_secret}", "{app_key}", "{timestamp}", "{nonce}"), algorithm="md5", place="body",
                key_name="appKey", timestamp_name="timestamp", nonce_name="nonce", sign_name="sign",
            ),
            content_types=("application/x-www-form-urlencoded",),
            envelope=hub.Envelope(format="form", items="bizContent", single=True),
            answer="success", answer_type="text/plain",
        ),
    )  # fmt: skip


ADAPTER = SignsNoWords
