"""Code and name of a class stand in one field: ``L01-借款``."""

from dataclasses import replace

import hub.api as hub
from conformance.unusual.spaced_keys import SpacedKeys


class JoinedClass(SpacedKeys):
    """Mediation files whose class is parted at its first hyphen, as the source's own forms part it."""

    manifest = replace(
        SpacedKeys.manifest,
        name="joined_class",
        code_system="lakeside",
        title="Code and name in one",
        title_zh="类别代码与名称合写",
    )

    def draft(self, item: hub.Item) -> hub.Draft:
        """One file with its class."""
        code, _, label = (item.get("类别") or "").partition("-")
        return replace(super().draft(item), code=code or None, label=label or None)


ADAPTER = JoinedClass
