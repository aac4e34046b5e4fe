"""What adapter code does to this very process while the line runs: heard from the interpreter's audit events.

An event is the adapter's when, going outwards from where it happened, a file of the adapter's classes comes before one
of the hub or of this suite: what the hub does on the adapter's behalf is the hub's.
"""

import os
import select
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any, Literal

import hub.api
from conformance.subject import AdapterClass
from hub.api import Adapter

What = Literal["file", "sleep", "environment"]

HOUSE = tuple(f"{Path(file).parent}{os.sep}" for file in (hub.api.__file__, __file__))

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND


@dataclass(frozen=True, slots=True)
class Trace:
    """One event: what it touches, the event's name, the ``file:line`` of the adapter, and the file it opened."""

    what: What
    event: str
    where: str
    path: str = ""


def _writes(path: Any, mode: Any = None, flags: Any = 0) -> bool:
    if isinstance(path, int) or os.fsdecode(path).endswith((".pyc", os.devnull)):
        return False  # a descriptor was opened before; compiled code is Python's own affair
    return bool(set(mode or "") & set("wax+") or (isinstance(flags, int) and flags & _WRITING))


_SLEEPS = (time.sleep, select.select)


def _always(*_: Any) -> bool:
    return True


_EVENTS: Mapping[str, tuple[What, Callable[..., bool]]] = {
    "open": ("file", _writes),
    **dict.fromkeys(("tempfile.mkstemp", "tempfile.mkdtemp", "os.mkdir", "os.rename", "os.remove"), ("file", _always)),
    **dict.fromkeys(("os.putenv", "os.unsetenv", "os.chdir"), ("environment", _always)),
}  # fmt: skip

_listeners: list[tuple[frozenset[str], list[Trace]]] = []
_installed: list[bool] = []


@contextmanager
def traces(kind: AdapterClass) -> Iterator[list[Trace]]:
    """Collect what code of this adapter's classes does in the block; sleeps of this thread only."""
    if not _installed:
        sys.addaudithook(_hear)  # cannot be taken away again; outside such a block it does nothing
        _installed.append(True)
    found: list[Trace] = []
    own = own_files(kind)
    listener = (own, found)

    def called(frame: FrameType, event: str, function: Any) -> None:
        if event == "c_call" and function in _SLEEPS and (where := _where(frame, own)):
            found.append(Trace("sleep", function.__name__, where))

    profiled = sys.getprofile()
    _listeners.append(listener)
    sys.setprofile(called)  # before 3.13 sleeping is no audit event
    try:
        yield found
    finally:
        sys.setprofile(profiled)
        _listeners.remove(listener)


def own_files(kind: AdapterClass) -> frozenset[str]:
    """Files of the class and of the classes it inherits from, up to the hub's."""
    mro = kind.__mro__[: kind.__mro__.index(Adapter)]
    return frozenset(file for base in mro if (file := getattr(sys.modules.get(base.__module__), "__file__", None)))


def _hear(event: str, arguments: tuple[Any, ...]) -> None:
    if not _listeners or event not in _EVENTS:
        return
    what, counts = _EVENTS[event]
    if not counts(*arguments):
        return
    for own, found in _listeners:
        if where := _where(sys._getframe(1), own):
            found.append(Trace(what, event, where, os.fsdecode(arguments[0]) if event == "open" else ""))


def _where(frame: FrameType | None, own: frozenset[str]) -> str:
    """``file:line`` of the adapter's code that is at work; empty when the house or nobody is."""
    while frame is not None:
        file = frame.f_code.co_filename
        if file in own:
            return f"{Path(file).name}:{frame.f_lineno}"
        if file.startswith(HOUSE):
            return ""
        frame = frame.f_back
    return ""
