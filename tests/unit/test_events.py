"""What reaches a log: declared events, their allowed keys, cleaned values."""

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from hub import events
from hub.redact import TEXT_MAX, clean, mask
from schemas.life import Stage

NAME = re.compile(r"[a-z]+\.[a-z]+")


class Log:
    """What was written to the log since the last look."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def text(self) -> str:
        written = self._capsys.readouterr()
        assert written.out == ""  # standard output is for results
        return written.err

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text().splitlines()]


@pytest.fixture
def written(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Log]:
    """The log as it is before anything has been logged, put back afterwards."""
    monkeypatch.setattr(events, "_ready", False)
    yield Log(capsys)
    structlog.reset_defaults()


class TestLog:
    def test_a_line_is_json_where_nobody_watches(self, written: Log) -> None:
        events.log(events.RUN_STARTED, source="petition", run_id=7)
        (line,) = written.lines()
        assert list(line)[:3] == ["timestamp", "level", "event"]
        assert datetime.fromisoformat(line.pop("timestamp")).tzinfo == UTC
        assert line == {"level": "info", "event": "run.started", "source": "petition", "run_id": 7}

    def test_keys_that_are_not_allowed_are_named_and_dropped(self, written: Log) -> None:
        events.log(events.RETRY_SCHEDULED, attempt=1, url="https://x/?sign=SECRET", token="SECRET")
        (line,) = written.lines()
        assert "SECRET" not in str(line)
        assert (line["attempt"], line["dropped_keys"]) == (1, ["token", "url"])

    def test_values_are_cleaned(self, written: Log) -> None:
        events.log(
            events.SOURCE_FAILED, source="张\n\x1b[31m13800001234", error={"a": "SECRET"}, next_at=date(2026, 3, 2)
        )
        (line,) = written.lines()
        assert line["source"] == "张\\n\\x1b[31m[phone]"
        assert (line["error"], line["next_at"]) == ("<dict>", "2026-03-02")

    def test_an_event_nobody_declared(self, written: Log) -> None:
        with pytest.raises(KeyError):
            events.log("run.exploded", source="x")

    def test_a_stranger_through_structlog_carries_nothing(self, written: Log) -> None:
        events.configure(json=True)
        structlog.get_logger().warning("call 13800001234", source="x", exc_info=True)
        (line,) = written.lines()
        assert line["event"] == "call [phone]"
        assert line["dropped_keys"] == ["exc_info", "source"]

    def test_levels(self, written: Log) -> None:
        events.configure(json=True, level="warning")
        events.log(events.RUN_FINISHED, source="x")
        events.log(events.WORKER_LOST, source="x")
        assert [line["event"] for line in written.lines()] == ["worker.lost"]

    def test_a_person_gets_a_console(self, written: Log, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
        events.log(events.DAEMON_STARTED, sources=4, secret="SECRET")
        text = written.text()
        assert "daemon.started" in text and "SECRET" not in text
        assert not text.startswith("{")

    def test_json_may_be_asked_for(self, written: Log, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
        events.configure(json=True)
        events.log(events.DAEMON_STOPPED, reason="停止")
        assert '"reason": "停止"' in written.text()  # readable as it stands


def logged(folder: Path) -> Iterator[tuple[str, str, set[str]]]:
    """(place, event, keys) of every ``events.log(events.NAME, key=…)``."""
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "events.log":
                name = ast.unparse(node.args[0]).removeprefix("events.")
                if name.isupper():
                    keys = {keyword.arg for keyword in node.keywords if keyword.arg}
                    yield f"{path.name}:{node.lineno}", getattr(events, name), keys


class TestDeclarations:
    def test_every_constant_is_declared_and_well_named(self) -> None:
        constants = {value for name, value in vars(events).items() if name[0].isupper() and isinstance(value, str)}
        assert constants == set(events.EVENTS)
        for name, event in events.EVENTS.items():
            assert NAME.fullmatch(name)
            assert event.level in ("debug", "info", "warning", "error")
            assert event.keys and not event.keys & {"event", "level", "timestamp", "dropped_keys"}

    def test_the_canonical_line_has_its_keys(self) -> None:
        keys = (
            "adapter run_id outcome fetched stored unchanged superseded deleted rejected unmapped since watermark pages"
        )
        assert events.EVENTS[events.RUN_FINISHED].keys >= {*keys.split(), "retries", "duration_s"}

    def test_the_hub_logs_only_what_it_may(self) -> None:
        """A key that its event does not carry would be dropped in silence: read from the sources."""
        found = list(logged(Path(events.__file__).parent))
        assert len(found) > 5
        assert [call for call in found if not call[2] <= events.EVENTS[call[1]].keys] == []

    def test_nothing_heavy_is_imported_before_the_first_event(self) -> None:
        code = "import sys, hub.events; sys.exit('structlog' in sys.modules)"
        assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (1, 1),
        (1.5, 1.5),
        (True, True),
        (None, None),
        (Stage.CLOSED, "closed"),
        (datetime(2026, 3, 2, tzinfo=UTC), "2026-03-02T00:00:00+00:00"),
        (["x"], "<list>"),
        (b"x", "<bytes>"),
        (ValueError("x"), "<ValueError>"),
    ],
)
def test_plain_values(value: Any, told: Any) -> None:
    assert events.plain(value) == told


class TestRedact:
    @pytest.mark.parametrize(
        "text",
        [
            "990101199001011239",
            "99010119900101123X",
            "99010119900101123x",
            "９９０１０１１９９００１０１１２３９",
            "990101900101123",
            "身份证990101199001011239号",
        ],
    )
    def test_identity_numbers(self, text: str) -> None:
        assert "[id]" in mask(text) and "1990" not in mask(text) and "9001" not in mask(text)

    @pytest.mark.parametrize(
        "text",
        [
            "13800001234",
            "+86 138 0000 1234",
            "8613800001234",
            "0086-138-0000-1234",
            "电话13800001234。",
            "tel13800001234",
        ],
    )
    def test_phones(self, text: str) -> None:
        assert "[phone]" in mask(text) and "0000" not in mask(text)

    @pytest.mark.parametrize(
        "text",
        [
            "990110000000000123",  # a court's case key
            "1772424000123",  # an epoch in milliseconds
            "2026-03-02T12:00:00.123456Z",
            "e3b0c44298fc1c13800001234afbf4c8996fb924",
            "run 41 item 12",
        ],
    )
    def test_other_numbers_stay(self, text: str) -> None:
        assert mask(text) == text

    def test_a_number_at_the_cut_does_not_show_in_part(self) -> None:
        for lead in range(TEXT_MAX - 30, TEXT_MAX + 5):
            assert "19900101" not in clean("x" * lead + " 990101199001011239")

    @given(st.text())
    def test_one_line_of_bounded_length(self, text: str) -> None:
        line = clean(text)
        assert len(line) <= TEXT_MAX
        assert len(line.splitlines()) <= 1
        assert not set(line) & {"\x1b", "\r", "\x00", "\u202e", "\x85"}
