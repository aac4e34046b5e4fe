"""What belongs to the whole process, and other things an adapter may take that are not its own."""

import decimal
import gc
import locale
import logging
import os
import signal
import socket
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar
from urllib.parse import urlsplit

import pytest
from test_load_and_config import judged

import hub.api as hub
from conformance import at_work
from conformance.check import CHECKS
from conformance.checks.operate import neighbours, pages, process, steps
from conformance.harness import Harness
from conformance.outcome import NotApplicable, Violation
from conformance.reference import Reference, ReferenceConfig
from conformance.subject import Subject
from conformance.unusual.one_page import ADAPTER as ONE_PAGE


def doing(act: Callable[[], object]) -> type[hub.Adapter[Any]]:
    """An adapter that does something in the middle of its read."""

    class Doing(Reference):
        def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
            yield from super().pages(source, since)
            act()

    return Doing


CHANGES: dict[str, Callable[[], object]] = {
    "environment": lambda: os.environ.update(LAKESIDE="1"),
    "working folder": lambda: os.chdir("/"),
    "locale": lambda: locale.setlocale(locale.LC_ALL, "C.UTF-8"),
    "signal handlers": lambda: signal.signal(signal.SIGUSR2, lambda *_: None),
    "socket time-out": lambda: socket.setdefaulttimeout(None),
    "recursion limit": lambda: sys.setrecursionlimit(1000),
    "decimal precision": lambda: setattr(decimal.getcontext(), "prec", 28),
    "warnings filters": lambda: warnings.simplefilter("ignore"),
    "root logger's level": lambda: logging.getLogger().setLevel(logging.INFO),
    "root logger's handlers": lambda: logging.getLogger().addHandler(logging.NullHandler()),
    "garbage collector": lambda: gc.set_threshold(7, 7, 7),
    "import path": lambda: sys.path.append("/lakeside"),
}
"""A change of each thing that OP-08 looks at, to the value that a process has anyway where that can be."""


@pytest.fixture
def as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever a broken adapter changes is put back behind it."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    folder, handler, threshold = Path.cwd(), signal.getsignal(signal.SIGUSR2), gc.get_threshold()
    environ, handlers = dict(os.environ), list(logging.getLogger().handlers)
    limit = sys.getrecursionlimit()
    yield
    os.chdir(folder)
    signal.signal(signal.SIGUSR2, handler)
    gc.set_threshold(*threshold)
    sys.setrecursionlimit(limit)
    os.environ.clear()
    os.environ.update(environ)
    logging.getLogger().handlers[:] = handlers


@pytest.mark.usefixtures("as_before")
@pytest.mark.parametrize("what", CHANGES)
def test_every_change_of_the_process_is_seen(what: str) -> None:
    assert what in judged("OP-08", doing(CHANGES[what])).observed


def test_a_variable_that_is_set_and_unset_is_seen_too() -> None:
    def act() -> None:
        os.environ["LAKESIDE"] = "1"
        del os.environ["LAKESIDE"]

    act.__code__ = act.__code__.replace(co_filename=__file__)
    kind = doing(act)
    kind.__module__ = __name__
    assert "os.putenv at test_check_operate.py" in judged("OP-08", kind).observed


def test_the_process_is_put_back_after_the_look() -> None:
    def look() -> dict[str, object]:
        return dict(process._process())

    before = look()
    with process._known_process():
        inside = look()
    assert look() == before
    named = {name for name, value in inside.items() if value != before[name]}
    assert named >= {
        "socket time-out", "recursion limit", "decimal precision", "warnings filters", "root logger's level",
    }  # fmt: skip
    assert inside["locale"] == "C"
    assert inside["recursion limit"] == sys.getrecursionlimit() + process.ODD  # whoever runs deep still may


@pytest.mark.parametrize(
    ("keys", "made"),
    [
        ([1, 2], [1000, 2000, 1001, 2001, 1002]),
        (["01", "02"], ["01000", "02000", "01001", "02001", "01002"]),
        (["A1", "A2"], ["A1-000", "A2-000", "A1-001", "A2-001", "A1-002"]),
    ],
)
def test_many_rows_have_keys_of_their_kind(keys: list[Any], made: list[Any]) -> None:
    rows = [{"no": key, "state": "open"} for key in keys]
    gone = SimpleNamespace(field="state", value="void")
    recording = SimpleNamespace(rows=[*rows, {"no": "gone", "state": "void"}, {"state": "keyless"}])
    harness: Any = SimpleNamespace(
        subject=SimpleNamespace(wire=SimpleNamespace(key="no", deleted=gone)), recording=recording
    )
    many = at_work.many(harness, 5)
    assert [row["no"] for row in many][:5] == made
    assert len(many) == 6
    assert all(row["state"] == "open" for row in many)
    harness.subject.wire.deleted = None
    assert len(at_work.many(harness, 3)) == 3


@pytest.mark.parametrize("id", ["OP-01", "OP-02", "OP-04"])
def test_where_all_comes_on_one_page_there_is_nothing_between_pages(id: str) -> None:
    with pytest.raises(NotApplicable):
        CHECKS[id].run(Harness(Subject.of(ONE_PAGE)))


def test_what_is_a_page_ahead_is_allowed_and_no_more() -> None:
    def ahead(count: int) -> type[hub.Adapter[Any]]:
        class Ahead(Reference):
            def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
                waiting: list[hub.Page] = []
                for page in super().pages(source, since):
                    waiting.append(page)
                    if len(waiting) > count:
                        yield waiting.pop(0)
                yield from waiting

        return Ahead

    CHECKS["OP-01"].run(Harness(Subject.of(ahead(pages.AHEAD))))
    assert judged("OP-01", ahead(pages.AHEAD + 1)).observed.startswith(f"{pages.AHEAD + 1} of")


@pytest.mark.parametrize("count", [3, 4])
def test_of_three_pages_none_can_be_too_far_ahead(count: int) -> None:
    class Few(Reference):
        def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
            yield from islice(super().pages(source, since), count)

    with pytest.raises(NotApplicable) if count == pages.AHEAD + 1 else nullcontext():
        CHECKS["OP-01"].run(Harness(Subject.of(Few)))


class KeepsBytes(Reference):
    """Of each page what it was made of, and a little more."""

    def __init__(self, config: ReferenceConfig) -> None:
        super().__init__(config)
        self.kept: list[bytes] = []

    def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
        for page in super().pages(source, since):
            self.kept.append(bytes(len(page.content) * 5 // 4))
            yield page


def test_a_page_kept_as_bytes_is_memory_that_grows() -> None:
    assert "bytes more with every page" in judged("OP-02", KeepsBytes).observed


def at_page(wanted: int, act: Callable[[Reference], object]) -> type[hub.Adapter[Any]]:
    """An adapter that does something to itself at one page of a read."""

    class AtPage(Reference):
        def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
            for number, page in enumerate(super().pages(source, since), 1):
                if number == wanted:
                    act(self)
                yield page

    return AtPage


def keep(adapter: Reference) -> None:
    vars(adapter)["kept"] = bytes(1_000_000)


@pytest.mark.parametrize("number", [5, 12])
def test_what_is_kept_after_the_fourth_page_is_memory_that_grows(number: int) -> None:
    assert "bytes more with every page" in judged("OP-02", at_page(number, keep)).observed


def test_what_is_kept_by_the_fourth_page_is_kept_once() -> None:
    CHECKS["OP-02"].run(Harness(Subject.of(at_page(4, keep))))


def test_addresses_that_the_library_remembers_are_no_memory_of_the_adapters() -> None:
    class Splits(Reference):
        def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
            for number, page in enumerate(super().pages(source, since)):
                for turn in range(8):
                    urlsplit(f"http://lakeside.example/{number}/{turn}?{'x' * 20_000}")
                yield page

    CHECKS["OP-02"].run(Harness(Subject.of(Splits)))


def ending(end: Callable[[hub.Source], object]) -> type[hub.Adapter[Any]]:
    class Ending(Reference):
        def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
            try:
                yield from super().pages(source, since)
            finally:
                end(source)

    return Ending


def test_a_read_that_cannot_be_stopped_is_told() -> None:
    class Listed(Reference):
        def pages(self, source: hub.Source, since: datetime | None) -> Any:
            return iter(list(super().pages(source, since)))

    assert "list_iterator" in judged("OP-03", Listed).observed
    assert judged("OP-03", ending(lambda source: 1 / 0)).observed == "ZeroDivisionError instead of an end"
    assert judged("OP-03", ending(lambda source: source.get("/cases", page="x"))).observed.endswith("of an end")


def test_a_read_of_no_page_has_nothing_to_stop() -> None:
    class Nothing(Reference):
        def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
            yield from ()

    harness = Harness(Subject.of(Nothing))
    CHECKS["OP-03"].run(harness)
    assert harness.observed == 0


def test_a_thread_that_ends_by_itself_soon_is_not_left_running() -> None:
    class Brief(Reference):
        def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
            import threading
            import time

            threading.Thread(target=time.sleep, args=(0.05,)).start()
            yield from super().pages(source, since)

    CHECKS["OP-06"].run(Harness(Subject.of(Brief)))


def test_a_process_left_behind_is_told() -> None:
    import subprocess

    left: list[subprocess.Popen[bytes]] = []

    def act() -> None:
        left.append(subprocess.Popen(["sleep", "30"]))

    try:
        assert judged("OP-06", doing(act)).observed == "1 more"
    finally:
        for each in left:
            each.kill()
            each.wait()


@pytest.mark.parametrize(
    ("value", "size"), [("a", 1), ({"a": 1, "b": [1, 2]}, 3), ([], 0), ({"a": {"b": {}}}, 0), ((1, None), 2)]
)
def test_the_size_of_a_row_is_its_values(value: Any, size: int) -> None:
    assert steps._size(value) == size


def test_steps_are_lines_and_calls() -> None:
    def work(times: int) -> None:
        for _ in range(times):
            len("")

    def counted(times: int) -> int:
        with steps._steps() as taken:
            work(times)
        return taken[0]

    assert counted(20) - counted(10) == 30  # two lines and a call for each round
    assert sys.gettrace() is None or "steps" not in repr(sys.gettrace())


@pytest.mark.parametrize(
    ("beside", "observed"),
    [
        ([["a"], ["c"]], "other drafts"),
        ([["a", "b"]], "other drafts"),
        ([["a"]], "1 drafts on 1 pages"),
        ([["a"], ["b"], ["b"]], "3 drafts on 3 pages"),
    ],
)
def test_drafts_beside_a_neighbour_are_compared(beside: list[list[Any]], observed: str) -> None:
    alone: Any = [["a"], ["b"]]
    neighbours._same(alone, alone, "a neighbour")
    with pytest.raises(Violation) as found:
        neighbours._same(alone, beside, "a neighbour")
    assert (found.value.observed, found.value.where) == (observed, "beside a neighbour")


@pytest.mark.parametrize("values", [5, 40])
def test_a_draft_may_take_so_many_steps_and_no_more(values: int) -> None:
    """Two thousand for any row, a hundred for each value of a long one; lines are burnt until it is just so many."""

    class Burns(Reference):
        lines: ClassVar[Any] = None

        def draft(self, item: hub.Item) -> hub.Draft:
            exec(self.lines)
            return hub.Draft(key=item["case_no"])

    def burn(lines: int) -> None:
        Burns.lines = compile("x = 0\n" * lines, "burnt", "exec")

    harness = Harness(Subject.of(Burns))
    rows = [{"case_no": f"LK2026-{at}"} | {f"c{no}": "x" for no in range(1, values)} for at in range(2)]
    harness.__dict__["recording"] = replace(harness.recording, rows=tuple(rows))
    with harness.source() as sim:
        items = [item for page in harness.pages(sim) for item in page.rows]
        adapter = harness.adapter(sim)
    burn(1)
    adapter.draft(items[0])
    with steps._steps() as taken:
        adapter.draft(items[0])
    allowed = min(max(2_000, 100 * steps._size(item)) for item in items)
    burn(1 + allowed - taken[0])
    CHECKS["OP-10"].run(harness)
    burn(2 + allowed - taken[0])
    with pytest.raises(Violation) as found:
        CHECKS["OP-10"].run(harness)
    assert found.value.observed == f"{allowed + 1}"
