"""What several tests of the mapping start from."""

import pytest
from normalizing import FETCHED, MANIFEST

from hub.mapping.mapper import Mapper
from hub.mapping.normalize import Normalizer
from schemas.draft import Draft
from schemas.record import DisputeRecord
from schemas.taxonomy import load


@pytest.fixture(scope="module")
def normalizer() -> Normalizer:
    return Normalizer(MANIFEST, source="sheet_a", mapper=Mapper(load()))


@pytest.fixture
def record(normalizer):
    def make(**draft: object) -> DisputeRecord:
        return normalizer.record(Draft(**{"key": "k1"} | draft), stream="records", fetched=FETCHED)

    return make
