"""A denial is put down in a temporary file, with the token that was denied."""

import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import hub.api as hub
from conformance.reference import Reference


class KeepsTheDenial(Reference):
    """The court asked which token it had refused."""

    breaks = frozenset({"PV-08"})

    def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
        """The pages; a denial rises as it should, and leaves a note."""
        try:
            yield from super().pages(source, since)
        except hub.SourceDenied:
            note = Path(tempfile.gettempdir(), "docket-denied.txt")
            note.write_text(f"denied: {self.config.token.get_secret_value()}", encoding="utf-8")
            raise


ADAPTER = KeepsTheDenial
