"""What people put right stays right: over later pulls, a remap and a replay, and until it is lifted (law L9)."""

import itertools
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
from filling import Filler, dispute
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from standing import Clock
from world import NewUrl, write

from conformance.lab import Lab
from hub.casework.corrections import correct, lift, read_value
from hub.casework.journal import events
from hub.casework.linker import Linker
from hub.casework.timeline import timeline
from hub.engine.history import remap, replay
from hub.engine.local import LocalEngine
from hub.errors import StoreError
from hub.mapping.heads import head, subjects
from hub.registry import Registry
from hub.settings import Settings
from hub.settings import load as load_settings
from hub.store import audit, corrections
from hub.store.cases import placed
from hub.store.corrections import Ref
from hub.store.database import Database
from hub.store.driver import HEAD
from hub.store.maintain import check
from hub.store.show import show
from hub.store.store import Store
from hub.store.subjects import pack, unpack
from hub.store.vault import Keyring
from schemas.party import Party, Step
from schemas.place import Place
from schemas.record import DisputeRecord
from schemas.taxonomy import load

TAXONOMY = load()
NOW = datetime(2026, 3, 5, 2, 0, tzinfo=UTC)
HOME = "331024"
RECORD: Ref = (HOME, 1)
BY = "person:chen"
WRONG, RIGHT = "990101199001010000", "990101199001010027"  # of no region there is; check digits fit
SEEN_BY_ALL = ["title", "item", "category", "region", "stage", "parties", "method", "confidence", "evidence"]


@pytest.fixture
def store(database: Database, keyring: Keyring) -> Store:
    return Store(database, keyring)


@pytest.fixture
def filler(store: Store) -> Filler:
    return Filler(store.database, store.keyring)


def matter(revision: int = 1, **told: Any) -> DisputeRecord:
    whole = {
        "title": "张三丰与李四海的事",
        "detail": "张三丰说，李四海欠他钱",
        "place": Place(address="仙居县福应街道一号", region="331024000000"),
        "parties": (Party(name="张三丰", id_type="111", id_number=WRONG), Party(name="李四海", role="2")),
        "stage": "mediating",
        "ref": "浙信〔2026〕000123号",
    }
    return dispute("a", "D0201", revision=revision, **{**whole, **told})


def put_right(store: Store, field: str, given: Any, record: Ref = RECORD, reason: str = "电话里核过") -> Ref:
    value = read_value(field, given, TAXONOMY, NOW)
    with store.database.transaction() as connection:
        return correct(connection, store, record, field, value, by=BY, reason=reason, now=NOW)


def lifted(store: Store, ref: Ref) -> None:
    with store.database.transaction() as connection:
        lift(connection, store, ref, by=BY, reason="误改", now=NOW)


def heads(store: Store, record: Ref = RECORD) -> dict[str, Any]:
    columns = ", ".join((*HEAD, "subjects", "version"))
    with store.database.reading() as connection:
        row = connection.execute(text(f"SELECT {columns} FROM record WHERE id = {record[1]}")).one()
    return dict(row._mapping) | {"subjects": row.subjects and bytes(row.subjects)}


def body(store: Store, version: int | None = None) -> Any:
    return show(store.database, store.keyring, *RECORD, version=version, clear=True).body


PARTIES = [
    {"name": "王五湖", "id_number": RIGHT, "phone": "13800001111"},
    {"name": "仙居某公司", "role": "2", "kind": "2"},
]
VALUES = {
    "item": "D0302",
    "region": "330106",
    "address": "西湖区文三路二号",
    "stage": "settled",
    "parties": PARTIES,
}
CORRECTED = {
    "item": {"item": "D0302", "category": "D03", "method": "person", "confidence": 1.0, "evidence": "person"},
    "region": {"region": "330106000000"},
    "address": {},
    "stage": {"stage": "settled"},
    "parties": {"parties": 2},
}
LATER = {"title": "王五湖的事又说了一次", "stage": "unsettled", "place": Place(region="331001000000")}


@pytest.mark.parametrize("field", VALUES)
def test_a_correction_is_kept_by_a_newer_version_and_lifting_it_brings_back_the_mapping(
    store: Store, filler: Filler, field: str
) -> None:
    filler.page(matter())
    first = heads(store)
    ref = put_right(store, field, VALUES[field])
    assert heads(store) == {**first, **CORRECTED[field], "subjects": heads(store)["subjects"]}
    right = body(store)[field] if field in ("stage", "parties") else body(store)

    filler.page(matter(2, **LATER))
    plain = DisputeRecord.model_validate(matter(2, **LATER)).model_dump(mode="json", exclude_none=True)
    mapped = dict(zip(HEAD, head(plain), strict=True)) | {
        "subjects": pack(subjects(plain), store.keyring.hash),
        "version": 2,
    }
    found = heads(store)
    assert found["version"] == 2
    assert {name: found[name] for name in CORRECTED[field]} == CORRECTED[field]
    if field != "parties":
        assert found == {**mapped, **CORRECTED[field]}
    if field in ("stage", "parties"):
        assert body(store)[field] == right
    assert body(store, version=1)["title"] == "张三丰与李四海的事"

    lifted(store, ref)
    assert heads(store) == mapped
    assert body(store) == show(store.database, store.keyring, *RECORD, version=2, clear=True).body
    with store.database.reading() as connection:
        assert corrections.corrections(connection, RECORD, standing=True) == []
        (row,) = corrections.corrections(connection, RECORD)
    assert (row.state, row.ended_by, row.ended_why) == ("lifted", BY, "误改")


@pytest.mark.parametrize("field", VALUES)
def test_the_mapping_s_own_word_stays_in_the_versions(store: Store, filler: Filler, field: str) -> None:
    filler.page(matter())
    with store.database.reading() as connection:
        before = connection.execute(text("SELECT body FROM version")).scalars().all()
    put_right(store, field, VALUES[field])
    with store.database.reading() as connection:
        assert connection.execute(text("SELECT body FROM version")).scalars().all() == before
    shown = body(store)
    told = {
        "item": lambda: shown["classification"]["item"],
        "region": lambda: shown["place"]["region"],
        "address": lambda: shown["place"]["address"],
        "stage": lambda: shown["stage"],
        "parties": lambda: [party["name"] for party in shown["parties"]],
    }[field]()
    assert told == {"region": "330106000000", "parties": ["王五湖", "仙居某公司"]}.get(field, VALUES[field])


def test_corrected_parties_are_those_it_is_found_by(store: Store, filler: Filler) -> None:
    filler.page(matter())
    hashed = store.keyring.hash
    put_right(store, "parties", PARTIES)
    found = {(mark.kind, mark.hash) for mark in unpack(heads(store)["subjects"])}
    assert ("id", hashed("id", RIGHT)) in found and ("phone", hashed("phone", "13800001111")) in found
    assert ("id", hashed("id", WRONG)) not in found
    assert "ref" in {kind for kind, _ in found}
    filler.page(matter(2))
    assert {(mark.kind, mark.hash) for mark in unpack(heads(store)["subjects"])} == found


def test_names_before_and_after_are_masked_wherever_they_stand(store: Store, filler: Filler) -> None:
    filler.page(matter())
    put_right(store, "parties", PARTIES)
    filler.page(matter(2, title="王五湖和张三丰的事", detail="王五湖说，张三丰来过"))
    view = show(store.database, store.keyring, *RECORD)
    told = orjson.dumps(view.body).decode() + heads(store)["title"]
    assert not any(name in told for name in ("王五湖", "张三丰", "李四海"))
    assert [row.field for row in view.corrected] == ["parties"]


def test_a_correction_marks_its_record_to_be_linked(store: Store, filler: Filler) -> None:
    filler.page(matter())
    for change in (lambda: put_right(store, "stage", "settled"), lambda: lifted(store, (HOME, 1))):
        with store.database.transaction() as connection:
            connection.execute(text("DELETE FROM link"))
        change()
        with store.database.reading() as connection:
            assert connection.execute(text("SELECT home, record, version FROM link")).all() == [(*RECORD, 1)]


def test_a_later_correction_takes_the_place_of_the_first(store: Store, filler: Filler) -> None:
    filler.page(matter())
    first, second = put_right(store, "item", "D0302"), put_right(store, "item", "D0101")
    assert heads(store)["item"] == "D0101"
    with store.database.reading() as connection:
        assert [row.state for row in corrections.corrections(connection)] == ["replaced", "standing"]
    with pytest.raises(StoreError, match="replaced"):
        lifted(store, first)
    lifted(store, second)
    assert heads(store)["item"] == "D0201"


def test_several_fields_lie_over_one_another(store: Store, filler: Filler) -> None:
    filler.page(matter())
    refs = [put_right(store, field, VALUES[field]) for field in VALUES]
    filler.page(matter(2, **LATER))
    wanted = {name: value for field in VALUES for name, value in CORRECTED[field].items()}
    assert {name: heads(store)[name] for name in wanted} == wanted
    lifted(store, refs[0])
    assert (heads(store)["item"], heads(store)["region"]) == ("D0201", "330106000000")


def test_a_record_without_corrections_is_left_as_it_is(store: Store, filler: Filler) -> None:
    other = dispute("b", "D0201", stage="mediating", revision=1)
    filler.page(matter(), other)
    put_right(store, "stage", "settled")
    filler.page(matter(2), dispute("b", "D0101", stage="unsettled", revision=2))
    assert (heads(store, (HOME, 2))["stage"], heads(store, (HOME, 2))["item"]) == ("unsettled", "D0101")


def test_it_is_audited_and_its_reason_names_nobody(store: Store, filler: Filler) -> None:
    filler.page(matter())
    ref = put_right(store, "parties", PARTIES, reason=f"张三丰来电 13800001111，其实是王五湖 {RIGHT}")
    with store.database.reading() as connection:
        entries = connection.execute(text("SELECT action, entry FROM audit ORDER BY no")).all()
        assert audit.verify(connection).sound
        (row,) = corrections.corrections(connection)
    action, entry = entries[-1]
    told = orjson.loads(entry)
    assert action == "record.corrected"
    assert (told["user"], told["field"], told["record"], told["correction"]) == (
        "chen",
        "parties",
        1,
        f"{HOME}-{ref[1]}",
    )
    for words in (entry, row.why):
        assert not any(each in words for each in ("张三丰", "13800001111", RIGHT, WRONG))
    with store.database.reading() as connection:
        stored = b"".join(bytes(each) for each in connection.execute(text("SELECT body FROM correction")).scalars())
    assert "王五湖".encode() not in stored and RIGHT.encode() not in stored


def test_a_deleted_record_and_a_repeated_word_are_refused(store: Store, filler: Filler) -> None:
    filler.page(matter())
    put_right(store, "stage", "settled")
    with pytest.raises(StoreError, match="to that before"):
        put_right(store, "stage", "settled")
    with pytest.raises(StoreError, match="no record"):
        put_right(store, "stage", "settled", (HOME, 99))
    filler.page(matter(2, deleted=True))
    with pytest.raises(StoreError, match="deleted"):
        put_right(store, "stage", "judged")


@pytest.mark.parametrize(
    ("field", "given", "told"),
    [
        ("item", "D0203x", "no item"),
        ("stage", "setled", "no such stage"),
        ("region", "999999", "no such region"),
        ("address", " ", "says something"),
        ("parties", [], "at least one"),
        ("parties", "张三丰", "a list"),
        ("parties", [{"nome": "甲"}], "no such field"),
        ("parties", [{"role": "1"}], "says who it is"),
        ("parties", [{"name": "甲", "id_number": "990101199001010007", "id_type": "111"}], "identity.check_digit"),
        ("title", "x", "no field"),
    ],
)
def test_what_is_no_value_of_its_field_is_refused_without_repeating_it(field: str, given: Any, told: str) -> None:
    with pytest.raises(StoreError, match=told) as error:
        read_value(field, given, TAXONOMY, NOW)
    assert "990101" not in str(error.value) and "张三丰" not in str(error.value)


def test_while_there_are_none_nothing_is_asked_of_them(
    store: Store, filler: Filler, monkeypatch: pytest.MonkeyPatch
) -> None:
    filler.page(matter())
    monkeypatch.setattr(corrections.orjson, "loads", lambda _: pytest.fail("opened"))
    with store.database.reading() as connection:
        assert corrections.overlay(connection, store.keyring, [RECORD]) == {}
    filler.page(matter(2))


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab(("dispute_code",)) as lab:
        yield lab


def test_a_remap_and_a_replay_of_all_history_keep_it(lab: Lab, new_url: NewUrl, tmp_path: Path) -> None:
    Keyring.create(tmp_path / "keyring.json")
    config = write(lab, tmp_path)
    config.write_text(config.read_text().replace(f"sqlite:///{tmp_path}/yiwang.db", new_url()))
    hub, registry = load_settings(config), Registry.load()
    with Store.open(hub.store.url, hub.store.keys) as store:
        assert not any(report.failed for report in LocalEngine(hub, store).run_once(["dispute_code"]))
        with store.database.reading() as connection:
            home, number, was = connection.execute(
                text("SELECT home, id, item FROM record WHERE item IS NOT NULL AND item <> 'D0302' ORDER BY id")
            ).first()  # type: ignore[misc]
        record = (home, number)
        ref = put_right(store, "item", "D0302", record)
        with store.database.transaction() as connection:  # as if the mapping had changed: every record is made anew
            connection.execute(text("UPDATE record SET content = :none"), {"none": b"\0"})
        done = remap(hub, store, registry, "dispute_code")
        replay(hub, store, registry, "dispute_code")
        assert done.counts.stored > 100
        assert (was, "D0302") not in done.moves and ("D0302", was) not in done.moves
        found = heads(store, record)
        assert (found["item"], found["method"], found["version"]) == ("D0302", "person", 2)
        with store.database.transaction() as connection:
            lift(connection, store, ref, by=BY, reason="误改", now=NOW)
        assert heads(store, record)["item"] == was


def test_the_linker_sees_what_was_put_right_and_the_case_goes_by_it(store: Store, filler: Filler) -> None:
    place = {"address": "余杭区仓前街道文一西路998号3幢2单元501室", "region": "330110012000"}
    leak = "楼上卫生间防水层失效，漏水浸泡我家主卧顶棚和地板，物业多次协调无果，要求赔偿装修损失并修复。"
    opened = "2026-03-02T01:00:00Z"
    right = (Party(name="王五湖", id_type="111", id_number=RIGHT), Party(name="李四海", role="2"))
    wrong = (Party(name="赵六安", id_type="111", id_number=WRONG), Party(name="钱七", role="2"))
    filler.page(
        dispute("P1", "D0401", parties=right, place=Place(**place), detail=leak, opened=opened), source="petition"
    )
    elsewhere = Place(address="临平区南苑街道迎宾路5号", region="330113001000")
    said = "楼上漏水，业主不肯修，主卧顶棚泡坏，要求赔偿。"
    filler.page(dispute("M1", "D0401", parties=wrong, place=elsewhere, detail=said, opened=opened), source="mediation")

    def cases() -> list[tuple[str, int]]:
        with store.database.reading() as connection:
            found = connection.execute(
                text("SELECT item, records FROM case_file WHERE merged_into IS NULL AND records > 0 ORDER BY records")
            )
            return [tuple(row) for row in found]  # type: ignore[misc]

    linker = Linker(Settings(path=Path("none.toml"), home=HOME), store, clock=Clock(NOW))
    linker.drain()
    assert len(cases()) == 2
    ref = put_right(
        store, "parties", [{"name": "王五湖", "id_number": RIGHT}, {"name": "李四海", "role": "2"}], (HOME, 2)
    )
    put_right(store, "address", place["address"], (HOME, 2))
    put_right(store, "region", place["region"], (HOME, 2))
    linker.drain()
    assert cases() == [("D0401", 2)]
    put_right(store, "item", "D0402", (HOME, 2))
    linker.drain()
    assert cases() == [("D0402", 2)], "what a person chose is the surest"
    with store.database.reading() as connection:
        kinds = [row.kind for row in events(connection, [row.code for row in placed(connection, [(HOME, 2)]).values()])]
    assert kinds.count("corrected") == 4
    lifted(store, ref)
    linker.drain()
    with store.database.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM link")).scalar_one() == 0


def test_a_name_put_right_is_masked_on_the_timeline_too(store: Store, filler: Filler) -> None:
    filler.page(matter(steps=(Step(at="2026-03-02T01:00:00Z", action="走访", note="王五湖与张三丰都在场"),)))
    Linker(Settings(path=Path("none.toml"), home=HOME), store, clock=Clock(NOW)).drain()
    put_right(store, "parties", PARTIES)
    with store.database.reading() as connection:
        code = placed(connection, [RECORD])[RECORD].code
        told = orjson.dumps([asdict(each) for each in timeline(connection, store, code)], default=str).decode()
    assert "走访" in told and "corrected" in told
    assert "王五湖" not in told and "张三丰" not in told


STEPS = st.one_of(
    st.tuples(
        st.just("pull"), st.sampled_from(["D0101", "D0201", None]), st.sampled_from(["mediating", "judged", None])
    ),
    st.tuples(st.just("item"), st.sampled_from(["D0302", "D0401"]), st.none()),
    st.tuples(st.just("stage"), st.sampled_from(["settled", "closed"]), st.none()),
    st.tuples(st.just("region"), st.sampled_from(["330106", "331024"]), st.none()),
    st.tuples(st.just("lift"), st.sampled_from(["item", "stage", "region"]), st.none()),
)
_KEYS = itertools.count(1)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(STEPS, min_size=1, max_size=12))
def test_whatever_comes_in_whatever_order_what_stands_lies_over_what_was_told_last(
    store: Store, filler: Filler, steps: list[tuple[str, Any, Any]]
) -> None:
    key, said, stands = f"k{next(_KEYS)}", {}, {}
    told = dispute(key, revision=1)
    filler.page(told)
    with store.database.reading() as connection:
        record = (HOME, connection.execute(text("SELECT id FROM record WHERE key = :key"), {"key": key}).scalar_one())
    for at, (what, one, other) in enumerate(steps, 2):
        if what == "pull":
            told = dispute(key, one, revision=at, stage=other, title=f"第 {at} 次")
            filler.page(told)
        elif what == "lift":
            if one in said:
                lifted(store, said.pop(one))
                del stands[one]
        elif stands.get(what) != one:
            said[what], stands[what] = put_right(store, what, one, record), one
    plain = told.model_dump(mode="json", exclude_none=True)
    wanted = dict(zip(HEAD, head(plain), strict=True))
    if "item" in stands:
        wanted |= {**CORRECTED["item"], "item": stands["item"], "category": stands["item"][:3]}
    wanted |= {"stage": stands["stage"]} if "stage" in stands else {}
    wanted |= {"region": f"{stands['region']}000000"} if "region" in stands else {}
    found = heads(store, record)
    assert {name: found[name] for name in HEAD} == wanted
    with store.database.reading() as connection:
        standing = corrections.corrections(connection, record, standing=True)
    assert {row.field: (row.home, row.id) for row in standing} == said


@pytest.mark.parametrize(
    ("damage", "found"),
    [
        ("UPDATE correction SET record = 99 WHERE id = 2", "correction.no_record"),
        ("UPDATE correction SET state = 'standing'", "correction.twice"),
        ("UPDATE correction SET field = 'stage', key_id = (SELECT key_id FROM raw), body = (SELECT body FROM raw) "
         "WHERE id = 2", "correction.sealed"),
    ],
)  # fmt: skip
def test_the_check_of_the_store_looks_at_corrections(store: Store, filler: Filler, damage: str, found: str) -> None:
    filler.page(matter())
    put_right(store, "item", "D0302")
    put_right(store, "item", "D0401")
    assert check(store.database, store.keyring) == []
    with store.database.transaction() as connection:
        connection.execute(text(damage))
    assert [each.code for each in check(store.database, store.keyring)] == [found]
