"""The machine's clock, as the hub reads it. Everything that needs the time takes a clock, so that tests may set it."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """Now: aware, UTC."""
    return datetime.now(UTC)
