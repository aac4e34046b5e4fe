"""OP: an adapter shares its process with the hub and its neighbours, for months, and takes no more than it needs."""

from conformance.checks.operate import neighbours, pages, process, steps

__all__ = ["neighbours", "pages", "process", "steps"]
