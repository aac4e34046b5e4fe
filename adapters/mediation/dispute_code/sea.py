"""Grids at sea (海上枫桥): what an instance's settings tell of them. No list of them is public."""

from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

import hub.api as hub
from schemas.regions import region


class SeaGrid(BaseModel):
    """One grid. ``region`` are the 12 digits it is listed under: its county's, and six that no town there has."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    region: str = Field(pattern=r"^[0-9]{12}$")
    name: str = Field(min_length=1)

    @model_validator(mode="after")
    def _apart(self) -> Self:
        county = region(self.region[:6])
        if county is None or county.level != "county" or region(self.region) is not None:
            raise ValueError("region is a county's six digits and six more that no town in it bears")
        return self

    def __str__(self) -> str:
        return f"{self.region} {self.name}"


class DisputeCodeConfig(hub.AdapterConfig):
    """``sea_grids`` are grids at sea by the code a dispute tells (``seaGridCode``), each with a place of its own."""

    sea_grids: dict[str, SeaGrid] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _each_its_own(self) -> Self:
        if len({each.region for each in self.sea_grids.values()}) < len(self.sea_grids):
            raise ValueError("two grids at sea have one region")
        return self


def at_sea(config: DisputeCodeConfig, code: str | None) -> dict[str, Any]:
    """Where a grid lies, as fields of a draft; of one that the settings do not know, its code only."""
    grid = config.sea_grids.get(code) if code else None
    return {"grid": code, "grid_region": grid.region, "org_path": (grid.name,)} if grid else {"grid": code}
