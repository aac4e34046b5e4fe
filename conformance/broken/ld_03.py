"""The day is taken when the module is loaded, and stands still in a worker that lives for weeks."""

from datetime import UTC, datetime

from conformance.reference import Reference

TODAY = datetime.now(UTC).date()


class DayOfTheImport(Reference):
    """A day to tell what is overdue by."""

    breaks = frozenset({"LD-03"})
    today = TODAY


ADAPTER = DayOfTheImport
