"""The machine's clock, as the hub reads it. Everything that needs the time takes a clock, so that tests may set it."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """Now: aware, UTC."""
    return datetime.now(UTC)


def utc_text(when: datetime) -> str:
    """An aware time as it is written everywhere: UTC, seconds (``2026-03-02T01:00:00Z``)."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
