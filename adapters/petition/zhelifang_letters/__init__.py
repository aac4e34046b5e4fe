"""Letters of the petition office (浙里访): three kinds of advice, reports on what went wrong, leads on neglect."""

from adapters.petition.zhelifang_letters.adapter import hub_adapters

__all__ = ["hub_adapters"]
