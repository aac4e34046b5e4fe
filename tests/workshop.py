"""A fresh environment with the project's wheel in it: where what an integrator types is run as they would run it.

Dependencies are those of the running environment, read through a path file; the project itself is not: its editable
install is not active there, so that a file missing from the wheel is missing.
"""

import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKED = ("hub", "adapters", "schemas", "conformance", "pyproject.toml", "README.md", "LICENSE")
PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check")
DEADLINE_S = 300


@dataclass(frozen=True)
class Workshop:
    """The environment. ``home`` is an empty folder that commands may fill."""

    venv: Path
    home: Path

    @property
    def environ(self) -> Mapping[str, str]:
        """Variables for a command: its own programs first, no settings of a hub, no network for pip."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("HUB_", "PYTHON", "PYTEST"))}
        offline = {"PIP_NO_INDEX": "1", "PIP_NO_DEPS": "1", "PIP_NO_BUILD_ISOLATION": "0"}  # 0: do not isolate
        path = f"{self.venv / 'bin'}{os.pathsep}{kept['PATH']}"
        return kept | offline | {"PATH": path, "COLUMNS": "200", "PYTHONDONTWRITEBYTECODE": "1"}

    def run(self, command: str, *, cwd: Path | None = None) -> "subprocess.CompletedProcess[str]":
        """Run one line of a shell to its end."""
        return subprocess.run(
            command, shell=True, cwd=cwd or self.home, env=self.environ,
            capture_output=True, text=True, check=False, timeout=DEADLINE_S,
        )  # fmt: skip

    def done(self, command: str, *, cwd: Path | None = None) -> str:
        """What a command prints that must succeed."""
        done = self.run(command, cwd=cwd)
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        return done.stdout


@pytest.fixture(scope="session")
def project_venv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new environment with the wheel of the project, built from a copy: an old build folder must not help out."""
    folder = tmp_path_factory.mktemp("workshop")
    source, wheels, venv = folder / "source", folder / "wheels", folder / "venv"
    source.mkdir()
    for name in PACKED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, source)
    _call(*PIP, "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", str(wheels), str(source))
    _call(sys.executable, "-m", "venv", "--without-pip", str(venv))
    site = Path(sysconfig.get_path("purelib", vars={"base": str(venv), "platbase": str(venv)}))
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    (wheel,) = wheels.glob("yiwang-*.whl")
    _call(*PIP, "--python", str(venv / "bin" / "python"), "install", "-q", "--no-deps", "--no-index", str(wheel))
    for program in ("pip", "pytest"):  # of the dependencies, under this environment's Python
        script = venv / "bin" / program
        script.write_text(f'#!/bin/sh\nexec "{venv}/bin/python" -m {program} "$@"\n', encoding="utf-8")
        script.chmod(0o755)
    return venv


@pytest.fixture
def workshop(project_venv: Path, tmp_path: Path) -> Iterator[Workshop]:
    """The environment and an empty folder; what was installed there is taken out again."""
    shop = Workshop(project_venv, tmp_path)
    before = {each.name for each in _installed(project_venv)}
    yield shop
    for each in _installed(project_venv):
        if each.name not in before:
            shop.done(f"pip uninstall -q -y {each.name.partition('-')[0]}")


def _installed(venv: Path) -> list[Path]:
    return sorted(venv.glob("lib/python*/site-packages/*.dist-info"))


def _call(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=DEADLINE_S)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
