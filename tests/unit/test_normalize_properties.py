"""What holds for any draft: a record or a rejection, always the same, in any zone of the machine."""

import os
import pickle
import time
from collections.abc import Iterator
from dataclasses import fields
from datetime import UTC, date, datetime

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from normalizing import CITIZEN, FETCHED, SHANGHAI

from hub.errors import RecordRejected
from hub.mapping.normalize import Normalizer
from hub.mapping.numbers import NumberError, fen, people
from hub.mapping.times import TimeError, moment, revision
from schemas.draft import Draft, DraftParty, DraftResolution, DraftStep
from schemas.record import DisputeRecord

WORDS = st.one_of(
    st.none(),
    st.text(),
    st.sampled_from(["2026-03-02 09:12:31", "\\N", "null", "13万元", "40", "331024105", CITIZEN, "13800000001"]),
)
VALUES = st.one_of(
    WORDS,
    st.integers(),
    st.floats(),
    st.booleans(),
    st.datetimes(),
    st.dates(),
    st.binary(max_size=8),
    st.lists(st.text(max_size=3), max_size=3),
)


def drafts(values: st.SearchStrategy[object]) -> st.SearchStrategy[Draft]:
    def shaped(kind: type) -> st.SearchStrategy[object]:
        return st.builds(kind, **{each.name: values for each in fields(kind)})

    plain = {
        each.name: values
        for each in fields(Draft)
        if each.name not in ("parties", "steps", "references", "resolution", "extra", "kind")
    }
    return st.builds(
        Draft,
        **plain,
        parties=st.one_of(values, st.lists(shaped(DraftParty), max_size=2)),
        steps=st.one_of(values, st.lists(shaped(DraftStep), max_size=2)),
        references=st.one_of(values, st.lists(st.tuples(values, values), max_size=2)),
        resolution=st.one_of(values, shaped(DraftResolution)),
        extra=st.one_of(values, st.dictionaries(values.filter(lambda v: v.__hash__ is not None), values, max_size=3)),
    )


def outcome(normalizer: Normalizer, draft: Draft) -> object:
    try:
        return normalizer.record(draft, stream="records", fetched=FETCHED).model_dump_json()
    except RecordRejected as why:
        return why.reject_code, why.field, why.reason


@settings(max_examples=150, deadline=None)
@given(draft=drafts(VALUES))
def test_any_draft_is_a_record_or_a_rejection_and_always_the_same(normalizer, draft):
    before = pickle.dumps(draft)
    first = outcome(normalizer, draft)
    assert outcome(normalizer, draft) == first
    assert pickle.dumps(draft) == before


def silent(value: object) -> bool:
    """Whether a null stands anywhere in plain values."""
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return value is None or any(map(silent, inside))


@settings(max_examples=100, deadline=None)
@given(draft=drafts(VALUES))
def test_plain_values_say_what_the_model_says_and_neighbours_do_not_matter(normalizer, draft):
    good = Draft(key="good", title="拖欠工资", parties=[DraftParty(name="张三")])
    (alone,) = normalizer.records([good], stream="records", fetched=FETCHED)
    first, made, last = normalizer.records([good, draft, good], stream="records", fetched=FETCHED)
    assert first == alone == last
    if isinstance(made, dict):
        written = DisputeRecord.model_validate(made).model_dump(mode="json", exclude_none=True)
        assert written == written | orjson.loads(orjson.dumps(made)) | {
            part: written[part] for part in ("place", "parties", "steps", "classification") if part in made
        }
        assert not silent(made)


@settings(max_examples=40, deadline=None)
@given(draft=drafts(WORDS), at=st.datetimes(datetime(1970, 1, 2), datetime(2090, 1, 1)))
def test_the_machines_zone_changes_nothing(normalizer, machine_zone_kept, draft, at):
    draft.key, draft.opened, draft.revision = "k", at, at.isoformat(" ")
    seen = set()
    for zone in ("UTC", "Asia/Shanghai", "America/New_York", "Pacific/Kiritimati", "Australia/Lord_Howe"):
        os.environ["TZ"] = zone
        time.tzset()
        seen.add(str(outcome(normalizer, draft)))
    assert len(seen) == 1


@pytest.fixture(scope="module")
def machine_zone_kept() -> Iterator[None]:
    kept = os.environ.get("TZ")
    yield
    os.environ.pop("TZ", None) if kept is None else os.environ.__setitem__("TZ", kept)
    time.tzset()


@settings(max_examples=200, deadline=None)
@given(at=st.datetimes(datetime(1902, 1, 1), datetime(2098, 1, 1), timezones=st.just(UTC)))
def test_our_own_times_read_back_as_themselves(at):
    written = at.isoformat(timespec="seconds").replace("+00:00", "Z")
    try:
        assert moment(written, SHANGHAI).text == written
    except TimeError as problem:
        assert problem.code == "time.sentinel" and at.date() == date(1970, 1, 1)


@settings(max_examples=200, deadline=None)
@given(at=st.datetimes(datetime(1981, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)))
def test_revisions_in_every_unit_agree(at):
    second = at.replace(microsecond=0)
    micros = round(second.timestamp()) * 1_000_000
    for written in (second.isoformat(), micros // 1_000_000, str(micros // 1_000), micros, str(micros), second):
        assert revision(written, SHANGHAI)[0] == micros


@settings(max_examples=300, deadline=None)
@given(value=VALUES)
def test_readers_raise_nothing_else(value):
    for read, problem in (
        (fen, NumberError),
        (people, NumberError),
        (lambda v: moment(v, SHANGHAI), TimeError),
        (lambda v: revision(v, SHANGHAI), TimeError),
    ):
        try:
            read(value)
        except problem:
            continue
