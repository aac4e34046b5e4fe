"""The login has no envelope: its refusal, told with 200, is read as an answer without a token."""

from dataclasses import replace

import hub.api as hub
from conformance.reference import Reference


class RefusalWithoutAWord(Reference):
    """The docket behind a login of its own (beside this file: its ``conformance.toml`` and recording)."""

    breaks = frozenset({"ER-13"})
    manifest = replace(
        Reference.manifest,
        envelope=replace(Reference.manifest.envelope, denied=(401,)),
        login=hub.Login(path="/login", fields={"user": "{username}", "password": "{password}"}, token="token"),  # noqa: S106
    )


ADAPTER = RefusalWithoutAWord
