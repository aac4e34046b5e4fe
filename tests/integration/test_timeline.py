"""A case's life told from its records and the journal: on both engines, masked, in the order of time."""

from datetime import UTC, date, datetime
from typing import Any

import orjson
import pytest
from filling import NOW, Filler, dispute

from hub.batch import Row
from hub.casework import cases, journal
from hub.casework.journal import Noted
from hub.casework.timeline import Happened, timeline, way
from hub.contract import Manifest
from hub.errors import StoreError
from hub.mapping.heads import entry_head, subjects
from hub.mapping.mapper import Mapper
from hub.mapping.normalize import Normalizer
from hub.store.database import Database
from hub.store.store import Store
from hub.store.vault import Keyring
from hub.store.write import Transaction
from schemas.case_code import case_code
from schemas.draft import DraftDocument, DraftEntry, DraftEvent, DraftRow
from schemas.life import Stage
from schemas.party import Party, Step
from schemas.record import DisputeRecord
from schemas.taxonomy import load

S = Stage
TAXONOMY = load()
WHEN = datetime(2026, 3, 2, 1, tzinfo=UTC)
NUMBER = "（2026）浙1024民初12号"
UPDATED = 1_772_413_200_000_000  # 2026-03-02T01:00:00Z in µs
CODE = case_code("331024", date(2026, 3, 2), "TJ", 1)
OTHER = case_code("331024", date(2026, 3, 2), "TJ", 2)


@pytest.fixture
def store(database: Database, keyring: Keyring) -> Store:
    return Store(database, keyring)


@pytest.fixture
def filler(database: Database, keyring: Keyring) -> Filler:
    return Filler(database, keyring)


def stand(store: Store, *records: int) -> str:
    """Give records a case; answers its code. The first is `CODE`, the second `OTHER`."""
    with store.database.transaction() as connection:
        refs = [("331024", number) for number in records]
        day = date(2026, 3, 2)
        return cases.open_case(
            connection, store, home="331024", day=day, channel="TJ", records=refs, by="linker", at=NOW
        )


def told(store: Store, code: str = CODE, **how: Any) -> list[Happened]:
    with store.database.reading() as connection:
        return timeline(connection, store, code, **how)


def short(happened: list[Happened]) -> list[tuple[str, str, str]]:
    return [(each.at[5:16], each.source, each.kind) for each in happened]


def looked(key: str, stage: Stage, at: int, **more: Any) -> DisputeRecord:
    """A look at a record, ``at`` hours after `UPDATED`."""
    return dispute(key, revision=UPDATED + at * 3_600_000_000, stage=stage, **more)


def test_records_and_hub_stand_in_the_order_of_time(store: Store, filler: Filler) -> None:
    steps = (Step(at="2026-02-20T02:00:00Z", action="转送", body="某街道"),)
    filler.page(dispute("p", stage=S.DISPATCHED, opened="2026-02-19T01:00:00Z", steps=steps), source="petition")
    _, raw = filler.page(looked("m", S.MEDIATING, -24, opened="2026-02-21T01:00:00Z"), source="mediation")
    _, later = filler.page(
        looked("m", S.SETTLED, 0, opened="2026-02-21T01:00:00Z", closed="2026-03-01T08:00:00Z"), source="mediation"
    )
    stand(store, 1, 2)
    whole = told(store)
    assert short(whole) == [
        ("02-19T01:00", "petition", "received"),
        ("02-20T02:00", "petition", "step"),
        ("02-21T01:00", "mediation", "received"),
        ("03-01T01:00", "mediation", "stage"),
        ("03-01T08:00", "mediation", "stage"),
        ("03-02T01:00", "petition", "stage"),
        ("03-02T01:00", "hub", "issued"),
    ]
    settled, seen = whole[4], whole[5]
    assert (settled.before, settled.stage, settled.raw, settled.item) == (S.MEDIATING, S.SETTLED, ("331024", later), 0)
    assert (whole[3].raw, whole[3].version, settled.version) == (("331024", raw), 1, 2)
    assert (seen.before, seen.exact, settled.exact) == (None, False, True)
    assert not any(each.conflict for each in whole)
    went = [(at[5:10], stage) for at, stage in way(whole)]
    assert went == [("02-19", S.RECEIVED), ("03-01", S.MEDIATING), ("03-01", S.SETTLED)]


def test_a_move_nobody_told_is_a_conflict_and_is_told_once(store: Store, filler: Filler) -> None:
    for at, stage in enumerate((S.CLOSED, S.MEDIATING, S.CLOSED, S.REOPENED)):
        filler.page(looked("m", stage, at))
    stand(store, 1)
    (bad,) = [each for each in told(store) if each.conflict]
    assert (bad.before, bad.stage, bad.open, bad.event) == (S.CLOSED, S.MEDIATING, False, None)
    with store.database.transaction() as connection:
        number = journal.note(
            connection, store, CODE, kind="conflict", at=NOW, by="linker", record=("331024", 1), version=2, open=True,
            told={"before": "closed", "stage": "mediating"},
        )  # fmt: skip
    whole = told(store)
    (bad,) = [each for each in whole if each.conflict]
    assert (bad.open, bad.event, bad.source) == (True, ("331024", number), "court")
    with store.database.transaction() as connection:
        journal.settle(connection, ("331024", number), at=NOW, by="person:wang", why="source slipped")
    (bad,) = [each for each in told(store) if each.conflict]
    assert not bad.open
    assert "resolved" in {each.kind for each in told(store)}
    with store.database.transaction() as connection, pytest.raises(StoreError, match="no open conflict"):
        journal.settle(connection, ("331024", number), at=NOW, by="person:wang", why="again")


def test_a_step_stands_where_it_was_told_first(store: Store, filler: Filler) -> None:
    numbered = Step(at="2026-02-20T02:00:00Z", action="受理", key="7")
    amended = numbered.model_copy(update={"note": "补记"})
    plain, untimed = Step(at="2026-02-21T02:00:00Z", action="走访"), Step(action="调解")
    _, first = filler.page(looked("m", S.ACCEPTED, 0, steps=(numbered, plain, untimed)))
    _, second = filler.page(
        looked(
            "m",
            S.ACCEPTED,
            1,
            steps=(amended, plain, untimed, Step(action="笔录")),
        )
    )
    stand(store, 1)
    steps = {each.text: each for each in told(store) if each.kind == "step"}
    assert {name: each.raw for name, each in steps.items()} == {
        "受理": ("331024", first), "走访": ("331024", first), "调解": ("331024", first), "笔录": ("331024", second)
    }  # fmt: skip
    assert steps["受理"].note == "补记"
    assert (steps["走访"].exact, steps["调解"].exact) == (True, False)
    assert steps["调解"].at == NOW


def test_texts_are_masked_unless_clear(store: Store, filler: Filler) -> None:
    people = (Party(name="张三丰", phone="13800000001"),)
    steps = (Step(at="2026-02-20T02:00:00Z", action="走访张三丰", note="电话 13800000001", body="某街道"),)
    filler.page(dispute("m", title="张三丰欠薪", opened="2026-02-19T01:00:00Z", parties=people, steps=steps))
    stand(store, 1)
    for clear in (False, True):
        texts = " ".join(f"{each.text} {each.note}" for each in told(store, clear=clear))
        assert ("张三丰" in texts) is clear
        assert ("13800000001" in texts) is clear
        assert "张三丰" not in repr(told(store, clear=clear))


def told_apart(store: Store, *drafts: DraftEntry) -> int:
    """Put entries as a source tells them; answers the raw page."""
    manifest = Manifest(name="court", version="1.0", kind="court", stages={"done": S.JUDGED})
    made = Normalizer(manifest, source="court", mapper=Mapper(TAXONOMY)).records(drafts, stream="records", fetched=WHEN)
    rows = [
        Row(
            at,
            each["key"],
            None,
            False,
            orjson.dumps(each)[:60],
            entry_head(each),
            orjson.dumps(each),
            subjects(each),
            each["kind"],
        )
        for at, each in enumerate(made)
        if isinstance(each, dict)
    ]
    with store.database.transaction() as connection:
        writes = Transaction(connection, store.keyring, home="331024", source="court", stream="records", now=NOW)
        raw = writes.keep_raw(
            run=1, window="", digest=str(drafts).encode(), packed=b"", size=0, items=len(rows), fetched=NOW, clock=None
        )
        writes.put(rows, run=1, raw=raw, adapter="court 1.0", mapping="m1")
    return raw


def test_steps_and_papers_told_by_themselves_stand_in_it(store: Store, filler: Filler) -> None:
    filler.page(dispute("m", ref=NUMBER, parties=(Party(name="张三丰"),)))
    stand(store, 1)
    raw = told_apart(
        store,
        DraftEvent(key="e", of=("court_case", "(2026)浙1024民初12号"), at="20260220100000", action="开庭", body="法院",
                   note="张三丰到庭", status="done"),
        DraftDocument(key="d", of=("court_case", NUMBER), title="检察建议", issuer="检察院", addressee="街道",
                      issued="20260221", answered="20260225090000", answer="已整改"),
        DraftEvent(key="x", of=("court_case", "(2026)浙1024民初99号"), at="20260220100000", action="别的案"),
        DraftRow(key="r", dataset="付款", references=[("court_case", NUMBER)], begins="2026-02-21"),
    )  # fmt: skip
    apart = [each for each in told(store) if each.entry]
    assert [(each.kind, each.text, each.by, each.at[5:16], each.raw, each.item) for each in apart] == [
        ("step", "开庭", "法院", "02-20T02:00", ("331024", raw), 0),
        ("document", "检察建议", "检察院 -> 街道", "02-20T16:00", ("331024", raw), 1),
        ("answered", "检察建议", "", "02-25T01:00", ("331024", raw), 1),
    ]
    assert (apart[0].stage, "张三丰" in apart[0].note) == (S.JUDGED, False)
    assert next(each for each in told(store, clear=True) if each.entry).note == "张三丰到庭"
    told_apart(store, DraftEvent(key="e", of=("court_case", NUMBER), at="20260220100000", action="休庭"))
    assert [each.text for each in told(store) if each.entry and each.kind == "step"] == ["休庭"]


def test_the_people_of_one_record_are_masked_in_the_others(store: Store, filler: Filler) -> None:
    steps = (Step(at="2026-02-20T02:00:00Z", action="走访张三丰"),)
    filler.page(dispute("m", parties=(Party(name="张三丰"),)), dispute("p", steps=steps))
    stand(store, 1, 2)
    (step,) = [each for each in told(store) if each.kind == "step"]
    assert "张三丰" not in step.text


def test_a_tombstone_and_a_return_are_told(store: Store, filler: Filler) -> None:
    filler.page(looked("m", S.MEDIATING, 0), looked("p", S.RECEIVED, -1))
    filler.page(looked("m", S.MEDIATING, 1, deleted=True))
    filler.page(looked("m", S.MEDIATING, 2))
    filler.page(looked("m", S.SETTLED, 3))
    stand(store, 1, 2)
    whole = told(store)
    kinds = [each.kind for each in whole if each.record == ("331024", 1)]
    assert kinds == ["stage", "deleted", "returned", "stage"]
    assert [stage for _, stage in way(whole)] == [S.RECEIVED, S.MEDIATING, S.RECEIVED, S.MEDIATING, S.SETTLED]


def test_events_go_where_their_record_is_now(store: Store, filler: Filler) -> None:
    """What was written while two cases were held together is each one's own after they are taken apart."""
    filler.page(looked("a", S.MEDIATING, 0), looked("b", S.HEARING, 0))
    codes = [stand(store, 1), stand(store, 2)]
    assert codes == [CODE, OTHER]
    person = {"by": "person:wang", "at": NOW, "why": "one matter"}
    with store.database.transaction() as connection:
        assert cases.merge(connection, store, OTHER, CODE, **person) == CODE
        journal.note(connection, store, CODE, kind="corrected", at=NOW, by="person:wang", record=("331024", 2))
    together = told(store, OTHER)
    assert {each.record for each in together if each.kind == "stage"} == {("331024", 1), ("331024", 2)}
    kinds = [each.kind for each in together if each.source == "hub"]
    assert (kinds.count("issued"), kinds.count("merged")) == (2, 1)
    with store.database.transaction() as connection:
        cases.unmerge(connection, store, OTHER, CODE, **person)
    for code, record, corrected in ((CODE, 1, 0), (OTHER, 2, 1)):
        apart = told(store, code)
        assert {each.record for each in apart if each.kind == "stage"} == {("331024", record)}
        kinds = [each.kind for each in apart if each.source == "hub"]
        assert (kinds.count("issued"), kinds.count("corrected")) == (1, corrected)
        assert "unmerged" in kinds


def test_a_record_that_is_split_off_takes_its_events_along(store: Store, filler: Filler) -> None:
    filler.page(looked("a", S.MEDIATING, 0), looked("b", S.HEARING, 0))
    stand(store, 1, 2)
    with store.database.transaction() as connection:
        journal.note(connection, store, CODE, kind="corrected", at=NOW, by="person:wang", record=("331024", 2))
        new = cases.split(connection, store, CODE, [("331024", 2)], by="person:wang", at=NOW, why="two matters")
    left, gone = told(store, CODE), told(store, new)
    assert [each.kind for each in left if each.source == "hub"] == ["issued", "split"]
    assert {each.kind for each in gone if each.source == "hub"} == {"corrected", "split"}
    with store.database.transaction() as connection:
        cases.unsplit(connection, store, new, by="person:wang", at=NOW, why="one after all")
    assert "corrected" in {each.kind for each in told(store, CODE)}


def test_an_event_needs_its_case(store: Store) -> None:
    with store.database.transaction() as connection, pytest.raises(StoreError, match="no case"):
        journal.note(connection, store, CODE, kind="issued", at=NOW, by="linker")


def test_many_events_are_numbered_in_order(store: Store, filler: Filler) -> None:
    filler.page(looked("a", S.MEDIATING, 0), looked("b", S.HEARING, 0))
    stand(store, 1), stand(store, 2)
    notes = [Noted(code=(CODE, OTHER)[n % 2], kind="joined", at=NOW, by="linker", told={"n": n}) for n in range(1200)]
    with store.database.transaction() as connection:
        ids = journal.note_all(connection, notes)
    with store.database.reading() as connection:
        read = journal.events(connection, [CODE, OTHER])
    assert ids == sorted(set(ids))
    assert [each.told["n"] for each in read if each.kind == "joined"] == list(range(1200))
