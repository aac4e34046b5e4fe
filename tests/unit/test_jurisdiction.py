"""Which court a matter belongs before: rules as data, and what a route makes of them."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from hub.casework.receivers import Receivers
from hub.casework.venue import tasks_of
from hub.errors import ConfigError
from hub.settings import load as read_settings
from hub.store.facts import Standing
from schemas.courts import court
from schemas.jurisdiction import court_for, rules
from schemas.taxonomy import load

TAXONOMY = load()
NOW = datetime(2026, 3, 5, 2, tzinfo=UTC)
RECORD = Standing(
    home="330903", id=1, source="sea", stream="records", key="1", version=1, revision=None, deleted=0, item="D1804",
    category="D18", stage="guided_to_suit", region="330903000000", opened=None, stored="2026-03-05T01:00:00Z", code="C",
    since="2026-03-05T01:00:00Z",
)  # fmt: skip
ROUTE = '[[case.route]]\nname = "suit"\nfrom = "sea"\nstage = "guided_to_suit"\npurpose = "suit"\nto_code = "court"\n'
SOURCES = 'home = "330903"\n[source.sea]\nadapter = "dispute_code"\n'
COURTS = SOURCES + (
    '[source.putuo]\nadapter = "mobile_court"\n[source.maritime]\nadapter = "mobile_court"\nhome = "330200"\n'
)


@pytest.mark.parametrize(
    ("item", "label", "code"),
    [
        ("D1804", None, "浙72"),
        ("D1801", "", "浙72"),
        ("D1803", None, "浙0903"),  # a pond is no sea
        ("D1803", "海域使用权纠纷", "浙72"),
        ("D1803", "海域使用权抵押权纠纷", "浙0903"),  # stands below mortgages
        (None, "船舶碰撞损害责任纠纷", "浙72"),
        (None, "申请扣押船舶", "浙72"),
        ("D1804", "买卖合同纠纷", "浙0903"),  # a cause decides alone
        ("D1804", "船的事", "浙72"),  # which is no cause
        ("D0402", None, "浙0903"),
        (None, None, "浙0903"),
    ],
)
def test_the_matter_leads_before_the_place_does(item: str | None, label: str | None, code: str) -> None:
    found = court_for(TAXONOMY, "330903901000", item=item, label=label)
    assert found is not None
    assert found.code == code


def test_rules_hold_where_they_say() -> None:
    assert court_for(TAXONOMY, "310115", item="D1804") is None
    assert [rule for rule in rules() if court(rule.court) is None or not rule.basis or not rule.regions] == []
    known = {**TAXONOMY.items, **TAXONOMY.causes}
    assert [rule for rule in rules() if rule.code not in known] == []


def asked(folder: Path, text: str, record: Standing = RECORD, **classified: Any) -> list[tuple[str, str, str]]:
    """(who is asked, its number, its name) of each task the route leads to."""
    path = folder / "hub.toml"
    path.write_text(text, encoding="utf-8")
    settings = read_settings(path)
    (route,) = settings.case.route
    body = {"key": "1", "title": "两船碰擦", "place": {"region": record.region}, "classification": classified}
    tasks = tasks_of(
        route, record, body, code="C", cause="x", receivers=Receivers(settings), taxonomy=TAXONOMY, now=NOW
    )  # fmt: skip
    orders = [(task.order.to_code, task.order.to) if task.order else ("", "") for task in tasks]  # type: ignore[union-attr]
    return [(task.asked_of, *order) for task, order in zip(tasks, orders, strict=True)]


def test_the_instance_where_the_court_sits_is_asked_or_a_person_of_the_court(tmp_path: Path) -> None:
    near = COURTS + ROUTE + 'to = "mobile_court"\n'
    assert asked(tmp_path, near) == [("maritime", "浙72", "宁波海事法院")]
    local = replace(RECORD, item="D0402")
    assert asked(tmp_path, near, local) == [("putuo", "浙0903", "舟山市普陀区人民法院")]
    assert asked(tmp_path, near, replace(local, region="330921000000")) == [("浙0921", "", "")]
    one = COURTS + ROUTE + 'to = "putuo"\n'
    assert asked(tmp_path, one) == [("putuo", "浙72", "宁波海事法院")], "one platform of many courts is told which"
    nowhere = replace(local, region="110101000000")
    assert asked(tmp_path, one, nowhere) == [("putuo", "", "移动微法院")]
    assert asked(tmp_path, near, nowhere) == []
    assert asked(tmp_path, near, replace(RECORD, region="000000")) == [("maritime", "浙72", "宁波海事法院")]


def test_a_persons_item_stands_before_the_cause_a_source_tells(tmp_path: Path) -> None:
    one = COURTS + ROUTE + 'to = "putuo"\n'
    assert asked(tmp_path, one, label="买卖合同纠纷")[0][1] == "浙0903"
    assert asked(tmp_path, one, label="买卖合同纠纷", method="person")[0][1] == "浙72"


@pytest.mark.parametrize(
    ("route", "said"),
    [
        ('to = "judges"\n[case.notice]\naccounts = { judges = ["GE_1"] }\n', "is no source"),
        ('to = "putuo"\nask = [{ of = "A" }]\n', "is a court of one addressee"),
        ('to = "both"\n[case.group]\nboth = ["putuo", "maritime"]\n', "is a court of one addressee"),
    ],
)
def test_a_court_left_open_is_asked_of_a_source_or_an_adapter(tmp_path: Path, route: str, said: str) -> None:
    with pytest.raises(ConfigError) as refused:
        asked(tmp_path, COURTS + ROUTE + route)
    assert said in str(refused.value)
