"""A time that the adapter reads itself is taken for UTC."""

from datetime import UTC, datetime

from conformance.unusual.own_times import OwnTimes


class TermInUtc(OwnTimes):
    """A naive datetime was refused, so it was given a zone."""

    breaks = frozenset({"RC-08"})

    def term(self, told: str | None) -> datetime | str | None:
        """Day, month, year."""
        try:
            return datetime.strptime(told or "", "%d/%m/%Y %H:%M").replace(tzinfo=UTC)
        except ValueError:
            return told


ADAPTER = TermInUtc
