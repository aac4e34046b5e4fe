"""Import, make and use one adapter under watch, in a child process: what its code touches is told as JSON.

``python -m conformance.watch`` reads a `Task` from stdin and writes a `Told` to stdout. An event is the adapter's when
a frame of its package is met, from the inside out, before the import machinery is: loading another package is that
package's own business.
"""

import importlib
import importlib.util
import io
import json
import os
import subprocess
import sys
import time
import traceback
import zoneinfo
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stdout, suppress
from dataclasses import asdict, dataclass, field
from datetime import date
from operator import attrgetter
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any, Literal

import hub.api  # loaded before the watch begins: what the hub does at import is not the adapter's

What = Literal["network", "file", "process", "output", "clock", "environment"]

LONGEST_S = 20.0
"""An adapter that is not imported, made and used by then does not end."""

_EVENTS: Mapping[str, What] = {
    "urllib.Request": "network", "subprocess.Popen": "process", "os.system": "process", "os.exec": "process",
    "os.fork": "process", "os.forkpty": "process", "os.posix_spawn": "process", "_thread.start_new_thread": "process",
    "os.putenv": "process", "os.unsetenv": "process", "os.chdir": "process", "sqlite3.connect": "file",
    "os.mkdir": "file", "os.remove": "file", "os.rename": "file", "os.rmdir": "file", "os.truncate": "file",
}  # fmt: skip
"""Audit events, beside those of sockets and of reading files and folders."""

_CALENDAR = frozenset({"now", "utcnow", "today"})
_CLOCKS = (time.time, time.time_ns)
_NOW_BY_DEFAULT = {"localtime": 0, "gmtime": 0, "ctime": 0, "asctime": 0, "strftime": 1}
"""Functions of `time` that tell the present when called with no more arguments than that."""


@dataclass(frozen=True, slots=True)
class Touch:
    """Something of the world that adapter code touched: what it is, the event, and the ``file:line`` that did it."""

    what: What
    event: str
    where: str


@dataclass(frozen=True, slots=True)
class Task:
    """An adapter class by module, name and file; settings to make it with; items to shape, and their stream."""

    module: str
    name: str
    file: str
    options: Mapping[str, Any]
    items: Sequence[Any] = ()
    stream: str = ""

    @classmethod
    def of(
        cls, kind: type[hub.api.Adapter[Any]], options: Mapping[str, Any], items: Sequence[Any] = (), stream: str = ""
    ) -> "Task":
        """The task for a class at hand. Raises Unwatched for one that stands in no file."""
        file = getattr(sys.modules.get(kind.__module__), "__file__", None)
        if file is None:
            raise Unwatched("its module stands in no file that a worker could import")
        return cls(kind.__module__, kind.__qualname__, file, options, items, stream)


@dataclass(slots=True)
class Told:
    """What was touched in each phase; whether one was made, and how many items were shaped.

    ``failed`` is what ended a phase early: class and place.
    """

    loading: list[Touch] = field(default_factory=list)
    making: list[Touch] = field(default_factory=list)
    shaping: list[Touch] = field(default_factory=list)
    made: bool = False
    shaped: int = 0
    failed: str = ""


class Unwatched(Exception):
    """The child process told nothing: it did not end, or something ended it. ``str()`` says which."""


def watch(task: Task) -> Told:
    """Run a task in a process of its own, without the ``HUB_`` variables of this one. Raises Unwatched."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("HUB_", "PYTHON", "COV_"))}
    environ |= {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        ran = subprocess.run(
            [sys.executable, "-P", "-X", "utf8", "-m", "conformance.watch"],
            input=json.dumps(asdict(task), default=str).encode(),
            capture_output=True,
            timeout=LONGEST_S,
            env=environ,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Unwatched(f"its process did not end within {LONGEST_S:g} s") from None
    try:
        told = json.loads(ran.stdout.splitlines()[-1])
        phases: dict[str, Any] = {
            name: [Touch(**each) for each in told.pop(name)] for name in ("loading", "making", "shaping")
        }
    except (ValueError, IndexError, KeyError, TypeError, AttributeError):
        raise Unwatched(f"its process ended by itself, with status {ran.returncode}") from None
    return Told(**phases, **told)


class _Watch:
    """Collects what the code of one package touches."""

    def __init__(self, task: Task) -> None:
        self.package, self.file = task.module.partition(".")[0], task.file
        file = Path(task.file).resolve()
        home = next((folder for folder in file.parents if folder.name == self.package), file.parent)
        self._readable = tuple(f"{folder}{os.sep}" for folder in (home, *zoneinfo.TZPATH))
        self._into: list[Touch] | None = None
        self._shaping = False

    def begin(self) -> None:
        """Lay the hooks. They stay for the life of the process, and note nothing outside a `phase`."""
        sys.addaudithook(self._audit)
        for name, most in _NOW_BY_DEFAULT.items():
            setattr(time, name, self._told(name, getattr(time, name), most))
        variables: Any = type(os.environ)
        variables.__getitem__ = self._looked_up(variables.__getitem__)

    @contextmanager
    def phase(self, into: list[Touch], *, shaping: bool = False) -> Iterator[None]:
        """Collect into that list; variables of the environment only while items are shaped."""
        said = io.StringIO()
        self._into, self._shaping = into, shaping
        sys.setprofile(self._profile)
        try:
            with redirect_stdout(said):
                yield
        finally:
            sys.setprofile(None)
            self._into = None
            if said.getvalue():
                into.append(Touch("output", "print", self.file.rpartition(os.sep)[2]))

    def _audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self._into is None:
            return
        if event in ("open", "os.listdir", "os.scandir"):
            if not self._may_read(*arguments):
                self._note("file", event)
        elif event.startswith("socket."):
            self._note("network", event)
        elif event in _EVENTS:
            self._note(_EVENTS[event], event)

    def _profile(self, frame: FrameType, event: str, called: Any) -> None:
        if event != "c_call":
            return
        owner = getattr(called, "__self__", None)
        if called in _CLOCKS or (isinstance(owner, type) and issubclass(owner, date) and called.__name__ in _CALENDAR):
            self._note("clock", called.__name__, frame)

    def _told(self, name: str, inner: Callable[..., Any], most: int) -> Callable[..., Any]:
        def outer(*arguments: Any) -> Any:
            if self._into is not None and len(arguments) <= most:
                self._note("clock", name)
            return inner(*arguments)

        return outer

    def _looked_up(self, inner: Callable[..., str]) -> Callable[..., str]:
        def outer(variables: Any, name: str) -> str:
            frame: FrameType | None = sys._getframe(1)
            while frame is not None and frame.f_globals.get("__name__") in ("os", "collections.abc"):
                frame = frame.f_back
            if self._into is not None and self._shaping and frame is not None and self._ours(frame):
                self._note("environment", "os.environ", frame)  # what a library looks up is its own business
            return inner(variables, name)

        return outer

    def _ours(self, frame: FrameType) -> bool:
        named = str(frame.f_globals.get("__name__"))
        return frame.f_code.co_filename == self.file or named.partition(".")[0] == self.package

    def _may_read(self, path: Any, mode: Any = "r", flags: Any = 0) -> bool:
        """Files of its own package, and the zones every program has."""
        if isinstance(path, int):
            return True  # opened before
        writing = isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        place = os.path.abspath(os.fsdecode(path or "."))  # noqa: PTH100 - Path.resolve would be an event of its own
        return not writing and f"{place}{os.sep}".startswith(self._readable)

    def _note(self, what: What, event: str, frame: FrameType | None = None) -> None:
        frame = frame or sys._getframe(1)
        while frame is not None:
            file = frame.f_code.co_filename
            if self._ours(frame):
                touch = Touch(what, event, f"{file.rpartition(os.sep)[2]}:{frame.f_lineno}")
                if self._into is not None and touch not in self._into:
                    self._into.append(touch)
                return
            if file.startswith("<frozen importlib"):
                return
            frame = frame.f_back


def run(task: Task) -> Told:
    """Do a task in this process, hooks and all. Only for a process that ends with it."""
    told, watched = Told(), _Watch(task)
    watched.begin()
    try:
        with watched.phase(told.loading):
            kind = attrgetter(task.name)(module_of(task))
        try:
            config = kind.Config.model_validate(task.options)
        except ValueError:
            return told  # settings that do not fit are another check's business
        with watched.phase(told.making):
            adapter = kind(config)
            told.made = True
        with watched.phase(told.shaping, shaping=True):
            draft = adapter.draft_of(task.stream)
            for item in task.items:
                told.shaped += 1
                with suppress(Exception):  # an item that is refused is not what is looked at here
                    draft(item)
    except (Exception, SystemExit) as why:  # noqa: BLE001 - adapter code: whatever it raises is told
        frames = [frame for frame in traceback.extract_tb(why.__traceback__) if not frame.filename.startswith("<")]
        told.failed = f"{type(why).__name__} at {Path(frames[-1].filename).name}:{frames[-1].lineno}"
    return told


def module_of(task: Task) -> ModuleType:
    """The module by its name, else by its file: one that was loaded from a path has no name to import."""
    if importlib.util.find_spec(task.module.partition(".")[0]) is not None:
        return importlib.import_module(task.module)
    spec = importlib.util.spec_from_file_location(task.module, task.file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[task.module] = module
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    print(json.dumps(asdict(run(Task(**json.load(sys.stdin))))))
