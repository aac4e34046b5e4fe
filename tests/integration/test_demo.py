"""What `make demo` shows of one dispute: its life across four systems, under one code."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from conformance.lab import sample_rows
from conformance.lab.demo import FOUR, GOES_ON, STORY
from conformance.lab.recorded import Recorded

PAYLOADS = Path(sys.modules["conformance.lab"].__file__ or "").with_name("payloads")


def test_the_dispute_of_the_story_stands_in_all_four_payloads() -> None:
    (matter,) = (
        each
        for each in json.loads((PAYLOADS / "recurring.json").read_text(encoding="utf-8"))
        if each["rows"].get("mobile_court") == GOES_ON["mobile_court"][0]
    )
    assert set(matter["rows"]) == set(FOUR)
    assert {name: matter["rows"][name] for name in GOES_ON} == {name: key for name, (key, _) in GOES_ON.items()}
    texts = {name: json.dumps(sample_rows(name), ensure_ascii=False) for name in FOUR}
    assert all(STORY in text for name, text in texts.items() if name != "mobile_court")


def test_what_becomes_of_it_is_told_after_all_else() -> None:
    """An update older than the watermark would never be read."""
    for name, time in (("mobile_court", "LASTUPDATE"), ("four_platforms", "updatetime")):
        assert GOES_ON[name][1][time] > max(row[time] for row in sample_rows(name))


@pytest.mark.slow
def test_the_demo_shows_its_whole_life(tmp_path: Path) -> None:
    demo = [sys.executable, "-m", "conformance.lab.demo", "--folder", str(tmp_path / "demo")]
    done = subprocess.run(demo, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    life = done.stdout.partition("case timeline")[2]
    for said in (
        "收件 received -> 调解不成 unsettled -> 审理 hearing -> 裁判 judged",
        "4: dispute_code, four_platforms, mobile_court, zhelifang",
        "审理 hearing -> 裁判 judged",
        "办结 closed -> 回访 follow up",
        "赋码 issued",
        "没有新内容 nothing new",
    ):
        assert said in life
    assert life.count("并入一件 joined") == 3
    assert "冲突 conflict " not in life.partition("* 阶段")[0]


def test_the_accounts_count_all_streams_of_a_source() -> None:
    with Recorded({"rmtj": "peoples_mediation"}) as lab:
        assert lab.count("rmtj") == sum(len(lab.rows("rmtj", stream)) for stream in range(3)) > len(lab.rows("rmtj"))
