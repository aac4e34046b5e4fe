"""Where worker processes come from: a fork server that has loaded what they need and holds no secret."""

import multiprocessing
from multiprocessing import forkserver
from multiprocessing.context import ForkServerContext

_LOADED = "hub.engine.warm"


def workers(*also: str) -> ForkServerContext:
    """What worker processes and their pipes are made with. ``also`` are modules the server loads besides ours."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([_LOADED, *also])
    return context


def warm_up() -> None:
    """Start the server now: it loads what workers need while the caller goes on, half a second the first run spares.

    Once it runs this does nothing.
    """
    workers()
    forkserver.ensure_running()
