"""ER: what goes wrong at the source is told as what it is, and is never taken for an empty source."""

from conformance.checks.errors import amid, first, later, telling

__all__ = ["amid", "first", "later", "telling"]
