"""Does not know the code by which the docket tells of a dead token."""

from dataclasses import replace

import hub.api as hub
from conformance.reference import Reference


class DeadTokenUnknown(Reference):
    """A docket with a login. It answers a dead token with 200 and code 40101, which no test of an hour ever meets."""

    breaks = frozenset({"ER-01", "ER-13", "NT-07"})
    manifest = replace(
        Reference.manifest,
        login=hub.Login(
            path="/login", body="json", fields={"secret": "{token}"}, token="token",  # noqa: S106 - a path
            prefix="Bearer ",
        ),
    )  # fmt: skip


ADAPTER = DeadTokenUnknown
