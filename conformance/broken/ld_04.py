"""The day is taken when the adapter is made."""

from datetime import UTC, datetime, timedelta

from conformance.reference import Reference, ReferenceConfig


class DayItWasMade(Reference):
    """It would read from ninety days before."""

    breaks = frozenset({"LD-04"})

    def __init__(self, config: ReferenceConfig) -> None:
        super().__init__(config)
        self.first = datetime.now(UTC) - timedelta(days=90)


ADAPTER = DayItWasMade
