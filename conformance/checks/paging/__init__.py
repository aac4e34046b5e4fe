"""PG: a read ends, and between its first and its last page nothing is lost, doubled or invented."""

from conformance.checks.paging import ends, totals, turns

__all__ = ["ends", "totals", "turns"]
