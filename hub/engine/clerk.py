"""A worker process that answers questions about one source, one at a time: beside the reads, which have their own.

Nobody waits for it: `ask`, then `hear` until there is an answer. What adapter code does to itself ends the clerk only,
and the next question starts another one.
"""

from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from time import monotonic
from typing import Any

from hub import events
from hub.engine.forking import workers
from hub.engine.worker import Job
from hub.errors import AdapterBug
from hub.settings import Settings, SourceSettings

Body = Callable[[Connection, Job], None]
"""What runs in the process: sends ``"ready"``, then an answer for each question it receives until the pipe closes."""


class Clerk:
    """``patience_s`` is how long an answer may take; a clerk that needs longer is ended. Closed by its owner."""

    def __init__(self, settings: Settings, source: SourceSettings, body: Body, *, patience_s: float) -> None:
        run = settings.run
        self.source, self.body, self.patience_s = source, body, patience_s
        self._job = Job(source, settings.http, settings.taxonomy.folder, run.prefetch, run.memory_mb)
        self._context = workers()
        self._process: BaseProcess | None = None
        self._pipe: Connection | None = None
        self._ready = False
        self._question: Any = None
        self._asked = 0.0

    @property
    def asked(self) -> bool:
        """Whether a question waits for its answer."""
        return self._question is not None

    def ask(self, question: Any) -> None:
        """Ask; the process is started if there is none. The question is sent once it is ready to take it."""
        assert not self.asked
        self._question, self._asked = question, monotonic()
        if self._process is None:
            self._pipe, theirs = self._context.Pipe()
            name = f"yiwang-{self.source.name}-clerk"
            process = self._context.Process(target=self.body, args=(theirs, self._job), name=name, daemon=True)
            process.start()
            theirs.close()
            self._process = process
        elif self._ready:
            self._send()

    def hear(self, timeout: float = 0) -> Any:
        """The answer, None while there is none after ``timeout`` seconds.

        Raises AdapterBug when the process ended by itself or was ended for taking too long: the question is forgotten.
        """
        assert self._pipe is not None
        try:
            if self._pipe.poll(timeout):
                said = self._pipe.recv()
                if self._ready:
                    self._question = None
                    return said
                self._ready = True
                self._send()
        except (EOFError, ConnectionResetError, BrokenPipeError):
            code = self._end()
            events.log(events.WORKER_LOST, source=self.source.name, exit_code=code)
            raise AdapterBug(f"a worker process ended by itself (exit code {code})", where=self.source.name) from None
        if monotonic() - self._asked > self.patience_s:
            self._end()
            raise AdapterBug("a worker gave no sign of life for too long; ended", where=self.source.name)
        return None

    def close(self) -> None:
        """End the process, whatever it does."""
        if self._process is not None:
            self._end()

    def _send(self) -> None:
        assert self._pipe is not None
        with suppress(BrokenPipeError, ConnectionResetError):  # it has died; the next `hear` says so
            self._pipe.send(self._question)

    def _end(self) -> int | None:
        assert self._process is not None
        assert self._pipe is not None
        self._pipe.close()
        self._process.join(0.2)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        code = self._process.exitcode
        self._process, self._pipe, self._ready, self._question = None, None, False, None
        return code
