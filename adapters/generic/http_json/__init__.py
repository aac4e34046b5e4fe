"""Any source that answers in JSON over HTTP, by a mapping file."""

from adapters.generic.http_json.adapter import hub_adapters

__all__ = ["hub_adapters"]
