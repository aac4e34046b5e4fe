"""The checks, one module a family; importing this package fills `conformance.check.CHECKS`."""

from importlib import import_module
from importlib.util import find_spec

from conformance.check import FAMILIES

MODULES = tuple(name for family in FAMILIES.values() if find_spec(name := f"{__name__}.{family}"))
"""The family modules there are, in the order their checks run."""

for _module in MODULES:
    import_module(_module)
