"""What the store tells: figures that add up, lists that go on, views that mask."""

from typing import Any

import pytest
from filling import NOW, Filler, dispute
from sqlalchemy import text

from hub.batch import COMPLETE, Refusal
from hub.errors import StoreError
from hub.store import masking, progress, read
from hub.store.database import Database
from hub.store.show import raw_bytes, show
from hub.store.vault import Keyring
from schemas.party import Party, Resolution, Step
from schemas.place import Place
from schemas.record import Classification, DisputeRecord, Reference

NUMBER = "990101199001010037"  # of no region
PHONE = "13800000001"


@pytest.fixture
def filler(database: Database, keyring: Keyring) -> Filler:
    return Filler(database, keyring)


def ask(database: Database, question: Any, *args: Any, **how: Any) -> Any:
    with database.reading() as connection:
        return question(connection, *args, **how)


def keys(rows: list[Any]) -> list[str]:
    return [row.key for row in rows]


# figures


def test_the_last_run_of_each_stream_and_the_sums_of_some(database: Database, filler: Filler) -> None:
    filler.page(dispute("1"), dispute("2", "D0101"))
    second, _ = filler.page(dispute("1"), dispute("3"))
    other, _ = filler.page(dispute("9"), source="petition", home="330110")
    last = ask(database, read.runs_last)
    assert [(run.source, run.home, run.id) for run in last] == [
        ("court", "331024", second),
        ("petition", "330110", other),
    ]
    assert (last[0].fetched, last[0].stored, last[0].unchanged, last[0].unmapped) == (2, 1, 1, 1)
    assert last[0].outcome == COMPLETE
    totals = ask(database, read.run_totals, [("331024", second), ("330110", other)])
    assert totals == read.RunTotals(
        runs=2, pages=2, fetched=3, stored=2, unchanged=1, superseded=0, deleted=0, rejected=0, unmapped=2
    )
    assert ask(database, read.run_totals, []).runs == 0


def test_counts_are_of_live_records_only(database: Database, filler: Filler) -> None:
    filler.page(
        dispute("1", "D0101"), dispute("2", "D0102"), dispute("3", "D2101"), dispute("4"), dispute("5", "D0101")
    )
    filler.page(dispute("5", "D0101", revision=2, deleted=True))
    assert ask(database, read.category_counts) == {"D01": 2, "D21": 1, None: 1}
    assert ask(database, read.item_counts) == {"D0101": 1, "D0102": 1, "D2101": 1, None: 1}


def test_coverage_tells_how_far_items_were_found(database: Database, filler: Filler) -> None:
    def coded(key: str, code: str | None, item: str | None, category: str | None, method: str) -> DisputeRecord:
        found = Classification(item=item, category=category, method=method, code=code, label=code and f"类 {code}")  # type: ignore[arg-type]
        return dispute(key, classification=found)

    filler.page(
        coded("1", "A", "D0101", "D01", "adapter_crosswalk"),
        coded("2", "A", "D0101", "D01", "adapter_crosswalk"),
        coded("3", "B", "D2101", "D21", "department_crosswalk"),
        coded("4", "B", None, "D21", "proposal"),
        coded("5", "C", None, None, "unmapped"),
        coded("6", "C", None, None, "unmapped"),
        coded("7", None, "D0102", "D01", "text"),
    )
    filler.page(dispute("1"), source="petition")
    court, petition = ask(database, read.coverage)
    assert (court.source, court.records, court.mapped, court.rest, court.proposed) == ("court", 7, 4, 1, 1)
    assert court.methods == {"adapter_crosswalk": 2, "department_crosswalk": 1, "proposal": 1, "text": 1, "unmapped": 2}
    assert (court.items, court.codes, court.codes_mapped, court.codes_proposed) == (3, 3, 1, 2)
    assert (court.share, court.share_without_rest) == (4 / 7, 3 / 7)
    assert (petition.records, petition.mapped, petition.codes, petition.share) == (1, 0, 0, 0.0)
    unmapped = ask(database, read.unmapped_codes)
    assert [(row.source, row.code, row.count) for row in unmapped] == [
        ("court", "C", 2),
        ("court", "B", 1),
        ("petition", None, 1),
    ]
    assert len(ask(database, read.unmapped_codes, limit=1)) == 1


def test_an_empty_store_answers_everything(database: Database) -> None:
    for question in (read.runs_last, read.coverage, read.unmapped_codes, read.records, read.rejections,
                     read.watermarks, read.ledger_gaps, read.source_states):  # fmt: skip
        assert ask(database, question) == []
    assert ask(database, read.category_counts) == ask(database, read.item_counts) == {}
    assert ask(database, read.record_by_id, 1) == ask(database, read.record_by_key, "1") == []
    assert ask(database, read.storage).raw_came == 0


def test_a_gap_of_the_ledger_is_told_until_a_later_read_closes_it(database: Database, filler: Filler) -> None:
    run, _ = filler.page(dispute("1"), announced=3, window="2026-03-01/2026-03-01")
    filler.page(dispute("2"), announced=1, window="2026-03-02/2026-03-02")
    filler.page(dispute("3"), window="2026-03-03/2026-03-03")
    (gap,) = ask(database, read.ledger_gaps)
    assert (gap.window, gap.run, gap.announced, gap.fetched) == ("2026-03-01/2026-03-01", run, 3, 1)
    filler.page(dispute("1"), dispute("4"), dispute("5"), announced=3, window="2026-03-01/2026-03-01")
    assert ask(database, read.ledger_gaps) == []


def test_watermarks_and_states_and_storage(database: Database, filler: Filler) -> None:
    filler.page(dispute("1"))
    with database.transaction() as connection:
        progress.set_source_state(connection, "331024", "court", now=NOW, paused=1, reason="moving house")
    (mark,) = ask(database, read.watermarks)
    assert (mark.source, mark.value) == ("court", "2026-03-02T00:00:00.000000Z")
    (state,) = ask(database, read.source_states)
    assert (state.paused, state.reason, state.failures) == (1, "moving house", 0)
    storage = ask(database, read.storage)
    assert (storage.rows["record"], storage.rows["version"], storage.rows["rejection"]) == (1, 1, 0)
    assert storage.bytes > 10_000
    assert 0 < storage.raw_came < storage.raw_kept  # a tiny page: sealing and zstd add more than they save


# lists


def test_records_are_found_by_what_one_knows(database: Database, filler: Filler) -> None:
    filler.page(
        dispute("1", "D0101", title="Ceiling leaks 100%", place=Place(region="331024001000")),
        dispute("2", "D0102", title="欠薪 100 元", place=Place(region="331021000000")),
        dispute("3", title="欠薪"),
        dispute("4", "D0101", title="欠薪", deleted=True),
    )
    filler.page(dispute("1", "D0101"), source="petition")
    found = {
        "12 3": keys(ask(database, read.records, source="court")),
        "4": keys(ask(database, read.records, deleted=True)),
        "item": keys(ask(database, read.records, item="D0101", source="court")),
        "category": keys(ask(database, read.records, category="D01", source="court")),
        "unmapped": keys(ask(database, read.records, unmapped=True)),
        "region": keys(ask(database, read.records, region="331024")),
        "text": keys(ask(database, read.records, text="欠薪")),
        "any case": keys(ask(database, read.records, text="CEILING")),
        "no pattern": keys(ask(database, read.records, text="100%")),
        "nothing": keys(ask(database, read.records, text="没有")),
    }
    assert found == {
        "12 3": ["1", "2", "3"],
        "4": ["4"],
        "item": ["1"],
        "category": ["1", "2"],
        "unmapped": ["3"],
        "region": ["1"],
        "text": ["2", "3"],
        "any case": ["1"],
        "no pattern": ["1"],
        "nothing": [],
    }


def test_lists_go_on_where_they_stopped(database: Database, filler: Filler) -> None:
    filler.page(*(dispute(str(no)) for no in range(5)))
    filler.page(*(dispute(str(no)) for no in range(5, 8)), source="petition", home="330110")
    seen: list[str] = []
    after = None
    while page := ask(database, read.records, after=after, limit=3):
        assert len(page) <= 3
        seen += keys(page)
        after = (page[-1].home, page[-1].id)
    assert seen == ["5", "6", "7", "0", "1", "2", "3", "4"]


def test_a_record_is_found_by_number_and_by_key(database: Database, filler: Filler) -> None:
    filler.page(dispute("（2026）浙1024民初1号"), dispute("X"))
    filler.page(dispute("X", deleted=True), source="petition", home="330110")
    (first,) = ask(database, read.record_by_key, "（2026）浙1024民初1号")
    assert ask(database, read.record_by_id, first.id, home="331024") == [first]
    assert ask(database, read.record_by_id, first.id, home="999999") == []
    assert first in ask(database, read.record_by_id, first.id)
    assert [row.source for row in ask(database, read.record_by_key, "X")] == ["petition", "court"]
    assert [row.source for row in ask(database, read.record_by_key, "X", source="court")] == ["court"]


def test_rejections_are_listed_by_source_code_and_state(database: Database, filler: Filler) -> None:
    bad = tuple(Refusal(no, f"item {no}".encode(), "key.missing", "key", "no key") for no in range(3))
    filler.page(refusals=(*bad, Refusal(3, b"item 3", "time.unknown", "opened", "no time")))
    filler.page(refusals=bad[:1], source="petition")
    assert [row.item_no for row in ask(database, read.rejections, source="court")] == [0, 1, 2, 3]
    assert [row.field for row in ask(database, read.rejections, code="time.unknown")] == ["opened"]
    first, second = ask(database, read.rejections, source="court", limit=2)
    assert [row.item_no for row in ask(database, read.rejections, source="court", after=(second.home, second.id))] == [
        2,
        3,
    ]
    with database.transaction() as connection:
        connection.execute(text(f"UPDATE rejection SET state = 'replayed' WHERE home = '331024' AND id = {first.id}"))
    assert len(ask(database, read.rejections)) == 4
    assert len(ask(database, read.rejections, state=None)) == 5
    assert [row.id for row in ask(database, read.rejections, state="replayed")] == [first.id]


# views


def _filled_everywhere() -> DisputeRecord:
    """Each field holds something, and people wherever people can be."""
    who = "李小龙"
    return dispute(
        "K1",
        "D0101",
        title=f"张三丰与{who}之争 {PHONE}",
        detail=f"张三丰（{NUMBER}）诉{who}欠款，电话 {PHONE}，代理人王五四，责任人赵六七",
        opened=NOW,
        happened="2026-03-01",
        due=NOW,
        closed=NOW,
        stage="filed",
        status="1",
        status_label="已立案",
        place=Place(
            address="浙江省台州市玉环市某某路12号301室", region="331021001000", org_path=("浙江省",), lng=121.23456,
            lat=28.12345, datum="GCJ-02",
        ),
        amount_fen=1,
        people=2,
        scale="1",
        parties=(
            Party(
                name="张三丰", role="1", kind="1", id_type="111", id_number=NUMBER, phone=PHONE, gender="1",
                ethnicity="01", education="20", person_class="10", address="浙江省台州市玉环市某某路12号301室",
                agent="王五四",
            ),
            Party(name=who, role="2"),
            Party(name="某某健身有限公司", role="2", kind="2", id_number="910000000000000000"),
        ),
        steps=(Step(at=NOW, action=f"{who}来访", body="司法所", note=f"打 {PHONE}", key="s1"),),
        references=(Reference(kind="petition", number="991024202603010001"),),
        resolution=Resolution(
            method="1", organisation="调委会", responsible="赵六七", contact=PHONE, success=True,
            situation=f"{who}已付", assessed="2026-03-01", opinion="张三丰满意",
        ),
        extra={"经办人": "孙悟空"},
    )  # fmt: skip


PERSONAL = ["张三丰", "李小龙", "王五四", "赵六七", "孙悟空", NUMBER, PHONE, "某某路12号", "121.234", "28.123"]


def test_a_view_shows_the_whole_descent_and_no_person(database: Database, keyring: Keyring, filler: Filler) -> None:
    _, raw = filler.page(_filled_everywhere())
    run, second = filler.page(_filled_everywhere().model_copy(update={"revision": 2}))
    (head,) = ask(database, read.records)
    view = show(database, keyring, head.home, head.id)
    assert [
        (each.version, each.raw, each.item_no, each.adapter, each.mapping, each.key_id) for each in view.versions
    ] == [
        (1, raw, 0, "court 1.0", "m1", keyring.current),
        (2, second, 0, "court 1.0", "m1", keyring.current),
    ]
    assert (view.shown, view.clear, view.versions[1].run, view.head) == (2, False, run, head)
    shown = repr(view.body) + repr(view) + repr(head)
    assert [each for each in PERSONAL if each in shown] == []
    assert view.body["parties"][0]["name"] == "张**"
    assert view.body["parties"][0]["phone"] == "138****0001"
    assert view.body["parties"][2]["name"] == "某某健身有限公司"
    assert view.body["references"][0]["number"] == "991024202603010001"
    assert view.body["detail"].startswith("张**（990") and "李**欠款" in view.body["detail"]
    assert view.body["place"] | {"address": ""} == {
        "address": "", "region": "331021001000", "org_path": ["浙江省"], "lng": 121.23, "lat": 28.12, "datum": "GCJ-02",
    }  # fmt: skip
    assert view.body["extra"] == {"经办人": "***"}
    assert view.body["revision"] == 2
    assert show(database, keyring, head.home, head.id, version=1).body["revision"] == 1


def test_a_clear_view_gives_the_record_back_and_hides_it_from_logs(
    database: Database, keyring: Keyring, filler: Filler
) -> None:
    filler.page(_filled_everywhere())
    (head,) = ask(database, read.records)
    view = show(database, keyring, head.home, head.id, clear=True)
    assert view.clear
    assert DisputeRecord.model_validate(view.body) == _filled_everywhere()
    assert [each for each in PERSONAL if each in f"{view} {view!r}"] == []


def test_what_is_not_there_or_does_not_open_is_an_error(database: Database, keyring: Keyring, filler: Filler) -> None:
    _, raw = filler.page(dispute("1"), dispute("2"))
    first, second = ask(database, read.records)
    for number, version in ((99, None), (first.id, 7)):
        with pytest.raises(StoreError, match="no record"):
            show(database, keyring, "331024", number, version=version)
    with pytest.raises(StoreError, match="no raw page"):
        raw_bytes(database, keyring, "331024", 99)
    with database.transaction() as connection:  # one record's body in the other's place
        swap = (
            f"UPDATE version SET body = (SELECT body FROM version WHERE record = {first.id}) WHERE record = {second.id}"
        )
        connection.execute(text(swap))
        connection.execute(text(f"UPDATE raw SET key_id = 'k7' WHERE id = {raw}"))
    with pytest.raises(StoreError, match="does not open"):
        show(database, keyring, "331024", second.id)
    with pytest.raises(StoreError, match="no key k7"):
        raw_bytes(database, keyring, "331024", raw)


def test_a_raw_page_comes_back_as_it_came(database: Database, keyring: Keyring, filler: Filler) -> None:
    _, raw = filler.page(dispute("1"))
    keyring.rotate()
    assert raw_bytes(database, keyring, "331024", raw) == f"page 1 of court: 张三丰 {PHONE}".encode()


@pytest.mark.parametrize(
    ("model", "rules"),
    [(DisputeRecord, masking.RECORD), (Party, masking.PARTY), (Step, masking.STEP), (Place, masking.PLACE),
     (Resolution, masking.RESOLUTION)],
)  # fmt: skip
def test_every_field_has_a_rule(model: Any, rules: dict[str, Any]) -> None:
    assert set(rules) == set(model.model_fields)


def test_a_field_without_a_rule_is_hidden_and_the_body_is_left_alone() -> None:
    body = {
        "key": "K",
        "nickname": "老张",
        "parties": [{"name": "张三丰", "nickname": "老张"}],
        "extra": {},
        "detail": "",
    }
    shown = masking.masked(body)
    assert shown == {
        "key": "K",
        "nickname": "***",
        "parties": [{"name": "张**", "nickname": "***"}],
        "extra": {},
        "detail": "",
    }
    assert body["nickname"] == "老张"
