"""Routes: what the settings may say, which records take one, and how a record becomes a matter handed on."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from hub.casework.moves import Moved
from hub.casework.orders import matter, outcome
from hub.casework.receivers import Receivers
from hub.casework.routes import Routes, passes, recent
from hub.casework.terms import Terms
from hub.errors import ConfigError
from hub.settings import Settings, SettingsInvalid, load
from hub.store.facts import Standing
from schemas.life import Stage

NOW = datetime(2026, 3, 5, 2, tzinfo=UTC)
SOURCES = """home = "330110"
[source.petition]
adapter = "zhelifang"
[source.other_office]
adapter = "zhelifang"
[source.centre]
adapter = "mediation_centre"
"""
ROUTE: dict[str, Any] = {"name": "a", "from": "petition", "stage": "dispatched", "to": "centre"}
MOVED = Moved(
    home="330110", record=1, version=1, source="petition", stream="records", key="P1", code="", before=None,
    stage=Stage.DISPATCHED, deleted=False, item="D0201", region="330110001000", stored="2026-03-05T02:00:00Z",
)  # fmt: skip


def settings(folder: Path, *routes: dict[str, Any], more: str = "") -> Settings:
    tables = "".join(
        "[[case.route]]\n" + "".join(f"{name} = {_toml(value)}\n" for name, value in route.items()) for route in routes
    )
    path = folder / "hub.toml"
    path.write_text(SOURCES + tables + more, encoding="utf-8")
    return load(path)


def _toml(value: Any) -> str:
    return str(list(value)) if isinstance(value, list) else f'"{value}"' if isinstance(value, str) else str(value)


def taken(folder: Path, moved: Moved = MOVED, **route: Any) -> bool:
    told = settings(folder, ROUTE | route)
    return bool(Routes(told, Receivers(told), Terms.load()).of(moved))


@pytest.mark.parametrize(
    ("route", "said"),
    [
        ({"to": "center"}, 'case.route.0.to: is no source (did you mean "centre"?)'),
        ({"from": "petitoin"}, 'case.route.0.from: is no source and no adapter of one (did you mean "petition"?)'),
        ({"stage": "dispatchd"}, 'case.route.0.stage: one is no stage; did you mean "dispatched"?'),
        ({"answered_by": ["centr"]}, "case.route.0.answered_by: is no source"),
        ({"tell": "pettition"}, "case.route.0.tell: is no source"),
        ({"docking": "村调"}, "case.route.0.docking: Input should be '诉调', '访调', '专调', '警调' or '检调'"),
        ({"porpose": "mediate"}, 'case.route.0.porpose: unknown key (did you mean "purpose"?)'),
        ({"to": "petition"}, "case.route.0.to: is where it comes from"),
        ({"within_days": 0}, "case.route.0.within_days:"),
    ],
)
def test_what_cannot_be_is_refused_with_its_line_and_the_nearest(
    tmp_path: Path, route: dict[str, Any], said: str
) -> None:
    with pytest.raises(SettingsInvalid) as refused:
        settings(tmp_path, ROUTE | route)
    assert said in str(refused.value)
    assert "line " in str(refused.value)


def test_two_routes_of_one_name_and_a_channel_that_is_none_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid) as refused:
        settings(tmp_path, ROUTE, ROUTE, more='[case.notice]\nchannel = "center"\n')
    assert "case.route.1.name: is the name of two routes" in str(refused.value)
    assert 'case.notice.channel: is no source (did you mean "centre"?)' in str(refused.value)


def test_a_rule_nobody_knows_is_refused_with_the_nearest(tmp_path: Path) -> None:
    told = settings(tmp_path, ROUTE | {"rule": "peoples_mediaton"})
    with pytest.raises(ConfigError, match=r'case\.route a - did you mean "peoples_mediation"'):
        Routes(told, Receivers(told), Terms.load())


def test_a_record_takes_a_route_when_it_comes_to_the_stage(tmp_path: Path) -> None:
    assert taken(tmp_path)
    assert taken(tmp_path, replace(MOVED, before=Stage.TRIAGED))
    assert taken(tmp_path, stage=["accepted", "dispatched"])
    assert taken(tmp_path, **{"from": "zhelifang"}), "an adapter: all of its sources"
    assert not taken(tmp_path, **{"from": "other_office"})
    assert not taken(tmp_path, replace(MOVED, before=Stage.DISPATCHED)), "it is there already"
    assert not taken(tmp_path, replace(MOVED, stage=Stage.ACCEPTED))
    assert not taken(tmp_path, replace(MOVED, deleted=True))


def test_items_categories_and_regions_narrow_it(tmp_path: Path) -> None:
    assert taken(tmp_path, items=["D02"])
    assert taken(tmp_path, items=["D0301", "D0201"])
    assert not taken(tmp_path, items=["D03"])
    assert not taken(tmp_path, replace(MOVED, item=None), items=["D02"]), "unmapped is no item"
    assert taken(tmp_path, regions=["3302", "330110"])
    assert not taken(tmp_path, regions=["3302"])


def test_the_docking_a_record_tells_narrows_it(tmp_path: Path) -> None:
    (route,) = settings(tmp_path, ROUTE | {"dockings": ["诉调"]}).case.route
    assert passes(route, {"extra": {"docking": "诉调"}})
    assert passes(route, {"extra": {"duiJie": "访调、诉调"}})
    assert not passes(route, {"extra": {"docking": "警调"}})
    assert not passes(route, {})


def test_only_what_has_changed_of_late_asks_for_anything() -> None:
    def standing(revision: int | None, opened: str | None) -> Standing:
        told: dict[str, Any] = {"item": None, "category": None, "stage": None, "region": "", "code": "", "since": ""}
        return Standing(
            "330110", 1, "petition", "records", "P1", 1, revision, 0, opened=opened, stored="2026-03-05T02:00:00Z",
            **told,
        )  # fmt: skip

    def micros(days: int) -> int:
        return int((NOW - timedelta(days=days)).timestamp() * 1_000_000)

    assert recent(standing(micros(29), "2020-01-01T00:00:00Z"), NOW)
    assert not recent(standing(micros(31), "2020-01-01T00:00:00Z"), NOW)
    assert not recent(standing(17, "2020-01-01T00:00:00Z"), NOW), "a counter is no time"
    assert recent(standing(17, "2026-03-01T00:00:00Z"), NOW)
    assert recent(standing(None, None), NOW), "nothing but when it came here"
    assert not recent(standing(micros(400), "9999-09-09T00:00:00Z"), NOW), "what is yet to be is no change"
    assert not recent(standing(micros(-400), "2020-01-01T00:00:00Z"), NOW)
    assert not recent(standing(10**18, "2020-01-01T00:00:00Z"), NOW), "a counter beyond all years"
    assert recent(standing(int(micros(0)) + 600_000_000, "2020-01-01T00:00:00Z"), NOW), "a clock ten minutes fast"
    assert recent(standing(None, "9999-09-09T00:00:00Z"), NOW), "when it came here, then"


def test_a_record_becomes_the_matter_that_is_handed_on() -> None:
    told = matter(
        {
            "title": "楼上漏水", "detail": "吊顶泡坏", "opened": "2026-03-01T01:00:00Z", "amount_fen": 80_050,
            "place": {"region": "330110001000", "address": "某路 7 号"}, "classification": {"item": "D0201"},
            "parties": [{"name": "裘一", "role": "2", "kind": "1", "phone": "13800000001", "gender": "1"}],
            "extra": {"attachments": '[{"name":"照片.jpg","url":"/files/1","size":3},{"name":"无地址"}]'},
        }
    )  # fmt: skip
    assert (told.amount, told.region, told.item) == (Decimal("800.5"), "330110001000", "D0201")
    assert [(side.name, side.role, side.phone) for side in told.sides] == [("裘一", "2", "13800000001")]
    assert [file.url for file in told.attachments] == ["/files/1"]
    assert matter({"place": {"region": "000000"}}).region == "", "unknown is not told"
    assert matter({"extra": {"attachments": "三份附件"}}).attachments == ()


def test_an_outcome_is_the_stage_or_says_no_more_than_is_known() -> None:
    assert outcome(Stage.SETTLED, reached=True) is Stage.SETTLED
    assert outcome(None, reached=True) is Stage.CLOSED, "done is not settled"
    assert outcome(None, reached=False) is Stage.UNSETTLED
    assert outcome(Stage.HEARING, reached=True) is Stage.CLOSED
