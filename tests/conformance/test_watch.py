"""What is noticed when an adapter is imported, made and used under watch, and what is not held against it."""

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from conformance.watch import Task, Told, Unwatched, watch

HEAD = "import hub.api as hub\n"
ADAPTER = """
class Lakeside(hub.Adapter[hub.AdapterConfig]):
    manifest = hub.Manifest(name="lakeside", version="1.0.0", kind="court")

    def draft(self, item):
        {body}
        return hub.Draft(key=item["no"])
"""
Write = Callable[..., Told]


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Write]:
    """Writes a package of one module and puts it under watch."""
    monkeypatch.syspath_prepend(tmp_path)
    made: list[str] = []

    def write(top: str = "", *, body: str = "pass", **files: str) -> Told:
        name = f"watched_{len(made)}_{tmp_path.name}".replace("-", "_")
        folder = tmp_path / name
        folder.mkdir()
        (folder / "__init__.py").write_text("", encoding="utf-8")
        for file, text in files.items():
            (folder / f"{file}.py").write_text(text.replace("PACKAGE", name), encoding="utf-8")
        path = folder / "adapter.py"
        text = HEAD + top.replace("PACKAGE", name) + ADAPTER.format(body=body)
        path.write_text(text, encoding="utf-8")
        made.append(name)
        return watch(Task(f"{name}.adapter", "Lakeside", str(path), {"base_url": "http://127.0.0.1:9"}, [{"no": "1"}]))

    yield write
    for name in [name for name in sys.modules if name.startswith(tuple(made or ["-"]))]:
        del sys.modules[name]


def test_a_quiet_adapter_touches_nothing(told: Write) -> None:
    assert told() == Told(made=True, shaped=1)


@pytest.mark.parametrize(
    ("top", "what", "event"),
    [
        ("import socket\nsocket.gethostname()\n", "network", "socket.gethostname"),
        ("open('/etc/passwd').close()\n", "file", "open"),
        ("import os\nos.listdir('/')\n", "file", "os.listdir"),
        ("import tempfile\ntempfile.TemporaryDirectory().cleanup()\n", "file", "os.mkdir"),
        ("from pathlib import Path\n(Path(__file__).parent / 'seen').write_text('x')\n", "file", "open"),
        ("import subprocess\nsubprocess.run(['true'])\n", "process", "subprocess.Popen"),
        ("import os\nos.environ['TZ'] = 'UTC'\n", "process", "os.putenv"),
        ("print('here')\n", "output", "print"),
        ("import time\ntime.time()\n", "clock", "time"),
        ("import time\ntime.strftime('%Y')\n", "clock", "strftime"),
        ("from datetime import datetime\ndatetime.now()\n", "clock", "now"),
        ("from datetime import date\ndate.today()\n", "clock", "today"),
    ],
)
def test_what_an_import_touches_is_told(told: Write, top: str, what: str, event: str) -> None:
    touched = told(top).loading
    assert (what, event) in {(touch.what, touch.event) for touch in touched}
    assert {touch.what for touch in touched} == {what}
    assert all(touch.where.startswith("adapter.py") for touch in touched)


@pytest.mark.parametrize(
    "top",
    [
        "from pathlib import Path\nPath(__file__).read_text()\n",
        "from zoneinfo import ZoneInfo\nZone = ZoneInfo('Asia/Shanghai')\n",
        "import xml.dom.minidom, sqlite3, asyncio, decimal\n",
        "import time\ntime.strftime('%Y', time.gmtime(0))\n",
        "from datetime import datetime\ndatetime.fromisoformat('2026-01-01')\n",
        "from PACKAGE import codes\n",
    ],
)
def test_what_any_module_does_is_not_held_against_it(told: Write, top: str) -> None:
    assert told(top, codes="TABLE = {'1': 'one'}\n").loading == []


def test_a_helper_of_the_package_counts_as_the_adapter(told: Write) -> None:
    (touch,) = told("from PACKAGE import codes\n", codes="import socket\nHOST = socket.gethostname()\n").loading
    assert (touch.what, touch.where) == ("network", "codes.py:2")


def test_each_phase_is_told_apart(told: Write) -> None:
    seen = told("import time\n", body="time.time()")
    assert (seen.loading, seen.making) == ([], [])
    assert [(touch.what, touch.where) for touch in seen.shaping] == [("clock", "adapter.py:8")]


def test_an_item_that_is_refused_is_still_looked_at(told: Write) -> None:
    seen = told("import time\n", body="time.time(); raise KeyError(item)")
    assert (seen.shaped, seen.failed, len(seen.shaping)) == (1, "", 1)


def test_an_import_that_fails_says_where(told: Write) -> None:
    assert told("import nowhere_to_be_found\n").failed == "ModuleNotFoundError at adapter.py:2"
    assert told("import sys\nsys.exit(3)\n").failed == "SystemExit at adapter.py:3"


def test_a_process_that_is_ended_tells_nothing(told: Write) -> None:
    with pytest.raises(Unwatched, match="status 7"):
        told("import os\nos._exit(7)\n")


def test_a_module_loaded_from_a_path_is_found_by_its_file(tmp_path: Path) -> None:
    path = tmp_path / "loose.py"
    path.write_text(HEAD + ADAPTER.format(body="pass"), encoding="utf-8")
    task = Task("loose_and_nowhere", "Lakeside", str(path), {"base_url": "http://127.0.0.1:9"})
    assert watch(task) == Told(made=True)


def test_a_class_of_no_file_cannot_be_watched() -> None:
    module = ModuleType("made_at_run_time")
    exec(HEAD + ADAPTER.format(body="pass"), vars(module))
    with pytest.raises(Unwatched, match="no file"):
        Task.of(module.Lakeside, {})


def test_settings_that_do_not_fit_are_not_its_business() -> None:
    reference = importlib.import_module("conformance.reference.adapter")
    seen = watch(Task("conformance.reference.adapter", "Reference", str(reference.__file__), {}))
    assert (seen.made, seen.failed) == (False, "")
