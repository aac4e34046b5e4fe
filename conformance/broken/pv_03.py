"""A log line for debugging names who filed each case."""

import logging

import hub.api as hub
from conformance.reference import Reference

log = logging.getLogger(__name__)


class LogsWhoFiled(Reference):
    """At a level nobody shows, until somebody does."""

    breaks = frozenset({"PV-03"})

    def draft(self, item: hub.Item) -> hub.Draft:
        """One case, and a word about it."""
        log.debug("%s filed by %s", item["case_no"], (item.get("party") or {}).get("name"))
        return super().draft(item)


ADAPTER = LogsWhoFiled
