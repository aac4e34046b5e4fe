"""The label is the adapter's own wording instead of the docket's."""

from dataclasses import replace

import hub.api as hub
from conformance.reference import Reference

LABELS = {"L01": "民间借贷纠纷", "L02": "相邻关系纠纷", "L03": "物业服务合同纠纷", "L04": "离婚纠纷"}


class SpeaksItsOwnWords(Reference):
    """The wording is better, and nobody can look it up at the docket."""

    breaks = frozenset({"TX-04"})

    def draft(self, item: hub.Item) -> hub.Draft:
        """One case, its cause in plain words."""
        draft = super().draft(item)
        return replace(draft, label=LABELS.get(draft.code or "", draft.label), extra={"cause": draft.label})


ADAPTER = SpeaksItsOwnWords
