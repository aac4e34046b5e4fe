"""What is committed: no identity number that could be somebody's."""

import re
import subprocess
from datetime import date
from pathlib import Path

import pytest

from schemas.identity import IdentityError, citizen_number, citizen_region_note

ROOT = Path(__file__).parents[2]
NUMBER = re.compile(rb"(?<![0-9A-Za-z])\d{17}[0-9Xx](?![0-9A-Za-z])")


def of_somebody(number: str) -> bool:
    """Whether an identity number passes every check, that of its region included."""
    try:
        return citizen_region_note(citizen_number(number, on=date(2100, 1, 1))) is None
    except IdentityError:
        return False


def test_a_number_of_a_real_region_would_be_found() -> None:
    assert of_somebody("110101" + "199003070038")
    assert not of_somebody("990101" + "198003072016")


def test_no_committed_file_holds_a_number_that_could_be_somebodys() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout: what is committed is not known")
    files = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    found = {
        file.name: number[:6].decode()
        for file in files
        if file.is_file()
        for number in NUMBER.findall(file.read_bytes())
        if of_somebody(number.decode())
    }
    assert len(files) > 100
    assert not found
