"""Templates of word to people: a closed list of placeholders, and rows that are wrong told with their line."""

from pathlib import Path

import pytest

from hub.casework.tasks import Kind
from hub.casework.wording import PLACEHOLDERS, UNREAD, WAYS, local, templates
from hub.errors import ConfigError

HEAD = "trigger,way,title,text,unread_min\n"
GOOD = "unread,urgent,未读 {task},{case},60\n"


def test_every_kind_of_task_has_its_words_and_every_word_can_be_said() -> None:
    ours = templates()
    assert {kind.value for kind in Kind} | {UNREAD} <= ours.keys()
    filled = dict.fromkeys(PLACEHOLDERS, "甲")
    for template in ours.values():
        assert template.way in WAYS
        said = template.title_of(filled) + template.text_of(filled)
        assert "{" not in said
        assert "}" not in said


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("a,notice,{name},t,0", "title may name only kind, task, case"),
        ("a,notice,t,{case.code},0", "text may name only"),
        ("a,notice,t,{case!r},0", "text may name only"),
        ("a,notice,t,{case:>99},0", "text may name only"),
        ("a,notice,t,{},0", "text may name only"),
        ("a,notice,t,{case,0", "text has a brace that is not closed"),
        ("a,letter,t,t,0", "way must be one of notice, todo, urgent"),
        ("a,notice,,t,0", "title is empty"),
        ("a,notice,t,t,soon", "unread_min must be a whole number"),
        ("unread,notice,t,t,0", "trigger has a template already"),
    ],
)
def test_a_wrong_row_is_told_with_its_line_and_never_its_words(tmp_path: Path, row: str, why: str) -> None:
    file = tmp_path / "words.csv"
    file.write_text(HEAD + GOOD + row + "\n", encoding="utf-8")
    with pytest.raises(ConfigError) as refused:
        templates(file)
    assert why in str(refused.value)
    assert "words.csv:3" in str(refused.value)


def test_what_nobody_read_must_have_words(tmp_path: Path) -> None:
    file = tmp_path / "words.csv"
    file.write_text(HEAD + "a,notice,t,t,0\n", encoding="utf-8")
    with pytest.raises(ConfigError, match='no template for "unread"'):
        templates(file)


def test_minutes_are_kept_as_seconds_and_times_are_told_in_china(tmp_path: Path) -> None:
    assert templates()["disposal_notice"].unread_s == 28_800
    assert (local("2026-03-19T15:59:59Z"), local(None)) == ("2026-03-19 23:59", "-")
