"""How pages follow each other, as a table of a mapping file."""

from collections.abc import Mapping
from typing import Literal, Self

from pydantic import Field, model_validator

import hub.api as hub

Paging = hub.PageNumber | hub.Keyset | hub.Offset | hub.NextToken | hub.NextLink
KINDS: Mapping[str, type[Paging]] = {
    "number": hub.PageNumber, "keyset": hub.Keyset, "offset": hub.Offset, "token": hub.NextToken, "link": hub.NextLink,
}  # fmt: skip


class PageTable(hub.Table):
    """``kind`` and what that kind has to tell; the others' names are refused. ``link`` without a path is the header."""

    kind: Literal["number", "keyset", "offset", "token", "link"] = "number"
    page: str | None = None
    size: str | None = None
    rows: int | None = Field(None, ge=1, le=10_000)
    first: int | None = None
    not_found_ends: bool | None = None
    start: str | None = None
    time: str | None = None
    key: str | None = None
    after_time: str | None = None
    after_key: str | None = None
    path: str | None = None
    param: str | None = None

    @model_validator(mode="after")
    def _of_its_kind(self) -> Self:
        names = KINDS[self.kind].__dataclass_fields__
        if foreign := sorted(self._told() - names.keys()):
            raise ValueError(f"{', '.join(foreign)}: not of kind {self.kind}, which has {', '.join(names)}")
        try:
            self.paging()
        except TypeError:
            needed = [name for name in ("time", "key", "after_time", "after_key", "path", "param") if name in names]
            raise ValueError(f"kind {self.kind} needs {', '.join(needed)}") from None
        return self

    def paging(self) -> Paging:
        """The declaration."""
        return KINDS[self.kind](**{name: getattr(self, name) for name in self._told()})

    def _told(self) -> set[str]:
        return {name for name in type(self).model_fields if name != "kind" and getattr(self, name) is not None}
