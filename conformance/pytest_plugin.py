"""The suite under pytest: ``pytest --pyargs conformance --hub-adapter=NAME``, one test a check.

A package may have it among its own tests: ``from conformance.test_conform import test_check, test_waivers``.
"""

# Every run of pytest loads this module: it imports the suite only when that is what runs.
# ruff: noqa: PLC0415

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conformance.suite import Suite

OPTION = "--hub-adapter"
MODULE = "conformance.test_conform"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that names the adapter."""
    group = parser.getgroup("yiwang", "conformance of Yiwang adapters")
    group.addoption(OPTION, metavar="NAME", help="the adapter that `--pyargs conformance` puts to the test")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test a check, in the order they run."""
    if metafunc.function.__module__ == MODULE and "hub_check" in metafunc.fixturenames:
        from conformance.order import in_order

        metafunc.parametrize("hub_check", in_order(), ids=lambda check: check.id)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Refuse to run the suite on nothing, or on an adapter that is not installed."""
    if not any(isinstance(item, pytest.Function) and item.function.__module__ == MODULE for item in items):
        return
    from conformance.suite import installed

    name, names = config.getoption(OPTION), installed()
    if name is None:
        raise pytest.UsageError(f"say which adapter: {OPTION}=NAME, one of {', '.join(names) or 'none installed'}")
    if name not in names:
        raise pytest.UsageError(f'no adapter "{name}"; installed: {", ".join(names) or "none"}')


@pytest.fixture(scope="session")
def hub_suite(request: pytest.FixtureRequest) -> "Suite":
    """The suite over the adapter of the command line; each check runs once, after those it stands on."""
    from conformance.harness import Harness
    from conformance.subject import Subject
    from conformance.suite import Suite

    return Suite(Harness(Subject.load(request.config.getoption(OPTION))))
