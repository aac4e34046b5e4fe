"""The adapters the suite is tried on: broken ones, each with the ids it fails, and unusual ones that are correct."""

from collections.abc import Iterable
from importlib import import_module
from pkgutil import iter_modules

from conformance import broken, unusual
from conformance.check import CHECKS
from conformance.subject import AdapterClass


def broken_adapters() -> dict[str, AdapterClass]:
    """Every broken adapter by the name of its module, in order."""
    return _adapters(broken.__name__, broken.__path__)


def unusual_adapters() -> dict[str, AdapterClass]:
    """Every unusual but correct adapter by the name of its module, in order."""
    return _adapters(unusual.__name__, unusual.__path__)


def breaks(kind: AdapterClass) -> frozenset[str]:
    """The ids a broken adapter says it fails."""
    return frozenset(kind.breaks)  # type: ignore[attr-defined]


def proven() -> dict[str, list[str]]:
    """Each check's id with the names of the broken adapters that fail it."""
    kinds = broken_adapters()
    return {id: [name for name, kind in kinds.items() if id in breaks(kind)] for id in CHECKS}


def _adapters(package: str, path: Iterable[str]) -> dict[str, AdapterClass]:
    found = {}
    for module in sorted(iter_modules(path), key=lambda each: each.name):
        loaded = import_module(f"{package}.{module.name}")
        if (kind := getattr(loaded, "ADAPTER", None)) is not None:
            found[module.name] = kind
    return found
