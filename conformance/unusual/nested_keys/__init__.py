"""What identifies a case stands further in, beside its time and its state; a name at the top has a dot itself."""

from dataclasses import replace

import hub.api as hub
from conformance.reference import Reference


class NestedKeys(Reference):
    """The docket as a bus hands it on."""

    manifest = replace(Reference.manifest, name="nested_keys")

    def draft(self, item: hub.Item) -> hub.Draft:
        """One case, out of its parts."""
        base = item["base"]
        told = {"case_no": base["no"], "updated": base.get("updated"), "state": base.get("state")}
        return super().draft({**item, **told, "cause_code": item.get("cause.code")})


ADAPTER = NestedKeys
