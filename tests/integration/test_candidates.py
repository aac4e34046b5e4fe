"""What candidates are weighed by: a phone or name counts for as little between two cases as it does on a page."""

import pytest
from filling import Filler, dispute
from test_linker import link

from hub.casework.candidates import Candidates
from hub.casework.linking.score import Scorer, Weights
from hub.store.database import Database
from hub.store.store import Store
from hub.store.vault import Keyring
from schemas.party import Party

DESK = "13800000001"
CALLERS = ("赵一曼", "钱二民", "孙三立", "李四光", "周五常", "吴六奇", "郑七星", "王八达")


@pytest.fixture
def store(database: Database, keyring: Keyring) -> Store:
    return Store(database, keyring)


@pytest.mark.parametrize(("callers", "tells"), [(2, True), (len(CALLERS), False)])
def test_a_desks_phone_tells_nothing_of_two_standing_records(
    store: Store, keyring: Keyring, callers: int, tells: bool
) -> None:
    calls = (
        dispute(f"H{no}", detail=f"来电反映第{no}件事", parties=(Party(name=name, phone=DESK),))
        for no, name in enumerate(CALLERS[:callers])
    )
    Filler(store.database, keyring).page(*calls, source="hotline")
    link(store)
    with store.database.reading() as connection:
        ((one, other),) = [connection.exec_driver_sql("SELECT home, id FROM record ORDER BY id LIMIT 2").fetchall()]
        pair = (tuple(one), tuple(other))
        verdict = Candidates(keyring, Scorer(Weights.load())).compare(connection, [pair])[pair]  # type: ignore[list-item,index]
    assert any("phone" in reason for reason in verdict.reasons) == tells, verdict.reasons
