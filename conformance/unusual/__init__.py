"""Adapters that are unusual and correct: the suite passes each of them, or it cries wolf.

Each is a package of its own with ``conformance.toml`` and recordings beside it, and names its class ``ADAPTER``.
"""

from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import hub.api as hub


def unusual_adapters() -> list[type[hub.Adapter[Any]]]:
    """All of them, by the name of their package."""
    names = sorted(module.name for module in iter_modules(__path__))
    return [import_module(f"{__name__}.{name}").ADAPTER for name in names]
