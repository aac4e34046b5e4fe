"""The tutorial runs from top to bottom, in a fresh environment, against a lab source on a free port.

Blocks by their first line: ``console run`` succeeds, ``console run fails`` ends with 1, ``console lab`` stays up until
the end, ``python file=…`` and ``toml file=…`` are written, ``diff file=…`` changes what is there; a block without any
of these is refused here. Half a minute: `make check` and `make docs` run it, `make test` leaves it out.
"""

import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
from test_readmes import commands, printed_as_told
from workshop import Workshop

ROOT = Path(__file__).parents[2]
TUTORIAL = ROOT / "docs" / "write-an-adapter.md"
FENCE = re.compile(r"^```(\w+) ?([^\n]*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
PORT = "8100"
UP_S = 30


class Block(NamedTuple):
    language: str
    what: str
    text: str


def tutorial(port: str = PORT) -> list[Block]:
    return [
        Block(*found.groups()) for found in FENCE.finditer(TUTORIAL.read_text(encoding="utf-8").replace(PORT, port))
    ]


def free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def listens(port: str) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", int(port))) == 0


@contextmanager
def kept_up(shop: Workshop, command: str, port: str) -> Iterator[None]:
    """The command running in the background, once something listens."""
    process = subprocess.Popen(
        f"exec {command}", shell=True, cwd=shop.home, env=shop.environ, stdout=subprocess.DEVNULL
    )
    try:
        deadline = time.monotonic() + UP_S
        while not listens(port):
            assert process.poll() is None, f"{command} ended with {process.returncode}"
            assert time.monotonic() < deadline, f"{command} does not listen"
            time.sleep(0.1)
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(UP_S) == 0


def test_every_block_is_run_or_written() -> None:
    kinds = {(block.language, block.what.partition("=")[0]) for block in tutorial()}
    assert kinds == {
        ("console", "run"), ("console", "run fails"), ("console", "lab"), ("python", "file"), ("toml", "file"),
        ("diff", "file"),
    }  # fmt: skip


@pytest.mark.slow
def test_the_tutorial_leads_where_it_says(workshop: Workshop) -> None:
    port = free_port()
    blocks = tutorial(port)
    (lab,) = (block for block in blocks if block.what == "lab")
    with kept_up(workshop, commands(lab.text)[0][0], port):
        for block in blocks:
            if block.what.startswith("file="):
                write(workshop.home / block.what.removeprefix("file="), block)
            elif block.what != "lab":
                follow(workshop, block)


def write(file: Path, block: Block) -> None:
    """Write a block to its file; of a diff, put the lines that begin with + in the place of those with -."""
    if block.language != "diff":
        file.write_text(block.text, encoding="utf-8")
        return
    old, new = ("".join(line[1:] for line in block.text.splitlines(keepends=True) if line[0] == sign) for sign in "-+")
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{file.name} does not hold what is to be changed"
    file.write_text(text.replace(old, new), encoding="utf-8")


def follow(shop: Workshop, block: Block) -> None:
    """Run the commands of a block, one after the other, and compare what they print; the last one decides the end."""
    for command, told in commands(block.text):
        done = shop.run(command)
        assert done.returncode == ("fails" in block.what), f"{command}\n{done.stdout}\n{done.stderr}"
        assert not told or printed_as_told(done.stdout, told), f"{command}\n{done.stdout}"
