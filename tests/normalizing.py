"""One normaliser's manifest and clock, and what its tests ask of a record."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from hub.contract import Manifest
from schemas.identity import check_character
from schemas.life import Stage
from schemas.record import DisputeRecord

SHANGHAI = ZoneInfo("Asia/Shanghai")
FETCHED = datetime(2026, 3, 5, 2, 0, tzinfo=UTC)
MANIFEST = Manifest(
    name="sheet", version="1.0.0", kind="mediation", channel="TJ", stages={"40": Stage.SETTLED, "10": Stage.RECEIVED}
)
CITIZEN = "99010119900307001" + check_character("99010119900307001")
"""An identity number of no region, with its correct check digit."""


def notes(record: DisputeRecord) -> set[tuple[str, str]]:
    return {(note.code, note.field) for note in record.notes}
