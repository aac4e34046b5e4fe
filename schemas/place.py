"""Where a dispute happened."""

from schemas.party import Personal


class Place(Personal):
    """A place: the address as written, the region it resolved to, and coordinates with their datum.

    ``region`` is a 12-digit statistical code (town + 000), a 6-digit county code + 000000, the 12 digits that settings
    give a grid of a source's own (at sea), its county's first, or ``000000`` when unknown.
    ``org_path`` holds province .. grid, as many of the six levels as the source told. Coordinates are degrees in
    ``datum`` (GCJ-02, BD-09, CGCS2000, WGS-84); none are converted on the way in.
    """

    address: str | None = None
    region: str = "000000"
    org_path: tuple[str, ...] = ()
    lng: float | None = None
    lat: float | None = None
    datum: str | None = None
