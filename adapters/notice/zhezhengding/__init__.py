"""Work notices to officials (浙政钉)."""

from adapters.notice.zhezhengding.adapter import hub_adapters

__all__ = ["hub_adapters"]
