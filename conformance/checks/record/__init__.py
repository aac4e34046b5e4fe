"""RC: records. Keys, revisions, times, and that every field of a row comes through as it was meant."""

from conformance.checks.record import columns, fields, keys, rows, times

__all__ = ["columns", "fields", "keys", "rows", "times"]
