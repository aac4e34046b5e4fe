"""OP: what it takes to shape a row."""

import contextlib
import io
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import FrameType
from typing import Any

from conformance.check import Level, check
from conformance.harness import Harness
from conformance.outcome import Violation

STEPS_PER_VALUE, STEPS_AT_LEAST = 100, 2_000
"""Lines and calls a draft may take for each value of its row, and for any row."""


@check(
    "OP-10",
    level=Level.OPERATES,
    clause="Shaping a row takes steps in proportion to the row.",
    why="A draft is made for each of millions of rows, and again at every remap.",
    failing="def draft(self, item): causes = {row.code: row for row in read_causes()} …",
    passing="CAUSES = {row.code: row for row in read_causes()}   # once, when the module is loaded",
)
def draft_is_lean(h: Harness) -> None:
    """Lines and calls are counted, not seconds: the same on every machine."""
    with h.source() as sim:
        pages, adapter = h.pages(sim), h.adapter(sim)
    items = [
        (f"page {at} row {no}", item)
        for at, page in enumerate(pages, 1)
        for no, item in enumerate(adapter.items(page), 1)
    ]
    with contextlib.redirect_stdout(io.StringIO()):
        for _, item in items:
            adapter.draft(item)  # what is made once is made by now
    for spot, item in items:
        h.observe()
        with contextlib.redirect_stdout(io.StringIO()), _steps() as steps:
            adapter.draft(item)
        allowed = max(STEPS_AT_LEAST, STEPS_PER_VALUE * _size(item))
        if steps[0] > allowed:
            raise Violation(
                expected=f"at most {allowed} lines and calls for a row of {_size(item)} values",
                observed=f"{steps[0]}",
                likely="a table is built or searched through anew for every row",
                where=spot,
            )


@contextmanager
def _steps() -> Iterator[list[int]]:
    """Count lines run and functions called in the block, libraries in C as one step each."""
    count = [0]

    def line(frame: FrameType, event: str, argument: Any) -> Any:
        count[0] += 1
        return line

    def call(frame: FrameType, event: str, argument: Any) -> None:
        count[0] += event == "c_call"

    traced, profiled = sys.gettrace(), sys.getprofile()
    sys.settrace(line)
    sys.setprofile(call)
    try:
        yield count
    finally:
        sys.setprofile(profiled)
        sys.settrace(traced)


def _size(value: Any) -> int:
    """How many plain values stand in a row."""
    if isinstance(value, Mapping):
        value = list(value.values())
    return sum(map(_size, value)) if isinstance(value, list | tuple) else 1
