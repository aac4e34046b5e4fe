"""The department is a word instead of a code."""

from dataclasses import replace

from conformance.reference import Reference


class DepartmentInWords(Reference):
    """The reference docket, for the courts."""

    breaks = frozenset({"LD-11"})
    manifest = replace(Reference.manifest, department="court")


ADAPTER = DepartmentInWords
