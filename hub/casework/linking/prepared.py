"""Records made ready for the linking of all history: features to rows and keys, by several processes where asked."""

import gc
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import chain, islice
from multiprocessing import get_context
from typing import Any, NamedTuple

from hub.casework.linking.features import Features, Ref
from hub.casework.linking.keys import block_keys_of
from hub.casework.linking.narrative import sketches
from hub.casework.linking.pairing import Array, keys_of
from hub.casework.linking.rows import Rows, rows_of
from schemas.identity import KeyedHash

BLOCK = 2_048  # rows made and sealed together


class Prepared(NamedTuple):
    """A part made ready: refs, rows and its keys, whose ``record`` counts from 0."""

    refs: list[Ref]
    rows: Rows
    keys: Array


Part = Callable[[], Iterable[Prepared]]
"""Some thousand records, made ready by `prepare`; it is sent to another process and must be picklable."""


def prepare(features: Sequence[Features], keyed: KeyedHash) -> Prepared:
    """Rows and keys of some thousand records."""
    sketched = sketches([each.text for each in features])
    keys = keys_of(features, block_keys_of(features, keyed, sketched))
    return Prepared([each.ref for each in features], rows_of(features, sketched), keys)


def prepared(features: Iterable[Features] | Iterable[Part], keyed: KeyedHash, workers: int) -> Iterator[Prepared]:
    """All records made ready, in order; parts are worked on by ``workers`` processes beside this one."""
    told = iter(features)
    first = next(told, None)
    if isinstance(first, Features):
        plain: Iterator[Any] = chain((first,), told)
        while some := list(islice(plain, BLOCK)):
            yield prepare(some, keyed)
    elif first is not None:
        parts: Iterator[Any] = chain((first,), told)
        yield from _shared(parts, workers) if workers else chain.from_iterable(map(_work, parts))


def _shared(parts: Iterator[Part], workers: int) -> Iterator[Prepared]:
    """Parts in order, a few of them under way at a time; this process takes its turn with the ``workers``."""
    context = get_context("forkserver")
    context.set_forkserver_preload([__name__])
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        waiting: deque[Future[list[Prepared]] | Part] = deque()
        for number, part in enumerate(parts):
            waiting.append(pool.submit(_work, part) if number % (workers + 1) else part)
            if len(waiting) > workers * 3 + 1:
                yield from _made(waiting.popleft())
        while waiting:
            yield from _made(waiting.popleft())


def _made(waiting: Future[list[Prepared]] | Part) -> list[Prepared]:
    return waiting.result() if isinstance(waiting, Future) else _work(waiting)


def _work(part: Part) -> list[Prepared]:
    looked = gc.isenabled()
    gc.disable()  # what is made of records holds no circles; looking for some is a fifth of the work
    try:
        return list(part())
    finally:
        if looked:
            gc.enable()
