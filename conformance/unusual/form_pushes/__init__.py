"""A street's complaints office that pushes forms: one matter as JSON in ``bizContent``, signed field by field.

The signature stands among the fields, an MD5 over all of them by name with the secret in front.
"""

from dataclasses import replace

import hub.api as hub
from conformance.unusual.push_only import PushOnly


class FormPushes(PushOnly):
    """The matters of the office that only pushes, one in each form."""

    manifest = replace(
        PushOnly.manifest, name="form_pushes", title="Office that pushes forms", title_zh="以表单推送的来源",
        webhook=hub.Webhook(
            signing=hub.Signing(
                fields=("{app_secret}", "{params}", "{timestamp}"), algorithm="md5", timestamp="ms", place="body",
                key_name="appKey", timestamp_name="timestamp", nonce_name="", sign_name="sign",
            ),
            content_types=("application/x-www-form-urlencoded",),
            envelope=hub.Envelope(format="form", items="bizContent", single=True),
            answer="success", answer_type="text/plain",
        ),
    )  # fmt: skip


ADAPTER = FormPushes
