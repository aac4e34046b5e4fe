"""The checks, one module a family and some beside them; importing this fills `conformance.check.CHECKS`."""

from importlib import import_module
from importlib.util import find_spec

from conformance.check import FAMILIES

BESIDE = {"people": "PV", "labels": "TX", "roles": "TX"}
"""Modules with more checks of a family, which would be too long a module in one."""

MODULES = tuple(name for module in (*FAMILIES.values(), *BESIDE) if find_spec(name := f"{__name__}.{module}"))
"""The modules there are: those of families in the order their checks run."""

for _module in MODULES:
    import_module(_module)
