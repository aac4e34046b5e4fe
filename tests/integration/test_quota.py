"""Calls of a day: counted before they are made, for all sources of a key, told before they are spent, waited for."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from http_world import NOON, World
from web import Told

from hub.errors import ConfigError, QuotaSpent
from hub.sources.http import HttpSource


def source(world: World, folder: Path | None, most: int = 3, **how: Any) -> HttpSource:
    return world.source(
        config={"app_key": "yiwang", "calls_per_day": most, **how.pop("config", {})}, lent=folder, **how
    )


def ask(of: HttpSource, times: int = 1, path: str = "/rows") -> None:
    of.start_read("records")
    for number in range(times):
        of.get(path, n=number)


def test_the_call_too_many_is_not_made_nor_tried_again_and_the_next_day_begins_anew(
    world: World, tmp_path: Path
) -> None:
    here = source(world, tmp_path)
    ask(here, 3)
    with pytest.raises(QuotaSpent) as caught:
        ask(here)
    assert (len(world.web.asked), world.slept, world.retried) == (3, [], [])
    assert caught.value.retry_after == 12 * 3600, "noon in China: its day, not ours"
    assert "3 calls of today are spent" in str(caught.value)
    world.now = NOON + timedelta(hours=11, minutes=59)
    with pytest.raises(QuotaSpent):
        ask(here)
    world.now = NOON + timedelta(hours=12)
    ask(here)
    assert len(world.web.asked) == 4


@pytest.mark.parametrize("shared", [True, False])
def test_sources_of_one_key_count_together_and_interfaces_apart(world: World, tmp_path: Path, *, shared: bool) -> None:
    folder = tmp_path if shared else None
    one, two = source(world, folder), source(world, folder)
    ask(one, 2)
    ask(two)
    ask(two, 3, "/other")
    other = source(world, folder, config={"app_key": "another"})
    ask(other, 3)
    if shared:
        with pytest.raises(QuotaSpent):
            ask(one)
    else:
        ask(one)


def test_each_attempt_counts(world: World, tmp_path: Path) -> None:
    world.web.answer = lambda asked: Told(b"", 503)
    with pytest.raises(QuotaSpent):
        ask(source(world, tmp_path, most=2))
    assert len(world.web.asked) == 2


def test_it_is_told_once_before_the_calls_are_spent(world: World, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    here = source(world, tmp_path, most=10, on_quota=lambda *at: told.append(at))
    ask(here, 7)
    assert told == []
    ask(here, 3)
    assert told == [(8, 10)]


def test_a_torn_file_counts_anew_and_a_folder_that_is_none_is_told(world: World, tmp_path: Path) -> None:
    here = source(world, tmp_path)
    ask(here, 3)
    (file,) = tmp_path.iterdir()
    assert b"yiwang" not in file.read_bytes()
    file.write_bytes(file.read_bytes()[:-9])
    ask(here)
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="cannot be counted"):
        ask(source(world, tmp_path / "file"))


def test_nothing_is_counted_without_a_quota(world: World, tmp_path: Path) -> None:
    ask(source(world, tmp_path, most=0), 5)
    assert list(tmp_path.iterdir()) == []
