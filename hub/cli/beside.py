"""What is done beside the reads of a daemon, and after those of a single run: the casework."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from hub.cli.bars import bar

if TYPE_CHECKING:
    from hub.casework.linker import Linker
    from hub.casework.receipts import Receipts
    from hub.casework.sweep import Sweeper
    from hub.registry import Registry
    from hub.settings import Settings
    from hub.store.store import Store


def casework(
    settings: "Settings", store: "Store", registry: "Registry", *, amid: bool = False
) -> "tuple[Linker, Receipts, Sweeper]":
    """The linker with what follows from its moves, the reader of receipts, the sweeper of deadlines, in this order.

    ``amid`` a daemon's other writing the linker takes short turns.
    """
    from hub.casework.follow import Following
    from hub.casework.linker import AMID, BATCH, Linker
    from hub.casework.receipts import Receipts
    from hub.casework.sweep import Sweeper

    following = Following(settings, store, registry)
    linker = Linker(settings, store, follow=[following], batch=AMID if amid else BATCH)
    receipts = Receipts(settings, store, registry, following=following)
    return linker, receipts, Sweeper(settings, store, desk=following.desk)


def link(linker: "Linker", asked_to_stop: Callable[[], bool] = lambda: False) -> None:
    """Link all that waits, under a bar on a terminal."""
    with bar("归案 linked", linker.waiting) as told:
        linker.drain(asked_to_stop, told)
